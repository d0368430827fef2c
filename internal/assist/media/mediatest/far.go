// Package mediatest is the far end of a call as a browser is, for tests.
package mediatest

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// patience is how long a test waits for what must come; it goes on as soon as that is there.
const patience = 20 * time.Second

// Far is a browser.
type Far struct {
	t      testing.TB
	PC     *webrtc.PeerConnection
	tracks map[webrtc.RTPCodecType]*webrtc.TrackLocalStaticRTP
	Heard  chan *rtp.Packet // the newest packet of sound, until it is read
	Seen   chan *rtp.Packet // and of pictures
	asked  chan struct{}    // a picture from the start was asked for
	left   chan struct{}    // a beat of sound and pictures was sent over a connection; for who counts

	// Voice marks the sound that is played from now on, and counts what is heard, by whose mark it bears.
	Voice byte
	mu    sync.Mutex
	heard map[byte]int
	shown int
}

// Pictures is how many packets of pictures came so far, in whichever section and under whichever name.
func (f *Far) Pictures() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.shown
}

// Whose is how many packets of sound with a mark were heard so far, in whichever section.
func (f *Far) Whose(voice byte) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard[voice]
}

// Hears waits until sound with a mark is heard.
func (f *Far) Hears(what string, voice byte) {
	f.t.Helper()
	before := f.Whose(voice)
	Until(f.t, what, f.Heard, func(*rtp.Packet) bool { return f.Whose(voice) > before })
}

func (f *Far) note(p *rtp.Packet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case IsPicture(p):
		f.shown++
	case len(p.Payload) == 3:
		f.heard[p.Payload[2]]++
	}
}

var codecs = map[webrtc.RTPCodecType]webrtc.RTPCodecCapability{
	webrtc.RTPCodecTypeAudio: {MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2},
	webrtc.RTPCodecTypeVideo: {MimeType: webrtc.MimeTypeVP8, ClockRate: 90000},
}

// New makes a far end without sound or pictures.
func New(t testing.TB, c webrtc.Configuration) *Far {
	t.Helper()
	return Disguised(t, c, nil)
}

// Disguised is a far end that sends each packet under a header as it is made there, nil for no other: what no browser does.
func Disguised(t testing.TB, c webrtc.Configuration, as func(*rtp.Header)) *Far {
	t.Helper()
	chain := &interceptor.Registry{}
	if as != nil {
		chain.Add(disguise{as: as})
	}
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(chain)).NewPeerConnection(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	f := &Far{t: t, PC: pc, tracks: make(map[webrtc.RTPCodecType]*webrtc.TrackLocalStaticRTP), Heard: make(chan *rtp.Packet, 1),
		Seen: make(chan *rtp.Packet, 1), asked: make(chan struct{}, 1), left: make(chan struct{}), heard: make(map[byte]int)}
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		into := f.Heard
		if tr.Kind() == webrtc.RTPCodecTypeVideo {
			into = f.Seen
		}
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			f.note(p)
			select { // the newest counts, but a picture from the start is not dropped for one that rests on it
			case into <- p:
			default:
				if old := take(into); old != nil && IsWhole(old) && tr.Kind() == webrtc.RTPCodecTypeVideo {
					p = old
				}
				select {
				case into <- p:
				default: // another section was faster
				}
			}
		}
	})
	return f
}

// disguise is the interceptor of one far end.
type disguise struct {
	interceptor.NoOp
	as func(*rtp.Header)
}

// NewInterceptor implements interceptor.Factory.
func (d disguise) NewInterceptor(string) (interceptor.Interceptor, error) { return &d, nil }

// BindLocalStream implements interceptor.Interceptor.
func (d *disguise) BindLocalStream(_ *interceptor.StreamInfo, to interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		d.as(h)
		return to.Write(h, payload, a)
	})
}

// Sends waits until so many beats were sent over a connection.
func (f *Far) Sends(beats int) {
	f.t.Helper()
	late := time.After(patience)
	for range beats {
		select {
		case <-f.left:
		case <-late:
			f.t.Fatal("nothing is sent")
		}
	}
}

func take(from chan *rtp.Packet) *rtp.Packet {
	select {
	case p := <-from:
		return p
	default:
		return nil
	}
}

// Customer has pressed: she hears and sees, and speaks when she wants.
func Customer(t testing.TB, c webrtc.Configuration) *Far {
	t.Helper()
	f := New(t, c)
	f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	f.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly) // of who may come in as a third
	f.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	return f
}

// Agent answers: she is seen and heard, and hears.
func Agent(t testing.TB) *Far {
	t.Helper()
	f := New(t, webrtc.Configuration{})
	f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	f.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendonly)
	f.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly) // of who whispers
	return f
}

// Watcher listens; one who whispers speaks too.
func Watcher(t testing.TB, whispers bool) *Far {
	t.Helper()
	f := New(t, webrtc.Configuration{})
	direction := webrtc.RTPTransceiverDirectionRecvonly
	if whispers {
		direction = webrtc.RTPTransceiverDirectionSendrecv
	}
	f.Section(webrtc.RTPCodecTypeAudio, direction)
	for range 2 {
		f.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	}
	f.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	return f
}

