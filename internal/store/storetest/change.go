package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// testStale saves every versioned row twice from the same reading.
func testStale(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	about, ended := newConversation(h, 2), h.offer
	ended.State = routing.Declined
	write(t, h, func(tx everything) error { return tx.InsertConversation(ctx, about) })
	for name, save := range map[string]func(everything) error{
		"member":       func(tx everything) error { _, err := tx.SaveMember(ctx, h.member); return err },
		"team":         func(tx everything) error { _, err := tx.SaveTeam(ctx, h.team); return err },
		"channel":      func(tx everything) error { _, err := tx.SaveChannel(ctx, h.channel); return err },
		"customer":     func(tx everything) error { _, err := tx.SaveCustomer(ctx, h.customer); return err },
		"conversation": func(tx everything) error { _, err := tx.SaveConversation(ctx, h.convers); return err },
		"about":        func(tx everything) error { _, err := tx.SaveAbout(ctx, about); return err },
		"step":         func(tx everything) error { _, err := tx.SaveStep(ctx, h.step); return err },
		"view":         func(tx everything) error { _, err := tx.SaveSavedView(ctx, h.saved); return err },
		"calendar":     func(tx everything) error { _, err := tx.SaveCalendar(ctx, h.calendar); return err },
		"policy":       func(tx everything) error { _, err := tx.SavePolicy(ctx, h.policy); return err },
		"promise":      func(tx everything) error { _, err := tx.SavePromise(ctx, h.promise); return err },
		"rule":         func(tx everything) error { _, err := tx.SaveRule(ctx, h.rule); return err },
		"call-back":    func(tx everything) error { _, err := tx.SaveCallback(ctx, h.callback); return err },
		"offer":        func(tx everything) error { return tx.EndOffer(ctx, ended) },
		"queue":        func(tx everything) error { _, err := tx.SaveQueue(ctx, h.queue); return err },
		"new queue":    func(tx everything) error { _, err := tx.SaveQueue(ctx, routing.Queue{}); return err },
		"profile":      func(tx everything) error { _, err := tx.SaveProfile(ctx, h.profile); return err },
		"settings":     func(tx everything) error { _, err := tx.SaveSettings(ctx, h.settings); return err },
	} {
		if err := h.update(ctx, save); err != nil {
			t.Errorf("%s: the first save: %v", name, err)
		}
		if err := h.update(ctx, save); !errors.Is(err, vis.ErrStale) {
			t.Errorf("%s: the second save: got %v, want stale", name, err)
		}
		both := h.update(ctx, func(tx everything) error {
			if err := save(tx); !errors.Is(err, vis.ErrStale) {
				return fmt.Errorf("got %w, want stale", err)
			}
			return nil // a command may go on after a stale save
		})
		if both != nil {
			t.Errorf("%s: %v", name, both)
		}
	}
}

// testTaken inserts what is there already.
func testTaken(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	twin := newMember("Léa", h.member.Email)
	other := newMember("Yann", "yann@example.org")
	write(t, h, func(tx everything) error {
		if err := tx.InsertMember(ctx, twin); vis.CodeOf(err) != vis.Conflict {
			t.Errorf("a taken address: got %v, want a conflict", err)
		}
		return tx.InsertMember(ctx, other) // the command goes on
	})
	other.Email, other.EmailKey = h.member.Email, h.member.EmailKey
	for name, fn := range map[string]func(everything) error{
		"member":       func(tx everything) error { return tx.InsertMember(ctx, twin) },
		"address":      func(tx everything) error { _, err := tx.SaveMember(ctx, other); return err },
		"team":         func(tx everything) error { return tx.InsertTeam(ctx, h.team) },
		"channel":      func(tx everything) error { return tx.InsertChannel(ctx, h.channel) },
		"customer":     func(tx everything) error { return tx.InsertCustomer(ctx, h.customer) },
		"conversation": func(tx everything) error { return tx.InsertConversation(ctx, h.convers) },
		"number":       func(tx everything) error { return tx.InsertConversation(ctx, newConversation(h, 1)) },
		"message":      func(tx everything) error { return tx.InsertMessage(ctx, h.message, nil) },
		"position": func(tx everything) error {
			m := h.note
			m.ID = id[vis.MessageID]()
			return tx.InsertMessage(ctx, m, nil)
		},
		"client id": func(tx everything) error {
			m := h.message
			m.ID, m.Position = id[vis.MessageID](), 50
			return tx.InsertMessage(ctx, m, nil)
		},
		"proved identity": func(tx everything) error {
			i := h.identity
			i.ID = id[vis.IdentityID]()
			return tx.InsertIdentity(ctx, i)
		},
		"a refusal that the command ignored": func(tx everything) error {
			_ = tx.InsertCustomer(ctx, h.customer)
			return nil
		},
	} {
		if err := h.update(ctx, fn); vis.CodeOf(err) != vis.Conflict {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
	}
	write(t, h, func(tx everything) error { // what is not proved may be claimed by many
		i := h.identity
		i.ID, i.Verified = id[vis.IdentityID](), false
		return tx.InsertIdentity(ctx, i)
	})
	if err := h.update(ctx, func(tx everything) error { return tx.BindAttachment(ctx, h.attachment.ID, h.convers.ID, h.note.ID) }); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a file that was sent already: got %v, want not found", err)
	}
}

