package hours

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zones have whole, half and quarter hours, gaps and overlaps at two, at midnight and of half an hour, winter time in summer, a
// month with two changes, and a day that never was.
var zones = []string{
	"Europe/Paris", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kolkata", "Australia/Lord_Howe",
	"Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu", "Europe/Dublin", "Asia/Tehran",
}

var (
	firstDay = time.Date(2010, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2031, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// changes lists the instants at which the clocks of a zone are put forward or back.
func changes(t failer, name string) (list []time.Time) {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := firstDay; ; {
		_, end := at.In(zone).ZoneBounds()
		if end.IsZero() || end.After(lastDay) {
			return list
		}
		if !end.After(at) { // see newClock
			end = at.AddDate(0, 0, 1)
		} else {
			list = append(list, end)
		}
		at = end
	}
}

// failer is what tests, fuzz targets and drawn cases have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// compare asks h everything at some minutes of a window and holds the answers against the reference.
func compare(t failer, h *Hours, r *reference, from, to, step int) {
	t.Helper()
	same := func(what string, i int, got time.Time, ok bool, want int) {
		t.Helper()
		if want >= 0 && (!ok || !got.Equal(r.time(want))) {
			t.Fatalf("%s at %s (%s) = %v %v, want %s", what, r.time(i), r.time(i).In(h.Zone()), got, ok, r.time(want))
		}
	}
	for i := from; i < to; i++ {
		if got := h.Open(r.time(i)); got != r.isOpen[i] {
			t.Fatalf("Open at %s (%s) = %v", r.time(i), r.time(i).In(h.Zone()), got)
		}
	}
	for i := from; i < to; i += step {
		at := r.time(i)
		open := r.next(i, true)
		got, ok := h.NextOpen(at)
		same("NextOpen", i, got, ok, open)
		if open >= 0 {
			got, ok = h.NextClose(at)
			same("NextClose", i, got, ok, r.next(open, false))
		}
		for n := range 4 {
			got, ok = h.EndOfDay(at, n)
			same(fmt.Sprintf("EndOfDay %d", n), i, got, ok, r.endOfDay(i, n))
		}
		for j := i; j < to; j += 7*step + 1 {
			want := r.count[j] - r.count[i]
			if got := h.Between(at, r.time(j)); got != time.Duration(want)*time.Minute {
				t.Fatalf("Between %s and %s = %v, want %d minutes", at, r.time(j), got, want)
			}
			if want > 0 && r.isOpen[j-1] {
				got, ok = h.Add(at, time.Duration(want)*time.Minute)
				same(fmt.Sprintf("Add %d minutes", want), i, got, ok, j)
			}
		}
	}
}

// hard is a calendar that has slots wherever clocks are put forward or back.
func hard(zone string) Calendar {
	c := Calendar{Zone: zone, Seasons: []Season{{"nights", "11-15", "02-15", []Slot{{3, "22:00", "06:00"}, {4, "00:15", "00:45"}}}}}
	for day := 1; day <= 7; day++ {
		for _, s := range []Span{{"23:30", "00:15"}, {"00:30", "01:15"}, {"01:30", "01:50"}, {"01:50", "02:20"}, {"02:30", "02:45"}, {"09:00", "12:00"}, {"22:15", "22:45"}} {
			c.Week = append(c.Week, Slot{day, s.From, s.To})
		}
	}
	return c
}

func TestEveryClockChangeAgreesWithTheReference(t *testing.T) {
	t.Parallel()
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			always := Calendar{Zone: zone}
			for day := 1; day <= 7; day++ {
				always.Week = append(always.Week, Slot{day, "00:00", "24:00"})
			}
			night := Calendar{Zone: zone, Week: []Slot{{6, "21:00", "02:30"}, {7, "02:15", "02:10"}, {5, "23:00", "01:30"}}}
			for _, c := range []Calendar{hard(zone), always, night} {
				h := compiled(t, c)
				for _, at := range changes(t, zone) {
					r := newReference(t, c, at.AddDate(0, 0, -4), 9)
					compare(t, h, r, 3*minutesADay, 6*minutesADay, 61)
				}
			}
		})
	}
}

