// Package standard is the list of channels that ship.
package standard

import (
	"context"
	"errors"
	"net"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email"
	"visavis/internal/channel/email/imapin"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/oauth"
	"visavis/internal/channel/email/submit"
	"visavis/internal/channel/webchat"
	"visavis/internal/safehttp"
)

// World is what channels reach beyond this machine. The zero value reaches nothing: enough for settings and descriptions.
type World struct {
	// Dial connects to servers of mail, past the egress guard.
	Dial line.Dial
	// Web calls providers where mailboxes are signed in to.
	Web oauth.Caller
	// Providers are those; nil for the ones that ship.
	Providers map[string]oauth.Provider
	// Resolver is asked about those who write letters, and about what makes ours believed; nil proves nobody.
	Resolver email.Resolver
	// Detector finds mail servers from addresses.
	Detector email.Detector
	// Hello is the name by which we introduce ourselves to other servers.
	Hello string
	// Door is the name under which other servers hand letters over to us; "" where they cannot.
	Door string
	Now  func() time.Time
}

type noWorld struct{}

func (noWorld) Post(context.Context, string, map[string]string, []byte) (safehttp.Answer, error) {
	return safehttp.Answer{}, errNoWorld
}

var errNoWorld = errors.New("nothing beyond this machine is reached")

// Adapters returns one adapter of each kind.
func Adapters(w World) []channel.Adapter {
	if w.Dial == nil {
		w.Dial = func(context.Context, string, uint16) (net.Conn, error) { return nil, errNoWorld }
	}
	if w.Web == nil {
		w.Web = noWorld{}
	}
	if w.Providers == nil {
		w.Providers = oauth.Providers()
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	mail := email.New(email.Options{Resolver: w.Resolver, Sender: submit.New(w.Dial, w.Hello, nil, w.Now), Fetcher: imapin.New(w.Dial, nil, w.Now), Detector: w.Detector,
		Tokens: oauth.NewSource(w.Web, w.Providers, w.Now), Door: w.Door, Now: w.Now})
	return []channel.Adapter{webchat.Adapter{}, mail}
}
