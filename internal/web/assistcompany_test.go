package web

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// W-13, W-16: a colleague who does not come, one who comes in, takes over, and a supervisor who whispers; with real media.
func TestACallIsPassedOnAndOthersComeIntoIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lea, yann, zoe := h.hire(h.admin, "Lea", vis.Agent), h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Zoe", vis.Agent)
	boss := h.hire(h.admin, "Bruno", vis.Supervisor)
	h.available(lea)
	anna := h.visitor(h.ws, h.chat)
	her, agent := mediatest.Customer(t, webrtc.Configuration{}), mediatest.Agent(t)
	her.Voice, agent.Voice = 20, 21
	url := h.serve()
	hers := h.open(url, anna, nil)
	id := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{"offer": her.Offer()})).Assist.ID
	mine, theirs := "/api/v1/visitor/assists/"+id, "/api/v1/assists/"+id
	agent.Take(read[JoinedAssist](t, h.post(lea, theirs+"/accept", obj{"offer": agent.Offer()})).Answer)
	agent.Play(true)
	answer, _ := hers.next("assist_answer")["answer"].(string)
	her.Take(answer)
	her.Play(false)
	her.Hears("the member", 21)
	read[VisitorAssist](t, h.post(anna, mine+"/consents", obj{"kind": "page"}))

	// Nobody who is not there is called, and by nobody but the member who has the call.
	to := func(purpose string, m principal) obj { return obj{"purpose": purpose, "memberId": m.actor.ID} }
	if a := h.post(lea, theirs+"/call", to("pass", yann)); a.problem().Code != "colleague_away" {
		t.Errorf("who is away is called: %d %s", a.status, a.body)
	}
	h.available(yann)
	h.available(zoe)
	for _, try := range []struct {
		who    principal
		method string
		path   string
		body   obj
	}{
		{yann, "POST", "/call", to("pass", yann)}, {boss, "POST", "/call", to("pass", yann)}, {zoe, "POST", "/accept", obj{"offer": listens}},
		{yann, "DELETE", "/call", nil}, {zoe, "DELETE", "/guest", nil}, {lea, "DELETE", "/guest", nil},
	} {
		if a := h.do(call{method: try.method, path: theirs + try.path, as: try.who, body: try.body}); a.status != 404 {
			t.Errorf("%s %s by %s: %d %s", try.method, try.path, try.who.name, a.status, a.body)
		}
	}

	// Time passes without an answer: it is given back.
	calling := read[Assist](t, h.post(lea, theirs+"/call", to("pass", yann))).Calling
	if calling == nil || calling.MemberID == nil || *calling.MemberID != yann.actor.ID {
		t.Fatalf("calling %+v", calling)
	}
	if got := read[Assists](t, h.get(yann, "/api/v1/assists")).Items; len(got) != 1 {
		t.Errorf("rings for him: %+v", got)
	}
	hers.event(assist.SessionCalled)
	shown := read[CurrentAssist](t, h.get(anna, "/api/v1/visitor/assist")).Assist
	if shown.Coming == nil || shown.Coming.Purpose != "pass" || shown.Coming.Agents[0].FirstName != "Yann" || len(shown.Ringing) != 0 {
		t.Errorf("she is shown %+v", shown)
	}
	h.clock.move(15 * time.Second)
	h.must(h.assist.Effects()[assist.TimerColleague](h.ctx, jobs.Timer{Workspace: h.ws, Kind: assist.TimerColleague, Key: id}))
	hers.event(assist.SessionReturned)
	if a := h.post(yann, theirs+"/accept", obj{"offer": listens}); a.problem().Code != "assist_taken" {
		t.Errorf("too late: %d %s", a.status, a.body)
	}
	read[Assist](t, h.post(lea, theirs+"/call", to("pass", zoe)))
	if a := h.post(zoe, theirs+"/refuse", obj{"reason": "busy"}); a.status != 204 {
		t.Errorf("refuse: %d %s", a.status, a.body)
	}
	hers.event(assist.SessionReturned)

	// One comes in, is heard, and is shown.
	read[Assist](t, h.post(lea, theirs+"/call", to("join", yann)))
	third := mediatest.Agent(t)
	third.Voice = 22
	came := read[JoinedAssist](t, h.post(yann, theirs+"/accept", obj{"offer": third.Offer()}))
	if came.Assist.GuestID == nil || *came.Assist.GuestID != yann.actor.ID || *came.Assist.MemberID != lea.actor.ID {
		t.Errorf("came in: %+v", came.Assist)
	}
	third.Take(came.Answer)
	third.Play(true)
	her.Hears("the third", 22)
	agent.Hears("the third", 22)
	third.Hears("the customer", 20)
	if g := read[CurrentAssist](t, h.get(anna, "/api/v1/visitor/assist")).Assist.Guest; g == nil || g.FirstName != "Yann" {
		t.Errorf("she is shown %+v", g)
	}

	// A supervisor whispers to the member.
	loud, soft := mediatest.Watcher(t, true), mediatest.Watcher(t, true)
	soft.Voice = 23
	if a := h.post(boss, theirs+"/watch", obj{"offer": loud.Offer()}); a.status != 422 {
		t.Errorf("who only listens sends sound: %d", a.status)
	}
	if a := h.post(zoe, theirs+"/watch", obj{"offer": listens, "whisper": true}); a.status != 403 {
		t.Errorf("an agent whispers: %d", a.status)
	}
	whispers := read[JoinedAssist](t, h.post(boss, theirs+"/watch", obj{"offer": soft.Offer(), "whisper": true}))
	if len(whispers.Assist.Whispers) != 1 {
		t.Errorf("not announced: %+v", whispers.Assist)
	}
	soft.Take(whispers.Answer)
	soft.Play(false)
	agent.Hears("the whisper", 23)

	// He takes over, and she who had the call is out of it; what was allowed her is not his.
	passed := read[Assist](t, h.post(lea, theirs+"/call", to("pass", yann)))
	if *passed.MemberID != yann.actor.ID || passed.GuestID != nil || passed.Consents[0].Why != "agent" || *passed.Conversation.AssigneeID != yann.actor.ID {
		t.Errorf("passed: %+v", passed)
	}
	if a := h.post(lea, theirs+"/join", obj{"offer": listens}); a.status != 404 {
		t.Errorf("who passed it on is in it: %d", a.status)
	}
	next := mediatest.Agent(t)
	next.Voice = 24
	next.Take(read[JoinedAssist](t, h.post(yann, theirs+"/join", obj{"offer": next.Offer()})).Answer)
	next.Play(true)
	her.Hears("who took over", 24)
	next.Hears("the whisper", 23)
	if n := her.Whose(23) + third.Whose(23); n != 0 || her.PC.ConnectionState() != webrtc.PeerConnectionStateConnected {
		t.Errorf("%d packets of a whisper went astray; she is %s", n, her.PC.ConnectionState())
	}
	if ended := read[VisitorAssist](t, h.post(anna, mine+"/end", obj{})); ended.Agent.FirstName != "Yann" || ended.PassedBy.FirstName != "Lea" {
		t.Errorf("ended: %+v", ended)
	}

	// What it comes to.
	period := "/api/v1/assists/measures?from=2020-01-01T00:00:00Z&to="
	if m := read[AssistMeasures](t, h.get(boss, period+"2020-01-02T00:00:00Z")); m.Pressed != 0 {
		t.Errorf("measured elsewhere: %+v", m)
	}
	today := h.clock.Now().UTC()
	span := "/api/v1/assists/measures?from=" + today.Add(-time.Hour).Format(time.RFC3339) + "&to=" + today.Add(time.Hour).Format(time.RFC3339)
	if m := read[AssistMeasures](t, h.get(boss, span)); m.Pressed != 1 || m.Kept != 1 || len(m.Answers) != 1 {
		t.Errorf("measured: %+v", m)
	}
	if a := h.get(boss, period+"2026-01-02T00:00:00Z"); a.status != 422 {
		t.Errorf("six years: %d", a.status)
	}
}

