// Package assist is live assistance: a customer presses one button, members are rung until one of them is there, and both see and hear
// what they allowed each other. Media travels in a backend of its own; what was agreed on is kept here.
//
// The life of a session:
//
//  1. Press begins it, in the customer's conversation. The best member is rung at once, the next after five seconds, then two at a time.
//  2. Accept gives it to the first who answers, with the conversation. Nobody within fifteen seconds: the customer is told so, and it goes
//     on ringing for a while; her conversation waits in its queue all the same.
//  3. It is live once the media of both sides is connected. What the member may see or do, the customer grants and takes back.
//  4. The member can pass it to a colleague, or have one come in as a third. The customer's connection stays; what she allowed the first
//     does not go over to the next.
//  5. It ends when one side hangs up, nobody came, or the media is lost for good. All grants end with it.
//  6. The member who had it last says what came of it, and the customer how it was.
package assist

import (
	"slices"
	"time"

	"visavis/internal/vis"
)

// State is where a session stands.
type State string

const (
	Ringing  State = "ringing"
	Accepted State = "accepted" // a member has it, and media is being connected
	Live     State = "live"
	Ended    State = "ended"
)

// Outcome is how a session ended.
type Outcome string

const (
	Done      Outcome = "done"      // one of the two hung up
	Cancelled Outcome = "cancelled" // the customer, before anybody answered
	Missed    Outcome = "missed"    // nobody answered
	Failed    Outcome = "failed"    // media never came, or was lost for good
)

// Session is one live assistance.
type Session struct {
	ID           vis.AssistID
	Conversation vis.ConversationID
	Customer     vis.CustomerID // the conversation's
	Channel      vis.ChannelID
	State        State
	Member       vis.MemberID // who took it, "" before
	Node         string       // the server that holds it, "" where there is only one
	PressedAt    time.Time
	EndedAt      time.Time
	Story        Story
	Version      int64
}

// Story is what nothing searches in.
type Story struct {
	Rings      []Ring         `json:"rings"`
	Consents   []Consent      `json:"consents"`
	Asked      []Kind         `json:"asked"`               // what the member asks the customer for at this moment
	Questions  []Question     `json:"questions,omitempty"` // those that were put to her, oldest first
	Watchers   []vis.MemberID `json:"watchers"`            // supervisors who listen; the customer is shown them
	Whispers   []vis.MemberID `json:"whispers,omitempty"`  // those of them who speak to the member; the customer does not hear it
	Calling    *Calling       `json:"calling,omitempty"`   // whom the member has rung at this moment
	Guest      vis.MemberID   `json:"guestId,omitempty"`   // a colleague who is in it as a third
	Guests     []vis.MemberID `json:"guestIds,omitempty"`  // all who ever came in so, in order
	Passes     []Pass         `json:"passes,omitempty"`    // the changes of the member, oldest first
	Page       *Page          `json:"page,omitempty"`
	LateAt     time.Time      `json:"lateAt,omitzero"` // when the customer was told that nobody is there yet
	AcceptedAt time.Time      `json:"acceptedAt,omitzero"`
	LiveAt     time.Time      `json:"liveAt,omitzero"`
	Outcome    Outcome        `json:"outcome,omitempty"`
	EndedBy    vis.ActorKind  `json:"endedBy,omitempty"`
	Conclusion *Conclusion    `json:"conclusion,omitempty"` // nil until the member says what came of it
	Rating     int            `json:"rating,omitempty"`     // 1 to 5, 0 for none
	Comment    string         `json:"comment,omitempty"`
}

// Question is what a member asked the customer for, or the house in her name.
type Question struct {
	Kind   Kind         `json:"kind"`
	Member vis.MemberID `json:"memberId"`
	At     time.Time    `json:"at"`
}

// Page is where the customer pressed.
type Page struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// RingState is what became of a ring.
type RingState string

const (
	Rings     RingState = "ringing"
	Answered  RingState = "accepted"
	Refused   RingState = "refused"
	Unheard   RingState = "missed"
	Withdrawn RingState = "withdrawn"
)

// Ring is one member's bell.
type Ring struct {
	Member    vis.MemberID `json:"memberId"`
	State     RingState    `json:"state"`
	RangAt    time.Time    `json:"rangAt"`
	ExpiresAt time.Time    `json:"expiresAt"`
	EndedAt   time.Time    `json:"endedAt,omitzero"`
	Reason    string       `json:"reason,omitempty"` // of a refusal
	For       Purpose      `json:"for,omitempty"`    // of a colleague who is rung during the call
}

// Kind is what a customer can allow.
type Kind string

const (
	SeePage   Kind = "page"    // to see the page that she is on
	Control   Kind = "control" // to click and type on it
	Record    Kind = "record"
	SeeCamera Kind = "camera" // to see her
)

var kinds = []Kind{SeePage, Control, Record, SeeCamera}

// Valid reports whether k is one of the four.
func (k Kind) Valid() bool { return slices.Contains(kinds, k) }

// Consent is what a customer allowed one member, and until when.
type Consent struct {
	Kind      Kind         `json:"kind"`
	Member    vis.MemberID `json:"memberId"`
	Origin    string       `json:"origin,omitempty"` // of the page, for Control
	GivenAt   time.Time    `json:"givenAt"`
	ExpiresAt time.Time    `json:"expiresAt,omitzero"` // zero for the end of the session
	EndedAt   time.Time    `json:"endedAt,omitzero"`
	Why       string       `json:"why,omitempty"` // it ended: "revoked", "agent" (another has the session), "expired", "ended", "origin", "failed" (nothing could be kept)
}
