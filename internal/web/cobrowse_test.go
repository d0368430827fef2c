package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

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
	if why := c.his.refused(); why != "no_control" {
		t.Errorf("an act after the leave ran out: %s", why)
	}
}
