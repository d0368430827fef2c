package media_test

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// Whose sound is whose.
const (
	annaSpeaks byte = iota + 10
	leaSpeaks
	yannSpeaks
	bossSpeaks
)

// W-16: one call with everybody who may come into it. Nobody's connection is made anew for another's sake.
func TestOthersComeIntoACallAndAWhisperReachesTheMemberOnly(t *testing.T) {
	t.Parallel()
	b, changes := start(t, media.Options{})
	id := newID()
	if err := b.Open(id); err != nil {
		t.Fatal(err)
	}
	lea, anna := mediatest.Agent(t), mediatest.Customer(t, webrtc.Configuration{})
	lea.Voice, anna.Voice = leaSpeaks, annaSpeaks
	join(t, lea, b, id, members)
	join(t, anna, b, id, customers)
	comes(t, changes, assist.CustomerSide)
	lea.Play(true)
	anna.Play(false)
	anna.Hears("the member", leaSpeaks)
	lea.Hears("the customer", annaSpeaks)

	yann := mediatest.Agent(t)
	yann.Voice = yannSpeaks
	guest := assist.Leg{Side: assist.GuestSide, Member: "yann"}
	t.Run("a third is heard by both, and hears both", func(t *testing.T) {
		join(t, yann, b, id, guest)
		yann.Play(true)
		anna.Hears("the third", yannSpeaks)
		lea.Hears("the third", yannSpeaks)
		yann.Hears("the customer", annaSpeaks)
		yann.Hears("the member", leaSpeaks)
	})

	boss := mediatest.Watcher(t, true)
	boss.Voice = bossSpeaks
	t.Run("a whisper is heard by the member", func(t *testing.T) {
		offer := mediatest.Watcher(t, true).Offer()
		if err := b.Check(assist.WatcherSide, offer, false); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("who only listens may speak: %v", err)
		}
		join(t, boss, b, id, assist.Leg{Side: assist.WhisperSide, Member: "boss"})
		boss.Play(false)
		lea.Hears("the whisper", bossSpeaks)
		boss.Hears("the customer", annaSpeaks)
		boss.Hears("the third", yannSpeaks)
	})

	b.Leave(id, guest)
	t.Run("another member takes the call; the customer's connection stays", func(t *testing.T) {
		next := mediatest.Agent(t)
		next.Voice = yannSpeaks + 10
		join(t, next, b, id, members)
		next.Play(true)
		anna.Hears("the next member", next.Voice)
		next.Hears("the customer", annaSpeaks)
		next.Hears("the whisper", bossSpeaks)
		if anna.PC.ConnectionState() != webrtc.PeerConnectionStateConnected || !b.Connected(id, members) {
			t.Error("somebody was cut off")
		}
	})
	// By now the whisper has gone to two members for as long as it took; not one packet of it came to anybody else.
	for name, f := range map[string]*mediatest.Far{"customer": anna, "third": yann} {
		if n := f.Whose(bossSpeaks); n != 0 {
			t.Errorf("the %s heard %d packets of a whisper", name, n)
		}
	}
	if anna.Whose(annaSpeaks) != 0 {
		t.Error("she hears herself")
	}
}
