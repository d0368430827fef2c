package oauth_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/oauth/oauthtest"
	"visavis/internal/safehttp"
)

// vault keeps an account's secrets, and can fail to.
type vault struct {
	mu    sync.Mutex
	of    map[string]string
	fails bool
	saved []string // the refresh tokens in the order in which they were kept
}

func (v *vault) Secrets(context.Context) (map[string]string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.of), nil
}

func (v *vault) SaveSecrets(_ context.Context, secrets map[string]string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fails {
		return errors.New("the disk is full")
	}
	maps.Copy(v.of, secrets)
	v.saved = append(v.saved, secrets[oauth.SecretRefresh])
	return nil
}

// Alone is on the honour of the test: nodes of these tests come one after another.
func (v *vault) Alone(ctx context.Context, do func(context.Context) error) error { return do(ctx) }

const back = "https://desk.example/oauth/callback"

// desk is a source with a mailbox that somebody has consented for.
type desk struct {
	*oauthtest.Provider
	now    time.Time
	source *oauth.Source
	vault  *vault
	box    channel.Account
	app    oauth.App
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{Provider: oauthtest.New(t, back), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), vault: &vault{of: map[string]string{oauth.SecretClient: oauthtest.ClientSecret}}}
	d.source = d.another()
	d.app = oauth.App{Provider: d.Provider.Provider(), ClientID: oauthtest.ClientID, Secret: oauthtest.ClientSecret, Tenant: "arzel.example"}
	d.box = channel.Account{Channel: channel.Channel{ID: "c", Version: 1}, Vault: d.vault}
	d.consents()
	return d
}

// another is the source of another node.
func (d *desk) another() *oauth.Source {
	return oauth.NewSource(d.Caller(), nil, func() time.Time { return d.now })
}

func (d *desk) consents() {
	d.Helper()
	verifier := oauth.Verifier()
	came := d.Visit(oauth.Consent(d.app, back, "state", verifier, "bonjour@arzel.example"), true)
	secrets, err := d.source.Redeem(d.Context(), d.app, back, came.Query().Get("code"), verifier)
	if err != nil || came.Query().Get("state") != "state" {
		d.Fatalf("redeemed: %v", err)
	}
	if err := d.vault.SaveSecrets(d.Context(), secrets); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) access(from *oauth.Source) string {
	d.Helper()
	access, err := from.Access(d.Context(), d.box, d.app)
	if err != nil || !d.Takes(access) {
		d.Fatalf("got %q, %v", access, err)
	}
	return access
}

func (d *desk) troubled(want line.Trouble) {
	d.Helper()
	if access, err := d.source.Access(d.Context(), d.box, d.app); !errors.Is(err, want) || access != "" {
		d.Errorf("got %q, %v", access, err)
	}
}

func TestTokensAreMadeAnewBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.access(d.source)
	if d.access(d.source) != first || d.Asked() != 1 {
		t.Errorf("asked %d times", d.Asked())
	}
	d.now = d.now.Add(59 * time.Minute)
	second := d.access(d.source)
	if second == first || d.Asked() != 2 || d.vault.of[oauth.SecretRefresh] != d.Refresh() {
		t.Errorf("asked %d times, kept %q", d.Asked(), d.vault.of[oauth.SecretRefresh])
	}
	if d.access(d.another()) != second || d.Asked() != 2 {
		t.Error("another node asks for what there is")
	}
}

func TestOneAsksForAllWhoWait(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.now = d.now.Add(2 * time.Hour)
	var all sync.WaitGroup
	got := make([]string, 20)
	for i := range got {
		all.Go(func() { got[i], _ = d.source.Access(d.Context(), d.box, d.app) })
	}
	all.Wait()
	for _, one := range got {
		if one != got[0] || !d.Takes(one) {
			t.Errorf("got %q and %q", got[0], one)
		}
	}
	if d.Asked() != 2 {
		t.Errorf("asked %d times", d.Asked())
	}
}

