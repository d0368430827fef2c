package routing

import (
	"cmp"
	"math"
	"slices"
	"time"

	"visavis/internal/vis"
)

// entry is a conversation in the snapshot.
type entry struct {
	w      Waiting
	line   *line
	kind   int   // of work, as an index of kinds; -1 for one that nobody does
	due    int64 // DueAt, or the end of time
	speak  string
	wanted []level // what it wants at first
	// in are the needs it is among: that of its adviser alone, that of who answered last alone, that of all who fit.
	in    [3]*need
	next  time.Time // when its needs change although nothing happens; zero for never
	fresh bool      // its needs are to be found
	gone  bool      // it was taken out
}

// The places in entry.in.
const (
	asAdviser = iota
	asLast
	asAnyone
)

// line is the queue of a team: how it is handed out, and who is in it.
type line struct {
	queue   Queue
	own     *bitset // the slots of the team's members
	waiting sorted[*entry]
}

func (s *Snapshot) line(team vis.TeamID) *line {
	l := s.lines[team]
	if l == nil {
		l = &line{queue: DefaultQueue(), own: s.team(team)}
		l.queue.Team = team
		l.waiting.order = s.order
		s.lines[team] = l
	}
	return l
}

// order is the order of work: highest rank first, then the nearest deadline, then the id.
func (s *Snapshot) order(a, b *entry) int {
	s.steps++
	switch {
	case a.w.Rank != b.w.Rank:
		return cmp.Compare(b.w.Rank, a.w.Rank)
	case a.due != b.due:
		return cmp.Compare(a.due, b.due)
	}
	return cmp.Compare(a.w.Conversation, b.w.Conversation)
}

// timeOrder orders conversations by when their needs change.
func (s *Snapshot) timeOrder(a, b *entry) int {
	s.steps++
	if by := a.next.Compare(b.next); by != 0 {
		return by
	}
	return cmp.Compare(a.w.Conversation, b.w.Conversation)
}

// PutWaiting adds a conversation or replaces it, in O(log n).
func (s *Snapshot) PutWaiting(w Waiting) {
	s.RemoveWaiting(w.Conversation)
	e := &entry{w: w, line: s.line(w.Team), kind: w.Work.index(), due: math.MaxInt64}
	if !w.DueAt.IsZero() {
		e.due = w.DueAt.UnixMilli()
	}
	if w.Language != "" {
		e.speak = primary(w.Language)
	}
	s.waiting[w.Conversation] = e
	e.line.waiting.insert(e)
	for _, m := range [2]vis.MemberID{w.Adviser, w.Last} {
		if m != "" {
			s.link(m, e)
		}
	}
	s.freshen(e)
}

// RemoveWaiting takes a conversation out, in O(log n); nothing happens when it is not in.
func (s *Snapshot) RemoveWaiting(id vis.ConversationID) {
	e := s.waiting[id]
	if e == nil {
		return
	}
	delete(s.waiting, id)
	e.gone = true
	e.line.waiting.remove(e)
	s.leave(e)
	s.untime(e)
	for _, m := range [2]vis.MemberID{e.w.Adviser, e.w.Last} {
		if of := s.linked[m]; of != nil {
			delete(of, e)
			if len(of) == 0 {
				delete(s.linked, m)
			}
		}
	}
}

// Waiting returns a conversation that waits; what its maps hold is only to be read.
func (s *Snapshot) Waiting(id vis.ConversationID) (Waiting, bool) {
	if e := s.waiting[id]; e != nil {
		return e.w, true
	}
	return Waiting{}, false
}

// SetQueue replaces how the conversations of one team are handed out; the needs of all of them are found anew.
func (s *Snapshot) SetQueue(q Queue) {
	l := s.line(q.Team)
	l.queue = q
	l.waiting.each(s.freshen)
}

// link remembers that a member is named by a conversation.
func (s *Snapshot) link(m vis.MemberID, e *entry) {
	of := s.linked[m]
	if of == nil {
		of = map[*entry]struct{}{}
		s.linked[m] = of
	}
	of[e] = struct{}{}
}

// renew has the needs of those found anew that name a member.
func (s *Snapshot) renew(m vis.MemberID) {
	for e := range s.linked[m] {
		s.freshen(e)
	}
}

// freshen has the needs of a conversation found anew before the next decision, for only then is it known what time it is.
func (s *Snapshot) freshen(e *entry) {
	if !e.fresh {
		e.fresh = true
		s.fresh = append(s.fresh, e)
	}
}

func (s *Snapshot) untime(e *entry) {
	if !e.next.IsZero() {
		s.times.remove(e)
		e.next = time.Time{}
	}
}

