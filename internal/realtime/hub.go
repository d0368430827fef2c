// Package realtime carries the event log to the screens: it reads each workspace's log once, encodes each fact once, and fans it
// out to whoever may see it; and it knows who is here, who looks at what and who is typing, which is never stored.
//
// The life of a client:
//
//  1. Attach puts a welcome in its queue, and a reload when what it missed is too much to tell.
//  2. Its pump takes frames with Next. While the client is behind, Next reads what it missed from the recent frames or from the
//     log, at the pace at which the socket takes them.
//  3. Once it has caught up with the feed it is live, decided under the feed's lock: nothing is missed and nothing told twice.
//  4. From then on the feed puts frames in its queue. A client whose queue is full, in a burst or because it reads slowly, falls
//     behind and is at 2 again; one that takes nothing at all for a while is cut, and comes back with the last sequence it has
//     seen. Nobody is waited for.
//  5. Detach forgets it. A session that ends, a member who is disabled, a server that stops closes it from this side.
package realtime

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"visavis/internal/vis"
)

// How a connection is closed by this side. The codes are the WebSocket's, which clients know by heart.
const (
	CloseRestart = 1012 // the server restarts: come back after a random pause
	CloseEnded   = 4401 // the session ended
	CloseSlow    = 4408 // the reader was too slow: come back with the last sequence
)

// The bounds of the hub.
const (
	maxPending  = 64 << 10         // bytes that may wait for one client, and one frame more
	stuckAfter  = 10 * time.Second // without taking a frame that waits
	maxGap      = 1000             // events a client may have missed and still be told one by one
	batch       = 256              // events read from the log at once
	keepFrames  = 256              // recent frames kept for those who come back
	pollEvery   = 2 * time.Second  // a bell may be lost between commit and ring
	lingerFor   = 30 * time.Second // a feed outlives its last client by this much
	retryAfter  = time.Second      // after the log could not be read
	checkEvery  = 3 * time.Second  // each member's session is looked at again
	visitEvery  = 30 * time.Second // and each visitor's
	oneSubject  = time.Second      // signs about one subject are told at most this often
	offlineWait = 5 * time.Second  // who reloads a page has not left
)

// Log is the event log as the hub reads it.
type Log interface {
	// Events reads at most limit events after a sequence number, oldest first, and the number of the newest one.
	Events(ctx context.Context, ws vis.WorkspaceID, after int64, limit int) ([]vis.Event, int64, error)
}

// Frame is one event, ready for every kind of reader. The functions encode on their first call and remember.
type Frame struct {
	Seq int64
	// Scope is what a member or token must hold to be told; when it is "" every member is, and no token.
	Scope vis.Scope
	// Members returns the frame that all members read alike; nil when it is not for members.
	Members func() []byte
	// Each, when set, is asked for every single reader instead of Members.
	Each func(by vis.Actor) []byte
	// Customer is the one customer who may read Visitor.
	Customer vis.CustomerID
	Visitor  func() []byte
	// Check is the id of a member or customer whose sessions must be looked at again because of this event.
	Check string
}

// Encoder makes what travels. Its owner decides the wire's form; the hub never looks inside. Only Frames and Team may take their
// time or ask the hub; the others, and the functions in a Frame, are called under the hub's locks.
type Encoder interface {
	// Frames makes one Frame for each event, in order.
	Frames(ctx context.Context, ws vis.WorkspaceID, events []vis.Event) ([]Frame, error)
	Welcome(seq int64) []byte
	Skip(seq int64) []byte
	Reload(seq int64) []byte
	Viewers(c vis.ConversationID, members []vis.MemberID) []byte
	Visitor(c vis.CustomerID, here bool, page *Page) []byte
	// Team tells the visitors of a channel who is there to answer.
	Team(ctx context.Context, ws vis.WorkspaceID, ch vis.ChannelID) ([]byte, error)
}

// Conn is the far end of a client. Neither method may block or call back into the hub.
type Conn interface {
	// Wake asks for a pump that calls Next until it has no more; it is not called again before Next has said so.
	Wake()
	Close(code int, reason string)
}

// Reader says who reads on a connection.
type Reader struct {
	Actor vis.Actor
	// Channel is where a visitor is.
	Channel vis.ChannelID
	// Session is shared by all connections of one sign-in, which are checked and ended together.
	Session string
	// Valid reports whether the session still stands for this very actor with the same rights.
	Valid func(ctx context.Context) bool
}

func (r Reader) visitor() bool { return r.Actor.Kind == vis.ByCustomer }

// Hub holds the feeds of all workspaces that somebody reads.
type Hub struct {
	log   Log
	enc   Encoder
	clock vis.Clock
	slog  *slog.Logger
	// watcher is told who is connected; nil when nobody asked.
	watcher Watcher

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu     sync.Mutex
	feeds  map[vis.WorkspaceID]*feed
	closed bool

	sockets atomic.Int64
	frames  atomic.Int64
	events  atomic.Int64
	cut     atomic.Int64
}

