package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

func (h *house) inContacts(ctx context.Context, fn func(listen.CountTx) error) error {
	return h.store.Contacts().Update(ctx, vis.System(h.ws), nil, fn)
}

// withContact counts the workspace's conversation, in which every field says something.
func withContact(t testing.TB, h *house) (listen.Contact, listen.Tallied) {
	t.Helper()
	c := listen.Contact{Conversation: h.convers.ID, Customer: h.customer.ID, BeganAt: now, Day: 20787, Channel: h.channel.ID, Reason: "delivery/late", Language: "fr",
		Message: h.message.ID, Mood: -40, Dissatisfied: true, Repeat: true, Reopened: true, Handled: 90 * time.Second, TouchedAt: now.Add(time.Minute),
		Page: "shop.example/vélos", Spot: listen.Spot{Place: "Nantes", Product: "Ria « 3 »"}}
	of := listen.Tallied{Cell: listen.Cell{Day: c.Day, Reason: c.Reason, Channel: c.Channel, Language: c.Language},
		Sums: listen.Sums{Contacts: 1, Read: 1, Moods: -40, Dissatisfied: 1, Repeats: 1, Handled: 1, HandledFor: c.Handled}}
	check(t, h.inContacts(t.Context(), func(tx listen.CountTx) error {
		check(t, tx.PutContact(t.Context(), c))
		return tx.AddCount(t.Context(), of)
	}))
	return c, of
}

func testContacts(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	h, stranger := furnish(t, s), furnish(t, s)
	c, of := withContact(t, h)
	days := listen.CountQuery{From: c.Day, To: c.Day + 1, Language: listen.AllLanguages}
	when := listen.ContactQuery{CountQuery: days, Reason: c.Reason, Since: now.UnixMilli(), Before: now.UnixMilli() + 1}
	check(t, h.inContacts(ctx, func(tx listen.CountTx) error {
		c.Reason, c.Mood, c.Repeat = "stock", 20, false
		check(t, tx.PutContact(ctx, c)) // over what was there
		some, err := tx.ContactsByID(ctx, []vis.ConversationID{c.Conversation, "none"})
		check(t, err)
		same(t, "those of some conversations", some, []listen.Contact{c})
		hers, err := tx.ContactsOf(ctx, c.Customer, 10)
		check(t, err)
		same(t, "hers", hers, []listen.Contact{c})
		for name, q := range map[string]func(listen.ContactQuery) listen.ContactQuery{
			"another reason": func(q listen.ContactQuery) listen.ContactQuery { return q },
			"later":          func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Since = "stock", q.Since+1; return q },
			"earlier":        func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Before = "stock", q.Since; return q },
			"elsewhere":      func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Channel = "stock", "none"; return q },
			"in Brest":       func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Place = "stock", "Brest"; return q },
			"of a Ria 2":     func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Product = "stock", "Ria 2"; return q },
			"in English":     func(q listen.ContactQuery) listen.ContactQuery { q.Reason, q.Language = "stock", "en"; return q },
		} {
			none, err := tx.Contacts(ctx, q(when), 10)
			check(t, err)
			same(t, name, len(none), 0)
		}
		q := when
		q.Reason, q.Channel, q.Language, q.Spot = "stock", c.Channel, "fr", c.Spot
		found, err := tx.Contacts(ctx, q, 10)
		check(t, err)
		same(t, "those of a reason", found, []listen.Contact{c})

		more := of
		more.Contacts, more.HandledFor, more.Moods = 2, time.Second, 100
		check(t, tx.AddCount(ctx, more))
		of.Add(more.Sums, 1)
		english, every := of, of
		english.Language, every.Channel, every.Language = "en", listen.AllChannels, listen.AllLanguages
		check(t, tx.AddCount(ctx, english))
		check(t, tx.AddCount(ctx, every))
		all, err := tx.Counts(ctx, days)
		check(t, err)
		same(t, "all channels and languages", all, []listen.Tallied{every})
		cells, err := tx.CountsOf(ctx, []string{of.Reason, "none"}, days)
		check(t, err)
		slices.SortFunc(cells, func(a, b listen.Tallied) int { return strings.Compare(a.Language, b.Language) })
		same(t, "by channel and language", cells, []listen.Tallied{english, of})
		days.Channel, days.Language = of.Channel, "fr"
		for name, get := range map[string]func() ([]listen.Tallied, error){
			"the French ones":             func() ([]listen.Tallied, error) { return tx.Counts(ctx, days) },
			"the French ones of a reason": func() ([]listen.Tallied, error) { return tx.CountsOf(ctx, []string{of.Reason, "none"}, days) },
		} {
			french, err := get()
			check(t, err)
			same(t, name, french, []listen.Tallied{of})
		}
		return nil
	}))
	check(t, stranger.inContacts(ctx, func(tx listen.CountTx) error {
		some, err := tx.ContactsByID(ctx, []vis.ConversationID{c.Conversation})
		check(t, err)
		cells, err := tx.CountsOf(ctx, []string{of.Reason, "none"}, listen.CountQuery{To: c.Day + 1, Language: listen.AllLanguages})
		check(t, err)
		if len(some)+len(cells) != 0 {
			t.Errorf("seen of another workspace: %v %v", some, cells)
		}
		return nil
	}))
	wantCode(t, stranger.inContacts(ctx, func(tx listen.CountTx) error { return tx.PutContact(ctx, c) }), vis.NotFound)
}

