package jobs

import (
	"context"
	"log/slog"
	"time"

	"visavis/internal/vis"
)

// DB tells which timers are due, in every workspace.
type DB interface {
	// Due lists timers with DueAt at or before now, oldest first.
	Due(ctx context.Context, now time.Time, limit int) ([]Timer, error)
}

// Effect does what a timer is for. It must take the timer in its own transaction, and do nothing when it is gone or not due.
type Effect func(ctx context.Context, t Timer) error

// Runner looks for due timers and starts their effects. Any number of nodes may run one on the same database.
type Runner struct {
	// Pulse beats with every look, and with every effect.
	Pulse   vis.Pulse
	db      DB
	clock   vis.Clock
	log     *slog.Logger
	effects map[string]Effect
	failing map[name]failure // those whose effect failed last, so that they hold up no others
}

// name is what tells timers apart.
type name struct {
	workspace vis.WorkspaceID
	kind, key string
}

// failure is how often a timer failed in a row, and when it is tried again.
type failure struct {
	times   int
	againAt time.Time
}

// lookEvery is how late a timer may be; atOnce is how many are started between two looks. One that fails is tried again on the next
// look, then after twice as long and so on up to againWithin; of at most maxFailing it is remembered that they do.
const (
	lookEvery   = time.Second
	atOnce      = 100
	againWithin = time.Minute
	maxFailing  = 10_000
)

// NewRunner makes a runner; effects are by kind of timer.
func NewRunner(db DB, clock vis.Clock, log *slog.Logger, effects map[string]Effect) *Runner {
	return &Runner{db: db, clock: clock, log: log, effects: effects, failing: make(map[name]failure)}
}

// Run looks once a second until ctx ends. What came due while the server was down is done on the first look.
func (r *Runner) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for r.Once(ctx) == atOnce {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Once starts the effects of what is due now, one batch, and returns how many succeeded. A failed one stays due and is tried
// again on a later look; those behind it do not wait for that.
func (r *Runner) Once(ctx context.Context) int {
	now := r.clock.Now()
	r.Pulse.Beat(now)
	limit := atOnce + len(r.failing)
	due, err := r.db.Due(ctx, now, limit)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Error("timers could not be read", "err", err)
		}
		return 0
	}
	if len(due) < limit {
		r.forget(due)
	}
	started, done := 0, 0
	for _, t := range due {
		if started == atOnce || ctx.Err() != nil {
			break
		}
		if r.failing[nameOf(t)].againAt.After(now) {
			continue
		}
		started++
		r.Pulse.Beat(r.clock.Now())
		if r.start(ctx, t, now) {
			done++
		}
	}
	return done
}

// start runs the effect of one timer and reports whether it succeeded.
func (r *Runner) start(ctx context.Context, t Timer, now time.Time) bool {
	effect, ok := r.effects[t.Kind]
	if !ok {
		r.log.Error("a timer has no effect", "kind", t.Kind, "workspace", t.Workspace)
		r.failed(t, now)
		return false
	}
	if err := vis.Survive(func() error { return effect(ctx, t) }); err != nil {
		r.log.Error("a timer's effect failed", "kind", t.Kind, "workspace", t.Workspace, "err", err)
		r.failed(t, now)
		return false
	}
	delete(r.failing, nameOf(t))
	return true
}

func (r *Runner) failed(t Timer, now time.Time) {
	f, known := r.failing[nameOf(t)]
	if !known && len(r.failing) >= maxFailing {
		return
	}
	f.againAt = now.Add(min(lookEvery<<min(f.times, 10), againWithin))
	f.times++
	r.failing[nameOf(t)] = f
}

// forget drops what is known of timers that are not among all that are due: another node did them, or nobody wants them any more.
func (r *Runner) forget(due []Timer) {
	if len(r.failing) == 0 {
		return
	}
	still := make(map[name]failure, len(r.failing))
	for _, t := range due {
		if f, known := r.failing[nameOf(t)]; known {
			still[nameOf(t)] = f
		}
	}
	r.failing = still
}

func nameOf(t Timer) name { return name{t.Workspace, t.Kind, t.Key} }
