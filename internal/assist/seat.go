package assist

import (
	"context"
	"slices"
	"sync"
	"time"

	"visavis/internal/assist/page"
	"visavis/internal/channel"
	"visavis/internal/vis"
)

// How a seat is closed from this side, in the codes of the WebSocket.
const (
	CloseNotYours = 4403 // not, or no longer, the member of this call nor one who listens
	CloseOver     = 4404 // there is no such assistance, or it has ended
	CloseReplaced = 4409 // a newer connection of the same side took the place
)

// The bounds of a room.
const (
	maxBehind   = 1 << 20   // bytes that may wait for whoever looks; what is more is dropped, and the page fetched anew
	maxAhead    = 256 << 10 // bytes that may wait for the customer; what is more is refused
	askAgain    = 5 * time.Second
	askEvery    = 2 * time.Second // a member may ask for the whole page
	pointsASec  = 30
	pointsAtOne = 30
)

// Line is the connection of a seat. No method waits.
type Line interface {
	Send(frame []byte)
	// Waiting is how many bytes were sent and wait still.
	Waiting() int
	Close(code int, reason string)
}

// Seat is one connection to the co-browsing of a session: the customer's page, the member of the call, or a supervisor who listens.
type Seat struct {
	room *room
	side Side
	by   vis.Actor
	who  Person
	line Line

	// Of the customer; they belong to the goroutine that reads her connection.
	load  string
	n     int64 // of the last frame
	scrub *page.Scrubber

	// Of the others; they belong to the room's lock.
	whole     bool // has the page as it stands
	behind    bool // more waited for it than may: once that is gone, the page is fetched anew
	askedAt   time.Time
	points    float64 // that may come at once
	pointedAt time.Time
}

// room is the co-browsing of one session: who is connected, and what they may do. Nothing of the page is kept in it.
type room struct {
	s    *Service
	life context.Context //nolint:containedctx // it outlasts the connection that opened the room
	ws   vis.WorkspaceID
	id   vis.AssistID

	mu       sync.Mutex
	session  Session // as it stood after its last change
	told     Grants
	customer *Seat
	others   []*Seat
	flowing  bool      // what the customer sends follows on what the others have
	asked    bool      // she was asked for the whole page, and has not sent it
	askedAt  time.Time // and when
	origin   string    // of the page that she shows, "" before it was said
	notes    notes
	tape     *recorder // is shown the page too, nil for none
	taped    bool      // and what comes next follows on what it has
}

// Sit takes a place in the co-browsing of a session. The line is told how things stand first, and then what concerns its side; whoever sat
// there before is sent away. load is the customer's page load.
func (s *Service) Sit(ctx context.Context, by vis.Actor, who Person, id vis.AssistID, load string, line Line) (*Seat, error) {
	if !s.Cobrowse {
		return nil, vis.Absent("assistance")
	}
	r := s.enter(ctx, by.Workspace, id)
	x, masks, err := s.shown(ctx, by, id)
	switch {
	case err == nil && x.State == Ended:
		err = vis.Absent("assistance")
	case err == nil && !s.ours(x):
		err = errMoved()
	}
	if err != nil {
		s.leaveEmpty(r)
		return nil, err
	}
	t := &Seat{room: r, by: by, who: who, line: line, load: load, points: pointsAtOne}
	r.mu.Lock()
	defer s.leaveEmpty(r)
	defer r.mu.Unlock()
	r.follow(x)
	if t.side = r.session.side(by); t.side == "" {
		return nil, vis.Errorf(vis.Forbidden, "not_yours", "This assistance is another's.")
	}
	r.told = r.grants()
	welcome := SeatedFrame{Type: "welcome", Role: t.side, Grants: r.told}
	if t.side == CustomerSide {
		welcome.Mask = &masks
		t.scrub = page.New(func(address string) string { return s.screens.Asset(r.ws, id, address) }, masks.Hide)
	}
	line.Send(travels(welcome))
	r.seat(t)
	return t, nil
}

// shown is a session with the masks of the site whose pages are shown in it.
func (s *Service) shown(ctx context.Context, by vis.Actor, id vis.AssistID) (Session, Masks, error) {
	x, err := s.Session(ctx, by, id)
	if err != nil || by.Kind != vis.ByCustomer {
		return x, Masks{}, err
	}
	c, err := vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (channel.Channel, error) { return tx.Channel(ctx, x.Channel) })
	m := s.Reach.Masks(c)
	return x, Masks{Hide: append([]string{}, m.Hide...), Show: append([]string{}, m.Show...)}, err
}

// side is where somebody sits, "" when there is no place for her.
func (s *Session) side(by vis.Actor) Side {
	switch {
	case by.Kind == vis.ByCustomer && s.Customer == by.Customer():
		return CustomerSide
	case by.Kind != vis.ByMember:
		return ""
	case s.holds(by):
		return MemberSide
	case slices.Contains(s.Story.Watchers, by.Member()):
		return WatcherSide
	}
	return ""
}

