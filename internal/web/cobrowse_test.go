package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"

	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// shared is a call in which a customer and a member browse together.
type shared struct {
	*house
	url        string
	id         string
	anna, yann principal
	hers, his  *line
	n          int
}

// call is a call that was answered.
func (h *house) answered() *shared {
	h.Helper()
	c := &shared{house: h, url: h.serve(), yann: h.hire(h.admin, "Yann", vis.Agent), anna: h.visitor(h.ws, h.chat)}
	h.available(c.yann)
	c.id = read[PressedAssist](h, h.post(c.anna, "/api/v1/visitor/assists", obj{})).Assist.ID
	taken := read[JoinedAssist](h, h.post(c.yann, "/api/v1/assists/"+c.id+"/accept", obj{"offer": mediatest.Agent(h).Offer()}))
	if taken.ViewerURL != viewerSite {
		h.Errorf("the viewer is at %q", taken.ViewerURL)
	}
	return c
}

// together is a call in which the customer shows her page, and both are connected.
func (h *house) together() *shared {
	h.Helper()
	c := h.answered()
	c.consent("page")
	c.hers = c.sit(c.anna, c.id, "one")
	c.his = c.sit(c.yann, c.id, "")
	c.hers.next("lag") // he came late
	return c
}

func (c *shared) consent(kind string) {
	c.Helper()
	read[VisitorAssist](c, c.post(c.anna, "/api/v1/visitor/assists/"+c.id+"/consents", obj{"kind": kind, "origin": shopSite}))
}

func (c *shared) revoke(kind string) {
	c.Helper()
	read[VisitorAssist](c, c.do(call{method: "DELETE", path: "/api/v1/visitor/assists/" + c.id + "/consents/" + kind, as: c.anna}))
}

// connect opens a connection for co-browsing and says hello.
func (c *shared) connect(who principal, id, load string) *line {
	c.Helper()
	l, _, err := dialAt(c, c.url+"/api/v1/cobrowse", &websocket.DialOptions{Subprotocols: []string{cobrowseProtocol},
		CompressionMode: websocket.CompressionContextTakeover}, who, nil)
	c.must(err)
	l.conn.SetReadLimit(maxPageFrame)
	l.say(SitFrame{Type: "hello", AssistID: id, Visitor: who.visit, Load: load})
	return l
}

func (c *shared) sit(who principal, id, load string) *line {
	c.Helper()
	l := c.connect(who, id, load)
	l.next("welcome")
	return l
}

// shows lets the customer send a whole page with a text, or a change to it.
func (c *shared) shows(text string) {
	c.Helper()
	c.n++
	c.hers.say(obj{"type": "page", "n": c.n, "fresh": true, "events": wholePage(shopSite+"/panier?token=secret", text)})
}

func (c *shared) changes(text string) {
	c.Helper()
	c.n++
	c.hers.say(obj{"type": "page", "n": c.n, "events": []obj{{"type": 3, "timestamp": 2, "data": obj{"source": 0, "texts": []obj{{"id": 5, "value": text}},
		"attributes": []obj{}, "removes": []obj{}, "adds": []obj{}}}}})
}

