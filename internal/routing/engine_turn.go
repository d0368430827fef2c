package routing

import (
	"context"
	"errors"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// The bounds of one turn.
const (
	followMost = 50  // stretches of the log
	dealMost   = 200 // decisions
	dealBatch  = 20  // decisions in one transaction
	sweepBatch = 20  // conversations taken from their owners in one transaction
	countMost  = 300 // conversations of a member that are counted before she gets another
	// refusedFor is how long a conversation is left alone after the database refused it more than once: something is amiss, and trying
	// again at once would only be spinning.
	refusedFor = 5 * time.Second
	resignFor  = 2 * time.Second // to let go of the lease
)

// errDeposed says that the lease went to another node.
var errDeposed = errors.New("routing: another node has taken over")

// turn does what is to be done now, a bounded amount of it, and returns when time alone will change something; zero for never, and an
// instant that has passed when there is more to do at once. Work is handed out also where the log cannot be followed: nobody shall wait
// for that to be mended.
func (b *switchboard) turn(ctx context.Context) (next time.Time, err error) {
	stuck := b.follow(ctx)
	defer func() { err = errors.Join(err, stuck) }()
	now := b.service.clock.Now()
	if err := b.lead(ctx, now); err != nil {
		return time.Time{}, err
	}
	n, err := b.refresh(ctx, now)
	if err != nil {
		return time.Time{}, err
	}
	if b.leads {
		next, err = b.act(ctx, n, now)
		if errors.Is(err, errDeposed) {
			b.leads, b.renewAt, err = false, now.Add(renewEvery), nil
		}
	}
	b.tell(now)
	return next, err
}

// follow follows the log, not for too long.
func (b *switchboard) follow(ctx context.Context) error {
	for range followMost {
		if more, err := b.service.Follow(ctx, b.ws); err != nil || !more {
			return err
		}
	}
	return nil
}

// lead takes or renews the lease. Whoever has just taken it trusts no picture from before.
func (b *switchboard) lead(ctx context.Context, now time.Time) error {
	if now.Before(b.renewAt) && b.renewAt.Sub(now) <= renewEvery {
		return nil
	}
	fence, err := vis.Update(ctx, b.service.db, vis.System(b.ws), func(tx Tx) (int64, error) {
		return tx.Lease(ctx, leaseName, b.engine.node, now, now.Add(leaseFor))
	})
	switch {
	case vis.CodeOf(err) == vis.Conflict:
		b.leads, err = false, nil
	case err != nil:
		return err
	case !b.leads || fence != b.fence:
		b.leads, b.fence = true, fence
		b.forget()
	}
	b.renewAt = now.Add(renewEvery)
	return err
}

// resign lets go of the lease when the node stops, so that the next one need not wait for it to run out. There is little time for it,
// and no harm when it fails.
func (b *switchboard) resign(ctx context.Context) {
	if !b.leads {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resignFor)
	defer cancel()
	now := b.service.clock.Now()
	_, err := vis.Update(ctx, b.service.db, vis.System(b.ws), func(tx Tx) (int64, error) {
		return tx.Lease(ctx, leaseName, b.engine.node, now, now)
	})
	if err != nil && vis.CodeOf(err) != vis.Conflict {
		b.engine.log.Warn("the lease was not let go of", "workspace", b.ws, "err", err)
	}
	b.leads, b.renewAt = false, time.Time{}
}

// locked runs fn with the picture to itself, and gives it back even when fn ends in a fault.
func (b *switchboard) locked(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fn()
}

// forget drops the picture; the next refresh makes it anew.
func (b *switchboard) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.picture = nil
}

// do runs a transaction of the leader's.
func (b *switchboard) do(ctx context.Context, fn func(u *setup) error) error {
	_, err := vis.Update(ctx, b.service.db, vis.System(b.ws), func(tx Tx) (struct{}, error) {
		if err := tx.CheckLease(ctx, leaseName, b.fence); err != nil {
			if errors.Is(err, vis.ErrStale) {
				err = errDeposed
			}
			return struct{}{}, err
		}
		return struct{}{}, fn(b.service.setup(tx, b.ws))
	})
	return err
}

