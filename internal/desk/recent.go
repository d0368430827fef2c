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
	age      uint64 // counts what was taken back
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, now: make(map[K]V)}
}

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(k, v)
}

// set is put under the lock.
func (r *recent[K, V]) set(k K, v V) {
	if len(r.now) >= r.limit {
		r.now, r.old = make(map[K]V), r.now
	}
	r.now[k] = v
}

// putSince is put for what was read from the database: it is left out when anything was taken back since get told its age, for
// what was read may be older than that.
func (r *recent[K, V]) putSince(age uint64, k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.age == age {
		r.set(k, v)
	}
}

func (r *recent[K, V]) get(k K) (v V, age uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok = r.now[k]
	if !ok {
		v, ok = r.old[k]
	}
	return v, r.age, ok
}

func (r *recent[K, V]) drop(k K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
	delete(r.now, k)
	delete(r.old, k)
}

func (r *recent[K, V]) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
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
