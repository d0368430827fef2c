package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// line is one live connection of a test.
type line struct {
	testing.TB
	conn *websocket.Conn
	ctx  context.Context
}

// serve puts the house on a real port.
func (h *house) serve() string {
	h.Helper()
	server := httptest.NewServer(h.server.Handler())
	h.Cleanup(server.Close)
	h.Cleanup(h.server.Close) // before it: the server waits for its connections
	return server.URL
}

// dial opens a live connection; header values of "" are left out.
func dial(t testing.TB, url string, as principal, header map[string]string) (*line, *http.Response, error) {
	t.Helper()
	return dialAt(t, url+"/api/v1/live", &websocket.DialOptions{Subprotocols: []string{protocol}}, as, header)
}

func dialAt(t testing.TB, url string, o *websocket.DialOptions, as principal, header map[string]string) (*line, *http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	h := make(http.Header)
	switch {
	case as.cookie != "":
		h.Set("Cookie", cookieName+"="+as.cookie)
		h.Set("Origin", ours)
	case as.bearer != "":
		h.Set("Authorization", "Bearer "+as.bearer)
	}
	for name, value := range header {
		h.Del(name)
		if value != "" {
			h.Set(name, value)
		}
	}
	o.HTTPHeader = h
	conn, res, err := websocket.Dial(ctx, url, o)
	if err != nil {
		return nil, res, err
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { conn.CloseNow() })
	return &line{t, conn, ctx}, res, nil
}

// open says hello and waits for the welcome.
func (h *house) open(url string, as principal, last *int64) *line {
	h.Helper()
	l, _, err := dial(h, url, as, nil)
	h.must(err)
	l.say(HelloFrame{Type: "hello", Last: last, Visitor: as.visit})
	if f := l.next("welcome"); f["seq"] == nil {
		h.Fatalf("welcome: %v", f)
	}
	return l
}

func (l *line) say(v any) {
	l.Helper()
	text, isText := v.(string)
	if !isText {
		text = string(frame(v))
	}
	if err := l.conn.Write(l.ctx, websocket.MessageText, []byte(text)); err != nil {
		l.Logf("write: %v", err)
	}
}

// next reads until a frame of a type comes.
func (l *line) next(typ string) map[string]any {
	l.Helper()
	for {
		_, data, err := l.conn.Read(l.ctx)
		if err != nil {
			l.Fatalf("waiting for %s: %v", typ, err)
		}
		var f map[string]any
		if err := json.Unmarshal(data, &f); err != nil {
			l.Fatal(err)
		}
		if f["type"] == typ {
			return f
		}
	}
}

// event reads until an event of a type comes.
func (l *line) event(typ vis.EventType) map[string]any {
	l.Helper()
	for {
		e, _ := l.next("event")["event"].(map[string]any)
		if e["type"] == string(typ) {
			return e
		}
	}
}

// quiet asserts that nothing but a pong comes after a ping.
func (l *line) quiet() {
	l.Helper()
	l.say(PingFrame{"ping"})
	for {
		_, data, err := l.conn.Read(l.ctx)
		if err != nil {
			l.Fatal(err)
		}
		switch got := string(data); {
		case strings.Contains(got, `"pong"`):
			return
		case strings.Contains(got, `"event"`), strings.Contains(got, `"typing"`):
			l.Errorf("was told %s", got)
		}
	}
}

// closed reads until the far end closes, and returns its code.
func (l *line) closed() websocket.StatusCode {
	l.Helper()
	for {
		if _, _, err := l.conn.Read(l.ctx); err != nil {
			var c websocket.CloseError
			if errors.As(err, &c) {
				return c.Code
			}
			l.Logf("ended without a code: %v", err)
			return -1
		}
	}
}

func TestBothSidesHearEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	ada := h.visitor(h.ws, h.chat)
	lea, visitor := h.open(url, h.admin, nil), h.open(url, ada, nil)
	got := h.write(ada, "Bonjour")
	e := lea.event(desk.MessageReceived)
	if m, _ := e["message"].(map[string]any); m["text"] != "Bonjour" {
		t.Errorf("the member was told %v", e)
	}
	if c, _ := e["conversation"].(map[string]any); c["readPosition"] != nil {
		t.Error("all members were told how far one has read")
	}
	visitor.event(desk.MessageReceived)

	id := string(got.Conversation.ID)
	lea.say(ViewFrame{"viewing", &id})
	if f := lea.next("viewers"); len(f["members"].([]any)) != 1 {
		t.Errorf("viewers: %v", f)
	}
	lea.say(TypeFrame{"typing", id, true})
	f := visitor.next("typing")
	if author, _ := f["author"].(map[string]any); author["firstName"] != "Lea" {
		t.Errorf("typing: %v", f)
	}
	visitor.say(TypeFrame{"typing", id, true})
	lea.next("typing")
	visitor.say(PageFrame{"page", "https://shop.example/ria", "Ria 3"})
	for {
		f := lea.next("visitor")
		if page, _ := f["page"].(map[string]any); page["url"] == "https://shop.example/ria" {
			break
		}
	}
	reply := h.post(h.admin, "/api/v1/conversations/"+id+"/messages", obj{"text": "Oui ?"})
	if reply.status != 201 {
		t.Fatalf("%d %s", reply.status, reply.body)
	}
	if m, _ := visitor.event(desk.MessageSent)["message"].(map[string]any); m["text"] != "Oui ?" {
		t.Errorf("the visitor was told %v", m)
	}
	h.post(h.admin, "/api/v1/conversations/"+id+"/notes", obj{"text": "a secret note"})
	lea.event(desk.NoteWritten)
	visitor.quiet() // never of notes
}

