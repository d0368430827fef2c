package store

import (
	"context"

	"visavis/internal/post"
	"visavis/internal/vis"
)

const (
	templateColumns = `id, team, body_json, created_at, version`
	selectTemplates = `SELECT ` + templateColumns + ` FROM templates WHERE workspace = $1 ORDER BY id`
	selectTemplate  = `SELECT ` + templateColumns + ` FROM templates WHERE workspace = $1 AND id = $2`
	hasTemplate     = `SELECT id FROM templates WHERE workspace = $1 AND id = $2`
	insertTemplate  = `INSERT INTO templates (workspace, id, team, body_json, created_at, version) VALUES ($1, $2, $3, $4, $5, $6)`
	updateTemplate  = `UPDATE templates SET team = $4, body_json = $5, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteTemplate  = `DELETE FROM templates WHERE workspace = $1 AND id = $2`

	leaveTeamTemplates = `UPDATE templates SET team = '', version = version + 1 WHERE workspace = $1 AND team = $2 AND team <> ''`
)

func templateRow(t *post.Template) []any {
	return []any{(*string)(&t.ID), (*string)(&t.Team), inJSON(&t.Ready), (*at)(&t.CreatedAt), &t.Version}
}

// Templates implements post.Tx.
func (t *tx) Templates(ctx context.Context) ([]post.Template, error) {
	return all(ctx, t, templateRow, selectTemplates)
}

// Template implements post.Tx.
func (t *tx) Template(ctx context.Context, id vis.TemplateID) (post.Template, error) {
	return one(ctx, t, "template", templateRow, selectTemplate, string(id))
}

// InsertTemplate implements post.Tx.
func (t *tx) InsertTemplate(ctx context.Context, w post.Template) error {
	_, err := t.exec(ctx, insertTemplate, string(w.ID), string(w.Team), asJSON(w.Ready), millis(w.CreatedAt), w.Version)
	return err
}

// SaveTemplate implements post.Tx.
func (t *tx) SaveTemplate(ctx context.Context, w post.Template) (post.Template, error) {
	err := t.save(ctx, "template", hasTemplate, string(w.ID), updateTemplate, string(w.ID), w.Version, string(w.Team), asJSON(w.Ready))
	w.Version++
	return w, err
}

// DeleteTemplate implements post.Tx.
func (t *tx) DeleteTemplate(ctx context.Context, id vis.TemplateID) error {
	return t.must(ctx, "template", deleteTemplate, string(id))
}
