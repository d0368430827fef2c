package store

import (
	"context"

	"visavis/internal/post"
	"visavis/internal/vis"
)

const (
	signatureColumns    = `kind, owner, brand, text_json, version`
	selectSignatures    = `SELECT ` + signatureColumns + ` FROM signatures WHERE workspace = $1 ORDER BY kind, owner, brand`
	selectSignaturesFor = `SELECT ` + signatureColumns + ` FROM signatures WHERE workspace = $1 AND kind = 'member' AND owner = $2 AND brand IN ('', $4)
		UNION ALL SELECT ` + signatureColumns + ` FROM signatures WHERE workspace = $1 AND kind = 'team' AND owner = $3 AND brand = ''
		UNION ALL SELECT ` + signatureColumns + ` FROM signatures WHERE workspace = $1 AND kind = 'brand' AND owner = '' AND brand = $4`
	selectSignature = `SELECT ` + signatureColumns + ` FROM signatures WHERE workspace = $1 AND kind = $2 AND owner = $3 AND brand = $4`
	insertSignature = `INSERT INTO signatures (workspace, kind, owner, brand, text_json, version) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (workspace, kind, owner, brand) DO NOTHING`
	updateSignature = `UPDATE signatures SET text_json = $6, version = version + 1
		WHERE workspace = $1 AND kind = $2 AND owner = $3 AND brand = $4 AND version = $5`
	deleteSignature      = `DELETE FROM signatures WHERE workspace = $1 AND kind = $2 AND owner = $3 AND brand = $4`
	deleteTeamSignatures = `DELETE FROM signatures WHERE workspace = $1 AND kind = 'team' AND owner = $2`
)

func signatureRow(s *post.Signature) []any {
	return []any{(*string)(&s.Kind), &s.Owner, &s.Brand, inJSON(&s.Text), &s.Version}
}

// Signatures implements post.Tx.
func (t *tx) Signatures(ctx context.Context) ([]post.Signature, error) {
	return all(ctx, t, signatureRow, selectSignatures)
}

// SignaturesFor implements post.Tx.
func (t *tx) SignaturesFor(ctx context.Context, m vis.MemberID, team vis.TeamID, brand string) ([]post.Signature, error) {
	return all(ctx, t, signatureRow, selectSignaturesFor, string(m), string(team), brand)
}

// Signature implements post.Tx.
func (t *tx) Signature(ctx context.Context, k post.SignatureKind, owner, brand string) (post.Signature, error) {
	return one(ctx, t, "signature", signatureRow, selectSignature, string(k), owner, brand)
}

// SaveSignature implements post.Tx.
func (t *tx) SaveSignature(ctx context.Context, s post.Signature) (post.Signature, error) {
	err := t.put(ctx, s.Version, insertSignature, []any{string(s.Kind), s.Owner, s.Brand, asJSON(s.Text)},
		updateSignature, []any{string(s.Kind), s.Owner, s.Brand, s.Version, asJSON(s.Text)})
	s.Version++
	return s, err
}

// DeleteSignature implements post.Tx.
func (t *tx) DeleteSignature(ctx context.Context, k post.SignatureKind, owner, brand string) error {
	return t.must(ctx, "signature", deleteSignature, string(k), owner, brand)
}
