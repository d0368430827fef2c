package text

import (
	"strings"
	"unicode"
)

// MaxTerms bounds the terms taken from one text, so that a very long message cannot swell the index.
const MaxTerms = 400

// elided are the French words that lose their vowel before another: l'atelier is found by "atelier".
var elided = map[string]bool{"l": true, "d": true, "j": true, "m": true, "t": true, "s": true, "c": true, "n": true, "qu": true, "jusqu": true, "lorsqu": true, "puisqu": true}

// Terms returns the distinct words of s as the search index keeps them: folded, without French elisions, lightly stemmed for
// French and English alike. An address such as a@b.example also gives its parts, a number keeps its digits.
func Terms(s string) []string {
	seen := make(map[string]bool)
	var out []string
	for _, w := range words(s) {
		w = Stem(w)
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
			if len(out) == MaxTerms {
				break
			}
		}
	}
	return out
}

// QueryTerms is Terms for what a person is typing: the last word stays unstemmed when more letters may follow, for it is
// matched as a prefix.
func QueryTerms(s string) []string {
	ws := words(s)
	if len(ws) > 8 {
		ws = ws[:8]
	}
	for i := range ws {
		if i < len(ws)-1 || strings.HasSuffix(s, " ") {
			ws[i] = Stem(ws[i])
			continue
		}
		// A stem is never longer than its word, so the prefix must not be longer than the stem could be.
		if st := Stem(ws[i]); strings.HasPrefix(ws[i], st) {
			ws[i] = st
		}
	}
	return ws
}

func words(s string) []string {
	fields := strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' })
	out := fields[:0:0]
	for _, f := range fields {
		f = strings.ReplaceAll(f, "’", "'")
		for {
			head, rest, ok := strings.Cut(f, "'")
			if !ok {
				break
			}
			if !elided[head] && head != "" {
				out = append(out, clip(head))
			}
			f = rest
		}
		if f != "" {
			out = append(out, clip(f))
		}
	}
	return out
}

// clip keeps a term within 64 bytes: nobody types more, and a base64 blob must not become one giant term.
func clip(w string) string {
	if len(w) <= 64 {
		return w
	}
	return strings.ToValidUTF8(w[:64], "")
}

// Stem strips what French and English words most often end with: plurals and the feminine e. It is deliberately light: a word
// keeps at least three letters, and one with a digit stays as it is.
func Stem(w string) string {
	if strings.ContainsFunc(w, unicode.IsDigit) {
		return w
	}
	for _, ending := range []string{"s", "x", "e"} {
		if len(w) > 3 && strings.HasSuffix(w, ending) {
			w = w[:len(w)-1]
		}
	}
	return w
}
