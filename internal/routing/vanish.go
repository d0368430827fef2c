package routing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Why a conversation is taken from its owner.
const (
	goneDisabled   = "disabled"   // she does not work here any more
	goneVanished   = "vanished"   // she lost her connection while a customer watches
	goneLate       = "late"       // she is not here and a promise is at risk
	goneShift      = "shift"      // she went home, and somebody else answers now
	goneUnanswered = "unanswered" // she is here and leaves a customer without an answer who watches
)

// defaultReassignFor is how long a live customer waits for an owner who does not answer.
const defaultReassignFor = 3 * time.Minute

// reassignFor is that of a queue.
func (q Queue) reassignFor() time.Duration {
	if q.ReassignFor <= 0 {
		return defaultReassignFor
	}
	return time.Duration(q.ReassignFor) * time.Second
}

// owner is what decides whether a member can be left with what she has.
type owner struct {
	active bool
	shift  Shift
	// offAt is from when on none of her teams answers; zero when one always does.
	offAt time.Time
}

// leaves says when a conversation is to be taken from its owner if nothing happens meanwhile, zero for never, and why. A matter that waits
// for nobody stays where it is: its owner may come back tomorrow and know it.
func (h held) leaves(o owner, q Queue, vanishedAfter time.Duration, now time.Time) (time.Time, string) {
	if !o.active {
		return now, goneDisabled
	}
	if h.waitingSince.IsZero() {
		return time.Time{}, ""
	}
	var at time.Time
	var why string
	sooner := func(t time.Time, reason string) {
		if at.IsZero() || t.Before(at) {
			at, why = t, reason
		}
	}
	presence := o.shift.Presence()
	if presence == Offline && h.lane.live {
		sooner(later(o.shift.Since, h.assignedAt).Add(vanishedAfter), goneVanished)
	}
	if presence == Offline || presence == Away {
		if h.warned {
			back := now
			if presence == Away && o.shift.BackAt.After(now) {
				back = o.shift.BackAt
			}
			sooner(back, goneLate)
		}
		if !o.offAt.IsZero() {
			sooner(later(o.offAt, h.assignedAt), goneShift)
		}
	}
	if h.lane.live {
		sooner(later(h.waitingSince, h.assignedAt).Add(q.reassignFor()), goneUnanswered)
	}
	return at, why
}

// later is the later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ownerOf is what is known of a member.
func (p *picture) ownerOf(m vis.MemberID, now time.Time) owner {
	member := p.members[m]
	return owner{active: member.State == staff.Active, shift: p.shifts[m], offAt: p.offAt(member, now)}
}

// offAt is from when on none of a member's teams answers, as their hours stand; zero when one always does. Who is in no team answers when
// the workspace does.
func (p *picture) offAt(m staff.Member, now time.Time) time.Time {
	teams := m.Teams
	if len(teams) == 0 {
		teams = []vis.TeamID{""}
	}
	off := now
	for _, t := range teams {
		h := p.hours[t]
		if h == nil || !h.Open(now) {
			continue
		}
		closes, ok := h.NextClose(now)
		if !ok {
			return time.Time{}
		}
		off = later(off, closes)
	}
	return off
}

// door is the first instant from at on at which somebody answers in a queue, or in the ring of those that take over from it. It is false
// when nobody ever will.
func (p *picture) door(team vis.TeamID, at time.Time) (time.Time, bool) {
	h := p.hours[team]
	if h == nil || h.Open(at) {
		return at, true
	}
	ring := hours.Ring{Places: []*hours.Hours{h}}
	for _, t := range p.queues[team].Ring {
		if next := p.hours[t]; next != nil {
			ring.Places = append(ring.Places, next)
		}
	}
	if _, open := ring.Holder(at, 0); open {
		return at, true
	}
	return ring.Change(at, 0)
}

// leavesAt is when a conversation is to be looked at again for its owner's sake; zero for never.
func (p *picture) leavesAt(h *held, now time.Time) time.Time {
	at, _ := p.leaving(h, p.ownerOf(h.owner, now), now)
	return at
}

