package web

import (
	"testing"
	"time"

	"visavis/internal/vis"
)

// W-13: when live assistance is offered is the server's to say, whatever the page shows and the browser claims.
func TestAPressThatIsNotOfferedIsRefusedWithAnotherWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.hire(h.admin, "Yann", vis.Agent)
	anna := h.visitor(h.ws, h.chat)
	c := read[Channel](t, h.get(h.admin, "/api/v1/channels/"+string(h.chat.ID)))
	version := c.Version
	offer := func(o obj) answer {
		a := h.do(call{method: "PATCH", path: "/api/v1/channels/" + string(h.chat.ID), as: h.admin,
			body: obj{"version": version, "settings": obj{"languages": []string{"fr", "en"}, "assist": true, "offer": o}}})
		if a.status == 200 {
			version = read[Channel](t, a).Version
		}
		h.clock.move(3 * time.Second) // what was known of the floor is not told longer than that
		return a
	}
	for field, wrong := range map[string]obj{"body.settings.offer.only": {"only": []string{"/a?b"}}, "body.settings.offer.never": {"never": []string{"/a b"}},
		"body.settings.offer.staff": {"staff": 100}, "body.settings.offer.whom": {"whom": "rich"}} {
		if a := offer(wrong); a.status != 422 || len(a.problem().Errors) == 0 || a.problem().Errors[0].Location != field {
			t.Errorf("%v: %d %s", wrong, a.status, a.body)
		}
	}
	buy, home := obj{"url": "https://shop.example/checkout/2?token=x", "title": "Kasse"}, obj{"url": "https://shop.example/", "title": "Start"}
	press := func(page obj) answer { return h.post(anna, "/api/v1/visitor/assists", obj{"page": page}) }
	look := func(page string) VisitorChannel {
		return read[VisitorChannel](t, h.do(call{method: "GET", path: "/api/v1/visitor/channel?key=" + h.chat.Key + "&page=" + page, as: anna}))
	}
	for _, step := range []struct {
		offer obj
		page  obj
		code  string // of the refusal, "" when it rings
		why   string
	}{
		{obj{"only": []string{"/checkout*"}}, home, "assist_page", "page"},
		{obj{"only": []string{"/checkout*"}}, obj{"url": "javascript:/checkout", "title": ""}, "assist_page", "page"}, // no page: the last one that she was on counts
		{obj{"only": []string{"/checkout*"}, "never": []string{"shop.example/*"}}, buy, "assist_page", "page"},
		{obj{"whom": "verified"}, buy, "assist_whom", "whom"},
		{obj{"segments": []string{"gold"}}, buy, "assist_whom", "whom"},
		{obj{"staff": 1}, buy, "assist_staff", "staff"},
		{obj{"only": []string{"/checkout*"}}, buy, "", ""},
	} {
		if a := offer(step.offer); a.status != 200 {
			t.Fatalf("%v: %d %s", step.offer, a.status, a.body)
		}
		head := h.head(h.ws)
		a := press(step.page)
		if step.code == "" {
			id := read[PressedAssist](t, a).Assist.ID
			read[VisitorAssist](t, h.post(anna, "/api/v1/visitor/assists/"+id+"/end", obj{}))
		} else if a.status != 409 || a.problem().Code != step.code || h.since(h.ws, head) != "" {
			t.Errorf("%v: %d %s, events %q", step.offer, a.status, a.body, h.since(h.ws, head))
		}
		url, _ := step.page["url"].(string)
		if got := look(url); got.Assist != (step.why == "") || got.AssistWhy != step.why {
			t.Errorf("%v: she is told %v, %q", step.offer, got.Assist, got.AssistWhy)
		}
	}

	// Staff: who is there and free counts; who is in another call does not.
	offer(obj{"staff": 1})
	h.available(yann)
	if got := look(""); !got.Assist || !got.AssistVaries {
		t.Errorf("somebody is free, and she is told %+v", got)
	}
	bob := h.visitor(h.ws, h.chat)
	ring := read[PressedAssist](t, h.post(bob, "/api/v1/visitor/assists", obj{})).Assist
	h.clock.move(3 * time.Second)
	if got := look(""); got.Assist || got.AssistWhy != "staff" {
		t.Errorf("it rings for the one who is free, and she is told %v, %q", got.Assist, got.AssistWhy)
	}
	if a := press(buy); a.problem().Code != "assist_staff" {
		t.Errorf("pressed: %d %s", a.status, a.body)
	}
	read[VisitorAssist](t, h.post(bob, "/api/v1/visitor/assists/"+ring.ID+"/end", obj{}))
	if again := read[PressedAssist](t, press(buy)).Assist; again.State != "ringing" {
		t.Errorf("nobody else calls, and hers is %+v", again)
	} else { // a call that goes on is given again, whatever is offered since
		offer(obj{"never": []string{"/*"}})
		if same := read[PressedAssist](t, press(home)).Assist; same.ID != again.ID {
			t.Error("a press while one goes on made another")
		}
		read[VisitorAssist](t, h.post(anna, "/api/v1/visitor/assists/"+again.ID+"/end", obj{}))
	}

	// Hours: of the channel, its queue or the workspace; closed, she is told from when.
	closed := obj{"zone": "UTC", "week": []obj{{"day": 1, "from": "03:00", "to": "03:05"}}}
	a := h.do(call{method: "PATCH", path: "/api/v1/channels/" + string(h.chat.ID), as: h.admin, body: obj{"version": version,
		"settings": obj{"languages": []string{"fr"}, "assist": true, "offer": obj{"inHours": true}, "hours": closed}}})
	if a.status != 200 {
		t.Fatalf("hours: %d %s", a.status, a.body)
	}
	// Also of whether anybody is here: what was said of the channel a moment ago holds for the channel as it was.
	if got := look(""); got.Open || got.Assist || got.AssistWhy != "hours" || got.AssistFrom == nil {
		t.Errorf("closed: %v %v %q %v", got.Open, got.Assist, got.AssistWhy, got.AssistFrom)
	}
	if a := press(buy); a.problem().Code != "assist_hours" {
		t.Errorf("pressed while closed: %d %s", a.status, a.body)
	}
	if got := read[VisitorChannel](t, h.do(call{method: "GET", path: "/api/v1/visitor/channel?key=" + h.chat.Key, header: map[string]string{"Authorization": "Visitor wrong"}})); got.AssistWhy != "hours" {
		t.Errorf("with a session that is none: %+v", got)
	}
}
