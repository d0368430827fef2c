package report

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Service counts, and answers from what was counted.
type Service struct {
	db    DB
	clock vis.Clock
	mint  vis.Mint
	seen  *marks
}

// New makes the service.
func New(db DB, clock vis.Clock, mint vis.Mint) *Service {
	return &Service{db: db, clock: clock, mint: mint, seen: newMarks()}
}

// reader names this room among the readers of the log; atOnce is how many events one transaction counts.
const (
	reader = "report"
	atOnce = 256
)

// Follow counts what the log says since it was last read, one stretch of it, and reports whether there is more. Any number of nodes may
// follow: each event is counted once, for the cursor moves in the transaction that counts.
func (s *Service) Follow(ctx context.Context, ws vis.WorkspaceID) (more bool, err error) {
	events, from, err := s.unread(ctx, ws)
	if err != nil || len(events) == 0 {
		return false, err
	}
	last := events[len(events)-1].Seq
	if !countable(events) && len(events) < atOnce {
		s.seen.put(ws, from, last) // nothing to count: not worth a commit; the cursor moves with the next that is
		return false, nil
	}
	err = s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.MoveCursor(ctx, reader, from, last); err != nil {
			return err
		}
		return s.fold(ctx, tx, events)
	})
	if errors.Is(err, vis.ErrStale) {
		return true, nil // another node was there first
	}
	return len(events) == atOnce, err
}

// unread are the next events, and where the cursor stands.
func (s *Service) unread(ctx context.Context, ws vis.WorkspaceID) (events []vis.Event, from int64, err error) {
	err = s.db.View(ctx, ws, func(tx Tx) (err error) {
		if from, err = tx.Cursor(ctx, reader); err != nil {
			return err
		}
		events, err = tx.Events(ctx, s.seen.after(ws, from), atOnce)
		return err
	})
	return events, from, err
}

// countable reports whether any of the events counts.
func countable(events []vis.Event) bool {
	for _, e := range events {
		switch e.Type {
		case desk.ConversationStarted, desk.ConversationReopened, desk.MessageSent, routing.PromiseKept, routing.PromiseMissed, routing.PromiseLate, routing.PromiseVoided:
			return true
		}
	}
	return false
}

// fold adds events to the tallies.
func (s *Service) fold(ctx context.Context, tx Tx, events []vis.Event) error {
	w, err := tx.Workspace(ctx)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	about, err := conversations(ctx, tx, events)
	if err != nil {
		return err
	}
	sums := make(map[key]Tally)
	for _, e := range events {
		t, counts := tallyOf(e, about, zone)
		if !counts {
			continue
		}
		sum, ok := sums[t.key()]
		if !ok {
			sum = Tally{What: t.What, Kind: t.Kind, Channel: t.Channel, Team: t.Team, At: t.At}
		}
		sum.add(t)
		sums[t.key()] = sum
	}
	for _, sum := range sums {
		kept, err := tx.Tally(ctx, sum)
		if err != nil {
			return err
		}
		kept.add(sum)
		if err := tx.PutTally(ctx, kept); err != nil {
			return err
		}
	}
	return nil
}

// conversations are those that contacts and answers are about; promises say it themselves.
func conversations(ctx context.Context, tx Tx, events []vis.Event) (map[vis.ConversationID]desk.Conversation, error) {
	var ids []vis.ConversationID
	for _, e := range events {
		switch e.Type {
		case desk.ConversationStarted, desk.ConversationReopened, desk.MessageSent:
			ids = append(ids, e.Conversation)
		}
	}
	found, err := tx.ConversationsByID(ctx, ids)
	out := make(map[vis.ConversationID]desk.Conversation, len(found))
	for _, c := range found {
		out[c.ID] = c
	}
	return out, err
}

// tallyOf is what one event counts for.
func tallyOf(e vis.Event, about map[vis.ConversationID]desk.Conversation, zone *time.Location) (Tally, bool) {
	c := about[e.Conversation]
	t := Tally{Channel: c.Channel, Team: c.Team, At: e.At.UTC().Truncate(Slot), N: 1}
	switch e.Type {
	case desk.ConversationStarted, desk.ConversationReopened:
		t.What = Contacts
		return t, e.By == vis.ByCustomer
	case desk.MessageSent:
		t.What = Answers
		return t, e.By == vis.ByMember
	case routing.PromiseKept, routing.PromiseMissed, routing.PromiseLate, routing.PromiseVoided:
		return promised(e, zone)
	}
	return t, false
}

// promised counts for the day on which it was decided whether the promise was kept, so that a day that is over does not change.
func promised(e vis.Event, zone *time.Location) (Tally, bool) {
	var d routing.PromiseData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return Tally{}, false // it counts for nothing, and must not stop the count of all that comes after it
	}
	what := map[vis.EventType]string{routing.PromiseKept: Kept, routing.PromiseMissed: Missed, routing.PromiseLate: Late, routing.PromiseVoided: Unanswered}[e.Type]
	if e.Type == routing.PromiseMissed && d.Mark != routing.Missed && d.Mark != "" {
		return Tally{}, false // a later mark of what was counted when it was missed
	}
	if e.Type == routing.PromiseVoided && !d.Unanswered {
		return Tally{}, false // nobody owed it any more for another reason
	}
	t := Tally{What: what, Kind: string(d.Kind), Channel: d.Channel, Team: d.Team, At: midnight(e.At, zone), N: 1}
	if e.Type == routing.PromiseKept || e.Type == routing.PromiseLate {
		t.Took.Add(time.Duration(d.Took) * time.Millisecond)
	}
	return t, true
}

// midnight is when the day of an instant began in a zone.
func midnight(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone).UTC()
}
