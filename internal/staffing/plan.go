package staffing

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Question is what a plan answers: how many agents keep a promise in each slot of a day, and what if some of them are ill.
type Question struct {
	From   time.Time  // when the day begins
	Slots  []Expected // one after the other, each Slot long
	Target Target
	// Class is what all arrivals are like; its PerSlot and Within come from Slots and Target.
	Class    Class
	PickUp   time.Duration
	Settings routing.Settings
	Queue    routing.Queue
	// Agents is how many are planned in each slot (one number for all slots, or one for each); nil looks for the fewest. People, when there
	// are any, are those who are planned instead.
	Agents []int
	People []Person
	// Ill is how many of them are missing: those who would have worked longest. Absent names them instead.
	Ill    int
	Absent []vis.MemberID

	Seed         uint64
	Replications int           // of every play; 20 when 0
	SearchFor    time.Duration // how long the search may take before it stops with what it has; 0: until it is done
}

// Plan is the answer. Without is the same day with those who are ill missing, nil when nobody is.
type Plan struct {
	Slots        []Planned
	Whole, Least Result // the whole day, and its worst full hour of those with arrivals
	LeastAt      time.Time
	Without      *Without
	Absent       []vis.MemberID // of People
	Replications int            // fewer than were asked for when the time was up
	Settled      bool           // the search ended by itself, not because time was up
}

// Without is what happens to the promises when some are missing.
type Without struct {
	Slots        []Result
	Whole, Least Result
	LeastAt      time.Time
}

// Planned is one slot of a plan.
type Planned struct {
	Expected

	Needed int // the fewest agents that keep the target
	Agents int // who are planned and were played; Needed where nobody else was given
	Result
}

// Result is what became of those who came in a stretch of time. Shares are 1 of nobody.
type Result struct {
	Came      float64
	Kept      float64 // share that was answered within the promise
	Abandoned float64 // share that gave up
	Wait      float64 // mean of all, in seconds
}

// closed is below how many arrivals in a slot nobody needs to be there: a whole day of such slots would bring one customer in four days.
const closed = 0.0026

// NewPlan answers a question. It looks for the fewest agents by Erlang's formulas, plays that day, and adds one wherever the play falls
// short of the target by more than chance, until it holds. Formulas take every slot for a steady state; the play knows that a queue
// outlasts its slot. When the context ends, it answers with what it has, or with the context's error when it has nothing.
//
// Source: Green, Kolesar and Soares, "Improving the SIPP approach for staffing service systems that have cyclic demands", Operations
// Research 49 (2001), on where the formulas alone fall short.
func NewPlan(ctx context.Context, q Question) (Plan, error) {
	if err := q.check(); err != nil {
		return Plan{}, err
	}
	s := search{question: q, needed: make([]int, len(q.Slots))}
	s.day = q.day()
	for i, e := range q.Slots {
		if e.N < closed {
			continue
		}
		n, ok := q.line(e.N).Fewest(Target{q.Target.Within - q.PickUp, q.Target.Share})
		if !ok {
			return Plan{}, unreachable()
		}
		s.needed[i] = n
	}
	planned := s.needed
	if len(q.Agents) > 0 || len(q.People) > 0 {
		planned = q.planned()
	}
	settled, err := s.settle(ctx)
	if err != nil {
		return Plan{}, err
	}
	if len(q.Agents) == 0 && len(q.People) == 0 {
		planned = s.needed
	}
	return s.answer(ctx, planned, settled)
}

func unreachable() error {
	return vis.Errorf(vis.Invalid, "target_unreachable", "No number of people up to %d reaches this target.", Most)
}

