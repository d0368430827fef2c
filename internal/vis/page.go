package vis

// The bounds of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 100
)

// Page asks for one page of a list by keyset: what comes after the opaque cursor After, at most Limit items.
type Page struct {
	Limit int
	After string
}

// Bounded returns p with its limit between 1 and MaxLimit, DefaultLimit when it says nothing.
func (p Page) Bounded() Page {
	switch {
	case p.Limit <= 0:
		p.Limit = DefaultLimit
	case p.Limit > MaxLimit:
		p.Limit = MaxLimit
	}
	return p
}

// List is one page: its items and the cursor of the next one, "" on the last page.
type List[T any] struct {
	Items []T
	Next  string
}
