package post_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/channel/email"
	reading "visavis/internal/channel/email/letter"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/oauth/oauthtest"
	"visavis/internal/channel/email/peers"
	"visavis/internal/channel/email/submit"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// relay is a mail server that takes letters and can be told to fail after their last byte.
type relay struct {
	mu      sync.Mutex
	letters [][]byte
	says    error
	takes   func(token string) bool // of those who sign in, which they need not when it is nil
	came    []string                // the tokens that they came with
}

// AuthMechanisms implements smtp.AuthSession.
func (r *relay) AuthMechanisms() []string {
	if r.takes == nil {
		return nil
	}
	return []string{"XOAUTH2"}
}

// Auth implements smtp.AuthSession.
func (r *relay) Auth(string) (sasl.Server, error) { return bearers{r}, nil }

// bearers lets in those whose token is good.
type bearers struct{ *relay }

func (b bearers) Next(said []byte) (challenge []byte, done bool, err error) {
	if said == nil {
		return nil, false, nil
	}
	_, rest, _ := strings.Cut(string(said), "auth=Bearer ")
	token := strings.TrimRight(rest, "\x01")
	b.mu.Lock()
	b.came = append(b.came, token)
	b.mu.Unlock()
	if !b.takes(token) {
		return nil, true, &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "not with " + token}
	}
	return nil, true, nil
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return r, nil }
func (*relay) Reset()                                        {}
func (*relay) Logout() error                                 { return nil }
func (*relay) Mail(string, *smtp.MailOptions) error          { return nil }
func (*relay) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (r *relay) Data(in io.Reader) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letters = append(r.letters, raw)
	return r.says
}

// office is a house with a real mailbox: what it sends is taken by a relay, and what it says of itself stands in DNS.
type office struct {
	*house
	dns     *peers.Names
	relay   *relay
	mailbox channel.Channel
}

