package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// far is one side of a call as a browser is, in the generator's process: it encodes and decodes nothing, but packets have the sizes and the
// pace of 640×480 at 24 pictures a second (some 480 kbit/s) and of speech (some 32 kbit/s).
type far struct {
	pc           *webrtc.PeerConnection
	sound, image *webrtc.TrackLocalStaticRTP
	first        chan struct{} // a whole picture has come
	whole        sync.Once
	asked        atomic.Bool
	heard        count
	seen         count
	connected    chan struct{}
	live         sync.Once
}

// count counts packets that came, and by their numbers those that did not.
type count struct {
	mu         sync.Mutex
	came, lost int
	last       uint16
	began      bool
}

func (c *count) add(p *rtp.Packet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := p.SequenceNumber - c.last; c.began && ahead < 1<<15 {
		c.lost += int(ahead) - 1
	}
	c.began, c.last = true, p.SequenceNumber
	c.came++
}

// reset forgets what was counted.
func (c *count) reset() {
	c.mu.Lock()
	c.came, c.lost = 0, 0
	c.mu.Unlock()
}

func (c *count) read() (came, lost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.came, c.lost
}

// newFar makes a side. A customer is shown a picture and sends none.
func newFar(customer bool, relay []webrtc.ICEServer) (*far, error) {
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetRelayAcceptanceMinWait(0)
	codecs := &webrtc.MediaEngine{}
	if err := codecs.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	c := webrtc.Configuration{}
	if relay != nil {
		c.ICEServers, c.ICETransportPolicy = relay, webrtc.ICETransportPolicyRelay
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine), webrtc.WithMediaEngine(codecs)).NewPeerConnection(c)
	if err != nil {
		return nil, err
	}
	f := &far{pc: pc, first: make(chan struct{}), connected: make(chan struct{})}
	if err := f.sections(customer); err != nil {
		return nil, errors.Join(err, pc.Close())
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			f.live.Do(func() { close(f.connected) })
		}
	})
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { f.receive(t) })
	return f, nil
}

func (f *far) sections(customer bool) error {
	var err error
	if f.sound, err = f.send(webrtc.MimeTypeOpus, 48000, webrtc.RTPTransceiverDirectionSendrecv); err != nil {
		return err
	}
	if customer {
		_, err = f.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		return err
	}
	f.image, err = f.send(webrtc.MimeTypeVP8, 90000, webrtc.RTPTransceiverDirectionSendonly)
	return err
}

func (f *far) send(codec string, rate uint32, d webrtc.RTPTransceiverDirection) (*webrtc.TrackLocalStaticRTP, error) {
	c := webrtc.RTPCodecCapability{MimeType: codec, ClockRate: rate}
	if codec == webrtc.MimeTypeOpus {
		c.Channels = 2
	}
	track, err := webrtc.NewTrackLocalStaticRTP(c, codec, "bench")
	if err != nil {
		return nil, err
	}
	tr, err := f.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: d})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			packets, _, err := tr.Sender().ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range packets {
				if _, lost := p.(*rtcp.PictureLossIndication); lost {
					f.asked.Store(true)
				}
			}
		}
	}()
	return track, nil
}

// receive counts what comes until the connection ends. A picture counts as the first when it rests on no other.
func (f *far) receive(t *webrtc.TrackRemote) {
	into := &f.heard
	var askedAt time.Time
	if t.Kind() == webrtc.RTPCodecTypeVideo {
		into = &f.seen
	}
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		into.add(p)
		if t.Kind() == webrtc.RTPCodecTypeVideo && len(p.Payload) > 1 && p.Payload[0]&0x10 != 0 && p.Payload[1]&1 == 0 {
			f.whole.Do(func() { close(f.first) })
		}
		select {
		case <-f.first:
		default: // a browser asks again, too
			if t.Kind() == webrtc.RTPCodecTypeVideo && time.Since(askedAt) > 300*time.Millisecond {
				askedAt = time.Now()
				_ = f.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(t.SSRC())}})
			}
		}
	}
}

// offer is complete and set.
func (f *far) offer(ctx context.Context) (string, error) {
	o, err := f.pc.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(f.pc)
	if err := f.pc.SetLocalDescription(o); err != nil {
		return "", err
	}
	select {
	case <-gathered:
		return f.pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (f *far) take(answer string) error {
	return f.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

func (f *far) close() { _ = f.pc.Close() }

// play sends sound each 20 ms, and a picture of two packets 24 times a second, until ctx ends.
func (f *far) play(ctx context.Context) {
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	speech, picture := make([]byte, 80), make([]byte, 1200)
	var images uint16
	for n := uint32(1); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		_ = f.sound.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: n * 960}, Payload: speech})
		if f.image == nil || n%2 == 1 && !f.asked.Load() {
			continue
		}
		binary.BigEndian.PutUint16(picture, 0x1001) // a descriptor that begins a frame (RFC 7741 §4.2), and a frame that rests on others
		if f.asked.Swap(false) {
			binary.BigEndian.PutUint16(picture, 0x1000)
		}
		for part := range 2 {
			if part == 1 {
				picture[0] = 0
			}
			images++
			_ = f.image.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: images, Timestamp: n * 1800, Marker: part == 1}, Payload: picture})
		}
	}
}