// New makes a hub that lives until it is closed, or parent ends.
func New(parent context.Context, log Log, enc Encoder, clock vis.Clock, logger *slog.Logger) *Hub {
	ctx, stop := context.WithCancel(parent)
	return &Hub{log: log, enc: enc, clock: clock, slog: logger, ctx: ctx, stop: stop, feeds: make(map[vis.WorkspaceID]*feed)}
}

// Stats are the hub's figures since it was made; Sockets is how many there are now.
type Stats struct{ Sockets, Frames, Events, Cut int64 }

// Stats reads the figures.
func (h *Hub) Stats() Stats {
	return Stats{h.sockets.Load(), h.frames.Load(), h.events.Load(), h.cut.Load()}
}

// Ring says that a workspace's log has grown. It never blocks, and costs nothing when nobody reads.
func (h *Hub) Ring(ws vis.WorkspaceID) {
	if f := h.find(ws); f != nil {
		f.ring()
	}
}

// Attach begins a client. last is the newest sequence it has seen, negative for one that has seen nothing. The error is the
// log's, when it cannot be read.
func (h *Hub) Attach(ctx context.Context, r Reader, conn Conn, last int64) (*Client, error) {
	f, err := h.open(ctx, r.Actor.Workspace)
	if err != nil {
		return nil, err
	}
	if last > f.at() {
		// Somebody who has read a list a moment ago may be ahead of this feed, but never ahead of the log.
		_, head, err := h.log.Events(ctx, r.Actor.Workspace, last, 1)
		if err != nil {
			h.sockets.Add(1)
			h.release(f)
			return nil, err
		}
		if last > head {
			last = lost
		}
	}
	h.sockets.Add(1)
	return f.attach(r, conn, last), nil
}

// Keep ties a connection that carries something else than the log to its session: it ends with it, and when the hub closes. Nothing is put
// in its queue, and nobody is here because of it.
func (h *Hub) Keep(ctx context.Context, r Reader, conn Conn) (*Client, error) {
	f, err := h.open(ctx, r.Actor.Workspace)
	if err != nil {
		return nil, err
	}
	h.sockets.Add(1)
	c := &Client{Reader: r, hub: h, feed: f, conn: conn, apart: true}
	f.mu.Lock()
	f.clients[c] = struct{}{}
	f.register(c)
	f.mu.Unlock()
	return c, nil
}

// lost is the last sequence of a client that knows another log than ours, such as the one before a restore.
const lost = 1<<63 - 1

// EndSession closes the connections of a session that was ended here.
func (h *Hub) EndSession(ws vis.WorkspaceID, session string) {
	if f := h.find(ws); f != nil {
		f.endSession(session)
	}
}

// Check looks again at the sessions of a member or customer, now.
func (h *Hub) Check(ws vis.WorkspaceID, id string) {
	if f := h.find(ws); f != nil {
		f.mu.Lock()
		f.checkSoon(id)
		f.mu.Unlock()
	}
}

// Close tells every client that the server restarts, and waits for the hub's goroutines.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	feeds := make([]*feed, 0, len(h.feeds))
	for _, f := range h.feeds {
		feeds = append(feeds, f)
	}
	h.mu.Unlock()
	for _, f := range feeds {
		f.closeAll(CloseRestart, "the server restarts")
	}
	h.stop()
	h.work.Wait()
}

func (h *Hub) find(ws vis.WorkspaceID) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.feeds[ws]
}

// open returns the workspace's feed with one user more, and begins it at the head of the log when there is none yet.
func (h *Hub) open(ctx context.Context, ws vis.WorkspaceID) (*feed, error) {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil, vis.Errorf(vis.Unavailable, "restarting", "The server is restarting; please come back in a moment.")
	}
	f := h.feeds[ws]
	if f != nil {
		f.users++
		h.mu.Unlock()
		return f, nil
	}
	h.mu.Unlock()

	_, head, err := h.log.Events(ctx, ws, 0, 1)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, vis.Errorf(vis.Unavailable, "restarting", "The server is restarting; please come back in a moment.")
	}
	if f = h.feeds[ws]; f == nil {
		f = newFeed(h, ws, head)
		h.feeds[ws] = f
		h.work.Go(f.run)
		h.work.Go(f.keep)
	}
	f.users++
	return f, nil
}

// retire forgets a feed that nobody has used for a while, and reports whether it did.
func (h *Hub) retire(f *feed) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.users > 0 || h.clock.Now().Sub(f.idleSince) < lingerFor {
		return false
	}
	delete(h.feeds, f.ws)
	return true
}

// release gives back a user that open counted.
func (h *Hub) release(f *feed) {
	h.mu.Lock()
	f.users--
	f.idleSince = h.clock.Now()
	h.mu.Unlock()
	h.sockets.Add(-1)
}
