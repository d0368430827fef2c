package assist

import (
	"context"
	"time"

	"visavis/internal/assist/page"
	"visavis/internal/vis"
)

// The refusals of frames.
var (
	errNoPage    = vis.Errorf(vis.Forbidden, "no_page", "The customer does not show her page.")
	errNoControl = vis.Errorf(vis.Forbidden, "no_control", "The customer does not let you act on her page.")
	errOrigin    = vis.Errorf(vis.Forbidden, "origin", "The customer let you act on the pages of another site.")
	errTooMany   = vis.Errorf(vis.TooMany, "too_many", "That was very often in a short time.")
	errNotHers   = errForm("it is not this side's to send")
)

// Show passes on what changed on the customer's page, scrubbed. What does not follow on what the others have is dropped, and the whole page
// asked for.
func (t *Seat) Show(ctx context.Context, f ChangesFrame) error {
	if t.side != CustomerSide {
		return errNotHers
	}
	if f.N <= 0 {
		return errForm("its number is missing")
	}
	wanted, err := t.room.wants(t, f)
	if err != nil || !wanted {
		return err
	}
	got, err := t.scrub.Scrub(f.Events)
	if err != nil || f.Fresh && !got.Whole {
		t.room.lost()
		return errForm("its events are not those of a recording")
	}
	if t.room.show(t, f, got) {
		return t.room.s.endControl(ctx, t.room.ws, t.room.id)
	}
	return nil
}

// wants reports whether a frame is to be passed on: the customer shows her page, somebody looks, and it follows on what they have.
func (r *room) wants(t *Seat, f ChangesFrame) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.tellGrants().Page {
		return false, errNoPage
	}
	follows := f.N == t.n+1 && r.flowing
	t.n = f.N
	switch {
	case r.customer != t:
		return false, nil // she has opened another page
	case len(r.others) == 0 && r.tape == nil:
		r.flowing = false // whoever comes is shown the whole page
		return false, nil
	case !follows && !f.Fresh:
		r.flowing = false
		r.askWhole(r.s.Clock.Now())
		return false, nil
	}
	return true, nil
}

// lost is called when nothing can follow on the last frame.
func (r *room) lost() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flowing = false
	r.askWhole(r.s.Clock.Now())
}

// show tells the others what changed. It reports whether the customer has gone where her leave to act does not reach.
func (r *room) show(t *Seat, f ChangesFrame, got page.Scrubbed) (strayed bool) {
	now := r.s.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.customer != t || !r.tellGrants().Page { // it was taken back meanwhile
		return false
	}
	for _, v := range got.Visits {
		r.origin = v.Origin
		r.note(vis.NewAudit(t.by, now, "assist.navigated", string(r.id), map[string]any{"origin": v.Origin, "path": v.Path}))
	}
	if got.Stale {
		r.flowing = false
		r.askWhole(now)
	} else {
		r.flowing = true
		r.asked = r.asked && !got.Whole
		frame := travels(ChangesFrame{Type: "page", N: f.N, Load: t.load, Fresh: got.Whole, Events: got.Events})
		for _, o := range r.others {
			o.changes(frame, got.Whole)
		}
		r.record(now, frame, got.Whole)
	}
	return r.told.Control && r.origin != "" && r.origin != r.told.ControlOrigin
}

// changes tells one who looks what changed; one who is too far behind is left out until she has read what waits. r.mu is held.
func (t *Seat) changes(frame []byte, whole bool) {
	switch {
	case t.line.Waiting() > maxBehind:
		t.whole, t.behind = false, true
	case whole || t.whole:
		t.whole = true
		t.line.Send(frame)
	}
}

// Did passes on what became of an act.
func (t *Seat) Did(f DidFrame) error {
	if t.side != CustomerSide {
		return errNotHers
	}
	if err := f.check(); err != nil {
		return err
	}
	r := t.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.tellGrants().Page {
		return errNoPage
	}
	r.note(vis.NewAudit(t.by, r.s.Clock.Now(), "assist.did", string(r.id), map[string]any{"act": f.ID, "done": f.Done, "why": f.Why}))
	r.tellOthers(travels(f))
	return nil
}