func testPlaces(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	h, stranger := furnish(t, s), furnish(t, s)
	here := func(place, product, reason string, n int) listen.Tallied {
		return listen.Tallied{Cell: listen.Cell{Day: 20787, Reason: reason, Channel: h.channel.ID, Language: "fr", Spot: listen.Spot{Place: place, Product: product}},
			Sums: listen.Sums{Contacts: n, Read: 2, Moods: -3, Dissatisfied: 4, Repeats: 5, Handled: 6, HandledFor: 7 * time.Second}}
	}
	wide := func(c listen.Tallied) listen.Tallied {
		c.Channel, c.Language = listen.AllChannels, listen.AllLanguages
		return c
	}
	nantes, brest, ria, both := here("Nantes", "", "stock", 3), here("Brest", "", "delivery", 1), here("", "Ria", "stock", 2), here("Nantes", "Ria", "stock", 2)
	value := listen.Value{Kind: listen.ByPlace, Key: "nantes", Value: "Nantes", Since: now}
	check(t, h.inContacts(ctx, func(tx listen.CountTx) error {
		for _, c := range []listen.Tallied{nantes, brest, ria, both} {
			check(t, tx.AddCount(ctx, c))
			check(t, tx.AddCount(ctx, wide(c)))
		}
		check(t, tx.AddCount(ctx, nantes))
		nantes.Add(nantes.Sums, 1)
		q := listen.CountQuery{From: 20787, To: 20788, Language: listen.AllLanguages}
		in := func(q listen.CountQuery, place, product string) listen.CountQuery {
			q.Place, q.Product = place, product
			return q
		}
		none, err := tx.Counts(ctx, q)
		check(t, err)
		same(t, "without a place", len(none), 0)
		for name, c := range map[string]struct {
			q    listen.CountQuery
			want []listen.Tallied
		}{
			"a place":      {in(q, "Brest", ""), []listen.Tallied{wide(brest)}},
			"a product":    {in(q, "", "Ria"), []listen.Tallied{wide(ria)}},
			"both":         {in(q, "Nantes", "Ria"), []listen.Tallied{wide(both)}},
			"neither":      {in(q, "Brest", "Ria"), nil},
			"the day next": {in(listen.CountQuery{From: 20788, To: 20789, Language: listen.AllLanguages}, "Brest", ""), nil},
		} {
			got, err := tx.Counts(ctx, c.q)
			check(t, err)
			same(t, name, got, c.want)
		}
		for name, c := range map[string]struct {
			q    listen.CountQuery
			want []listen.Tallied
		}{
			"each place":             {in(q, listen.Each, ""), []listen.Tallied{brest, nantes}},
			"each product":           {in(q, "", listen.Each), []listen.Tallied{ria}},
			"each product of a town": {in(q, "Nantes", listen.Each), []listen.Tallied{both}},
			"one place":              {in(q, "Nantes", ""), []listen.Tallied{nantes}},
		} {
			got, err := tx.CountsOf(ctx, []string{"stock", "delivery"}, c.q)
			check(t, err)
			slices.SortFunc(got, func(a, b listen.Tallied) int { return strings.Compare(a.Place, b.Place) })
			same(t, name, got, c.want)
		}
		parts, err := tx.Split(ctx, listen.ByPlace, q)
		check(t, err)
		slices.SortFunc(parts, func(a, b listen.Part) int { return strings.Compare(a.Value, b.Value) })
		same(t, "by place", parts, []listen.Part{{Value: "Brest", Reason: "delivery", Sums: brest.Sums}, {Value: "Nantes", Reason: "stock", Sums: wide(here("Nantes", "", "stock", 3)).Sums}})
		parts, err = tx.Split(ctx, listen.ByProduct, in(q, "Nantes", ""))
		check(t, err)
		same(t, "by product in a place", parts, []listen.Part{{Value: "Ria", Reason: "stock", Sums: both.Sums}})
		check(t, tx.KeepValue(ctx, value))
		other := value
		other.Value, other.Since = "NANTES", now.Add(time.Hour)
		check(t, tx.KeepValue(ctx, other)) // the first stays
		values, err := tx.Values(ctx)
		check(t, err)
		same(t, "the values", values, []listen.Value{value})
		return nil
	}))
	check(t, stranger.inContacts(ctx, func(tx listen.CountTx) error {
		q := listen.CountQuery{To: 20788, Language: listen.AllLanguages}
		parts, err := tx.Split(ctx, listen.ByPlace, q)
		check(t, err)
		products, err := tx.Split(ctx, listen.ByProduct, q)
		check(t, err)
		values, err := tx.Values(ctx)
		check(t, err)
		q.Place = "Nantes"
		counts, err := tx.Counts(ctx, q)
		check(t, err)
		q.Place = listen.Each
		cells, err := tx.CountsOf(ctx, []string{"stock"}, q)
		check(t, err)
		if len(parts)+len(products)+len(values)+len(counts)+len(cells) != 0 {
			t.Errorf("seen of another workspace: %v %v %v %v %v", parts, products, values, counts, cells)
		}
		return nil
	}))
}

