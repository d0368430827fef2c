package realtime

import (
	"context"
	"maps"
	"slices"
	"time"

	"visavis/internal/vis"
)

// Page is the page that a visitor is on.
type Page struct {
	URL, Title string
	At         time.Time
}

// Watcher is told which members have a screen connected to this node, so that whoever decides what they are given knows. It must neither
// wait nor call back into the hub.
type Watcher interface {
	// Connected says that a member has a screen here from now on, or, some seconds after the last one left, that she has none. It may
	// be said twice.
	Connected(ws vis.WorkspaceID, m vis.MemberID, on bool)
}

// Watch sets who is told. Call it before the first Attach.
func (h *Hub) Watch(w Watcher) { h.watcher = w }

// connected tells the watcher, if there is one.
func (f *feed) connected(m vis.MemberID, on bool) {
	if f.hub.watcher != nil {
		f.hub.watcher.Connected(f.ws, m, on)
	}
}

// guest is a visitor with a connection, or who had one a moment ago.
type guest struct {
	clients int
	page    *Page
	shown   bool
}

// join counts a new client among those who are here. f.mu is held.
func (f *feed) join(c *Client) {
	f.register(c)
	switch c.Actor.Kind {
	case vis.ByMember:
		id := c.Actor.Member()
		if f.staff[id]++; f.staff[id] == 1 {
			f.connected(id, true)
		}
	case vis.ByCustomer:
		id := c.Actor.Customer()
		g := f.guests[id]
		if g == nil {
			g = new(guest)
			f.guests[id] = g
		}
		g.clients++
		f.soon("guest "+string(id), 0, func() { f.showGuest(id) })
	case vis.ByToken, vis.BySystem:
	}
}

// leave is join undone. f.mu is held.
func (f *feed) leave(c *Client) {
	f.unregister(c)
	if c.apart {
		return
	}
	f.look(c, "")
	switch c.Actor.Kind {
	case vis.ByMember:
		id := c.Actor.Member()
		if f.staff[id]--; f.staff[id] == 0 {
			f.soon("member "+string(id), offlineWait, func() { f.showOut(id) })
		}
	case vis.ByCustomer:
		id := c.Actor.Customer()
		if g := f.guests[id]; g != nil {
			g.clients--
			f.soon("guest "+string(id), offlineWait, func() { f.showGuest(id) })
		}
	case vis.ByToken, vis.BySystem:
	}
}

// showOut tells the watcher that a member's last screen left a while ago, unless she came back meanwhile.
func (f *feed) showOut(id vis.MemberID) {
	if screens, known := f.staff[id]; known && screens == 0 {
		delete(f.staff, id)
		f.connected(id, false)
	}
}

// showGuest tells the members whether a visitor is there and on which page.
func (f *feed) showGuest(id vis.CustomerID) {
	g := f.guests[id]
	if g == nil {
		return
	}
	here := g.clients > 0
	if here || g.shown {
		f.sign(f.hub.enc.Visitor(id, here, g.page))
	}
	g.shown = here
	if !here {
		delete(f.guests, id)
	}
}

// sign tells something unstored to every live member that may read conversations.
func (f *feed) sign(frame []byte) {
	if frame == nil {
		return
	}
	for c := range f.members {
		if c.Actor.May(vis.ReadConversations) {
			c.sign(frame)
		}
	}
}

// tellTeams tells the visitors of each channel who is there now, when that is news to them.
func (f *feed) tellTeams(ctx context.Context) {
	for _, ch := range f.newsyChannels() {
		frame, err := f.hub.enc.Team(ctx, f.ws, ch)
		if err != nil {
			f.hub.slog.Error("the team of a channel could not be read", "channel", ch, "error", err)
			f.mu.Lock()
			f.teamNews = true // it is news still: the next look tells it
			f.mu.Unlock()
			continue
		}
		f.mu.Lock()
		if f.teams[ch] != string(frame) {
			f.teams[ch] = string(frame)
			for _, of := range f.visitors {
				for c := range of {
					if c.Channel == ch {
						c.sign(frame)
					}
				}
			}
		}
		f.mu.Unlock()
	}
}

// newsyChannels returns the channels whose visitors wait for news of the team. What was told on those without visitors is forgotten: nobody keeps
// it up to date.
func (f *feed) newsyChannels() []vis.ChannelID {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.teamNews {
		return nil
	}
	f.teamNews = false
	var out []vis.ChannelID
	for _, of := range f.visitors {
		for c := range of {
			if !slices.Contains(out, c.Channel) {
				out = append(out, c.Channel)
			}
		}
	}
	maps.DeleteFunc(f.teams, func(ch vis.ChannelID, _ string) bool { return !slices.Contains(out, ch) })
	return out
}

// TeamNews says that who is there to answer, or what else the team frame says, has changed; visitors are told.
func (h *Hub) TeamNews(ws vis.WorkspaceID) {
	if f := h.find(ws); f != nil {
		f.mu.Lock()
		f.teamNews = true
		f.wakeKeep()
		f.mu.Unlock()
	}
}

// TellCustomer sends a customer's screens a frame that is no event; nil sends nothing.
func (h *Hub) TellCustomer(ws vis.WorkspaceID, id vis.CustomerID, frame []byte) {
	f := h.find(ws)
	if f == nil || frame == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.visitors[id] {
		c.sign(frame)
	}
}

// TellMember sends a member's screens a frame that is no event; nil sends nothing.
func (h *Hub) TellMember(ws vis.WorkspaceID, id vis.MemberID, frame []byte) {
	f := h.find(ws)
	if f == nil || frame == nil || id == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.members {
		if c.Actor.Member() == id {
			c.sign(frame)
		}
	}
}

// Guest returns whether a customer is there and the page she is on, nil when unknown.
func (h *Hub) Guest(ws vis.WorkspaceID, id vis.CustomerID) (bool, *Page) {
	f := h.find(ws)
	if f == nil {
		return false, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if g := f.guests[id]; g != nil && g.clients > 0 {
		return true, g.page
	}
	return false, nil
}

// OnPage records which page a visitor is on.
func (c *Client) OnPage(p Page) {
	f := c.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	id := c.Actor.Customer()
	if g := f.guests[id]; g != nil && !c.gone {
		g.page = &p
		f.soon("guest "+string(id), 0, func() { f.showGuest(id) })
	}
}
