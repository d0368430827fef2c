package web

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// letterbox makes a channel of letters.
func (h *house) letterbox() string {
	h.Helper()
	c, err := h.channels.Create(h.ctx, h.admin.actor, channel.Creation{Kind: "email", Name: "Mail", Settings: json.RawMessage(`{"addresses":[{"address":"bonjour@arzel.example","name":"Arzel"}],
		"out":{"host":"smtp.arzel.example","port":465,"security":"tls"}}`)})
	h.must(err)
	return string(c.ID)
}

func TestAMemberWritesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mailbox := h.letterbox()
	yann := h.hire(h.admin, "Yann Le Goff", vis.Agent)
	file := read[Attachment](t, h.upload(yann, "/api/v1/attachments", "a.png", "image/png", pixel(2, 2)))
	body := obj{"channelId": mailbox, "to": []obj{{"name": "Camille", "address": "camille@mel.example"}}, "subject": "Votre vélo", "text": "Il est prêt.", "attachmentIds": []string{file.ID}}
	head := h.head(h.ws)
	ask := call{method: "POST", path: "/api/v1/conversations", as: yann, body: body, header: map[string]string{"Idempotency-Key": newID()}}
	first, again := h.do(ask), h.do(ask)
	begun := read[Begun](t, first)
	if first.status != 201 || string(first.body) != string(again.body) {
		t.Errorf("begun %d, and again: %s, %s", first.status, first.body, again.body)
	}
	if c := begun.Conversation; c.AssigneeID == nil || *c.AssigneeID != yann.actor.ID || c.Subject != "Votre vélo" || len(begun.Message.Attachments) != 1 {
		t.Errorf("begun: %+v", begun)
	}
	if got := h.since(h.ws, head); got != "conversation.started conversation.assigned message.sent" {
		t.Errorf("told: %s", got)
	}
	body["subject"] = "Autre"
	if a := h.do(ask); a.status != 422 {
		t.Errorf("other words under the same key: %d %s", a.status, a.body)
	}
	signed := read[Signed](t, h.get(yann, "/api/v1/conversations/"+begun.Conversation.ID+"/signature"))
	if signed.Text != "Yann\nArzel" {
		t.Errorf("signed %q", signed.Text)
	}
}

func TestALetterThatBeginsIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mailbox := h.letterbox()
	_, olga := h.found("Other", "Olga Other", "olga@other.example")
	crowd := make([]obj, 51)
	for i := range crowd {
		crowd[i] = obj{"address": newID() + "@mel.example"}
	}
	for name, c := range map[string]struct {
		as    principal
		field string
		value any
	}{
		"another workspace's channel": {olga, "channelId", mailbox},
		"a chat":                      {h.admin, "channelId", string(h.chat.ID)},
		"ourselves":                   {h.admin, "to", []obj{{"address": "bonjour@arzel.example"}}},
		"51 people":                   {h.admin, "to", crowd},
		"no subject":                  {h.admin, "subject", "\r\n"},
		"another's customer":          {h.admin, "customerId", newID()},
	} {
		body := obj{"channelId": mailbox, "to": []obj{{"address": "camille@mel.example"}}, "subject": "x", "text": "x", c.field: c.value}
		a := h.post(c.as, "/api/v1/conversations", body)
		if a.status != 422 || !strings.Contains(string(a.body), c.field) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestSignaturesAndTemplatesAreWrittenAndUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mailbox := h.letterbox()
	yann := h.hire(h.admin, "Yann Le Goff", vis.Agent)
	put := func(as principal, path string, body obj) answer {
		return h.do(call{method: "PUT", path: "/api/v1" + path, as: as, body: body})
	}
	mine := "/signatures/member/" + yann.actor.ID
	made := read[Signature](t, put(yann, mine+"?address=bonjour%40arzel.example", obj{"text": obj{"fr": "Y. {{brand}}"}, "version": 0}))
	if made.Version != 1 || made.Address == nil || *made.Address != "bonjour@arzel.example" {
		t.Errorf("made: %+v", made)
	}
	if a := put(yann, mine+"?address=bonjour%40arzel.example", obj{"text": obj{"fr": "x"}, "version": 0}); a.status != 409 || !strings.Contains(string(a.body), "Y. {{brand}}") {
		t.Errorf("who has not seen it: %d %s", a.status, a.body)
	}
	if a := put(h.admin, "/signatures/brand/bonjour%40arzel.example", obj{"text": obj{"en": "{{brand}} team"}, "version": 0}); a.status != 200 {
		t.Errorf("a brand's: %d %s", a.status, a.body)
	}
	if all := read[Signatures](t, h.get(yann, "/api/v1/signatures")); len(all.Items) != 2 {
		t.Errorf("she sees %+v", all)
	}
	begun := read[Begun](t, h.post(yann, "/api/v1/conversations", obj{"channelId": mailbox, "to": []obj{{"address": "camille@mel.example"}}, "subject": "x", "text": "x"}))
	sign := func() string {
		t.Helper()
		return read[Signed](t, h.get(yann, "/api/v1/conversations/"+begun.Conversation.ID+"/signature")).Text
	}
	if got := sign(); got != "Y. Arzel" {
		t.Errorf("signed %q", got)
	}
	if a := h.do(call{method: "DELETE", path: "/api/v1" + mine + "?address=bonjour%40arzel.example", as: yann}); a.status != 204 {
		t.Errorf("deleted: %d %s", a.status, a.body)
	}
	if got := sign(); got != "Arzel team" {
		t.Errorf("then signed %q", got)
	}

	head := h.head(h.ws)
	ready := read[Template](t, h.post(h.admin, "/api/v1/templates", obj{"name": "Prêt", "shortcut": "pret", "text": obj{"fr": "Bonjour {{customer.firstName}}, {{agent.firstName}}"}}))
	ready = read[Template](t, put(h.admin, "/templates/"+ready.ID, obj{"name": "Prêt", "shortcut": "pret", "text": obj{"fr": "{{customer.firstName}} {{agent.firstName}}"}, "version": 1}))
	if got := h.since(h.ws, head); got != "template.changed template.changed" || ready.Version != 2 {
		t.Errorf("told: %s, version %d", got, ready.Version)
	}
	if found := read[Templates](t, h.get(yann, "/api/v1/templates?q=pre")); len(found.Items) != 1 {
		t.Errorf("found %+v", found)
	}
	r := read[Rendered](t, h.post(yann, "/api/v1/templates/"+ready.ID+"/render", obj{"conversationId": begun.Conversation.ID, "language": "en"}))
	if r.Text != "{{customer.firstName}} Yann" || r.Language != "fr" || len(r.Open) != 1 || r.Open[0] != "customer.firstName" {
		t.Errorf("rendered %+v", r)
	}
	events := h.get(yann, "/api/v1/events?after="+strconv.FormatInt(head, 10))
	if !strings.Contains(string(events.body), `"templateId":"`+ready.ID+`"`) {
		t.Errorf("the event is %s", events.body)
	}
}
