package app

import (
	"visavis/internal/store"
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

// Spec is the description of the API (OpenAPI 3.1) as JSON. It does not name a version of the program, so that it changes only
// when the API does.
func Spec() []byte { return web.Spec("1") }
