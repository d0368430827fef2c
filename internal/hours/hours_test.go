package hours

import (
	"testing"
	"time"
)

// office answers on weekdays from nine to six in Paris, with a break at noon on Mondays.
func office() Calendar {
	c := Calendar{Zone: "Europe/Paris", Week: []Slot{{1, "09:00", "12:00"}, {1, "13:00", "18:00"}}}
	for day := 2; day <= 5; day++ {
		c.Week = append(c.Week, Slot{day, "09:00", "18:00"})
	}
	return c
}

func compiled(t testing.TB, c Calendar) *Hours {
	t.Helper()
	h, err := Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// local reads "2006-01-02 15:04" on the clocks of h.
func local(t testing.TB, h *Hours, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, h.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAnOfficeWeek(t *testing.T) {
	t.Parallel()
	h := compiled(t, office())
	at := func(text string) time.Time { return local(t, h, text) }
	for _, row := range []struct {
		at, open, shut string
		isOpen         bool
	}{
		{"2026-03-02 08:59", "2026-03-02 09:00", "2026-03-02 12:00", false},
		{"2026-03-02 09:00", "2026-03-02 09:00", "2026-03-02 12:00", true},
		{"2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 18:00", false},
		{"2026-03-06 18:00", "2026-03-09 09:00", "2026-03-09 12:00", false},
	} {
		if got := h.Open(at(row.at)); got != row.isOpen {
			t.Errorf("Open(%s) = %v", row.at, got)
		}
		if got, ok := h.NextOpen(at(row.at)); !ok || !got.Equal(at(row.open)) {
			t.Errorf("NextOpen(%s) = %v, want %s", row.at, got, row.open)
		}
		if got, ok := h.NextClose(at(row.at)); !ok || !got.Equal(at(row.shut)) {
			t.Errorf("NextClose(%s) = %v, want %s", row.at, got, row.shut)
		}
	}
	if got, _ := h.Add(at("2026-03-06 17:00"), 4*time.Hour); !got.Equal(at("2026-03-09 12:00")) {
		t.Errorf("four open hours from Friday at five end %v, want Monday at noon", got)
	}
	if got := h.Between(at("2026-03-02 00:00"), at("2027-03-01 00:00")); got != 52*44*time.Hour {
		t.Errorf("a year has %v open, want 52 weeks of 44 hours", got)
	}
}

func TestBusinessDays(t *testing.T) {
	t.Parallel()
	h := compiled(t, office())
	for _, row := range []struct {
		at   string
		n    int
		want string
	}{
		{"2026-03-06 17:00", 0, "2026-03-06 18:00"}, // a Friday
		{"2026-03-06 18:00", 0, "2026-03-09 18:00"},
		{"2026-03-06 17:00", 2, "2026-03-10 18:00"},
		{"2026-03-06 20:00", 2, "2026-03-10 18:00"},
		{"2026-03-07 10:00", 0, "2026-03-09 18:00"},
		{"2026-03-08 10:00", 2, "2026-03-10 18:00"},
		{"2026-03-09 00:00", 1, "2026-03-10 18:00"},
		{"2026-03-02 10:00", 100, "2026-07-20 18:00"},
		{"2026-03-02 10:00", 2000, "2033-10-31 18:00"},
	} {
		if got, ok := h.EndOfDay(local(t, h, row.at), row.n); !ok || !got.Equal(local(t, h, row.want)) {
			t.Errorf("EndOfDay(%s, %d) = %v, want %s", row.at, row.n, got, row.want)
		}
	}
	if _, ok := h.EndOfDay(local(t, h, "2026-03-02 10:00"), 5000); ok {
		t.Error("5000 business days fit into ten years")
	}
}
