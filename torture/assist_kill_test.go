package torture

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// callState is a live assistance as both sides are told it.
type callState struct {
	ID, State, Outcome, ConversationID string
	Consents                           []struct{ Kind, Why string }
}

// offerOf is what a browser would offer: sound, and pictures one way.
func offerOf(t *testing.T, pictures webrtc.RTPTransceiverDirection) string {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	for kind, d := range map[webrtc.RTPCodecType]webrtc.RTPTransceiverDirection{webrtc.RTPCodecTypeAudio: webrtc.RTPTransceiverDirectionSendrecv, webrtc.RTPCodecTypeVideo: pictures} {
		if _, err := pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: d}); err != nil {
			t.Fatal(err)
		}
	}
	o, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return o.SDP
}

// TestKillInACallKeepsWhatWasAgreed kills the server in a call (K-01): afterwards both sides can connect again, at the server that was
// started anew or at another node, what the customer allowed and took back is as it was, and with the call all of it ends.
func TestKillInACallKeepsWhatWasAgreed(t *testing.T) {
	t.Run("the only one", func(t *testing.T) {
		s := NewServer(t, "--rate-limits", "off", "--media-listen", "127.0.0.1:0")
		killInACall(t, s, s, func(ctx context.Context) error { return s.Start(ctx) })
	})
	t.Run("one of two nodes", func(t *testing.T) {
		s, err := newServerOn(t.TempDir(), postgresSchema(t), "--rate-limits", "off", "--media-listen", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.beside(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []*Server{s, other} {
			n.args = append(n.args, "--node-url", n.Base)
			t.Cleanup(func() {
				n.Close()
				if t.Failed() {
					t.Logf("the end of a node's log:\n%s", tail(n.LogPath(), 4000))
				}
			})
		}
		if err := other.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		killInACall(t, s, other, func(context.Context) error { return nil })
	})
}

// killInACall begins a call that one server holds and a member at another answers, kills the first, and ends it at the other.
func killInACall(t *testing.T, s, other *Server, again func(context.Context) error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	var channel struct{ Key string }
	must := func(c *Client, method, path string, body, into any) {
		t.Helper()
		if err := c.Call(ctx, method, path, "", body, into); err != nil {
			t.Fatal(err)
		}
	}
	must(s.Admin(), http.MethodPost, "/api/v1/channels", map[string]any{"kind": "webchat", "name": "SOS", "settings": map[string]any{
		"colour": "#1f4fd8", "origins": []string{s.Base}, "languages": []string{"fr", "en"}, "greeting": map[string]string{"fr": "Bonjour", "en": "Hello"}, "assist": true}}, &channel)
	cookie := other.signIn(t, adminEmail, adminPassword)
	ada := &Client{Base: other.Base, HTTP: &http.Client{Transport: asCookie{cookie, other.Base, &http.Transport{DisableKeepAlives: true}}}}
	other.cookieSocket(t, cookie)
	must(ada, http.MethodPut, "/api/v1/me/presence", map[string]string{"presence": "available"}, nil)
	anna, err := s.NewVisitor(ctx, channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	var pressed struct{ Assist callState }
	must(anna.Client, http.MethodPost, "/api/v1/visitor/assists", map[string]string{}, &pressed)
	id := pressed.Assist.ID
	mine, hers := "/api/v1/assists/"+id, "/api/v1/visitor/assists/"+id
	repeat := func(c *Client, path string, way webrtc.RTPTransceiverDirection) { // a node hears of another, and takes a call over, within seconds
		t.Helper()
		var joined struct{ Answer string }
		if _, err := c.CallUntilAcknowledged(ctx, path, "", map[string]string{"offer": offerOf(t, way)}, &joined); err != nil || joined.Answer == "" {
			t.Fatalf("%s: %v, %q", path, err, joined.Answer)
		}
	}
	repeat(ada, mine+"/accept", webrtc.RTPTransceiverDirectionSendonly)
	for _, kind := range []string{"page", "control"} {
		must(anna.Client, http.MethodPost, hers+"/consents", map[string]string{"kind": kind, "origin": "https://shop.example"}, nil)
	}
	must(anna.Client, http.MethodDelete, hers+"/consents/control", nil, nil)

	s.Kill()
	if err := again(ctx); err != nil {
		t.Fatal(err)
	}
	anna.HTTP.CloseIdleConnections()
	anna.Base = other.Base
	repeat(anna.Client, hers+"/join", webrtc.RTPTransceiverDirectionRecvonly)
	var now struct{ Assist *callState }
	must(anna.Client, http.MethodGet, "/api/v1/visitor/assist", nil, &now)
	if x := now.Assist; x == nil || x.State != "accepted" || x.ConversationID != pressed.Assist.ConversationID || len(x.Consents) != 1 || x.Consents[0].Kind != "page" {
		t.Fatalf("after the kill: %+v", x)
	}
	repeat(ada, mine+"/join", webrtc.RTPTransceiverDirectionSendonly)
	must(anna.Client, http.MethodPost, hers+"/end", map[string]string{}, nil)
	var ended callState
	must(ada, http.MethodGet, mine, nil, &ended)
	if ended.State != "ended" || ended.Outcome != "done" || len(ended.Consents) != 2 {
		t.Fatalf("the end: %+v", ended)
	}
	for _, c := range ended.Consents {
		if want := map[string]string{"page": "ended", "control": "revoked"}[c.Kind]; c.Why != want {
			t.Errorf("%s ended because %q, not %q", c.Kind, c.Why, want)
		}
	}
}
