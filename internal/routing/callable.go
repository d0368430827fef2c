package routing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// answerer is how well a member suits who could answer a call; less of everything is better.
type answerer struct {
	member  vis.MemberID
	knows   int  // 0 owns the conversation, 1 is the customer's adviser, 2 answered her last, 3 none of these
	chats   bool // has other work that is watched: she can be called away from it when nobody else is there
	share   int64
	idlesAt time.Time
}

// Callable are the members who could answer a call in a conversation at an instant, best first: who is here, in reach of its queue, fits it
// and is in no other call. Who knows the customer comes first, then who has room, then who holds least and has been idle longest.
func (s *Service) Callable(ctx context.Context, tx Tx, ws vis.WorkspaceID, c desk.Conversation, now time.Time) ([]vis.MemberID, error) {
	u := s.setup(tx, ws)
	k, err := newChecker(ctx, u, now)
	if err != nil {
		return nil, err
	}
	fits, err := u.fitter(ctx, now)
	if err != nil {
		return nil, err
	}
	queue, err := u.Queue(ctx, c.Team)
	if err != nil {
		return nil, err
	}
	knows, err := acquainted(ctx, tx, c, now)
	if err != nil {
		return nil, err
	}
	var all []answerer
	for _, m := range k.members {
		if !k.here(m.ID) || m.ID != c.Assignee && (!queue.reaches(m) || !fits(m.ID, c)) {
			continue
		}
		load, caps, free, err := k.freeForCalls(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		if !free {
			continue
		}
		a := answerer{member: m.ID, knows: knows(m.ID), chats: !Room(load, caps, WorkCall), share: measure(load).share(measure(caps))}
		if i := slices.IndexFunc(k.shifts, func(x Shift) bool { return x.Member == m.ID }); i >= 0 {
			a.idlesAt = k.shifts[i].Since
		}
		all = append(all, a)
	}
	slices.SortFunc(all, answerer.compare)
	out := make([]vis.MemberID, len(all))
	for i, a := range all {
		out[i] = a.member
	}
	return out, nil
}

// freeForCalls reports whether a member takes calls and is in none, with what she holds and could hold.
func (k *checker) freeForCalls(ctx context.Context, m vis.MemberID) (load, caps map[Work]int, free bool, err error) {
	if load, err = k.load(ctx, m); err != nil {
		return nil, nil, false, err
	}
	caps, err = k.capacity(ctx, m)
	return load, caps, load[WorkCall] == 0 && caps[WorkCall] > 0, err
}

// Free are the members of a team, "" for all, who are here and in no call, whatever they answer otherwise: those whom a colleague could
// call to her help.
func (s *Service) Free(ctx context.Context, tx Tx, ws vis.WorkspaceID, team vis.TeamID, now time.Time) ([]vis.MemberID, error) {
	k, err := newChecker(ctx, s.setup(tx, ws), now)
	if err != nil {
		return nil, err
	}
	var out []vis.MemberID
	for _, m := range k.members {
		if !k.here(m.ID) || team != "" && !slices.Contains(m.Teams, team) {
			continue
		}
		_, _, free, err := k.freeForCalls(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		if free {
			out = append(out, m.ID)
		}
	}
	return out, nil
}

// Floor is whether a channel is within its opening hours, when it opens next, and who could answer a call on it: who is here, in reach of its
// queue and in no call. Languages and skills are the caller's, and not known before she calls.
func (s *Service) Floor(ctx context.Context, tx Tx, ws vis.WorkspaceID, ch channel.Channel, now time.Time) (open bool, opensAt time.Time, free []vis.MemberID, err error) {
	u := s.setup(tx, ws)
	h, _, err := u.Hours(ctx, "", ch.Team, ch)
	if err != nil {
		return false, time.Time{}, nil, err
	}
	if open = h.Open(now); !open {
		opensAt, _ = h.NextOpen(now)
	}
	k, err := newChecker(ctx, u, now)
	if err != nil {
		return false, time.Time{}, nil, err
	}
	queue, err := u.Queue(ctx, ch.Team)
	if err != nil {
		return false, time.Time{}, nil, err
	}
	for _, m := range k.members {
		if !k.here(m.ID) || !queue.reaches(m) {
			continue
		}
		_, _, calls, err := k.freeForCalls(ctx, m.ID)
		if err != nil {
			return false, time.Time{}, nil, err
		}
		if calls {
			free = append(free, m.ID)
		}
	}
	return open, opensAt, free, nil
}

// Engage takes back what rings for a member who has just answered a call.
func (s *Service) Engage(ctx context.Context, tx Tx, ws vis.WorkspaceID, m vis.MemberID, now time.Time) error {
	return s.withdrawFrom(ctx, tx, vis.System(ws), m, now)
}

// acquainted says how well a member knows a conversation's customer, as answerer.knows.
func acquainted(ctx context.Context, tx Tx, c desk.Conversation, now time.Time) (func(vis.MemberID) int, error) {
	customer, err := tx.Customer(ctx, c.Customer.ID)
	if err != nil {
		return nil, err
	}
	last, err := tx.LastAnswerer(ctx, c.Customer.ID, now.Add(-lastWithin))
	known := []vis.MemberID{c.Assignee, customer.Adviser, last}
	return func(m vis.MemberID) int {
		if i := slices.Index(known, m); i >= 0 {
			return i
		}
		return len(known)
	}, err
}

func (a answerer) compare(o answerer) int {
	if a.chats != o.chats && a.knows != 0 && o.knows != 0 {
		if a.chats {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.knows, o.knows), cmp.Compare(a.share, o.share), a.idlesAt.Compare(o.idlesAt), cmp.Compare(a.member, o.member))
}
