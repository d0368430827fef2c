package assist

import (
	"context"
	"slices"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// CallColleague rings a colleague, or a team, for the member who has the session. A guest who is in the call already takes it over at once.
func (s *Service) CallColleague(ctx context.Context, by vis.Actor, id vis.AssistID, in Calling) (Session, error) {
	x, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.holds(by) {
			return "", vis.Absent("assistance")
		}
		if in.Purpose == ToPass && in.Member != "" && in.Member == x.Story.Guest {
			x.callBack(now)
			x.pass(in.Member, now)
			return s.passed(ctx, tx, by, x, now)
		}
		free, err := s.free(ctx, tx, by.Workspace, *x, in.Team, now)
		if err != nil {
			return "", err
		}
		if err := x.Call(in, free, now); err != nil {
			return "", err
		}
		return SessionCalled, tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerColleague, Key: string(id), DueAt: x.Story.Calling.Until})
	})
	if err == nil && s.Media != nil && x.Member == in.Member {
		s.Media.Darken(id)
		s.Media.Leave(id, Leg{Side: GuestSide, Member: in.Member}) // she comes again as the member
	}
	return x, err
}

// free are the colleagues who could be called, in a team or anywhere: nobody who is in a call, or whom one rings for.
func (s *Service) free(ctx context.Context, tx Tx, ws vis.WorkspaceID, x Session, team vis.TeamID, now time.Time) ([]vis.MemberID, error) {
	all, err := s.Roster.Free(ctx, tx, ws, team, now)
	if err != nil {
		return nil, err
	}
	return s.without(ctx, tx, all, x.ID)
}

// without leaves out those whom another session concerns.
func (s *Service) without(ctx context.Context, tx Tx, all []vis.MemberID, id vis.AssistID) ([]vis.MemberID, error) {
	open, err := tx.OpenAssists(ctx)
	return slices.DeleteFunc(all, func(m vis.MemberID) bool {
		return slices.ContainsFunc(open, func(o Session) bool { return o.ID != id && o.concerns(m) })
	}), err
}

// hand gives the conversation of a session to the member who has it from now on, awaits her media, and takes back what else was offered to
// her. The customer's media stays as it is.
func (s *Service) hand(ctx context.Context, tx Tx, by vis.Actor, x Session, now time.Time) error {
	if err := s.awaitMedia(ctx, tx, by.Workspace, x.ID, now); err != nil {
		return err
	}
	if err := s.Roster.Engage(ctx, tx, by.Workspace, x.Member, now); err != nil {
		return err
	}
	c, err := tx.Conversation(ctx, x.Conversation)
	if err != nil {
		return err
	}
	return s.Desk.AssignWithin(ctx, tx, by, &c, x.Member, c.Team, now)
}

// passed gives a call that goes on to the member who has it from now on. Where every call is recorded the customer is asked anew.
func (s *Service) passed(ctx context.Context, tx Tx, by vis.Actor, x *Session, now time.Time) (vis.EventType, error) {
	if err := s.agreeAlways(ctx, tx, by.Workspace, x, now); err != nil {
		return "", err
	}
	return SessionPassed, s.hand(ctx, tx, by, *x, now)
}

// comes lets a colleague who is rung take the call over, or come in.
func (s *Service) comes(ctx context.Context, tx Tx, by vis.Actor, x *Session, now time.Time) (vis.EventType, error) {
	if err := x.Answer(by.Member(), now); err != nil {
		return "", err
	}
	if err := tx.Disarm(ctx, TimerColleague, string(x.ID)); err != nil {
		return "", err
	}
	if x.holds(by) {
		return s.passed(ctx, tx, by, x, now)
	}
	if err := s.Roster.Engage(ctx, tx, by.Workspace, by.Member(), now); err != nil {
		return "", err
	}
	return SessionJoined, s.awaitGuest(ctx, tx, by.Workspace, x.ID, now)
}

// TakeBack ends what rings for colleagues, for the member who had them called.
func (s *Service) TakeBack(ctx context.Context, by vis.Actor, id vis.AssistID) (Session, error) {
	return s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.holds(by) {
			return "", vis.Absent("assistance")
		}
		if !x.callBack(now) {
			return "", nil
		}
		return SessionReturned, tx.Disarm(ctx, TimerColleague, string(id))
	})
}

// unheard is the effect of TimerColleague: nobody came, and the session stays where it is.
func (s *Service) unheard(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.Clock.Now()
	_, err := vis.Update(ctx, s.DB, by, func(tx Tx) (Session, error) {
		due, err := tx.Take(ctx, TimerColleague, t.Key, now)
		if err != nil || !due {
			return Session{}, err
		}
		x, err := tx.Assist(ctx, vis.AssistID(t.Key))
		if err != nil || !x.returned(now) {
			return Session{}, err
		}
		return s.save(ctx, tx, by, SessionReturned, x, now)
	})
	return err
}

// awaitGuest lets the guest go unless she is connected before long.
func (s *Service) awaitGuest(ctx context.Context, tx Tx, ws vis.WorkspaceID, id vis.AssistID, now time.Time) error {
	return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerGuest, Key: string(id), DueAt: now.Add(backWithin)})
}

// missGuest is told that the media of a guest was lost.
func (s *Service) missGuest(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) error {
	_, err := vis.Update(ctx, s.DB, vis.System(ws), func(tx Tx) (struct{}, error) {
		return struct{}{}, s.awaitGuest(ctx, tx, ws, id, s.Clock.Now())
	})
	return err
}

// guestGone is the effect of TimerGuest.
func (s *Service) guestGone(ctx context.Context, t jobs.Timer) error {
	if at, err := s.HeldAt(ctx, vis.AssistID(t.Key)); err != nil || at != "" {
		return err // whether she is connected is known there
	}
	by := vis.System(t.Workspace)
	now := s.Clock.Now()
	_, err := vis.Update(ctx, s.DB, by, func(tx Tx) (Session, error) {
		due, err := tx.Take(ctx, TimerGuest, t.Key, now)
		if err != nil || !due {
			return Session{}, err
		}
		x, err := tx.Assist(ctx, vis.AssistID(t.Key))
		if err != nil || x.Story.Guest == "" || s.Media != nil && s.Media.Connected(x.ID, Leg{Side: GuestSide, Member: x.Story.Guest}) {
			return Session{}, err
		}
		x.Story.Guest = ""
		return s.save(ctx, tx, by, SessionLeft, x, now)
	})
	return err
}

// LeaveCall lets the guest go, at her own wish or the member's who has the session.
func (s *Service) LeaveCall(ctx context.Context, by vis.Actor, id vis.AssistID) error {
	var guest vis.MemberID
	_, err := s.change(ctx, by, id, func(tx Tx, x *Session, _ time.Time) (vis.EventType, error) {
		if guest = x.Story.Guest; guest == "" || !x.holds(by) && guest != by.Member() {
			return "", vis.Absent("guest")
		}
		x.Story.Guest = ""
		return SessionLeft, tx.Disarm(ctx, TimerGuest, string(id))
	})
	if err == nil && s.Media != nil {
		s.Media.Leave(id, Leg{Side: GuestSide, Member: guest})
	}
	return err
}
