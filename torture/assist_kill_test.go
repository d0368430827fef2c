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
	ID, State, Outcome, ConversationID, PressedAt string
	Consents                                      []struct{ Kind, Why string }
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
	atOneAndTwo(t, killInACall)
}

// TestKillWhileItRingsLosesNoPress kills the server before anybody has answered (K-01): the press stands, since when it stood and in the
// same conversation, it goes on ringing, and whoever answers has her.
func TestKillWhileItRingsLosesNoPress(t *testing.T) {
	atOneAndTwo(t, killWhileItRings)
}

// atOneAndTwo runs a test on a server that is started anew, and on one of two nodes.
func atOneAndTwo(t *testing.T, test func(t *testing.T, s, other *Server, again func(context.Context) error)) {
	t.Run("the only one", func(t *testing.T) {
		s := NewServer(t, "--rate-limits", "off", "--media-listen", "127.0.0.1:0")
		test(t, s, s, func(ctx context.Context) error { return s.Start(ctx) })
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
		test(t, s, other, func(context.Context) error { return nil })
	})
}

// ringing is a call that one server holds and that rings for a member at another.
type ringing struct {
	t          *testing.T
	ctx        context.Context //nolint:containedctx // of one test
	ada        *Client
	anna       *Visitor
	pressed    callState
	mine, hers string // where either side finds it
}

// must asks for what has to succeed.
func (r ringing) must(c *Client, method, path string, body, into any) {
	r.t.Helper()
	if err := c.Call(r.ctx, method, path, "", body, into); err != nil {
		r.t.Fatal(err)
	}
}

// repeat offers media until it is answered: a node hears of another, and takes a call over, within seconds.
func (r ringing) repeat(c *Client, path string, way webrtc.RTPTransceiverDirection) {
	r.t.Helper()
	var joined struct{ Answer string }
	if _, err := c.CallUntilAcknowledged(r.ctx, path, "", map[string]string{"offer": offerOf(r.t, way)}, &joined); err != nil || joined.Answer == "" {
		r.t.Fatalf("%s: %v, %q", path, err, joined.Answer)
	}
}

// press has a customer press at s, and a member sit at other.
func press(t *testing.T, s, other *Server) ringing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	r := ringing{t: t, ctx: ctx}
	var channel struct{ Key string }
	r.must(s.Admin(), http.MethodPost, "/api/v1/channels", map[string]any{"kind": "webchat", "name": "SOS", "settings": map[string]any{
		"colour": "#1f4fd8", "origins": []string{s.Base}, "languages": []string{"fr", "en"}, "greeting": map[string]string{"fr": "Bonjour", "en": "Hello"}, "assist": true}}, &channel)
	cookie := other.signIn(t, adminEmail, adminPassword)
	r.ada = &Client{Base: other.Base, HTTP: &http.Client{Transport: asCookie{cookie, other.Base, &http.Transport{DisableKeepAlives: true}}}}
	other.cookieSocket(t, cookie)
	r.must(r.ada, http.MethodPut, "/api/v1/me/presence", map[string]string{"presence": "available"}, nil)
	var err error
	if r.anna, err = s.NewVisitor(ctx, channel.Key); err != nil {
		t.Fatal(err)
	}
	var pressed struct{ Assist callState }
	r.must(r.anna.Client, http.MethodPost, "/api/v1/visitor/assists", map[string]string{}, &pressed)
	r.pressed = pressed.Assist
	r.mine, r.hers = "/api/v1/assists/"+r.pressed.ID, "/api/v1/visitor/assists/"+r.pressed.ID
	return r
}

// kill ends the server that holds the call; her page goes on at other.
func (r ringing) kill(s, other *Server, again func(context.Context) error) {
	r.t.Helper()
	s.Kill()
	if err := again(r.ctx); err != nil {
		r.t.Fatal(err)
	}
	r.anna.HTTP.CloseIdleConnections()
	r.anna.Base = other.Base
}

// killWhileItRings kills the server before the member answers, which she does at the other.
func killWhileItRings(t *testing.T, s, other *Server, again func(context.Context) error) {
	r := press(t, s, other)
	r.kill(s, other, again)
	now := func() *callState {
		t.Helper()
		var now struct{ Assist *callState }
		r.must(r.anna.Client, http.MethodGet, "/api/v1/visitor/assist", nil, &now)
		return now.Assist
	}
	if x := now(); x == nil || x.ID != r.pressed.ID || x.State != "ringing" || x.ConversationID != r.pressed.ConversationID || x.PressedAt != r.pressed.PressedAt || x.PressedAt == "" {
		t.Fatalf("after the kill: %+v, not %+v", x, r.pressed)
	}
	r.repeat(r.ada, r.mine+"/accept", webrtc.RTPTransceiverDirectionSendonly)
	r.repeat(r.anna.Client, r.hers+"/join", webrtc.RTPTransceiverDirectionRecvonly) // what she waited with went with the server
	if x := now(); x == nil || x.State != "accepted" {
		t.Fatalf("answered: %+v", x)
	}
	r.must(r.anna.Client, http.MethodPost, r.hers+"/end", map[string]string{}, nil)
	var ended callState
	r.must(r.ada, http.MethodGet, r.mine, nil, &ended)
	if ended.State != "ended" || ended.Outcome != "done" {
		t.Fatalf("the end: %+v", ended)
	}
}

// killInACall kills the server in a call that the member at the other has answered, and ends it there.
func killInACall(t *testing.T, s, other *Server, again func(context.Context) error) {
	r := press(t, s, other)
	r.repeat(r.ada, r.mine+"/accept", webrtc.RTPTransceiverDirectionSendonly)
	for _, kind := range []string{"page", "control"} {
		r.must(r.anna.Client, http.MethodPost, r.hers+"/consents", map[string]string{"kind": kind, "origin": "https://shop.example"}, nil)
	}
	r.must(r.anna.Client, http.MethodDelete, r.hers+"/consents/control", nil, nil)

	r.kill(s, other, again)
	r.repeat(r.anna.Client, r.hers+"/join", webrtc.RTPTransceiverDirectionRecvonly)
	var now struct{ Assist *callState }
	r.must(r.anna.Client, http.MethodGet, "/api/v1/visitor/assist", nil, &now)
	if x := now.Assist; x == nil || x.State != "accepted" || x.ConversationID != r.pressed.ConversationID || len(x.Consents) != 1 || x.Consents[0].Kind != "page" {
		t.Fatalf("after the kill: %+v", x)
	}
	r.repeat(r.ada, r.mine+"/join", webrtc.RTPTransceiverDirectionSendonly)
	r.must(r.anna.Client, http.MethodPost, r.hers+"/end", map[string]string{}, nil)
	var ended callState
	r.must(r.ada, http.MethodGet, r.mine, nil, &ended)
	if ended.State != "ended" || ended.Outcome != "done" || len(ended.Consents) != 2 {
		t.Fatalf("the end: %+v", ended)
	}
	for _, c := range ended.Consents {
		if want := map[string]string{"page": "ended", "control": "revoked"}[c.Kind]; c.Why != want {
			t.Errorf("%s ended because %q, not %q", c.Kind, c.Why, want)
		}
	}
}
