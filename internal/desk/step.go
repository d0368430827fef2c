package desk

import (
	"time"

	"visavis/internal/vis"
)

// Step is one thing that is being done about a conversation's matter, shown to the customer: effort that is seen makes waiting bearable.
type Step struct {
	ID           vis.StepID
	Conversation vis.ConversationID
	// Kind is "custom" for an agent's words in Text; any other is worded by the reader's screen in her language: "received",
	// "taken" (Member took it on), "handed_over", "late" (a promise was missed), "callback", "resolved".
	Kind       string
	Text       string // at most MaxStep runes
	State      StepState
	ExpectedAt time.Time    // when it should be done; zero when that is not known
	Member     vis.MemberID // who does it; "" for the system
	Position   int64        // orders the steps of a conversation
	CreatedAt  time.Time
	ChangedAt  time.Time
	Version    int64
}

// MaxStep is the longest text of a step in runes.
const MaxStep = 140

// StepState is where a step stands.
type StepState string

const (
	Planned  StepState = "planned"
	Underway StepState = "underway"
	Done     StepState = "done"
)
