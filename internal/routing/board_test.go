package routing_test

import (
	"slices"
	"testing"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// board is what everybody sees.
func (h *shop) board(team vis.TeamID) routing.Board {
	h.Helper()
	b, err := h.routing.Board(h.ctx, h.boss, team)
	h.ok(err)
	return b
}

func (h *shop) team(name string) vis.TeamID {
	h.Helper()
	t, err := h.people.CreateTeam(h.ctx, h.boss, name, "", nil)
	h.ok(err)
	return t.ID
}

// moves gives a conversation to a team.
func (h *shop) moves(id vis.ConversationID, team vis.TeamID) {
	h.Helper()
	_, err := h.desk.Assign(h.ctx, h.boss, id, "", team, h.conversation(id).Version)
	h.ok(err)
}

// hurry makes first answers due within a duration of being asked for.
func (h *shop) hurry(d time.Duration) {
	h.Helper()
	all, err := h.routing.Policies(h.ctx, h.boss)
	h.ok(err)
	terms := map[routing.PromiseKind]routing.Term{routing.First: {For: d}}
	_, err = h.routing.ChangePolicy(h.ctx, h.boss, all[0].ID, routing.PolicyChange{Terms: &terms, Version: all[0].Version})
	h.ok(err)
}

func queueOf(b routing.Board, team vis.TeamID) routing.BoardQueue {
	i := slices.IndexFunc(b.Queues, func(q routing.BoardQueue) bool { return q.Team == team })
	return b.Queues[i]
}

func TestTheBoardCountsWhoWaitsAndWhoIsFree(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	delivery := h.team("Delivery")
	lea, yann, nora := h.hire("Léa", delivery), h.hire("Yann", delivery), h.hire("Nora")
	h.hire("Offline", delivery)
	h.queue(delivery, func(q *routing.Queue) { q.Mode = routing.Pull })
	h.queue("", func(q *routing.Queue) { q.Mode = routing.Pull })
	h.comes(lea, yann, nora)
	h.hurry(20 * time.Minute)
	first := h.asks()
	h.moves(first, delivery)
	h.now = h.now.Add(10 * time.Minute)
	h.engine.Vouch(h.ctx)
	second, own := h.asks(), h.asks()
	h.moves(second, delivery)
	h.give(own, nora)
	_, err := h.routing.SetPresence(h.ctx, yann, routing.Away, h.now.Add(time.Hour))
	h.ok(err)
	h.settle()

	b := h.board("")
	q := queueOf(b, delivery)
	if b.Waiting != 2 || b.AtRisk != 1 || b.Missed != 0 || q.Waiting != 2 || q.AtRisk != 1 || !q.Since.Equal(h.now.Add(-10*time.Minute)) || q.Mode != routing.Pull {
		t.Errorf("%+v", q)
	}
	if q.Nearest.Promise != "first" || !q.Nearest.DueAt.Equal(h.now.Add(10*time.Minute)) || !q.Nearest.PromisedAt.Equal(h.now.Add(-10*time.Minute)) {
		t.Errorf("nearest: %+v", q.Nearest)
	}
	want := []routing.QueueAgent{{Member: lea.Member(), State: routing.AgentFree}, {Member: yann.Member(), State: routing.AgentAway}}
	if !slices.Equal(q.Agents, want) || q.Free != 1 {
		t.Errorf("%+v", q.Agents)
	}
	if len(b.Risks) != 1 || b.Risks[0].ID != first || len(b.Agents) != 3 || b.Tip != nil {
		t.Errorf("%d risks, %+v", len(b.Risks), b.Agents)
	}
	for _, a := range b.Agents {
		if a.Member == nora.Member() && (a.Load[routing.WorkChat] != 1 || a.State != routing.AgentFree || a.Capacity[routing.WorkChat] != 3) {
			t.Errorf("Nora: %+v", a)
		}
		if a.Member == yann.Member() && a.BackAt.IsZero() {
			t.Error("when Yann is back is not said")
		}
	}

	h.passes(11 * time.Minute)
	if b := h.board(delivery); b.Missed != 1 || len(b.Queues) != 1 || len(b.Agents) != 2 || queueOf(b, delivery).Nearest.PromiseState != "missed" {
		t.Errorf("a missed promise: %+v", b)
	}
	_, err = h.routing.Board(h.ctx, h.boss, "nobody's")
	if vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a team that does not exist: %v", err)
	}
}

// The tip must be true: promises beyond what free members take on, and others who are free, fit and not needed where they are.
func TestATipIsGivenOnlyWhenItIsTrue(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	delivery, orders := h.team("Delivery"), h.team("Orders")
	lea, hugo := h.hire("Léa", delivery), h.hire("Hugo", orders)
	h.comes(lea, hugo)
	h.hurry(20 * time.Minute)
	for _, team := range []vis.TeamID{delivery, orders, ""} {
		h.queue(team, func(q *routing.Queue) { q.Mode = routing.Pull })
	}
	var asked []vis.ConversationID
	ask := func(n int, team vis.TeamID) {
		for range n {
			asked = append(asked, h.asks())
			h.moves(asked[len(asked)-1], team)
		}
		h.settle()
	}
	tip := func() *routing.Tip { return h.board("").Tip }
	ask(3, delivery)
	if got := tip(); got != nil {
		t.Fatalf("Léa has room for three: %+v", got)
	}
	ask(2, delivery)
	got := tip()
	if got == nil || got.Team != delivery || got.Missing != 2 || !slices.Equal(got.Helpers, []vis.MemberID{hugo.Member()}) || got.Skilled || !got.By.Equal(h.now.Add(20*time.Minute)) {
		t.Fatalf("two too many: %+v", got)
	}
	if other := h.board(orders).Tip; other != nil {
		t.Errorf("the tip of another team: %+v", other)
	}
	h.queue(delivery, func(q *routing.Queue) { q.Skills = map[string]int{"parcels": 2} })
	if got := tip(); got != nil {
		t.Errorf("Hugo knows nothing of parcels: %+v", got)
	}
	for _, m := range []vis.Actor{hugo, lea} {
		_, err := h.routing.PutProfile(h.ctx, h.boss, routing.Profile{Member: m.Member(), Skills: map[string]int{"parcels": 2}})
		h.ok(err)
	}
	if got := tip(); got == nil || !got.Skilled || got.Missing != 2 {
		t.Errorf("now he does: %+v", got)
	}
	h.queue(delivery, func(q *routing.Queue) { q.Overflow = []routing.Overflow{{Team: orders, After: 60}} })
	if got := tip(); got != nil {
		t.Errorf("he is sent anyway: %+v", got)
	}
	h.queue(delivery, func(q *routing.Queue) { q.Overflow = nil })
	ask(4, orders)
	if got := tip(); got != nil {
		t.Errorf("he is needed where he is: %+v", got)
	}
	for _, id := range asked[5:] {
		_, err := h.desk.Resolve(h.ctx, h.boss, id, h.conversation(id).Version)
		h.ok(err)
	}
	h.settle()
	_, err := h.routing.SetPresence(h.ctx, hugo, routing.Busy, time.Time{})
	h.ok(err)
	if got := tip(); got != nil {
		t.Errorf("he wants nothing new: %+v", got)
	}
}
