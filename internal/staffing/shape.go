package staffing

import (
	"math"
	"slices"
)

// shapesOf is how the arrivals of each weekday spread over the day, summing to 1. Weekdays with little data lean on all working days
// together, those of a weekend on both of its days.
func shapesOf(days []day) (out [kinds][slotsADay]float64) {
	weekend := func(k kind) bool { return k == 0 || k == 6 }
	var flat [slotsADay]float64
	for s := range flat {
		flat[s] = 1.0 / slotsADay
	}
	all := shapeOf(days, flat, func(k kind) bool { return k != holiday })
	working := shapeOf(days, all, func(k kind) bool { return k != holiday && !weekend(k) })
	resting := shapeOf(days, all, weekend)
	for k := range holiday {
		prior := working
		if weekend(k) {
			prior = resting
		}
		out[k] = shapeOf(days, prior, func(other kind) bool { return other == k })
	}
	return out
}

// leaning is how many arrivals the shape of similar days counts as, beside those of the day itself.
const leaning = 40

// shapeOf is the spread over the day of the days that are of a kind. A day on which something burst is cut to what chance allows, so that
// one bad hour does not come back every week.
func shapeOf(days []day, prior [slotsADay]float64, of func(kind) bool) (out [slotsADay]float64) {
	var sums [slotsADay]float64
	n := 0.0
	for _, d := range days {
		if of(d.kind) {
			n++
			for s, v := range d.slots {
				sums[s] += v
			}
		}
	}
	if n == 0 {
		return prior
	}
	var capped [slotsADay]float64
	for _, d := range days {
		if of(d.kind) {
			for s, v := range d.slots {
				mean := sums[s] / n
				capped[s] += min(v, mean+4*math.Sqrt(mean)+2)
			}
		}
	}
	capped = smooth(capped)
	total := 0.0
	for _, v := range capped {
		total += v
	}
	for s := range out {
		out[s] = (capped[s] + leaning*prior[s]) / (total + leaning)
	}
	return out
}

// smooth averages a slot with its neighbours up to half an hour away, but only where chance explains the difference (within two standard
// deviations): the step when doors open stays a step, and a quiet night gets a rate although nobody came at 3:15 itself.
func smooth(sums [slotsADay]float64) (out [slotsADay]float64) {
	weights := [...]float64{1, 2, 3, 2, 1}
	for s := range sums {
		around := 0.0
		for i, w := range weights {
			around += w / 9 * sums[(s+i-2+slotsADay)%slotsADay]
		}
		out[s] = around
		if d := sums[s] - around; d*d > 4*max(1, around) {
			out[s] = sums[s]
		}
	}
	return out
}

// trimmed is the mean without the highest and the lowest quarter (at least one of each from three values on); 0 of nothing.
func trimmed(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	if cut := len(sorted) / 4; len(sorted) >= 3 {
		cut = max(1, cut)
		sorted = sorted[cut : len(sorted)-cut]
	}
	sum := 0.0
	for _, v := range sorted {
		sum += v
	}
	return sum / float64(len(sorted))
}

// quantile is the value below which a share q of the values lies, by linear interpolation; 0 of nothing.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// ratio is a/b, 0 when b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
