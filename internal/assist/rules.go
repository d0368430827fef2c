package assist

import (
	"net/url"
	"slices"
	"time"

	"visavis/internal/vis"
)

// How members are rung.
const (
	ringEvery = 5 * time.Second  // another is rung
	ringFor   = 15 * time.Second // one bell; several ring at the same time
	pairFrom  = 2 * ringEvery    // from then on two at a time
	lateAfter = 15 * time.Second // the customer is told that nobody is there yet
	giveUp    = 3 * time.Minute
)

// Other bounds.
const (
	controlFor = 10 * time.Minute
	// backWithin is how long media may be lost, or not come, until the session ends.
	backWithin   = 30 * time.Second
	maxRings     = 200
	maxQuestions = 100 // that are remembered
)

// refuseReasons are the words for why a member does not come.
var refuseReasons = []string{"busy", "skill", "language", "break", "other"}

// over is the refusal of what needs a session that is going on between two.
func over(s *Session) error {
	e := vis.Errorf(vis.Conflict, "assist_over", "This assistance is over.")
	if s.State == Ringing {
		e = vis.Errorf(vis.Conflict, "assist_rings", "Nobody has answered this call yet.")
	}
	e.Current = *s
	return e
}

// ring silences bells that rang out and rings the next members, best first, who are not rung now and have not refused. Those who were
// never rung come first. It reports whether anything changed.
func (s *Session) ring(callable []vis.MemberID, now time.Time) bool {
	changed := s.silence(now)
	many := 1
	if now.Sub(s.PressedAt) >= pairFrom {
		many = 2
	}
	for _, again := range []bool{false, true} {
		for _, m := range callable {
			if many == 0 || len(s.Story.Rings) >= maxRings {
				return changed
			}
			last := s.lastRing(m)
			switch {
			case last == nil && !again, last != nil && again && last.State == Unheard:
				s.Story.Rings = append(s.Story.Rings, Ring{Member: m, State: Rings, RangAt: now, ExpiresAt: now.Add(ringFor)})
				changed = true
				many--
			}
		}
	}
	return changed
}

// silence ends the bells that nobody heard.
func (s *Session) silence(now time.Time) (changed bool) {
	for i := range s.Story.Rings {
		if r := &s.Story.Rings[i]; r.State == Rings && !r.ExpiresAt.After(now) {
			r.State, r.EndedAt, changed = Unheard, now, true
		}
	}
	return changed
}

// lastRing is the newest bell of a member, nil when she was never rung.
func (s *Session) lastRing(m vis.MemberID) *Ring {
	for i := len(s.Story.Rings) - 1; i >= 0; i-- {
		if s.Story.Rings[i].Member == m {
			return &s.Story.Rings[i]
		}
	}
	return nil
}

// RingsFor reports whether a member's bell rings now.
func (s *Session) RingsFor(m vis.MemberID) bool {
	r := s.lastRing(m)
	return r != nil && r.State == Rings
}

// late reports whether the customer is to be told now that nobody is there: once, after lateAfter, or at once when nobody is rung at all.
func (s *Session) late(now time.Time) bool {
	if s.State != Ringing || !s.Story.LateAt.IsZero() {
		return false
	}
	rings := slices.ContainsFunc(s.Story.Rings, func(r Ring) bool { return r.State == Rings })
	if rings && now.Sub(s.PressedAt) < lateAfter {
		return false
	}
	s.Story.LateAt = now
	return true
}

// nextRing is when to ring again: on the beat of the press, so that late timers do not add up.
func (s *Session) nextRing(now time.Time) time.Time {
	beats := now.Sub(s.PressedAt)/ringEvery + 1
	return s.PressedAt.Add(beats * ringEvery)
}

// Accept gives the session to a member who was rung.
func (s *Session) Accept(m vis.MemberID, now time.Time) error {
	r := s.lastRing(m)
	switch {
	case r == nil:
		return vis.Absent("assistance")
	case s.State == Ended:
		return over(s)
	case s.State != Ringing:
		e := vis.Errorf(vis.Conflict, "assist_taken", "Somebody has answered this call already.")
		e.Current = *s
		return e
	}
	s.withdraw(now)
	r.State, r.EndedAt = Answered, now
	s.State, s.Member, s.Story.AcceptedAt = Accepted, m, now
	return nil
}

// holds reports whether the session is a member's own.
func (s *Session) holds(by vis.Actor) bool { return by.Member() != "" && s.Member == by.Member() }

// Refuse silences a member's bell for one of the reasons "busy", "skill", "language", "break" or "other".
func (s *Session) Refuse(m vis.MemberID, reason string, now time.Time) error {
	if !slices.Contains(refuseReasons, reason) {
		return vis.InField("reason", "Say why: busy, skill, language, break or other, not %q.", reason)
	}
	r := s.lastRing(m)
	switch {
	case r == nil:
		return vis.Absent("assistance")
	case r.State != Rings:
		return over(s)
	}
	r.State, r.EndedAt, r.Reason = Refused, now, reason
	return nil
}

// withdraw silences all bells.
func (s *Session) withdraw(now time.Time) {
	for i := range s.Story.Rings {
		if r := &s.Story.Rings[i]; r.State == Rings {
			r.State, r.EndedAt = Withdrawn, now
		}
	}
}

// connected makes the session live.
func (s *Session) connected(now time.Time) bool {
	if s.State != Accepted {
		return false
	}
	s.State = Live
	if s.Story.LiveAt.IsZero() {
		s.Story.LiveAt = now
	}
	return true
}

// called reports whether a member has the session and it goes on.
func (s *Session) called() bool { return s.State == Accepted || s.State == Live }

