package store

import (
	"context"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	selectRules = `SELECT id, name, position, triggers_json, any_of, conditions_json, actions_json, stop, disabled, disabled_why, runs,
		last_run_at, created_at, version FROM rules WHERE workspace = $1 ORDER BY position, id`
	hasRule    = `SELECT id FROM rules WHERE workspace = $1 AND id = $2`
	insertRule = `INSERT INTO rules (workspace, id, name, position, triggers_json, any_of, conditions_json, actions_json, stop, disabled,
		disabled_why, runs, last_run_at, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	// Runs are counted meanwhile, by CountRun alone.
	updateRule = `UPDATE rules SET name = $4, position = $5, triggers_json = $6, any_of = $7, conditions_json = $8, actions_json = $9,
		stop = $10, disabled = $11, disabled_why = $12, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deleteRule = `DELETE FROM rules WHERE workspace = $1 AND id = $2`

	tallyRule = `UPDATE rules SET runs = runs + 1, last_run_at = $3 WHERE workspace = $1 AND id = $2`
	upsertRun = `INSERT INTO rule_runs (workspace, rule, conversation, at, times) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (workspace, rule, conversation, at) DO UPDATE SET times = rule_runs.times + 1`
	countRuns  = `SELECT coalesce(sum(times), 0) FROM rule_runs WHERE workspace = $1 AND rule = $2 AND conversation = $3 AND at >= $4`
	forgetRuns = `DELETE FROM rule_runs WHERE workspace = $1 AND rule = $2 AND at < $3`
)

func ruleRow(r *routing.Rule) []any {
	return []any{(*string)(&r.ID), &r.Name, &r.Position, inJSON(&r.When), &r.Any, inJSON(&r.If), inJSON(&r.Then), &r.Stop, &r.Disabled,
		&r.DisabledWhy, &r.Runs, (*at)(&r.LastRunAt), (*at)(&r.CreatedAt), &r.Version}
}

// Rules implements routing.Tx.
func (t *tx) Rules(ctx context.Context) ([]routing.Rule, error) {
	return all(ctx, t, ruleRow, selectRules)
}

// InsertRule implements routing.Tx.
func (t *tx) InsertRule(ctx context.Context, r routing.Rule) error {
	_, err := t.exec(ctx, insertRule, string(r.ID), r.Name, r.Position, asJSON(r.When), r.Any, asJSON(r.If), asJSON(r.Then), r.Stop,
		r.Disabled, r.DisabledWhy, r.Runs, millis(r.LastRunAt), millis(r.CreatedAt), r.Version)
	return err
}

// SaveRule implements routing.Tx.
func (t *tx) SaveRule(ctx context.Context, r routing.Rule) (routing.Rule, error) {
	err := t.save(ctx, "rule", hasRule, string(r.ID), updateRule, string(r.ID), r.Version, r.Name, r.Position, asJSON(r.When), r.Any,
		asJSON(r.If), asJSON(r.Then), r.Stop, r.Disabled, r.DisabledWhy)
	r.Version++
	return r, err
}

// DeleteRule implements routing.Tx.
func (t *tx) DeleteRule(ctx context.Context, id vis.RuleID) error {
	if _, err := t.exec(ctx, forgetRuns, string(id), int64(everything)); err != nil {
		return err
	}
	return t.must(ctx, "rule", deleteRule, string(id))
}

// CountRun implements routing.Tx. Runs from before are forgotten, on any conversation: nobody asks for them again.
func (t *tx) CountRun(ctx context.Context, rule vis.RuleID, c vis.ConversationID, at, since time.Time) (int, error) {
	if err := t.must(ctx, "rule", tallyRule, string(rule), millis(at)); err != nil || c == "" {
		return 0, err
	}
	if _, err := t.exec(ctx, upsertRun, string(rule), string(c), millis(at)); err != nil {
		return 0, err
	}
	if _, err := t.exec(ctx, forgetRuns, string(rule), millis(since)); err != nil {
		return 0, err
	}
	return value[int](ctx, t, "count", countRuns, string(rule), string(c), millis(since))
}
