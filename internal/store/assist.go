package store

import (
	"context"
	"slices"
	"time"

	"visavis/internal/assist"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Assist is the store as the room of live assistance knows it.
func (s *Store) Assist() assist.DB { return assistDB{s} }

type assistDB struct{ s *Store }

// Nodes are those that share this database; nil on an engine that one process has to itself.
func (s *Store) Nodes() assist.Nodes {
	if !s.writer.dialect.shared {
		return nil
	}
	return nodeDB{s}
}

type nodeDB struct{ s *Store }

// Enter implements assist.Nodes.
func (d nodeDB) Enter(ctx context.Context, n assist.Node) error {
	_, err := d.s.writer.db.ExecContext(ctx, enterPeerPostgres, n.URL, n.Media, n.Room, millis(n.Until))
	return err
}

// Leave implements assist.Nodes.
func (d nodeDB) Leave(ctx context.Context, url string) error {
	_, err := d.s.writer.db.ExecContext(ctx, deletePeerPostgres, url)
	return err
}

// Nodes implements assist.Nodes.
func (d nodeDB) Nodes(ctx context.Context) ([]assist.Node, error) {
	return anywhere(ctx, d.s, func(n *assist.Node) []any { return []any{&n.URL, &n.Media, &n.Room, (*at)(&n.Until)} }, selectPeersPostgres)
}

// Held implements assist.Nodes.
func (d nodeDB) Held(ctx context.Context) ([]assist.Held, error) {
	return anywhere(ctx, d.s, func(h *assist.Held) []any { return []any{(*string)(&h.Workspace), (*string)(&h.ID), &h.Node} }, selectHeldPostgres)
}

// Holder implements assist.Nodes.
func (d nodeDB) Holder(ctx context.Context, id vis.AssistID) (string, bool, error) {
	found, err := anywhere(ctx, d.s, func(node *string) []any { return []any{node} }, selectHolderPostgres, string(id))
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return found[0], true, nil
}

func (d assistDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(assist.Tx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d assistDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(assist.Tx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

// Whose a session is, is read from its conversation, so that it is right after HandOver too.
const (
	assistColumns = `a.id, a.conversation, c.customer, a.channel, a.state, a.member, a.node, a.pressed_at, a.ended_at, a.story_json, a.version`
	assistTables  = ` FROM assists a CROSS JOIN conversations c WHERE a.workspace = $1 AND c.workspace = $1 AND c.id = a.conversation`

	selectAssist    = `SELECT ` + assistColumns + assistTables + ` AND a.id = $2`
	listOpenAssists = `SELECT ` + assistColumns + assistTables + ` AND a.state <> 'ended' ORDER BY a.pressed_at, a.id`
	listAssists     = `SELECT ` + assistColumns + assistTables + ` AND a.conversation = $2 ORDER BY a.pressed_at DESC, a.id DESC`
	// Ids are made at the press and begin with its time, so that the primary key lists by time.
	listEndedAssists   = `SELECT ` + assistColumns + assistTables + ` AND a.state = 'ended' AND a.id >= $2 AND a.id < $3 ORDER BY a.id DESC LIMIT $4`
	listEndedAssistsOf = `SELECT ` + assistColumns + assistTables + ` AND a.state = 'ended' AND a.member = $5 AND a.id >= $2 AND a.id < $3
		ORDER BY a.id DESC LIMIT $4`
	listAssistsBetween = `SELECT ` + assistColumns + assistTables + ` AND a.id >= $2 AND a.id < $3 ORDER BY a.id DESC LIMIT $4`
	hasAssist          = `SELECT id FROM assists WHERE workspace = $1 AND id = $2`
	insertAssist       = `INSERT INTO assists (workspace, id, conversation, channel, state, member, node, pressed_at, ended_at, story_json, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	updateAssist = `UPDATE assists SET state = $4, member = $5, node = $6, ended_at = $7, story_json = $8, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
)

// Ids of checks begin with their time too.
const (
	insertCheck  = `INSERT INTO assist_checks (workspace, id, channel, at, found_json) VALUES ($1, $2, $3, $4, $5)`
	listChecks   = `SELECT id, channel, at, found_json FROM assist_checks WHERE workspace = $1 ORDER BY id DESC LIMIT $2`
	forgetChecks = `DELETE FROM assist_checks WHERE workspace = $1 AND id < $2`
	forgetOlder  = `DELETE FROM assist_checks WHERE workspace = $1 AND id <= (SELECT id FROM assist_checks WHERE workspace = $1
		ORDER BY id DESC LIMIT 1 OFFSET $2)`
)

// InsertCheck implements assist.Tx.
func (t *tx) InsertCheck(ctx context.Context, c assist.Check) error {
	_, err := t.exec(ctx, insertCheck, string(c.ID), string(c.Channel), millis(c.At), asJSON(c.Found))
	return err
}

// Checks implements assist.Tx.
func (t *tx) Checks(ctx context.Context, limit int) ([]assist.Check, error) {
	return all(ctx, t, func(c *assist.Check) []any {
		return []any{(*string)(&c.ID), (*string)(&c.Channel), (*at)(&c.At), inJSON(&c.Found)}
	}, listChecks, limit)
}

// ForgetChecks implements assist.Tx.
func (t *tx) ForgetChecks(ctx context.Context, newest int, since time.Time) error {
	if _, err := t.exec(ctx, forgetChecks, vis.FirstID(since)); err != nil {
		return err
	}
	_, err := t.exec(ctx, forgetOlder, newest)
	return err
}

// Calls implements routing.Tx. A colleague who is in a call as a third is in a call.
func (t *tx) Calls(ctx context.Context) ([]routing.Call, error) {
	open, err := t.OpenAssists(ctx)
	var out []routing.Call
	for _, x := range open {
		out = append(out, routing.Call{Conversation: x.Conversation, Member: x.Member})
		if x.Story.Guest != "" {
			out = append(out, routing.Call{Conversation: x.Conversation, Member: x.Story.Guest})
		}
	}
	return out, err
}

func assistRow(s *assist.Session) []any {
	return []any{(*string)(&s.ID), (*string)(&s.Conversation), (*string)(&s.Customer), (*string)(&s.Channel), (*string)(&s.State),
		(*string)(&s.Member), &s.Node, (*at)(&s.PressedAt), (*at)(&s.EndedAt), inJSON(&s.Story), &s.Version}
}

// InsertAssist implements assist.Tx. Its customer is that of the conversation, whoever it names.
func (t *tx) InsertAssist(ctx context.Context, s assist.Session) error {
	_, err := t.exec(ctx, insertAssist, string(s.ID), string(s.Conversation), string(s.Channel), string(s.State), string(s.Member), s.Node,
		millis(s.PressedAt), millis(s.EndedAt), asJSON(s.Story), s.Version)
	return err
}

// SaveAssist implements assist.Tx.
func (t *tx) SaveAssist(ctx context.Context, s assist.Session) (assist.Session, error) {
	err := t.save(ctx, "assistance", hasAssist, string(s.ID), updateAssist, string(s.ID), s.Version, string(s.State), string(s.Member), s.Node,
		millis(s.EndedAt), asJSON(s.Story))
	s.Version++
	return s, err
}

// Assist implements assist.Tx.
func (t *tx) Assist(ctx context.Context, id vis.AssistID) (assist.Session, error) {
	return one(ctx, t, "assistance", assistRow, selectAssist, string(id))
}

// OpenAssists implements assist.Tx.
func (t *tx) OpenAssists(ctx context.Context) ([]assist.Session, error) {
	return all(ctx, t, assistRow, listOpenAssists)
}

// AssistsBetween implements assist.Tx.
func (t *tx) AssistsBetween(ctx context.Context, from, to time.Time, limit int) ([]assist.Session, error) {
	newest, err := all(ctx, t, assistRow, listAssistsBetween, vis.FirstID(from), vis.FirstID(to), limit)
	slices.Reverse(newest)
	return newest, err
}

// EndedAssists implements assist.Tx.
func (t *tx) EndedAssists(ctx context.Context, of vis.MemberID, from time.Time, before vis.AssistID, limit int) ([]assist.Session, error) {
	if before == "" {
		before = afterEveryID
	}
	if of == "" {
		return all(ctx, t, assistRow, listEndedAssists, vis.FirstID(from), string(before), limit)
	}
	return all(ctx, t, assistRow, listEndedAssistsOf, vis.FirstID(from), string(before), limit, string(of))
}

// Assists implements assist.Tx.
func (t *tx) Assists(ctx context.Context, id vis.ConversationID) ([]assist.Session, error) {
	return all(ctx, t, assistRow, listAssists, string(id))
}
