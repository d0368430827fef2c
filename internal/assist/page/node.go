package page

import (
	"regexp"
	"slices"
	"strings"
)

// The nodes of rrweb.
const (
	nodeDocument = 0
	nodeDoctype  = 1
	nodeElement  = 2
	nodeText     = 3
	nodeCDATA    = 4
)

// node is one of a page. Fields that are not listed are not passed on.
type node struct {
	Type         int            `json:"type"`
	ID           int64          `json:"id"`
	RootID       int64          `json:"rootId,omitempty"`
	TagName      string         `json:"tagName,omitempty"`
	Attributes   map[string]any `json:"attributes,omitzero"`
	ChildNodes   []*node        `json:"childNodes,omitzero"`
	IsSVG        bool           `json:"isSVG,omitempty"`
	IsCustom     bool           `json:"isCustom,omitempty"`
	NeedBlock    bool           `json:"needBlock,omitempty"`
	IsShadowHost bool           `json:"isShadowHost,omitempty"`
	IsShadow     bool           `json:"isShadow,omitempty"`
	TextContent  *string        `json:"textContent,omitempty"`
	IsStyle      bool           `json:"isStyle,omitempty"`
	CompatMode   string         `json:"compatMode,omitempty"`
	Name         *string        `json:"name,omitempty"`
	PublicID     *string        `json:"publicId,omitempty"`
	SystemID     *string        `json:"systemId,omitempty"`
}

// mark is what must be remembered of a node.
type mark uint16

const (
	hidden mark = 1 << iota // in what is never shown
	shown                   // in what the site lets members see
	typed                   // its text is what the customer types or chooses from
	style                   // its text is a style sheet
	field                   // it has a value
	choice                  // its value is whether it is chosen
	never                   // its value is never shown
	label                   // its value is what it is called, such as a button's
	frame                   // a page in the page
)

// inherited are the marks that hold for everything within.
const inherited = hidden | shown | typed

// masked reports whether a value, or a text, may not be seen.
func (m mark) masked() bool { return m&never != 0 || m&(field|typed) != 0 && m&(shown|label) == 0 }

// mark remembers a node. Plain ones are those that nothing is remembered of.
func (s *Scrubber) mark(id int64, m mark) bool {
	if m == 0 {
		delete(s.marks, id)
		return true
	}
	if _, again := s.marks[id]; !again && len(s.marks) >= maxMarks {
		return false
	}
	s.marks[id] = m
	return true
}

var (
	tagForm    = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9:._-]{0,63}$`)
	customForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,40}-[a-z0-9._-]{0,40}$`)
)

// empty are the elements of which nothing is left but that there is one: what they hold runs, loads or steers.
var empty = []string{"script", "noscript", "base", "meta", "template", "param", "link", "portal", "title", "object", "embed", "applet", "frame", "frameset",
	"track"}

// boxes are those of them that take up room.
var boxes = []string{"object", "embed", "applet", "frame", "frameset", "portal"}

// shadowHosts are the elements that may have a shadow root, besides those that a page defines itself.
var shadowHosts = []string{"article", "aside", "blockquote", "body", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main", "nav", "p",
	"section", "span"}

// node scrubs a node with everything in it, and reports whether anything is left of it. within are the marks of what it is in.
func (s *Scrubber) node(n *node, within mark, depth int) bool {
	if n == nil {
		return false
	}
	within &= inherited | style
	switch n.Type {
	case nodeDocument:
		n.only(&node{ChildNodes: n.ChildNodes, CompatMode: word(n.CompatMode)})
		s.children(n, within&inherited, depth)
		return within&hidden == 0 && s.mark(n.ID, within&inherited)
	case nodeDoctype:
		blank := ""
		html := "html"
		n.only(&node{Name: &html, PublicID: short(n.PublicID, &blank), SystemID: short(n.SystemID, &blank)})
		return within&hidden == 0
	case nodeElement:
		return s.element(n, within&inherited, depth)
	case nodeText, nodeCDATA:
		n.Type = nodeText // no page of HTML has the other, and building one fails
		text := ""
		if n.TextContent != nil {
			text = *n.TextContent
		}
		if n.IsStyle {
			within |= style
		}
		text = s.text(text, within)
		n.only(&node{TextContent: &text, IsStyle: n.IsStyle})
		return within&hidden == 0 && s.mark(n.ID, within)
	}
	return false // comments, and what there is none of
}

