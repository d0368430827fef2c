package staffing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s: %.6g, want %.6g ± %.2g", what, got, want, within)
	}
}

// The load that N lines carry at a loss of 1 %, from the usual Erlang B table (ITU-D, Teletraffic Engineering Handbook, 2005; the same
// figures are in every textbook).
func TestErlangBIsThatOfTheTables(t *testing.T) {
	t.Parallel()
	for lines, load := range map[int]float64{1: 0.0101, 2: 0.1526, 5: 1.3608, 10: 4.4612, 20: 12.031, 50: 37.901, 100: 84.064} {
		near(t, fmt.Sprintf("%d lines", lines), ErlangB(lines, load), 0.01, 2e-5)
	}
}

func TestErlangBAndCAreTheirClosedForms(t *testing.T) {
	t.Parallel()
	for c := 1; c <= 30; c++ {
		for _, a := range []float64{0.1, 1, 5, 12.5, 29} {
			sum, term := 0.0, 1.0
			for k := 0; k <= c; k++ {
				if k > 0 {
					term *= a / float64(k)
				}
				sum += term
			}
			near(t, fmt.Sprintf("B(%d, %g)", c, a), ErlangB(c, a), term/sum, 1e-12)
			if n := float64(c); a < n {
				last := term * n / (n - a)
				near(t, fmt.Sprintf("C(%d, %g)", c, a), ErlangC(c, a), last/(sum-term+last), 1e-12)
			}
		}
	}
	near(t, "one agent waits as often as she works", ErlangC(1, 0.7), 0.7, 1e-12)
	near(t, "overload", ErlangC(3, 3), 1, 0)
}

// The worked example of the trade (callcentrehelper.com, "Erlang C Formula: made simple with an easy worked example"): 100 calls in half an
// hour of 3 minutes each, 14 agents: 17.4 % wait, 88.8 % within 20 s, 7.8 s on average, 71.4 % busy.
func TestErlangCIsThatOfTheWorkedExample(t *testing.T) {
	t.Parallel()
	line := Line{PerHour: 200, HandleFor: 3 * time.Minute}
	q := line.With(14)
	near(t, "waits", q.Waits, 0.174, 0.0005)
	near(t, "within 20 s", q.Within(20*time.Second), 0.888, 0.0005)
	near(t, "wait", q.Wait, 7.8, 0.05)
	near(t, "busy", q.Occupancy, 0.714, 0.0005)
	if c, ok := line.Fewest(Target{20 * time.Second, 0.8}); c != 14 || !ok {
		t.Errorf("80 %% within 20 s needs %d, %v", c, ok)
	}
}

// Table 1 of Garnett, Mandelbaum and Reiman 2002: 48 calls a minute of 1 minute, 50 agents, patience of 2 minutes. Without abandonment the
// average wait is 20.8 s and the load 96 %; with it 3.1 % leave, the average wait is 3.7 s and the load 93 %.
func TestErlangAIsThatOfGarnettMandelbaumAndReiman(t *testing.T) {
	t.Parallel()
	c := Line{PerHour: 48 * 60, HandleFor: time.Minute}.With(50)
	near(t, "wait without abandonment", c.Wait, 20.8, 0.05)
	near(t, "90th percentile without", 1-c.Within(58100*time.Millisecond), 0.1, 0.001)
	a := Line{PerHour: 48 * 60, HandleFor: time.Minute, Patience: 2 * time.Minute}.With(50)
	near(t, "abandon", a.Abandoned, 0.031, 0.0005)
	near(t, "wait", a.Wait, 3.7, 0.05)
	near(t, "busy", a.Occupancy, 0.93, 0.005)
}

// chain solves the same system from its birth and death rates alone: an independent reference without any of the formulas.
type chain struct {
	lambda, mu, theta float64
	c                 int
	p                 []float64
}

func solve(l Line, c int) chain {
	k := chain{lambda: l.PerHour / 3600, mu: 1 / l.HandleFor.Seconds(), c: c}
	if l.Patience > 0 {
		k.theta = 1 / l.Patience.Seconds()
	}
	logs, most := []float64{0}, 0.0
	for n := 1; n < 200000; n++ {
		next := logs[n-1] + math.Log(k.lambda) - math.Log(float64(min(n, c))*k.mu+float64(max(0, n-c))*k.theta)
		logs = append(logs, next)
		most = max(most, next)
		if n > c && next < most-60 {
			break
		}
	}
	sum := 0.0
	for _, x := range logs {
		sum += math.Exp(x - most)
	}
	for _, x := range logs {
		k.p = append(k.p, math.Exp(x-most)/sum)
	}
	return k
}

func (k chain) waits() (out float64) {
	for n := k.c; n < len(k.p); n++ {
		out += k.p[n]
	}
	return out
}

func (k chain) queue() (out float64) {
	for n := k.c; n < len(k.p); n++ {
		out += float64(n-k.c) * k.p[n]
	}
	return out
}

