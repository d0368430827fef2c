package web

import (
	"strings"
	"testing"

	"visavis/internal/vis"
)

func TestAFirstConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	head := h.head(h.ws)

	session := read[VisitorSession](t, h.post(nobody, "/api/v1/visitor/sessions", obj{"key": h.chat.Key, "locale": "fr-FR", "zone": "Europe/Paris",
		"page": obj{"url": "https://shop.example/ria", "title": "Ria 3"}}))
	visitor := principal{visit: session.Token}
	clientID := newID()
	words := obj{"text": "Bonjour, mon vélo grince.", "clientId": clientID}
	first := read[VisitorWritten](t, h.post(visitor, "/api/v1/visitor/messages", words))
	again := read[VisitorWritten](t, h.post(visitor, "/api/v1/visitor/messages", words))
	if first.Message.ID != again.Message.ID {
		t.Errorf("a retry became another message: %s, %s", first.Message.ID, again.Message.ID)
	}
	if got := h.since(h.ws, head); got != "conversation.started message.received" {
		t.Errorf("events: %s", got)
	}

	list := read[ConversationPage](t, h.get(agent, "/api/v1/conversations?view=unassigned"))
	if len(list.Items) != 1 || list.Items[0].ChannelKind != "webchat" || list.Items[0].ReadPosition == nil || list.Seq != head+2 {
		t.Fatalf("list: %+v", list)
	}
	id := list.Items[0].ID
	head = h.head(h.ws)
	reply := h.do(call{method: "POST", path: "/api/v1/conversations/" + id + "/messages", as: agent, body: obj{"text": "Bonjour ! Depuis quand ?"},
		header: map[string]string{"Idempotency-Key": newID()}})
	sent := read[Message](t, reply)
	if reply.status != 201 || sent.State != "sent" || sent.Author.Kind != "member" {
		t.Errorf("reply: %d %+v", reply.status, sent)
	}
	if got := h.since(h.ws, head); got != "conversation.assigned message.sent" {
		t.Errorf("events: %s", got)
	}
	thread := read[VisitorMessagePage](t, h.get(visitor, "/api/v1/visitor/conversations/"+id+"/messages"))
	if len(thread.Items) != 2 || thread.Items[1].Author.FirstName == nil || *thread.Items[1].Author.FirstName != "Yann" {
		t.Errorf("the customer reads %+v", thread.Items)
	}
}

func TestEveryPublicPageAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, want := range map[string]string{
		"/desk/": "desk", "/desk/#/x": "desk", "/desk/anything": "desk", "/chat/?channel=" + h.chat.Key: "chat", "/loader.js": "function",
		"/livez": "ok", "/readyz": "ok", "/api/openapi.json": `"openapi": "3.1.0"`, "/api/docs": "Visavis API", "/desk/assets/app-0a1b2c3d4.js": "export",
		"/api/v1/setup": `"needed":false`, "/api/v1/visitor/channel?key=" + h.chat.Key: `"workspace":"Arzel"`,
	} {
		a := h.get(nobody, path)
		if a.status != 200 || !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %d %.200s", path, a.status, a.body)
		}
	}
	if a := h.get(nobody, "/"); a.status != 302 || a.header.Get("Location") != "/desk/" {
		t.Errorf("/: %d %s", a.status, a.header.Get("Location"))
	}
}
