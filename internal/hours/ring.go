package hours

import "time"

// Ring is a line of places that hand work on as the sun moves: Paris, then Montréal, then Nouméa, then Paris again.
type Ring struct {
	Places []*Hours // in the order in which work is handed on
}

// Holder says whose turn it is at t: still current's while it is open, else that of the next open place after it in the ring. It
// is false when all are closed, and then current keeps what it has. A current that is no place of the ring asks from the first.
func (r Ring) Holder(t time.Time, current int) (int, bool) {
	if current < 0 || current >= len(r.Places) {
		current = 0
	}
	for i := range r.Places {
		place := (current + i) % len(r.Places)
		if r.Places[place].Open(t) {
			return place, true
		}
	}
	return current, false
}

// Change is the next instant after t at which Holder's answer may differ for the same current. It is false when none will within
// ten years.
func (r Ring) Change(t time.Time, current int) (time.Time, bool) {
	if current < 0 || current >= len(r.Places) {
		current = 0
	}
	var first time.Time
	for i := range r.Places {
		h := r.Places[(current+i)%len(r.Places)]
		open := h.Open(t)
		turn := h.NextOpen
		if open {
			turn = h.NextClose
		}
		if next, ok := turn(t); ok && (first.IsZero() || next.Before(first)) {
			first = next
		}
		if open {
			break // who comes later in the ring changes nothing while this one is open
		}
	}
	return first, !first.IsZero()
}
