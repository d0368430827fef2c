package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/store"
	"visavis/internal/vis"
)

// testRoutedChanges saves what routing keeps with other values and reads it back.
func testRoutedChanges(t *testing.T, h *house) {
	ctx := t.Context()
	first := h.policy
	write(t, h, func(tx everything) (err error) {
		r := newRouted(h) // a command may be run again
		r.calendar.ID, r.policy.ID, r.promise.ID, r.offer.ID, r.rule.ID, r.callback.ID = h.calendar.ID, h.policy.ID, h.promise.ID, h.offer.ID,
			h.rule.ID, h.callback.ID
		r.calendar.Name, r.calendar.Hours.Week, r.policy.Calendar, r.policy.Terms, r.policy.Position = "Été", nil, "", nil, 1
		r.promise.State, r.promise.Marks, r.promise.Left, r.promise.PausedAt, r.promise.Escalations = routing.Late, nil, 0, time.Time{}, first.Escalations
		r.promise.Policy, r.promise.Calendar = h.promise.Policy, h.promise.Calendar
		r.offer.State, r.offer.Reason, r.offer.EndedAt = routing.Declined, "busy", now
		r.rule.If, r.rule.Disabled, r.rule.Runs, r.callback.State, r.callback.Promise = nil, false, 99, "done", h.promise.ID
		r.settings.Goal, r.queue.Skills, r.profile.Languages = 75, nil, nil
		_, absent := tx.Calendar(ctx, "x")
		wantCode(t, absent, vis.NotFound)
		for _, save := range []func() error{
			func() error { r.calendar, err = tx.SaveCalendar(ctx, r.calendar); return err },
			func() error { r.policy, err = tx.SavePolicy(ctx, r.policy); return err },
			func() error { r.promise, err = tx.SavePromise(ctx, r.promise); return err },
			func() error { return tx.EndOffer(ctx, r.offer) },
			func() error { r.rule, err = tx.SaveRule(ctx, r.rule); return err },
			func() error { r.callback, err = tx.SaveCallback(ctx, r.callback); return err },
			func() error { r.settings, err = tx.SaveSettings(ctx, r.settings); return err },
			func() error { r.queue, err = tx.SaveQueue(ctx, r.queue); return err },
			func() error { r.profile, err = tx.SaveProfile(ctx, r.profile); return err },
		} {
			if err := save(); err != nil {
				return err
			}
		}
		h.routed = r
		return nil
	})
	h.rule.Runs = 7 // saving a rule does not count
	check(t, h.view(ctx, func(tx everything) error {
		for _, r := range []reading{
			{"Calendars", []routing.Calendar{h.calendar}, func() (any, error) { return tx.Calendars(ctx) }},
			{"Policies", []routing.Policy{h.policy}, func() (any, error) { return tx.Policies(ctx) }},
			{"PolicyVersions", []routing.Policy{h.policy, first}, func() (any, error) { return tx.PolicyVersions(ctx, first.ID) }},
			{"Promise", h.promise, func() (any, error) { return tx.Promise(ctx, h.promise.ID) }},
			{"OpenPromises", []routing.Promise(nil), func() (any, error) { return tx.OpenPromises(ctx, []vis.ConversationID{h.convers.ID}) }},
			{"PromisesDue", []routing.Promise(nil), func() (any, error) { return tx.PromisesDue(ctx, now.Add(999*time.Hour), 9) }},
			{"Offers", []routing.Offer{h.offer}, func() (any, error) { return tx.Offers(ctx, h.convers.ID) }},
			{"RingingOffers", []routing.Offer(nil), func() (any, error) { return tx.RingingOffers(ctx) }},
			{"Rules", []routing.Rule{h.rule}, func() (any, error) { return tx.Rules(ctx) }},
			{"Callback", h.callback, func() (any, error) { return tx.Callback(ctx, h.callback.ID) }},
			{"OpenCallbacks", []routing.Callback(nil), func() (any, error) { return tx.OpenCallbacks(ctx) }},
			{"Settings", h.settings, func() (any, error) { return tx.Settings(ctx) }},
			{"Queues", []routing.Queue{h.queue}, func() (any, error) { return tx.Queues(ctx) }},
			{"Profiles", []routing.Profile{h.profile}, func() (any, error) { return tx.Profiles(ctx) }},
		} {
			got, err := r.read()
			check(t, err)
			same(t, r.what+" changed", got, r.want)
		}
		_, err := tx.CallbackOf(ctx, h.convers.ID)
		wantCode(t, err, vis.NotFound)
		return nil
	}))
	write(t, h, func(tx everything) error {
		return errors.Join(tx.DeleteCalendar(ctx, h.calendar.ID), tx.DeletePolicy(ctx, h.policy.ID), tx.DeleteRule(ctx, h.rule.ID))
	})
	check(t, h.view(ctx, func(tx everything) error {
		policies, e1 := tx.Policies(ctx)
		versions, e2 := tx.PolicyVersions(ctx, h.policy.ID)
		rules, e3 := tx.Rules(ctx)
		if len(policies) != 0 || len(rules) != 0 || len(versions) != 2 {
			t.Errorf("got %d policies, %d rules and %d versions; want none but the versions", len(policies), len(rules), len(versions))
		}
		return errors.Join(e1, e2, e3)
	}))
}

// nodes opens the database once, or twice where several nodes may share it.
func nodes(t *testing.T, e Engine) []*store.Store {
	t.Helper()
	url := e.URL(t)
	out := []*store.Store{Open(t, url)}
	if e.Shared {
		out = append(out, Open(t, url))
	}
	return out
}

// on is the house as another node knows it.
func (h *house) on(s *store.Store) *house {
	other := *h
	other.store = s
	return &other
}

