package assist

import (
	"time"

	"visavis/internal/vis"
)

// What is done on a customer's page is written down in batches: one transaction for what happened within a moment, not one a click.
const (
	noteAfter = 2 * time.Second
	maxNotes  = 2000 // that wait while the database cannot be written to; then the oldest go
)

// notes are what was done and is not written down yet.
type notes struct {
	waiting []vis.AuditEntry
	timer   *time.Timer
}

func (t *Seat) noted(action string, said map[string]any) *vis.AuditEntry {
	e := vis.NewAudit(t.by, t.room.s.Clock.Now(), action, string(t.room.id), said)
	return &e
}

// note sees to it that something is written down before long. r.mu is held.
func (r *room) note(e vis.AuditEntry) {
	r.notes.waiting = append(r.notes.waiting, e)
	if r.notes.timer == nil {
		r.notes.timer = time.AfterFunc(noteAfter, r.write)
	}
}

// write writes down what waits. It is called by the timer, when somebody leaves, and at the end.
func (r *room) write() {
	r.mu.Lock()
	waiting := r.notes.waiting
	r.notes.waiting = nil
	if r.notes.timer != nil {
		r.notes.timer.Stop()
		r.notes.timer = nil
	}
	r.mu.Unlock()
	if len(waiting) == 0 {
		return
	}
	_, err := vis.Update(r.life, r.s.DB, vis.System(r.ws), func(tx Tx) (int, error) {
		for _, e := range waiting {
			if err := tx.Audit(r.life, e); err != nil {
				return 0, err
			}
		}
		return len(waiting), nil
	})
	if err == nil {
		return
	}
	r.s.Log.Error("what was done on a customer's page could not be written down", "assist", r.id, "err", err)
	r.mu.Lock()
	defer r.mu.Unlock()
	late := r.notes.waiting
	r.notes.waiting = nil
	for _, e := range append(waiting, late...)[max(0, len(waiting)+len(late)-maxNotes):] {
		r.note(e)
	}
}
