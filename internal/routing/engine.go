package routing

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// How the engine lives.
const (
	leaseName  = "routing"
	leaseFor   = 15 * time.Second
	renewEvery = 5 * time.Second
	lookEvery  = 2 * time.Second  // in case a bell was lost, or rang on another node
	idleFor    = 10 * time.Minute // without anything happening before a workspace's goroutine ends
	atOnce     = 4                // workspaces that are worked on at the same time
	// breath is the least time between two turns that bells begin: the first word after a silence is seen to at once, and a rush in
	// strokes, each of which reads and writes what it touches once. Nobody waits longer for it than a ringing telephone takes to be heard.
	breath = 100 * time.Millisecond
	// keyLook is the key of the TimerVanish that begins an idle workspace's work again.
	keyLook = "look"
)

// Heads returns the sequence of the newest event of every workspace.
type Heads func(ctx context.Context) (map[vis.WorkspaceID]int64, error)

// Engine hands out work, on any number of nodes. The life of a workspace in it:
//
//  1. A bell begins it: something was committed, here or elsewhere, or a timer is due. A goroutine follows the workspace's log.
//  2. On one node at a time it holds the lease. That one decides who gets what, takes back what owners cannot be left with, and carries
//     each thing out in a transaction that checks the lease: a node that froze, and wakes up when another has taken over, can do nothing.
//  3. What it decides on is a picture in memory, made from the database when the lease is taken and kept up to date from the log. Every
//     transaction checks again what it rests on.
//  4. When nothing has happened for a while the goroutine ends. A timer in the database begins it again when time alone changes something.
type Engine struct {
	// Pulse beats while every workspace's turn ends in time.
	Pulse   vis.Pulse
	service *Service
	node    string
	heads   Heads
	door    *attendance
	log     *slog.Logger
	slots   chan struct{} // held while a workspace is worked on

	mu      sync.Mutex
	ctx     context.Context //nolint:containedctx // that of Run, for the goroutines that bells begin; nil before
	stop    context.CancelFunc
	done    chan struct{} // closed when Run has ended
	work    sync.WaitGroup
	boards  map[vis.WorkspaceID]*switchboard
	pending map[vis.WorkspaceID]bool // rung before Run
	told    func(vis.WorkspaceID, vis.ConversationID, QueuePlace)

	truths truths
}

// NewEngine makes an engine for a node, whose name no other running process has. heads may be nil where no other node writes.
func NewEngine(s *Service, node string, heads Heads) *Engine {
	return &Engine{service: s, node: node, heads: heads, door: newAttendance(s, node), log: s.log, slots: make(chan struct{}, atOnce),
		boards: make(map[vis.WorkspaceID]*switchboard), pending: make(map[vis.WorkspaceID]bool)}
}

// Connected says that a member has a screen connected to this node from now on, or none any more. It never waits.
func (e *Engine) Connected(ws vis.WorkspaceID, m vis.MemberID, on bool) { e.door.Connected(ws, m, on) }

// Effects are what the engine's timers do.
func (e *Engine) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{TimerOffer: e.service.expire, TimerFinish: e.service.finished, TimerVanish: e.vanish}
}

// vanish is the effect of TimerVanish: the workspace is looked at. What is to be done follows from how things stand then.
func (e *Engine) vanish(ctx context.Context, t jobs.Timer) error {
	now := e.service.clock.Now()
	_, err := vis.Update(ctx, e.service.db, vis.System(t.Workspace), func(tx Tx) (bool, error) {
		return tx.Take(ctx, TimerVanish, t.Key, now)
	})
	e.Ring(t.Workspace)
	return err
}

// Run works until ctx ends or Close is called, and returns when all its goroutines have ended.
func (e *Engine) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	defer close(done)
	e.mu.Lock()
	e.ctx, e.stop, e.done = ctx, stop, done
	pending := e.pending
	e.pending = make(map[vis.WorkspaceID]bool)
	e.mu.Unlock()
	e.work.Go(func() { e.door.run(ctx) })
	for ws := range pending {
		e.Ring(ws)
	}
	e.watch(ctx)
	e.mu.Lock()
	e.ctx = nil // no bell begins anything any more
	e.mu.Unlock()
	e.work.Wait()
}

// Close ends Run and waits for it.
func (e *Engine) Close() {
	e.mu.Lock()
	stop, done := e.stop, e.done
	e.mu.Unlock()
	if stop == nil {
		return
	}
	stop()
	<-done
}

