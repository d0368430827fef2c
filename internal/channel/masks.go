package channel

// MaxMasks is how many selectors of each kind there may be.
const MaxMasks = 50

// Masks are what an administrator says of a site's pages while they are shown in a live assistance, by CSS selectors, as if the site had
// marked the elements itself. They never open what always stays masked.
type Masks struct {
	Hide []string `json:"hide,omitempty"` // neither seen nor clicked, with all they hold
	Show []string `json:"show,omitempty"` // what is entered there may be seen
}

// Masker is the ability of a channel whose site has masks.
type Masker interface {
	Masks(c Channel) Masks
}

// Masks are those of a channel's site.
func (s *Service) Masks(c Channel) Masks {
	if a, ok := s.adapters[c.Kind].(Masker); ok {
		return a.Masks(c)
	}
	return Masks{}
}
