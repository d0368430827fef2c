package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"visavis/internal/vis"
)

// writer is the one hand of this node that writes. A command's life:
//
//  1. It waits in the queue; a caller who leaves now takes it along.
//  2. What queued while the last commit was syncing becomes the next batch: one transaction.
//  3. Its closure runs, after the neighbours before it. When it fails, its own writes are undone: at first by running the batch
//     once more with a savepoint around every command, and for a while by savepoints from the start.
//  4. At the end of the batch the events of all commands get their numbers and are written, then what they want found by search.
//  5. COMMIT, which returns when the disk has it. Only now the bell rings and the callers are told.
//
// When the batch as a whole cannot be committed because other nodes were in the way, it is run again from step 3.
type writer struct {
	store   *Store
	db      *sql.DB
	dialect *dialect
	ctx     context.Context //nolint:containedctx // the store's life: a transaction of many callers follows none of them
	node    string
	log     *slog.Logger
	fatal   func(error)
	bell    atomic.Pointer[func(vis.WorkspaceID, int64)]

	queue   chan *command
	closing sync.RWMutex // held for reading while a command is put into the queue
	closed  bool
	done    chan struct{}
	dead    atomic.Pointer[vis.Error] // set when nothing may be written any more

	session *session
	batch   int64
	wary    int // how many of the next batches take savepoints from the start
	stats   counters

	// known are terms that are in the vocabulary for sure, learned those that this batch has added to it.
	known   map[string]bool
	learned []string
}

// command is one caller's closure on its way through the writer.
type command struct {
	workspace vis.WorkspaceID
	run       func(*tx) error
	state     atomic.Int32
	done      chan struct{}

	// What follows belongs to the writer until done is closed.
	err       error
	savepoint savepointState
	touched   bool // it has done something that its failure would have to undo
	events    []vis.Event
	words     []words
	ordinal   int64
}

const (
	stateQueued int32 = iota
	stateTaken
	stateAbandoned
)

// savepointState says whether a command's writes can be undone alone.
type savepointState int

const (
	savepointNeedless savepointState = iota // the transaction itself is undone
	savepointWanted                         // to be set before the first write
	savepointSet
)

const (
	queueLength = 4096
	attempts    = 12
	// waryFor is how many batches pay for savepoints after one whose command failed: that costs each command about a tenth, and
	// a second run costs the whole batch.
	waryFor = 32
)

// errDisturbed says that a command failed in a batch without savepoints, after it had written.
var errDisturbed = errors.New("a command of the batch failed")

var errClosed = vis.Errorf(vis.Unavailable, "closing", "The server is stopping; please try again in a moment.")

// do runs a command and returns when it is committed, or failed.
func (w *writer) do(ctx context.Context, ws vis.WorkspaceID, run func(*tx) error) error {
	c := &command{workspace: ws, run: run, done: make(chan struct{})}
	if err := w.put(ctx, c); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
	}
	if c.state.CompareAndSwap(stateQueued, stateAbandoned) {
		return ctx.Err()
	}
	<-c.done // its closure may be running with the caller's variables; and it may yet be committed
	return c.err
}