// newOffice opens one; the mailbox of one with a provider is signed in to there.
func newOffice(t *testing.T, url string, at ...*oauthtest.Provider) *office {
	t.Helper()
	o := &office{dns: new(peers.Names), relay: &relay{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(o.relay)
	server.Domain = "relay.example"
	served := make(chan error, 1)
	t.Cleanup(func() { _ = server.Close(); <-served })
	dial := func(ctx context.Context, host string, port uint16) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
	}
	out := map[string]any{"host": "127.0.0.1", "port": l.Addr().(*net.TCPAddr).Port, "security": "none"}
	settings := map[string]any{"addresses": []map[string]string{{"address": "bonjour@arzel.example", "name": "Arzel"}, {"address": "arzel@gmail.com"}}, "out": out}
	tokens := oauth.NewSource(nil, nil, nil)
	for _, p := range at {
		server.AllowInsecureAuth, o.relay.takes = true, p.Takes
		out["user"], out["bearer"], settings["oauth"] = "bonjour@arzel.example", true, map[string]string{"provider": "microsoft", "clientId": oauthtest.ClientID}
		tokens = oauth.NewSource(p.Caller(), map[string]oauth.Provider{"microsoft": p.Provider()}, func() time.Time { return o.now })
	}
	o.house = newHouseOn(t, url, email.New(email.Options{Resolver: o.dns, Sender: submit.New(dial, "desk.arzel.example", nil, time.Now), Tokens: tokens}))
	text, err := json.Marshal(settings)
	o.ok(err)
	go func() { served <- server.Serve(l) }()
	o.mailbox, err = o.channels.Create(o.ctx, o.lea, channel.Creation{Kind: email.Kind, Name: "Mail", Settings: text})
	o.ok(err)
	return o
}

// writes has a letter leave and returns its bytes, with how far whoever gets it believes it.
func (o *office) writes() (raw []byte, trust channel.Trust) {
	o.Helper()
	before := len(o.relay.letters)
	o.asks(strconv.Itoa(before))
	o.post.SendOnce(o.ctx)
	if len(o.relay.letters) != before+1 {
		o.Fatalf("%d letters left", len(o.relay.letters)-before)
	}
	raw = o.relay.letters[before]
	l, err := reading.Read(raw, channel.Envelope{}, "")
	o.ok(err)
	return raw, reading.Prove(o.ctx, raw, l, channel.Envelope{}, reading.Provers{Resolver: o.dns})
}

// asks has a customer ask, and a member answer her.
func (o *office) asks(id string) {
	o.Helper()
	in := "From: Camille <camille@mel.example>\r\nTo: bonjour@arzel.example\r\nMessage-ID: <" + id + "@mel.example>\r\nSubject: Mon colis\r\n\r\nOù ?\r\n"
	if _, err := o.post.Intake(o.ws, o.mailbox.ID).Keep(o.ctx, channel.Raw{Bytes: []byte(in)}); err != nil {
		o.Fatal(err)
	}
	for o.post.ReadOnce(o.ctx) > 0 {
		continue
	}
	o.now = o.now.Add(time.Second)
	o.replies(o.conversations()[0].ID, desk.Outbound{Text: "Il arrive — demain."})
}

// publishes sets the records that a domain misses.
func (o *office) publishes(purpose string) {
	o.Helper()
	all, err := o.post.Records(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
	o.ok(err)
	for _, r := range all {
		if r.Purpose == purpose && r.State == channel.RecordMissing {
			o.dns.Set(r.Name, r.Value)
		}
	}
}

func signatures(raw []byte) int { return bytes.Count(raw, []byte("DKIM-Signature:")) }

func TestLettersAreSignedOnceTheirKeysAreSeen(t *testing.T) {
	t.Parallel()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, e.URL(t))
			o.dns.Set("_dmarc.arzel.example", "v=DMARC1; p=reject")
			if raw, trust := o.writes(); signatures(raw) != 0 || trust.Proof != channel.Disproof {
				t.Errorf("without a key: %+v", trust)
			}
			first, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
			o.ok(err)
			if again, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example"); err != nil || len(first) != 2 || len(again) != 2 ||
				again[0].Name() != first[0].Name() && again[0].Name() != first[1].Name() || again[0].Private != nil || first[0].Private != nil {
				t.Errorf("made %+v, and again %+v %v", first, again, err)
			}
			if raw, _ := o.writes(); signatures(raw) != 0 {
				t.Error("signed with a key that nobody can know of")
			}

			o.publishes("dkim")
			o.post.LookForKeys(o.ctx)
			raw, trust := o.writes()
			if signatures(raw) != 2 || trust.Proof != channel.Proved || trust.Signer != "arzel.example" || trust.DKIM != "pass" {
				t.Errorf("with keys that stand in DNS: %d, %+v", signatures(raw), trust)
			}

			second, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
			o.ok(err)
			if raw, trust = o.writes(); signatures(raw) != 2 || trust.Proof != channel.Proved || !bytes.Contains(raw, []byte(first[0].Selector)) {
				t.Errorf("while the next keys wait: %+v", trust)
			}
			o.publishes("dkim")
			all, err := o.post.Records(o.ctx, o.lea, o.mailbox.ID, "arzel.example") // sees them
			o.ok(err)
			if len(all) < 4 {
				t.Errorf("the records are %+v", all)
			}
			if raw, trust = o.writes(); signatures(raw) != 2 || trust.Proof != channel.Proved || bytes.Contains(raw, []byte(first[0].Selector)) ||
				!bytes.Contains(raw, []byte(second[0].Selector)) || !bytes.Contains(raw, []byte(second[1].Selector)) {
				t.Errorf("when the next keys were seen: %+v", trust)
			}
		})
	}
}

