package routing

import (
	"time"

	"visavis/internal/vis"
)

// Decision is a conversation and the member who should have it.
type Decision struct {
	Conversation vis.ConversationID
	Member       vis.MemberID
	Mode         Mode     // Ring or Push: whether she is asked
	Why          []string // as in Offer.Why: "adviser", "last", "overflow", "language", "skills", "free"
	Team         vis.TeamID
}

// Decide returns the single best thing to do at an instant. When there is none, ok is false and next is when the mere passing of time can
// change that; zero for never.
func Decide(s *Snapshot, now time.Time) (d Decision, ok bool, next time.Time) {
	return Decision{}, false, time.Time{}
}
