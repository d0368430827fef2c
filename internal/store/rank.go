package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	highestFirst = ` ORDER BY c.rank DESC, c.id DESC`
	nearestFirst = ` ORDER BY c.due_at, c.id`

	listAssigneeByRank = `SELECT ` + conversationColumns + conversationTables + ` AND c.assignee = $2 AND c.state = 'open'
		AND (c.rank, c.id) < ($3, $4)` + highestFirst + ` LIMIT $5`
	listTeamByRank = `SELECT ` + conversationColumns + conversationTables + ` AND c.team = $2 AND c.team <> '' AND c.state = 'open'
		AND (c.rank, c.id) < ($3, $4)` + highestFirst + ` LIMIT $5`
	listOwnedByRank = `SELECT ` + conversationColumns + conversationTables + ` AND c.assignee <> '' AND c.state = 'open'` +
		highestFirst + ` LIMIT $2`

	listAssigneeKeysByRank = `SELECT rank, id FROM conversations WHERE workspace = $1 AND assignee = $2 AND state = 'open'
		AND (rank, id) < ($3, $4) ORDER BY rank DESC, id DESC LIMIT $5`
	listTeamKeysByRank = `SELECT rank, id FROM conversations WHERE workspace = $1 AND team = $2 AND team <> '' AND state = 'open'
		AND (rank, id) < ($3, $4) ORDER BY rank DESC, id DESC LIMIT $5`
	listOwnedKeysByRank = `SELECT rank, id FROM conversations WHERE workspace = $1 AND assignee <> '' AND state = 'open'
		AND (rank, id) < ($2, $3) ORDER BY rank DESC, id DESC LIMIT $4`

	// What waits for the customer is at no risk, however near its deadline was.
	listAtRisk = `SELECT ` + conversationColumns + conversationTables + ` AND c.state = 'open' AND c.promise_state IN ('running', 'missed')
		AND c.due_at < $2 AND (c.due_at, c.id) > ($3, $4)` + nearestFirst + ` LIMIT $5`
)

func placeOfRank(c desk.Conversation) place { return place{c.Standing.Rank, string(c.ID)} }

func placeOfDeadline(c desk.Conversation) place { return placeOf(c.Standing.DueAt, string(c.ID)) }

// listByRank reads lists of open conversations, the most urgent first.
func (t *tx) listByRank(ctx context.Context, f desk.Filter, from place, limit int) ([]desk.Conversation, error) {
	switch {
	case f.View == desk.ViewMine && f.Member == "":
		return nil, nil // as in list
	case f.View == desk.ViewMine:
		return all(ctx, t, conversationRow, listAssigneeByRank, string(f.Member), from.at, from.id, limit)
	case f.View == desk.ViewUnassigned:
		return all(ctx, t, conversationRow, listAssigneeByRank, "", from.at, from.id, limit)
	case f.View == desk.ViewTeam:
		return all(ctx, t, conversationRow, listTeamByRank, string(f.Team), from.at, from.id, limit)
	case f.View == desk.ViewTeams:
		var walks []walk
		for _, team := range slices.Compact(slices.Sorted(slices.Values(f.Teams))) {
			walks = append(walks, walk{listTeamKeysByRank, []any{string(team), from.at, from.id, limit}})
		}
		return t.merged(ctx, limit, placeOfRank, walks...)
	case f.View == desk.ViewAll:
		return t.merged(ctx, limit, placeOfRank, walk{listOwnedKeysByRank, []any{from.at, from.id, limit}},
			walk{listAssigneeKeysByRank, []any{"", from.at, from.id, limit}})
	}
	return nil, vis.InField("view", "There is no such view.")
}

// listAtRisk reads what is missed or due soon, which is open whatever state the filter names.
func (t *tx) listAtRisk(ctx context.Context, f desk.Filter, from place, limit int) ([]desk.Conversation, error) {
	return all(ctx, t, conversationRow, listAtRisk, millis(f.DueBefore), from.at, from.id, limit)
}

