package store

import (
	"context"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

const (
	selectRecordingPolicy = `SELECT policy_json, version FROM recording_policies WHERE workspace = $1`
	insertRecordingPolicy = `INSERT INTO recording_policies (workspace, policy_json, version) VALUES ($1, $2, 1) ON CONFLICT (workspace) DO NOTHING`
	updateRecordingPolicy = `UPDATE recording_policies SET policy_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`

	recordingColumns = `assist, started_at, delete_at, sealed_key, bytes, length_ms, parts`
	selectRecording  = `SELECT ` + recordingColumns + ` FROM recordings WHERE workspace = $1 AND assist = $2`
	// Ids of sessions are made at the press and begin with its time, so that the primary key lists by time.
	listRecordings   = `SELECT ` + recordingColumns + ` FROM recordings WHERE workspace = $1 AND assist < $2 ORDER BY assist DESC LIMIT $3`
	listRecordingsOf = `SELECT r.assist FROM conversations c CROSS JOIN assists a CROSS JOIN recordings r
		WHERE c.workspace = $1 AND a.workspace = $1 AND r.workspace = $1 AND c.customer = $2 AND a.conversation = c.id AND r.assist = a.id`
	listRecordingsDue = `SELECT assist FROM recordings WHERE workspace = $1 AND delete_at <= $2 ORDER BY delete_at LIMIT $3`
	countRecordings   = `SELECT count(*), COALESCE(sum(bytes), 0) FROM recordings WHERE workspace = $1`
	insertRecording   = `INSERT INTO recordings (workspace, assist, started_at, delete_at, sealed_key, bytes, length_ms, parts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	growRecording     = `UPDATE recordings SET bytes = bytes + $3, length_ms = $4, parts = $5 WHERE workspace = $1 AND assist = $2`
	shortenRecordings = `UPDATE recordings SET delete_at = started_at + $2 WHERE workspace = $1 AND delete_at > started_at + $2`
	deleteRecording   = `DELETE FROM recordings WHERE workspace = $1 AND assist = $2`
	insertPart        = `INSERT INTO recording_parts (workspace, assist, n, from_ms, to_ms, blob, sections_json) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	listParts         = `SELECT n, from_ms, to_ms, blob, sections_json FROM recording_parts WHERE workspace = $1 AND assist = $2 ORDER BY n`
	deleteParts       = `DELETE FROM recording_parts WHERE workspace = $1 AND assist = $2`
	afterEveryID      = "g" // ids are hexadecimal
)

func recordingRow(r *assist.Recording) []any {
	return []any{(*string)(&r.Assist), (*at)(&r.StartedAt), (*at)(&r.DeleteAt), &r.Key, &r.Bytes, (*span)(&r.Length), &r.Parts}
}

// RecordingPolicy implements assist.Tx.
func (t *tx) RecordingPolicy(ctx context.Context) (assist.Policy, error) {
	p, err := one(ctx, t, "policy", func(p *assist.Policy) []any { return []any{inJSON(p), &p.Version} }, selectRecordingPolicy)
	return p, absentIsNothing(err)
}

// SaveRecordingPolicy implements assist.Tx.
func (t *tx) SaveRecordingPolicy(ctx context.Context, p assist.Policy) (assist.Policy, error) {
	statement, args := updateRecordingPolicy, []any{p.Version, asJSON(p)}
	if p.Version == 0 {
		statement, args = insertRecordingPolicy, []any{asJSON(p)}
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		err = vis.ErrStale
	}
	p.Version++
	return p, err
}

// InsertRecording implements assist.Tx.
func (t *tx) InsertRecording(ctx context.Context, r assist.Recording) error {
	_, err := t.exec(ctx, insertRecording, string(r.Assist), millis(r.StartedAt), millis(r.DeleteAt), r.Key, r.Bytes, r.Length.Milliseconds(), r.Parts)
	return err
}

// Recording implements assist.Tx.
func (t *tx) Recording(ctx context.Context, id vis.AssistID) (assist.Recording, error) {
	return one(ctx, t, "recording", recordingRow, selectRecording, string(id))
}

// AddPart implements assist.Tx.
func (t *tx) AddPart(ctx context.Context, id vis.AssistID, p assist.Part, sealed int64) (assist.Recording, error) {
	if err := t.must(ctx, "recording", growRecording, string(id), sealed, p.To.Milliseconds(), p.N+1); err != nil {
		return assist.Recording{}, err
	}
	if _, err := t.exec(ctx, insertPart, string(id), p.N, p.From.Milliseconds(), p.To.Milliseconds(), p.Blob, asJSON(p.Sections)); err != nil {
		return assist.Recording{}, err
	}
	return t.Recording(ctx, id)
}

// Parts implements assist.Tx.
func (t *tx) Parts(ctx context.Context, id vis.AssistID) ([]assist.Part, error) {
	return all(ctx, t, func(p *assist.Part) []any {
		return []any{&p.N, (*span)(&p.From), (*span)(&p.To), &p.Blob, inJSON(&p.Sections)}
	}, listParts, string(id))
}

// Recordings implements assist.Tx.
func (t *tx) Recordings(ctx context.Context, before vis.AssistID, limit int) ([]assist.Recording, error) {
	if before == "" {
		before = afterEveryID
	}
	return all(ctx, t, recordingRow, listRecordings, string(before), limit)
}

func sessionRow(id *vis.AssistID) []any { return []any{(*string)(id)} }

// RecordingsOf implements assist.Tx.
func (t *tx) RecordingsOf(ctx context.Context, customer vis.CustomerID) ([]vis.AssistID, error) {
	return all(ctx, t, sessionRow, listRecordingsOf, string(customer))
}

// RecordingsDue implements assist.Tx.
func (t *tx) RecordingsDue(ctx context.Context, now time.Time, limit int) ([]vis.AssistID, error) {
	return all(ctx, t, sessionRow, listRecordingsDue, millis(now), limit)
}

// KeepNoLonger implements assist.Tx.
func (t *tx) KeepNoLonger(ctx context.Context, days int) error {
	_, err := t.exec(ctx, shortenRecordings, (time.Duration(days) * 24 * time.Hour).Milliseconds())
	return err
}

// DeleteRecording implements assist.Tx.
func (t *tx) DeleteRecording(ctx context.Context, id vis.AssistID) error {
	if _, err := t.exec(ctx, deleteParts, string(id)); err != nil {
		return err
	}
	return t.must(ctx, "recording", deleteRecording, string(id))
}

// CountRecordings implements assist.Tx.
func (t *tx) CountRecordings(ctx context.Context) (int, int64, error) {
	type kept struct {
		count int
		bytes int64
	}
	n, err := one(ctx, t, "recordings", func(k *kept) []any { return []any{&k.count, &k.bytes} }, countRecordings)
	return n.count, n.bytes, err
}
