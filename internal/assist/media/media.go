// Package media carries the sound and pictures of live assistance: a forwarding unit in this process (SFU) on one UDP port, and a relay
// (TURN) for those who reach it in no other way.
//
// The life of a leg:
//
//  1. Join checks nothing any more: Check has. It makes a peer connection, gives it the tracks that its side hears and sees, and answers
//     with the one address under which this server is reached.
//  2. The far end connects to that address (ICE lite: we never look for it), and OnChange is told. A leg that does not come within
//     connectWithin is closed.
//  3. What arrives from the leg is copied, packet by packet, to the tracks of the others. A picture that somebody begins to watch is asked
//     for anew from the start, once that somebody is connected: earlier it would be lost.
//  4. Another Join of the same side takes its place; the others go on watching the same tracks without a seam.
package media

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// How long things may take.
const (
	connectWithin    = 8 * time.Second
	disconnectedFrom = 3 * time.Second // without a sign from the far end
	failedFrom       = 10 * time.Second
	signEvery        = time.Second
	gatherWithin     = 2 * time.Second
)

// Options are how media travels.
type Options struct {
	// Listen is the UDP address for all calls.
	Listen string
	// Address is where browsers reach it; the zero value is the address of Listen, which must then be one.
	Address netip.Addr
	// Calls is how many there may be at once.
	Calls int
	Relay Relay
	Clock vis.Clock
	Mint  vis.Mint
	Log   *slog.Logger
}

// Backend implements assist.Media.
type Backend struct {
	calls  int
	clock  vis.Clock
	log    *slog.Logger
	conn   *net.UDPConn
	public netip.AddrPort
	codecs *webrtc.MediaEngine
	chain  *interceptor.Registry
	engine webrtc.SettingEngine
	relay  *relay
	told   func(context.Context, vis.AssistID, assist.Leg, bool)

	late lateness

	ctx  context.Context //nolint:containedctx // of what far ends bring about, which no caller waits for
	stop context.CancelFunc

	mu     sync.Mutex
	rooms  map[vis.AssistID]*room
	checks map[vis.AssistID]*check
}

var _ assist.Media = (*Backend)(nil)

// New opens the port. Close closes it.
func New(ctx context.Context, o Options) (*Backend, error) {
	at, err := net.ResolveUDPAddr("udp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("media-listen: %w", err)
	}
	conn, err := net.ListenUDP("udp", at)
	if err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	b := &Backend{calls: o.Calls, clock: o.Clock, log: o.Log, conn: conn, rooms: make(map[vis.AssistID]*room), checks: make(map[vis.AssistID]*check)}
	b.ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	b.public = netip.AddrPortFrom(o.Address, local.Port())
	if !o.Address.IsValid() {
		b.public = netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
	}
	err = b.open(o, local)
	if err != nil {
		b.Close()
		return nil, err
	}
	go b.keepTime()
	return b, nil
}

// open makes what stands on the port.
func (b *Backend) open(o Options, local netip.AddrPort) (err error) {
	if b.public.Addr().IsUnspecified() {
		return fmt.Errorf("media-address: %s listens everywhere; say under which address browsers reach it", o.Listen)
	}
	if err = b.equip(); err != nil {
		return err
	}
	b.relay, err = newRelay(o, local, b.public, b.relays)
	return err
}

// quiet keeps the library from writing addresses of customers anywhere.
func quiet() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled, ScopeLevels: map[string]logging.LogLevel{}}
}

// equip says what connections are made of.
func (b *Backend) equip() error {
	b.codecs, b.chain = &webrtc.MediaEngine{}, &interceptor.Registry{}
	for _, c := range []struct {
		webrtc.RTPCodecParameters
		kind webrtc.RTPCodecType
	}{
		{webrtc.RTPCodecParameters{RTPCodecCapability: opus, PayloadType: 111}, webrtc.RTPCodecTypeAudio},
		{webrtc.RTPCodecParameters{RTPCodecCapability: vp8, PayloadType: 96}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000,
			SDPFmtpLine: "apt=96"}, PayloadType: 97}, webrtc.RTPCodecTypeVideo},
	} {
		if err := b.codecs.RegisterCodec(c.RTPCodecParameters, c.kind); err != nil {
			return fmt.Errorf("register a codec: %w", err)
		}
	}
	if err := webrtc.RegisterDefaultInterceptorsWithOptions(b.codecs, b.chain, webrtc.WithInterceptorLoggerFactory(quiet())); err != nil {
		return fmt.Errorf("register interceptors: %w", err)
	}
	b.engine = webrtc.SettingEngine{LoggerFactory: quiet()}
	engine := &b.engine
	engine.SetLite(true)
	engine.SetICEUDPMux(webrtc.NewICEUDPMux(quiet().NewLogger("ice"), b.conn))
	engine.SetIncludeLoopbackCandidate(true) // answers keep the public address only; see publish
	engine.SetICETimeouts(disconnectedFrom, failedFrom, signEvery)
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	engine.SetAnsweringDTLSRole(webrtc.DTLSRoleClient)
	if err := engine.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: []string{b.public.Addr().String()},
		AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace}); err != nil {
		return fmt.Errorf("publish the media address: %w", err)
	}
	return nil
}

