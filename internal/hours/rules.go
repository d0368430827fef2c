package hours

import (
	"cmp"
	"slices"
	"time"
)

// rules is a Calendar made ready: what is read is parsed, what competes is in order.
type rules struct {
	week     [7][]minutes                 // from Monday
	seasons  []season                     // the weakest first
	days     []exception                  // the weakest first
	holidays func(first, last int) []date // of whole years; nil for none
}

type season struct {
	yearly   bool
	from, to int // dates, or month×100 + day when yearly
	week     [7][]minutes
}

// holds tells whether the season covers a day, both ends inclusive.
func (s season) holds(d date) bool {
	if !s.yearly {
		return int(d) >= s.from && int(d) <= s.to
	}
	day := d.yearDay()
	if s.from <= s.to {
		return day >= s.from && day <= s.to
	}
	return day >= s.from || day <= s.to
}

// length is about how many days the season lasts, to find the shorter of two.
func (s season) length() int {
	if !s.yearly {
		return s.to - s.from
	}
	in2000 := func(day int) date { return dateOf(2000, time.Month(day/100), day%100) }
	n := int(in2000(s.to) - in2000(s.from))
	if n < 0 {
		n += 366
	}
	return n
}

type exception struct {
	from, to date
	spans    []minutes
	imported bool
}

// newRules expects a calendar that passed Check.
func newRules(c Calendar) (rules, error) {
	var r rules
	var err error
	if r.week, err = parseWeek(c.Week); err != nil {
		return rules{}, err
	}
	for _, s := range c.Seasons {
		parsed, err := parseSeason(s)
		if err != nil {
			return rules{}, err
		}
		r.seasons = append(r.seasons, parsed)
	}
	slices.SortStableFunc(r.seasons, func(a, b season) int {
		if a.yearly != b.yearly {
			return boolFirst(a.yearly)
		}
		return cmp.Compare(b.length(), a.length())
	})
	for _, d := range c.Days {
		parsed, err := parseException(d)
		if err != nil {
			return rules{}, err
		}
		r.days = append(r.days, parsed)
	}
	slices.SortStableFunc(r.days, func(a, b exception) int {
		if a.imported != b.imported {
			return boolFirst(a.imported)
		}
		return cmp.Compare(b.to-b.from, a.to-a.from)
	})
	r.holidays, err = closedHolidays(c)
	return r, err
}

// boolFirst orders the one of two that is true before the other.
func boolFirst(first bool) int {
	if first {
		return -1
	}
	return 1
}

func parseWeek(slots []Slot) (week [7][]minutes, err error) {
	for _, s := range slots {
		m, err := parseMinutes(s.From, s.To)
		if err != nil || s.Day < 1 || s.Day > 7 {
			return week, errSyntax
		}
		week[s.Day-1] = append(week[s.Day-1], m)
	}
	return week, nil
}

func parseSeason(s Season) (season, error) {
	week, err := parseWeek(s.Week)
	if err != nil {
		return season{}, err
	}
	if from, err := parseYearDay(s.From); err == nil {
		to, err := parseYearDay(s.To)
		return season{yearly: true, from: from, to: to, week: week}, err
	}
	from, err := parseDate(s.From)
	if err != nil {
		return season{}, err
	}
	to, err := parseDate(s.To)
	return season{from: int(from), to: int(to), week: week}, err
}

func parseException(d Day) (exception, error) {
	e := exception{imported: d.Imported}
	var err error
	if e.from, err = parseDate(d.From); err != nil {
		return e, err
	}
	if e.to, err = parseDate(d.To); err != nil {
		return e, err
	}
	for _, s := range d.Spans {
		m, err := parseMinutes(s.From, s.To)
		if err != nil {
			return e, err
		}
		e.spans = append(e.spans, m)
	}
	return e, nil
}

// plan lists what holds on each day from first to last, both inclusive. It paints the stronger rules over the weaker ones, so a
// thousand exceptions cost no more than the days they touch.
func (r *rules) plan(first, last date) [][]minutes {
	plan := make([][]minutes, last-first+1)
	for i := range plan {
		d := first + date(i)
		plan[i] = r.week[d.weekday()]
		for _, s := range r.seasons {
			if s.holds(d) {
				plan[i] = s.week[d.weekday()]
			}
		}
	}
	if r.holidays != nil {
		for _, d := range r.holidays(first.year(), last.year()) {
			if d >= first && d <= last {
				plan[d-first] = nil
			}
		}
	}
	for _, e := range r.days {
		for d := max(e.from, first); d <= min(e.to, last); d++ {
			plan[d-first] = e.spans
		}
	}
	return plan
}
