package routing

import (
	"context"
	"errors"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// How the log is followed:
//
//  1. What happened is read from the log after the cursor, at most a stretch at a time.
//  2. A stretch without anything for this room is passed over in memory; the cursor is moved only now and then.
//  3. Otherwise one transaction moves the cursor, which fails when another node was faster, and does what the events ask for, in
//     their order: exactly once, however many nodes follow.
//  4. What it does appends events in turn. They come by here later and are passed over, but for those that set rules off.
//  5. An event that cannot be followed stops no other for long; see stuck.
//
// The rows may be ahead of the log, for the events of a batch become visible with its commit. So whatever depends on the order of things
// is read from the events, never from the rows.
const (
	reader   = "routing"
	stretch  = 256
	maxAhead = 4 * stretch // how far reading may run ahead of the saved cursor
	// adoptAfter is how old the first event of a log that was never followed may be. An older one is from before promises were kept: it
	// would be untrue to judge answers by promises that nobody was given.
	adoptAfter = 24 * time.Hour
)

// concerns are the events that this room does something about.
var concerns = map[vis.EventType]bool{
	desk.ConversationStarted: true, desk.MessageReceived: true, desk.MessageSent: true, desk.ConversationAssigned: true,
	desk.ConversationSnoozed: true, desk.ConversationWoken: true, desk.ConversationResolved: true, desk.ConversationReopened: true,
	desk.ConversationClassified: true, desk.MessageUnderstood: true, desk.ReadingCorrected: true, desk.ConversationCalled: true, desk.ConversationSpoken: true, desk.CustomerChanged: true, desk.CustomerIdentified: true,
}

func concern(e vis.Event) bool { return concerns[e.Type] || setsOff(e) }

// setsOff are events of this room that set rules off, and do nothing else.
func setsOff(e vis.Event) bool { return e.Type == PromiseWarned || e.Type == PromiseMissed }

// ahead is what of the log is still to be followed.
type ahead struct {
	cursor int64
	events []vis.Event
	wanted bool // there is something to do
}

// look reads what comes next in the log.
func (s *Service) look(ctx context.Context, tx Tx, ws vis.WorkspaceID) (ahead, error) {
	cursor, err := tx.Cursor(ctx, reader)
	if err != nil {
		return ahead{}, err
	}
	next := ahead{cursor: cursor}
	if next.events, err = tx.Events(ctx, s.skipped.from(ws, cursor), stretch); err != nil {
		return ahead{}, err
	}
	switch {
	case slices.ContainsFunc(next.events, func(e vis.Event) bool { return concerns[e.Type] }):
		next.wanted = true
	case slices.ContainsFunc(next.events, setsOff):
		next.wanted, err = waitsForMarks(ctx, tx)
	}
	return next, err
}

// waitsForMarks reports whether marks set any rule off. They are many, and mostly nobody waits for them.
func waitsForMarks(ctx context.Context, tx Tx) (bool, error) {
	rules, err := tx.Rules(ctx)
	return slices.ContainsFunc(rules, func(r Rule) bool {
		return !r.Disabled && (slices.Contains(r.When, WhenWarned) || slices.Contains(r.When, WhenMissed))
	}), err
}

// Follow does what the next events of the log ask for and reports whether there may be more. When another node was faster it has done
// the work, and that is no error.
func (s *Service) Follow(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	next, err := vis.View(ctx, s.db, ws, func(tx Tx) (ahead, error) { return s.look(ctx, tx, ws) })
	if err != nil || len(next.events) == 0 {
		return false, err
	}
	now := s.clock.Now()
	read := len(next.events)
	next.events = s.stuck.careful(ws, next)
	switch {
	case next.cursor == 0 && now.Sub(next.events[0].At) > adoptAfter:
		err = s.adopt(ctx, ws)
	case next.wanted:
		err = s.followed(ctx, ws, next, now)
	default:
		err = s.passOver(ctx, ws, next.cursor, next.last())
	}
	if errors.Is(err, vis.ErrStale) {
		return true, nil
	}
	return err == nil && (read == stretch || len(next.events) < read), err
}

// passOver remembers that nothing was to be done up to an event.
func (s *Service) passOver(ctx context.Context, ws vis.WorkspaceID, cursor, last int64) error {
	s.skipped.set(ws, last)
	if last-cursor < maxAhead {
		return nil
	}
	_, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (struct{}, error) {
		return struct{}{}, tx.MoveCursor(ctx, reader, cursor, last)
	})
	return err
}

