package staffing

import (
	"math"
	"time"

	"visavis/internal/vis"
)

// What a forecast needs and looks at, in days and weeks.
const (
	fewestDays  = 14  // below that nothing can be said
	yearDays    = 371 // 53 weeks: from here on there is a season
	recentWeeks = 4   // that the level comes from
	shapeWeeks  = 26  // that the shape of a day and of a week comes from
)

// TooLittle is the refusal to forecast from less than two weeks.
func TooLittle(days int) *vis.Error {
	return vis.Errorf(vis.Conflict, "too_little_history",
		"There are %d whole days of arrivals; a forecast needs at least %d.", days, fewestDays)
}

// Model is what was learnt from a past: how many come on which kind of day, at which time of day and in which week of the year. Arrivals of
// a slot are expected to be level × week of the year × kind of day × share of the day.
type Model struct {
	past     Past
	level    float64 // arrivals of a mean day now, the season taken out
	season   [54]float64
	factor   [kinds]float64
	shape    [kinds][slotsADay]float64
	Accuracy Accuracy
}

// Accuracy is how far the same method was off on the last weeks, each forecast from what was known before it.
type Accuracy struct {
	Days  int     // of the past that was learnt from
	Weeks int     // held back
	Slots float64 // sum of absolute errors by slot ÷ arrivals (WAPE); chance alone makes it large where few come
	Daily float64 // the same by day
	// Covered is the share of held-back slots between Low and High: 0.8 or more is as it should be.
	Covered  float64
	extra    float64 // variance beyond Poisson's, as a share of the expectation squared
	low, top float64 // 10 and 90 % quantiles of the standardised errors
}

// Expected is the forecast of one slot: the mean, and between what nine of ten times it is more than Low and nine of ten times less than High.
type Expected struct {
	At           time.Time
	N, Low, High float64
}

// Learn makes a model of the past, or refuses with TooLittle.
func Learn(p Past) (Model, error) {
	days := p.days()
	if len(days) < fewestDays {
		return Model{}, TooLittle(len(days))
	}
	m := fit(days)
	m.past = p
	m.Accuracy = holdBack(days)
	return m, nil
}

// Day forecasts the slots of the day on which an instant falls, on the zone's clocks: 92 of them when an hour is skipped, 100 when one is
// repeated.
func (m Model) Day(t time.Time) []Expected {
	zone := m.past.Zone
	start := midnight(t, zone)
	end := next(start, zone)
	_, week := start.In(zone).ISOWeek()
	k := m.past.kindOf(start)
	var out []Expected
	for at := start; at.Before(end); at = at.Add(Slot) {
		n := m.expect(k, week, clock(at, zone))
		low, high := m.Accuracy.interval(n)
		out = append(out, Expected{At: at, N: n, Low: low, High: high})
	}
	return out
}

func (m Model) expect(k kind, week, slot int) float64 {
	return m.level * m.season[week] * m.factor[k] * m.shape[k][slot]
}

// fit learns from days, oldest first, at least one week of them.
func fit(days []day) Model {
	var m Model
	m.season = seasonOf(days)
	recent := days[max(0, len(days)-7*shapeWeeks):]
	weeks, levels, factor := levelsOf(recent, m.season)
	m.factor = factor
	m.level = trimmed(levels[max(0, weeks-recentWeeks):])
	m.shape = shapesOf(recent)
	m.learnHolidays(days, levels)
	return m
}

// levelsOf splits days into weeks counted back from the last, and finds the level of each and the factor of each weekday such that
// level × factor is closest to what came. Both are found in turn; four rounds settle it. Holidays are left out.
func levelsOf(days []day, season [54]float64) (weeks int, levels []float64, factor [kinds]float64) {
	weeks = (len(days) + 6) / 7
	levels = make([]float64, weeks)
	weekOf := func(i int) int { return weeks - 1 - (len(days)-1-i)/7 }
	for k := range factor {
		factor[k] = 1
	}
	for range 4 {
		sums, weights := make([]float64, weeks), make([]float64, weeks)
		for i, d := range days {
			if d.kind != holiday {
				sums[weekOf(i)] += d.total / season[d.week]
				weights[weekOf(i)] += factor[d.kind]
			}
		}
		for w := range levels {
			levels[w] = ratio(sums[w], weights[w])
		}
		var seen [kinds][]float64
		for i, d := range days {
			if level := levels[weekOf(i)]; level > 0 {
				seen[d.kind] = append(seen[d.kind], d.total/season[d.week]/level)
			}
		}
		mean := 0.0
		for k := range holiday {
			factor[k] = trimmed(seen[k])
			mean += factor[k] / 7
		}
		for k := range holiday {
			factor[k] = ratio(factor[k], mean)
		}
	}
	return weeks, levels, factor
}

// learnHolidays gives holidays the factor that they had, over the whole past; with fewer than two they are like Sundays.
func (m *Model) learnHolidays(days []day, recent []float64) {
	m.factor[holiday] = m.factor[time.Sunday]
	weeks, levels, _ := levelsOf(days, m.season)
	var seen []float64
	for i, d := range days {
		if d.kind != holiday {
			continue
		}
		level := levels[weeks-1-(len(days)-1-i)/7]
		if level == 0 {
			level = trimmed(recent)
		}
		seen = append(seen, ratio(d.total/m.season[d.week], level))
	}
	if len(seen) >= 2 {
		m.factor[holiday] = trimmed(seen)
		m.shape[holiday] = shapeOf(days, m.shape[time.Sunday], func(k kind) bool { return k == holiday })
	} else {
		m.shape[holiday] = m.shape[time.Sunday]
	}
}

// seasonOf is how much more comes in each ISO week of the year than in a mean one; 1 throughout with less than a year. With two years a
// steady growth is taken out first; with one it cannot be told from the season. Five weeks are averaged, which leaves little chance in it.
func seasonOf(days []day) [54]float64 {
	var season [54]float64
	for w := range season {
		season[w] = 1
	}
	if len(days) < yearDays {
		return season
	}
	weeks, levels, _ := levelsOf(days, season)
	growth := yearlyGrowth(levels)
	var sums, times [54]float64
	all := 0.0
	for b, level := range levels {
		w := days[max(0, len(days)-1-7*(weeks-1-b)-3)].week
		flat := level * math.Exp(-growth*float64(b)/52)
		sums[w] += flat
		times[w]++
		all += flat / float64(weeks)
	}
	for w := 1; w < 54; w++ {
		sum, n := 0.0, 0.0
		for d := -2; d <= 2; d++ {
			near := (w-1+d+53)%53 + 1
			sum, n = sum+sums[near], n+times[near]
		}
		if s := ratio(ratio(sum, n), all); s > 0 {
			season[w] = min(5, max(0.2, s))
		}
	}
	return season
}

// yearlyGrowth is the logarithm of the median growth from a week to the same a year later, 0 when two years are not known.
func yearlyGrowth(levels []float64) float64 {
	var steps []float64
	for b := 52; b < len(levels); b++ {
		if levels[b] > 0 && levels[b-52] > 0 {
			steps = append(steps, math.Log(levels[b]/levels[b-52]))
		}
	}
	if len(steps) < 52 {
		return 0
	}
	return quantile(steps, 0.5)
}
