package web

import (
	"testing"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// A customer is told that something is done for her, and not by which rule, program or member's account it came about.
func TestWhoShowsAStepIsNotTheCustomersToKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	ada := h.visitor(h.ws, h.chat)
	c := h.write(ada, "Bonjour").Conversation
	l := h.open(url, ada, nil)
	robot := h.token(h.admin, vis.ReadConversations, vis.WriteConversations)
	for _, by := range []principal{robot, h.admin} {
		if a := h.post(by, "/api/v1/conversations/"+string(c.ID)+"/steps", obj{"text": "We ask the warehouse"}); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		event := l.event(desk.StepAdded)
		if actor, _ := event["actor"].(map[string]any); actor["id"] != nil {
			t.Errorf("she is told of %v", actor)
		}
	}
}

// No chats at all is something else than as many as everybody.
func TestAMemberMayHoldNoneOfAKindOfWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := "/api/v1/profiles/" + h.admin.actor.ID
	saved := read[Profile](t, h.do(call{method: "PUT", path: path, as: h.admin, body: obj{"capacity": obj{"chat": 0, "mail": 7}, "version": 0}}))
	if c := saved.Capacity; c.Chat == nil || *c.Chat != 0 || *c.Mail != 7 || c.Call != nil {
		t.Errorf("saved %+v", c)
	}
	all, err := h.server.routing.Profiles(t.Context(), h.admin.actor)
	h.must(err)
	for _, p := range all {
		if n, said := p.Capacity[routing.WorkChat]; string(p.Member) == h.admin.actor.ID && (!said || n != 0) {
			t.Errorf("kept %v", p.Capacity)
		}
	}
}
