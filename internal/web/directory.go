package web

import (
	"context"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// knownFor is how long what rarely changes is not read again.
const knownFor = 2 * time.Second

// directory remembers for a moment who works in a workspace and what its channels are: every message names both.
type directory struct {
	staff    *staff.Service
	channels *channel.Service
	routing  *routing.Service
	clock    vis.Clock

	mu    sync.Mutex
	known map[vis.WorkspaceID]*known
}

type known struct {
	until    time.Time
	members  map[vis.MemberID]staff.Member
	workers  []staff.Member
	channels map[vis.ChannelID]channel.Channel
	present  map[vis.MemberID]routing.MemberPresence
}

// presence is how a member is there.
func (k *known) presence(id vis.MemberID) routing.MemberPresence {
	if p, ok := k.present[id]; ok {
		return p
	}
	return routing.MemberPresence{Member: id, Presence: routing.Offline}
}

// answers reports whether a member is there to answer customers.
func (k *known) answers(id vis.MemberID) bool {
	switch k.presence(id).Presence {
	case routing.Available, routing.Busy, routing.Finishing:
		return true
	case routing.Away, routing.Offline:
	}
	return false
}

func newDirectory(st *staff.Service, ch *channel.Service, ro *routing.Service, clock vis.Clock) *directory {
	return &directory{staff: st, channels: ch, routing: ro, clock: clock, known: make(map[vis.WorkspaceID]*known)}
}

// of returns what is known of a workspace; of one that cannot be read, nothing.
func (d *directory) of(ctx context.Context, ws vis.WorkspaceID) *known {
	now := d.clock.Now()
	d.mu.Lock()
	k := d.known[ws]
	d.mu.Unlock()
	if k != nil && now.Before(k.until) && !now.Before(k.until.Add(-knownFor)) { // unless the clock was set back
		return k
	}
	fresh, err := d.read(ctx, ws, now)
	if err != nil {
		if k != nil {
			return k
		}
		return &known{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) > 10_000 {
		clear(d.known)
	}
	d.known[ws] = fresh
	return fresh
}

func (d *directory) read(ctx context.Context, ws vis.WorkspaceID, now time.Time) (*known, error) {
	members, err := d.staff.Members(ctx, ws)
	if err != nil {
		return nil, err
	}
	channels, err := d.channels.List(ctx, ws)
	if err != nil {
		return nil, err
	}
	present, err := d.routing.Presences(ctx, ws)
	if err != nil {
		return nil, err
	}
	k := &known{present: make(map[vis.MemberID]routing.MemberPresence, len(present)), until: now.Add(knownFor), members: make(map[vis.MemberID]staff.Member, len(members)), workers: members,
		channels: make(map[vis.ChannelID]channel.Channel, len(channels))}
	for _, m := range members {
		k.members[m.ID] = m
	}
	for _, p := range present {
		k.present[p.Member] = p
	}
	for _, c := range channels {
		k.channels[c.ID] = c
	}
	return k, nil
}

// forget makes the next question read again, because something changed.
func (d *directory) forget(ws vis.WorkspaceID) {
	d.mu.Lock()
	delete(d.known, ws)
	d.mu.Unlock()
}

// kind names the family of a channel, "" for one that is unknown.
func (d *directory) kind(ctx context.Context, ws vis.WorkspaceID, id vis.ChannelID) string {
	if id == "" {
		return ""
	}
	if c, ok := d.of(ctx, ws).channels[id]; ok {
		return string(c.Kind)
	}
	c, err := d.channels.Get(ctx, ws, id) // made a moment ago
	if err != nil {
		return ""
	}
	d.forget(ws)
	return string(c.Kind)
}
