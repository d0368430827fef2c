package media_test

import (
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// W-16: privacy lives in the session description.
func TestAnOfferMayNotShowTheCustomerWithoutHerConsent(t *testing.T) {
	t.Parallel()
	hers := mediatest.Customer(t, webrtc.Configuration{}).Offer()
	cut := strings.Index(hers, "m=video")
	sound, picture := hers[:cut], hers[cut:]
	with := func(direction string) string {
		return sound + strings.Replace(picture, "a=recvonly\r\n", direction, 1)
	}
	for _, c := range []struct {
		what   string
		side   assist.Side
		offer  string
		camera bool
		want   vis.Code
	}{
		{"sound and the member's picture", assist.CustomerSide, hers, false, ""},
		{"a camera", assist.CustomerSide, with("a=sendrecv\r\n"), false, vis.Forbidden},
		{"a camera that only sends", assist.CustomerSide, with("a=sendonly\r\n"), false, vis.Forbidden},
		{"a camera by leaving the direction out", assist.CustomerSide, with(""), false, vis.Forbidden},
		{"a camera behind a harmless word", assist.CustomerSide, with("a=recvonly\r\na=sendrecv\r\n"), false, vis.Forbidden},
		{"a second section that sends", assist.CustomerSide, hers + with("a=sendonly\r\n")[cut:], false, vis.Forbidden},
		{"a camera that she allowed", assist.CustomerSide, with("a=sendrecv\r\n"), true, ""},
		{"two cameras", assist.CustomerSide, with("a=sendonly\r\n") + with("a=sendonly\r\n")[cut:], true, vis.Invalid},
		{"a member's camera", assist.MemberSide, with("a=sendonly\r\n"), true, ""},
		{"a member's two voices", assist.MemberSide, hers + hers[strings.Index(hers, "m=audio"):cut], true, vis.Invalid},
		{"a supervisor who only listens", assist.WatcherSide, strings.Replace(hers, "a=sendrecv", "a=recvonly", 1), false, ""},
		{"a supervisor who speaks", assist.WatcherSide, hers, false, vis.Invalid},
		{"several sizes of a picture", assist.MemberSide, with("a=sendonly\r\na=rid:h send\r\n"), true, vis.Invalid},
		{"a data channel", assist.CustomerSide, hers + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", false, vis.Invalid},
		{"no sections", assist.CustomerSide, hers[:strings.Index(hers, "m=")], false, vis.Invalid},
		{"nonsense", assist.CustomerSide, "hello", false, vis.Invalid},
		{"too much", assist.CustomerSide, hers + strings.Repeat("a=x\r\n", 10_000), false, vis.Invalid},
	} {
		if got := vis.CodeOf((*media.Backend)(nil).Check(c.side, c.offer, c.camera)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

// W-17: whatever a stranger offers is answered or refused, and never harms the process.
func FuzzOffers(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\na=mid:0\r\n")
	f.Add("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n")
	f.Fuzz(func(t *testing.T, offer string) {
		b, _ := start(t, media.Options{})
		for _, side := range []assist.Side{assist.CustomerSide, assist.MemberSide, assist.WatcherSide} {
			if b.Check(side, offer, false) != nil {
				continue
			}
			id := newID()
			if err := b.Open(id); err != nil {
				t.Fatal(err)
			}
			if answer, err := b.Join(t.Context(), id, assist.Leg{Side: side}, offer); err == nil && answer.SDP == "" {
				t.Error("neither an answer nor a refusal")
			}
			b.End(id)
		}
	})
}
