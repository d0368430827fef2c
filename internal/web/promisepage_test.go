package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"visavis/internal/listen"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// keep appends what a promise came to, as the room of promises does.
func (h *house) keep(typ vis.EventType, d routing.PromiseData) {
	h.Helper()
	e := vis.NewEvent(vis.System(h.ws), h.clock.Now(), typ, d)
	h.must(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error { return tx.Append(h.ctx, e) }))
}

func (h *house) count() {
	h.Helper()
	for more := true; more; {
		var err error
		more, err = h.report.Follow(h.ctx, h.ws)
		h.must(err)
	}
}

func TestEverybodyReadsWhatWasPromisedAndKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Took: (30 * time.Second).Milliseconds()}
	for range 18 {
		h.keep(routing.PromiseKept, first)
	}
	h.keep(routing.PromiseMissed, routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Mark: routing.Missed})
	h.keep(routing.PromiseMissed, routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Mark: routing.MissedLong})
	h.keep(routing.PromiseLate, routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Took: (5 * time.Minute).Milliseconds()})
	h.keep(routing.PromiseKept, routing.PromiseData{Kind: routing.Acknowledge, Channel: h.chat.ID, Took: 1})
	h.keep(routing.PromiseVoided, routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Unanswered: true})
	h.keep(routing.PromiseVoided, routing.PromiseData{Kind: routing.CallBack, Channel: h.chat.ID})
	h.count()

	body := obj{"published": false, "channelIds": []string{string(h.chat.ID)}, "signerId": h.admin.actor.ID, "word": obj{"fr": "On le dit.", "en": "We say so."},
		"notes": []obj{{"since": "2026-02-20", "title": obj{"fr": "Retards <b>en Bretagne</b>", "en": ""}, "text": obj{"fr": "x", "en": ""}}}, "version": 0}
	page := read[PromisePage](t, h.do(call{method: "PUT", path: "/api/v1/promise-page", as: h.admin, body: body}))
	path := strings.TrimPrefix(page.URL, ours)
	if a := h.get(nobody, path); a.status != 404 {
		t.Errorf("an unpublished page answers %d", a.status)
	}
	body["published"], body["version"] = true, page.Version
	if a := h.do(call{method: "PUT", path: "/api/v1/promise-page", as: h.admin, body: body}); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var record PromiseRecord
	h.must(json.Unmarshal(h.get(nobody, path+".json").body, &record))
	if record.Kept != 18 || record.Missed != 1 || record.Unanswered != 1 || len(record.Channels) != 1 || record.Channels[0].FirstMedian == nil {
		t.Fatalf("the record says %+v", record)
	}
	if m := *record.Channels[0].FirstMedian; m < 29.7 || m > 30.3 {
		t.Errorf("half of the answers came within %v s, want 30", m)
	}
	h.must(h.store.Incidents().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.IncidentTx) error {
		return tx.InsertIncident(h.ctx, listen.Incident{ID: vis.IncidentID(newID()), State: listen.Confirmed, Cause: "x", OpenedAt: h.clock.Now(), Version: 1,
			Course: listen.Course{Texts: listen.Texts{Banner: listen.Words{FR: "Paiement <en panne>", EN: "Payment is down"}}}})
	}))
	french, english := string(h.get(nobody, path+"?lang=fr").body), string(h.get(nobody, path+"?lang=en&days=7").body)
	for _, want := range []string{"Nous avons promis 19\u202ffois", "Nous avons tenu parole 18\u202ffois", "94,7\u202f%", "Retards &lt;b&gt;en Bretagne", "Lea Morvan", "On le dit.", "Paiement &lt;en panne&gt;", "Une demande a été close sans réponse"} {
		if !strings.Contains(strings.ReplaceAll(french, " fois", "\u202ffois"), want) {
			t.Errorf("the French page does not say %q", want)
		}
	}
	for _, want := range []string{"We promised 19 times", "94.7%", "We say so.", "Payment is down", "One request was closed without an answer"} {
		if !strings.Contains(english, want) {
			t.Errorf("the English page does not say %q", want)
		}
	}
	if a := h.get(nobody, path+"/badge.svg"); a.status != 200 || !strings.Contains(string(a.body), "94") {
		t.Errorf("the badge: %d %s", a.status, a.body)
	}
	if a := h.get(nobody, path+".csv"); a.status != 200 || !strings.Contains(string(a.body), "webchat,2026-03-02,18,1,1") {
		t.Errorf("the figures: %d %s", a.status, a.body)
	}
	if a := h.get(nobody, path+"?days=8"); a.status != 422 {
		t.Errorf("eight days: %d", a.status)
	}
}

func TestWhatWasCountedIsCountedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(h.visitor(h.ws, h.chat), "Bonjour")
	h.must(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error { // what cannot be read stops nothing
		return tx.Append(h.ctx, vis.NewEvent(vis.System(h.ws), h.clock.Now(), routing.PromiseLate, "no object"))
	}))
	h.keep(routing.PromiseKept, routing.PromiseData{Kind: routing.First, Channel: h.chat.ID, Took: 1000})
	for range 3 {
		h.count()
	}
	now := h.clock.Now()
	arrivals, err := h.report.Arrivals(h.ctx, h.ws, now.Add(-time.Hour), now.Add(time.Hour), "")
	h.must(err)
	today, err := h.report.Today(h.ctx, h.ws, "")
	h.must(err)
	if len(arrivals) != 1 || arrivals[0].N != 1 || today.Kept != 1 {
		t.Errorf("counted %+v and %+v", arrivals, today)
	}
}

func TestAPeriodSaysItsYearOnce(t *testing.T) {
	t.Parallel()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		language, want string
		from           time.Time
	}{
		{"fr", "Nos promesses, du 1er janvier au 30 janvier 2027", day(2027, 1, 1)},
		{"en", "Our promises, 1 January to 30 January 2027", day(2027, 1, 1)},
		{"fr", "Nos promesses, du 31 décembre 2026 au 30 janvier 2027", day(2026, 12, 31)},
	} {
		if got := pageWords[c.language].periodOf(c.from, day(2027, 1, 30)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestALineJoinsOnlyWeeksThatFollowOneAnother(t *testing.T) {
	t.Parallel()
	weeks := []dot{{X: 38, Y: 10}, {X: 50, Y: 12}, {X: 74, Y: 9}}
	if got, want := way(weeks), "M38 10L50 12M74 9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
