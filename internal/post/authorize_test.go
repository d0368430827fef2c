package post_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/oauth/oauthtest"
	"visavis/internal/post"
	"visavis/internal/safehttp"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

const consentBack = "https://desk.example/oauth/callback"

// consents has Léa consent for the mailbox at its provider.
func (o *office) consents(p *oauthtest.Provider) {
	o.Helper()
	page, err := o.post.Consent(o.ctx, o.lea, o.mailbox.ID, "session", consentBack)
	o.ok(err)
	came := p.Visit(page, true).Query()
	id, err := o.post.Consented(o.ctx, o.lea, "session", came.Get("state"), came.Get("code"))
	o.ok(err)
	if id != o.mailbox.ID {
		o.Errorf("signed in is %s", id)
	}
}

// line is how the connection does over which letters leave.
func (o *office) line() channel.Health {
	o.Helper()
	all, err := o.post.Health(o.ctx, o.lea)
	o.ok(err)
	i := slices.IndexFunc(all[o.mailbox.ID], func(h channel.Health) bool { return h.Part == "out" })
	if i < 0 {
		return channel.Health{}
	}
	return all[o.mailbox.ID][i]
}

// K-42: letters of a mailbox whose consent is over wait, people see why, and nothing is lost.
func TestLettersWaitUntilAPersonConsentsAgain(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			p := oauthtest.New(t, consentBack)
			o := newOffice(t, e.URL(t), p)
			o.ok(o.post.SetSecrets(o.ctx, o.lea, o.mailbox.ID, map[string]string{oauth.SecretClient: oauthtest.ClientSecret}))
			o.asks("before")
			o.post.SendOnce(o.ctx)
			if h := o.line(); h.State != channel.Broken || h.Problem != "sign-in-again" || len(o.relay.letters) != 0 {
				t.Errorf("before consent: %+v, %d letters", h, len(o.relay.letters))
			}
			o.consents(p)
			o.now = o.now.Add(time.Hour)
			o.post.SendOnce(o.ctx)
			if h := o.line(); h.State != channel.Healthy || h.Problem != "" || len(o.relay.letters) != 1 || !p.Takes(o.relay.came[0]) {
				t.Fatalf("with consent: %+v, %d letters", h, len(o.relay.letters))
			}

			p.Revoke()
			o.now = o.now.Add(2 * time.Hour)
			o.asks("after")
			o.post.SendOnce(o.ctx)
			all, err := o.post.Sendings(o.ctx, o.lea, []post.SendingState{post.ToSend}, vis.Page{})
			o.ok(err)
			if h := o.line(); h.State != channel.Broken || h.Problem != "sign-in-again" || len(all.Items) != 1 || all.Items[0].Problem != "sign-in-again" || len(o.relay.letters) != 1 {
				t.Errorf("revoked: %+v, waiting %+v", h, all.Items)
			}
			o.consents(p)
			o.now = o.now.Add(4 * time.Hour)
			o.post.SendOnce(o.ctx)
			if h := o.line(); h.State != channel.Healthy || len(o.relay.letters) != 2 {
				t.Errorf("consented again: %+v, %d letters", h, len(o.relay.letters))
			}
		})
	}
}

// A provider may end a token early; the server's refusal says so, and the next attempt comes with another.
func TestATokenThatEndedEarlyIsMadeAnew(t *testing.T) {
	t.Parallel()
	p := oauthtest.New(t, consentBack)
	o := newOffice(t, "sqlite://"+t.TempDir()+"/visavis.db", p)
	o.ok(o.post.SetSecrets(o.ctx, o.lea, o.mailbox.ID, map[string]string{oauth.SecretClient: oauthtest.ClientSecret}))
	o.consents(p)
	for _, secret := range p.Secrets() {
		p.End(secret)
	}
	o.asks("one")
	o.post.SendOnce(o.ctx)
	h := o.line()
	if h.State != channel.Broken || h.Problem != "sign-in-refused" || len(o.relay.letters) != 0 || len(o.relay.came) != 1 {
		t.Fatalf("%+v, %d letters", h, len(o.relay.letters))
	}
	if strings.Contains(h.Answer, o.relay.came[0]) {
		t.Error("the token is shown")
	}
	o.now = o.now.Add(10 * time.Minute)
	o.post.SendOnce(o.ctx)
	if len(o.relay.letters) != 1 || o.line().State != channel.Healthy || o.relay.came[0] == o.relay.came[1] {
		t.Errorf("%d letters, %+v", len(o.relay.letters), o.line())
	}
}

// waiter says when its turn is asked for.
type waiter struct {
	channel.Vault
	asks chan struct{}
}

func (w waiter) Alone(ctx context.Context, do func(context.Context) error) error {
	close(w.asks)
	return w.Vault.Alone(ctx, do)
}

