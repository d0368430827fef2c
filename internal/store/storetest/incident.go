package storetest

import (
	"context"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/text"
	"visavis/internal/vis"
)

func (h *house) inIncidents(ctx context.Context, fn func(listen.IncidentTx) error) error {
	return h.store.Incidents().Update(ctx, vis.System(h.ws), nil, fn)
}

// withIncident opens an incident in which every field says something, about the workspace's conversation.
func withIncident(t testing.TB, h *house) (listen.Incident, listen.Concerned) {
	t.Helper()
	later := now.Add(time.Minute)
	words := listen.Words{FR: "Nous savons.", EN: "We \"know\" 🚲"}
	i := listen.Incident{ID: id[vis.IncidentID](), State: listen.Fixing, Cause: "outage", OpenedAt: now, Version: 1, Course: listen.Course{
		Trigger: listen.ByNumbers, Reason: "outage", Channel: h.channel.ID, Name: "Lyon", Told: 7, Sign: text.Sign(h.message.Text), ConfirmedAt: later, FixingAt: later,
		Look: listen.Look{Window: time.Hour, Seen: 9, Expected: 0.5, Surprise: 6.25}, Scenario: id[vis.ScenarioID](),
		Texts:   listen.Texts{Holding: words, Solved: words, Banner: words},
		Signals: []listen.Signal{{Source: "probe", Key: "lyon-7", Title: "Lyon is down", At: later, EndedAt: later.Add(time.Hour)}},
		Lead:    []int{0, 3}, Usual: []float64{0.25}, Tasks: []listen.Task{{Step: listen.Step{Text: "Appeler", Owner: h.member.ID, Team: id[vis.TeamID]()}, DoneAt: later, By: h.member.ID}},
		Called: []vis.MemberID{h.member.ID}, Sighting: &listen.Sighting{At: later, Source: "Sonde", By: h.member.ID, NotedAt: later}, Why: "Une fête", Lessons: "Prévenir avant.",
		Deeds: []listen.Deed{{At: later, By: h.member.ID, Kind: listen.DidTask, Text: "Appeler"}}, Learnt: 0.6, Untold: []vis.ConversationID{h.convers.ID}}}
	c := listen.Concerned{Incident: i.ID, Conversation: h.convers.ID, Customer: h.customer.ID, Name: h.customer.Name, Message: h.message.ID, At: now, Channel: h.convers.Channel, Language: "fr", Place: "Nantes"}
	check(t, h.inIncidents(t.Context(), func(tx listen.IncidentTx) error {
		check(t, tx.InsertIncident(t.Context(), i))
		return tx.InsertConcerned(t.Context(), c)
	}))
	return i, c
}

func testIncidents(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	i, c := withIncident(t, h)
	again := i
	again.ID = id[vis.IncidentID]()
	wantCode(t, h.inIncidents(ctx, func(tx listen.IncidentTx) error { return tx.InsertIncident(ctx, again) }), vis.Conflict)
	check(t, h.inIncidents(ctx, func(tx listen.IncidentTx) error {
		got, err := tx.Incident(ctx, i.ID)
		check(t, err)
		same(t, "the incident", got, i)
		open, err := tx.OpenIncidents(ctx)
		check(t, err)
		same(t, "those that are open", open, []listen.Incident{i})
		other := c
		other.Message, other.Language = h.note.ID, "en"
		check(t, tx.InsertConcerned(ctx, other)) // the first stays
		unheld, err := tx.Unheld(ctx, i.ID, 10)
		check(t, err)
		same(t, "those that were told nothing", unheld, []listen.Concerned{c})
		conversations, customers, err := tx.CountConcerned(ctx, i.ID)
		check(t, err)
		same(t, "how many it concerns", []int{conversations, customers}, []int{1, 1})
		c.HeldAt = now.Add(time.Minute)
		return tx.MarkHeld(ctx, c, c.HeldAt)
	}))
	if err := h.inIncidents(ctx, func(tx listen.IncidentTx) error { return tx.MarkHeld(ctx, c, now) }); err != vis.ErrStale {
		t.Errorf("telling twice: %v", err)
	}
	stale := i
	i.State, i.EndedAt = listen.Solved, now.Add(time.Hour)
	check(t, h.inIncidents(ctx, func(tx listen.IncidentTx) (err error) {
		untold, err := tx.Untold(ctx, i.ID, 10)
		check(t, err)
		same(t, "those that were not told the end", untold, []listen.Concerned{c})
		c.ToldAt = i.EndedAt
		check(t, tx.MarkTold(ctx, c, c.ToldAt))
		i, err = tx.SaveIncident(ctx, i)
		return err
	}))
	if err := h.inIncidents(ctx, func(tx listen.IncidentTx) error { _, err := tx.SaveIncident(ctx, stale); return err }); err != vis.ErrStale {
		t.Errorf("a stale change: %v", err)
	}
	again.OpenedAt = now.Add(2 * time.Hour)
	check(t, h.inIncidents(ctx, func(tx listen.IncidentTx) error {
		check(t, tx.InsertIncident(ctx, again)) // its cause is free again
		all, err := tx.Incidents(ctx, 10)
		check(t, err)
		same(t, "all of them", all, []listen.Incident{again, i})
		ended, err := tx.EndedIncidents(ctx, now)
		check(t, err)
		same(t, "those that ended", ended, []listen.Incident{i})
		none, err := tx.EndedIncidents(ctx, i.EndedAt)
		check(t, err)
		same(t, "those that ended later", len(none), 0)
		concerned, err := tx.AllConcerned(ctx, i.ID, 10)
		check(t, err)
		same(t, "whom it concerns", concerned, []listen.Concerned{c})
		untold, err := tx.Untold(ctx, i.ID, 10)
		check(t, err)
		same(t, "those that are left to tell", len(untold), 0)
		squares, err := tx.MapConcerned(ctx, i.ID)
		check(t, err)
		same(t, "the map", squares, []listen.Square{{Place: "Nantes", Channel: h.convers.Channel, Customers: 1}})
		tallies, err := tx.TallyConcerned(ctx, i.ID)
		check(t, err)
		same(t, "how many have what in common", tallies, []listen.Tally{{Channel: h.convers.Channel, Language: "fr", Zone: h.customer.Zone, Place: "Nantes", Conversations: 1, Held: 1, Told: 1}})
		return nil
	}))
}

