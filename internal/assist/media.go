package assist

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// Side is whose media a leg carries.
type Side string

const (
	CustomerSide Side = "customer"
	MemberSide   Side = "member"
	WatcherSide  Side = "watcher"
	WhisperSide  Side = "whisper" // a watcher whom the member hears, and nobody else
	GuestSide    Side = "guest"   // a colleague whom both hear and see
)

// Leg is one connection of a session.
type Leg struct {
	Side   Side
	Member vis.MemberID // of a watcher or a guest: there may be several, or one after another
}

// Way is how a leg comes to its media: one of the two.
type Way struct {
	// SDP answers the leg's offer. It is complete: no candidates follow.
	SDP string
	// Ticket lets the leg in where media is carried elsewhere; its offer is of no use then.
	Ticket *Ticket
}

// Ticket lets one leg, once and for a moment, into a room of a LiveKit server. What it may send there is the room's to say, not the ticket's
// holder's.
type Ticket struct {
	URL   string // where browsers reach that server: ws:// or wss://
	Token string
}

// Media carries sound and pictures between the legs of a session: in this process (assist/media), or in a cluster of LiveKit servers
// (assist/livekit). Its rooms live in memory: after a restart both sides come again.
type Media interface {
	// Open makes room for a session, or refuses it with vis.Unavailable when there are too many. Opening twice is once.
	Open(id vis.AssistID) error
	// Room is how many more sessions it would open now.
	Room() int
	// Check refuses an offer (SDP, RFC 8829) that this side may not make: above all a customer's camera without her consent.
	Check(side Side, offer string, camera bool) error
	// Join lets a leg in, in place of an earlier one of the same side.
	Join(ctx context.Context, id vis.AssistID, leg Leg, offer string) (Way, error)
	// Leave ends one leg, End all of them.
	Leave(id vis.AssistID, leg Leg)
	End(id vis.AssistID)
	// Lighten lets a customer's camera be passed on, as far as that takes more than an offer which was looked at; Darken stops it, at once.
	Lighten(id vis.AssistID)
	Darken(id vis.AssistID)
	// Records reports whether what is said can be tapped here.
	Records() bool
	// Tap gives a tape copies of what is said and of the member's picture, from now on; nil gives them to nobody any more.
	Tap(id vis.AssistID, to Tape)
	// Connected reports whether a leg carries media now.
	Connected(id vis.AssistID, leg Leg) bool
	// Servers are relays that a side of the session may use when it reaches us in no other way, with credentials of its own.
	Servers(id vis.AssistID, now time.Time) []Server
	// OpenCheck lets somebody try her connection out for a moment, without a call; TryOut answers her offer, and sends back whatever data
	// comes. Servers are those of the check, as of a session.
	OpenCheck(id vis.AssistID) error
	TryOut(ctx context.Context, id vis.AssistID, offer string) (answer string, err error)
	// Examine finds out whether browsers can reach what Join and Servers name, as far as this machine can tell.
	Examine(ctx context.Context, id vis.AssistID) ([]Finding, error)
	// OnChange is told, on a goroutine of the backend, whenever a leg connects or is lost. It is set once, before the first session.
	OnChange(func(ctx context.Context, id vis.AssistID, leg Leg, connected bool))
}

// Tape is given what is said and shown. Take never waits.
type Tape interface {
	Take(f Frame)
}

// Frame is a moment of sound (Opus) or a picture (VP8).
type Frame struct {
	Side          Side
	Picture       bool
	At            time.Time // when it was said or shown, by our clock
	Key           bool      // it rests on no other
	Width, Height int       // of a picture that rests on no other
	Data          []byte    // nobody's to change
	Lost          int       // packets that did not come before it
}

// Server is a relay (TURN, RFC 8656).
type Server struct {
	URLs       []string
	Username   string
	Credential string
}
