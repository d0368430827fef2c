package hours

import "time"

// EndOfDay is the closing time of the n-th open day after the day that t falls on: "two business days" is n = 2, and a Friday
// evening, a Saturday and a Sunday all lead to Tuesday where weekends are closed. With n ≤ 0 it is the closing time of that day
// itself when that is still to come, else that of the next open day.
//
// A slot belongs to the day on which it begins, so at two in the morning of a night shift t still falls on the day before; and a
// day closes when the last slot that began on it ends, though the next day may begin right there. Always closes at each midnight
// of UTC. It is false when the answer is more than ten years away.
func (h *Hours) EndOfDay(t time.Time, n int) (time.Time, bool) {
	n = max(n, 0)
	if h.always {
		return alwaysEndOfDay(t, n)
	}
	sec := t.Unix()
	limit, last := reach(t)
	b := h.block(sec >> blockBits)
	i := b.day(sec)
	if b.days[i-1].closing > sec {
		i-- // the night of the day before is not over
	}
	if n > 0 {
		i++
	}
	for left := max(n, 1); ; i++ {
		if i == len(b.days) {
			next := b.first + date(i)
			if b.number >= last {
				return time.Time{}, false
			}
			b = h.block(b.number + 1)
			i = int(next - b.first)
		}
		if b.days[i].closing <= sec {
			continue // closed that day, or over already
		}
		if left--; left == 0 {
			closing := b.days[i].closing
			return at(t, closing, 0), closing <= limit
		}
	}
}

func alwaysEndOfDay(t time.Time, n int) (time.Time, bool) {
	if n > horizonYears*366 {
		return time.Time{}, false
	}
	year, month, day := t.UTC().Date()
	return time.Date(year, month, day+n+1, 0, 0, 0, 0, time.UTC).In(t.Location()), true
}
