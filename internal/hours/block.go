package hours

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// Time is cut into blocks of 2^24 seconds (194 days) of unix time, not into years: to find the block of an instant takes a shift
// and no look at the zone, and ten years are twenty blocks.
const (
	blockBits    = 24
	blockSeconds = 1 << blockBits
	cachedBlocks = 32
)

// stretch is open time without a break inside one block, in unix seconds; before is the open time of the block that precedes it.
type stretch struct{ from, to, before int64 }

// openDay is a day of the calendar: when it begins, and when the last of the slots that begin on it ends (0 when none does).
type openDay struct{ begin, closing int64 }

// block is everything about one cut of time. It is made once and never changes.
type block struct {
	number    int64
	stretches []stretch // in order, apart, clipped to the block
	total     int64     // open seconds
	first     date      // of days, which begins before the block and reaches beyond its end
	days      []openDay
}

// block returns a cut of time, from memory or made now. Two callers may both make it; either is as good.
func (h *Hours) block(number int64) *block {
	place := &h.blocks[uint64(number)%cachedBlocks]
	if b := place.Load(); b != nil && b.number == number {
		return b
	}
	b := h.newBlock(number)
	place.Store(b)
	return b
}

func (h *Hours) newBlock(number int64) *block {
	begin, end := number<<blockBits, (number+1)<<blockBits
	clock := newClock(h.zone, begin, end)
	first := localDate(time.Unix(begin, 0).In(h.zone)) - 2
	last := localDate(time.Unix(end, 0).In(h.zone)) + 2
	plan := h.rules.plan(first, last)
	b := &block{number: number, first: first, days: make([]openDay, len(plan))}
	var pieces []stretch
	for i, spans := range plan {
		d := first + date(i)
		day := openDay{begin: clock.instant(d, 0)}
		for _, m := range spans {
			s := stretch{from: clock.instant(d, m.from), to: clock.instant(d, m.to)}
			if s.from >= s.to {
				continue
			}
			day.closing = max(day.closing, s.to)
			s.from, s.to = max(s.from, begin), min(s.to, end)
			if s.from < s.to {
				pieces = append(pieces, s)
			}
		}
		b.days[i] = day
	}
	b.join(pieces)
	return b
}

// join merges pieces that touch or overlap and adds up the open time.
func (b *block) join(pieces []stretch) {
	slices.SortFunc(pieces, func(x, y stretch) int { return cmp.Compare(x.from, y.from) })
	joined := pieces[:0]
	for _, p := range pieces {
		if n := len(joined); n > 0 && p.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, p.to)
			continue
		}
		joined = append(joined, p)
	}
	for i := range joined {
		joined[i].before = b.total
		b.total += joined[i].to - joined[i].from
	}
	b.stretches = slices.Clone(joined)
}

// after is the place of the first stretch that ends after sec, which is the number of stretches when none does.
func (b *block) after(sec int64) int {
	return sort.Search(len(b.stretches), func(i int) bool { return b.stretches[i].to > sec })
}

// open is the open time of the block before an instant in it, in nanoseconds.
func (b *block) open(sec, nsec int64) int64 {
	i := b.after(sec)
	if i == len(b.stretches) {
		return b.total * int64(time.Second)
	}
	s := b.stretches[i]
	if sec < s.from {
		return s.before * int64(time.Second)
	}
	return (s.before+sec-s.from)*int64(time.Second) + nsec
}

// day is the place in days of the day that an instant of the block falls on: the last one that has begun.
func (b *block) day(sec int64) int {
	return sort.Search(len(b.days), func(i int) bool { return b.days[i].begin > sec }) - 1
}
