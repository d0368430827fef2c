package media

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what TURN credentials are made with, everywhere
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/turn/v5"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// Relay is how those reach us whose network lets no media through.
type Relay struct {
	// Listen is the address, UDP and TCP, of our own relay; "" for none of that kind. It relays to our media and to nothing else.
	Listen string
	// ListenTLS is the TCP address at which it speaks TLS, by the name and with the certificates of TLS; "" for none.
	ListenTLS string
	Name      string
	TLS       *tls.Config
	// URLs and Secret are those of a relay that runs elsewhere, such as coturn with use-auth-secret; none for ours.
	URLs   []string
	Secret string
}

// The bounds of the relay.
const (
	// credentialsFor is the longest call: a relay refuses to go on with what has expired.
	credentialsFor = 4 * time.Hour
	relaysMost     = 2       // of one session: one for each side
	relayBytes     = 1 << 20 // a second, each way
	realm          = "visavis"
)

// relay is a TURN server (RFC 8656) whose only permitted peer is our own media port, so that nobody reaches anything else through it.
type relay struct {
	urls   []string
	secret string
	clock  vis.Clock
	most   func(vis.AssistID) int // relays that a session may have, 0 when it does not go on
	shows  *tls.Config
	server *turn.Server

	local, public netip.AddrPort // of the media port: where packets go, and what the far end calls it

	mu    sync.Mutex
	conns map[vis.AssistID]map[*relayed]struct{}
}

func newRelay(o Options, local, public netip.AddrPort, most func(vis.AssistID) int) (*relay, error) {
	r := &relay{urls: o.Relay.URLs, secret: o.Relay.Secret, clock: o.Clock, most: most, shows: o.Relay.TLS, local: local, public: public,
		conns: make(map[vis.AssistID]map[*relayed]struct{})}
	if local.Addr().IsUnspecified() {
		r.local = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), local.Port())
	}
	if o.Relay.Listen == "" && o.Relay.ListenTLS == "" {
		return r, nil
	}
	r.secret = o.Mint.Secret(32) // of this process: after a restart both sides come for new credentials anyway
	return r, r.listen(o.Relay)
}

// bothWays opens one port for UDP and TCP. Where any will do, another is tried when the one that UDP got is taken for TCP.
func bothWays(address string) (net.PacketConn, net.Listener, error) {
	const most = 20
	for n := 1; ; n++ {
		packets, err := net.ListenPacket("udp", address) //nolint:noctx // a port is opened at once or not at all
		if err != nil {
			return nil, nil, err
		}
		listener, err := net.Listen("tcp", packets.LocalAddr().String()) //nolint:noctx // see above
		if err == nil {
			return packets, listener, nil
		}
		err = errors.Join(err, packets.Close())
		if !strings.HasSuffix(address, ":0") || n == most {
			return nil, nil, err
		}
	}
}

func (r *relay) listen(o Relay) (err error) {
	c := turn.ServerConfig{Realm: realm, LoggerFactory: quiet(), AuthHandler: r.authorize, QuotaHandler: func(session, _ string, _ net.Addr) bool {
		return r.count(vis.AssistID(session)) < r.most(vis.AssistID(session))
	}}
	var open []io.Closer
	defer func() {
		for i := 0; err != nil && i < len(open); i++ {
			err = errors.Join(err, open[i].Close())
		}
	}()
	at := func(l net.Addr) string {
		_, port, _ := net.SplitHostPort(l.String()) // it is a socket's
		return port
	}
	if o.Listen != "" {
		packets, listener, err := bothWays(o.Listen)
		if err != nil {
			return fmt.Errorf("listen for the relay: %w", err)
		}
		open = append(open, packets, listener)
		c.PacketConnConfigs = []turn.PacketConnConfig{{PacketConn: packets, RelayAddressGenerator: r, PermissionHandler: r.permits}}
		c.ListenerConfigs = []turn.ListenerConfig{{Listener: newLines(listener, nil), RelayAddressGenerator: r, PermissionHandler: r.permits}}
		host := "turn:" + net.JoinHostPort(r.public.Addr().String(), at(packets.LocalAddr()))
		r.urls = append(r.urls, host+"?transport=udp", host+"?transport=tcp")
	}
	if o.ListenTLS != "" {
		listener, err := net.Listen("tcp", o.ListenTLS) //nolint:noctx // a port is opened at once or not at all
		if err != nil {
			return fmt.Errorf("listen for the relay by TLS: %w", err)
		}
		open = append(open, listener)
		c.ListenerConfigs = append(c.ListenerConfigs, turn.ListenerConfig{Listener: newLines(listener, o.TLS), RelayAddressGenerator: r, PermissionHandler: r.permits})
		r.urls = append(r.urls, "turns:"+net.JoinHostPort(o.Name, at(listener.Addr()))+"?transport=tcp")
	}
	if r.server, err = turn.NewServer(c); err != nil {
		return fmt.Errorf("start the relay: %w", err)
	}
	return nil
}

