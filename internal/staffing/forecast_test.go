package staffing

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"visavis/internal/vis"
)

var paris = mustZone("Europe/Paris")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// truth is the rate of arrivals in a slot that a synthetic past is drawn from.
type truth func(local time.Time) float64

// shop is a plausible truth: 600 on a Monday, fewer towards Sunday, with a morning and an afternoon hump and a little at night.
func shop(local time.Time) float64 {
	weekday := [...]float64{0.4, 1.4, 1.2, 1.1, 1.1, 1, 0.8}[local.Weekday()]
	h := float64(local.Hour()) + float64(local.Minute())/60
	hump := func(at, width float64) float64 { return math.Exp(-(h - at) * (h - at) / (2 * width * width)) }
	return weekday * (0.4 + 12*hump(10.5, 2) + 9*hump(15.5, 2.5))
}

// poisson draws from a Poisson distribution.
func poisson(random *rand.Rand, mean float64) int {
	n := 0
	for left := mean; ; n++ {
		if left -= random.ExpFloat64(); left < 0 {
			return n
		}
	}
}

// draw is a past of days before an end, drawn from a truth.
func draw(seed uint64, end string, days int, zone *time.Location, rate truth) Past {
	random := rand.New(rand.NewPCG(seed, 1))
	to := on(end, zone)
	p := Past{Zone: zone, To: to, From: midnight(to.Add(-time.Duration(days)*24*time.Hour+12*time.Hour), zone)}
	for at := p.From; at.Before(to); at = at.Add(Slot) {
		if n := poisson(random, rate(at.In(zone))); n > 0 {
			p.Counts = append(p.Counts, Count{at.UTC(), n})
		}
	}
	return p
}

