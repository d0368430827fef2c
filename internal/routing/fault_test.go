package routing_test

import (
	"context"
	"log/slog"
	"testing"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// faulty is a database over which one workspace's work ends in a fault, as a bug in this room would.
type faulty struct {
	routing.DB
	sick vis.WorkspaceID
	came chan vis.WorkspaceID
}

func (f faulty) meet(ws vis.WorkspaceID) {
	select {
	case f.came <- ws:
	default:
	}
	if ws == f.sick {
		panic("no such thing")
	}
}

func (f faulty) View(ctx context.Context, ws vis.WorkspaceID, fn func(routing.Tx) error) error {
	f.meet(ws)
	return f.DB.View(ctx, ws, fn)
}

func (f faulty) Update(ctx context.Context, by vis.Actor, answer any, fn func(routing.Tx) error) error {
	f.meet(by.Workspace)
	return f.DB.Update(ctx, by, answer, fn)
}

// K-08: a fault in one workspace's turn ends neither its next turn nor those of others, and no lock stays held.
func TestAFaultInOneWorkspacesTurnStopsNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const sick vis.WorkspaceID = "01900000-0000-7000-8000-00000000dead"
	db := faulty{DB: h.store.Routing(), sick: sick, came: make(chan vis.WorkspaceID, 100)}
	service := routing.New(db, h.desk, lanes{new(vis.ChannelID)}, h.told, h.told, h.clock, h.mint, slog.New(slog.DiscardHandler))
	engine := routing.NewEngine(service, "one", nil)
	done := make(chan struct{})
	go func() { engine.Run(t.Context()); close(done) }()
	defer func() { engine.Close(); <-done }()
	wait := func(ws vis.WorkspaceID) {
		t.Helper()
		engine.Ring(ws)
		for got := range db.came {
			if got == ws {
				return
			}
		}
	}
	for range 2 {
		wait(sick)
		wait(h.ws)
	}
}

// counted is a database that counts how often open promises are asked for.
type counted struct {
	routing.DB
	asked *int
}

type countedTx struct {
	routing.Tx
	asked *int
}

func (c countedTx) OpenPromises(ctx context.Context, ids []vis.ConversationID) ([]routing.Promise, error) {
	*c.asked++
	return c.Tx.OpenPromises(ctx, ids)
}

func (c counted) View(ctx context.Context, ws vis.WorkspaceID, fn func(routing.Tx) error) error {
	return c.DB.View(ctx, ws, func(tx routing.Tx) error { return fn(countedTx{tx, c.asked}) })
}

func TestAPreviewAsksForThePromisesOfAllAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 20 {
		h.says(h.visitor(), "Bonjour")
	}
	asked := 0
	service := routing.New(counted{h.store.Routing(), &asked}, h.desk, lanes{new(vis.ChannelID)}, h.told, h.told, h.clock, h.mint, slog.New(slog.DiscardHandler))
	moved, err := service.PreviewWeights(h.ctx, h.lea, routing.Presets()["urgent"])
	h.must(err)
	if len(moved) != 20 || asked != 1 {
		t.Errorf("%d conversations were looked at with %d questions", len(moved), asked)
	}
}
