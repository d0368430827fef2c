package hours

import (
	"testing"
	"time"
)

// round is Paris, Montréal and Nouméa, each from nine to five on weekdays.
func round(t testing.TB) Ring {
	var r Ring
	for _, zone := range []string{"Europe/Paris", "America/Montreal", "Pacific/Noumea"} {
		c := Calendar{Zone: zone}
		for day := 1; day <= 5; day++ {
			c.Week = append(c.Week, Slot{day, "09:00", "17:00"})
		}
		r.Places = append(r.Places, compiled(t, c))
	}
	return r
}

func TestTheRingFollowsTheSun(t *testing.T) {
	t.Parallel()
	r := round(t)
	for _, row := range []struct {
		at      string // UTC; the 1st of July 2026 is a Wednesday
		current int
		holder  int
		ok      bool
		change  string
	}{
		{"2026-07-01T07:00:00Z", 0, 0, true, "2026-07-01T15:00:00Z"},  // Paris until it closes
		{"2026-07-01T14:00:00Z", 1, 1, true, "2026-07-01T21:00:00Z"},  // Montréal keeps what it has, though Paris is open
		{"2026-07-01T15:00:00Z", 0, 1, true, "2026-07-01T21:00:00Z"},  // Paris hands on to Montréal
		{"2026-07-01T21:30:00Z", 1, 1, false, "2026-07-01T22:00:00Z"}, // nobody for half an hour
		{"2026-07-01T22:00:00Z", 1, 2, true, "2026-07-02T06:00:00Z"},  // Nouméa begins its Thursday
		{"2026-07-02T06:30:00Z", 2, 2, false, "2026-07-02T07:00:00Z"}, // until Paris is back
		{"2026-07-04T12:00:00Z", 0, 0, false, "2026-07-05T22:00:00Z"}, // a weekend
		{"2026-07-01T16:00:00Z", -1, 1, true, "2026-07-01T21:00:00Z"}, // nobody had it
		{"2026-07-01T16:00:00Z", 99, 1, true, "2026-07-01T21:00:00Z"}, // a place that is gone
		{"2026-07-01T16:00:00Z", 2, 1, true, "2026-07-01T21:00:00Z"},  // Nouméa's night: nobody before Montréal
		{"2026-07-01T07:00:00Z", 2, 0, true, "2026-07-01T15:00:00Z"},  // Paris comes first after Nouméa
	} {
		at, err := time.Parse(time.RFC3339, row.at)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := r.Holder(at, row.current); ok != row.ok || ok && got != row.holder {
			t.Errorf("Holder(%s, %d) = %d %v, want %d %v", row.at, row.current, got, ok, row.holder, row.ok)
		}
		if got, ok := r.Change(at, row.current); !ok || got.Format(time.RFC3339) != row.change {
			t.Errorf("Change(%s, %d) = %v %v, want %s", row.at, row.current, got, ok, row.change)
		}
	}
}

func TestTheHolderStaysTheSameUntilTheChange(t *testing.T) {
	t.Parallel()
	r := round(t)
	for at := time.Date(2026, time.March, 26, 0, 30, 0, 0, time.UTC); at.Day() != 10; at = at.Add(35 * time.Minute) {
		for current := range r.Places {
			was, ok := r.Holder(at, current)
			change, _ := r.Change(at, current)
			for i := at; i.Before(change); i = i.Add(10 * time.Minute) {
				if got, open := r.Holder(i, current); got != was || open != ok {
					t.Fatalf("asked at %v for %d, the holder changes at %v before %v", at, current, i, change)
				}
			}
		}
	}
}

func TestAnEmptyRingHoldsNothing(t *testing.T) {
	t.Parallel()
	if got, ok := (Ring{}).Holder(firstDay, 3); ok {
		t.Errorf("an empty ring is held by %d", got)
	}
	if _, ok := (Ring{}).Change(firstDay, 0); ok {
		t.Error("an empty ring changes")
	}
	if _, ok := (Ring{Places: []*Hours{Always(), Always()}}).Change(firstDay, 1); ok {
		t.Error("a place that never closes hands on")
	}
}
