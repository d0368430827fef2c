package store

import (
	"context"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

const (
	insertSession = `INSERT INTO sessions (workspace, token_hash, member, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	selectSession = `SELECT token_hash, member, created_at, seen_at, expires_at FROM sessions WHERE workspace = $1 AND token_hash = $2`
	touchSession  = `UPDATE sessions SET seen_at = $3 WHERE workspace = $1 AND token_hash = $2`
	deleteSession = `DELETE FROM sessions WHERE workspace = $1 AND token_hash = $2`
	endSessions   = `DELETE FROM sessions WHERE workspace = $1 AND member = $2 AND token_hash <> $3`
)

// InsertSession implements staff.Tx.
func (t *tx) InsertSession(ctx context.Context, s staff.Session) error {
	_, err := t.exec(ctx, insertSession, s.TokenHash, string(s.Member), millis(s.CreatedAt), millis(s.SeenAt), millis(s.ExpiresAt))
	return err
}

// Session implements staff.Tx.
func (t *tx) Session(ctx context.Context, tokenHash string) (staff.Session, error) {
	return one(ctx, t, "session", func(s *staff.Session) []any {
		return []any{&s.TokenHash, (*string)(&s.Member), (*at)(&s.CreatedAt), (*at)(&s.SeenAt), (*at)(&s.ExpiresAt)}
	}, selectSession, tokenHash)
}

// TouchSession implements staff.Tx.
func (t *tx) TouchSession(ctx context.Context, tokenHash string, at time.Time) error {
	return t.must(ctx, "session", touchSession, tokenHash, millis(at))
}

// DeleteSession implements staff.Tx; an absent session is ended already.
func (t *tx) DeleteSession(ctx context.Context, tokenHash string) error {
	_, err := t.exec(ctx, deleteSession, tokenHash)
	return err
}

// DeleteSessions implements staff.Tx.
func (t *tx) DeleteSessions(ctx context.Context, m vis.MemberID, except string) error {
	_, err := t.exec(ctx, endSessions, string(m), except)
	return err
}

const (
	putInvite = `INSERT INTO invites (workspace, id, member, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace, member) DO UPDATE SET id = excluded.id, token_hash = excluded.token_hash,
		created_at = excluded.created_at, expires_at = excluded.expires_at`
	selectInvite = `SELECT id, member, token_hash, created_at, expires_at FROM invites WHERE workspace = $1 AND token_hash = $2`
	deleteInvite = `DELETE FROM invites WHERE workspace = $1 AND id = $2`
)

// PutInvite implements staff.Tx.
func (t *tx) PutInvite(ctx context.Context, i staff.Invite) error {
	_, err := t.exec(ctx, putInvite, string(i.ID), string(i.Member), i.TokenHash, millis(i.CreatedAt), millis(i.ExpiresAt))
	return err
}

// InviteByToken implements staff.Tx.
func (t *tx) InviteByToken(ctx context.Context, tokenHash string) (staff.Invite, error) {
	return one(ctx, t, "invitation", func(i *staff.Invite) []any {
		return []any{(*string)(&i.ID), (*string)(&i.Member), &i.TokenHash, (*at)(&i.CreatedAt), (*at)(&i.ExpiresAt)}
	}, selectInvite, tokenHash)
}

// DeleteInvite implements staff.Tx; an absent invitation is used up already.
func (t *tx) DeleteInvite(ctx context.Context, id vis.InviteID) error {
	_, err := t.exec(ctx, deleteInvite, string(id))
	return err
}

const (
	insertToken = `INSERT INTO tokens (workspace, id, name, prefix, secret_hash, scopes, owner, created_at, expires_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	selectToken  = `SELECT ` + tokenColumns + ` FROM tokens WHERE workspace = $1 AND secret_hash = $2`
	selectTokens = `SELECT ` + tokenColumns + ` FROM tokens WHERE workspace = $1 ORDER BY created_at, id`
	touchToken   = `UPDATE tokens SET last_used_at = $3 WHERE workspace = $1 AND id = $2`
	deleteToken  = `DELETE FROM tokens WHERE workspace = $1 AND id = $2`
)

// InsertToken implements staff.Tx.
func (t *tx) InsertToken(ctx context.Context, k staff.Token) error {
	_, err := t.exec(ctx, insertToken, string(k.ID), k.Name, k.Prefix, k.SecretHash, scopes(k.Scopes).String(), string(k.Owner),
		millis(k.CreatedAt), millis(k.ExpiresAt), millis(k.LastUsedAt))
	return err
}

// Token implements staff.Tx.
func (t *tx) Token(ctx context.Context, secretHash string) (staff.Token, error) {
	return one(ctx, t, "token", tokenRow, selectToken, secretHash)
}

// Tokens implements staff.Tx.
func (t *tx) Tokens(ctx context.Context) ([]staff.Token, error) {
	return all(ctx, t, tokenRow, selectTokens)
}

// TouchToken implements staff.Tx.
func (t *tx) TouchToken(ctx context.Context, id vis.TokenID, at time.Time) error {
	return t.must(ctx, "token", touchToken, string(id), millis(at))
}

// DeleteToken implements staff.Tx.
func (t *tx) DeleteToken(ctx context.Context, id vis.TokenID) error {
	return t.must(ctx, "token", deleteToken, string(id))
}
