package store

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

const stepColumns = `id, conversation, kind, text, state, expected_at, member, position, created_at, changed_at, version`

func stepRow(s *desk.Step) []any {
	return []any{(*string)(&s.ID), (*string)(&s.Conversation), &s.Kind, &s.Text, (*string)(&s.State), (*at)(&s.ExpectedAt),
		(*string)(&s.Member), &s.Position, (*at)(&s.CreatedAt), (*at)(&s.ChangedAt), &s.Version}
}

const (
	listSteps  = `SELECT ` + stepColumns + ` FROM steps WHERE workspace = $1 AND conversation = $2 ORDER BY position`
	selectStep = `SELECT ` + stepColumns + ` FROM steps WHERE workspace = $1 AND id = $2`
	hasStep    = `SELECT id FROM steps WHERE workspace = $1 AND id = $2`
	lastStep   = `SELECT position FROM steps WHERE workspace = $1 AND conversation = $2 ORDER BY position DESC LIMIT 1`
	insertStep = `INSERT INTO steps (workspace, id, conversation, kind, text, state, expected_at, member, position, created_at, changed_at,
		version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	updateStep = `UPDATE steps SET kind = $4, text = $5, state = $6, expected_at = $7, member = $8, changed_at = $9, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteStep = `DELETE FROM steps WHERE workspace = $1 AND id = $2`
)

// Steps implements desk.Tx.
func (t *tx) Steps(ctx context.Context, id vis.ConversationID) ([]desk.Step, error) {
	return all(ctx, t, stepRow, listSteps, string(id))
}

// Step implements desk.Tx.
func (t *tx) Step(ctx context.Context, id vis.StepID) (desk.Step, error) {
	return one(ctx, t, "step", stepRow, selectStep, string(id))
}

// InsertStep implements desk.Tx. Nobody else can take the position: a batch is the only writer of its workspaces.
func (t *tx) InsertStep(ctx context.Context, s desk.Step) (desk.Step, error) {
	last, err := value[int64](ctx, t, "step", lastStep, string(s.Conversation))
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return s, err
	}
	s.Position = last + 1
	_, err = t.exec(ctx, insertStep, string(s.ID), string(s.Conversation), s.Kind, s.Text, string(s.State), millis(s.ExpectedAt),
		string(s.Member), s.Position, millis(s.CreatedAt), millis(s.ChangedAt), s.Version)
	return s, err
}

// SaveStep implements desk.Tx; a step stays where it is, in its conversation.
func (t *tx) SaveStep(ctx context.Context, s desk.Step) (desk.Step, error) {
	err := t.save(ctx, "step", hasStep, string(s.ID), updateStep, string(s.ID), s.Version, s.Kind, s.Text, string(s.State),
		millis(s.ExpectedAt), string(s.Member), millis(s.ChangedAt))
	s.Version++
	return s, err
}

// DeleteStep implements desk.Tx.
func (t *tx) DeleteStep(ctx context.Context, id vis.StepID) error {
	return t.must(ctx, "step", deleteStep, string(id))
}