// pass brings the needs of all conversations up to an instant. Time that goes backwards costs looking at all of them again.
func (s *Snapshot) pass(now time.Time) {
	if now.Before(s.at) {
		for _, e := range s.waiting {
			s.freshen(e)
		}
		s.at = now
		for _, a := range s.agents {
			s.sleep(a)
			s.refresh(a)
		}
	}
	s.at = now
	s.wake(now)
	for e := s.times.first(); e != nil && !e.next.After(now); e = s.times.first() {
		s.untime(e)
		s.freshen(e)
	}
	for _, e := range s.fresh {
		e.fresh = false
		if !e.gone {
			s.settle(e, now)
		}
	}
	clear(s.fresh)
	s.fresh = s.fresh[:0]
}

// settle finds the needs that a conversation has at an instant, and when they change by themselves.
func (s *Snapshot) settle(e *entry, now time.Time) {
	s.leave(e)
	s.untime(e)
	q := &e.line.queue
	if e.w.Offered || e.kind < 0 || (q.Mode != Ring && q.Mode != Push) {
		return
	}
	if e.w.NotBefore.After(now) {
		s.timed(e, e.w.NotBefore)
		return
	}
	e.wanted = s.wanted(q.Skills, e.w.Skills)
	p := phase{now: now, since: e.w.Since}
	x := s.seek(e, &p)
	s.place(e, x, &p)
	s.timed(e, p.next)
}

func (s *Snapshot) timed(e *entry, at time.Time) {
	if !at.IsZero() {
		e.next = at
		s.times.insert(e)
	}
}

// phase is a moment in the wait of a conversation. It collects the first instant at which the answers it gave change.
type phase struct {
	now, since, next time.Time
}

// over reports whether an instant has come, and notes it when it has not.
func (p *phase) over(at time.Time) bool {
	if !at.After(p.now) {
		return true
	}
	if p.next.IsZero() || at.Before(p.next) {
		p.next = at
	}
	return false
}

// after reports whether it has waited that many seconds.
func (p *phase) after(seconds int) bool {
	return p.over(p.since.Add(time.Duration(seconds) * time.Second))
}

// seek says what a conversation asks of anybody at this moment: levels are relaxed, other teams help, and nobody who declined.
func (s *Snapshot) seek(e *entry, p *phase) sought {
	q := &e.line.queue
	x := sought{kind: e.kind, speak: e.speak, teams: []vis.TeamID{q.Team}, skills: e.wanted}
	for _, o := range q.Overflow {
		if p.after(o.After) {
			x.teams = append(x.teams, o.Team)
		}
	}
	if q.RelaxAfter > 0 && len(e.wanted) > 0 {
		highest := slices.MaxFunc(e.wanted, func(a, b level) int { return a.want - b.want }).want
		relaxed := 0
		for relaxed < highest && p.after(q.RelaxAfter*(relaxed+1)) {
			relaxed++
		}
		x.skills = nil
		for _, l := range e.wanted {
			if l.want > relaxed {
				x.skills = append(x.skills, level{l.skill, l.want - relaxed})
			}
		}
	}
	for m, until := range e.w.Declined {
		if !p.over(until) {
			x.barred = append(x.barred, m)
		}
	}
	slices.Sort(x.barred)
	return x
}

// place puts a conversation among those who have its needs: it is kept for the adviser first, then for whoever answered last.
func (s *Snapshot) place(e *entry, x sought, p *phase) {
	q := &e.line.queue
	adviser, last := s.asked(e.w.Adviser, x), s.asked(e.w.Last, x)
	lastFor := q.LastFor
	if adviser != nil {
		s.join(e, s.need(sought{kind: e.kind, only: adviser.Member}), asAdviser)
		if adviser.connected() {
			lastFor += q.AdviserFor
			if q.AdviserFor > 0 && !p.after(q.AdviserFor) {
				return
			}
		}
	}
	if last != nil && last != adviser && last.connected() && q.LastFor > 0 {
		if s.word(s.build(x), last.slot/64)>>(last.slot%64)&1 == 1 && !p.after(lastFor) {
			s.join(e, s.need(sought{kind: e.kind, only: last.Member}), asLast)
			return
		}
	}
	s.join(e, s.need(x), asAnyone)
}

// asked returns the seat of a member that a conversation names, or nil when it is not to be given to her: she is not a member, does no
// such work or declined.
func (s *Snapshot) asked(m vis.MemberID, x sought) *seat {
	a := s.agents[m]
	if a == nil || a.caps[x.kind] == 0 || slices.Contains(x.barred, m) {
		return nil
	}
	return a
}
