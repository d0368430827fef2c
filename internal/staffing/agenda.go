package staffing

import "time"

// event is something that happens in a play.
type event struct {
	at    time.Duration
	kind  eventKind
	index int // of a contact or a person
}

// eventKind also orders what happens at the same instant: agents become free before customers give up, and both before others come.
type eventKind uint8

const (
	ends    eventKind = iota // a person's shift
	begins                   // a person's shift, perhaps at once after another
	done                     // a contact is dealt with
	leaves                   // a contact gives up
	arrives                  // a contact
	marked                   // a contact's promise passes a mark
	wakes                    // routing wanted to be asked again
)

// agenda is what is still to happen, soonest first (a binary heap).
type agenda []event

func (e event) before(other event) bool {
	if e.at != other.at {
		return e.at < other.at
	}
	if e.kind != other.kind {
		return e.kind < other.kind
	}
	return e.index < other.index
}

func (a *agenda) add(e event) {
	h := append(*a, e)
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
	*a = h
}

func (a *agenda) next() event {
	h := *a
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(h[i]) {
			break
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
	*a = h
	return first
}
