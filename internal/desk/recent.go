package desk

import (
	"sync"
	"time"

	"visavis/internal/vis"
)

// recent remembers a bounded number of values by key, the oldest of two generations forgotten first. It saves reading back what
// this node has just written or checked, and is never the truth: whoever misses here reads the database.
type recent[K comparable, V any] struct {
	mu       sync.Mutex
	limit    int
	now, old map[K]V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, now: make(map[K]V)}
}

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.now) >= r.limit {
		r.now, r.old = make(map[K]V), r.now
	}
	r.now[k] = v
}

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.now[k]
	if !ok {
		v, ok = r.old[k]
	}
	return v, ok
}

func (r *recent[K, V]) drop(k K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.now, k)
	delete(r.old, k)
}

func (r *recent[K, V]) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now, r.old = make(map[K]V), nil
}

// The bounds of what is remembered.
const (
	recentMessages = 512             // each generation; the screens read them within milliseconds
	recentVisits   = 4096            // each generation
	visitCheckedIn = 5 * time.Second // how long a visit that was ended on another node may still be believed
)

// messageKey names a message in its workspace: a cache must keep the workspaces apart like every query does.
type messageKey struct {
	workspace vis.WorkspaceID
	message   vis.MessageID
}

// checkedVisit is a visit as it was read at an instant.
type checkedVisit struct {
	visit Visit
	at    time.Time
}
