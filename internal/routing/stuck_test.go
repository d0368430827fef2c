package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// unreadable appends an event to the log that nobody can make anything of.
func (h *house) unreadable(c vis.ConversationID, typ vis.EventType) {
	h.t.Helper()
	h.must(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
		e := vis.NewEvent(vis.System(h.ws), h.clock.Now(), typ, "no object")
		e.Conversation = c
		return tx.Append(h.ctx, e)
	}))
}

// persist follows the log again and again, as the engine does, and returns the last error.
func (h *house) persist(d time.Duration) (err error) {
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); h.clock.set(h.clock.Now().Add(2 * time.Second)) {
		err = h.routing.CatchUp(h.ctx, h.ws)
	}
	return err
}

func TestAnEventThatCannotBeFollowedStopsNoOtherForLong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	write := func(words string) vis.ConversationID {
		r, err := h.desk.Receive(h.ctx, h.visitor(), desk.Inbound{Channel: h.chat.ID, Text: words, ClientID: h.mint.ID(h.clock.Now())})
		h.must(err)
		return r.Conversation.ID
	}
	before := write("Avant")
	h.unreadable(c, desk.ConversationSnoozed)
	_, err := h.desk.Reply(h.ctx, h.yann, c, desk.Outbound{Text: "Oui ?"})
	h.must(err)
	after := write("Après")
	if err := h.persist(20 * time.Second); err == nil {
		t.Fatal("it was passed over at once")
	}
	h.wantPromise(before, routing.First, routing.Running)
	h.wantPromise(after, routing.First, "")
	h.must(h.persist(time.Minute))
	h.wantPromise(c, routing.First, routing.Kept)
	h.wantPromise(after, routing.First, routing.Running)
	if n := h.audited("routing.event_skipped"); n != 1 {
		t.Errorf("%d events were passed over", n)
	}
	if d := h.says(h.visitor(), "Encore"); h.promise(d, routing.First).State != routing.Running {
		t.Error("afterwards nothing is promised")
	}
}

// A mark waits for an event that is on its way, but not for one that was passed over.
func TestAMarkDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	is := h.conversation(c)
	is.WaitingSince = time.Time{} // somebody answered, and the log does not say so
	h.must(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
		_, err := tx.SaveConversation(h.ctx, is)
		return err
	}))
	for range 100 {
		h.after(time.Second)
	}
	if p := h.promise(c, routing.First); p.State != routing.Broken {
		t.Errorf("after a minute and a half the promise of a minute is %s, with the marks %q", p.State, p.Marks)
	}
}
