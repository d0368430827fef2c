package livekit

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// room is the media of one session, as we know it.
type room struct {
	backend *Backend
	id      vis.AssistID

	mu     sync.Mutex
	closed bool
	legs   map[assist.Leg]*leg
	seen   bool       // the customer's camera is allowed
	permit sync.Mutex // held while LiveKit is told so: what was said last is what holds
	looks  bool       // a look goes on
	again  bool       // and another is due
	at     time.Time
}

// leg is a place in a room: the name that may take it, and whether it does.
type leg struct {
	name  string
	until time.Time // when it must have come
	live  bool
}

// name is the room's in LiveKit.
func (r *room) name() string { return prefix + string(r.id) }

// expect gives a place to a new name, and says whose it was before. It is "" when the room has closed.
func (r *room) expect(who assist.Leg) (name, before string) {
	now := r.backend.clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return "", ""
	}
	if l := r.legs[who]; l != nil {
		before = l.name
	}
	l := &leg{name: string(who.Side) + "." + r.backend.mint.ID(now), until: now.Add(connectWithin)}
	r.legs[who] = l
	return l.name, before
}

func (r *room) nameOf(who assist.Leg) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.legs[who]; l != nil {
		return l.name
	}
	return ""
}

func (r *room) leave(who assist.Leg) (name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.legs[who]
	if l == nil {
		return ""
	}
	delete(r.legs, who)
	return l.name
}

func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed, r.legs = true, make(map[assist.Leg]*leg)
}

func (r *room) connected(who assist.Leg) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.legs[who]
	return l != nil && l.live
}

// allow says whether the customer's camera is passed on, and reports whether that is new.
func (r *room) allow(seen bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.seen != seen
	r.seen = seen
	return changed
}

// shows reports whether the customer's picture is passed on now. It was allowed to one member, and LiveKit shows it to whoever is in the room:
// while a third is in the call, it rests. r.mu is held.
func (r *room) shows() bool {
	for who := range r.legs {
		if who.Side == assist.GuestSide {
			return false
		}
	}
	return r.seen
}

// due reports whether it is time to look, without any word.
func (r *room) due(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.legs {
		if !l.live {
			return true
		}
	}
	return len(r.legs) > 0 && now.Sub(r.at) >= lookEvery
}

// look has the room looked at: now, or once more after the look that goes on.
func (r *room) look() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	if r.looks {
		r.again = true
		return
	}
	r.looks = true
	r.backend.begin(func() {
		for more := true; more; {
			r.settle(r.backend.ctx)
			r.mu.Lock()
			more = r.again && !r.closed
			r.again, r.looks = false, more
			r.mu.Unlock()
		}
	})
}

// change is a leg that came, or is gone.
type change struct {
	assist.Leg
	live bool
}

// settle compares who is in the room, and what she sends, with what should be; and says what has changed.
func (r *room) settle(ctx context.Context) {
	b := r.backend
	there, err := b.list(ctx, r.name())
	if err != nil && !isGone(err) {
		if ctx.Err() == nil {
			b.failed.Add(1)
			b.log.Warn("LiveKit does not do as it is asked", "what", "look at a room", "assist", r.id, "err", err)
		}
		there = nil
	}
	changes, wrong := r.compare(there, err == nil || isGone(err), b.clock.Now())
	for _, do := range wrong {
		if err := do(ctx); err != nil && !isGone(err) && ctx.Err() == nil {
			b.failed.Add(1)
			b.log.Warn("LiveKit does not do as it is asked", "what", "correct a room", "assist", r.id, "err", err)
		}
	}
	for _, c := range changes {
		if b.told != nil && ctx.Err() == nil {
			b.told(ctx, r.id, c.Leg, c.live)
		}
	}
}

// compare takes who is there, if that is known, and returns what has changed and what is to be put right.
func (r *room) compare(there []participant, known bool, now time.Time) (changes []change, wrong []func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil
	}
	if known {
		r.at = now // else soon again
	}
	active := make(map[string]bool)
	for _, p := range there {
		active[p.Identity] = p.State == "ACTIVE"
		wrong = append(wrong, r.correct(p)...)
	}
	for who, l := range r.legs {
		was := l.live
		if known {
			l.live = active[l.name]
		}
		switch {
		case l.live != was:
			changes = append(changes, change{who, l.live})
			l.until = now.Add(connectWithin) // who was there may come back under the same name, if she is quick
		case known && !l.live && now.After(l.until):
			delete(r.legs, who)
			changes = append(changes, change{who, false})
			wrong = append(wrong, r.out(l.name))
		}
	}
	return changes, wrong
}

// correct is what must be done about somebody who is there: she has no place, sends what she may not, or may send what she must not, or
// not yet what she may. r.mu is held.
func (r *room) correct(p participant) (wrong []func(context.Context) error) {
	side, _, ours := strings.Cut(p.Identity, ".")
	placed := false
	for who, l := range r.legs {
		placed = placed || l.name == p.Identity && string(who.Side) == side
	}
	if !ours || !placed {
		return []func(context.Context) error{r.out(p.Identity)}
	}
	b, name := r.backend, r.name()
	may := sources(assist.Side(side), r.shows())
	for _, t := range p.Tracks {
		if slices.Contains(may, strings.ToLower(t.Source)) && (t.Type == "AUDIO") == (t.Source == "MICROPHONE") {
			continue
		}
		// LiveKit knows what a track is said to come from, and lets a picture pass as a microphone.
		return []func(context.Context) error{func(ctx context.Context) error { return b.mute(ctx, name, p.Identity, t.SID) }, r.out(p.Identity)}
	}
	want := permissionOf(assist.Side(side), r.shows())
	if side == string(assist.CustomerSide) && p.Permission != nil && !sameSources(p.Permission.Sources, want.Sources) {
		wrong = append(wrong, func(ctx context.Context) error { return r.tell(ctx, p.Identity) })
	}
	return wrong
}

// tell LiveKit what the customer may send, as it stands when LiveKit is told.
func (r *room) tell(ctx context.Context, who string) error {
	r.permit.Lock()
	defer r.permit.Unlock()
	r.mu.Lock()
	seen := r.shows()
	r.mu.Unlock()
	return r.backend.permit(ctx, r.name(), who, permissionOf(assist.CustomerSide, seen))
}

func sameSources(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// out shows a name out. It is nobody else's, so that nobody is hit who came after.
func (r *room) out(who string) func(context.Context) error {
	b, name := r.backend, r.name()
	return func(ctx context.Context) error { return b.remove(ctx, name, who) }
}
