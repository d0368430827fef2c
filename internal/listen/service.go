// Package listen hears what customers say: every message is read, what was read can be set right, and what many say at once is noticed.
package listen

import (
	"cmp"
	"log/slog"
	"sync"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Options are what the service is made of.
type Options struct {
	DB    DB
	Desk  *desk.Service
	Clock vis.Clock
	Log   *slog.Logger
	// Caller and Sealer let workspaces choose an engine outside; nil where none is to be had.
	Caller Caller
	Sealer Sealer
	// AskWithin is how long an engine may take; 0 for 8 seconds.
	AskWithin time.Duration
	// BuiltIn and Seed stand for the model that ships and for the messages that it learnt from; nil for these themselves.
	BuiltIn *text.Model
	Seed    []text.Message
}

// Service reads messages, and is the door to what was read.
type Service struct {
	db     DB
	desk   *desk.Service
	clock  vis.Clock
	log    *slog.Logger
	caller Caller
	sealer Sealer
	within time.Duration // see AskWithin

	mu       sync.Mutex
	passed   map[vis.WorkspaceID]int64   // up to where the log holds nothing to read, beyond the saved cursor
	troubles map[vis.WorkspaceID]int     // how often in a row reading failed
	readers  map[vis.WorkspaceID]learned // those that workspaces taught themselves
	counted  Counted
	progress map[vis.WorkspaceID]float64 // of readers that are being taught
	asked    map[vis.WorkspaceID]int64   // up to where there is nothing to ask an engine about, beyond the saved cursor
	breakers map[vis.WorkspaceID]*breaker

	builtIn func() learned
	seed    func() []text.Message
	wanted  chan vis.WorkspaceID // whose reader is to be taught next
}

// learned is a reader with the version of the model that it reads by; 0 for the built-in one.
type learned struct {
	reader  *text.Reader
	name    string
	version int64
}

// Counted are the figures of reading on this node.
type Counted struct {
	Read uint64
	// Lag is how long the oldest message of the last batch had waited.
	Lag time.Duration
}

// New makes the service. Follow lets it read.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{db: o.DB, desk: o.Desk, clock: o.Clock, log: o.Log, caller: o.Caller, sealer: o.Sealer, within: cmp.Or(o.AskWithin, askWithin),
		asked: make(map[vis.WorkspaceID]int64), breakers: make(map[vis.WorkspaceID]*breaker), passed: make(map[vis.WorkspaceID]int64),
		troubles: make(map[vis.WorkspaceID]int), readers: make(map[vis.WorkspaceID]learned),
		progress: make(map[vis.WorkspaceID]float64), builtIn: shipped, seed: text.Seed, wanted: make(chan vis.WorkspaceID)}
	if o.BuiltIn != nil {
		is := named(o.BuiltIn)
		s.builtIn, s.seed = func() learned { return is }, func() []text.Message { return o.Seed }
	}
	return s
}

// Counted returns the figures of this node.
func (s *Service) Counted() Counted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counted
}
