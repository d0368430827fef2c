package routing

import (
	"context"
	"math"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// What is measured of the past, and how much of it.
const (
	measureFor  = 7 * 24 * time.Hour
	measureMost = 50_000 // events that are read again when a node begins
	firstMost   = 500    // first answers that are kept for each channel
	spellMost   = 100_000
	// measureWeight is how much of an exponential window the newest sample is, once there are enough.
	measureWeight = 0.05
	leastFirst    = 10 // first answers before anything is said of them
)

// line of work whose handling is measured.
type lineOfWork struct {
	team vis.TeamID
	work Work
}

// window is an exponential window over samples: what is old counts less and less.
type window struct {
	mean, variance float64
	n              int
}

func (w *window) add(d time.Duration) {
	w.n++
	weight := max(1/float64(w.n), measureWeight)
	off := float64(d) - w.mean
	w.mean += weight * off
	w.variance = (1 - weight) * (w.variance + weight*off*off)
}

func (w *window) handling() Handling {
	return Handling{Mean: time.Duration(w.mean), SD: time.Duration(math.Sqrt(w.variance)), N: w.n}
}

// spell is a conversation from its beginning to its end, as far as it was seen.
type spell struct {
	startedAt  time.Time // zero once it was answered first, or when that was not seen
	assignedAt time.Time
	answeredAt time.Time
}

// firstAnswer is how long a customer waited for a human's first word.
type firstAnswer struct {
	at   time.Time
	took time.Duration
}

// measures is what the log says of how long things take: from taking a conversation to being free for the next, by queue and kind of
// work, and until the first answer, by channel.
type measures struct {
	handled map[lineOfWork]*window
	first   map[vis.ChannelID][]firstAnswer // oldest first
	spells  map[vis.ConversationID]spell
}

func newMeasures() *measures {
	return &measures{handled: make(map[lineOfWork]*window), first: make(map[vis.ChannelID][]firstAnswer), spells: make(map[vis.ConversationID]spell)}
}

// measured reports whether an event is one that is measured.
func measured(e vis.Event) bool {
	switch e.Type {
	case desk.ConversationStarted:
		return e.By == vis.ByCustomer
	case desk.MessageSent:
		return e.By == vis.ByMember
	case desk.ConversationAssigned, desk.ConversationResolved:
		return true
	}
	return false
}

// place is where a measured conversation stood.
type place struct {
	lineOfWork
	channel vis.ChannelID
	live    bool
}

// note takes in one event of a conversation.
func (m *measures) note(e vis.Event, at place) {
	s, known := m.spells[e.Conversation]
	if !known && len(m.spells) >= spellMost {
		return
	}
	switch e.Type {
	case desk.ConversationStarted:
		s.startedAt = e.At
	case desk.ConversationAssigned:
		s.assignedAt, s.answeredAt = e.At, time.Time{}
	case desk.MessageSent:
		s.answeredAt = e.At
		if !s.startedAt.IsZero() {
			m.answered(at.channel, firstAnswer{e.At, e.At.Sub(s.startedAt)})
			s.startedAt = time.Time{}
		}
	case desk.ConversationResolved:
		delete(m.spells, e.Conversation)
		m.resolved(s, e.At, at)
		return
	}
	m.spells[e.Conversation] = s
}

// answered keeps a first answer, and not those of more than a week ago.
func (m *measures) answered(ch vis.ChannelID, a firstAnswer) {
	all := append(m.first[ch], a)
	old := max(len(all)-firstMost, 0)
	for old < len(all) && a.at.Sub(all[old].at) > measureFor {
		old++
	}
	m.first[ch] = all[old:]
}

// resolved measures how long a conversation took its owner: until the last answer, and a moment more where the customer was watching, for
// as long as it kept her from taking another; never longer than until it was resolved.
func (m *measures) resolved(s spell, at time.Time, where place) {
	if s.assignedAt.IsZero() {
		return
	}
	end := at
	if !s.answeredAt.IsZero() {
		free := s.answeredAt
		if where.live {
			free = free.Add(liveFor)
		}
		if free.Before(end) {
			end = free
		}
	}
	w := m.handled[where.lineOfWork]
	if w == nil {
		w = new(window)
		m.handled[where.lineOfWork] = w
	}
	w.add(max(end.Sub(s.assignedAt), time.Second))
}

// handling is what was measured of a queue's work.
func (m *measures) handling(team vis.TeamID, work Work) Handling {
	if w := m.handled[lineOfWork{team, work}]; w != nil {
		return w.handling()
	}
	return Handling{}
}

// usual is the median of the first answers on a channel in the last week; 0 with too few.
func (m *measures) usual(ch vis.ChannelID, now time.Time) time.Duration {
	var took []time.Duration
	for _, a := range m.first[ch] {
		if now.Sub(a.at) <= measureFor {
			took = append(took, a.took)
		}
	}
	if len(took) < leastFirst {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// take takes in what has just happened.
func (m *measures) take(c *changes) {
	if len(c.events) == 0 {
		return
	}
	places := make(map[vis.ConversationID]place, len(c.rows))
	for _, r := range c.rows {
		places[r.ID] = placeOfRow(r)
	}
	m.noteAll(c.events, places)
}

func placeOfRow(r row) place {
	return place{lineOfWork{r.Team, r.lane.work}, r.Channel, r.lane.live}
}

func (m *measures) noteAll(events []vis.Event, places map[vis.ConversationID]place) {
	for _, e := range events {
		if at, ok := places[e.Conversation]; ok {
			m.note(e, at)
		}
	}
}

// measureHistory reads the last week once, so that a node knows from its first moment how long things take.
func (b *switchboard) measureHistory(ctx context.Context, now time.Time) error {
	if b.history {
		return nil
	}
	m := newMeasures()
	from, to, err := b.service.lastWeek(ctx, b.ws, now)
	for err == nil && from < to {
		from, err = b.service.measurePage(ctx, b.ws, m, from, to)
	}
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.measures, b.history = m, true
	return nil
}

// lastWeek is the stretch of the log that is measured: the last week, and not too much of it.
func (s *Service) lastWeek(ctx context.Context, ws vis.WorkspaceID, now time.Time) (from, to int64, err error) {
	err = s.db.View(ctx, ws, func(tx Tx) error {
		if to, err = tx.Head(ctx); err != nil {
			return err
		}
		low, high := max(to-measureMost, 0), to
		for low < high {
			middle := (low + high) / 2
			next, err := tx.Events(ctx, middle, 1)
			if err != nil {
				return err
			}
			if len(next) == 0 || now.Sub(next[0].At) <= measureFor {
				high = middle
			} else {
				low = middle + 1
			}
		}
		from = low
		return nil
	})
	return from, to, err
}

// measurePage measures a page of the log and returns where it ends.
func (s *Service) measurePage(ctx context.Context, ws vis.WorkspaceID, m *measures, from, to int64) (int64, error) {
	err := s.db.View(ctx, ws, func(tx Tx) error {
		page, err := tx.Events(ctx, from, eventPage)
		if err != nil || len(page) == 0 {
			from = to
			return err
		}
		from = page[len(page)-1].Seq
		page = slices.DeleteFunc(page, func(e vis.Event) bool { return !measured(e) || e.Seq > to })
		ids := make([]vis.ConversationID, 0, len(page))
		for _, e := range page {
			ids = append(ids, e.Conversation)
		}
		slices.Sort(ids)
		found, err := tx.ConversationsByID(ctx, slices.Compact(ids))
		if err != nil {
			return err
		}
		u := s.setup(tx, ws)
		places := make(map[vis.ConversationID]place, len(found))
		for _, c := range found {
			l, err := u.lane(ctx, c.Channel)
			if err != nil {
				return err
			}
			places[c.ID] = placeOfRow(row{Conversation: c, lane: l})
		}
		m.noteAll(page, places)
		return nil
	})
	return from, err
}
