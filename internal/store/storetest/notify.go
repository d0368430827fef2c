package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"visavis/internal/notify"
	"visavis/internal/store"
	"visavis/internal/vis"
)

// notified is a furnished workspace with one of everything of webhooks and notices, in which every field says something.
type notified struct {
	*house
	webhook  notify.Webhook
	delivery notify.Delivery
	notice   notify.Notice
}

func newDelivery(w vis.WebhookID) notify.Delivery {
	return notify.Delivery{ID: id[vis.DeliveryID](), Webhook: w, Seq: 7, Type: "message.received", Body: json.RawMessage(`{"id":"x"}`), State: notify.Waiting,
		Attempts: 2, NextAt: now, Fence: 3, Status: 500, Wrong: notify.WrongStatus, Took: 1234 * time.Millisecond, Subject: "about", Echo: 4,
		CreatedAt: now, DeliveredAt: now.Add(time.Second)}
}

func withNotices(t testing.TB, s *store.Store) *notified {
	t.Helper()
	h := &notified{house: furnish(t, s)}
	h.webhook = notify.Webhook{ID: id[vis.WebhookID](), Name: "Comptes", URL: "https://hooks.example.org/x", Secret: []byte("sealed"), Previous: []byte("before"),
		PreviousUntil: now.Add(time.Hour), Events: []vis.EventType{"message.received", "message.sent"}, Owner: h.member.ID, Disabled: true,
		DisabledReason: notify.BecauseGone, Failures: 3, FailingSince: now.Add(time.Minute), CreatedAt: now, Version: 1}
	h.delivery = newDelivery(h.webhook.ID)
	h.notice = notify.Notice{ID: id[vis.NoticeID](), Member: h.member.ID, Kind: notify.Message, Conversation: h.convers.ID, Text: "Bonjour « Léa »", By: h.member.ID, At: now}
	h.change(t, func(tx notify.Tx) error {
		if err := tx.InsertWebhook(t.Context(), h.webhook); err != nil {
			return err
		}
		if err := tx.InsertDelivery(t.Context(), h.delivery); err != nil {
			return err
		}
		return tx.InsertNotice(t.Context(), h.notice)
	})
	return h
}

// try runs a command of this room.
func (h *notified) try(ctx context.Context, fn func(notify.Tx) error) error {
	return h.store.Notify().Update(ctx, vis.System(h.ws), nil, fn)
}

// change runs one that must come through.
func (h *notified) change(t testing.TB, fn func(notify.Tx) error) {
	t.Helper()
	check(t, h.try(t.Context(), fn))
}

func look[T any](t testing.TB, h *notified, fn func(notify.Tx) (T, error)) T {
	t.Helper()
	out, err := vis.View(t.Context(), h.store.Notify(), h.ws, fn)
	check(t, err)
	return out
}

