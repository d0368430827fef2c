package store

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	policyColumns = `v.id, v.version, v.name, v.position, v.disabled, v.scope_json, v.terms_json, v.calendar, v.escalations_json, v.warn_json,
		v.created_at`
	selectPolicies = `SELECT ` + policyColumns + ` FROM policies p CROSS JOIN policy_versions v WHERE p.workspace = $1 AND v.workspace = $1
		AND v.id = p.id AND v.version = p.version ORDER BY v.position, v.id`
	selectPolicyVersions = `SELECT ` + policyColumns + ` FROM policy_versions v WHERE v.workspace = $1 AND v.id = $2 ORDER BY v.version DESC`
	hasPolicy            = `SELECT id FROM policies WHERE workspace = $1 AND id = $2`
	insertPolicy         = `INSERT INTO policies (workspace, id, version) VALUES ($1, $2, $3)`
	updatePolicy         = `UPDATE policies SET version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	deletePolicy         = `DELETE FROM policies WHERE workspace = $1 AND id = $2`
	insertPolicyVersion  = `INSERT INTO policy_versions (workspace, id, version, name, position, disabled, scope_json, terms_json, calendar,
		escalations_json, warn_json, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
)

func policyRow(p *routing.Policy) []any {
	return []any{(*string)(&p.ID), &p.Version, &p.Name, &p.Position, &p.Disabled, inJSON(&p.When), inJSON(&p.Terms), (*string)(&p.Calendar),
		inJSON(&p.Escalations), inJSON(&p.WarnAt), (*at)(&p.CreatedAt)}
}

// Policies implements routing.Tx.
func (t *tx) Policies(ctx context.Context) ([]routing.Policy, error) {
	return all(ctx, t, policyRow, selectPolicies)
}

// PolicyVersions implements routing.Tx.
func (t *tx) PolicyVersions(ctx context.Context, id vis.PolicyID) ([]routing.Policy, error) {
	return all(ctx, t, policyRow, selectPolicyVersions, string(id))
}

// InsertPolicy implements routing.Tx.
func (t *tx) InsertPolicy(ctx context.Context, p routing.Policy) error {
	if _, err := t.exec(ctx, insertPolicy, string(p.ID), p.Version); err != nil {
		return err
	}
	return t.insertPolicyVersion(ctx, p)
}

// SavePolicy implements routing.Tx.
func (t *tx) SavePolicy(ctx context.Context, p routing.Policy) (routing.Policy, error) {
	if err := t.save(ctx, "policy", hasPolicy, string(p.ID), updatePolicy, string(p.ID), p.Version); err != nil {
		return p, err
	}
	p.Version++
	return p, t.insertPolicyVersion(ctx, p)
}

func (t *tx) insertPolicyVersion(ctx context.Context, p routing.Policy) error {
	_, err := t.exec(ctx, insertPolicyVersion, string(p.ID), p.Version, p.Name, p.Position, p.Disabled, asJSON(p.When), asJSON(p.Terms),
		string(p.Calendar), asJSON(p.Escalations), asJSON(p.WarnAt), millis(p.CreatedAt))
	return err
}

// DeletePolicy implements routing.Tx.
func (t *tx) DeletePolicy(ctx context.Context, id vis.PolicyID) error {
	return t.must(ctx, "policy", deletePolicy, string(id))
}
