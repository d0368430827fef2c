package routing

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// deal is a decision with what becomes of it.
type deal struct {
	Decision
	offer Offer
	// done says that it was carried out; row is the conversation as it is then.
	done  bool
	row   row
	again time.Time // she has declined it: not before
}

// deal decides until there is nothing more to decide, or enough was done for one turn.
func (b *switchboard) deal(ctx context.Context, now time.Time) (time.Time, error) {
	for range dealMost / dealBatch {
		batch, next := b.choose(now)
		if len(batch) == 0 {
			return next, nil
		}
		b.quietAt = now
		err := b.do(ctx, func(u *setup) error { return b.service.carryOut(ctx, u, batch, now) })
		if err != nil {
			b.forget() // it was drawn as if all had been done
			return time.Time{}, err
		}
		b.locked(func() {
			for i := range batch {
				b.picture.settle(&batch[i], now)
			}
		})
	}
	return now, nil
}

// choose makes a batch of decisions and draws them into the picture as if they were carried out, so that each sees the ones before.
func (b *switchboard) choose(now time.Time) (batch []deal, next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.picture
	for range dealBatch {
		d, ok, at := Decide(p.snap, now)
		if !ok {
			return batch, at
		}
		q := p.snap.Queue(d.Team)
		o := Offer{ID: vis.OfferID(b.service.mint.ID(now)), Conversation: d.Conversation, Member: d.Member, State: Ringing, Why: d.Why,
			MadeAt: now, ExpiresAt: now.Add(q.ringFor())}
		p.ringing[d.Conversation] = o
		p.offered(d.Conversation, true)
		p.given[d.Member] = now
		p.agent(d.Member, now)
		batch = append(batch, deal{Decision: d, offer: o})
	}
	return batch, time.Time{}
}

// ringFor is how long an offer rings.
func (q Queue) ringFor() time.Duration {
	if q.RingFor <= 0 {
		return time.Duration(DefaultQueue().RingFor) * time.Second
	}
	return time.Duration(q.RingFor) * time.Second
}

// settle draws into the picture what became of a decision.
func (p *picture) settle(d *deal, now time.Time) {
	if !d.done || d.Mode == Push {
		delete(p.ringing, d.Conversation)
	}
	if !d.done {
		p.refused[d.Conversation]++
		p.decline(d.Conversation, d.Member, d.again, now)
		if w, ok := p.snap.Waiting(d.Conversation); ok {
			d.row.adviser, d.row.last = w.Adviser, w.Last
		}
	} else {
		delete(p.refused, d.Conversation)
	}
	p.put(d.row, now)
	p.agent(d.Member, now)
}

// carryOut does what was decided, as far as the database agrees: it asks again whether the conversation still waits and whether the
// member is here and has room.
func (s *Service) carryOut(ctx context.Context, u *setup, batch []deal, now time.Time) error {
	k, err := newChecker(ctx, u, now)
	if err != nil {
		return err
	}
	for i := range batch {
		d := &batch[i]
		d.done, d.again = false, time.Time{} // the closure may run twice
		ok, err := k.check(ctx, d)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if d.Mode == Push {
			err = s.desk.AssignWithin(ctx, u.tx, vis.System(u.ws), &d.row.Conversation, d.Member, d.row.Team, now)
			d.row.assignedAt = now
		} else {
			err = s.makeOffer(ctx, u.tx, vis.System(u.ws), d.row.Conversation, d.offer, now)
		}
		if err != nil {
			return err
		}
		k.add(d)
	}
	return nil
}
