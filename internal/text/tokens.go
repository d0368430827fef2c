package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind is what a token is made of.
type kind uint8

const (
	word   kind = iota // letters and digits, with the apostrophes and hyphens between them left out
	number             // digits, with what stands between them
	mark               // a run of the same mark, such as "!!!"
	symbol             // an emoji or another sign
)

// token is a stretch of a text that is read as one.
type token struct {
	kind      kind
	from, to  int  // bytes of the text
	form, end int  // bytes of the scan's forms: folded, as Fold folds
	plain     int  // a word's form with its accents lies between end and this
	capitals  bool // it is written in them
	drawn     bool // a letter of it is drawn out: "trooop"
	name      bool // it is somebody's or an address, and no word of a language
}

// scan is a text taken apart. It is used again for the next one, so that reading allocates nothing.
type scan struct {
	forms  []byte
	tokens []token
	edged  []byte
	begins []feature // of words, while those that stand apart are found
}

// take takes a text apart. What is no valid UTF-8 is a symbol.
func (s *scan) take(text string) {
	s.forms, s.tokens = s.forms[:0], s.tokens[:0]
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r > 0x7f && unicode.IsSpace(r):
			at += size
		case letter(r):
			at = s.word(text, at)
		case '0' <= r && r <= '9':
			at = s.number(text, at)
		case r < 0x7f:
			at = s.mark(text, at)
		default:
			if r != 0xfe0f && r != 0x200d { // what joins emoji
				s.add(token{kind: symbol, from: at, to: at + size}, text[at:at+size])
			}
			at += size
		}
	}
}

func (s *scan) add(t token, form string) {
	t.form = len(s.forms)
	s.forms = append(s.forms, form...)
	t.end, t.plain = len(s.forms), len(s.forms)
	s.tokens = append(s.tokens, t)
}

func letter(r rune) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r)
}

// word takes letters, and digits that follow them.
func (s *scan) word(text string, at int) int {
	t := token{kind: word, from: at, form: len(s.forms), capitals: true}
	letters, run, last := 0, 0, rune(-1)
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		digit := '0' <= r && r <= '9'
		if !digit && !letter(r) {
			break
		}
		at += size
		lower := r
		if r < 0x80 {
			if 'A' <= r && r <= 'Z' {
				lower |= 0x20
			}
		} else {
			lower = unicode.ToLower(r)
		}
		if lower == r && !digit {
			t.capitals = false
		}
		if lower == last {
			run++
		} else {
			run, last = 1, lower
		}
		letters++
		if run > 2 && !digit { // "trooop" is read as "troop"
			t.drawn = true
			continue
		}
		s.forms = appendFolded(s.forms, lower)
	}
	t.to, t.end = at, len(s.forms)
	t.name = t.from > 0 && (text[t.from-1] == '@' || text[t.from-1] == '/') || text[t.from:t.to] == "http" || text[t.from:t.to] == "https"
	if letters < 3 {
		t.capitals = false
	}
	for _, r := range text[t.from:t.to] {
		if r >= 0x80 || 'A' <= r && r <= 'Z' {
			r = unicode.ToLower(r)
		}
		s.forms = utf8.AppendRune(s.forms, r)
	}
	t.plain = len(s.forms)
	s.tokens = append(s.tokens, t)
	return at
}

// number takes digits and the points, commas, colons and slashes between them. Its form has a 0 for each digit: it is the shape that says
// something.
func (s *scan) number(text string, at int) int {
	t := token{kind: number, from: at, form: len(s.forms)}
	for at < len(text) {
		c := text[at]
		digit := '0' <= c && c <= '9'
		between := (c == '.' || c == ',' || c == ':' || c == '/') && at+1 < len(text) && '0' <= text[at+1] && text[at+1] <= '9'
		if !digit && !between {
			break
		}
		if digit {
			c = '0'
		}
		if at-t.from < 12 {
			s.forms = append(s.forms, c)
		}
		at++
	}
	t.to, t.end, t.plain = at, len(s.forms), len(s.forms)
	s.tokens = append(s.tokens, t)
	return at
}

// mark takes a run of one mark; its form is the mark, twice when there are several.
func (s *scan) mark(text string, at int) int {
	from := at
	for at < len(text) && text[at] == text[from] {
		at++
	}
	s.add(token{kind: mark, from: from, to: at}, text[from:min(at, from+2)])
	return at
}

// folded holds what letters of the Latin blocks fold to, as Fold has it.
var folded = func() (table [0x250]string) {
	for r := rune(0x80); r < rune(len(table)); r++ {
		table[r] = Fold(string(r))
	}
	return table
}()

func appendFolded(to []byte, r rune) []byte {
	switch {
	case r < 0x80:
		return append(to, byte(r))
	case int(r) < len(folded):
		return append(to, folded[r]...)
	case unicode.Is(unicode.Mn, r):
		return to
	}
	return norm.NFKD.AppendString(to, string(r))
}
