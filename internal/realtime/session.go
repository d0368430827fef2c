package realtime

import (
	"context"
	"time"
)

// session is all connections of one sign-in; they are checked together, however many tabs are open.
type session struct {
	clients   map[*Client]struct{}
	checkedAt time.Time
	soon      bool // look again without waiting for its turn
}

// register adds a client to its session. f.mu is held.
func (f *feed) register(c *Client) {
	s := f.sessions[c.Session]
	if s == nil {
		s = &session{clients: make(map[*Client]struct{}), checkedAt: f.hub.clock.Now()}
		f.sessions[c.Session] = s
	}
	s.clients[c] = struct{}{}
}

func (f *feed) unregister(c *Client) {
	s := f.sessions[c.Session]
	if s == nil {
		return
	}
	if delete(s.clients, c); len(s.clients) == 0 {
		delete(f.sessions, c.Session)
	}
}

// endSession closes a session's connections.
func (f *feed) endSession(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.sessions[name]; s != nil {
		for c := range s.clients {
			c.end(CloseEnded, "the session ended")
		}
	}
}

// checkSoon asks for a look at the sessions of a member or customer. f.mu is held.
func (f *feed) checkSoon(id string) {
	for _, s := range f.sessions {
		for c := range s.clients {
			if c.Actor.ID == id {
				s.soon = true
			}
			break // one speaks for all of a session
		}
	}
	f.wakeKeep()
}

func (f *feed) wakeKeep() {
	select {
	case f.poke <- struct{}{}:
	default:
	}
}

// keep does what needs the database and must not hold up the feed: it looks at sessions again, and tells visitors who is there.
func (f *feed) keep() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-f.hub.ctx.Done():
			return
		case <-f.poke:
		case <-tick.C:
			if f.hub.find(f.ws) != f {
				return
			}
		}
		f.cutStuck()
		f.checkSessions(f.hub.ctx)
		f.tellTeams(f.hub.ctx)
	}
}

// checkSessions looks at every session whose turn it is, and closes those that ended or changed.
func (f *feed) checkSessions(ctx context.Context) {
	for name, c := range f.dueSessions() {
		if ctx.Err() != nil {
			return
		}
		if !c.Valid(ctx) && ctx.Err() == nil {
			f.endSession(name)
		}
	}
}

// dueSessions returns one client of each session to be checked.
func (f *feed) dueSessions() map[string]*Client {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.hub.clock.Now()
	due := make(map[string]*Client)
	for name, s := range f.sessions {
		for c := range s.clients {
			every := checkEvery
			if c.visitor() {
				every = visitEvery
			}
			if c.Valid != nil && (s.soon || now.Sub(s.checkedAt) >= every || now.Before(s.checkedAt)) { // or the clock was set back
				s.soon, s.checkedAt = false, now
				due[name] = c
			}
			break
		}
	}
	return due
}
