package assist

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"visavis/internal/vis"
)

// The frames of co-browsing that both sides know. Their form on the wire is theirs here: the same text goes to one member and to all who
// watch. Nodes are named by the ids of the recording, places by fractions of a node's box: never by pixels.
type (
	// ChangesFrame is what changed on the customer's page, as rrweb records it.
	ChangesFrame struct {
		Type   string          `json:"type"`
		N      int64           `json:"n" minimum:"1" doc:"Counts the frames of one page load from 1."`
		Load   string          `json:"load,omitempty"`
		Fresh  bool            `json:"fresh,omitempty" doc:"It begins with the whole page."`
		Events json.RawMessage `json:"events"`
	}
	// DidFrame says what became of an act.
	DidFrame struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		Done bool   `json:"done"`
		Why  string `json:"why,omitempty" enum:"denied,gone,stopped,grant,"`
	}
	// PointFrame is where the member points, which is not kept.
	PointFrame struct {
		Type string  `json:"type"`
		Node int64   `json:"node,omitempty"`
		X    float64 `json:"x,omitempty"`
		Y    float64 `json:"y,omitempty"`
		Off  bool    `json:"off,omitempty"`
		From *Person `json:"from,omitempty"`
	}
	// DrawFrame is a stroke of the member's pen.
	DrawFrame struct {
		Type   string  `json:"type"`
		ID     string  `json:"id"`
		Shape  string  `json:"shape" enum:"arrow,circle,free"`
		Points []Spot  `json:"points" nullable:"false"`
		From   *Person `json:"from,omitempty"`
	}
	// WipeFrame takes the strokes away.
	WipeFrame struct {
		Type string  `json:"type"`
		From *Person `json:"from,omitempty"`
	}
	// ActFrame is what the member does on the customer's page.
	ActFrame struct {
		Type string   `json:"type"`
		ID   string   `json:"id"`
		Kind string   `json:"kind" enum:"click,type,scroll,key"`
		Node int64    `json:"node"`
		X    *float64 `json:"x,omitempty"`
		Y    *float64 `json:"y,omitempty"`
		Text string   `json:"text,omitempty"`
		Key  string   `json:"key,omitempty"`
		DX   float64  `json:"dx,omitempty"`
		DY   float64  `json:"dy,omitempty"`
		From *Person  `json:"from,omitempty"`
	}
	// GrantsFrame says what the customer allows at this moment.
	GrantsFrame struct {
		Type string `json:"type"`
		Grants
	}
	// SeatedFrame is the first that a seat is told.
	SeatedFrame struct {
		Type string `json:"type"`
		Role Side   `json:"role" enum:"customer,member,watcher"`
		Mask *Masks `json:"mask,omitempty" doc:"For the customer: what more of her site's pages is hidden or shown."`
		Grants
	}
	// NewsFrame is a frame that is its type alone: "lag" asks the customer for the whole page, "away" says that she has no page open.
	NewsFrame struct {
		Type string `json:"type"`
	}
	// HereFrame says that the customer has a page open.
	HereFrame struct {
		Type string `json:"type"`
		Load string `json:"load"`
	}
)

// Grants are what the customer allows: her page, and to act on the pages of one origin.
type Grants struct {
	Page          bool   `json:"page"`
	Control       bool   `json:"control"`
	ControlOrigin string `json:"controlOrigin,omitempty"`
}

// Masks are CSS selectors of what of a page is neither seen nor clicked, and of fields that may be seen.
type Masks struct {
	Hide []string `json:"hide" nullable:"false"`
	Show []string `json:"show" nullable:"false"`
}

// Person is who points, draws or acts, as the customer knows her.
type Person struct {
	ID        string `json:"id" format:"uuid"`
	FirstName string `json:"firstName"`
}

// Spot is a place on a node: fractions of its box.
type Spot struct {
	Node int64   `json:"node"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
}

// The bounds of what a member sends.
const (
	maxSpots   = 200
	maxTyped   = 2000 // runes of one act
	maxFrameID = 64
	maxScroll  = 100_000 // CSS pixels of one act
)

var (
	shapes   = []string{"arrow", "circle", "free"}
	whyNot   = []string{"", "denied", "gone", "stopped", "grant"}
	keysThat = []string{"Enter", "Tab", "Escape", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End",
		"PageUp", "PageDown", " "} // may be pressed
)

// errForm is the refusal of a frame that is none of ours.
func errForm(what string) error {
	return vis.Errorf(vis.Invalid, "malformed", "This is not a frame of co-browsing: %s.", what)
}

func checkID(id string) error {
	if id == "" || len(id) > maxFrameID || !utf8.ValidString(id) {
		return errForm("its id is missing or too long")
	}
	return nil
}

// within brings a fraction back into its box.
func within(f float64) float64 { return min(1, max(0, f)) }

func (f *PointFrame) check() error {
	if f.Off {
		f.Node, f.X, f.Y = 0, 0, 0
		return nil
	}
	if f.Node <= 0 {
		return errForm("it names no node")
	}
	f.X, f.Y = within(f.X), within(f.Y)
	return nil
}

func (f *DrawFrame) check() error {
	switch {
	case !slices.Contains(shapes, f.Shape):
		return errForm("there is no such shape")
	case len(f.Points) == 0:
		return errForm("it has no points")
	case len(f.Points) > maxSpots:
		return vis.Errorf(vis.Invalid, "too_large", "A stroke has at most %d points.", maxSpots)
	}
	for i := range f.Points {
		p := &f.Points[i]
		if p.Node <= 0 {
			return errForm("a point names no node")
		}
		p.X, p.Y = within(p.X), within(p.Y)
	}
	return checkID(f.ID)
}

func (f *ActFrame) check() error {
	if f.Node <= 0 {
		return errForm("it names no node")
	}
	for _, at := range []*float64{f.X, f.Y} {
		if at != nil {
			*at = within(*at)
		}
	}
	f.DX, f.DY = min(maxScroll, max(-maxScroll, f.DX)), min(maxScroll, max(-maxScroll, f.DY))
	switch f.Kind {
	case "click", "scroll":
		f.Text, f.Key = "", ""
	case "type":
		if utf8.RuneCountInString(f.Text) > maxTyped {
			return vis.Errorf(vis.Invalid, "too_large", "At most %d characters are typed at once.", maxTyped)
		}
		// It is text and nothing else: characters that steer a terminal or a parser have no place in a field.
		f.Text, f.Key = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, f.Text), ""
	case "key":
		if !slices.Contains(keysThat, f.Key) {
			return errForm("this key may not be pressed")
		}
		f.Text = ""
	default:
		return errForm("there is no such act")
	}
	return checkID(f.ID)
}

func (f *DidFrame) check() error {
	if !slices.Contains(whyNot, f.Why) {
		return errForm("there is no such reason")
	}
	return checkID(f.ID)
}

// travels is a frame as text.
func travels(frame any) []byte {
	b, err := json.Marshal(frame)
	if err != nil {
		panic("assist: a frame does not marshal: " + err.Error()) // they are our own types, and scrubbed events are JSON
	}
	return b
}
