package page

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// picks are the functions of style sheets whose texts are addresses.
var picks = []string{"image-set", "-webkit-image-set", "image", "src", "cross-fade", "-webkit-cross-fade"}

// splitMark is the comment by which rrweb says where one text of a style element ends.
const splitMark = "/* rr_split */"

// css rewrites a style sheet, or a part of one: pictures and fonts get addresses of ours, other sheets are not imported, comments go. It
// reads tokens as browsers do (CSS Syntax Level 3 §4), so that no escape hides an address.
func (s *Scrubber) css(in string) string {
	if !strings.ContainsAny(in, "/@(\\\"'<") {
		return in
	}
	r := cssReader{in: in, s: s}
	r.out.Grow(len(in))
	for r.at < len(r.in) {
		r.next()
	}
	return r.out.String()
}

type cssReader struct {
	in    string
	at    int
	out   strings.Builder
	s     *Scrubber
	calls []string // the functions and brackets that are open
}

// next copies one token.
func (r *cssReader) next() {
	c := r.in[r.at]
	switch {
	case strings.HasPrefix(r.in[r.at:], "/*"):
		r.comment()
	case c == '"' || c == '\'':
		text := r.quoted()
		if len(r.calls) > 0 && slices.Contains(picks, r.calls[len(r.calls)-1]) {
			text = r.s.address(text)
		}
		r.out.WriteString(cssQuote(text))
	case c == '@':
		r.rule()
	case c == '(' || c == '[' || c == '{':
		r.calls = append(r.calls, "")
		r.copy(1)
	case c == ')' || c == ']' || c == '}':
		if len(r.calls) > 0 {
			r.calls = r.calls[:len(r.calls)-1]
		}
		r.copy(1)
	case c == '<': // nothing in a sheet may end the element that it is in
		r.at++
		if r.at < len(r.in) && r.in[r.at] != '/' && r.in[r.at] != '!' {
			r.out.WriteByte('<')
		}
	case nameByte(c) || c == '\\':
		r.name()
	default:
		r.copy(1)
	}
}

func (r *cssReader) copy(n int) {
	r.out.WriteString(r.in[r.at : r.at+n])
	r.at += n
}

// comment leaves a comment out, as white space: what stood apart stays apart.
func (r *cssReader) comment() {
	if strings.HasPrefix(r.in[r.at:], splitMark) {
		r.copy(len(splitMark))
		return
	}
	end := strings.Index(r.in[r.at+2:], "*/")
	if end < 0 {
		r.at = len(r.in)
		return
	}
	r.at += 2 + end + 2
	r.out.WriteByte(' ')
}

func nameByte(c byte) bool {
	return c == '-' || c == '_' || c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// name copies a name as it was written. One that calls for an address is read with what it calls.
func (r *cssReader) name() {
	from := r.at
	name := r.identifier()
	if r.at == from { // a lone backslash
		r.copy(1)
		return
	}
	if r.at == len(r.in) || r.in[r.at] != '(' {
		r.out.WriteString(r.in[from:r.at])
		return
	}
	name = strings.ToLower(name)
	r.at++
	if name == "url" || name == "url-prefix" || name == "domain" || name == "expression" {
		address := r.argument()
		ours := ""
		if strings.HasPrefix(address, "#") && name == "url" {
			ours = address // of a shape in the page
		} else if name == "url" {
			ours = r.s.address(address)
		}
		r.out.WriteString("url(" + cssQuote(ours) + ")")
		return
	}
	r.calls = append(r.calls, name)
	r.out.WriteString(r.in[from:r.at])
}

// identifier reads a name with its escapes resolved.
func (r *cssReader) identifier() string {
	var name strings.Builder
	for r.at < len(r.in) {
		c := r.in[r.at]
		switch {
		case nameByte(c):
			name.WriteByte(c)
			r.at++
		case c == '\\' && r.at+1 < len(r.in) && r.in[r.at+1] != '\n':
			name.WriteRune(r.escape())
		default:
			return name.String()
		}
	}
	return name.String()
}

// escape reads an escaped character.
func (r *cssReader) escape() rune {
	r.at++
	end := r.at
	for end < len(r.in) && end < r.at+6 && strings.IndexByte("0123456789abcdefABCDEF", r.in[end]) >= 0 {
		end++
	}
	if end == r.at {
		c, size := utf8.DecodeRuneInString(r.in[r.at:])
		r.at += size
		return c
	}
	code, err := strconv.ParseUint(r.in[r.at:end], 16, 32)
	r.at = end
	if r.at < len(r.in) && strings.IndexByte(" \t\n\r\f", r.in[r.at]) >= 0 {
		r.at++
	}
	if c := rune(code); err == nil && code != 0 && utf8.ValidRune(c) { //nolint:gosec // six digits
		return c
	}
	return utf8.RuneError
}

// quoted reads a text in quotes.
func (r *cssReader) quoted() string {
	quote := r.in[r.at]
	var text strings.Builder
	for r.at++; r.at < len(r.in); {
		switch c := r.in[r.at]; {
		case c == quote:
			r.at++
			return text.String()
		case c == '\n': // it ends unclosed
			return text.String()
		case c == '\\' && r.at+1 < len(r.in) && r.in[r.at+1] == '\n':
			r.at += 2
		case c == '\\' && r.at+1 < len(r.in):
			text.WriteRune(r.escape())
		default:
			text.WriteByte(c)
			r.at++
		}
	}
	return text.String()
}

// argument reads what url( holds, and the bracket that closes it.
func (r *cssReader) argument() string {
	r.space()
	var text strings.Builder
	if r.at < len(r.in) && (r.in[r.at] == '"' || r.in[r.at] == '\'') {
		text.WriteString(r.quoted())
		if end := strings.IndexByte(r.in[r.at:], ')'); end >= 0 { // behind it only what modifies it
			r.at += end + 1
		} else {
			r.at = len(r.in)
		}
		return text.String()
	}
	for r.at < len(r.in) {
		switch c := r.in[r.at]; {
		case c == ')':
			r.at++
			return strings.TrimSpace(text.String())
		case c == '\\' && r.at+1 < len(r.in):
			text.WriteRune(r.escape())
		default:
			text.WriteByte(c)
			r.at++
		}
	}
	return strings.TrimSpace(text.String())
}

func (r *cssReader) space() {
	for r.at < len(r.in) && strings.IndexByte(" \t\n\r\f", r.in[r.at]) >= 0 {
		r.at++
	}
}

// rule copies the name of an at-rule; one that takes in another sheet is left out to its end.
func (r *cssReader) rule() {
	from := r.at
	r.at++
	name := strings.ToLower(r.identifier())
	if name != "import" && name != "namespace" && name != "charset" && name != "document" && name != "-moz-document" {
		r.out.WriteString(r.in[from:r.at])
		return
	}
	for depth := 0; r.at < len(r.in); {
		switch c := r.in[r.at]; {
		case c == '"' || c == '\'':
			r.quoted()
			continue
		case c == '\\':
			r.escape()
			continue
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '{' && depth <= 0, c == '}' && depth <= 0:
			return // it was broken: what follows is read as it is
		case c == ';' && depth <= 0:
			r.at++
			return
		}
		r.at++
	}
}

// cssQuote writes a text in quotes, with everything escaped that could end it.
func cssQuote(in string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range in {
		switch {
		case c == '"' || c == '\\' || c == '<' || c < ' ' || c == 0x7f:
			out.WriteString(`\` + strconv.FormatInt(int64(c), 16) + " ")
		default:
			out.WriteRune(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
