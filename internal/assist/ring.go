package assist

import (
	"context"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// ring rings the next members, tells the customer when it takes long, and sees to it that it goes on.
func (s *Service) ring(ctx context.Context, tx Tx, ws vis.WorkspaceID, x Session, now time.Time) (Session, error) {
	by := vis.System(ws)
	callable, err := s.callable(ctx, tx, ws, x, now)
	if err != nil {
		return Session{}, err
	}
	if x.ring(callable, now) {
		if x, err = s.save(ctx, tx, by, SessionRang, x, now); err != nil {
			return Session{}, err
		}
	}
	if x.late(now) {
		if x, err = s.save(ctx, tx, by, SessionLate, x, now); err != nil {
			return Session{}, err
		}
	}
	return x, tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerRing, Key: string(x.ID), DueAt: x.nextRing(now)})
}

// callable are those who could answer now, best first: nobody who is in another call, or whom another call rings for.
func (s *Service) callable(ctx context.Context, tx Tx, ws vis.WorkspaceID, x Session, now time.Time) ([]vis.MemberID, error) {
	c, err := tx.Conversation(ctx, x.Conversation)
	if err != nil {
		return nil, err
	}
	all, err := s.Roster.Callable(ctx, tx, ws, c, now)
	if err != nil {
		return nil, err
	}
	return s.without(ctx, tx, all, x.ID)
}

// ringOn is the effect of TimerRing: the next are rung, or it is given up. The conversation stays in its queue either way.
func (s *Service) ringOn(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.Clock.Now()
	x, err := s.commit(ctx, by, func(tx Tx) (Session, error) {
		due, err := tx.Take(ctx, TimerRing, t.Key, now)
		if err != nil || !due {
			return Session{}, err
		}
		x, err := tx.Assist(ctx, vis.AssistID(t.Key))
		if err != nil || x.State != Ringing {
			return Session{}, err
		}
		if now.Sub(x.PressedAt) >= giveUp {
			return s.end(ctx, tx, by, x, Missed, now)
		}
		return s.ring(ctx, tx, t.Workspace, x, now)
	})
	if err == nil && x.State == Ended {
		s.forget(x.ID)
	}
	return err
}

// end ends a session in a transaction that is open.
func (s *Service) end(ctx context.Context, tx Tx, by vis.Actor, x Session, o Outcome, now time.Time) (Session, error) {
	if err := x.End(o, by.Kind, now); err != nil {
		return Session{}, err
	}
	for _, kind := range []string{TimerRing, TimerGone, TimerColleague, TimerGuest} {
		if err := tx.Disarm(ctx, kind, string(x.ID)); err != nil {
			return Session{}, err
		}
	}
	return s.save(ctx, tx, by, SessionEnded, x, now)
}

// Refuse silences a member's bell. The next is rung at once; the last colleague who was called in a call leaves it where it is.
func (s *Service) Refuse(ctx context.Context, by vis.Actor, id vis.AssistID, reason string) error {
	_, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if err := x.Refuse(by.Member(), reason, now); err != nil {
			return "", err
		}
		if x.State != Ringing {
			if x.returned(now) {
				return SessionReturned, tx.Disarm(ctx, TimerColleague, string(id))
			}
			return SessionRefused, nil
		}
		return SessionRefused, tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerRing, Key: string(x.ID), DueAt: now})
	})
	return err
}

// End hangs up, for the customer or the member who has the session. Before anybody answered, the customer takes her call back.
func (s *Service) End(ctx context.Context, by vis.Actor, id vis.AssistID) (Session, error) {
	now := s.Clock.Now()
	by.Request = vis.Request{}
	x, err := s.commit(ctx, by, func(tx Tx) (Session, error) {
		x, err := find(ctx, tx, by, id)
		switch {
		case err != nil:
			return Session{}, err
		case by.Kind != vis.ByCustomer && !x.holds(by):
			return Session{}, vis.Absent("assistance")
		case x.State == Ended:
			return x, nil
		case x.State == Ringing:
			return s.end(ctx, tx, by, x, Cancelled, now)
		}
		return s.end(ctx, tx, by, x, Done, now)
	})
	if err == nil {
		s.forget(id)
	}
	return x, err
}