func testHeard(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	first := listen.Heard{Said: listen.Said{Message: h.message.ID, Customer: h.customer.ID, At: now, Letters: 42, Sign: text.Sign(h.message.Text)},
		Conversation: h.convers.ID, Channel: h.channel.ID, Reason: "outage", Language: "fr", Place: "Nantes"}
	wordless := first
	wordless.Message, wordless.At, wordless.Sign = h.note.ID, now.Add(time.Minute), text.Signature{}
	settings := listen.Settings{Budget: 12.5, Place: new("town"), Product: new("bike")}
	check(t, h.inIncidents(ctx, func(tx listen.IncidentTx) error {
		check(t, tx.InsertHeard(ctx, wordless))
		check(t, tx.InsertHeard(ctx, first))
		twice := first
		twice.Reason = "stock"
		check(t, tx.InsertHeard(ctx, twice)) // the first stays
		heard, err := tx.HeardSince(ctx, now.Add(-time.Second), 10)
		check(t, err)
		same(t, "what was heard", heard, []listen.Heard{first, wordless})
		newest, err := tx.HeardSince(ctx, now.Add(-time.Second), 1)
		check(t, err)
		same(t, "the newest", newest, []listen.Heard{wordless})
		for _, at := range []time.Time{now, now.Add(time.Second), now.Add(2 * time.Hour)} {
			check(t, tx.CountHour(ctx, "outage", at))
		}
		hours, err := tx.Hours(ctx, "outage", now.Add(-time.Hour))
		check(t, err)
		hour := now.Unix() / 3600
		same(t, "its hours", hours, []listen.Hour{{Hour: hour, Count: 1}, {Hour: hour + 1, Count: 1}, {Hour: hour + 2, Count: 1}})
		check(t, tx.SaveLesson(ctx, "outage", 0.5))
		check(t, tx.SaveLesson(ctx, "outage", -0.25))
		lessons, err := tx.Lessons(ctx)
		check(t, err)
		same(t, "what verdicts taught", lessons, map[string]float64{"outage": -0.25})
		none, err := tx.ListenSettings(ctx)
		check(t, err)
		same(t, "settings before any", none, listen.Settings{})
		settings, err = tx.SaveListenSettings(ctx, settings)
		check(t, err)
		got, err := tx.ListenSettings(ctx)
		check(t, err)
		same(t, "the settings", got, settings)
		check(t, tx.ForgetHeard(ctx, now.Add(time.Second)))
		check(t, tx.ForgetHours(ctx, now.Add(2*time.Hour)))
		left, err := tx.HeardSince(ctx, now.Add(-time.Second), 10)
		check(t, err)
		same(t, "what is left", left, []listen.Heard{wordless})
		return nil
	}))
	stale := settings
	stale.Version = 0
	if err := h.inIncidents(ctx, func(tx listen.IncidentTx) error { _, err := tx.SaveListenSettings(ctx, stale); return err }); err != vis.ErrStale {
		t.Errorf("stale settings: %v", err)
	}
}

