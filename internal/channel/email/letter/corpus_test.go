package letter

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"visavis/internal/channel"
	"visavis/internal/channel/email/peers"
)

// The pass rule of the collection: each is read or refused with a reason, within a bound of memory, and what is shown of it is safe
// (D-01, D-02, D-03, D-05, K-17).
func TestEveryMailOfTheCollectionIsReadOrRefusedWithAReason(t *testing.T) {
	const most = 64 << 20
	read, refused := 0, map[string]int{}
	policy() // what is made once is no letter's
	for _, m := range peers.Collection(t) {
		name, raw := m.Name, m.Raw
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		l, err := Read(raw, channel.Envelope{}, "")
		runtime.ReadMemStats(&after)
		// The race detector allocates for itself; it runs with -short.
		if used := after.TotalAlloc - before.TotalAlloc; used > most && !testing.Short() {
			t.Errorf("%s: %d MiB were allocated", name, used>>20)
		}
		var why *channel.Unreadable
		switch {
		case errors.As(err, &why):
			refused[why.Reason]++
			t.Logf("%s: %v", name, why)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			read++
			safe(t, name, l)
		}
	}
	t.Logf("%d read, refused: %v", read, refused)
	if read < 240 {
		t.Errorf("only %d were read", read)
	}
}

// safe checks what must hold of every letter, whatever its bytes.
func safe(t testing.TB, name string, l channel.Letter) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(l.HTML))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains(dropped, n.DataAtom) && n.DataAtom != atom.Head || n.Namespace != "" {
			t.Errorf("%s: its HTML has a %s", name, n.Data)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "src" && !strings.HasPrefix(value, "cid:"), a.Key == "srcset", strings.Contains(value, "javascript:") && a.Key == "href",
				a.Key == "style" && (strings.Contains(value, "url(") || strings.Contains(value, "position") || strings.Contains(value, "expression")):
				t.Errorf("%s: its HTML has %s=%q", name, a.Key, a.Val)
			}
		}
	}
	if again := policy().Sanitize(l.HTML); again != l.HTML {
		t.Errorf("%s: sanitising again changes it", name)
	}
	for _, a := range append(append([]channel.Address{l.From}, l.To...), l.Cc...) {
		if strings.ContainsAny(a.Address+a.Name, "\r\n\x00") {
			t.Errorf("%s: the address %q", name, a)
		}
	}
	for _, f := range l.Files {
		if f.Name == "" || strings.ContainsAny(f.Name, "/\\\r\n\x00") || strings.HasPrefix(f.Name, ".") {
			t.Errorf("%s: a file called %q", name, f.Name)
		}
	}
	if strings.ContainsAny(l.Subject+l.MessageID, "\r\n\x00") {
		t.Errorf("%s: subject %q, id %q", name, l.Subject, l.MessageID)
	}
}

// What the attack mails should come to, by their abuse case.
func TestAttackMailsComeToWhatIsSafe(t *testing.T) {
	t.Parallel()
	all := make(map[string][]byte)
	for _, m := range peers.Collection(t) {
		all[m.Name] = m.Raw
	}
	for name, check := range map[string]func(l channel.Letter, err error) bool{
		// E-06, E-07
		"syn-007-from-space-colon.eml": func(l channel.Letter, err error) bool { return err == nil && l.Trust.Ambiguous },
		"syn-008-from-group.eml":       func(l channel.Letter, err error) bool { return err == nil && l.Trust.Proof != channel.Proved },
		"syn-009-from-encodedword-addr.eml": func(l channel.Letter, err error) bool {
			return err == nil && !strings.Contains(l.From.Address, "@customer.example")
		},
		// E-15
		"syn-020-auto-xauto-generated.eml": func(l channel.Letter, err error) bool { return err == nil && l.Class == channel.Automatic },
		// D-01, D-02, D-03, D-05
		"syn-045-parts-20000.eml": func(_ channel.Letter, err error) bool { return reason(err) == "too-many-parts" },
		"syn-047-header-1mb.eml":  func(_ channel.Letter, err error) bool { return reason(err) == "header-too-long" },
		"syn-043-nest-100.eml":    func(_ channel.Letter, err error) bool { return reason(err) == "too-deep" },
		"syn-053-to-5000.eml":     func(l channel.Letter, err error) bool { return reason(err) != "" || len(l.To) == maxRecipients },
		// E-26, E-27
		"syn-072-no-final-boundary.eml": func(l channel.Letter, err error) bool { return err == nil && l.Text != "" },
		"syn-074-charset-utf7.eml": func(l channel.Letter, err error) bool {
			return err == nil && !strings.Contains(l.Text+l.HTML, "<script")
		},
		"syn-075-charset-unknown.eml": func(l channel.Letter, err error) bool { return err == nil && l.Text != "" },
		// E-28
		"syn-079-empty-file.eml":    func(_ channel.Letter, err error) bool { return reason(err) == "empty" },
		"syn-080-only-newlines.eml": func(_ channel.Letter, err error) bool { return reason(err) == "empty" },
		"syn-082-no-from-no-to.eml": func(l channel.Letter, err error) bool { return reason(err) != "" || l.From.Address == "" },
		// E-29
		"syn-083-date-1970.eml":    func(l channel.Letter, err error) bool { return err == nil && l.SentAt.IsZero() },
		"syn-084-date-2099.eml":    func(l channel.Letter, err error) bool { return err == nil && l.SentAt.IsZero() },
		"syn-085-date-garbage.eml": func(l channel.Letter, err error) bool { return err == nil && l.SentAt.IsZero() },
		// E-18, E-30
		"syn-091-dsn-forged.eml": func(l channel.Letter, err error) bool {
			return err == nil && l.Class == channel.Bounced && l.Bounce != nil
		},
		"syn-089-partial-1-of-3.eml": func(_ channel.Letter, err error) bool { return err == nil },
		// F-01
		"syn-061-name-backslash.eml": func(l channel.Letter, err error) bool { return err == nil && len(l.Files) > 0 },
	} {
		raw, ok := all[name]
		if !ok {
			t.Errorf("%s is not there", name)
			continue
		}
		l, err := Read(raw, channel.Envelope{}, "")
		if !check(l, err) {
			t.Errorf("%s: %v, %+v", name, err, l)
		}
	}
}

func reason(err error) string {
	var why *channel.Unreadable
	if errors.As(err, &why) {
		return why.Reason
	}
	return ""
}

// BenchmarkRead reads every mail of the collection but the two that stall parsers.
func BenchmarkRead(b *testing.B) {
	all := slices.DeleteFunc(peers.Collection(b), func(m peers.Mail) bool {
		return m.Name == "syn-045-parts-20000.eml" || m.Name == "syn-047-header-1mb.eml"
	})
	size := 0
	for _, m := range all {
		size += len(m.Raw)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, m := range all {
			_, _ = Read(m.Raw, channel.Envelope{}, "")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/mail")
}