func TestComingBackTellsWhatWasMissed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	ada := h.visitor(h.ws, h.chat)
	h.write(ada, "one")
	seq := h.head(h.ws)
	h.write(ada, "two")
	h.write(ada, "three")
	lea := h.open(url, h.admin, &seq)
	for _, want := range []string{"two", "three"} {
		if m, _ := lea.event(desk.MessageReceived)["message"].(map[string]any); m["text"] != want {
			t.Errorf("got %v, want %s", m["text"], want)
		}
	}
	far := int64(1 << 40)
	h.open(url, h.admin, &far).next("reload")
}

// W-02, W-06: connections from other sites, without a credential, or with one that is not valid.
func TestForeignConnectionsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	readOnly := h.token(h.admin, vis.ReadCustomers)
	for name, c := range map[string]struct {
		as     principal
		header map[string]string
		status int
	}{
		"another site":            {h.admin, map[string]string{"Origin": theirs}, 403},
		"a site that ends alike":  {h.admin, map[string]string{"Origin": "https://evil-desk.example"}, 403},
		"a sandboxed page":        {h.admin, map[string]string{"Origin": "null"}, 403},
		"a cookie without a page": {h.admin, map[string]string{"Origin": ""}, 403},
		"a visitor elsewhere":     {nobody, map[string]string{"Origin": theirs}, 403},
		"a token without scope":   {readOnly, nil, 403},
		"a wrong token":           {principal{bearer: "vv_" + strings.Repeat("0", 80)}, nil, 401},
	} {
		_, res, err := dial(t, url, c.as, c.header)
		if err == nil || res == nil || res.StatusCode != c.status {
			t.Errorf("%s: %v, %v", name, res, err)
		}
	}
	for name, c := range map[string]struct {
		as    principal
		hello any
		code  websocket.StatusCode
	}{
		"nobody":               {nobody, HelloFrame{Type: "hello"}, 4401},
		"an ended session":     {principal{cookie: strings.Repeat("0", 32) + "." + strings.Repeat("0", 64)}, HelloFrame{Type: "hello"}, 4401},
		"a made-up visit":      {nobody, HelloFrame{Type: "hello", Visitor: strings.Repeat("0", 32) + "." + strings.Repeat("0", 64)}, 4401},
		"no hello":             {h.admin, PingFrame{"ping"}, 1008},
		"a hello with more":    {h.admin, `{"type":"hello","workspace":"x"}`, 1008},
		"a hello that is none": {h.admin, `[`, 1008},
	} {
		l, _, err := dial(t, url, c.as, nil)
		if err != nil {
			t.Fatal(err)
		}
		l.say(c.hello)
		if got := l.closed(); got != c.code {
			t.Errorf("%s: closed with %d, want %d", name, got, c.code)
		}
	}
}

// W-05, W-06: two visitors, interleaved, and one that asks for the other's conversation.
func TestVisitorsNeverHearOfEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	ada, bob := h.visitor(h.ws, h.chat), h.visitor(h.ws, h.chat)
	a, b := h.open(url, ada, nil), h.open(url, bob, nil)
	lea := h.open(url, h.admin, nil)
	var adas, bobs desk.Received
	for range 20 {
		adas, bobs = h.write(ada, "canary-of-ada"), h.write(bob, "canary-of-bob")
	}
	for range 20 {
		if m := string(frame(a.event(desk.MessageReceived))); strings.Contains(m, "canary-of-bob") {
			t.Fatalf("Ada was told %s", m)
		}
		if m := string(frame(b.event(desk.MessageReceived))); strings.Contains(m, "canary-of-ada") {
			t.Fatalf("Bob was told %s", m)
		}
	}
	id := string(adas.Conversation.ID)
	lea.say(ViewFrame{"viewing", &id})
	lea.next("viewers")
	for _, forged := range []any{
		TypeFrame{"typing", id, true},
		ViewFrame{"viewing", &id},
		`{"type":"away","on":true}`,
		`{"type":"event","event":{"type":"message.sent","seq":1}}`,
		`{"type":"presence","memberId":"x","presence":"here"}`,
		`{"type":"subscribe","conversationId":"` + id + `"}`,
		`{"type":"typing","conversationId":"` + string(bobs.Conversation.ID) + `","on":true,"author":{"kind":"member"}}`,
		`{"type":"page","url":"javascript:alert(1)","title":"x"}`,
	} {
		b.say(forged)
		if f := b.next("error"); f["code"] == nil || f["code"] == "internal" {
			t.Errorf("%v: %v", forged, f)
		}
	}
	a.quiet()
	lea.quiet()
}