// wholePage are the events that begin a recording of a page with one text, node 5.
func wholePage(href, text string) []obj {
	element := func(id int, tag string, attributes obj, children ...obj) obj {
		return obj{"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children}
	}
	body := element(3, "body", obj{}, element(4, "p", obj{"onclick": "alert(1)"}, obj{"type": 3, "id": 5, "textContent": text}),
		element(6, "input", obj{"name": "street", "value": "12 rue des Lilas"}))
	return []obj{
		{"type": 4, "timestamp": 1, "data": obj{"href": href, "width": 1000, "height": 800}},
		{"type": 2, "timestamp": 1, "data": obj{"initialOffset": obj{"left": 0, "top": 0},
			"node": obj{"type": 0, "id": 1, "childNodes": []obj{element(2, "html", obj{}, body)}}}},
	}
}

// sees reads until the page says a text.
func (l *line) sees(text string) map[string]any {
	l.Helper()
	for {
		f := l.next("page")
		if events, _ := json.Marshal(f["events"]); strings.Contains(string(events), text) {
			return f
		}
	}
}

// refused reads until a frame is refused, and returns why.
func (l *line) refused() string {
	l.Helper()
	code, _ := l.next("refused")["code"].(string)
	return code
}

// W-13: what the customer shows, what is done on her page, and how each ends.
func TestBrowsingTogether(t *testing.T) {
	t.Parallel()
	c := newHouse(t).together()
	c.shows("un vélo")
	f := c.his.sees("un vélo")
	if f["fresh"] != true || f["load"] != "one" {
		t.Errorf("the whole page came as %v", f)
	}
	if got := fmt.Sprint(f); strings.Contains(got, "Lilas") || strings.Contains(got, "secret") || strings.Contains(got, "alert") {
		t.Errorf("he sees %v", got)
	}
	c.changes("deux vélos")
	c.his.sees("deux vélos")

	c.his.say(obj{"type": "point", "node": 5, "x": 0.5, "y": 2})
	if p := c.hers.next("point"); p["from"].(map[string]any)["firstName"] != "Yann" || p["y"] != 1.0 {
		t.Errorf("he points: %v", p)
	}
	c.his.say(obj{"type": "act", "id": "a1", "kind": "click", "node": 6, "x": 0.5, "y": 0.5})
	if why := c.his.refused(); why != "no_control" {
		t.Errorf("an act without leave: %s", why)
	}
	c.consent("control")
	if g := c.his.next("grants"); g["control"] != true || g["controlOrigin"] != shopSite {
		t.Errorf("he is told %v", g)
	}
	c.his.say(obj{"type": "act", "id": "a2", "kind": "type", "node": 6, "text": "12 rue\x1b des Lilas"})
	if a := c.hers.next("act"); a["text"] != "12 rue des Lilas" {
		t.Errorf("she is told %v", a)
	}
	c.hers.say(obj{"type": "did", "id": "a2", "done": true})
	c.his.next("did")
	c.clock.move(11 * time.Minute)
	c.his.say(obj{"type": "act", "id": "a3", "kind": "click", "node": 6})
	if g := c.his.next("grants"); g["control"] != false || g["page"] != true {
		t.Errorf("the leave ran out, and he is told %v", g)
	}
	if why := c.his.refused(); why != "no_control" {
		t.Errorf("an act after the leave ran out: %s", why)
	}

	// It is hers to give again and to take back, and it does not go with her to another site.
	c.consent("control")
	c.his.next("grants")
	c.revoke("control")
	c.his.next("grants")
	c.his.say(obj{"type": "act", "id": "a4", "kind": "click", "node": 6})
	if why := c.his.refused(); why != "no_control" {
		t.Errorf("an act after it was taken back: %s", why)
	}
	c.consent("control")
	c.his.next("grants")
	head := c.head(c.ws)
	c.n++
	c.hers.say(obj{"type": "page", "n": c.n, "fresh": true, "events": wholePage("https://bank.example/login", "une banque")})
	if g := c.his.next("grants"); g["control"] != false {
		t.Errorf("on another site he is told %v", g)
	}
	c.his.say(obj{"type": "act", "id": "a5", "kind": "click", "node": 6})
	if why := c.his.refused(); why != "no_control" {
		t.Errorf("an act on another site: %s", why)
	}
	if got := c.since(c.ws, head); got != "assist.revoked" {
		t.Errorf("events: %s", got)
	}
	consents := read[Assist](t, c.get(c.yann, "/api/v1/assists/"+c.id)).Consents
	if last := consents[len(consents)-1]; last.Why != "origin" {
		t.Errorf("it ended because of %q", last.Why)
	}

	c.revoke("page")
	c.his.next("grants")
	c.changes("trop tard")
	if why := c.hers.refused(); why != "no_page" {
		t.Errorf("a page that is not shown any more: %s", why)
	}
	c.his.say(obj{"type": "point", "node": 5, "x": 0, "y": 0})
	if why := c.his.refused(); why != "no_page" {
		t.Errorf("pointing at it: %s", why)
	}
	read[Assist](t, c.post(c.yann, "/api/v1/assists/"+c.id+"/end", obj{}))
	if hers, his := c.hers.closed(), c.his.closed(); hers != 4404 || his != 4404 {
		t.Errorf("at the end they are closed with %d and %d", hers, his)
	}
	c.audited("assist.navigated", "assist.acted", "assist.did")
}

// audited asserts that actions were written down, without what was typed. What is done is written down in batches, the last when both left.
func (c *shared) audited(actions ...string) {
	c.Helper()
	var trail string
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(10 * time.Millisecond) {
		trail = string(c.get(c.admin, "/api/v1/audit").body)
		missing := false
		for _, a := range actions {
			missing = missing || !strings.Contains(trail, a)
		}
		if !missing {
			break
		}
	}
	for _, want := range append(actions, `"length":16`, `"path":"/panier"`, shopSite) {
		if !strings.Contains(trail, want) {
			c.Errorf("%s is missing in %s", want, trail)
		}
	}
	if strings.Contains(trail, "Lilas") || strings.Contains(trail, "secret") {
		c.Errorf("it tells too much: %s", trail)
	}
}

// W-12: what the administrator hides is not seen, whatever the customer's browser sends; nobody else decides on it.
func TestWhatTheAdministratorHidesIsNotSeen(t *testing.T) {
	t.Parallel()
	c := newHouse(t).answered()
	mask := func(as principal, hide ...string) answer {
		channel := read[Channel](t, c.get(c.admin, "/api/v1/channels/"+string(c.chat.ID)))
		return c.do(call{method: "PATCH", path: "/api/v1/channels/" + string(c.chat.ID), as: as, body: obj{"version": channel.Version,
			"settings": obj{"languages": []string{"fr"}, "assist": true, "mask": obj{"hide": hide, "show": []string{"[name=street]"}}}}})
	}
	if a := mask(c.yann, ".balance"); a.status != 403 {
		t.Errorf("an agent: %d %s", a.status, a.body)
	}
	if a := mask(c.admin, "p { display: none }"); a.status != 422 || a.problem().Errors[0].Location != "body.settings.mask.hide" {
		t.Errorf("no selector: %d %s", a.status, a.body)
	}
	read[Channel](t, mask(c.admin, "#balance"))
	c.consent("page")
	c.hers, c.his = c.connect(c.anna, c.id, "one"), c.connect(c.yann, c.id, "")
	if got := fmt.Sprint(c.hers.next("welcome")["mask"]); got != "map[hide:[#balance] show:[[name=street]]]" {
		t.Errorf("her page is told %s", got)
	}
	if f := c.his.next("welcome"); f["mask"] != nil {
		t.Errorf("he is told %v", f)
	}
	c.hers.next("lag")
	page := wholePage(shopSite+"/", "un vélo")
	body := page[1]["data"].(obj)["node"].(obj)["childNodes"].([]obj)[0]["childNodes"].([]obj)[0]
	body["childNodes"] = append(body["childNodes"].([]obj), obj{"type": 2, "id": 9, "tagName": "p", "attributes": obj{"id": "balance"},
		"childNodes": []obj{{"type": 3, "id": 10, "textContent": "4 211 €"}}})
	c.hers.say(obj{"type": "page", "n": 1, "fresh": true, "events": page})
	if got := fmt.Sprint(c.his.sees("un vélo")); strings.Contains(got, "4 211") {
		t.Errorf("he sees %s", got)
	}
}

// W-13: without her word nothing is shown, however the two sit.
func TestNothingIsShownWithoutConsent(t *testing.T) {
	t.Parallel()
	c := newHouse(t).answered()
	c.hers, c.his = c.sit(c.anna, c.id, "one"), c.sit(c.yann, c.id, "")
	c.his.next("here")
	c.shows("canary")
	if why := c.hers.refused(); why != "no_page" {
		t.Errorf("she sends a page: %s", why)
	}
	for _, f := range []obj{{"type": "point", "node": 5}, {"type": "draw", "id": "d", "shape": "free", "points": []obj{{"node": 5, "x": 0, "y": 0}}}, {"type": "wipe"},
		{"type": "act", "id": "a", "kind": "click", "node": 5}, {"type": "lag"}} {
		c.his.say(f)
		if why := c.his.refused(); why != "no_page" {
			t.Errorf("%v: %s", f, why)
		}
	}
	if a := c.post(c.anna, "/api/v1/visitor/assists/"+c.id+"/consents", obj{"kind": "control", "origin": shopSite}); a.problem().Code != "page_not_shown" {
		t.Errorf("control of a page that is not shown: %d %s", a.status, a.body)
	}
	c.consent("page")
	if g := c.hers.next("grants"); g["page"] != true {
		t.Errorf("she is told %v", g)
	}
	c.n = 0
	c.shows("maintenant")
	if f := c.his.sees("maintenant"); f["n"] != 1.0 {
		t.Errorf("he sees %v", f)
	}
}

// W-16: whose place a call's page is not, by whatever credential.
func TestAnothersPageIsNotToBeHad(t *testing.T) {
	t.Parallel()
	c := newHouse(t).together()
	zoe, boss := c.hire(c.admin, "Zoe", vis.Agent), c.hire(c.admin, "Bruno", vis.Supervisor)
	bob := c.visitor(c.ws, c.chat)
	_, olga := c.found("Other", "Olga Other", "olga@other.example")
	for name, try := range map[string]struct {
		who  principal
		id   string
		code websocket.StatusCode
	}{
		"another customer":                {bob, c.id, 4404},
		"another agent":                   {zoe, c.id, 4403},
		"a supervisor who is not shown":   {boss, c.id, 4403},
		"a token":                         {c.token(c.admin, vis.Scopes()...), c.id, 4403},
		"another workspace":               {olga, c.id, 4404},
		"a guess":                         {c.yann, newID(), 4404},
		"no id":                           {c.yann, "", 4404},
		"somebody whose session ended":    {principal{visit: strings.Repeat("0", 32) + "." + strings.Repeat("0", 64)}, c.id, 4401},
		"nobody":                          {nobody, c.id, 4401},
		"a hello that is no hello at all": {c.yann, strings.Repeat("x", 70_000), 1009},
	} {
		if got := c.connect(try.who, try.id, "two").closed(); got != try.code {
			t.Errorf("%s: closed with %d, want %d", name, got, try.code)
		}
	}
	c.shows("encore")
	c.his.sees("encore") // and nobody was sent away by it

	// A member who signs out is sent away, and a newer page takes an older one's place.
	again := c.sit(c.anna, c.id, "two")
	if code := c.hers.closed(); code != 4409 {
		t.Errorf("the older page was closed with %d", code)
	}
	if f := c.his.next("here"); f["load"] != "two" {
		t.Errorf("he is told %v", f)
	}
	again.conn.CloseNow()
	c.his.next("away")
	second := c.sit(c.yann, c.id, "")
	if code := c.his.closed(); code != 4409 {
		t.Errorf("the older window was closed with %d", code)
	}
	c.do(call{method: "DELETE", path: "/api/v1/session", as: c.yann})
	if code := second.closed(); code != 4401 {
		t.Errorf("after signing out: closed with %d", code)
	}
}

// W-13: a supervisor who listens sees the page, and does nothing on it.
func TestWhoListensSees(t *testing.T) {
	t.Parallel()
	c := newHouse(t).together()
	boss := c.hire(c.admin, "Bruno", vis.Supervisor)
	c.shows("un")
	c.his.sees("un")
	ear := mediatest.New(t, webrtc.Configuration{})
	ear.Section(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	_, err := c.assist.Watch(c.ctx, boss.actor, vis.AssistID(c.id), ear.Offer(), false)
	c.must(err)
	eye := c.sit(boss, c.id, "")
	c.hers.next("lag")
	c.changes("deux") // still on its way: he sees it, she who came late does not
	c.his.sees("deux")
	c.shows("trois")
	if f := eye.next("page"); f["fresh"] != true {
		t.Errorf("who came late is shown %v", f)
	}
	for _, f := range []obj{{"type": "act", "id": "a", "kind": "click", "node": 5}, {"type": "point", "node": 5}} {
		eye.say(f)
		if why := eye.refused(); why != "no_control" {
			t.Errorf("who listens acts: %s", why)
		}
	}
	c.must(c.assist.Unwatch(c.ctx, boss.actor, vis.AssistID(c.id)))
	if code := eye.closed(); code != 4403 {
		t.Errorf("who ceased to listen was closed with %d", code)
	}
}

// W-06, W-08: what does not follow is not shown; what is too large, too much or broken ends the connection that it came by.
func TestAbuseOfBrowsingTogether(t *testing.T) {
	t.Parallel()
	c := newHouse(t, func(o *Options) { o.RateLimits = true }).together()
	c.shows("un")
	c.his.sees("un")
	c.n++ // one is lost
	c.changes("deux")
	c.hers.next("lag")
	c.changes("trois")
	c.shows("quatre")
	if f := c.his.next("page"); f["fresh"] != true {
		t.Errorf("after a gap he is shown %v", f)
	}
	for name, f := range map[string]any{
		"no number": obj{"type": "page", "events": []obj{}}, "no recording": obj{"type": "page", "n": c.n + 1, "fresh": true, "events": "x"},
		"an act of the customer's": obj{"type": "act", "id": "a", "kind": "click", "node": 5}, "a lag of hers": obj{"type": "lag"},
		"more than there is": `{"type":"did","id":"a","done":true,"from":"member"}`, "a server's frame": `{"type":"grants","page":true,"control":true}`,
		"a page that is none": obj{"type": "page", "n": c.n + 1, "fresh": true, "events": []obj{}},
	} {
		c.hers.say(f)
		if why := c.hers.refused(); why != "malformed" {
			t.Errorf("%s: %s", name, why)
		}
	}
	for name, f := range map[string]obj{
		"a key that may not be pressed": {"type": "act", "id": "a", "kind": "key", "key": "F12", "node": 5},
		"an act that there is not":      {"type": "act", "id": "a", "kind": "eval", "node": 5, "text": "alert(1)"},
		"a place without a node":        {"type": "point", "x": 1, "y": 1},
		"a member's page":               {"type": "page", "n": 1, "events": []obj{}},
		"a stroke without points":       {"type": "draw", "id": "d", "shape": "free", "points": []obj{}},
	} {
		c.his.say(f)
		if why := c.his.refused(); why != "malformed" {
			t.Errorf("%s: %s", name, why)
		}
	}
	c.his.say(obj{"type": "act", "id": "a", "kind": "type", "node": 5, "text": strings.Repeat("é", 2001)})
	if why := c.his.refused(); why != "too_large" {
		t.Errorf("much text: %s", why)
	}
	for range 50 {
		c.his.say(obj{"type": "point", "node": 5, "x": 0.1, "y": 0.1})
	}
	if why := c.his.refused(); why != "too_many" {
		t.Errorf("pointing like mad: %s", why)
	}
	for name, abuse := range map[string]struct {
		who  principal
		do   func(l *line)
		code websocket.StatusCode
	}{
		"a member's large frame":   {c.yann, func(l *line) { l.say(strings.Repeat("x", 65<<10)) }, 1009},
		"a customer's large frame": {c.anna, func(l *line) { l.say(strings.Repeat("x", 8<<20+1)) }, 1009}, // packed: it unfolds here
		"a flood": {c.anna, func(l *line) {
			for range 1000 {
				if l.conn.Write(l.ctx, websocket.MessageText, []byte(`{"type":"did","id":"a","done":true}`)) != nil {
					return
				}
			}
		}, 1008},
		"much nonsense": {c.yann, func(l *line) {
			for range maxFaults + 1 {
				l.say("nonsense")
			}
		}, 1008},
		"no UTF-8": {c.yann, func(l *line) { l.say("{\"type\":\"p\xffng\"}") }, 1007},
	} {
		l := c.sit(abuse.who, c.id, "three")
		go abuse.do(l) // whoever floods does not wait for answers
		if got := l.closed(); got != abuse.code && (got != -1 || name != "a flood") {
			t.Errorf("%s: closed with %d, want %d", name, got, abuse.code)
		}
	}
}
