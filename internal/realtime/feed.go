package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"visavis/internal/vis"
)

// feed reads one workspace's log and knows its clients.
type feed struct {
	hub  *Hub
	ws   vis.WorkspaceID
	bell chan struct{}
	poke chan struct{} // wakes keep

	// These belong to the hub's lock.
	users     int
	idleSince time.Time

	mu       sync.Mutex
	position int64   // every event up to here was fanned out
	recent   []Frame // the newest frames, without gaps, up to position
	clients  map[*Client]struct{}
	members  map[*Client]struct{} // live members and tokens
	visitors map[vis.CustomerID]map[*Client]struct{}
	sessions map[string]*session
	staff    map[vis.MemberID]int // how many screens a member has; 0 when the last one left a moment ago
	guests   map[vis.CustomerID]*guest
	viewers  map[vis.ConversationID]map[*Client]struct{}
	slots    map[string]*slot
	teamNews bool
	teams    map[vis.ChannelID]string // the last team frame of each channel
}

func newFeed(h *Hub, ws vis.WorkspaceID, head int64) *feed {
	return &feed{
		hub: h, ws: ws, position: head, bell: make(chan struct{}, 1), poke: make(chan struct{}, 1),
		clients: make(map[*Client]struct{}), members: make(map[*Client]struct{}),
		visitors: make(map[vis.CustomerID]map[*Client]struct{}), sessions: make(map[string]*session),
		staff: make(map[vis.MemberID]int), guests: make(map[vis.CustomerID]*guest),
		viewers: make(map[vis.ConversationID]map[*Client]struct{}), slots: make(map[string]*slot),
		teams: make(map[vis.ChannelID]string),
	}
}

func (f *feed) ring() {
	select {
	case f.bell <- struct{}{}:
	default:
	}
}

// run reads the log whenever the bell rings, and every pollEvery in case a ring was lost.
func (f *feed) run() {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case <-f.hub.ctx.Done():
			return
		case <-f.bell:
		case <-poll.C:
			if f.hub.retire(f) {
				return
			}
		}
		if err := f.advance(f.hub.ctx); err != nil && !errors.Is(err, context.Canceled) {
			f.hub.slog.Error("the event log could not be read", "workspace", f.ws, "error", err)
			select {
			case <-f.hub.ctx.Done():
				return
			case <-time.After(retryAfter):
			}
		}
	}
}

// advance reads and fans out everything after the feed's position. Only run calls it, so position moves under nobody's feet.
func (f *feed) advance(ctx context.Context) error {
	for {
		position := f.at()
		events, head, err := f.hub.log.Events(ctx, f.ws, position, batch)
		if err != nil {
			return err
		}
		if head < position || len(events) > 0 && events[0].Seq != position+1 {
			f.jump(head) // the log was restored from an older copy, or trimmed under us
			return nil
		}
		if len(events) == 0 {
			return nil
		}
		frames, err := f.hub.enc.Frames(ctx, f.ws, events)
		if err != nil {
			return err
		}
		f.hub.events.Add(int64(len(frames)))
		f.tell(frames)
		if len(events) < batch {
			return nil
		}
	}
}

func (f *feed) at() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.position
}

// tell fans frames out to the live clients that may read them.
func (f *feed) tell(frames []Frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remember(frames)
	for i := range frames {
		frame := &f.recent[len(f.recent)-len(frames)+i]
		for c := range f.members {
			if !c.event(frame) {
				delete(f.members, c)
			}
		}
		if frame.Visitor != nil {
			for c := range f.visitors[frame.Customer] {
				if !c.event(frame) {
					f.strike(c)
				}
			}
		}
		if frame.Check != "" {
			f.checkSoon(frame.Check)
		}
	}
	f.position = frames[len(frames)-1].Seq
}

// remember keeps the newest frames for those who come back after a short cut.
func (f *feed) remember(frames []Frame) {
	if surplus := len(f.recent) + len(frames) - 2*keepFrames; surplus > 0 {
		kept := f.recent[max(0, len(f.recent)-keepFrames):]
		f.recent = append(make([]Frame, 0, 2*keepFrames+batch), kept...)
	}
	f.recent = append(f.recent, frames...)
}

