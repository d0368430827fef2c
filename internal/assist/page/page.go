// Package page takes out of a recording of a customer's page (rrweb 2) what nobody but she may see, and everything that could act on
// whoever looks at it. It is the second wall: the customer's browser has masked already, but what comes from there is a stranger's word.
//
// What is not known is not passed on: events, fields, elements and attributes are those listed here. What a customer types or chooses is
// masked unless the site marks it with data-visavis-show; what the site marks with data-visavis-hide or its administrator names, passwords,
// cards, one-time codes, hidden and file fields are never shown, whatever else is said. Pictures and fonts get an address of ours.
//
// A recording says a node's tag once and speaks of its id from then on, so a Scrubber remembers the ids of those nodes that are not plain:
// a few bits each, and nothing of what they hold.
package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"visavis/internal/selector"
)

// Mask stands for whatever was typed, however long it is.
const Mask = "••••••"

// The bounds of a recording.
const (
	maxDepth = 600     // browsers nest no deeper; what does is cut
	maxMarks = 400_000 // nodes that are not plain
	maxPath  = 500     // bytes of a path that is told
)

// The events of rrweb that are passed on.
const (
	eventLoaded = 0 // DomContentLoaded
	eventLoad   = 1
	eventWhole  = 2 // FullSnapshot
	eventChange = 3 // IncrementalSnapshot
	eventMeta   = 4
)

// ErrForm says that something is no recording.
var ErrForm = errors.New("page: these are no events of a recording")

// Visit is a page that the customer came to.
type Visit struct {
	Origin string // such as https://shop.example; "" for what has none
	Path   string
}

// Scrubbed is what may be passed on.
type Scrubbed struct {
	Events json.RawMessage
	Whole  bool // holds the whole page
	// Stale says that what may be seen has changed under what was passed on before: the events are not to be passed on, but the whole page
	// asked for.
	Stale  bool
	Visits []Visit
}

// Scrubber scrubs the recording of one page load. It is not safe for concurrent use.
type Scrubber struct {
	asset func(address string) string
	known map[string]string // addresses of ours, so that a picture is fetched once
	marks map[int64]mark
	hide  []selector.Selector
	stale bool
}

// New makes a scrubber. asset gives pictures and fonts an address of ours, "" for none. hide are selectors of what is hidden as if the site
// had marked it. Where they speak of an element's surroundings only the customer's browser can tell, which marks what it finds.
func New(asset func(address string) string, hide []string) *Scrubber {
	s := &Scrubber{asset: asset, known: make(map[string]string), marks: make(map[int64]mark)}
	for _, one := range hide {
		if rule, ok := selector.Parse(one); ok {
			s.hide = append(s.hide, rule)
		}
	}
	return s
}

// hides reports whether an element is to be hidden, as far as its own attributes tell.
func (s *Scrubber) hides(tag string, attributes map[string]any) bool {
	if _, marked := attributes["data-visavis-hide"]; marked {
		return true
	}
	return slices.ContainsFunc(s.hide, func(rule selector.Selector) bool {
		return rule.Match(tag, func(name string) (string, bool) {
			value, there := attributes[name]
			text, _ := value.(string)
			return text, there && value != nil
		})
	})
}

// event is one of rrweb's.
type event struct {
	Type      int     `json:"type"`
	Data      any     `json:"data"`
	Timestamp float64 `json:"timestamp"`
}

// Scrub scrubs events, a JSON array. After an error the recording can only go on with the whole page.
func (s *Scrubber) Scrub(events []byte) (Scrubbed, error) {
	var in []struct {
		Type      int             `json:"type"`
		Data      json.RawMessage `json:"data"`
		Timestamp float64         `json:"timestamp"`
	}
	if err := json.Unmarshal(events, &in); err != nil {
		return Scrubbed{}, ErrForm
	}
	s.stale = false
	var got Scrubbed
	out := make([]event, 0, len(in))
	for _, e := range in {
		var data any
		var err error
		switch e.Type {
		case eventLoaded, eventLoad:
			data = struct{}{}
		case eventWhole:
			data, err = s.whole(e.Data)
			got.Whole = true
		case eventChange:
			data, err = s.change(e.Data)
		case eventMeta:
			var v Visit
			if data, v, err = meta(e.Data); err == nil {
				got.Visits = append(got.Visits, v)
			}
		}
		if err != nil {
			return Scrubbed{}, ErrForm
		}
		if data != nil {
			out = append(out, event{e.Type, data, e.Timestamp})
		}
	}
	got.Stale = s.stale
	var err error
	if got.Events, err = plain(out); err != nil {
		return Scrubbed{}, ErrForm
	}
	return got, nil
}

// plain writes JSON without the escapes that are for pages: it travels as it is, and a page is full of angle brackets.
func plain(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// position is where a page is scrolled to.
type position struct {
	Left float64 `json:"left"`
	Top  float64 `json:"top"`
}

type snapshot struct {
	Node          *node    `json:"node"`
	InitialOffset position `json:"initialOffset"`
}

// whole scrubs a whole page. What was known of the one before is forgotten.
func (s *Scrubber) whole(data json.RawMessage) (any, error) {
	var w snapshot
	if err := json.Unmarshal(data, &w); err != nil || w.Node == nil {
		return nil, ErrForm
	}
	clear(s.marks)
	clear(s.known)
	if !s.node(w.Node, 0, 0) {
		return nil, ErrForm
	}
	return w, nil
}

// meta cuts an address to its origin and path: what follows is full of tokens.
func meta(data json.RawMessage) (any, Visit, error) {
	var m struct {
		Href   string  `json:"href"`
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, Visit{}, err
	}
	v := visit(m.Href)
	m.Href = v.Origin + v.Path
	return m, v, nil
}

func visit(href string) Visit {
	u, err := url.Parse(href)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Visit{Path: "/"}
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return Visit{u.Scheme + "://" + strings.ToLower(u.Host), path[:min(len(path), maxPath)]}
}

// address gives a picture or font an address of ours: "" for what is no absolute address of the web. Pictures that lie in the page itself
// stay.
func (s *Scrubber) address(raw string) string {
	raw = strings.TrimSpace(raw)
	if inline(raw) {
		return raw
	}
	if ours, ok := s.known[raw]; ok {
		return ours
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	ours := s.asset(u.String())
	s.known[raw] = ours
	return ours
}

// inlineKinds are the pictures and fonts that may lie in a page itself. None of them runs anything where pictures are shown.
var inlineKinds = []string{"data:image/png", "data:image/jpeg", "data:image/jpg", "data:image/gif", "data:image/webp", "data:image/avif", "data:image/svg+xml",
	"data:image/x-icon", "data:font/", "data:application/font-", "data:application/x-font-"}

func inline(raw string) bool {
	head := strings.ToLower(raw[:min(len(raw), 40)])
	for _, kind := range inlineKinds {
		if rest, ok := strings.CutPrefix(head, kind); ok && (strings.HasSuffix(kind, "/") || strings.HasSuffix(kind, "-") || rest != "" && strings.ContainsRune(";,", rune(rest[0]))) {
			return true
		}
	}
	return false
}
