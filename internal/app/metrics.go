package app

import (
	"context"
	"fmt"
	"time"

	"visavis/internal/store"
	"visavis/internal/vis"
	"visavis/internal/web"
)

// counters are the store's figures as /metrics shows them.
func counters(db *store.Store) []web.Counter {
	count := func(name, help string, read func(store.Stats) uint64) web.Counter {
		return web.Counter{Name: name, Help: help, Value: func() float64 { return float64(read(db.Stats())) }}
	}
	return []web.Counter{
		count("visavis_commits_total", "Transactions committed and synced.", func(s store.Stats) uint64 { return s.Commits }),
		count("visavis_commands_total", "Commands that came through the writer.", func(s store.Stats) uint64 { return s.Commands }),
		count("visavis_log_events_total", "Events appended to the log.", func(s store.Stats) uint64 { return s.Events }),
	}
}

// mediaCounters tell how late calls are.
func (a *App) mediaCounters() []web.Counter {
	return []web.Counter{{Name: "visavis_media_late_seconds", Gauge: true,
		Help:  "How late this process wakes up in one of twenty cases, while it carries calls; from 0.02 on it takes no more of them.",
		Value: func() float64 { return a.media.Late().Seconds() }},
		{Name: "visavis_livekit_failures_total", Help: "Requests that LiveKit did not answer, or refused, where it carries the calls.",
			Value: func() float64 { return float64(a.livekit.Failed()) }}}
}

// silentFor is how long a worker may be silent before this server should get no traffic: it would take words that nobody routes.
const silentFor = 45 * time.Second

// worker is something that works by itself.
type worker struct {
	name  string
	pulse *vis.Pulse
}

// workers are all that work by themselves, each in its own goroutine.
func (a *App) workers() []worker {
	return []worker{{"timers", &a.timers.Pulse}, {"routing", &a.engine.Pulse}, {"webhooks", &a.Notify.Pulse}, {"report", &a.counts.pulse}, {"readings", &a.reads.pulse}, {"incidents", &a.hears.pulse}, {"contacts", &a.sums.pulse}, {"engine", &a.asks.pulse},
		{"letters_in", &a.Post.ReadPulse}, {"letters_out", &a.Post.SendPulse}}
}

// ready says why the server should get no traffic now.
func (a *App) ready(ctx context.Context) error {
	if err := a.store.Ready(ctx); err != nil {
		return err
	}
	return silent(a.workers(), a.clock.Now())
}

// silent names the first worker that has not been heard of for too long. One that never began is not waited for: it is about to.
func silent(all []worker, now time.Time) error {
	for _, w := range all {
		if last := w.pulse.Last(); !last.IsZero() && now.Sub(last) > silentFor {
			return fmt.Errorf("%s has not worked since %s", w.name, last.Format(time.RFC3339))
		}
	}
	return nil
}

// silences are how long ago each worker was heard of, as /metrics shows them.
func silences(all []worker, clock vis.Clock) []web.Counter {
	var out []web.Counter
	for _, w := range all {
		out = append(out, web.Counter{Name: "visavis_" + w.name + "_silent_seconds", Gauge: true,
			Help: "Seconds since the worker for " + w.name + " began its last turn; 0 before its first.", Value: func() float64 {
				last := w.pulse.Last()
				if last.IsZero() {
					return 0
				}
				return clock.Now().Sub(last).Seconds()
			}})
	}
	return out
}

// Spec is the description of the API (OpenAPI 3.1) as JSON. It does not name a version of the program, so that it changes only
// when the API does.
func Spec() []byte { return web.Spec("1") }