// W-07, A-05, C-08: whatever ends a session ends its connections within five seconds.
func TestAnEndedSessionEndsItsConnections(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	for name, end := range map[string]func(who principal){
		"signed out": func(who principal) { h.do(call{method: "DELETE", path: "/api/v1/session", as: who}) },
		"disabled": func(who principal) {
			m, err := h.staff.Member(h.ctx, h.ws, who.actor.Member())
			h.must(err)
			h.do(call{method: "PATCH", path: "/api/v1/members/" + who.actor.ID, as: h.admin, body: obj{"disabled": true, "version": m.Version}})
		},
		"another role": func(who principal) {
			m, err := h.staff.Member(h.ctx, h.ws, who.actor.Member())
			h.must(err)
			h.do(call{method: "PATCH", path: "/api/v1/members/" + who.actor.ID, as: h.admin, body: obj{"role": "supervisor", "version": m.Version}})
		},
		"password changed elsewhere": func(who principal) {
			in, err := h.staff.SignIn(h.ctx, strings.ToLower(who.name)+"@"+string(h.ws[:8])+".example", password)
			h.must(err)
			a := h.do(call{method: "PUT", path: "/api/v1/me/password", as: principal{cookie: in.Secret}, body: obj{"current": password, "password": "another long password"}})
			if a.status != 204 {
				t.Errorf("%d %s", a.status, a.body)
			}
		},
	} {
		who := h.hire(h.admin, "Agent"+strings.ReplaceAll(name, " ", ""), vis.Agent)
		l := h.open(url, who, nil)
		end(who)
		begun := time.Now()
		if code := l.closed(); code != 4401 || time.Since(begun) > 5*time.Second {
			t.Errorf("%s: closed with %d after %v", name, code, time.Since(begun))
		}
	}
	ada := h.visitor(h.ws, h.chat)
	l := h.open(url, ada, nil)
	h.do(call{method: "DELETE", path: "/api/v1/visitor/session", as: ada})
	if code := l.closed(); code != 4401 {
		t.Errorf("the visitor's was closed with %d", code)
	}
	robot := h.token(h.admin, vis.ReadConversations)
	l = h.open(url, robot, nil)
	h.do(call{method: "DELETE", path: "/api/v1/tokens/" + robot.actor.ID, as: h.admin})
	if code := l.closed(); code != 4401 {
		t.Errorf("the token's was closed with %d", code)
	}
}

// W-08: frames that are too big, too many, broken, or of the wrong kind.
func TestAbusiveFramesEndTheConnection(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.RateLimits = true })
	url := h.serve()
	for name, c := range map[string]struct {
		abuse func(l *line)
		code  websocket.StatusCode
	}{
		"1 MB": {func(l *line) { l.say(strings.Repeat("x", 1<<20)) }, 1009},
		"10,000 frames": {func(l *line) {
			for range 10_000 {
				if l.conn.Write(l.ctx, websocket.MessageText, []byte(`{"type":"ping"}`)) != nil {
					return
				}
			}
		}, 1008},
		"no UTF-8": {func(l *line) { l.say("{\"type\":\"p\xffng\"}") }, 1007},
		"binary":   {func(l *line) { _ = l.conn.Write(l.ctx, websocket.MessageBinary, []byte("{}")) }, 1003},
		"much nonsense": {func(l *line) {
			for range maxFaults + 1 {
				l.say("nonsense")
			}
		}, 1008},
	} {
		l := h.open(url, h.admin, nil)
		go func() { // whoever floods does not wait for answers
			c.abuse(l)
		}()
		if got := l.closed(); got != c.code && !(got == -1 && name == "10,000 frames") {
			t.Errorf("%s: closed with %d, want %d", name, got, c.code)
		}
	}
	if n := h.server.Stats().Sockets; n > 5 {
		t.Errorf("%d connections are left", n)
	}
}

func TestAStoppingServerSendsEverybodyAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := h.open(h.serve(), h.admin, nil)
	go h.server.Close()
	if code := l.closed(); code != 1012 {
		t.Errorf("closed with %d", code)
	}
}
