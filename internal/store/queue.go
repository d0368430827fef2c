package store

import (
	"context"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	selectQueues = `SELECT team, body_json, version FROM queues WHERE workspace = $1 ORDER BY team`
	insertQueue  = `INSERT INTO queues (workspace, team, body_json, version) VALUES ($1, $2, $3, 1) ON CONFLICT (workspace, team) DO NOTHING`
	updateQueue  = `UPDATE queues SET body_json = $4, version = version + 1 WHERE workspace = $1 AND team = $2 AND version = $3`
	deleteQueue  = `DELETE FROM queues WHERE workspace = $1 AND team = $2`
)

// Queues implements routing.Tx.
func (t *tx) Queues(ctx context.Context) ([]routing.Queue, error) {
	return all(ctx, t, func(q *routing.Queue) []any { return []any{(*string)(&q.Team), inJSON(q), &q.Version} }, selectQueues)
}

// SaveQueue implements routing.Tx.
func (t *tx) SaveQueue(ctx context.Context, q routing.Queue) (routing.Queue, error) {
	if q.Team != "" {
		if _, err := value[string](ctx, t, "team", hasTeam, string(q.Team)); err != nil {
			return q, err
		}
	}
	err := t.put(ctx, q.Version, insertQueue, []any{string(q.Team), asJSON(q)}, updateQueue, []any{string(q.Team), q.Version, asJSON(q)})
	q.Version++
	return q, err
}

const (
	selectProfiles = `SELECT member, body_json, version FROM profiles WHERE workspace = $1 ORDER BY member`
	insertProfile  = `INSERT INTO profiles (workspace, member, body_json, version) VALUES ($1, $2, $3, 1) ON CONFLICT (workspace, member) DO NOTHING`
	updateProfile  = `UPDATE profiles SET body_json = $4, version = version + 1 WHERE workspace = $1 AND member = $2 AND version = $3`
)

// Profiles implements routing.Tx.
func (t *tx) Profiles(ctx context.Context) ([]routing.Profile, error) {
	return all(ctx, t, func(p *routing.Profile) []any { return []any{(*string)(&p.Member), inJSON(p), &p.Version} }, selectProfiles)
}

// SaveProfile implements routing.Tx.
func (t *tx) SaveProfile(ctx context.Context, p routing.Profile) (routing.Profile, error) {
	if _, err := value[string](ctx, t, "member", hasMember, string(p.Member)); err != nil {
		return p, err
	}
	err := t.put(ctx, p.Version, insertProfile, []any{string(p.Member), asJSON(p)}, updateProfile, []any{string(p.Member), p.Version, asJSON(p)})
	p.Version++
	return p, err
}

const (
	selectShifts = `SELECT member, chosen, back_at, connected, finishing_until, since, seen_at FROM shifts WHERE workspace = $1 ORDER BY member`
	upsertShift  = `INSERT INTO shifts (workspace, member, chosen, back_at, connected, finishing_until, since, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace, member) DO UPDATE SET chosen = excluded.chosen,
		back_at = excluded.back_at, connected = excluded.connected, finishing_until = excluded.finishing_until, since = excluded.since,
		seen_at = excluded.seen_at`
)

// Shifts implements routing.Tx.
func (t *tx) Shifts(ctx context.Context) ([]routing.Shift, error) {
	return all(ctx, t, func(s *routing.Shift) []any {
		return []any{(*string)(&s.Member), (*string)(&s.Chosen), (*at)(&s.BackAt), &s.Connected, (*at)(&s.FinishingUntil), (*at)(&s.Since),
			(*at)(&s.SeenAt)}
	}, selectShifts)
}

// SaveShift implements routing.Tx.
func (t *tx) SaveShift(ctx context.Context, s routing.Shift) error {
	_, err := t.exec(ctx, upsertShift, string(s.Member), string(s.Chosen), millis(s.BackAt), s.Connected, millis(s.FinishingUntil),
		millis(s.Since), millis(s.SeenAt))
	return err
}

const (
	upsertVouch = `INSERT INTO vouches (workspace, member, node, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, member, node) DO UPDATE SET at = excluded.at`
	deleteVouch   = `DELETE FROM vouches WHERE workspace = $1 AND member = $2 AND (node = $3 OR at < $4)`
	selectVouched = `SELECT DISTINCT member FROM vouches WHERE workspace = $1 AND at >= $2 ORDER BY member`
)

// vouchesFor is how long what a node said is kept when it never took it back, as a node that was killed does not.
const vouchesFor = 24 * time.Hour

// Vouch implements routing.Tx.
func (t *tx) Vouch(ctx context.Context, node string, m vis.MemberID, connected bool, at time.Time) error {
	if connected {
		_, err := t.exec(ctx, upsertVouch, string(m), node, millis(at))
		return err
	}
	_, err := t.exec(ctx, deleteVouch, string(m), node, millis(at.Add(-vouchesFor)))
	return err
}

// Vouched implements routing.Tx.
func (t *tx) Vouched(ctx context.Context, since time.Time) ([]vis.MemberID, error) {
	return all(ctx, t, func(m *vis.MemberID) []any { return []any{(*string)(m)} }, selectVouched, millis(since))
}
