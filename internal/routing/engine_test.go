package routing_test

import (
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// A node that freezes with a decision in its head, and wakes up when another has taken over, must not carry it out.
func TestAFrozenLeaderCanDoNothingWhenItWakesUp(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	h.settle()
	one, two := h.engine, h.another("two")
	if !one.Leads(h.ws) {
		t.Fatal("the first does not lead")
	}
	_, err := two.Turn(h.ctx, h.ws)
	h.ok(err)
	if two.Leads(h.ws) {
		t.Fatal("two lead")
	}
	h.now = h.now.Add(4 * time.Second) // the first renews every five, and believes that it still leads
	c := h.asks()
	h.ok(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
		_, err := tx.Lease(h.ctx, "routing", "two", h.now.Add(time.Minute), h.now.Add(2*time.Minute)) // another's clock is ahead
		return err
	}))
	_, err = one.Turn(h.ctx, h.ws)
	h.ok(err)
	if len(h.ringing(lea)) != 0 {
		t.Fatal("it made an offer without the lease")
	}
	if one.Leads(h.ws) {
		t.Error("it still believes that it leads")
	}
	h.now = h.now.Add(time.Minute)
	h.engine.Vouch(h.ctx)
	_, err = two.Turn(h.ctx, h.ws)
	h.ok(err)
	h.rings(lea, c)
}

func TestTheNextEngineGoesOnWhereOneStopped(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	h.comes(lea)
	first := h.asks()
	h.settle()
	o := h.rings(lea, first)
	second := h.asks()
	third := h.taken(yann)
	h.engines[0] = h.another("two")
	h.engines = h.engines[:1]
	h.engine = h.engines[0]
	h.now = h.now.Add(16 * time.Second)
	h.comes(lea)
	h.settle()
	if got := h.rings(lea, first); got.ID != o.ID {
		t.Errorf("it rings anew")
	}
	h.rings(lea, second)
	h.passes(2 * time.Minute)
	h.wantOwner(third, nobody) // she never came
}

func TestWhatRingsForAMemberIsTakenBackWhenSheAnswersACall(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	with := h.taken(lea)
	c := h.asks()
	h.settle()
	for range 3 { // as often as would send her on a break
		h.rings(lea, c)
		call := assist.Session{ID: vis.AssistID(h.mint.ID(h.now)), Conversation: with, State: assist.Live, Member: lea.Member(), PressedAt: h.now, Version: 1}
		h.ok(h.store.Assist().Update(h.ctx, vis.System(h.ws), nil, func(tx assist.Tx) error {
			if err := tx.InsertAssist(h.ctx, call); err != nil {
				return err
			}
			return h.routing.Engage(h.ctx, tx.(routing.Tx), h.ws, lea.Member(), h.now)
		}))
		h.passes(time.Minute)
		if len(h.ringing(lea)) != 0 {
			t.Fatal("it rings though she speaks")
		}
		call.State = assist.Ended
		h.ok(h.store.Assist().Update(h.ctx, vis.System(h.ws), nil, func(tx assist.Tx) error { _, err := tx.SaveAssist(h.ctx, call); return err }))
		h.passes(15 * time.Second)
	}
	h.rings(lea, c)
	if here := h.presence(lea); here != routing.Available {
		t.Errorf("she is %s for what she could not take", here)
	}
}

func TestAMemberInALiveAssistanceIsOfferedNothingElse(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	call := assist.Session{ID: vis.AssistID(h.mint.ID(h.now)), Conversation: h.taken(lea), State: assist.Live, Member: lea.Member(), PressedAt: h.now, Version: 1}
	during := func(fn func(assist.Tx) error) { h.ok(h.store.Assist().Update(h.ctx, vis.System(h.ws), nil, fn)) }
	during(func(tx assist.Tx) error { return tx.InsertAssist(h.ctx, call) })
	h.settle()
	c := h.asks()
	h.passes(time.Minute)
	if len(h.ringing(lea)) != 0 {
		t.Fatal("it rings at her in a call")
	}
	// Nor is what rings as an assistance offered a second time.
	rung := assist.Session{ID: vis.AssistID(h.mint.ID(h.now)), Conversation: c, State: assist.Ringing, PressedAt: h.now, Version: 1}
	during(func(tx assist.Tx) error { return tx.InsertAssist(h.ctx, rung) })
	yann := h.hire("Yann")
	h.comes(yann)
	h.passes(time.Minute)
	if len(h.ringing(yann)) != 0 {
		t.Fatal("it is offered while it rings")
	}
	rung.State = assist.Ended
	during(func(tx assist.Tx) error { _, err := tx.SaveAssist(h.ctx, rung); return err })
	h.passes(30 * time.Second)
	h.rings(yann, c)
	other := h.asks()
	call.State = assist.Ended
	during(func(tx assist.Tx) error { _, err := tx.SaveAssist(h.ctx, call); return err })
	h.passes(15 * time.Second)
	if len(h.ringing(lea))+len(h.ringing(yann)) != 2 {
		t.Errorf("%s waits though two are free", other)
	}
}

func TestWhatTheDatabaseRefusesIsNotTriedWithoutEnd(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea := h.hire("Léa")
	h.comes(lea)
	h.settle()
	c := h.asks()
	// She has declined it on another node; this engine's picture does not know.
	h.ok(h.store.Routing().Update(h.ctx, vis.System(h.ws), nil, func(tx routing.Tx) error {
		o := routing.Offer{ID: vis.OfferID(h.mint.ID(h.now)), Conversation: c, Member: lea.Member(), State: routing.Ringing, MadeAt: h.now, ExpiresAt: h.now.Add(time.Minute)}
		if err := tx.InsertOffer(h.ctx, o); err != nil {
			return err
		}
		o.State, o.EndedAt = routing.Declined, h.now
		return tx.EndOffer(h.ctx, o)
	}))
	h.settle()
	if n := h.seen(0, routing.OfferMade); n != 0 {
		t.Errorf("%d offers", n)
	}
	h.passes(10*time.Minute + 5*time.Second)
	h.rings(lea, c)
}

// The engine with its goroutines, bells and a real clock.
func TestTheEngineRunsByItself(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	h.now = time.Now()
	lea := h.hire("Léa")
	rung := make(chan struct{}, 1)
	h.store.OnCommit(func(ws vis.WorkspaceID, _ int64) {
		h.engine.Ring(ws)
		select {
		case rung <- struct{}{}:
		default:
		}
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.engine.Run(h.ctx)
	}()
	h.engine.Connected(h.ws, lea.Member(), true)
	c := h.asks()
	for len(h.ringing(lea)) == 0 {
		<-rung
	}
	o := h.rings(lea, c)
	if _, waits := h.engine.Standing(h.ctx, h.ws, c); !waits {
		t.Error("it waits nowhere")
	}
	_, err := h.routing.Accept(h.ctx, lea, o.ID)
	h.ok(err)
	for h.seen(0, routing.OfferEnded) == 0 {
		<-rung
	}
	h.engine.Close()
	h.engine.Close() // twice is once
	<-done
	h.engine.Ring(h.ws) // and a late bell begins nothing
	next := h.another("next")
	if _, err := next.Turn(h.ctx, h.ws); err != nil || !next.Leads(h.ws) {
		t.Errorf("the next node waits for the lease of one that has ended: %v", err)
	}
}
