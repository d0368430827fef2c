package gates

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"visavis/internal/listen"
)

// world is a topic that is made up: so many messages an hour by the time of day, half as many at week-ends, and hours that differ from what
// is usual by more than chance.
type world struct {
	random *rand.Rand
	// rate is messages an hour on the mean of a working day; noise is the spread of hours.
	rate, noise float64
}

// monday is when every world begins.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// busiest is the hour of the day that brings the most messages, and brings most times the mean.
const busiest, most = 15, 1.85

// hour draws how many messages an hour of the world would bring.
func (w world) hour(h int) float64 {
	at := monday.Add(time.Duration(h) * time.Hour)
	m := w.rate * (1 + (most-1)*math.Cos(2*math.Pi*float64(at.Hour()-busiest)/24))
	if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
		m /= 2
	}
	return m * w.gamma()
}

// gamma draws by how much an hour differs from what is usual, 1 on the mean (Marsaglia and Tsang 2000).
func (w world) gamma() float64 {
	shape := 1 / w.noise
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := w.random.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(w.random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v / shape
		}
	}
}

// poisson draws a count, adding up the pauses between messages.
func (w world) poisson(mean float64) (n int) {
	for t := w.random.ExpFloat64(); t < mean; t += w.random.ExpFloat64() {
		n++
	}
	return n
}

// month is how many hours are known before anything is looked at.
const month = int(listen.Kept / time.Hour)

func (w world) past() []int {
	out := make([]int, month)
	for h := range out {
		out[h] = w.poisson(w.hour(h))
	}
	return out
}

// ninth is after how many minutes nine in ten outages are seen that bring ten times the messages, where 12 an hour are usual: nine times
// what is usual comes on top of what the hour would have brought.
func ninth(*folder) float64 {
	const outages, more, perHour, giveUp = 200, 9, 12, 180
	w := world{rand.New(rand.NewPCG(3, 4)), perHour / most, 0.15}
	bar := listen.DefaultBudget.Bar(0)
	took := make([]int, outages)
	for i := range took {
		baseline := listen.Learn(monday.Add(listen.Kept), w.past())
		begin := month + busiest // the first Monday after that, at its busiest: 12 an hour
		usual := perHour * w.gamma()
		minutes := make([]int, 60)
		for m := range minutes {
			minutes[m] = w.poisson(usual / 60)
		}
		took[i] = giveUp
		for m := range giveUp {
			minutes = append(minutes[1:], w.poisson((usual+more*perHour)/60))
			now := monday.Add(time.Duration(begin)*time.Hour + time.Duration(m+1)*time.Minute)
			if baseline.Judge(now, minutes).Surprise >= bar {
				took[i] = m + 1
				break
			}
		}
	}
	slices.Sort(took)
	return float64(took[outages*9/10])
}

// falseAlarms is how many alarms thirty days of a topic bring on which nothing happens.
func falseAlarms(*folder) float64 {
	const topics, days = 16, 30
	bar, alarms := listen.DefaultBudget.Bar(0), 0
	for i := range topics {
		rate := []float64{1, 4, 12, 40}[i%4]
		w := world{rand.New(rand.NewPCG(5, uint64(i))), rate, []float64{0.03, 0.15, 0.3}[i%3]}
		alarms += w.alarms(bar, days)
	}
	return float64(alarms) * 30 / (topics * days)
}

func (w world) alarms(bar float64, days int) (alarms int) {
	hours, minutes := w.past(), make([]int, 60)
	var baseline listen.Baseline
	var opened time.Time
	for h := month; h < month+24*days; h++ {
		at := monday.Add(time.Duration(h) * time.Hour)
		if h%6 == 0 {
			baseline = listen.Learn(at, hours)
		}
		rate, sum := w.hour(h), 0
		for m := range 60 {
			n, now := w.poisson(rate/60), at.Add(time.Duration(m+1)*time.Minute)
			minutes = append(minutes[1:], n)
			if sum += n; n == 0 || now.Sub(opened) < listen.OpenFor {
				continue
			}
			if baseline.Judge(now, minutes).Surprise >= bar {
				alarms, opened = alarms+1, now
			}
		}
		hours = append(hours, sum)
	}
	return alarms
}