func TestRandomCalendarsAgreeWithTheReference(t *testing.T) {
	t.Parallel()
	clocks := map[string][]time.Time{}
	for _, zone := range zones {
		clocks[zone] = changes(t, zone)
	}
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(rt, "zone")
		at := firstDay.AddDate(0, 0, rapid.IntRange(0, 7600).Draw(rt, "day"))
		switch kind := rapid.IntRange(0, 3).Draw(rt, "kind"); {
		case kind == 1 && len(clocks[zone]) > 0:
			at = rapid.SampledFrom(clocks[zone]).Draw(rt, "change")
		case kind == 2:
			at = time.Unix(at.Unix()>>blockBits<<blockBits, 0)
		}
		c := drawCalendar(rt, zone, at)
		h, err := Compile(c)
		if err != nil {
			rt.Fatal(err)
		}
		r := newReference(rt, c, at.AddDate(0, 0, -8), 24)
		compare(rt, h, r, 4*minutesADay, 18*minutesADay, rapid.IntRange(37, 300).Draw(rt, "step"))
	})
}

// drawTime is a time of day that often lies where clocks change.
func drawTime(rt *rapid.T, last int) string {
	minute := rapid.OneOf(rapid.IntRange(0, 200), rapid.IntRange(0, last), rapid.Map(rapid.IntRange(0, last/30), func(n int) int { return n * 30 }))
	m := minute.Draw(rt, "minute")
	return fmt.Sprintf("%02d:%02d", m/60, m%60)
}

func drawWeek(rt *rapid.T, label string) []Slot {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Slot {
		return Slot{rapid.IntRange(1, 7).Draw(rt, "day"), drawTime(rt, minutesADay-1), drawTime(rt, minutesADay)}
	}), 0, 14).Draw(rt, label)
}

func drawCalendar(rt *rapid.T, zone string, near time.Time) Calendar {
	day := func(label string) string {
		return near.AddDate(0, 0, rapid.IntRange(-12, 12).Draw(rt, label)).Format(time.DateOnly)
	}
	c := Calendar{Zone: zone, Week: drawWeek(rt, "week")}
	for i := range rapid.IntRange(0, 3).Draw(rt, "seasons") {
		s := Season{From: day("from"), To: day("to"), Week: drawWeek(rt, "season week")}
		if yearly := rapid.Bool().Draw(rt, "yearly"); yearly {
			s.From, s.To = s.From[5:], s.To[5:]
		} else if s.To < s.From {
			s.From, s.To = s.To, s.From
		}
		s.Name = fmt.Sprint("season ", i)
		c.Seasons = append(c.Seasons, s)
	}
	for range rapid.IntRange(0, 4).Draw(rt, "days") {
		d := Day{From: day("from"), Imported: rapid.Bool().Draw(rt, "imported")}
		d.To = max(d.From, day("to"))
		for range rapid.IntRange(0, 2).Draw(rt, "spans") {
			d.Spans = append(d.Spans, Span{drawTime(rt, minutesADay-1), drawTime(rt, minutesADay)})
		}
		c.Days = append(c.Days, d)
	}
	c.Country = rapid.SampledFrom([]string{"", "FR", "JP", "US", "MA"}).Draw(rt, "country")
	if c.Country != "" && rapid.Bool().Draw(rt, "works") {
		c.Worked = []string{"labour_day", "new_year"}
		if c.Country == "JP" {
			c.Worked = []string{"showa_day"}
		}
	}
	return c
}

// Years apart the reference would be too slow; there the answers are held against each other.
func TestOpenTimeAddsUpOverYears(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCalendar(rt, rapid.SampledFrom(zones).Draw(rt, "zone"), firstDay.AddDate(0, 0, rapid.IntRange(0, 7600).Draw(rt, "day")))
		h, err := Compile(c)
		if err != nil {
			rt.Fatal(err)
		}
		a := firstDay.Add(time.Duration(rapid.Int64Range(0, int64(5*366*24*time.Hour)).Draw(rt, "a")))
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(2*366*24*time.Hour)).Draw(rt, "b")))
		z := b.Add(time.Duration(rapid.Int64Range(0, int64(5*366*24*time.Hour)).Draw(rt, "z")))
		whole, first := h.Between(a, z), h.Between(a, b)
		if whole != first+h.Between(b, z) {
			rt.Fatalf("Between %v and %v is not the sum of its parts at %v", a, z, b)
		}
		if first == 0 {
			return
		}
		end, ok := h.Add(a, first)
		if !ok || end.After(b) || h.Between(a, end) != first || h.Between(end, b) != 0 {
			rt.Fatalf("Add(%v, %v) = %v %v, want the last open instant until %v", a, first, end, ok, b)
		}
		if early := end.Add(-1); h.Between(a, early) != first-1 {
			rt.Fatalf("Add(%v, %v) = %v is not the first such instant", a, first, end)
		}
	})
}
