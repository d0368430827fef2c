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

// TestKillInACallKeepsWhatWasAgreed kills the server in a call (K-01): afterwards both sides can connect again, what the customer allowed
// and took back is as it was, and with the call all of it ends.
func TestKillInACallKeepsWhatWasAgreed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := NewServer(t, "--rate-limits", "off", "--media-listen", "127.0.0.1:0")
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
	cookie := s.signIn(t, adminEmail, adminPassword)
	ada := &Client{Base: s.Base, HTTP: &http.Client{Transport: asCookie{cookie, s.Base, &http.Transport{DisableKeepAlives: true}}}}
	s.cookieSocket(t, cookie)
	must(ada, http.MethodPut, "/api/v1/me/presence", map[string]string{"presence": "available"}, nil)
	anna, err := s.NewVisitor(ctx, channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	var pressed struct{ Assist callState }
	must(anna.Client, http.MethodPost, "/api/v1/visitor/assists", map[string]string{}, &pressed)
	id := pressed.Assist.ID
	mine, hers := "/api/v1/assists/"+id, "/api/v1/visitor/assists/"+id
	must(ada, http.MethodPost, mine+"/accept", map[string]string{"offer": offerOf(t, webrtc.RTPTransceiverDirectionSendonly)}, nil)
	for _, kind := range []string{"page", "control"} {
		must(anna.Client, http.MethodPost, hers+"/consents", map[string]string{"kind": kind, "origin": "https://shop.example"}, nil)
	}
	must(anna.Client, http.MethodDelete, hers+"/consents/control", nil, nil)

	s.Kill()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	anna.HTTP.CloseIdleConnections()
	var now struct{ Assist *callState }
	must(anna.Client, http.MethodGet, "/api/v1/visitor/assist", nil, &now)
	if x := now.Assist; x == nil || x.State != "accepted" || x.ConversationID != pressed.Assist.ConversationID || len(x.Consents) != 1 || x.Consents[0].Kind != "page" {
		t.Fatalf("after the kill: %+v", x)
	}
	for _, side := range []struct {
		c    *Client
		path string
		way  webrtc.RTPTransceiverDirection
	}{{anna.Client, hers, webrtc.RTPTransceiverDirectionRecvonly}, {ada, mine, webrtc.RTPTransceiverDirectionSendonly}} {
		var joined struct{ Answer string }
		must(side.c, http.MethodPost, side.path+"/join", map[string]string{"offer": offerOf(t, side.way)}, &joined)
		if joined.Answer == "" {
			t.Errorf("%s: nobody answers", side.path)
		}
	}
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
