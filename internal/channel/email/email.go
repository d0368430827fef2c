// Package email is the channel of those who write letters: it reads what arrived and sends what leaves. What it keeps, and when, is the
// post room's; see that package for the life of a letter.
package email

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/channel"
	"visavis/internal/channel/email/compose"
	"visavis/internal/channel/email/dkim"
	"visavis/internal/channel/email/imapin"
	"visavis/internal/channel/email/letter"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/records"
	"visavis/internal/channel/email/setup"
	"visavis/internal/channel/email/submit"
	"visavis/internal/channel/email/token"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Kind is the name of this family of channels.
const Kind channel.Kind = "email"

// SecretIn and SecretOut name the secrets that the mailbox and the relay are signed in to with.
const (
	SecretIn  = "in.password"
	SecretOut = "out.password"
)

// The bounds of the settings, and of what is said.
const (
	maxAddresses = 50
	maxName      = 80
	maxServers   = 10
	maxText      = 20_000
	maxFile      = 25 << 20
)

// Settings are what an administrator chooses for a mailbox.
type Settings struct {
	// Addresses are those that letters reach us at. They leave from the first unless they answer one that was written to another.
	Addresses []Address `json:"addresses"`
	// In is where letters are fetched from; nil for a channel that they are brought to.
	In *Inbox `json:"in,omitempty"`
	// Out is the server that takes our letters; nil leaves the channel without a voice.
	Out *Server `json:"out,omitempty"`
	// OAuth signs in to the servers that take access tokens; nil where the secrets are enough.
	OAuth *OAuth `json:"oauth,omitempty"`
	// TrustedServers name those of ours whose Authentication-Results are believed.
	TrustedServers []string `json:"trustedServers"`
	// NoSubaddresses says that the server does not deliver what is written to an address with +something in it.
	NoSubaddresses bool `json:"noSubaddresses"`
	// OwnReturnPath has reports come to an address of their own for each letter; the relay must let us.
	OwnReturnPath bool `json:"ownReturnPath"`
	// NoAcknowledgements leaves customers without word that their letters arrived.
	NoAcknowledgements bool `json:"noAcknowledgements"`
	// BrandOnly has letters leave in the name of the brand, without the first name of whoever wrote them.
	BrandOnly bool `json:"brandOnly"`
}

// Address is one that letters reach us at.
type Address struct {
	Address string `json:"address"`
	Name    string `json:"name"`             // of the brand that it stands for
	TeamID  string `json:"teamId,omitempty"` // who owns what is written to it; "" leaves it to the channel's team
}

// Adapter implements the abilities of a channel of letters.
type Adapter struct {
	resolver Resolver
	senders  *memory // of what DNS said about those who wrote
	sender   *submit.Sender
	fetcher  *imapin.Fetcher
	detector Detector
	tokens   *oauth.Source
	door     string
}

// Resolver answers questions to DNS; *net.Resolver is one.
type Resolver = records.Resolver

// Options are what the adapter is made of.
type Options struct {
	// Resolver is asked about senders, and about what makes us believed; nil proves nobody.
	Resolver Resolver
	Sender   *submit.Sender
	Fetcher  *imapin.Fetcher
	Detector Detector
	// Tokens sign in where passwords do not.
	Tokens *oauth.Source
	// Door is the host name under which other servers hand letters over to us; "" where they cannot.
	Door string
	Now  func() time.Time // nil is time.Now
}

// New makes the adapter.
func New(o Options) *Adapter {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Adapter{o.Resolver, remembering(o.Resolver, o.Now), o.Sender, o.Fetcher, o.Detector, o.Tokens, o.Door}
}

var (
	_ channel.Acknowledger = (*Adapter)(nil)
	_ channel.Authorizer   = (*Adapter)(nil)
	_ channel.Prober       = (*Adapter)(nil)
	_ channel.Reader       = (*Adapter)(nil)
	_ channel.Receiver     = (*Adapter)(nil)
	_ channel.Recorder     = (*Adapter)(nil)
	_ channel.Sender       = (*Adapter)(nil)
	_ channel.Discreet     = (*Adapter)(nil)
)

// Kind implements channel.Adapter.
func (*Adapter) Kind() channel.Kind { return Kind }