// within follows a customer from where she joins the queue until she is answered or gives up, by uniformisation.
func (k chain) within(t float64) float64 {
	ahead := len(k.p) - k.c
	rate := float64(k.c)*k.mu + float64(ahead+1)*k.theta
	at := make([]float64, ahead)
	answered := 1 - k.waits()
	for j := range at {
		at[j] = k.p[k.c+j]
	}
	answeredAfter, weight, seen, out := 0.0, -rate*t, 0.0, 0.0
	for step := 1; seen < 1-1e-13; step++ {
		w := math.Exp(weight)
		out += w * answeredAfter
		seen += w
		weight += math.Log(rate*t) - math.Log(float64(step))
		next := make([]float64, ahead)
		for j, here := range at {
			forward := (float64(k.c)*k.mu + float64(j)*k.theta) / rate
			if j == 0 {
				answeredAfter += here * forward
			} else {
				next[j-1] += here * forward
			}
			next[j] += here * (1 - forward - k.theta/rate)
		}
		at = next
	}
	return answered + out
}

func TestErlangAIsTheBirthAndDeathChain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		c := 1 + random.IntN(60)
		l := Line{HandleFor: time.Duration(30+random.IntN(900)) * time.Second, Patience: time.Duration(10+random.IntN(900)) * time.Second}
		l.PerHour = float64(c) / l.HandleFor.Hours() * (0.2 + 1.5*random.Float64())
		q, k := l.With(c), solve(l, c)
		name := fmt.Sprintf("%+v with %d", l, c)
		near(t, name+": waits", q.Waits, k.waits(), 1e-9)
		near(t, name+": wait", q.Wait, k.queue()/k.lambda, 1e-6)
		near(t, name+": abandoned", q.Abandoned, k.queue()*k.theta/k.lambda, 1e-9)
		for _, s := range []float64{5, 15, 120} {
			near(t, fmt.Sprintf("%s: within %g s", name, s), q.Within(time.Duration(s*float64(time.Second))), k.within(s), 1e-8)
		}
	}
}

func TestErlangCIsTheBirthAndDeathChain(t *testing.T) {
	t.Parallel()
	for _, c := range []int{1, 4, 30} {
		l := Line{PerHour: float64(c) * 8, HandleFor: 6 * time.Minute}
		q, k := l.With(c), solve(l, c)
		near(t, "waits", q.Waits, k.waits(), 1e-9)
		near(t, "wait", q.Wait, k.queue()/k.lambda, 1e-5)
		near(t, "within 60 s", q.Within(time.Minute), k.within(60), 1e-8)
	}
}

func TestErlangAHoldsForHundredsOfAgentsAndAnyLoad(t *testing.T) {
	t.Parallel()
	for _, c := range []int{1, 100, 500, 1500} {
		for _, load := range []float64{0.001, 0.5, 0.99, 1, 1.01, 3, 20} {
			for _, patience := range []time.Duration{time.Second, 2 * time.Minute, 5 * time.Hour} {
				l := Line{PerHour: load * float64(c) * 10, HandleFor: 6 * time.Minute, Patience: patience}
				q := l.With(c)
				// What comes is answered or given up, and agents are busy with what is answered.
				near(t, fmt.Sprintf("%+v with %d: all end", l, c), q.Within(1000*time.Hour)+q.Abandoned, 1, 1e-6)
				if q.Waits < 0 || q.Waits > 1 || q.Occupancy < 0 || q.Occupancy > 1+1e-9 || math.IsNaN(q.Wait) {
					t.Errorf("%+v with %d: %+v", l, c, q)
				}
				near(t, "answered at once", q.Within(0), 1-q.Waits, 1e-7)
			}
		}
	}
}

func TestErlangAWithEndlessPatienceIsErlangC(t *testing.T) {
	t.Parallel()
	a := Line{PerHour: 190, HandleFor: 3 * time.Minute, Patience: 20000 * time.Hour}.With(12)
	c := Line{PerHour: 190, HandleFor: 3 * time.Minute}.With(12)
	near(t, "waits", a.Waits, c.Waits, 1e-4)
	near(t, "wait", a.Wait, c.Wait, 0.05)
	near(t, "within", a.Within(15*time.Second), c.Within(15*time.Second), 1e-4)
	near(t, "waits as ErlangC says", c.Waits, ErlangC(12, 9.5), 1e-12)
}

func TestFewestIsTheSmallestThatReachesTheTarget(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		l := Line{PerHour: math.Exp(random.Float64()*9 - 2), HandleFor: time.Duration(60+random.IntN(1200)) * time.Second}
		if random.IntN(2) == 0 {
			l.Patience = time.Duration(20+random.IntN(600)) * time.Second
		}
		target := Target{time.Duration(random.IntN(60)) * time.Second, 0.5 + 0.49*random.Float64()}
		c, ok := l.Fewest(target)
		if !ok {
			continue
		}
		if l.With(c).Within(target.Within) < target.Share || c > 0 && l.With(c-1).Within(target.Within) >= target.Share {
			t.Errorf("%+v for %+v: %d is not the fewest", l, target, c)
		}
	}
	if c, ok := (Line{}).Fewest(Target{15 * time.Second, 0.95}); c != 0 || !ok {
		t.Errorf("an empty line needs %d, %v", c, ok)
	}
	if _, ok := (Line{PerHour: 1e6, HandleFor: time.Hour}).Fewest(Target{15 * time.Second, 0.95}); ok {
		t.Error("a million calls an hour were staffed")
	}
}

func BenchmarkErlangAWith500Agents(b *testing.B) {
	l := Line{PerHour: 4900, HandleFor: 6 * time.Minute, Patience: 2 * time.Minute}
	for b.Loop() {
		if l.With(500).Within(15*time.Second) <= 0 {
			b.Fatal("nothing was answered")
		}
	}
}
