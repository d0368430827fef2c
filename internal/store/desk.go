package store

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// conversationColumns come from conversations c and their customers u. In SQLite CROSS JOIN keeps the order of the tables, so
// that a list is a walk along the index of c whatever the planner believes; PostgreSQL knows by its statistics.
const (
	conversationColumns = `c.id, c.number, c.subject, c.state, c.channel, c.assignee, c.team, c.snoozed_until, c.snoozed_until_reply,
		c.preview_text, c.preview_author, c.preview_at, c.preview_attachments, c.waiting_since, c.last_position, c.customer_read,
		c.member_read, c.created_at, c.last_activity_at, c.resolved_at, c.version, u.id, u.name, u.face, u.locale, u.verified, c.language,
		c.reason, c.criticality, c.mood, c.influence, c.deadline_at, c.contacts, c.rank, c.promise, c.promise_state, c.promised_at, c.due_at,
		c.reading_by, c.reading_alone, c.reading_language, c.reading_message, c.mood_said, c.dissatisfied, c.urgency`
	conversationTables = ` FROM conversations c CROSS JOIN customers u WHERE c.workspace = $1 AND u.workspace = $1 AND u.id = c.customer`
	newestFirst        = ` ORDER BY c.last_activity_at DESC, c.id DESC`
)

func conversationRow(c *desk.Conversation) []any {
	return []any{(*string)(&c.ID), &c.Number, &c.Subject, (*string)(&c.State), (*string)(&c.Channel), (*string)(&c.Assignee),
		(*string)(&c.Team), (*at)(&c.SnoozedUntil), &c.SnoozedUntilReply, &c.Preview.Text, (*string)(&c.Preview.Author),
		(*at)(&c.Preview.At), &c.Preview.Attachments, (*at)(&c.WaitingSince), &c.LastPosition, &c.CustomerReadPosition,
		&c.MemberReadPosition, (*at)(&c.CreatedAt), (*at)(&c.LastActivityAt), (*at)(&c.ResolvedAt), &c.Version,
		(*string)(&c.Customer.ID), &c.Customer.Name, &c.Customer.Face, &c.Customer.Locale, &c.Customer.Verified,
		&c.About.Language, &c.About.Reason, &c.About.Criticality, &c.About.Mood, &c.About.Influence, (*at)(&c.About.DeadlineAt),
		&c.About.Contacts, &c.Standing.Rank, &c.Standing.Promise, &c.Standing.PromiseState, (*at)(&c.Standing.PromisedAt), (*at)(&c.Standing.DueAt),
		(*string)(&c.Reading.By), &c.Reading.Alone, &c.Reading.Language, (*string)(&c.Reading.Message), &c.Reading.MoodSaid, &c.Reading.Dissatisfied,
		&c.Reading.Urgency}
}

const (
	selectConversation  = `SELECT ` + conversationColumns + conversationTables + ` AND c.id = $2`
	selectConversations = `SELECT ` + conversationColumns + conversationTables + ` AND c.id IN list($2)`
	hasConversation     = `SELECT id FROM conversations WHERE workspace = $1 AND id = $2`
	nextNumber          = `UPDATE workspaces SET conversations = conversations + 1 WHERE id = $1 RETURNING conversations`
	insertConversation  = `INSERT INTO conversations (workspace, id, number, subject, state, channel, customer, assignee, team, snoozed_until,
		snoozed_until_reply, preview_text, preview_author, preview_at, preview_attachments, waiting_since, last_position, customer_read,
		member_read, created_at, last_activity_at, resolved_at, version, language, reason, criticality, mood, influence, deadline_at,
		contacts, rank, promise, promise_state, promised_at, due_at, reading_by, reading_alone, reading_language, reading_message, mood_said,
		dissatisfied, urgency)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
		$28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42)`
	// Whose a conversation is changes in moveConversations alone: naming the column here would have it checked at every message.
	updateConversation = `UPDATE conversations SET subject = $4, state = $5, channel = $6, assignee = $7, team = $8,
		snoozed_until = $9, snoozed_until_reply = $10, preview_text = $11, preview_author = $12, preview_at = $13,
		preview_attachments = $14, waiting_since = $15, last_position = $16, customer_read = $17, member_read = $18,
		last_activity_at = $19, resolved_at = $20, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	// Nearly every message leaves the conversation where it is. SQLite writes each index that names a column of the SET, changed or not;
	// those that order open conversations by rank name none of these.
	updateInPlaceSQLite = `UPDATE conversations SET subject = $4, channel = $6, snoozed_until = $9, snoozed_until_reply = $10,
		preview_text = $11, preview_author = $12, preview_at = $13, preview_attachments = $14, waiting_since = $15, last_position = $16,
		customer_read = $17, member_read = $18, last_activity_at = $19, resolved_at = $20, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3 AND state = $5 AND assignee = $7 AND team = $8`
	updateAbout = `UPDATE conversations SET language = $4, reason = $5, criticality = $6, mood = $7, influence = $8, deadline_at = $9,
		contacts = $10, reading_by = $11, reading_alone = $12, mood_said = $13, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	updateReading = `UPDATE conversations SET reason = $3, mood = $4, reading_by = $5, reading_alone = $6, reading_language = $7,
		reading_message = $8, mood_said = $9, dissatisfied = $10, urgency = $11 WHERE workspace = $1 AND id = $2`
	updateReadMarks     = `UPDATE conversations SET customer_read = $3, member_read = $4 WHERE workspace = $1 AND id = $2`
	currentConversation = `SELECT ` + conversationColumns + conversationTables + ` AND c.customer = $2 AND c.channel = $3
		AND c.state <> 'resolved'` + newestFirst + ` LIMIT 1`
)

