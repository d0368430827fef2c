package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

const (
	messageColumns = `id, conversation, position, kind, author, author_id, text, attachments, channel, client_id, line, created_at`

	attachmentColumns = `id, conversation, message, name, media_type, size, width, height, blob, author, author_id, created_at`
)

// written is a message with the columns that are kept in another form.
type written struct {
	desk.Message
	files int
	line  string
}

func messageRow(w *written) []any {
	m := &w.Message
	return []any{(*string)(&m.ID), (*string)(&m.Conversation), &m.Position, (*string)(&m.Kind), (*string)(&m.Author), &m.AuthorID,
		&m.Text, &w.files, (*string)(&m.Channel), &m.ClientID, &w.line, (*at)(&m.CreatedAt)}
}

func attachmentRow(a *desk.Attachment) []any {
	return []any{(*string)(&a.ID), (*string)(&a.Conversation), (*string)(&a.Message), &a.Name, &a.MediaType, &a.Size, &a.Width,
		&a.Height, &a.Blob, (*string)(&a.Author), &a.AuthorID, (*at)(&a.CreatedAt)}
}

const (
	selectMessage         = `SELECT ` + messageColumns + ` FROM messages WHERE workspace = $1 AND id = $2`
	selectMessagesByID    = `SELECT ` + messageColumns + ` FROM messages WHERE workspace = $1 AND id IN list($2)`
	selectMessageByClient = `SELECT ` + messageColumns + ` FROM messages
		WHERE workspace = $1 AND author = $2 AND author_id = $3 AND client_id = $4 AND client_id <> ''`
	// A kind that is not wanted costs a step along the index and a look at its row; $5 to $7 are the kinds.
	messagesBefore = `SELECT ` + messageColumns + ` FROM messages
		WHERE workspace = $1 AND conversation = $2 AND position < $3 AND kind IN ($5, $6, $7, $8) ORDER BY position DESC LIMIT $4`
	messagesAfter = `SELECT ` + messageColumns + ` FROM messages
		WHERE workspace = $1 AND conversation = $2 AND position > $3 AND kind IN ($5, $6, $7, $8) ORDER BY position LIMIT $4`
	selectAttachmentsOf = `SELECT ` + attachmentColumns + ` FROM attachments
		WHERE workspace = $1 AND message IN list($2) AND message <> '' ORDER BY created_at, id`
)

// Message implements desk.Tx.
func (t *tx) Message(ctx context.Context, id vis.MessageID) (desk.Message, error) {
	w, err := one(ctx, t, "message", messageRow, selectMessage, string(id))
	return t.message(ctx, w, err)
}

// MessageByClientID implements desk.Tx.
func (t *tx) MessageByClientID(ctx context.Context, author desk.AuthorKind, authorID, clientID string) (desk.Message, error) {
	w, err := one(ctx, t, "message", messageRow, selectMessageByClient, string(author), authorID, clientID)
	return t.message(ctx, w, err)
}

// message completes one that was found.
func (t *tx) message(ctx context.Context, w written, err error) (desk.Message, error) {
	if err != nil {
		return desk.Message{}, err
	}
	out, err := t.complete(ctx, []written{w})
	if err != nil {
		return desk.Message{}, err
	}
	return out[0], nil
}

// complete adds lines and attachments to messages that were read.
func (t *tx) complete(ctx context.Context, rows []written) ([]desk.Message, error) {
	out := make([]desk.Message, len(rows))
	var carriers []vis.MessageID
	for i, w := range rows {
		out[i] = w.Message
		if w.line != "" {
			out[i].Line = new(desk.Line)
			if err := json.Unmarshal([]byte(w.line), out[i].Line); err != nil {
				return nil, fmt.Errorf("read a line of a thread: %w", err)
			}
		}
		if w.files > 0 {
			carriers = append(carriers, w.ID)
		}
	}
	if len(carriers) == 0 {
		return out, nil
	}
	files, err := all(ctx, t, attachmentRow, selectAttachmentsOf, texts(carriers))
	if err != nil {
		return nil, err
	}
	of := make(map[vis.MessageID][]desk.Attachment)
	for _, a := range files {
		of[a.Message] = append(of[a.Message], a)
	}
	for i := range out {
		out[i].Attachments = of[out[i].ID]
	}
	return out, nil
}

// InsertMessage implements desk.Tx.
func (t *tx) InsertMessage(ctx context.Context, m desk.Message, terms []string) error {
	line := ""
	if m.Line != nil {
		b, err := json.Marshal(m.Line)
		if err != nil {
			return fmt.Errorf("write a line of a thread: %w", err)
		}
		line = string(b)
	}
	args := []any{string(m.ID), string(m.Conversation), m.Position, string(m.Kind), string(m.Author), m.AuthorID, m.Text,
		len(m.Attachments), string(m.Channel), m.ClientID, line, millis(m.CreatedAt)}
	ordinal, err := t.ordinal(ctx)
	if err != nil {
		return err
	}
	d := t.session.dialect
	if d.inlineSearch {
		args = append(args, vector(ordinal, terms))
	}
	r, err := t.exec(ctx, d.insertMessage, args...)
	if err != nil || d.inlineSearch || len(terms) == 0 {
		return err
	}
	ref, err := r.LastInsertId()
	if err != nil {
		return t.failed(err)
	}
	t.command.words = append(t.command.words, words{ref: ref, terms: document(ordinal, terms)})
	return nil
}

const everything = 1 << 62

