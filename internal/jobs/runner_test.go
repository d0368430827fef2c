package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"visavis/internal/vis"
)

// shelf keeps timers in memory, oldest first.
type shelf struct{ due []Timer }

func (s *shelf) Due(_ context.Context, now time.Time, limit int) ([]Timer, error) {
	var out []Timer
	for _, t := range s.due {
		if len(out) < limit && !t.DueAt.After(now) {
			out = append(out, t)
		}
	}
	return out, nil
}

func (s *shelf) take(t Timer) {
	s.due = slices.DeleteFunc(s.due, func(o Timer) bool { return o.Key == t.Key })
}

func TestTimersThatFailHoldUpNoOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := &shelf{}
	for i := range 3 * atOnce {
		s.due = append(s.due, Timer{Workspace: "sick", Kind: "bad", Key: fmt.Sprint(i), DueAt: now.Add(-time.Hour)})
	}
	s.due = append(s.due, Timer{Workspace: "well", Kind: "good", Key: "last", DueAt: now})
	tried, good := 0, 0
	r := NewRunner(s, vis.ClockFunc(func() time.Time { return now }), slog.New(slog.DiscardHandler), map[string]Effect{
		"bad":  func(context.Context, Timer) error { tried++; return errors.New("no") },
		"good": func(_ context.Context, t Timer) error { good++; s.take(t); return nil },
	})
	for range 4 {
		r.Once(t.Context())
		now = now.Add(lookEvery / 4)
	}
	if good != 1 {
		t.Errorf("behind %d that fail one ran %d times", 3*atOnce, good)
	}
	tried = 0
	for range 120 {
		r.Once(t.Context())
		now = now.Add(lookEvery)
	}
	if least, most := 3*atOnce, 3*atOnce*10; tried < least || tried > most {
		t.Errorf("in two minutes %d tries of %d that fail", tried, 3*atOnce)
	}
	s.due = nil
	r.Once(t.Context())
	if len(r.failing) != 0 {
		t.Errorf("%d are remembered that nobody wants any more", len(r.failing))
	}
}

// K-08: an effect that panics is one that failed.
func TestATimerThatPanicsHoldsUpNoOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := &shelf{due: []Timer{{Workspace: "sick", Kind: "bad", Key: "1", DueAt: now.Add(-time.Hour)}, {Workspace: "well", Kind: "good", Key: "2", DueAt: now}}}
	good := 0
	r := NewRunner(s, vis.ClockFunc(func() time.Time { return now }), slog.New(slog.DiscardHandler), map[string]Effect{
		"bad":  func(context.Context, Timer) error { panic("no") },
		"good": func(_ context.Context, t Timer) error { good++; s.take(t); return nil },
	})
	if done := r.Once(t.Context()); done != 1 || good != 1 || len(s.due) != 1 {
		t.Errorf("%d done, %d good, %d left", done, good, len(s.due))
	}
	if !r.Pulse.Last().Equal(now) {
		t.Errorf("its pulse beat at %v", r.Pulse.Last())
	}
}
