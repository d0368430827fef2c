package web

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// available brings a member to her desk.
func (h *house) available(who principal) {
	h.Helper()
	shift := routing.Shift{Member: who.actor.Member(), Chosen: routing.Available, Connected: true, Since: h.clock.Now(), SeenAt: h.clock.Now()}
	h.must(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error { return tx.SaveShift(h.ctx, shift) }))
}

// rings lets time pass and the bell of a session ring on.
func (h *house) rings(id string, after time.Duration) {
	h.Helper()
	h.clock.move(after)
	h.must(h.assist.Effects()[assist.TimerRing](h.ctx, jobs.Timer{Workspace: h.ws, Kind: assist.TimerRing, Key: id}))
}

// W-13, W-16: from the press to the thanks, with real media, and what others try meanwhile.
func TestACallFromThePressToTheThanks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann, zoe := h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Zoe", vis.Agent)
	boss := h.hire(h.admin, "Bruno", vis.Supervisor)
	h.available(yann)
	anna, bob := h.visitor(h.ws, h.chat), h.visitor(h.ws, h.chat)
	url := h.serve()
	hers, his := h.open(url, anna, nil), h.open(url, yann, nil)
	head := h.head(h.ws)

	her := mediatest.Customer(t, webrtc.Configuration{})
	pressed := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{"offer": her.Offer(), "page": obj{"url": "https://shop.example/velo", "title": "Vélo"}}))
	if got := h.since(h.ws, head); got != "conversation.started conversation.called assist.pressed assist.rang" {
		t.Errorf("events: %s", got)
	}
	if pressed.Assist.State != "ringing" || pressed.Assist.LateAt != nil || len(pressed.Assist.Ringing) != 1 || pressed.Assist.Ringing[0].FirstName != "Yann" ||
		len(pressed.IceServers) != 1 {
		t.Fatalf("pressed: %+v", pressed)
	}
	id := pressed.Assist.ID
	again := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{}))
	if again.Assist.ID != id {
		t.Error("pressing again made another session")
	}
	if e := his.event(assist.SessionRang); e["assist"].(map[string]any)["id"] != id {
		t.Errorf("the member is told %v", e)
	}
	mine, his404 := "/api/v1/visitor/assists/"+id, "/api/v1/assists/"+id
	for _, try := range []struct {
		who  principal
		path string
		body obj
	}{
		{bob, mine + "/join", obj{"offer": listens}}, {bob, mine + "/end", obj{}}, {bob, mine + "/consents", obj{"kind": "page"}},
		{zoe, his404 + "/accept", obj{"offer": listens}}, {zoe, his404 + "/join", obj{"offer": listens}}, {zoe, his404 + "/end", obj{}},
		{zoe, his404 + "/ask", obj{"kind": "page"}}, {yann, his404 + "/join", obj{"offer": listens}},
		{yann, "/api/v1/assists/" + newID() + "/accept", obj{"offer": listens}},
	} {
		if a := h.post(try.who, try.path, try.body); a.status != 404 {
			t.Errorf("%s by %s: %d %s", try.path, try.who.name, a.status, a.body)
		}
	}

	agent := mediatest.Agent(t)
	taken := read[JoinedAssist](t, h.post(yann, his404+"/accept", obj{"offer": agent.Offer()}))
	if taken.Assist.State != "accepted" || taken.Assist.Conversation.AssigneeID == nil || *taken.Assist.Conversation.AssigneeID != yann.actor.ID {
		t.Errorf("taken: %+v", taken.Assist)
	}
	agent.Take(taken.Answer)
	agent.Play(true)
	answer, _ := hers.next("assist_answer")["answer"].(string)
	her.Take(answer)
	her.Play(false)
	hers.event(assist.SessionLive)
	mediatest.Until(t, "the first picture", her.Seen, mediatest.IsWhole)
	mediatest.Until(t, "the member's voice", her.Heard, mediatest.Any)
	mediatest.Until(t, "the customer's voice", agent.Heard, mediatest.Any)

	// A camera, and control, are hers to give.
	eye := mediatest.New(t, webrtc.Configuration{})
	eye.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
	camera := obj{"offer": eye.Offer()}
	if a := h.post(anna, mine+"/join", camera); a.status != 403 || a.problem().Code != "camera_not_consented" {
		t.Errorf("a camera without consent: %d %s", a.status, a.body)
	}
	if a := h.post(anna, mine+"/consents", obj{"kind": "control", "origin": shopSite}); a.problem().Code != "page_not_shown" {
		t.Errorf("control of a page that is not shown: %d %s", a.status, a.body)
	}
	read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "camera"}))
	seen := mediatest.New(t, webrtc.Configuration{})
	seen.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendrecv)
	seen.Section(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendrecv)
	seen.Take(read[JoinedAsVisitor](t, h.post(anna, mine+"/join", obj{"offer": seen.Offer()})).Answer)
	seen.Play(true)
	mediatest.Until(t, "the customer's picture", agent.Seen, mediatest.IsWhole)
	read[VisitorAssist](t, h.do(call{method: "DELETE", path: mine + "/consents/camera", as: anna}))
	if a := h.post(anna, mine+"/join", camera); a.problem().Code != "camera_not_consented" {
		t.Errorf("a camera that was taken back: %d %s", a.status, a.body)
	}
	read[Assist](t, h.post(yann, his404+"/ask", obj{"kind": "page"}))
	read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "page"}))
	given := read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "control", "origin": shopSite}))
	if len(given.Consents) != 2 || given.Consents[1].ExpiresAt == nil || len(given.Asked) != 0 {
		t.Errorf("given: %+v", given)
	}
	back := read[Assist](t, h.do(call{method: "DELETE", path: his404 + "/consents/page", as: yann}))
	if len(back.Consents) != 3 || back.Consents[1].Why != "revoked" || back.Consents[2].Why != "revoked" {
		t.Errorf("given back: %+v", back.Consents)
	}

	// Who listens is shown.
	ear := mediatest.New(t, webrtc.Configuration{})
	ear.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	offer := ear.Offer()
	if a := h.post(zoe, his404+"/watch", obj{"offer": offer}); a.status != 403 {
		t.Errorf("an agent listens to another's call: %d", a.status)
	}
	ear.Take(read[JoinedAssist](t, h.post(boss, his404+"/watch", obj{"offer": offer})).Answer)
	mediatest.Until(t, "a voice", ear.Heard, mediatest.Any)
	if w := read[CurrentAssist](t, h.get(anna, "/api/v1/visitor/assist")).Assist.Watchers; len(w) != 1 || w[0].FirstName != "Bruno" {
		t.Errorf("the customer is shown %+v", w)
	}
	hers.event(assist.SessionWatched)
	h.must(ear.PC.Close())
	if e := hers.event(assist.SessionWatched); len(e["assist"].(map[string]any)["watchers"].([]any)) != 0 {
		t.Errorf("who has gone is shown: %v", e)
	}

	ended := read[VisitorAssist](t, h.post(anna, mine+"/end", obj{}))
	if ended.Outcome != "done" || ended.EndedBy != "customer" || len(ended.Watchers) != 0 {
		t.Errorf("ended: %+v", ended)
	}
	if a := h.post(anna, mine+"/join", obj{"offer": listens}); a.problem().Code != "assist_over" {
		t.Errorf("joined after the end: %d %s", a.status, a.body)
	}
	read[VisitorAssist](t, h.post(anna, mine+"/rating", obj{"score": 5, "comment": "Merci"}))

	// What came of it is hers to say who had it last; the conversation says it too, and stays open.
	if owed := read[Assists](t, h.get(yann, "/api/v1/assists")).Items; len(owed) != 1 || owed[0].ID != id || owed[0].Conclusion != nil {
		t.Errorf("he is not asked what came of it: %+v", owed)
	}
	for who, path := range map[*principal]string{&zoe: his404, &boss: his404, &yann: "/api/v1/assists/" + newID()} {
		if a := h.do(call{method: "PUT", path: path + "/conclusion", as: *who, body: obj{"result": "solved"}}); a.status != 404 {
			t.Errorf("%s says what came of %s: %d %s", who.name, path, a.status, a.body)
		}
	}
	head = h.head(h.ws)
	say := call{method: "PUT", path: his404 + "/conclusion", as: yann, body: obj{"result": "won"}}
	if a := h.do(say); a.status != 422 || len(a.problem().Errors) == 0 {
		t.Errorf("a word of no meaning: %d %s", a.status, a.body)
	}
	say.body = obj{"result": "follow_up", "note": "Rappeler l’atelier"}
	said := read[Assist](t, h.do(say))
	if said.Conclusion == nil || said.Conclusion.Result != "follow_up" || said.Conclusion.MemberID != yann.actor.ID || said.Conversation.State != "open" {
		t.Errorf("said: %+v", said)
	}
	read[Assist](t, h.do(say))
	if got := h.since(h.ws, head); got != "conversation.concluded note.written assist.concluded" {
		t.Errorf("events: %s", got)
	}
	// What stays with her says how long it was and what she allowed, and no more than that of what members think of it.
	kept := func() (all []VisitorMessage) {
		for _, m := range read[VisitorMessagePage](t, h.get(anna, "/api/v1/visitor/conversations/"+ended.ConversationID+"/messages")).Items {
			if m.Line != nil {
				all = append(all, m)
			}
		}
		return all
	}
	say.body = obj{"result": "follow_up", "summary": "  L’atelier vous écrit jeudi.\u0000 "}
	read[Assist](t, h.do(say))
	live := hers.event(desk.ConversationConcluded)["message"].(map[string]any)
	if all := kept(); len(all) != 3 || all[0].Line.Type != "conversation.spoken" || all[0].Line.Call.ID != id || all[0].Text != "" ||
		all[2].Text != "L’atelier vous écrit jeudi." || *all[2].Line.Result != "follow_up" || *all[2].Author.FirstName != "Yann" ||
		!slices.Equal(all[2].Line.Call.Allowed, []string{"page", "control", "camera"}) || live["id"] != all[1].ID {
		t.Errorf("she keeps %+v, and was told %v", all, live)
	}
	say.body = obj{"result": "abuse", "note": "Elle insulte."}
	read[Assist](t, h.do(say))
	if last := kept()[3]; last.Line.Result != nil || last.Text != "" {
		t.Errorf("she is told what he thinks of her: %+v", last)
	}
	if a := h.get(anna, "/api/v1/visitor/conversations/"+ended.ConversationID+"/messages"); strings.Contains(string(a.body), "abuse") ||
		strings.Contains(string(a.body), "insulte") || strings.Contains(string(a.body), "Rappeler") {
		t.Errorf("what is for members is in her conversation: %s", a.body)
	}
	if owed := read[Assists](t, h.get(yann, "/api/v1/assists")).Items; len(owed) != 0 {
		t.Errorf("he is asked again: %+v", owed)
	}
	all := read[Assists](t, h.get(zoe, "/api/v1/conversations/"+ended.ConversationID+"/assists")).Items
	if len(all) != 1 || all[0].Rating != 5 || all[0].LiveAt == nil {
		t.Errorf("history: %+v", all)
	}
	c, err := h.desk.Conversation(h.ctx, vis.System(h.ws), vis.ConversationID(ended.ConversationID))
	h.must(err)
	if !c.WaitingSince.IsZero() {
		t.Error("she counts as waiting, though she was spoken to")
	}
}

