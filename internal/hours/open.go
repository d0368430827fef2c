package hours

import (
	"sort"
	"time"
)

// horizon is how far ahead a question is answered.
const horizonYears = 10

// reach is the last second that counts for a question asked at t, and the block that it lies in.
func reach(t time.Time) (sec, number int64) {
	sec = t.UTC().AddDate(horizonYears, 0, 0).Unix()
	return sec, sec >> blockBits
}

// at makes an instant out of unix seconds, in the location of t.
func at(t time.Time, sec, nsec int64) time.Time { return time.Unix(sec, nsec).In(t.Location()) }

// Open tells whether somebody answers at t. A slot holds its beginning but not its end.
func (h *Hours) Open(t time.Time) bool {
	if h.always {
		return true
	}
	sec := t.Unix()
	b := h.block(sec >> blockBits)
	i := b.after(sec)
	return i < len(b.stretches) && b.stretches[i].from <= sec
}

// NextOpen is the first instant from t on that is open: t itself when it is. It is false when there is none within ten years.
func (h *Hours) NextOpen(t time.Time) (time.Time, bool) {
	if h.always {
		return t, true
	}
	sec := t.Unix()
	limit, last := reach(t)
	for n := sec >> blockBits; n <= last; n++ {
		b := h.block(n)
		i := b.after(sec)
		if i == len(b.stretches) {
			continue
		}
		from := b.stretches[i].from
		switch {
		case from <= sec:
			return t, true
		case from > limit:
			return time.Time{}, false
		}
		return at(t, from, 0), true
	}
	return time.Time{}, false
}

// NextClose is the end of the stretch that is open at t, or else of the next one. Slots that touch are one stretch. It is false
// when nothing ends within ten years, as Always never does.
func (h *Hours) NextClose(t time.Time) (time.Time, bool) {
	open, ok := h.NextOpen(t)
	if !ok || h.always {
		return time.Time{}, false
	}
	sec := open.Unix()
	limit, last := reach(t)
	for n := sec >> blockBits; n <= last; n++ {
		b := h.block(n)
		i := b.after(sec)
		if i == len(b.stretches) || b.stretches[i].from > sec {
			break // the stretch ended with the block before
		}
		sec = b.stretches[i].to
		if sec < (n+1)<<blockBits {
			break
		}
	}
	if sec > limit {
		return time.Time{}, false
	}
	return at(t, sec, 0), true
}

// Add is the first instant by which d of open time has passed since t. Without any time to pass (d ≤ 0) it is NextOpen. It is
// false when that is more than ten years away; Always alone has no such limit.
func (h *Hours) Add(t time.Time, d time.Duration) (time.Time, bool) {
	switch {
	case d <= 0:
		return h.NextOpen(t)
	case h.always:
		return t.Add(d), true
	}
	limit, last := reach(t)
	n := t.Unix() >> blockBits
	left := int64(d)
	passed := h.block(n).open(t.Unix(), int64(t.Nanosecond()))
	for ; n <= last; n++ {
		b := h.block(n)
		if rest := b.total*int64(time.Second) - passed; left > rest {
			left, passed = left-rest, 0
			continue
		}
		left += passed
		i := sort.Search(len(b.stretches), func(i int) bool {
			s := b.stretches[i]
			return (s.before+s.to-s.from)*int64(time.Second) >= left
		})
		s := b.stretches[i]
		left -= s.before * int64(time.Second)
		end := at(t, s.from, left)
		return end, end.Unix() <= limit
	}
	return time.Time{}, false
}

// Between is the open time in [a, b), 0 when b is not after a. Like a Duration it holds 292 years; what lies beyond is not counted.
func (h *Hours) Between(a, b time.Time) time.Duration {
	whole := b.Sub(a)
	if whole <= 0 || h.always {
		return max(whole, 0)
	}
	b = a.Add(whole)
	n, last := a.Unix()>>blockBits, b.Unix()>>blockBits
	open := -h.block(n).open(a.Unix(), int64(a.Nanosecond()))
	for ; n < last; n++ {
		open += h.block(n).total * int64(time.Second)
	}
	return time.Duration(open + h.block(last).open(b.Unix(), int64(b.Nanosecond())))
}