// refresh brings the picture up to date and returns what has happened since, nothing when it was made anew.
func (b *switchboard) refresh(ctx context.Context, now time.Time) (*changes, error) {
	if err := b.measureHistory(ctx, now); err != nil {
		return nil, err
	}
	if b.picture == nil {
		return &changes{}, b.load(ctx, now)
	}
	c, err := b.read(ctx, now)
	if err != nil {
		return nil, err
	}
	if c.position > b.picture.position {
		b.quietAt = now
	}
	if c.reload {
		err := b.load(ctx, now)
		return c, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.picture.take(c, now)
	b.measures.take(c)
	return c, nil
}

func (b *switchboard) load(ctx context.Context, now time.Time) error {
	p, err := b.service.loadPicture(ctx, b.ws, now)
	if err != nil {
		return err
	}
	b.quietAt = now
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.picture != nil {
		p.keep(b.picture, now)
	}
	b.picture = p
	return nil
}

// changes are news with the rows that they name.
type changes struct {
	*news
	rows   []row
	shifts []Shift
	rings  []Offer
	// finished are the members who have just ended a live conversation, and when.
	finished map[vis.MemberID]time.Time
}

// read reads what has happened, and the rows that it touched.
func (b *switchboard) read(ctx context.Context, now time.Time) (*changes, error) {
	p := b.picture
	return vis.View(ctx, b.service.db, b.ws, func(tx Tx) (*changes, error) {
		n, err := readNews(ctx, tx, p.position)
		c := &changes{news: n, finished: make(map[vis.MemberID]time.Time)}
		if err != nil || n.reload {
			return c, err
		}
		if n.present {
			if c.shifts, err = tx.Shifts(ctx); err != nil {
				return c, err
			}
		}
		if n.rang {
			if c.rings, err = tx.RingingOffers(ctx); err != nil {
				return c, err
			}
		}
		ids := p.named(c)
		found, err := tx.ConversationsByID(ctx, ids)
		if err != nil {
			return c, err
		}
		c.rows, err = b.service.rows(ctx, b.service.setup(tx, b.ws), p.as(c.shifts), found, now)
		return c, err
	})
}

// act does everything that only the leader may do.
func (b *switchboard) act(ctx context.Context, c *changes, now time.Time) (time.Time, error) {
	if err := b.attend(ctx, c, now); err != nil {
		return time.Time{}, err
	}
	if err := b.withdraw(ctx, now); err != nil {
		return time.Time{}, err
	}
	if err := b.sweep(ctx, now); err != nil {
		return time.Time{}, err
	}
	var lapse time.Time
	b.locked(func() { lapse = b.picture.pass(now) })
	next, err := b.deal(ctx, now)
	if err != nil {
		return next, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return soonest(next, lapse, b.picture.sweepAt), nil
}

// soonest is the earliest of some instants, of which zero stands for never.
func soonest(all ...time.Time) time.Time {
	var first time.Time
	for _, t := range all {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// attend sees to who is here: those whose node was killed, those who have just ended a conversation, those who let offers ring out.
func (b *switchboard) attend(ctx context.Context, c *changes, now time.Time) error {
	if due := b.reconcile; !due.After(now) || due.Sub(now) > vouchEvery {
		b.reconcile = now.Add(vouchEvery)
		drift, err := vis.View(ctx, b.service.db, b.ws, func(tx Tx) ([]Shift, error) { return drifted(ctx, tx, now) })
		if err != nil {
			return err
		}
		if len(drift) > 0 {
			if err := b.do(ctx, func(u *setup) error { return b.service.reconcile(ctx, u.tx, vis.System(b.ws), now) }); err != nil {
				return err
			}
		}
	}
	absent := b.absent()
	if len(absent) == 0 && len(c.finished) == 0 {
		return nil
	}
	return b.do(ctx, func(u *setup) error {
		for m, at := range c.finished {
			if err := b.service.finish(ctx, u.tx, vis.System(b.ws), m, at, now); err != nil {
				return err
			}
		}
		for _, m := range absent {
			if err := b.service.leaveDesk(ctx, u.tx, vis.System(b.ws), m, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// absent are the members who let too many offers in a row ring out.
func (b *switchboard) absent() []vis.MemberID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []vis.MemberID
	for m, n := range b.picture.ignored {
		if n >= ignoredMost {
			out = append(out, m)
			delete(b.picture.ignored, m)
		}
	}
	slices.Sort(out)
	return out
}

// withdraw ends what rings for conversations that nobody waits in any more: somebody took it, or it sleeps or is resolved.
func (b *switchboard) withdraw(ctx context.Context, now time.Time) error {
	var stale []vis.ConversationID
	b.locked(func() {
		for id := range b.picture.ringing {
			if _, waits := b.picture.waiting[id]; !waits {
				stale = append(stale, id)
			}
		}
	})
	if len(stale) == 0 {
		return nil
	}
	slices.Sort(stale)
	return b.do(ctx, func(u *setup) error {
		for _, id := range stale {
			c, err := u.tx.Conversation(ctx, id)
			if err != nil || c.State == desk.Open && c.Assignee == "" {
				if err := ignoreAbsent(err); err != nil {
					return err
				}
				continue
			}
			if err := b.service.withdraw(ctx, u.tx, vis.System(b.ws), id, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweep takes conversations from owners who cannot be left with them.
func (b *switchboard) sweep(ctx context.Context, now time.Time) error {
	var leave []leaving
	b.locked(func() { leave = b.picture.sweep(now, dealMost) })
	for batch := range slices.Chunk(leave, sweepBatch) {
		var rows []row
		var taken []leaving
		err := b.do(ctx, func(u *setup) error {
			rows, taken = nil, nil // the closure may run twice
			for _, l := range batch {
				r, done, err := b.service.handBack(ctx, u, b.picture, l, now)
				if err != nil {
					return err
				}
				rows = append(rows, r)
				if done {
					taken = append(taken, l)
				}
			}
			return nil
		})
		if err != nil {
			b.forget()
			return err
		}
		b.locked(func() {
			for _, l := range taken {
				if l.why == goneUnanswered {
					b.picture.decline(l.id, l.owner, now.Add(ignoredFor), now) // others first
				}
			}
			for _, r := range rows {
				b.picture.put(r, now)
			}
		})
	}
	return nil
}
