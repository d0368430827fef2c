package routing

import (
	"time"

	"visavis/internal/vis"
)

// PromiseState is where a promise stands.
type PromiseState string

const (
	Running PromiseState = "running"
	Paused  PromiseState = "paused" // waiting for the customer
	Kept    PromiseState = "kept"
	// Broken promises are missed and still owed: they end in Late when what was promised is done.
	Broken PromiseState = "missed"
	Late   PromiseState = "late"
	// Void promises ended without being owed any more, such as an answer to a thank-you that was closed unanswered.
	Void PromiseState = "void"
)

// Promise is a deadline that a customer was given, under the terms of one version of a policy.
type Promise struct {
	ID            vis.PromiseID
	Conversation  vis.ConversationID
	Customer      vis.CustomerID
	Channel       vis.ChannelID
	Team          vis.TeamID
	Kind          PromiseKind
	Policy        vis.PolicyID // "" for the built-in defaults
	PolicyVersion int64
	Calendar      vis.CalendarID
	Term          Term
	WarnAt        []int
	Escalations   []Escalation
	State         PromiseState
	MadeAt        time.Time // when the clock began
	DueAt         time.Time // the deadline; moves only by a pause
	// Left is the open time that was left when it was paused.
	Left     time.Duration
	PausedAt time.Time
	// Marks are those that have been passed, in order; each is passed once.
	Marks   []Mark
	EndedAt time.Time
	// Took is the time until it ended as the customer lived it: wall time without the pauses.
	Took      time.Duration
	PausedFor time.Duration // in all, wall time
	Version   int64
}

// Open reports whether the promise is still owed.
func (p Promise) Open() bool { return p.State == Running || p.State == Paused || p.State == Broken }