// slow is a provider who is heard only once somebody else asks for a turn too.
type slow struct {
	oauth.Caller
	asks chan struct{}
}

func (s slow) Post(ctx context.Context, to string, header map[string]string, body []byte) (safehttp.Answer, error) {
	select {
	case <-s.asks:
	case <-ctx.Done():
	}
	return s.Caller.Post(ctx, to, header, body)
}

// S-09: a refresh token is spent by one node, though two need another access token at the same instant: spent twice, it ends all at a strict
// provider.
func TestTwoNodesSpendARefreshTokenOnce(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			p := oauthtest.New(t, consentBack)
			o := newOffice(t, e.URL(t), p)
			o.ok(o.post.SetSecrets(o.ctx, o.lea, o.mailbox.ID, map[string]string{oauth.SecretClient: oauthtest.ClientSecret}))
			o.consents(p)
			o.now = o.now.Add(2 * time.Hour)
			before, asks := p.Asked(), make(chan struct{})
			app := oauth.App{Provider: p.Provider(), ClientID: oauthtest.ClientID}
			node := func(caller oauth.Caller, of *post.Service) (*oauth.Source, channel.Account) {
				source := oauth.NewSource(caller, nil, func() time.Time { return o.now })
				return source, channel.Account{Workspace: o.ws, Channel: o.mailbox, Vault: of.Intake(o.ws, o.mailbox.ID).(channel.Vault)}
			}
			one, first := node(slow{p.Caller(), asks}, o.post)
			two, second := node(p.Caller(), post.New(post.Options{DB: o.store.Post(), Channels: o.channels, Keys: o.keys, Clock: vis.ClockFunc(func() time.Time { return o.now }), Mint: o.mint}))
			second.Vault = waiter{second.Vault, asks}
			var nodes sync.WaitGroup
			var got [2]string
			var errs [2]error
			nodes.Go(func() { got[0], errs[0] = one.Access(o.ctx, first, app) })
			nodes.Go(func() { got[1], errs[1] = two.Access(o.ctx, second, app) })
			nodes.Wait()
			o.ok(errors.Join(errs[:]...))
			if got[0] != got[1] || !p.Takes(got[0]) || p.Asked() != before+1 {
				t.Errorf("the nodes have %q and %q, and the provider was asked %d times", got[0], got[1], p.Asked()-before)
			}
		})
	}
}

// A node that died in its turn is waited for no longer than its lease, and whoever waits gives up when she must.
func TestATurnOfANodeThatDiedEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ok(h.store.Post().Update(h.ctx, vis.System(h.ws), nil, func(tx post.Tx) error {
		_, err := tx.Lease(h.ctx, "secrets:"+string(h.mail.ID), "dead", h.now, h.now.Add(time.Minute))
		return err
	}))
	vault := h.post.Intake(h.ws, h.mail.ID).(channel.Vault)
	done := 0
	do := func(context.Context) error { done++; return nil }
	ctx, cancel := context.WithTimeout(h.ctx, time.Millisecond)
	defer cancel()
	if err := vault.Alone(ctx, do); !errors.Is(err, context.DeadlineExceeded) || done != 0 {
		t.Errorf("while another has its turn: %v, done %d times", err, done)
	}
	h.now = h.now.Add(time.Minute)
	h.ok(vault.Alone(h.ctx, do))
	h.ok(vault.Alone(h.ctx, do))
	if done != 2 {
		t.Errorf("done %d times", done)
	}
}

// S-10: what a sign-in is made of is kept sealed, and shown nowhere.
func TestASignInIsKeptSealed(t *testing.T) {
	t.Parallel()
	p := oauthtest.New(t, consentBack)
	o := newOffice(t, "sqlite://"+t.TempDir()+"/visavis.db", p)
	o.ok(o.post.SetSecrets(o.ctx, o.lea, o.mailbox.ID, map[string]string{oauth.SecretClient: oauthtest.ClientSecret}))
	if _, err := o.post.Consent(o.ctx, o.lea, o.mailbox.ID, "session", consentBack); err != nil {
		t.Fatal(err)
	}
	awaited, err := o.post.Intake(o.ws, o.mailbox.ID).Cursor(o.ctx, "consent")
	o.ok(err)
	if len(awaited) == 0 || strings.Contains(string(awaited), "proof") {
		t.Errorf("awaited is %q", awaited)
	}
	o.consents(p)
	kept, err := vis.View(o.ctx, o.store.Post(), o.ws, func(tx post.Tx) (map[string][]byte, error) { return tx.ChannelSecrets(o.ctx, o.mailbox.ID) })
	o.ok(err)
	if len(kept) != 3 {
		t.Errorf("kept are %d secrets", len(kept))
	}
	for name, sealed := range kept {
		for _, secret := range p.Secrets() {
			if strings.Contains(string(sealed), secret) {
				t.Errorf("%s is kept as it is", name)
			}
		}
	}
}
