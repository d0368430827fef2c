package routing_test

import (
	"testing"
	"time"

	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func TestWrongPoliciesAreRefusedByField(t *testing.T) {
	t.Parallel()
	for field, p := range map[string]routing.Policy{
		"name":                 {},
		"terms":                {Name: "x", Terms: map[routing.PromiseKind]routing.Term{"smile": {For: time.Hour}}},
		"terms.first":          {Name: "x", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: time.Hour, Days: 1}}},
		"terms.next":           {Name: "x", Terms: map[routing.PromiseKind]routing.Term{routing.Next: {}}},
		"terms.first.for":      {Name: "x", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: -time.Hour}}},
		"terms.resolve.always": {Name: "x", Terms: map[routing.PromiseKind]routing.Term{routing.Resolve: {Days: 2, Always: true}}},
		"warnAt":               {Name: "x", WarnAt: []int{50, 50}},
		"escalations[0].at":    {Name: "x", Escalations: []routing.Escalation{{At: "noon", Do: routing.Raise}}},
		"escalations[0].do":    {Name: "x", Escalations: []routing.Escalation{{At: routing.Missed, Do: "shout"}}},
		"escalations[0].to":    {Name: "x", Escalations: []routing.Escalation{{At: routing.Missed, Do: routing.Notify}}},
		"when.segments":        {Name: "x", When: routing.Scope{Segments: []string{""}}},
		"when.minCriticality":  {Name: "x", When: routing.Scope{MinCriticality: 5}},
	} {
		wantField(t, p.Check(), field)
	}
}

func TestTheFirstEnabledPolicyThatAppliesCounts(t *testing.T) {
	t.Parallel()
	gold := routing.Policy{ID: "gold", When: routing.Scope{Segments: []string{"gold"}, MinCriticality: 2}}
	late := routing.Policy{ID: "late", When: routing.Scope{Reasons: []string{"delivery/late"}}}
	off := routing.Policy{ID: "off", Disabled: true}
	all := []routing.Policy{off, gold, late}
	for want, f := range map[vis.PolicyID]routing.Facts{
		"gold": {Segment: "gold", Criticality: 3, Reason: "delivery/late"},
		"late": {Segment: "gold", Criticality: 1, Reason: "delivery/late/lost"},
		"":     {Segment: "gold", Reason: "delivery/latest"},
	} {
		if got := routing.PolicyFor(all, f).ID; got != want {
			t.Errorf("%+v falls under %q, want %q", f, got, want)
		}
	}
}

func TestPoliciesAreVersionedOrderedAndWrittenDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	terms := map[routing.PromiseKind]routing.Term{routing.First: {For: time.Hour}}
	a, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: " A ", Terms: terms})
	h.must(err)
	b, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "B", Terms: terms})
	h.must(err)
	if a.Name != "A" || a.Position != 1 || b.Position != 2 {
		t.Errorf("%q at %d, %q at %d", a.Name, a.Position, b.Name, b.Position)
	}
	name := "A two"
	if a, err = h.routing.ChangePolicy(h.ctx, h.lea, a.ID, routing.PolicyChange{Name: &name, Version: 1}); err != nil || a.Version != 2 {
		t.Errorf("changed to version %d: %v", a.Version, err)
	}
	_, err = h.routing.ChangePolicy(h.ctx, h.lea, a.ID, routing.PolicyChange{Name: &name, Version: 1})
	wantReason(t, err, "policy_changed")
	versions, err := h.routing.PolicyVersions(h.ctx, h.nora, a.ID)
	h.must(err)
	if len(versions) != 2 || versions[0].Name != "A two" || versions[1].Name != "A" {
		t.Errorf("versions %+v", versions)
	}
	all, err := h.routing.OrderPolicies(h.ctx, h.lea, []vis.PolicyID{b.ID, a.ID})
	h.must(err)
	if all[0].ID != b.ID || all[1].Position != 2 {
		t.Errorf("ordered %+v", all)
	}
	h.must(h.routing.DeletePolicy(h.ctx, h.lea, b.ID))
	wantReason(t, h.routing.DeletePolicy(h.ctx, h.lea, b.ID), "not_found")
	if versions, err := h.routing.PolicyVersions(h.ctx, h.nora, b.ID); err != nil || len(versions) == 0 {
		t.Errorf("a deleted policy has %d versions: %v", len(versions), err)
	}
	if n := len(h.log(0, routing.RoutingChanged)); n != 5 || h.audited("policy.created") != 2 || h.audited("policy.deleted") != 1 {
		t.Errorf("%d changes in the log", n)
	}
	gone := vis.CalendarID(h.mint.ID(monday))
	_, err = h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "C", Terms: terms, Calendar: gone})
	wantField(t, err, "calendarId")
}

func TestACalendarInUseStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.office("Europe/Paris")
	h.keep(c)
	wantReason(t, h.routing.DeleteCalendar(h.ctx, h.lea, c.ID), "calendar_used")
	none := vis.CalendarID("")
	_, err := h.routing.ChangeSettings(h.ctx, h.lea, routing.SettingsChange{Calendar: &none, Version: 1})
	h.must(err)
	h.must(h.routing.DeleteCalendar(h.ctx, h.lea, c.ID))
	_, err = h.routing.CreateCalendar(h.ctx, h.lea, "Moon", hours.Calendar{Zone: "Moon/Tycho"})
	wantField(t, err, "zone")
}

