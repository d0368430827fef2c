package staffing

import (
	"cmp"
	"context"
	"time"

	"visavis/internal/hours"
	"visavis/internal/vis"
)

// Slot is how long one step of every history, forecast and plan is.
const Slot = 15 * time.Minute

// slotsADay is how many steps the clocks show on a day: one that is skipped in spring has none, one that is repeated in autumn has two.
const slotsADay = 96

// Count is how many came in the slot that begins at At. Slots without a Count had none.
type Count struct {
	At time.Time
	N  int
}

// History is where arrivals are read from: those of one team, or of all for "".
type History interface {
	Arrivals(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID, from, to time.Time) ([]Count, error)
}

// Past is what a forecast learns from: whole days on the clocks of a zone, from From until before To. A first or last day that From or To
// cut is left out.
type Past struct {
	Zone     *time.Location
	From, To time.Time
	Counts   []Count
	// Holiday says whether a date ("YYYY-MM-DD") is a public holiday; nil when none is known.
	Holiday func(date string) bool
}

// HolidaysOf is Past.Holiday for a country (and region) whose public holidays are known. It is not for use by several at once.
func HolidaysOf(country, region string) func(date string) bool {
	years := map[string]map[string]bool{}
	return func(date string) bool {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return false
		}
		year := date[:4]
		if years[year] == nil {
			years[year] = map[string]bool{}
			list, err := hours.Holidays(country, region, day.Year())
			if err != nil {
				return false // a country whose holidays are not known has ordinary days only
			}
			for _, h := range list {
				years[year][h.Date] = true
			}
		}
		return years[year][date]
	}
}

// kind is what sort of day it is: 0 for Sunday to 6 for Saturday as time.Weekday, or a holiday.
type kind int

const holiday kind = 7

// kinds is how many sorts of day there are.
const kinds = 8

// day is one day of the past as the clocks showed it.
type day struct {
	kind  kind
	week  int // ISO week of the year
	slots [slotsADay]float64
	total float64
}

// midnight is the first instant of the day on which t falls in a zone.
func midnight(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, zone)
	// Where the clocks skip midnight itself, time.Date may answer with an instant of the day before.
	for start.Day() != d {
		start = start.Add(Slot)
	}
	return start
}

// next is the first instant of the day after the one that begins at start.
func next(start time.Time, zone *time.Location) time.Time {
	return midnight(start.Add(36*time.Hour), zone)
}

// clock is which of the 96 slots the clocks of a zone show at t.
func clock(t time.Time, zone *time.Location) int {
	local := t.In(zone)
	return (local.Hour()*60 + local.Minute()) / int(Slot/time.Minute)
}

// kindOf is what sort of day begins at start.
func (p Past) kindOf(start time.Time) kind {
	local := start.In(p.Zone)
	if p.Holiday != nil && p.Holiday(local.Format(time.DateOnly)) {
		return holiday
	}
	return kind(local.Weekday())
}

// days are the whole days of the past, oldest first. A slot that happened twice on a day counts as the mean of both.
func (p Past) days() []day {
	counts := make(map[int64]int, len(p.Counts))
	for _, c := range p.Counts {
		counts[c.At.Truncate(Slot).Unix()] += c.N
	}
	start := midnight(p.From, p.Zone)
	if start.Before(p.From) {
		start = next(start, p.Zone)
	}
	var out []day
	for {
		end := next(start, p.Zone)
		if end.After(p.To) {
			return out
		}
		_, week := start.In(p.Zone).ISOWeek()
		d := day{kind: p.kindOf(start), week: week}
		var times [slotsADay]float64
		for at := start; at.Before(end); at = at.Add(Slot) {
			s := clock(at, p.Zone)
			d.slots[s] += float64(counts[at.Truncate(Slot).Unix()])
			times[s]++
		}
		for s := range d.slots {
			d.slots[s] /= cmp.Or(times[s], 1)
			d.total += d.slots[s]
		}
		out = append(out, d)
		start = end
	}
}

// SinceFirst leaves out the days before that of the first count: nobody was counting yet, which is not the same as nobody coming.
func (p *Past) SinceFirst() {
	if len(p.Counts) == 0 {
		p.From = p.To
		return
	}
	first := p.Counts[0].At
	for _, c := range p.Counts {
		if c.At.Before(first) {
			first = c.At
		}
	}
	if first = midnight(first, p.Zone); first.After(p.From) {
		p.From = first
	}
}

// Days is how many whole days of the past can be learnt from.
func (p Past) Days() int { return len(p.days()) }

// Blank are the slots of the day on which an instant falls, expecting nothing.
func Blank(t time.Time, zone *time.Location) []Expected {
	start := midnight(t, zone)
	var out []Expected
	for at := start; at.Before(next(start, zone)); at = at.Add(Slot) {
		out = append(out, Expected{At: at})
	}
	return out
}
