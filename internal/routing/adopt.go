package routing

import (
	"context"
	"slices"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// adopt begins to follow a log that is older than this room: the past is not judged, and whoever waits now is promised an answer from
// now on. It is done in pieces and can be cut short: what was adopted already is left alone, and only the last piece moves the cursor.
// What happens meanwhile stands after the cursor and is followed as ever.
func (s *Service) adopt(ctx context.Context, ws vis.WorkspaceID) error {
	type found struct {
		head int64
		ids  []vis.ConversationID
	}
	f, err := vis.View(ctx, s.db, ws, func(tx Tx) (found, error) {
		head, err := tx.Head(ctx)
		if err != nil {
			return found{}, err
		}
		ids, err := open(ctx, tx)
		return found{head, ids}, err
	})
	if err != nil {
		return err
	}
	for page := range slices.Chunk(f.ids, rankPage) {
		if _, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (struct{}, error) {
			return struct{}{}, s.adoptThese(ctx, tx, ws, page)
		}); err != nil {
			return err
		}
	}
	_, err = vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (struct{}, error) {
		return struct{}{}, tx.MoveCursor(ctx, reader, 0, f.head)
	})
	return err
}

func (s *Service) adoptThese(ctx context.Context, tx Tx, ws vis.WorkspaceID, ids []vis.ConversationID) error {
	p := s.pass(tx, ws, s.clock.Now())
	if err := p.add(ctx, ids); err != nil {
		return err
	}
	for _, m := range p.order {
		if m.c.State != desk.Open || len(m.promises) > 0 {
			continue
		}
		if err := p.adoptOne(ctx, m); err != nil {
			return err
		}
	}
	return p.finish(ctx)
}

// adoptOne promises a resolution and, to a customer who waits, her first or next answer.
func (p *pass) adoptOne(ctx context.Context, m *matter) error {
	if m.c.WaitingSince.IsZero() {
		if err := p.give(ctx, m, p.now, Resolve); err != nil {
			return err
		}
		return p.pause(ctx, m, p.now)
	}
	said, err := p.tx.Messages(ctx, m.c.ID, desk.Range{Limit: vis.MaxLimit}, desk.KindMessage)
	if err != nil {
		return err
	}
	answer := First
	if slices.ContainsFunc(said, func(x desk.Message) bool { return x.Author == desk.AuthorMember }) {
		answer = Next
	}
	return p.give(ctx, m, p.now, answer, Resolve)
}
