package email

import (
	"context"
	"errors"
	"strings"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// OAuth is how a mailbox is signed in to at a provider who takes no passwords.
type OAuth struct {
	Provider string `json:"provider"`         // "google", "microsoft"
	ClientID string `json:"clientId"`         // as which this server is registered there
	Tenant   string `json:"tenant,omitempty"` // the customer's directory at Microsoft; "" for all
}

// servers are those that a mailbox is signed in to at.
func (s *Settings) servers() map[string]*Server {
	all := make(map[string]*Server)
	if s.In != nil {
		all["in"] = &s.In.Server
	}
	if s.Out != nil {
		all["out"] = s.Out
	}
	return all
}

func (a *Adapter) checkOAuth(s *Settings) error {
	o := s.OAuth
	if o == nil {
		return nil
	}
	o.ClientID, o.Tenant = strings.TrimSpace(o.ClientID), strings.ToLower(strings.TrimSpace(o.Tenant))
	p, known := a.tokens.Provider(o.Provider)
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	switch {
	case !known:
		return vis.InField("settings.oauth.provider", "%q is no provider that can be signed in to here; google and microsoft are.", text.Preview(o.Provider, maxName))
	case o.ClientID == "" || len(o.ClientID) > 200 || strings.ContainsFunc(o.ClientID, bad):
		return vis.InField("settings.oauth.clientId", "The client id is what the provider shows where this server is registered.")
	case o.Tenant != "" && !(p.Tenants && oauth.IsTenant(o.Tenant)):
		return vis.InField("settings.oauth.tenant", "%q is no directory at this provider.", text.Preview(o.Tenant, maxName))
	}
	for part, server := range s.servers() {
		if server.Bearer && !p.Serves(server.Host) {
			return vis.InField("settings."+part+".host", "What a provider gives is shown to its own servers only, and %s is none of them.", server.Host)
		}
	}
	return nil
}

// app is how we are registered at an account's provider; false when it has none.
func (a *Adapter) app(account channel.Account) (oauth.App, Settings, bool) {
	s, err := parse(account.Channel.Settings)
	if err != nil || s.OAuth == nil {
		return oauth.App{}, s, false
	}
	p, ok := a.tokens.Provider(s.OAuth.Provider)
	return oauth.App{Provider: p, ClientID: s.OAuth.ClientID, Secret: account.Secrets[oauth.SecretClient], Tenant: s.OAuth.Tenant}, s, ok
}

// Consent implements channel.Authorizer.
func (a *Adapter) Consent(account channel.Account, back, state string) (address, proof string, err error) {
	app, s, ok := a.app(account)
	if !ok {
		return "", "", vis.Errorf(vis.Conflict, "no_provider", "This mailbox has no provider to sign in at; choose one in its settings first.")
	}
	user := ""
	if len(s.Addresses) > 0 {
		user = s.Addresses[0].Address
	}
	for _, server := range s.servers() {
		if server.Bearer && server.User != "" {
			user = server.User
		}
	}
	proof = oauth.Verifier()
	return oauth.Consent(app, back, state, proof, user), proof, nil
}

// Redeem implements channel.Authorizer.
func (a *Adapter) Redeem(ctx context.Context, account channel.Account, back, code, proof string) (map[string]string, error) {
	app, _, ok := a.app(account)
	if !ok {
		return nil, oauth.ClientRefused
	}
	return a.tokens.Redeem(ctx, app, back, code, proof)
}

// secretFor is what a server of an account is signed in to with: the secret of that name, or an access token that is good now. Its error is
// a line.Trouble, or that of a ctx that ended.
func (a *Adapter) secretFor(ctx context.Context, account channel.Account, to *Server, name string) (string, error) {
	app, _, ok := a.app(account)
	if !ok || !to.Bearer {
		return account.Secrets[name], nil
	}
	if !app.Provider.Serves(to.Host) {
		return "", oauth.ClientRefused
	}
	return a.tokens.Access(ctx, account, app)
}

// unsigned is the outcome of an attempt for which there was no secret.
func unsigned(err error) channel.Outcome {
	var word line.Trouble
	if !errors.As(err, &word) {
		return channel.Outcome{State: channel.OutDeferred, Problem: "stopped"}
	}
	return channel.Outcome{State: channel.OutDeferred, Problem: string(word)}
}
