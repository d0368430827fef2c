// Package selector reads CSS selectors (Selectors Level 4) of the kind that every browser with which pages are shown understands, and that
// depend on nothing but what stands in a page: types, ids, classes, attributes, combinators, and the pseudo-classes for "not", "one of" and
// places among siblings. What is not known is refused, so that nothing is accepted here that a browser would not take.
package selector

import (
	"slices"
	"strings"
)

// MaxLength is the longest selector, in bytes.
const MaxLength = 200

// maxNested is how deep selectors may stand in selectors.
const maxNested = 3

// Selector is a list of which one must match.
type Selector struct {
	alone []compound // those alternatives that look at one element only
}

// compound is what one element must be.
type compound struct {
	tag     string // lower case, "" for any
	id      string
	classes []string
	has     []attribute
}

type attribute struct {
	name, op, value string
	fold            bool
}

// Parse reads a selector; it is false for what is none.
func Parse(in string) (Selector, bool) {
	p := parser{in: in}
	if len(in) > MaxLength || strings.TrimSpace(in) == "" {
		return Selector{}, false
	}
	s, ok := p.list(0)
	return s, ok && p.at == len(in)
}

// Match reports whether an element is meant, as far as that depends on itself alone: what a selector says of parents, siblings and places
// is never matched here. attr gives an attribute by its name in lower case.
func (s Selector) Match(tag string, attr func(name string) (string, bool)) bool {
	return slices.ContainsFunc(s.alone, func(c compound) bool { return c.match(tag, attr) })
}

func (c compound) match(tag string, attr func(string) (string, bool)) bool {
	if c.tag != "" && c.tag != tag {
		return false
	}
	if id, _ := attr("id"); c.id != "" && c.id != id {
		return false
	}
	class, _ := attr("class")
	for _, one := range c.classes {
		if !slices.Contains(strings.Fields(class), one) {
			return false
		}
	}
	return !slices.ContainsFunc(c.has, func(a attribute) bool {
		v, there := attr(a.name)
		return !there || !a.match(v)
	})
}

func (a attribute) match(v string) bool {
	want := a.value
	if a.fold {
		v, want = strings.ToLower(v), strings.ToLower(want)
	}
	switch a.op {
	case "":
		return true
	case "=":
		return v == want
	case "~=":
		return slices.Contains(strings.Fields(v), want)
	case "|=":
		return v == want || strings.HasPrefix(v, want+"-")
	}
	if want == "" {
		return false
	}
	switch a.op {
	case "^=":
		return strings.HasPrefix(v, want)
	case "$=":
		return strings.HasSuffix(v, want)
	}
	return strings.Contains(v, want)
}

type parser struct {
	in string
	at int
}

func (p *parser) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

// take goes on past one character, if it comes next.
func (p *parser) take(c byte) bool {
	if p.peek() != c || p.at >= len(p.in) {
		return false
	}
	p.at++
	return true
}

// space reports whether there was any.
func (p *parser) space() bool {
	from := p.at
	for p.peek() == ' ' || p.peek() == '\t' {
		p.at++
	}
	return p.at > from
}

func (p *parser) list(depth int) (Selector, bool) {
	var s Selector
	for {
		p.space()
		c, alone, ok := p.complex(depth)
		if !ok {
			return s, false
		}
		if alone {
			s.alone = append(s.alone, c)
		}
		p.space()
		if !p.take(',') {
			return s, true
		}
	}
}

// complex reads compounds and how they stand to each other. The last is what is meant; it is alone when it is the only one.
func (p *parser) complex(depth int) (c compound, alone, ok bool) {
	if c, alone, ok = p.compound(depth); !ok {
		return c, false, false
	}
	for {
		spaced := p.space()
		combined := strings.IndexByte(">+~", p.peek()) >= 0 && p.at < len(p.in)
		if combined {
			p.at++
			p.space()
		} else if !spaced || p.at == len(p.in) || p.peek() == ',' || p.peek() == ')' {
			return c, alone, true
		}
		if c, _, ok = p.compound(depth); !ok {
			return c, false, false
		}
		alone = false
	}
}

