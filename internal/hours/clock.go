package hours

import (
	"errors"
	"time"
)

const (
	minutesADay = 24 * 60
	secondsADay = 24 * 60 * 60
)

// date is a calendar day without a zone, counted from 1970-01-01.
type date int

func dateOf(year int, month time.Month, day int) date {
	return date(floorDiv(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), secondsADay))
}

// localDate is the day that the clocks of t's location show.
func localDate(t time.Time) date { return dateOf(t.Date()) }

// noon is a time on the day, for what package time knows about days; only its date means something.
func (d date) noon() time.Time { return time.Unix(int64(d)*secondsADay+secondsADay/2, 0).UTC() }

// weekday is 0 for Monday to 6 for Sunday. 1970-01-01 was a Thursday.
func (d date) weekday() int { return int((d%7 + 7 + 3) % 7) }

func (d date) year() int { return d.noon().Year() }

func (d date) String() string { return d.noon().Format(time.DateOnly) }

// yearDay is month×100 + day, so that days of different years compare.
func (d date) yearDay() int {
	_, month, day := d.noon().Date()
	return int(month)*100 + day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var errSyntax = errors.New("hours: not written as it should be")

// parseDate reads "YYYY-MM-DD".
func parseDate(text string) (date, error) {
	if len(text) != len(time.DateOnly) {
		return 0, errSyntax
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return 0, errSyntax
	}
	return localDate(t), nil
}

// parseYearDay reads "MM-DD" as month×100 + day; 29 February is a day, though not of every year.
func parseYearDay(text string) (int, error) {
	if len(text) != len("01-02") {
		return 0, errSyntax
	}
	t, err := time.Parse(time.DateOnly, "2000-"+text)
	if err != nil {
		return 0, errSyntax
	}
	return localDate(t).yearDay(), nil
}

// parseMinute reads "HH:MM" as minutes after midnight, up to "24:00".
func parseMinute(text string) (int, error) {
	if len(text) != len("15:04") || text[2] != ':' {
		return 0, errSyntax
	}
	n := 0
	for _, i := range [...]int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, errSyntax
		}
		n = n*10 + int(text[i]-'0')
	}
	minute := n/100*60 + n%100
	if n%100 > 59 || minute > minutesADay {
		return 0, errSyntax
	}
	return minute, nil
}

// minutes is a slot on a day, in minutes of the clock after that day's midnight; to is beyond minutesADay when it lies on the
// next day.
type minutes struct{ from, to int }

func parseMinutes(from, to string) (minutes, error) {
	a, err := parseMinute(from)
	if err != nil || a == minutesADay {
		return minutes{}, errSyntax
	}
	b, err := parseMinute(to)
	if err != nil {
		return minutes{}, errSyntax
	}
	if b <= a {
		b += minutesADay
	}
	return minutes{a, b}, nil
}

// loadZone refuses what would depend on the machine.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, errSyntax
	}
	return time.LoadLocation(name)
}

// period is a stretch in which a zone keeps one offset, in unix seconds.
type period struct{ from, to, offset int64 }

// clock turns local times into instants near a stretch of time, without asking the zone each time.
type clock []period

// newClock covers [from, to) with a margin wider than any offset and two days.
func newClock(zone *time.Location, from, to int64) clock {
	const margin = 5 * secondsADay
	var c clock
	for at := from - margin; at < to+margin; {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		p := period{at, to + margin, int64(offset)}
		if !end.IsZero() {
			p.to = end.Unix()
		}
		if p.to <= at {
			// Go 1.26 says that the zone ends right here on the last day of a leap year for which it has a rule but no table. The
			// offset holds all the same; ask again a day later.
			p.to = at + secondsADay
		}
		c = append(c, p)
		at = p.to
	}
	return c
}

// instant is the first at which the clocks show that minute of that day or a later one; minute may be beyond the day's end.
func (c clock) instant(d date, minute int) int64 {
	wall := int64(d)*secondsADay + int64(minute)*60
	for _, p := range c {
		if at := max(wall-p.offset, p.from); at < p.to {
			return at
		}
	}
	return wall - c[len(c)-1].offset
}
