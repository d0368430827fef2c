package listen

import (
	"math"
	"slices"
	"time"
)

// Windows are the stretches that are looked at, each ending now: short ones see a steep burst at once, long ones a slow one.
var Windows = [4]time.Duration{2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// Kept is how far back hours are counted to know what is usual.
const Kept = 28 * 24 * time.Hour

// Fewest messages that a burst has, however quiet the topic: two people may think of the same thing at once.
const Fewest = 4

// Baseline is what is usual for a topic, learnt from the hours before; it holds for a day or so.
type Baseline struct {
	usual season
	// spread is by how much more than chance the hours of the topic differ from what is usual for them: see surprise.
	spread float64
	// scale divides surprises: 1 for a topic whose past hours surprised as often as they should, more for one that cries wolf.
	scale float64
}

// season is how many messages an hour of the day usually brings, on working days and at week-ends.
type season [2][24]float64

const (
	// aged hours halve the weight of what was counted then.
	aged = 7 * 24.0
	// shrunk is how many hours of its own an hour of the day needs to count as much as the topic's mean.
	shrunk = 1.5
	// unknown is expected an hour of a topic of which nothing is known, as if unknownFor hours had been seen: a message in ten days.
	unknown, unknownFor = 1 / 240.0, 12.0
	// otherDays is what the hours of working days count for week-ends, and the other way round.
	otherDays = 0.3
)

// aside is what the hour before and the one after count for an hour of the day.
var aside = [3]float64{0.4, 1, 0.4}

// history is the past of a topic as it is learnt from: hours, oldest first, where in the season each belongs, and what it counts.
type history struct {
	counts  []int
	slots   []slot
	weights []float64
}

// weights are what hours count, the oldest of those that are kept first.
var weights = func() []float64 {
	out := make([]float64, int(Kept/time.Hour))
	for i := range out {
		out[i] = math.Exp2(-float64(len(out)-i) / aged)
	}
	return out
}()

type slot struct{ kind, of int }

func slotAt(t time.Time) slot {
	t = t.UTC()
	if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
		return slot{1, t.Hour()}
	}
	return slot{0, t.Hour()}
}

// Learn makes the baseline of a topic from how many messages came in each full hour before now's, oldest first.
func Learn(now time.Time, past []int) Baseline {
	past = past[max(0, len(past)-int(Kept/time.Hour)):]
	first := now.UTC().Truncate(time.Hour).Add(-time.Duration(len(past)) * time.Hour)
	h := history{past, make([]slot, len(past)), weights[len(weights)-len(past):]}
	for i := range past {
		h.slots[i] = slotAt(first.Add(time.Duration(i) * time.Hour))
	}
	// Learnt twice: without what lies far above the busiest of usual hours, then without what stands out of its own hour of the day, so that
	// yesterday's outage is not usual today.
	most := 3 + 1.5*h.busy()
	calm := h.below(func(slot) float64 { return most })
	usual := calm.season()
	spread := calm.spread(usual)
	calm = h.below(func(s slot) float64 {
		m := usual[s.kind][s.of]
		return m + 1 + 4*math.Sqrt(m+spread*m*m)
	})
	b := Baseline{usual: calm.season()}
	b.spread = calm.spread(b.usual)
	b.scale = h.scale(b)
	return b
}

// below is the same past with what lies above a height cut off.
func (h history) below(height func(slot) float64) history {
	cut := slices.Clone(h.counts)
	for i, s := range h.slots {
		cut[i] = min(cut[i], int(math.Ceil(height(s))))
	}
	return history{cut, h.slots, h.weights}
}

// busy is what three hours in a hundred exceed.
func (h history) busy() float64 {
	if len(h.counts) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(h.counts))
	return float64(sorted[len(sorted)*97/100])
}

