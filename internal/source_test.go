package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// find returns the first line of code of a file that contains text, comments aside, or "".
func find(t *testing.T, path, text string) string {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		code, _, _ := strings.Cut(line, "//")
		if strings.Contains(code, text) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// Some doors stay shut in the whole source (abuse cases S-13, S-14, X-08): the default HTTP client, TLS without verification,
// and markup that bypasses the front end's escaping.
func TestUnsafeDoorsStayShut(t *testing.T) {
	t.Parallel()
	doors := map[string][]string{
		".go":     {"http.Get(", "http.Post(", "http.DefaultClient", "InsecureSkipVerify"},
		".svelte": {"{@html", "innerHTML"},
		".ts":     {"innerHTML", "insertAdjacentHTML", "document.write"},
	}
	checked := 0
	for _, root := range []string{"../internal", "../cmd", "../ui"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist") {
				return filepath.SkipDir
			}
			if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(filepath.ToSlash(path), "../ui/e2e/") {
				return nil
			}
			for _, door := range doors[filepath.Ext(path)] {
				checked++
				if line := find(t, path, door); line != "" {
					t.Errorf("%s opens %q: %s", path, door, line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked == 0 {
		t.Fatal("nothing was checked")
	}
}
