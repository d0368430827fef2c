package store

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

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
	list, where := t.list, placeOfConversation
	switch {
	case f.Customer != "":
	case f.View == desk.ViewAtRisk:
		list, where = t.listAtRisk, placeOfDeadline
		if p.After == "" {
			from = place{0, top.id}
		}
	case f.ByRank && f.State == desk.Open:
		list, where = t.listByRank, placeOfRank
	}
	if f.Customer == "" && !f.Read.Any() {
		return t.chosen(ctx, f, from, p.Limit)
	}
	items, err := list(ctx, f, from, p.Limit+1)
	return paged(items, p.Limit, where), err
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

// listTeams merges the lists of several teams.
func (t *tx) listTeams(ctx context.Context, f desk.Filter, from place, limit int) ([]desk.Conversation, error) {
	var walks []walk
	for _, team := range slices.Compact(slices.Sorted(slices.Values(f.Teams))) {
		walks = append(walks, walk{listTeamKeys, []any{string(team), string(f.State), from.at, from.id, limit}})
	}
	return t.merged(ctx, limit, placeOfConversation, walks...)
}

// walk is a list of places along one index.
type walk struct {
	statement string
	args      []any
}

// merged reads the conversations that come first of all walks. None may be on two.
func (t *tx) merged(ctx context.Context, limit int, where func(desk.Conversation) place, walks ...walk) ([]desk.Conversation, error) {
	var places []place
	for _, w := range walks {
		of, err := all(ctx, t, func(p *place) []any { return []any{&p.at, &p.id} }, w.statement, w.args...)
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
	slices.SortFunc(items, func(a, b desk.Conversation) int { return where(a).compare(where(b)) })
	return items, err
}

// Each count stops at $3 (or $2) rows of an index.
const (
	countAssignee = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND assignee = $2 AND state = 'open' LIMIT $3) counted`
	countState    = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND state = $2 LIMIT $3) counted`
	// What waits for the customer is at no risk, however near its deadline was.
	countAtRisk = `SELECT count(*) FROM (SELECT 1 FROM conversations WHERE workspace = $1 AND state = 'open'
		AND promise_state IN ('running', 'missed') AND due_at > 0 AND due_at < $2 LIMIT $3) counted`
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