// testCursors lets several readers apply the same events: each is applied once, and a command that was late leaves nothing even if it
// pays no heed.
func testCursors(t *testing.T, e Engine) {
	stores := nodes(t, e)
	h := found(t, stores[0])
	ctx := t.Context()
	const last = 60
	var lost atomic.Int64
	var wait sync.WaitGroup
	for i := range 6 {
		node := h.on(stores[i%len(stores)])
		wait.Go(func() {
			for at := int64(0); at < last; {
				err := node.view(ctx, func(tx everything) (err error) {
					at, err = tx.Cursor(ctx, "reader")
					return err
				})
				if err != nil || at == last {
					break
				}
				err = node.update(ctx, func(tx everything) error {
					if err := tx.Append(ctx, vis.NewEvent(vis.System(h.ws), now, desk.CustomerChanged, nil)); err != nil {
						return err
					}
					if err := tx.MoveCursor(ctx, "reader", at, at+1); err != nil && i%2 == 0 {
						return err
					}
					return nil
				})
				switch {
				case errors.Is(err, vis.ErrStale):
					lost.Add(1)
				case err != nil:
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if head := read(t, h, func(tx everything) (int64, error) { return tx.Head(ctx) }); head != last {
		t.Errorf("%d events were applied for a cursor at %d; %d readers were late", head, last, lost.Load())
	}
	err := h.update(ctx, func(tx everything) error { return tx.MoveCursor(ctx, "new", 5, 6) })
	if !errors.Is(err, vis.ErrStale) {
		t.Errorf("a cursor that was never there moved on from 5: %v", err)
	}
}

// testLeases lets nodes fight for a lease, and checks that whoever lost it can write no more under it.
func testLeases(t *testing.T, e Engine) {
	stores := nodes(t, e)
	h := found(t, stores[0])
	ctx := t.Context()
	lease := func(holder string, at time.Time) (fence int64, err error) {
		node := h.on(stores[len(holder)%len(stores)])
		err = node.update(ctx, func(tx everything) (err error) {
			fence, err = tx.Lease(ctx, "decide", holder, at, at.Add(time.Minute))
			return err
		})
		return fence, err
	}
	var wait sync.WaitGroup
	var won atomic.Int64
	holders := []string{"a", "bb", "ccc", "dddd", "eeeee"}
	for _, holder := range holders {
		wait.Go(func() {
			fence, err := lease(holder, now)
			switch {
			case err == nil && fence == 1:
				won.Add(1)
			case vis.CodeOf(err) != vis.Conflict:
				t.Errorf("got fence %d, %v", fence, err)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 {
		t.Errorf("%d got the lease", won.Load())
	}
	expired := now.Add(time.Minute)
	fence, err := lease("x", expired)
	check(t, err)
	again, err := lease("x", expired.Add(30*time.Second)) // renewed: the fence stays
	check(t, err)
	if fence != 2 || again != 2 {
		t.Errorf("the second holder has fences %d and %d, want 2", fence, again)
	}
	_, err = lease("yy", expired.Add(89*time.Second))
	wantCode(t, err, vis.Conflict)
	if next, err := lease("yy", expired.Add(90*time.Second)); err != nil || next != 3 {
		t.Errorf("the third holder has fence %d, %v", next, err)
	}
	write(t, h, func(tx everything) error { return tx.CheckLease(ctx, "decide", 3) })
	err = h.update(ctx, func(tx everything) error {
		_ = tx.CheckLease(ctx, "decide", 2)
		return tx.Append(ctx, vis.NewEvent(vis.System(h.ws), now, desk.CustomerChanged, nil))
	})
	if head := read(t, h, func(tx everything) (int64, error) { return tx.Head(ctx) }); !errors.Is(err, vis.ErrStale) || head != 0 {
		t.Errorf("a holder of before wrote: %v, head %d", err, head)
	}
}

// testOffers makes offers at once: one rings.
func testOffers(t *testing.T, e Engine) {
	stores := nodes(t, e)
	h := furnish(t, stores[0])
	ctx := t.Context()
	write(t, h, func(tx everything) error {
		o := h.offer
		o.State, o.EndedAt = routing.Expired, now
		return tx.EndOffer(ctx, o)
	})
	made := make(chan vis.OfferID, 8)
	var wait sync.WaitGroup
	for i := range cap(made) {
		wait.Go(func() {
			o := h.offer
			o.ID, o.MadeAt = id[vis.OfferID](), now.Add(time.Duration(i)*time.Second)
			err := h.on(stores[i%len(stores)]).update(ctx, func(tx everything) error { return tx.InsertOffer(ctx, o) })
			if err == nil {
				made <- o.ID
			} else if vis.CodeOf(err) != vis.Conflict {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	close(made)
	ringing := read(t, h, func(tx everything) ([]routing.Offer, error) { return tx.RingingOffers(ctx) })
	if len(made) != 1 || len(ringing) != 1 || ringing[0].ID != <-made {
		t.Fatalf("%d offers were made, and %d ring", len(made), len(ringing))
	}
	write(t, h, func(tx everything) error {
		another := h.offer
		another.ID = id[vis.OfferID]()
		wantCode(t, tx.InsertOffer(ctx, another), vis.Conflict) // and the command goes on
		ended := ringing[0]
		ended.State = routing.Accepted
		return errors.Join(tx.EndOffer(ctx, ended), tx.InsertOffer(ctx, another))
	})
	all := read(t, h, func(tx everything) ([]routing.Offer, error) { return tx.Offers(ctx, h.convers.ID) })
	if len(all) != 3 || all[0].MadeAt.Before(all[1].MadeAt) {
		t.Errorf("got %d offers, want 3, newest first", len(all))
	}
}