// I4: a letter that may have arrived is sent again as the same bytes, even when the keys are others meanwhile.
func TestARetrySendsTheBytesThatWereSigned(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "sqlite://"+t.TempDir()+"/visavis.db")
	_, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
	o.ok(err)
	o.publishes("dkim")
	o.post.LookForKeys(o.ctx)
	o.relay.says = &smtp.SMTPError{Code: 451, Message: "later"}
	first, _ := o.writes()
	_, err = o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
	o.ok(err)
	o.publishes("dkim")
	o.post.LookForKeys(o.ctx)
	o.relay.says = nil
	o.now = o.now.Add(time.Hour)
	o.post.SendOnce(o.ctx)
	if len(o.relay.letters) != 2 || !bytes.Equal(o.relay.letters[1], first) || signatures(first) != 2 {
		t.Errorf("%d letters, %d signatures", len(o.relay.letters), signatures(first))
	}
}

func TestOnlyOwnDomainsHaveKeysAndRecords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "sqlite://"+t.TempDir()+"/visavis.db")
	for _, domain := range []string{"", "example", "mel.example", "mail.arzel.example", "ARZEL.example", "@arzel.example", "r@arzel.example", "x.invalid\r\n"} {
		_, err := o.post.Records(o.ctx, o.lea, o.mailbox.ID, domain)
		o.wantReason(err, "invalid_field")
		_, err = o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, domain)
		o.wantReason(err, "invalid_field")
	}
	_, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "gmail.com")
	o.wantReason(err, "domain_shared")
	if all, err := o.post.Records(o.ctx, o.lea, o.mailbox.ID, "gmail.com"); err != nil || len(all) != 0 {
		t.Errorf("records of a provider: %+v %v", all, err)
	}
	_, err = o.post.Records(o.ctx, o.lea, o.chat.ID, "arzel.example")
	o.wantReason(err, "invalid_field")

	there := o.lea
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	agent := vis.Actor{Workspace: o.ws, Kind: vis.ByMember, ID: "x", Role: vis.Agent}
	supervisor := vis.Actor{Workspace: o.ws, Kind: vis.ByMember, ID: "x", Role: vis.Supervisor}
	for _, c := range []struct {
		by            vis.Actor
		reads, writes vis.Code
	}{{there, vis.NotFound, vis.NotFound}, {agent, vis.Forbidden, vis.Forbidden}, {supervisor, "", vis.Forbidden}} {
		if _, err := o.post.Records(o.ctx, c.by, o.mailbox.ID, "arzel.example"); vis.CodeOf(err) != c.reads {
			t.Errorf("%s reads: %v", c.by.Role, err)
		}
		if _, err := o.post.MakeSigningKeys(o.ctx, c.by, o.mailbox.ID, "arzel.example"); vis.CodeOf(err) != c.writes {
			t.Errorf("%s makes: %v", c.by.Role, err)
		}
	}
}

// S-10: a signing key leaves the house in no answer.
func TestSigningKeysAreKeptSealed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "sqlite://"+t.TempDir()+"/visavis.db")
	_, err := o.post.MakeSigningKeys(o.ctx, o.lea, o.mailbox.ID, "arzel.example")
	o.ok(err)
	kept, err := vis.View(o.ctx, o.store.Post(), o.ws, func(tx post.Tx) ([]channel.SigningKey, error) { return tx.SigningKeys(o.ctx) })
	o.ok(err)
	for _, k := range kept {
		if _, err := x509.ParsePKCS8PrivateKey(k.Private); err == nil {
			t.Errorf("%s is kept as it is", k.Name())
		}
		if _, err := o.keys.Open(o.ws, "dkim_keys.key:other._domainkey.arzel.example", k.Private); err == nil {
			t.Errorf("%s opens in another place", k.Name())
		}
		if open, err := o.keys.Open(o.ws, "dkim_keys.key:"+k.Name(), k.Private); err != nil {
			t.Error(err)
		} else if _, err := x509.ParsePKCS8PrivateKey(open); err != nil {
			t.Error(err)
		}
	}
}
