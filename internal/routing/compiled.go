package routing

import (
	"sync"

	"visavis/internal/hours"
	"visavis/internal/vis"
)

// compiled remembers calendars made ready to be asked, by what they were made of. It is never the truth: a changed calendar has another key.
type compiled struct {
	mu  sync.Mutex
	all map[compiledKey]*hours.Hours
}

type compiledKey struct {
	workspace vis.WorkspaceID
	id        string // of a calendar or a channel
	version   int64
}

// maxCompiled bounds the memory; beyond it everything is made anew, once.
const maxCompiled = 512

func newCompiled() *compiled { return &compiled{all: make(map[compiledKey]*hours.Hours)} }

// get returns a calendar made ready. One that cannot be is as good as none: nil.
func (m *compiled) get(key compiledKey, c hours.Calendar) *hours.Hours {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h, ok := m.all[key]; ok {
		return h
	}
	h, err := hours.Compile(c)
	if err != nil {
		h = nil
	}
	if len(m.all) >= maxCompiled {
		clear(m.all)
	}
	m.all[key] = h
	return h
}

// skipped remembers, for each workspace, up to where this node has read the log and found nothing to do after the saved cursor. It saves
// a write for every event that does not concern routing, and is never the truth either.
type skipped struct {
	mu sync.Mutex
	to map[vis.WorkspaceID]int64
}

func newSkipped() *skipped { return &skipped{to: make(map[vis.WorkspaceID]int64)} }

// from is where to read on after a cursor.
func (s *skipped) from(ws vis.WorkspaceID, cursor int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(cursor, s.to[ws])
}

func (s *skipped) set(ws vis.WorkspaceID, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to[ws] = max(to, s.to[ws])
}
