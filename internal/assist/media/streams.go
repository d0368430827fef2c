package media

import (
	"io"
	"sync/atomic"

	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
)

// A far end sends sound, a picture and its repairs, and speaks of what it is sent in reports: that is a dozen streams, and as many again
// after a change. Each takes memory from its first packet until the call ends, whether anybody reads it or not.
const (
	streamsMost = 64
	streamHolds = 256 << 10 // bytes that wait to be read; what comes when it is full is lost, as on any network
)

// streams are those that one far end has opened.
type streams struct {
	opened atomic.Int32
	cut    func()
}

// open makes room for one more, or, where there are too many, has the far end cut off once.
func (s *streams) open(packetio.BufferPacketType, uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	b.SetLimitSize(streamHolds)
	if n := s.opened.Add(1); n > streamsMost {
		_ = b.Close()
		if n == streamsMost+1 {
			go s.cut()
		}
	}
	return b
}

// connect makes a connection to a far end. cut is called once when that opens more streams than there can be.
func (b *Backend) connect(cut func()) (*webrtc.PeerConnection, error) {
	engine := b.engine
	engine.BufferFactory = (&streams{cut: cut}).open
	return webrtc.NewAPI(webrtc.WithMediaEngine(b.codecs), webrtc.WithInterceptorRegistry(b.chain), webrtc.WithSettingEngine(engine)).
		NewPeerConnection(webrtc.Configuration{})
}
