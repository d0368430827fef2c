package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func TestAWaitingCustomerRingsForWhoeverIsFree(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	c := h.asks()
	h.settle()
	if n := h.seen(0, routing.OfferMade); n != 0 {
		t.Fatalf("%d offers with nobody here", n)
	}
	h.comes(lea)
	h.settle()
	o := h.rings(lea, c)
	if o.ExpiresAt.Sub(o.MadeAt) != 20*time.Second || len(o.Why) == 0 {
		t.Errorf("offered %+v", o)
	}
	got, err := h.routing.Accept(h.ctx, lea, o.ID)
	h.ok(err)
	if got.Assignee != lea.Member() {
		t.Errorf("accepted, and owned by %q", got.Assignee)
	}
	h.settle()
	if len(h.ringing(lea)) != 0 || h.seen(0, routing.OfferEnded) != 1 || h.seen(0, routing.OfferMade) != 1 {
		t.Error("it still rings")
	}
	_, err = h.routing.Accept(h.ctx, lea, o.ID)
	h.wantReason(err, "offer_ended")
}

func TestOffersAreForTheOneTheyAreMadeTo(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	c := h.asks()
	h.settle()
	o := h.rings(lea, c)
	for _, by := range []vis.Actor{yann, vis.System(h.ws)} {
		_, err := h.routing.Accept(h.ctx, by, o.ID)
		h.wantReason(err, "not_found")
		h.wantReason(h.routing.Decline(h.ctx, by, o.ID, "busy"), "not_found")
		_, err = h.routing.Offer(h.ctx, by, o.ID)
		h.wantReason(err, "not_found")
	}
	h.wantReason(h.routing.Decline(h.ctx, lea, o.ID, "because"), "invalid_field")
}

func TestADeclinedOfferGoesToOthersFirst(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	c := h.asks()
	h.settle()
	h.comes(yann)
	h.settle()
	h.ok(h.routing.Decline(h.ctx, lea, h.rings(lea, c).ID, "skill"))
	h.settle()
	h.ok(h.routing.Decline(h.ctx, yann, h.rings(yann, c).ID, "busy"))
	h.settle()
	if len(h.ringing(lea))+len(h.ringing(yann)) != 0 {
		t.Fatal("it rings again at once")
	}
	h.passes(9 * time.Minute)
	if len(h.ringing(lea))+len(h.ringing(yann)) != 0 {
		t.Fatal("it rings again too early")
	}
	h.passes(61 * time.Second)
	if len(h.ringing(lea))+len(h.ringing(yann)) != 1 {
		t.Error("it does not ring again")
	}
}

func TestTwoOffersThatRingOutMakeAnEmptyChair(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	c := h.asks()
	h.settle()
	first := h.rings(lea, c)
	h.passes(21 * time.Second)
	if len(h.ringing(lea)) != 0 {
		t.Fatal("it still rings")
	}
	_, err := h.routing.Accept(h.ctx, lea, first.ID)
	h.wantReason(err, "offer_ended")
	h.wantPresence(lea, routing.Available)
	h.passes(time.Minute)
	h.rings(lea, c)
	h.passes(30 * time.Second)
	h.wantPresence(lea, routing.Away)
	h.passes(10 * time.Minute)
	if n := h.seen(0, routing.OfferMade); n != 2 {
		t.Errorf("%d offers to an empty chair", n)
	}
	_, err = h.routing.SetPresence(h.ctx, lea, routing.Available, time.Time{})
	h.ok(err)
	h.settle()
	h.rings(lea, c)
	h.passes(25 * time.Second)
	h.wantPresence(lea, routing.Available) // counted anew
}