func on(date string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func total(slots []Expected) (sum float64) {
	for _, s := range slots {
		sum += s.N
	}
	return sum
}

// off is the mean absolute difference between a forecast and the truth, as a share of the truth.
func off(slots []Expected, zone *time.Location, rate truth) float64 {
	missed, all := 0.0, 0.0
	for _, s := range slots {
		want := rate(s.At.In(zone))
		missed, all = missed+math.Abs(s.N-want), all+want
	}
	return missed / all
}

func learn(t *testing.T, p Past) Model {
	t.Helper()
	m, err := Learn(p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAForecastFindsTheWeekAndTheDayThatThePastWasDrawnFrom(t *testing.T) {
	t.Parallel()
	m := learn(t, draw(1, "2026-06-01", 84, paris, shop))
	for _, date := range []string{"2026-06-01", "2026-06-03", "2026-06-06", "2026-06-07"} {
		slots := m.Day(on(date, paris))
		if len(slots) != 96 {
			t.Errorf("%s has %d slots", date, len(slots))
		}
		if got := off(slots, paris, shop); got > 0.12 {
			t.Errorf("%s: %.1f %% off the truth", date, 100*got)
		}
	}
	if a := m.Accuracy; a.Weeks != 4 || a.Daily > 0.06 || a.Covered < 0.78 || a.Covered > 0.95 || a.Slots < 0.1 || a.Slots > 0.5 {
		t.Errorf("accuracy: %+v", a)
	}
}

func TestAForecastFromTwoWeeksIsRoughAndFromLessRefused(t *testing.T) {
	t.Parallel()
	m := learn(t, draw(2, "2026-06-01", 14, paris, shop))
	if got := off(m.Day(on("2026-06-02", paris)), paris, shop); got > 0.3 {
		t.Errorf("%.1f %% off the truth", 100*got)
	}
	_, err := Learn(draw(2, "2026-06-01", 13, paris, shop))
	if vis.CodeOf(err) != vis.Conflict {
		t.Errorf("13 days: %v", err)
	}
	if _, err := Learn(Past{Zone: paris, From: on("2026-06-01", paris), To: on("2026-06-01", paris)}); vis.CodeOf(err) != vis.Conflict {
		t.Errorf("nothing: %v", err)
	}
}

func TestADayThatWasCutIsNotLearntFrom(t *testing.T) {
	t.Parallel()
	p := draw(2, "2026-06-01", 14, paris, shop)
	p.To = p.To.Add(10 * time.Hour)
	p.From = p.From.Add(-3 * time.Hour)
	if days := p.days(); len(days) != 14 {
		t.Errorf("%d days", len(days))
	}
}

func TestClosedHoursAndDaysStayClosed(t *testing.T) {
	t.Parallel()
	open := func(local time.Time) float64 {
		if local.Weekday() == time.Sunday || local.Hour() < 9 || local.Hour() >= 18 {
			return 0
		}
		return 8
	}
	m := learn(t, draw(3, "2026-06-01", 56, paris, open))
	for _, s := range m.Day(on("2026-06-02", paris)) {
		if local := s.At.In(paris); local.Hour() < 9 && s.N > 0.2 || local.Hour() == 9 && math.Abs(s.N-8) > 2 {
			t.Errorf("%s: %.2f expected", local.Format("15:04"), s.N)
		}
	}
	if n := total(m.Day(on("2026-06-07", paris))); n > 0.01 {
		t.Errorf("%.2f expected on a Sunday", n)
	}
}

func TestTheClocksMayChange(t *testing.T) {
	t.Parallel()
	// The past crosses 29 March 2026, when 2:00 is 3:00 in Paris: what comes at 10 on the clock still does, one hour earlier by UTC.
	m := learn(t, draw(4, "2026-05-04", 70, paris, shop))
	if got := off(m.Day(on("2026-05-05", paris)), paris, shop); got > 0.13 {
		t.Errorf("%.1f %% off the truth", 100*got)
	}
	if n := len(m.Day(on("2026-03-29", paris))); n != 92 {
		t.Errorf("the day that loses an hour has %d slots", n)
	}
	autumn := m.Day(on("2026-10-25", paris))
	if len(autumn) != 100 {
		t.Errorf("the day that gains an hour has %d slots", len(autumn))
	}
	for i := 1; i < len(autumn); i++ {
		if autumn[i].At.Sub(autumn[i-1].At) != Slot {
			t.Errorf("a slot of %s", autumn[i].At.Sub(autumn[i-1].At))
		}
	}
	// In Beirut midnight itself is skipped: the day begins at 1:00.
	beirut := mustZone("Asia/Beirut")
	spring := draw(5, "2026-04-20", 56, beirut, shop)
	if days := spring.days(); len(days) != 56 {
		t.Errorf("%d days in Beirut", len(days))
	}
	if slots := learn(t, spring).Day(time.Date(2026, 3, 29, 12, 0, 0, 0, beirut)); len(slots) != 92 || slots[0].At.In(beirut).Hour() != 1 {
		t.Errorf("Beirut: %d slots from %s", len(slots), slots[0].At.In(beirut))
	}
}

func TestABadDayDoesNotComeBackEveryWeek(t *testing.T) {
	t.Parallel()
	p := draw(6, "2026-06-01", 42, paris, shop)
	for i, c := range p.Counts {
		if c.At.In(paris).Format(time.DateOnly) == "2026-05-26" { // a Tuesday with an outage
			p.Counts[i].N = 5 * c.N
		}
	}
	if got := off(learn(t, p).Day(on("2026-06-02", paris)), paris, shop); got > 0.2 {
		t.Errorf("%.1f %% off the truth", 100*got)
	}
}

func TestTheLevelFollowsRecentWeeks(t *testing.T) {
	t.Parallel()
	from := on("2026-05-04", paris)
	doubled := func(local time.Time) float64 {
		if local.Before(from) {
			return shop(local)
		}
		return 2 * shop(local)
	}
	got, want := total(learn(t, draw(7, "2026-06-01", 84, paris, doubled)).Day(on("2026-06-02", paris))), 0.0
	for _, s := range learn(t, draw(7, "2026-06-01", 84, paris, doubled)).Day(on("2026-06-02", paris)) {
		want += doubled(s.At.In(paris))
	}
	near(t, "doubled four weeks ago", got, want, 0.06*want)
}

func TestHolidaysAreDaysOfTheirOwn(t *testing.T) {
	t.Parallel()
	dates := map[string]bool{"2026-04-06": true, "2026-05-01": true, "2026-05-08": true, "2026-05-14": true, "2026-05-25": true, "2026-07-14": true}
	rate := func(local time.Time) float64 {
		if dates[local.Format(time.DateOnly)] {
			return 0.25 * shop(time.Date(2026, 6, 3, local.Hour(), local.Minute(), 0, 0, paris))
		}
		return shop(local)
	}
	p := draw(8, "2026-06-29", 112, paris, rate)
	p.Holiday = func(date string) bool { return dates[date] }
	m := learn(t, p)
	if got := off(m.Day(on("2026-07-14", paris)), paris, rate); got > 0.3 {
		t.Errorf("the holiday is %.1f %% off", 100*got)
	}
	if got := off(m.Day(on("2026-07-13", paris)), paris, rate); got > 0.15 {
		t.Errorf("the Monday before is %.1f %% off", 100*got)
	}
	p.Holiday = func(date string) bool { return date == "2026-07-14" }
	near(t, "an unknown holiday is like a Sunday", total(learn(t, p).Day(on("2026-07-14", paris))), total(learn(t, p).Day(on("2026-07-12", paris))), 1e-9)
}

func TestAYearTellsTheSeason(t *testing.T) {
	t.Parallel()
	seasonal := func(local time.Time) float64 {
		return shop(local) * (1 + 0.5*math.Cos(2*math.Pi*float64(local.YearDay()-355)/365))
	}
	// Forecasting twelve weeks ahead, into the peak of December.
	year := learn(t, draw(9, "2026-09-28", 2*364, paris, seasonal))
	if got := off(year.Day(on("2026-12-21", paris)), paris, seasonal); got > 0.15 {
		t.Errorf("with two years: %.1f %% off", 100*got)
	}
	blind := learn(t, draw(9, "2026-09-28", 26*7, paris, seasonal))
	if got := off(blind.Day(on("2026-12-21", paris)), paris, seasonal); got < 0.25 {
		t.Errorf("without a year it is %.1f %% off, which it cannot know", 100*got)
	}
}

func TestGrowthIsNotTakenForASeason(t *testing.T) {
	t.Parallel()
	start := on("2024-06-01", paris)
	growing := func(local time.Time) float64 {
		return shop(local) * math.Exp(0.4*local.Sub(start).Hours()/24/365)
	}
	if got := off(learn(t, draw(10, "2026-06-29", 2*371, paris, growing)).Day(on("2026-06-30", paris)), paris, growing); got > 0.12 {
		t.Errorf("%.1f %% off", 100*got)
	}
}

func TestAQuietNightHasARate(t *testing.T) {
	t.Parallel()
	quiet := func(time.Time) float64 { return 0.1 }
	for _, s := range learn(t, draw(11, "2026-06-01", 56, paris, quiet)).Day(on("2026-06-02", paris)) {
		if s.N < 0.02 || s.N > 0.3 || s.Low != 0 || s.High < 1 && s.N > 0.11 {
			t.Errorf("%+v", s)
		}
	}
}

func TestPoissonQuantiles(t *testing.T) {
	t.Parallel()
	for mean, want := range map[float64][2]float64{0: {0, 0}, 0.05: {0, 0}, 1: {0, 2}, 10: {6, 14}, 100: {87, 113}, 10000: {9872, 10128}} {
		if low, high := poissonQuantile(mean, 0.1), poissonQuantile(mean, 0.9); low != want[0] || high != want[1] {
			t.Errorf("of %g: %g to %g, want %v", mean, low, high, want)
		}
	}
}
