package desk

import (
	"strings"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Customer is a person the organisation serves.
type Customer struct {
	ID   vis.CustomerID
	Name string // "" while we know neither it nor an address that stands for it: see Called
	// Face is the seed of a drawn face, "" for an anonymous visitor.
	Face   string
	Locale string // BCP 47 language, "fr" or "en" here
	Zone   string // IANA time zone, "" when unknown
	// Verified is true once an identity other than a device was proved.
	Verified bool
	// Adviser is the member she is followed by, "" for none.
	Adviser vis.MemberID
	Segment string // the organisation's own word for her kind of customer, such as "gold"
	Value   int    // 0 … 100, how much she is worth to the organisation
	// Attributes are what the organisation says of her, by its own keys: where she is, what she has. Its site signs them, its programs and members
	// write them; she cannot.
	Attributes  Attributes
	Page        *PageView // the page she was last seen on
	Identities  []Identity
	FirstSeenAt time.Time
	LastSeenAt  time.Time
	Version     int64
}

// Called is the name to call her by; "" while we know none, or while her address stands in its place.
func (c Customer) Called() string {
	for _, i := range c.Identities {
		if i.Kind == IdentityEmail && strings.EqualFold(c.Name, text.Preview(i.Value, MaxName)) {
			return ""
		}
	}
	return c.Name
}

// PageView is a page of the organisation's site that a customer was on.
type PageView struct {
	URL   string
	Title string
	At    time.Time
}

// IdentityKind says by what a customer is known.
type IdentityKind string

const (
	IdentityVisitor IdentityKind = "visitor" // a device that wrote in the web chat
	IdentityEmail   IdentityKind = "email"
	IdentityPhone   IdentityKind = "phone"
	IdentityUser    IdentityKind = "user" // the customer's id on the organisation's own site
	IdentitySocial  IdentityKind = "social"
	IdentityCard    IdentityKind = "card"
)

// Identity is one way a customer is known. (Kind, Key) is unique among a workspace's verified identities; any number of
// customers may claim the same unproved one, and none of them gains anything by it.
type Identity struct {
	ID        vis.IdentityID
	Customer  vis.CustomerID
	Kind      IdentityKind
	Value     string // as it was given
	Key       string // folded for comparison
	Verified  bool
	CreatedAt time.Time
}

// Visit is a visitor's session in the web chat: a bearer token (kept only as its hash) that stands for one customer on one
// channel. It opens that customer's own conversations, on whatever channel they are, and nothing else.
type Visit struct {
	TokenHash string
	Customer  vis.CustomerID
	Channel   vis.ChannelID
	CreatedAt time.Time
	ExpiresAt time.Time
}