// seat puts a seat in its place. r.mu is held.
func (r *room) seat(t *Seat) {
	if t.side == CustomerSide {
		r.dismiss(func(o *Seat) bool { return o.side == CustomerSide }, CloseReplaced, "another page is shown now")
		r.customer, r.flowing, r.asked, r.origin = t, false, false, ""
		r.tellOthers(travels(HereFrame{"here", t.load}))
		return
	}
	r.dismiss(func(o *Seat) bool { return o.side != CustomerSide && o.by.ID == t.by.ID }, CloseReplaced, "another window is open")
	r.others = append(r.others, t)
	if r.customer == nil {
		t.line.Send(travels(NewsFrame{"away"}))
		return
	}
	t.line.Send(travels(HereFrame{"here", r.customer.load}))
	if r.told.Page {
		r.askWhole(r.s.Clock.Now())
	}
}

// Leave gives the place back.
func (t *Seat) Leave() {
	r := t.room
	r.mu.Lock()
	if r.customer == t {
		r.customer, r.flowing, r.origin = nil, false, ""
		away := travels(NewsFrame{"away"})
		r.record(r.s.Clock.Now(), away, false)
		r.tellOthers(away)
	}
	r.others = slices.DeleteFunc(r.others, func(o *Seat) bool { return o == t })
	r.mu.Unlock()
	r.write()
	r.s.leaveEmpty(r)
}

// Drained is called when nothing waits any more on the seat's line.
func (t *Seat) Drained() {
	r := t.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.behind {
		t.behind = false
		r.askWhole(r.s.Clock.Now())
	}
}

// enter finds the room of a session, or opens it.
func (s *Service) enter(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[id]
	if r == nil || r.ws != ws { // a guess from elsewhere finds an empty room, and nobody in it
		r = &room{s: s, life: context.WithoutCancel(ctx), ws: ws, id: id}
		if s.rooms[id] == nil {
			s.rooms[id] = r
			if tape := s.recorders[id]; tape != nil && tape.ws == ws && tape.endAt.IsZero() {
				r.tape = tape
			}
		}
	}
	return r
}

// leaveEmpty closes a room that nobody is in.
func (s *Service) leaveEmpty(r *room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.customer == nil && len(r.others) == 0 && s.rooms[r.id] == r {
		delete(s.rooms, r.id)
	}
}

// Shown reports whether a customer shows her page in a session now.
func (s *Service) Shown(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) bool {
	s.mu.Lock()
	r := s.rooms[id]
	s.mu.Unlock()
	if r == nil && len(s.others()) > 0 { // it may be shown through another node
		x, err := s.Session(ctx, vis.System(ws), id)
		_, sees := x.Allowed(SeePage, s.Clock.Now())
		return err == nil && sees
	}
	if r == nil || r.ws != ws {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.grants().Page
}

// Noticed brings the room of a session, and its recording, in line with how it stands.
func (s *Service) Noticed(ctx context.Context, ws vis.WorkspaceID, x Session) {
	s.mu.Lock()
	r := s.rooms[x.ID]
	s.mu.Unlock()
	here := r != nil && r.ws == ws
	if here { // before the recorder hears of it, which takes what the room gives it
		r.mu.Lock()
		r.follow(x)
		r.mu.Unlock()
	}
	s.tape(ctx, ws, x)
	if here && x.State == Ended {
		r.write()
	}
}

// follow takes a session as it stands now: who has no place any more is sent away, and everybody is told what is allowed. r.mu is held.
func (r *room) follow(x Session) {
	if x.Version <= r.session.Version {
		return
	}
	r.session = x
	if x.State == Ended {
		r.dismiss(func(*Seat) bool { return true }, CloseOver, "the assistance is over")
		return
	}
	r.dismiss(func(t *Seat) bool { return x.side(t.by) != t.side }, CloseNotYours, "this call is another's now")
	r.tellGrants()
}

// dismiss sends seats away; from this moment on they are told nothing. r.mu is held.
func (r *room) dismiss(which func(*Seat) bool, code int, reason string) {
	r.others = slices.DeleteFunc(r.others, func(t *Seat) bool {
		if !which(t) {
			return false
		}
		t.line.Close(code, reason)
		return true
	})
	if r.customer != nil && which(r.customer) {
		r.customer.line.Close(code, reason)
		r.customer = nil
	}
}

// grants are what is allowed at this moment. r.mu is held.
func (r *room) grants() Grants {
	now := r.s.Clock.Now()
	_, sees := r.session.Allowed(SeePage, now)
	control, acts := r.session.Allowed(Control, now)
	return Grants{sees, sees && acts, control.Origin}
}

// tellGrants tells everybody what is allowed, when that has changed, and returns it. r.mu is held.
func (r *room) tellGrants() Grants {
	now := r.grants()
	if now == r.told {
		return now
	}
	if r.told.Page && !now.Page {
		r.flowing, r.asked, r.origin = false, false, ""
		for _, o := range r.others {
			o.whole, o.behind = false, false
		}
	}
	r.told = now
	f := travels(GrantsFrame{"grants", now})
	r.record(r.s.Clock.Now(), f, false)
	r.taped = r.taped && now.Page
	r.tellOthers(f)
	if r.customer != nil {
		r.customer.line.Send(f)
	}
	return now
}

// tellOthers tells the member and all who listen. r.mu is held.
func (r *room) tellOthers(frame []byte) {
	for _, t := range r.others {
		t.line.Send(frame)
	}
}

// askWhole asks the customer for her whole page. r.mu is held.
func (r *room) askWhole(now time.Time) {
	if r.customer == nil || r.asked && now.Sub(r.askedAt) < askAgain {
		return
	}
	r.asked, r.askedAt = true, now
	r.customer.line.Send(travels(NewsFrame{"lag"}))
}
