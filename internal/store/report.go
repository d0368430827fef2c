package store

import (
	"context"
	"time"

	"visavis/internal/report"
	"visavis/internal/vis"
)

// Report is the store as the room that counts knows it.
func (s *Store) Report() report.DB { return reportDB{s} }

type reportDB struct{ s *Store }

var _ report.Tx = (*tx)(nil)

// View implements vis.DB.
func (d reportDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(report.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

// Update implements vis.DB.
func (d reportDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(report.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

// PageByKey implements report.DB.
func (d reportDB) PageByKey(ctx context.Context, key string) (vis.WorkspaceID, report.Page, error) {
	type located struct {
		workspace vis.WorkspaceID
		page      report.Page
	}
	found, err := anywhere(ctx, d.s, func(l *located) []any { return append([]any{(*string)(&l.workspace)}, pageRow(&l.page)...) },
		selectPageByKey, key)
	if err == nil && len(found) == 0 {
		err = vis.Absent("page")
	}
	if err != nil {
		return "", report.Page{}, err
	}
	return found[0].workspace, found[0].page, nil
}

const (
	selectTally = `SELECT n, took_json FROM tallies WHERE workspace = $1 AND what = $2 AND at = $3 AND kind = $4 AND channel = $5 AND team = $6`
	upsertTally = `INSERT INTO tallies (workspace, what, at, kind, channel, team, n, took_json) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (workspace, what, at, kind, channel, team) DO UPDATE SET n = excluded.n, took_json = excluded.took_json`
	selectTallies = `SELECT what, at, kind, channel, team, n, took_json FROM tallies
		WHERE workspace = $1 AND what IN list($2) AND at >= $3 AND at < $4 ORDER BY at, what, kind, channel, team`
)

// Tally implements report.Tx.
func (t *tx) Tally(ctx context.Context, of report.Tally) (report.Tally, error) {
	n, err := one(ctx, t, "tally", func(r *report.Tally) []any { return []any{&r.N, inJSON(&r.Took)} }, selectTally,
		of.What, millis(of.At), of.Kind, string(of.Channel), string(of.Team))
	of.N, of.Took = n.N, n.Took
	return of, absentIsNothing(err)
}

// PutTally implements report.Tx.
func (t *tx) PutTally(ctx context.Context, of report.Tally) error {
	_, err := t.exec(ctx, upsertTally, of.What, millis(of.At), of.Kind, string(of.Channel), string(of.Team), of.N, asJSON(of.Took))
	return err
}

// Tallies implements report.Tx.
func (t *tx) Tallies(ctx context.Context, what []string, from, to time.Time) ([]report.Tally, error) {
	return all(ctx, t, func(r *report.Tally) []any {
		return []any{&r.What, (*at)(&r.At), &r.Kind, (*string)(&r.Channel), (*string)(&r.Team), &r.N, inJSON(&r.Took)}
	}, selectTallies, texts(what), millis(from), millis(to))
}

const (
	selectPage = `SELECT key, body_json, version FROM promise_pages WHERE workspace = $1`
	insertPage = `INSERT INTO promise_pages (workspace, key, body_json, version) VALUES ($1, $2, $3, 1) ON CONFLICT (workspace) DO NOTHING`
	updatePage = `UPDATE promise_pages SET body_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`
)

// pageRow is how a page is kept: what is not in its body has columns of its own.
func pageRow(p *report.Page) []any { return []any{&p.Key, inJSON(p), &p.Version} }

// PromisePage implements report.Tx.
func (t *tx) PromisePage(ctx context.Context) (report.Page, error) {
	p, err := one(ctx, t, "page", pageRow, selectPage)
	return p, absentIsNothing(err)
}

// SavePromisePage implements report.Tx.
func (t *tx) SavePromisePage(ctx context.Context, p report.Page) (report.Page, error) {
	err := t.put(ctx, p.Version, insertPage, []any{p.Key, asJSON(p)}, updatePage, []any{p.Version, asJSON(p)})
	p.Version++
	return p, err
}