// Capabilities implements channel.Adapter. A mailbox without an address or a server that takes its letters cannot say anything.
func (*Adapter) Capabilities(c channel.Channel, _ time.Time) channel.Capabilities {
	s, err := parse(c.Settings)
	if err != nil || len(s.Addresses) == 0 || s.Out == nil {
		return channel.Capabilities{Written: true}
	}
	return channel.Capabilities{Written: true, Attachments: true, MaxFile: maxFile, MaxText: maxText}
}

func parse(raw json.RawMessage) (Settings, error) {
	var s Settings
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Settings{}, vis.InField("settings", "The settings of a mailbox are not readable: %s.", strings.TrimPrefix(err.Error(), "json: "))
	}
	return s, nil
}

// CheckSettings implements channel.Adapter.
func (a *Adapter) CheckSettings(raw json.RawMessage) (json.RawMessage, error) {
	s, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if err := s.checkAddresses(); err != nil {
		return nil, err
	}
	if err := s.checkIn(); err != nil {
		return nil, err
	}
	if s.Out != nil {
		if err := s.Out.check("settings.out"); err != nil {
			return nil, err
		}
	}
	if err := a.checkOAuth(&s); err != nil {
		return nil, err
	}
	if len(s.TrustedServers) > maxServers {
		return nil, vis.InField("settings.trustedServers", "A mailbox trusts %d servers at most.", maxServers)
	}
	trusted := make([]string, 0, len(s.TrustedServers))
	for _, name := range s.TrustedServers {
		if name = strings.ToLower(strings.TrimSpace(name)); !isHost(name) {
			return nil, vis.InField("settings.trustedServers", "%q is no name of a server; one looks like mx.example.org.", name)
		}
		trusted = append(trusted, name)
	}
	s.TrustedServers = trusted
	return json.Marshal(s)
}

func (s *Settings) checkAddresses() error {
	if len(s.Addresses) > maxAddresses {
		return vis.InField("settings.addresses", "A mailbox has %d addresses at most.", maxAddresses)
	}
	seen := make(map[string]bool)
	out := make([]Address, 0, len(s.Addresses))
	for _, a := range s.Addresses {
		key, ok := text.Email(a.Address)
		local, _, _ := strings.Cut(key, "@")
		switch {
		case !ok:
			return vis.InField("settings.addresses", "%q is no e-mail address; one looks like support@example.org.", text.Preview(a.Address, maxName))
		case len(local)+1+token.Length > 64:
			return vis.InField("settings.addresses", "%q is too long: answers need %d characters more before the @.", key, token.Length+1)
		case seen[key]:
			continue
		}
		name := text.Line(a.Name)
		if utf8.RuneCountInString(name) > maxName {
			return vis.InField("settings.addresses", "A name may have %d characters.", maxName)
		}
		if a.TeamID != "" && !vis.IsID(a.TeamID) {
			return vis.InField("settings.addresses", "%q is no team.", text.Preview(a.TeamID, maxName))
		}
		seen[key] = true
		out = append(out, Address{key, name, a.TeamID})
	}
	s.Addresses = out
	return nil
}

// Addresses implements channel.Addressed.
func (*Adapter) Addresses(c channel.Channel) []channel.OwnAddress {
	s, err := parse(c.Settings)
	if err != nil {
		return nil
	}
	out := make([]channel.OwnAddress, len(s.Addresses))
	for i, a := range s.Addresses {
		out[i] = channel.OwnAddress{Address: channel.Address{Name: a.Name, Address: a.Address}, Team: vis.TeamID(a.TeamID)}
	}
	return out
}

// Acknowledges implements channel.Acknowledger.
func (*Adapter) Acknowledges(c channel.Channel) bool {
	s, err := parse(c.Settings)
	return err == nil && !s.NoAcknowledgements && s.Out != nil
}

// BrandOnly implements channel.Discreet.
func (*Adapter) BrandOnly(c channel.Channel) bool {
	s, err := parse(c.Settings)
	return err == nil && s.BrandOnly
}

// Sign implements channel.Addressed.
func (*Adapter) Sign(c channel.Channel, address, sign string) string {
	s, err := parse(c.Settings)
	if err != nil || s.NoSubaddresses {
		return address
	}
	signed, err := token.Address(address, sign)
	if err != nil {
		return address
	}
	return signed
}

