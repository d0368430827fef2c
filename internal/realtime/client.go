package realtime

import (
	"context"
	"sync"
	"time"

	"visavis/internal/vis"
)

// Client is one attached connection.
type Client struct {
	Reader
	hub  *Hub
	feed *feed
	conn Conn
	// apart is a client that is told nothing: see Hub.Keep.
	apart bool

	// These belong to the feed's lock.
	viewing vis.ConversationID
	gone    bool

	mu      sync.Mutex
	queue   [][]byte
	pending int       // bytes in queue
	movedAt time.Time // when a frame was last taken from the queue, or put into an empty one
	pumping bool      // a pump is at work or was woken
	ended   bool
	live    bool  // told by the feed; otherwise behind, and catching up by itself
	cursor  int64 // every event up to here was told, or was not for this reader
	told    int64 // the sequence that the far end knows of
}

// Next returns the next frame to write. It returns false when there is none, or when the client has ended; the pump then stops,
// and Wake will be called when there is something again.
func (c *Client) Next(ctx context.Context) ([]byte, bool) {
	for {
		c.mu.Lock()
		if c.ended {
			c.mu.Unlock()
			return nil, false
		}
		if len(c.queue) > 0 {
			frame := c.queue[0]
			c.queue[0] = nil
			c.queue = c.queue[1:]
			c.pending -= len(frame)
			c.movedAt = c.hub.clock.Now()
			if len(c.queue) == 0 {
				c.queue = nil // an idle client holds no memory
			}
			c.mu.Unlock()
			c.hub.frames.Add(1)
			return frame, true
		}
		if c.live {
			c.pumping = false
			c.mu.Unlock()
			return nil, false
		}
		c.mu.Unlock()
		if err := c.feed.catchUp(ctx, c); err != nil {
			c.end(CloseRestart, "the log cannot be read now")
			return nil, false
		}
	}
}

// Beat tells a reader who is told only some of the events how far the log has come, so that coming back later costs little.
// Call it from time to time.
func (c *Client) Beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live && c.cursor > c.told {
		c.told = c.cursor
		c.push(c.hub.enc.Skip(c.cursor))
	}
}

// Send puts a frame for this client alone in its queue; one that does not read what it is told is not answered either.
func (c *Client) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending <= maxPending {
		c.push(frame)
	}
}

// Detach forgets the client; its connection is gone.
func (c *Client) Detach() {
	c.mu.Lock()
	c.ended = true
	c.queue = nil
	c.mu.Unlock()
	c.feed.detach(c)
}

// event tells a live client of an event, if it is for this reader. It returns false for a client whose queue is full: that one
// falls behind, and catches up at its own pace. The feed's lock is held.
func (c *Client) event(f *Frame) bool {
	frame := f.of(&c.Reader)
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.Seq <= c.cursor {
		return true
	}
	if c.pending > maxPending {
		c.live = false
		return false
	}
	c.cursor = f.Seq
	if frame != nil {
		c.told = f.Seq
		c.push(frame)
	}
	return true
}

// reload moves the client to a place in the log and lets it fetch anew what it missed.
func (c *Client) reload(to int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cursor, c.told = to, to
	c.push(c.hub.enc.Reload(to))
}

// replay puts missed frames in the queue, as far as they fit: the next call goes on from there.
func (c *Client) replay(after int64, frames []Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cursor != after {
		return // a reload came between
	}
	for i := range frames {
		if c.pending > maxPending/2 {
			return
		}
		c.cursor = frames[i].Seq
		if frame := frames[i].of(&c.Reader); frame != nil {
			c.told = c.cursor
			c.push(frame)
		}
	}
}

// sign tells of something that is not stored. When the client is behind it is left out: it will be outdated by then.
func (c *Client) sign(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live && c.pending < maxPending/2 {
		c.push(frame)
	}
}

// push appends to the queue and sees that somebody empties it. c.mu is held.
func (c *Client) push(frame []byte) {
	if c.ended || c.apart || frame == nil {
		return
	}
	if len(c.queue) == 0 {
		c.movedAt = c.hub.clock.Now()
	}
	c.queue = append(c.queue, frame)
	c.pending += len(frame)
	if !c.pumping {
		c.pumping = true
		c.conn.Wake()
	}
}

// cutWhenStuck closes a client that has not taken a frame for too long.
func (c *Client) cutWhenStuck(now time.Time) {
	c.mu.Lock()
	stuck := !c.ended && len(c.queue) > 0 && now.Sub(c.movedAt) > stuckAfter
	c.mu.Unlock()
	if stuck {
		c.hub.cut.Add(1)
		c.end(CloseSlow, "too slow; come back with the last sequence")
	}
}

// end closes the connection from this side.
func (c *Client) end(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended, c.queue = true, nil
	c.conn.Close(code, reason)
}

// of returns the frame as reader r may read it, nil when it is not for her.
func (f *Frame) of(r *Reader) []byte {
	if r.visitor() {
		if f.Visitor == nil || f.Customer == "" || f.Customer != r.Actor.Customer() {
			return nil
		}
		return f.Visitor()
	}
	if f.Scope != "" && !r.Actor.May(f.Scope) || f.Scope == "" && r.Actor.Kind != vis.ByMember {
		return nil
	}
	if f.Each != nil {
		return f.Each(r.Actor)
	}
	if f.Members == nil {
		return nil
	}
	return f.Members()
}