func TestNobodyAnswersAndTheCustomerIsNotForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.visitor(h.ws, h.chat)
	pressed := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{})).Assist
	if pressed.LateAt == nil || len(pressed.Ringing) != 0 {
		t.Errorf("nobody is there, and she is told %+v", pressed)
	}
	yann := h.hire(h.admin, "Yann", vis.Agent)
	h.available(yann)
	h.rings(pressed.ID, 5*time.Second)
	if got := read[Assists](t, h.get(yann, "/api/v1/assists")).Items; len(got) != 1 || got[0].Rings[0].State != "ringing" {
		t.Fatalf("for who came to her desk rings %+v", got)
	}
	if a := h.post(yann, "/api/v1/assists/"+pressed.ID+"/refuse", obj{"reason": "busy"}); a.status != 204 {
		t.Errorf("refuse: %d %s", a.status, a.body)
	}
	h.rings(pressed.ID, 3*time.Minute)
	if got := read[CurrentAssist](t, h.get(anna, "/api/v1/visitor/assist")).Assist; got != nil {
		t.Errorf("it rings on: %+v", got)
	}
	c, err := h.desk.Conversation(h.ctx, vis.System(h.ws), vis.ConversationID(pressed.ConversationID))
	h.must(err)
	if c.State != desk.Open || c.WaitingSince.IsZero() {
		t.Errorf("her conversation waits no longer: %+v", c)
	}
}

