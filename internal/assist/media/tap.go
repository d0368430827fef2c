package media

import (
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"

	"visavis/internal/assist"
	"visavis/internal/assist/webm"
	"visavis/internal/vis"
)

// taped are the origins of which a tape is given copies. A customer's camera was allowed to one member, and a whisper is for one ear: neither
// is ever among them.
var taped = map[origin]assist.Side{memberAudio: assist.MemberSide, memberVideo: assist.MemberSide, customerAudio: assist.CustomerSide,
	guestAudio: assist.GuestSide}

const (
	wholeEvery = 10 * time.Second       // a picture from the start, so that one can begin to look there
	astray     = 500 * time.Millisecond // a sender's clock may be from ours
	lateVideo  = 256                    // packets of pictures are waited for
)

// tap makes frames of the packets of one source.
type tap struct {
	to      assist.Tape
	side    assist.Side
	clock   vis.Clock
	rate    time.Duration // of the sender's clock
	refresh func()        // of pictures

	mu       sync.Mutex
	pictures *samplebuilder.SampleBuilder // nil for sound
	anchored bool
	stamp    uint32 // of the packet that arrived at anchor
	anchor   time.Time
	wholeAt  time.Time
	last     uint16 // number of the last packet of sound
	heard    bool
}

// Tap implements assist.Media.
func (b *Backend) Tap(id vis.AssistID, to assist.Tape) {
	r := b.room(id)
	if r == nil {
		return
	}
	for o, side := range taped {
		src := r.sources[o]
		var t *tap
		if to != nil {
			t = &tap{to: to, side: side, clock: b.clock, rate: time.Duration(src.track.Codec().ClockRate)}
			if src.track.Codec().MimeType == vp8.MimeType {
				t.pictures = samplebuilder.New(lateVideo, &codecs.VP8Packet{}, vp8.ClockRate)
				t.refresh = src.refresh
			}
		}
		src.mu.Lock()
		src.tap = t
		src.mu.Unlock()
		if to != nil {
			src.refresh()
		}
	}
}

// take is given a packet as it is passed on. The tape never waits, so nobody waits here for longer than it takes to put a picture together.
func (t *tap) take(p *rtp.Packet) {
	now := t.clock.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pictures == nil {
		if t.heard && t.last-p.SequenceNumber < 1<<15 || len(p.Payload) == 0 { // it comes too late, or says nothing
			return
		}
		lost := 0
		if t.heard {
			lost = int(p.SequenceNumber - t.last - 1)
		}
		t.last, t.heard = p.SequenceNumber, true
		t.to.Take(assist.Frame{Side: t.side, At: t.at(p.Timestamp, now), Key: true, Data: p.Payload, Lost: lost})
		return
	}
	if now.Sub(t.wholeAt) >= wholeEvery {
		t.wholeAt = now
		t.refresh()
	}
	t.pictures.Push(p)
	for s := t.pictures.Pop(); s != nil; s = t.pictures.Pop() {
		if len(s.Data) == 0 {
			continue
		}
		f := assist.Frame{Side: t.side, Picture: true, At: t.at(s.PacketTimestamp, now), Data: s.Data, Lost: int(s.PrevDroppedPackets)}
		f.Width, f.Height = webm.VP8Size(s.Data)
		f.Key = f.Width > 0
		t.to.Take(f)
	}
}

// at is when something was said or shown, by our clock: the sender's tells how far apart two packets are, ours where they stand.
func (t *tap) at(stamp uint32, now time.Time) time.Time {
	at := t.anchor.Add(time.Duration(int32(stamp-t.stamp)) * time.Second / t.rate)
	if off := at.Sub(now); !t.anchored || off > astray || off < -astray {
		t.anchored, t.stamp, t.anchor = true, stamp, now
		return now
	}
	return at
}