// A promise whose calendar is gone runs on in the hours that took its place, not through the nights.
func TestAPromiseOutlivesItsCalendar(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old, now := h.office("Europe/Paris"), h.office("Europe/Paris")
	_, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "Slow", Calendar: "", Terms: map[routing.PromiseKind]routing.Term{
		routing.Resolve: {For: 12 * time.Hour}}})
	h.must(err)
	h.keep(old)
	anna := h.visitor()
	c := h.says(anna, "Bonjour")
	h.answers(h.yann, c, "Oui ?")
	h.keep(now)
	h.must(h.routing.DeleteCalendar(h.ctx, h.lea, old.ID))
	h.says(anna, "Alors ?")
	if got, want := h.wantPromise(c, routing.Resolve, routing.Running).DueAt, monday.Add(27*time.Hour); !got.Equal(want) {
		t.Errorf("due %s, want %s: after nine open hours and three more", got, want)
	}
}

func TestQueuesAndProfilesAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	team := h.team("Paris", h.yann)
	good := routing.DefaultQueue()
	good.Team = team.ID
	for field, spoil := range map[string]func(*routing.Queue){
		"mode":               func(q *routing.Queue) { q.Mode = "lottery" },
		"ringFor":            func(q *routing.Queue) { q.RingFor = 1 },
		"skills":             func(q *routing.Queue) { q.Skills = map[string]int{"brakes": 6} },
		"relaxAfter":         func(q *routing.Queue) { q.RelaxAfter = -1 },
		"overflow[0].teamId": func(q *routing.Queue) { q.Overflow = []routing.Overflow{{Team: vis.TeamID(h.mint.ID(monday))}} },
		"ring[0]":            func(q *routing.Queue) { q.Ring = []vis.TeamID{team.ID} },
		"calendarId":         func(q *routing.Queue) { q.Calendar = vis.CalendarID(h.mint.ID(monday)) },
	} {
		q := good
		spoil(&q)
		_, err := h.routing.PutQueue(h.ctx, h.lea, q)
		wantField(t, err, field)
	}
	good.Skills, good.RingFor = map[string]int{"Freins": 3}, 0
	saved, err := h.routing.PutQueue(h.ctx, h.lea, good)
	h.must(err)
	if saved.Version != 1 || saved.Skills["freins"] != 3 || saved.RingFor != routing.DefaultQueue().RingFor {
		t.Errorf("saved %+v", saved)
	}
	_, err = h.routing.PutQueue(h.ctx, h.lea, good)
	wantReason(t, err, "queue_changed")
	all, err := h.routing.Queues(h.ctx, h.yann)
	h.must(err)
	if len(all) != 2 || all[0].Team != "" || all[1].Version != 1 {
		t.Errorf("queues %+v", all)
	}
	_, err = h.routing.PutProfile(h.ctx, h.lea, routing.Profile{Member: h.yann.Member(), Capacity: map[routing.Work]int{"dance": 1}})
	wantField(t, err, "capacity")
	p, err := h.routing.PutProfile(h.ctx, h.lea, routing.Profile{Member: h.yann.Member(), Skills: map[string]int{"Freins": 4}})
	h.must(err)
	if p.Version != 1 || p.Skills["freins"] != 4 {
		t.Errorf("profile %+v", p)
	}
	_, err = h.routing.PutProfile(h.ctx, h.lea, routing.Profile{Member: vis.MemberID(h.mint.ID(monday))})
	wantReason(t, err, "not_found")
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wrong := "rude"
	days := 100_000
	for field, in := range map[string]routing.SettingsChange{
		"profile":       {Profile: &wrong},
		"perHour":       {Weights: &routing.Weights{}},
		"capacity":      {Capacity: &map[routing.Work]int{routing.WorkChat: -1}},
		"vanishedAfter": {VanishedAfter: &days},
		"words":         {Words: &map[string]int{"fire": 9}},
		"reasons":       {Reasons: &map[string]int{"": 1}},
		"goal":          {Goal: &days},
	} {
		_, err := h.routing.ChangeSettings(h.ctx, h.lea, in)
		wantField(t, err, field)
	}
}

func TestARepeatedChangeGetsTheFirstAnswerAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := h.lea
	goal := 95
	team := h.team("Paris", h.yann)
	q := routing.DefaultQueue()
	q.Team = team.ID
	for range 2 {
		by.Request = vis.Request{Key: "settings", Hash: "1"}
		s, err := h.routing.ChangeSettings(h.ctx, by, routing.SettingsChange{Goal: &goal})
		h.must(err)
		by.Request = vis.Request{Key: "queue", Hash: "1"}
		saved, err := h.routing.PutQueue(h.ctx, by, q)
		h.must(err)
		by.Request = vis.Request{Key: "profile", Hash: "1"}
		p, err := h.routing.PutProfile(h.ctx, by, routing.Profile{Member: h.yann.Member()})
		h.must(err)
		if s.Version != 1 || saved.Version != 1 || saved.Team != team.ID || p.Version != 1 || p.Member != h.yann.Member() {
			t.Errorf("answers %d, %d of %q, %d of %q", s.Version, saved.Version, saved.Team, p.Version, p.Member)
		}
	}
}
