package realtime

import (
	"slices"
	"time"

	"visavis/internal/vis"
)

// slot holds back signs about one subject: the first goes out at once, and what follows within oneSubject is told once, as it
// stands then.
type slot struct {
	timer *time.Timer
	next  func() // nil when nothing waits
}

// soon tells a sign about a subject at once, unless one went out a moment ago, or delay asks to wait. f.mu is held, now and when
// tell is called.
func (f *feed) soon(subject string, delay time.Duration, tell func()) {
	if s := f.slots[subject]; s != nil {
		s.next = tell
		if delay > 0 {
			s.timer.Reset(delay)
		}
		return
	}
	s := new(slot)
	f.slots[subject] = s
	wait := delay
	if delay == 0 {
		tell()
		wait = oneSubject
	} else {
		s.next = tell
	}
	s.timer = time.AfterFunc(wait, func() { f.slotDue(subject, s) })
}

func (f *feed) slotDue(subject string, s *slot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots[subject] != s || f.hub.ctx.Err() != nil {
		return
	}
	if s.next == nil {
		delete(f.slots, subject)
		return
	}
	tell := s.next
	s.next = nil
	tell()
	s.timer.Reset(oneSubject)
}

// View records which conversation a member has on this screen, "" for none. The caller has checked that she may read it.
func (c *Client) View(id vis.ConversationID) {
	f := c.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if !c.gone {
		f.look(c, id)
	}
}

// look moves a client's eyes from one conversation to another. f.mu is held.
func (f *feed) look(c *Client, id vis.ConversationID) {
	before := c.viewing
	if before == id {
		return
	}
	c.viewing = id
	if before != "" {
		if at := f.viewers[before]; at != nil {
			if delete(at, c); len(at) == 0 {
				delete(f.viewers, before)
			}
		}
		f.soon("viewers "+string(before), 0, func() { f.showViewers(before) })
	}
	if id != "" {
		if f.viewers[id] == nil {
			f.viewers[id] = make(map[*Client]struct{})
		}
		f.viewers[id][c] = struct{}{}
		f.soon("viewers "+string(id), 0, func() { f.showViewers(id) })
	}
}

// showViewers tells those who look at a conversation who else does.
func (f *feed) showViewers(id vis.ConversationID) {
	var members []vis.MemberID
	for c := range f.viewers[id] {
		if m := c.Actor.Member(); m != "" && !slices.Contains(members, m) {
			members = append(members, m)
		}
	}
	slices.Sort(members)
	frame := f.hub.enc.Viewers(id, members)
	for c := range f.viewers[id] {
		c.sign(frame)
	}
}

// Typing is a sign that somebody writes, ready for both sides.
type Typing struct {
	Conversation vis.ConversationID
	// Customer is whose conversation it is: she is told too, when a member writes to her.
	Customer vis.CustomerID
	// Members and Visitor are the frames for the two sides; Visitor is nil when the customer must not know.
	Members, Visitor []byte
}

// Type tells the others at a conversation that this one writes, or stopped. The caller has checked that she may.
func (c *Client) Type(t Typing) {
	f := c.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.gone {
		return
	}
	f.soon("typing "+string(t.Conversation)+" "+c.Actor.ID, 0, func() {
		for to := range f.viewers[t.Conversation] {
			if to.Actor.ID != c.Actor.ID {
				to.sign(t.Members)
			}
		}
		if t.Visitor != nil && !c.visitor() {
			for to := range f.visitors[t.Customer] {
				to.sign(t.Visitor)
			}
		}
	})
}
