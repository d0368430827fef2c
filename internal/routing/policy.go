package routing

import (
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// PromiseKind is what a customer was promised.
type PromiseKind string

const (
	Acknowledge PromiseKind = "acknowledge" // that she was heard; a robot may do it
	First       PromiseKind = "first"       // a human's first answer
	Next        PromiseKind = "next"        // a human's next answer
	Resolve     PromiseKind = "resolve"     // the matter is closed
	CallBack    PromiseKind = "callback"    // a call at the slot she chose
)

// Term is how long a promise runs: For of open time (or of plain time when Always), or, with Days > 0 or SameDay, until the closing of
// the Days-th open day after today.
type Term struct {
	For     time.Duration
	Days    int
	SameDay bool
	Always  bool // the clock runs at closed hours too
}

// Policy says what is promised to whom. The first enabled one that applies counts, in the order of Position. Every change makes
// a new version; a promise keeps the one that it was given under.
type Policy struct {
	ID       vis.PolicyID
	Name     string
	Position int
	Disabled bool
	When     Scope
	Terms    map[PromiseKind]Term // absent: not promised
	// Calendar is whose open time counts; "" for that of the channel, else of the queue, else of the workspace.
	Calendar    vis.CalendarID
	Escalations []Escalation
	// WarnAt are the shares of the term after which those concerned are warned, in percent; 75 and 90 when empty.
	WarnAt    []int
	CreatedAt time.Time
	Version   int64
}

// Scope says which conversations a policy is for. Every list that is not empty must hold the conversation's own.
type Scope struct {
	Kinds          []channel.Kind  `json:"kinds,omitempty"`
	Channels       []vis.ChannelID `json:"channelIds,omitempty"`
	Teams          []vis.TeamID    `json:"teamIds,omitempty"`
	Segments       []string        `json:"segments,omitempty"`
	Reasons        []string        `json:"reasons,omitempty"` // a reason or a branch of the tree
	MinCriticality int             `json:"minCriticality,omitempty"`
}

// Mark is a moment in the life of a promise at which something happens by itself.
type Mark string

const (
	WarnedFirst  Mark = "warned_first"  // WarnAt[0], 75 % by default
	WarnedSecond Mark = "warned_second" // WarnAt[1], 90 %
	Missed       Mark = "missed"
	MissedLong   Mark = "missed_long" // as late again as the whole term
)

// Escalation is what a mark sets off.
type Escalation struct {
	At   Mark         `json:"at"`
	Do   EscalationDo `json:"do"`
	To   EscalatedTo  `json:"to,omitempty"`     // for Notify
	Team vis.TeamID   `json:"teamId,omitempty"` // for Reassign: "" puts it back in its queue
}

// EscalationDo is what an escalation does.
type EscalationDo string

const (
	Notify   EscalationDo = "notify"
	Reassign EscalationDo = "reassign" // take it from its owner and put it in a queue
	Raise    EscalationDo = "raise"    // one step more critical
)

// EscalatedTo is whom Notify tells.
type EscalatedTo string

const (
	ToOwner       EscalatedTo = "owner" // the team when nobody owns it
	ToTeam        EscalatedTo = "team"
	ToSupervisors EscalatedTo = "supervisors"
)
