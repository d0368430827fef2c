package webchat

import (
	"slices"
	"time"

	"visavis/internal/vis"
)

// Hours are the weekly opening hours of a chat in a time zone. Several slots a day are allowed; one ends on the day it begins,
// with "24:00" as the latest end.
type Hours struct {
	Zone string `json:"zone"` // IANA
	Week []Slot `json:"week"`
}

// Slot is one stretch of one day of the week (ISO 8601: Monday is 1), from and to in local "15:04" time.
type Slot struct {
	Day  int    `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

func (h *Hours) check() error {
	if _, err := time.LoadLocation(h.Zone); err != nil || h.Zone == "" || h.Zone == "Local" {
		return vis.InField("settings.hours.zone", "%q is no time zone; one looks like Europe/Paris.", h.Zone)
	}
	if len(h.Week) > 70 {
		return vis.InField("settings.hours.week", "A week may have 70 slots at most.")
	}
	for _, s := range h.Week {
		from, okFrom := minutes(s.From)
		to, okTo := minutes(s.To)
		if s.Day < 1 || s.Day > 7 || !okFrom || !okTo || from >= to {
			return vis.InField("settings.hours.week", "A slot is a day from 1 (Monday) to 7 and two times such as 09:00 and 18:30, the first before the second.")
		}
	}
	slices.SortFunc(h.Week, func(a, b Slot) int {
		if a.Day != b.Day {
			return a.Day - b.Day
		}
		x, _ := minutes(a.From)
		y, _ := minutes(b.From)
		return x - y
	})
	return nil
}

func minutes(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// At says whether the chat is open at an instant and, if not, when it opens next (zero: never within eight days), or when it
// closes (zero: never within eight days). Slots that touch are one, also over midnight.
func (h *Hours) At(now time.Time) (open bool, opensAt, closesAt time.Time) {
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		return true, time.Time{}, time.Time{}
	}
	local := now.In(zone)
	for day := -1; day <= 8; day++ {
		// The calendar day, not 24 hours: a day may have 23 or 25.
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 0, 0, 0, 0, zone)
		weekday := (int(date.Weekday())+6)%7 + 1
		for _, s := range h.Week {
			if s.Day != weekday {
				continue
			}
			from, to := at(date, s.From), at(date, s.To)
			switch {
			case open && !from.After(closesAt):
				if to.After(closesAt) {
					closesAt = to
				}
			case open:
				return true, time.Time{}, closesAt
			case !now.Before(from) && now.Before(to):
				open, closesAt = true, to
			case from.After(now):
				return false, from, time.Time{}
			}
		}
	}
	if open && closesAt.After(now.AddDate(0, 0, 7)) {
		closesAt = time.Time{} // slots that touch all week long: it never closes
	}
	return open, time.Time{}, closesAt
}

// at is a wall-clock time on a date. time.Date settles what clocks that jump make of it.
func at(date time.Time, clock string) time.Time {
	m, _ := minutes(clock)
	return time.Date(date.Year(), date.Month(), date.Day(), m/60, m%60, 0, 0, date.Location())
}
