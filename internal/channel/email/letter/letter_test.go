package letter

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"visavis/internal/channel"
)

// written makes raw bytes of a head and a body.
func written(head, body string) []byte {
	return []byte(strings.ReplaceAll("From: Camille <camille@mel.example>\nTo: bonjour@arzel.example\nSubject: Bonjour\nMessage-ID: <one@mel>\n"+head+"\n"+body, "\n", "\r\n"))
}

func readOne(t testing.TB, head, body string) channel.Letter {
	t.Helper()
	l, err := Read(written(head, body), channel.Envelope{}, "ours")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWhatSheWroteIsToldFromWhatSheQuotedAndSigned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said  string
		want  string
		folds []channel.FoldKind
	}{
		"nothing to fold":             {"Bonjour,\n\nmerci.", "Bonjour,\n\nmerci.", nil},
		"an answer above, in French":  {"Merci !\n\nLe lun. 2 mars 2026 à 10:00, Léa <lea@arzel.example> a\nécrit :\n> Il arrive demain.\n> Léa", "Merci !", []channel.FoldKind{channel.FoldQuote}},
		"an answer above, in English": {"Thanks!\n\nOn Mon, 2 Mar 2026 at 10:00, Léa <lea@arzel.example> wrote:\n> It comes.\n", "Thanks!", []channel.FoldKind{channel.FoldQuote}},
		"an answer above, in German":  {"Danke!\n\nAm 02.03.26 um 10:00 schrieb Léa:\n> Es kommt.\n", "Danke!", []channel.FoldKind{channel.FoldQuote}},
		"with a no-break space":       {"Merci !\n\nLe lun. 2 mars 2026 à 10:00, Léa <lea@arzel.example> a écrit\u00a0:\n> Il arrive.", "Merci !", []channel.FoldKind{channel.FoldQuote}},
		"an answer below":             {"On Mon, Léa wrote:\n> It comes.\n\nThanks!", "Thanks!", []channel.FoldKind{channel.FoldQuote}},
		"answers in between":          {"> Quand ?\nDemain.\n> Où ?\nIci.", "> Quand ?\nDemain.\n> Où ?\nIci.", nil},
		"an Outlook block":            {"Merci.\n\nDe : Léa <lea@arzel.example>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Camille\nObjet : Colis\n\nIl arrive.", "Merci.", []channel.FoldKind{channel.FoldQuote}},
		"two words of a head":         {"De : la part de tous\nObjet : merci\n\nBonne journée", "De : la part de tous\nObjet : merci\n\nBonne journée", nil},
		"a signature":                 {"Bonjour\n-- \nCamille\n06 39 98 41 07", "Bonjour", []channel.FoldKind{channel.FoldSignature}},
		"a telephone":                 {"Bonjour\n\nEnvoyé de mon iPhone", "Bonjour", []channel.FoldKind{channel.FoldSignature}},
		"a telephone and history":     {"Yes\n\nSent from my iPhone\n\nOn Mon, 2 Mar 2026, Léa wrote:\n\n> Shall we?", "Yes", []channel.FoldKind{channel.FoldSignature, channel.FoldQuote}},
	} {
		said, folds := fold(c.said)
		if said != c.want {
			t.Errorf("%s: she wrote %q", name, said)
		}
		var kinds []channel.FoldKind
		for _, f := range folds {
			kinds = append(kinds, f.Kind)
		}
		if len(kinds) != len(c.folds) || len(kinds) > 0 && kinds[0] != c.folds[0] {
			t.Errorf("%s: folded %v", name, folds)
		}
	}
}

// FuzzFoldingLosesNothing: each line of a text is in what she wrote or in a fold.
func FuzzFoldingLosesNothing(f *testing.F) {
	for _, s := range []string{"a\n> b\nc", "On x wrote:\n> y\n-- \nme", "\n\n", "De : a\nÀ : b\nObjet : c\n\nd", "--\n>", "— \na\n—"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		fresh, folds := fold(said)
		whole := fresh
		for _, one := range folds {
			whole += "\n" + one.Text
		}
		count := func(s string) map[string]int {
			out := make(map[string]int)
			for line := range strings.SplitSeq(s, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					out[line]++
				}
			}
			return out
		}
		was, is := count(said), count(whole)
		for line, n := range was {
			if is[line] != n {
				t.Errorf("%q is there %d times, of %d", line, is[line], n)
			}
		}
	})
}

