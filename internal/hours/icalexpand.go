package hours

import (
	"strings"
	"time"

	"visavis/internal/vis"
)

// window is where the days of a file are looked for.
type window struct {
	first, last date
	zone        *time.Location
	budget      int // steps that rules may still take, over the whole file
	days        []Day
}

// longest is how many days one event may close.
const longest = 3660

// errEvent names the event at fault.
func errEvent(e event, text string, args ...any) error {
	err := vis.InField("file", text, args...)
	name := "An event without a name "
	if title := e.title(); title != "" {
		name = "The event “" + clip(title) + "” "
	}
	err.Text = name + err.Text
	return err
}

func (w *window) expand(events []event) ([]Day, error) {
	changed, err := w.changed(events)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.cancelled() {
			continue
		}
		if err := w.expandEvent(e, changed); err != nil {
			return nil, err
		}
	}
	return w.days, nil
}

// changed finds the single occurrences that other events speak for, by UID.
func (w *window) changed(events []event) (map[string]map[date]bool, error) {
	changed := map[string]map[date]bool{}
	for _, e := range events {
		for _, p := range e["RECURRENCE-ID"] {
			d, _, err := w.moment(p.value, p.params)
			if err != nil {
				return nil, errEvent(e, "changes an occurrence on %q, which is no date.", clip(p.value))
			}
			uid := e.first("UID").value
			if uid == "" {
				continue
			}
			if changed[uid] == nil {
				changed[uid] = map[date]bool{}
			}
			changed[uid][d] = true
		}
	}
	return changed, nil
}

func (w *window) expandEvent(e event, changed map[string]map[date]bool) error {
	start, length, err := w.extent(e)
	if err != nil {
		return err
	}
	except, err := w.dates(e, "EXDATE")
	if err != nil {
		return err
	}
	if len(e["RECURRENCE-ID"]) == 0 {
		for d := range changed[e.first("UID").value] {
			except[d] = true
		}
	}
	starts, err := w.dates(e, "RDATE")
	if err != nil {
		return err
	}
	starts[start] = true
	if rule := e.first("RRULE").value; rule != "" {
		more, err := w.occurrences(e, rule, start, length)
		if err != nil {
			return err
		}
		for _, d := range more {
			starts[d] = true
		}
	}
	for d := range starts {
		if except[d] || d+date(length) <= w.first || d > w.last {
			continue
		}
		if len(w.days) == maxDays {
			return vis.InField("file", "The file closes more than %d days; import fewer years.", maxDays)
		}
		w.days = append(w.days, Day{Name: e.title(), From: d.String(), To: (d + date(length) - 1).String(), Imported: true})
	}
	return nil
}

// extent is the first day of an event and how many days it closes.
func (w *window) extent(e event) (start date, length int, err error) {
	begin := e.first("DTSTART")
	start, minute, err := w.moment(begin.value, begin.params)
	if err != nil {
		return 0, 0, errEvent(e, "begins on %q, which is no date from %d to %d.", clip(begin.value), firstYear, lastYear)
	}
	end, endMinute := start+1, 0
	if p := e.first("DTEND"); p.value != "" {
		if end, endMinute, err = w.moment(p.value, p.params); err != nil {
			return 0, 0, errEvent(e, "ends on %q, which is no date from %d to %d.", clip(p.value), firstYear, lastYear)
		}
	} else if p := e.first("DURATION"); p.value != "" {
		days, err := parseDays(p.value)
		if err != nil {
			return 0, 0, errEvent(e, "lasts %q, which is no number of whole days.", clip(p.value))
		}
		end = start + date(days)
	} else if len(begin.value) > len("20060102") && minute == 0 {
		endMinute = -1 // an instant without an end closes nothing that could be told
	}
	if minute != 0 || endMinute != 0 {
		return 0, 0, errEvent(e, "on %s has a time of day. Only whole days can be closed by a file: make it all-day, "+
			"or set the hours of that day by hand.", start)
	}
	if end == start {
		end++ // some programs write a day that ends on itself
	}
	if end < start || end-start > longest {
		return 0, 0, errEvent(e, "begins on %s and ends on %s; it must end after it begins and within ten years.", start, end)
	}
	return start, int(end - start), nil
}

// dates reads a list of dates, such as the days on which a rule does not hold.
func (w *window) dates(e event, name string) (map[date]bool, error) {
	set := map[date]bool{}
	for _, p := range e[name] {
		for text := range strings.SplitSeq(p.value, ",") {
			if text == "" {
				continue
			}
			text, _, _ = strings.Cut(text, "/") // a PERIOD's beginning
			d, _, err := w.moment(text, p.params)
			if err != nil {
				return nil, errEvent(e, "has %q in %s, which is no date.", clip(text), name)
			}
			set[d] = true
		}
	}
	return set, nil
}

// moment reads "20260501" or "20260501T090000" with an optional Z, as a day of the window's zone and a minute of it. A second past
// the minute counts as a minute, so that it is never taken for midnight.
func (w *window) moment(text string, params map[string]string) (d date, minute int, err error) {
	if len(text) == len("20060102") {
		t, err := time.Parse("20060102", text)
		if err != nil || t.Year() < firstYear || t.Year() > lastYear {
			return 0, 0, errSyntax
		}
		return localDate(t), 0, nil
	}
	zone := w.zone
	if named, err := loadZone(params["TZID"]); err == nil {
		zone = named
	}
	bare, utc := strings.CutSuffix(text, "Z")
	if utc {
		zone = time.UTC
	}
	t, err := time.ParseInLocation("20060102T150405", bare, zone)
	if err != nil || t.Year() <= firstYear || t.Year() >= lastYear {
		return 0, 0, errSyntax
	}
	t = t.In(w.zone)
	d = localDate(t)
	// The first minute of a day counts as its midnight where that is skipped.
	if t.Unix() == newClock(w.zone, t.Unix(), t.Unix()).instant(d, 0) {
		return d, 0, nil
	}
	return d, t.Hour()*60 + t.Minute() + 1, nil
}

// parseDays reads a DURATION of whole days or weeks: "P3D", "P1W", "PT24H".
func parseDays(text string) (int, error) {
	each := map[byte]int{'D': 1, 'W': 7}
	text = strings.TrimPrefix(text, "+")
	if hours, ok := strings.CutPrefix(text, "PT"); ok {
		n, unit, err := number(hours)
		if err != nil || unit != "H" || n%24 != 0 || n == 0 {
			return 0, errSyntax
		}
		return n / 24, nil
	}
	rest, ok := strings.CutPrefix(text, "P")
	n, unit, err := number(rest)
	if !ok || err != nil || len(unit) != 1 || each[unit[0]] == 0 || n == 0 {
		return 0, errSyntax
	}
	return n * each[unit[0]], nil
}

// number reads the digits at the head of a text, up to 9999.
func number(text string) (n int, rest string, err error) {
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		n = n*10 + int(text[i]-'0')
		if i++; i > 4 {
			return 0, "", errSyntax
		}
	}
	if i == 0 {
		return 0, "", errSyntax
	}
	return n, text[i:], nil
}
