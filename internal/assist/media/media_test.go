package media_test

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

var (
	customers = assist.Leg{Side: assist.CustomerSide}
	members   = assist.Leg{Side: assist.MemberSide}
)

func TestACallCarriesSoundBothWaysAndTheMembersPictureOnly(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea := mediatest.Agent(t)
	join(t, lea, b, id, members)
	comes(t, changes, assist.MemberSide)
	lea.Play(true) // the only whole picture that nobody asks for, before anybody looks
	anna := mediatest.Customer(t, webrtc.Configuration{})
	join(t, anna, b, id, customers)
	anna.Play(false)
	comes(t, changes, assist.CustomerSide)
	mediatest.Until(t, "a picture from the start", anna.Seen, mediatest.IsWhole)
	mediatest.Until(t, "the member's voice", anna.Heard, mediatest.Any)
	mediatest.Until(t, "the customer's voice", lea.Heard, mediatest.Any)
	if !b.Connected(id, customers) || !b.Connected(id, members) {
		t.Error("not connected")
	}
	select {
	case <-lea.Seen:
		t.Error("the member is sent a picture")
	default:
	}
	t.Run("another page takes the place of the first", func(t *testing.T) {
		again := mediatest.Customer(t, webrtc.Configuration{})
		join(t, again, b, id, customers)
		mediatest.Until(t, "a picture from the start", again.Seen, mediatest.IsWhole)
		mediatest.Until(t, "the member's voice", again.Heard, mediatest.Any)
		if !b.Connected(id, customers) {
			t.Error("the customer counts as lost")
		}
	})
	t.Run("a supervisor hears both", func(t *testing.T) {
		boss := mediatest.New(t, webrtc.Configuration{})
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			boss.Section(kind, webrtc.RTPTransceiverDirectionRecvonly)
		}
		join(t, boss, b, id, assist.Leg{Side: assist.WatcherSide, Member: "boss"})
		mediatest.Until(t, "a picture from the start", boss.Seen, mediatest.IsWhole)
		mediatest.Until(t, "a voice", boss.Heard, mediatest.Any)
	})
	b.End(id)
	if b.Connected(id, members) {
		t.Error("connected after the end")
	}
	if _, err := b.Join(t.Context(), id, members, lea.PC.LocalDescription().SDP); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a call that is over: %v", err)
	}
}

func TestCallsAreRefusedHonestlyWhenThereAreTooMany(t *testing.T) {
	t.Parallel()
	b, _ := start(t, media.Options{Calls: 2})
	first := newID()
	for _, id := range []vis.AssistID{first, first, newID()} {
		if err := b.Open(id); err != nil {
			t.Fatal(err)
		}
	}
	third := newID()
	if err := b.Open(third); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("a call too many: %v", err)
	}
	b.End(first)
	if err := b.Open(third); err != nil {
		t.Errorf("a place was given back: %v", err)
	}
}

func TestTheAnswerShowsThePublicAddressOnly(t *testing.T) {
	t.Parallel()
	b, _ := start(t, media.Options{Listen: "0.0.0.0:0", Address: netip.MustParseAddr("127.0.0.1")})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	offer := mediatest.Customer(t, webrtc.Configuration{}).Offer()
	answer, err := b.Join(t.Context(), id, customers, offer)
	if err != nil {
		t.Fatal(err)
	}
	candidates := 0
	for line := range strings.Lines(answer.SDP) {
		if strings.HasPrefix(line, "a=candidate:") {
			if candidates++; !strings.Contains(line, fmt.Sprintf(" 127.0.0.1 %d ", b.Address().Port())) {
				t.Errorf("another address: %s", line)
			}
		}
	}
	if candidates == 0 || !strings.Contains(answer.SDP, "a=ice-lite") {
		t.Errorf("%d candidates in %s", candidates, answer.SDP)
	}
	if _, err := media.New(t.Context(), media.Options{Listen: "0.0.0.0:0", Calls: 1}); err == nil {
		t.Error("listens everywhere without a public address")
	}
}

// W-17: what strangers throw at the port harms nobody who speaks.
func TestACallGoesOnUnderAFloodOfMalformedDatagrams(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea, anna := mediatest.Agent(t), mediatest.Customer(t, webrtc.Configuration{})
	join(t, lea, b, id, members)
	join(t, anna, b, id, customers)
	comes(t, changes, assist.CustomerSide)
	lea.Play(true)
	before := mediatest.Until(t, "a picture", anna.Seen, mediatest.Any)
	conn, err := net.Dial("udp", b.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	heads := [][]byte{
		{0x00, 0x01, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42},                                                       // STUN of a length it does not have
		{0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0xff, 0xff}, // an attribute beyond the end
		{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1},                                                // DTLS hello
		{0x80, 0x60}, {0xbf, 0xff}, {0x81, 0xc8, 0xff, 0xff}, {0xff}, {},
	}
	for i := range 4000 {
		p := make([]byte, 64)
		if _, err := rand.Read(p); err != nil {
			t.Fatal(err)
		}
		n := copy(p, heads[i%len(heads)])
		_, _ = conn.Write(p[:max(n, int(p[63]%64))])
	}
	mediatest.Until(t, "a later picture", anna.Seen, func(p *rtp.Packet) bool { return p.SequenceNumber-before.SequenceNumber > 20 })
	other := newID()
	if err := b.Open(other); err != nil {
		t.Fatal(err)
	}
	join(t, mediatest.Customer(t, webrtc.Configuration{}), b, other, customers)
	comes(t, changes, assist.CustomerSide)
}
