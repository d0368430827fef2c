package staffing

import "math"

// pair is what was forecast for a slot and what came.
type pair struct{ expected, came float64 }

// holdBack forecasts each of the last weeks (four, or all but the first) from the days before it and compares.
func holdBack(days []day) Accuracy {
	a := Accuracy{Days: len(days), Weeks: min(4, len(days)/7-1)}
	var pairs []pair
	var missed, came float64
	for w := a.Weeks; w >= 1; w-- {
		cut := len(days) - 7*w
		m := fit(days[:cut])
		for _, d := range days[cut : cut+7] {
			forecast := 0.0
			for s, n := range d.slots {
				e := m.expect(d.kind, d.week, s)
				pairs = append(pairs, pair{e, n})
				forecast += e
			}
			missed += math.Abs(d.total - forecast)
			came += d.total
		}
	}
	a.Daily = ratio(missed, came)
	a.spread(pairs)
	return a
}

// spread learns from the errors how wide the interval must be.
func (a *Accuracy) spread(pairs []pair) {
	var missed, came, beyond, squares float64
	for _, p := range pairs {
		d := p.came - p.expected
		missed, came = missed+math.Abs(d), came+p.came
		beyond, squares = beyond+d*d-p.expected, squares+p.expected*p.expected
	}
	a.Slots = ratio(missed, came)
	a.extra = max(0, ratio(beyond, squares))
	a.low, a.top = -1.2816, 1.2816 // of a normal distribution, while there are too few errors to say
	var errors []float64
	for _, p := range pairs {
		if p.expected >= 1 {
			errors = append(errors, (p.came-p.expected)/math.Sqrt(p.expected+a.extra*p.expected*p.expected))
		}
	}
	if len(errors) >= 200 {
		a.low, a.top = quantile(errors, 0.1), quantile(errors, 0.9)
	}
	covered := 0
	for _, p := range pairs {
		if low, high := a.interval(p.expected); low <= p.came && p.came <= high {
			covered++
		}
	}
	a.Covered = ratio(float64(covered), float64(len(pairs)))
}

// interval is between what a slot will lie eight times of ten: as wide as the errors were, and never narrower than chance (Poisson).
func (a Accuracy) interval(n float64) (low, high float64) {
	sd := math.Sqrt(n + a.extra*n*n)
	low = min(poissonQuantile(n, 0.1), n+a.low*sd)
	high = max(poissonQuantile(n, 0.9), n+a.top*sd)
	return max(0, low), high
}

// poissonQuantile is the smallest k such that a Poisson variable of a mean is at most k with probability q.
func poissonQuantile(mean, q float64) float64 {
	if mean <= 0 {
		return 0
	}
	if mean > 400 {
		return math.Round(mean + math.Copysign(1.2816, q-0.5)*math.Sqrt(mean)) // only 0.1 and 0.9 are asked for
	}
	p := math.Exp(-mean)
	sum := p
	k := 0.0
	for sum < q {
		k++
		p *= mean / k
		sum += p
	}
	return k
}
