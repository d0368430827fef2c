package store

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// Incidents is the store as those who watch for incidents know it.
func (s *Store) Incidents() listen.IncidentDB { return incidentDB{s} }

type incidentDB struct{ s *Store }

func (d incidentDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(listen.IncidentTx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d incidentDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(listen.IncidentTx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

const (
	heardColumns = `message, conversation, customer, channel, reason, language, said_at, letters, sign, place`
	insertHeard  = `INSERT INTO heard (workspace, message, conversation, customer, channel, reason, language, said_at, letters, sign, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (workspace, message) DO NOTHING`
	listHeard   = `SELECT ` + heardColumns + ` FROM heard WHERE workspace = $1 AND said_at > $2 ORDER BY said_at DESC, message DESC LIMIT $3`
	forgetHeard = `DELETE FROM heard WHERE workspace = $1 AND said_at < $2`
	countHour   = `INSERT INTO heard_hours (workspace, topic, hour, count) VALUES ($1, $2, $3, 1)
		ON CONFLICT (workspace, topic, hour) DO UPDATE SET count = heard_hours.count + 1`
	listHours   = `SELECT hour, count FROM heard_hours WHERE workspace = $1 AND topic = $2 AND hour > $3 ORDER BY hour`
	forgetHours = `DELETE FROM heard_hours WHERE workspace = $1 AND hour < $2`
	listLessons = `SELECT cause, learnt FROM heard_lessons WHERE workspace = $1`
	saveLesson  = `INSERT INTO heard_lessons (workspace, cause, learnt) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, cause) DO UPDATE SET learnt = excluded.learnt`
)

func heardRow(h *listen.Heard) []any {
	return []any{(*string)(&h.Message), (*string)(&h.Conversation), (*string)(&h.Customer), (*string)(&h.Channel), &h.Reason, &h.Language,
		(*at)(&h.At), &h.Letters, (*signature)(&h.Sign), &h.Place}
}

// InsertHeard implements listen.IncidentTx.
func (t *tx) InsertHeard(ctx context.Context, h listen.Heard) error {
	_, err := t.exec(ctx, insertHeard, string(h.Message), string(h.Conversation), string(h.Customer), string(h.Channel), h.Reason, h.Language,
		millis(h.At), h.Letters, signBytes(h.Sign), h.Place)
	return err
}

// HeardSince implements listen.IncidentTx.
func (t *tx) HeardSince(ctx context.Context, after time.Time, limit int) ([]listen.Heard, error) {
	out, err := all(ctx, t, heardRow, listHeard, millis(after), limit)
	slices.Reverse(out)
	return out, err
}

// ForgetHeard implements listen.IncidentTx.
func (t *tx) ForgetHeard(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, forgetHeard, millis(before))
	return err
}

// hourOf numbers hours since 1970.
func hourOf(at time.Time) int64 { return at.Unix() / 3600 }

// CountHour implements listen.IncidentTx.
func (t *tx) CountHour(ctx context.Context, topic string, at time.Time) error {
	_, err := t.exec(ctx, countHour, topic, hourOf(at))
	return err
}

// Hours implements listen.IncidentTx.
func (t *tx) Hours(ctx context.Context, topic string, after time.Time) ([]listen.Hour, error) {
	return all(ctx, t, func(h *listen.Hour) []any { return []any{&h.Hour, &h.Count} }, listHours, topic, hourOf(after))
}

// ForgetHours implements listen.IncidentTx.
func (t *tx) ForgetHours(ctx context.Context, before time.Time) error {
	_, err := t.exec(ctx, forgetHours, hourOf(before))
	return err
}

// Lessons implements listen.IncidentTx.
func (t *tx) Lessons(ctx context.Context) (map[string]float64, error) {
	type lesson struct {
		cause  string
		learnt float64
	}
	found, err := all(ctx, t, func(l *lesson) []any { return []any{&l.cause, &l.learnt} }, listLessons)
	out := make(map[string]float64, len(found))
	for _, l := range found {
		out[l.cause] = l.learnt
	}
	return out, err
}

// SaveLesson implements listen.IncidentTx.
func (t *tx) SaveLesson(ctx context.Context, cause string, learnt float64) error {
	_, err := t.exec(ctx, saveLesson, cause, learnt)
	return err
}

const (
	incidentColumns = `id, state, cause, opened_at, ended_at, course_json, version`
	selectIncident  = `SELECT ` + incidentColumns + ` FROM incidents WHERE workspace = $1 AND id = $2`
	hasIncident     = `SELECT id FROM incidents WHERE workspace = $1 AND id = $2`
	listIncidents   = `SELECT ` + incidentColumns + ` FROM incidents WHERE workspace = $1 ORDER BY opened_at DESC, id DESC LIMIT $2`
	listOpen        = `SELECT ` + incidentColumns + ` FROM incidents WHERE workspace = $1 AND ended_at = 0 ORDER BY opened_at, id`
	listEnded       = `SELECT ` + incidentColumns + ` FROM incidents WHERE workspace = $1 AND ended_at > $2 ORDER BY ended_at, id`
	insertIncident  = `INSERT INTO incidents (workspace, id, state, cause, opened_at, ended_at, course_json, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateIncident  = `UPDATE incidents SET state = $4, ended_at = $5, course_json = $6, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
)

func incidentRow(i *listen.Incident) []any {
	return []any{(*string)(&i.ID), (*string)(&i.State), &i.Cause, (*at)(&i.OpenedAt), (*at)(&i.EndedAt), inJSON(&i.Course), &i.Version}
}

// InsertIncident implements listen.IncidentTx.
func (t *tx) InsertIncident(ctx context.Context, i listen.Incident) error {
	_, err := t.exec(ctx, insertIncident, string(i.ID), string(i.State), i.Cause, millis(i.OpenedAt), millis(i.EndedAt), asJSON(i.Course), i.Version)
	return err
}

// SaveIncident implements listen.IncidentTx.
func (t *tx) SaveIncident(ctx context.Context, i listen.Incident) (listen.Incident, error) {
	err := t.save(ctx, "incident", hasIncident, string(i.ID), updateIncident, string(i.ID), i.Version, string(i.State), millis(i.EndedAt), asJSON(i.Course))
	i.Version++
	return i, err
}

// Incident implements listen.IncidentTx.
func (t *tx) Incident(ctx context.Context, id vis.IncidentID) (listen.Incident, error) {
	return one(ctx, t, "incident", incidentRow, selectIncident, string(id))
}

// OpenIncidents implements listen.IncidentTx.
func (t *tx) OpenIncidents(ctx context.Context) ([]listen.Incident, error) {
	return all(ctx, t, incidentRow, listOpen)
}

// EndedIncidents implements listen.IncidentTx.
func (t *tx) EndedIncidents(ctx context.Context, after time.Time) ([]listen.Incident, error) {
	return all(ctx, t, incidentRow, listEnded, millis(after))
}

// Incidents implements listen.IncidentTx.
func (t *tx) Incidents(ctx context.Context, limit int) ([]listen.Incident, error) {
	return all(ctx, t, incidentRow, listIncidents, limit)
}

const (
	ofIncident = ` FROM incident_conversations i CROSS JOIN conversations c CROSS JOIN customers u
		WHERE i.workspace = $1 AND c.workspace = $1 AND c.id = i.conversation AND u.workspace = $1 AND u.id = c.customer AND i.incident = $2`
	selectConcerned = `SELECT i.incident, i.conversation, c.customer, u.name, i.message, i.said_at, i.language, i.held_at, i.told_at, i.place, c.channel` + ofIncident
	mapped          = `SELECT i.place, c.channel, count(DISTINCT c.customer)` + ofIncident + ` GROUP BY i.place, c.channel ORDER BY i.place, c.channel`
	tallied         = `SELECT c.channel, CASE WHEN i.language IN ('fr', 'en') THEN i.language ELSE u.locale END AS spoken, u.zone, i.place, count(*),
		count(CASE WHEN i.held_at > 0 THEN 1 END), count(CASE WHEN i.told_at > 0 THEN 1 END)` + ofIncident + `
		GROUP BY c.channel, spoken, u.zone, i.place ORDER BY c.channel, spoken, u.zone, i.place`
	inOrder         = ` ORDER BY i.said_at, i.conversation LIMIT $3`
	insertConcerned = `INSERT INTO incident_conversations (workspace, incident, conversation, message, said_at, language, held_at, told_at, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (workspace, incident, conversation) DO NOTHING`
	markHeld       = `UPDATE incident_conversations SET held_at = $4 WHERE workspace = $1 AND incident = $2 AND conversation = $3 AND held_at = 0`
	markTold       = `UPDATE incident_conversations SET told_at = $4 WHERE workspace = $1 AND incident = $2 AND conversation = $3 AND told_at = 0`
	countConcerned = `SELECT count(*), count(DISTINCT c.customer) FROM incident_conversations i CROSS JOIN conversations c
		WHERE i.workspace = $1 AND c.workspace = $1 AND c.id = i.conversation AND i.incident = $2`
	listConcerned = selectConcerned + inOrder
	listUnheld    = selectConcerned + ` AND i.held_at = 0` + inOrder
	listUntold    = selectConcerned + ` AND i.told_at = 0` + inOrder
)

func concernedRow(c *listen.Concerned) []any {
	return []any{(*string)(&c.Incident), (*string)(&c.Conversation), (*string)(&c.Customer), &c.Name, (*string)(&c.Message), (*at)(&c.At),
		&c.Language, (*at)(&c.HeldAt), (*at)(&c.ToldAt), &c.Place, (*string)(&c.Channel)}
}

// InsertConcerned implements listen.IncidentTx.
func (t *tx) InsertConcerned(ctx context.Context, c listen.Concerned) error {
	_, err := t.exec(ctx, insertConcerned, string(c.Incident), string(c.Conversation), string(c.Message), millis(c.At), c.Language,
		millis(c.HeldAt), millis(c.ToldAt), c.Place)
	return err
}

// CountConcerned implements listen.IncidentTx.
func (t *tx) CountConcerned(ctx context.Context, id vis.IncidentID) (conversations, customers int, err error) {
	n, err := one(ctx, t, "incident", func(n *[2]int) []any { return []any{&n[0], &n[1]} }, countConcerned, string(id))
	return n[0], n[1], err
}

// AllConcerned implements listen.IncidentTx.
func (t *tx) AllConcerned(ctx context.Context, id vis.IncidentID, limit int) ([]listen.Concerned, error) {
	return all(ctx, t, concernedRow, listConcerned, string(id), limit)
}

// TallyConcerned implements listen.IncidentTx.
func (t *tx) TallyConcerned(ctx context.Context, id vis.IncidentID) ([]listen.Tally, error) {
	return all(ctx, t, func(y *listen.Tally) []any {
		return []any{(*string)(&y.Channel), &y.Language, &y.Zone, &y.Place, &y.Conversations, &y.Held, &y.Told}
	}, tallied, string(id))
}

// MapConcerned implements listen.IncidentTx.
func (t *tx) MapConcerned(ctx context.Context, id vis.IncidentID) ([]listen.Square, error) {
	return all(ctx, t, func(s *listen.Square) []any { return []any{&s.Place, (*string)(&s.Channel), &s.Customers} }, mapped, string(id))
}

// Unheld implements listen.IncidentTx.
func (t *tx) Unheld(ctx context.Context, id vis.IncidentID, limit int) ([]listen.Concerned, error) {
	return all(ctx, t, concernedRow, listUnheld, string(id), limit)
}

// Untold implements listen.IncidentTx.
func (t *tx) Untold(ctx context.Context, id vis.IncidentID, limit int) ([]listen.Concerned, error) {
	return all(ctx, t, concernedRow, listUntold, string(id), limit)
}

// MarkHeld implements listen.IncidentTx. A command that another node was ahead of fails as a whole.
func (t *tx) MarkHeld(ctx context.Context, c listen.Concerned, at time.Time) error {
	return t.mark(ctx, markHeld, c, at)
}

// MarkTold implements listen.IncidentTx.
func (t *tx) MarkTold(ctx context.Context, c listen.Concerned, at time.Time) error {
	return t.mark(ctx, markTold, c, at)
}

func (t *tx) mark(ctx context.Context, statement string, c listen.Concerned, at time.Time) error {
	r, err := t.exec(ctx, statement, string(c.Incident), string(c.Conversation), millis(at))
	if err == nil && changed(r) == 0 {
		return t.stale()
	}
	return err
}

const (
	scenarioColumns = `id, plan_json, created_at, version`
	listScenarios   = `SELECT ` + scenarioColumns + ` FROM scenarios WHERE workspace = $1 ORDER BY id`
	selectScenario  = `SELECT ` + scenarioColumns + ` FROM scenarios WHERE workspace = $1 AND id = $2`
	hasScenario     = `SELECT id FROM scenarios WHERE workspace = $1 AND id = $2`
	insertScenario  = `INSERT INTO scenarios (workspace, id, plan_json, created_at, version) VALUES ($1, $2, $3, $4, $5)`
	updateScenario  = `UPDATE scenarios SET plan_json = $4, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteScenario  = `DELETE FROM scenarios WHERE workspace = $1 AND id = $2`

	selectListenSettings = `SELECT settings_json, version FROM listen_settings WHERE workspace = $1`
	insertListenSettings = `INSERT INTO listen_settings (workspace, settings_json, version) VALUES ($1, $2, 1) ON CONFLICT (workspace) DO NOTHING`
	listAttributes       = `SELECT attributes_json FROM (SELECT attributes_json FROM customers WHERE workspace = $1 ORDER BY id DESC LIMIT $2) AS recent
		WHERE attributes_json NOT IN ('{}', 'null')`
	updateListenSettings = `UPDATE listen_settings SET settings_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`
)

func scenarioRow(s *listen.Scenario) []any {
	return []any{(*string)(&s.ID), inJSON(&s.Plan), (*at)(&s.CreatedAt), &s.Version}
}

// Scenarios implements listen.IncidentTx.
func (t *tx) Scenarios(ctx context.Context) ([]listen.Scenario, error) {
	return all(ctx, t, scenarioRow, listScenarios)
}

// Scenario implements listen.IncidentTx.
func (t *tx) Scenario(ctx context.Context, id vis.ScenarioID) (listen.Scenario, error) {
	return one(ctx, t, "scenario", scenarioRow, selectScenario, string(id))
}

// InsertScenario implements listen.IncidentTx.
func (t *tx) InsertScenario(ctx context.Context, s listen.Scenario) error {
	_, err := t.exec(ctx, insertScenario, string(s.ID), asJSON(s.Plan), millis(s.CreatedAt), s.Version)
	return err
}

// SaveScenario implements listen.IncidentTx.
func (t *tx) SaveScenario(ctx context.Context, s listen.Scenario) (listen.Scenario, error) {
	err := t.save(ctx, "scenario", hasScenario, string(s.ID), updateScenario, string(s.ID), s.Version, asJSON(s.Plan))
	s.Version++
	return s, err
}

// DeleteScenario implements listen.IncidentTx.
func (t *tx) DeleteScenario(ctx context.Context, id vis.ScenarioID) error {
	return t.must(ctx, "scenario", deleteScenario, string(id))
}

// ListenSettings implements listen.IncidentTx.
func (t *tx) ListenSettings(ctx context.Context) (listen.Settings, error) {
	s, err := one(ctx, t, "settings", func(s *listen.Settings) []any { return []any{inJSON(s), &s.Version} }, selectListenSettings)
	return s, absentIsNothing(err)
}

// SaveListenSettings implements listen.IncidentTx.
func (t *tx) SaveListenSettings(ctx context.Context, s listen.Settings) (listen.Settings, error) {
	statement, args := updateListenSettings, []any{s.Version, asJSON(s)}
	if s.Version == 0 {
		statement, args = insertListenSettings, []any{asJSON(s)}
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		err = vis.ErrStale
	}
	s.Version++
	return s, err
}

// NewestAttributes implements listen.IncidentTx.
func (t *tx) NewestAttributes(ctx context.Context, newest int) ([]desk.Attributes, error) {
	return all(ctx, t, func(a *desk.Attributes) []any { return []any{inJSON(a)} }, listAttributes, newest)
}
