package app

import (
	"context"
	"sync"
	"time"

	"visavis/internal/vis"
)

// follower lets a room read the log of every workspace as it grows.
type follower struct {
	// pulse beats with every look and every stretch.
	pulse vis.Pulse
	// breath is how long it gathers what happens, so that a busy minute costs few transactions.
	breath time.Duration
	// step reads one stretch and reports whether there is more.
	step  func(ctx context.Context, ws vis.WorkspaceID) (more bool, err error)
	heads func(ctx context.Context) (map[vis.WorkspaceID]int64, error)
	// failed is told what went wrong; it is tried again.
	failed func(ws vis.WorkspaceID, err error)

	mu    sync.Mutex
	rung  map[vis.WorkspaceID]bool
	bell  chan struct{}
	known map[vis.WorkspaceID]int64
}

// lostBell is how often a follower looks by itself: another node rings no bell here.
const lostBell = 3 * time.Second

// How long those gather for whom nobody waits, and those for whom somebody who looks at a screen does.
const (
	atLeisure = time.Second
	atOnce    = 200 * time.Millisecond
)

func newFollower(breath time.Duration, step func(context.Context, vis.WorkspaceID) (bool, error), heads func(context.Context) (map[vis.WorkspaceID]int64, error),
	failed func(vis.WorkspaceID, error)) *follower {
	return &follower{breath: breath, step: step, heads: heads, failed: failed, rung: make(map[vis.WorkspaceID]bool), bell: make(chan struct{}, 1),
		known: make(map[vis.WorkspaceID]int64)}
}

// Ring says that a workspace's log has grown. It never waits.
func (f *follower) Ring(ws vis.WorkspaceID) {
	f.mu.Lock()
	f.rung[ws] = true
	f.mu.Unlock()
	select {
	case f.bell <- struct{}{}:
	default:
	}
}

// Run follows until ctx ends.
func (f *follower) Run(ctx context.Context) {
	tick := time.NewTicker(lostBell)
	defer tick.Stop()
	f.look(ctx)
	for {
		f.pulse.Beat(time.Now())
		for ws := range f.take() {
			f.read(ctx, ws)
		}
		if !sleep(ctx, f.breath) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-f.bell:
		case <-tick.C:
			f.look(ctx)
		}
	}
}

// sleep waits, and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// look rings for every workspace whose log is longer than when it was last looked at.
func (f *follower) look(ctx context.Context) {
	heads, err := f.heads(ctx)
	if err != nil {
		return // the next look will do
	}
	for ws, head := range heads {
		if f.known[ws] != head {
			f.known[ws] = head
			f.mu.Lock()
			f.rung[ws] = true
			f.mu.Unlock()
		}
	}
}

func (f *follower) take() map[vis.WorkspaceID]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	rung := f.rung
	f.rung = make(map[vis.WorkspaceID]bool)
	return rung
}

func (f *follower) read(ctx context.Context, ws vis.WorkspaceID) {
	for ctx.Err() == nil {
		f.pulse.Beat(time.Now())
		more := false
		err := vis.Survive(func() (err error) {
			more, err = f.step(ctx, ws)
			return err
		})
		if err != nil && ctx.Err() == nil {
			f.failed(ws, err)
			return
		}
		if !more {
			return
		}
	}
}