const (
	updateStanding = `UPDATE conversations SET rank = $3, promise = $4, promise_state = $5, promised_at = $6, due_at = $7
		WHERE workspace = $1 AND id = $2`
	// What begins with an entry of ours was begun by us.
	countStarted = `SELECT count(*) FROM conversations c WHERE c.workspace = $1 AND c.customer = $2 AND c.last_activity_at >= $3 AND c.created_at >= $3
		AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.workspace = $1 AND m.conversation = c.id AND m.position = 1 AND m.author <> 'customer')`
	// Whoever writes may have written much: of her last fifty conversations the last two hundred entries are looked at.
	selectLastAnswerer = `SELECT m.author_id FROM (SELECT id, last_position FROM conversations WHERE workspace = $1 AND customer = $2
		AND last_activity_at >= $3 ORDER BY last_activity_at DESC, id DESC LIMIT 50) recent
		CROSS JOIN messages m WHERE m.workspace = $1 AND m.conversation = recent.id AND m.position = (SELECT x.position FROM messages x
		WHERE x.workspace = $1 AND x.conversation = recent.id AND x.position > recent.last_position - 200 AND x.kind = 'message'
		AND x.author = 'member' AND x.created_at >= $3 AND EXISTS (SELECT 1 FROM members WHERE workspace = $1 AND id = x.author_id)
		ORDER BY x.position DESC LIMIT 1) ORDER BY m.created_at DESC, m.id DESC LIMIT 1`
)

// rankOf is the rank to write; one that nobody has set is the lowest.
func rankOf(s desk.Standing) int64 { return cmp.Or(s.Rank, desk.Unranked) }

// SaveStanding implements routing.Tx.
func (t *tx) SaveStanding(ctx context.Context, id vis.ConversationID, s desk.Standing) error {
	return t.must(ctx, "conversation", updateStanding, string(id), rankOf(s), s.Promise, s.PromiseState, millis(s.PromisedAt), millis(s.DueAt))
}

// Waiting implements routing.Tx.
func (t *tx) Waiting(ctx context.Context, after routing.RankPlace, limit int) ([]desk.Conversation, error) {
	from := top
	if after != (routing.RankPlace{}) {
		from = place{after.Rank, string(after.ID)}
	}
	return all(ctx, t, conversationRow, listAssigneeByRank, "", from.at, from.id, limit)
}

// Owned implements routing.Tx.
func (t *tx) Owned(ctx context.Context, m vis.MemberID, limit int) ([]desk.Conversation, error) {
	if m == "" {
		return all(ctx, t, conversationRow, listOwnedByRank, limit)
	}
	return all(ctx, t, conversationRow, listAssigneeByRank, string(m), top.at, top.id, limit)
}

// CountStarted implements routing.Tx.
func (t *tx) CountStarted(ctx context.Context, c vis.CustomerID, since time.Time) (int, error) {
	return value[int](ctx, t, "count", countStarted, string(c), millis(since))
}

// LastAnswerer implements routing.Tx. What programs answered with a token does not count.
func (t *tx) LastAnswerer(ctx context.Context, c vis.CustomerID, since time.Time) (vis.MemberID, error) {
	m, err := value[string](ctx, t, "member", selectLastAnswerer, string(c), millis(since))
	return vis.MemberID(m), absentIsNothing(err)
}

// ConversationsByID implements routing.Tx.
func (t *tx) ConversationsByID(ctx context.Context, ids []vis.ConversationID) ([]desk.Conversation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return all(ctx, t, conversationRow, selectConversations, texts(ids))
}

// CustomersByID implements routing.Tx.
func (t *tx) CustomersByID(ctx context.Context, ids []vis.CustomerID) ([]desk.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := all(ctx, t, customerRow, selectCustomers, texts(ids))
	out := make([]desk.Customer, len(found))
	for i, s := range found {
		out[i] = s.customer()
	}
	return out, err
}
