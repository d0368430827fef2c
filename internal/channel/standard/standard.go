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
	"visavis/internal/channel/email/submit"
	"visavis/internal/channel/webchat"
)

// World is what channels reach beyond this machine. The zero value reaches nothing: enough for settings and descriptions.
type World struct {
	// Dial connects to servers of mail, past the egress guard.
	Dial line.Dial
	// Resolver is asked about those who write letters, and about what makes ours believed; nil proves nobody.
	Resolver email.Resolver
	// Detector finds mail servers from addresses.
	Detector email.Detector
	// Hello is the name by which we introduce ourselves to other servers.
	Hello string
	Now   func() time.Time
}

var errNoWorld = errors.New("nothing beyond this machine is reached")

// Adapters returns one adapter of each kind.
func Adapters(w World) []channel.Adapter {
	if w.Dial == nil {
		w.Dial = func(context.Context, string, uint16) (net.Conn, error) { return nil, errNoWorld }
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	mail := email.New(w.Resolver, submit.New(w.Dial, w.Hello, nil, w.Now), imapin.New(w.Dial, nil, w.Now), w.Detector)
	return []channel.Adapter{webchat.Adapter{}, mail}
}
