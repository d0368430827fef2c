package routing

import (
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// named are the conversations whose rows must be read anew for what has happened.
func (p *picture) named(c *changes) []vis.ConversationID {
	ids := c.touched
	if len(c.customers) > 0 {
		for id, customer := range p.waiting {
			if c.customers[customer] {
				ids[id] = true
			}
		}
	}
	for _, x := range c.shifts {
		// Of whoever has just left it is asked which promises are at risk.
		if was := p.shifts[x.Member].Presence(); x.Presence() != was && (x.Presence() == Offline || x.Presence() == Away) {
			for id := range p.owned[x.Member] {
				ids[id] = true
			}
		}
	}
	out := make([]vis.ConversationID, 0, len(ids))
	for id := range ids {
		out = append(out, id)
	}
	return out
}

// as is the picture with other shifts.
func (p *picture) as(shifts []Shift) *picture {
	if shifts == nil {
		return p
	}
	other := *p
	other.shifts = make(map[vis.MemberID]Shift, len(shifts))
	other.clockIn(shifts)
	return &other
}

// take draws into the picture what has happened.
func (p *picture) take(c *changes, now time.Time) {
	p.position = c.position
	if c.shifts != nil {
		p.arrive(c.shifts, now)
	}
	if c.rang {
		p.rings(c.rings, now)
		for _, o := range c.offers {
			p.answer(o, now)
		}
	}
	gone := c.touched
	for _, r := range c.rows {
		delete(gone, r.ID)
		r.assignedAt = c.assigned[r.ID]
		if at, ended := c.ended[r.ID]; ended {
			if m := p.finisher(r); m != "" {
				c.finished[m] = later(at, c.finished[m])
			}
		}
		delete(p.refused, r.ID) // something has changed, so it may be tried again
		p.put(r, now)
		if o, rings := p.ringing[r.ID]; rings {
			p.agent(o.Member, now)
		}
	}
	for id := range gone {
		p.remove(id, now)
	}
}

// finisher is who has just ended a live conversation: its owner when it was resolved, or who owned it before. "" for nobody.
func (p *picture) finisher(r row) vis.MemberID {
	before := p.held[r.ID]
	switch {
	case !r.lane.live:
	case r.State == desk.Resolved:
		return r.Assignee
	case before != nil && before.owner != r.Assignee:
		return before.owner
	}
	return ""
}

// arrive replaces the shifts. Whoever became available may let offers ring out anew before she counts as away.
func (p *picture) arrive(shifts []Shift, now time.Time) {
	before := p.shifts
	p.shifts = make(map[vis.MemberID]Shift, len(shifts))
	p.clockIn(shifts)
	for m, x := range p.shifts {
		if x == before[m] {
			continue
		}
		if x.Presence() != before[m].Presence() {
			delete(p.ignored, m)
		}
		p.agent(m, now)
	}
	p.sweepBy(now)
}

// answer takes in how an offer began or ended.
func (p *picture) answer(o offerNews, now time.Time) {
	switch o.State {
	case Ringing:
		p.given[o.Member] = later(o.at, p.given[o.Member])
	case Expired:
		p.ignored[o.Member]++
		p.decline(o.conversation, o.Member, o.at.Add(ignoredFor), now)
	case Declined:
		delete(p.ignored, o.Member)
		p.decline(o.conversation, o.Member, o.at.Add(declinedFor), now)
	case Accepted:
		delete(p.ignored, o.Member)
	case Withdrawn:
	}
}

// keep takes over from the picture before what only memory knows.
func (p *picture) keep(before *picture, now time.Time) {
	for id, h := range p.held {
		if old := before.held[id]; old != nil && old.owner == h.owner {
			h.assignedAt, h.known = old.assignedAt, old.known
		}
	}
	for id, of := range before.declined {
		if _, waits := p.waiting[id]; !waits {
			continue
		}
		for m, until := range of {
			p.decline(id, m, until, now)
		}
	}
	p.given, p.ignored = before.given, before.ignored
	for m := range p.given {
		p.agent(m, now)
	}
	p.sweepBy(now)
}
