package media_test

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
)

// W-16: a customer is seen from when she shows herself until she takes it back, by her member and who listens, and by no third; a page that
// goes on sending is not heeded.
func TestACustomerShowsHerselfAndTakesItBack(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea, boss, yann := mediatest.Agent(t), mediatest.New(t, webrtc.Configuration{}), mediatest.Agent(t)
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeVideo} {
		boss.Section(kind, webrtc.RTPTransceiverDirectionRecvonly)
	}
	join(t, lea, b, id, members)
	join(t, boss, b, id, assist.Leg{Side: assist.WatcherSide, Member: "boss"})
	join(t, yann, b, id, assist.Leg{Side: assist.GuestSide, Member: "yann"})
	quiet := func(who string, f *mediatest.Far) {
		t.Helper()
		select {
		case <-f.Seen:
			t.Errorf("the %s sees her", who)
		default:
		}
	}
	shows := func(voice byte) *mediatest.Far {
		anna := mediatest.New(t, webrtc.Configuration{})
		anna.Voice = voice
		anna.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
		anna.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
		offer := anna.Offer()
		if err := b.Check(assist.CustomerSide, offer, true); err != nil {
			t.Fatal(err)
		}
		answer, err := b.Join(t.Context(), id, customers, offer)
		if err != nil {
			t.Fatal(err)
		}
		anna.Take(answer.SDP)
		comes(t, changes, assist.CustomerSide)
		return anna
	}
	unseen := mediatest.Customer(t, webrtc.Configuration{})
	join(t, unseen, b, id, customers)
	comes(t, changes, assist.CustomerSide)
	unseen.Voice = annaSpeaks
	unseen.Play(false)
	lea.Hears("the customer", annaSpeaks)
	quiet("member", lea)

	// A browser that says that it sends no picture, and sends one.
	smuggler := mediatest.New(t, webrtc.Configuration{})
	smuggler.Voice = annaSpeaks + 5
	smuggler.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	smuggler.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
	offer := mediatest.Smuggle(smuggler.Offer())
	if err := b.Check(assist.CustomerSide, offer, false); err != nil {
		t.Fatal(err)
	}
	answer, err := b.Join(t.Context(), id, customers, offer)
	if err != nil {
		t.Fatal(err)
	}
	smuggler.Take(mediatest.Unfold(answer.SDP))
	smuggler.Play(true)
	for range 20 {
		lea.Hears("the smuggler", smuggler.Voice)
	}
	quiet("member", lea)

	anna := shows(annaSpeaks + 10)
	anna.Play(true)
	mediatest.Until(t, "her picture from the start", lea.Seen, mediatest.IsWhole)
	mediatest.Until(t, "her picture from the start", boss.Seen, mediatest.IsWhole)

	b.Darken(id)
	for range 3 { // what was on its way is let go; after it nothing comes, while her voice does
		lea.Hears("the customer", anna.Voice)
		select {
		case <-lea.Seen:
		default:
		}
	}
	lea.Hears("the customer", anna.Voice)
	quiet("member", lea)
	quiet("third", yann)

	again := shows(annaSpeaks + 20)
	again.Play(true)
	mediatest.Until(t, "her picture from the start", lea.Seen, mediatest.IsWhole)
	quiet("third", yann)
}
