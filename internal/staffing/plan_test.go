package staffing

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// sos is a day of SOS calls: 2 an hour at night, 40 at the peak.
func sos() Question {
	q := Question{From: monday, Target: Target{15 * time.Second, 0.95}, Seed: 1, Class: Class{Name: "SOS", Team: calls, Work: routing.WorkCall,
		Handle: Handling{Mean: 6 * time.Minute, SD: 5 * time.Minute}, Patience: 2 * time.Minute}}
	for s := range slotsADay {
		h := float64(s) / 4
		q.Slots = append(q.Slots, Expected{At: monday.Add(time.Duration(s) * Slot), N: (2 + 38*math.Exp(-(h-14)*(h-14)/18)) / 4})
	}
	return q
}

func planned(t testing.TB, q Question) Plan {
	t.Helper()
	p, err := NewPlan(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanKeepsItsTargetWithFewAgents(t *testing.T) {
	t.Parallel()
	long(t)
	p := planned(t, sos())
	if p.Whole.Kept < 0.95 || p.Least.Kept < 0.9 || !p.Settled || p.Replications != 20 || p.Without != nil {
		t.Errorf("%+v, least %+v at %s", p.Whole, p.Least, p.LeastAt)
	}
	hours := 0.0
	for _, s := range p.Slots {
		hours += float64(s.Agents) / 4
		if s.Agents != s.Needed {
			t.Errorf("%s: %d planned, %d needed", s.At, s.Agents, s.Needed)
		}
	}
	// Another play, of other days, keeps it too; with one agent fewer in each slot it does not.
	q := sos()
	for _, s := range p.Slots {
		q.Agents = append(q.Agents, s.Agents)
	}
	q.Seed = 99
	if again := planned(t, q); again.Whole.Kept < 0.95 {
		t.Errorf("other days keep %.3f", again.Whole.Kept)
	}
	for i := range q.Agents {
		q.Agents[i]--
	}
	if less := planned(t, q); less.Whole.Kept > 0.93 {
		t.Errorf("with one agent fewer %.3f are kept: the plan is too large (%.0f hours)", less.Whole.Kept, hours)
	}
	// At 3 in the morning 2 come in an hour: two people, one would be busy one time in five.
	if n := p.Slots[12].Needed; n != 2 {
		t.Errorf("at 3:00 it needs %d", n)
	}
}

func TestWhenTwoAreIllThePromisesShowIt(t *testing.T) {
	t.Parallel()
	q := sos()
	q.Ill = 2
	p := planned(t, q)
	if p.Without == nil || p.Without.Whole.Kept > p.Whole.Kept-0.05 || p.Without.Whole.Came != p.Whole.Came {
		t.Fatalf("%+v, ill %+v", p.Whole, p.Without)
	}
	// At 3:00 nobody is left of two: no promise is kept and all give up.
	night := p.Without.Slots[12]
	if p.Slots[12].Needed == 2 && (night.Kept != 0 || night.Abandoned != 1) {
		t.Errorf("3:00: %+v", night)
	}
	if p.Without.Least.Kept != 0 {
		t.Errorf("the worst hour: %+v", p.Without.Least)
	}
}

func TestAPlanTellsOfPeopleByName(t *testing.T) {
	t.Parallel()
	q := sos()
	q.Ill = 1
	q.People = crew(calls, 6, 24*time.Hour)
	q.People[3].Shifts = []Span{{8 * time.Hour, 12 * time.Hour}}
	q.Absent = []vis.MemberID{q.People[1].Member, q.People[3].Member}
	p := planned(t, q)
	if !slices.Equal(p.Absent, q.Absent) || p.Slots[0].Agents != 5 || p.Slots[9*4].Agents != 6 || p.Slots[0].Needed != 2 {
		t.Errorf("%v, %+v", p.Absent, p.Slots[36])
	}
	q.Absent = nil
	if p := planned(t, q); len(p.Absent) != 1 || p.Absent[0] == q.People[3].Member {
		t.Errorf("ill: %v", p.Absent)
	}
}

func TestRingingMakesATargetHarder(t *testing.T) {
	t.Parallel()
	q := sos()
	before := planned(t, q)
	q.PickUp = 10 * time.Second
	after := planned(t, q)
	more := 0
	for i := range before.Slots {
		more += after.Slots[i].Needed - before.Slots[i].Needed
	}
	if more < 0 || after.Whole.Kept < 0.95 || after.Whole.Wait < 10 {
		t.Errorf("%d more, %+v", more, after.Whole)
	}
	q.PickUp = 20 * time.Second
	if _, err := NewPlan(context.Background(), q); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("ringing for longer than the promise: %v", err)
	}
}

func TestAPlanRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Question){
		"no slots":        func(q *Question) { q.Slots = nil },
		"all":             func(q *Question) { q.Target.Share = 1 },
		"no time":         func(q *Question) { q.Class.Handle.Mean = 0 },
		"half a day":      func(q *Question) { q.Agents = make([]int, 40) },
		"fewer than none": func(q *Question) { q.Agents = []int{-1} },
		"unreachable":     func(q *Question) { q.Slots[0].N, q.Class.Handle.Mean = 1e5, time.Hour },
	} {
		q := sos()
		change(&q)
		if _, err := NewPlan(context.Background(), q); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	q := sos()
	for i := range q.Slots {
		q.Slots[i].N = 0
	}
	if p := planned(t, q); p.Slots[0].Needed != 0 || p.Whole.Kept != 1 {
		t.Errorf("an empty day: %+v", p.Whole)
	}
}

func BenchmarkAPlan(b *testing.B) {
	for b.Loop() {
		planned(b, sos())
	}
}
