package livekit_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"visavis/internal/assist"
	"visavis/internal/assist/livekit"
	"visavis/internal/vis"
)

// real starts a backend on the server that scripts/with-livekit has started, which tells it what happens.
func real(t *testing.T) (*livekit.Backend, chan change) {
	t.Helper()
	words := strings.Fields(os.Getenv("VISAVIS_TEST_LIVEKIT"))
	if len(words) != 4 {
		t.Skip("no LiveKit server: run it by scripts/with-livekit")
	}
	b, err := livekit.New(t.Context(), livekit.Options{URL: words[0], Key: words[1], Secret: words[2], Clock: vis.ClockFunc(time.Now), Mint: mint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	changes := make(chan change, 64)
	b.OnChange(func(_ context.Context, _ vis.AssistID, leg assist.Leg, live bool) { changes <- change{leg, live} })
	listener, err := net.Listen("tcp", words[3])
	if err != nil {
		t.Fatal(err)
	}
	hook := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = b.Hear(r.Context(), r.Header.Get("Authorization"), body)
		}
		if err != nil {
			t.Errorf("the server's own word is refused: %v %s", err, body)
		}
	})}
	go func() { _ = hook.Serve(listener) }()
	t.Cleanup(func() { _ = hook.Close() })
	return b, changes
}

// far is a page that speaks LiveKit, as far as these tests need it.
type far struct {
	t      *testing.T
	socket *websocket.Conn
	pc     *webrtc.PeerConnection // that receives
	heard  chan map[int][]byte    // what the server said

	mu      sync.Mutex
	sending *webrtc.PeerConnection
}

func (f *far) sender() *webrtc.PeerConnection {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sending
}

// field writes a field of a message: a number, or what is counted.
func field(n int, value any) []byte {
	switch v := value.(type) {
	case int:
		return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3), uint64(v))
	case string:
		return field(n, []byte(v))
	case []byte:
		return append(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n)<<3|2), uint64(len(v))), v...)
	}
	panic("no such field")
}

// fields reads a message; of a field that is there several times the last counts.
func fields(b []byte) map[int][]byte {
	out := make(map[int][]byte)
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		value, m := binary.Uvarint(b[n:])
		b = b[n+m:]
		if head&7 == 2 {
			out[int(head>>3)], b = b[:value], b[value:]
		} else {
			out[int(head>>3)] = binary.AppendUvarint(nil, value)
		}
	}
	return out
}

// enters goes in with a ticket. It is nil where the server does not let it in.
func enters(t *testing.T, way assist.Way) *far {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), way.Ticket.URL+"/rtc?auto_subscribe=1&protocol=15&sdk=js&access_token="+way.Ticket.Token, nil)
	if err != nil {
		return nil
	}
	socket.SetReadLimit(1 << 20)
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	f := &far{t: t, socket: socket, pc: pc, heard: make(chan map[int][]byte, 256)}
	t.Cleanup(func() { _ = pc.Close(); _ = socket.CloseNow() })
	go f.listen(t.Context())
	return f
}

func (f *far) say(parts ...[]byte) {
	f.t.Helper()
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	if err := f.socket.Write(f.t.Context(), websocket.MessageBinary, all); err != nil {
		f.t.Fatal(err)
	}
}

func (f *far) listen(ctx context.Context) {
	defer close(f.heard)
	for {
		_, said, err := f.socket.Read(ctx)
		if err != nil {
			return
		}
		m := fields(said)
		switch {
		case m[3] != nil:
			f.answer(ctx, fields(m[3]))
		case m[2] != nil:
			if err := f.sender().SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(fields(m[2])[2])}); err != nil {
				f.t.Errorf("the server's answer: %v", err)
			}
		case m[4] != nil && fields(m[4])[2] == nil:
			var where webrtc.ICECandidateInit
			if pc := f.sender(); pc != nil && json.Unmarshal(fields(m[4])[1], &where) == nil {
				_ = pc.AddICECandidate(where)
			}
		case m[4] != nil: // where the server is, for the connection that receives
			var where webrtc.ICECandidateInit
			if err := json.Unmarshal(fields(m[4])[1], &where); err != nil {
				f.t.Errorf("a candidate: %v", err)
			}
			_ = f.pc.AddICECandidate(where) // one that is of no use is not the last
		}
		f.heard <- m
	}
}

