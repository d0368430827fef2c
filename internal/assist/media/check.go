package media

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// The bounds of checks, which strangers may begin.
const (
	checksMost   = 16 // at once
	checkFor     = 90 * time.Second
	checkRelays  = 8 // of one check: it tries each way in turn, perhaps by two networks
	echoesMost   = 8 // connections of one check
	echoBytes    = 1200
	echoMessages = 400 // of one connection
	reachWithin  = 5 * time.Second
)

// check is somebody who tries her connection out: what she sends comes back to her, and nobody else is there.
type check struct {
	end *time.Timer

	mu    sync.Mutex
	over  bool
	tries []*webrtc.PeerConnection
}

// OpenCheck implements assist.Media. Checks take no call's place.
func (b *Backend) OpenCheck(id vis.AssistID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.checks) >= checksMost {
		e := vis.Errorf(vis.Unavailable, "checks_full", "Many people try their connection at this moment. Please try again in a minute.")
		e.RetryAfter = 60
		return e
	}
	b.checks[id] = &check{end: time.AfterFunc(checkFor, func() { b.endCheck(id) })}
	return nil
}

func (b *Backend) endCheck(id vis.AssistID) {
	b.mu.Lock()
	c := b.checks[id]
	delete(b.checks, id)
	b.mu.Unlock()
	if c == nil {
		return
	}
	c.end.Stop()
	c.mu.Lock()
	tries := c.tries
	c.over, c.tries = true, nil
	c.mu.Unlock()
	for _, pc := range tries {
		_ = pc.Close()
	}
	b.relay.end(id)
}

// TryOut implements assist.Media.
func (b *Backend) TryOut(ctx context.Context, id vis.AssistID, offer string) (string, error) {
	b.mu.Lock()
	c := b.checks[id]
	b.mu.Unlock()
	if c == nil {
		return "", vis.Absent("check")
	}
	if err := onlyData(offer); err != nil {
		return "", err
	}
	var pc *webrtc.PeerConnection
	pc, err := b.connect(func() { _ = pc.Close() })
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	full := c.over || len(c.tries) >= echoesMost
	if !full {
		c.tries = append(c.tries, pc)
	}
	c.mu.Unlock()
	if full {
		_ = pc.Close()
		return "", vis.Errorf(vis.TooMany, "rate_limited", "That was very often in a short time. Please wait a moment and try again.")
	}
	echo(pc)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", vis.InField("offer", "This offer cannot be answered.")
	}
	answer, err := describe(ctx, pc)
	return publish(answer, b.public), err
}

// echo sends back what comes on the first channel of data, so much and no more.
func echo(pc *webrtc.PeerConnection) {
	var channels, messages atomic.Int64
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed {
			go func() { _ = pc.Close() }()
		}
	})
	pc.OnDataChannel(func(d *webrtc.DataChannel) {
		if channels.Add(1) > 1 {
			_ = d.Close()
			return
		}
		d.OnMessage(func(m webrtc.DataChannelMessage) {
			if len(m.Data) > echoBytes || messages.Add(1) > echoMessages {
				go func() { _ = pc.Close() }()
				return
			}
			if m.IsString {
				_ = d.SendText(string(m.Data)) // it is lost with its connection
			} else {
				_ = d.Send(m.Data)
			}
		})
	})
}

// onlyData refuses an offer with anything but one section of data.
func onlyData(offer string) error {
	s, err := parse(offer)
	if err != nil {
		return err
	}
	if len(s.MediaDescriptions) != 1 || s.MediaDescriptions[0].MediaName.Media != "application" {
		return vis.InField("offer", "A check carries data, and neither sound nor pictures.")
	}
	return nil
}

