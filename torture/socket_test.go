package torture

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// W-08
func TestMegabyteFrameClosesTheSocketOnly(t *testing.T) {
	h := home(t)
	v, _ := h.talking(t, "Hello")
	for name, who := range map[string]*Visitor{"member": nil, "visitor": v} {
		socket := h.socket(t, who)
		heard := listen(t, socket)
		_ = socket.Write(t.Context(), websocket.MessageText, []byte(`{"type":"typing","conversationId":"`+strings.Repeat("a", 1<<20)+`","on":true}`)) // may be cut half-way
		if code := heard.closed(5 * time.Second); code != websocket.StatusMessageTooBig {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
}

// W-08
func TestFloodOfSmallFramesIsBounded(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	before, events := h.memory(), h.head(t)
	socket := h.socket(t, v)
	heard := listen(t, socket)
	frame := []byte(`{"type":"typing","conversationId":"` + m.ConversationID + `","on":true}`)
	for range 10_000 {
		if socket.Write(t.Context(), websocket.MessageText, frame) != nil {
			break // cut: that is an answer too
		}
	}
	heard.closed(2 * time.Second)
	if grown := h.memory() - before; grown > 64<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
	// W-19: typing is never stored.
	if n := h.written(t, events); n != 0 {
		t.Errorf("the flood wrote %d events", n)
	}
	// Others are served meanwhile and after.
	if _, err := v.Say(t.Context(), m.ConversationID, "still here"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}

// W-19
func TestFloodOfPageViewsWritesNoEventEach(t *testing.T) {
	h := home(t)
	v, _ := h.talking(t, "Hello")
	socket := h.socket(t, v)
	heard := listen(t, socket)
	before := h.head(t)
	for i := range 2000 {
		if Write(t.Context(), socket, map[string]any{"type": "page", "url": fmt.Sprintf("https://shop.example/%d", i), "title": "Bikes"}) != nil {
			break
		}
	}
	heard.closed(time.Second)
	if written := h.written(t, before); written > 20 {
		t.Errorf("2,000 page views wrote %d events", written)
	}
}

// W-08
func TestMalformedFramesAreRefusedAndTheProcessLives(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	for name, text := range map[string]string{
		"no JSON":        "hello",
		"array":          "[]",
		"null":           "null",
		"number":         "7",
		"no type":        "{}",
		"unknown type":   `{"type":"drop"}`,
		"wrong types":    `{"type":"typing","conversationId":7,"on":"yes"}`,
		"deep":           strings.Repeat("[", 30_000),
		"invalid UTF-8":  "{\"type\":\"ping\xff\"}",
		"second hello":   `{"type":"hello"}`,
		"hello, foreign": `{"type":"hello","visitor":"vv_made_up"}`,
		"server's word":  `{"type":"event","event":{"seq":1,"type":"message.sent"}}`,
	} {
		for who, token := range map[string]*Visitor{"member": nil, "visitor": v} {
			socket := h.socket(t, token)
			heard := listen(t, socket)
			if err := socket.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
				t.Errorf("%s, %s: %v", who, name, err)
			}
			// It is refused with an error frame or a close code; a ping after it proves that nobody hangs.
			_ = Write(t.Context(), socket, map[string]string{"type": "ping"})
			if !eventually(5*time.Second, func() bool {
				return heard.contain(`"pong"`) || heard.contain(`"error"`) || heard.closed(time.Nanosecond) > 0
			}) {
				t.Errorf("%s, %s: no answer", who, name)
			}
			socket.CloseNow()
		}
	}
	// A binary frame is no text.
	socket := h.socket(t, v)
	heard := listen(t, socket)
	_ = socket.Write(t.Context(), websocket.MessageBinary, []byte{0, 1, 2, 255})
	if !eventually(5*time.Second, func() bool { return heard.contain(`"error"`) || heard.closed(time.Nanosecond) > 0 }) {
		t.Error("a binary frame was taken without a word")
	}
	if _, err := v.Say(t.Context(), m.ConversationID, "after"); err != nil {
		t.Error(err)
	}
}

// W-06
func TestForgedEventsReachNobody(t *testing.T) {
	h := home(t)
	victim, m := h.talking(t, "Hello")
	attacker, _ := h.talking(t, "I am another")
	desk, hers := listen(t, h.socket(t, nil)), listen(t, h.socket(t, victim))
	socket := h.socket(t, attacker)
	canary := "forged" + newID()
	head := h.head(t)
	for _, frame := range []string{
		`{"type":"event","event":{"seq":99999999,"type":"message.sent","message":{"conversationId":"` + m.ConversationID + `","text":"` + canary + `"}}}`,
		`{"type":"message.sent","conversationId":"` + m.ConversationID + `","text":"` + canary + `"}`,
		`{"type":"presence","memberId":"` + canary + `","presence":"away"}`,
		`{"type":"viewers","conversationId":"` + m.ConversationID + `","members":["` + canary + `"]}`,
		`{"type":"visitor","customerId":"` + canary + `","here":true}`,
		`{"type":"reload","seq":99999999,"x":"` + canary + `"}`,
		`{"type":"typing","conversationId":"` + m.ConversationID + `","on":true,"author":{"kind":"member","firstName":"` + canary + `"}}`,
		`{"type":"viewing","conversationId":"` + m.ConversationID + `"}`,
	} {
		if socket.Write(t.Context(), websocket.MessageText, []byte(frame)) != nil {
			socket = h.socket(t, attacker)
		}
	}
	// What comes through the front door arrives, so everything before it has been dealt with.
	after := "after" + newID()
	if _, err := victim.Say(t.Context(), m.ConversationID, after); err != nil {
		t.Fatal(err)
	}
	if !desk.wait(after, 5*time.Second) || !hers.wait(after, 5*time.Second) {
		t.Fatal("a real message did not arrive")
	}
	if desk.contain(canary) || hers.contain(canary) {
		t.Error("a forged frame was passed on")
	}
	if hers.contain(`"typing"`) || desk.contain(`"typing"`) {
		t.Error("somebody typed in a conversation that is not hers")
	}
	if grown := h.written(t, head); grown > 1 {
		t.Errorf("the forged frames wrote %d events", grown-1)
	}
}

// W-06
func TestVisitorsSocketCarriesHerOwnConversationsOnly(t *testing.T) {
	h := home(t)
	victim, m := h.talking(t, "Hello")
	attacker, _ := h.talking(t, "I am another")
	socket := h.socket(t, attacker)
	heard := listen(t, socket)
	_ = Write(t.Context(), socket, map[string]any{"type": "viewing", "conversationId": m.ConversationID})
	_ = Write(t.Context(), socket, map[string]any{"type": "subscribe", "conversationId": m.ConversationID})
	canary := "canary" + newID()
	if _, err := victim.Say(t.Context(), m.ConversationID, canary); err != nil {
		t.Fatal(err)
	}
	note := "note" + newID()
	for path, text := range map[string]string{"/notes": note, "/messages": canary + "-reply"} {
		if got := h.post(t, "/api/v1/conversations/"+m.ConversationID+path, jsonOf(map[string]any{"text": text, "attachmentIds": []string{}}), h.auth()...); got.Status >= 300 {
			t.Fatal(got)
		}
	}
	own := "own" + newID()
	if _, err := attacker.Say(t.Context(), "", own); err != nil {
		t.Fatal(err)
	}
	if !heard.wait(own, 5*time.Second) {
		t.Fatal("her own message did not arrive")
	}
	for _, foreign := range []string{canary, note, m.ConversationID, victim.ID} {
		if heard.contain(foreign) {
			t.Errorf("another visitor's socket carries %q", foreign)
		}
	}
}

// P-01, C-14
func TestNoteNeverReachesTheVisitor(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	heard := listen(t, h.socket(t, v))
	note := "secret" + newID()
	if got := h.post(t, "/api/v1/conversations/"+m.ConversationID+"/notes", jsonOf(map[string]any{"text": note, "attachmentIds": []string{}}), h.auth()...); got.Status >= 300 {
		t.Fatal(got)
	}
	reply := "reply" + newID()
	if got := h.post(t, "/api/v1/conversations/"+m.ConversationID+"/messages", jsonOf(map[string]any{"text": reply, "attachmentIds": []string{}}), h.auth()...); got.Status >= 300 {
		t.Fatal(got)
	}
	if !heard.wait(reply, 5*time.Second) {
		t.Fatal("the reply did not arrive")
	}
	if heard.contain(note) {
		t.Error("the note is on the visitor's socket")
	}
	for _, path := range []string{"/api/v1/visitor", "/api/v1/visitor/conversations/" + m.ConversationID + "/messages"} {
		got := h.get(t, path, "Authorization", v.Auth, "Origin", h.Base)
		if got.Status != 200 {
			t.Errorf("%s: %s", path, got)
		}
		for _, secret := range []string{note, adminEmail, "Torture\"", `"email":"ada`} {
			if secret == "Torture\"" {
				continue // the workspace's name is public
			}
			if strings.Contains(string(got.Body), secret) {
				t.Errorf("%s tells the visitor %q", path, secret)
			}
		}
	}
}

// W-05
func TestInterleavedVisitorsNeverSeeEachOther(t *testing.T) {
	h := home(t)
	const each = 500
	names := []string{"alpha", "omega"}
	visitors, heard := make([]*Visitor, 2), make([]*frames, 2)
	canaries := make([]string, 2)
	var all sync.WaitGroup
	for i, name := range names {
		visitors[i] = h.visitor(t)
		canaries[i] = name + newID()[:8]
	}
	for i, v := range visitors {
		all.Go(func() {
			conversation := ""
			socket := h.socket(t, v)
			heard[i] = listen(t, socket)
			for n := range each {
				m, err := v.Say(t.Context(), conversation, fmt.Sprintf("%s %d", canaries[i], n))
				if err != nil {
					t.Error(err)
					return
				}
				conversation = m.ConversationID
				if n%50 == 49 { // she walks through a tunnel
					socket.CloseNow()
					<-heard[i].ended
					before := heard[i]
					socket = h.socket(t, v)
					heard[i] = listen(t, socket)
					heard[i].mu.Lock()
					heard[i].all = append(before.all, heard[i].all...)
					heard[i].mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	for i := range visitors {
		if heard[i] == nil || !heard[i].contain(canaries[i]) {
			t.Errorf("%s heard nothing of her own", names[i])
		} else if heard[i].contain(canaries[1-i]) {
			t.Errorf("%s heard the other's words", names[i])
		}
		got := h.get(t, "/api/v1/visitor", "Authorization", visitors[i].Auth, "Origin", h.Base)
		if strings.Contains(string(got.Body), canaries[1-i]) {
			t.Errorf("%s reads the other's words", names[i])
		}
	}
}

// W-02
func TestSocketFromAForeignPageIsRefused(t *testing.T) {
	h := home(t)
	cookie := h.signIn(t, adminEmail, adminPassword)
	for name, origin := range map[string]string{
		"foreign":      "https://evil.example",
		"null":         "null",
		"suffix trick": h.Base + ".evil.example",
		"prefix trick": "http://evil" + strings.TrimPrefix(h.Base, "http://"),
		"other port":   "http://127.0.0.1:1",
		"user info":    "http://" + h.Address + "@evil.example",
		"missing":      "",
		"two of them":  h.Base + ", https://evil.example",
	} {
		header := http.Header{"Cookie": {cookie}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		socket, _, err := websocket.Dial(t.Context(), "ws://"+h.Address+"/api/v1/live", &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{"visavis.v1"}})
		if err != nil {
			continue // refused at the door
		}
		_ = Write(t.Context(), socket, map[string]string{"type": "hello"})
		if frame, err := next(t, socket, 5*time.Second); err == nil && frame.Type == "welcome" {
			t.Errorf("%s: a page on %q is welcome with the agent's cookie", name, origin)
		}
		socket.CloseNow()
	}
	socket, _, err := websocket.Dial(t.Context(), "ws://"+h.Address+"/api/v1/live", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {cookie}, "Origin": {h.Base}}, Subprotocols: []string{"visavis.v1"}})
	if err != nil {
		t.Fatalf("the desk itself is refused: %v", err)
	}
	defer socket.CloseNow()
	_ = Write(t.Context(), socket, map[string]string{"type": "hello"})
	if frame, err := next(t, socket, 5*time.Second); err != nil || frame.Type != "welcome" {
		t.Errorf("the desk itself: %q, %v", frame.Type, err)
	}
}

// W-08
func TestSocketThatSaysNoHelloIsClosed(t *testing.T) {
	t.Parallel()
	h := home(t)
	socket, _, err := websocket.Dial(t.Context(), "ws://"+h.Address+"/api/v1/live", &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {h.Base}}, Subprotocols: []string{"visavis.v1"}})
	if err != nil {
		return // refused at the door: as safe
	}
	defer socket.CloseNow()
	heard := listen(t, socket)
	select {
	case <-heard.ended:
	case <-time.After(15 * time.Second):
		t.Error("after 15 seconds without a hello it is still open")
	}
}

// W-07, A-05, C-08, C-09
func TestSocketEndsWithItsSession(t *testing.T) {
	h := home(t)
	t.Run("a member signs out", func(t *testing.T) {
		cookie := h.signIn(t, adminEmail, adminPassword)
		heard := h.cookieSocket(t, cookie)
		got := h.do(t, ask{method: "DELETE", path: "/api/v1/session", header: map[string]string{"Cookie": cookie, "Origin": h.Base}})
		if got.Status != 204 {
			t.Fatal(got)
		}
		if code := heard.closed(6 * time.Second); code != 4401 {
			t.Errorf("closed with %d", code)
		}
	})
	t.Run("a member is disabled", func(t *testing.T) {
		id, cookie := h.member(t, "Mel", "agent")
		heard := h.cookieSocket(t, cookie)
		admin := h.signIn(t, adminEmail, adminPassword)
		var m struct{ Version int }
		if err := h.Admin().Call(t.Context(), "GET", "/api/v1/members/"+id, "", nil, &m); err != nil {
			t.Fatal(err)
		}
		got := h.do(t, ask{method: "PATCH", path: "/api/v1/members/" + id,
			header: map[string]string{"Cookie": admin, "Origin": h.Base, "Content-Type": "application/json"},
			body:   strings.NewReader(fmt.Sprintf(`{"disabled":true,"version":%d}`, m.Version))})
		if got.Status >= 300 {
			t.Fatal(got)
		}
		if code := heard.closed(6 * time.Second); code != 4401 && code != 4403 {
			t.Errorf("closed with %d", code)
		}
		if got := h.get(t, "/api/v1/me", "Cookie", cookie); got.Status != 401 {
			t.Errorf("her cookie still opens the door: %s", got)
		}
		var off struct{ Email string }
		if err := h.Admin().Call(t.Context(), "GET", "/api/v1/members/"+id, "", nil, &off); err != nil {
			t.Fatal(err)
		}
		if got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": off.Email, "password": adminPassword}), "Origin", h.Base); got.Status != 401 || sessionCookie(got) != "" {
			t.Errorf("her password still opens the door: %s", got)
		}
	})
	t.Run("a visitor logs out", func(t *testing.T) {
		v, _ := h.talking(t, "Hello")
		heard := listen(t, h.socket(t, v))
		got := h.do(t, ask{method: "DELETE", path: "/api/v1/visitor/session", header: map[string]string{"Authorization": v.Auth, "Origin": h.Base}})
		if got.Status >= 300 {
			t.Fatal(got)
		}
		if code := heard.closed(6 * time.Second); code != 4401 {
			t.Errorf("closed with %d", code)
		}
		if got := h.get(t, "/api/v1/visitor", "Authorization", v.Auth, "Origin", h.Base); got.Status != 401 {
			t.Errorf("her token still opens the door: %s", got)
		}
	})
	t.Run("a token is revoked", func(t *testing.T) {
		id, secret := h.token(t, "conversations:read")
		socket, err := Dial(t.Context(), h.Base, "Bearer "+secret, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer socket.CloseNow()
		heard := listen(t, socket)
		if !heard.wait(`"welcome"`, 5*time.Second) {
			t.Fatal("no welcome")
		}
		admin := h.signIn(t, adminEmail, adminPassword)
		got := h.do(t, ask{method: "DELETE", path: "/api/v1/tokens/" + id, header: map[string]string{"Cookie": admin, "Origin": h.Base}})
		if got.Status >= 300 {
			t.Fatal(got)
		}
		if code := heard.closed(6 * time.Second); code != 4401 {
			t.Errorf("closed with %d", code)
		}
	})
}

// cookieSocket opens the live socket with a member's cookie.
func (s *Server) cookieSocket(t *testing.T, cookie string) *frames {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), "ws://"+s.Address+"/api/v1/live", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {cookie}, "Origin": {s.Base}}, Subprotocols: []string{"visavis.v1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.CloseNow() })
	if err := Write(t.Context(), socket, map[string]string{"type": "hello"}); err != nil {
		t.Fatal(err)
	}
	heard := listen(t, socket)
	if !heard.wait(`"welcome"`, 5*time.Second) {
		t.Fatal("no welcome")
	}
	return heard
}

// W-03, P-10
func TestNoTokenAndNoWordReachesTheLogOrAnAddress(t *testing.T) {
	h := home(t)
	canary := "canary" + newID()
	v, m := h.talking(t, canary)
	cookie := h.signIn(t, adminEmail, adminPassword)
	h.get(t, "/api/v1/search?q="+canary, h.auth()...)
	h.post(t, "/api/v1/session", `{"email":"`+canary+`@x.example","password":"`+canary+`"}`, "Origin", h.Base)
	h.post(t, "/api/v1/visitor/messages", `{"text":"`+canary+`","nonsense":"`+canary+`"}`, "Authorization", v.Auth, "Origin", h.Base)
	// A token in an address opens nothing.
	for _, path := range []string{
		"/api/v1/visitor?token=" + v.Token, "/api/v1/me?access_token=" + h.Token, "/api/v1/me?token=" + h.Token,
		"/api/v1/visitor/conversations/" + m.ConversationID + "/messages?visitor=" + v.Token,
	} {
		if got := h.get(t, path); got.Status != 401 {
			t.Errorf("a token in the address: %s", got)
		}
	}
	if socket, _, err := websocket.Dial(t.Context(), "ws://"+h.Address+"/api/v1/live?token="+h.Token, &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {h.Base}}, Subprotocols: []string{"visavis.v1"}}); err == nil {
		_ = Write(t.Context(), socket, map[string]string{"type": "hello"})
		if frame, err := next(t, socket, 5*time.Second); err == nil && frame.Type == "welcome" {
			t.Error("a token in the address opens the socket")
		}
		socket.CloseNow()
	}
	log, err := os.ReadFile(h.LogPath())
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(cookie, "__Host-visavis=")
	for name, text := range map[string]string{"the words": canary, "the cookie": secret, "the password": adminPassword} {
		if strings.Contains(string(log), text) {
			t.Errorf("%s are in the log", name)
		}
	}
}

