// Package oauthtest is a provider of mailboxes that runs within a test, over TLS, and is as strict as RFC 9700 asks: a code is good once and
// with its proof only, a refresh token is good once, and one that is used again ends all that came of it.
package oauthtest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"visavis/internal/channel/email/oauth"
	"visavis/internal/safehttp"
)

// How this server is registered at the provider.
const (
	ClientID     = "visavis-test"
	ClientSecret = "canary-client-secret"
)

// Provider is one that runs.
type Provider struct {
	testing.TB
	// Back is the only address that it sends people back to.
	Back string

	server *httptest.Server
	mu     sync.Mutex
	codes  map[string]url.Values // what consent was asked with
	// Refresh is the refresh token that is good now, "" when none is; Access are the access tokens that are.
	refresh string
	access  map[string]bool
	spent   map[string]bool
	asked   int
	fails   int
	seen    []string // every secret that it has given or been given
}

// New starts a provider that sends people back to one address.
func New(t testing.TB, back string) *Provider {
	t.Helper()
	p := &Provider{TB: t, Back: back, codes: make(map[string]url.Values), access: make(map[string]bool), spent: make(map[string]bool)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/consent", p.consent)
	mux.HandleFunc("POST /{tenant}/token", p.token)
	p.server = httptest.NewTLSServer(mux)
	t.Cleanup(p.server.Close)
	return p
}

// Provider is how it is described to a source. Its mail servers run on this machine.
func (p *Provider) Provider() oauth.Provider {
	return oauth.Provider{Consent: p.server.URL + "/{tenant}/consent", Token: p.server.URL + "/{tenant}/token", Scope: "mail offline",
		More: url.Values{"prompt": {"consent"}}, Servers: []string{"127.0.0.1", "mail.example"}, Tenants: true}
}

// Caller is the guarded door, which lets calls to this provider through.
func (p *Provider) Caller() *safehttp.Client {
	p.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(p.server.Certificate())
	c, err := safehttp.New(safehttp.Options{Allow: []string{"127.0.0.0/8"}, Roots: roots})
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(c.Close)
	return c
}

// Visit opens a consent page as a member's browser does, consents or refuses, and returns where she is sent.
func (p *Provider) Visit(address string, consents bool) *url.URL {
	p.Helper()
	if !consents {
		address += "&refuse=1"
	}
	browser := p.server.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := browser.Get(address)
	if err != nil {
		p.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		p.Fatalf("the consent page answered %s", res.Status)
	}
	return to
}

// Fail has the next calls of the token address answered with an error of the server.
func (p *Provider) Fail(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = calls
}

// Revoke ends all that was granted, as a person may at the provider.
func (p *Provider) Revoke() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoke()
}

func (p *Provider) revoke() {
	p.refresh = ""
	clear(p.access)
}

// Takes reports whether an access token is good, as the provider's mail servers ask.
func (p *Provider) Takes(access string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.access[access]
}

// End ends an access token before its time.
func (p *Provider) End(access string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.access, access)
}

// Refresh is the refresh token that is good now.
func (p *Provider) Refresh() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refresh
}

// Asked is how often tokens were asked for.
func (p *Provider) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Secrets are all that nobody else may read: codes, tokens, proofs, and the client's own.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{ClientSecret}, p.seen...)
}

func (p *Provider) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != ClientID || q.Get("redirect_uri") != p.Back || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || q.Get("state") == "" || q.Get("scope") != "mail offline" || q.Has("client_secret") {
		http.Error(w, "no consent is asked for like this", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if q.Has("refuse") {
		back.Set("error", "access_denied")
	} else {
		p.mu.Lock()
		code := p.secret()
		q.Set("tenant", r.PathValue("tenant"))
		p.codes[code] = q
		p.mu.Unlock()
		back.Set("code", code)
	}
	http.Redirect(w, r, p.Back+"?"+back.Encode(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.fails > 0 {
		p.fails--
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	if r.ParseForm() != nil || r.URL.RawQuery != "" || r.PostFormValue("client_id") != ClientID || r.PostFormValue("client_secret") != ClientSecret {
		p.refuse(w, "invalid_client")
		return
	}
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		code, verifier := r.PostFormValue("code"), r.PostFormValue("code_verifier")
		was, known := p.codes[code]
		sum := sha256.Sum256([]byte(verifier))
		p.seen = append(p.seen, verifier)
		delete(p.codes, code)
		if !known || was.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || r.PostFormValue("redirect_uri") != p.Back || was.Get("tenant") != r.PathValue("tenant") {
			p.refuse(w, "invalid_grant")
			return
		}
	case "refresh_token":
		old := r.PostFormValue("refresh_token")
		if p.spent[old] {
			p.revoke() // somebody else has it too
		}
		if p.refresh == "" || old != p.refresh {
			p.refuse(w, "invalid_grant")
			return
		}
		p.spent[old] = true
	default:
		p.refuse(w, "unsupported_grant_type")
		return
	}
	p.refresh = p.secret()
	access := p.secret()
	p.access[access] = true
	answer(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": p.refresh})
}

func (p *Provider) refuse(w http.ResponseWriter, code string) {
	answer(w, http.StatusBadRequest, map[string]any{"error": code, "error_description": "canary-description"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the test sees what is missing
}

func (p *Provider) secret() string {
	s := rand.Text()
	p.seen = append(p.seen, s)
	return s
}
