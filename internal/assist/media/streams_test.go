package media_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
)

// W-16: a far end each of whose packets opens a stream of its own would fill the memory of the server, which nobody reads it from. It is cut
// off; the others of the call stay, and she may come back.
func TestWhoOpensTooManyStreamsIsCutOff(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea := mediatest.Agent(t)
	join(t, lea, b, id, members)
	comes(t, changes, assist.MemberSide)
	var stream atomic.Uint32
	her := mediatest.Disguised(t, webrtc.Configuration{}, func(h *rtp.Header) { h.SSRC = 10_000 + stream.Add(1) })
	her.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	join(t, her, b, id, customers)
	comes(t, changes, assist.CustomerSide)
	her.Play(true)
	late := time.After(patience)
	for cut := false; !cut; {
		select {
		case c := <-changes:
			if c.leg.Side != assist.CustomerSide || c.connected {
				t.Fatalf("%+v", c)
			}
			cut = true
		case <-late:
			t.Fatalf("she opened %d streams", stream.Load())
		}
	}
	if n := stream.Load(); n < 20 {
		t.Errorf("she was cut off after %d packets", n)
	}
	again := mediatest.Customer(t, webrtc.Configuration{})
	join(t, again, b, id, customers)
	comes(t, changes, assist.CustomerSide)
	again.Play(true)
	mediatest.Until(t, "the member hears her again", lea.Heard, mediatest.Any)
}
