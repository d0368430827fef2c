package store

import (
	"context"
	"time"

	"visavis/internal/jobs"
)

const (
	upsertTimer = `INSERT INTO timers (workspace, kind, key, due_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, kind, key) DO UPDATE SET due_at = excluded.due_at`
	deleteTimer = `DELETE FROM timers WHERE workspace = $1 AND kind = $2 AND key = $3`
	takeTimer   = `DELETE FROM timers WHERE workspace = $1 AND kind = $2 AND key = $3 AND due_at <= $4`
)

// Arm implements jobs.Tx. The timer's workspace is that of the transaction, whatever it says itself.
func (t *tx) Arm(ctx context.Context, timer jobs.Timer) error {
	_, err := t.exec(ctx, upsertTimer, timer.Kind, timer.Key, millis(timer.DueAt))
	return err
}

// Disarm implements jobs.Tx.
func (t *tx) Disarm(ctx context.Context, kind, key string) error {
	_, err := t.exec(ctx, deleteTimer, kind, key)
	return err
}

// Take implements jobs.Tx.
func (t *tx) Take(ctx context.Context, kind, key string, now time.Time) (bool, error) {
	r, err := t.exec(ctx, takeTimer, kind, key, millis(now))
	return err == nil && changed(r) == 1, err
}
