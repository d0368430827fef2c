// Package store keeps everything in SQLite or PostgreSQL. It is the only room that knows SQL: the rooms above say in their DB and
// Tx interfaces what they need of it.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/store/migration"
	"visavis/internal/store/postgres"
	"visavis/internal/store/sqlite"
	"visavis/internal/vis"
)

// Options are what a store is opened with.
type Options struct {
	Clock vis.Clock
	Log   *slog.Logger
	// Fatal is called once when the disk can no longer be trusted, and should end the process: whatever was acknowledged is
	// there when it starts again, and every caller that still waits is refused.
	Fatal func(error)
	// Readers is how many views may run at once; 0 is as many as the machine has cores, and at least four.
	Readers int
}

// Store is an open database.
type Store struct {
	clock    vis.Clock
	writer   *writer
	readers  *pool
	ordinals sync.Map // vis.WorkspaceID to int64; a workspace never leaves
}

// Open opens the database at url, sqlite://path or postgres://…, brings it to the newest migration and starts its writer.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Readers <= 0 {
		o.Readers = max(4, runtime.NumCPU())
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fatal == nil {
		o.Fatal = func(error) {}
	}
	path, embedded := strings.CutPrefix(url, "sqlite://")
	switch {
	case embedded && path != "":
		return openSQLite(ctx, path, o)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, o)
	}
	return nil, errors.New("open the database: its address begins with sqlite:// or postgres://")
}

func openSQLite(ctx context.Context, path string, o Options) (*Store, error) {
	db, err := sqlite.OpenWriter(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := migration.UpSQLite(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	readers, err := sqlite.OpenReaders(ctx, path, o.Readers)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return start(ctx, onSQLite(), db, readers, "", o), nil
}

func openPostgres(ctx context.Context, url string, o Options) (*Store, error) {
	db, err := postgres.Open(ctx, url, o.Readers+2)
	if err != nil {
		return nil, err
	}
	if err := migration.UpPostgres(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	node := rand.Text()
	now := o.Clock.Now()
	_, err = db.ExecContext(ctx, forgetNodesPostgres, millis(now.Add(-nodesFor)))
	if err == nil {
		_, err = db.ExecContext(ctx, insertNodePostgres, node, millis(now))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("enter this node: %w", err), db.Close())
	}
	return start(ctx, onPostgres(), db, db, node, o), nil
}

// nodesFor is how long the row of a node that has not written is kept. A batch is not tried for as long.
const nodesFor = 30 * 24 * time.Hour

func start(ctx context.Context, d *dialect, db, readers *sql.DB, node string, o Options) *Store {
	s := &Store{clock: o.Clock, readers: newPool(readers, d, o.Readers)}
	s.writer = &writer{store: s, db: db, dialect: d, ctx: context.WithoutCancel(ctx), node: node, log: o.Log, fatal: o.Fatal,
		queue: make(chan *command, queueLength), done: make(chan struct{}), known: make(map[string]bool)}
	go s.writer.work()
	return s
}

// Close refuses new commands, finishes those that wait, and closes the database. The writer's connection goes last: as the last
// one it leaves a SQLite file that has everything in it and no log beside it.
func (s *Store) Close() error {
	s.writer.finish()
	return errors.Join(s.readers.close(), s.writer.close())
}

// OnCommit sets the doorbell: after each commit that added events it is called with every workspace's new head, by the writer
// itself, so it must not wait. It is only a hint: a kill between commit and bell, or another node, leaves it unrung.
func (s *Store) OnCommit(bell func(ws vis.WorkspaceID, head int64)) { s.writer.bell.Store(&bell) }

// Ready reports whether the database answers and can still be written to.
func (s *Store) Ready(ctx context.Context) error {
	if dead := s.writer.dead.Load(); dead != nil {
		return dead
	}
	return s.readers.view(ctx, func(context.Context, *session) error { return nil })
}

// view runs fn on a snapshot of one workspace.
func (s *Store) view(ctx context.Context, ws vis.WorkspaceID, fn func(*tx) error) error {
	return s.readers.view(ctx, func(within context.Context, session *session) error {
		return fn(&tx{store: s, within: within, session: session, workspace: ws})
	})
}

// update runs fn as a command of by's workspace. Commands must not nest: the writer would wait for itself.
func (s *Store) update(ctx context.Context, by vis.Actor, answer any, fn func(*tx) error) error {
	if by.Request.Key == "" {
		return s.writer.do(ctx, by.Workspace, fn)
	}
	now := s.clock.Now()
	return s.writer.do(ctx, by.Workspace, func(t *tx) error {
		if known, err := t.recall(ctx, by, answer); known || err != nil {
			return err
		}
		if err := fn(t); err != nil {
			return err
		}
		return t.remember(ctx, by, answer, now)
	})
}

// Desk is the store as the heart knows it.
func (s *Store) Desk() desk.DB { return deskDB{s} }

// Staff is the store as the room of members knows it.
func (s *Store) Staff() staff.DB { return staffDB{s} }

// Channels is the store as the room of channels knows it.
func (s *Store) Channels() channel.DB { return channelDB{s} }

// Timers is the store as the runner of timers knows it.
func (s *Store) Timers() Timers { return Timers{s} }

type deskDB struct{ s *Store }

func (d deskDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(desk.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d deskDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(desk.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

type staffDB struct{ s *Store }

func (d staffDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(staff.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d staffDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(staff.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

type channelDB struct{ s *Store }

func (d channelDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(channel.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d channelDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(channel.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

// The rooms' views of one transaction.
var (
	_ desk.Tx    = (*tx)(nil)
	_ staff.Tx   = (*tx)(nil)
	_ channel.Tx = (*tx)(nil)
	_ routing.Tx = (*tx)(nil)
	_ jobs.Tx    = (*tx)(nil)
)

// RequestsFor is how long the answer to an idempotency key is kept.
const RequestsFor = 7 * 24 * time.Hour

const pruneRequests = `DELETE FROM requests WHERE workspace = $1 AND (kind, principal, key) IN (SELECT kind, principal, key FROM requests
	WHERE workspace = $1 AND at < $2 ORDER BY at LIMIT $3)`

// Prune forgets the answers to idempotency keys that are older than RequestsFor, a few at a time so that nobody has to wait.
func (s *Store) Prune(ctx context.Context) error {
	const few = 500
	heads, err := s.Heads(ctx)
	if err != nil {
		return err
	}
	before := millis(s.clock.Now().Add(-RequestsFor))
	for ws := range heads {
		for n := int64(few); n == few; {
			err := s.writer.do(ctx, ws, func(t *tx) error {
				r, err := t.exec(ctx, pruneRequests, before, few)
				if err == nil {
					n = changed(r)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
