package staffing

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

const calls vis.TeamID = "calls"

var monday = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// crew are n people of a team who work the whole day.
func crew(team vis.TeamID, n int, day time.Duration, languages ...string) []Person {
	var out []Person
	for i := range n {
		out = append(out, Person{Member: vis.MemberID(fmt.Sprintf("%s%d%v", team, i, languages)), Teams: []vis.TeamID{team}, Languages: languages,
			Shifts: []Span{{0, day}}})
	}
	return out
}

// even is the same rate in every slot.
func even(perHour float64, day time.Duration) []float64 {
	out := make([]float64, day/Slot)
	for i := range out {
		out[i] = perHour * Slot.Hours()
	}
	return out
}

func steady(perHour float64, agents int, handle, patience time.Duration) Day {
	const length = 26 * time.Hour
	return Day{From: monday, For: length, Warm: 2 * time.Hour, People: crew(calls, agents, 100*length), Classes: []Class{{Name: "calls", Team: calls,
		Work: routing.WorkCall, Within: 15 * time.Second, Handle: Handling{Mean: handle, Spread: Exponential}, Patience: patience, PerSlot: even(perHour, length)}}}
}

// long leaves out a test of statistics where the tests run for another reason, such as the race detector, under which it takes minutes.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("many days are played: not with -short")
	}
}

