package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"visavis/internal/vis"
)

// tx is one workspace's view of a transaction; it is the Tx of every room. The workspace is the first parameter of every
// statement that goes through it, so that none can reach another's rows.
type tx struct {
	store     *Store
	within    context.Context //nolint:containedctx // that of the transaction: a caller's leaving must not cut a shared one in half
	session   *session
	workspace vis.WorkspaceID
	command   *command // nil in a view
	// wrong is the first error that made the command's writes unreliable; it fails the command even if that went on regardless.
	wrong error
}

// query runs a statement that reads, or that writes and returns rows. $1 is the workspace.
func (t *tx) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	if err := t.ready(ctx, statement); err != nil {
		return nil, err
	}
	rows, err := t.session.query(t.within, statement, append([]any{string(t.workspace)}, args...)...)
	if err != nil {
		return nil, t.failed(err)
	}
	return rows, nil
}

// exec runs a statement that writes. $1 is the workspace.
func (t *tx) exec(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	if err := t.ready(ctx, statement); err != nil {
		return nil, err
	}
	r, err := t.session.exec(t.within, statement, append([]any{string(t.workspace)}, args...)...)
	if err != nil {
		return nil, t.failed(err)
	}
	return r, nil
}

// ready checks that the transaction can go on and begins the command's savepoint when it is time.
func (t *tx) ready(ctx context.Context, statement string) error {
	if t.wrong != nil {
		return t.wrong
	}
	if t.command == nil {
		return ctx.Err()
	}
	reads := strings.HasPrefix(statement, "SELECT")
	if !reads {
		t.command.touched = true
	}
	if t.command.savepoint != savepointWanted || reads && !t.session.dialect.shared {
		return nil // on SQLite a read that fails leaves nothing to undo
	}
	if _, err := t.session.exec(t.within, "SAVEPOINT command"); err != nil {
		return t.failed(err)
	}
	t.command.savepoint = savepointSet
	return nil
}

// failed words a driver's error for the rooms above, and remembers it.
func (t *tx) failed(err error) error {
	t.session.failed(err) //nolint:errcheck // it returns what it was given
	d := t.session.dialect
	switch {
	case d.unique(err):
		err = errors.Join(vis.Errorf(vis.Conflict, "already_exists", "This exists already."), err)
	case d.orphan(err):
		err = errors.Join(vis.Absent("thing"), err)
	case d.full(err):
		err = errors.Join(vis.Errorf(vis.Unavailable, "disk_full", "The server has no room left; nothing was lost."), err)
	}
	if t.wrong == nil {
		t.wrong = err
	}
	if t.command != nil {
		t.command.touched = true
	}
	return err
}

// must is exec for a row that has to be there.
func (t *tx) must(ctx context.Context, noun, statement string, args ...any) error {
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		return vis.Absent(noun)
	}
	return err
}

// save is exec for an optimistic change: a row that is there in another version is stale. lookup selects the row by its id.
func (t *tx) save(ctx context.Context, noun, lookup, id, statement string, args ...any) error {
	r, err := t.exec(ctx, statement, args...)
	if err != nil || changed(r) == 1 {
		return err
	}
	if _, err := value[string](ctx, t, noun, lookup, id); err != nil {
		return err
	}
	return vis.ErrStale
}

// stale is vis.ErrStale for what a command must not go on after, whatever it does about it: another node did its work.
func (t *tx) stale() error {
	if t.command != nil {
		t.command.touched = true
		t.wrong = vis.ErrStale
	}
	return vis.ErrStale
}

// Append implements the Tx of every room.
func (t *tx) Append(ctx context.Context, e vis.Event) error {
	if _, err := t.ordinal(ctx); err != nil {
		return err
	}
	e.Workspace = t.workspace
	t.command.events = append(t.command.events, e)
	return nil
}

const selectOrdinal = `SELECT ordinal FROM workspaces WHERE id = $1`

// ordinal is the workspace's number, which tells its search terms from those of others.
func (t *tx) ordinal(ctx context.Context) (int64, error) {
	if n, ok := t.store.ordinals.Load(t.workspace); ok {
		return n.(int64), nil
	}
	n, err := value[int64](ctx, t, "workspace", selectOrdinal)
	switch {
	case err != nil:
	case t.command == nil:
		t.store.ordinals.Store(t.workspace, n) // in a view it is committed for sure
	default:
		t.command.ordinal = n // it may be of this very batch
	}
	return n, err
}

// Head implements desk.Tx.
func (t *tx) Head(ctx context.Context) (int64, error) {
	return value[int64](ctx, t, "workspace", selectHead)
}

const (
	selectHead   = `SELECT seq FROM workspaces WHERE id = $1`
	selectEvents = `SELECT seq, at, type, by_kind, by_id, conversation, customer, data FROM events
		WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3`
)

// Events implements desk.Tx.
func (t *tx) Events(ctx context.Context, after int64, limit int) ([]vis.Event, error) {
	return all(ctx, t, func(e *vis.Event) []any {
		e.Workspace = t.workspace
		return []any{&e.Seq, (*at)(&e.At), (*string)(&e.Type), (*string)(&e.By), &e.ByID, (*string)(&e.Conversation),
			(*string)(&e.Customer), (*[]byte)(&e.Data)}
	}, selectEvents, after, limit)
}

const (
	selectRequest = `SELECT hash, answer FROM requests WHERE workspace = $1 AND kind = $2 AND principal = $3 AND key = $4`
	insertRequest = `INSERT INTO requests (workspace, kind, principal, key, hash, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// recall fills answer from an earlier run of the same request and reports whether there was one.
func (t *tx) recall(ctx context.Context, by vis.Actor, answer any) (bool, error) {
	type kept struct{ hash, answer string }
	k, err := one(ctx, t, "request", func(k *kept) []any { return []any{&k.hash, &k.answer} },
		selectRequest, string(by.Kind), by.ID, by.Request.Key)
	switch {
	case vis.CodeOf(err) == vis.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case k.hash != by.Request.Hash:
		return false, vis.Errorf(vis.Mismatch, "idempotency_mismatch", "This key was used before for something else.")
	case answer == nil:
		return true, nil
	}
	reflect.ValueOf(answer).Elem().SetZero() // an earlier, undone run may have left something
	if err := json.Unmarshal([]byte(k.answer), answer); err != nil {
		return false, fmt.Errorf("read a kept answer: %w", err)
	}
	return true, nil
}

// remember keeps the answer for a repeat of the request.
func (t *tx) remember(ctx context.Context, by vis.Actor, answer any, now time.Time) error {
	kept, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	_, err = t.exec(ctx, insertRequest, string(by.Kind), by.ID, by.Request.Key, by.Request.Hash, string(kept), millis(now))
	return err
}

// texts is how a list of ids is bound to list($n).
func texts[T ~string](ids []T) string {
	if ids == nil {
		return "[]"
	}
	return asJSON(ids)
}
