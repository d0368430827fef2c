package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
)

func TestPresenceFollowsTheScreensAndTheChoice(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.wantPresence(lea, routing.Offline)
	h.comes(lea)
	h.wantPresence(lea, routing.Available)
	from := h.head()
	h.comes(lea)
	h.passes(time.Minute)
	if n := h.seen(from, routing.PresenceChanged); n != 0 {
		t.Errorf("%d changes of presence told although nothing changed", n)
	}
	back := h.now.Add(time.Hour)
	p, err := h.routing.SetPresence(h.ctx, lea, routing.Away, back)
	h.ok(err)
	if p.Presence != routing.Away || !p.BackAt.Equal(back) || !p.Since.Equal(h.now) {
		t.Errorf("she is %+v", p)
	}
	h.goes(lea)
	h.wantPresence(lea, routing.Offline)
	h.comes(lea)
	h.wantPresence(lea, routing.Away)
	for _, bad := range []struct {
		p      routing.Presence
		backAt time.Time
	}{{routing.Offline, time.Time{}}, {routing.Finishing, time.Time{}}, {"", time.Time{}}, {routing.Busy, back}, {routing.Away, h.now}, {routing.Away, h.now.AddDate(1, 0, 0)}} {
		_, err := h.routing.SetPresence(h.ctx, lea, bad.p, bad.backAt)
		h.wantReason(err, "invalid_field")
	}
	_, err = h.routing.SetPresence(h.ctx, h.visitor(h.chat), routing.Busy, time.Time{})
	h.wantReason(err, "not_a_member")
}

func TestTheMembersOfANodeThatWasKilledGoOffline(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	h.engines[0], h.engine = h.another("two"), nil // the first one is heard of no more
	h.engines = h.engines[:1]
	h.engine = h.engines[0]
	h.comes(yann)
	h.settle()
	h.wantPresence(lea, routing.Available)
	h.passes(46 * time.Second)
	h.wantPresence(lea, routing.Offline)
	h.wantPresence(yann, routing.Available)
}

func TestWhoEndsAChatFinishesUpFirst(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	first := h.asks()
	h.settle()
	_, err := h.routing.Accept(h.ctx, lea, h.rings(lea, first).ID)
	h.ok(err)
	h.settle()
	_, err = h.desk.Reply(h.ctx, lea, first, desk.Outbound{Text: "Voilà", Resolve: true})
	h.ok(err)
	h.settle()
	h.wantPresence(lea, routing.Finishing)
	second := h.asks()
	h.settle()
	if len(h.ringing(lea)) != 0 {
		t.Error("it rings while she finishes up")
	}
	h.passes(16 * time.Second)
	h.wantPresence(lea, routing.Available)
	o := h.rings(lea, second)
	_, err = h.routing.Accept(h.ctx, lea, o.ID)
	h.ok(err)
	_, err = h.desk.Reply(h.ctx, lea, second, desk.Outbound{Text: "Voilà", Resolve: true})
	h.ok(err)
	h.settle()
	h.wantPresence(lea, routing.Finishing)
	_, err = h.routing.SetPresence(h.ctx, lea, routing.Available, time.Time{})
	h.ok(err)
	h.wantPresence(lea, routing.Available)
	h.passes(time.Minute)
	h.wantPresence(lea, routing.Available)
}

func TestALetterNeedsNoFinishing(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	c := h.says(h.visitor(h.mail), h.mail)
	h.settle()
	_, err := h.routing.Accept(h.ctx, lea, h.rings(lea, c).ID)
	h.ok(err)
	_, err = h.desk.Reply(h.ctx, lea, c, desk.Outbound{Text: "Voilà", Resolve: true})
	h.ok(err)
	h.settle()
	h.wantPresence(lea, routing.Available)
}

func TestNobodyGetsMoreThanShePrefers(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	h.queue("", func(q *routing.Queue) { q.Mode = routing.Push })
	for range 5 {
		h.asks()
	}
	h.settle()
	if n := h.owned(lea); n != 3 {
		t.Errorf("she was given %d chats, want 3", n)
	}
	_, err := h.routing.PutProfile(h.ctx, h.boss, routing.Profile{Member: lea.Member(), Capacity: map[routing.Work]int{routing.WorkChat: 4}})
	h.ok(err)
	h.settle()
	if n := h.owned(lea); n != 4 {
		t.Errorf("she was given %d chats, want 4", n)
	}
}

// An answered chat keeps its place for five minutes: its customer is about to write.
func TestAnAnsweredChatKeepsItsPlaceForAWhile(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	h.queue("", func(q *routing.Queue) { q.Mode = routing.Push })
	for range 3 {
		c := h.asks()
		h.settle()
		_, err := h.desk.Reply(h.ctx, lea, c, desk.Outbound{Text: "Un instant"})
		h.ok(err)
	}
	fourth := h.asks()
	h.settle()
	h.passes(4*time.Minute + 50*time.Second)
	h.wantOwner(fourth, nobody)
	h.passes(15 * time.Second)
	h.wantOwner(fourth, lea)
}
