package routing

import (
	"time"

	"visavis/internal/vis"
)

// DefaultQueue is how conversations are handed out where nothing was set up: to one member after another, who accept or decline.
func DefaultQueue() Queue {
	return Queue{Mode: Ring, RingFor: 20, AdviserFor: 60, LastFor: 30, RelaxAfter: 60}
}

// Waiting is a conversation that waits for a member, as Decide sees it.
type Waiting struct {
	Conversation vis.ConversationID
	Team         vis.TeamID // whose queue it is in; "" for the one of everybody
	Work         Work
	Rank         int64     // desk.Standing.Rank
	Since        time.Time // from when waits are counted: those for the adviser, for relaxed levels, for other teams
	DueAt        time.Time // of the nearest promise; zero for none
	Language     string    // "" when anybody can read it
	Skills       map[string]int
	Adviser      vis.MemberID // whom the customer is followed by, or ""
	Last         vis.MemberID // who answered her last, or ""
	// Declined are the members that it is not offered to until an instant.
	Declined  map[vis.MemberID]time.Time
	Offered   bool      // it rings somewhere now, so there is nothing to decide
	NotBefore time.Time // it is left alone until then
}

// Agent is a member as Decide sees her.
type Agent struct {
	Member    vis.MemberID
	Teams     []vis.TeamID
	Presence  Presence
	Languages []string       // none: those of everybody
	Skills    map[string]int // level 1 to 5
	Capacity  map[Work]int   // her own; absent means the workspace's
	// Load is how many of each kind she holds, with what rings at her now.
	Load           map[Work]int
	FinishingUntil time.Time // she gets nothing new before
	IdleSince      time.Time // since when she got nothing new
}

// Snapshot is everything that Decide looks at.
type Snapshot struct{}

// NewSnapshot begins an empty snapshot.
func NewSnapshot(settings Settings, queues map[vis.TeamID]Queue) *Snapshot { return &Snapshot{} }

// PutWaiting adds a conversation or replaces it.
func (s *Snapshot) PutWaiting(w Waiting) {}

// RemoveWaiting takes a conversation out.
func (s *Snapshot) RemoveWaiting(id vis.ConversationID) {}

// Waiting returns a conversation that waits.
func (s *Snapshot) Waiting(id vis.ConversationID) (Waiting, bool) { return Waiting{}, false }

// PutAgent adds a member or replaces her.
func (s *Snapshot) PutAgent(a Agent) {}

// RemoveAgent takes a member out.
func (s *Snapshot) RemoveAgent(id vis.MemberID) {}

// Agent returns a member.
func (s *Snapshot) Agent(id vis.MemberID) (Agent, bool) { return Agent{}, false }

// SetQueue replaces how the conversations of one team are handed out.
func (s *Snapshot) SetQueue(q Queue) {}

// Len is how many conversations wait and how many members there are.
func (s *Snapshot) Len() (waiting, agents int) { return 0, 0 }
