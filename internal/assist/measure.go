package assist

import (
	"context"
	"slices"
	"time"

	"visavis/internal/vis"
)

// Bounds of what is measured.
const (
	maxSpan     = 92 * 24 * time.Hour
	maxMeasured = 2000 // sessions, the newest
	usualSpan   = 30 * 24 * time.Hour
	usualFrom   = 5 // answers, below which nothing is usual
	usualKept   = 5 * time.Minute
)

// Measures are how soon customers who pressed were answered.
type Measures struct {
	Pressed  int
	Answers  []Answer // oldest first
	P50, P95 time.Duration
	// Kept of Promised were answered within what is promised; who left before that is in neither.
	Kept, Promised int
	// Why nobody spoke to a customer: nobody was there, all refused, nobody heard it, or she left.
	Nobody, Refused, Unheard, Left int
	// What came of those that were answered and are over, as far as it was said.
	Results map[Result]int
	Unsaid  int
}

// Answer is one session that was answered.
type Answer struct {
	PressedAt time.Time
	After     time.Duration
}

// Measure counts the sessions that were pressed from one instant up to another, for those who supervise.
func (s *Service) Measure(ctx context.Context, by vis.Actor, from, to time.Time) (Measures, error) {
	switch {
	case by.Kind == vis.ByMember && by.Role == vis.Agent:
		return Measures{}, vis.Errorf(vis.Forbidden, "not_a_supervisor", "Only supervisors see how calls are answered.")
	case !from.Before(to) || to.Sub(from) > maxSpan:
		return Measures{}, vis.InField("to", "Choose a time after the beginning, within 92 days.")
	}
	if err := by.Must(vis.ReadConversations); err != nil {
		return Measures{}, err
	}
	all, err := s.between(ctx, by.Workspace, from, to)
	return measure(all), err
}

func (s *Service) between(ctx context.Context, ws vis.WorkspaceID, from, to time.Time) ([]Session, error) {
	return vis.View(ctx, s.DB, ws, func(tx Tx) ([]Session, error) { return tx.AssistsBetween(ctx, from, to, maxMeasured) })
}

// usual is what was usual on a channel at an instant. A month of sessions is not read for every word about a press.
type usual struct {
	at    time.Time
	took  time.Duration
	known bool
}

// UsualFor is the median from the press to the answer on a channel in the last thirty days, as it was within the last minutes; it is false
// where there were too few.
func (s *Service) UsualFor(ctx context.Context, ws vis.WorkspaceID, x Session) (time.Duration, bool) {
	now := s.Clock.Now()
	s.mu.Lock()
	u, known := s.usual[x.Channel]
	s.mu.Unlock()
	if known && now.Sub(u.at) < usualKept && !now.Before(u.at) {
		return u.took, u.known
	}
	all, err := s.between(ctx, ws, now.Add(-usualSpan), now)
	if err != nil {
		return 0, false // a figure that is not known is left out
	}
	m := measure(slices.DeleteFunc(all, func(o Session) bool { return o.Channel != x.Channel }))
	u = usual{now, m.P50, len(m.Answers) >= usualFrom}
	s.mu.Lock()
	s.usual[x.Channel] = u
	s.mu.Unlock()
	return u.took, u.known
}

func measure(all []Session) (m Measures) {
	m.Pressed, m.Results = len(all), make(map[Result]int)
	var took []time.Duration
	for _, x := range all {
		if after := x.Story.AcceptedAt.Sub(x.PressedAt); !x.Story.AcceptedAt.IsZero() {
			m.Answers = append(m.Answers, Answer{x.PressedAt, after})
			took = append(took, after)
			if m.Promised++; after <= lateAfter {
				m.Kept++
			}
			if c := x.Story.Conclusion; c != nil {
				m.Results[c.Result]++
			} else if x.State == Ended {
				m.Unsaid++
			}
			continue
		}
		if x.State == Ended {
			m.miss(x)
		}
	}
	slices.Sort(took)
	m.P50, m.P95 = share(took, 50), share(took, 95)
	return m
}

// miss counts a session that ended without an answer.
func (m *Measures) miss(x Session) {
	if x.EndedAt.Sub(x.PressedAt) >= lateAfter {
		m.Promised++
	}
	switch x.missedFor() {
	case Left:
		m.Left++
	case Nobody:
		m.Nobody++
	case AllRefused:
		m.Refused++
	case NotHeard:
		m.Unheard++
	}
}

// Missing is why nobody spoke to a customer.
type Missing string

const (
	Left       Missing = "left" // she did, before anybody answered
	Nobody     Missing = "nobody"
	AllRefused Missing = "refused"
	NotHeard   Missing = "unheard"
)

// missedFor is why a session that is over was never answered, "" for one that was.
func (s *Session) missedFor() Missing {
	switch {
	case !s.Story.AcceptedAt.IsZero():
		return ""
	case s.Story.Outcome == Cancelled:
		return Left
	case len(s.Story.Rings) == 0:
		return Nobody
	case slices.ContainsFunc(s.Story.Rings, func(r Ring) bool { return r.State != Refused }):
		return NotHeard
	}
	return AllRefused
}

// share is what so many of a hundred sorted durations do not exceed (nearest rank); 0 of none.
func share(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}
