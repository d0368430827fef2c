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
	Language     string    // a tag such as "fr" or "fr-CA", of which the language counts; "" when anybody can read it
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
	// Load is how many of each kind she holds, from whatever queue, with what rings at her now.
	Load           map[Work]int
	FinishingUntil time.Time // she gets nothing new before
	IdleSince      time.Time // since when she got nothing new
}

// Snapshot is everything that Decide looks at: who waits and who could answer. It is kept up to date by putting in and taking out what
// changed, and belongs to one goroutine at a time, Decide included.
//
// Conversations that ask the same of a member (kind of work, teams that may help, language, levels of skills, nobody who declined) share
// a need, which keeps them in order; only the first of each is ever looked at. One that has an adviser, or is kept for whoever answered
// last, is also among those that only she can take. What a conversation asks for changes as it waits: it is then moved to another need,
// at an instant known beforehand, so time costs something only when it changes something.
//
// A need knows which members fit it, as a set of bits, and another set has those with room for each kind of work: whether anybody could
// take its first is a few AND. A need that nobody could take is blocked, and is not looked at again before a member who fits gains room;
// each member knows the needs she fits, so that unblocking them is one OR. When members lose their room while few have any, what these
// fit is put together, and all else is blocked at once. With a members, g needs and n waiting:
//
//   - PutWaiting, RemoveWaiting: O(log n), and O(a) for the first or the last with a need
//   - PutAgent: O(g/64); O(g) when her teams, languages or skills change; when she comes or goes, O(log n) for each conversation naming her
//   - Decide: O(g/64), one comparison of two numbers for each need that is not blocked, about log g closer ones, and O(a) to choose the
//     member; O(log n) for each conversation whose wait has changed what it asks for. After everything was put in, that is all of them
type Snapshot struct {
	settings Settings
	at       time.Time // up to which the needs are found

	waiting map[vis.ConversationID]*entry
	lines   map[vis.TeamID]*line
	linked  map[vis.MemberID]map[*entry]struct{} // the conversations that name a member
	fresh   []*entry                             // those whose needs are to be found
	times   sorted[*entry]                       // by the instant at which their needs change

	needs     []*need // by slot; nil for a free one
	heads     []int64 // the rank of the first of each need, by slot: close together, for they are what is read most
	freeNeeds []int
	byKey     map[string]*need
	key       []byte             // to write keys into
	open      [len(kinds)]bitset // needs that are not known to be blocked, by kind of work
	lost      [len(kinds)]bool   // members lost room since blocked needs were last looked for
	reach     bitset             // to put together what members fit in
	few       int                // fewFree, but in tests

	agents    map[vis.MemberID]*seat
	seats     []*seat // by slot
	freeSlots []int
	wakings   sorted[*seat] // those who finish up, by when they will have
	free      [len(kinds)]bitset
	teams     map[vis.TeamID]*bitset
	languages map[string]*bitset
	skills    map[string]*skill
	skillList []*skill // by index

	// steps counts comparisons and needs looked at, so that a test can hold the costs without a clock.
	steps int
}

// NewSnapshot begins an empty snapshot. A team without a queue has DefaultQueue.
func NewSnapshot(settings Settings, queues map[vis.TeamID]Queue) *Snapshot {
	s := &Snapshot{
		settings:  settings,
		few:       fewFree,
		waiting:   map[vis.ConversationID]*entry{},
		lines:     map[vis.TeamID]*line{},
		linked:    map[vis.MemberID]map[*entry]struct{}{},
		byKey:     map[string]*need{},
		agents:    map[vis.MemberID]*seat{},
		teams:     map[vis.TeamID]*bitset{},
		languages: map[string]*bitset{},
		skills:    map[string]*skill{},
	}
	s.times.order, s.wakings.order = s.timeOrder, s.wakeOrder
	for team, q := range queues {
		q.Team = team
		s.line(team).queue = q
	}
	return s
}

// Len is how many conversations wait and how many members there are.
func (s *Snapshot) Len() (waiting, agents int) { return len(s.waiting), len(s.agents) }

// Queue is how the conversations of a team are handed out.
func (s *Snapshot) Queue(team vis.TeamID) Queue {
	if l := s.lines[team]; l != nil {
		return l.queue
	}
	q := DefaultQueue()
	q.Team = team
	return q
}

// Place is the place of a conversation in its queue, counted from 1: how many of the same queue come before it, those that ring included,
// and itself. It finds the place in O(log n) comparisons and adds up one number for each 256 conversations or so.
func Place(s *Snapshot, id vis.ConversationID) (int, bool) {
	e := s.waiting[id]
	if e == nil {
		return 0, false
	}
	return e.line.waiting.before(e) + 1, true
}
