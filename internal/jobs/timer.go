// Package jobs wakes the house at a promised time: timers that survive a restart and take effect exactly once.
package jobs

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// Timer is a thing to do at DueAt. (Workspace, Kind, Key) is unique: arming it again moves it.
type Timer struct {
	Workspace vis.WorkspaceID
	Kind      string
	Key       string
	DueAt     time.Time
}

// Tx is what a command needs to arm and consume timers inside its own transaction. The effect of a timer takes it with Take in
// the very transaction that does the work, so that two nodes, or a restart in between, cannot do it twice.
type Tx interface {
	// Arm sets or moves the timer.
	Arm(ctx context.Context, t Timer) error
	// Disarm forgets the timer; an absent one is no error.
	Disarm(ctx context.Context, kind, key string) error
	// Take removes the timer when it is due at now and reports whether it did.
	Take(ctx context.Context, kind, key string, now time.Time) (bool, error)
}
