package routing

import (
	"time"

	"visavis/internal/vis"
)

// Rule says: when something happens, if all (or any) of its conditions hold, then its actions are done. Rules run in the order of
// Position; what an earlier one changed, a later one sees.
type Rule struct {
	ID       vis.RuleID
	Name     string
	Position int
	When     []Trigger
	Any      bool // any condition is enough
	If       []Condition
	Then     []Action
	Stop     bool // no later rule runs after this one did
	Disabled bool
	// DisabledWhy is set when the server switched it off: "loop" or "broken".
	DisabledWhy string
	Runs        int64 // how often it has run
	LastRunAt   time.Time
	CreatedAt   time.Time
	Version     int64
}

// Trigger is what sets rules off.
type Trigger string

const (
	WhenStarted    Trigger = "started"  // a customer began a conversation
	WhenReceived   Trigger = "received" // a customer wrote, also the first time
	WhenSent       Trigger = "sent"     // a member answered
	WhenAssigned   Trigger = "assigned"
	WhenResolved   Trigger = "resolved"
	WhenReopened   Trigger = "reopened"
	WhenClassified Trigger = "classified" // her words were read or corrected to say something else, or reason, mood, criticality, influence or language changed
	WhenWarned     Trigger = "warned"     // a promise is at risk
	WhenMissed     Trigger = "missed"     // a promise was missed
)

// Condition compares one field of the conversation with a value.
type Condition struct {
	Field string `json:"field"` // see Fields
	Is    string `json:"is"`    // see Operators
	Value string `json:"value,omitempty"`
}

// Action is one thing that a rule does.
type Action struct {
	Do    string `json:"do"`              // see Actions
	Value string `json:"value,omitempty"` // a team, member, webhook, reason, number or words, by Do
}

// Facts are what conditions look at.
type Facts struct {
	Text, Subject            string // of the message that set the rule off; of the conversation
	Channel, ChannelKind     string
	Team, Assignee           string
	Language, Reason         string
	Criticality, Mood, Value int
	Influence                int64
	Dissatisfied             bool   // as her words were read
	Urgency                  string // the same
	Segment                  string
	Contacts                 int
	Open                     bool // within opening hours
	State                    string
	WaitingFor               time.Duration
	Verified                 bool
	PageURL                  string
}