func (q Question) check() error {
	switch {
	case len(q.Slots) == 0 || len(q.Slots) > 4*slotsADay:
		return vis.InField("day", "A plan is for one to %d slots.", 4*slotsADay)
	case q.Target.Share <= 0 || q.Target.Share >= 1:
		return vis.InField("target", "The share to keep lies between 0 and 100 %%, both excluded.")
	case q.Target.Within <= q.PickUp && q.PickUp > 0:
		return vis.InField("target", "It rings longer than the promise allows.")
	case q.Class.Handle.Mean <= 0:
		return vis.InField("handleFor", "Say how long a contact takes.")
	case len(q.Agents) > 1 && len(q.Agents) != len(q.Slots):
		return vis.InField("agents", "Give one number of agents, or one for each of the %d slots.", len(q.Slots))
	case q.Ill < 0 || len(q.Agents) > 0 && (slices.Min(q.Agents) < 0 || slices.Max(q.Agents) > maxPeople):
		return vis.InField("agents", "There are 0 to %d agents.", maxPeople)
	}
	return nil
}

// line is the queue of one slot as the formulas see it.
func (q Question) line(n float64) Line {
	return Line{PerHour: n / Slot.Hours(), HandleFor: q.Class.Handle.Mean + q.PickUp, Patience: q.Class.Patience}
}

// day is what is played, without people.
func (q Question) day() Day {
	c := q.Class
	c.Within = q.Target.Within
	c.PerSlot = make([]float64, len(q.Slots))
	for i, e := range q.Slots {
		c.PerSlot[i] = e.N
	}
	return Day{From: q.From, For: time.Duration(len(q.Slots)) * Slot, Settings: q.Settings, PickUp: q.PickUp, Classes: []Class{c},
		Queues: map[vis.TeamID]routing.Queue{c.Team: q.Queue}}
}

// planned is how many of the given agents are there in each slot.
func (q Question) planned() []int {
	out := make([]int, len(q.Slots))
	for i := range out {
		switch {
		case len(q.People) > 0:
			begin := time.Duration(i) * Slot
			for _, p := range q.People {
				if slices.ContainsFunc(p.Shifts, func(s Span) bool { return s.From <= begin && s.To > begin }) {
					out[i]++
				}
			}
		case len(q.Agents) == 1:
			out[i] = q.Agents[0]
		default:
			out[i] = q.Agents[i]
		}
	}
	return out
}

// staffed are people who make up so many in each slot. The first of them works whenever anybody does, the last only at the peak.
func (q Question) staffed(agents []int) []Person {
	most := slices.Max(agents)
	out := make([]Person, most)
	for i := range out {
		p := Person{Member: vis.MemberID("agent-" + strconv.Itoa(i+1)), Teams: []vis.TeamID{q.Class.Team}, Skills: q.wanted()}
		for s, n := range agents {
			if n <= i {
				continue
			}
			begin := time.Duration(s) * Slot
			if last := len(p.Shifts) - 1; last >= 0 && p.Shifts[last].To == begin {
				p.Shifts[last].To += Slot
			} else {
				p.Shifts = append(p.Shifts, Span{begin, begin + Slot})
			}
		}
		out[i] = p
	}
	return out
}

// wanted are the skills that the work needs: those of the class, else of the queue.
func (q Question) wanted() map[string]int {
	if q.Class.Skills != nil {
		return q.Class.Skills
	}
	return q.Queue.Skills
}

// missing are the people who are ill: those who are named, else those who would have worked longest.
func (q Question) missing(people []Person) []vis.MemberID {
	if len(q.Absent) > 0 {
		return q.Absent
	}
	longest := slices.Clone(people)
	slices.SortStableFunc(longest, func(a, b Person) int { return int(b.onDuty() - a.onDuty()) })
	var out []vis.MemberID
	for _, p := range longest[:min(q.Ill, len(longest))] {
		out = append(out, p.Member)
	}
	return out
}

// share is a proportion with the number that it comes from.
type share struct{ kept, came float64 }

// short reports whether a proportion is below a target by more than chance: one-sided, 95 %.
func (s share) short(target float64) bool {
	return s.came > 0 && s.kept/s.came+1.645*math.Sqrt(target*(1-target)/s.came) < target
}
