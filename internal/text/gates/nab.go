package gates

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"visavis/internal/listen"
)

// series is one of the published counts of tweets (Numenta Anomaly Benchmark, realTweets): one figure each five minutes, and the stretches in
// which people labelled something unusual, as first and last row.
type series struct {
	counts  []int
	begin   time.Time
	windows [][2]int
}

// every is how much time a row of a series stands for.
const every = 5 * time.Minute

// bursts reads the series that are here.
func (f *folder) bursts() (out []series) {
	var labelled map[string][][2]string
	if b := f.read("nab-twitter/combined_windows.json"); f.err == nil {
		f.err = json.Unmarshal([]byte(b), &labelled)
	}
	for _, name := range slices.Sorted(maps.Keys(labelled)) {
		if !strings.HasPrefix(name, "realTweets/") || !f.has("nab-twitter/"+name) {
			continue
		}
		var s series
		rows := make(map[string]int)
		for i, line := range f.lines("nab-twitter/" + name)[1:] {
			at, count, _ := strings.Cut(line, ",")
			n, err := strconv.Atoi(count)
			if err != nil {
				f.err = fmt.Errorf("read %s: %w", name, err)
				return nil
			}
			rows[at] = i
			s.counts = append(s.counts, n)
			if i == 0 {
				if s.begin, f.err = time.Parse(time.DateTime, at); f.err != nil {
					return nil
				}
			}
		}
		for _, w := range labelled[name] {
			s.windows = append(s.windows, [2]int{rows[w[0][:19]], rows[w[1][:19]]})
		}
		out = append(out, s)
	}
	return out
}

// probation is how many rows of a series are not scored.
func (s series) probation() int { return min(len(s.counts)*15/100, 750) }

// alarms are the rows at which incidents open, by the budget that ships: nothing is fitted to the series.
func (s series) alarms() (out []int) {
	var hours []int
	var baseline listen.Baseline
	hour, bar := 0, listen.DefaultBudget.Bar(0)
	opened := -len(s.counts)
	for i, n := range s.counts {
		began := s.begin.Add(time.Duration(i) * every)
		now := began.Add(every)
		if began.Truncate(time.Hour) != began.Add(-every).Truncate(time.Hour) && i > 0 {
			hours = append(hours, hour)
			if hour = 0; len(hours)%6 == 0 || len(hours) < 48 {
				baseline = listen.Learn(began, hours)
			}
		}
		hour += n
		if len(hours) < 24 || i-opened <= int(listen.OpenFor/every) {
			continue
		}
		for _, rows := range []int{1, 3, 12} {
			seen := 0
			for _, k := range s.counts[max(0, i+1-rows) : i+1] {
				seen += k
			}
			if baseline.Weigh(now, time.Duration(rows)*every, seen).Surprise >= bar {
				out, opened = append(out, i), i
				break
			}
		}
	}
	return out
}

// falsePositive is what an alarm outside the windows costs, by the standard profile of the benchmark; a missed window costs 1.
const falsePositive = 0.11

// score is that of the benchmark for alarms at some rows of a series (Lavin and Ahmad 2015): the earlier in a window the better, only the
// best of a window counts, and an alarm outside costs the more the farther it lies behind a window.
func score(rows, probation int, windows [][2]int, alarms []int) float64 {
	best, total := make([]float64, len(windows)), 0.0
	for i := range best {
		best[i] = -1
	}
	for _, at := range alarms {
		if at < probation || at >= rows {
			continue
		}
		within := slices.IndexFunc(windows, func(w [2]int) bool { return w[0] <= at && at <= w[1] })
		if within >= 0 {
			w := windows[within]
			best[within] = max(best[within], sigmoid(-float64(w[1]-at+1)/float64(w[1]-w[0]+1))/sigmoid(-1))
			continue
		}
		cost := -1.0
		for _, w := range windows {
			if w[1] < at {
				cost = sigmoid(float64(at-w[1]) / float64(w[1]-w[0]))
			}
		}
		total += falsePositive * cost
	}
	for _, b := range best {
		total += b
	}
	return total
}

// sigmoid is near 1 at the beginning of a window, 0 at its end, and −1 far behind it.
func sigmoid(place float64) float64 {
	if place > 3 {
		return -1
	}
	return 2/(1+math.Exp(5*place)) - 1
}

// ofHundred puts a sum of scores on the benchmark's scale: 0 is to see nothing, 100 to see all at once.
func ofHundred(sum float64, windows int) float64 {
	return 100 * (sum + float64(windows)) / float64(2*max(windows, 1))
}

// nab is the score of what ships.
func nab(f *folder) float64 {
	sum, windows := 0.0, 0
	for _, s := range f.bursts() {
		sum += score(len(s.counts), s.probation(), s.windows, s.alarms())
		windows += len(s.windows)
	}
	return ofHundred(sum, windows)
}
