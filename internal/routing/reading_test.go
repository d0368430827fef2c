package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// understands takes in what a conversation's first message says, as the room above does that reads it.
func (h *house) understands(id vis.ConversationID, u desk.Understanding) {
	h.t.Helper()
	h.must(h.store.Desk().Update(h.ctx, vis.System(h.ws), nil, func(tx desk.Tx) error {
		c, err := tx.Conversation(h.ctx, id)
		if err != nil {
			return err
		}
		said, err := tx.Messages(h.ctx, id, desk.Range{Forward: true, Limit: 1})
		if err != nil {
			return err
		}
		return h.desk.UnderstandWithin(h.ctx, tx, vis.System(h.ws), &c, said[0].ID, 1, u, h.clock.Now())
	}))
	h.follow()
}

func TestWhatHerWordsSaySetsRulesOffAndOrdersWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	team := h.team("Recovery", h.nora)
	r := h.rule(routing.Rule{When: when(routing.WhenClassified), If: append(iff("dissatisfied", "is", "true"), iff("urgency", "oneOf", "today, now")...),
		Then: do("assignTeam", string(team.ID))})
	c := h.says(h.visitor(), "Toujours rien reçu")
	before := h.conversation(c)
	u := desk.Understanding{Reason: "delivery", Language: "fr", Dissatisfied: true, Urgency: "now"}
	for range 8 { // however much she writes, it is the same, and no rule runs in circles
		h.understands(c, u)
	}
	is := h.conversation(c)
	if is.Team != team.ID || is.About.Reason != "delivery" {
		t.Errorf("it is with %q, about %+v", is.Team, is.About)
	}
	if ran := h.log(0, routing.RuleRan); len(ran) != 1 || ran[0].ByID != "rule:"+string(r.ID) {
		t.Errorf("it ran %d times", len(ran))
	}
	w := routing.Presets()["balanced"]
	if got, want := is.Standing.Rank-before.Standing.Rank, int64(1000*(w.Urgency+w.Dissatisfied)); got != want {
		t.Errorf("it gained %d thousandths, want %d", got, want)
	}
	for i := range 12 { // now it says something else each time
		u.Urgency = []string{"today", "now"}[i%2]
		h.after(time.Second)
		h.understands(c, u)
	}
	all, err := h.routing.Rules(h.ctx, h.lea)
	h.must(err)
	if all[0].Disabled {
		t.Error("a customer's words switched a rule off")
	}
}
