package imapin

import (
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
)

// Nothing is taken from the server before it is kept and the cursor says so; what the server refuses to do then is told, and done later.
func TestALetterIsTakenAwayOnlyOnceItIsKept(t *testing.T) {
	t.Parallel()
	s := newShelf()
	server := &script{letters: letters(1, 3)}
	refusals := 0
	server.says = func(_ io.Writer, _, c string) (string, error) {
		switch {
		case strings.HasPrefix(c, "LOGIN"):
			return "TAG OK [CAPABILITY IMAP4rev1 UIDPLUS] in\r\n", nil
		case strings.HasPrefix(c, "UID STORE"):
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.order) != 3 || !strings.Contains(s.cursors["imap:INBOX"], `"kept":"1:3","due":"1:3"`) {
				t.Errorf("it is taken away while %d are kept and the cursor is %s", len(s.order), s.cursors["imap:INBOX"])
			}
			if refusals++; refusals < 4 {
				return "TAG NO [CANNOT] it stays\r\n", nil
			}
		}
		return "usual", nil
	}
	f, b := New(dial, nil, time.Now), server.serve(t)
	f.pace, b.After = quick, Delete
	s.saves = failing(true, 1, 2)
	fetching(t, f, b, s)
	s.await(t, "told", func() bool {
		return s.last().State == channel.Broken && s.last().Problem == "folder-refused" && strings.Contains(s.last().Answer, "it stays")
	})
	s.await(t, "done", func() bool { return strings.Contains(s.cursors["imap:INBOX"], `"kept":"1:3","next":4}`) })
	s.awaitRest(t)
	server.mu.Lock()
	defer server.mu.Unlock()
	if !slices.Contains(server.heard, "UID EXPUNGE 1:3") || slices.Contains(server.heard, "EXPUNGE") {
		t.Errorf("it was asked %q", server.heard)
	}
}

// An access token is handed over in the way that the server knows, a password in none where it is not wanted.
func TestHowWeSignIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		can, heard string
		bearer     bool
		state      channel.HealthState
		problem    string
	}{
		"a token as Google wants it":  {"AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR", "AUTHENTICATE XOAUTH2 " + base64.StdEncoding.EncodeToString([]byte("user=lea\x01auth=Bearer s3cret-word\x01\x01")), true, channel.Healthy, ""},
		"a token as the standard has": {"AUTH=OAUTHBEARER SASL-IR", "AUTHENTICATE OAUTHBEARER ", true, channel.Healthy, ""},
		"a password":                  {"AUTH=PLAIN SASL-IR", "AUTHENTICATE PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00lea\x00s3cret-word")), false, channel.Healthy, ""},
		"a password, of old":          {"", `LOGIN "lea" "s3cret-word"`, false, channel.Healthy, ""},
		"no password at all":          {"LOGINDISABLED", "", false, channel.Broken, "sign-in-refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s, f := &script{}, newShelf(), New(dial, nil, time.Now)
			server.greets = func(w io.Writer) error {
				_, err := io.WriteString(w, strings.TrimSpace("* OK [CAPABILITY IMAP4rev1 "+c.can)+"] there\r\n")
				return err
			}
			b := server.serve(t)
			b.Server.Bearer, f.pace = c.bearer, quick
			fetching(t, f, b, s)
			s.await(t, "told", func() bool { return s.last().State == c.state && s.last().Problem == c.problem })
			server.mu.Lock()
			defer server.mu.Unlock()
			signs := func(h string) bool { return strings.HasPrefix(h, "AUTHENTICATE") || strings.HasPrefix(h, "LOGIN") }
			if at := slices.IndexFunc(server.heard, signs); c.heard == "" && at >= 0 || c.heard != "" && (at < 0 || !strings.HasPrefix(server.heard[at], c.heard)) {
				t.Errorf("it was told %q", server.heard)
			}
		})
	}
}

// K-42: whatever a server does to keep us waiting, people see within five minutes that something is wrong.
func TestTroubleIsToldWithinFiveMinutes(t *testing.T) {
	t.Parallel()
	p := New(dial, nil, time.Now).pace
	if most := p.broken + dialWithin + 2*p.hello + p.command; most > 5*time.Minute {
		t.Errorf("it may take %s", most)
	}
}
