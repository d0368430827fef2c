package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func (h *house) inAssist(ctx context.Context, fn func(assist.Tx) error) error {
	return h.store.Assist().Update(ctx, vis.System(h.ws), nil, fn)
}

// withAssist begins a session in which every field says something.
func withAssist(t testing.TB, h *house) assist.Session {
	t.Helper()
	later := now.Add(time.Minute)
	x := assist.Session{ID: id[vis.AssistID](), Conversation: h.convers.ID, Customer: h.customer.ID, Channel: h.channel.ID, State: assist.Live,
		Member: h.member.ID, Node: "http://10.0.0.4:8080", PressedAt: now, EndedAt: later, Version: 1, Story: assist.Story{
			Rings: []assist.Ring{{Member: h.member.ID, State: assist.Refused, RangAt: now, ExpiresAt: later, EndedAt: later, Reason: "busy"}},
			Consents: []assist.Consent{{Kind: assist.Control, Member: h.member.ID, Origin: "https://shop.example", GivenAt: now, ExpiresAt: later,
				EndedAt: later, Why: "revoked"}},
			Asked: []assist.Kind{assist.SeePage}, Questions: []assist.Question{{Kind: assist.SeePage, Member: h.member.ID, At: now}}, Watchers: []vis.MemberID{h.member.ID}, Whispers: []vis.MemberID{h.member.ID}, Guest: "guest",
			Calling: &assist.Calling{Purpose: assist.ToPass, Team: "team", At: now, Until: later},
			Passes:  []assist.Pass{{From: h.member.ID, To: "other", At: now}}, Page: &assist.Page{URL: "https://shop.example/x", Title: "Vélos 🚲"},
			LateAt: now, AcceptedAt: now, LiveAt: later, Outcome: assist.Done, EndedBy: vis.ByCustomer, Rating: 4, Conclusion: &assist.Conclusion{Result: assist.FollowUp, Note: "Écrire à l’atelier", By: h.member.ID, At: later}, Comment: "Merci \"beaucoup\""}}
	check(t, h.inAssist(t.Context(), func(tx assist.Tx) error { return tx.InsertAssist(t.Context(), x) }))
	return x
}

func testChecks(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	made := make([]assist.Check, 4)
	check(t, h.inAssist(ctx, func(tx assist.Tx) error {
		for i := range made {
			at := now.Add(time.Duration(i) * time.Hour)
			made[i] = assist.Check{ID: vis.AssistID(vis.FirstID(at)), Channel: h.channel.ID, At: at, Found: assist.Found{Name: "Zoé \"Z\"", Browser: "B",
				Steps: []assist.Step{{What: "udp", State: "good", Took: 1.5, Trip: 2.5, Lost: 3, Note: "n"}}}}
			check(t, tx.InsertCheck(ctx, made[i]))
		}
		got, err := tx.Checks(ctx, 3)
		check(t, err)
		same(t, "the newest", got, []assist.Check{made[3], made[2], made[1]})
		check(t, tx.ForgetChecks(ctx, 9, made[1].At))
		got, err = tx.Checks(ctx, 9)
		check(t, err)
		same(t, "those since the second", got, []assist.Check{made[3], made[2], made[1]})
		check(t, tx.ForgetChecks(ctx, 2, made[0].At))
		got, err = tx.Checks(ctx, 9)
		check(t, err)
		same(t, "the newest two", got, []assist.Check{made[3], made[2]})
		return nil
	}))
}

// testNodes: nodes know of each other, and which of them holds a session that goes on.
func testNodes(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	nodes := h.store.Nodes()
	if (nodes != nil) != e.Shared {
		t.Fatalf("several nodes on an engine that is shared: %v", e.Shared)
	}
	if !e.Shared {
		return
	}
	one := assist.Node{URL: "http://10.0.0.4:8080", Media: true, Room: 3, Until: now}
	other := assist.Node{URL: "http://10.0.0.5:8080", Until: now.Add(time.Minute)}
	check(t, nodes.Enter(ctx, other))
	check(t, nodes.Enter(ctx, one))
	one.Room, one.Until = 2, now.Add(time.Hour)
	check(t, nodes.Enter(ctx, one))
	got, err := nodes.Nodes(ctx)
	check(t, err)
	same(t, "both", got, []assist.Node{one, other})
	check(t, nodes.Leave(ctx, other.URL))
	check(t, nodes.Leave(ctx, other.URL))
	got, err = nodes.Nodes(ctx)
	check(t, err)
	same(t, "the one that is left", got, []assist.Node{one})

	x := withAssist(t, h)
	held, err := nodes.Held(ctx)
	check(t, err)
	same(t, "what is held", held, []assist.Held{{Workspace: h.ws, ID: x.ID, Node: one.URL}})
	x.Node = other.URL
	check(t, h.inAssist(ctx, func(tx assist.Tx) error { x, err = tx.SaveAssist(ctx, x); return err }))
	node, goesOn, err := nodes.Holder(ctx, x.ID)
	check(t, err)
	same(t, "who holds it", []any{node, goesOn}, []any{other.URL, true})
	x.State = assist.Ended
	check(t, h.inAssist(ctx, func(tx assist.Tx) error { _, err := tx.SaveAssist(ctx, x); return err }))
	_, goesOn, err = nodes.Holder(ctx, x.ID)
	check(t, err)
	held, err = nodes.Held(ctx)
	check(t, err)
	if goesOn || len(held) != 0 {
		t.Errorf("what has ended is held: %v", held)
	}
}

