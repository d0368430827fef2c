// Package text reads words: folding for comparison, terms for search, short previews. It is pure and knows no customers.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as it is compared: compatibility-decomposed (Unicode NFKD, UAX #15), without combining marks and control or
// format characters, in lower case, with runs of white space as one space. Two texts that a person would call the same fold to
// the same string on every database, whatever its collation.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := true // swallow leading white space
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")) {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case ' ' < r && r < 0x7f: // most of every text; the tables below are slow to ask
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cc, unicode.Cf):
			continue
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		space = false
	}
	return strings.TrimSuffix(b.String(), " ")
}

// Email returns the comparable form of an e-mail address and whether it looks like one: one @ with something on both sides, a
// dot in the domain, no white space or control character, at most 254 bytes (RFC 5321 §4.5.3.1). Whether it exists only a
// letter can tell.
func Email(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 254 || !utf8.ValidString(s) {
		return "", false
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || strings.Contains(domain, "@") {
		return "", false
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot <= 0 || dot == len(domain)-1 || strings.Contains(domain, "..") {
		return "", false
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) || strings.ContainsRune(`"(),:;<>[\]`, r) {
			return "", false
		}
	}
	// Only letter case and composition are levelled: "í" and "i" are different mailboxes and must stay so.
	return strings.ToLower(norm.NFC.String(s)), true
}

// Preview returns the beginning of s on one line, at most runes long, with an ellipsis where it was cut.
func Preview(s string, runes int) string {
	var b strings.Builder
	n, space := 0, true
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cc, r) {
			if space {
				continue
			}
			r, space = ' ', true
		} else {
			space = false
		}
		if n == runes-1 {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimRight(b.String(), " ")
}

// Clean returns s as it may be stored: valid UTF-8 with line feeds for line ends, without NUL and other control characters but
// tab and line feed, and without white space around it.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < ' ' || 0x7f <= r && r < 0xa0: // Unicode's Cc, without asking its table for each letter
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Line is Clean for a text of one line, such as a name or a subject.
func Line(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}
