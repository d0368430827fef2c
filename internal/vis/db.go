package vis

import "context"

// DB opens transactions for one workspace; nothing inside can see or touch another. Each room says what it needs of one in its own
// Tx, and names this interface with it.
type DB[Tx any] interface {
	// View runs fn on a consistent snapshot.
	View(ctx context.Context, ws WorkspaceID, fn func(Tx) error) error
	// Update runs fn for an actor, commits and syncs before it returns nil, and publishes nothing otherwise. fn may be run more
	// than once and must do nothing but read, decide and write through its Tx. When by.Request.Key is set, answer (a pointer that
	// fn has filled) is kept with the key in the same transaction, and a repeat fills answer from there without running fn.
	Update(ctx context.Context, by Actor, answer any, fn func(Tx) error) error
}

// View reads with fn and returns what it found.
func View[T, Tx any](ctx context.Context, db DB[Tx], ws WorkspaceID, fn func(Tx) (T, error)) (T, error) {
	var out T
	err := db.View(ctx, ws, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// Update runs a command and returns its answer, which is kept for repeats when the actor's request has a key.
func Update[T, Tx any](ctx context.Context, db DB[Tx], by Actor, fn func(Tx) (T, error)) (T, error) {
	var out T
	err := db.Update(ctx, by, &out, func(tx Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}
