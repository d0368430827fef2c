package media

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// refreshEvery is the least time between two pictures from the start.
const refreshEvery = 300 * time.Millisecond

// source is one track as those who listen know it, whoever plays on it.
type source struct {
	track *webrtc.TrackLocalStaticRTP

	mu       sync.Mutex
	player   *player
	began    bool // anybody ever played
	seam     bool // the next packet is the first of another player
	sequence uint16
	stamp    uint32
	shiftSeq uint16 // added to what the player sends, so that its numbers go on from the one's before
	shiftTS  uint32
	askedAt  time.Time
	soon     bool // it is about to be asked again
	tap      *tap // is given copies, nil for none
}

// player is whose packets a source carries now.
type player struct {
	pc    *webrtc.PeerConnection
	ssrc  uint32
	track *webrtc.TrackRemote
}

func newSource(codec webrtc.RTPCodecCapability, name string) (*source, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(codec, name, "visavis")
	return &source{track: track}, err
}

// play lets another play on the source, nil for nobody.
func (s *source) play(p *player) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.player, s.seam, s.askedAt = p, true, time.Time{}
}

// copy passes a packet on, or returns false when somebody else plays. Its extensions are between the player and us.
func (s *source) copy(from *webrtc.TrackRemote, p *rtp.Packet) bool {
	s.mu.Lock()
	if s.player == nil || s.player.track != from {
		s.mu.Unlock()
		return false
	}
	if s.seam {
		s.seam = false
		if s.began {
			s.shiftSeq = s.sequence + 1 - p.SequenceNumber
			s.shiftTS = s.stamp + s.track.Codec().ClockRate/25 - p.Timestamp
		}
		s.began = true
	}
	p.SequenceNumber += s.shiftSeq
	p.Timestamp += s.shiftTS
	if ahead := p.SequenceNumber - s.sequence; ahead < 1<<15 {
		s.sequence, s.stamp = p.SequenceNumber, p.Timestamp
	}
	tap := s.tap
	s.mu.Unlock()
	p.Extension, p.Extensions, p.CSRC = false, nil, nil
	if tap != nil {
		tap.take(p)
	}
	_ = s.track.WriteRTP(p) // a listener that is gone is taken away by its own leg
	return true
}

// refresh asks the player for a picture from the start; when it was asked a moment ago, in a moment.
func (s *source) refresh() {
	s.mu.Lock()
	p := s.player
	if p == nil || s.track.Kind() != webrtc.RTPCodecTypeVideo || s.soon {
		s.mu.Unlock()
		return
	}
	now := time.Now()
	if rest := refreshEvery - now.Sub(s.askedAt); rest > 0 {
		s.soon = true
		s.mu.Unlock()
		time.AfterFunc(rest, func() {
			s.mu.Lock()
			s.soon = false
			s.mu.Unlock()
			s.refresh()
		})
		return
	}
	s.askedAt = now
	s.mu.Unlock()
	_ = p.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: p.ssrc}})
}