// A refresh token that could not be kept is kept before anything is done with what came with it: it is the only one that is good.
func TestARotatedTokenIsKeptBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.now = d.now.Add(2 * time.Hour)
	d.vault.fails = true
	d.troubled(oauth.Later)
	if d.vault.of[oauth.SecretRefresh] == d.Refresh() || d.Asked() != 2 {
		t.Fatal("the provider gave no other token")
	}
	d.troubled(oauth.Later) // and asks nobody so soon
	d.now = d.now.Add(time.Minute)
	d.troubled(oauth.Later) // nor spends what is spent
	d.vault.fails = false
	d.now = d.now.Add(time.Minute)
	d.access(d.source)
	if d.Asked() != 2 || d.vault.of[oauth.SecretRefresh] != d.Refresh() {
		t.Errorf("asked %d times, kept %q", d.Asked(), d.vault.of[oauth.SecretRefresh])
	}
}

func TestWhoeverAskedMayGoAwayAndTheTokenIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.now = d.now.Add(2 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 { // either it did not begin, or it went to the end
		_, _ = d.source.Access(ctx, d.box, d.app)
	}
	if d.vault.of[oauth.SecretRefresh] != d.Refresh() || d.Asked() > 2 {
		t.Errorf("asked %d times, kept %q", d.Asked(), d.vault.of[oauth.SecretRefresh])
	}
	d.access(d.source)
}

func TestWhenConsentIsOverAPersonIsNeeded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Revoke()
	d.now = d.now.Add(2 * time.Hour)
	d.troubled(oauth.SignInAgain)
	asked := d.Asked()
	d.troubled(oauth.SignInAgain)
	if d.Asked() != asked {
		t.Error("the provider is asked again at once")
	}
	d.consents()
	d.box.Channel.Version++ // as whoever keeps secrets does
	d.access(d.source)

	d.vault.of = map[string]string{}
	d.box.Channel.Version++
	d.troubled(oauth.SignInAgain)
}

// Two nodes share one mailbox: what one has spent, the other takes over from what was kept.
func TestAnotherNodesTokenIsTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.access(d.source)
	other := d.another()
	d.now = d.now.Add(2 * time.Hour)
	made := d.access(other)
	if d.access(d.source) != made || d.Asked() != 2 {
		t.Errorf("asked %d times", d.Asked())
	}
}

func TestAProviderThatIsDownIsAskedLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.now = d.now.Add(2 * time.Hour)
	d.Fail(1)
	d.troubled(oauth.Later)
	d.now = d.now.Add(time.Minute)
	d.access(d.source)
}

func TestATokenThatAServerRefusesIsMadeAnewOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.access(d.source)
	d.now = d.now.Add(10 * time.Minute)
	d.End(first)
	d.source.Refused(d.box, first)
	second := d.access(d.source)
	if second == first || d.Asked() != 2 {
		t.Errorf("asked %d times", d.Asked())
	}
	d.source.Refused(d.box, second) // just made: the fault is elsewhere
	d.source.Refused(d.box, "another")
	if d.access(d.source) != second || d.Asked() != 2 {
		t.Errorf("asked %d times", d.Asked())
	}
}

// S-09: a code is good with the proof, the address and the client that it was asked with, and once.
func TestACodeIsGoodWithItsProofOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, c := range map[string]struct {
		change func(app *oauth.App, back, code, verifier *string)
		want   line.Trouble
	}{
		"another proof":     {func(_ *oauth.App, _, _, v *string) { *v = oauth.Verifier() }, oauth.SignInAgain},
		"no proof":          {func(_ *oauth.App, _, _, v *string) { *v = "" }, oauth.SignInAgain},
		"another address":   {func(_ *oauth.App, b, _, _ *string) { *b = "https://evil.example/" }, oauth.SignInAgain},
		"another code":      {func(_ *oauth.App, _, c, _ *string) { *c = "x&client_id=y" }, oauth.SignInAgain},
		"another directory": {func(a *oauth.App, _, _, _ *string) { a.Tenant = "evil.example" }, oauth.SignInAgain},
		"another client":    {func(a *oauth.App, _, _, _ *string) { a.ClientID = "x" }, oauth.ClientRefused},
		"another secret":    {func(a *oauth.App, _, _, _ *string) { a.Secret = "x" }, oauth.ClientRefused},
	} {
		app, to, verifier := d.app, back, oauth.Verifier()
		code := d.Visit(oauth.Consent(app, back, "s", verifier, ""), true).Query().Get("code")
		c.change(&app, &to, &code, &verifier)
		if got, err := d.source.Redeem(t.Context(), app, to, code, verifier); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	verifier := oauth.Verifier()
	code := d.Visit(oauth.Consent(d.app, back, "s", verifier, ""), true).Query().Get("code")
	for i, want := range []error{nil, oauth.SignInAgain} {
		if _, err := d.source.Redeem(t.Context(), d.app, back, code, verifier); !errors.Is(err, want) {
			t.Errorf("use %d: %v", i, err)
		}
	}
}

