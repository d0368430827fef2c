package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"time"

	"visavis/internal/assist"
	"visavis/internal/assist/film"
	"visavis/internal/assist/livekit"
	"visavis/internal/assist/media"
	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// callsEach is how many assistances one processor is trusted with where nothing else was said.
const callsEach = 15

// maxRecorded is the longest part of a recording, in bytes.
const maxRecorded = 128 << 20

// livekit speaks to the server that carries media instead of this process, or returns nil where this one does.
func (c Config) livekit(ctx context.Context, clock vis.Clock, mint vis.Mint, log *slog.Logger) (*livekit.Backend, error) {
	switch {
	case c.LiveKitURL == "" && (c.LiveKitKey != "" || c.LiveKitSecret != ""):
		return nil, errors.New("livekit-key: a key is for a LiveKit server, whose address --livekit-url names")
	case c.LiveKitURL == "":
		return nil, nil
	case c.MediaListen != "" || c.TurnListen != "" || c.TurnTLSListen != "" || len(c.TurnURLs) > 0:
		return nil, errors.New("livekit-url: either this process carries media, and has a relay, or LiveKit does, with relays of its own; not both")
	}
	return livekit.New(ctx, livekit.Options{URL: c.LiveKitURL, Key: c.LiveKitKey, Secret: c.LiveKitSecret, Calls: c.MediaCalls, Clock: clock, Mint: mint, Log: log})
}

// media opens the ports of live assistance, or returns nil where it is not switched on.
func (c Config) media(ctx context.Context, clock vis.Clock, mint vis.Mint, log *slog.Logger) (*media.Backend, error) {
	o := media.Options{Listen: c.MediaListen, Calls: c.MediaCalls, Clock: clock, Mint: mint, Log: log,
		Relay: media.Relay{Listen: c.TurnListen, URLs: c.TurnURLs, Secret: c.TurnSecret}}
	var err error
	switch {
	case c.MediaListen == "" && (c.TurnListen != "" || c.TurnTLSListen != "" || len(c.TurnURLs) > 0):
		return nil, errors.New("turn: a relay is for live assistance, which --media-listen switches on")
	case c.MediaListen == "":
		return nil, nil
	case (c.TurnListen != "" || c.TurnTLSListen != "") && len(c.TurnURLs) > 0:
		return nil, errors.New("turn-url: either our own relay or one elsewhere, not both")
	case len(c.TurnURLs) > 0 && c.TurnSecret == "":
		return nil, errors.New("turn-secret: a relay elsewhere must share a secret with us")
	}
	if o.Calls <= 0 {
		o.Calls = callsEach * runtime.NumCPU()
	}
	if c.MediaAddress != "" {
		address, err := netip.ParseAddr(c.MediaAddress)
		if err != nil {
			return nil, fmt.Errorf("media-address: %q is no IP address", c.MediaAddress)
		}
		o.Address = address.Unmap()
	}
	if o.Relay.ListenTLS, o.Relay.Name, o.Relay.TLS, err = c.relayTLS(log); err != nil {
		return nil, err
	}
	return media.New(ctx, o)
}

// relayTLS is how the relay speaks TLS, if it is to. A certificate that is not for its name would be refused by every browser, in silence.
func (c Config) relayTLS(log *slog.Logger) (listen, name string, shows *tls.Config, err error) {
	switch {
	case c.TurnTLSListen == "" && (c.TurnTLSCert != "" || c.TurnTLSKey != "" || c.TurnTLSName != ""):
		return "", "", nil, errors.New("turn-tls-cert: a certificate is for --turn-tls-listen, which is not set")
	case c.TurnTLSListen == "":
		return "", "", nil, nil
	}
	pair, err := newCertificate("turn-tls-cert", c.TurnTLSCert, c.TurnTLSKey, log)
	if err != nil {
		return "", "", nil, err
	}
	if pair == nil {
		return "", "", nil, errors.New("turn-tls-cert: a relay that speaks TLS needs a certificate, and --turn-tls-key its key")
	}
	if name = c.TurnTLSName; name == "" {
		public, err := c.publicURL()
		if err != nil {
			return "", "", nil, err
		}
		name = hello(public)
	}
	if now, err := pair.get(nil); err != nil || now.Leaf == nil || now.Leaf.VerifyHostname(name) != nil {
		return "", "", nil, fmt.Errorf("turn-tls-cert: this certificate is not for %s; give --turn-tls-name the name that it is for", name)
	}
	return c.TurnTLSListen, name, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, nil
}

