package hours

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"visavis/internal/vis"
)

// Name is what something is called in the two first languages.
type Name struct {
	Fr string `json:"fr"`
	En string `json:"en"`
}

// Holiday is a public holiday on a day. The same ID comes back every year, seldom twice in one. The day on which a holiday is made
// up for that fell on a weekend has an ID of its own, which ends in "_observed".
type Holiday struct {
	ID   string `json:"id"`
	Date string `json:"date"` // YYYY-MM-DD
	Name Name   `json:"name"`
}

// Country is one whose public holidays are known.
type Country struct {
	Code    string   `json:"code"` // ISO 3166-1 alpha-2
	Name    Name     `json:"name"`
	Regions []Region `json:"regions,omitempty"` // those that have holidays of their own
}

// Region is a part of a country with holidays of its own.
type Region struct {
	Code string `json:"code"` // ISO 3166-2, such as "FR-57"
	Name Name   `json:"name"`
}

// observed marks the id of a substitute day.
const observed = "_observed"

// Holidays lists the public holidays of a year in the order of their dates. Without a region it lists what the whole country has.
//
// Islamic holidays are computed from the tabular calendar: they may move by a day with the sighting of the moon, so add the
// official date as a closing day. Days that a government proclaims from year to year, and those of single towns, are not known.
func Holidays(country, region string, year int) ([]Holiday, error) {
	c, err := findCountry(country, region)
	if err != nil {
		return nil, err
	}
	if year < firstYear || year > lastYear {
		return nil, vis.InField("year", "Public holidays are known from %d to %d.", firstYear, lastYear)
	}
	list := []Holiday{}
	for _, f := range c.list(region, year, year) {
		list = append(list, Holiday{ID: f.id, Date: f.date.String(), Name: f.name})
	}
	return list, nil
}

// Countries lists the countries whose public holidays are known, by code.
func Countries() []Country {
	table := holidayTable()
	list := make([]Country, 0, len(table))
	for _, c := range table {
		entry := c.Country
		entry.Regions = slices.Clone(c.Regions)
		list = append(list, entry)
	}
	slices.SortFunc(list, func(a, b Country) int { return cmp.Compare(a.Code, b.Code) })
	return list
}

func findCountry(code, region string) (*country, error) {
	table := holidayTable()
	i := slices.IndexFunc(table, func(c country) bool { return c.Code == code })
	if i < 0 {
		return nil, vis.InField("country", "The public holidays of %q are not known here; choose a country such as FR, or none.", clip(code))
	}
	c := &table[i]
	if region != "" && !slices.ContainsFunc(c.Regions, func(r Region) bool { return r.Code == region }) {
		return nil, vis.InField("region", "%q is no region of %s with holidays of its own; leave it empty for the whole country.",
			clip(region), c.Name.En)
	}
	return c, nil
}

// holidayIDs lists the ids that a calendar may name as worked.
func holidayIDs(code, region string) ([]string, error) {
	c, err := findCountry(code, region)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range c.rules {
		if r.in(region) {
			ids = append(ids, r.id, r.id+observed)
		}
	}
	return ids, nil
}

// closedHolidays returns what tells the days of some years on which a calendar is closed for a public holiday, or nil.
func closedHolidays(c Calendar) (func(first, last int) []date, error) {
	if c.Country == "" {
		return nil, nil
	}
	country, err := findCountry(c.Country, c.Region)
	if err != nil {
		return nil, err
	}
	worked := map[string]bool{}
	for _, id := range c.Worked {
		worked[id] = true
	}
	return func(first, last int) []date {
		var days []date
		for _, f := range country.list(c.Region, first, last) {
			if !worked[f.id] && !worked[strings.TrimSuffix(f.id, observed)] {
				days = append(days, f.date)
			}
		}
		return days
	}, nil
}

// feast is a holiday on its day.
type feast struct {
	date   date
	id     string
	name   Name
	making string // how it is made up for when it falls on a weekend
}

// list works out the holidays of some years. It looks a year further on both sides, for a substitute may cross the new year.
func (c *country) list(region string, first, last int) []feast {
	var feasts []feast
	between := -1
	for i, r := range c.rules {
		if !r.in(region) {
			continue
		}
		if r.making == makingBetween {
			between = i
			continue
		}
		for year := first - 1; year <= last+1; year++ {
			for _, d := range r.days(year) {
				feasts = append(feasts, feast{d, r.id, r.name, r.making})
			}
		}
	}
	byDate := func(a, b feast) int { return cmp.Compare(a.date, b.date) }
	slices.SortStableFunc(feasts, byDate)
	taken := map[date]bool{}
	for _, f := range feasts {
		taken[f.date] = true
	}
	if between >= 0 {
		feasts = append(feasts, sandwiched(feasts, taken, c.rules[between])...)
	}
	feasts = append(feasts, substitutes(feasts, taken)...)
	slices.SortStableFunc(feasts, byDate)
	return slices.DeleteFunc(feasts, func(f feast) bool { return f.date.year() < first || f.date.year() > last })
}

// substitutes are the days on which holidays that fell on a weekend are made up for; feasts are in order.
func substitutes(feasts []feast, taken map[date]bool) []feast {
	var more []feast
	for _, f := range feasts {
		day, ok := substitute(f, taken)
		if !ok {
			continue
		}
		taken[day] = true
		name := Name{f.name.Fr + " (jour de remplacement)", f.name.En + " (substitute day)"}
		more = append(more, feast{date: day, id: f.id + observed, name: name})
	}
	return more
}

func substitute(f feast, taken map[date]bool) (date, bool) {
	weekday := f.date.weekday()
	saturday, sunday := weekday == 5, weekday == 6
	switch {
	case f.making == makingUS && saturday:
		return f.date - 1, true
	case f.making == makingUS && sunday:
		return f.date + 1, true
	case f.making == makingSunday && sunday:
		day := f.date + 1
		for taken[day] {
			day++
		}
		return day, true
	case f.making == makingWeekend && (saturday || sunday):
		day := f.date + 1
		for taken[day] || day.weekday() >= 5 {
			day++
		}
		return day, true
	}
	return 0, false
}

// sandwiched are the days between two holidays that a country makes holidays too, Sundays aside: article 3 of the Japanese act on
// national holidays.
func sandwiched(feasts []feast, taken map[date]bool, r holidayRule) []feast {
	var more []feast
	for _, f := range feasts {
		day := f.date + 1
		if taken[day+1] && !taken[day] && day.weekday() != 6 && day >= dateOf(1986, time.January, 1) {
			more = append(more, feast{date: day, id: r.id, name: r.name})
		}
	}
	for _, f := range more {
		taken[f.date] = true
	}
	return more
}