func testNotices(t *testing.T, e Engine) {
	h := withNotices(t, Open(t, e.URL(t)))
	ctx := t.Context()
	all := vis.Page{Limit: 10}
	same(t, "Webhook", look(t, h, func(tx notify.Tx) (notify.Webhook, error) { return tx.Webhook(ctx, h.webhook.ID) }), h.webhook)
	same(t, "Webhooks", look(t, h, func(tx notify.Tx) ([]notify.Webhook, error) { return tx.Webhooks(ctx) }), []notify.Webhook{h.webhook})
	same(t, "Delivery", look(t, h, func(tx notify.Tx) (notify.Delivery, error) { return tx.Delivery(ctx, h.delivery.ID) }), h.delivery)
	same(t, "Deliveries", look(t, h, func(tx notify.Tx) (vis.List[notify.Delivery], error) { return tx.Deliveries(ctx, h.webhook.ID, all) }),
		vis.List[notify.Delivery]{Items: []notify.Delivery{h.delivery}})
	same(t, "Notices", look(t, h, func(tx notify.Tx) (vis.List[notify.Notice], error) { return tx.Notices(ctx, h.member.ID, all) }),
		vis.List[notify.Notice]{Items: []notify.Notice{h.notice}})
	same(t, "NoticesByID", look(t, h, func(tx notify.Tx) ([]notify.Notice, error) {
		return tx.NoticesByID(ctx, []vis.NoticeID{"x", h.notice.ID})
	}),
		[]notify.Notice{h.notice})
	same(t, "CountOpenDeliveries", look(t, h, func(tx notify.Tx) (int, error) { return tx.CountOpenDeliveries(ctx, h.webhook.ID, 10) }), 1)
	same(t, "CountUnreadNotices", look(t, h, func(tx notify.Tx) (int, error) { return tx.CountUnreadNotices(ctx, h.member.ID, 10) }), 1)
	for since, want := range map[time.Time]int{now: 4, now.Add(time.Millisecond): -1} {
		same(t, "LastEcho", look(t, h, func(tx notify.Tx) (int, error) { return tx.LastEcho(ctx, h.webhook.ID, "about", since) }), want)
	}

	changed := h.webhook
	changed.Name, changed.URL, changed.Secret, changed.Previous, changed.PreviousUntil, changed.Events, changed.Disabled, changed.DisabledReason = "Autre",
		"https://other.example/", []byte("new"), nil, time.Time{}, nil, false, ""
	h.change(t, func(tx notify.Tx) (err error) {
		changed, err = tx.SaveWebhook(ctx, changed)
		return err
	})
	if changed.Version != 2 {
		t.Errorf("version %d", changed.Version)
	}
	same(t, "SaveWebhook", look(t, h, func(tx notify.Tx) (notify.Webhook, error) { return tx.Webhook(ctx, h.webhook.ID) }), changed)
	if err := h.try(ctx, func(tx notify.Tx) error { _, err := tx.SaveWebhook(ctx, h.webhook); return err }); err != vis.ErrStale {
		t.Errorf("a stale webhook: %v", err)
	}
	changed.Failures, changed.FailingSince = 0, time.Time{}
	h.change(t, func(tx notify.Tx) error { return tx.SaveFailures(ctx, h.webhook.ID, 0, time.Time{}) })
	same(t, "SaveFailures", look(t, h, func(tx notify.Tx) (notify.Webhook, error) { return tx.Webhook(ctx, h.webhook.ID) }), changed)

	read := h.notice
	read.ReadAt = now.Add(time.Second)
	h.change(t, func(tx notify.Tx) error {
		if err := tx.ReadNotices(ctx, h.member.ID, h.notice.ID, read.ReadAt); err != nil {
			return err
		}
		return tx.ReadNotices(ctx, h.member.ID, h.notice.ID, now.Add(time.Hour)) // it is read already
	})
	same(t, "ReadNotices", look(t, h, func(tx notify.Tx) ([]notify.Notice, error) { return tx.NoticesByID(ctx, []vis.NoticeID{h.notice.ID}) }), []notify.Notice{read})
	h.change(t, func(tx notify.Tx) error { return tx.DeleteWebhook(ctx, h.webhook.ID) })
	err := h.try(ctx, func(tx notify.Tx) error { _, err := tx.Delivery(ctx, h.delivery.ID); return err })
	wantCode(t, err, vis.NotFound)
}

