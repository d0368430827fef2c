package store

import (
	"context"
	"time"

	"visavis/internal/post"
	"visavis/internal/vis"
)

const sendingColumns = `id, channel, kind, conversation, message, letter_id, draft_json, raw, state, tries, next_at, fence, problem, answer,
	outcomes_json, created_at, changed_at, read_at`

func sendingRow(s *post.Sending) []any {
	return []any{(*string)(&s.ID), (*string)(&s.Channel), (*string)(&s.Kind), (*string)(&s.Conversation), (*string)(&s.Message), &s.LetterID,
		inJSON(&s.Draft), &s.Raw, (*string)(&s.State), &s.Tries, (*at)(&s.NextAt), &s.Fence, &s.Problem, &s.Answer, inJSON(&s.Outcomes),
		(*at)(&s.CreatedAt), (*at)(&s.ChangedAt), (*at)(&s.ReadAt)}
}

const (
	insertSending = `INSERT INTO sendings (workspace, id, channel, kind, conversation, message, letter_id, draft_json, raw, state, tries, next_at, fence,
		problem, answer, outcomes_json, created_at, changed_at, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	selectSending = `SELECT ` + sendingColumns + ` FROM sendings WHERE workspace = $1 AND id = $2`
	sendingOf     = `SELECT ` + sendingColumns + ` FROM sendings WHERE workspace = $1 AND message = $2 AND message <> '' ORDER BY id DESC LIMIT 1`
	hasSending    = `SELECT id FROM sendings WHERE workspace = $1 AND id = $2`
	listSendings  = `SELECT ` + sendingColumns + ` FROM sendings WHERE workspace = $1 AND state IN list($2) AND id < $3 ORDER BY id DESC LIMIT $4`
	countSendings = `SELECT COUNT(*) FROM (SELECT 1 FROM sendings WHERE workspace = $1 AND state = $2 LIMIT $3) AS counted`
	sendingsOf    = `SELECT ` + sendingColumns + ` FROM (SELECT ` + sendingColumns + ` FROM sendings WHERE workspace = $1 AND conversation = $2
		ORDER BY id DESC LIMIT $3) AS recent ORDER BY id`
	// A sending whose lease has ended is taken like one that waits. Of one conversation the oldest that is open goes first.
	claimSendings = `UPDATE sendings SET state = 'sending', next_at = $3, tries = tries + 1, fence = fence + 1 WHERE workspace = $1 AND id IN (
		SELECT s.id FROM sendings s WHERE s.workspace = $1 AND s.state IN ('waiting', 'unknown', 'sending') AND s.next_at <= $2 AND NOT EXISTS (
			SELECT 1 FROM sendings o WHERE o.workspace = $1 AND o.conversation = s.conversation AND o.state IN ('waiting', 'unknown', 'sending') AND o.id < s.id)
		ORDER BY s.next_at, s.id LIMIT $4) RETURNING ` + sendingColumns
	updateSending = `UPDATE sendings SET raw = $4, state = $5, tries = $6, next_at = $7, problem = $8, answer = $9, outcomes_json = $10, changed_at = $11,
		read_at = $12 WHERE workspace = $1 AND id = $2 AND fence = $3`
	selectAcknowledged = `SELECT at FROM acknowledged WHERE workspace = $1 AND address = $2`
	answerDueAt        = `SELECT due_at FROM promises WHERE workspace = $1 AND conversation = $2 AND kind IN ('first', 'next') AND state = 'running' ORDER BY due_at LIMIT 1`
	upsertAcknowledged = `INSERT INTO acknowledged (workspace, address, at) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, address) DO UPDATE SET at = excluded.at`
)

// InsertSending implements post.Tx.
func (t *tx) InsertSending(ctx context.Context, s post.Sending) error {
	_, err := t.exec(ctx, insertSending, string(s.ID), string(s.Channel), string(s.Kind), string(s.Conversation), string(s.Message), s.LetterID,
		asJSON(s.Draft), s.Raw, string(s.State), s.Tries, millis(s.NextAt), s.Fence, s.Problem, s.Answer, asJSON(s.Outcomes), millis(s.CreatedAt),
		millis(s.ChangedAt), millis(s.ReadAt))
	return err
}

// Sending implements post.Tx.
func (t *tx) Sending(ctx context.Context, id vis.SendingID) (post.Sending, error) {
	return one(ctx, t, "letter", sendingRow, selectSending, string(id))
}

// SendingOfMessage implements post.Tx.
func (t *tx) SendingOfMessage(ctx context.Context, m vis.MessageID) (post.Sending, error) {
	return one(ctx, t, "letter", sendingRow, sendingOf, string(m))
}

// Sendings implements post.Tx.
func (t *tx) Sendings(ctx context.Context, states []post.SendingState, p vis.Page) (vis.List[post.Sending], error) {
	p = p.Bounded()
	from, err := placeBefore(p.After)
	if err != nil {
		return vis.List[post.Sending]{}, err
	}
	items, err := all(ctx, t, sendingRow, listSendings, texts(states), from, p.Limit+1)
	return paged(items, p.Limit, func(s post.Sending) place { return placeOf(s.CreatedAt, string(s.ID)) }), err
}

// CountSendings implements post.Tx.
func (t *tx) CountSendings(ctx context.Context, s post.SendingState, most int) (int, error) {
	return value[int](ctx, t, "count", countSendings, string(s), most)
}

// SendingsOf implements post.Tx.
func (t *tx) SendingsOf(ctx context.Context, c vis.ConversationID, limit int) ([]post.Sending, error) {
	return all(ctx, t, sendingRow, sendingsOf, string(c), limit)
}

// ClaimSendings implements post.Tx.
func (t *tx) ClaimSendings(ctx context.Context, now, until time.Time, limit int) ([]post.Sending, error) {
	return all(ctx, t, sendingRow, claimSendings, millis(now), millis(until), limit)
}

// SaveSending implements post.Tx.
func (t *tx) SaveSending(ctx context.Context, s post.Sending) error {
	return t.save(ctx, "letter", hasSending, string(s.ID), updateSending, string(s.ID), s.Fence, s.Raw, string(s.State), s.Tries, millis(s.NextAt),
		s.Problem, s.Answer, asJSON(s.Outcomes), millis(s.ChangedAt), millis(s.ReadAt))
}

// Acknowledged implements post.Tx.
func (t *tx) Acknowledged(ctx context.Context, address string) (time.Time, error) {
	n, err := value[int64](ctx, t, "mark", selectAcknowledged, address)
	if vis.CodeOf(err) == vis.NotFound {
		return time.Time{}, nil
	}
	return fromMillis(n), err
}

// SaveAcknowledged implements post.Tx.
func (t *tx) SaveAcknowledged(ctx context.Context, address string, at time.Time) error {
	_, err := t.exec(ctx, upsertAcknowledged, address, millis(at))
	return err
}

// AnswerDueAt implements post.Tx.
func (t *tx) AnswerDueAt(ctx context.Context, c vis.ConversationID) (time.Time, error) {
	n, err := value[int64](ctx, t, "promise", answerDueAt, string(c))
	if vis.CodeOf(err) == vis.NotFound {
		return time.Time{}, nil
	}
	return fromMillis(n), err
}

const (
	insertScheduled = `INSERT INTO scheduled (workspace, id, conversation, member, due_at, body_json, problem, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	selectScheduled = `SELECT id, conversation, member, due_at, body_json, problem, created_at FROM scheduled WHERE workspace = $1 AND id = $2`
	listScheduled   = `SELECT id, conversation, member, due_at, body_json, problem, created_at FROM scheduled WHERE workspace = $1 AND conversation = $2 ORDER BY id`
	holdScheduled   = `UPDATE scheduled SET problem = $3 WHERE workspace = $1 AND id = $2`
	deleteScheduled = `DELETE FROM scheduled WHERE workspace = $1 AND id = $2`
)

