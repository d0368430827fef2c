package assist

import (
	"context"
	"errors"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// Joined is a session with how whoever joined it comes to its media; that is empty when it is still to come.
type Joined struct {
	Session Session
	Way     Way
}

// Accept gives a session, and its conversation, to a member who was rung; her media is answered, and then the customer's that waits. A
// colleague who is rung during the call takes it over or comes in.
func (s *Service) Accept(ctx context.Context, by vis.Actor, id vis.AssistID, offer string) (Joined, error) {
	if s.Media == nil {
		return Joined{}, s.errOff()
	}
	if err := s.Media.Check(MemberSide, offer, true); err != nil {
		return Joined{}, err
	}
	x, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if x.State != Ended && !s.ours(*x) {
			return "", errMoved()
		}
		if x.called() && x.lastRing(by.Member()) != nil && x.lastRing(by.Member()).For != "" {
			return s.comes(ctx, tx, by, x, now)
		}
		if err := x.Accept(by.Member(), now); err != nil {
			return "", err
		}
		if err := tx.Disarm(ctx, TimerRing, string(id)); err != nil {
			return "", err
		}
		return SessionAccepted, s.hand(ctx, tx, by, *x, now)
	})
	if err != nil {
		return Joined{}, err
	}
	if x.holds(by) && x.PassedBy() != "" {
		s.Media.Darken(id) // a camera was allowed to the member before
	}
	leg, _ := x.legOf(by)
	answer, err := s.answer(ctx, by.Workspace, x, leg, offer)
	if err != nil {
		return Joined{}, err
	}
	if waiting := s.takeOffer(id); waiting != "" {
		// When her offer cannot be answered she finds out by her own watch, and joins with another.
		if hers, err := s.answer(ctx, by.Workspace, x, Leg{Side: CustomerSide}, waiting); err == nil {
			s.screens.Answered(by.Workspace, x.Customer, id, hers)
		} else {
			s.Log.Warn("a customer's offer could not be answered", "assist", id, "err", err)
		}
	}
	return Joined{x, answer}, nil
}

// awaitMedia ends the session unless both sides are connected before long.
func (s *Service) awaitMedia(ctx context.Context, tx Tx, ws vis.WorkspaceID, id vis.AssistID, now time.Time) error {
	return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerGone, Key: string(id), DueAt: now.Add(backWithin)})
}

func (s *Service) answer(ctx context.Context, ws vis.WorkspaceID, x Session, leg Leg, offer string) (Way, error) {
	if err := s.Media.Open(x.ID); err != nil { // it is open, but after a restart
		return Way{}, err
	}
	s.remember(ws, x.ID, "")
	return s.Media.Join(ctx, x.ID, leg, offer)
}

// legOf is the leg that somebody has in a session; it is false for who is not in it.
func (s *Session) legOf(by vis.Actor) (Leg, bool) {
	switch {
	case by.Kind == vis.ByCustomer:
		return Leg{Side: CustomerSide}, true
	case s.holds(by):
		return Leg{Side: MemberSide}, true
	}
	return Leg{Side: GuestSide, Member: by.Member()}, by.Member() != "" && s.Story.Guest == by.Member()
}

// Join replaces the media of one side: of the customer, of the member who has the session or of a guest. While it rings the customer's offer is kept,
// and answered when a member comes.
func (s *Service) Join(ctx context.Context, by vis.Actor, id vis.AssistID, offer string) (Joined, error) {
	x, err := s.Session(ctx, by, id)
	leg, in := x.legOf(by)
	switch {
	case err != nil:
		return Joined{}, err
	case !in:
		return Joined{}, vis.Absent("assistance")
	case x.State == Ended:
		return Joined{}, over(&x)
	case !s.ours(x):
		return Joined{}, errMoved()
	case s.Media == nil:
		return Joined{}, s.errOff()
	}
	_, camera := x.Allowed(SeeCamera, s.Clock.Now())
	if err := s.Media.Check(leg.Side, offer, camera || leg.Side != CustomerSide); err != nil {
		return Joined{}, err
	}
	if x.State == Ringing {
		s.remember(by.Workspace, id, offer)
		return Joined{Session: x}, nil
	}
	s.takeOffer(id)
	answer, err := s.answer(ctx, by.Workspace, x, leg, offer)
	if camera && leg.Side == CustomerSide && err == nil {
		s.lighten(ctx, by, id) // when she took it back there was nothing yet that could be darkened
	}
	return Joined{x, answer}, err
}