func (f *far) answer(ctx context.Context, offer map[int][]byte) {
	if err := f.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer[2])}); err != nil {
		f.t.Errorf("the server's offer: %v", err)
		return
	}
	answer, err := f.pc.CreateAnswer(nil)
	if err != nil {
		f.t.Errorf("answer: %v", err)
		return
	}
	gathered := webrtc.GatheringCompletePromise(f.pc)
	if err := f.pc.SetLocalDescription(answer); err != nil {
		f.t.Errorf("answer: %v", err)
		return
	}
	<-gathered
	id, _ := binary.Uvarint(offer[3])
	body := append(append(field(1, "answer"), field(2, f.pc.LocalDescription().SDP)...), field(3, int(id))...)
	_ = f.socket.Write(ctx, websocket.MessageBinary, field(2, body))
}

// hears waits until the server says something, by the number of its field.
func (f *far) hears(what int) map[int][]byte {
	f.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case m, more := <-f.heard:
			if m[what] != nil {
				return fields(m[what])
			}
			if !more {
				f.t.Fatalf("hung up before %d was said", what)
			}
		case <-late:
			f.t.Fatalf("%d was never said", what)
		}
	}
}

// ended waits until the server has shown it out.
func (f *far) ended() {
	f.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case _, more := <-f.heard:
			if !more {
				return
			}
		case <-late:
			f.t.Fatal("never shown out")
		}
	}
}

// adds asks to send a track, and reports whether the server takes it.
func (f *far) adds(cid string, kind, source int) bool {
	f.t.Helper()
	f.say(field(4, append(append(field(1, cid), field(3, kind)...), field(8, source)...)))
	late := time.After(20 * time.Second)
	for {
		select {
		case m, more := <-f.heard:
			switch {
			case m[6] != nil && string(fields(m[6])[1]) == cid:
				return true
			case m[22] != nil || !more: // not allowed, or shown out
				return false
			}
		case <-late:
			f.t.Fatalf("no word of %s", cid)
		}
	}
}

// sends a picture, whatever was said of it.
func (f *far) sends(cid string) {
	f.t.Helper()
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = pc.Close() })
	picture, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, cid, "stream")
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := pc.AddTransceiverFromTrack(picture, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		f.t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		f.t.Fatal(err)
	}
	<-gathered
	f.mu.Lock()
	f.sending = pc
	f.mu.Unlock()
	f.say(field(1, append(field(1, "offer"), field(2, pc.LocalDescription().SDP)...)))
	f.hears(2)
	go func() {
		beat := time.NewTicker(30 * time.Millisecond)
		defer beat.Stop()
		for pc.ConnectionState() != webrtc.PeerConnectionStateClosed {
			<-beat.C
			_ = picture.WriteSample(media.Sample{Data: []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 0, 0, 0, 0}, Duration: 30 * time.Millisecond})
		}
	}()
}

const (
	audio, video            = 0, 1
	fromCamera, fromMic     = 1, 2
	fromScreen, fromNothing = 3, 0
	saidJoin, saidPeople    = 1, 5
)

func joins(t *testing.T, b *livekit.Backend, id vis.AssistID, leg assist.Leg) (*far, assist.Way) {
	t.Helper()
	way, err := b.Join(t.Context(), id, leg, "")
	if err != nil {
		t.Fatal(err)
	}
	f := enters(t, way)
	if f == nil {
		t.Fatalf("%s is not let in", leg.Side)
	}
	f.hears(saidJoin)
	return f, way
}