func testSearches(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	h, stranger := furnish(t, s), furnish(t, s)
	one := listen.SearchSums{Day: 20787, Channel: h.channel.ID, Language: "fr", Print: "ab12", People: 1 << 63,
		SearchCount: listen.SearchCount{Searches: 1, Nothing: 1, Read: 2, Answered: 3, Wrote: 4}}
	english, later := one, one
	english.Language, later.Day = "en", one.Day+1
	check(t, h.inContacts(ctx, func(tx listen.CountTx) error {
		for _, some := range []listen.SearchSums{one, english, later} {
			check(t, tx.AddSearch(ctx, some))
		}
		more := one
		more.Term, more.People, more.SearchCount = "vélo « 🚲 »", 1<<5, listen.SearchCount{Searches: 1}
		check(t, tx.AddSearch(ctx, more))
		more.Term, more.People = "", 1<<6 // words that are known stay
		check(t, tx.AddSearch(ctx, more))
		one.Term, one.People, one.Searches = "vélo « 🚲 »", 1<<63|1<<5|1<<6, 3
		for name, c := range map[string]struct {
			q    listen.CountQuery
			want []listen.SearchSums
		}{
			"one day":           {listen.CountQuery{From: one.Day, To: one.Day + 1, Language: listen.AllLanguages}, []listen.SearchSums{english, one}},
			"in French, by day": {listen.CountQuery{From: one.Day, To: one.Day + 2, Language: "fr", Channel: one.Channel}, []listen.SearchSums{one, later}},
			"elsewhere":         {listen.CountQuery{From: one.Day, To: one.Day + 2, Language: "fr", Channel: "none"}, nil},
		} {
			got, err := tx.Searches(ctx, c.q)
			check(t, err)
			same(t, name, got, c.want)
		}
		some, err := tx.SearchesFor(ctx, one.Print, later.Day)
		check(t, err)
		same(t, "since a day", some, []listen.SearchSums{later})
		for most, want := range map[int]int{1: 1, 9: 2} {
			n, err := tx.CountTerms(ctx, one.Day, most)
			check(t, err)
			same(t, "counted", n, want)
		}
		return nil
	}))
	check(t, stranger.inContacts(ctx, func(tx listen.CountTx) error {
		some, err := tx.SearchesFor(ctx, one.Print, 0)
		check(t, err)
		all, err := tx.Searches(ctx, listen.CountQuery{To: one.Day + 9, Language: listen.AllLanguages})
		check(t, err)
		n, err := tx.CountTerms(ctx, one.Day, 9)
		check(t, err)
		if len(some)+len(all)+n != 0 {
			t.Errorf("seen of another workspace: %v %v %d", some, all, n)
		}
		return nil
	}))
}