// Point shows the customer where the member points. It is not kept.
func (t *Seat) Point(f PointFrame) error {
	if err := f.check(); err != nil {
		return err
	}
	now := t.room.s.Clock.Now()
	return t.toCustomer(func(Grants) error {
		t.points = min(pointsAtOne, t.points+max(0, now.Sub(t.pointedAt).Seconds())*pointsASec)
		t.pointedAt = now
		if t.points < 1 && !f.Off {
			return errTooMany
		}
		t.points = max(0, t.points-1)
		return nil
	}, func(from *Person) (any, *vis.AuditEntry) {
		f.From = from
		return f, nil
	})
}

// Draw shows the customer a stroke of the member's pen.
func (t *Seat) Draw(f DrawFrame) error {
	if err := f.check(); err != nil {
		return err
	}
	return t.toCustomer(nil, func(from *Person) (any, *vis.AuditEntry) {
		f.From = from
		return f, t.noted("assist.drew", map[string]any{"draw": f.ID, "shape": f.Shape, "node": f.Points[0].Node})
	})
}

// Wipe takes the strokes away.
func (t *Seat) Wipe(f WipeFrame) error {
	return t.toCustomer(nil, func(from *Person) (any, *vis.AuditEntry) {
		f.From = from
		return f, nil
	})
}

// Act does something on the customer's page: only while she lets this member, and on the site that she named.
func (t *Seat) Act(f ActFrame) error {
	if err := f.check(); err != nil {
		return err
	}
	return t.toCustomer(func(g Grants) error {
		switch {
		case !g.Control:
			return errNoControl
		case t.room.origin != g.ControlOrigin:
			return errOrigin
		}
		return nil
	}, func(from *Person) (any, *vis.AuditEntry) {
		f.From = from
		said := map[string]any{"act": f.ID, "kind": f.Kind, "node": f.Node}
		switch f.Kind {
		case "type":
			said["length"] = len([]rune(f.Text)) // what was typed is nobody's to read later
		case "key":
			said["key"] = f.Key
		}
		return f, t.noted("assist.acted", said)
	})
}

// toCustomer passes a frame of the member on to the customer's page, if allowed lets it.
func (t *Seat) toCustomer(allowed func(Grants) error, frame func(from *Person) (any, *vis.AuditEntry)) error {
	r := t.room
	r.mu.Lock()
	defer r.mu.Unlock()
	grants := r.tellGrants()
	switch {
	case t.side == WatcherSide:
		return errNoControl
	case t.side != MemberSide:
		return errNotHers
	case r.session.side(t.by) != MemberSide:
		return errNoControl // the call was given away a moment ago
	case !grants.Page:
		return errNoPage
	}
	if allowed != nil {
		if err := allowed(grants); err != nil {
			return err
		}
	}
	if r.customer == nil {
		return errNoPage
	}
	if r.customer.line.Waiting() > maxAhead {
		return errTooMany
	}
	f, entry := frame(&t.who)
	if entry != nil {
		r.note(*entry)
	}
	told := travels(f)
	switch f.(type) {
	case DrawFrame, WipeFrame: // what was typed is nobody's to read later, and where she pointed is not kept
		r.record(r.s.Clock.Now(), told, false)
	}
	r.customer.line.Send(told)
	return nil
}

// Lag asks for the whole page.
func (t *Seat) Lag() error {
	if t.side == CustomerSide {
		return errNotHers
	}
	r := t.room
	now := r.s.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.tellGrants().Page:
		return errNoPage
	case now.Sub(t.askedAt) < askEvery && !now.Before(t.askedAt):
		return errTooMany
	}
	t.askedAt = now
	r.askWhole(now)
	return nil
}

// endControl takes the leave to act back, because the customer is on another site than the one she gave it for.
func (s *Service) endControl(ctx context.Context, ws vis.WorkspaceID, id vis.AssistID) error {
	by := vis.System(ws)
	_, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.stop(Control, "origin", now) {
			return "", nil
		}
		return SessionRevoked, s.audit(ctx, tx, by, *x, "revoked", Control, now)
	})
	return err
}
