package staffing

import (
	"context"
	"slices"
	"strconv"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Kind is people of one sort who could be on duty: what they speak and can do, and what one of them costs beside the others (1 when 0).
type Kind struct {
	Name      string
	Languages []string
	Skills    map[string]int
	Cost      float64
}

// Crew is how many of each kind, and what they keep.
type Crew struct {
	Counts []int // by kind
	Cost   float64
	Kept   []Around // by class
}

// maxCrew bounds the search for a crew.
const maxCrew = 200

// Mix looks for the cheapest crew that keeps a share of the promises to every class, when they come at steady rates: how many people with
// which skills. The classes are those of d; its People do not matter. It begins with nobody and adds whoever gains most for what she costs,
// then takes out and exchanges people as long as the target holds. The result is good, not proven the best: no exchange of one or two of a
// kind by one of another makes it cheaper.
func Mix(ctx context.Context, d Day, kinds []Kind, target float64, p Play) (Crew, error) {
	m := mixing{ctx: ctx, day: d, kinds: kinds, target: target, play: p, known: map[string]Crew{}}
	if len(kinds) == 0 {
		return Crew{}, vis.InField("kinds", "Say which people there are to choose from.")
	}
	crew, err := m.grow()
	if err != nil {
		return Crew{}, err
	}
	for {
		cheaper, found, err := m.improve(crew)
		if err != nil || !found {
			return crew, err
		}
		crew = cheaper
	}
}

type mixing struct {
	ctx    context.Context //nolint:containedctx // it lives as long as one call of Mix
	day    Day
	kinds  []Kind
	target float64
	play   Play
	known  map[string]Crew
}

// grow adds people until every class has its share.
func (m *mixing) grow() (Crew, error) {
	crew, err := m.try(make([]int, len(m.kinds)))
	for err == nil && !m.keeps(crew) {
		if sumOf(crew.Counts) >= maxCrew {
			return Crew{}, vis.Errorf(vis.Invalid, "target_unreachable", "No crew of up to %d people of these kinds reaches the target.", maxCrew)
		}
		var best Crew
		gain := -1.0
		for k := range m.kinds {
			counts := slices.Clone(crew.Counts)
			counts[k]++
			other, failed := m.try(counts)
			if failed != nil {
				return Crew{}, failed
			}
			if g := (m.progress(other) - m.progress(crew)) / m.cost(k); g > gain {
				best, gain = other, g
			}
		}
		crew = best
	}
	return crew, err
}

// improve looks for a cheaper crew that still keeps the target: one fewer of a kind, or one or two of it exchanged for one of another.
func (m *mixing) improve(crew Crew) (best Crew, found bool, err error) {
	best = crew
	for from := range m.kinds {
		for fewer := 1; fewer <= min(2, crew.Counts[from]); fewer++ {
			for to := -1; to < len(m.kinds); to++ {
				counts := slices.Clone(crew.Counts)
				counts[from] -= fewer
				if to >= 0 {
					counts[to]++
				}
				if to == from || m.costOf(counts) >= best.Cost-1e-9 {
					continue
				}
				other, err := m.try(counts)
				if err != nil {
					return Crew{}, false, err
				}
				if m.keeps(other) {
					best, found = other, true
				}
			}
		}
	}
	return best, found, nil
}

// try plays a crew, once.
func (m *mixing) try(counts []int) (Crew, error) {
	key := ""
	for _, n := range counts {
		key += strconv.Itoa(n) + " "
	}
	if c, ok := m.known[key]; ok {
		return c, nil
	}
	d := m.day
	d.People = nil
	for k, n := range counts {
		for i := range n {
			d.People = append(d.People, Person{Member: vis.MemberID(m.kinds[k].Name + "-" + strconv.Itoa(k) + "-" + strconv.Itoa(i)), Teams: m.teams(),
				Languages: m.kinds[k].Languages, Skills: m.kinds[k].Skills, Shifts: []Span{{0, d.For}}})
		}
	}
	o, err := Simulate(m.ctx, d, m.play)
	if err != nil {
		return Crew{}, err
	}
	c := Crew{Counts: counts, Cost: m.costOf(counts)}
	for _, class := range o.Classes {
		c.Kept = append(c.Kept, class.Kept)
	}
	m.known[key] = c
	return c, nil
}

// keeps reports whether every class has its share.
func (m *mixing) keeps(c Crew) bool {
	return !slices.ContainsFunc(c.Kept, func(a Around) bool { return a.Mean < m.target })
}

// progress is how far all classes together are on the way to their shares.
func (m *mixing) progress(c Crew) (sum float64) {
	for _, a := range c.Kept {
		sum += min(a.Mean, m.target)
	}
	return sum
}

func (m *mixing) teams() (out []vis.TeamID) {
	for _, c := range m.day.Classes {
		if !slices.Contains(out, c.Team) {
			out = append(out, c.Team)
		}
	}
	return out
}

func (m *mixing) cost(k int) float64 {
	if m.kinds[k].Cost <= 0 {
		return 1
	}
	return m.kinds[k].Cost
}

func (m *mixing) costOf(counts []int) (sum float64) {
	for k, n := range counts {
		sum += float64(n) * m.cost(k)
	}
	return sum
}

func sumOf(counts []int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// Steady is a day of 26 hours at one rate an hour for each class, the first two of which are not counted: what Mix plays.
func Steady(from time.Time, settings routing.Settings, queues map[vis.TeamID]routing.Queue, classes []Class, perHour []float64) Day {
	const length = 26 * time.Hour
	d := Day{From: from, For: length, Warm: 2 * time.Hour, Settings: settings, Queues: queues, Classes: slices.Clone(classes)}
	for i := range d.Classes {
		d.Classes[i].PerSlot = make([]float64, length/Slot)
		for s := range d.Classes[i].PerSlot {
			d.Classes[i].PerSlot[s] = perHour[i] * Slot.Hours()
		}
	}
	return d
}