func testActions(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	h, stranger := furnish(t, s), furnish(t, s)
	a := listen.Action{Reason: "delivery/late", Aim: listen.Aim{Customer: -100, House: 25, Owner: h.member.ID, Target: new(0), Since: 20787, Due: 20800, Note: "« 🚲 »"}}
	rate := listen.Rate{Hourly: 31.5, Currency: "EUR"}
	check(t, h.inContacts(ctx, func(tx listen.CountTx) (err error) {
		_, err = tx.Action(ctx, a.Reason)
		wantCode(t, err, vis.NotFound)
		none, err := tx.Rate(ctx)
		check(t, err)
		same(t, "no rate", none, listen.Rate{})
		first, err := tx.SaveAction(ctx, a)
		check(t, err)
		if _, err := tx.SaveAction(ctx, a); err != vis.ErrStale {
			t.Errorf("inserting twice: %v", err)
		}
		first.Aim.Target = nil
		a, err = tx.SaveAction(ctx, first)
		check(t, err)
		if _, err := tx.SaveAction(ctx, first); err != vis.ErrStale {
			t.Errorf("a stale change: %v", err)
		}
		got, err := tx.Action(ctx, a.Reason)
		check(t, err)
		same(t, "the action", got, a)
		all, err := tx.Actions(ctx)
		check(t, err)
		same(t, "all of them", all, []listen.Action{a})
		rate, err = tx.SaveRate(ctx, rate)
		check(t, err)
		stale := listen.Rate{}
		if _, err := tx.SaveRate(ctx, stale); err != vis.ErrStale {
			t.Errorf("a stale rate: %v", err)
		}
		kept, err := tx.Rate(ctx)
		check(t, err)
		same(t, "the rate", kept, rate)
		return nil
	}))
	check(t, stranger.inContacts(ctx, func(tx listen.CountTx) error {
		all, err := tx.Actions(ctx)
		check(t, err)
		none, err := tx.Rate(ctx)
		check(t, err)
		if len(all) != 0 || none.Version != 0 {
			t.Errorf("seen of another workspace: %v %v", all, none)
		}
		wantCode(t, tx.DeleteAction(ctx, a.Reason), vis.NotFound)
		return nil
	}))
	check(t, h.inContacts(ctx, func(tx listen.CountTx) error { return tx.DeleteAction(ctx, a.Reason) }))
}
