package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFoldMakesEqualWhatAPersonCallsTheSame(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  Éléonore\t LE   GOFF ": "eleonore le goff",
		"Œuvre Æther straße":      "oeuvre aether strasse",
		"ｆｕｌｌ ﬁn":                 "full fin",
		"zero\u200bwidth\u202e":   "zerowidth",
		"\xff":                    "\uFFFD",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEmailTellsAddressesFromTheRest(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Camille@Mel.Example ": "camille@mel.example",
		"jesús@mel.example":     "jesús@mel.example",
		"no":                    "",
		"a@b":                   "",
		"a@@b.c":                "",
		"a@b..c":                "",
		"a b@c.d":               "",
		"a@b.c\r\nBcc: x@y.z":   "",
		"<a@b.c>":               "",
	} {
		got, ok := Email(in)
		if got != want || ok != (want != "") {
			t.Errorf("Email(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
	twin, _ := Email("jesus@mel.example")
	if other, _ := Email("jesús@mel.example"); twin == other {
		t.Error("two different mailboxes compare as one")
	}
}

func TestTermsDropElisionsAndPlurals(t *testing.T) {
	t.Parallel()
	got := Terms("L’atelier répare les freins d'Élise, AR2-19 et les vélos")
	want := []string{"atelier", "repar", "les", "frein", "elis", "ar2", "19", "et", "velo"}
	if !slices.Equal(got, want) {
		t.Errorf("Terms = %q, want %q", got, want)
	}
}

func TestWhatIsTypedIsAPrefixOfWhatIsIndexed(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"Camille", "freins", "chargeuses", "atelier", "AR2"} {
		indexed := Terms(word)[0]
		for n := 1; n <= len(word); n++ {
			q := QueryTerms(word[:n])
			if len(q) != 1 || !strings.HasPrefix(indexed, q[0]) && !strings.HasPrefix(q[0], indexed) {
				t.Errorf("typing %q asks for %q, which does not lead to %q", word[:n], q, indexed)
			}
		}
	}
}

func TestPreviewCutsOnOneLine(t *testing.T) {
	t.Parallel()
	if got := Preview("one\n two\tthree", 100); got != "one two three" {
		t.Errorf("Preview = %q", got)
	}
	if got := Preview("éléphant rose", 9); got != "éléphant…" {
		t.Errorf("Preview = %q", got)
	}
}

func FuzzCleanTextIsStorable(f *testing.F) {
	f.Add("a\x00b\r\nc\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\r") {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		if Clean(got) != got {
			t.Errorf("Clean is not idempotent on %q", s)
		}
		if n := len(Terms(s)); n > MaxTerms {
			t.Errorf("%d terms", n)
		}
	})
}
