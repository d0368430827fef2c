package staffing

import (
	"context"
	"math"
	"slices"

	"visavis/internal/vis"
)

// Play says how often and with whom a day is played.
type Play struct {
	Seed         uint64
	Replications int            // 1 when 0
	Absent       []vis.MemberID // who is ill
}

// Around is a mean over replications with the half-width of its 95 % confidence interval; +Inf from one replication.
type Around struct{ Mean, Give float64 }

// Outcome is what became of a day, as means over its replications.
type Outcome struct {
	Replications int
	Classes      []ClassOutcome
	People       []PersonOutcome
}

// ClassOutcome is what became of those of one class. Numbers are per day, shares of all who came, waits in seconds.
type ClassOutcome struct {
	Name                          string
	Came, Served, Abandoned, Left float64 // Left: still unanswered when nobody was there any more
	Kept                          Around  // share that was answered within the promise
	Gone                          Around  // share that gave up
	Wait                          Around  // over all, also those who gave up
	P50, P90, P95                 float64 // of the waits of those who were answered
	Slots                         []SlotOutcome
}

// SlotOutcome is what became of those of one class who came in one slot.
type SlotOutcome struct {
	Came, Abandoned float64
	Kept            float64 // share; 1 when nobody came
	Wait            float64 // mean, in seconds
}

// PersonOutcome is how busy somebody was: the share of her time on duty in which she held something. More than 1 is overtime.
type PersonOutcome struct {
	Member    vis.MemberID
	Occupancy float64
}

// Simulate plays a day through routing.Decide. The same seed gives the same outcome. When the context ends it returns what was played so
// far, or the context's error when that is not one replication.
func Simulate(ctx context.Context, d Day, p Play) (Outcome, error) {
	if err := d.Check(); err != nil {
		return Outcome{}, err
	}
	absent := make(map[vis.MemberID]bool, len(p.Absent))
	for _, m := range p.Absent {
		absent[m] = true
	}
	t := newTally(d)
	for r := range max(1, p.Replications) {
		f := newFloor(d, d.arrivals(p.Seed, r), absent)
		if err := f.play(ctx); err != nil {
			if r > 0 {
				break
			}
			return Outcome{}, err
		}
		t.add(f)
	}
	return t.outcome(), nil
}

// tally adds up replications.
type tally struct {
	day     Day
	played  int
	classes []classTally
	busy    []float64 // seconds, by person
}

type classTally struct {
	counts           [3]float64
	kept, gone, wait []float64 // one for each replication in which somebody came
	waits            []float64 // of all who were answered
	slots            []slotTally
}

type slotTally struct{ came, kept, gaveUp, wait float64 }

func newTally(d Day) *tally {
	t := &tally{day: d, classes: make([]classTally, len(d.Classes)), busy: make([]float64, len(d.People))}
	for i := range t.classes {
		t.classes[i].slots = make([]slotTally, (d.For+Slot-1)/Slot)
	}
	return t
}

func (t *tally) add(f *floor) {
	t.played++
	sums := make([]slotTally, len(t.classes))
	for i := range f.contacts {
		k := &f.contacts[i]
		if k.arrived < t.day.Warm || k.arrived >= t.day.For {
			continue
		}
		c, wait := &t.classes[k.class], k.wait.Seconds()
		c.counts[k.state]++
		one := slotTally{came: 1, wait: wait}
		switch k.state {
		case served:
			c.waits = append(c.waits, wait)
			if within := t.day.Classes[k.class].Within; k.wait <= within || within == 0 {
				one.kept = 1
			}
		case gaveUp:
			one.gaveUp = 1
		case waits:
		}
		c.slots[k.arrived/Slot].add(one)
		sums[k.class].add(one)
	}
	for i, s := range sums {
		if c := &t.classes[i]; s.came > 0 {
			c.kept = append(c.kept, s.kept/s.came)
			c.gone = append(c.gone, s.gaveUp/s.came)
			c.wait = append(c.wait, s.wait/s.came)
		}
	}
	for i, a := range f.people {
		t.busy[i] += a.busy.Seconds()
	}
}

func (s *slotTally) add(one slotTally) {
	s.came += one.came
	s.kept += one.kept
	s.gaveUp += one.gaveUp
	s.wait += one.wait
}

func (t *tally) outcome() Outcome {
	n := float64(t.played)
	out := Outcome{Replications: t.played}
	for i, c := range t.classes {
		slices.Sort(c.waits)
		o := ClassOutcome{Name: t.day.Classes[i].Name, Came: (c.counts[waits] + c.counts[served] + c.counts[gaveUp]) / n, Served: c.counts[served] / n,
			Abandoned: c.counts[gaveUp] / n, Left: c.counts[waits] / n, Kept: around(c.kept), Gone: around(c.gone), Wait: around(c.wait),
			P50: rank(c.waits, 0.5), P90: rank(c.waits, 0.9), P95: rank(c.waits, 0.95)}
		for _, s := range c.slots {
			slot := SlotOutcome{Came: s.came / n, Abandoned: s.gaveUp / n, Kept: 1, Wait: ratio(s.wait, s.came)}
			if s.came > 0 {
				slot.Kept = s.kept / s.came
			}
			o.Slots = append(o.Slots, slot)
		}
		out.Classes = append(out.Classes, o)
	}
	for i, p := range t.day.People {
		out.People = append(out.People, PersonOutcome{p.Member, ratio(t.busy[i]/n, p.onDuty().Seconds())})
	}
	return out
}

// rank is the smallest of the sorted values that at least a share q of them does not exceed; 0 of nothing.
func rank(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// student holds the 97.5 % quantiles of Student's distribution for 1 to 30 degrees of freedom.
var student = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
	2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042}

// around is the mean of one value for each replication.
func around(values []float64) Around {
	n := float64(len(values))
	if n == 0 {
		return Around{}
	}
	mean, squares := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	if n < 2 {
		return Around{mean, math.Inf(1)}
	}
	t := 1.96
	if len(values)-1 <= len(student) {
		t = student[len(values)-2]
	}
	return Around{mean, t * math.Sqrt(squares/(n-1)/n)}
}
