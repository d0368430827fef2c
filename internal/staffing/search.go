package staffing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/vis"
)

// rounds is how often a plan is played and mended at most.
const rounds = 8

// search looks for the fewest agents in each slot.
type search struct {
	question Question
	day      Day
	needed   []int
}

// settle mends needed until the play keeps the target in every slot, and reports whether it does. When time is up, it keeps what it has.
func (s *search) settle(ctx context.Context) (bool, error) {
	if s.question.SearchFor > 0 {
		limited, cancel := context.WithTimeout(ctx, s.question.SearchFor)
		defer cancel()
		ctx = limited
	}
	for range rounds {
		o, err := s.play(ctx, s.question.staffed(s.needed), nil)
		switch {
		case err != nil && ctx.Err() != nil:
			return false, nil //nolint:nilerr // time is up: what the formulas say is an answer too
		case err != nil:
			return false, err
		}
		if s.mend(o) {
			return true, nil
		}
	}
	return false, nil
}

// mend adds an agent to every slot that falls short, and reports whether there was none.
func (s *search) mend(o Outcome) bool {
	good := true
	for i, slot := range o.Classes[0].Slots {
		came := slot.Came * float64(o.Replications)
		if s.needed[i] < Most && (share{slot.Kept * came, came}).short(s.question.Target.Share) {
			s.needed[i]++
			good = false
		}
	}
	return good
}

func (s *search) play(ctx context.Context, people []Person, absent []vis.MemberID) (Outcome, error) {
	d := s.day
	d.People = people
	n := s.question.Replications
	if n <= 0 {
		n = 20
	}
	return Simulate(ctx, d, Play{Seed: s.question.Seed, Replications: n, Absent: absent})
}

// answer plays the plan, and once more without those who are ill.
func (s *search) answer(ctx context.Context, planned []int, settled bool) (Plan, error) {
	q := s.question
	people := q.People
	if len(people) == 0 && slices.Max(planned) > 0 {
		people = q.staffed(planned)
	}
	then, err := s.play(ctx, people, nil)
	if err != nil {
		return Plan{}, err
	}
	results := resultsOf(then.Classes[0])
	p := Plan{Replications: then.Replications, Settled: settled, Whole: sum(results)}
	p.Least, p.LeastAt = least(results, q.Slots)
	for i, e := range q.Slots {
		p.Slots = append(p.Slots, Planned{Expected: e, Needed: s.needed[i], Agents: planned[i], Result: results[i]})
	}
	missing := q.missing(people)
	if len(missing) == 0 {
		return p, nil
	}
	now, err := s.play(ctx, people, missing)
	if err != nil {
		return Plan{}, err
	}
	without := resultsOf(now.Classes[0])
	p.Without = &Without{Slots: without, Whole: sum(without)}
	p.Without.Least, p.Without.LeastAt = least(without, q.Slots)
	if len(q.People) > 0 {
		p.Absent = missing
	}
	return p, nil
}

func resultsOf(c ClassOutcome) []Result {
	out := make([]Result, len(c.Slots))
	for i, s := range c.Slots {
		out[i] = Result{Came: s.Came, Kept: s.Kept, Wait: s.Wait}
		out[i].Abandoned = ratio(s.Abandoned, s.Came)
	}
	return out
}

// sum is what became of all together.
func sum(results []Result) Result {
	var all Result
	for _, r := range results {
		all.Came += r.Came
		all.Kept += r.Kept * r.Came
		all.Abandoned += r.Abandoned * r.Came
		all.Wait += r.Wait * r.Came
	}
	if all.Came == 0 {
		return Result{Kept: 1}
	}
	return Result{all.Came, all.Kept / all.Came, all.Abandoned / all.Came, all.Wait / all.Came}
}

// least is the hour in which the fewest promises were kept, of hours that begin with the day and follow each other.
func least(results []Result, slots []Expected) (Result, time.Time) {
	worst, at := Result{Kept: 2}, slots[0].At
	for i := 0; i < len(results); i += 4 {
		if r := sum(results[i:min(i+4, len(results))]); r.Came > 0 && r.Kept < worst.Kept {
			worst, at = r, slots[i].At
		}
	}
	if worst.Kept > 1 {
		return Result{Kept: 1}, at
	}
	return worst, at
}