func (p *parser) compound(depth int) (c compound, alone, ok bool) {
	alone = true
	from := p.at
	if !p.take('*') {
		name, named := p.name()
		if !named && p.at > from {
			return c, false, false
		}
		c.tag = strings.ToLower(name)
	}
	for {
		switch {
		case p.take('#'):
			id, named := p.name()
			if !named || c.id != "" && c.id != id {
				return c, false, false
			}
			c.id = id
		case p.take('.'):
			class, named := p.name()
			if !named {
				return c, false, false
			}
			c.classes = append(c.classes, class)
		case p.take('['):
			a, fine := p.attribute()
			if !fine {
				return c, false, false
			}
			c.has = append(c.has, a)
		case p.take(':'):
			if !p.pseudo(depth) {
				return c, false, false
			}
			alone = false
		default:
			return c, alone, p.at > from
		}
	}
}

func (p *parser) attribute() (attribute, bool) {
	p.space()
	name, ok := p.name()
	if !ok {
		return attribute{}, false
	}
	a := attribute{name: strings.ToLower(name)}
	p.space()
	if p.take(']') {
		return a, true
	}
	if strings.IndexByte("~|^$*", p.peek()) >= 0 {
		a.op = p.in[p.at:min(p.at+1, len(p.in))]
		p.at++
	}
	if !p.take('=') {
		return a, false
	}
	a.op += "="
	p.space()
	if a.value, ok = p.value(); !ok {
		return a, false
	}
	if p.space() {
		a.fold = p.take('i') || p.take('I')
		p.space()
	}
	return a, p.take(']')
}

// value is a name, or a text in quotes.
func (p *parser) value() (string, bool) {
	quote := p.peek()
	if quote != '"' && quote != '\'' {
		return p.name()
	}
	p.at++
	var b strings.Builder
	for p.at < len(p.in) {
		c := p.in[p.at]
		p.at++
		switch {
		case c == quote:
			return b.String(), true
		case c == '\\':
			if c = p.peek(); !escapable(c) {
				return "", false
			}
			p.at++
		case c < ' ' || c == 0x7f:
			return "", false
		}
		b.WriteByte(c)
	}
	return "", false
}

// escapable reports whether a backslash before a character stands for the character itself.
func escapable(c byte) bool {
	return c > ' ' && c < 0x7f && !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F')
}

// name is an identifier of CSS.
func (p *parser) name() (string, bool) {
	var b strings.Builder
	for p.at < len(p.in) {
		c := p.in[p.at]
		switch {
		case c == '_' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z', c == '-':
		case '0' <= c && c <= '9' && b.Len() > 0 && b.String() != "-":
		case c == '\\' && p.at+1 < len(p.in) && escapable(p.in[p.at+1]):
			p.at++
			c = p.in[p.at]
		default:
			return b.String(), b.Len() > 0 && b.String() != "-"
		}
		b.WriteByte(c)
		p.at++
	}
	return b.String(), b.Len() > 0 && b.String() != "-"
}

// places are the pseudo-classes without arguments, and those that take a place among siblings.
var (
	bare   = []string{"first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type", "root", "empty"}
	counts = []string{"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"}
	lists  = []string{"not", "is", "where"}
)

func (p *parser) pseudo(depth int) bool {
	name, ok := p.name()
	if !ok {
		return false
	}
	name = strings.ToLower(name)
	switch {
	case slices.Contains(bare, name):
		return true
	case depth >= maxNested || !p.take('('):
		return false
	case slices.Contains(lists, name):
		_, ok := p.list(depth + 1)
		return ok && p.take(')')
	case slices.Contains(counts, name):
		return p.place() && p.take(')')
	}
	return false
}

// place is "odd", "even", or a step and an offset such as 2n+1.
func (p *parser) place() bool {
	end := strings.IndexByte(p.in[p.at:], ')')
	if end < 0 {
		return false
	}
	said := strings.ToLower(strings.TrimSpace(p.in[p.at : p.at+end]))
	p.at += end
	if said == "odd" || said == "even" {
		return true
	}
	step, offset, both := strings.Cut(said, "n")
	if !both {
		return digits(strings.TrimPrefix(said, "-"), false)
	}
	offset = strings.TrimSpace(offset)
	signed := strings.HasPrefix(offset, "+") || strings.HasPrefix(offset, "-")
	return digits(strings.TrimPrefix(step, "-"), true) && (offset == "" || signed && digits(strings.TrimSpace(offset[1:]), false))
}

func digits(in string, none bool) bool {
	return (none || in != "") && len(in) <= 4 && strings.Trim(in, "0123456789") == ""
}