func simulate(t testing.TB, d Day, p Play) Outcome {
	t.Helper()
	o, err := Simulate(context.Background(), d, p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// around of replications holds the truth nineteen times of twenty; twice as far does not happen by chance.
func agrees(t *testing.T, what string, got Around, want float64) {
	t.Helper()
	if math.IsNaN(got.Mean) || math.Abs(got.Mean-want) > 2*got.Give+1e-9 {
		t.Errorf("%s: %.5f ± %.5f, computed %.5f", what, got.Mean, got.Give, want)
	}
	if got.Give > 0.3*math.Abs(want)+0.01 {
		t.Errorf("%s: ± %.5f is too rough to say anything of %.5f", what, got.Give, want)
	}
}

func TestOurRoutingIsErlangCWhereErlangCHolds(t *testing.T) {
	t.Parallel()
	long(t)
	for _, c := range []struct {
		perHour float64
		agents  int
	}{{8, 1}, {40, 6}, {100, 12}} {
		handle := 5 * time.Minute
		if c.agents == 1 {
			handle = 3 * time.Minute
		}
		o := simulate(t, steady(c.perHour, c.agents, handle, 0), Play{Seed: 1, Replications: 24}).Classes[0]
		q := Line{PerHour: c.perHour, HandleFor: handle}.With(c.agents)
		name := fmt.Sprintf("%d agents", c.agents)
		agrees(t, name+": within 15 s", o.Kept, q.Within(15*time.Second))
		agrees(t, name+": wait", o.Wait, q.Wait)
		if o.Abandoned != 0 || o.Left != 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestOurRoutingIsErlangAWhereErlangAHolds(t *testing.T) {
	t.Parallel()
	long(t)
	for _, c := range []struct {
		perHour  float64
		agents   int
		patience time.Duration
	}{{12, 1, time.Minute}, {60, 5, 2 * time.Minute}, {150, 12, time.Minute}, {200, 10, 3 * time.Minute}} {
		o := simulate(t, steady(c.perHour, c.agents, 5*time.Minute, c.patience), Play{Seed: 2, Replications: 16})
		q := Line{PerHour: c.perHour, HandleFor: 5 * time.Minute, Patience: c.patience}.With(c.agents)
		name := fmt.Sprintf("%d agents", c.agents)
		agrees(t, name+": within 15 s", o.Classes[0].Kept, q.Within(15*time.Second))
		agrees(t, name+": wait", o.Classes[0].Wait, q.Wait)
		agrees(t, name+": give up", o.Classes[0].Gone, q.Abandoned)
	}
}

func TestAgentsAreAsBusyAsTheirWork(t *testing.T) {
	t.Parallel()
	d := steady(60, 8, 5*time.Minute, 0)
	d.People = crew(calls, 8, d.For)
	o := simulate(t, d, Play{Seed: 3, Replications: 20})
	sum := 0.0
	for _, p := range o.People {
		sum += p.Occupancy / 8
		near(t, "each is as busy as the others", p.Occupancy, 5.0/8, 0.03)
	}
	near(t, "all", sum, 5.0/8, 0.015)
}

func TestTheSameSeedPlaysTheSameDay(t *testing.T) {
	t.Parallel()
	d := steady(60, 6, 5*time.Minute, time.Minute)
	one, two := simulate(t, d, Play{Seed: 7, Replications: 3}), simulate(t, d, Play{Seed: 7, Replications: 3})
	if !reflect.DeepEqual(one, two) {
		t.Error("the same seed gave two outcomes")
	}
	if other := simulate(t, d, Play{Seed: 8, Replications: 3}); reflect.DeepEqual(one, other) {
		t.Error("another seed gave the same outcome")
	}
}

func TestHandlingTimesAreAsDescribed(t *testing.T) {
	t.Parallel()
	for _, h := range []Handling{{Mean: 6 * time.Minute, SD: 5 * time.Minute}, {Mean: 6 * time.Minute, SD: 6 * time.Minute, Spread: Exponential},
		{Mean: 6 * time.Minute, Spread: Fixed}, {Mean: 6 * time.Minute}} {
		d := Day{From: monday, For: 24 * time.Hour, Classes: []Class{{Handle: h, PerSlot: even(2000, 24*time.Hour)}}}
		var all []float64
		for _, c := range d.arrivals(1, 0) {
			all = append(all, c.handle.Seconds())
		}
		mean, squares := 0.0, 0.0
		for _, v := range all {
			mean += v / float64(len(all))
		}
		for _, v := range all {
			squares += (v - mean) * (v - mean) / float64(len(all))
		}
		near(t, "arrivals", float64(len(all)), 48000, 900)
		near(t, "mean", mean, h.Mean.Seconds(), 6)
		near(t, "deviation", math.Sqrt(squares), h.SD.Seconds(), 8)
	}
}

// Two languages. One pool in which everybody speaks both never keeps less than two that are apart with as many people.
func TestOnePoolOfGeneralistsKeepsMoreThanTwoThatAreApart(t *testing.T) {
	t.Parallel()
	long(t)
	const length = 12 * time.Hour
	class := func(language string) Class {
		return Class{Name: language, Team: calls, Work: routing.WorkCall, Language: language, Within: 15 * time.Second,
			Handle: Handling{Mean: 6 * time.Minute, SD: 5 * time.Minute}, Patience: 2 * time.Minute, PerSlot: even(30, length)}
	}
	d := Day{From: monday, For: length, Classes: []Class{class("fr"), class("en")}}
	kept := func(people []Person) float64 {
		d.People = people
		o := simulate(t, d, Play{Seed: 4, Replications: 10})
		return (o.Classes[0].Kept.Mean + o.Classes[1].Kept.Mean) / 2
	}
	apart := kept(append(crew(calls, 4, length, "fr"), crew(calls, 4, length, "en")...))
	mixed := kept(append(append(crew(calls, 3, length, "fr"), crew(calls, 3, length, "en")...), crew(calls, 2, length, "fr", "en")...))
	pooled := kept(crew(calls, 8, length, "fr", "en"))
	if apart >= mixed || mixed > pooled+0.02 || pooled < apart+0.03 {
		t.Errorf("apart %.3f, two who speak both %.3f, one pool %.3f", apart, mixed, pooled)
	}
	// Apart, each language is a line of its own.
	line := Line{PerHour: 30, HandleFor: 6 * time.Minute, Patience: 2 * time.Minute}
	near(t, "apart is Erlang A", apart, line.With(4).Within(15*time.Second), 0.03)
}

func TestSkillsDecideWhoMayHelp(t *testing.T) {
	t.Parallel()
	d := steady(20, 3, 5*time.Minute, 0)
	d.Classes[0].Skills = map[string]int{"sos": 3}
	d.For, d.Warm, d.Classes[0].Patience = 3*time.Hour, 0, time.Minute
	for i := range d.People[:2] {
		d.People[i].Skills = map[string]int{"sos": 2 * i}
	}
	o := simulate(t, d, Play{Seed: 1})
	if o.Classes[0].Served != 0 || o.Classes[0].Abandoned == 0 {
		t.Errorf("nobody could help: %+v", o.Classes[0])
	}
	d.People[2].Skills = map[string]int{"sos": 3}
	if o := simulate(t, d, Play{Seed: 1}); o.Classes[0].Served == 0 || o.People[0].Occupancy != 0 || o.People[2].Occupancy == 0 {
		t.Errorf("one could: %+v", o)
	}
}

func TestWhoIsIllIsMissed(t *testing.T) {
	t.Parallel()
	d := steady(60, 7, 5*time.Minute, 2*time.Minute)
	then := simulate(t, d, Play{Seed: 5, Replications: 10})
	now := simulate(t, d, Play{Seed: 5, Replications: 10, Absent: []vis.MemberID{d.People[0].Member, d.People[1].Member}})
	line := Line{PerHour: 60, HandleFor: 5 * time.Minute, Patience: 2 * time.Minute}
	agrees(t, "with seven", then.Classes[0].Kept, line.With(7).Within(15*time.Second))
	agrees(t, "with five", now.Classes[0].Kept, line.With(5).Within(15*time.Second))
	if now.People[0].Occupancy != 0 || then.Classes[0].Came != now.Classes[0].Came {
		t.Errorf("%+v and %+v", then.Classes[0].Came, now)
	}
}

func TestAShiftEndsWithoutLeavingACustomer(t *testing.T) {
	t.Parallel()
	d := Day{From: monday, For: 4 * time.Hour, Classes: []Class{{Team: calls, Work: routing.WorkCall, Within: time.Minute,
		Handle: Handling{Mean: 30 * time.Minute, Spread: Fixed}, Recorded: []time.Duration{50 * time.Minute, 55 * time.Minute, 70 * time.Minute}}},
		People: crew(calls, 1, time.Hour)}
	o := simulate(t, d, Play{}).Classes[0]
	if o.Served != 1 || o.Left != 2 || o.Slots[3].Came != 2 || o.Slots[3].Kept != 0.5 {
		t.Errorf("%+v", o)
	}
	// Two shifts in a row are as good as one, and who waits is taken when the next begins.
	d.People[0].Shifts = []Span{{0, time.Hour}, {time.Hour, 4 * time.Hour}}
	if o := simulate(t, d, Play{}).Classes[0]; o.Served != 3 || o.P95 != (40*time.Minute).Seconds() {
		t.Errorf("%+v", o)
	}
}

func TestRingingIsPartOfTheWait(t *testing.T) {
	t.Parallel()
	d := Day{From: monday, For: time.Hour, PickUp: 5 * time.Second, People: crew(calls, 1, time.Hour), Classes: []Class{{Team: calls,
		Work: routing.WorkCall, Within: 4 * time.Second, Handle: Handling{Mean: time.Minute, Spread: Fixed}, Recorded: []time.Duration{0, 10 * time.Minute}}}}
	if o := simulate(t, d, Play{}); o.Classes[0].P50 != 5 || o.Classes[0].Kept.Mean != 0 || math.Abs(o.People[0].Occupancy-130.0/3600) > 1e-9 {
		t.Errorf("%+v", o)
	}
}

func TestChatsAreHeldSeveralAtOnce(t *testing.T) {
	t.Parallel()
	d := Day{From: monday, For: time.Hour, People: crew(calls, 1, time.Hour), Classes: []Class{{Team: calls, Work: routing.WorkChat, Within: time.Second,
		Handle: Handling{Mean: 10 * time.Minute, Spread: Fixed}, Recorded: []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}}}}
	if o := simulate(t, d, Play{}).Classes[0]; o.Kept.Mean != 0.75 || o.Served != 4 {
		t.Errorf("three fit, the fourth waits: %+v", o)
	}
}

func TestAPlayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Simulate(ctx, steady(60, 6, time.Minute, 0), Play{}); err == nil {
		t.Error("it went on")
	}
	d := steady(1e6, 1, time.Minute, 0)
	if _, err := Simulate(context.Background(), d, Play{}); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("too many arrivals: %v", err)
	}
}

// A day of 2,000 arrivals and 40 people, one replication.
func BenchmarkADay(b *testing.B) {
	const length = 24 * time.Hour
	d := Day{From: monday, For: length, People: crew(calls, 40, length), Classes: []Class{{Team: calls, Work: routing.WorkCall, Within: 15 * time.Second,
		Handle: Handling{Mean: 20 * time.Minute, SD: 10 * time.Minute}, Patience: 2 * time.Minute, PerSlot: even(2000.0/24, length)}}}
	for b.Loop() {
		simulate(b, d, Play{Seed: 1})
	}
}