func testSetUp(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	ctx := t.Context()
	results := make(chan error, 8)
	for i := range cap(results) {
		go func() {
			w := staff.Workspace{ID: id[vis.WorkspaceID](), Name: numbered("w", i), CreatedAt: now}
			results <- s.Staff().CreateWorkspace(ctx, w, newMember("A", "a@example.org"), true)
		}()
	}
	made := 0
	for range cap(results) {
		err := <-results
		if err == nil {
			made++
		} else if vis.CodeOf(err) != vis.Conflict {
			t.Errorf("got %v, want a conflict", err)
		}
	}
	all, err := s.Staff().Workspaces(ctx)
	check(t, err)
	if made != 1 || len(all) != 1 {
		t.Errorf("%d were told that they are the first, and there are %d", made, len(all))
	}
	found(t, s) // more workspaces may come, but not as the only one
	if all, err = s.Staff().Workspaces(ctx); err != nil || len(all) != 2 {
		t.Errorf("got %d workspaces, %v; want 2", len(all), err)
	}
}

func testDeleteTeam(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	write(t, h, func(tx everything) error {
		h.channel.Team = h.team.ID
		if _, err := tx.SaveChannel(ctx, h.channel); err != nil {
			return err
		}
		return tx.DeleteTeam(ctx, h.team.ID)
	})
	check(t, h.view(ctx, func(tx everything) error {
		_, err := tx.Team(ctx, h.team.ID)
		wantCode(t, err, vis.NotFound)
		m, err := tx.Member(ctx, h.member.ID)
		check(t, err)
		c, err := tx.Conversation(ctx, h.convers.ID)
		check(t, err)
		ch, err := tx.Channel(ctx, h.channel.ID)
		check(t, err)
		queues, err := tx.Queues(ctx)
		check(t, err)
		v, err := tx.SavedView(ctx, h.saved.ID)
		check(t, err)
		if v.Sharing != desk.WithAll || v.Team != "" || v.Version != 2 {
			t.Errorf("a view of the team is %+v", v)
		}
		if len(queues) != 0 || len(m.Teams) != 0 || c.Team != "" || c.Version != 2 || ch.Team != "" {
			t.Errorf("something still names the team: %v %+v %v", m.Teams, c, ch.Team)
		}
		return nil
	}))
}

func testHandOver(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	to := newCustomer()
	withContact(t, h)
	write(t, h, func(tx everything) error {
		if err := tx.InsertCustomer(ctx, to); err != nil {
			return err
		}
		return tx.HandOver(ctx, h.customer.ID, to.ID)
	})
	check(t, h.view(ctx, func(tx everything) error {
		_, err := tx.VisitByToken(ctx, h.visit.TokenHash)
		wantCode(t, err, vis.NotFound)
		p, err := tx.Promise(ctx, h.promise.ID)
		check(t, err)
		b, err := tx.Callback(ctx, h.callback.ID)
		check(t, err)
		if p.Customer != to.ID || b.Customer != to.ID {
			t.Errorf("the promise is %s's and the call-back %s's", p.Customer, b.Customer)
		}
		l, err := tx.Conversations(ctx, desk.Filter{Customer: to.ID}, vis.Page{})
		check(t, err)
		if len(l.Items) != 1 || l.Items[0].ID != h.convers.ID {
			t.Errorf("got %d conversations", len(l.Items))
		}
		return nil
	}))
	check(t, h.inContacts(ctx, func(tx listen.CountTx) error {
		if counted, err := tx.ContactsOf(ctx, to.ID, 2); err != nil || len(counted) != 1 {
			t.Errorf("%d contacts are counted as hers: %v", len(counted), err)
		}
		return nil
	}))
}

