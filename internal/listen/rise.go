package listen

import (
	"math"
	"slices"
	"time"
)

// A week is what risings look at: shorter stretches are incidents' business, and of longer ones nobody learns in time.
const (
	week = 7
	// weeksBack is how many weeks before are looked at to know what is usual, weeksLeast how many there must be.
	weeksBack, weeksLeast = 8, 3
	// seldom is expected a week of a reason of which nothing is known.
	seldom = 0.7
	// assumedSpread and assumedWeeks are what is assumed of how weeks differ by more than chance, and how many weeks that counts.
	assumedSpread, assumedWeeks = 0.03, 4.0
)

// Rising is a reason that came more often in the last seven days than its own past explains.
type Rising struct {
	Reason string
	Look   Look // of seven days
}

// usualWeek tells what a week usually brings, from the weeks before, and by how much more than chance weeks differ: see surprise. What stands far
// above the middle of them is left out, so that a bad week does not hide the next.
func usualWeek(weeks []int) (mean, spread float64) {
	sorted := slices.Sorted(slices.Values(weeks))
	middle := max(float64(sorted[len(sorted)/2]), seldom)
	most := middle + 3*math.Sqrt(middle+assumedSpread*middle*middle)
	for len(sorted) > weeksLeast && float64(sorted[len(sorted)-1]) > most {
		sorted = sorted[:len(sorted)-1]
	}
	n := float64(len(sorted))
	for _, k := range sorted {
		mean += float64(k) / n
	}
	mean = max(mean, seldom)
	over := assumedSpread * assumedWeeks * mean * mean
	for _, k := range sorted {
		d := float64(k) - mean
		over += d*d - mean
	}
	spread = min(max(over/((assumedWeeks+n)*mean*mean), 0.005), 4)
	return mean, spread + (1/mean+spread)/n // for it is known from so many weeks only
}

// Rise looks at how many contacts of a reason came each day, the last one over last. The zero Look says that nothing stands out, or that there is
// too little to compare with.
func Rise(days []int) Look {
	var weeks []int // the last first
	for end := len(days); end >= week && len(weeks) <= weeksBack; end -= week {
		n := 0
		for _, d := range days[end-week : end] {
			n += d
		}
		weeks = append(weeks, n)
	}
	if len(weeks) < weeksLeast+1 {
		return Look{}
	}
	mean, spread := usualWeek(weeks[1:])
	out := Look{Window: week * 24 * time.Hour, Seen: weeks[0], Expected: mean}
	if out.Seen >= Fewest {
		out.Surprise = surprise(out.Seen, mean, spread)
	}
	return out
}

// risingBar is how surprising a week must be to be shown where so many reasons are looked at each day: so that among all of them, one in so many
// days as the budget says is shown for nothing.
func (b Budget) risingBar(reasons int) float64 {
	if b == 0 {
		b = DefaultBudget
	}
	return math.Log10(float64(b) * float64(max(reasons, 1)))
}