// Messages implements desk.Tx.
func (t *tx) Messages(ctx context.Context, id vis.ConversationID, r desk.Range, kinds ...desk.MessageKind) ([]desk.Message, error) {
	if len(kinds) == 0 {
		kinds = []desk.MessageKind{desk.KindMessage, desk.KindNote, desk.KindLine, desk.KindCall}
	}
	var wanted [4]string
	for i := range wanted {
		wanted[i] = string(kinds[min(i, len(kinds)-1)])
	}
	statement, from := messagesBefore, r.Before
	switch {
	case r.Forward:
		statement, from = messagesAfter, r.After
	case r.Before <= 0:
		from = everything
	}
	limit := r.Limit
	if limit <= 0 {
		limit = vis.DefaultLimit
	}
	rows, err := all(ctx, t, messageRow, statement, string(id), from, limit, wanted[0], wanted[1], wanted[2], wanted[3])
	if err != nil {
		return nil, err
	}
	if !r.Forward {
		slices.Reverse(rows)
	}
	return t.complete(ctx, rows)
}

const (
	insertAttachment = `INSERT INTO attachments (workspace, id, conversation, message, name, media_type, size, width, height, blob, author,
		author_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	selectAttachment = `SELECT ` + attachmentColumns + ` FROM attachments WHERE workspace = $1 AND id = $2`
	bindAttachment   = `UPDATE attachments SET conversation = $3, message = $4 WHERE workspace = $1 AND id = $2 AND message = ''`
	countUploads     = `SELECT count(*) FROM attachments WHERE workspace = $1 AND author = $2 AND author_id = $3 AND created_at >= $4`
	forgetUploads    = `DELETE FROM attachments WHERE workspace = $1 AND id IN (SELECT id FROM attachments
		WHERE workspace = $1 AND message = '' AND created_at < $2 ORDER BY created_at LIMIT $3) RETURNING blob`
	countBlob = `SELECT count(*) FROM attachments WHERE workspace = $1 AND blob = $2`
)

// InsertAttachment implements desk.Tx.
func (t *tx) InsertAttachment(ctx context.Context, a desk.Attachment) error {
	_, err := t.exec(ctx, insertAttachment, string(a.ID), string(a.Conversation), string(a.Message), a.Name, a.MediaType, a.Size, a.Width,
		a.Height, a.Blob, string(a.Author), a.AuthorID, millis(a.CreatedAt))
	return err
}

// Attachment implements desk.Tx.
func (t *tx) Attachment(ctx context.Context, id vis.AttachmentID) (desk.Attachment, error) {
	return one(ctx, t, "attachment", attachmentRow, selectAttachment, string(id))
}

// BindAttachment implements desk.Tx; one that was sent already is absent.
func (t *tx) BindAttachment(ctx context.Context, id vis.AttachmentID, c vis.ConversationID, m vis.MessageID) error {
	return t.must(ctx, "attachment", bindAttachment, string(id), string(c), string(m))
}

// CountUploads implements desk.Tx.
func (t *tx) CountUploads(ctx context.Context, author desk.AuthorKind, authorID string, since time.Time) (int, error) {
	return value[int](ctx, t, "count", countUploads, string(author), authorID, millis(since))
}

// ForgetUploads implements desk.Tx.
func (t *tx) ForgetUploads(ctx context.Context, before time.Time, limit int) (forgotten int, orphans []string, err error) {
	blobs, err := all(ctx, t, func(b *string) []any { return []any{b} }, forgetUploads, millis(before), limit)
	if err != nil {
		return 0, nil, err
	}
	slices.Sort(blobs)
	for _, b := range slices.Compact(slices.Clone(blobs)) {
		n, err := value[int](ctx, t, "count", countBlob, b)
		if err != nil {
			return 0, nil, err
		}
		if n == 0 {
			orphans = append(orphans, b)
		}
	}
	return len(blobs), orphans, nil
}

const (
	selectRead  = `SELECT position FROM reads WHERE workspace = $1 AND conversation = $2 AND member = $3`
	selectReads = `SELECT conversation, position FROM reads WHERE workspace = $1 AND conversation IN list($2) AND member = $3`
	upsertRead  = `INSERT INTO reads (workspace, conversation, member, position, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (workspace, conversation, member) DO UPDATE SET position = excluded.position, at = excluded.at`
)

// ReadPosition implements desk.Tx.
func (t *tx) ReadPosition(ctx context.Context, id vis.ConversationID, m vis.MemberID) (int64, error) {
	n, err := value[int64](ctx, t, "mark", selectRead, string(id), string(m))
	if vis.CodeOf(err) == vis.NotFound {
		return 0, nil
	}
	return n, err
}

// ReadPositions implements desk.Tx.
func (t *tx) ReadPositions(ctx context.Context, ids []vis.ConversationID, m vis.MemberID) (map[vis.ConversationID]int64, error) {
	type mark struct {
		conversation vis.ConversationID
		position     int64
	}
	out := make(map[vis.ConversationID]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	marks, err := all(ctx, t, func(m *mark) []any { return []any{(*string)(&m.conversation), &m.position} }, selectReads, texts(ids), string(m))
	for _, m := range marks {
		out[m.conversation] = m.position
	}
	return out, err
}

// SaveReadPosition implements desk.Tx.
func (t *tx) SaveReadPosition(ctx context.Context, id vis.ConversationID, m vis.MemberID, position int64, at time.Time) error {
	_, err := t.exec(ctx, upsertRead, string(id), string(m), position, millis(at))
	return err
}
