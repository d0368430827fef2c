package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// callLook is after how long it is asked again whether a live assistance still goes on.
const callLook = 15 * time.Second

// checker asks the database, in the transaction that hands work out, whether what was decided on still holds.
type checker struct {
	u       *setup
	now     time.Time
	members []staff.Member
	shifts  []Shift
	ringing []Offer
	calls   []Call
	caps    map[vis.MemberID]map[Work]int
	loads   map[vis.MemberID]map[Work]int
}

func newChecker(ctx context.Context, u *setup, now time.Time) (*checker, error) {
	k := &checker{u: u, now: now, caps: make(map[vis.MemberID]map[Work]int), loads: make(map[vis.MemberID]map[Work]int)}
	var err error
	if k.members, err = u.Members(ctx); err != nil {
		return nil, err
	}
	if k.shifts, err = u.tx.Shifts(ctx); err != nil {
		return nil, err
	}
	if k.ringing, err = u.tx.RingingOffers(ctx); err != nil {
		return nil, err
	}
	k.calls, err = u.tx.Calls(ctx)
	return k, err
}

// check fills d.row with the conversation as it is, and reports whether the decision still holds.
func (k *checker) check(ctx context.Context, d *deal) (bool, error) {
	c, err := k.u.tx.Conversation(ctx, d.Conversation)
	if err != nil {
		return false, err
	}
	d.row.Conversation = c
	if d.row.lane, err = k.u.lane(ctx, c.Channel); err != nil {
		return false, err
	}
	if c.State != desk.Open || c.Assignee != "" || c.Team != d.Team || k.rings(c.ID) || !k.here(d.Member) {
		return false, nil
	}
	if slices.ContainsFunc(k.calls, func(x Call) bool { return x.Member == d.Member || x.Conversation == c.ID }) {
		d.again = k.now.Add(callLook)
		return false, nil
	}
	before, err := k.u.tx.Offers(ctx, c.ID)
	if err != nil {
		return false, err
	}
	for _, o := range before {
		if o.Member == d.Member && o.againAt().After(k.now) {
			d.again = o.againAt()
			return false, nil
		}
	}
	load, err := k.load(ctx, d.Member)
	if err != nil {
		return false, err
	}
	caps, err := k.capacity(ctx, d.Member)
	return err == nil && Room(load, caps, d.row.lane.work), err
}

func (k *checker) rings(id vis.ConversationID) bool {
	return slices.ContainsFunc(k.ringing, func(o Offer) bool { return o.Conversation == id })
}

// here reports whether a member works here and is available.
func (k *checker) here(m vis.MemberID) bool {
	return slices.ContainsFunc(k.members, func(x staff.Member) bool { return x.ID == m && x.State == staff.Active }) &&
		slices.ContainsFunc(k.shifts, func(x Shift) bool { return x.Member == m && x.At(k.now) == Available })
}

// capacity is how much a member can hold.
func (k *checker) capacity(ctx context.Context, m vis.MemberID) (map[Work]int, error) {
	if caps := k.caps[m]; caps != nil {
		return caps, nil
	}
	settings, err := k.u.Settings(ctx)
	if err != nil {
		return nil, err
	}
	profiles, err := k.u.tx.Profiles(ctx)
	k.caps[m] = settings.Caps(profileOf(profiles, m).Capacity)
	return k.caps[m], err
}

// load is what a member holds by the database, with what rings at her.
func (k *checker) load(ctx context.Context, m vis.MemberID) (map[Work]int, error) {
	if load := k.loads[m]; load != nil {
		return load, nil
	}
	owned, err := k.u.tx.Owned(ctx, m, countMost)
	if err != nil {
		return nil, err
	}
	load := make(map[Work]int, len(kinds))
	for _, c := range owned {
		l, err := k.u.lane(ctx, c.Channel)
		if err != nil {
			return nil, err
		}
		if counted, _ := newHeld(c, l).counts(k.now); counted {
			load[l.work]++
		}
	}
	for _, o := range k.ringing {
		if o.Member != m {
			continue
		}
		c, err := k.u.tx.Conversation(ctx, o.Conversation)
		if err != nil {
			return nil, err
		}
		l, err := k.u.lane(ctx, c.Channel)
		if err != nil {
			return nil, err
		}
		load[l.work]++
	}
	k.loads[m] = load
	return load, nil
}

// add takes in what was just carried out.
func (k *checker) add(d *deal) {
	d.done = true
	k.loads[d.Member][d.row.lane.work]++
	if d.Mode == Ring {
		k.ringing = append(k.ringing, d.offer)
	}
}
