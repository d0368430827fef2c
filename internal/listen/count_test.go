package listen_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// counted is the board of the last four weeks by reason, as another node that remembers nothing counts it to the end.
func (h *house) counted() map[string]listen.ReasonCount {
	h.t.Helper()
	h.read()
	c := listen.NewCounter(h.store.Contacts(), h)
	h.must(c.CatchUp(h.ctx, h.ws))
	b, err := c.Board(h.ctx, h.yann, listen.BoardQuery{})
	h.must(err)
	out := make(map[string]listen.ReasonCount)
	for _, r := range b.Reasons {
		r.Days = nil
		out[r.Reason] = r
	}
	return out
}

func TestContactsCountOnceAndMoveWithTheirReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.customer()
	first := h.says(ada, "Toujours rien reçu, où est mon colis ? C'est inadmissible !").Conversation
	h.now = h.now.Add(4 * time.Minute)
	_, err := h.desk.Reply(h.ctx, h.yann, first.ID, desk.Outbound{Text: "Je regarde."})
	h.must(err)
	h.now = h.now.Add(time.Hour)
	_, err = h.desk.WriteNote(h.ctx, h.yann, first.ID, "Perdu par le transporteur.", nil)
	h.must(err)
	h.counted()
	_, err = h.listen.Correct(h.ctx, h.yann, first.ID, listen.Word{Reason: new("delivery")})
	h.must(err)
	// Four minutes before the answer, and of the hour before the note no more than ten.
	want := listen.ReasonCount{Reason: "delivery", Sums: listen.Sums{Contacts: 1, Read: 1, Moods: h.conversation(first.ID).About.Mood, Dissatisfied: 1, Handled: 1,
		HandledFor: 14 * time.Minute}}
	same := func(when string, want ...listen.ReasonCount) {
		t.Helper()
		got := h.counted()
		for _, w := range want {
			if g := got[w.Reason]; g.Sums != w.Sums || g.Before != w.Before {
				t.Errorf("%s: %+v, want %+v", when, g, w)
			}
			delete(got, w.Reason)
		}
		for reason, left := range got {
			if left.Contacts != 0 {
				t.Errorf("%s: %q has %+v", when, reason, left)
			}
		}
	}
	same("at first", want)
	same("again", want)

	// She comes back to it: that is a repeat.
	done := h.conversation(first.ID)
	_, err = h.desk.Resolve(h.ctx, h.yann, done.ID, done.Version)
	h.must(err)
	h.now = h.now.Add(time.Hour)
	_, err = h.desk.Receive(h.ctx, ada, desk.Inbound{Channel: h.chat.ID, Conversation: first.ID, Text: "Non, toujours rien reçu !", ClientID: h.mint.ID(h.now)})
	h.must(err)
	want.Repeats = 1
	want.Moods, want.Dissatisfied = h.mood(first.ID), h.cross(first.ID)
	want.HandledFor = h.handled(first.ID)
	same("when she came back", want)

	// Said otherwise later, it moves to another reason on the day on which it began.
	h.now = h.now.Add(48 * time.Hour)
	_, err = h.listen.Correct(h.ctx, h.yann, first.ID, listen.Word{Reason: new("stock")})
	h.must(err)
	want.Reason = "stock"
	same("corrected", want)

	// A second one of hers for the same reason is a repeat; once the first is about something else, it is not.
	h.now = h.now.Add(29 * 24 * time.Hour)
	same("four weeks later") // it is no longer on the board of four weeks
}

func (h *house) mood(id vis.ConversationID) int {
	h.read()
	return h.conversation(id).About.Mood
}

func (h *house) cross(id vis.ConversationID) int {
	if h.conversation(id).Reading.Dissatisfied {
		return 1
	}
	return 0
}

// handled is how long a conversation was in members' hands, as it was counted.
func (h *house) handled(id vis.ConversationID) (out time.Duration) {
	h.t.Helper()
	h.counted()
	h.must(h.store.Contacts().View(h.ctx, h.ws, func(tx listen.CountTx) error {
		all, err := tx.ContactsByID(h.ctx, []vis.ConversationID{id})
		for _, c := range all {
			out = c.Handled
		}
		return err
	}))
	return out
}

func TestTheSecondForTheSameReasonIsARepeat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := listen.NewCounter(h.store.Contacts(), h)
	bob := h.customer()
	begin := func(words, reason string) vis.ConversationID {
		t.Helper()
		id := h.says(bob, words).Conversation.ID
		h.read()
		_, err := h.listen.Correct(h.ctx, h.yann, id, listen.Word{Reason: &reason})
		h.must(err)
		now := h.conversation(id)
		_, err = h.desk.Resolve(h.ctx, h.yann, id, now.Version)
		h.must(err)
		h.now = h.now.Add(20 * 24 * time.Hour) // long enough for another to begin
		return id
	}
	first := begin("Où est mon colis ?", "delivery")
	second := begin("Encore un colis qui n'arrive pas", "delivery")
	if first == second {
		t.Fatal("it is the same conversation")
	}
	repeats := func() int {
		h.must(c.CatchUp(h.ctx, h.ws))
		b, err := c.Board(h.ctx, h.yann, listen.BoardQuery{From: listen.DayOf(h.now, time.UTC) - 60})
		h.must(err)
		n := 0
		for _, r := range b.Reasons {
			n += r.Repeats
		}
		return n
	}
	if n := repeats(); n != 1 {
		t.Errorf("%d repeats, want the second", n)
	}
	_, err := h.listen.Correct(h.ctx, h.yann, first, listen.Word{Reason: new("stock")})
	h.must(err)
	if n := repeats(); n != 0 {
		t.Errorf("%d repeats after the first turned out to be about something else", n)
	}
}
