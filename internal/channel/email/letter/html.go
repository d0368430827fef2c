package letter

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/inbucket/html2text"
	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elsewhere is the address of a picture that may be asked for.
var elsewhere = regexp.MustCompile(`^https?://[^\s"'<>]+$`)

// policy is what of a letter's HTML is kept: its text, tables, pictures, links and the look of them. Nothing that runs, loads, covers the
// page or asks for input.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd",
		"del", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol",
		"p", "pre", "q", "s", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt",
		"u", "ul")
	number := regexp.MustCompile(`^[0-9]{1,4}%?$`)
	colour := regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}|rgba?\([0-9., %]{5,40}\))$`)
	p.AllowAttrs("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "start").Matching(number).Globally()
	p.AllowAttrs("bgcolor", "color").Matching(colour).Globally()
	p.AllowAttrs("align", "valign").Matching(regexp.MustCompile(`^[a-zA-Z]{3,10}$`)).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-zA-Z0-9-]{2,20}$`)).Globally()
	p.AllowAttrs("size").Matching(regexp.MustCompile(`^[+-]?[0-9]$`)).OnElements("font")
	p.AllowAttrs("face").Matching(regexp.MustCompile(`^[a-zA-Z0-9 ,'-]{1,100}$`)).OnElements("font")
	p.AllowAttrs("alt", "title").Matching(bluemonday.Paragraph).OnElements("img")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^cid:[0-9]{1,3}$`)).OnElements("img")
	p.AllowAttrs("data-src").Matching(elsewhere).OnElements("img")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel", "cid")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	length := regexp.MustCompile(`^-?[0-9.]{1,6}(px|pt|em|rem|%)?( -?[0-9.]{1,6}(px|pt|em|rem|%)?){0,3}$`)
	p.AllowStyles("color", "background-color").Matching(colour).Globally()
	p.AllowStyles("padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "width", "max-width", "height", "line-height", "font-size",
		"border-radius", "border-width", "border-spacing").Matching(length).Globally()
	p.AllowStyles("text-align", "vertical-align", "font-weight", "font-style", "text-decoration", "border-style", "border-collapse", "white-space",
		"list-style-type").Matching(regexp.MustCompile(`^[a-z0-9 -]{1,30}$`)).Globally()
	p.AllowStyles("border", "border-top", "border-bottom", "border-left", "border-right", "border-color").Matching(
		regexp.MustCompile(`^([a-zA-Z0-9#.-]{1,20}|rgba?\([0-9., %]{5,40}\))( ([a-zA-Z0-9#.-]{1,20}|rgba?\([0-9., %]{5,40}\))){0,3}$`)).Globally()
	p.AllowStyles("font-family").Matching(regexp.MustCompile(`^[a-zA-Z0-9 ,'"-]{1,150}$`)).Globally()
	return p
})

// dropped are elements whose content goes with them.
var dropped = []atom.Atom{atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Embed, atom.Svg,
	atom.Math, atom.Form, atom.Input, atom.Button, atom.Select, atom.Textarea, atom.Base, atom.Meta, atom.Link, atom.Audio, atom.Video, atom.Canvas,
	atom.Frameset, atom.Applet, atom.Noembed, atom.Noframes, atom.Xmp, atom.Plaintext}

const maxNested = 400 // elements within one another

// sanitised is a letter's HTML as it may be shown, and how many pictures of it lie elsewhere. Pictures that came with the letter are named
// by the index of their file.
func (r *reading) sanitised(source string) (string, int) {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		r.note("html-left-out")
		return "", 0
	}
	remote := 0
	if !r.clean(root, 0, &remote) {
		r.note("html-left-out")
		return "", 0
	}
	var out bytes.Buffer
	if err := html.Render(&out, root); err != nil {
		r.note("html-left-out")
		return "", 0
	}
	return strings.TrimSpace(policy().Sanitize(out.String())), remote
}

// clean walks the tree, drops what never may stay and names the pictures; false when it is nested too deeply.
func (r *reading) clean(n *html.Node, depth int, remote *int) bool {
	if depth > maxNested {
		return false
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.CommentNode || c.Type == html.ElementNode && (slices.Contains(dropped, c.DataAtom) || c.Namespace != "") {
			n.RemoveChild(c)
			c = next
			continue
		}
		if c.Type == html.ElementNode && c.DataAtom == atom.Img {
			r.picture(c, remote)
		}
		if !r.clean(c, depth+1, remote) {
			return false
		}
		c = next
	}
	return true
}

// picture rewrites where a picture comes from.
func (r *reading) picture(n *html.Node, remote *int) {
	source := ""
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		if a.Key == "src" {
			source = strings.TrimSpace(a.Val)
		}
		return a.Key == "src" || a.Key == "srcset" || a.Key == "data-src"
	})
	if len(source) > 4 && strings.EqualFold(source[:4], "cid:") {
		id := strings.Trim(source[len("cid:"):], "<> ")
		for i := range r.Files {
			if id != "" && r.Files[i].ContentID == id {
				r.Files[i].Inline = true
				n.Attr = append(n.Attr, html.Attribute{Key: "src", Val: "cid:" + strconv.Itoa(i)})
				return
			}
		}
		return
	}
	if strings.HasPrefix(source, "//") {
		source = "https:" + source
	}
	if at, err := url.Parse(source); err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.Host != "" && elsewhere.MatchString(at.String()) {
		*remote++
		n.Attr = append(n.Attr, html.Attribute{Key: "data-src", Val: at.String()})
	}
}

// maxConverted is up to where HTML is made a text that reads well, in bytes.
const maxConverted = 256 << 10

// textOf is the text of a letter that came as HTML alone. What is too long or too deeply nested to be made one that reads well is told
// all the same.
func textOf(source string) string {
	if len(source) <= maxConverted {
		if said, err := html2text.FromString(source); err == nil && said != "" {
			return said
		}
	}
	return wordsOf(source[:min(len(source), maxHTML)])
}

// wordsOf is what stands between the tags of HTML, a line for each block.
func wordsOf(source string) string {
	var out strings.Builder
	hidden := atom.Atom(0)
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(out.String())
		case html.TextToken:
			if said := strings.Join(strings.Fields(string(z.Text())), " "); hidden == 0 && said != "" {
				out.WriteString(said + " ")
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			at := atom.Lookup(name)
			if hidden == 0 && (at == atom.Script || at == atom.Style || at == atom.Title || at == atom.Template) {
				hidden = at
			}
			blockEnds(&out, at)
		case html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			at := atom.Lookup(name)
			if at == hidden {
				hidden = 0
			}
			blockEnds(&out, at)
		}
	}
}

// blockEnds begins a new line where a block begins or ends.
func blockEnds(out *strings.Builder, at atom.Atom) {
	switch at {
	case atom.P, atom.Div, atom.Br, atom.Tr, atom.Li, atom.Table, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		if !strings.HasSuffix(out.String(), "\n") {
			out.WriteByte('\n')
		}
	}
}
