package media

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// origin is where sound or pictures come from.
type origin int

const (
	memberAudio origin = iota
	memberVideo
	customerAudio
	customerVideo
	guestAudio
	guestVideo
	whisperAudio
	origins
)

// hears are the origins that each side is given, of each kind in the order of its sections. Who may come to be heard has her section from
// the start: nothing is negotiated again when a third comes in, and nobody's connection is touched. A whisper is in the member's row only;
// a guest sees no customer, who allowed one member to see her.
var hears = map[assist.Side][]origin{
	assist.CustomerSide: {memberAudio, guestAudio, memberVideo, guestVideo},
	assist.MemberSide:   {customerAudio, guestAudio, whisperAudio, customerVideo, guestVideo},
	assist.GuestSide:    {memberAudio, customerAudio, memberVideo},
	assist.WatcherSide:  watched,
	assist.WhisperSide:  watched,
}

var watched = []origin{memberAudio, customerAudio, guestAudio, memberVideo, customerVideo}

// brings are the origins that a side is; from a watcher nothing is taken.
var brings = map[assist.Side]map[webrtc.RTPCodecType]origin{
	assist.CustomerSide: {webrtc.RTPCodecTypeAudio: customerAudio, webrtc.RTPCodecTypeVideo: customerVideo},
	assist.MemberSide:   {webrtc.RTPCodecTypeAudio: memberAudio, webrtc.RTPCodecTypeVideo: memberVideo},
	assist.GuestSide:    {webrtc.RTPCodecTypeAudio: guestAudio, webrtc.RTPCodecTypeVideo: guestVideo},
	assist.WhisperSide:  {webrtc.RTPCodecTypeAudio: whisperAudio},
}

// room is the media of one session.
type room struct {
	backend *Backend
	id      vis.AssistID
	sources [origins]*source

	mu     sync.Mutex
	closed bool
	legs   map[assist.Leg]*leg
}

// leg is one far end.
type leg struct {
	assist.Leg
	pc   *webrtc.PeerConnection
	lost *time.Timer // closes it when it does not come

	live bool // connected; belongs to the room's lock
	dark bool // its picture is not passed on any more, whatever it sends; belongs to the room's lock
}

func newRoom(b *Backend, id vis.AssistID) (*room, error) {
	r := &room{backend: b, id: id, legs: make(map[assist.Leg]*leg)}
	for o, codec := range []webrtc.RTPCodecCapability{memberAudio: opus, memberVideo: vp8, customerAudio: opus, customerVideo: vp8,
		guestAudio: opus, guestVideo: vp8, whisperAudio: opus} {
		var err error
		if r.sources[o], err = newSource(codec, fmt.Sprint(o)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// join makes a leg and answers its offer.
func (r *room) join(ctx context.Context, who assist.Leg, offer string) (string, error) {
	asked, err := sections(offer)
	if err != nil {
		return "", err
	}
	l := &leg{Leg: who, dark: who.Side == assist.CustomerSide && !shows(asked)}
	if l.pc, err = r.backend.connect(func() { r.cutOff(l) }); err != nil {
		return "", fmt.Errorf("make a peer connection: %w", err)
	}
	answer, err := r.negotiate(ctx, l, offer, asked)
	if err != nil {
		return "", errors.Join(err, l.pc.Close())
	}
	if !r.enter(l) {
		return "", errors.Join(vis.Absent("assistance"), l.pc.Close())
	}
	return answer, nil
}

// shows reports whether an offer, which was looked at before, sends a picture. What comes beside it, of which it does not speak, is not
// passed on.
func shows(asked []section) bool {
	return slices.ContainsFunc(asked, func(s section) bool { return s.kind == "video" && s.sends })
}

func (r *room) negotiate(ctx context.Context, l *leg, offer string, asked []section) (string, error) {
	l.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if o, ok := brings[l.Side][t.Kind()]; ok {
			r.forward(l, r.sources[o], t)
		}
	})
	l.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) { r.moved(l, s) })
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", vis.InField("offer", "This offer cannot be answered.")
	}
	if err := r.supply(l, asked); err != nil {
		return "", err
	}
	return describe(ctx, l.pc)
}

