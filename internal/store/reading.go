package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Listen is the store as the room that hears what customers say knows it.
func (s *Store) Listen() listen.DB { return listenDB{s} }

type listenDB struct{ s *Store }

func (d listenDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(listen.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d listenDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(listen.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

var _ listen.Tx = (*tx)(nil)

// MessagesByID implements listen.Tx.
func (t *tx) MessagesByID(ctx context.Context, ids []vis.MessageID) ([]desk.Message, error) {
	rows, err := all(ctx, t, messageRow, selectMessagesByID, texts(ids))
	if err != nil {
		return nil, err
	}
	return t.complete(ctx, rows)
}

const (
	readingColumns = `message, conversation, at, engine, model, says_json, sign, correction_json`

	insertReading = `INSERT INTO readings (workspace, message, conversation, at, engine, model, says_json, sign, correction_json, corrected_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	insertBand     = `INSERT INTO reading_bands (workspace, band, message) VALUES ($1, $2, $3)`
	selectReading  = `SELECT ` + readingColumns + ` FROM readings WHERE workspace = $1 AND message = $2`
	selectReadings = `SELECT ` + readingColumns + ` FROM readings WHERE workspace = $1 AND message IN list($2)`
	correctReading = `UPDATE readings SET correction_json = $3, corrected_at = $4 WHERE workspace = $1 AND message = $2`

	selectLastCorrected = `SELECT ` + readingColumns + ` FROM readings WHERE workspace = $1 AND conversation = $2 AND corrected_at > 0
		ORDER BY corrected_at DESC LIMIT 1`
	listCorrected = `SELECT ` + readingColumns + ` FROM readings WHERE workspace = $1 AND corrected_at > 0
		ORDER BY corrected_at DESC, message DESC LIMIT $2`
	countCorrected = `SELECT count(*) FROM readings WHERE workspace = $1 AND corrected_at > 0 AND corrected_at > $2`
	listAlike      = `SELECT message FROM reading_bands WHERE workspace = $1 AND band = $2 AND message > $3 ORDER BY message DESC LIMIT $4`
)

// insertBands writes the bands of several messages at once.
var insertBands = inSizes(insertBand, 1, 64, 16)

// perMessage is by how many bands a message is found again: half of those that its signature has, which finds two thirds of the texts of
// which half is the same, and nearly all of those that differ in a word.
const perMessage = 8

func readingRow(r *listen.Reading) []any {
	return []any{(*string)(&r.Message), (*string)(&r.Conversation), (*at)(&r.At), &r.Engine, &r.Model, inJSON(&r.Says), (*signature)(&r.Sign),
		inJSON(&r.Correction)}
}

// signature is kept as its bytes; that of a text without words as none.
type signature text.Signature

// Scan implements sql.Scanner.
func (s *signature) Scan(src any) error {
	b, ok := src.([]byte)
	switch {
	case !ok && src != nil:
		return fmt.Errorf("scan a signature: got %T", src)
	case len(b) == 0:
		*s = signature{}
		return nil
	}
	_, err := binary.Decode(b, binary.LittleEndian, s)
	return err
}

func signBytes(s text.Signature) []byte {
	if s == (text.Signature{}) {
		return []byte{}
	}
	b, err := binary.Append(nil, binary.LittleEndian, s)
	if err != nil {
		panic("store: a signature has no fixed size: " + err.Error())
	}
	return b
}

// InsertReadings implements listen.Tx.
func (t *tx) InsertReadings(ctx context.Context, readings []listen.Reading) error {
	var bands []any
	for _, r := range readings {
		if _, err := t.exec(ctx, insertReading, string(r.Message), string(r.Conversation), millis(r.At), r.Engine, r.Model, asJSON(r.Says),
			signBytes(r.Sign), asJSON(r.Correction), correctedAt(r)); err != nil {
			return err
		}
		if r.Sign == (text.Signature{}) {
			continue
		}
		for _, band := range bandsOf(r.Sign) {
			bands = append(bands, int64(band), string(r.Message))
		}
	}
	return insertBands.each(len(bands)/2, func(statement string, first, rows int) error {
		_, err := t.exec(ctx, statement, bands[2*first:2*(first+rows)]...)
		return err
	})
}

// bandsOf are those that a message is found by.
func bandsOf(s text.Signature) []uint32 {
	all := s.Bands()
	return all[:perMessage]
}

func correctedAt(r listen.Reading) int64 {
	if r.Correction == nil {
		return 0
	}
	return millis(r.Correction.At)
}

// Reading implements listen.Tx.
func (t *tx) Reading(ctx context.Context, m vis.MessageID) (listen.Reading, error) {
	return one(ctx, t, "reading", readingRow, selectReading, string(m))
}

// ReadingsByID implements listen.Tx.
func (t *tx) ReadingsByID(ctx context.Context, ids []vis.MessageID) ([]listen.Reading, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all(ctx, t, readingRow, selectReadings, texts(ids))
}

// SaveCorrection implements listen.Tx.
func (t *tx) SaveCorrection(ctx context.Context, r listen.Reading) error {
	return t.must(ctx, "reading", correctReading, string(r.Message), asJSON(r.Correction), correctedAt(r))
}

// LastCorrected implements listen.Tx.
func (t *tx) LastCorrected(ctx context.Context, c vis.ConversationID) (listen.Reading, error) {
	return one(ctx, t, "reading", readingRow, selectLastCorrected, string(c))
}

// CountCorrected implements listen.Tx.
func (t *tx) CountCorrected(ctx context.Context, after time.Time) (int, error) {
	return value[int](ctx, t, "count", countCorrected, millis(after))
}

// Corrected implements listen.Tx.
func (t *tx) Corrected(ctx context.Context, limit int) ([]listen.Reading, error) {
	return all(ctx, t, readingRow, listCorrected, limit)
}

// Alike implements listen.Tx.
func (t *tx) Alike(ctx context.Context, s text.Signature, above vis.MessageID, perBand int) ([]vis.MessageID, error) {
	if s == (text.Signature{}) {
		return nil, nil
	}
	var out []vis.MessageID
	for _, band := range bandsOf(s) {
		found, err := all(ctx, t, func(m *vis.MessageID) []any { return []any{(*string)(m)} }, listAlike, int64(band), string(above), perBand)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

const countTimer = `SELECT count(*) FROM timers WHERE workspace = $1 AND kind = $2 AND key = $3`

// Armed implements listen.Tx.
func (t *tx) Armed(ctx context.Context, kind, key string) (bool, error) {
	n, err := value[int](ctx, t, "count", countTimer, kind, key)
	return n > 0, err
}

const (
	selectTree = `SELECT body_json, version FROM reason_trees WHERE workspace = $1`
	insertTree = `INSERT INTO reason_trees (workspace, body_json, version) VALUES ($1, $2, 1) ON CONFLICT (workspace) DO NOTHING`
	updateTree = `UPDATE reason_trees SET body_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`
	reasonUsed = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND reason = $2 AND reason <> '' LIMIT 1) counted`

	selectModelVersion = `SELECT version FROM reader_models WHERE workspace = $1`
	selectModel        = `SELECT story_json, body, version FROM reader_models WHERE workspace = $1`
	upsertModel        = `INSERT INTO reader_models (workspace, story_json, body, version) VALUES ($1, $2, $3, 1)
		ON CONFLICT (workspace) DO UPDATE SET story_json = excluded.story_json, body = excluded.body, version = reader_models.version + 1`
)

// ReasonTree implements listen.Tx.
func (t *tx) ReasonTree(ctx context.Context) (listen.Tree, error) {
	tree, err := one(ctx, t, "tree", func(x *listen.Tree) []any { return []any{inJSON(&x.Reasons), &x.Version} }, selectTree)
	return tree, absentIsNothing(err)
}

// SaveReasonTree implements listen.Tx.
func (t *tx) SaveReasonTree(ctx context.Context, tree listen.Tree) (listen.Tree, error) {
	statement, args := updateTree, []any{tree.Version, asJSON(tree.Reasons)}
	if tree.Version == 0 {
		statement, args = insertTree, []any{asJSON(tree.Reasons)}
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		err = vis.ErrStale
	}
	tree.Version++
	return tree, err
}

// ReasonUsed implements listen.Tx.
func (t *tx) ReasonUsed(ctx context.Context, key string) (bool, error) {
	n, err := value[int](ctx, t, "count", reasonUsed, key)
	return n > 0, err
}

// ModelVersion implements listen.Tx.
func (t *tx) ModelVersion(ctx context.Context) (int64, error) {
	n, err := value[int64](ctx, t, "model", selectModelVersion)
	return n, absentIsNothing(err)
}

// Model implements listen.Tx.
func (t *tx) Model(ctx context.Context) (listen.Model, error) {
	return one(ctx, t, "model", func(m *listen.Model) []any { return []any{inJSON(&m.Story), &m.Body, &m.Version} }, selectModel)
}

// SaveModel implements listen.Tx.
func (t *tx) SaveModel(ctx context.Context, m listen.Model) error {
	_, err := t.exec(ctx, upsertModel, asJSON(m.Story), append([]byte{}, m.Body...))
	return err
}

const (
	saveReread = `UPDATE readings SET at = $3, engine = $4, model = $5, says_json = $6 WHERE workspace = $1 AND message = $2`

	selectEngine = `SELECT body_json, sealed_key, version FROM reader_engines WHERE workspace = $1`
	insertEngine = `INSERT INTO reader_engines (workspace, body_json, sealed_key, version) VALUES ($1, $2, $3, 1) ON CONFLICT (workspace) DO NOTHING`
	updateEngine = `UPDATE reader_engines SET body_json = $2, sealed_key = $3, version = version + 1 WHERE workspace = $1 AND version = $4`

	selectUse = `SELECT month, calls, tokens, answered, abstained, failed FROM reader_use WHERE workspace = $1 AND month = $2`
	insertUse = `INSERT INTO reader_use (workspace, month, calls, tokens, answered, abstained, failed) VALUES ($1, $2, 0, 0, 0, 0, 0)
		ON CONFLICT (workspace, month) DO NOTHING`
	spendUse = `UPDATE reader_use SET calls = calls + 1, tokens = tokens + $3 WHERE workspace = $1 AND month = $2
		AND calls < $4 AND tokens + $3 <= $5`
	countUse = `UPDATE reader_use SET calls = calls + $3, tokens = tokens + $4, answered = answered + $5, abstained = abstained + $6,
		failed = failed + $7 WHERE workspace = $1 AND month = $2`
)

// SaveReread implements listen.Tx.
func (t *tx) SaveReread(ctx context.Context, r listen.Reading) error {
	return t.must(ctx, "reading", saveReread, string(r.Message), millis(r.At), r.Engine, r.Model, asJSON(r.Says))
}

// Engine implements listen.Tx.
func (t *tx) Engine(ctx context.Context) (listen.Engine, error) {
	return one(ctx, t, "engine", func(e *listen.Engine) []any { return []any{inJSON(e), &e.Key, &e.Version} }, selectEngine)
}

// SaveEngine implements listen.Tx.
func (t *tx) SaveEngine(ctx context.Context, e listen.Engine) (listen.Engine, error) {
	statement, args := insertEngine, []any{asJSON(e), append([]byte{}, e.Key...)}
	if e.Version > 0 {
		statement, args = updateEngine, append(args, e.Version)
	}
	r, err := t.exec(ctx, statement, args...)
	if err == nil && changed(r) == 0 {
		err = vis.ErrStale
	}
	e.Version++
	return e, err
}

// EngineUse implements listen.Tx.
func (t *tx) EngineUse(ctx context.Context, month string) (listen.EngineUse, error) {
	u, err := one(ctx, t, "month", func(u *listen.EngineUse) []any {
		return []any{&u.Month, &u.Calls, &u.Tokens, &u.Answered, &u.Abstained, &u.Failed}
	}, selectUse, month)
	u.Month = month
	return u, absentIsNothing(err)
}

// SpendEngine implements listen.Tx.
func (t *tx) SpendEngine(ctx context.Context, month string, tokens, mostCalls, mostTokens int64) (bool, error) {
	if _, err := t.exec(ctx, insertUse, month); err != nil {
		return false, err
	}
	r, err := t.exec(ctx, spendUse, month, tokens, mostCalls, mostTokens)
	return err == nil && changed(r) == 1, err
}

// CountEngine implements listen.Tx.
func (t *tx) CountEngine(ctx context.Context, month string, more listen.EngineUse) error {
	return t.must(ctx, "month", countUse, month, more.Calls, more.Tokens, more.Answered, more.Abstained, more.Failed)
}
