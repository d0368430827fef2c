package realtime

import (
	"context"
	"sync"

	"visavis/internal/vis"
)

// Client is one attached connection.
type Client struct {
	Reader
	hub  *Hub
	feed *feed
	conn Conn

	// These belong to the feed's lock.
	viewing vis.ConversationID
	away    bool
	gone    bool

	mu      sync.Mutex
	queue   [][]byte
	pending int  // bytes in queue
	pumping bool // a pump is at work or was woken
	ended   bool
	live    bool
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

// Send puts a frame for this client alone in its queue.
func (c *Client) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(frame)
}

// Detach forgets the client; its connection is gone.
func (c *Client) Detach() {
	c.mu.Lock()
	c.ended = true
	c.queue = nil
	c.mu.Unlock()
	c.feed.detach(c)
}

// event tells a live client of an event, if it is for this reader. The feed's lock is held.
func (c *Client) event(f *Frame) {
	frame := f.of(&c.Reader)
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.Seq <= c.cursor {
		return
	}
	c.cursor = f.Seq
	if frame != nil {
		c.told = f.Seq
		c.push(frame)
	}
}

// sign tells of something that is not stored. When the client is behind it is left out: it will be outdated by then.
func (c *Client) sign(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending < maxPending/2 {
		c.push(frame)
	}
}

// push appends to the queue, or cuts a client that does not read. c.mu is held.
func (c *Client) push(frame []byte) {
	if c.ended || frame == nil {
		return
	}
	if c.pending > maxPending {
		c.ended, c.queue = true, nil
		c.hub.cut.Add(1)
		c.conn.Close(CloseSlow, "too slow; come back with the last sequence")
		return
	}
	c.queue = append(c.queue, frame)
	c.pending += len(frame)
	if !c.pumping {
		c.pumping = true
		c.conn.Wake()
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
