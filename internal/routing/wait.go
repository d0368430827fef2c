package routing

import (
	"time"

	"visavis/internal/vis"
)

// Handling is how long the recent conversations of a queue took a member, measured.
type Handling struct {
	Mean, SD time.Duration
	N        int // how many were measured
}

// Estimate says between which two times the one in this place will have to wait.
func Estimate(place, agents int, h Handling) (low, high time.Duration, ok bool) { return 0, 0, false }

// Round makes a wait one that people say.
func Round(d time.Duration) time.Duration { return d }

// Place is the place of a conversation in its queue, from 1.
func Place(s *Snapshot, id vis.ConversationID) (int, bool) { return 0, false }
