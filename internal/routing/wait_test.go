package routing

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// gammaSample draws a gamma variable of mean 1 and squared coefficient of variation v (Marsaglia and Tsang, 2000).
func gammaSample(r *rand.Rand, v float64) float64 {
	shape := 1 / v
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(r.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		y := 1 + c*x
		if y <= 0 {
			continue
		}
		y *= y * y
		if math.Log(r.Float64()) < x*x/2+d-d*y+d*math.Log(y) {
			return boost * d * y * v
		}
	}
}

// departures simulates busy servers and returns the times of their first departures after a moment long after they began, in order.
func departures(r *rand.Rand, servers, places int, v float64) []float64 {
	const start = 20.0
	var all []float64
	for range servers {
		t := r.Float64()
		for n := 0; n < places || t <= start; {
			if t += gammaSample(r, v); t > start {
				all = append(all, t-start)
				n++
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestEstimateAgreesWithASimulation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it only counts, and nothing runs beside it: the race detector makes it ten times slower")
	}
	const runs, mean = 2000, 10 * time.Minute
	places := []int{1, 2, 3, 5, 10, 30}
	for _, servers := range []int{1, 2, 5, 20} {
		for _, v := range []float64{0.25, 0.5, 1, 2.25} {
			r := rand.New(rand.NewPCG(1, uint64(servers)))
			waits := make([][]float64, len(places))
			for range runs {
				at := departures(r, servers, places[len(places)-1], v)
				for i, k := range places {
					waits[i] = append(waits[i], at[k-1])
				}
			}
			for i, k := range places {
				slices.Sort(waits[i])
				low, high, ok := Estimate(k, servers, Handling{Mean: mean, SD: time.Duration(math.Sqrt(v) * float64(mean)), N: 100})
				if !ok {
					t.Fatalf("place %d of %d: no estimate", k, servers)
				}
				for _, bound := range []struct {
					name   string
					is     time.Duration
					should float64
				}{{"low", low, waits[i][runs/4]}, {"high", high, waits[i][runs*9/10]}} {
					is := bound.is.Minutes() / mean.Minutes()
					if off := math.Abs(is - bound.should); off > 0.2*bound.should && off > 0.125 {
						t.Errorf("place %d, %d servers, v %v: %s is %.3f, in the simulation %.3f", k, servers, v, bound.name, is, bound.should)
					}
				}
			}
		}
	}
}

func TestEstimateSaysNothingRatherThanALie(t *testing.T) {
	t.Parallel()
	good := Handling{Mean: time.Minute, SD: time.Minute, N: 10}
	for name, c := range map[string]struct {
		place, agents int
		h             Handling
		ok            bool
	}{
		"enough":            {1, 1, good, true},
		"nobody answers":    {1, 0, good, false},
		"no place":          {0, 1, good, false},
		"too few measured":  {1, 1, Handling{Mean: time.Minute, SD: time.Minute, N: 9}, false},
		"nothing took time": {1, 1, Handling{N: 10}, false},
		"all took the same": {1, 1, Handling{Mean: time.Minute, N: 10}, true},
	} {
		low, high, ok := Estimate(c.place, c.agents, c.h)
		if ok != c.ok || low > high || low < 0 {
			t.Errorf("%s: %v to %v, %v", name, low, high, ok)
		}
	}
}

func TestEstimateGrowsWithThePlaceAndShrinksWithAgents(t *testing.T) {
	t.Parallel()
	h := Handling{Mean: 5 * time.Minute, SD: 4 * time.Minute, N: 50}
	for agents := 1; agents < 30; agents++ {
		for place := 1; place < 50; place++ {
			_, high, _ := Estimate(place, agents, h)
			_, further, _ := Estimate(place+1, agents, h)
			_, helped, _ := Estimate(place, agents+1, h)
			if further < high || helped > high {
				t.Fatalf("place %d of %d: %v; one place on %v; one more agent %v", place, agents, high, further, helped)
			}
		}
	}
}

func TestRoundSaysWaitsAsPeopleDo(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]time.Duration{
		0:                             0,
		-time.Minute:                  0,
		59 * time.Second:              0,
		time.Minute:                   time.Minute,
		61 * time.Second:              2 * time.Minute,
		10 * time.Minute:              10 * time.Minute,
		10*time.Minute + time.Second:  15 * time.Minute,
		58 * time.Minute:              time.Hour,
		61 * time.Minute:              75 * time.Minute,
		2*time.Hour + 16*time.Minute:  2*time.Hour + 30*time.Minute,
		26*time.Hour + 15*time.Minute: 26*time.Hour + 15*time.Minute,
	} {
		if got := Round(in); got != want {
			t.Errorf("%v is said as %v, want %v", in, got, want)
		}
	}
}