// Watch lets a supervisor listen to a session; both sides are shown that she does. When she whispers, the member hears her too, and only
// the member: who does not whisper cannot send a sound.
func (s *Service) Watch(ctx context.Context, by vis.Actor, id vis.AssistID, offer string, whispers bool) (Joined, error) {
	leg, action := Leg{Side: WatcherSide, Member: by.Member()}, "assist.watched"
	if whispers {
		leg.Side, action = WhisperSide, "assist.whispered"
	}
	switch {
	case by.Kind != vis.ByMember || by.Role == vis.Agent:
		return Joined{}, vis.Errorf(vis.Forbidden, "not_a_supervisor", "Only supervisors listen to the calls of others.")
	case s.Media == nil:
		return Joined{}, s.errOff()
	}
	if err := s.Media.Check(leg.Side, offer, false); err != nil {
		return Joined{}, err
	}
	x, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if err := x.Watch(by.Member(), whispers); err != nil {
			return "", err
		}
		if !s.ours(*x) {
			return "", errMoved()
		}
		return SessionWatched, tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil))
	})
	if err != nil {
		return Joined{}, err
	}
	s.unwatch(id, by.Member())
	answer, err := s.answer(ctx, by.Workspace, x, leg, offer)
	return Joined{x, answer}, err
}

// unwatch ends the media of who listens, or whispers.
func (s *Service) unwatch(id vis.AssistID, m vis.MemberID) {
	for _, side := range []Side{WatcherSide, WhisperSide} {
		s.Media.Leave(id, Leg{Side: side, Member: m})
	}
}

// Unwatch ends a supervisor's listening.
func (s *Service) Unwatch(ctx context.Context, by vis.Actor, id vis.AssistID) error {
	_, err := s.change(ctx, by, id, func(_ Tx, x *Session, _ time.Time) (vis.EventType, error) {
		if !x.Unwatch(by.Member()) {
			return "", nil
		}
		return SessionWatched, nil
	})
	if err == nil && s.Media != nil {
		s.unwatch(id, by.Member())
	}
	return err
}

// changed is told by the backend that a leg came or went. It has a context of its own making: no caller waits.
func (s *Service) changed(ctx context.Context, id vis.AssistID, leg Leg, connected bool) {
	s.mu.Lock()
	ws, known := s.spaces[id]
	s.mu.Unlock()
	listens := leg.Side == WatcherSide || leg.Side == WhisperSide
	if !known || (listens || leg.Side == GuestSide) && connected {
		return
	}
	if now, err := s.Session(ctx, vis.System(ws), id); err == nil && !s.ours(now) {
		return // another node took it over meanwhile
	}
	if leg.Side == GuestSide {
		if err := s.missGuest(ctx, ws, id); err != nil && ctx.Err() == nil {
			s.Log.Error("a guest who may be gone is not looked for", "assist", id, "err", err)
		}
		return
	}
	if listens {
		// Whoever listens no longer is not shown any more.
		if err := s.Unwatch(ctx, vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(leg.Member), Role: vis.Supervisor}, id); err != nil && ctx.Err() == nil {
			s.Log.Error("who ceased to listen is still shown", "assist", id, "err", err)
		}
		return
	}
	x, err := s.settle(ctx, ws, id)
	if err != nil {
		if ctx.Err() == nil && vis.CodeOf(err) != vis.NotFound {
			s.Log.Error("what became of a call's media could not be kept", "assist", id, "err", err)
		}
		return
	}
	if x.State != Ended {
		s.screens.Connected(ws, x, leg.Side, connected)
	}
}