// Examine implements assist.Media: this server calls itself by the addresses that it gives to browsers, each way in turn.
func (b *Backend) Examine(ctx context.Context, id vis.AssistID) ([]assist.Finding, error) {
	if err := b.OpenCheck(id); err != nil {
		return nil, err
	}
	defer b.endCheck(id)
	found := []assist.Finding{b.reach(ctx, id, "media", b.public.String(), webrtc.Configuration{})}
	for _, server := range b.Servers(id, b.clock.Now()) {
		for _, url := range server.URLs {
			found = append(found, b.reach(ctx, id, wayOf(url), url, webrtc.Configuration{ICETransportPolicy: webrtc.ICETransportPolicyRelay,
				ICEServers: []webrtc.ICEServer{{URLs: []string{url}, Username: server.Username, Credential: server.Credential}}}))
		}
		if b.relay.server != nil {
			found = append(found, restricted(server))
		}
	}
	if ends, shown := b.relay.certificateEnds(); shown {
		found = append(found, assist.Finding{What: "certificate", Good: ends.After(b.clock.Now()), Until: ends})
	}
	return found, nil
}

// wayOf names the way to a relay.
func wayOf(url string) string {
	switch {
	case strings.HasPrefix(url, "turns:"):
		return "relay_tls"
	case strings.HasSuffix(url, "transport=tcp"):
		return "relay_tcp"
	}
	return "relay_udp"
}

// reach sends a word to ourselves and waits until it comes back.
func (b *Backend) reach(ctx context.Context, id vis.AssistID, what, at string, c webrtc.Configuration) assist.Finding {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	began := time.Now()
	err := b.callOurselves(ctx, id, c)
	return assist.Finding{What: what, At: at, Good: err == nil, Took: time.Since(began)}
}

func (b *Backend) callOurselves(ctx context.Context, id vis.AssistID, c webrtc.Configuration) error {
	engine := webrtc.SettingEngine{LoggerFactory: quiet()}
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetRelayAcceptanceMinWait(0) // there is no better way to wait for
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(c)
	if err != nil {
		return err
	}
	defer func() { _ = pc.Close() }()
	d, err := pc.CreateDataChannel("check", nil)
	if err != nil {
		return err
	}
	back := make(chan struct{}, 1)
	d.OnOpen(func() { _ = d.SendText("vis-à-vis") })
	d.OnMessage(func(webrtc.DataChannelMessage) {
		select {
		case back <- struct{}{}:
		default:
		}
	})
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return err
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return ctx.Err()
	}
	answer, err := b.TryOut(ctx, id, pc.LocalDescription().SDP)
	if err != nil {
		return err
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return err
	}
	select {
	case <-back:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// restricted asks our relay for what it must refuse: a way to a machine that is not ours.
func restricted(s assist.Server) assist.Finding {
	out := assist.Finding{What: "relay_closed", Skipped: true} // until it has answered
	url, _, _ := strings.Cut(s.URLs[0], "?")
	at, plain := strings.CutPrefix(url, "turn:")
	if !plain {
		return assist.Finding{What: "relay_closed", Good: true, Skipped: true} // only TLS: the same code answers there
	}
	family := "udp4"
	if relay, err := netip.ParseAddrPort(at); err == nil && relay.Addr().Is6() {
		family = "udp6"
	}
	conn, err := net.ListenPacket(family, ":0") //nolint:noctx // a port is opened at once or not at all
	if err != nil {
		return out
	}
	defer func() { _ = conn.Close() }()
	c, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: at, TURNServerAddr: at, Conn: conn, Username: s.Username, Password: s.Credential,
		Realm: realm, LoggerFactory: quiet()})
	if err != nil || c.Listen() != nil {
		return out
	}
	defer c.Close()
	relayed, err := c.Allocate()
	if err != nil {
		return out
	}
	defer func() { _ = relayed.Close() }()
	elsewhere := netip.MustParseAddr("192.0.2.1") // for documentation (RFC 5737): nobody's
	err = c.CreatePermission(&net.UDPAddr{IP: elsewhere.AsSlice(), Port: 9})
	out.Good, out.Skipped = err != nil && strings.Contains(err.Error(), "403"), false
	return out
}