func testAudit(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	ctx := t.Context()
	const n = 12
	results := make(chan error, n)
	for i := range n {
		go func() {
			results <- h.update(ctx, func(tx everything) error {
				return tx.Audit(ctx, vis.NewAudit(vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: "m"}, now, "x", numbered("t", i), map[string]int{"i": i}))
			})
		}()
	}
	for range n {
		check(t, <-results)
	}
	var entries []vis.AuditEntry
	page := vis.Page{Limit: 5}
	for {
		l := read(t, h, func(tx everything) (vis.List[vis.AuditEntry], error) { return tx.AuditLog(ctx, page) })
		entries = append(entries, l.Items...)
		if l.Next == "" {
			break
		}
		page.After = l.Next
	}
	if len(entries) != n {
		t.Fatalf("got %d entries, want %d", len(entries), n)
	}
	previous := ""
	for i := n - 1; i >= 0; i-- {
		entry := entries[i]
		if entry.Number != int64(n-i) || entry.Chain(previous) != entry.Hash {
			t.Errorf("entry %d does not follow the one before it", entry.Number)
		}
		previous = entry.Hash
	}
}

func testRequests(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	ctx := t.Context()
	type answer struct{ Word string }
	ran := make(chan struct{}, 100)
	ask := func(by vis.Actor, word string) (answer, error) {
		var a answer
		err := h.store.Desk().Update(ctx, by, &a, func(tx desk.Tx) error {
			ran <- struct{}{}
			a.Word = word
			return tx.Append(ctx, vis.NewEvent(by, now, desk.CustomerChanged, nil))
		})
		return a, err
	}
	lea := vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: "lea", Request: vis.Request{Key: "k", Hash: "h"}}
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			a, err := ask(lea, "first")
			if err == nil && a.Word != "first" {
				err = fmt.Errorf("got %q", a.Word)
			}
			results <- err
		}()
	}
	for range cap(results) {
		check(t, <-results)
	}
	if a, err := ask(lea, "second"); err != nil || a.Word != "first" {
		t.Errorf("a repeat: got %q, %v; want the first answer", a.Word, err)
	}
	if n := len(ran); n != 1 {
		t.Errorf("one request ran %d times", n)
	}
	other := lea
	other.Request.Hash = "other"
	_, err := ask(other, "third")
	wantCode(t, err, vis.Mismatch)
	for _, by := range []vis.Actor{
		{Workspace: h.ws, Kind: vis.ByMember, ID: "yann", Request: lea.Request},
		{Workspace: h.ws, Kind: vis.ByToken, ID: "lea", Request: lea.Request},
		{Workspace: h.ws, Kind: vis.ByMember, ID: "lea", Request: vis.Request{Key: "k2", Hash: "h"}},
		{Workspace: h.ws, Kind: vis.ByMember, ID: "lea"},
		{Workspace: found(t, h.store).ws, Kind: vis.ByMember, ID: "lea", Request: lea.Request},
	} {
		if a, err := ask(by, "own"); err != nil || a.Word != "own" {
			t.Errorf("%+v: got %q, %v; want an answer of its own", by, a.Word, err)
		}
	}
	failing := lea
	failing.Request.Key = "fails"
	if err := h.store.Desk().Update(ctx, failing, nil, func(desk.Tx) error { return context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want what the command returned", err)
	}
	if a, err := ask(failing, "now"); err != nil || a.Word != "now" {
		t.Errorf("after a failure: got %q, %v; want it run", a.Word, err)
	}
}
