package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// Sketch remembers how durations are spread, closely enough for medians and percentiles: each falls into a bucket that is two percent
// wide, so that a quantile is at most one percent off. Two sketches can be merged. (DDSketch: Masson, Rim, Lee, VLDB 2019.)
type Sketch struct {
	buckets map[int]int64
	n       int64
}

const growth = 1.02

var logGrowth = math.Log(growth)

// Add counts a duration; less than a millisecond counts as one.
func (s *Sketch) Add(d time.Duration) {
	if s.buckets == nil {
		s.buckets = make(map[int]int64)
	}
	ms := max(float64(d)/float64(time.Millisecond), 1)
	s.buckets[int(math.Ceil(math.Log(ms)/logGrowth))]++
	s.n++
}

// Merge counts all of another sketch in.
func (s *Sketch) Merge(o Sketch) {
	if o.n == 0 {
		return
	}
	if s.buckets == nil {
		s.buckets = make(map[int]int64, len(o.buckets))
	}
	for b, n := range o.buckets {
		s.buckets[b] += n
	}
	s.n += o.n
}

// N is how many were counted.
func (s Sketch) N() int64 { return s.n }

// Quantile is the duration that a share q (0 to 1) of all were no longer than; false when nothing was counted.
func (s Sketch) Quantile(q float64) (time.Duration, bool) {
	if s.n == 0 {
		return 0, false
	}
	order := make([]int, 0, len(s.buckets))
	for b := range s.buckets {
		order = append(order, b)
	}
	slices.Sort(order)
	rank, seen := int64(math.Ceil(q*float64(s.n))), int64(0)
	for _, b := range order {
		if seen += s.buckets[b]; seen >= rank {
			return value(b), true
		}
	}
	return value(order[len(order)-1]), true
}

// value is the middle of a bucket.
func value(bucket int) time.Duration {
	return time.Duration(2 * math.Pow(growth, float64(bucket)) / (growth + 1) * float64(time.Millisecond))
}

// MarshalJSON implements json.Marshaler: an object of counts by bucket.
func (s Sketch) MarshalJSON() ([]byte, error) {
	named := make(map[string]int64, len(s.buckets))
	for b, n := range s.buckets {
		named[strconv.Itoa(b)] = n
	}
	return json.Marshal(named)
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Sketch) UnmarshalJSON(raw []byte) error {
	var named map[string]int64
	if err := json.Unmarshal(raw, &named); err != nil {
		return err
	}
	*s = Sketch{buckets: make(map[int]int64, len(named))}
	for name, n := range named {
		b, err := strconv.Atoi(name)
		if err != nil || n < 0 {
			return fmt.Errorf("read a sketch: bucket %q of %d", name, n)
		}
		s.buckets[b], s.n = n, s.n+n
	}
	return nil
}