func TestWhatIsTakenElsewhereStopsRinging(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*shop, vis.Actor, desk.Conversation) error{
		"taken": func(h *shop, by vis.Actor, c desk.Conversation) error {
			_, err := h.routing.Take(h.ctx, by, c.ID, c.Version)
			return err
		},
		"assigned": func(h *shop, by vis.Actor, c desk.Conversation) error {
			_, err := h.desk.Assign(h.ctx, h.boss, c.ID, by.Member(), "", c.Version)
			return err
		},
		"answered": func(h *shop, by vis.Actor, c desk.Conversation) error {
			_, err := h.desk.Reply(h.ctx, by, c.ID, desk.Outbound{Text: "Bonjour"})
			return err
		},
		"snoozed": func(h *shop, by vis.Actor, c desk.Conversation) error {
			_, err := h.desk.Snooze(h.ctx, by, c.ID, time.Time{}, true, c.Version)
			return err
		},
		"resolved": func(h *shop, by vis.Actor, c desk.Conversation) error {
			_, err := h.desk.Resolve(h.ctx, by, c.ID, c.Version)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newShop(t)
			lea, yann := h.hire("Léa"), h.hire("Yann")
			h.comes(lea)
			c := h.asks()
			h.settle()
			o := h.rings(lea, c)
			h.ok(end(h, yann, h.conversation(c)))
			_, err := h.routing.Accept(h.ctx, lea, o.ID)
			h.wantReason(err, "offer_ended") // also before anybody has followed the log
			h.settle()
			if len(h.ringing(lea)) != 0 {
				t.Error("it still rings")
			}
			h.passes(time.Minute)
			h.wantPresence(lea, routing.Available)
		})
	}
}

func TestWhoLeavesIsNotRungAt(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	c := h.asks()
	h.settle()
	h.rings(lea, c)
	h.comes(yann)
	h.goes(lea)
	h.settle()
	h.rings(yann, c)
	_, err := h.routing.SetPresence(h.ctx, yann, routing.Busy, time.Time{})
	h.ok(err)
	h.settle()
	if len(h.ringing(lea))+len(h.ringing(yann)) != 0 {
		t.Error("it rings for somebody who wants nothing new")
	}
}

func TestTakingIsForWhatNobodyHas(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	c := h.asks()
	v := h.conversation(c).Version
	_, err := h.routing.Take(h.ctx, lea, c, v)
	h.ok(err)
	_, err = h.routing.Take(h.ctx, yann, c, v)
	h.wantReason(err, "conversation_changed")
	_, err = h.routing.Take(h.ctx, yann, c, h.conversation(c).Version)
	h.wantReason(err, "conversation_taken")
	_, err = h.routing.Take(h.ctx, lea, c, h.conversation(c).Version)
	h.ok(err)
	h.wantOwner(c, lea)
}

func TestTakeNextTakesWhatFitsInOrder(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	team, err := h.people.CreateTeam(h.ctx, h.boss, "Repairs", "", nil)
	h.ok(err)
	lea, yann := h.hire("Léa", team.ID), h.hire("Yann")
	h.queue(team.ID, func(q *routing.Queue) { q.Mode, q.Skills = routing.Pull, map[string]int{"locks": 2} })
	first := h.asks()
	c := h.conversation(first)
	_, err = h.desk.Assign(h.ctx, h.boss, first, "", team.ID, c.Version)
	h.ok(err)
	h.now = h.now.Add(time.Second)
	second := h.asks()
	h.settle()
	_, _, err = h.routing.TakeNext(h.ctx, yann, team.ID)
	h.wantReason(err, "not_in_team")
	got, ok, err := h.routing.TakeNext(h.ctx, lea, "")
	h.ok(err)
	if !ok || got.ID != second {
		t.Errorf("took %s, want what she is able to do", got.ID)
	}
	_, ok, err = h.routing.TakeNext(h.ctx, lea, team.ID)
	h.ok(err)
	if ok {
		t.Error("took what she cannot do")
	}
	_, err = h.routing.PutProfile(h.ctx, h.boss, routing.Profile{Member: lea.Member(), Skills: map[string]int{"locks": 2}})
	h.ok(err)
	got, ok, err = h.routing.TakeNext(h.ctx, lea, team.ID)
	h.ok(err)
	if !ok || got.ID != first {
		t.Errorf("took %v %s, want the repair", ok, got.ID)
	}
}