// Ask puts a question to the customer. It is put once.
func (s *Session) Ask(k Kind, now time.Time) error {
	switch {
	case !k.Valid():
		return vis.InField("kind", "A customer can allow page, control, record or camera, not %q.", k)
	case !s.called():
		return over(s)
	case !slices.Contains(s.Story.Asked, k):
		s.Story.Asked = append(s.Story.Asked, k)
		if len(s.Story.Questions) < maxQuestions {
			s.Story.Questions = append(s.Story.Questions, Question{k, s.Member, now})
		}
	}
	return nil
}

// wasAsked reports whether the customer was asked for something in the name of the member who has the session.
func (s *Session) wasAsked(k Kind) bool {
	return slices.ContainsFunc(s.Story.Questions, func(q Question) bool { return q.Kind == k && q.Member == s.Member })
}

// Decline takes a question back.
func (s *Session) Decline(k Kind) {
	s.Story.Asked = slices.DeleteFunc(s.Story.Asked, func(a Kind) bool { return a == k })
}

// Consent records what the customer allows the member who has the session. Control is for one page origin, needs SeePage, and lasts
// ten minutes. Allowing it again begins anew.
func (s *Session) Consent(k Kind, origin string, now time.Time) error {
	switch {
	case !k.Valid():
		return vis.InField("kind", "A customer can allow page, control, record or camera, not %q.", k)
	case !s.called():
		return over(s)
	}
	if k == Record && !slices.Contains(s.Story.Asked, Record) {
		// Whoever asks has agreed herself: what only one of the two wants is not recorded.
		return vis.Errorf(vis.Conflict, "record_not_asked", "Nobody has asked to record this call.")
	}
	c := Consent{Kind: k, Member: s.Member, GivenAt: now}
	if k == Control {
		if _, sees := s.Allowed(SeePage, now); !sees {
			return vis.Errorf(vis.Conflict, "page_not_shown", "Whoever may click on a page must be shown it first.")
		}
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != origin {
			return vis.InField("origin", "Control is for the pages of one origin such as https://shop.example, not %q.", origin)
		}
		c.Origin, c.ExpiresAt = origin, now.Add(controlFor)
	}
	s.stop(k, "revoked", now)
	s.Decline(k)
	s.Story.Consents = append(s.Story.Consents, c)
	return nil
}

// Revoke ends a grant, and with SeePage what rests on it. It is false when there was none.
func (s *Session) Revoke(k Kind, now time.Time) bool {
	stopped := s.stop(k, "revoked", now)
	if k == SeePage {
		stopped = s.stop(Control, "revoked", now) || stopped
	}
	return stopped
}

// Allowed is the grant of a kind that is in force for the member who has the session.
func (s *Session) Allowed(k Kind, now time.Time) (Consent, bool) {
	i := slices.IndexFunc(s.Story.Consents, func(c Consent) bool {
		return c.Kind == k && c.Member == s.Member && c.EndedAt.IsZero() && (c.ExpiresAt.IsZero() || c.ExpiresAt.After(now))
	})
	if i < 0 || !s.called() {
		return Consent{}, false
	}
	return s.Story.Consents[i], true
}

// stop ends the grants of a kind; one that had run out before ended then.
func (s *Session) stop(k Kind, why string, now time.Time) (stopped bool) {
	for i := range s.Story.Consents {
		c := &s.Story.Consents[i]
		if c.Kind != k || !c.EndedAt.IsZero() {
			continue
		}
		stopped = true
		if c.EndedAt, c.Why = now, why; !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(now) {
			c.EndedAt, c.Why = c.ExpiresAt, "expired"
		}
	}
	return stopped
}

// Watch lets a supervisor listen, which everybody in the session is shown. She may whisper: the member hears it, and is shown that too.
func (s *Session) Watch(m vis.MemberID, whispers bool) error {
	switch {
	case !s.called():
		return over(s)
	case m == s.Member || m == s.Story.Guest:
		return vis.Errorf(vis.Conflict, "assist_yours", "You are in this call: you hear it already.")
	}
	s.Unwatch(m)
	s.Story.Watchers = append(s.Story.Watchers, m)
	if whispers {
		s.Story.Whispers = append(s.Story.Whispers, m)
	}
	return nil
}

// Unwatch is false when the member did not listen.
func (s *Session) Unwatch(m vis.MemberID) bool {
	before := len(s.Story.Watchers)
	s.Story.Watchers = slices.DeleteFunc(s.Story.Watchers, func(w vis.MemberID) bool { return w == m })
	s.Story.Whispers = slices.DeleteFunc(s.Story.Whispers, func(w vis.MemberID) bool { return w == m })
	return len(s.Story.Watchers) < before
}

// End ends the session and every grant in it.
func (s *Session) End(o Outcome, by vis.ActorKind, now time.Time) error {
	if s.State == Ended {
		return over(s)
	}
	s.withdraw(now)
	for _, k := range kinds {
		s.stop(k, "ended", now)
	}
	s.State, s.EndedAt = Ended, now
	s.Story.Outcome, s.Story.EndedBy, s.Story.Asked, s.Story.Watchers, s.Story.Whispers = o, by, nil, nil, nil
	s.Story.Calling, s.Story.Guest = nil, ""
	return nil
}

// Rate records what the customer says of it afterwards, once.
func (s *Session) Rate(score int, comment string) error {
	switch {
	case score < 1 || score > 5:
		return vis.InField("score", "A rating goes from 1 to 5; %d does not.", score)
	case s.State != Ended:
		return vis.Errorf(vis.Conflict, "assist_not_over", "The assistance is not over yet.")
	case s.Story.Rating != 0:
		return vis.Errorf(vis.Conflict, "assist_rated", "You have rated this already. Thank you!")
	}
	s.Story.Rating, s.Story.Comment = score, comment
	return nil
}
