package store

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// What follows the log may run on several nodes at once. On PostgreSQL a batch locks its workspaces before it reads, so that of two
// commands the later one sees what the earlier one wrote; the conditions below hold even if that were not so.
const (
	selectCursor = `SELECT seq FROM cursors WHERE workspace = $1 AND reader = $2`
	insertCursor = `INSERT INTO cursors (workspace, reader, seq) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, reader) DO UPDATE SET seq = excluded.seq WHERE cursors.seq = 0`
	updateCursor = `UPDATE cursors SET seq = $4 WHERE workspace = $1 AND reader = $2 AND seq = $3`
)

// Cursor implements routing.Tx.
func (t *tx) Cursor(ctx context.Context, reader string) (int64, error) {
	n, err := value[int64](ctx, t, "reader", selectCursor, reader)
	return n, absentIsNothing(err)
}

// MoveCursor implements routing.Tx. A command that another node was ahead of fails as a whole.
func (t *tx) MoveCursor(ctx context.Context, reader string, from, to int64) error {
	statement, args := updateCursor, []any{reader, from, to}
	if from == 0 {
		statement, args = insertCursor, []any{reader, to}
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		return t.stale()
	}
	return err
}

const (
	takeLease = `INSERT INTO leases (workspace, name, holder, until, fence) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (workspace, name) DO UPDATE SET fence = leases.fence + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END,
		holder = excluded.holder, until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= $5 RETURNING fence`
	selectFence = `SELECT fence FROM leases WHERE workspace = $1 AND name = $2`
)

// Lease implements routing.Tx.
func (t *tx) Lease(ctx context.Context, name, holder string, now, until time.Time) (int64, error) {
	fence, err := value[int64](ctx, t, "lease", takeLease, name, holder, millis(until), millis(now))
	if vis.CodeOf(err) == vis.NotFound && t.wrong == nil {
		return 0, vis.Errorf(vis.Conflict, "leased", "Another server is doing this.")
	}
	return fence, err
}

// CheckLease implements routing.Tx. A command whose lease went to another node fails as a whole.
func (t *tx) CheckLease(ctx context.Context, name string, fence int64) error {
	n, err := value[int64](ctx, t, "lease", selectFence, name)
	if err = absentIsNothing(err); err == nil && n != fence {
		return t.stale()
	}
	return err
}
