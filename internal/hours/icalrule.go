package hours

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxRuleSteps is how many days the rules of a file may look at, all together: a few tenths of a second, and more than a thousand
// rules need for ten years.
const maxRuleSteps = 2_000_000

// rule is an RRULE made of days. Lists that are empty do not restrict.
type rule struct {
	freq      string // DAILY, WEEKLY, MONTHLY or YEARLY
	interval  int
	count     int // 0 for no end
	until     date
	weekStart int
	months    []int
	monthDays []int // negative from the end
	yearDays  []int // negative from the end
	weekdays  []nthWeekday
	positions []int // BYSETPOS, negative from the end
}

// nthWeekday is "MO" (nth 0), "2MO" or "-1MO".
type nthWeekday struct{ nth, weekday int }

var icalWeekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// occurrences are the days on which an event begins by its rule, as far as they touch the window.
func (w *window) occurrences(e event, text string, start date, length int) ([]date, error) {
	r, err := w.readRule(text)
	if err != nil {
		return nil, errEvent(e, "repeats by a rule that is not understood here (%s); write its days one by one.", clip(text))
	}
	r.fill(start)
	last := min(w.last, r.until)
	var found []date
	n := 0
	for period := r.firstPeriod(start, w.first-date(length)); ; period++ {
		begin, end := r.period(start, period)
		if begin > last {
			return found, nil
		}
		// A period that the interval leads to costs at least one step, however few of its days can match.
		if w.budget -= int(end-begin) + 1; w.budget < 0 {
			return nil, errEvent(e, "repeats too often to be followed; shorten the rule or give it an end.")
		}
		for _, d := range r.matches(begin, end) {
			if d < start {
				continue
			}
			if n++; d > last || r.count > 0 && n > r.count {
				return found, nil
			}
			if d+date(length) > w.first {
				found = append(found, d)
			}
		}
	}
}

// fill takes from the first day what the rule leaves open.
func (r *rule) fill(start date) {
	_, month, day := start.noon().Date()
	if len(r.monthDays)+len(r.yearDays)+len(r.weekdays) > 0 {
		return
	}
	switch r.freq {
	case "YEARLY":
		if len(r.months) == 0 {
			r.months = []int{int(month)}
		}
		r.monthDays = []int{day}
	case "MONTHLY":
		r.monthDays = []int{day}
	case "WEEKLY":
		r.weekdays = []nthWeekday{{0, start.weekday()}}
	}
}

// firstPeriod skips what lies before the window; a rule with a count must be followed from its beginning.
func (r *rule) firstPeriod(start, from date) int {
	if r.count > 0 || from <= start {
		return 0
	}
	days := map[string]int{"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[r.freq]
	return max(0, int(from-start)/days/r.interval-1)
}

// period is the n-th stretch of days that the rule looks at: a day, a week, a month or a year, end exclusive.
func (r *rule) period(start date, n int) (begin, end date) {
	n *= r.interval
	year, month, _ := start.noon().Date()
	switch r.freq {
	case "DAILY":
		return start + date(n), start + date(n) + 1
	case "WEEKLY":
		begin = onOrAfter(start-6, r.weekStart) + date(7*n)
		return begin, begin + 7
	case "MONTHLY":
		return dateOf(year, month+time.Month(n), 1), dateOf(year, month+time.Month(n+1), 1)
	default:
		return dateOf(year+n, time.January, 1), dateOf(year+n+1, time.January, 1)
	}
}

// matches are the days of a period that the rule picks, in order.
func (r *rule) matches(begin, end date) []date {
	var days []date
	for d := begin; d < end; d++ {
		if r.holds(d) {
			days = append(days, d)
		}
	}
	if len(r.positions) == 0 {
		return days
	}
	var picked []date
	for i, d := range days {
		if slices.Contains(r.positions, i+1) || slices.Contains(r.positions, i-len(days)) {
			picked = append(picked, d)
		}
	}
	return picked
}

func (r *rule) holds(d date) bool {
	t := d.noon()
	year, month, day := t.Date()
	if len(r.months) > 0 && !slices.Contains(r.months, int(month)) {
		return false
	}
	monthLength := int(dateOf(year, month+1, 1) - dateOf(year, month, 1))
	if len(r.monthDays) > 0 && !slices.Contains(r.monthDays, day) && !slices.Contains(r.monthDays, day-monthLength-1) {
		return false
	}
	yearDay, yearLength := t.YearDay(), int(dateOf(year+1, 1, 1)-dateOf(year, 1, 1))
	if len(r.yearDays) > 0 && !slices.Contains(r.yearDays, yearDay) && !slices.Contains(r.yearDays, yearDay-yearLength-1) {
		return false
	}
	if len(r.weekdays) == 0 {
		return true
	}
	// An nth weekday counts within the month, or within the year for a yearly rule without months.
	nth, length := day, monthLength
	if r.freq == "YEARLY" && len(r.months) == 0 {
		nth, length = yearDay, yearLength
	}
	return slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool {
		return w.weekday == d.weekday() &&
			(w.nth == 0 || w.nth == (nth-1)/7+1 || w.nth == -((length-nth)/7+1))
	})
}

func (w *window) readRule(text string) (rule, error) {
	r := rule{interval: 1, until: dateOf(lastYear, time.December, 31)}
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		var err error
		switch key {
		case "FREQ":
			r.freq = value
		case "INTERVAL":
			r.interval, err = limited(value, 1, 9999)
		case "COUNT":
			r.count, err = limited(value, 1, 99999)
		case "UNTIL":
			r.until, _, err = w.moment(value, nil)
		case "WKST":
			r.weekStart = slices.Index(icalWeekdays, value)
		case "BYMONTH":
			r.months, err = limitedList(value, 1, 12)
		case "BYMONTHDAY":
			r.monthDays, err = limitedList(value, -31, 31)
		case "BYYEARDAY":
			r.yearDays, err = limitedList(value, -366, 366)
		case "BYSETPOS":
			r.positions, err = limitedList(value, -366, 366)
		case "BYDAY":
			r.weekdays, err = readWeekdays(value)
		default:
			err = errSyntax
		}
		if err != nil {
			return r, err
		}
	}
	nth := slices.ContainsFunc(r.weekdays, func(w nthWeekday) bool { return w.nth != 0 })
	switch {
	case !slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, r.freq), r.weekStart < 0,
		nth && (r.freq == "DAILY" || r.freq == "WEEKLY"),
		len(r.monthDays) > 0 && r.freq == "WEEKLY",
		len(r.yearDays) > 0 && r.freq != "YEARLY":
		return r, errSyntax
	}
	return r, nil
}

func limited(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, errSyntax
	}
	return n, nil
}

func limitedList(text string, least, most int) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := limited(part, least, most)
		if err != nil || n == 0 || len(list) > most {
			return nil, errSyntax
		}
		list = append(list, n)
	}
	return list, nil
}

func readWeekdays(text string) ([]nthWeekday, error) {
	var list []nthWeekday
	for part := range strings.SplitSeq(text, ",") {
		if len(part) < 2 || len(list) > 60 {
			return nil, errSyntax
		}
		w := nthWeekday{weekday: slices.Index(icalWeekdays, part[len(part)-2:])}
		if nth := part[:len(part)-2]; nth != "" {
			var err error
			if w.nth, err = limited(nth, -53, 53); err != nil || w.nth == 0 {
				return nil, errSyntax
			}
		}
		if w.weekday < 0 {
			return nil, errSyntax
		}
		list = append(list, w)
	}
	return list, nil
}
