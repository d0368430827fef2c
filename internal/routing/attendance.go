package routing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"visavis/internal/vis"
)

// attendance is who has a screen connected to this node, and says so to the others for as long as it lives. The sockets tell it by
// Connected; run writes it down.
type attendance struct {
	service *Service
	node    string
	log     *slog.Logger
	poke    chan struct{}

	mu      sync.Mutex
	here    map[vis.WorkspaceID]map[vis.MemberID]bool // false: gone, and not yet written down
	changed map[vis.WorkspaceID]bool
}

func newAttendance(s *Service, node string) *attendance {
	return &attendance{service: s, node: node, log: s.log, poke: make(chan struct{}, 1),
		here: make(map[vis.WorkspaceID]map[vis.MemberID]bool), changed: make(map[vis.WorkspaceID]bool)}
}

// Connected says that a member has a screen connected to this node from now on, or none any more. It never waits.
func (a *attendance) Connected(ws vis.WorkspaceID, m vis.MemberID, on bool) {
	a.mu.Lock()
	if a.here[ws] == nil {
		a.here[ws] = make(map[vis.MemberID]bool)
	}
	a.here[ws][m] = on
	a.changed[ws] = true
	a.mu.Unlock()
	select {
	case a.poke <- struct{}{}:
	default:
	}
}

// run writes down what changed, and everything again every vouchEvery, until ctx ends. What could not be written is tried again then.
func (a *attendance) run(ctx context.Context) {
	tick := time.NewTicker(vouchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.poke:
			a.write(ctx, false)
		case <-tick.C:
			a.write(ctx, true)
		}
	}
}

// write tells the database who is here; of every workspace, or only of those where something changed.
func (a *attendance) write(ctx context.Context, all bool) {
	for ws, said := range a.take(all) {
		if err := a.service.vouch(ctx, ws, a.node, said); err != nil {
			if ctx.Err() == nil {
				a.log.Error("who is here could not be written down", "workspace", ws, "err", err)
			}
			a.retry(ws)
			continue
		}
		a.forget(ws, said)
	}
}

// take is what is to be written down.
func (a *attendance) take(all bool) map[vis.WorkspaceID]map[vis.MemberID]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make(map[vis.WorkspaceID]map[vis.MemberID]bool)
	for ws, members := range a.here {
		if !all && !a.changed[ws] {
			continue
		}
		delete(a.changed, ws)
		said := make(map[vis.MemberID]bool, len(members))
		for m, on := range members {
			said[m] = on
		}
		out[ws] = said
	}
	return out
}

func (a *attendance) retry(ws vis.WorkspaceID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changed[ws] = true
}

// forget drops those of whom it is written down that they are gone, unless they have come back meanwhile.
func (a *attendance) forget(ws vis.WorkspaceID, said map[vis.MemberID]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for m, on := range said {
		if now, known := a.here[ws][m]; known && !on && !now {
			delete(a.here[ws], m)
		}
	}
	if len(a.here[ws]) == 0 {
		delete(a.here, ws)
	}
}