// D-01, D-02, E-26: however a boundary is written, the parts that it divides are counted, and none of it loses the text.
func TestPartsAreCountedHoweverTheirBoundaryIsWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ field, boundary string }{
		"as usual":              {`boundary="b"`, "b"},
		"in pieces":             {"boundary*0=b", "b"},
		"with a charset":        {"boundary*=us-ascii''b", "b"},
		"on two lines":          {"boundary\n =b", "b"},
		"below its equals sign": {"boundary=\n b", "b"},
		"behind a decoy":        {`x="boundary"; boundary=b`, "b"},
		"on a long line":        {`x="` + strings.Repeat("y", 5000) + `"; boundary=b`, "b"},
		"longer than allowed":   {"boundary=" + strings.Repeat("b", 300), strings.Repeat("b", 300)},
	} {
		head := "Content-Type: multipart/mixed; " + c.field + "\n"
		part := "--" + c.boundary + "\nContent-Type: text/plain\n\nBonjour\n"
		if l := readOne(t, head, part+"--"+c.boundary+"--\n"); l.Text != "Bonjour" {
			t.Errorf("%s: one part is read as %q", name, l.Text)
		}
		if _, err := Read(written(head, strings.Repeat(part, maxParts+1)), channel.Envelope{}, ""); reason(err) != "too-many-parts" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, field := range []string{`"b\b"`, "b (one)", "other"} {
		if l := readOne(t, "Content-Type: multipart/mixed; boundary="+field+"\n", "--b\n\nBonjour\n--b--\n"); !strings.Contains(l.Text, "Bonjour") {
			t.Errorf("boundary=%s: the text is %q", field, l.Text)
		}
	}
	var words strings.Builder
	for i := range maxDepth + 1 {
		fmt.Fprintf(&words, "There it says boundary=%d.\n", i)
	}
	if l := readOne(t, "", words.String()); l.Text == "" {
		t.Error("words about boundaries are taken for parts")
	}
}

