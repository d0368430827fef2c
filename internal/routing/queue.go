package routing

import (
	"time"

	"visavis/internal/vis"
)

// Mode is how a queue hands out its conversations.
type Mode string

const (
	Pull Mode = "pull"   // members take what they see
	Ring Mode = "offer"  // each is offered to one member, who accepts or declines
	Push Mode = "assign" // each is given to one member without asking
)

// Queue is how the conversations of a team (or, with Team "", those of no team) are handed out.
type Queue struct {
	Team     vis.TeamID     `json:"-"`
	Mode     Mode           `json:"mode"`
	Calendar vis.CalendarID `json:"calendarId,omitempty"` // when the team answers; "" for the workspace's
	// RingFor is how long an offer rings, in seconds.
	RingFor int `json:"ringFor,omitempty"`
	// Skills that its work needs, with the level (1 to 5) that is wanted at first.
	Skills map[string]int `json:"skills,omitempty"`
	// AdviserFor and LastFor are how many seconds a conversation is kept for the customer's adviser, and then for whoever answered her
	// last, before any fitting member gets it.
	AdviserFor int `json:"adviserFor,omitempty"`
	LastFor    int `json:"lastFor,omitempty"`
	// RelaxAfter is after how many seconds of waiting each wanted level falls by one; 0 never.
	RelaxAfter int `json:"relaxAfter,omitempty"`
	// Overflow are teams whose members help out, each from After seconds of waiting on.
	Overflow []Overflow `json:"overflow,omitempty"`
	// Ring are the teams that take over in this order when this one closes ("follow the sun").
	Ring []vis.TeamID `json:"ring,omitempty"`
	// ReassignFor is after how many seconds without its owner a conversation that waits is handed to somebody else; 0 is the default.
	ReassignFor int   `json:"reassignFor,omitempty"`
	Version     int64 `json:"-"`
}

// Overflow is a team that helps out.
type Overflow struct {
	Team  vis.TeamID `json:"teamId"`
	After int        `json:"after"` // seconds of waiting
}

// Work is a kind of work, by how much of a member it takes.
type Work string

const (
	WorkCall Work = "call" // a call or an assistance: takes all of her
	WorkChat Work = "chat"
	WorkMail Work = "mail"
)

// Profile is what a member can take on.
type Profile struct {
	Member    vis.MemberID   `json:"-"`
	Skills    map[string]int `json:"skills,omitempty"`    // level 1 to 5
	Languages []string       `json:"languages,omitempty"` // none: those of everybody
	// Capacity overrides how many of each kind of work she can hold at once; absent means the workspace's.
	Capacity map[Work]int `json:"capacity,omitempty"`
	Version  int64        `json:"-"`
}

// Presence is whether a member can be given work.
type Presence string

const (
	Available Presence = "available"
	Busy      Presence = "busy" // here, and wants nothing new
	Away      Presence = "away" // will be back
	Offline   Presence = "offline"
)

// Shift is a member's presence as routing knows it. Chosen is what she said herself; Connected is whether one of her screens is.
type Shift struct {
	Member    vis.MemberID
	Chosen    Presence  // Available, Busy or Away
	BackAt    time.Time // when she is Away and said so
	Connected bool
	// FinishingUntil is until when she writes up what she has just ended; she gets nothing new before.
	FinishingUntil time.Time
	Since          time.Time // of the present effective presence
	SeenAt         time.Time // when a node last vouched for her connection
}

// Presence is what counts.
func (s Shift) Presence() Presence {
	if !s.Connected {
		return Offline
	}
	if s.Chosen == "" {
		return Available
	}
	return s.Chosen
}

// OfferState is where an offer stands.
type OfferState string

const (
	Ringing   OfferState = "ringing"
	Accepted  OfferState = "accepted"
	Declined  OfferState = "declined"
	Expired   OfferState = "expired"   // nobody answered
	Withdrawn OfferState = "withdrawn" // it was no longer to be had, or the member left
)

// Offer proposes a conversation to one member. A conversation has at most one that rings.
type Offer struct {
	ID           vis.OfferID
	Conversation vis.ConversationID
	Member       vis.MemberID
	State        OfferState
	Reason       string   // of a decline: "busy", "skill", "language", "break", "other"
	Why          []string // why she, as codes: "adviser", "last", "skills", "language", "free", "overflow"
	MadeAt       time.Time
	ExpiresAt    time.Time
	EndedAt      time.Time
}

// Callback is a call that a customer was promised, instead of waiting.
type Callback struct {
	ID           vis.CallbackID
	Conversation vis.ConversationID
	Customer     vis.CustomerID
	Phone        string    // E.164
	At           time.Time // the slot begins; kept within ten minutes after
	State        string    // "asked", "done", "unreachable", "cancelled"
	Promise      vis.PromiseID
	CreatedAt    time.Time
	EndedAt      time.Time
	By           vis.MemberID // who called
	Version      int64
}
