package web

import (
	"context"
	"encoding/json"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// Token is an API token, without its secret.
type Token struct {
	ID         string   `json:"id" format:"uuid"`
	Name       string   `json:"name"`
	Prefix     string   `json:"prefix" doc:"Ends of the secret, to tell tokens apart."`
	Scopes     []string `json:"scopes" nullable:"false"`
	CreatedAt  Moment   `json:"createdAt"`
	ExpiresAt  *Moment  `json:"expiresAt,omitempty"`
	LastUsedAt *Moment  `json:"lastUsedAt,omitempty"`
}

// Tokens is every API token of the workspace.
type Tokens struct {
	Items []Token `json:"items" nullable:"false"`
}

// CreatedToken is a new token with its secret, which is shown this once.
type CreatedToken struct {
	Token  Token  `json:"token"`
	Secret string `json:"secret"`
}

type createTokenInput struct {
	Body struct {
		Name      string    `json:"name"`
		Scopes    []string  `json:"scopes" nullable:"false" minItems:"1" maxItems:"10" enum:"conversations:read,conversations:write,customers:read,customers:write,settings:read,settings:write,signals:write"`
		ExpiresAt time.Time `json:"expiresAt,omitzero" doc:"A year from now at most, which is also what none means."`
	} `nameHint:"CreateToken"`
}

func token(t staff.Token) Token {
	return Token{ID: string(t.ID), Name: t.Name, Prefix: t.Prefix, Scopes: texts(t.Scopes), CreatedAt: moment(t.CreatedAt),
		ExpiresAt: maybe(t.ExpiresAt), LastUsedAt: maybe(t.LastUsedAt)}
}

func (s *Server) tokenRoutes() {
	add(s, route{method: "GET", path: "/tokens", id: "listTokens", tag: "tokens", summary: "Every API token, without its secret", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Tokens], error) {
			all, err := s.staff.Tokens(ctx, by.Actor)
			out := Tokens{make([]Token, len(all))}
			for i, t := range all {
				out.Items[i] = token(t)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/tokens", id: "createToken", tag: "tokens", summary: "Make an API token", access: members, status: 201},
		func(ctx context.Context, by caller, in *createTokenInput) (*reply[CreatedToken], error) {
			made, err := s.staff.CreateToken(ctx, by.Actor, in.Body.Name, ids[vis.Scope](in.Body.Scopes), in.Body.ExpiresAt)
			if err != nil {
				return nil, err
			}
			secret, err := s.staff.TokenSecret(by.Workspace, made)
			return ok(CreatedToken{token(made.Token), secret}), err
		})
	add(s, route{method: "DELETE", path: "/tokens/{id}", id: "revokeToken", tag: "tokens", summary: "End an API token at once", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			if err := s.staff.RevokeToken(ctx, by.Actor, vis.TokenID(in.ID)); err != nil {
				return nil, err
			}
			s.hub.Check(by.Workspace, in.ID)
			return nil, nil
		})
}

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	Number int64           `json:"number"`
	At     Moment          `json:"at"`
	By     EventActor      `json:"by"`
	Action string          `json:"action" example:"member.invited"`
	Target string          `json:"target"`
	Data   json.RawMessage `json:"data"`
	Hash   string          `json:"hash" doc:"SHA-256 over this entry and the hash before it."`
}

// AuditPage is one page of the audit log, newest first.
type AuditPage struct {
	Items []AuditEntry `json:"items" nullable:"false"`
	Next  string       `json:"next,omitempty"`
}

func (s *Server) auditRoutes() {
	add(s, route{method: "GET", path: "/audit", id: "listAudit", tag: "audit", summary: "Who changed what matters for security", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *Paged) (*reply[AuditPage], error) {
			list, err := s.staff.Audit(ctx, by.Actor, in.asked())
			out := AuditPage{make([]AuditEntry, len(list.Items)), list.Next}
			for i, e := range list.Items {
				out.Items[i] = AuditEntry{e.Number, moment(e.At), EventActor{string(e.By), optional(e.ByID)}, e.Action, e.Target, e.Data, e.Hash}
			}
			return ok(out), err
		})
}
