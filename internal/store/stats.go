package store

import "sync/atomic"

// counters are what the writer counts.
type counters struct {
	commits, commands, failed, events, retries atomic.Uint64
	sizes                                      [len(sizeBounds) + 1]atomic.Uint64
}

// sizeBounds are the upper bounds of the batch sizes that are counted apart; beyond the last they are counted together.
var sizeBounds = [...]int{1, 2, 4, 8, 16, 32, 64, 128}

// Stats is what the writer has done since the store was opened.
type Stats struct {
	Commits  uint64 // transactions, each synced once
	Commands uint64 // closures that came through, failed ones included
	Failed   uint64
	Events   uint64
	Retries  uint64 // batches run again
	Queued   int    // commands that wait now
	// Batches counts the commits by their number of commands: at most SizeBounds()[i], the last one above all bounds.
	Batches []uint64
}

// SizeBounds are the upper bounds of Stats.Batches but the last, which has none.
func SizeBounds() []int { return sizeBounds[:] }

func (w *writer) count(batch []*command) {
	w.stats.commands.Add(uint64(len(batch)))
	i := 0
	for i < len(sizeBounds) && len(batch) > sizeBounds[i] {
		i++
	}
	w.stats.sizes[i].Add(1)
}

// Stats returns the writer's counters.
func (s *Store) Stats() Stats {
	c := &s.writer.stats
	out := Stats{Commits: c.commits.Load(), Commands: c.commands.Load(), Failed: c.failed.Load(), Events: c.events.Load(),
		Retries: c.retries.Load(), Queued: len(s.writer.queue)}
	for i := range c.sizes {
		out.Batches = append(out.Batches, c.sizes[i].Load())
	}
	return out
}