// openAssist makes the room of live assistance.
func (a *App) openAssist(ctx context.Context, mint vis.Mint, node string) error {
	elsewhere, err := a.Config.livekit(ctx, a.clock, mint, a.log)
	if err != nil {
		return err
	}
	backend, err := a.Config.media(ctx, a.clock, mint, a.log)
	if err != nil {
		return err
	}
	studio, err := film.New(filepath.Join(a.Config.Data, "films"))
	if err != nil {
		return err
	}
	o := assist.Options{DB: a.store.Assist(), Desk: a.Desk, Reach: a.Channels, Roster: roster{a.Routing}, Cobrowse: a.viewer.url != "", Nodes: a.store.Nodes(), NodeURL: node,
		Shelf: blob.Whole{Store: a.blobs, Max: maxRecorded, Space: a.space}, Safe: a.keys, Studio: studio, Clock: a.clock, Mint: mint, Log: a.log}
	switch {
	case backend != nil:
		a.media, o.Media = backend, backend
	case elsewhere != nil:
		a.livekit, o.Media = elsewhere, elsewhere
	}
	a.Assist = assist.New(o)
	return nil
}

// viewer is where members are shown customers' pages.
type viewer struct {
	listener net.Listener // nil where they are not
	url      string
}

// viewer takes the address of the viewer, if there is to be one: what its port is must be known before anybody is told.
func (c Config) viewer(ctx context.Context) (viewer, error) {
	switch {
	case c.ViewerListen == "" && c.ViewerURL != "":
		return viewer{}, errors.New("viewer-url: customers' pages are shown where --viewer-listen says")
	case c.ViewerListen == "":
		return viewer{}, nil
	}
	var by net.ListenConfig
	l, err := by.Listen(ctx, "tcp", c.ViewerListen)
	if err != nil {
		return viewer{}, fmt.Errorf("viewer-listen: %w", err)
	}
	v := viewer{listener: l}
	if c.ViewerURL == "" {
		v.url, err = localURL(l.Addr().String())
	} else {
		v.url, err = checkOrigin("viewer-url", c.ViewerURL)
	}
	if err != nil {
		return viewer{}, errors.Join(err, l.Close())
	}
	return v, nil
}

// close lets the address go again.
func (v viewer) close() error {
	if v.listener == nil {
		return nil
	}
	if err := v.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// recoverAssists tells those who were in a call when the last process ended to come again.
func (a *App) recoverAssists(ctx context.Context) error {
	all, err := a.store.Staff().Workspaces(ctx)
	for _, w := range all {
		err = errors.Join(err, a.Assist.Recover(ctx, w.ID))
	}
	return err
}

// forgetRecordings deletes what was recorded and kept long enough.
func (a *App) forgetRecordings(ctx context.Context) error {
	all, err := a.store.Staff().Workspaces(ctx)
	for _, w := range all {
		err = errors.Join(err, a.Assist.ForgetDueRecordings(ctx, w.ID))
	}
	return err
}

// roster lets the room of live assistance know who could answer, inside its own transactions.
type roster struct{ routing *routing.Service }

// Callable implements assist.Roster.
func (r roster) Callable(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, c desk.Conversation, now time.Time) ([]vis.MemberID, error) {
	return r.routing.Callable(ctx, queues(tx), ws, c, now)
}

// Free implements assist.Roster.
func (r roster) Free(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, team vis.TeamID, now time.Time) ([]vis.MemberID, error) {
	return r.routing.Free(ctx, queues(tx), ws, team, now)
}

// Floor implements assist.Roster.
func (r roster) Floor(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, ch channel.Channel, now time.Time) (assist.Floor, []vis.MemberID, error) {
	open, opensAt, free, err := r.routing.Floor(ctx, queues(tx), ws, ch, now)
	return assist.Floor{Open: open, OpensAt: opensAt}, free, err
}

// Engage implements assist.Roster.
func (r roster) Engage(ctx context.Context, tx assist.Tx, ws vis.WorkspaceID, m vis.MemberID, now time.Time) error {
	return r.routing.Engage(ctx, queues(tx), ws, m, now)
}

func queues(tx assist.Tx) routing.Tx {
	within, ok := tx.(routing.Tx)
	if !ok {
		panic("app: a transaction without queues") // the store makes one kind for all rooms
	}
	return within
}