// testClaims: what is due is claimed once, what was claimed comes back when its lease has ended, and only the last to claim it may
// say how it ended.
func testClaims(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	h := withNotices(t, s)
	ctx := t.Context()
	claim := func(at time.Time, limit int) []notify.Delivery {
		t.Helper()
		var out []notify.Delivery
		h.change(t, func(tx notify.Tx) (err error) {
			out, err = tx.ClaimDeliveries(ctx, h.webhook.ID, at, at.Add(time.Minute), limit)
			return err
		})
		return out
	}
	due := func(at time.Time) []notify.Due {
		t.Helper()
		out, err := s.Notify().DueWebhooks(ctx, at, 10)
		check(t, err)
		return out
	}
	later := newDelivery(h.webhook.ID)
	later.NextAt = now.Add(time.Second)
	ended := newDelivery(h.webhook.ID)
	ended.State = notify.Failed
	h.change(t, func(tx notify.Tx) error {
		if err := tx.InsertDelivery(ctx, later); err != nil {
			return err
		}
		return tx.InsertDelivery(ctx, ended)
	})
	same(t, "due before", due(now.Add(-1)), []notify.Due(nil))
	same(t, "due", due(now.Add(time.Second)), []notify.Due{{Workspace: h.ws, Webhook: h.webhook.ID}})
	if got := claim(now.Add(-time.Millisecond), 10); len(got) != 0 {
		t.Errorf("claimed before it is due: %+v", got)
	}
	first := claim(now.Add(time.Second), 1)
	if len(first) != 1 || first[0].ID != h.delivery.ID || first[0].State != notify.Sending || first[0].Fence != 4 || first[0].Attempts != 3 ||
		!first[0].NextAt.Equal(now.Add(61*time.Second)) {
		t.Fatalf("%+v", first)
	}
	if got := claim(now.Add(2*time.Second), 10); len(got) != 1 || got[0].ID != later.ID {
		t.Errorf("the second claim: %+v", got)
	}
	same(t, "due while both are sent", due(now.Add(60*time.Second)), []notify.Due(nil))
	again := claim(now.Add(61*time.Second), 1)
	if len(again) != 1 || again[0].ID != h.delivery.ID || again[0].Fence != 5 {
		t.Fatalf("after the lease: %+v", again)
	}
	slow := first[0]
	slow.State = notify.Delivered
	if err := h.try(ctx, func(tx notify.Tx) error { return tx.SaveDelivery(ctx, slow) }); err != vis.ErrStale {
		t.Errorf("the first one's word: %v", err)
	}
	done := again[0]
	done.State, done.NextAt, done.Status, done.Wrong, done.Took, done.DeliveredAt = notify.Delivered, time.Time{}, 204, "", time.Second, now.Add(62*time.Second)
	h.change(t, func(tx notify.Tx) error { return tx.SaveDelivery(ctx, done) })
	same(t, "SaveDelivery", look(t, h, func(tx notify.Tx) (notify.Delivery, error) { return tx.Delivery(ctx, done.ID) }), done)

	forget := func(before time.Time, limit int) (n int) {
		t.Helper()
		h.change(t, func(tx notify.Tx) (err error) {
			n, err = tx.ForgetDeliveries(ctx, before, limit)
			return err
		})
		return n
	}
	if n := forget(now, 10); n != 0 {
		t.Errorf("forgot %d too soon", n)
	}
	if n := forget(now.Add(time.Hour), 1) + forget(now.Add(time.Hour), 10); n != 2 { // what is being sent stays
		t.Errorf("forgot %d", n)
	}
	var n int
	h.change(t, func(tx notify.Tx) (err error) {
		n, err = tx.ForgetNotices(ctx, now.Add(time.Hour), 10)
		return err
	})
	if n != 1 {
		t.Errorf("forgot %d notices", n)
	}
}

// noticeAttempt calls a method from workspace own with what belongs to theirs.
type noticeAttempt func(ctx context.Context, tx notify.Tx, own, theirs *notified) (any, error)

func noticed(fn func(ctx context.Context, tx notify.Tx, own, theirs *notified) error) noticeAttempt {
	return func(ctx context.Context, tx notify.Tx, own, theirs *notified) (any, error) {
		return nil, fn(ctx, tx, own, theirs)
	}
}

// absentNotices are the methods of notify.Tx that must not find the row of another workspace.
var absentNotices = map[string]noticeAttempt{
	"Webhook": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.Webhook(ctx, a.webhook.ID)
	},
	"InsertWebhook": noticed(func(ctx context.Context, tx notify.Tx, b, a *notified) error {
		w := b.webhook
		w.ID, w.Owner = id[vis.WebhookID](), a.member.ID
		return tx.InsertWebhook(ctx, w)
	}),
	"SaveWebhook": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.SaveWebhook(ctx, a.webhook)
	},
	"SaveFailures": noticed(func(ctx context.Context, tx notify.Tx, _, a *notified) error {
		return tx.SaveFailures(ctx, a.webhook.ID, 9, now)
	}),
	"DeleteWebhook": noticed(func(ctx context.Context, tx notify.Tx, _, a *notified) error {
		return tx.DeleteWebhook(ctx, a.webhook.ID)
	}),
	"Delivery": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.Delivery(ctx, a.delivery.ID)
	},
	"InsertDelivery": noticed(func(ctx context.Context, tx notify.Tx, _, a *notified) error {
		return tx.InsertDelivery(ctx, newDelivery(a.webhook.ID))
	}),
	"SaveDelivery": noticed(func(ctx context.Context, tx notify.Tx, _, a *notified) error { return tx.SaveDelivery(ctx, a.delivery) }),
	"InsertNotice": noticed(func(ctx context.Context, tx notify.Tx, b, a *notified) error {
		n := b.notice
		n.ID, n.Member = id[vis.NoticeID](), a.member.ID
		return tx.InsertNotice(ctx, n)
	}),
}