// D-03, D-05, E-28: the head is bounded before it is read, whom it names is bounded after, and one that names nobody is read.
func TestHeadsAreBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, want string }{
		"a field of a megabyte": {"X-A: " + strings.Repeat("a", 1<<20) + "\n", "header-too-long"},
		"a folded one":          {"X-A: a\n" + strings.Repeat(" "+strings.Repeat("a", 1000)+"\n", 70), "header-too-long"},
		"50,000 fields":         {strings.Repeat("A: b\n", 50_000), "too-many-headers"},
		"fields of a megabyte":  {strings.Repeat("X-A: "+strings.Repeat("a", 2000)+"\n", 500), "too-many-headers"},
	} {
		if _, err := Read(written(c.head, "x"), channel.Envelope{}, ""); reason(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	var many strings.Builder
	for i := range 500 {
		fmt.Fprintf(&many, "Cc: a%d@mel.example\n", i)
	}
	if l := readOne(t, many.String(), "x"); len(l.Cc) != maxRecipients || !slices.Contains(l.Notes, "recipients-cut") {
		t.Errorf("%d recipients, notes %q", len(l.Cc), l.Notes)
	}
	for _, raw := range []string{"", "\r\n\r\n \r\n", "no head at all"} {
		if _, err := Read([]byte(raw), channel.Envelope{}, ""); reason(err) == "" {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if l, err := Read([]byte("Subject: x\n\nBonjour"), channel.Envelope{}, ""); err != nil || l.From.Address != "" || l.Text != "Bonjour" {
		t.Errorf("from nobody: %v %+v", err, l)
	}
}

// D-04: what a stranger writes again and again makes no work that grows with its square.
func TestLinesThatLookLikeSignaturesCostNoMoreTheMoreThereAre(t *testing.T) {
	for _, line := range []string{"--\n", "Sent from my x\n"} {
		few, many := strings.Repeat(line, 500), strings.Repeat(line, 5000)
		allocated := func(said string) float64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			fold(said)
			runtime.ReadMemStats(&after)
			return float64(after.TotalAlloc - before.TotalAlloc)
		}
		allocated(few) // what is made once
		if a, b := allocated(few), allocated(many); b > 30*a {
			t.Errorf("%q: ten times as many lines take %.0f times the memory", line, b/a)
		}
	}
}

func TestWhatIsTooLongToBeFoldedIsKeptAsTheRest(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{"lines": strings.Repeat("Bonjour é\n", 20_000), "one line": strings.Repeat("é", maxFolded)} {
		words, folds := fold(said)
		if len(folds) != 1 || folds[0].Kind != channel.FoldRest || len(words) > maxFolded || !utf8.ValidString(words) {
			t.Fatalf("%s: %d bytes, %d folds", name, len(words), len(folds))
		}
		if whole := words + folds[0].Text; strings.Count(whole, "é") != strings.Count(said, "é") {
			t.Errorf("%s: %d of %d bytes are left", name, len(whole), len(said))
		}
	}
}

// nothing of a letter's HTML runs, loads or covers; pictures come from the letter, or wait to be asked for.
func TestHTMLIsShownAndDoesNothing(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: multipart/related; boundary=b\n", `--b
Content-Type: text/html

<html><head><style>p{color:red}</style><base href="http://evil.example/"><meta http-equiv=refresh content="0;url=http://evil.example"></head>
<body onload="alert(1)"><p style="color:#123456;position:fixed;background:url(http://evil.example/x)" onclick=alert(1)>Bonjour <b>Léa</b></p>
<script>alert(1)</script><svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg><iframe src="http://evil.example"></iframe>
<a href="javascript:alert(1)">un</a><a href="https://arzel.example/x?a=1">deux</a><form action="http://evil.example"><input name=a></form>
<img src="cid:pic@mel" width=10><img src="cid:../other"><img src="http://tracker.example/p.gif?u=1" srcset="http://x.example/2x"><img src="file:///etc/passwd"><img src="/attachments/1">
<table width="100%" bgcolor="#eee"><tr><td align=center>case</td></tr></table></body></html>
--b
Content-Type: image/png; name="../../etc/pic.png"
Content-ID: <pic@mel>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
`)
	safe(t, "html", l)
	for _, want := range []string{`src="cid:0"`, `data-src="http://tracker.example/p.gif?u=1"`, "<b>Léa</b>", "color: #123456", `href="https://arzel.example/x?a=1"`, "noopener", "noreferrer",
		"nofollow", `bgcolor="#eee"`, "case"} {
		if !strings.Contains(l.HTML, want) {
			t.Errorf("it does not have %s:\n%s", want, l.HTML)
		}
	}
	for _, bad := range []string{"evil.example", "alert", "position", "passwd", "/attachments", "srcset", "other"} {
		if strings.Contains(l.HTML, bad) {
			t.Errorf("it has %s:\n%s", bad, l.HTML)
		}
	}
	if l.Remote != 1 || len(l.Files) != 1 || l.Files[0].Name != "pic.png" || !l.Files[0].Inline {
		t.Errorf("%d lie elsewhere; files %+v", l.Remote, l.Files)
	}
}

// no address hides in the look of a letter; pictures that lie elsewhere wait, however their address is written.
func TestNoAddressHidesInALettersLook(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: text/html\n", `<p style="border: url(evil); border-color: url(evil)">a</p><p style="border: 1px solid rgb(1, 2, 3)">b</p>
<img src="http://x.example/a b.png"><img src="HTTP://x.example/c.png"><img src="//x.example/d.png"><img src="http:///e.png">`)
	safe(t, "look", l)
	for _, want := range []string{"1px solid rgb(1, 2, 3)", `data-src="http://x.example/a%20b.png"`, `data-src="http://x.example/c.png"`, `data-src="https://x.example/d.png"`} {
		if !strings.Contains(l.HTML, want) {
			t.Errorf("it does not have %s:\n%s", want, l.HTML)
		}
	}
	if strings.Contains(l.HTML, "evil") || l.Remote != 3 || len(l.Notes) != 0 {
		t.Errorf("%d lie elsewhere, notes %v:\n%s", l.Remote, l.Notes, l.HTML)
	}
}

func TestHTMLThatCannotBeShownIsStillRead(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"too deep": strings.Repeat("<div>", 2000) + "<script>no</script>Bonjour<p>Camille &amp; L&eacute;a",
		"too long": "<p>Bonjour</p><p>Camille &amp; L&eacute;a</p><style>no</style>" + strings.Repeat("<p>x</p>\n", maxHTML/8),
	} {
		l := readOne(t, "Content-Type: text/html; charset=us-ascii\n", body)
		words, _, _ := strings.Cut(l.Text, "\nx")
		if strings.Join(strings.Fields(words), " ") != "Bonjour Camille & Léa" || l.HTML != "" {
			t.Errorf("%s: %.200q", name, l.Text)
		}
	}
}

// FuzzHTMLIsSafe: whatever is put in, nothing that runs comes out, and sanitising again changes nothing.
func FuzzHTMLIsSafe(f *testing.F) {
	for _, s := range []string{"<p>a", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
		"<math><mtext><table><mglyph><style><img src=x onerror=1>", "<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "<img src=\"cid:0\" data-src='http://x\"onerror=1'>", "<!--<img src=1>-->", "<td style=\"width:expression(1)\">"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		var r reading
		r.HTML, r.Remote = r.sanitised(source)
		safe(t, "fuzz", r.Letter)
	})
}

func TestALetterThatIsPassedOnIsRead(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: multipart/mixed; boundary=b\n", `--b
Content-Type: text/plain

Pour vous.
--b
Content-Type: message/rfc822

From: Ada <ada@else.example>
Subject: Frein
Message-ID: <inner@else>

Mon frein frotte.
--b--
`)
	if f := l.Forwarded; f == nil || f.From.Address != "ada@else.example" || f.Subject != "Frein" || f.Text != "Mon frein frotte." {
		t.Errorf("attached: %+v", l.Forwarded)
	}
	for _, said := range []string{
		"Pour vous\n\n---------- Forwarded message ---------\nFrom: Ada <ada@else.example>\nDate: Mon, 2 Mar 2026\nSubject: Frein\nTo: <lea@arzel.example>\n\nMon frein frotte.",
		"---------- Message transféré ---------\nDe : Ada <ada@else.example>\nDate : lun. 2 mars\nObjet : Frein\nÀ : Léa\n\nMon frein frotte.",
		"Début du message transféré :\n\nDe: Ada <ada@else.example>\nObjet: Frein\nDate: 2 mars 2026\nÀ: lea@arzel.example\n\nMon frein frotte.",
	} {
		l := readOne(t, "Content-Type: text/plain; charset=utf-8\n", said)
		if f := l.Forwarded; f == nil || f.From.Address != "ada@else.example" || f.Subject != "Frein" || f.Text != "Mon frein frotte." {
			t.Errorf("%q: %+v", said, l.Forwarded)
		}
	}
	if l := readOne(t, "", "Bonjour,\nDe: moi\nObjet: rien\n"); l.Forwarded != nil {
		t.Errorf("nobody passed on %+v", l.Forwarded)
	}
}

func TestAnInvitationIsShown(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: multipart/alternative; boundary=b\n", `--b
Content-Type: text/plain

Rendez-vous
--b
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Essai\, Ria 3
LOCATION:Rennes
ORGANIZER;CN=Camille:mailto:camille@mel.example
DTSTART;TZID=Europe/Paris:20260302T100000
DTEND;TZID=Europe/Paris:20260302T113000
END:VEVENT
END:VCALENDAR
--b--
`)
	c := l.Calendar
	if c == nil || c.Method != "REQUEST" || c.Summary != "Essai, Ria 3" || c.Place != "Rennes" || c.Organizer.Address != "camille@mel.example" ||
		c.BeginsAt.Format("15:04") != "09:00" || c.EndsAt.Format("15:04") != "10:30" || c.WholeDay {
		t.Errorf("the invitation is %+v", c)
	}
}

func TestAZoneWhoseCapitalsAreLongerIsNoReasonToFall(t *testing.T) {
	t.Parallel()
	l := readOne(t, "Content-Type: text/calendar; charset=utf-8\n", "BEGIN:VEVENT\nDTSTART;TZID=ɐɐɐɐ:20260302T100000\nEND:VEVENT\n")
	if c := l.Calendar; c == nil || c.BeginsAt.Format("15:04") != "10:00" {
		t.Errorf("the invitation is %+v", c)
	}
}

// F-01, F-02: a name is one element of a path, and shows what it is.
func TestNamesOfFilesAreSafe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"facture.pdf": "facture.pdf", "../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", ".htaccess": "htaccess", "\u200b.htaccess": "htaccess", "photo\u202egnp.exe": "photognp.exe",
		"a\r\nX: y.txt": "a X_ y.txt", "": "file", "=?utf-8?q?r=C3=A9sum=C3=A9.pdf?=": "résumé.pdf", strings.Repeat("x", 300) + ".pdf": strings.Repeat("x", 110) + ".pdf",
	} {
		if got := fileName(in, ""); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzReadNeverFails: any bytes are read or refused with a reason, and what is shown is safe (K-17).
func FuzzReadNeverFails(f *testing.F) {
	f.Add(written("", "Bonjour"))
	f.Add(written("Content-Type: multipart/mixed; boundary=\"b\"\n", "--b\n\nx\n--b--"))
	f.Add([]byte("From : a@b\r\rx"))
	f.Add([]byte("Subject: =?utf-8?b?8J+YgA==?=\nFrom: x:;\n\n\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(raw, channel.Envelope{}, "")
		if err != nil {
			if reason(err) == "" {
				t.Fatal(err)
			}
			return
		}
		safe(t, "fuzz", l)
	})
}
