package hours

import (
	"fmt"
	"slices"
	"strings"

	"visavis/internal/vis"
)

// Bounds on what a calendar may hold, far above what a real one needs; they keep a stored one small and quick to compile.
const (
	maxSlots   = 50 // in a week
	maxSeasons = 20
	maxDays    = 1000
	maxSpans   = 20 // on a day
	maxWorked  = 100
	maxName    = 200 // bytes

	firstYear = 1900
	lastYear  = 2200
)

// Check refuses a calendar that cannot be meant, with an error of package vis that names the field, such as week[2].to, and says
// what would be right.
func (c Calendar) Check() error {
	if _, err := loadZone(c.Zone); err != nil {
		return vis.InField("zone", "There is no time zone %q; choose one such as Europe/Paris.", clip(c.Zone))
	}
	if err := checkWeek("week", c.Week); err != nil {
		return err
	}
	if err := checkCount("seasons", len(c.Seasons), maxSeasons); err != nil {
		return err
	}
	for i, s := range c.Seasons {
		if err := checkSeason(fmt.Sprintf("seasons[%d]", i), s); err != nil {
			return err
		}
	}
	if err := checkCount("days", len(c.Days), maxDays); err != nil {
		return err
	}
	for i, d := range c.Days {
		if err := checkDay(fmt.Sprintf("days[%d]", i), d); err != nil {
			return err
		}
	}
	return c.checkHolidays()
}

func (c Calendar) checkHolidays() error {
	if c.Country == "" {
		switch {
		case c.Region != "":
			return vis.InField("region", "Choose a country before its region.")
		case len(c.Worked) > 0:
			return vis.InField("worked", "Choose a country before its public holidays.")
		}
		return nil
	}
	ids, err := holidayIDs(c.Country, c.Region)
	if err != nil {
		return err
	}
	if err := checkCount("worked", len(c.Worked), maxWorked); err != nil {
		return err
	}
	for i, id := range c.Worked {
		if !slices.Contains(ids, id) {
			return vis.InField(fmt.Sprintf("worked[%d]", i), "%s has no public holiday %q.", c.Country, clip(id))
		}
	}
	return nil
}

func checkWeek(field string, week []Slot) error {
	if err := checkCount(field, len(week), maxSlots); err != nil {
		return err
	}
	for i, s := range week {
		at := fmt.Sprintf("%s[%d]", field, i)
		if s.Day < 1 || s.Day > 7 {
			return vis.InField(at+".day", "A day of the week is a number from 1 for Monday to 7 for Sunday, not %d.", s.Day)
		}
		if err := checkMinutes(at, s.From, s.To); err != nil {
			return err
		}
	}
	return nil
}

func checkMinutes(field, from, to string) error {
	if m, err := parseMinute(from); err != nil || m == minutesADay {
		return vis.InField(field+".from", "%q is not a time of day; write 00:00 to 23:59, such as 09:00.", clip(from))
	}
	if _, err := parseMinute(to); err != nil {
		return vis.InField(field+".to", "%q is not a time of day; write 00:00 to 24:00, such as 18:00.", clip(to))
	}
	return nil
}

func checkSeason(field string, s Season) error {
	if err := checkName(field, s.Name); err != nil {
		return err
	}
	if _, err := parseYearDay(s.From); err == nil {
		if _, err := parseYearDay(s.To); err != nil {
			return vis.InField(field+".to", "%q does not go with %s; write the last day as MM-DD too, such as 08-31.", clip(s.To), s.From)
		}
	} else if _, err := parseDate(s.From); err != nil {
		return vis.InField(field+".from", "%q is not a day; write MM-DD for every year, such as 07-01, or YYYY-MM-DD for once.", clip(s.From))
	} else if err := checkTo(field, s.From, s.To); err != nil {
		return err
	}
	return checkWeek(field+".week", s.Week)
}

func checkDay(field string, d Day) error {
	if err := checkName(field, d.Name); err != nil {
		return err
	}
	if _, err := parseDate(d.From); err != nil {
		return vis.InField(field+".from", "%q is not a date; write YYYY-MM-DD, such as 2026-12-24.", clip(d.From))
	}
	if err := checkTo(field, d.From, d.To); err != nil {
		return err
	}
	if err := checkCount(field+".spans", len(d.Spans), maxSpans); err != nil {
		return err
	}
	for i, s := range d.Spans {
		if err := checkMinutes(fmt.Sprintf("%s.spans[%d]", field, i), s.From, s.To); err != nil {
			return err
		}
	}
	return nil
}

// checkTo expects a from that is a date.
func checkTo(field, from, to string) error {
	if _, err := parseDate(to); err != nil {
		return vis.InField(field+".to", "%q is not a date; write YYYY-MM-DD, such as 2026-12-31.", clip(to))
	}
	if to < from {
		return vis.InField(field+".to", "The last day, %s, comes before the first, %s.", to, from)
	}
	return nil
}

func checkName(field, name string) error {
	if len(name) > maxName {
		return vis.InField(field+".name", "This name is too long; %d characters are enough.", maxName)
	}
	return nil
}

func checkCount(field string, n, most int) error {
	if n > most {
		return vis.InField(field, "These are %d; at most %d fit.", n, most)
	}
	return nil
}

// clip keeps what somebody typed short enough to be shown back.
func clip(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