// only keeps of a node what it is, who it is and the fields of another.
func (n *node) only(of *node) {
	of.Type, of.ID, of.RootID, of.IsShadow = n.Type, n.ID, n.RootID, n.IsShadow
	*n = *of
}

func short(in, otherwise *string) *string {
	if in == nil || len(*in) > 100 {
		return otherwise
	}
	return in
}

var wordForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z-]{0,19}$`)

// word is a value that is one plain word, "" for any other.
func word(in string) string {
	if wordForm.MatchString(in) {
		return in
	}
	return ""
}

// text is a text as it may be seen.
func (s *Scrubber) text(in string, m mark) string {
	switch {
	case m&hidden != 0:
		return ""
	case m&style != 0:
		return s.css(in)
	case m.masked():
		return mask(in)
	}
	return in
}

// mask stands for a value; where there is none there is none.
func mask(in string) string {
	if strings.TrimSpace(in) == "" {
		return ""
	}
	return Mask
}

// children scrubs what is in a node.
func (s *Scrubber) children(n *node, within mark, depth int) {
	if depth >= maxDepth {
		for _, c := range n.ChildNodes {
			s.bury(c)
		}
		n.ChildNodes = []*node{}
		return
	}
	n.ChildNodes = slices.DeleteFunc(n.ChildNodes, func(c *node) bool {
		if s.node(c, within, depth+1) {
			return false
		}
		s.bury(c)
		return true
	})
	if n.ChildNodes == nil {
		n.ChildNodes = []*node{}
	}
}

// bury remembers of everything in a node that it is not shown: the recording will speak of it.
func (s *Scrubber) bury(n *node) {
	if n == nil {
		return
	}
	s.mark(n.ID, hidden)
	for _, c := range n.ChildNodes {
		s.bury(c)
	}
}

// element scrubs an element.
func (s *Scrubber) element(n *node, within mark, depth int) bool {
	tag := strings.ToLower(n.TagName)
	if !tagForm.MatchString(tag) {
		tag, n.IsSVG, n.IsCustom = "span", false, false
		n.TagName = tag
	}
	if within&hidden != 0 {
		return false
	}
	hide := s.hides(tag, n.Attributes)
	_, sheet := n.Attributes["_cssText"].(string)
	if local := tag[strings.LastIndexByte(tag, ':')+1:]; hide || slices.Contains(empty, local) && !(tag == "link" && sheet) {
		return s.hollow(n, local, hide)
	}
	m := within | kind(tag, n.Attributes)
	kept := &node{TagName: n.TagName, IsSVG: n.IsSVG, ChildNodes: n.ChildNodes, NeedBlock: n.NeedBlock, Attributes: s.attributes(tag, n.IsSVG, n.Attributes, m)}
	kept.IsCustom = n.IsCustom && customForm.MatchString(n.TagName)
	kept.IsShadowHost = n.IsShadowHost && (kept.IsCustom || strings.Contains(tag, "-") || slices.Contains(shadowHosts, tag))
	n.only(kept)
	if !s.mark(n.ID, m) {
		return false
	}
	inside := m & (inherited | style)
	if m&never != 0 {
		inside = inside&^shown | typed
	}
	s.children(n, inside, depth)
	return true
}

// hollow leaves of an element that there is one, and how much room it takes.
func (s *Scrubber) hollow(n *node, tag string, hide bool) bool {
	for _, c := range n.ChildNodes {
		s.bury(c)
	}
	kept := &node{TagName: "noscript", Attributes: map[string]any{}, ChildNodes: []*node{}}
	if hide || slices.Contains(boxes, tag) {
		kept.TagName = "div"
		for _, name := range []string{"rr_width", "rr_height"} {
			if size, ok := n.Attributes[name].(string); ok && lengthForm.MatchString(size) {
				kept.Attributes[name] = size
			}
		}
		if hide {
			kept.Attributes["data-visavis-hide"] = ""
		}
	}
	n.only(kept)
	return s.mark(n.ID, hidden)
}
