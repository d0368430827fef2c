package media_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// seen is a tape that notes whose pictures it is given, in whatever section they came.
type seen struct {
	mu    sync.Mutex
	sides map[assist.Side]int
}

// Take implements assist.Tape.
func (s *seen) Take(f assist.Frame) {
	if f.Picture || mediatest.IsPicture(&rtp.Packet{Payload: f.Data}) {
		s.mu.Lock()
		s.sides[f.Side]++
		s.mu.Unlock()
	}
}

func (s *seen) of(side assist.Side) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sides[side]
}

// Where the headers of a smuggler name a section and one of several pictures in it.
const (
	sectionAt = 4
	versionAt = 5
)

// W-16: a customer's browser that sends pictures of which its offer, which was looked at, does not speak: nobody is sent them, as
// pictures or as sound, and no tape. Most of the ways end in the library, which opens no stream that was named in a section that only
// receives. Where it guesses ours end them: it takes a stream that nobody named for the section's of its payload, whatever its direction
// (so a leg is dark whose offer shows nothing), and any payload for sound in a stream of sound (so forward looks at each). All are tried
// from outside: what counts is what comes out.
func TestPicturesOfWhichAnOfferDoesNotSpeakReachNobody(t *testing.T) {
	t.Parallel()
	says := func(kind, lines string) func(string) string { // names other streams of a kind, and whatever else
		return func(o string) string {
			return mediatest.Each(o, kind, func(s string) string { return mediatest.Nameless(s) + lines })
		}
	}
	naming := says("video", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:5 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n")
	isPicture := func(h *rtp.Header) bool { return h.PayloadType == 96 }
	to := func(section string) func(*rtp.Header) {
		return func(h *rtp.Header) {
			if isPicture(h) {
				_ = h.SetExtension(sectionAt, []byte(section))
				_ = h.SetExtension(versionAt, []byte("h"))
			}
		}
	}
	const voice, strange = 0x1001, 0x2002 // numbers of streams: 4097 and 8194
	apart := func(h *rtp.Header) {        // the voice's stream, and one beside it
		if h.SSRC = voice; isPicture(h) {
			h.SSRC = strange
		}
	}
	for what, c := range map[string]struct {
		silent, alone bool // no section of sound; no section but the first
		offer         func(string) string
		as            func(*rtp.Header)
		refused       bool // by the library, when it answers
	}{
		"a stream that is named in a section which only receives": {offer: says("video", "a=ssrc:8194 cname:x\r\n"), as: apart},
		"a stream that nobody named":                              {}, // a dark leg ends it, and the next
		"the only section receives":                               {silent: true},
		"a stream under another number than the one that was named": {offer: says("video", "a=ssrc:8195 cname:x\r\n"), as: func(h *rtp.Header) {
			if isPicture(h) {
				h.SSRC = strange
			}
		}},
		"a picture in the only section, which is of sound": {alone: true, offer: says("audio", "")}, // forward ends it, and the next
		"a picture among the packets of the voice": {offer: says("audio", "a=ssrc:4097 cname:x\r\n"), as: func(h *rtp.Header) {
			h.SSRC = voice
			if h.SequenceNumber *= 2; isPicture(h) {
				h.SequenceNumber++
			}
		}},
		"a header that names the section which only receives": {offer: naming, as: to("1")},
		"a header that names the section of sound":            {offer: naming, as: to("0")},
		"a header that names a section that is not there":     {offer: naming, as: to("7")},
		"two sections of one name":                            {offer: func(o string) string { return strings.Replace(o, "a=mid:1", "a=mid:0", 1) }},
		"a direction for the whole call":                      {offer: func(o string) string { return strings.Replace(o, "m=", "a=sendrecv\r\nm=", 1) }},
		"a picture as a repair of the voice": {
			offer: says("audio", "a=ssrc-group:FID 4097 8194\r\na=ssrc:4097 cname:x\r\na=ssrc:8194 cname:x\r\n"), as: apart},
		"a picture as a second stream of sound": {
			offer: says("audio", "a=ssrc:4097 cname:x\r\na=ssrc:8194 cname:x\r\n"), as: apart, refused: true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b, changes := start(t, media.Options{})
			id := newID()
			if err := b.Open(id); err != nil {
				t.Fatal(err)
			}
			tape := &seen{sides: make(map[assist.Side]int)}
			b.Tap(id, tape)
			lea, boss := mediatest.Agent(t), mediatest.Watcher(t, false)
			join(t, lea, b, id, members)
			join(t, boss, b, id, assist.Leg{Side: assist.WatcherSide, Member: "boss"})
			her := mediatest.Disguised(t, webrtc.Configuration{}, c.as)
			if !c.silent {
				her.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
			}
			her.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
			offer := mediatest.Smuggle(her.Offer())
			if c.offer != nil {
				offer = c.offer(offer)
			}
			if c.alone {
				offer = offer[:strings.Index(offer, "m=video")]
			}
			if err := b.Check(assist.CustomerSide, offer, false); err != nil {
				t.Fatalf("this offer never comes so far: %v", err)
			}
			answer, err := b.Join(t.Context(), id, customers, offer)
			if c.refused {
				if vis.CodeOf(err) != vis.Invalid {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			her.Take(mediatest.Unfold(answer.SDP))
			comes(t, changes, assist.CustomerSide)
			her.Play(true)
			her.Sends(60)
			for who, n := range map[string]int{"the member": lea.Pictures(), "who listens": boss.Pictures(), "the tape": tape.of(assist.CustomerSide)} {
				if n > 0 {
					t.Errorf("%s is given %d packets of pictures", who, n)
				}
			}
		})
	}
}

// W-16: what was taken back does not come again by a stream that begins afterwards.
func TestAPictureTakenBackDoesNotComeInAnotherStream(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea := mediatest.Agent(t)
	join(t, lea, b, id, members)
	var number atomic.Uint32
	number.Store(1)
	her := mediatest.Disguised(t, webrtc.Configuration{}, func(h *rtp.Header) {
		if h.PayloadType == 96 {
			h.SSRC = number.Load()
		}
	})
	her.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	her.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
	her.Voice = annaSpeaks
	offer := mediatest.Each(her.Offer(), "video", mediatest.Nameless)
	if err := b.Check(assist.CustomerSide, offer, true); err != nil {
		t.Fatal(err)
	}
	answer, err := b.Join(t.Context(), id, customers, offer)
	if err != nil {
		t.Fatal(err)
	}
	her.Take(answer.SDP)
	comes(t, changes, assist.CustomerSide)
	her.Play(true)
	mediatest.Until(t, "her picture", lea.Seen, mediatest.IsWhole)
	number.Store(2) // while it is allowed another stream is seen: what follows is no accident
	for before := lea.Pictures(); lea.Pictures() < before+50; {
		her.Sends(1)
	}
	b.Darken(id)
	for range 3 { // what was on its way is let go
		lea.Hears("the customer", annaSpeaks)
	}
	before := lea.Pictures()
	number.Store(3)
	her.Sends(60)
	if n := lea.Pictures() - before; n > 0 {
		t.Errorf("the member is sent %d packets of her", n)
	}
}
