package assist

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// floorKept is how long what is known of hours and staff is told again before it is looked at anew; a press looks anew.
const floorKept = 2 * time.Second

// Floor is what an offer goes by that changes by itself.
type Floor struct {
	Open    bool      // within opening hours
	OpensAt time.Time // when closed: when next, zero for never
	Free    int       // members who answer here and are free
}

// keptFloor is what was known of a channel at an instant.
type keptFloor struct {
	Floor
	at time.Time
}

// Offered is whether somebody can call.
type Offered struct {
	Why     string    // "" when she can; else one of the reasons of channel.Offer, or Off
	OpensAt time.Time // where it is for the hour
	Varies  bool      // it may be another answer in a while
}

// Off says that live assistance is not switched on.
const Off = "off"

// OfferTo says whether somebody can call on a channel. It is told to anybody, so that it costs little.
func (s *Service) OfferTo(ctx context.Context, ws vis.WorkspaceID, ch channel.Channel, a channel.Asking) (Offered, error) {
	if !s.Offered(ch) {
		return Offered{Why: Off}, nil
	}
	o := s.Reach.Offer(ch)
	out := Offered{Why: o.To(a), Varies: o.Varies()}
	if out.Why != "" || !out.Varies {
		return out, nil
	}
	now := s.Clock.Now()
	s.mu.Lock()
	f, known := s.floors[ch.ID]
	s.mu.Unlock()
	if age := now.Sub(f.at); !known || age < 0 || age >= floorKept {
		floor, err := vis.View(ctx, s.DB, ws, func(tx Tx) (Floor, error) { return s.floor(ctx, tx, ws, ch, now) })
		if err != nil {
			return Offered{}, err
		}
		f = keptFloor{floor, now}
		s.mu.Lock()
		s.floors[ch.ID] = f
		s.mu.Unlock()
	}
	if out.Why = o.Now(f.Open, f.Free); out.Why == channel.NotNow {
		out.OpensAt = f.OpensAt
	}
	return out, nil
}

// floor looks at hours and staff. Whom another call rings for is not free.
func (s *Service) floor(ctx context.Context, tx Tx, ws vis.WorkspaceID, ch channel.Channel, now time.Time) (Floor, error) {
	f, free, err := s.Roster.Floor(ctx, tx, ws, ch, now)
	if err != nil {
		return Floor{}, err
	}
	free, err = s.without(ctx, tx, free, "")
	f.Free = len(free)
	return f, err
}

// mayPress refuses a press that is not offered. Where she is, is what her browser said, now or before; who she is and what is going on
// here is known.
func (s *Service) mayPress(ctx context.Context, tx Tx, by vis.Actor, ch channel.Channel, page *Page, now time.Time) error {
	o := s.Reach.Offer(ch)
	if o.Asks() {
		c, err := tx.Customer(ctx, by.Customer())
		if err != nil {
			return err
		}
		if err := refusal(o.To(AskingAs(c, page)), Floor{}); err != nil {
			return err
		}
	}
	if !o.Varies() {
		return nil
	}
	f, err := s.floor(ctx, tx, by.Workspace, ch, now)
	if err != nil {
		return err
	}
	return refusal(o.Now(f.Open, f.Free), f)
}

// AskingAs is a customer who would call from a page; nil is the one that she was last seen on.
func AskingAs(c desk.Customer, page *Page) channel.Asking {
	a := channel.Asking{Verified: c.Verified, Language: c.Locale, Segment: c.Segment}
	switch {
	case page != nil:
		a.Page = page.URL
	case c.Page != nil:
		a.Page = c.Page.URL
	}
	return a
}

// refusal says why she cannot call, and what she can do instead.
func refusal(why string, f Floor) error {
	switch why {
	case channel.NotHere:
		return vis.Errorf(vis.Conflict, "assist_page", "An adviser cannot be called from this page. Please write to us instead, or ask to be called back.")
	case channel.NotToYou:
		return vis.Errorf(vis.Conflict, "assist_whom", "Calling an adviser is for other customers here. Please write to us instead, or ask to be called back.")
	case channel.NotNow:
		if f.OpensAt.IsZero() {
			return vis.Errorf(vis.Conflict, "assist_hours", "Nobody is called at this hour. Please write to us instead, or ask to be called back.")
		}
		return vis.Errorf(vis.Conflict, "assist_hours", "Nobody is called at this hour, but again from %s. Please write to us meanwhile, or ask to be called back.",
			f.OpensAt.UTC().Format(time.RFC3339))
	case channel.NobodyFree:
		return vis.Errorf(vis.Conflict, "assist_staff", "Nobody is free to be called at this moment. Please write to us instead, or ask to be called back.")
	}
	return nil
}
