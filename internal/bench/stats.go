package bench

import (
	"slices"
	"sync"
	"time"
)

// samples collects durations from many goroutines.
type samples struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *samples) add(d time.Duration) {
	s.mu.Lock()
	s.all = append(s.all, d)
	s.mu.Unlock()
}

func (s *samples) merge(more []time.Duration) {
	s.mu.Lock()
	s.all = append(s.all, more...)
	s.mu.Unlock()
}

// into sets p50, p99 and the count of row.
func (s *samples) into(row *Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.all)
	row.P50 = milliseconds(percentile(s.all, 50))
	row.P99 = milliseconds(percentile(s.all, 99))
	row.Count = len(s.all)
}

// percentile is the smallest of sorted below or at which p percent of it lie (nearest rank).
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
