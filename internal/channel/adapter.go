package channel

import (
	"encoding/json"
	"time"

	"visavis/internal/hours"
	"visavis/internal/vis"
)

// Adapter is what every kind of channel can do. An adapter holds no state of a workspace: it is handed the channel it works for.
// Further abilities are small interfaces that are found by type assertion: VisitorAdapter here; webhooks, authorisation and
// look-ups with the channels that need them.
type Adapter interface {
	// Kind names the family this adapter serves.
	Kind() Kind
	// CheckSettings reads settings that an administrator gave, refuses wrong ones with a vis.Error that names the field, and
	// returns them normalised.
	CheckSettings(settings json.RawMessage) (json.RawMessage, error)
	// Capabilities says what can be done on a channel at an instant.
	Capabilities(c Channel, now time.Time) Capabilities
}

// Capabilities are what a thread on a channel can carry at one instant. Code outside asks them and never the channel's kind.
type Capabilities struct {
	// Live means that the customer's side reads the event log itself: nothing has to be sent out.
	Live bool
	// Written means that words travel as letters: with a subject, to several people, and out through the outbox.
	Written bool
	// Typing and Read say whether those signs travel in both directions.
	Typing, Read bool
	// Attachments says whether files can go with a message; MaxFile is the largest in bytes.
	Attachments bool
	MaxFile     int64
	// Assist says that customers may call for live assistance here, where the server offers it.
	Assist bool
	// MaxText is the longest message in runes.
	MaxText int
}

// VisitorAdapter is the ability of a channel whose customers write on the organisation's own pages.
type VisitorAdapter interface {
	Adapter
	// Welcome is what anybody may know of the channel.
	Welcome(c Channel) (Welcome, error)
	// Origins are the web origins whose pages may embed the channel.
	Origins(c Channel) ([]string, error)
	// VerifyClaim checks who the organisation's site says the visitor is, against the channel's signing secret.
	VerifyClaim(secret []byte, token string, now time.Time) (Claim, error)
}

// Welcome is what a visitor sees before she writes.
type Welcome struct {
	Name      string
	Colour    string            // "#rrggbb"
	Greeting  map[string]string // by language
	Languages []string
	Team      vis.TeamID
}

// Scheduler is the ability of a channel that may have opening hours of its own.
type Scheduler interface {
	// Hours are the channel's own; false when it has none.
	Hours(c Channel) (hours.Calendar, bool)
}

// Claim is who a site has proved a visitor to be.
type Claim struct {
	Subject string // the customer's id on that site
	Email   string // "" when not said
	Name    string
	// Attributes are what the site says of her; an empty one is so no more.
	Attributes map[string]string
}
