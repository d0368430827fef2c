package routing

import (
	"context"
	"time"

	"visavis/internal/vis"
)

// Turn does one turn of a workspace's work without its goroutine.
func (e *Engine) Turn(ctx context.Context, ws vis.WorkspaceID) (time.Time, error) {
	e.mu.Lock()
	b := e.boards[ws]
	if b == nil {
		b = newSwitchboard(e, ws)
		e.boards[ws] = b
	}
	e.mu.Unlock()
	return b.turn(ctx)
}

// Leads reports whether the engine believes that it holds the lease.
func (e *Engine) Leads(ws vis.WorkspaceID) bool {
	b := e.board(ws)
	return b != nil && b.leads
}

// Vouch writes down who is connected to the engine's node, as its clock would.
func (e *Engine) Vouch(ctx context.Context) { e.door.write(ctx, true) }

// Drifts compares the engine's picture with one that is made anew, and says how they differ in what waits and who holds what.
func (e *Engine) Drifts(ctx context.Context, ws vis.WorkspaceID) (string, error) {
	b := e.board(ws)
	now := b.service.clock.Now()
	fresh, err := b.service.loadPicture(ctx, ws, now)
	if err != nil {
		return "", err
	}
	b.picture.pass(now)
	return b.picture.differs(fresh, now), nil
}

func (p *picture) differs(o *picture, now time.Time) string {
	for id := range p.waiting {
		mine, _ := p.snap.Waiting(id)
		other, ok := o.snap.Waiting(id)
		if !ok || mine.Team != other.Team || mine.Rank != other.Rank || mine.Offered != other.Offered || mine.Adviser != other.Adviser {
			return "waiting " + string(id)
		}
	}
	for id, h := range p.held {
		other := o.held[id]
		if other == nil || other.owner != h.owner || !other.waitingSince.Equal(h.waitingSince) || other.team != h.team {
			return "held " + string(id)
		}
	}
	if len(p.waiting) != len(o.waiting) || len(p.held) != len(o.held) || len(p.ringing) != len(o.ringing) {
		return "their numbers"
	}
	for m := range p.members {
		mine, _ := p.snap.Agent(m)
		other, _ := o.snap.Agent(m)
		for _, k := range kinds {
			if mine.Load[k] != other.Load[k] {
				return "the load of " + string(m)
			}
		}
		if mine.Presence != other.Presence {
			return "the presence of " + string(m)
		}
	}
	return ""
}

// WouldDecide is what would be decided on a picture made anew, with what is known of those who declined.
func (e *Engine) WouldDecide(ctx context.Context, ws vis.WorkspaceID) (Decision, bool, error) {
	b := e.board(ws)
	now := b.service.clock.Now()
	fresh, err := b.service.loadPicture(ctx, ws, now)
	if err != nil {
		return Decision{}, false, err
	}
	fresh.keep(b.picture, now)
	d, ok, _ := Decide(fresh.snap, now)
	return d, ok, nil
}
