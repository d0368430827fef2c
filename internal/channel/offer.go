package channel

import (
	"net/url"
	"slices"
	"strings"
)

// The bounds of an offer.
const (
	MaxPatterns = 30
	maxPattern  = 200 // bytes
	MaxStaff    = 99
)

// Offer says when customers of a channel are offered live assistance. The zero Offer is: everywhere, to everyone, at any hour.
type Offer struct {
	Only  []string `json:"only,omitempty"`  // pages, as patterns; none is every page
	Never []string `json:"never,omitempty"` // pages, whatever Only says
	// Whom is ToVerified or ToUnverified, "" for everyone.
	Whom      string   `json:"whom,omitempty"`
	Languages []string `json:"languages,omitempty"` // none is every language
	Segments  []string `json:"segments,omitempty"`  // the organisation's words; none is every customer
	InHours   bool     `json:"inHours,omitempty"`   // in opening hours only
	Staff     int      `json:"staff,omitempty"`     // how many must be free to answer; 0 rings whoever is there, and tells the honest wait
}

// To whom an offer can be.
const (
	ToVerified   = "verified"
	ToUnverified = "unverified"
)

// Why live assistance is not offered.
const (
	NotHere    = "page"
	NotToYou   = "whom"
	NotNow     = "hours"
	NobodyFree = "staff"
)

// Asking is who would call, and from where.
type Asking struct {
	Page     string // as her browser says
	Verified bool
	Language string
	Segment  string
}

// To reports why live assistance is not offered to somebody, "" when it is, as far as that does not change by itself.
func (o Offer) To(a Asking) string {
	switch {
	case !o.On(a.Page):
		return NotHere
	case o.Whom == ToVerified && !a.Verified, o.Whom == ToUnverified && a.Verified,
		len(o.Languages) > 0 && !slices.Contains(o.Languages, a.Language),
		len(o.Segments) > 0 && !slices.Contains(o.Segments, a.Segment):
		return NotToYou
	}
	return ""
}

// Now reports why live assistance is not offered at a moment, "" when it is.
func (o Offer) Now(open bool, free int) string {
	switch {
	case o.InHours && !open:
		return NotNow
	case free < o.Staff:
		return NobodyFree
	}
	return ""
}

// Varies reports whether what is offered changes by itself.
func (o Offer) Varies() bool { return o.InHours || o.Staff > 0 }

// Asks reports whether what is offered depends on the page or on who asks.
func (o Offer) Asks() bool {
	return len(o.Only)+len(o.Never)+len(o.Languages)+len(o.Segments) > 0 || o.Whom != ""
}

// On reports whether a page is one of those. Of a page that is not known, only "everywhere" is true.
func (o Offer) On(page string) bool {
	if len(o.Only)+len(o.Never) == 0 {
		return true
	}
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	is := func(pattern string) bool {
		if strings.HasPrefix(pattern, "/") {
			return match(pattern, path)
		}
		return match(pattern, strings.ToLower(u.Host)+path)
	}
	return (len(o.Only) == 0 || slices.ContainsFunc(o.Only, is)) && !slices.ContainsFunc(o.Never, is)
}

// match reports whether a text is as a pattern says, in which * stands for anything. It takes time in proportion to both lengths at most.
func match(pattern, in string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == in
	}
	last := parts[len(parts)-1]
	if !strings.HasPrefix(in, parts[0]) {
		return false
	}
	in = in[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(in, part)
		if i < 0 {
			return false
		}
		in = in[i+len(part):]
	}
	return strings.HasSuffix(in, last)
}

// CheckPattern cleans a pattern of pages: a path, or a host and a path, without query. It is false for what is none.
func CheckPattern(in string) (string, bool) {
	p := strings.TrimSpace(in)
	p = strings.TrimPrefix(strings.TrimPrefix(p, "https://"), "http://")
	if p == "" || len(p) > maxPattern || strings.ContainsAny(p, "?# \t\r\n\\") || strings.Count(p, "*") > 5 {
		return "", false
	}
	if host, path, found := strings.Cut(p, "/"); !found {
		p = strings.ToLower(p) + "/*" // a whole site
	} else if host != "" {
		p = strings.ToLower(host) + "/" + path
	}
	return p, true
}

// Offerer is the ability of a channel that says when live assistance is offered.
type Offerer interface {
	Offer(c Channel) Offer
}

// Offer is when live assistance is offered on a channel.
func (s *Service) Offer(c Channel) Offer {
	if a, ok := s.adapters[c.Kind].(Offerer); ok {
		return a.Offer(c)
	}
	return Offer{}
}