// W-17: what was agreed on survives the process; the media comes again.
func TestACallSurvivesTheProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.hire(h.admin, "Yann", vis.Agent)
	h.available(yann)
	anna, bob := h.visitor(h.ws, h.chat), h.visitor(h.ws, h.chat)
	id := vis.AssistID(read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{})).Assist.ID)
	read[JoinedAssist](t, h.post(yann, "/api/v1/assists/"+string(id)+"/accept", obj{"offer": mediatest.Agent(t).Offer()}))
	read[VisitorAssist](t, h.post(anna, "/api/v1/visitor/assists/"+string(id)+"/consents", obj{"kind": "page"}))
	waiting := read[PressedAssist](t, h.post(bob, "/api/v1/visitor/assists", obj{})).Assist

	backend, err := media.New(h.ctx, media.Options{Listen: "127.0.0.1:0", Calls: 5, Clock: h.clock})
	h.must(err)
	defer backend.Close()
	next := assist.New(assist.Options{DB: h.store.Assist(), Desk: h.desk, Reach: h.channels, Roster: h.roster(), Media: backend, Clock: h.clock, Mint: vis.Mint{},
		Log: slog.New(slog.DiscardHandler)})
	next.ShowOn(h.server)
	head := h.head(h.ws)
	h.must(next.Recover(h.ctx, h.ws))
	if got := h.since(h.ws, head); got != "assist.interrupted" {
		t.Errorf("events: %s", got)
	}
	l := h.open(h.serve(), anna, nil)
	her, agent := mediatest.Customer(t, webrtc.Configuration{}), mediatest.Agent(t)
	joined, err := next.Join(h.ctx, anna.actor, id, her.Offer())
	h.must(err)
	her.Take(joined.Way.SDP)
	joined, err = next.Join(h.ctx, yann.actor, id, agent.Offer())
	h.must(err)
	agent.Take(joined.Way.SDP)
	agent.Play(false)
	mediatest.Until(t, "the picture after the restart", her.Seen, mediatest.Any)
	for {
		if e := l.event(assist.SessionLive); e["assist"].(map[string]any)["id"] == string(id) {
			break
		}
	}
	x, err := next.Session(h.ctx, anna.actor, id)
	h.must(err)
	if _, sees := x.Allowed(assist.SeePage, h.clock.Now()); x.State != assist.Live || !sees {
		t.Errorf("after the restart: %+v", x)
	}
	h.clock.move(3 * time.Minute)
	h.must(next.Effects()[assist.TimerRing](h.ctx, jobs.Timer{Workspace: h.ws, Kind: assist.TimerRing, Key: waiting.ID}))
	if x, err = next.Session(h.ctx, bob.actor, vis.AssistID(waiting.ID)); err != nil || x.Story.Outcome != assist.Missed {
		t.Errorf("what rang before rings for ever: %+v, %v", x, err)
	}
}