// jump moves to another place in the log and lets everybody fetch anew.
func (f *feed) jump(head int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.position, f.recent = head, nil
	for c := range f.clients {
		c.reload(head)
	}
}

// attach welcomes a client. It becomes live in catchUp.
func (f *feed) attach(r Reader, conn Conn, last int64) *Client {
	c := &Client{Reader: r, hub: f.hub, feed: f, conn: conn}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clients[c] = struct{}{}
	f.join(c)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(f.hub.enc.Welcome(f.position))
	switch {
	case last < 0:
		c.cursor = f.position
	case last == lost, f.position-last > maxGap:
		c.cursor = f.position
		c.push(f.hub.enc.Reload(f.position))
	default:
		c.cursor = last
	}
	c.told = c.cursor
	return c
}

// catchUp tells a client the next of what it missed, or makes it live when that is nothing. Only its pump calls it.
func (f *feed) catchUp(ctx context.Context, c *Client) error {
	f.mu.Lock()
	c.mu.Lock()
	after := c.cursor
	c.mu.Unlock()
	if after >= f.position {
		// Live before the lock is let go, so the next event finds it. A client ahead of this feed (it was told by another node)
		// drops what it has by its cursor.
		f.enlist(c)
		f.mu.Unlock()
		return nil
	}
	if f.position-after > maxGap {
		c.reload(f.position)
		f.mu.Unlock()
		return nil
	}
	frames, found := f.recall(after)
	f.mu.Unlock()
	if !found {
		var err error
		if frames, err = f.fetch(ctx, after); err != nil {
			return err
		}
		if len(frames) == 0 { // trimmed
			c.reload(f.at())
			return nil
		}
	}
	c.replay(after, frames)
	return nil
}

// recall returns the remembered frames after a sequence. f.mu is held.
func (f *feed) recall(after int64) ([]Frame, bool) {
	if len(f.recent) == 0 || f.recent[0].Seq > after+1 {
		return nil, false
	}
	from := int(after + 1 - f.recent[0].Seq)
	if from >= len(f.recent) {
		return nil, false
	}
	return f.recent[from:min(from+batch, len(f.recent))], true
}

// fetch reads missed events from the log; none when the log no longer has them.
func (f *feed) fetch(ctx context.Context, after int64) ([]Frame, error) {
	events, _, err := f.hub.log.Events(ctx, f.ws, after, batch)
	if err != nil || len(events) == 0 || events[0].Seq != after+1 {
		return nil, err
	}
	return f.hub.enc.Frames(ctx, f.ws, events)
}

// enlist makes a client live. f.mu is held.
func (f *feed) enlist(c *Client) {
	if c.gone {
		return
	}
	c.mu.Lock()
	c.live = true
	c.mu.Unlock()
	if !c.visitor() {
		f.members[c] = struct{}{}
		return
	}
	of := f.visitors[c.Actor.Customer()]
	if of == nil {
		of = make(map[*Client]struct{})
		f.visitors[c.Actor.Customer()] = of
	}
	of[c] = struct{}{}
	// What was told of the team while she was not live is nowhere in the log.
	if frame, told := f.teams[c.Channel]; told {
		c.sign([]byte(frame))
	}
}

// detach forgets a client.
func (f *feed) detach(c *Client) {
	f.mu.Lock()
	if c.gone {
		f.mu.Unlock()
		return
	}
	c.gone = true
	delete(f.clients, c)
	delete(f.members, c)
	f.strike(c)
	f.leave(c)
	f.mu.Unlock()
	f.hub.release(f)
}

// strike takes a visitor from those who are live. f.mu is held.
func (f *feed) strike(c *Client) {
	if of := f.visitors[c.Actor.Customer()]; c.visitor() && of != nil {
		if delete(of, c); len(of) == 0 {
			delete(f.visitors, c.Actor.Customer())
		}
	}
}

// cutStuck closes the clients that do not read.
func (f *feed) cutStuck() {
	now := f.hub.clock.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.clients {
		c.cutWhenStuck(now)
	}
}

func (f *feed) closeAll(code int, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.clients {
		c.end(code, reason)
	}
	for _, s := range f.slots {
		s.timer.Stop()
	}
}
