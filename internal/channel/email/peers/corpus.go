package peers

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Mail is one of the collection of real and hostile mails.
type Mail struct {
	Name string // of its file
	Raw  []byte
}

// Sent is the mail as it travels by SMTP: CR LF at the end of each line and nowhere else.
func (m Mail) Sent() []byte {
	raw := bytes.ReplaceAll(m.Raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	if !bytes.HasSuffix(raw, []byte("\n")) {
		raw = append(raw, '\n')
	}
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}

// Collection reads the real and hostile mails, which lie beside the project, in the order of their names. Where they are not, the test is
// skipped.
func Collection(t testing.TB) (out []Mail) {
	t.Helper()
	folder := os.Getenv("VISAVIS_MAIL_CORPUS")
	if folder == "" {
		folder = filepath.Join(root(t), "../shared/data/mail-corpus")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Skip("the collection of mails is not here: name its folder with VISAVIS_MAIL_CORPUS")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		check(t, err)
		out = append(out, Mail{filepath.Base(f), raw})
	}
	return out
}

// root is the project's folder, above that of whichever test asks.
func root(t testing.TB) string {
	t.Helper()
	for dir, err := os.Getwd(); ; dir = filepath.Dir(dir) {
		check(t, err)
		if _, absent := os.Stat(filepath.Join(dir, "go.mod")); absent == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above this test")
		}
	}
}
