package staff

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"visavis/internal/vis"
)

// tokenPrefix begins every API token, so that a scanner of leaked secrets knows one when it sees it.
const tokenPrefix = "vv_"

const sealToken = "token"

// NewToken is a token that was just made. Sealed holds its secret until TokenSecret opens it.
type NewToken struct {
	Token  Token
	Sealed []byte
}

// CreateToken makes an API token with some of its maker's scopes; a zero expiry means the longest, a year.
func (s *Service) CreateToken(ctx context.Context, by vis.Actor, name string, scopes []vis.Scope, expiresAt time.Time) (NewToken, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return NewToken{}, err
	}
	if by.Kind == vis.ByToken {
		return NewToken{}, vis.Errorf(vis.Forbidden, "not_a_member", "A token cannot make tokens; a member can.")
	}
	name, err := checkName("name", name)
	if err != nil {
		return NewToken{}, err
	}
	if len(scopes) == 0 {
		return NewToken{}, vis.InField("scopes", "A token needs at least one scope.")
	}
	for _, scope := range scopes {
		if !slices.Contains(vis.Scopes(), scope) {
			return NewToken{}, vis.InField("scopes", "There is no scope %q.", scope)
		}
		if err := by.Must(scope); err != nil {
			return NewToken{}, err
		}
	}
	now := s.clock.Now()
	switch {
	case expiresAt.IsZero():
		expiresAt = now.Add(TokenFor)
	case !expiresAt.After(now):
		return NewToken{}, vis.InField("expiresAt", "A token must end in the future.")
	case expiresAt.After(now.Add(TokenFor)):
		return NewToken{}, vis.InField("expiresAt", "A token may last a year at most.")
	}
	return vis.Update(ctx, s.db, by, func(tx Tx) (NewToken, error) {
		secret := s.newToken(by.Workspace)
		t := Token{ID: vis.TokenID(s.mint.ID(now)), Name: name, Prefix: secret[:3] + "…" + secret[len(secret)-4:], SecretHash: vis.HashSecret(secret),
			Scopes: scopes, Owner: by.Member(), CreatedAt: now, ExpiresAt: expiresAt.UTC().Truncate(time.Millisecond)}
		if err := tx.InsertToken(ctx, t); err != nil {
			return NewToken{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "token.created", string(t.ID), map[string]any{"scopes": scopes})); err != nil {
			return NewToken{}, err
		}
		return NewToken{t, s.sealer.Seal(by.Workspace, sealToken, []byte(secret))}, nil
	})
}

// newToken returns vv_ + workspace (32 digits) + secret (40) + checksum (8): all hexadecimal.
func (s *Service) newToken(ws vis.WorkspaceID) string {
	body := strings.ReplaceAll(string(ws), "-", "") + s.mint.Secret(20)
	return tokenPrefix + body + checksum(body)
}

func checksum(body string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) }

// TokenSecret opens the secret of a token that was just made.
func (s *Service) TokenSecret(ws vis.WorkspaceID, t NewToken) (string, error) {
	b, err := s.sealer.Open(ws, sealToken, t.Sealed)
	return string(b), err
}

// ByToken finds what an API token may do, and counts as use of it.
func (s *Service) ByToken(ctx context.Context, secret string) (vis.Actor, error) {
	refused := refuse("token_refused", "This API token is unknown, revoked or expired.")
	body, ok := strings.CutPrefix(secret, tokenPrefix)
	if !ok || len(body) != 80 || checksum(body[:72]) != body[72:] {
		return vis.Actor{}, refused
	}
	if _, err := hex.DecodeString(body); err != nil {
		return vis.Actor{}, refused
	}
	ws, ok := vis.WorkspaceFrom(body[:32])
	if !ok {
		return vis.Actor{}, refused
	}
	now := s.clock.Now()
	var owner Member
	t, err := vis.View(ctx, s.db, ws, func(tx Tx) (_ Token, err error) {
		t, err := tx.Token(ctx, vis.HashSecret(secret))
		if err != nil {
			return Token{}, err
		}
		owner, err = tx.Member(ctx, t.Owner)
		return t, err
	})
	switch {
	case vis.CodeOf(err) == vis.NotFound:
		return vis.Actor{}, refused
	case err != nil:
		return vis.Actor{}, err
	}
	by, ok := t.actor(ws, owner, now)
	if !ok {
		return vis.Actor{}, refused
	}
	if now.Sub(t.LastUsedAt) > touchEvery {
		if _, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) { return struct{}{}, tx.TouchToken(ctx, t.ID, now) }); err != nil {
			return vis.Actor{}, err
		}
	}
	return by, nil
}

// actor is the token with its rights of this moment: those it was made with, as far as its owner still has them. It is none when
// the token has expired or its owner is not at work here.
func (t Token) actor(ws vis.WorkspaceID, owner Member, now time.Time) (vis.Actor, bool) {
	if !t.ExpiresAt.After(now) || owner.State != Active {
		return vis.Actor{}, false
	}
	by := memberActor(ws, owner)
	scopes := slices.DeleteFunc(slices.Clone(t.Scopes), func(scope vis.Scope) bool { return !by.May(scope) })
	return vis.Actor{Workspace: ws, Kind: vis.ByToken, ID: string(t.ID), Scopes: scopes}, true
}

// TokenActor finds what a token may do now by its id; one that is over is vis.NotFound.
func (s *Service) TokenActor(ctx context.Context, ws vis.WorkspaceID, id vis.TokenID) (vis.Actor, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (vis.Actor, error) {
		all, err := tx.Tokens(ctx)
		if err != nil {
			return vis.Actor{}, err
		}
		i := slices.IndexFunc(all, func(t Token) bool { return t.ID == id })
		if i < 0 {
			return vis.Actor{}, vis.Absent("token")
		}
		owner, err := tx.Member(ctx, all[i].Owner)
		if err != nil {
			return vis.Actor{}, err
		}
		by, ok := all[i].actor(ws, owner, s.clock.Now())
		if !ok {
			return vis.Actor{}, vis.Absent("token")
		}
		return by, nil
	})
}

// Tokens lists the API tokens of a workspace, without their secrets.
func (s *Service) Tokens(ctx context.Context, by vis.Actor) ([]Token, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Token, error) { return tx.Tokens(ctx) })
}

// RevokeToken ends an API token.
func (s *Service) RevokeToken(ctx context.Context, by vis.Actor, id vis.TokenID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeleteToken(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Audit(ctx, vis.NewAudit(by, now, "token.revoked", string(id), nil))
	})
	return err
}
