package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// A shop whose people speak French is written to in English: she is answered in French rather than never.
func TestALanguageThatNobodySpeaksIsAskedOfNobody(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	lea, yann := h.hire("Léa"), h.hire("Yann")
	speaks := func(m vis.Actor, version int64, languages ...string) {
		_, err := h.routing.PutProfile(h.ctx, h.boss, routing.Profile{Member: m.Member(), Languages: languages, Version: version})
		h.ok(err)
	}
	english := func() vis.ConversationID {
		c, language := h.asks(), "en"
		_, err := h.desk.Classify(h.ctx, h.boss, c, desk.Classification{Language: &language}, h.conversation(c).Version)
		h.ok(err)
		return c
	}
	speaks(lea, 0, "fr")
	speaks(yann, 0, "en")
	speaks(h.boss, 0, "fr")
	h.comes(lea)
	c := english()
	h.settle()
	if len(h.ringing(lea)) != 0 {
		t.Fatal("it rings for her who does not speak it, and Yann does")
	}
	if _, found, err := h.routing.TakeNext(h.ctx, lea, ""); found || err != nil {
		t.Fatalf("she may take it: %v", err)
	}
	speaks(yann, 1, "fr")
	h.settle()
	o := h.rings(lea, c)
	h.ok(h.routing.Decline(h.ctx, lea, o.ID, "language"))
	h.now = h.now.Add(time.Second)
	h.settle()
	if got, found, err := h.routing.TakeNext(h.ctx, lea, ""); !found || got.ID != c || err != nil {
		t.Errorf("she may not take it by hand: %v %v", found, err)
	}
}
