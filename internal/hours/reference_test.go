package hours

import (
	"slices"
	"strings"
	"time"
)

// reference is what a patient person would do: look at the clock every minute and write down whether it is open.
type reference struct {
	begin   time.Time
	shown   []int64 // the latest that the clocks have shown so far, as if it were UTC, minute by minute
	isOpen  []bool
	count   []int // open minutes before
	begins  []int // of each day, the first minute that is on it or later
	closing []int // of each day, -1 for none
}

func newReference(t failer, c Calendar, first time.Time, days int) *reference {
	t.Helper()
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	first = first.UTC().Truncate(24 * time.Hour)
	r := &reference{begin: first, shown: make([]int64, days*minutesADay), isOpen: make([]bool, days*minutesADay)}
	for i := range r.shown {
		at := first.Add(time.Duration(i) * time.Minute).In(zone)
		_, offset := at.Zone()
		r.shown[i] = max(at.Unix()+int64(offset), r.shown[max(i-1, 0)])
	}
	shut := closedIn(t, c, first.AddDate(0, 0, -3).Year(), first.AddDate(0, 0, days+2).Year())
	for d := -3; d <= days+2; d++ {
		day := first.AddDate(0, 0, d)
		r.begins = append(r.begins, r.minute(day.Unix()))
		closing := -1
		for _, s := range spansOf(c, day, shut) {
			from, to := r.minute(day.Add(s[0]).Unix()), r.minute(day.Add(s[1]).Unix())
			for i := from; i < to; i++ {
				r.isOpen[i] = true
				closing = max(closing, to)
			}
		}
		r.closing = append(r.closing, closing)
	}
	n := 0
	for _, open := range r.isOpen {
		r.count = append(r.count, n)
		if open {
			n++
		}
	}
	return r
}

// minute is the first at which the clocks show that or later.
func (r *reference) minute(wall int64) int {
	i, _ := slices.BinarySearch(r.shown, wall)
	return i
}

func (r *reference) time(minute int) time.Time {
	return r.begin.Add(time.Duration(minute) * time.Minute)
}

// next is the first minute from i on whose state is the wanted one, -1 when the reference does not reach so far.
func (r *reference) next(i int, open bool) int {
	if n := slices.Index(r.isOpen[i:], open); n >= 0 {
		return i + n
	}
	return -1
}

// endOfDay is -1 when the reference does not reach so far.
func (r *reference) endOfDay(i, n int) int {
	on := 0
	for d := range r.begins {
		if r.begins[d] <= i {
			on = d
		}
	}
	if r.closing[on-1] > i {
		on--
	}
	if n > 0 {
		on++
	}
	for d := on; d < len(r.closing)-4; d++ {
		if r.closing[d] <= i {
			continue
		}
		if n <= 1 {
			if r.closing[d] == len(r.shown) { // it ends there or later, where clocks are far behind
				return -1
			}
			return r.closing[d]
		}
		n--
	}
	return -1
}

// closedIn lists the public holidays of some years that are not worked.
func closedIn(t failer, c Calendar, first, last int) map[string]bool {
	t.Helper()
	shut := map[string]bool{}
	for year := first; year <= last && c.Country != ""; year++ {
		list, err := Holidays(c.Country, c.Region, year)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if !slices.Contains(c.Worked, strings.TrimSuffix(f.ID, observed)) {
				shut[f.Date] = true
			}
		}
	}
	return shut
}

// spansOf finds the hours of a day by reading the calendar aloud.
func spansOf(c Calendar, day time.Time, shut map[string]bool) (spans [][2]time.Duration) {
	text := day.Format(time.DateOnly)
	week := c.Week
	for _, yearly := range []bool{true, false} {
		best := 1 << 30
		for _, s := range c.Seasons {
			if (len(s.From) == 5) != yearly {
				continue
			}
			now := text[len(text)-len(s.From):]
			inside := s.From <= now && now <= s.To
			if s.From > s.To {
				inside = now >= s.From || now <= s.To
			}
			if n := seasonDays(s); inside && n <= best {
				best, week = n, s.Week
			}
		}
	}
	weekday := (int(day.Weekday())+6)%7 + 1
	for _, s := range week {
		if s.Day == weekday {
			spans = append(spans, spanOf(s.From, s.To))
		}
	}
	if shut[text] {
		spans = nil
	}
	for _, imported := range []bool{true, false} {
		best := 1 << 30
		for _, d := range c.Days {
			n := daysFrom(d.From, d.To)
			if d.Imported != imported || text < d.From || text > d.To || n > best {
				continue
			}
			best, spans = n, nil
			for _, s := range d.Spans {
				spans = append(spans, spanOf(s.From, s.To))
			}
		}
	}
	return spans
}

func seasonDays(s Season) int {
	if len(s.From) > 5 {
		return daysFrom(s.From, s.To)
	}
	n := daysFrom("2000-"+s.From, "2000-"+s.To)
	if n < 0 {
		n += 366
	}
	return n
}

func daysFrom(from, to string) int {
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, to)
	return int(b.Sub(a).Hours() / 24)
}

func spanOf(from, to string) [2]time.Duration {
	read := func(text string) time.Duration {
		h, m := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	}
	s := [2]time.Duration{read(from), read(to)}
	if s[1] <= s[0] {
		s[1] += 24 * time.Hour
	}
	return s
}
