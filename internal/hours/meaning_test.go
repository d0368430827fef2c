package hours

import (
	"sync"
	"testing"
	"time"
)

// daily has the same slots every day.
func daily(zone string, spans ...Span) Calendar {
	c := Calendar{Zone: zone}
	for day := 1; day <= 7; day++ {
		for _, s := range spans {
			c.Week = append(c.Week, Slot{day, s.From, s.To})
		}
	}
	return c
}

// What the package comment promises about skipped and repeated hours, told in UTC.
func TestSlotsWhereTheClocksChange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, zone  string
		slot       Span
		day        string // UTC
		open, shut string // UTC on that day or the next
	}{
		{"from within the gap: at its end", "Europe/Paris", Span{"02:30", "04:00"}, "2026-03-29", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
		{"to within the gap: at its end", "Europe/Paris", Span{"01:00", "02:30"}, "2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		{"within the gap: not that day", "Europe/Paris", Span{"02:10", "02:50"}, "2026-03-29", "2026-03-30T00:10:00Z", "2026-03-30T00:50:00Z"},
		{"over the repeated hour: it counts twice", "Europe/Paris", Span{"02:00", "03:00"}, "2026-10-25", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
		{"within the repeated hour: the first time", "Europe/Paris", Span{"02:15", "02:45"}, "2026-10-25", "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"},
		{"from within the repeated hour: the first time", "Europe/Paris", Span{"02:30", "04:00"}, "2026-10-25", "2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"},
		{"midnight is skipped: at one", "America/Sao_Paulo", Span{"00:00", "06:00"}, "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-04T08:00:00Z"},
		{"half an hour is skipped", "Australia/Lord_Howe", Span{"02:00", "03:00"}, "2026-10-03", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"},
		{"a day that never was", "Pacific/Apia", Span{"09:00", "17:00"}, "2011-12-30", "2011-12-30T19:00:00Z", "2011-12-31T03:00:00Z"},
		// Go's ZoneBounds is wrong on this day; without a guard the clocks would never be found.
		{"the last day of a leap year without a table", "Europe/Paris", Span{"09:00", "17:00"}, "2040-12-31", "2040-12-31T08:00:00Z", "2040-12-31T16:00:00Z"},
	} {
		h := compiled(t, daily(row.zone, row.slot))
		at, err := time.Parse(time.DateOnly, row.day)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(-time.Minute)
		if row.zone == "Pacific/Apia" || row.zone == "Australia/Lord_Howe" {
			at = at.Add(10 * time.Hour)
		}
		open, ok := h.NextOpen(at)
		shut, _ := h.NextClose(at)
		if !ok || open.Format(time.RFC3339) != row.open || shut.Format(time.RFC3339) != row.shut {
			t.Errorf("%s: open from %v to %v, want %s to %s", row.why, open, shut, row.open, row.shut)
		}
		if got, want := h.Between(open, shut), shut.Sub(open); got != want {
			t.Errorf("%s: %v of open time, want %v", row.why, got, want)
		}
	}
}

func TestWhatWinsOverWhat(t *testing.T) {
	t.Parallel()
	c := daily("UTC", Span{"09:00", "10:00"})
	c.Country = "FR"
	week := func(from, to string) []Slot { return daily("UTC", Span{from, to}).Week }
	c.Seasons = []Season{
		{"short", "08-10", "08-20", week("11:00", "12:00")},
		{"summer", "07-01", "08-31", week("10:00", "11:00")},
		{"once", "2026-08-12", "2026-08-12", week("12:00", "13:00")},
		{"winter", "12-20", "01-05", nil},
	}
	c.Days = []Day{
		{Name: "by hand", From: "2026-09-02", To: "2026-09-02", Spans: []Span{{"13:00", "14:00"}}},
		{Name: "fair", From: "2026-09-01", To: "2026-09-10"},
		{Name: "import", From: "2026-09-02", To: "2026-09-02", Imported: true},
		{Name: "feast", From: "2026-08-15", To: "2026-08-15", Spans: []Span{{"14:00", "15:00"}}},
		{Name: "import", From: "2026-10-01", To: "2026-10-02", Imported: true},
	}
	h := compiled(t, c)
	for _, row := range []struct{ from, opens, why string }{
		{"2026-06-01 00:00", "2026-06-01 09:00", "the week"},
		{"2026-07-02 00:00", "2026-07-02 10:00", "the season over the week"},
		{"2026-07-14 00:00", "2026-07-15 10:00", "a holiday over the season"},
		{"2026-08-11 00:00", "2026-08-11 11:00", "the shorter season"},
		{"2026-08-12 00:00", "2026-08-12 12:00", "the dated season"},
		{"2026-08-15 00:00", "2026-08-15 14:00", "a day over a holiday"},
		{"2026-09-01 00:00", "2026-09-02 13:00", "closed, and the shorter day over the longer and the imported"},
		{"2026-10-01 00:00", "2026-10-03 09:00", "an imported day over the week"},
		{"2026-12-19 11:00", "2027-01-06 09:00", "a season that wraps the new year"},
	} {
		if got, ok := h.NextOpen(local(t, h, row.from)); !ok || !got.Equal(local(t, h, row.opens)) {
			t.Errorf("%s: from %s it opens %v, want %s", row.why, row.from, got, row.opens)
		}
	}
}

func TestTheNightBeforeAClosingDayIsNotCut(t *testing.T) {
	t.Parallel()
	c := daily("Europe/Paris", Span{"22:00", "06:00"})
	c.Days = []Day{{From: "2026-12-25", To: "2026-12-25"}}
	h := compiled(t, c)
	at := func(text string) time.Time { return local(t, h, text) }
	if !h.Open(at("2026-12-25 05:59")) || h.Open(at("2026-12-25 23:00")) || h.Open(at("2026-12-26 03:00")) {
		t.Error("a closing day closes the nights that begin on it, and no other")
	}
	for _, row := range []struct {
		at   string
		n    int
		want string
	}{
		{"2026-12-25 02:00", 0, "2026-12-25 06:00"}, // still the 24th's night
		{"2026-12-25 02:00", 1, "2026-12-27 06:00"},
		{"2026-12-25 12:00", 0, "2026-12-27 06:00"},
		{"2026-12-26 12:00", 0, "2026-12-27 06:00"},
	} {
		if got, ok := h.EndOfDay(at(row.at), row.n); !ok || !got.Equal(at(row.want)) {
			t.Errorf("EndOfDay(%s, %d) = %v, want %s", row.at, row.n, got, row.want)
		}
	}
}

func TestAlways(t *testing.T) {
	t.Parallel()
	h := Always()
	at := time.Date(2026, time.May, 4, 10, 20, 30, 40, paris)
	if open, ok := h.NextOpen(at); !h.Open(at) || !ok || open != at || h.Zone() != time.UTC {
		t.Error("always is not open")
	}
	if _, ok := h.NextClose(at); ok {
		t.Error("always closes")
	}
	if end, ok := h.Add(at, 100*365*24*time.Hour); !ok || h.Between(at, end) != 100*365*24*time.Hour {
		t.Error("always is not real time")
	}
	if end, ok := h.EndOfDay(at, 2); !ok || !end.Equal(time.Date(2026, time.May, 7, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("two days end %v", end)
	}
	if _, ok := h.EndOfDay(at, 1<<40); ok {
		t.Error("a day in billions of years is told")
	}
}

func TestNothingIsToldBeyondTenYears(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	c := Calendar{Zone: "UTC", Days: []Day{
		{From: "2036-03-01", To: "2036-03-01", Spans: []Span{{"11:00", "12:00"}}},
		{From: "2036-03-02", To: "2036-03-02", Spans: []Span{{"11:00", "12:00"}}},
	}}
	h := compiled(t, c)
	if open, ok := h.NextOpen(at); !ok || open.Hour() != 11 {
		t.Errorf("within ten years: %v %v", open, ok)
	}
	if end, ok := h.NextClose(at); !ok || end.Hour() != 12 {
		t.Errorf("exactly ten years: %v %v", end, ok)
	}
	if _, ok := h.Add(at, time.Hour); !ok {
		t.Error("an hour within ten years is not told")
	}
	if _, ok := h.Add(at, time.Hour+1); ok {
		t.Error("an hour that passes later than in ten years is told")
	}
	if _, ok := h.EndOfDay(at, 2); ok {
		t.Error("a day later than in ten years is told")
	}
	if _, ok := h.NextOpen(at.AddDate(-1, 0, 0)); ok {
		t.Error("an opening in eleven years is told")
	}
	round := compiled(t, daily("Asia/Tokyo", Span{"00:00", "24:00"}))
	if end, ok := round.NextClose(at); ok {
		t.Errorf("round the clock closes %v", end)
	}
	for _, far := range []time.Time{{}, time.Unix(1<<55, 0), time.Unix(-1<<55, 0)} {
		h.NextOpen(far)
		h.EndOfDay(far, 1)
	}
	if got := round.Between(time.Time{}, at); got != 1<<63-1 {
		t.Errorf("two thousand years have %v, want as much as a Duration holds", got)
	}
}

func TestPartsOfASecondAreCounted(t *testing.T) {
	t.Parallel()
	h := compiled(t, office())
	at := local(t, h, "2026-03-06 17:59").Add(59*time.Second + 999*time.Millisecond)
	if got, _ := h.Add(at, time.Millisecond); !got.Equal(local(t, h, "2026-03-06 18:00")) {
		t.Errorf("a millisecond before closing ends %v", got)
	}
	if got, _ := h.Add(at, time.Millisecond+1); !got.Equal(local(t, h, "2026-03-09 09:00").Add(1)) {
		t.Errorf("a nanosecond more ends %v", got)
	}
	if got := h.Between(at, local(t, h, "2026-03-09 09:00").Add(5)); got != time.Millisecond+5 {
		t.Errorf("between is %v", got)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	c := office()
	c.Country = "FR"
	h := compiled(t, c)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range 200 {
				at := firstDay.AddDate(0, 0, n*37)
				if h.Between(at, at.AddDate(0, 0, 14)) == 0 {
					t.Errorf("nothing is open in the fortnight from %v", at)
				}
			}
		})
	}
	group.Wait()
}
