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
	db      DB
	clock   vis.Clock
	log     *slog.Logger
	effects map[string]Effect
}

// lookEvery is how late a timer may be; atOnce is how many are started between two looks.
const (
	lookEvery = time.Second
	atOnce    = 100
)

// NewRunner makes a runner; effects are by kind of timer.
func NewRunner(db DB, clock vis.Clock, log *slog.Logger, effects map[string]Effect) *Runner {
	return &Runner{db: db, clock: clock, log: log, effects: effects}
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
// again on the next look.
func (r *Runner) Once(ctx context.Context) int {
	due, err := r.db.Due(ctx, r.clock.Now(), atOnce)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Error("timers could not be read", "err", err)
		}
		return 0
	}
	done := 0
	for _, t := range due {
		effect, ok := r.effects[t.Kind]
		if !ok {
			r.log.Error("a timer has no effect", "kind", t.Kind)
			continue
		}
		if err := effect(ctx, t); err != nil {
			r.log.Error("a timer's effect failed", "kind", t.Kind, "workspace", t.Workspace, "err", err)
			continue
		}
		done++
	}
	return done
}
