package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// The timers about presence; their keys are members.
const (
	TimerFinish = "finish" // she has finished up
	TimerVanish = "vanish" // she is gone for so long, or was to be back, that her conversations are looked at
)

// Finishing is the effective presence of a member who writes up what she has just ended. Nobody chooses it.
const Finishing Presence = "finishing"

// How connections become presence.
const (
	vouchEvery = 20 * time.Second
	// vouchFor is how long a node's word that a member is connected counts, so that those of a node that was killed go offline.
	vouchFor = 45 * time.Second
	// LongestAway is how far ahead a member may say that she is back.
	LongestAway = 60 * 24 * time.Hour
)

// Unanswered is why a member became away by herself: offers rang out at her desk.
const Unanswered = "unanswered"

// At is the presence that counts at an instant.
func (s Shift) At(now time.Time) Presence {
	if p := s.Presence(); p != Available || !s.FinishingUntil.After(now) {
		return p
	}
	return Finishing
}

// shown is the presence that was told last: finishing ends when somebody says so, not by the mere passing of time.
func (s Shift) shown() Presence {
	if p := s.Presence(); p != Available || s.FinishingUntil.IsZero() {
		return p
	}
	return Finishing
}

// choose is what a member says of herself. Being available again ends her finishing up.
func (s *Shift) choose(p Presence, backAt, now time.Time) error {
	switch {
	case p != Available && p != Busy && p != Away:
		return vis.InField("presence", "Your presence is available, busy or away, not %q.", p)
	case !backAt.IsZero() && p != Away:
		return vis.InField("backAt", "Only somebody who is away can say when she is back.")
	case !backAt.IsZero() && !backAt.After(now):
		return vis.InField("backAt", "The time when you are back must be in the future.")
	case backAt.After(now.Add(LongestAway)):
		return vis.InField("backAt", "You can be away for 60 days at most.")
	}
	s.Chosen, s.BackAt, s.FinishingUntil = p, backAt, time.Time{}
	return nil
}

// MemberPresence is how a member is there.
type MemberPresence struct {
	Member   vis.MemberID
	Presence Presence
	Since    time.Time
	BackAt   time.Time // zero unless she is away and said so
}

// Presences are those of every member of a workspace who was ever there; the others are offline.
func (s *Service) Presences(ctx context.Context, ws vis.WorkspaceID) ([]MemberPresence, error) {
	now := s.clock.Now()
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]MemberPresence, error) {
		shifts, err := tx.Shifts(ctx)
		out := make([]MemberPresence, 0, len(shifts))
		for _, x := range shifts {
			p := MemberPresence{Member: x.Member, Presence: x.At(now), Since: x.Since}
			if x.Chosen == Away {
				p.BackAt = x.BackAt
			}
			out = append(out, p)
		}
		return out, err
	})
}

// SetPresence records what a member says of herself: available, busy, or away with or without a time when she is back.
func (s *Service) SetPresence(ctx context.Context, by vis.Actor, p Presence, backAt time.Time) (MemberPresence, error) {
	if by.Kind != vis.ByMember {
		return MemberPresence{}, vis.Errorf(vis.Forbidden, "not_a_member", "Only a member has a presence.")
	}
	now, backAt := s.clock.Now(), backAt.UTC().Truncate(time.Millisecond)
	return vis.Update(ctx, s.db, by, func(tx Tx) (MemberPresence, error) {
		before, err := shiftOf(ctx, tx, by.Member())
		if err != nil {
			return MemberPresence{}, err
		}
		after := before
		if err := after.choose(p, backAt, now); err != nil {
			return MemberPresence{}, err
		}
		if !backAt.IsZero() {
			if err := s.lookAgain(ctx, tx, by.Workspace, by.Member(), backAt); err != nil {
				return MemberPresence{}, err
			}
		}
		if err := tx.Disarm(ctx, TimerFinish, string(by.Member())); err != nil {
			return MemberPresence{}, err
		}
		since := before.Since
		if after.shown() != before.shown() {
			since = now
		}
		return MemberPresence{by.Member(), after.At(now), since, after.BackAt}, s.shift(ctx, tx, by, before, after, "", now)
	})
}

// lookAgain arms the look at a member's conversations.
func (s *Service) lookAgain(ctx context.Context, tx Tx, ws vis.WorkspaceID, m vis.MemberID, at time.Time) error {
	return tx.Arm(ctx, jobs.Timer{Workspace: ws, Kind: TimerVanish, Key: string(m), DueAt: at})
}

// shiftOf reads a member's shift; one who was never here is offline and has chosen nothing.
func shiftOf(ctx context.Context, tx Tx, m vis.MemberID) (Shift, error) {
	all, err := tx.Shifts(ctx)
	if i := slices.IndexFunc(all, func(x Shift) bool { return x.Member == m }); i >= 0 {
		return all[i], err
	}
	return Shift{Member: m}, err
}