// D-12
func TestReconnectStormIsServed(t *testing.T) {
	h := home(t)
	const clients = 500
	visitors := make([]*Visitor, clients)
	var opening sync.WaitGroup
	gate := make(chan struct{}, 16)
	for i := range visitors {
		opening.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			v, err := h.NewVisitor(t.Context(), h.channel.Key)
			if err != nil {
				t.Error(err)
				return
			}
			visitors[i] = v
			v.HTTP.CloseIdleConnections()
		})
	}
	opening.Wait()
	if t.Failed() {
		return
	}
	began := time.Now()
	var storm sync.WaitGroup
	for _, v := range visitors {
		storm.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			for ctx.Err() == nil {
				socket, err := Dial(ctx, h.Base, "", v.Token, 0)
				if err != nil {
					pause(ctx, 50*time.Millisecond)
					continue
				}
				frame, err := Read(ctx, socket)
				socket.CloseNow()
				if err == nil && frame.Type == "welcome" {
					return
				}
			}
			t.Error("a client did not get back within 30 seconds")
		})
	}
	storm.Wait()
	t.Logf("%d clients came back in %v", clients, time.Since(began).Round(time.Millisecond))
}

// K-29, W-08: a reader that never reads is cut, and nobody waits for it.
func TestSlowReaderIsCutAndOthersAreServed(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	conn, err := net.Dial("tcp", h.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(2048)
	fmt.Fprintf(conn, "GET /api/v1/live HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: visavis.v1\r\nAuthorization: Bearer %s\r\n\r\n", h.Address, h.Token)
	hello := []byte(`{"type":"hello"}`)
	frame := append([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0}, hello...) // masked with zeros
	if _, err := conn.Write(frame); err != nil {
		t.Fatal(err)
	}
	before := h.memory()
	good := listen(t, h.socket(t, nil))
	big := strings.Repeat("x", 3000)
	last := ""
	for i := range 1500 {
		last = fmt.Sprintf("slow-%d-%s", i, newID()[:8])
		if _, err := v.Say(t.Context(), m.ConversationID, last+big); err != nil {
			t.Fatal(err)
		}
	}
	if !good.wait(last, 5*time.Second) {
		t.Error("a good reader waits for a bad one")
	}
	if grown := h.memory() - before; grown > 100<<20 {
		t.Errorf("the server grew by %d MiB for a reader that never reads", grown>>20)
	}
}
