package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const smallLexicon = `# remarks are left out
parcel: colis, parcel*, jiffy bag
not there: n'est pas arrivé, never came,
 jamais reçu
`

// said are the concepts that a text says, each with the words that say it.
func said(t *testing.T, l *lexicon, text string) (out []string) {
	t.Helper()
	var s scan
	s.take(text)
	names := map[uint32]string{hash(seedConcept, []byte("parcel")): "parcel", hash(seedConcept, []byte("not there")): "not there"}
	for _, f := range l.find(&s, nil) {
		first := s.tokens[int(f.token)-int(f.tokens)+1]
		words := text[first.from:s.tokens[f.token].to]
		switch f.kind {
		case concept:
			out = append(out, names[f.id]+": "+words)
		case couple:
			out = append(out, "both: "+words)
		default:
			t.Errorf("%q: a feature of kind %d", text, f.kind)
		}
	}
	return out
}

func TestWordsThatMeanAlikeAreOneConcept(t *testing.T) {
	t.Parallel()
	l, err := parseLexicon(smallLexicon)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"Mon COLIS":                 {"parcel: COLIS"},
		"two parcelled boxes":       {"parcel: parcelled"},
		"un colisage":               nil, // no star, so no other ending
		"parce que":                 nil,
		"a jiffy-bag":               {"parcel: jiffy-bag"},
		"jiffy":                     nil,
		"il N’EST… pas arrive":      {"not there: N’EST… pas arrive"},
		"jamais reçu":               {"not there: jamais reçu"},
		"the parcel never came":     {"parcel: parcel", "not there: never came", "both: parcel", "both: never came"},
		"colis, parcel":             {"parcel: colis", "parcel: parcel"},
		"":                          nil,
		"🙂 !":                       nil,
		strings.Repeat("colis ", 2): {"parcel: colis", "parcel: colis"},
	} {
		if got := said(t, l, text); !slices.Equal(got, want) {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}

func TestALineOfTheLexiconThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"parcel: colis\nparcel: parcel": "line 2: ",
		"parcel":                        "line 1: ",
		" colis":                        "line 1: words without a concept",
		"# a remark\n\nparcel: ab*":     `line 3: "ab*": "ab" is too short`,
		"parcel: colis, !":              `line 1: "!": it has no words`,
	} {
		if _, err := parseLexicon(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// What a long text costs does not grow with its square.
func TestALongTextHasFewCouples(t *testing.T) {
	t.Parallel()
	l, err := parseLexicon(smallLexicon)
	if err != nil {
		t.Fatal(err)
	}
	var s scan
	s.take(strings.Repeat("colis never came ", 1000))
	if n := len(l.find(&s, nil)); n > 2000+couplesOf*couplesOf {
		t.Errorf("%d features", n)
	}
}

func TestTheLexiconIsWhole(t *testing.T) {
	t.Parallel()
	l := concepts()
	if len(l.entries) < 30_000 {
		t.Errorf("%d ways to say things", len(l.entries))
	}
	seen := make(map[string]bool)
	for _, e := range l.entries {
		key := fmt.Sprint(e.id)
		for _, p := range l.of(e) {
			key += fmt.Sprintf(" %s %v", l.form(p), p.stem)
		}
		if seen[key] {
			t.Errorf("%s is said twice of one concept", key)
		}
		seen[key] = true
	}
}