func TestWhatIsSaidAtTheConsentPageIsNoSecret(t *testing.T) {
	t.Parallel()
	for name, p := range oauth.Providers() {
		verifier := oauth.Verifier()
		u, err := url.Parse(oauth.Consent(oauth.App{Provider: p, ClientID: "id", Secret: "canary"}, back, "s&x=1", verifier, "a@b.example"))
		if err != nil || u.Scheme != "https" || strings.Contains(u.String(), "{") || strings.Contains(u.String(), verifier) || strings.Contains(u.String(), "canary") {
			t.Fatalf("%s: %v %v", name, u, err)
		}
		if q := u.Query(); q.Get("state") != "s&x=1" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("redirect_uri") != back ||
			q.Get("login_hint") != "a@b.example" || len(verifier) != 43 {
			t.Errorf("%s: %v", name, q)
		}
		if p.Serves("evil.example") || p.Serves("x"+p.Servers[0]) || !p.Serves("smtp."+p.Servers[0]) || !strings.HasPrefix(p.Token, "https://") {
			t.Errorf("%s: %v", name, p.Servers)
		}
	}
}

// says is a provider that answers what the test wants.
type says struct {
	status int
	body   string
	err    error
}

func (s says) Post(context.Context, string, map[string]string, []byte) (safehttp.Answer, error) {
	return safehttp.Answer{Status: s.status, Body: []byte(s.body)}, s.err
}

// S-04, S-11: what a provider answers is taken as far as it can be used, and nothing of it is repeated.
func TestAnswersThatCannotBeUsedAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says
		want line.Trouble
	}{
		"no connection":        {says{err: errors.New("dial canary")}, oauth.Later},
		"a page":               {says{status: 200, body: "<html>canary"}, oauth.Later},
		"nothing":              {says{status: 200, body: "{}"}, oauth.Later},
		"another kind":         {says{status: 200, body: `{"access_token":"canary","token_type":"mac","refresh_token":"r"}`}, oauth.Later},
		"a token with a break": {says{status: 200, body: `{"access_token":"a\r\nNOOP","token_type":"Bearer","refresh_token":"r"}`}, oauth.Later},
		"a token too long":     {says{status: 200, body: `{"access_token":"` + strings.Repeat("a", 9000) + `","token_type":"Bearer","refresh_token":"r"}`}, oauth.Later},
		"no refresh token":     {says{status: 200, body: `{"access_token":"a","token_type":"Bearer"}`}, oauth.SignInAgain},
		"a redirect":           {says{status: 302, body: ""}, oauth.Later},
		"an unknown error":     {says{status: 400, body: `{"error":"canary"}`}, oauth.Later},
		"no consent":           {says{status: 400, body: `{"error":"consent_required"}`}, oauth.SignInAgain},
		"an unknown client":    {says{status: 401, body: `{"error":"unauthorized_client"}`}, oauth.ClientRefused},
		"an hour below zero":   {says{status: 200, body: `{"access_token":"a","token_type":"Bearer","expires_in":"x"}`}, oauth.Later},
	} {
		source := oauth.NewSource(c.says, nil, time.Now)
		got, err := source.Redeem(t.Context(), oauth.App{}, back, "code", "verifier")
		if !errors.Is(err, c.want) || got != nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	source := oauth.NewSource(says{status: 200, body: `{"access_token":"a","token_type":"bearer","expires_in":1e300,"refresh_token":"r"}`}, nil, time.Now)
	if got, err := source.Redeem(t.Context(), oauth.App{}, back, "code", "verifier"); err != nil || len(got) != 2 || got[oauth.SecretRefresh] != "r" {
		t.Errorf("%v %v", got, err)
	}
}

func TestOnlyNamesAreDirectories(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]bool{"common": true, "arzel.onmicrosoft.com": true, "72f988bf-86f1-41af-91ab-2d7cd011db47": true, "": false, "..": false, "a/b": false, "a?b": false,
		"A": false, "a b": false, strings.Repeat("a", 101): false} {
		if oauth.IsTenant(name) != is {
			t.Errorf("%q: %v", name, !is)
		}
	}
}
