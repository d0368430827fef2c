package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	// One row for each queue and channel, whatever waits. What is nearest goes through min as a text that begins with its deadline: thirteen
	// digits from 2001 to 2286, so that texts are in the order of their numbers.
	selectQueueFigures = `SELECT team, channel,
		sum(CASE WHEN assignee = '' THEN 1 ELSE 0 END),
		COALESCE(min(CASE WHEN assignee = '' AND waiting_since > 0 THEN waiting_since END), 0),
		sum(CASE WHEN promise_state = 'missed' AND assignee = '' THEN 1 ELSE 0 END),
		sum(CASE WHEN promise_state = 'running' AND due_at < $2 AND assignee = '' THEN 1 ELSE 0 END),
		sum(CASE WHEN promise_state = 'running' AND due_at < $3 AND assignee = '' THEN 1 ELSE 0 END),
		COALESCE(max(CASE WHEN promise_state = 'running' AND due_at < $3 AND assignee = '' THEN due_at END), 0),
		sum(CASE WHEN promise_state = 'missed' THEN 1 ELSE 0 END),
		sum(CASE WHEN promise_state = 'running' AND due_at < $2 THEN 1 ELSE 0 END),
		COALESCE(min(CASE WHEN promise_state IN ('running', 'missed') AND due_at > 0 AND assignee = ''
			THEN CAST(due_at AS TEXT) || ' ' || CAST(promised_at AS TEXT) || ' ' || promise_state || ' ' || promise END), '')
		FROM conversations WHERE workspace = $1 AND state = 'open' GROUP BY team, channel`
	selectLoads = `SELECT assignee, channel, sum(CASE WHEN waiting_since > 0 THEN 1 ELSE 0 END),
		sum(CASE WHEN waiting_since = 0 AND last_activity_at > $2 THEN 1 ELSE 0 END)
		FROM conversations WHERE workspace = $1 AND assignee <> '' AND state = 'open' GROUP BY assignee, channel`
	listAtRiskOfTeam = `SELECT ` + conversationColumns + conversationTables + ` AND c.state = 'open' AND c.promise_state IN ('running', 'missed')
		AND c.due_at > 0 AND c.due_at < $2 AND c.team = $3` + nearestFirst + ` LIMIT $4`
)

// QueueFigures implements routing.Tx.
func (t *tx) QueueFigures(ctx context.Context, riskBefore, soonBefore time.Time) ([]routing.QueueFigures, error) {
	return all(ctx, t, func(f *routing.QueueFigures) []any {
		return []any{(*string)(&f.Team), (*string)(&f.Channel), &f.Waiting, (*at)(&f.Since), &f.Missed, &f.AtRisk, &f.Soon, (*at)(&f.SoonBy),
			&f.AllMissed, &f.AllAtRisk, (*nearest)(&f.Nearest)}
	}, selectQueueFigures, millis(riskBefore), millis(soonBefore))
}

// Loads implements routing.Tx.
func (t *tx) Loads(ctx context.Context, activeSince time.Time) ([]routing.HeldFigures, error) {
	return all(ctx, t, func(f *routing.HeldFigures) []any {
		return []any{(*string)(&f.Member), (*string)(&f.Channel), &f.Waiting, &f.Active}
	}, selectLoads, millis(activeSince))
}

// AtRisk implements routing.Tx.
func (t *tx) AtRisk(ctx context.Context, team vis.TeamID, before time.Time, limit int) ([]desk.Conversation, error) {
	if team == "" {
		return all(ctx, t, conversationRow, listAtRisk, millis(before), int64(0), top.id, limit)
	}
	return all(ctx, t, conversationRow, listAtRiskOfTeam, millis(before), string(team), limit)
}

// nearest scans what selectQueueFigures wrote of the nearest promise; "" is none.
type nearest desk.Standing

// Scan implements sql.Scanner.
func (n *nearest) Scan(src any) error {
	packed, ok := src.(string)
	if !ok {
		return fmt.Errorf("scan a promise: got %T", src)
	}
	if packed == "" {
		*n = nearest{}
		return nil
	}
	parts := strings.Split(packed, " ")
	if len(parts) != 4 {
		return fmt.Errorf("scan a promise: got %q", packed)
	}
	due, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return fmt.Errorf("scan a deadline: %w", err)
	}
	made, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return fmt.Errorf("scan when a promise was made: %w", err)
	}
	*n = nearest{Promise: parts[3], PromiseState: parts[2], PromisedAt: fromMillis(made), DueAt: fromMillis(due)}
	return nil
}