// ReturnPath implements channel.Addressed.
func (a *Adapter) ReturnPath(c channel.Channel, address, sign string) string {
	if s, err := parse(c.Settings); err != nil || !s.OwnReturnPath {
		return address
	}
	return a.Sign(c, address, sign)
}

// Token implements channel.Addressed.
func (*Adapter) Token(address string) (base, sign string) { return token.Split(address) }

// Read implements channel.Reader.
func (*Adapter) Read(account channel.Account, raw []byte, e channel.Envelope) (channel.Letter, error) {
	if e.HeadOf > 0 {
		return channel.Letter{}, &channel.Unreadable{Reason: "too-large", Detail: fmt.Sprintf("%d bytes; its head was fetched, and it lies where it came from", e.HeadOf)}
	}
	return letter.Read(raw, e, account.LoopToken)
}

// Prove implements channel.Reader.
func (a *Adapter) Prove(ctx context.Context, account channel.Account, raw []byte, e channel.Envelope, l channel.Letter) channel.Trust {
	s, err := parse(account.Channel.Settings)
	if err != nil {
		return l.Trust
	}
	o := letter.Provers{AuthservIDs: s.TrustedServers}
	if a.senders != nil {
		o.Resolver = a.senders
	}
	return letter.Prove(ctx, raw, l, e, o)
}

// Compose implements channel.Sender. A letter from a domain without a key leaves unsigned.
func (*Adapter) Compose(a channel.Account, out channel.Out) ([]byte, error) {
	raw, err := compose.Letter(out)
	if err != nil {
		return nil, err
	}
	unseen := func(k channel.SigningKey) bool { return k.SeenAt.IsZero() }
	return dkim.Sign(raw, slices.DeleteFunc(keysOf(a, domainOf(out.From.Address)), unseen))
}

// keysOf are an account's keys for a domain.
func keysOf(a channel.Account, domain string) []channel.SigningKey {
	return slices.DeleteFunc(slices.Clone(a.Keys), func(k channel.SigningKey) bool { return k.Domain != domain })
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// Records implements channel.Recorder. There is nothing to be set for a domain that belongs to a provider.
func (a *Adapter) Records(ctx context.Context, account channel.Account, domain string) ([]channel.Record, error) {
	s, err := parse(account.Channel.Settings)
	if err != nil || setup.Shared(domain) {
		return nil, err
	}
	if a.resolver == nil {
		return nil, errNoDNS
	}
	ask := records.Ask{Domain: domain, Keys: keysOf(account, domain), ReturnPath: s.OwnReturnPath}
	if s.Out != nil {
		ask.Relay = s.Out.Host
	}
	if s.In == nil {
		ask.Door = a.door
	}
	return records.Look(ctx, a.resolver, ask), nil
}

// NewKeys implements channel.Recorder.
func (*Adapter) NewKeys(domain string) ([]channel.SigningKey, error) {
	if setup.Shared(domain) {
		return nil, vis.Errorf(vis.Conflict, "domain_shared", "The domain %s belongs to its provider, who signs its letters.", domain)
	}
	return dkim.Generate(domain)
}

// Published implements channel.Recorder.
func (a *Adapter) Published(ctx context.Context, k channel.SigningKey) (bool, error) {
	if a.resolver == nil {
		return false, errNoDNS
	}
	return records.Published(ctx, a.resolver, k)
}

var errNoDNS = vis.Errorf(vis.Unavailable, "no_dns", "This server does not ask DNS.")

// Send implements channel.Sender.
func (a *Adapter) Send(ctx context.Context, account channel.Account, e channel.Envelope, raw []byte) channel.Outcome {
	s, err := parse(account.Channel.Settings)
	if err != nil || s.Out == nil {
		return channel.Outcome{State: channel.OutDeferred, Problem: "channel-off"}
	}
	secret, err := a.secretFor(ctx, account, s.Out, SecretOut)
	if err != nil {
		return unsigned(err)
	}
	out := a.sender.Send(ctx, s.Out.line(), secret, e, raw)
	if out.Problem == "sign-in-refused" {
		a.tokens.Refused(account, secret)
	}
	return out
}

// Destination implements channel.Sender: all goes to the relay.
func (*Adapter) Destination(account channel.Account, _ string) string {
	s, err := parse(account.Channel.Settings)
	if err != nil || s.Out == nil {
		return ""
	}
	return s.Out.Host
}