func TestARealServerCarriesACall(t *testing.T) {
	b, changes := real(t)
	id := open(t, b)
	found, err := b.Examine(t.Context(), id)
	if err != nil || !found[0].Good {
		t.Fatalf("examined: %+v %v", found, err)
	}
	lea, first := joins(t, b, id, members)
	comes(t, changes, members, true)
	anna, _ := joins(t, b, id, customers)
	comes(t, changes, customers, true)
	boss, _ := joins(t, b, id, watchers)
	comes(t, changes, watchers, true)

	for _, c := range []struct {
		who          *far
		what         string
		kind, source int
		may          bool
	}{
		{lea, "her voice", audio, fromMic, true}, {lea, "her picture", video, fromCamera, true}, {lea, "her screen", video, fromScreen, false},
		{anna, "her voice", audio, fromMic, true}, {anna, "her picture", video, fromCamera, false}, {anna, "her screen", video, fromScreen, false},
		{anna, "something", video, fromNothing, false}, {boss, "a whisper", audio, fromMic, false}, {boss, "a face", video, fromCamera, false},
	} {
		if got := c.who.adds(c.what, c.kind, c.source); got != c.may {
			t.Errorf("%s: may be sent: %v", c.what, got)
		}
	}

	// Another page of hers takes the place; the first one's ticket is of no use any more, though it holds.
	next, _ := joins(t, b, id, members)
	lea.ended()
	comes(t, changes, members, true)
	if again := enters(t, first); again != nil {
		again.ended()
	}
	if !b.Connected(id, members) || !b.Connected(id, customers) || !b.Connected(id, watchers) {
		t.Error("somebody was shown out who has a place")
	}
	b.Leave(id, watchers)
	boss.ended()
	b.End(id)
	next.ended()
	anna.ended()
	if late := enters(t, first); late != nil {
		late.ended()
		t.Error("a room was made by a ticket")
	}
}

// W-23: a customer's page that sends her picture without her consent, whatever it calls it.
func TestACustomersPictureWithoutConsentIsCutOffByARealServer(t *testing.T) {
	b, changes := real(t)
	id := open(t, b)
	anna, _ := joins(t, b, id, customers)
	comes(t, changes, customers, true)
	if anna.adds("camera", video, fromCamera) {
		t.Error("her camera is taken")
	}
	b.Lighten(id)
	for deadline := time.Now().Add(20 * time.Second); !anna.adds("allowed", video, fromCamera); {
		if time.Now().After(deadline) {
			t.Fatal("what she allowed is not taken")
		}
	}
	b.Darken(id)
	if anna.adds("taken back", video, fromCamera) {
		t.Error("her camera is taken after she took it back")
	}

	// LiveKit looks at what a track is said to come from, and takes a picture for a microphone: that is found at the next look.
	if !anna.adds("disguise", video, fromMic) {
		t.Log("this server refuses a picture that is said to be a microphone by itself")
		return
	}
	anna.sends("disguise")
	anna.ended()
}

func TestARealServerRefusesAnotherSecret(t *testing.T) {
	real(t)
	words := strings.Fields(os.Getenv("VISAVIS_TEST_LIVEKIT"))
	b, err := livekit.New(t.Context(), livekit.Options{URL: words[0], Key: words[1], Secret: "another-secret-of-thirty-two-bytes", Clock: vis.ClockFunc(time.Now), Mint: mint})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Open(newID()); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("open: %v", err)
	}
}

func TestAnExpiredTicketIsNotLetIn(t *testing.T) {
	b, _ := real(t)
	id := open(t, b)
	words := strings.Fields(os.Getenv("VISAVIS_TEST_LIVEKIT"))
	past, err := livekit.New(t.Context(), livekit.Options{URL: words[0], Key: words[1], Secret: words[2], Mint: mint,
		Clock: vis.ClockFunc(func() time.Time { return time.Now().Add(-5 * time.Minute) })})
	if err != nil {
		t.Fatal(err)
	}
	defer past.Close()
	_ = past.Open(id) // refused as well: it signs with yesterday's date
	if way, err := past.Join(t.Context(), id, members, ""); err == nil && enters(t, way) != nil {
		t.Error("let in")
	}
	if way, err := b.Join(t.Context(), id, members, ""); err != nil || enters(t, way) == nil {
		t.Errorf("not let in: %v", err)
	}
}