// season takes from each hour of the day what it brought itself, what its neighbours and the other kind of days did, and the mean of all.
func (h history) season() (out season) {
	var sum, weight season
	all, allWeight := unknown*unknownFor, unknownFor
	for i, n := range h.counts {
		s, w := h.slots[i], h.weights[i]
		sum[s.kind][s.of] += w * float64(n)
		weight[s.kind][s.of] += w
		all += w * float64(n)
		allWeight += w
	}
	mean := all / allWeight
	for kind := range out {
		for of := range out[kind] {
			s, w := shrunk*mean, shrunk
			for d, near := range aside {
				at := (of + d + 23) % 24
				s += near * (sum[kind][at] + otherDays*sum[1-kind][at])
				w += near * (weight[kind][at] + otherDays*weight[1-kind][at])
			}
			out[kind][of] = s / w
		}
	}
	return out
}

// spread is found from how far hours lay from what is usual, beginning as if two days of one message an hour had shown a quarter.
func (h history) spread(usual season) float64 {
	const assumed, hours = 0.25, 48.0
	over, square := assumed*hours, hours
	for i, n := range h.counts {
		s := h.slots[i]
		m, w := usual[s.kind][s.of], h.weights[i]
		over += w * ((float64(n)-m)*(float64(n)-m) - m)
		square += w * m * m
	}
	return min(max(over/square, 0.02), 4)
}

// scale compares how much the loudest hour in a hundred surprised with how much it should, which is 2.
func (h history) scale(b Baseline) float64 {
	if len(h.counts) < 48 {
		return 1
	}
	var loud []float64
	for i, n := range h.counts {
		s := h.slots[i]
		if m := b.usual[s.kind][s.of]; b.stands(n, m, 1.5) {
			loud = append(loud, surprise(n, m, b.spread))
		}
	}
	at := len(loud) - 1 - len(h.counts)/100
	if at < 0 {
		return 1
	}
	slices.Sort(loud)
	return max(1, loud[at]/2)
}

// stands reports whether n lies as many deviations above the mean as are said; what does not need not be weighed.
func (b Baseline) stands(n int, mean, deviations float64) bool {
	above := float64(n) - mean
	return above > 0 && above*above > deviations*deviations*(mean+b.spread*mean*mean)
}

// Look is what one look at a topic saw.
type Look struct {
	Window time.Duration
	Seen   int
	// Expected is how many messages would have been usual.
	Expected float64
	// Surprise is how improbable so many are, as −log₁₀ in the topic's own measure.
	Surprise float64
}

// Judge looks at how many messages came in each of the last sixty minutes, the latest last, and tells the most surprising of the windows.
// The zero Look says that nothing stands out.
func (b Baseline) Judge(now time.Time, minutes []int) (out Look) {
	for _, window := range Windows {
		seen := 0
		for _, n := range minutes[max(0, len(minutes)-int(window/time.Minute)):] {
			seen += n
		}
		if look := b.Weigh(now, window, seen); seen >= Fewest && look.Surprise > out.Surprise {
			out = look
		}
	}
	return out
}

// Weigh tells how surprising it is to have seen so many messages in a window of an hour at most that ends now.
func (b Baseline) Weigh(now time.Time, window time.Duration, seen int) Look {
	out := Look{Window: window, Seen: seen, Expected: b.expect(now, window)}
	if b.stands(seen, out.Expected, 2) {
		out.Surprise = surprise(seen, out.Expected, b.spread) / max(b.scale, 1)
	}
	return out
}

func (b Baseline) expect(now time.Time, window time.Duration) float64 {
	hour := now.Truncate(time.Hour)
	within := min(now.Sub(hour), window)
	during, before := slotAt(hour), slotAt(hour.Add(-time.Hour))
	return max(b.usual[during.kind][during.of]*within.Hours()+b.usual[before.kind][before.of]*(window-within).Hours(), unknown*window.Hours())
}

// usualFrom is the hour from which a day is told: that before an instant.
func usualFrom(t time.Time) time.Time { return t.UTC().Truncate(time.Hour).Add(-time.Hour) }

// day is what each hour usually brings, from the one before an instant on.
func (b Baseline) day(t time.Time) []float64 {
	out := make([]float64, 26)
	for i := range out {
		s := slotAt(usualFrom(t).Add(time.Duration(i) * time.Hour))
		out[i] = b.usual[s.kind][s.of]
	}
	return out
}