// servers are the relay's addresses with credentials of one session, up to an instant.
func (r *relay) servers(id vis.AssistID, until time.Time) []assist.Server {
	if len(r.urls) == 0 {
		return nil
	}
	user := strconv.FormatInt(until.Unix(), 10) + ":" + string(id)
	return []assist.Server{{URLs: r.urls, Username: user, Credential: r.password(user)}}
}

// password is the credential of a user (draft-uberti-behave-turn-rest, as coturn does).
func (r *relay) password(user string) string {
	mac := hmac.New(sha1.New, []byte(r.secret))
	mac.Write([]byte(user))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// authorize lets those through whose session goes on and whose credentials have not expired. A wrong password is found out by the key.
func (r *relay) authorize(a *turn.RequestAttributes) (string, []byte, bool) {
	until, session, ok := strings.Cut(a.Username, ":")
	expires, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || expires < r.clock.Now().Unix() || !vis.IsID(session) || r.most(vis.AssistID(session)) == 0 {
		return "", nil, false
	}
	return session, turn.GenerateAuthKey(a.Username, a.Realm, r.password(a.Username)), true
}

// permits our own media, and no other peer. The port is held by relayed.
func (r *relay) permits(_ net.Addr, peer net.IP) bool {
	addr, ok := netip.AddrFromSlice(peer)
	return ok && addr.Unmap() == r.public.Addr()
}

// certificateEnds is when what the relay shows is not believed any more; false where it shows none.
func (r *relay) certificateEnds() (time.Time, bool) {
	if r.shows == nil || r.shows.GetCertificate == nil {
		return time.Time{}, false
	}
	shown, err := r.shows.GetCertificate(nil)
	if err != nil || shown.Leaf == nil {
		return time.Time{}, true
	}
	return shown.Leaf.NotAfter, true
}

func (r *relay) count(id vis.AssistID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns[id])
}

// end closes what a session that has ended still relays.
func (r *relay) end(id vis.AssistID) {
	r.mu.Lock()
	conns := r.conns[id]
	delete(r.conns, id)
	r.mu.Unlock()
	for c := range conns {
		_ = c.PacketConn.Close()
	}
}

func (r *relay) close() {
	if r.server != nil {
		_ = r.server.Close()
	}
}

// Validate implements turn.RelayAddressGenerator.
func (*relay) Validate() error { return nil }

var errNotRelayed = errors.New("media: this relay carries datagrams to our own media only")

// AllocateListener implements turn.RelayAddressGenerator: connections are not relayed.
func (*relay) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNotRelayed
}

// AllocateConn implements turn.RelayAddressGenerator.
func (*relay) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNotRelayed }

// AllocatePacketConn implements turn.RelayAddressGenerator. The socket is beside our media port, on this machine.
func (r *relay) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.local.Addr(), 0)))
	if err != nil {
		return nil, nil, err
	}
	out := &relayed{PacketConn: conn, relay: r, session: vis.AssistID(c.UserID)}
	most := r.most(out.session)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.conns[out.session]) >= most {
		return nil, nil, errors.Join(errNotRelayed, conn.Close())
	}
	if r.conns[out.session] == nil {
		r.conns[out.session] = make(map[*relayed]struct{})
	}
	r.conns[out.session][out] = struct{}{}
	port := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	return out, net.UDPAddrFromAddrPort(netip.AddrPortFrom(r.public.Addr(), port)), nil
}

// relayed is one allocation's socket: it talks to our media port and to nobody else, whatever it is asked.
type relayed struct {
	net.PacketConn
	relay   *relay
	session vis.AssistID

	mu    sync.Mutex
	since time.Time
	bytes int
}

// WriteTo implements net.PacketConn.
func (c *relayed) WriteTo(p []byte, to net.Addr) (int, error) {
	at, ok := to.(*net.UDPAddr)
	if !ok || at.AddrPort().Port() != c.relay.public.Port() || at.AddrPort().Addr().Unmap() != c.relay.public.Addr() || !c.allowed(len(p)) {
		return len(p), nil // dropped, as a network would
	}
	return c.PacketConn.WriteTo(p, net.UDPAddrFromAddrPort(c.relay.local))
}

// ReadFrom implements net.PacketConn.
func (c *relayed) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(p)
		if err != nil {
			return n, from, err
		}
		at, ok := from.(*net.UDPAddr)
		if ok && at.AddrPort().Port() == c.relay.local.Port() && at.AddrPort().Addr().Unmap() == c.relay.local.Addr() && c.allowed(n) {
			return n, net.UDPAddrFromAddrPort(c.relay.public), nil
		}
	}
}

// allowed counts what is carried against relayBytes a second, both ways together.
func (c *relayed) allowed(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.since) >= time.Second {
		c.since, c.bytes = now, 0
	}
	c.bytes += n
	return c.bytes <= 2*relayBytes
}

// Close implements net.PacketConn.
func (c *relayed) Close() error {
	c.relay.mu.Lock()
	delete(c.relay.conns[c.session], c)
	if len(c.relay.conns[c.session]) == 0 {
		delete(c.relay.conns, c.session)
	}
	c.relay.mu.Unlock()
	return c.PacketConn.Close()
}