// CatchUp follows the log to its head.
func (s *Service) CatchUp(ctx context.Context, ws vis.WorkspaceID) error {
	for {
		more, err := s.Follow(ctx, ws)
		if err != nil || !more {
			return err
		}
	}
}

// errBehind says that more is still to be followed than a transaction that decides something else should take along.
var errBehind = errors.New("routing: the log has moved on")

// atHead runs fn in a transaction in which everything in the log that moves a clock has been followed: the order of the log decides, and
// not who came first to the database. What was appended since the log was caught up with is followed in that very transaction, so that
// fn gets its turn however fast the log grows.
func (s *Service) atHead(ctx context.Context, ws vis.WorkspaceID, fn func(tx Tx, now time.Time) error) error {
	for {
		if err := s.CatchUp(ctx, ws); err != nil {
			return err
		}
		_, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (struct{}, error) {
			now := s.clock.Now()
			if err := s.followWithin(ctx, tx, ws, now); err != nil {
				return struct{}{}, err
			}
			return struct{}{}, fn(tx, now)
		})
		if !errors.Is(err, errBehind) {
			return err
		}
	}
}

// followWithin does what the last events of the log ask for, if any of them moves a clock. Marks move none: they are left to Follow, so
// that many can be passed at a time.
func (s *Service) followWithin(ctx context.Context, tx Tx, ws vis.WorkspaceID, now time.Time) error {
	next, err := s.look(ctx, tx, ws)
	switch {
	case err != nil:
		return err
	case len(next.events) == stretch:
		return errBehind
	case !slices.ContainsFunc(next.events, func(e vis.Event) bool { return concerns[e.Type] }):
		return nil
	case next.cursor == 0:
		return errBehind // what was never followed may have to be adopted
	}
	if err := tx.MoveCursor(ctx, reader, next.cursor, next.events[len(next.events)-1].Seq); err != nil {
		return err
	}
	return s.apply(ctx, tx, ws, next.events, now)
}

// apply does what events ask for, in their order.
func (s *Service) apply(ctx context.Context, tx Tx, ws vis.WorkspaceID, events []vis.Event, now time.Time) error {
	p := s.pass(tx, ws, now)
	if err := p.load(ctx, events); err != nil {
		return err
	}
	for _, e := range events {
		m := p.matters[e.Conversation]
		if m == nil || !concern(e) {
			continue
		}
		if err := p.happened(ctx, m, e); err != nil {
			return err
		}
		if err := p.setOff(ctx, m, e); err != nil {
			return err
		}
	}
	return p.finish(ctx)
}

// happened moves the clocks of a conversation by one event.
func (p *pass) happened(ctx context.Context, m *matter, e vis.Event) error {
	switch e.Type {
	case desk.ConversationStarted:
		return p.started(ctx, m, e)
	case desk.MessageReceived, desk.ConversationCalled:
		return p.received(ctx, m, e)
	case desk.MessageSent, desk.ConversationSpoken:
		return p.sent(ctx, m, e)
	case desk.ConversationAssigned:
		return p.assigned(ctx, m, e)
	case desk.ConversationSnoozed:
		return p.snoozed(ctx, m, e)
	case desk.ConversationWoken:
		return p.resume(ctx, m, e.At)
	case desk.ConversationResolved:
		return p.resolved(ctx, m, e)
	case desk.ConversationReopened:
		return p.reopened(ctx, m, e)
	}
	return nil
}
