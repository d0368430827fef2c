package web

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/oauth/oauthtest"
	"visavis/internal/vis"
)

// outside is where mailboxes are signed in to: a test's own provider.
type outside struct{ oauth.Caller }

// consenting is a house with a mailbox at a provider that runs.
type consenting struct {
	*house
	provider *oauthtest.Provider
	mailbox  channel.Channel
	log      bytes.Buffer
}

func newConsenting(t *testing.T) *consenting {
	t.Helper()
	c := &consenting{provider: oauthtest.New(t, ours+consentPath)}
	c.house = newHouse(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	c.outside.Caller, c.providers["microsoft"] = c.provider.Caller(), c.provider.Provider()
	c.mailbox = c.box(c.admin)
	return c
}

func (c *consenting) box(as principal) channel.Channel {
	c.Helper()
	made, err := c.channels.Create(c.ctx, as.actor, channel.Creation{Kind: email.Kind, Name: "Mail", Settings: json.RawMessage(`{"addresses":[{"address":"bonjour@arzel.example"}],
		"out":{"host":"smtp.mail.example","port":465,"security":"tls","user":"bonjour@arzel.example","bearer":true},
		"oauth":{"provider":"microsoft","clientId":"` + oauthtest.ClientID + `","tenant":"arzel.example"}}`)})
	c.must(err)
	c.must(c.letters.SetSecrets(c.ctx, as.actor, made.ID, map[string]string{oauth.SecretClient: oauthtest.ClientSecret}))
	return made
}

// begins has a member begin, and returns the provider's page.
func (c *consenting) begins(as principal, box channel.Channel) string {
	c.Helper()
	return read[Authorisation](c, c.house.post(as, "/api/v1/channels/"+string(box.ID)+"/authorisation", nil)).Address
}

// comes has somebody's browser come back, and returns what the desk is told.
func (c *consenting) comes(as principal, to *url.URL) (word, place string) {
	c.Helper()
	got := c.do(call{method: "GET", path: to.RequestURI(), as: as})
	at, err := url.Parse(got.header.Get("Location"))
	if err != nil || got.status != http.StatusSeeOther || at.Scheme+"://"+at.Host+at.Path != ours+"/desk/" || got.header.Get("Referrer-Policy") != "no-referrer" {
		c.Fatalf("%d %s", got.status, got.header)
	}
	return at.Query().Get("consent"), at.Fragment
}

func (c *consenting) signedIn(box channel.Channel) bool {
	c.Helper()
	names, err := c.letters.SecretNames(c.ctx, vis.System(c.ws), box.ID)
	c.must(err)
	return strings.Contains(strings.Join(names, " "), oauth.SecretRefresh)
}

func TestAMailboxIsSignedInByConsent(t *testing.T) {
	t.Parallel()
	c := newConsenting(t)
	page := c.begins(c.admin, c.mailbox)
	before := c.head(c.ws)
	back := c.provider.Visit(page, true)
	if word, at := c.comes(c.admin, back); word != "done" || at != "/settings/channels/"+string(c.mailbox.ID) || !c.signedIn(c.mailbox) {
		t.Fatalf("%s at %s", word, at)
	}
	if got := c.since(c.ws, before); got != "channel.changed" {
		t.Errorf("events: %s", got)
	}
	// S-09: it is good once.
	if word, at := c.comes(c.admin, back); word != "unknown" || at != "/settings/channels" {
		t.Errorf("again: %s at %s", word, at)
	}

	// S-10, P-10: nothing that was secret is anywhere that somebody reads.
	all := c.log.String()
	for _, path := range []string{"/api/v1/audit", "/api/v1/channels", "/api/v1/channels/" + string(c.mailbox.ID), "/api/v1/events?after=0&limit=100"} {
		all += string(c.get(c.admin, path).body)
	}
	state := back.Query().Get("state")
	for _, secret := range append(c.provider.Secrets(), state, c.admin.cookie) {
		if strings.Contains(all, secret) {
			t.Errorf("%q is told", secret)
		}
	}
	if strings.Contains(page, c.admin.cookie) || !strings.Contains(all, "channel.signed_in") || !strings.Contains(all, "channel.consent_asked") {
		t.Errorf("the page is %s; told is %s", page, all)
	}
}

// S-09: who comes back with what is not hers, or not in time, changes nothing, and takes nothing from whoever begun.
func TestForeignConsentIsRefused(t *testing.T) {
	t.Parallel()
	c := newConsenting(t)
	other := c.hire(c.admin, "Nolwenn", vis.Administrator)
	agent := c.hire(c.admin, "Yann", vis.Agent)
	_, stranger := c.found("Kerbrat", "Iris", "iris@kerbrat.example")
	theirs := c.box(stranger)
	again := c.admin
	in, err := c.staff.SignIn(c.ctx, "lea@arzel.example", password)
	c.must(err)
	again.cookie = in.Secret

	page := c.begins(c.admin, c.mailbox)
	back := c.provider.Visit(page, true)
	state, code := back.Query().Get("state"), back.Query().Get("code")
	with := func(state, code string) *url.URL {
		return &url.URL{Path: consentPath, RawQuery: url.Values{"state": {state}, "code": {code}}.Encode()}
	}
	foreign := c.provider.Visit(c.begins(stranger, theirs), true)
	forged := state[:40] + strings.Repeat("0", 20) + state[60:]
	for name, bad := range map[string]struct {
		as principal
		to *url.URL
	}{
		"nobody":                          {nobody, back},
		"another administrator":           {other, back},
		"an agent":                        {agent, back},
		"another session of her own":      {again, back},
		"another workspace":               {stranger, back},
		"another workspace's state":       {c.admin, foreign},
		"its state with her code":         {c.admin, with(foreign.Query().Get("state"), code)},
		"a forged state":                  {c.admin, with(forged, code)},
		"a state for another mailbox":     {c.admin, with(state[:len(state)-36]+string(theirs.ID), code)},
		"a state for no mailbox":          {c.admin, with(state[:len(state)-36], code)},
		"half a state":                    {c.admin, with(state[:30], code)},
		"no state":                        {c.admin, with("", code)},
		"a long state":                    {c.admin, with(strings.Repeat("a.", 5000), code)},
		"no code":                         {c.admin, &url.URL{Path: consentPath, RawQuery: "state=" + state}},
		"two states":                      {c.admin, &url.URL{Path: consentPath, RawQuery: back.RawQuery + "&state=" + state}},
		"two codes":                       {c.admin, &url.URL{Path: consentPath, RawQuery: back.RawQuery + "&code=x"}},
		"nothing":                         {c.admin, &url.URL{Path: consentPath}},
		"an address to be sent on to":     {c.admin, &url.URL{Path: consentPath, RawQuery: "state=//evil.example&code=x&redirect_uri=https://evil.example"}},
		"a state that begins another way": {c.admin, with("Bearer "+state, code)},
	} {
		asked := c.provider.Asked()
		if word, at := c.comes(bad.as, bad.to); word != "unknown" || at != "/settings/channels" || c.provider.Asked() != asked {
			t.Errorf("%s: %s at %s, the provider was asked %d times", name, word, at, c.provider.Asked()-asked)
		}
	}
	if c.signedIn(c.mailbox) {
		t.Fatal("it is signed in")
	}
	if word, _ := c.comes(c.admin, back); word != "done" {
		t.Errorf("she who began it: %s", word)
	}
	if word, _ := c.comes(stranger, foreign); word != "done" {
		t.Errorf("the other house: %s", word)
	}
}

func TestConsentThatWasRefusedOrCannotBeUsedIsSaid(t *testing.T) {
	t.Parallel()
	c := newConsenting(t)
	path := "/settings/channels/" + string(c.mailbox.ID)
	refused := c.provider.Visit(c.begins(c.admin, c.mailbox), false)
	if word, at := c.comes(c.admin, refused); word != "refused" || at != path {
		t.Errorf("refused: %s at %s", word, at)
	}
	// A code that is not hers: its proof is another's (RFC 9700 §4.5).
	first := c.provider.Visit(c.begins(c.admin, c.mailbox), true)
	second := c.provider.Visit(c.begins(c.admin, c.mailbox), true)
	if word, _ := c.comes(c.admin, first); word != "unknown" {
		t.Errorf("one that was begun anew: %s", word)
	}
	injected := *second
	q := second.Query()
	q.Set("code", first.Query().Get("code"))
	injected.RawQuery = q.Encode()
	if word, at := c.comes(c.admin, &injected); word != "failed" || at != path || c.signedIn(c.mailbox) {
		t.Errorf("an injected code: %s at %s", word, at)
	}
	late := c.provider.Visit(c.begins(c.admin, c.mailbox), true)
	c.clock.move(10*time.Minute + time.Second)
	if word, _ := c.comes(c.admin, late); word != "unknown" {
		t.Errorf("late: %s", word)
	}
	c.provider.Fail(1)
	down := c.provider.Visit(c.begins(c.admin, c.mailbox), true)
	if word, _ := c.comes(c.admin, down); word != "failed" || strings.Contains(c.log.String(), down.Query().Get("code")) {
		t.Errorf("a provider that is down: %s", word)
	}

	if got := c.house.post(c.admin, "/api/v1/channels/"+string(c.chat.ID)+"/authorisation", nil); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a chat: %d %s", got.status, got.body)
	}
	plain, err := c.channels.Create(c.ctx, c.admin.actor, channel.Creation{Kind: email.Kind, Name: "Mail", Settings: json.RawMessage(`{"addresses":[]}`)})
	c.must(err)
	if got := c.house.post(c.admin, "/api/v1/channels/"+string(plain.ID)+"/authorisation", nil); got.status != http.StatusConflict {
		t.Errorf("a mailbox with passwords: %d %s", got.status, got.body)
	}
}
