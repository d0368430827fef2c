package email

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/setup"
	"visavis/internal/vis"
)

// tryWithin bounds a trial as a whole.
const tryWithin = time.Minute

// Detector finds mail servers from addresses. The zero value finds none.
type Detector struct {
	Resolver setup.Resolver
	// Guard is the door to hosts that others chose.
	Guard setup.Guard
}

// Detect implements channel.Prober.
func (a *Adapter) Detect(ctx context.Context, address string) ([]channel.Proposal, error) {
	if a.detector.Resolver == nil || a.detector.Guard == nil {
		return nil, errNoDNS
	}
	found, err := setup.Detect(ctx, address, a.detector.Resolver, a.detector.Guard)
	if err != nil {
		return nil, err
	}
	var out []channel.Proposal
	for _, f := range found {
		s := Settings{Addresses: []Address{{Address: strings.TrimSpace(address)}}}
		if f.In.Host != "" {
			s.In = &Inbox{Server: serverOf(f.In, f.Auth)}
		}
		if f.Out.Host != "" {
			out := serverOf(f.Out, f.Auth)
			s.Out = &out
		}
		raw, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		checked, err := a.CheckSettings(raw)
		if vis.CodeOf(err) == vis.Invalid && len(found) > 1 {
			continue // somebody else's word, that makes no sense
		}
		if err != nil {
			return nil, err
		}
		out = append(out, channel.Proposal{Settings: checked, Source: string(f.Source), Provider: f.Provider})
	}
	return out, nil
}

// serverOf is a server that was found. Microsoft takes access tokens alone; Google takes a password made for the purpose as well.
func serverOf(f setup.Server, auth setup.Auth) Server {
	return Server{Host: f.Host, Port: int(f.Port), Security: string(f.Security), User: f.User, Bearer: auth == setup.OAuthMicrosoft}
}

// Try implements channel.Prober: into the mailbox, out through the relay, and a letter from one to the other. Its error names the step
// that failed.
func (a *Adapter) Try(ctx context.Context, account channel.Account, tell func(channel.Step)) error {
	s, err := parse(account.Channel.Settings)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	t := trial{Adapter: a, ctx: ctx, account: account, settings: s, tell: tell}
	if s.In != nil && !t.in() || s.Out != nil && !t.out() || s.In != nil && t.sent != "" && !t.back() {
		return t.failed
	}
	return nil
}

// trial is one try of a channel's settings.
type trial struct {
	*Adapter
	ctx      context.Context //nolint:containedctx // of the trial, which is over when Try is
	account  channel.Account
	settings Settings
	tell     func(channel.Step)
	sent     string // the id of the letter that left
	failed   error
}

// run is a line.Trial for one side of the channel.
func (t *trial) run(part string) func(string, func() (string, string, string)) bool {
	return func(name string, do func() (detail, problem, answer string)) bool {
		step := channel.Step{Name: name, Part: part, State: "running"}
		t.tell(step)
		began := time.Now()
		step.Detail, step.Problem, step.Answer = do()
		step.Millis = time.Since(began).Milliseconds()
		if step.State = "done"; step.Problem != "" {
			step.State = "failed"
			t.failed = fmt.Errorf("%s, %s: %s", part, name, step.Problem)
		}
		t.tell(step)
		return step.Problem == ""
	}
}

// resolve looks whether a server's name leads anywhere that may be connected to.
func (t *trial) resolve(part string, s *Server) bool {
	return t.detector.Guard == nil || t.run(part)("resolve", func() (detail, problem, answer string) {
		if !t.detector.Guard.Reaches(t.ctx, s.Host, uint16(s.Port)) { //nolint:gosec // checked
			return "", "no-such-host", ""
		}
		return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), "", ""
	})
}

// secret is what a server is signed in to with. Where it cannot be had, the sign-in has failed.
func (t *trial) secret(part string, to *Server, name string) (string, bool) {
	secret, err := t.secretFor(t.ctx, t.account, to, name)
	if err == nil {
		return secret, true
	}
	return "", t.run(part)("sign-in", func() (_, problem, _ string) { return "", unsigned(err).Problem, "" })
}

func (t *trial) in() bool {
	if !t.resolve("in", &t.settings.In.Server) {
		return false
	}
	secret, ok := t.secret("in", &t.settings.In.Server, SecretIn)
	return ok && t.fetcher.Try(t.ctx, t.settings.In.mailbox(), secret, t.run("in"))
}

// out hands a letter over that goes from the mailbox's first address to itself. Without an address there is none to be written.
func (t *trial) out() bool {
	if len(t.settings.Addresses) == 0 {
		return t.run("out")("send", func() (_, problem, _ string) { return "", "no-address", "" })
	}
	own := t.settings.Addresses[0]
	me := channel.Address{Name: own.Name, Address: own.Address}
	id := "trial." + rand.Text() + "@" + domainOf(own.Address)
	raw, err := t.Compose(t.account, channel.Out{MessageID: id, Date: time.Now(), From: me, To: []channel.Address{me}, Language: "en",
		Subject: "Visavis · essai / test", Text: "Cette lettre essaie la boîte et s’efface d’elle-même.\n\nThis letter tries the mailbox out and is deleted by itself.",
		LoopToken: t.account.LoopToken, Trial: true})
	if err != nil {
		t.failed = err
		return false
	}
	env := channel.Envelope{From: own.Address, To: []string{own.Address}}
	if !t.resolve("out", t.settings.Out) {
		return false
	}
	secret, ok := t.secret("out", t.settings.Out, SecretOut)
	if !ok || !t.sender.Try(t.ctx, t.settings.Out.line(), secret, env, raw, t.run("out")) {
		return false
	}
	t.sent = id
	return true
}

// back waits for the letter that left.
func (t *trial) back() bool {
	secret, ok := t.secret("in", &t.settings.In.Server, SecretIn)
	return ok && t.fetcher.Find(t.ctx, t.settings.In.mailbox(), secret, t.sent, t.run("in"))
}