// describe answers the offer that a connection was given.
func describe(ctx context.Context, pc *webrtc.PeerConnection) (string, error) {
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", vis.InField("offer", "This offer cannot be answered.")
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("set an answer: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, gatherWithin)
	defer cancel()
	select {
	case <-gathered:
		return pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", fmt.Errorf("gather candidates: %w", ctx.Err())
	}
}

// supply gives a leg the tracks that its side is given, as many of each kind as it has sections for.
func (r *room) supply(l *leg, asked []section) error {
	room := map[webrtc.RTPCodecType]int{}
	for _, s := range asked {
		if s.takes {
			room[webrtc.NewRTPCodecType(s.kind)]++
		}
	}
	for _, o := range hears[l.Side] {
		src := r.sources[o]
		if room[src.track.Kind()] == 0 {
			continue
		}
		room[src.track.Kind()]--
		sender, err := l.pc.AddTrack(src.track)
		if err != nil {
			return fmt.Errorf("add a track: %w", err)
		}
		go listen(sender, src)
	}
	return nil
}

// listen passes on that somebody has lost the picture. It ends with the leg.
func listen(sender *webrtc.RTPSender, src *source) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				src.refresh()
			}
		}
	}
}

// enter puts a leg in the place of an earlier one of the same side. It is false when the room has closed.
func (r *room) enter(l *leg) bool {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return false
	}
	before := r.legs[l.Leg]
	r.legs[l.Leg] = l
	if !l.live {
		l.lost = time.AfterFunc(connectWithin, func() { r.moved(l, webrtc.PeerConnectionStateFailed) })
	}
	r.mu.Unlock()
	if before != nil {
		before.close()
	}
	return true
}

// moved is told how a leg's connection stands.
func (r *room) moved(l *leg, s webrtc.PeerConnectionState) {
	r.mu.Lock()
	was, current := l.live, r.legs[l.Leg] == l
	switch s {
	case webrtc.PeerConnectionStateConnected:
		if l.live = true; l.lost != nil {
			l.lost.Stop()
		}
	case webrtc.PeerConnectionStateFailed:
		if l.live && was && s != l.pc.ConnectionState() { // the timer rang as it came
			r.mu.Unlock()
			return
		}
		l.live = false
		if current {
			delete(r.legs, l.Leg)
		}
	case webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateClosed:
		l.live = false
	default:
		r.mu.Unlock()
		return
	}
	live := l.live
	r.mu.Unlock()
	if s == webrtc.PeerConnectionStateFailed {
		go l.close()
	}
	if live {
		for _, o := range hears[l.Side] {
			r.sources[o].refresh()
		}
	}
	if (live != was || s == webrtc.PeerConnectionStateFailed) && (current || live) && r.backend.told != nil {
		r.backend.told(r.backend.ctx, r.id, l.Leg, live)
	}
}

// cutOff ends a leg that sends more streams than there can be.
func (r *room) cutOff(l *leg) {
	r.mu.Lock()
	l.live = false
	r.mu.Unlock()
	r.moved(l, webrtc.PeerConnectionStateFailed)
}

// forward copies what comes from a leg until it ends, or another takes its place.
func (r *room) forward(l *leg, src *source, t *webrtc.TrackRemote) {
	r.mu.Lock()
	if l.dark && t.Kind() == webrtc.RTPCodecTypeVideo {
		r.mu.Unlock()
		return
	}
	src.play(&player{pc: l.pc, ssrc: uint32(t.SSRC()), track: t})
	r.mu.Unlock()
	src.refresh() // whoever looks already has seen nothing of this player
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		if t.Codec().MimeType != src.track.Codec().MimeType { // pictures among the packets of a voice, and the other way round
			continue
		}
		if !src.copy(t, p) {
			return
		}
	}
}

// darken passes no picture of the customer's on any more, until she joins anew with an offer that was looked at again.
func (r *room) darken() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.legs[assist.Leg{Side: assist.CustomerSide}]; l != nil {
		l.dark = true
	}
	r.sources[customerVideo].play(nil)
}

func (r *room) connected(who assist.Leg) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.legs[who]
	return l != nil && l.live
}

func (r *room) leave(who assist.Leg) {
	r.mu.Lock()
	l := r.legs[who]
	delete(r.legs, who)
	r.mu.Unlock()
	if l != nil {
		l.close()
	}
}

func (r *room) close() {
	r.mu.Lock()
	r.closed = true
	legs := r.legs
	r.legs = make(map[assist.Leg]*leg)
	r.mu.Unlock()
	for _, l := range legs {
		l.close()
	}
}

func (l *leg) close() { _ = l.pc.Close() }
