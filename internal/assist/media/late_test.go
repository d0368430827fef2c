package media

import (
	"testing"
	"time"

	"visavis/internal/vis"
)

// wake lets a process wake up so many times, late by what late says of each.
func wake(l *lateness, now time.Time, times int, late func(i int) time.Duration) time.Time {
	for i := range times {
		l.look(now)
		now = now.Add(lookEvery + late(i))
	}
	return now
}

func TestWhoIsLateTakesNoMoreCallsUntilItIsInTimeAgain(t *testing.T) {
	t.Parallel()
	b := &Backend{calls: 10, rooms: make(map[vis.AssistID]*room)}
	for _, id := range []vis.AssistID{"a", "b", "c", "d"} {
		if err := b.Open(id); err != nil {
			t.Fatal(err)
		}
	}
	by := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	hiccup := func(i int) time.Duration {
		if i%25 == 0 {
			return time.Second
		}
		return time.Millisecond
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		what  string
		times int
		late  func(int) time.Duration
		free  int
	}{
		{"too short to tell", 40, by(time.Second), 6},
		{"in time", 300, by(time.Millisecond), 6},
		{"now and then a hiccup", 300, hiccup, 6},
		{"late", 300, by(25 * time.Millisecond), 0},
		{"a little late, after that", 300, by(15 * time.Millisecond), 0},
		{"in time again", 300, by(5 * time.Millisecond), 6},
		{"a little late", 300, by(15 * time.Millisecond), 6},
		{"late once more", 300, by(time.Second), 0},
	} {
		now = wake(&b.late, now, c.times, c.late)
		if got := b.Room(); got != c.free {
			t.Errorf("%s: room for %d", c.what, got)
		}
		if c.free > 0 {
			continue
		}
		if err := b.Open("e"); vis.CodeOf(err) != vis.Unavailable {
			t.Errorf("%s: another call is answered with %v", c.what, err)
		}
		if err := b.Open("a"); err != nil {
			t.Errorf("%s: a call that goes on: %v", c.what, err)
		}
	}
	b.rooms = map[vis.AssistID]*room{} // whatever is late then, it is not the calls
	if err := b.Open("e"); err != nil {
		t.Errorf("the only call: %v", err)
	}
	b.late.forget()
	if b.Late() != 0 || b.Room() != 9 {
		t.Errorf("late by %v, room for %d", b.Late(), b.Room())
	}
}