// settle brings a session in line with its media: live once both sides are connected, and to be ended when one stays away.
func (s *Service) settle(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) (Session, error) {
	now := s.Clock.Now()
	return s.commit(ctx, vis.System(ws), func(tx Tx) (Session, error) {
		x, err := tx.Assist(ctx, id)
		if err != nil || !x.called() || !s.ours(x) {
			return x, err
		}
		if !s.Media.Connected(id, Leg{Side: CustomerSide}) || !s.Media.Connected(id, Leg{Side: MemberSide}) {
			return x, s.awaitMedia(ctx, tx, ws, id, now)
		}
		if err := tx.Disarm(ctx, TimerGone, string(id)); err != nil {
			return Session{}, err
		}
		met := x.Story.LiveAt.IsZero()
		if !x.connected(now) {
			return x, nil
		}
		if met {
			if err := s.meet(ctx, tx, ws, x, now); err != nil {
				return Session{}, err
			}
		}
		if err := s.agreeAlways(ctx, tx, ws, &x, now); err != nil {
			return Session{}, err
		}
		return s.save(ctx, tx, vis.System(ws), SessionLive, x, now)
	})
}

// meet writes into the conversation that its customer is answered, by the voice of a member.
func (s *Service) meet(ctx context.Context, tx Tx, ws vis.WorkspaceID, x Session, now time.Time) error {
	c, err := tx.Conversation(ctx, x.Conversation)
	if err != nil {
		return err
	}
	return s.Desk.MeetWithin(ctx, tx, vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(x.Member)}, &c, desk.Call{ID: x.ID}, now)
}

// gone is the effect of TimerGone.
func (s *Service) gone(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.Clock.Now()
	x, err := s.commit(ctx, by, func(tx Tx) (Session, error) {
		due, err := tx.Take(ctx, TimerGone, t.Key, now)
		if err != nil || !due {
			return Session{}, err
		}
		x, err := tx.Assist(ctx, vis.AssistID(t.Key))
		if err != nil || !x.called() {
			return Session{}, err
		}
		return s.end(ctx, tx, by, x, Failed, now)
	})
	if err == nil && x.State == Ended {
		s.forget(x.ID)
	}
	return err
}

// resume makes this node hold a session, whose media begins anew: both sides are told to come again.
func (s *Service) resume(ctx context.Context, tx Tx, ws vis.WorkspaceID, x Session, now time.Time) (Session, error) {
	moved := x.Node != s.NodeURL
	x.Node = s.NodeURL
	switch {
	case x.called():
		x.State = Accepted
		if err := errors.Join(s.awaitMedia(ctx, tx, ws, x.ID, now), s.awaitGuest(ctx, tx, ws, x.ID, now)); err != nil {
			return Session{}, err
		}
		return s.save(ctx, tx, vis.System(ws), SessionInterrupted, x, now)
	case moved:
		return tx.SaveAssist(ctx, x)
	}
	return x, nil
}

// Recover is called once, before the server works: sessions whose media went with the last process are told to come again, and those
// that ring go on ringing by their timers. Those of other nodes stay theirs.
func (s *Service) Recover(ctx context.Context, ws vis.WorkspaceID) error {
	if s.Media == nil {
		return nil // another node may have the media
	}
	by := vis.System(ws)
	now := s.Clock.Now()
	if s.Nodes != nil {
		if _, _, err := s.hear(ctx, now); err != nil {
			return err
		}
	}
	open, err := vis.Update(ctx, s.DB, by, func(tx Tx) ([]Session, error) {
		all, err := tx.OpenAssists(ctx)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(x Session) bool { return !s.ours(x) && x.Node != "" && (s.NodeURL != "" || s.beside(x.Node)) })
		for i := range all {
			if all[i], err = s.resume(ctx, tx, ws, all[i], now); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
	for _, x := range open {
		s.remember(ws, x.ID, "")
		if err := s.Media.Open(x.ID); err != nil { // fewer calls are allowed than before: whoever is first has room
			s.Log.Warn("a call has no room after the restart", "assist", x.ID, "err", err)
		}
	}
	return err
}
