package routing

import (
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// liveFor is how long after the last word a live conversation still takes its share of a member: she waits for the answer.
const liveFor = 5 * time.Minute

// lane is what a channel makes of a conversation.
type lane struct {
	work Work
	live bool // the customer watches the answer being written
}

// laneOf says what kind of work arrives on a channel. A call or an assistance takes all of a member; what is read as it is written is a
// chat; the rest can lie for a moment.
func laneOf(c channel.Channel, live bool) lane {
	switch {
	case c.Kind == "phone" || c.Kind == "sos" || c.Kind == "assist":
		return lane{WorkCall, true}
	case live:
		return lane{WorkChat, true}
	}
	return lane{WorkMail, false}
}

// held is an open conversation that a member owns.
type held struct {
	id           vis.ConversationID
	owner        vis.MemberID
	team         vis.TeamID
	lane         lane
	waitingSince time.Time // zero when nobody waits
	activeAt     time.Time // the last word on either side
	assignedAt   time.Time
	known        bool // assignedAt is from the log, not from when this node began to look
	warned       bool // a promise to its customer is at risk
}

func newHeld(c desk.Conversation, l lane) held {
	return held{id: c.ID, owner: c.Assignee, team: c.Team, lane: l, waitingSince: c.WaitingSince, activeAt: c.LastActivityAt}
}

// counts reports whether it takes its share of its owner at an instant, and until when it does by itself; zero until something happens.
// What waits for her counts, and so does a live one that was active a moment ago; one whose customer has the word otherwise does not.
func (h held) counts(now time.Time) (bool, time.Time) {
	if !h.waitingSince.IsZero() {
		return true, time.Time{}
	}
	until := h.activeAt.Add(liveFor)
	if h.lane.live && until.After(now) {
		return true, until
	}
	return false, time.Time{}
}

// row is a conversation as it was read, with what else bears on who gets it.
type row struct {
	desk.Conversation
	lane       lane
	adviser    vis.MemberID
	last       vis.MemberID // who answered its customer last
	warned     bool         // a promise to its customer is at risk
	assignedAt time.Time    // zero when that was not seen
}

// picture is what the engine knows of one workspace: everything that bears on who gets what. It is made from the database and kept up to
// date from the log. It is plain memory: whoever reads and writes it sees to it that nobody else does meanwhile.
type picture struct {
	position int64 // every event up to here is in it
	settings Settings
	queues   map[vis.TeamID]Queue
	hours    map[vis.TeamID]*hours.Hours // when each team answers
	members  map[vis.MemberID]staff.Member
	profiles map[vis.MemberID]Profile
	shifts   map[vis.MemberID]Shift

	snap     *Snapshot
	waiting  map[vis.ConversationID]vis.CustomerID
	held     map[vis.ConversationID]*held
	owned    map[vis.MemberID]map[vis.ConversationID]*held
	ringing  map[vis.ConversationID]Offer
	declined map[vis.ConversationID]map[vis.MemberID]time.Time
	given    map[vis.MemberID]time.Time // when each was last given something
	ignored  map[vis.MemberID]int       // how many offers in a row she let ring out
	lapses   map[vis.MemberID]time.Time // when her load changes by itself
	// refused counts what the database would not have; such a decision is not tried again at once.
	refused map[vis.ConversationID]int
	spoken  map[tongue]bool // whether anybody who could get a queue's work speaks a language; found out when it is first asked
	// sweepAt is when the first owned conversation may have to be taken from its owner; zero for never.
	sweepAt time.Time
}

func newPicture(settings Settings, queues map[vis.TeamID]Queue) *picture {
	return &picture{settings: settings, queues: queues, snap: NewSnapshot(settings, queues),
		hours: make(map[vis.TeamID]*hours.Hours), members: make(map[vis.MemberID]staff.Member), profiles: make(map[vis.MemberID]Profile),
		shifts: make(map[vis.MemberID]Shift), waiting: make(map[vis.ConversationID]vis.CustomerID),
		held: make(map[vis.ConversationID]*held), owned: make(map[vis.MemberID]map[vis.ConversationID]*held),
		ringing: make(map[vis.ConversationID]Offer), declined: make(map[vis.ConversationID]map[vis.MemberID]time.Time),
		given: make(map[vis.MemberID]time.Time), ignored: make(map[vis.MemberID]int), lapses: make(map[vis.MemberID]time.Time),
		refused: make(map[vis.ConversationID]int), spoken: make(map[tongue]bool)}
}

// put brings one conversation up to date: it waits in a queue, a member holds it, or it is none of our business now.
func (p *picture) put(r row, now time.Time) {
	c := r.Conversation
	switch {
	case c.State != desk.Open:
		p.remove(c.ID, now)
	case c.Assignee == "":
		p.release(c.ID, now)
		p.waiting[c.ID] = c.Customer.ID
		_, rings := p.ringing[c.ID]
		w := Waiting{Conversation: c.ID, Team: c.Team, Work: r.lane.work, Rank: c.Standing.Rank, Since: waits(c), DueAt: c.Standing.DueAt,
			Language: p.languageOf(c), Adviser: r.adviser, Last: r.last, Declined: p.declined[c.ID], Offered: rings}
		if p.refused[c.ID] > 1 {
			w.NotBefore = now.Add(refusedFor)
		}
		p.snap.PutWaiting(w)
	default:
		p.hold(r, now)
	}
}

// hold records who owns a conversation.
func (p *picture) hold(r row, now time.Time) {
	p.unwait(r.ID)
	fresh := newHeld(r.Conversation, r.lane)
	fresh.warned, fresh.assignedAt = r.warned, now
	if before := p.held[r.ID]; before != nil && before.owner == fresh.owner {
		fresh.assignedAt, fresh.known = before.assignedAt, before.known
	} else {
		p.release(r.ID, now)
	}
	if !r.assignedAt.IsZero() {
		fresh.assignedAt, fresh.known = r.assignedAt, true
	}
	if p.owned[fresh.owner] == nil {
		p.owned[fresh.owner] = make(map[vis.ConversationID]*held)
	}
	p.held[r.ID], p.owned[fresh.owner][r.ID] = &fresh, &fresh
	p.agent(fresh.owner, now)
	p.sweepBy(p.leavesAt(&fresh, now))
}

// sweepBy makes sure that the owned conversations are looked at by an instant; zero is never.
func (p *picture) sweepBy(at time.Time) {
	if !at.IsZero() && (p.sweepAt.IsZero() || at.Before(p.sweepAt)) {
		p.sweepAt = at
	}
}

// remove forgets a conversation.
func (p *picture) remove(id vis.ConversationID, now time.Time) {
	p.unwait(id)
	p.release(id, now)
}

// unwait takes a conversation out of its queue.
func (p *picture) unwait(id vis.ConversationID) {
	if _, ok := p.waiting[id]; !ok {
		return
	}
	delete(p.waiting, id)
	delete(p.declined, id)
	delete(p.refused, id)
	p.snap.RemoveWaiting(id)
}

// release takes a conversation from its owner.
func (p *picture) release(id vis.ConversationID, now time.Time) {
	h := p.held[id]
	if h == nil {
		return
	}
	delete(p.held, id)
	delete(p.owned[h.owner], id)
	if len(p.owned[h.owner]) == 0 {
		delete(p.owned, h.owner)
	}
	p.agent(h.owner, now)
}

// load is what a member holds at an instant, with what rings at her, and when that changes by itself.
func (p *picture) load(m vis.MemberID, now time.Time) (load map[Work]int, lapse time.Time) {
	load = make(map[Work]int, len(kinds))
	for _, h := range p.owned[m] {
		counted, until := h.counts(now)
		if counted {
			load[h.lane.work]++
		}
		if !until.IsZero() && (lapse.IsZero() || until.Before(lapse)) {
			lapse = until
		}
	}
	for id, o := range p.ringing {
		if o.Member != m {
			continue
		}
		if w, ok := p.snap.Waiting(id); ok {
			load[w.Work]++
		}
	}
	return load, lapse
}

// agent brings one member up to date.
func (p *picture) agent(m vis.MemberID, now time.Time) {
	member, ok := p.members[m]
	if !ok || member.State != staff.Active {
		p.snap.RemoveAgent(m)
		delete(p.lapses, m)
		return
	}
	shift, profile := p.shifts[m], p.profiles[m]
	load, lapse := p.load(m, now)
	delete(p.lapses, m)
	if !lapse.IsZero() {
		p.lapses[m] = lapse
	}
	idle := shift.Since
	if given := p.given[m]; given.After(idle) {
		idle = given
	}
	p.snap.PutAgent(Agent{Member: m, Teams: member.Teams, Presence: shift.Presence(), Languages: profile.Languages, Skills: profile.Skills,
		Capacity: profile.Capacity, Load: load, FinishingUntil: shift.FinishingUntil, IdleSince: idle})
}

// pass lets the time go on: loads lapse. It returns when the next one does; zero for never.
func (p *picture) pass(now time.Time) time.Time {
	var next time.Time
	for m, at := range p.lapses {
		if !at.After(now) {
			p.agent(m, now)
			at = p.lapses[m]
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// rings replaces the offers that ring.
func (p *picture) rings(all []Offer, now time.Time) {
	changed := make(map[vis.MemberID]bool)
	before := p.ringing
	p.ringing = make(map[vis.ConversationID]Offer, len(all))
	for _, o := range all {
		p.ringing[o.Conversation] = o
		if before[o.Conversation].ID != o.ID {
			changed[o.Member] = true
			p.offered(o.Conversation, true)
		}
	}
	for id, o := range before {
		if p.ringing[id].ID != o.ID {
			changed[o.Member] = true
			_, still := p.ringing[id]
			p.offered(id, still)
		}
	}
	for m := range changed {
		p.agent(m, now)
	}
}

// offered marks a waiting conversation as one that rings, or that rings no longer.
func (p *picture) offered(id vis.ConversationID, on bool) {
	if w, ok := p.snap.Waiting(id); ok && w.Offered != on {
		w.Offered = on
		p.snap.PutWaiting(w)
	}
}

// decline keeps a conversation from a member until an instant.
func (p *picture) decline(id vis.ConversationID, m vis.MemberID, until, now time.Time) {
	if !until.After(now) {
		return
	}
	// A map that the snapshot holds is never written: it is replaced.
	kept := map[vis.MemberID]time.Time{m: until}
	for other, at := range p.declined[id] {
		if other != m && at.After(now) {
			kept[other] = at
		}
	}
	p.declined[id] = kept
	if w, ok := p.snap.Waiting(id); ok {
		w.Declined = kept
		p.snap.PutWaiting(w)
	}
}
