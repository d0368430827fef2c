package routing_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/routing"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// node is one server on the shared database.
type node struct {
	store   *store.Store
	routing *routing.Service
	desk    *desk.Service
	ctx     context.Context
	stop    context.CancelFunc
	close   func() error
}

func (h *house) node(url string) *node {
	h.t.Helper()
	db, err := store.Open(h.ctx, url, store.Options{Clock: h.clock})
	h.must(err)
	channels := channel.New(db.Channels(), h.clock, h.mint, plain{}, webchat.Adapter{})
	n := &node{store: db, routing: h.service(db), desk: desk.New(db.Desk(), channels, h.clock, h.mint)}
	n.ctx, n.stop = context.WithCancel(h.ctx)
	n.close = sync.OnceValue(db.Close)
	h.t.Cleanup(func() { n.die(h) })
	return n
}

// die ends a node, whatever it has in its hands.
func (n *node) die(h *house) {
	n.stop()
	h.must(n.close())
}

// fire lets a node start the effects of all that is due, until nothing is.
func (n *node) fire(clock vis.Clock, done *sync.WaitGroup) {
	done.Add(1)
	go func() {
		defer done.Done()
		runner := jobs.NewRunner(n.store.Timers(), clock, slog.New(slog.DiscardHandler), n.routing.Effects())
		for n.ctx.Err() == nil && runner.Once(n.ctx) > 0 {
		}
	}()
}

// follow lets a node follow the log beside the others.
func (n *node) follow(ws vis.WorkspaceID, done *sync.WaitGroup) {
	done.Add(1)
	go func() {
		defer done.Done()
		_ = n.routing.CatchUp(n.ctx, ws) //nolint:errcheck // a node that is killed fails
	}()
}

// Two nodes on one database fire the same 2,000 marks, and one of them is killed in the middle of it: each is passed once.
func TestTwoNodesPassEachMarkOnceThoughOneIsKilled(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres().URL(t)
	const many = 500
	h := &house{t: t, ctx: t.Context(), clock: &clock{now: monday}, mint: vis.Mint{Rand: rand.Reader}, told: &told{}}
	h.store = h.open(url)
	h.found("Arzel")
	_, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "Chat", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: 100 * time.Second}},
		Escalations: []routing.Escalation{{At: routing.WarnedSecond, Do: routing.Raise}}})
	h.must(err)
	a, b := h.node(url), h.node(url)
	var done sync.WaitGroup
	for i := range many {
		by := h.visitor()
		_, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, Text: "Bonjour", ClientID: h.mint.ID(h.clock.Now())})
		h.must(err)
		if i%50 == 0 { // both follow while it goes on
			a.follow(h.ws, &done)
			b.follow(h.ws, &done)
		}
	}
	done.Wait()
	h.follow()
	if n := len(h.log(0, routing.PromiseMade)); n != many {
		t.Fatalf("%d promises were made to %d customers", n, many)
	}
	for i, after := range []time.Duration{75, 90, 103, 201} {
		h.clock.set(monday.Add(after * time.Second))
		a.fire(h.clock, &done)
		b.fire(h.clock, &done)
		if i == 1 { // b dies with work in its hands, and another takes its place
			for len(h.log(0, routing.PromiseWarned)) < many+many/4 {
				time.Sleep(time.Millisecond)
			}
			b.die(h)
			b = h.node(url)
			b.fire(h.clock, &done)
		}
		done.Wait()
	}
	h.ring()
	h.wantEachMarkOnce(4 * many)
	if n := len(h.log(0, desk.ConversationClassified)); n != many {
		t.Errorf("%d were raised, want %d", n, many)
	}
}

// wantEachMarkOnce counts the marks in the log: so many, and none twice.
func (h *house) wantEachMarkOnce(want int) {
	h.t.Helper()
	passed := map[string]int{}
	for _, e := range h.log(0, routing.PromiseWarned, routing.PromiseMissed) {
		var d routing.PromiseData
		h.must(json.Unmarshal(e.Data, &d))
		passed[string(d.Promise)+" "+string(d.Mark)]++
	}
	if len(passed) != want {
		h.t.Errorf("%d marks were passed, want %d", len(passed), want)
	}
	for mark, n := range passed {
		if n != 1 {
			h.t.Errorf("%s was passed %d times", mark, n)
		}
	}
}