// Section adds one to the offer; one that sends gets a track.
func (f *Far) Section(kind webrtc.RTPCodecType, d webrtc.RTPTransceiverDirection) {
	f.t.Helper()
	if d == webrtc.RTPTransceiverDirectionRecvonly {
		if _, err := f.PC.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: d}); err != nil {
			f.t.Fatal(err)
		}
		return
	}
	track, err := webrtc.NewTrackLocalStaticRTP(codecs[kind], kind.String(), "far")
	if err != nil {
		f.t.Fatal(err)
	}
	tr, err := f.PC.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: d})
	if err != nil {
		f.t.Fatal(err)
	}
	f.tracks[kind] = track
	go f.listen(tr.Sender())
}

// listen notes that a picture from the start is asked for. It ends with the connection.
func (f *Far) listen(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if _, lost := p.(*rtcp.PictureLossIndication); lost {
				select {
				case f.asked <- struct{}{}:
				default:
				}
			}
		}
	}
}

// Offer is complete and set.
func (f *Far) Offer() string {
	f.t.Helper()
	o, err := f.PC.CreateOffer(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(f.PC)
	if err := f.PC.SetLocalDescription(o); err != nil {
		f.t.Fatal(err)
	}
	<-gathered
	return f.PC.LocalDescription().SDP
}

// streams are the lines that name what is sent in a section.
var streams = regexp.MustCompile(`a=(ssrc|ssrc-group|msid):[^\r]*\r\n`)

// Smuggle makes an offer that says that no picture is sent, and names none, from a far end that sends one all the same.
func Smuggle(offer string) string {
	return Each(offer, "video", func(s string) string { return Nameless(strings.Replace(s, "a=sendrecv", "a=recvonly", 1)) })
}

// Nameless leaves out which streams are sent. Who is given such an offer guesses whose they are.
func Nameless(section string) string { return streams.ReplaceAllString(section, "") }

// Unfold makes the answer to a smuggled offer one under which the far end sends.
func Unfold(answer string) string {
	return Each(answer, "video", func(s string) string { return strings.Replace(s, "a=sendonly", "a=sendrecv", 1) })
}

// Each changes the sections of a kind.
func Each(sdp, kind string, change func(section string) string) string {
	parts := strings.Split(sdp, "m=")
	for i, part := range parts {
		if strings.HasPrefix(part, kind) {
			parts[i] = change(part)
		}
	}
	return strings.Join(parts, "m=")
}

// Take is given the answer.
func (f *Far) Take(answer string) {
	f.t.Helper()
	if err := f.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		f.t.Fatal(err)
	}
}

// Play sends sound and pictures until the test ends: of these only the first, if it is to be, and those asked for are from the start.
func (f *Far) Play(first bool) {
	ctx := f.t.Context()
	go func() {
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		for n, whole := uint32(1), first; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-f.asked:
				whole = true
			case <-beat.C:
			}
			header := rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: n * 960} //nolint:gosec // it wraps
			if track := f.tracks[webrtc.RTPCodecTypeAudio]; track != nil {
				_ = track.WriteRTP(&rtp.Packet{Header: header, Payload: []byte{0xfc, 1, f.Voice}})
			}
			if track := f.tracks[webrtc.RTPCodecTypeVideo]; track != nil {
				header.Timestamp, header.Marker = n*1800, true
				_ = track.WriteRTP(&rtp.Packet{Header: header, Payload: picture(whole)})
				whole = false
			}
			if f.PC.ConnectionState() == webrtc.PeerConnectionStateConnected {
				select {
				case f.left <- struct{}{}:
				default:
				}
			}
		}
	}()
}

// picture is a VP8 payload (RFC 7741 §4.2): a descriptor that begins a frame, and the frame's header, whose lowest bit says whether it
// rests on others.
func picture(whole bool) []byte {
	if whole {
		return []byte{0x10, 0x00, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 16, 0}
	}
	return []byte{0x10, 0x01, 0, 0, 1, 2, 3}
}

// IsPicture reports whether a packet carries a picture, in whatever section it came.
func IsPicture(p *rtp.Packet) bool {
	return bytes.Equal(p.Payload, picture(true)) || bytes.Equal(p.Payload, picture(false))
}

// IsWhole reports whether a packet begins a picture that rests on no other.
func IsWhole(p *rtp.Packet) bool {
	return len(p.Payload) > 1 && p.Payload[0]&0x10 != 0 && p.Payload[1]&1 == 0
}

// Any takes every packet.
func Any(*rtp.Packet) bool { return true }

// Until reads packets up to one that counts.
func Until(t testing.TB, what string, in <-chan *rtp.Packet, counts func(*rtp.Packet) bool) *rtp.Packet {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case p := <-in:
			if counts(p) {
				return p
			}
		case <-late:
			t.Fatalf("%s did not come", what)
		}
	}
}
