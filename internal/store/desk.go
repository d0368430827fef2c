package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// conversationColumns come from conversations c and their customers u. In SQLite CROSS JOIN keeps the order of the tables, so
// that a list is a walk along the index of c whatever the planner believes; PostgreSQL knows by its statistics.
const (
	conversationColumns = `c.id, c.number, c.subject, c.state, c.channel, c.assignee, c.team, c.snoozed_until, c.snoozed_until_reply,
		c.preview_text, c.preview_author, c.preview_at, c.preview_attachments, c.waiting_since, c.last_position, c.customer_read,
		c.member_read, c.created_at, c.last_activity_at, c.resolved_at, c.version, u.id, u.name, u.face, u.locale, u.verified, c.language,
		c.reason, c.criticality, c.mood, c.influence, c.deadline_at, c.contacts, c.rank, c.promise, c.promise_state, c.promised_at, c.due_at`
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
		&c.About.Contacts, &c.Standing.Rank, &c.Standing.Promise, &c.Standing.PromiseState, (*at)(&c.Standing.PromisedAt), (*at)(&c.Standing.DueAt)}
}

const (
	selectConversation  = `SELECT ` + conversationColumns + conversationTables + ` AND c.id = $2`
	selectConversations = `SELECT ` + conversationColumns + conversationTables + ` AND c.id IN list($2)`
	hasConversation     = `SELECT id FROM conversations WHERE workspace = $1 AND id = $2`
	nextNumber          = `UPDATE workspaces SET conversations = conversations + 1 WHERE id = $1 RETURNING conversations`
	insertConversation  = `INSERT INTO conversations (workspace, id, number, subject, state, channel, customer, assignee, team, snoozed_until,
		snoozed_until_reply, preview_text, preview_author, preview_at, preview_attachments, waiting_since, last_position, customer_read,
		member_read, created_at, last_activity_at, resolved_at, version, language, reason, criticality, mood, influence, deadline_at,
		contacts, rank, promise, promise_state, promised_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
		$28, $29, $30, $31, $32, $33, $34, $35)`
	// Whose a conversation is changes in moveConversations alone: naming the column here would have it checked at every message.
	updateConversation = `UPDATE conversations SET subject = $4, state = $5, channel = $6, assignee = $7, team = $8,
		snoozed_until = $9, snoozed_until_reply = $10, preview_text = $11, preview_author = $12, preview_at = $13,
		preview_attachments = $14, waiting_since = $15, last_position = $16, customer_read = $17, member_read = $18,
		last_activity_at = $19, resolved_at = $20, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	updateAbout = `UPDATE conversations SET language = $4, reason = $5, criticality = $6, mood = $7, influence = $8, deadline_at = $9,
		contacts = $10, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
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
		c.About.Mood, c.About.Influence, millis(c.About.DeadlineAt), c.About.Contacts, cmp.Or(c.Standing.Rank, desk.Unranked), c.Standing.Promise,
		c.Standing.PromiseState, millis(c.Standing.PromisedAt), millis(c.Standing.DueAt)}
}

// InsertConversation implements desk.Tx.
func (t *tx) InsertConversation(ctx context.Context, c desk.Conversation) error {
	_, err := t.exec(ctx, insertConversation, conversationArgs(c)...)
	return err
}

// SaveConversation implements desk.Tx. The customer stays who she is: see HandOver.
func (t *tx) SaveConversation(ctx context.Context, c desk.Conversation) (desk.Conversation, error) {
	err := t.save(ctx, "conversation", hasConversation, string(c.ID), updateConversation, string(c.ID), c.Version, c.Subject,
		string(c.State), string(c.Channel), string(c.Assignee), string(c.Team), millis(c.SnoozedUntil), c.SnoozedUntilReply, c.Preview.Text, string(c.Preview.Author), millis(c.Preview.At), c.Preview.Attachments,
		millis(c.WaitingSince), c.LastPosition, c.CustomerReadPosition, c.MemberReadPosition, millis(c.LastActivityAt), millis(c.ResolvedAt))
	c.Version++
	return c, err
}

// SaveAbout implements desk.Tx.
func (t *tx) SaveAbout(ctx context.Context, c desk.Conversation) (desk.Conversation, error) {
	a := c.About
	err := t.save(ctx, "conversation", hasConversation, string(c.ID), updateAbout, string(c.ID), c.Version, a.Language, a.Reason, a.Criticality,
		a.Mood, a.Influence, millis(a.DeadlineAt), a.Contacts)
	c.Version++
	return c, err
}

// SaveReadMarks implements desk.Tx.
func (t *tx) SaveReadMarks(ctx context.Context, id vis.ConversationID, customer, member int64) error {
	return t.must(ctx, "conversation", updateReadMarks, string(id), customer, member)
}

// CurrentConversation implements desk.Tx.
func (t *tx) CurrentConversation(ctx context.Context, customer vis.CustomerID, ch vis.ChannelID) (desk.Conversation, error) {
	return one(ctx, t, "conversation", conversationRow, currentConversation, string(customer), string(ch))
}

