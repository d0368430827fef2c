package staffing

import (
	"math"
	"time"
)

// ErlangB is the share of arrivals that find all c servers busy when nobody may wait (M/M/c/c), at a load of a erlangs (arrivals per unit
// of time × mean handling time). It uses the recursion B(k) = aB(k−1) / (k + aB(k−1)), in which nothing overflows.
// Source: A. K. Erlang 1917; Jagerman, "Some properties of the Erlang loss function", BSTJ 53 (1974).
func ErlangB(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// ErlangC is the share of arrivals that must wait when everybody waits to the end (M/M/c), at a load of a erlangs. It is 1 when the load
// is more than c agents can ever clear.
func ErlangC(c int, a float64) float64 {
	if a <= 0 {
		return 0
	}
	n := float64(c)
	if a >= n {
		return 1
	}
	b := ErlangB(c, a)
	return n * b / (n - a*(1-b))
}

// Line is one queue in a steady state: Poisson arrivals, exponential handling, and patience that is exponential too.
type Line struct {
	PerHour   float64       // arrivals
	HandleFor time.Duration // mean time that one takes an agent, finishing up included
	Patience  time.Duration // mean time until somebody gives up; 0: nobody ever does
}

// Load is how many agents would be busy if nobody waited and nobody left, in erlangs.
func (l Line) Load() float64 { return l.PerHour * l.HandleFor.Hours() }

// Queueing is the steady state of a Line with a number of agents. Shares are 0 to 1 of all arrivals.
type Queueing struct {
	Agents    int
	Waits     float64 // share that is not answered at once
	Abandoned float64 // share that gives up
	// Wait is the mean time in the queue over all arrivals, in seconds, also of those who give up: +Inf when the queue grows for ever.
	Wait      float64
	Occupancy float64 // share of their time that agents are busy

	line     Line
	logTotal float64 // log of E + λJ, see With
	logJ     float64 // log of J, in seconds
}

// With is the steady state with c agents: M/M/c (Erlang C) when patience has no end, else M/M/c+M (Erlang A, or Palm).
//
// With λ arrivals, c agents of rate μ and patience of rate θ, the wait that an arrival would have to last has, beyond 0, a density in
// proportion to λ·f(x), f(x) = exp(λ(1−e^−θx)/θ − cμx); its mass at 0 is in proportion to E = 1/B(c−1, λ/μ). With J = ∫f, everything
// follows from E + λJ. J is a series of positive terms (see logSeries), so no digits are lost, and the rest is done in logarithms, so
// hundreds of agents and any overload are in range.
// Source: Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue",
// Queueing Systems 51 (2005), section 4; Garnett, Mandelbaum and Reiman, M&SOM 4 (2002).
func (l Line) With(c int) Queueing {
	q := Queueing{Agents: c, line: l}
	if l.PerHour <= 0 || l.HandleFor <= 0 {
		q.logTotal, q.logJ = 0, math.Inf(-1)
		return q
	}
	if c <= 0 {
		return q.nobody()
	}
	a, lambda := l.Load(), l.PerHour/3600
	if l.Patience <= 0 && a >= float64(c) {
		q.Waits, q.Wait, q.Occupancy = 1, math.Inf(1), 1
		q.logTotal, q.logJ = math.Inf(1), math.Inf(1)
		return q
	}
	logE := -logErlangB(c-1, a)
	q.logJ = l.logTail(c, 0)
	q.logTotal = logAdd(logE, math.Log(lambda)+q.logJ)
	q.Waits = math.Exp(math.Log(lambda) + q.logJ - q.logTotal)
	if l.Patience <= 0 {
		q.Wait = q.Waits * l.HandleFor.Seconds() / (float64(c) - a)
		q.Occupancy = a / float64(c)
		return q
	}
	q.Abandoned = q.abandoned(logE)
	q.Wait = q.Abandoned * l.Patience.Seconds()
	q.Occupancy = a * (1 - q.Abandoned) / float64(c)
	return q
}

// nobody is a queue without agents: all wait until they give up.
func (q Queueing) nobody() Queueing {
	q.Waits, q.Wait = 1, math.Inf(1)
	if q.line.Patience > 0 {
		q.Abandoned, q.Wait = 1, q.line.Patience.Seconds()
	}
	q.logTotal, q.logJ = math.Inf(1), math.Inf(1)
	return q
}

// abandoned is (1 + (λ−cμ)J) / (E + λJ). Where almost nobody gives up the sum cancels, to about 1e−12 of all who come.
func (q Queueing) abandoned(logE float64) float64 {
	lambda, mu := q.line.PerHour/3600, 1/q.line.HandleFor.Seconds()
	more := lambda - float64(q.Agents)*mu
	share := math.Exp(-q.logTotal)
	if more != 0 {
		share += math.Copysign(math.Exp(math.Log(math.Abs(more))+q.logJ-q.logTotal), more)
	}
	return min(1, max(0, share))
}

// Within is the share of all arrivals that an agent answers within t. Who gives up before is not answered, however soon.
func (q Queueing) Within(t time.Duration) float64 {
	l := q.line
	switch {
	case l.PerHour <= 0 || l.HandleFor <= 0:
		return 1
	case math.IsInf(q.logTotal, 1):
		return 0
	case l.Patience <= 0:
		speed := (float64(q.Agents) - l.Load()) / l.HandleFor.Seconds()
		return 1 - q.Waits*math.Exp(-speed*t.Seconds())
	}
	// E + λ∫₀ᵗ e^−θx f(x) dx = E + λJ − (what is answered later), and since f′ = (λe^−θx − cμ)f, what is answered later is
	// cμJ(t) − f(t), where J(t) = ∫ₜ f. Those who give up at any time are the rest.
	served := float64(q.Agents) / l.HandleFor.Seconds()
	later := math.Exp(math.Log(served)+l.logTail(q.Agents, t.Seconds())-q.logTotal) - math.Exp(l.logDensity(q.Agents, t.Seconds())-q.logTotal)
	return min(1, max(0, 1-q.Abandoned-max(0, later)))
}

// logDensity is log f(x), x in seconds.
func (l Line) logDensity(c int, x float64) float64 {
	lambda, cmu := l.PerHour/3600, float64(c)/l.HandleFor.Seconds()
	if l.Patience <= 0 {
		return (lambda - cmu) * x
	}
	theta := 1 / l.Patience.Seconds()
	return lambda*-math.Expm1(-theta*x)/theta - cmu*x
}

// logTail is log ∫ₓ f. Shifting the origin to x gives the same integral with fewer arrivals: those who would still be there.
func (l Line) logTail(c int, x float64) float64 {
	lambda, cmu := l.PerHour/3600, float64(c)/l.HandleFor.Seconds()
	if l.Patience <= 0 {
		return (lambda-cmu)*x - math.Log(cmu-lambda)
	}
	theta := 1 / l.Patience.Seconds()
	return l.logDensity(c, x) + logSeries(cmu/theta, lambda*math.Exp(-theta*x)/theta) - math.Log(cmu)
}

// logSeries is the log of 1 + y/(x+1) + y²/((x+1)(x+2)) + …, which is x·e^y·y^−x times the lower incomplete gamma function γ(x, y)
// (Palm's A). All terms are positive; the sum is rescaled when it grows, for in overload it reaches e to the thousands.
func logSeries(x, y float64) float64 {
	const big = 1e250
	sum, term, logScale := 1.0, 1.0, 0.0
	for j := 1.0; ; j++ {
		ratio := y / (x + j)
		term *= ratio
		sum += term
		if sum > big {
			sum, term, logScale = sum/big, term/big, logScale+math.Log(big)
		}
		// From here on the terms fall faster than a geometric series: what is left is below term·ratio/(1−ratio).
		if ratio < 1 && term*ratio <= (1-ratio)*sum*1e-16 {
			return logScale + math.Log(sum)
		}
	}
}

// logErlangB is log B(c, a), also where B itself is too small for a float.
func logErlangB(c int, a float64) float64 {
	b, logScale := 1.0, 0.0
	for k := 1; k <= c; k++ {
		// B(k) = aB/(k + aB); once B is tiny the sum in the denominator is k, and the logarithm goes on.
		if b < 1e-250 {
			logScale, b = logScale+math.Log(b), 1
		}
		if logScale < 0 {
			b *= a / float64(k)
			continue
		}
		b = a * b / (float64(k) + a*b)
	}
	return logScale + math.Log(b)
}

// logAdd is log(e^x + e^y).
func logAdd(x, y float64) float64 {
	if x < y {
		x, y = y, x
	}
	if math.IsInf(x, -1) {
		return x
	}
	return x + math.Log1p(math.Exp(y-x))
}

// Target is a promise as a share: so many percent are answered within so long.
type Target struct {
	Within time.Duration
	Share  float64 // 0 to 1, of all who come
}

// Most is the largest number of agents that is ever looked for.
const Most = 2000

// Fewest is the smallest number of agents with which the line reaches a target, or false when Most would not do. An empty line needs none.
func (l Line) Fewest(t Target) (int, bool) {
	if l.PerHour <= 0 {
		return 0, true
	}
	reaches := func(c int) bool { return l.With(c).Within(t.Within) >= t.Share }
	low, high := 0, max(1, int(math.Ceil(l.Load()))) // low never reaches it, or is 0
	for !reaches(high) {
		if high >= Most {
			return 0, false
		}
		low, high = high, min(Most, high+max(1, high/4))
	}
	for high-low > 1 {
		if mid := (low + high) / 2; reaches(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true
}