// leaving says when a conversation is to be taken from its owner, and why. It is never put before a closed door: while nobody answers in
// its queue it stays, unless its owner does not work here any more.
func (p *picture) leaving(h *held, o owner, now time.Time) (time.Time, string) {
	at, why := h.leaves(o, p.queues[h.team], p.settings.vanishedAfter(), now)
	if at.IsZero() || why == goneDisabled {
		return at, why
	}
	opens, ever := p.door(h.team, later(at, now))
	if !ever {
		return time.Time{}, ""
	}
	return opens, why
}

// leaving is what one sweep found.
type leaving struct {
	held
	why string
}

// sweep finds the conversations that must be taken from their owners now, at most a number of them, and notes when to look again.
func (p *picture) sweep(now time.Time, most int) []leaving {
	if p.sweepAt.IsZero() || p.sweepAt.After(now) {
		return nil
	}
	p.sweepAt = time.Time{}
	var out []leaving
	owners := make(map[vis.MemberID]owner)
	for _, h := range p.held {
		o, known := owners[h.owner]
		if !known {
			o = p.ownerOf(h.owner, now)
			owners[h.owner] = o
		}
		at, why := p.leaving(h, o, now)
		if at.IsZero() {
			continue
		}
		if at.After(now) || len(out) >= most {
			p.sweepBy(later(at, now))
			continue
		}
		out = append(out, leaving{*h, why})
	}
	slices.SortFunc(out, func(a, b leaving) int {
		return cmp.Or(a.waitingSince.Compare(b.waitingSince), cmp.Compare(a.id, b.id))
	})
	return out
}

// handBack puts a conversation back into its queue, if it is still with an owner who cannot be left with it. It returns the conversation
// as it is then.
func (s *Service) handBack(ctx context.Context, u *setup, p *picture, l leaving, now time.Time) (row, bool, error) {
	c, err := u.tx.Conversation(ctx, l.id)
	if err != nil {
		return row{}, false, err
	}
	r := row{Conversation: c, assignedAt: l.assignedAt}
	if r.lane, err = u.lane(ctx, c.Channel); err != nil || c.State != desk.Open || c.Assignee != l.owner {
		return r, false, err
	}
	o, err := u.owner(ctx, p, l.owner, now)
	if err != nil {
		return r, false, err
	}
	if r.warned, err = warned(ctx, u.tx, o.shift, c); err != nil {
		return r, false, err
	}
	h := newHeld(c, r.lane)
	h.assignedAt, h.warned = l.assignedAt, r.warned
	if at, _ := p.leaving(&h, o, now); at.IsZero() || at.After(now) {
		return r, false, nil
	}
	return r, true, s.handOn(ctx, u, &r.Conversation, l, now)
}

// handOn puts a conversation back into its queue: the customer sees that it goes on, and its owner finds out when she is back. A team that
// has closed hands it to the next of its ring.
func (s *Service) handOn(ctx context.Context, u *setup, c *desk.Conversation, l leaving, now time.Time) error {
	if err := s.desk.AssignWithin(ctx, u.tx, vis.System(u.ws), c, "", c.Team, now); err != nil {
		return err
	}
	p := s.pass(u.tx, u.ws, now)
	m, err := p.one(ctx, c.ID)
	if err != nil || m == nil {
		return err
	}
	if err := p.show(ctx, m, desk.Step{Kind: "handed_over", State: desk.Done}, now); err != nil {
		return err
	}
	if l.why == goneDisabled {
		return nil
	}
	return s.notices.Give(ctx, u.tx, []vis.MemberID{l.owner}, "handover", c.ID, "", now)
}

// owner reads a member as the database knows her at this very moment.
func (u *setup) owner(ctx context.Context, p *picture, m vis.MemberID, now time.Time) (owner, error) {
	members, err := u.Members(ctx)
	if err != nil {
		return owner{}, err
	}
	i := slices.IndexFunc(members, func(x staff.Member) bool { return x.ID == m })
	if i < 0 {
		return owner{}, nil
	}
	shift, err := shiftOf(ctx, u.tx, m)
	return owner{active: members[i].State == staff.Active, shift: shift, offAt: p.offAt(members[i], now)}, err
}
