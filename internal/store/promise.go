package store

import (
	"context"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Whose a promise is, is read from its conversation, so that it is right after HandOver too.
const (
	promiseColumns = `p.id, p.conversation, c.customer, p.channel, p.team, p.kind, p.policy, p.policy_version, p.calendar, p.term_json, p.warn_json,
		p.escalations_json, p.state, p.made_at, p.due_at, p.left_for, p.paused_at, p.marks_json, p.ended_at, p.took, p.paused_for, p.version`
	promiseTables = ` FROM promises p CROSS JOIN conversations c WHERE p.workspace = $1 AND c.workspace = $1 AND c.id = p.conversation`
	stillOwed     = ` AND p.state IN ('running', 'paused', 'missed')`

	selectPromise      = `SELECT ` + promiseColumns + promiseTables + ` AND p.id = $2`
	listPromises       = `SELECT ` + promiseColumns + promiseTables + ` AND p.conversation = $2 ORDER BY p.made_at, p.id`
	selectOpenPromises = `SELECT ` + promiseColumns + promiseTables + stillOwed + ` AND p.conversation IN list($2) ORDER BY p.made_at, p.id`
	listPromisesDue    = `SELECT ` + promiseColumns + promiseTables + stillOwed + ` AND p.due_at < $2 ORDER BY p.due_at, p.id LIMIT $3`
	hasPromise         = `SELECT id FROM promises WHERE workspace = $1 AND id = $2`
	insertPromise      = `INSERT INTO promises (workspace, id, conversation, channel, team, kind, policy, policy_version, calendar, term_json,
		warn_json, escalations_json, state, made_at, due_at, left_for, paused_at, marks_json, ended_at, took, paused_for, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`
	// What was promised stays as it is; how it goes on is all that changes.
	updatePromise = `UPDATE promises SET team = $4, state = $5, due_at = $6, left_for = $7, paused_at = $8, marks_json = $9, ended_at = $10,
		took = $11, paused_for = $12, made_at = $13, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
)

func promiseRow(p *routing.Promise) []any {
	return []any{(*string)(&p.ID), (*string)(&p.Conversation), (*string)(&p.Customer), (*string)(&p.Channel), (*string)(&p.Team),
		(*string)(&p.Kind), (*string)(&p.Policy), &p.PolicyVersion, (*string)(&p.Calendar), inJSON(&p.Term), inJSON(&p.WarnAt),
		inJSON(&p.Escalations), (*string)(&p.State), (*at)(&p.MadeAt), (*at)(&p.DueAt), (*span)(&p.Left), (*at)(&p.PausedAt), inJSON(&p.Marks),
		(*at)(&p.EndedAt), (*span)(&p.Took), (*span)(&p.PausedFor), &p.Version}
}

// InsertPromise implements routing.Tx. Its customer is that of the conversation, whoever it names.
func (t *tx) InsertPromise(ctx context.Context, p routing.Promise) error {
	_, err := t.exec(ctx, insertPromise, string(p.ID), string(p.Conversation), string(p.Channel), string(p.Team), string(p.Kind),
		string(p.Policy), p.PolicyVersion, string(p.Calendar), asJSON(p.Term), asJSON(p.WarnAt), asJSON(p.Escalations), string(p.State),
		millis(p.MadeAt), millis(p.DueAt), p.Left.Milliseconds(), millis(p.PausedAt), asJSON(p.Marks), millis(p.EndedAt),
		p.Took.Milliseconds(), p.PausedFor.Milliseconds(), p.Version)
	return err
}

// SavePromise implements routing.Tx.
func (t *tx) SavePromise(ctx context.Context, p routing.Promise) (routing.Promise, error) {
	err := t.save(ctx, "promise", hasPromise, string(p.ID), updatePromise, string(p.ID), p.Version, string(p.Team), string(p.State),
		millis(p.DueAt), p.Left.Milliseconds(), millis(p.PausedAt), asJSON(p.Marks), millis(p.EndedAt), p.Took.Milliseconds(),
		p.PausedFor.Milliseconds(), millis(p.MadeAt))
	p.Version++
	return p, err
}

// Promise implements routing.Tx.
func (t *tx) Promise(ctx context.Context, id vis.PromiseID) (routing.Promise, error) {
	return one(ctx, t, "promise", promiseRow, selectPromise, string(id))
}

// Promises implements routing.Tx.
func (t *tx) Promises(ctx context.Context, id vis.ConversationID) ([]routing.Promise, error) {
	return all(ctx, t, promiseRow, listPromises, string(id))
}

// OpenPromises implements routing.Tx.
func (t *tx) OpenPromises(ctx context.Context, ids []vis.ConversationID) ([]routing.Promise, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all(ctx, t, promiseRow, selectOpenPromises, texts(ids))
}

// PromisesDue implements routing.Tx.
func (t *tx) PromisesDue(ctx context.Context, before time.Time, limit int) ([]routing.Promise, error) {
	return all(ctx, t, promiseRow, listPromisesDue, millis(before), limit)
}