func TestACustomerIsToldHowSoonSomebodyUsuallyAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann, anna := h.hire(h.admin, "Yann", vis.Agent), h.visitor(h.ws, h.chat)
	press := func() VisitorAssist {
		h.clock.move(10 * time.Minute)
		h.available(yann)
		return read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{})).Assist
	}
	for _, seconds := range []int{2, 4, 6, 8, 90} {
		x := press()
		if x.UsualFor != nil {
			t.Errorf("of a few answers she is told %v", *x.UsualFor)
		}
		h.clock.move(time.Duration(seconds) * time.Second)
		read[JoinedAssist](t, h.post(yann, "/api/v1/assists/"+x.ID+"/accept", obj{"offer": mediatest.Agent(t).Offer()}))
		read[VisitorAssist](t, h.post(anna, "/api/v1/visitor/assists/"+x.ID+"/end", obj{}))
	}
	x := press()
	if x.UsualFor == nil || *x.UsualFor != 6 {
		t.Errorf("of five answers she is told %v", x.UsualFor)
	}
	read[JoinedAssist](t, h.post(yann, "/api/v1/assists/"+x.ID+"/accept", obj{"offer": mediatest.Agent(t).Offer()}))
	if ended := read[VisitorAssist](t, h.post(anna, "/api/v1/visitor/assists/"+x.ID+"/end", obj{})); ended.UsualFor != nil {
		t.Error("it rings no more, and she is told all the same")
	}
}
