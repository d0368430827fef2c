package assist

import (
	"slices"
	"time"

	"visavis/internal/vis"
)

// Purpose is why the member of a call has a colleague rung.
type Purpose string

const (
	ToPass Purpose = "pass" // the colleague is to take the call over
	ToJoin Purpose = "join" // to come in as a third
)

// Calling is whom the member of a call has rung: one colleague, or whoever of a team answers first.
type Calling struct {
	Purpose Purpose      `json:"purpose"`
	Member  vis.MemberID `json:"memberId,omitempty"`
	Team    vis.TeamID   `json:"teamId,omitempty"`
	At      time.Time    `json:"at"`
	Until   time.Time    `json:"until"`
}

// Pass is a change of the member who has the session.
type Pass struct {
	From vis.MemberID `json:"from"`
	To   vis.MemberID `json:"to"`
	At   time.Time    `json:"at"`
}

// maxColleagues is how many of a team are rung at the same time.
const maxColleagues = 5

// Call rings colleagues for the member who has the session, one matter at a time. They have as long as one bell rings.
func (s *Session) Call(in Calling, free []vis.MemberID, now time.Time) error {
	free = slices.DeleteFunc(slices.Clone(free), func(m vis.MemberID) bool {
		return m == s.Member || m == s.Story.Guest || in.Member != "" && m != in.Member
	})
	switch {
	case in.Purpose != ToPass && in.Purpose != ToJoin:
		return vis.InField("purpose", "A colleague is called to pass the call on or to join it, not to %q.", in.Purpose)
	case (in.Member == "") == (in.Team == ""):
		return vis.InField("memberId", "Say whom to call: one colleague or one team.")
	case !s.called():
		return over(s)
	case s.Story.Calling != nil:
		return vis.Errorf(vis.Conflict, "assist_calling", "Somebody is being called already. Take that back first.")
	case in.Purpose == ToJoin && s.Story.Guest != "":
		return vis.Errorf(vis.Conflict, "assist_three", "There are three of you already.")
	case len(free) == 0 || len(s.Story.Rings) >= maxRings:
		return vis.Errorf(vis.Conflict, "colleague_away", "Nobody whom you would reach is free at this moment.")
	}
	in.At, in.Until = now, now.Add(ringFor)
	s.Story.Calling = &in
	for _, m := range free[:min(len(free), maxColleagues)] {
		s.Story.Rings = append(s.Story.Rings, Ring{Member: m, State: Rings, RangAt: now, ExpiresAt: in.Until, For: in.Purpose})
	}
	return nil
}

// Answer lets a colleague who is rung in a call take it over, or come in.
func (s *Session) Answer(m vis.MemberID, now time.Time) error {
	r := s.lastRing(m)
	switch {
	case r == nil || r.For == "":
		return vis.Absent("assistance")
	case s.Story.Calling == nil || r.State != Rings:
		e := vis.Errorf(vis.Conflict, "assist_taken", "You are not called any more: somebody else has answered, or it was taken back.")
		e.Current = *s
		return e
	}
	purpose := s.Story.Calling.Purpose
	s.callBack(now)
	if r.State, r.EndedAt = Answered, now; purpose == ToPass {
		s.pass(m, now)
		return nil
	}
	s.Unwatch(m)
	s.Story.Guest = m
	if !slices.Contains(s.Story.Guests, m) {
		s.Story.Guests = append(s.Story.Guests, m)
	}
	return nil
}

// pass gives the session to another member. Nothing that the customer allowed the one before is hers.
func (s *Session) pass(to vis.MemberID, now time.Time) {
	for _, k := range kinds {
		s.stop(k, "agent", now)
	}
	s.Unwatch(to)
	if s.Story.Guest == to {
		s.Story.Guest = ""
	}
	s.Story.Passes = append(s.Story.Passes, Pass{From: s.Member, To: to, At: now})
	s.Member, s.Story.Asked = to, nil
}

// returned reports whether all colleagues who were rung have let it be: the session stays with the member who has it.
func (s *Session) returned(now time.Time) bool {
	s.silence(now)
	if s.Story.Calling == nil || slices.ContainsFunc(s.Story.Rings, func(r Ring) bool { return r.State == Rings }) {
		return false
	}
	s.Story.Calling = nil
	return true
}

// callBack takes the call to colleagues back; it is false when nobody was being called.
func (s *Session) callBack(now time.Time) bool {
	called := s.Story.Calling != nil
	s.Story.Calling = nil
	s.withdraw(now)
	return called
}

// PassedBy is who had the session before the member who has it, "" when nobody did.
func (s *Session) PassedBy() vis.MemberID {
	if n := len(s.Story.Passes); n > 0 {
		return s.Story.Passes[n-1].From
	}
	return ""
}

// concerns reports whether a session rings for a member or she is in it.
func (s *Session) concerns(m vis.MemberID) bool {
	return s.Member == m || s.Story.Guest == m || s.RingsFor(m)
}