// withScenario prepares a scenario in which every field says something.
func withScenario(t testing.TB, h *house) listen.Scenario {
	t.Helper()
	s := listen.Scenario{ID: id[vis.ScenarioID](), CreatedAt: now, Version: 1, Plan: listen.Plan{Name: "Panne", Reasons: []string{"outage"}, Steps: listen.Steps{{Text: "Appeler Lyon", Owner: h.member.ID}, {Text: "Écrire", Team: id[vis.TeamID]()}},
		Owners: []vis.MemberID{h.member.ID}, Lead: h.member.ID, Calls: []listen.Call{{Name: "Astreinte", Phone: "+33 1 99 00 12 34"}}, Texts: listen.Texts{Holding: listen.Words{FR: "Nous savons."}}}}
	check(t, h.inIncidents(t.Context(), func(tx listen.IncidentTx) error { return tx.InsertScenario(t.Context(), s) }))
	return s
}

func testScenarios(t *testing.T, e Engine) {
	ctx := t.Context()
	h := furnish(t, Open(t, e.URL(t)))
	s := withScenario(t, h)
	check(t, h.inIncidents(ctx, func(tx listen.IncidentTx) (err error) {
		got, err := tx.Scenario(ctx, s.ID)
		check(t, err)
		same(t, "the scenario", got, s)
		s.Plan.Name = "Grande panne"
		if s, err = tx.SaveScenario(ctx, s); err != nil {
			return err
		}
		all, err := tx.Scenarios(ctx)
		check(t, err)
		same(t, "all of them", all, []listen.Scenario{s})
		check(t, tx.DeleteScenario(ctx, s.ID))
		return nil
	}))
	wantCode(t, h.inIncidents(ctx, func(tx listen.IncidentTx) error { return tx.DeleteScenario(ctx, s.ID) }), vis.NotFound)
}

func testForeignIncidents(t *testing.T, e Engine) {
	ctx := t.Context()
	s := Open(t, e.URL(t))
	own, theirs := furnish(t, s), furnish(t, s)
	i, c := withIncident(t, theirs)
	plan := withScenario(t, theirs)
	check(t, theirs.inIncidents(ctx, func(tx listen.IncidentTx) error {
		check(t, tx.CountHour(ctx, "outage", now))
		check(t, tx.SaveLesson(ctx, "outage", 1))
		return tx.InsertHeard(ctx, listen.Heard{Said: listen.Said{Message: theirs.message.ID, At: now}, Conversation: theirs.convers.ID})
	}))
	for name, ask := range map[string]func(listen.IncidentTx) error{
		"Incident":        func(tx listen.IncidentTx) error { _, err := tx.Incident(ctx, i.ID); return err },
		"SaveIncident":    func(tx listen.IncidentTx) error { _, err := tx.SaveIncident(ctx, i); return err },
		"InsertConcerned": func(tx listen.IncidentTx) error { return tx.InsertConcerned(ctx, c) },
		"Scenario":        func(tx listen.IncidentTx) error { _, err := tx.Scenario(ctx, plan.ID); return err },
		"SaveScenario":    func(tx listen.IncidentTx) error { _, err := tx.SaveScenario(ctx, plan); return err },
		"DeleteScenario":  func(tx listen.IncidentTx) error { return tx.DeleteScenario(ctx, plan.ID) },
	} {
		if err := own.inIncidents(ctx, ask); vis.CodeOf(err) != vis.NotFound {
			t.Errorf("%s of another workspace: %v", name, err)
		}
	}
	if err := own.inIncidents(ctx, func(tx listen.IncidentTx) error { return tx.MarkHeld(ctx, c, now) }); err != vis.ErrStale {
		t.Errorf("telling another workspace's customer: %v", err)
	}
	check(t, own.inIncidents(ctx, func(tx listen.IncidentTx) error {
		open, err := tx.OpenIncidents(ctx)
		check(t, err)
		all, err := tx.Incidents(ctx, 10)
		check(t, err)
		heard, err := tx.HeardSince(ctx, now.Add(-time.Hour), 10)
		check(t, err)
		hours, err := tx.Hours(ctx, "outage", now.Add(-2*time.Hour))
		check(t, err)
		lessons, err := tx.Lessons(ctx)
		check(t, err)
		unheld, err := tx.Unheld(ctx, i.ID, 10)
		check(t, err)
		tallies, err := tx.TallyConcerned(ctx, i.ID)
		check(t, err)
		plans, err := tx.Scenarios(ctx)
		check(t, err)
		attributes, err := tx.NewestAttributes(ctx, 10)
		check(t, err)
		same(t, "the attributes of our customers", attributes, []desk.Attributes{own.customer.Attributes})
		same(t, "what is another workspace's", []int{len(open), len(all), len(heard), len(hours), len(lessons), len(unheld), len(tallies), len(plans)}, make([]int, 8))
		return nil
	}))
}
