package selector_test

import (
	"strings"
	"testing"

	"visavis/internal/selector"
)

func TestSelectorsThatEveryBrowserUnderstandsAreRead(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"p", "*", "#iban", ".balance", "div.amount.big", "[data-private]", `input[name="postcode"]`, `[lang|=fr]`, "[type=text i]",
		"main > .card .name, aside p", "ul li:first-child", "tr:nth-child(2n + 1)", "li:nth-of-type(odd)", "p:not(.plain):not([hidden])",
		":is(h1, h2) + p", `.md\:grid`, "solde-é", "my-element", "a ~ b", " p "} {
		if _, ok := selector.Parse(in); !ok {
			t.Errorf("%q is refused", in)
		}
	}
	for _, in := range []string{"", " ", ",", "p,", "p >", "> p", ">>", "p {}", "p; q", "p::before", ":hover", ":has(p)", ":not()", ":not(p", "[", "[a", "[=a]",
		`[a="b]`, "[a=1]", "#", "#1", ".", "..a", "-", "a\nb", "a\x00b", `a\`, `\31 a`, "<script>", "p)", "@media", "/*x*/p", "p|q", "&", ":nth-child(n of p)",
		":nth-child(x)", ":nth-child()", "#a#b", "p*", strings.Repeat("a", 201), strings.Repeat(":not(", 9) + "p" + strings.Repeat(")", 9)} {
		if _, ok := selector.Parse(in); ok {
			t.Errorf("%q is taken", in)
		}
	}
}

func TestAnElementIsMeantByWhatItIs(t *testing.T) {
	t.Parallel()
	has := map[string]string{"id": "total", "class": "card balance", "data-kind": "iban-fr", "lang": "fr-CA"}
	attr := func(name string) (string, bool) { v, ok := has[name]; return v, ok }
	for in, want := range map[string]bool{
		"div": true, "DIV": true, "p": false, "*": true, "#total": true, "#Total": false, ".balance": true, "div.card.balance": true, ".bal": false,
		"[lang]": true, "[lang=fr]": false, "[lang|=fr]": true, "[data-kind^=iban]": true, "[data-kind$='-fr']": true, "[data-kind*='']": false,
		"[data-kind*='AN-' i]": true, "[class~=card]": true, "[class~=car]": false, "[title]": false, "p, #total": true, "p, q": false,
		"main .balance": false, "p > .balance": false, ".balance:not(p)": false, // of others, or of its place: that only the page knows
	} {
		s, ok := selector.Parse(in)
		if !ok || s.Match("div", attr) != want {
			t.Errorf("%q: read %v, means it %v", in, ok, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, in := range []string{"p", `a[b="c" i] > .d:not(e, #f):nth-child(2n+1)`, `[a='`, `\`} {
		f.Add(in)
	}
	f.Fuzz(func(_ *testing.T, in string) {
		s, _ := selector.Parse(in)
		s.Match("p", func(string) (string, bool) { return in, true })
	})
}
