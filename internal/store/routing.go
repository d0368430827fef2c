package store

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Routing is the store as the room of promises and queues knows it.
func (s *Store) Routing() routing.DB { return routingDB{s} }

type routingDB struct{ s *Store }

func (d routingDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(routing.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d routingDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(routing.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

const (
	selectSettings = `SELECT body_json, version FROM routing_settings WHERE workspace = $1`
	insertSettings = `INSERT INTO routing_settings (workspace, body_json, version) VALUES ($1, $2, 1) ON CONFLICT (workspace) DO NOTHING`
	updateSettings = `UPDATE routing_settings SET body_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`
)

// Settings implements routing.Tx.
func (t *tx) Settings(ctx context.Context) (routing.Settings, error) {
	s, err := one(ctx, t, "settings", func(s *routing.Settings) []any { return []any{inJSON(s), &s.Version} }, selectSettings)
	return s, absentIsNothing(err)
}

// SaveSettings implements routing.Tx.
func (t *tx) SaveSettings(ctx context.Context, s routing.Settings) (routing.Settings, error) {
	err := t.put(ctx, s.Version, insertSettings, []any{asJSON(s)}, updateSettings, []any{s.Version, asJSON(s)})
	s.Version++
	return s, err
}

// put writes what has one row for whatever names it: version 0 inserts it, and whoever comes second is stale.
func (t *tx) put(ctx context.Context, version int64, insert string, inserted []any, update string, updated []any) error {
	statement, args := update, updated
	if version == 0 {
		statement, args = insert, inserted
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		return vis.ErrStale
	}
	return err
}

const (
	calendarColumns = `id, name, hours_json, created_at, version`
	selectCalendar  = `SELECT ` + calendarColumns + ` FROM calendars WHERE workspace = $1 AND id = $2`
	selectCalendars = `SELECT ` + calendarColumns + ` FROM calendars WHERE workspace = $1 ORDER BY created_at, id`
	hasCalendar     = `SELECT id FROM calendars WHERE workspace = $1 AND id = $2`
	insertCalendar  = `INSERT INTO calendars (workspace, id, name, hours_json, created_at, version) VALUES ($1, $2, $3, $4, $5, $6)`
	updateCalendar  = `UPDATE calendars SET name = $4, hours_json = $5, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteCalendar  = `DELETE FROM calendars WHERE workspace = $1 AND id = $2`
)

func calendarRow(c *routing.Calendar) []any {
	return []any{(*string)(&c.ID), &c.Name, inJSON(&c.Hours), (*at)(&c.CreatedAt), &c.Version}
}

// Calendar implements routing.Tx.
func (t *tx) Calendar(ctx context.Context, id vis.CalendarID) (routing.Calendar, error) {
	return one(ctx, t, "calendar", calendarRow, selectCalendar, string(id))
}

// Calendars implements routing.Tx.
func (t *tx) Calendars(ctx context.Context) ([]routing.Calendar, error) {
	return all(ctx, t, calendarRow, selectCalendars)
}

// InsertCalendar implements routing.Tx.
func (t *tx) InsertCalendar(ctx context.Context, c routing.Calendar) error {
	_, err := t.exec(ctx, insertCalendar, string(c.ID), c.Name, asJSON(c.Hours), millis(c.CreatedAt), c.Version)
	return err
}

// SaveCalendar implements routing.Tx.
func (t *tx) SaveCalendar(ctx context.Context, c routing.Calendar) (routing.Calendar, error) {
	err := t.save(ctx, "calendar", hasCalendar, string(c.ID), updateCalendar, string(c.ID), c.Version, c.Name, asJSON(c.Hours))
	c.Version++
	return c, err
}

// DeleteCalendar implements routing.Tx.
func (t *tx) DeleteCalendar(ctx context.Context, id vis.CalendarID) error {
	return t.must(ctx, "calendar", deleteCalendar, string(id))
}