func scheduledRow(s *post.Scheduled) []any {
	return []any{(*string)(&s.ID), (*string)(&s.Conversation), (*string)(&s.Member), (*at)(&s.DueAt), inJSON(&s.Out), &s.Problem, (*at)(&s.CreatedAt)}
}

// InsertScheduled implements post.Tx.
func (t *tx) InsertScheduled(ctx context.Context, s post.Scheduled) error {
	_, err := t.exec(ctx, insertScheduled, string(s.ID), string(s.Conversation), string(s.Member), millis(s.DueAt), asJSON(s.Out), s.Problem,
		millis(s.CreatedAt))
	return err
}

// Scheduled implements post.Tx.
func (t *tx) Scheduled(ctx context.Context, id vis.ScheduledID) (post.Scheduled, error) {
	return one(ctx, t, "scheduled answer", scheduledRow, selectScheduled, string(id))
}

// ScheduledIn implements post.Tx.
func (t *tx) ScheduledIn(ctx context.Context, c vis.ConversationID) ([]post.Scheduled, error) {
	return all(ctx, t, scheduledRow, listScheduled, string(c))
}

// HoldScheduled implements post.Tx.
func (t *tx) HoldScheduled(ctx context.Context, id vis.ScheduledID, problem string) error {
	_, err := t.exec(ctx, holdScheduled, string(id), problem)
	return err
}

// DeleteScheduled implements post.Tx.
func (t *tx) DeleteScheduled(ctx context.Context, id vis.ScheduledID) error {
	_, err := t.exec(ctx, deleteScheduled, string(id))
	return err
}
