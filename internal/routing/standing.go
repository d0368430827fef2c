package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// nearest is the promise that is owed soonest, one whose clock stands still only when no other is owed; nil when none is.
func nearest(promises []*Promise) *Promise {
	var best *Promise
	for _, p := range promises {
		switch {
		case !p.Open():
		case best == nil,
			best.State == Paused && p.State != Paused,
			(best.State == Paused) == (p.State == Paused) && p.DueAt.Before(best.DueAt):
			best = p
		}
	}
	return best
}

// slackOf is how much of a promise's term is used, in the steps of its marks.
func slackOf(p *Promise) float64 {
	if p == nil {
		return 0
	}
	used := 0.0
	for _, m := range p.Marks {
		used = max(used, map[Mark]float64{WarnedFirst: 0.75, WarnedSecond: 0.9, Missed: 1, MissedLong: 1}[m])
	}
	return used
}

// subjectOf is what the priority of a conversation is computed from.
func subjectOf(c desk.Conversation, customer desk.Customer, promises []*Promise) Subject {
	s := Subject{Conversation: c.ID, About: c.About, Dissatisfied: c.Reading.Dissatisfied, Urgency: c.Reading.Urgency,
		Value: customer.Value, Unproved: !customer.Verified, Slack: slackOf(nearest(promises))}
	if c.State == desk.Open {
		s.WaitingSince = c.WaitingSince
	}
	return s
}

// standingOf is where a conversation stands, and what is owed next.
func standingOf(s Subject, promises []*Promise, w Weights, now time.Time) desk.Standing {
	out := desk.Standing{Rank: Rank(w, s, now)}
	if p := nearest(promises); p != nil {
		out.Promise, out.PromiseState, out.PromisedAt, out.DueAt = string(p.Kind), string(p.State), p.MadeAt, p.DueAt
	}
	return out
}

func sameStanding(a, b desk.Standing) bool {
	return a.Rank == b.Rank && a.Promise == b.Promise && a.PromiseState == b.PromiseState && a.PromisedAt.Equal(b.PromisedAt) && a.DueAt.Equal(b.DueAt)
}

// finish writes where each conversation of the pass stands now.
func (p *pass) finish(ctx context.Context) error {
	for _, m := range p.order {
		if err := p.stand(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// stand writes where a conversation stands, when that has changed. Screens learn it by an event of its promises, or by one of its own.
func (p *pass) stand(ctx context.Context, m *matter) error {
	settings, err := p.Settings(ctx)
	if err != nil {
		return err
	}
	subject := subjectOf(m.c, m.customer, m.promises)
	is := standingOf(subject, m.promises, settings.Weights, p.now)
	if sameStanding(is, m.c.Standing) && !m.changed {
		return nil
	}
	if !sameStanding(is, m.c.Standing) {
		if err := p.tx.SaveStanding(ctx, m.c.ID, is); err != nil {
			return err
		}
		m.c.Standing = is
	}
	if next := NextChange(subject, p.now); !next.IsZero() {
		if err := p.tx.Arm(ctx, jobs.Timer{Workspace: p.ws, Kind: TimerRank, Key: string(m.c.ID), DueAt: next}); err != nil {
			return err
		}
	}
	if m.told {
		return nil
	}
	e := vis.NewEvent(p.by, p.now, Ranked, nil)
	e.Conversation, e.Customer = m.c.ID, m.c.Customer.ID
	return p.tx.Append(ctx, e)
}

// rankAgain is the effect of TimerRank.
func (s *Service) rankAgain(ctx context.Context, t jobs.Timer) error {
	return s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
		due, err := tx.Take(ctx, TimerRank, t.Key, now)
		if err != nil || !due {
			return err
		}
		p := s.pass(tx, t.Workspace, now)
		if _, err := p.one(ctx, vis.ConversationID(t.Key)); err != nil {
			return err
		}
		return p.finish(ctx)
	})
}

// rankPage is how many conversations are ranked anew in one transaction.
const rankPage = 200

// rankAll is the effect of TimerRerank: the weights have changed, and so has every rank. It may be cut short and begins again then;
// ranking twice changes nothing.
func (s *Service) rankAll(ctx context.Context, t jobs.Timer) error {
	ids, err := vis.View(ctx, s.db, t.Workspace, func(tx Tx) ([]vis.ConversationID, error) { return open(ctx, tx) })
	if err != nil {
		return err
	}
	for page := range slices.Chunk(ids, rankPage) {
		if err := s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
			p := s.pass(tx, t.Workspace, now)
			if err := p.add(ctx, page); err != nil {
				return err
			}
			return p.finish(ctx)
		}); err != nil {
			return err
		}
	}
	return s.atHead(ctx, t.Workspace, func(tx Tx, now time.Time) error {
		_, err := tx.Take(ctx, TimerRerank, t.Key, now)
		return err
	})
}

// mostOpen bounds how many owned conversations are ranked anew; more are not open at a time.
const mostOpen = 100_000

// open lists the open conversations of a workspace, owned or not.
func open(ctx context.Context, tx Tx) ([]vis.ConversationID, error) {
	var ids []vis.ConversationID
	for after := (RankPlace{}); ; {
		page, err := tx.Waiting(ctx, after, rankPage)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			ids = append(ids, c.ID)
			after = RankPlace{c.Standing.Rank, c.ID}
		}
		if len(page) < rankPage {
			break
		}
	}
	owned, err := tx.Owned(ctx, "", mostOpen)
	for _, c := range owned {
		ids = append(ids, c.ID)
	}
	return ids, err
}
