package hours

import (
	"errors"
	"strings"
	"testing"
	"time"

	"visavis/internal/vis"
)

func TestCheckNamesTheFieldAtFault(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		field  string
		change func(*Calendar)
	}{
		{"", func(*Calendar) {}},
		{"", func(c *Calendar) { *c = Calendar{Zone: "UTC"} }},
		{"", func(c *Calendar) { c.Week[0].From, c.Week[0].To = "00:00", "24:00" }},
		{"", func(c *Calendar) { c.Week[0].From, c.Week[0].To = "22:00", "06:00" }},
		{"", func(c *Calendar) { c.Seasons = []Season{{From: "12-20", To: "02-29"}} }},
		{"", func(c *Calendar) { c.Country, c.Region, c.Worked = "FR", "FR-57", []string{"good_friday", "ascension"} }},
		{"", func(c *Calendar) { c.Country, c.Worked = "GB", []string{"christmas_observed"} }},
		{"zone", func(c *Calendar) { c.Zone = "" }},
		{"zone", func(c *Calendar) { c.Zone = "Local" }},
		{"zone", func(c *Calendar) { c.Zone = "../../etc/passwd" }},
		{"zone", func(c *Calendar) { c.Zone = strings.Repeat("x", 1000) }},
		{"week", func(c *Calendar) { c.Week = make([]Slot, 51) }},
		{"week[2].day", func(c *Calendar) { c.Week[2].Day = 0 }},
		{"week[2].day", func(c *Calendar) { c.Week[2].Day = 8 }},
		{"week[2].from", func(c *Calendar) { c.Week[2].From = "9:00" }},
		{"week[2].from", func(c *Calendar) { c.Week[2].From = "24:00" }},
		{"week[2].to", func(c *Calendar) { c.Week[2].To = "24:01" }},
		{"week[2].to", func(c *Calendar) { c.Week[2].To = "18:60" }},
		{"week[2].to", func(c *Calendar) { c.Week[2].To = "+8:00" }},
		{"seasons", func(c *Calendar) { c.Seasons = make([]Season, 21) }},
		{"seasons[0].from", func(c *Calendar) { c.Seasons = []Season{{From: "07-32", To: "08-31"}} }},
		{"seasons[0].to", func(c *Calendar) { c.Seasons = []Season{{From: "07-01", To: "2026-08-31"}} }},
		{"seasons[0].to", func(c *Calendar) { c.Seasons = []Season{{From: "2026-07-01", To: "2026-06-30"}} }},
		{"seasons[0].week[0].day", func(c *Calendar) { c.Seasons = []Season{{From: "07-01", To: "08-31", Week: []Slot{{}}}} }},
		{"days", func(c *Calendar) { c.Days = make([]Day, 1001) }},
		{"days[0].from", func(c *Calendar) { c.Days = []Day{{From: "2026-02-29", To: "2026-03-01"}} }},
		{"days[0].to", func(c *Calendar) { c.Days = []Day{{From: "2026-02-28", To: "2026-02-27"}} }},
		{"days[0].to", func(c *Calendar) { c.Days = []Day{{From: "2026-02-28", To: "9999-02-27"}} }},
		{"days[0].name", func(c *Calendar) {
			c.Days = []Day{{Name: strings.Repeat("x", 201), From: "2026-02-28", To: "2026-02-28"}}
		}},
		{"days[0].spans", func(c *Calendar) { c.Days = []Day{{From: "2026-02-28", To: "2026-02-28", Spans: make([]Span, 21)}} }},
		{"days[0].spans[0].from", func(c *Calendar) { c.Days = []Day{{From: "2026-02-28", To: "2026-02-28", Spans: []Span{{"x", "y"}}}} }},
		{"country", func(c *Calendar) { c.Country = "XX" }},
		{"region", func(c *Calendar) { c.Region = "FR-57" }},
		{"region", func(c *Calendar) { c.Country, c.Region = "FR", "DE-BY" }},
		{"worked", func(c *Calendar) { c.Worked = []string{"new_year"} }},
		{"worked[1]", func(c *Calendar) { c.Country, c.Worked = "FR", []string{"new_year", "good_friday"} }},
	} {
		c := office()
		row.change(&c)
		err := c.Check()
		_, compileErr := Compile(c)
		if (err == nil) != (compileErr == nil) {
			t.Errorf("Check says %v, Compile %v", err, compileErr)
		}
		var refusal *vis.Error
		switch {
		case row.field == "" && err != nil:
			t.Errorf("refused: %v", err)
		case row.field != "" && (!errors.As(err, &refusal) || refusal.Field != row.field || len(refusal.Text) > 300):
			t.Errorf("%v, want a short refusal of %s", err, row.field)
		}
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add("Europe/Paris", 1, "09:00", "18:00", "07-01", "2026-12-24", "FR", "FR-57", "ascension", int64(1_780_000_000))
	f.Add("Pacific/Apia", 5, "22:00", "06:00", "2011-12-30", "2011-12-30", "NZ", "", "", int64(1_325_200_000))
	f.Add("Asia/Tokyo", 7, "00:00", "24:00", "12-31", "2026-12-24", "JP", "", "showa_day", int64(-1<<40))
	f.Fuzz(func(t *testing.T, zone string, day int, from, to, season, date, country, region, worked string, sec int64) {
		c := Calendar{
			Zone: zone, Week: []Slot{{day, from, to}, {3, "10:00", "11:00"}}, Country: country, Region: region,
			Seasons: []Season{{From: season, To: season, Week: []Slot{{day, to, from}}}},
			Days:    []Day{{From: date, To: date, Spans: []Span{{from, to}}}},
		}
		if worked != "" {
			c.Worked = []string{worked}
		}
		h, err := Compile(c)
		if err != nil {
			if (vis.CodeOf(err) != vis.Invalid) || c.Check() == nil {
				t.Fatalf("Compile refuses with %v what Check says %v to", err, c.Check())
			}
			return
		}
		at := time.Unix(sec%(1<<36), 0)
		open, ok := h.NextOpen(at)
		if ok && (open.Before(at) || !h.Open(open)) {
			t.Fatalf("NextOpen(%v) = %v, which is not open", at, open)
		}
		if end, ok := h.NextClose(at); ok && (h.Open(end) || !end.After(open)) {
			t.Fatalf("NextClose(%v) = %v, which is open", at, end)
		}
		if end, ok := h.EndOfDay(at, 3); ok && !end.After(at) {
			t.Fatalf("EndOfDay(%v) = %v, which is over", at, end)
		}
		if end, ok := h.Add(at, 90*time.Minute); ok && h.Between(at, end) != 90*time.Minute {
			t.Fatalf("Add(%v) = %v, which is %v of open time later", at, end, h.Between(at, end))
		}
	})
}
