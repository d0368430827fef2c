package report

import (
	"sync"

	"visavis/internal/vis"
)

// marks remember how far a log was read without anything to count, so that it is neither read twice nor written for nothing.
type marks struct {
	mu sync.Mutex
	of map[vis.WorkspaceID]mark
}

type mark struct{ cursor, read int64 }

func newMarks() *marks { return &marks{of: make(map[vis.WorkspaceID]mark)} }

// after is where to read on when the cursor stands at from.
func (m *marks) after(ws vis.WorkspaceID, from int64) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.of[ws]; k.cursor == from {
		return max(from, k.read)
	}
	return from
}

func (m *marks) put(ws vis.WorkspaceID, from, read int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of[ws] = mark{from, read}
}