func testAssists(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	x := withAssist(t, h)
	check(t, h.inAssist(ctx, func(tx assist.Tx) error {
		got, err := tx.Assist(ctx, x.ID)
		check(t, err)
		same(t, "the session", got, x)
		open, err := tx.OpenAssists(ctx)
		check(t, err)
		same(t, "those that go on", open, []assist.Session{x})
		calls, err := tx.(everything).Calls(ctx)
		check(t, err)
		same(t, "as routing sees them", calls, []routing.Call{{Conversation: h.convers.ID, Member: h.member.ID}, {Conversation: h.convers.ID, Member: "guest"}})
		return nil
	}))
	again := x
	again.ID = id[vis.AssistID]()
	wantCode(t, h.inAssist(ctx, func(tx assist.Tx) error { return tx.InsertAssist(ctx, again) }), vis.Conflict)
	x.State, x.Story.Rating = assist.Ended, 5
	check(t, h.inAssist(ctx, func(tx assist.Tx) (err error) {
		x, err = tx.SaveAssist(ctx, x)
		return err
	}))
	stale := x
	stale.Version--
	if err := h.inAssist(ctx, func(tx assist.Tx) error { _, err := tx.SaveAssist(ctx, stale); return err }); err != vis.ErrStale {
		t.Errorf("a stale change: %v", err)
	}
	again.PressedAt = now.Add(time.Second)
	check(t, h.inAssist(ctx, func(tx assist.Tx) error {
		check(t, tx.InsertAssist(ctx, again))
		all, err := tx.Assists(ctx, h.convers.ID)
		check(t, err)
		same(t, "those of the conversation", all, []assist.Session{again, x})
		timed := again
		timed.ID = vis.AssistID(vis.FirstID(now.Add(time.Hour)))
		timed.State = assist.Ended
		check(t, tx.InsertAssist(ctx, timed))
		for _, c := range []struct{ from, to time.Duration }{{0, time.Hour}, {time.Hour, 2 * time.Hour}, {time.Hour + time.Millisecond, 2 * time.Hour}} {
			some, err := tx.AssistsBetween(ctx, now.Add(c.from), now.Add(c.to), 9)
			check(t, err)
			if has := slices.ContainsFunc(some, func(o assist.Session) bool { return o.ID == timed.ID }); has != (c.from == time.Hour) {
				t.Errorf("from %s to %s: %v", c.from, c.to, has)
			}
		}
		for _, c := range []struct {
			of     vis.MemberID
			from   time.Duration
			before vis.AssistID
			want   bool
		}{{"", time.Hour, "", true}, {h.member.ID, time.Hour, "", true}, {h.member.ID, time.Hour + time.Millisecond, "", false}, {"nobody", time.Hour, "", false},
			{"", time.Hour, timed.ID, false}} {
			some, err := tx.EndedAssists(ctx, c.of, now.Add(c.from), c.before, 9)
			check(t, err)
			if has := slices.ContainsFunc(some, func(o assist.Session) bool { return o.ID == timed.ID }); has != c.want ||
				slices.ContainsFunc(some, func(o assist.Session) bool { return o.State != assist.Ended }) {
				t.Errorf("over, of %q from %s before %q: %v", c.of, c.from, c.before, has)
			}
		}
		return nil
	}))
}

func testForeignAssists(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	own, theirs := furnish(t, s), furnish(t, s)
	x := withAssist(t, theirs)
	hung := x
	hung.ID = id[vis.AssistID]()
	for name, ask := range map[string]func(assist.Tx) error{
		"Assist":       func(tx assist.Tx) error { _, err := tx.Assist(ctx, x.ID); return err },
		"SaveAssist":   func(tx assist.Tx) error { _, err := tx.SaveAssist(ctx, x); return err },
		"InsertAssist": func(tx assist.Tx) error { return tx.InsertAssist(ctx, hung) },
	} {
		wantCode(t, own.inAssist(ctx, ask), vis.NotFound)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	check(t, own.inAssist(ctx, func(tx assist.Tx) error {
		open, err := tx.OpenAssists(ctx)
		check(t, err)
		calls, err := tx.(everything).Calls(ctx)
		check(t, err)
		if len(calls) != 0 {
			t.Errorf("calls of another workspace: %v", calls)
		}
		all, err := tx.Assists(ctx, theirs.convers.ID)
		check(t, err)
		ever, err := tx.AssistsBetween(ctx, now.AddDate(-50, 0, 0), now.AddDate(50, 0, 0), 9)
		check(t, err)
		over, err := tx.EndedAssists(ctx, theirs.member.ID, now.AddDate(-50, 0, 0), "", 9)
		check(t, err)
		if len(open)+len(all)+len(ever)+len(over) != 0 {
			t.Errorf("seen of another workspace: %+v %+v", open, all)
		}
		return nil
	}))
}
