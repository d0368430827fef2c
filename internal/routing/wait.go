package routing

import (
	"math"
	"time"
)

// Handling is how long the recent conversations of a queue took a member, measured from taking one to being free for the next.
type Handling struct {
	Mean, SD time.Duration
	N        int // how many were measured
}

// leastHandled is how many conversations must have been measured before anything is said of a wait.
const leastHandled = 10

// Estimate says between which two waits the conversation in a place of its queue (1 is the next) will most likely lie: the 25th and the
// 90th percentile. Agents is how many conversations are answered side by side: the members on work of that kind, times how many each
// holds at once. It is not ok, and then nothing is to be said, with fewer than ten measured or with nobody to answer.
//
// The wait is until the place-th departure from that many busy servers, looked at from any moment. With handling times of mean m and
// squared coefficient of variation v, the departures of c servers are c stationary renewal processes laid over another. Their count N(t)
// has the mean ct/m exactly and, for gamma handling times, the variance c·(v·t/m + (1−v²)/6) in the long run, ct/m at first (Cox, Renewal
// Theory, 1962, §4.5). So the place-th departure is at about (m/c)·(place − (1−v)/2), which is exact for c = 1, with the standard
// deviation of N there divided by its rate. A gamma distribution with these two moments gives the percentiles, by Wilson and Hilferty
// (1931). Against simulations with v from 0.25 to 2.25 the bounds are within 20 % of the true ones or an eighth of m (see the test).
func Estimate(place, agents int, h Handling) (low, high time.Duration, ok bool) {
	if place < 1 || agents < 1 || h.N < leastHandled || h.Mean <= 0 {
		return 0, 0, false
	}
	c := float64(agents)
	v := float64(h.SD) / float64(h.Mean)
	v *= v
	mean := (float64(place) - (1-v)/2) / c // in handling times
	// The count's variance goes from the one line to the other where they meet.
	early, late := c*mean, c*(v*mean+(1-v*v)/6)
	variance := min(early, late)
	if v > 1 {
		variance = max(early, late)
	}
	variance /= c * c
	at := func(z float64) time.Duration {
		return time.Duration(gammaQuantile(mean, variance, z) * float64(h.Mean))
	}
	return at(-0.6745), at(1.2816), true // of the normal distribution, at 25 % and 90 %
}

// gammaQuantile is the quantile of a gamma distribution by its moments, for the quantile z of the normal distribution: the cube root of a
// gamma variable is nearly normal (Wilson and Hilferty, 1931).
func gammaQuantile(mean, variance, z float64) float64 {
	if mean <= 0 || variance <= 0 {
		return max(mean, 0)
	}
	shape := mean * mean / variance
	root := 1 - 1/(9*shape) + z/(3*math.Sqrt(shape))
	return mean * math.Pow(max(root, 0), 3)
}

// Round makes a wait one that people say, and never a shorter one than was computed: 0 stands for "under a minute"; then whole minutes up
// to ten, steps of five up to the hour, quarters of an hour from there on.
func Round(d time.Duration) time.Duration {
	up := func(step time.Duration) time.Duration { return (d + step - 1) / step * step }
	switch {
	case d < time.Minute:
		return 0
	case d <= 10*time.Minute:
		return up(time.Minute)
	case d <= time.Hour:
		return up(5 * time.Minute)
	}
	return up(15 * time.Minute)
}
