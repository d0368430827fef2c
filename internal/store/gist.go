package store

import (
	"context"
	"slices"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Lists of conversations that are chosen by what their words say walk along the index of their view, or along one of what is asked for, and
// look at no more of it for a page than is looked at in a moment. So a page may be short although there is another.
const (
	lookFirst = 200
	lookMost  = 5000
)

const (
	gistColumns = `id, reason, mood, dissatisfied, urgency FROM conversations WHERE workspace = $1 AND `
	byActivity  = ` ORDER BY last_activity_at DESC, id DESC`
	byRank      = ` ORDER BY rank DESC, id DESC`

	listAllGists = `SELECT last_activity_at, ` + gistColumns + `state = $2 AND (last_activity_at, id) < ($3, $4)` + byActivity + ` LIMIT $5`
	// Those with a reason; the planner must see that the index holds no others.
	listReasonGists = `SELECT last_activity_at, ` + gistColumns + `reason = $2 AND reason <> '' AND state = $3
		AND (last_activity_at, id) < ($4, $5)` + byActivity + ` LIMIT $6`
	listDissatisfiedGists = `SELECT last_activity_at, ` + gistColumns + `dissatisfied AND state = $2
		AND (last_activity_at, id) < ($3, $4)` + byActivity + ` LIMIT $5`
	listAssigneeGists = `SELECT last_activity_at, ` + gistColumns + `assignee = $2 AND state = $3
		AND (last_activity_at, id) < ($4, $5)` + byActivity + ` LIMIT $6`
	listTeamGists = `SELECT last_activity_at, ` + gistColumns + `team = $2 AND team <> '' AND state = $3
		AND (last_activity_at, id) < ($4, $5)` + byActivity + ` LIMIT $6`

	listAssigneeGistsByRank = `SELECT rank, ` + gistColumns + `assignee = $2 AND state = 'open' AND (rank, id) < ($3, $4)` + byRank + ` LIMIT $5`
	listTeamGistsByRank     = `SELECT rank, ` + gistColumns + `team = $2 AND team <> '' AND state = 'open' AND (rank, id) < ($3, $4)` + byRank + ` LIMIT $5`
	listOwnedGistsByRank    = `SELECT rank, ` + gistColumns + `assignee <> '' AND state = 'open' AND (rank, id) < ($2, $3)` + byRank + ` LIMIT $4`

	listAtRiskGists = `SELECT due_at, ` + gistColumns + `state = 'open' AND promise_state IN ('running', 'missed') AND due_at < $2
		AND (due_at, id) > ($3, $4) ORDER BY due_at, id LIMIT $5`
)

// gist is a place of a list with what is said there.
type gist struct {
	place
	desk.Gist
	mood int
}

func gistRow(g *gist) []any {
	return []any{&g.at, &g.id, &g.Reason, &g.mood, &g.Dissatisfied, &g.Urgency}
}

// gistWalks are the walks on which a list is found. Their arguments end before the place where they begin.
func gistWalks(f desk.Filter) (walks []walk, err error) {
	ranked := f.ByRank && f.State == desk.Open
	state := string(f.State)
	assignee := func(id vis.MemberID) walk {
		if ranked {
			return walk{listAssigneeGistsByRank, []any{string(id)}}
		}
		return walk{listAssigneeGists, []any{string(id), state}}
	}
	switch f.View {
	case desk.ViewMine:
		if f.Member != "" {
			walks = append(walks, assignee(f.Member))
		}
		return walks, nil
	case desk.ViewUnassigned:
		return append(walks, assignee("")), nil
	case desk.ViewAtRisk:
		return append(walks, walk{listAtRiskGists, []any{millis(f.DueBefore)}}), nil
	case desk.ViewTeam, desk.ViewTeams:
		teams := f.Teams
		if f.View == desk.ViewTeam {
			teams = []vis.TeamID{f.Team}
		}
		for _, team := range slices.Compact(slices.Sorted(slices.Values(teams))) {
			if ranked {
				walks = append(walks, walk{listTeamGistsByRank, []any{string(team)}})
			} else {
				walks = append(walks, walk{listTeamGists, []any{string(team), state}})
			}
		}
		return walks, nil
	case desk.ViewAll:
		if ranked {
			return append(walks, walk{listOwnedGistsByRank, nil}, assignee("")), nil
		}
		return anybodysGists(f.Read, state), nil
	}
	return nil, vis.InField("view", "There is no such view.")
}

// anybodysGists are the walks for everybody's conversations: along the index of what is asked for, where there is one.
func anybodysGists(r desk.Read, state string) (walks []walk) {
	switch {
	case len(r.Reasons) > 0 && !slices.Contains(r.Reasons, ""):
		for _, reason := range slices.Compact(slices.Sorted(slices.Values(r.Reasons))) {
			walks = append(walks, walk{listReasonGists, []any{reason, state}})
		}
		return walks
	case r.Dissatisfied:
		return []walk{{listDissatisfiedGists, []any{state}}}
	}
	return []walk{{listAllGists, []any{state}}}
}

// chosen reads a page of a list by what its conversations say.
func (t *tx) chosen(ctx context.Context, f desk.Filter, from place, limit int) (vis.List[desk.Conversation], error) {
	var out vis.List[desk.Conversation]
	walks, err := gistWalks(f)
	if err != nil {
		return out, err
	}
	var found []place
	looked := 0
	for size := lookFirst; ; size = lookMost {
		fitting, horizon, n, err := t.look(ctx, walks, f.Read, from, size)
		if err != nil {
			return out, err
		}
		found, looked = append(found, fitting...), looked+n
		if len(found) > limit {
			found = found[:limit]
			out.Next = found[limit-1].cursor()
			break
		}
		if horizon == nil {
			break
		}
		if looked >= lookMost {
			out.Next = horizon.cursor()
			break
		}
		from = *horizon
	}
	out.Items, err = t.at(ctx, found)
	return out, err
}

// look looks at the next places of all walks, so many of each, and returns those that fit in their order, and the last place up to which
// it saw every one; nil when there are no more.
func (t *tx) look(ctx context.Context, walks []walk, r desk.Read, from place, size int) (fitting []place, horizon *place, looked int, err error) {
	var all []gist
	for _, w := range walks {
		seen, err := t.gists(ctx, w, from, size)
		if err != nil {
			return nil, nil, 0, err
		}
		looked += len(seen)
		all = append(all, seen...)
		if len(seen) < size {
			continue
		}
		if last := seen[size-1].place; horizon == nil || last.compare(*horizon) < 0 {
			horizon = &last
		}
	}
	for _, g := range all {
		g.Mood = desk.Feels(g.mood)
		if (len(walks) == 1 || horizon == nil || g.compare(*horizon) <= 0) && r.Chooses(g.Gist) {
			fitting = append(fitting, g.place)
		}
	}
	if len(walks) > 1 {
		slices.SortFunc(fitting, place.compare)
	}
	return fitting, horizon, looked, nil
}

func (t *tx) gists(ctx context.Context, w walk, from place, size int) ([]gist, error) {
	return all(ctx, t, gistRow, w.statement, append(slices.Clone(w.args), from.at, from.id, size)...)
}

// at reads the conversations at some places, in their order.
func (t *tx) at(ctx context.Context, places []place) ([]desk.Conversation, error) {
	if len(places) == 0 {
		return nil, nil
	}
	ids, order := make([]string, len(places)), make(map[string]int, len(places))
	for i, p := range places {
		ids[i], order[p.id] = p.id, i
	}
	items, err := all(ctx, t, conversationRow, selectConversations, texts(ids))
	slices.SortFunc(items, func(a, b desk.Conversation) int { return order[string(a.ID)] - order[string(b.ID)] })
	return items, err
}
