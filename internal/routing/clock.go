package routing

import (
	"slices"
	"time"

	"visavis/internal/hours"
)

// The clock of a promise:
//
//  1. Begin sets the deadline: so much open time, the closing of a day, or plain time.
//  2. It runs in open time. Pause stops it while the customer is waited for and keeps the open time that was left; Resume sets a
//     new deadline with just that.
//  3. On its way it passes marks: warnings at shares of its term, then the deadline, then a second term. Each is passed once, in order.
//  4. End keeps the promise, or ends it late; Void takes it back.
//
// Everything here is pure: the instants are those of the facts, never of the machine.

// Grace is how long after a deadline it is called missed, so that an answer on the stroke is not.
const Grace = 2 * time.Second

// defaultWarnAt are the shares of a term after which those concerned are warned, in percent.
var defaultWarnAt = []int{75, 90}

// on is what the clock of a term runs in.
func (t Term) on(h *hours.Hours) *hours.Hours {
	if t.Always || h == nil {
		return hours.Always()
	}
	return h
}

// Due is when what is promised at an instant is owed. It is false when there is no such time, for the hours never open.
func (t Term) Due(h *hours.Hours, at time.Time) (time.Time, bool) {
	h = t.on(h)
	switch {
	case t.SameDay:
		return h.EndOfDay(at, 0)
	case t.Days > 0:
		return h.EndOfDay(at, t.Days)
	}
	return h.Add(at, t.For)
}

// Whole is how much open time the term has when it begins at an instant.
func (t Term) Whole(h *hours.Hours, at time.Time) time.Duration {
	if !t.SameDay && t.Days == 0 {
		return t.For
	}
	due, ok := t.Due(h, at)
	if !ok {
		return time.Second
	}
	return max(time.Second, t.on(h).Between(at, due))
}

// Begin starts the clock. It is false, and nothing is promised, when the hours never open.
func (p *Promise) Begin(h *hours.Hours, at time.Time) bool {
	due, ok := p.Term.Due(h, at)
	if !ok {
		return false
	}
	p.State, p.MadeAt, p.DueAt = Running, at.UTC(), due.UTC().Truncate(time.Millisecond)
	return true
}

// Pause stops the clock and reports whether it ran. What is missed stays missed: only its time does not count.
func (p *Promise) Pause(h *hours.Hours, at time.Time) bool {
	if !p.PausedAt.IsZero() || p.State != Running && p.State != Broken {
		return false
	}
	p.PausedAt = at.UTC()
	if p.State == Running {
		p.State, p.Left = Paused, p.Term.on(h).Between(at, p.DueAt)
	}
	return true
}

// Resume lets the clock run on and reports whether it stood still. A deadline that had passed before the pause does not move.
func (p *Promise) Resume(h *hours.Hours, at time.Time) bool {
	if p.PausedAt.IsZero() || !p.Open() {
		return false
	}
	p.halt(at)
	if p.State != Paused {
		return true
	}
	p.State = Running
	if p.Left > 0 {
		due, ok := p.Term.on(h).Add(at, p.Left)
		if !ok {
			due = at.Add(p.Left) // the hours never open any more: sooner rather than never
		}
		p.DueAt = due.UTC().Truncate(time.Millisecond)
	}
	p.Left = 0
	return true
}

// halt counts a pause that ends at an instant.
func (p *Promise) halt(at time.Time) {
	if !p.PausedAt.IsZero() {
		p.PausedFor += max(0, at.Sub(p.PausedAt))
		p.PausedAt = time.Time{}
	}
}

// End says that what was promised is done: in time, or late. It reports whether it was still owed.
func (p *Promise) End(at time.Time) bool {
	if !p.Open() {
		return false
	}
	counts := at // while the clock stands still, it is as early as when it stopped
	if !p.PausedAt.IsZero() {
		counts = p.PausedAt
	}
	late := p.State == Broken || counts.After(p.DueAt)
	p.close(at)
	p.State = Kept
	if late {
		p.State = Late
	}
	return true
}

// Void takes the promise back, for nothing is owed any more. It reports whether it was.
func (p *Promise) Void(at time.Time) bool {
	if !p.Open() {
		return false
	}
	p.close(at)
	p.State = Void
	return true
}

func (p *Promise) close(at time.Time) {
	p.halt(at)
	p.EndedAt, p.Left = at.UTC(), 0
	p.Took = max(0, at.Sub(p.MadeAt)-p.PausedFor)
}

// NextMark is the mark that the promise passes next if nothing happens, and when. It is false when there is none, also while the clock
// stands still.
func (p Promise) NextMark(h *hours.Hours) (Mark, time.Time, bool) {
	if p.State != Running && p.State != Broken || !p.PausedAt.IsZero() {
		return "", time.Time{}, false
	}
	for _, m := range p.marks() {
		if !slices.Contains(p.Marks, m) {
			return m, p.markAt(h, m), true
		}
	}
	return "", time.Time{}, false
}

// Pass records that a mark was passed and reports whether it is news.
func (p *Promise) Pass(m Mark) bool {
	if slices.Contains(p.Marks, m) || !p.Open() {
		return false
	}
	p.Marks = append(slices.Clone(p.Marks), m)
	if m == Missed {
		p.State = Broken
	}
	return true
}

// marks are those of this promise, in order.
func (p Promise) marks() []Mark {
	out := make([]Mark, 0, 4)
	for i := range p.warnAt() {
		out = append(out, [...]Mark{WarnedFirst, WarnedSecond}[i])
	}
	return append(out, Missed, MissedLong)
}

func (p Promise) warnAt() []int {
	if len(p.WarnAt) == 0 {
		return defaultWarnAt
	}
	return p.WarnAt[:min(2, len(p.WarnAt))]
}

func (p Promise) markAt(h *hours.Hours, m Mark) time.Time {
	whole := p.Term.Whole(h, p.MadeAt)
	switch m {
	case WarnedFirst:
		return p.leaving(h, whole*time.Duration(100-p.warnAt()[0])/100)
	case WarnedSecond:
		return p.leaving(h, whole*time.Duration(100-p.warnAt()[1])/100)
	case MissedLong:
		at, ok := p.Term.on(h).Add(p.DueAt, whole)
		if !ok {
			at = p.DueAt.Add(whole)
		}
		return at.UTC()
	default:
		return p.DueAt.Add(Grace)
	}
}

// leaving is the first instant, to the millisecond, at which no more than so much open time is left until the deadline.
func (p Promise) leaving(h *hours.Hours, left time.Duration) time.Time {
	h = p.Term.on(h)
	low, high := p.MadeAt.UnixMilli(), p.DueAt.UnixMilli()
	for low < high {
		middle := low + (high-low)/2
		if h.Between(time.UnixMilli(middle), p.DueAt) <= left {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return time.UnixMilli(high).UTC()
}
