// Package oauth signs in to mailboxes with access tokens instead of passwords (RFC 6749), at providers who take nothing else.
//
// The life of a sign-in:
//
//  1. A member opens the provider's page, with a challenge whose answer only we know (RFC 7636), and consents there.
//  2. The code that she comes back with is exchanged for a refresh token, which is kept sealed, and an access token.
//  3. Access tokens are made anew shortly before they end. A provider may change the refresh token with each: the new one is kept before
//     the access token that came with it is used, for the old one may be worth nothing from then on.
//  4. When the provider takes the refresh token no longer, a person has to consent again.
package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"visavis/internal/channel/email/line"
	"visavis/internal/safehttp"
)

// The bounds of what a provider answers.
const (
	mostToken   = 8 << 10 // bytes
	mostFor     = 24 * time.Hour
	unknownFor  = 10 * time.Minute // when it does not say for how long a token is good
	notAfter    = 2 * time.Minute  // before its end, a token is not used any more
	tenantMost  = 100
	triedAgain  = 30 * time.Second // after a failure, at the earliest
	freshlyMade = time.Minute      // a token that is refused so soon is not at fault
	withinAll   = 30 * time.Second // for a turn to refresh
)

// Provider is where mailboxes of one house are signed in to.
type Provider struct {
	// Consent is the page that a member opens, Token where codes and refresh tokens are exchanged; "{tenant}" stands for the directory.
	Consent, Token string
	Scope          string
	// More is what the consent page is asked for besides.
	More url.Values
	// Servers are the ends of the names of its mail servers: its tokens are shown to nobody else.
	Servers []string
	// Tenants says that customers have directories of their own; the first name is that of all of them.
	Tenants bool
}

// Providers are those that ship, by name.
func Providers() map[string]Provider {
	return map[string]Provider{
		"google": {Consent: "https://accounts.google.com/o/oauth2/v2/auth", Token: "https://oauth2.googleapis.com/token", Scope: "https://mail.google.com/",
			More: url.Values{"access_type": {"offline"}, "prompt": {"consent"}}, Servers: []string{"gmail.com", "googlemail.com", "google.com"}},
		"microsoft": {Consent: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize", Token: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
			Scope: "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
			More:  url.Values{"prompt": {"select_account"}}, Servers: []string{"office365.com", "outlook.com"}, Tenants: true},
	}
}

// Serves reports whether a mail server is the provider's.
func (p Provider) Serves(host string) bool {
	return slices.ContainsFunc(p.Servers, func(end string) bool { return host == end || strings.HasSuffix(host, "."+end) })
}

func (p Provider) at(address, tenant string) string {
	if tenant == "" {
		tenant = "common"
	}
	return strings.ReplaceAll(address, "{tenant}", tenant)
}

// IsTenant reports whether a text may name a directory: an id, a domain, or a word such as organizations.
func IsTenant(s string) bool {
	bad := func(r rune) bool { return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
	return s != "" && len(s) <= tenantMost && !strings.ContainsFunc(s, bad) && !strings.HasPrefix(s, ".")
}

// App is how we are registered at a provider.
type App struct {
	Provider Provider
	ClientID string
	Secret   string // "" for one that is registered without
	Tenant   string // "" for all
}

// Why there is no token.
const (
	// SignInAgain says that a person has to consent again.
	SignInAgain line.Trouble = "sign-in-again"
	// ClientRefused says that the provider does not know us any more, such as for a client secret that is over.
	ClientRefused line.Trouble = "client-refused"
	// Later says that the provider does not answer, or cannot now.
	Later line.Trouble = "sign-in-later"
)

// Caller calls the web; *safehttp.Client is one.
type Caller interface {
	Post(ctx context.Context, to string, header map[string]string, body []byte) (safehttp.Answer, error)
}

// Verifier makes the answer to a challenge (RFC 7636 §4.1).
func Verifier() string {
	var b [32]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Consent is the address of the page on which a member consents. back is where she comes back to, with state; user is whose mailbox it is.
func Consent(app App, back, state, verifier, user string) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {back}, "scope": {app.Provider.Scope}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if user != "" {
		q.Set("login_hint", user)
	}
	for name, values := range app.Provider.More {
		q[name] = values
	}
	return app.Provider.at(app.Provider.Consent, app.Tenant) + "?" + q.Encode()
}

// Token is an access token and how long it is good.
type Token struct {
	Access string    `json:"access"`
	EndsAt time.Time `json:"endsAt"`
}

func (t Token) good(now time.Time) bool { return t.Access != "" && now.Before(t.EndsAt.Add(-notAfter)) }

// granted is what a provider gives.
type granted struct {
	Token
	refresh string // "" when it stays the same
}

// redeem exchanges the code of a member who came back.
func redeem(ctx context.Context, c Caller, app App, back, code, verifier string, now time.Time) (granted, error) {
	return ask(ctx, c, app, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier}}, now)
}

// refresh makes another access token.
func refresh(ctx context.Context, c Caller, app App, token string, now time.Time) (granted, error) {
	return ask(ctx, c, app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, now)
}

func ask(ctx context.Context, c Caller, app App, q url.Values, now time.Time) (granted, error) {
	q.Set("client_id", app.ClientID)
	if app.Secret != "" {
		q.Set("client_secret", app.Secret)
	}
	answer, err := c.Post(ctx, app.Provider.at(app.Provider.Token, app.Tenant),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}, []byte(q.Encode()))
	if err != nil {
		return granted{}, Later // its words could hold what was asked
	}
	var said struct {
		Access  string  `json:"access_token"`
		Type    string  `json:"token_type"`
		Refresh string  `json:"refresh_token"`
		For     float64 `json:"expires_in"` // seconds
		Error   string  `json:"error"`
	}
	if json.Unmarshal(answer.Body, &said) != nil {
		return granted{}, Later
	}
	if answer.Status != 200 {
		return granted{}, refusal(said.Error)
	}
	if !isToken(said.Access) || said.Refresh != "" && !isToken(said.Refresh) || !strings.EqualFold(said.Type, "Bearer") {
		return granted{}, Later
	}
	good := unknownFor
	if said.For > 0 {
		good = time.Duration(min(said.For, mostFor.Seconds()) * float64(time.Second))
	}
	return granted{Token{said.Access, now.Add(good)}, said.Refresh}, nil
}

// refusal words the codes of RFC 6749 §5.2 and those that Microsoft adds.
func refusal(code string) line.Trouble {
	switch code {
	case "invalid_grant", "interaction_required", "consent_required", "login_required":
		return SignInAgain
	case "invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "unsupported_grant_type":
		return ClientRefused
	}
	return Later
}

// isToken reports whether a text can be a token: visible ASCII, for it is put into commands (RFC 6750 §2.1).
func isToken(s string) bool {
	return s != "" && len(s) <= mostToken && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