const (
	listAssignee = `SELECT ` + conversationColumns + conversationTables + ` AND c.assignee = $2 AND c.state = $3
		AND (c.last_activity_at, c.id) < ($4, $5)` + newestFirst + ` LIMIT $6`
	listTeam = `SELECT ` + conversationColumns + conversationTables + ` AND c.team = $2 AND c.team <> '' AND c.state = $3
		AND (c.last_activity_at, c.id) < ($4, $5)` + newestFirst + ` LIMIT $6`
	listTeamKeys = `SELECT last_activity_at, id FROM conversations WHERE workspace = $1 AND team = $2 AND team <> '' AND state = $3
		AND (last_activity_at, id) < ($4, $5) ORDER BY last_activity_at DESC, id DESC LIMIT $6`
	listAll = `SELECT ` + conversationColumns + conversationTables + ` AND c.state = $2
		AND (c.last_activity_at, c.id) < ($3, $4)` + newestFirst + ` LIMIT $5`
	listCustomer = `SELECT ` + conversationColumns + conversationTables + ` AND c.customer = $2
		AND (c.last_activity_at, c.id) < ($3, $4)` + newestFirst + ` LIMIT $5`
)

func placeOfConversation(c desk.Conversation) place { return placeOf(c.LastActivityAt, string(c.ID)) }

// Conversations implements desk.Tx.
func (t *tx) Conversations(ctx context.Context, f desk.Filter, p vis.Page) (vis.List[desk.Conversation], error) {
	p = p.Bounded()
	from, err := placeAt(p.After)
	if err != nil {
		return vis.List[desk.Conversation]{}, err
	}
	items, err := t.list(ctx, f, from, p.Limit+1)
	return paged(items, p.Limit, placeOfConversation), err
}

func (t *tx) list(ctx context.Context, f desk.Filter, from place, limit int) ([]desk.Conversation, error) {
	switch {
	case f.Customer != "":
		return all(ctx, t, conversationRow, listCustomer, string(f.Customer), from.at, from.id, limit)
	case f.View == desk.ViewMine && f.Member == "":
		return nil, nil // an asker who is no member owns nothing; the empty assignee would be everybody's unassigned
	case f.View == desk.ViewMine:
		return all(ctx, t, conversationRow, listAssignee, string(f.Member), string(f.State), from.at, from.id, limit)
	case f.View == desk.ViewUnassigned:
		return all(ctx, t, conversationRow, listAssignee, "", string(f.State), from.at, from.id, limit)
	case f.View == desk.ViewTeam:
		return all(ctx, t, conversationRow, listTeam, string(f.Team), string(f.State), from.at, from.id, limit)
	case f.View == desk.ViewTeams:
		return t.listTeams(ctx, f, from, limit)
	case f.View == desk.ViewAll:
		return all(ctx, t, conversationRow, listAll, string(f.State), from.at, from.id, limit)
	}
	return nil, vis.InField("view", "There is no such view.")
}

// listTeams merges the lists of several teams, each of which is a walk along the index, and reads what comes first of all.
func (t *tx) listTeams(ctx context.Context, f desk.Filter, from place, limit int) ([]desk.Conversation, error) {
	var places []place
	for _, team := range slices.Compact(slices.Sorted(slices.Values(f.Teams))) {
		of, err := all(ctx, t, func(p *place) []any { return []any{&p.at, &p.id} }, listTeamKeys, string(team), string(f.State), from.at, from.id, limit)
		if err != nil {
			return nil, err
		}
		places = append(places, of...)
	}
	slices.SortFunc(places, place.compare)
	places = places[:min(limit, len(places))]
	if len(places) == 0 {
		return nil, nil
	}
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	items, err := all(ctx, t, conversationRow, selectConversations, texts(ids))
	slices.SortFunc(items, func(a, b desk.Conversation) int { return placeOfConversation(a).compare(placeOfConversation(b)) })
	return items, err
}

// Each count stops at $3 (or $2) rows of an index.
const (
	countAssignee = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND assignee = $2 AND state = 'open' LIMIT $3) counted`
	countState    = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND state = $2 LIMIT $3) counted`
	// What waits for the customer is at no risk, however near its deadline was.
	countAtRisk = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND state = 'open' AND due_at > 0
		AND promise_state <> 'paused' AND due_at < $2 LIMIT $3) counted`
	countTeams = `SELECT t.id, (SELECT count(*) FROM (SELECT 1 FROM conversations c WHERE c.workspace = $1 AND c.team = t.id
		AND c.team <> '' AND c.state = 'open' LIMIT $2) counted) FROM teams t WHERE t.workspace = $1`
)

// CountConversations implements desk.Tx.
func (t *tx) CountConversations(ctx context.Context, member vis.MemberID, teams []vis.TeamID, riskBefore time.Time) (desk.Counts, error) {
	out := desk.Counts{ByTeam: make(map[vis.TeamID]int)}
	for _, c := range []struct {
		into      *int
		statement string
		of        any
	}{
		{&out.Mine, countAssignee, string(member)},
		{&out.Unassigned, countAssignee, ""},
		{&out.All, countState, string(desk.Open)},
		{&out.Snoozed, countState, string(desk.Snoozed)},
		{&out.AtRisk, countAtRisk, millis(riskBefore)},
	} {
		if c.into == &out.Mine && member == "" {
			continue
		}
		n, err := value[int](ctx, t, "count", c.statement, c.of, desk.MaxCount)
		if err != nil {
			return out, err
		}
		*c.into = n
	}
	type count struct {
		team vis.TeamID
		n    int
	}
	counts, err := all(ctx, t, func(c *count) []any { return []any{(*string)(&c.team), &c.n} }, countTeams, desk.MaxCount)
	for _, c := range counts {
		out.ByTeam[c.team] = c.n
	}
	for _, team := range slices.Compact(slices.Sorted(slices.Values(teams))) {
		out.Teams = min(desk.MaxCount, out.Teams+out.ByTeam[team])
	}
	return out, err
}
