package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/vis"
)

// The secrets of a channel that this room keeps. All but the first are the provider's.
const (
	SecretClient  = "oauth.client_secret"
	SecretRefresh = "oauth.refresh"
	secretAccess  = "oauth.access"
)

// Source gives access tokens to whoever speaks to a mail server. It is safe for concurrent use.
type Source struct {
	caller    Caller
	providers map[string]Provider
	now       func() time.Time

	mu sync.Mutex
	of map[vis.ChannelID]*account
}

// account is one channel's sign-in, as far as this node knows.
type account struct {
	turn    chan struct{} // held by the one who asks the provider
	version int64         // of the channel that all this is of
	token   Token
	made    time.Time // of token, when it was made here
	refused string    // an access token that a server did not take
	// unsaved is what the provider gave for the refresh token spent, and could not be kept.
	unsaved map[string]string
	spent   string
	trouble error
	until   time.Time // trouble is the answer before
}

// NewSource makes a source for some providers; those that ship are Providers.
func NewSource(caller Caller, providers map[string]Provider, now func() time.Time) *Source {
	return &Source{caller: caller, providers: providers, now: now, of: make(map[vis.ChannelID]*account)}
}

// Provider finds one by name.
func (s *Source) Provider(name string) (Provider, bool) {
	p, ok := s.providers[name]
	return p, ok
}

// Redeem exchanges the code of a member who came back for the secrets that the channel keeps.
func (s *Source) Redeem(ctx context.Context, app App, back, code, verifier string) (map[string]string, error) {
	got, err := redeem(ctx, s.caller, app, back, code, verifier, s.now())
	if err != nil {
		return nil, err
	}
	if got.refresh == "" {
		return nil, SignInAgain // we would be let in once, and never again
	}
	return got.secrets(), nil
}

func (g granted) secrets() map[string]string {
	access, _ := json.Marshal(g.Token) // it always can be
	out := map[string]string{secretAccess: string(access)}
	if g.refresh != "" {
		out[SecretRefresh] = g.refresh
	}
	return out
}

// Access gives an access token that is good for a while. Its error is a line.Trouble, or that of a ctx that ended.
func (s *Source) Access(ctx context.Context, a channel.Account, app App) (string, error) {
	s.mu.Lock()
	one := s.of[a.Channel.ID]
	if one == nil {
		one = &account{turn: make(chan struct{}, 1)}
		s.of[a.Channel.ID] = one
	}
	s.mu.Unlock()
	select {
	case one.turn <- struct{}{}:
		defer func() { <-one.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if one.version != a.Channel.Version {
		one.version, one.token, one.trouble = a.Channel.Version, Token{}, nil
	}
	now := s.now()
	if one.token.good(now) {
		return one.token.Access, nil
	}
	if one.trouble != nil && now.Before(one.until) {
		return "", one.trouble
	}
	// Whoever asked may go away, but not between the provider's answer and our keeping it.
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), withinAll)
	defer cancel()
	if err := a.Vault.Alone(within, func(ctx context.Context) error { return s.renew(ctx, one, a, app) }); err != nil {
		var word line.Trouble
		if !errors.As(err, &word) {
			err = Later
		}
		one.trouble, one.until = err, now.Add(triedAgain)
		return "", err
	}
	one.trouble = nil
	return one.token.Access, nil
}

// renew takes the token that another node has made, or has the provider make one. One node does so at a time, for a refresh token that is
// spent twice may end all that came of it.
func (s *Source) renew(ctx context.Context, one *account, a channel.Account, app App) error {
	kept, err := a.Vault.Secrets(ctx)
	if err != nil {
		return err
	}
	if one.unsaved != nil && kept[SecretRefresh] == one.spent {
		if err := a.Vault.SaveSecrets(ctx, one.unsaved); err != nil {
			return err
		}
		if kept, err = a.Vault.Secrets(ctx); err != nil {
			return err
		}
	}
	one.unsaved = nil
	var token Token
	if json.Unmarshal([]byte(kept[secretAccess]), &token) == nil && token.Access != one.refused && token.good(s.now()) {
		one.token, one.made = token, time.Time{}
		return nil
	}
	if kept[SecretRefresh] == "" {
		return SignInAgain
	}
	app.Secret = kept[SecretClient]
	got, err := refresh(ctx, s.caller, app, kept[SecretRefresh], s.now())
	if errors.Is(err, SignInAgain) {
		return s.overtaken(ctx, one, a, kept[SecretRefresh])
	}
	if err != nil {
		return err
	}
	if err := a.Vault.SaveSecrets(ctx, got.secrets()); err != nil {
		one.unsaved, one.spent = got.secrets(), kept[SecretRefresh]
		return err
	}
	one.token, one.made, one.refused = got.Token, s.now(), ""
	return nil
}

// overtaken looks whether somebody has signed in anew while a refresh token was refused, and takes what came of it.
func (s *Source) overtaken(ctx context.Context, one *account, a channel.Account, spent string) error {
	kept, err := a.Vault.Secrets(ctx)
	if err != nil {
		return err
	}
	var token Token
	if kept[SecretRefresh] == spent || json.Unmarshal([]byte(kept[secretAccess]), &token) != nil || !token.good(s.now()) {
		return SignInAgain
	}
	one.token, one.made = token, time.Time{}
	return nil
}

// Refused says that a server did not take a token, so that the next is made anew: providers end them early. One that was just made is not
// at fault.
func (s *Source) Refused(a channel.Account, access string) {
	s.mu.Lock()
	one := s.of[a.Channel.ID]
	s.mu.Unlock()
	if one == nil {
		return
	}
	one.turn <- struct{}{}
	defer func() { <-one.turn }()
	if one.token.Access == access && s.now().Sub(one.made) > freshlyMade {
		one.token, one.refused = Token{}, access
	}
}