// watch rings for every workspace whose log has grown, on whatever node; at first for every one that there is, for nobody knows what was
// left undone.
func (e *Engine) watch(ctx context.Context) {
	seen := make(map[vis.WorkspaceID]int64)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if now := e.service.clock.Now(); !e.stuck(now) {
			e.Pulse.Beat(now)
		}
		if e.heads != nil {
			heads, err := e.heads(ctx)
			if err != nil && ctx.Err() == nil {
				e.log.Error("the heads of the logs could not be read", "err", err)
			}
			for ws, head := range heads {
				if before, known := seen[ws]; !known || before != head {
					seen[ws] = head
					e.Ring(ws)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Ring says that there may be something to do in a workspace. It never waits.
func (e *Engine) Ring(ws vis.WorkspaceID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx == nil {
		e.pending[ws] = true
		return
	}
	b := e.boards[ws]
	if b == nil {
		b = newSwitchboard(e, ws)
		e.boards[ws] = b
		ctx := e.ctx
		e.work.Go(func() { b.run(ctx) })
	}
	b.ring()
}

// board is the workspace's, nil when nothing goes on there.
func (e *Engine) board(ws vis.WorkspaceID) *switchboard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.boards[ws]
}

// turnWithin is how long a turn may take before its workspace counts as stuck.
const turnWithin = 30 * time.Second

// stuck reports whether a workspace's turn does not end.
func (e *Engine) stuck(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, b := range e.boards {
		if began := b.turning.Last(); !began.IsZero() && now.Sub(began) > turnWithin && b.busy.Load() {
			return true
		}
	}
	return false
}

// letGo forgets a board that has nothing to do, unless a bell rings at this very moment.
func (e *Engine) letGo(b *switchboard) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(b.bell) > 0 {
		return false
	}
	delete(e.boards, b.ws)
	return true
}

// switchboard is the engine's work in one workspace. Its picture is read by others too, under its lock.
type switchboard struct {
	engine  *Engine
	service *Service
	ws      vis.WorkspaceID
	bell    chan struct{}

	// These belong to its goroutine.
	leads     bool
	fence     int64
	renewAt   time.Time
	quietAt   time.Time // since when nothing happened
	reconcile time.Time // when the shifts are compared with the nodes' vouches
	history   bool      // the last days were measured

	turning vis.Pulse   // beats when a turn begins
	busy    atomic.Bool // a turn is under way

	mu       sync.Mutex
	picture  *picture
	measures *measures
	wanted   map[vis.ConversationID]*wanted
}

func newSwitchboard(e *Engine, ws vis.WorkspaceID) *switchboard {
	return &switchboard{engine: e, service: e.service, ws: ws, bell: make(chan struct{}, 1), measures: newMeasures(),
		wanted: make(map[vis.ConversationID]*wanted)}
}

func (b *switchboard) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

// run works whenever the bell rings, when time changes something, and every lookEvery in case a bell was lost.
func (b *switchboard) run(ctx context.Context) {
	b.quietAt = b.service.clock.Now()
	defer b.resign(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case b.engine.slots <- struct{}{}:
		}
		rest := time.NewTimer(breath)
		var next time.Time
		b.turning.Beat(b.service.clock.Now())
		b.busy.Store(true)
		err := vis.Survive(func() (err error) {
			next, err = b.turn(ctx)
			return err
		})
		b.busy.Store(false)
		<-b.engine.slots
		var fault *vis.Fault
		if errors.As(err, &fault) {
			b.forget() // whatever it was doing, it did half of it
		}
		if err != nil && ctx.Err() == nil {
			b.engine.log.Error("work could not be handed out", "workspace", b.ws, "err", err)
		}
		now := b.service.clock.Now()
		if err == nil && b.idle(now) && b.leave(ctx, next, now) {
			return
		}
		wait := lookEvery
		if err == nil && !next.IsZero() {
			wait = min(wait, max(next.Sub(now), 0))
		}
		b.pause(ctx, wait, rest)
	}
}

// pause waits for the bell, and then until the breath since the last turn is over, but no longer than a time in all.
func (b *switchboard) pause(ctx context.Context, most time.Duration, rest *time.Timer) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return
	case <-timer.C:
		return
	case <-b.bell:
	}
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-rest.C:
	}
}

// idle reports whether nothing has happened for long, and nobody is here to whom anything could be given.
func (b *switchboard) idle(now time.Time) bool {
	if now.Sub(b.quietAt) < idleFor {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.picture == nil {
		return true
	}
	for _, x := range b.picture.shifts {
		if x.Connected {
			return false
		}
	}
	return true
}

// leave arms the timer that begins the work again, lets go of the lease and reports whether the goroutine may end.
func (b *switchboard) leave(ctx context.Context, next, now time.Time) bool {
	_, err := vis.Update(ctx, b.service.db, vis.System(b.ws), func(tx Tx) (struct{}, error) {
		if !next.IsZero() {
			if err := tx.Arm(ctx, jobs.Timer{Workspace: b.ws, Kind: TimerVanish, Key: keyLook, DueAt: next}); err != nil {
				return struct{}{}, err
			}
		}
		if !b.leads {
			return struct{}{}, nil
		}
		_, err := tx.Lease(ctx, leaseName, b.engine.node, now, now)
		return struct{}{}, err
	})
	b.leads, b.renewAt = false, time.Time{}
	return err == nil && b.engine.letGo(b)
}
