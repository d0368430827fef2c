package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"visavis/internal/vis"
)

// K-08: a worker that has stopped while the process lives takes the server out of traffic, by its name.
func TestAServerWhoseWorkerIsSilentIsNotReady(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var timers, routing, unborn vis.Pulse
	all := []worker{{"timers", &timers}, {"routing", &routing}, {"report", &unborn}}
	timers.Beat(now)
	routing.Beat(now)
	if err := silent(all, now.Add(silentFor)); err != nil {
		t.Errorf("all were heard of: %v", err)
	}
	timers.Beat(now.Add(silentFor))
	err := silent(all, now.Add(silentFor+time.Second))
	if err == nil || !strings.HasPrefix(err.Error(), "routing has not worked since 2026-03-02T09:00:00Z") {
		t.Errorf("routing is silent: %v", err)
	}
	for _, c := range silences(all, vis.ClockFunc(func() time.Time { return now.Add(time.Minute) })) {
		if want := map[string]float64{"visavis_timers_silent_seconds": 15, "visavis_routing_silent_seconds": 60}[c.Name]; c.Value() != want {
			t.Errorf("%s: %v", c.Name, c.Value())
		}
	}
}

// K-08: a fault over one workspace's log ends neither the follower nor the other workspaces' turns.
func TestAFaultInOneLogStopsNoOther(t *testing.T) {
	t.Parallel()
	read := make(chan vis.WorkspaceID, 100)
	failed := make(chan error, 100)
	f := newFollower(atOnce, func(_ context.Context, ws vis.WorkspaceID) (bool, error) {
		if ws == "sick" {
			panic("no such thing")
		}
		read <- ws
		return false, nil
	}, func(context.Context) (map[vis.WorkspaceID]int64, error) {
		return map[vis.WorkspaceID]int64{"sick": 1, "well": 1}, nil
	}, func(_ vis.WorkspaceID, err error) { failed <- err })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { f.Run(ctx); close(done) }()
	defer func() { stop(); <-done }()
	for range 2 {
		f.Ring("sick")
		f.Ring("well")
		var fault *vis.Fault
		if err := <-failed; !errors.As(err, &fault) || fault.Value != "no such thing" {
			t.Fatalf("what went wrong: %v", err)
		}
		if ws := <-read; ws != "well" {
			t.Fatalf("read %s", ws)
		}
	}
	if f.pulse.Last().IsZero() {
		t.Error("no pulse")
	}
}