// emptyNotices are those that must find, or do, nothing.
var emptyNotices = map[string]noticeAttempt{
	"Webhooks": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		l, err := tx.Webhooks(ctx)
		return slices.DeleteFunc(l, func(w notify.Webhook) bool { return w.ID != a.webhook.ID }), err
	},
	"Deliveries": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		l, err := tx.Deliveries(ctx, a.webhook.ID, vis.Page{})
		return l.Items, err
	},
	"CountOpenDeliveries": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.CountOpenDeliveries(ctx, a.webhook.ID, 9)
	},
	"LastEcho": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		n, err := tx.LastEcho(ctx, a.webhook.ID, a.delivery.Subject, now)
		return n + 1, err // -1 is none
	},
	"ClaimDeliveries": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.ClaimDeliveries(ctx, a.webhook.ID, now, now.Add(time.Minute), 9)
	},
	"ForgetDeliveries": func(ctx context.Context, tx notify.Tx, _, _ *notified) (any, error) {
		return tx.ForgetDeliveries(ctx, now.Add(time.Hour), 9)
	},
	"Notices": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		l, err := tx.Notices(ctx, a.member.ID, vis.Page{})
		return l.Items, err
	},
	"NoticesByID": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.NoticesByID(ctx, []vis.NoticeID{a.notice.ID})
	},
	"CountUnreadNotices": func(ctx context.Context, tx notify.Tx, _, a *notified) (any, error) {
		return tx.CountUnreadNotices(ctx, a.member.ID, 9)
	},
	"ReadNotices": noticed(func(ctx context.Context, tx notify.Tx, _, a *notified) error {
		return tx.ReadNotices(ctx, a.member.ID, a.notice.ID, now)
	}),
	"ForgetNotices": func(ctx context.Context, tx notify.Tx, _, _ *notified) (any, error) {
		_, err := tx.ForgetNotices(ctx, now.Add(time.Hour), 9) // its own
		return nil, err
	},
	"Cursor": func(ctx context.Context, tx notify.Tx, _, _ *notified) (any, error) {
		return tx.Cursor(ctx, "only theirs")
	},
	"MoveCursor": noticed(func(ctx context.Context, tx notify.Tx, _, _ *notified) error {
		return tx.MoveCursor(ctx, "only theirs", 0, 7)
	}),
}

// testForeignNotices does for the room of webhooks and notices what testForeign does for the others.
func testForeignNotices(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	theirs, own := withNotices(t, s), withNotices(t, s)
	ctx := t.Context()
	theirs.change(t, func(tx notify.Tx) error { return tx.MoveCursor(ctx, "only theirs", 0, 5) })
	for method := range reflect.TypeFor[notify.Tx]().Methods() {
		name := method.Name
		if absentNotices[name] == nil && emptyNotices[name] == nil && absent[name] == nil && empty[name] == nil {
			t.Errorf("%s has no row: what does it answer to another workspace?", name)
		}
	}
	photograph := func() []any {
		return []any{
			look(t, theirs, func(tx notify.Tx) ([]notify.Webhook, error) { return tx.Webhooks(ctx) }),
			look(t, theirs, func(tx notify.Tx) (vis.List[notify.Delivery], error) {
				return tx.Deliveries(ctx, theirs.webhook.ID, vis.Page{})
			}),
			look(t, theirs, func(tx notify.Tx) (vis.List[notify.Notice], error) {
				return tx.Notices(ctx, theirs.member.ID, vis.Page{})
			}),
			look(t, theirs, func(tx notify.Tx) (int64, error) { return tx.Cursor(ctx, "only theirs") }),
		}
	}
	before := photograph()
	for _, name := range slices.Sorted(maps.Keys(absentNotices)) {
		err := own.try(ctx, func(tx notify.Tx) error {
			_, err := absentNotices[name](ctx, tx, own, theirs)
			return err
		})
		if vis.CodeOf(err) != vis.NotFound {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(emptyNotices)) {
		err := own.try(ctx, func(tx notify.Tx) error {
			got, err := emptyNotices[name](ctx, tx, own, theirs)
			if err == nil && !hollow(reflect.ValueOf(got)) {
				err = fmt.Errorf("got %+v, want nothing", got)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, "the other workspace", photograph(), before)
}
