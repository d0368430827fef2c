package letter

import (
	"fmt"
	"slices"
	"testing"

	"visavis/internal/channel"
)

// Those that were made for these tests: one has words, HTML and a file, one packed RTF only, one an invitation.
const (
	winmail = "eJ8+IgEAAQeQAAAIAAAA5AQAAAAAAAAAAAEDkAAAaAAAAAIAAAAfAAAQAQAAAB4AAABWAG8AaQBsAOAAIABsAGUAIAByAGUA5wB1AC4AAAAAAAIBExABAAAA" +
		"KgAAADxwPlZvaWzgIGxlIDxiPnJl53U8L2I+LjxzY3JpcHQ+eDwvc2NyaXB0PgAAAAACApAAAA4AAAAAAAAAAAAAAAAAAAAAAAAAAhCAAAAMAAAALi5cUkXHVS5UWFQAAAACD4AAAAgAAAA0MiBldXJvcwAA"
	winmailRTF = "eJ8+IgEAAQeQAAAIAAAA5AQAAAAAAAAAAAEDkAAARAAAAAEAAAACAQkQAQAAADEAAAAtAAAAKwAAAExaRnXxxcenAwAKAHJjcGcxMjVCMgrzIGhlbAkAIGJ3BbBsZH0KgA+gAAAAAAA="
	winmailICS = "eJ8+IgEAAQeQBgAIAAAA5AQAAAAAAAAAAAICkAYADgAAAAAAAAAAAAAAAAAAAAAAAAACEIABABAAAABSZW5kZXotdm91cy5JQ1MAAAACD4AGAHMAAABCRUdJTjpWQ0FMRU5E" +
		"QVINCk1FVEhPRDpSRVFVRVNUDQpCRUdJTjpWRVZFTlQNClNVTU1BUlk6RXNzYWkNCkRUU1RBUlQ6MjAyNjAzMDJUMDkwMDAwWg0KRU5EOlZFVkVOVA0KRU5EOlZDQUxFTkRBUg0KAAA="
)

// E-30: what lies in it is read within bounds, and what cannot be read stays as it came.
func TestWhatLiesInAWinmailIsTheLettersOwn(t *testing.T) {
	t.Parallel()
	const beside = "--b\nContent-Type: text/plain\n\n%s\n--b\nContent-Type: application/%s; name=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n"
	mixed := "Content-Type: multipart/mixed; boundary=b\n"
	html := "<p>Voilà le <b>reçu</b>.</p>"
	for name, c := range map[string]struct {
		head, body string
		text, html string
		files      []string
		noted      bool
	}{
		"beside words":     {mixed, fmt.Sprintf(beside, "Bonjour", "ms-tnef", "x.bin", winmail), "Bonjour", html, []string{"REÇU.TXT 42 euros"}, false},
		"beside nothing":   {mixed, fmt.Sprintf(beside, "", "octet-stream", "WINMAIL.DAT", winmail), "Voilà le reçu.", html, []string{"REÇU.TXT 42 euros"}, false},
		"as all there is":  {"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n", winmail, "Voilà le reçu.", html, []string{"REÇU.TXT 42 euros"}, false},
		"with RTF only":    {mixed, fmt.Sprintf(beside, "", "ms-tnef", "winmail.dat", winmailRTF), "", "", []string{"letter.rtf {\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"}, false},
		"with words twice": {mixed, fmt.Sprintf(beside, "Bonjour", "ms-tnef", "winmail.dat", winmailRTF), "Bonjour", "", nil, false},
		"cut":              {mixed, fmt.Sprintf(beside, "", "ms-tnef", "winmail.dat", winmail[:200]), "Voilà le reçu.", html, []string{"winmail.dat"}, true},
		"that is none":     {mixed, fmt.Sprintf(beside, "Bonjour", "ms-tnef", "winmail.dat", "aGVsbG8="), "Bonjour", "", []string{"winmail.dat hello"}, true},
	} {
		l := readOne(t, c.head, c.body)
		safe(t, name, l)
		if l.Text != c.text || l.HTML != c.html || slices.Contains(l.Notes, "winmail") != c.noted {
			t.Errorf("%s: %q, %q, noted %v", name, l.Text, l.HTML, l.Notes)
		}
		if !slices.EqualFunc(l.Files, c.files, func(f channel.File, want string) bool { return want == f.Name || want == f.Name+" "+string(f.Bytes) }) {
			t.Errorf("%s: files %+v", name, l.Files)
		}
	}
}

func TestAnInvitationInAWinmailIsShown(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n", winmailICS)
	if c := l.Calendar; c == nil || c.Summary != "Essai" || c.Method != "REQUEST" || c.BeginsAt.Format("15:04") != "09:00" {
		t.Errorf("it is read as %+v", c)
	}
	if len(l.Files) != 1 || l.Files[0].Name != "Rendez-vous.ICS" || l.Files[0].MediaType != "text/calendar" {
		t.Errorf("its files are %+v", l.Files)
	}
}
