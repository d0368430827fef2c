package app

import (
	"context"

	"visavis/internal/listen"
	"visavis/internal/vis"
	"visavis/internal/web"
)

// openListen makes the room that hears what customers say.
func (a *App) openListen(mint vis.Mint) {
	a.Listen = listen.New(listen.Options{DB: a.store.Listen(), Desk: a.Desk, Clock: a.clock, Log: a.log, Caller: a.out, Sealer: a.keys})
	a.Watch = listen.NewWatch(a.store.Incidents(), a.Desk, a.Notify, a.clock, mint, a.log)
	a.Counts = listen.NewCounter(a.store.Contacts(), a.clock)
	a.sums = newFollower(atLeisure, a.Counts.Follow, a.store.Heads, func(ws vis.WorkspaceID, err error) {
		a.log.Error("contacts could not be counted", "workspace", ws, "err", err)
	})
	a.hears = newFollower(atLeisure, a.Watch.Follow, a.store.Heads, func(ws vis.WorkspaceID, err error) {
		a.log.Error("messages could not be heard", "workspace", ws, "err", err)
	})
	a.reads = newFollower(atOnce, a.Listen.Follow, a.store.Heads, func(ws vis.WorkspaceID, err error) {
		a.log.Error("messages could not be read", "workspace", ws, "err", err)
	})
	a.asks = newFollower(atOnce, func(ctx context.Context, ws vis.WorkspaceID) (bool, error) {
		more, err := a.Listen.Ask(ctx, ws)
		if more {
			a.asks.Ring(ws) // after the others: one workspace's slow engine holds up no other's for long
		}
		return false, err
	}, a.store.Heads, func(ws vis.WorkspaceID, err error) {
		a.log.Error("an engine could not be asked", "workspace", ws, "err", err)
	})
}

// readingCounters are the figures of reading as /metrics shows them.
func (a *App) readingCounters() []web.Counter {
	return []web.Counter{
		{Name: "visavis_readings_total", Help: "Messages read by this server.", Value: func() float64 { return float64(a.Listen.Counted().Read) }},
		{Name: "visavis_readings_lag_seconds", Gauge: true, Help: "How long the oldest message of the last batch had waited to be read.",
			Value: func() float64 { return a.Listen.Counted().Lag.Seconds() }},
	}
}