// shift writes a member's shift, tells everybody when her effective presence changed, and why when that was not her own doing. What
// rings at somebody who is not there to take it rings elsewhere.
func (s *Service) shift(ctx context.Context, tx Tx, by vis.Actor, before, after Shift, why string, now time.Time) error {
	changed := after.shown() != before.shown()
	if changed || after.Since.IsZero() {
		after.Since = now
	}
	if err := tx.SaveShift(ctx, after); err != nil || !changed {
		return err
	}
	by.Request = vis.Request{}
	data := PresenceData{Member: after.Member, Presence: after.shown(), Why: why}
	if err := tx.Append(ctx, vis.NewEvent(by, now, PresenceChanged, data)); err != nil {
		return err
	}
	switch after.shown() {
	case Available, Finishing:
		return nil
	case Offline:
		settings, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		if err := s.lookAgain(ctx, tx, by.Workspace, after.Member, now.Add(settings.vanishedAfter())); err != nil {
			return err
		}
	case Busy, Away:
	}
	return s.withdrawFrom(ctx, tx, vis.System(by.Workspace), after.Member, now)
}

// leaveDesk sets a member away who let her last offers ring out: she is not at her desk, whatever her presence says, and no customer shall
// wait for an empty chair.
func (s *Service) leaveDesk(ctx context.Context, tx Tx, by vis.Actor, m vis.MemberID, now time.Time) error {
	before, err := shiftOf(ctx, tx, m)
	if err != nil || before.Presence() != Available {
		return err
	}
	after := before
	after.Chosen, after.BackAt, after.FinishingUntil = Away, time.Time{}, time.Time{}
	return s.shift(ctx, tx, by, before, after, Unanswered, now)
}

// finish gives a member who has just ended a call or a chat, or handed it on, the time to write it up.
func (s *Service) finish(ctx context.Context, tx Tx, by vis.Actor, m vis.MemberID, ended, now time.Time) error {
	settings, err := tx.Settings(ctx)
	if err != nil {
		return err
	}
	before, err := shiftOf(ctx, tx, m)
	until := ended.Add(settings.finishFor())
	if err != nil || before.Presence() != Available || !until.After(now) || !until.After(before.FinishingUntil) {
		return err
	}
	after := before
	after.FinishingUntil = until
	if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerFinish, Key: string(m), DueAt: until}); err != nil {
		return err
	}
	return s.shift(ctx, tx, by, before, after, "", now)
}

// finished is the effect of TimerFinish.
func (s *Service) finished(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		due, err := tx.Take(ctx, TimerFinish, t.Key, now)
		if err != nil || !due {
			return struct{}{}, err
		}
		before, err := shiftOf(ctx, tx, vis.MemberID(t.Key))
		if err != nil || before.FinishingUntil.IsZero() || before.FinishingUntil.After(now) {
			return struct{}{}, err
		}
		after := before
		after.FinishingUntil = time.Time{}
		return struct{}{}, s.shift(ctx, tx, by, before, after, "", now)
	})
	return err
}

// vouch records which members have a screen connected to a node, and which no longer, and brings every shift of the workspace in line
// with what all nodes say.
func (s *Service) vouch(ctx context.Context, ws vis.WorkspaceID, node string, said map[vis.MemberID]bool) error {
	by := vis.System(ws)
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		for m, on := range said {
			if err := tx.Vouch(ctx, node, m, on, now); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, s.reconcile(ctx, tx, by, now)
	})
	return err
}

// reconcile makes every member connected for whom a node vouches, and nobody else.
func (s *Service) reconcile(ctx context.Context, tx Tx, by vis.Actor, now time.Time) error {
	drift, err := drifted(ctx, tx, now)
	for _, before := range drift {
		after := before
		after.Connected, after.SeenAt = !before.Connected, now
		if after.Chosen == "" {
			after.Chosen = Available
		}
		if !after.Connected {
			after.FinishingUntil = time.Time{}
		}
		if err := s.shift(ctx, tx, by, before, after, "", now); err != nil {
			return err
		}
	}
	return err
}

// drifted are the shifts that say otherwise than the nodes do about who is connected.
func drifted(ctx context.Context, tx Tx, now time.Time) ([]Shift, error) {
	vouched, err := tx.Vouched(ctx, now.Add(-vouchFor))
	if err != nil {
		return nil, err
	}
	shifts, err := tx.Shifts(ctx)
	if err != nil {
		return nil, err
	}
	here := make(map[vis.MemberID]bool, len(vouched))
	for _, m := range vouched {
		here[m] = true
	}
	var out []Shift
	for _, x := range shifts {
		if x.Connected != here[x.Member] {
			out = append(out, x)
		}
		delete(here, x.Member)
	}
	for _, m := range vouched {
		if here[m] {
			out = append(out, Shift{Member: m})
			delete(here, m)
		}
	}
	return out, nil
}

// vanishedAfter is after how long without a connection a member counts as gone.
func (s Settings) vanishedAfter() time.Duration {
	return time.Duration(s.orDefault().VanishedAfter) * time.Second
}

// finishFor is how long a member has to finish up.
func (s Settings) finishFor() time.Duration {
	return time.Duration(s.orDefault().FinishFor) * time.Second
}
