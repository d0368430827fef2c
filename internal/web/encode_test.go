package web

import (
	"testing"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func TestOnlyTheLastWordOnAStandingIsTold(t *testing.T) {
	t.Parallel()
	at := func(c vis.ConversationID, typ vis.EventType) vis.Event { return vis.Event{Conversation: c, Type: typ} }
	events := []vis.Event{
		at("a", desk.MessageReceived), at("a", routing.PromiseMade), at("b", routing.Ranked), at("a", routing.PromiseMissed),
		at("a", routing.PromiseMade), at("b", routing.Ranked), at("a", routing.PromiseKept), at("a", routing.Ranked),
	}
	want := []bool{false, true, true, false, true, false, false, false}
	for i, drowns := range want {
		if got := drowned(events, i); got != drowns {
			t.Errorf("event %d, %s of %s: %v", i, events[i].Type, events[i].Conversation, got)
		}
	}
}
