package web

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// W-13, W-16: a customer is seen from her word on and until she takes it back, whatever her browser sends before, meanwhile and
// afterwards; her word is an event, and is audited.
func TestACustomerIsSeenOnlyWhileSheAllowsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.hire(h.admin, "Yann", vis.Agent)
	h.available(yann)
	anna, bob := h.visitor(h.ws, h.chat), h.visitor(h.ws, h.chat)
	id := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{})).Assist.ID
	mine, theirs := "/api/v1/visitor/assists/"+id, "/api/v1/assists/"+id
	agent := mediatest.Agent(t)
	agent.Take(read[JoinedAssist](t, h.post(yann, theirs+"/accept", obj{"offer": agent.Offer()})).Answer)
	agent.Play(true)

	// joins is a browser of hers that sends sound with a mark, and pictures all the time.
	joins := func(voice byte, smuggles bool) *mediatest.Far {
		t.Helper()
		her := mediatest.New(t, webrtc.Configuration{})
		her.Voice = voice
		her.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
		her.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
		offer := her.Offer()
		if !smuggles {
			her.Take(read[JoinedAsVisitor](t, h.post(anna, mine+"/join", obj{"offer": offer})).Answer)
		} else {
			her.Take(mediatest.Unfold(read[JoinedAsVisitor](t, h.post(anna, mine+"/join", obj{"offer": mediatest.Smuggle(offer)})).Answer))
		}
		her.Play(true)
		return her
	}
	// unseen hears her for a while, long enough for a picture to come if one came.
	unseen := func(when string, voice byte) {
		t.Helper()
		agent.Hears("the customer", voice)
		select {
		case <-agent.Seen: // it was on its way
		default:
		}
		for range 10 {
			agent.Hears("the customer", voice)
		}
		select {
		case <-agent.Seen:
			t.Errorf("%s she is seen", when)
		default:
		}
	}

	joins(31, true)
	unseen("without her word", 31)
	read[Assist](t, h.post(yann, theirs+"/ask", obj{"kind": "camera"}))
	unseen("asked only,", 31)
	if a := h.post(bob, mine+"/consents", obj{"kind": "camera"}); a.status != 404 {
		t.Errorf("another allows it: %d %s", a.status, a.body)
	}
	if a := h.post(yann, mine+"/consents", obj{"kind": "camera"}); a.status != 401 && a.status != 403 {
		t.Errorf("her agent allows it to himself: %d %s", a.status, a.body)
	}

	head := h.head(h.ws)
	given := read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "camera"}))
	if len(given.Asked) != 0 || len(given.Consents) != 1 {
		t.Errorf("given: %+v", given)
	}
	unseen("by a connection from before her word,", 31)
	joins(32, false)
	mediatest.Until(t, "her picture", agent.Seen, mediatest.IsWhole)
	read[VisitorAssist](t, h.do(call{method: "DELETE", path: mine + "/consents/camera", as: anna}))
	unseen("after she took it back,", 32)
	if got := h.since(h.ws, head); got != "assist.consented assist.revoked" {
		t.Errorf("events: %s", got)
	}
	joins(33, true)
	unseen("on a connection from after that,", 33)

	// What she allows again, her agent can give back, and the end of the call ends it.
	read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "camera"}))
	joins(34, false)
	mediatest.Until(t, "her picture", agent.Seen, mediatest.IsWhole)
	read[Assist](t, h.do(call{method: "DELETE", path: theirs + "/consents/camera", as: yann}))
	unseen("though it was given back,", 34)
	read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "camera"}))
	read[Assist](t, h.post(yann, theirs+"/end", obj{}))
	x, err := h.assist.Session(h.ctx, yann.actor, vis.AssistID(id))
	h.must(err)
	if _, still := x.Allowed(assist.SeeCamera, h.clock.Now()); still {
		t.Error("it outlives the call")
	}
}
