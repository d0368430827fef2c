package routing

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"visavis/internal/vis"
)

// What becomes of an event that cannot be followed: the stretch that it stands in is followed one event at a time from the first failure
// on, so that what comes before it is done. It is tried again and again for a while, for the trouble may be elsewhere and pass. Then it
// is passed over, which the audit log and the server's log say, and what comes after it is followed as ever.
const (
	stuckTimes = 5
	stuckFor   = 30 * time.Second
)

// stuck remembers where the log of a workspace cannot be followed. It is never the truth: after a restart it is found out anew.
type stuck struct {
	mu sync.Mutex
	of map[vis.WorkspaceID]trouble
}

// trouble is what went wrong at a cursor, and up to where care is taken.
type trouble struct {
	cursor, upTo int64
	times        int
	since        time.Time
}

func newStuck() *stuck { return &stuck{of: make(map[vis.WorkspaceID]trouble)} }

// careful cuts off what comes after the first event that something is to be done about, where care is to be taken.
func (s *stuck) careful(ws vis.WorkspaceID, next ahead) []vis.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.of[ws]
	if known && next.cursor >= t.upTo {
		delete(s.of, ws)
	}
	i := slices.IndexFunc(next.events, concern)
	if !known || next.cursor >= t.upTo || i < 0 {
		return next.events
	}
	return next.events[:i+1]
}

// failed notes that events could not be followed, and reports whether they have failed for long enough.
func (s *stuck) failed(ws vis.WorkspaceID, next ahead, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.of[ws]
	alone := known && next.cursor < t.upTo
	if !known || t.cursor != next.cursor {
		t = trouble{cursor: next.cursor, upTo: t.upTo, since: now}
	}
	t.times++
	t.upTo = max(t.upTo, next.last())
	s.of[ws] = t
	return alone && t.times >= stuckTimes && now.Sub(t.since) >= stuckFor
}

// followed does what wanted events ask for; one that stays stuck is passed over.
func (s *Service) followed(ctx context.Context, ws vis.WorkspaceID, next ahead, now time.Time) error {
	err := s.advance(ctx, ws, next, func(tx Tx) error { return s.apply(ctx, tx, ws, next.events, now) })
	if err == nil || ctx.Err() != nil || errors.Is(err, vis.ErrStale) || vis.CodeOf(err) == vis.Unavailable || !s.stuck.failed(ws, next, now) {
		return err
	}
	e := next.events[len(next.events)-1]
	s.log.Error("an event could not be followed and is passed over", "workspace", ws, "seq", e.Seq, "type", e.Type, "err", err)
	return s.advance(ctx, ws, next, func(tx Tx) error {
		return tx.Audit(ctx, vis.NewAudit(vis.System(ws), now, "routing.event_skipped", string(e.Conversation), map[string]any{"seq": e.Seq, "type": e.Type}))
	})
}

// advance moves the cursor behind some events and does something about them, both or neither.
func (s *Service) advance(ctx context.Context, ws vis.WorkspaceID, next ahead, fn func(tx Tx) error) error {
	_, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (struct{}, error) {
		if err := tx.MoveCursor(ctx, reader, next.cursor, next.last()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, fn(tx)
	})
	return err
}

// last is the seq of the last event that was read.
func (a ahead) last() int64 { return a.events[len(a.events)-1].Seq }