func (w *writer) put(ctx context.Context, c *command) error {
	w.closing.RLock()
	defer w.closing.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish refuses further commands, finishes those that are queued and returns.
func (w *writer) finish() {
	w.closing.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.closing.Unlock()
	<-w.done
}

// close ends the connection of a writer that has finished.
func (w *writer) close() error {
	if w.session != nil {
		w.session.close()
	}
	return w.db.Close()
}

// work is the writer's goroutine; it ends when the queue is closed and empty.
func (w *writer) work() {
	defer close(w.done)
	for first := range w.queue {
		batch := w.gather(first)
		if len(batch) == 0 {
			continue
		}
		err := w.commit(batch)
		for _, c := range batch {
			if err != nil {
				c.err = err
			}
			if c.err != nil {
				w.stats.failed.Add(1)
			}
			close(c.done)
		}
	}
}

// gather takes what is waiting, as much as one transaction may hold.
func (w *writer) gather(first *command) []*command {
	batch := make([]*command, 0, min(len(w.queue)+1, w.dialect.batch))
	for c := first; ; {
		if c.state.CompareAndSwap(stateQueued, stateTaken) {
			batch = append(batch, c)
		}
		if len(batch) == w.dialect.batch {
			break
		}
		var ok bool
		select {
		case c, ok = <-w.queue:
		default:
		}
		if !ok {
			break
		}
	}
	if w.dialect.shared {
		// Every node locks workspaces in the same order, so that none waits for one that waits for it.
		slices.SortStableFunc(batch, func(a, b *command) int { return cmp.Compare(a.workspace, b.workspace) })
	}
	return batch
}

// commit brings a batch into the database; its error is every command's.
func (w *writer) commit(batch []*command) error {
	if dead := w.dead.Load(); dead != nil {
		return dead
	}
	w.batch++
	unsure := false
	for attempt := range attempts {
		if attempt > 0 {
			w.stats.retries.Add(1)
			w.pause(attempt)
		}
		heads, committed, err := w.try(batch, unsure)
		if err == errDisturbed { //nolint:errorlint // it is made here and never wrapped
			w.wary = waryFor
			w.drop()
			heads, committed, err = w.try(batch, unsure)
		}
		if err == nil {
			w.count(batch)
			for _, h := range heads {
				if bell := w.bell.Load(); bell != nil {
					(*bell)(h.workspace, h.seq)
				}
			}
			return nil
		}
		unsure = unsure || committed == unknown
		lost := w.session != nil && w.dialect.lost(w.session.conn) || w.session == nil
		w.drop()
		switch {
		case w.dialect.fatal(err):
			dead := vis.Errorf(vis.Unavailable, "storage_failed", "The server cannot write to its disk.")
			w.dead.Store(dead)
			w.fatal(err)
			return errors.Join(dead, err)
		case w.dialect.full(err):
			return errors.Join(vis.Errorf(vis.Unavailable, "disk_full", "The server has no room left; nothing was lost."), err)
		case w.dialect.busy(err):
			return errors.Join(vis.Errorf(vis.Unavailable, "storage_busy", "Another program holds the database; please try again in a moment."), err)
		case !w.dialect.shared || !lost && !w.dialect.retry(err):
			return fmt.Errorf("commit: %w", err)
		}
		w.log.Warn("a batch is run again", "attempt", attempt+1, "commands", len(batch), "error", err)
	}
	return vis.Errorf(vis.Unavailable, "storage_unreachable", "The database does not answer; please try again in a moment.")
}

// outcome is what is known of a transaction that failed.
type outcome int

const (
	undone  outcome = iota
	unknown         // COMMIT was sent, and no answer came
)

type head struct {
	workspace vis.WorkspaceID
	seq       int64
}

// try runs the batch once in one transaction. With unsure set an earlier try may have been committed without our learning of it.
func (w *writer) try(batch []*command, unsure bool) (_ []head, _ outcome, err error) {
	w.learned = w.learned[:0]
	if err := w.begin(); err != nil {
		return nil, undone, err
	}
	if w.dialect.shared {
		done, err := w.lock(batch, unsure)
		if err != nil {
			return nil, undone, err
		}
		if done {
			_, err := w.session.exec(w.ctx, "ROLLBACK")
			return nil, undone, err // the bell is not rung: every node looks at the heads now and then
		}
	}
	guarded := len(batch) > 1 && w.wary > 0
	w.wary = max(0, w.wary-1)
	for _, c := range batch {
		c.savepoint = savepointNeedless
		if guarded {
			c.savepoint = savepointWanted
		}
		if err := w.run(c); err != nil {
			return nil, undone, err
		}
		if c.err != nil && c.touched && !guarded && len(batch) > 1 {
			return nil, undone, errDisturbed
		}
	}
	if len(batch) == 1 && batch[0].err != nil {
		_, err := w.session.exec(w.ctx, "ROLLBACK")
		return nil, undone, err
	}
	heads, err := w.number(batch)
	if err != nil {
		return nil, undone, err
	}
	if err := w.index(batch); err != nil {
		return nil, undone, err
	}
	if _, err := w.session.exec(w.ctx, "COMMIT"); err != nil {
		return nil, unknown, err
	}
	w.stats.commits.Add(1)
	w.keep()
	for _, c := range batch {
		if c.ordinal > 0 {
			w.store.ordinals.Store(c.workspace, c.ordinal)
		}
	}
	return heads, undone, nil
}

func (w *writer) begin() (err error) {
	if w.session == nil {
		if w.session, err = newSession(w.ctx, w.db, w.dialect); err != nil {
			return err
		}
	}
	_, err = w.session.exec(w.ctx, w.dialect.begin)
	return err
}

// drop gives up the session, and with it a transaction that failed.
func (w *writer) drop() {
	if w.session == nil {
		return
	}
	if _, err := w.session.exec(w.ctx, "ROLLBACK"); err == nil && !w.session.broken {
		return
	}
	w.session.close()
	w.session = nil
}

// run runs one command. Its own failure is put into it; an error is one that the whole batch fails with.
func (w *writer) run(c *command) error {
	c.err, c.events, c.words, c.ordinal, c.touched = nil, nil, nil, 0, false
	t := &tx{store: w.store, within: w.ctx, session: w.session, workspace: c.workspace, command: c}
	c.err = call(c.run, t)
	if c.err == nil {
		c.err = t.wrong
	}
	if w.session.broken {
		if c.err == nil {
			c.err = errors.New("the transaction ended")
		}
		return c.err
	}
	if c.err != nil {
		c.events, c.words = nil, nil
	}
	if c.savepoint != savepointSet {
		return nil
	}
	if c.err != nil {
		if _, err := w.session.exec(w.ctx, "ROLLBACK TO SAVEPOINT command"); err != nil {
			return w.session.failed(err)
		}
	}
	if _, err := w.session.exec(w.ctx, "RELEASE SAVEPOINT command"); err != nil {
		return w.session.failed(err)
	}
	return nil
}

// call runs fn; a panic is its error, for the neighbours have nothing to do with it.
func call(fn func(*tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a command panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}

// pause waits before a batch is run again, longer each time, for at most five seconds.
func (w *writer) pause(attempt int) {
	timer := time.NewTimer(min(5*time.Second, 5*time.Millisecond<<attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.ctx.Done():
	}
}
