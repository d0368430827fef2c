package store

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

const (
	viewColumns       = `id, owner, sharing, team, name, list_json, position, created_at, version`
	selectOwnViews    = `SELECT ` + viewColumns + ` FROM saved_views WHERE workspace = $1 AND owner = $2 AND sharing = 'own'`
	selectSharedViews = `SELECT ` + viewColumns + ` FROM saved_views WHERE workspace = $1 AND sharing <> 'own'`
	selectView        = `SELECT ` + viewColumns + ` FROM saved_views WHERE workspace = $1 AND id = $2`
	hasView           = `SELECT id FROM saved_views WHERE workspace = $1 AND id = $2`
	insertView        = `INSERT INTO saved_views (workspace, id, owner, sharing, team, name, list_json, position, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	updateView = `UPDATE saved_views SET sharing = $4, team = $5, name = $6, list_json = $7, position = $8, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
	placeView  = `UPDATE saved_views SET position = $3 WHERE workspace = $1 AND id = $2`
	deleteView = `DELETE FROM saved_views WHERE workspace = $1 AND id = $2`

	// What was a team's is everybody's when the team is gone, as its templates are.
	leaveTeamViews = `UPDATE saved_views SET sharing = 'workspace', team = '', version = version + 1 WHERE workspace = $1 AND team = $2 AND sharing = 'team'`
)

func viewRow(v *desk.SavedView) []any {
	return []any{(*string)(&v.ID), (*string)(&v.Owner), (*string)(&v.Sharing), (*string)(&v.Team), &v.Name, inJSON(&v.List), &v.Position, (*at)(&v.CreatedAt), &v.Version}
}

// SavedViews implements desk.Tx.
func (t *tx) SavedViews(ctx context.Context, owner vis.MemberID) ([]desk.SavedView, error) {
	views, err := all(ctx, t, viewRow, selectSharedViews)
	if err != nil {
		return nil, err
	}
	if owner != "" {
		own, err := all(ctx, t, viewRow, selectOwnViews, string(owner))
		if err != nil {
			return nil, err
		}
		views = append(views, own...)
	}
	desk.SortViews(views)
	return views, nil
}

// SavedView implements desk.Tx.
func (t *tx) SavedView(ctx context.Context, id vis.ViewID) (desk.SavedView, error) {
	return one(ctx, t, "view", viewRow, selectView, string(id))
}

// InsertSavedView implements desk.Tx.
func (t *tx) InsertSavedView(ctx context.Context, v desk.SavedView) error {
	_, err := t.exec(ctx, insertView, string(v.ID), string(v.Owner), string(v.Sharing), string(v.Team), v.Name, asJSON(v.List), v.Position, millis(v.CreatedAt), v.Version)
	return err
}

// SaveSavedView implements desk.Tx.
func (t *tx) SaveSavedView(ctx context.Context, v desk.SavedView) (desk.SavedView, error) {
	err := t.save(ctx, "view", hasView, string(v.ID), updateView, string(v.ID), v.Version, string(v.Sharing), string(v.Team), v.Name, asJSON(v.List), v.Position)
	v.Version++
	return v, err
}

// PlaceSavedView implements desk.Tx.
func (t *tx) PlaceSavedView(ctx context.Context, id vis.ViewID, position int) error {
	return t.must(ctx, "view", placeView, string(id), position)
}

// DeleteSavedView implements desk.Tx.
func (t *tx) DeleteSavedView(ctx context.Context, id vis.ViewID) error {
	return t.must(ctx, "view", deleteView, string(id))
}

// CountChosen implements desk.Tx.
func (t *tx) CountChosen(ctx context.Context, f desk.Filter) (n int, more bool, err error) {
	walks, err := gistWalks(f)
	if err != nil {
		return 0, false, err
	}
	from := top
	if f.View == desk.ViewAtRisk {
		from.at = 0
	}
	fitting, horizon, _, err := t.look(ctx, walks, f.Read, from, desk.MaxCount)
	return len(fitting), horizon != nil, err
}