// Conversation implements desk.Tx.
func (t *tx) Conversation(ctx context.Context, id vis.ConversationID) (desk.Conversation, error) {
	return one(ctx, t, "conversation", conversationRow, selectConversation, string(id))
}

// NextNumber implements desk.Tx.
func (t *tx) NextNumber(ctx context.Context) (int64, error) {
	return value[int64](ctx, t, "workspace", nextNumber)
}

func conversationArgs(c desk.Conversation) []any {
	return []any{string(c.ID), c.Number, c.Subject, string(c.State), string(c.Channel), string(c.Customer.ID),
		string(c.Assignee), string(c.Team), millis(c.SnoozedUntil), c.SnoozedUntilReply, c.Preview.Text, string(c.Preview.Author),
		millis(c.Preview.At), c.Preview.Attachments, millis(c.WaitingSince), c.LastPosition, c.CustomerReadPosition, c.MemberReadPosition,
		millis(c.CreatedAt), millis(c.LastActivityAt), millis(c.ResolvedAt), c.Version, c.About.Language, c.About.Reason, c.About.Criticality,
		c.About.Mood, c.About.Influence, millis(c.About.DeadlineAt), c.About.Contacts, rankOf(c.Standing), c.Standing.Promise,
		c.Standing.PromiseState, millis(c.Standing.PromisedAt), millis(c.Standing.DueAt), string(c.Reading.By), c.Reading.Alone,
		c.Reading.Language, string(c.Reading.Message), c.Reading.MoodSaid, c.Reading.Dissatisfied, c.Reading.Urgency}
}

// InsertConversation implements desk.Tx.
func (t *tx) InsertConversation(ctx context.Context, c desk.Conversation) error {
	_, err := t.exec(ctx, insertConversation, conversationArgs(c)...)
	return err
}

// SaveConversation implements desk.Tx. The customer stays who she is: see HandOver.
func (t *tx) SaveConversation(ctx context.Context, c desk.Conversation) (desk.Conversation, error) {
	args := []any{string(c.ID), c.Version, c.Subject, string(c.State), string(c.Channel), string(c.Assignee), string(c.Team),
		millis(c.SnoozedUntil), c.SnoozedUntilReply, c.Preview.Text, string(c.Preview.Author), millis(c.Preview.At), c.Preview.Attachments,
		millis(c.WaitingSince), c.LastPosition, c.CustomerReadPosition, c.MemberReadPosition, millis(c.LastActivityAt), millis(c.ResolvedAt)}
	c.Version++
	if in := t.session.dialect.updateInPlace; in != "" {
		if r, err := t.exec(ctx, in, args...); err != nil || changed(r) == 1 {
			return c, err
		}
	}
	return c, t.save(ctx, "conversation", hasConversation, string(c.ID), updateConversation, args...)
}

// SaveAbout implements desk.Tx.
func (t *tx) SaveAbout(ctx context.Context, c desk.Conversation) (desk.Conversation, error) {
	a := c.About
	err := t.save(ctx, "conversation", hasConversation, string(c.ID), updateAbout, string(c.ID), c.Version, a.Language, a.Reason, a.Criticality,
		a.Mood, a.Influence, millis(a.DeadlineAt), a.Contacts, string(c.Reading.By), c.Reading.Alone, c.Reading.MoodSaid)
	c.Version++
	return c, err
}

// SaveReading implements desk.Tx.
func (t *tx) SaveReading(ctx context.Context, c desk.Conversation) error {
	r := c.Reading
	return t.must(ctx, "conversation", updateReading, string(c.ID), c.About.Reason, c.About.Mood, string(r.By), r.Alone, r.Language,
		string(r.Message), r.MoodSaid, r.Dissatisfied, r.Urgency)
}

// SaveReadMarks implements desk.Tx.
func (t *tx) SaveReadMarks(ctx context.Context, id vis.ConversationID, customer, member int64) error {
	return t.must(ctx, "conversation", updateReadMarks, string(id), customer, member)
}

// CurrentConversation implements desk.Tx.
func (t *tx) CurrentConversation(ctx context.Context, customer vis.CustomerID, ch vis.ChannelID) (desk.Conversation, error) {
	return one(ctx, t, "conversation", conversationRow, currentConversation, string(customer), string(ch))
}