// The two codecs that every browser has.
var (
	opus = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	vp8  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
)

// Address is where browsers reach the media.
func (b *Backend) Address() netip.AddrPort { return b.public }

// Close ends all calls and closes the ports.
func (b *Backend) Close() {
	b.stop()
	b.mu.Lock()
	rooms := b.rooms
	b.rooms = make(map[vis.AssistID]*room)
	checks := slices.Collect(maps.Keys(b.checks))
	b.mu.Unlock()
	for _, id := range checks {
		b.endCheck(id)
	}
	for _, r := range rooms {
		r.close()
	}
	if b.relay != nil {
		b.relay.close()
	}
	_ = b.conn.Close()
}

// OnChange implements assist.Media.
func (b *Backend) OnChange(told func(context.Context, vis.AssistID, assist.Leg, bool)) { b.told = told }

// Room implements assist.Media.
func (b *Backend) Room() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.free()
}

// Open implements assist.Media.
func (b *Backend) Open(id vis.AssistID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rooms[id] != nil {
		return nil
	}
	if b.free() == 0 {
		e := vis.Errorf(vis.Unavailable, "assist_full", "All our lines are taken at the moment. Please write to us, or try again in a few minutes.")
		e.RetryAfter = 60
		return e
	}
	r, err := newRoom(b, id)
	if err != nil {
		return fmt.Errorf("open a call: %w", err)
	}
	b.rooms[id] = r
	return nil
}

// room is a session's, nil when it is not open.
func (b *Backend) room(id vis.AssistID) *room {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[id]
}

// relays are how many relays a session, or a check, that goes on may have.
func (b *Backend) relays(id vis.AssistID) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.rooms[id] != nil:
		return relaysMost
	case b.checks[id] != nil:
		return checkRelays
	}
	return 0
}

// End implements assist.Media.
func (b *Backend) End(id vis.AssistID) {
	b.mu.Lock()
	r := b.rooms[id]
	delete(b.rooms, id)
	b.mu.Unlock()
	if r != nil {
		r.close()
	}
	b.relay.end(id)
}

// Leave implements assist.Media.
func (b *Backend) Leave(id vis.AssistID, leg assist.Leg) {
	if r := b.room(id); r != nil {
		r.leave(leg)
	}
}

// Lighten implements assist.Media: an offer with her picture, which Check lets pass then, is all it takes.
func (b *Backend) Lighten(vis.AssistID) {}

// Records implements assist.Media.
func (b *Backend) Records() bool { return true }

// Darken implements assist.Media.
func (b *Backend) Darken(id vis.AssistID) {
	if r := b.room(id); r != nil {
		r.darken()
	}
}

// Connected implements assist.Media.
func (b *Backend) Connected(id vis.AssistID, leg assist.Leg) bool {
	r := b.room(id)
	return r != nil && r.connected(leg)
}

// Servers implements assist.Media. What a check is given lasts no longer than it: a relay elsewhere does not know when it ends.
func (b *Backend) Servers(id vis.AssistID, now time.Time) []assist.Server {
	b.mu.Lock()
	lasts := credentialsFor
	if b.checks[id] != nil {
		lasts = checkFor
	}
	b.mu.Unlock()
	return b.relay.servers(id, now.Add(lasts))
}

// Join implements assist.Media.
func (b *Backend) Join(ctx context.Context, id vis.AssistID, leg assist.Leg, offer string) (assist.Way, error) {
	r := b.room(id)
	if r == nil {
		return assist.Way{}, vis.Absent("assistance")
	}
	answer, err := r.join(ctx, leg, offer)
	if err != nil {
		return assist.Way{}, err
	}
	return assist.Way{SDP: publish(answer, b.public)}, nil
}
