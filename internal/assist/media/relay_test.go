package media_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// relayed opens a backend with a relay, and a session in it with its relay's credentials.
func relayed(t *testing.T) (*media.Backend, vis.AssistID, assist.Server, chan change) {
	t.Helper()
	b, changes := start(t, media.Options{Relay: media.Relay{Listen: "127.0.0.1:0", ListenTLS: "127.0.0.1:0", Name: "localhost", TLS: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &shown, nil }}}})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	servers := b.Servers(id, time.Now())
	if len(servers) != 1 || len(servers[0].URLs) != 3 {
		t.Fatalf("servers: %+v", servers)
	}
	return b, id, servers[0], changes
}

// client speaks to a relay.
func client(t *testing.T, s assist.Server) *turn.Client {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimSuffix(strings.TrimPrefix(s.URLs[0], "turn:"), "?transport=udp")
	c, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: at, TURNServerAddr: at, Conn: conn, Username: s.Username, Password: s.Credential, Realm: "visavis"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); _ = conn.Close() })
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACallGoesThroughTheRelayByUDPAndTCPAndTLS(t *testing.T) {
	t.Parallel()
	b, id, server, changes := relayed(t)
	lea := mediatest.Agent(t)
	join(t, lea, b, id, members)
	comes(t, changes, assist.MemberSide)
	lea.Play(true)
	for _, url := range server.URLs {
		anna := mediatest.Customer(t, webrtc.Configuration{ICETransportPolicy: webrtc.ICETransportPolicyRelay,
			ICEServers: []webrtc.ICEServer{{URLs: []string{url}, Username: server.Username, Credential: server.Credential}}})
		join(t, anna, b, id, customers)
		mediatest.Until(t, "a picture through "+url, anna.Seen, mediatest.IsWhole)
		_ = anna.PC.Close()
	}
}

// W-14: through our relay nobody reaches anything but our own media.
func TestTheRelayReachesNothingButOurMedia(t *testing.T) {
	t.Parallel()
	_, _, server, _ := relayed(t)
	c := client(t, server)
	conn, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, peer := range []string{"127.0.0.2", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.2.1", "8.8.8.8",
		"255.255.255.255", "224.0.0.1"} {
		if err := c.CreatePermission(&net.UDPAddr{IP: net.ParseIP(peer), Port: 80}); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: got %v, want 403", peer, err)
		}
	}
	for _, peer := range []string{"::1", "fc00::1", "fe80::1", "2001:db8::1"} {
		if err := c.CreatePermission(&net.UDPAddr{IP: net.ParseIP(peer), Port: 80}); err == nil {
			t.Errorf("%s is permitted", peer)
		}
	}
	// On our own address, whatever else listens there hears nothing.
	other, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := conn.WriteTo([]byte("let me in"), other.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	direct, err := net.DialUDP("udp", nil, other.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close()
	if err := other.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, 64)
	for range 20 { // what was relayed before would have come by now
		if _, err := direct.Write([]byte("marker")); err != nil {
			t.Fatal(err)
		}
		n, err := other.Read(heard)
		if err != nil || string(heard[:n]) != "marker" {
			t.Fatalf("heard %q, %v", heard[:n], err)
		}
	}
}

// W-15: credentials are of one session, for as long as it goes on, and for two relays.
func TestTheRelaysCredentialsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	b, id, server, _ := relayed(t)
	refused := func(what string, s assist.Server, code stun.ErrorCode) {
		t.Helper()
		conn, err := client(t, s).Allocate()
		if err == nil {
			_ = conn.Close()
			t.Errorf("%s: an allocation was made", what)
		} else if code != 0 && !strings.Contains(err.Error(), "486") {
			t.Errorf("%s: got %v, want %d", what, err, code)
		}
	}
	until, session, _ := strings.Cut(server.Username, ":")
	other := newID()
	refused("a wrong password", assist.Server{URLs: server.URLs, Username: server.Username, Credential: "guess"}, 0)
	refused("a longer life", assist.Server{URLs: server.URLs, Username: "9" + until + ":" + session, Credential: server.Credential}, 0)
	refused("another session", assist.Server{URLs: server.URLs, Username: until + ":" + string(other), Credential: server.Credential}, 0)
	refused("a session that is not open", b.Servers(other, time.Now())[0], 0)
	refused("credentials that expired", b.Servers(id, time.Now().Add(-5*time.Hour))[0], 0)
	for range 2 {
		if _, err := client(t, server).Allocate(); err != nil {
			t.Fatal(err)
		}
	}
	refused("a third relay", server, stun.CodeAllocQuotaReached)
	b.End(id)
	refused("a session that has ended", server, 0)
}

// W-15: who opens connections to the relay and says nothing keeps nobody else out for long, and one address does not hold them all.
func TestTheRelayTakesSoManyConnectionsOfOneAddress(t *testing.T) {
	t.Parallel()
	_, _, server, _ := relayed(t)
	at := strings.TrimSuffix(strings.TrimPrefix(server.URLs[1], "turn:"), "?transport=tcp")
	open := make([]net.Conn, 65)
	for i := range open {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open[i] = c
	}
	last := open[len(open)-1]
	if err := last.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := last.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("one too many: %v", err)
	}
	if err := open[0].Close(); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(patience); ; { // the place is given back as soon as it is noticed
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(late)
		_, _ = c.Write(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw) // it is read below what became of it
		_, err = c.Read(make([]byte, 64))
		_ = c.Close()
		if err == nil {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("a place that was given back is not to be had: %v", err)
		}
	}
}

func TestARelayElsewhereGetsCredentialsOfItsSecret(t *testing.T) {
	t.Parallel()
	b, _ := start(t, media.Options{Relay: media.Relay{URLs: []string{"turns:turn.example:443"}, Secret: "north"}})
	got := b.Servers("0190a000-0000-7000-8000-000000000001", time.Unix(1_700_000_000, 0))
	// Base64 of HMAC-SHA1 of the user's name with the secret, computed apart.
	want := assist.Server{URLs: []string{"turns:turn.example:443"}, Username: "1700014400:0190a000-0000-7000-8000-000000000001", Credential: "GsL9Orp81cE9LjNow/6I6pg2Ll8="}
	if len(got) != 1 || got[0].Username != want.Username || got[0].Credential != want.Credential || got[0].URLs[0] != want.URLs[0] {
		t.Errorf("got %+v", got)
	}
	check := newID() // W-15: anybody may begin one, and a relay elsewhere does not know when it ends
	if err := b.OpenCheck(check); err != nil {
		t.Fatal(err)
	}
	if got := b.Servers(check, time.Unix(1_700_000_000, 0))[0].Username; got != "1700000090:"+string(check) {
		t.Errorf("for a check: %s", got)
	}
}
