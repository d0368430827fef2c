// Package livekit carries the sound and pictures of live assistance through a cluster of LiveKit servers, where one machine is outgrown. It
// is the second implementation of assist.Media; no code of theirs is in it.
//
// The life of a leg:
//
//  1. Join gives it a ticket: a name that nobody had before, for one room and for a minute. Whoever held the place before is shown out.
//  2. Its page speaks to LiveKit, and not to us. That it is there, or is gone, we find in the list of the room's participants: a word of the
//     server's (webhook) has us look at once, and while somebody is awaited we look every second anyway. No word is believed further than
//     that, so that one which is lost, late, doubled or made up does no harm.
//  3. What it may send is compared with what it sends, at each look. A ticket never allows a customer's picture: that is allowed, and taken
//     back, by the permission of whoever is there.
//  4. A leg that does not come within connectWithin, or whose name is not the newest of its place, is shown out.
package livekit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// How long things may take, and how much there may be.
const (
	connectWithin = 10 * time.Second
	awaitEvery    = time.Second      // a look at rooms in which somebody is awaited
	lookEvery     = 15 * time.Second // and at all others
	emptyFor      = 10 * time.Minute // a room stays while it rings
	leftFor       = 2 * time.Minute  // and while everybody's network is away
	legsMost      = 16               // of one room: two who speak, a third, and who listens
	callsMost     = 1000             // at once, where nothing else was said
	tries         = 4                // of what must be done and was not
	tryAgain      = 500 * time.Millisecond
	prefix        = "visavis-" // of our rooms' names: others may have theirs in the same cluster
)

// Options are where media travels.
type Options struct {
	// URL is where browsers, and this server, reach LiveKit: ws://, wss://, http:// or https://, and nothing behind the host.
	URL string
	// Key and Secret are one pair of LiveKit's.
	Key, Secret string
	// Calls is how many there may be at once, 0 for as many as anybody will need.
	Calls int
	Clock vis.Clock
	Mint  vis.Mint
	Log   *slog.Logger
}

// Backend implements assist.Media.
type Backend struct {
	base   string // http:// or https://
	public string // ws:// or wss://
	key    string
	secret []byte
	calls  int
	clock  vis.Clock
	mint   vis.Mint
	log    *slog.Logger
	http   *http.Client
	told   func(context.Context, vis.AssistID, assist.Leg, bool)
	failed atomic.Int64 // calls that the server did not answer, or refused

	ctx  context.Context //nolint:containedctx // of what no caller waits for
	stop context.CancelFunc
	work sync.WaitGroup

	mu    sync.Mutex
	shut  bool
	rooms map[vis.AssistID]*room
	words map[string]time.Time // that were heard, until they hold no longer
}

var _ assist.Media = (*Backend)(nil)

// New checks what it is given, and calls nobody: a LiveKit server that is away does not keep this one from starting. Close ends it.
func New(ctx context.Context, o Options) (*Backend, error) {
	base, public, err := addresses(o.URL)
	switch {
	case err != nil:
		return nil, err
	case o.Key == "" || o.Secret == "":
		return nil, errors.New("livekit-key: a LiveKit server is spoken to with a key and its secret")
	}
	b := &Backend{base: base, public: public, key: o.Key, secret: []byte(o.Secret), calls: o.Calls, clock: o.Clock, mint: o.Mint, log: o.Log,
		http: &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: answersWithin, ForceAttemptHTTP2: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		rooms: make(map[vis.AssistID]*room), words: make(map[string]time.Time)}
	if b.calls <= 0 {
		b.calls = callsMost
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	b.work.Go(b.watch)
	return b, nil
}

// addresses are those of the API and of the signalling.
func addresses(at string) (base, public string, err error) {
	u, err := url.Parse(at)
	schemes := map[string][2]string{"ws": {"http", "ws"}, "http": {"http", "ws"}, "wss": {"https", "wss"}, "https": {"https", "wss"}}
	if err != nil || u.Host == "" || schemes[u.Scheme][0] == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return "", "", fmt.Errorf("livekit-url: %q is no address of a LiveKit server; one looks like wss://livekit.example.org", at)
	}
	host := strings.ToLower(u.Host)
	return schemes[u.Scheme][0] + "://" + host, schemes[u.Scheme][1] + "://" + host, nil
}

// Address is where browsers reach LiveKit.
func (b *Backend) Address() string { return b.public }

// Failed counts the calls that LiveKit did not answer, or refused.
func (b *Backend) Failed() int64 {
	if b == nil {
		return 0
	}
	return b.failed.Load()
}

// Close lets go of all rooms: calls go on in LiveKit until both sides come again, and the rooms close when nobody is in them.
func (b *Backend) Close() {
	b.mu.Lock()
	b.shut = true
	b.mu.Unlock()
	b.stop()
	b.work.Wait()
	b.http.CloseIdleConnections()
}

// OnChange implements assist.Media.
func (b *Backend) OnChange(told func(context.Context, vis.AssistID, assist.Leg, bool)) { b.told = told }

// Room implements assist.Media.
func (b *Backend) Room() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.calls-len(b.rooms))
}

// Open implements assist.Media. A server that does not answer is found out here, before anybody's bell rings for nothing.
func (b *Backend) Open(id vis.AssistID) error {
	b.mu.Lock()
	known, full := b.rooms[id] != nil, len(b.rooms) >= b.calls
	b.mu.Unlock()
	if known {
		return nil
	}
	if full {
		e := vis.Errorf(vis.Unavailable, "assist_full", "All our lines are taken at the moment. Please write to us, or try again in a few minutes.")
		e.RetryAfter = 60
		return e
	}
	if err := b.create(b.ctx, prefix+string(id)); err != nil {
		return b.unreachable("open a room", id, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rooms[id] == nil {
		b.rooms[id] = &room{backend: b, id: id, legs: make(map[assist.Leg]*leg)}
	}
	return nil
}

// unreachable counts a failure, and says what it means for those who call.
func (b *Backend) unreachable(what string, id vis.AssistID, err error) error {
	b.failed.Add(1)
	b.log.Warn("LiveKit does not do as it is asked", "what", what, "assist", id, "err", err)
	e := vis.Errorf(vis.Unavailable, "media_unreachable", "Our lines cannot be reached at the moment. Please write to us, or try again in a few minutes.")
	e.RetryAfter = 10
	return e
}

// room is a session's, nil when it is not open.
func (b *Backend) room(id vis.AssistID) *room {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[id]
}

// Check implements assist.Media. An offer is of no use here, and it says nothing that LiveKit would believe: what somebody may send is in
// her permission. Only who whispers could not be kept from being heard by everybody.
func (b *Backend) Check(side assist.Side, _ string, _ bool) error {
	if side == assist.WhisperSide {
		return vis.Errorf(vis.Conflict, "whisper_elsewhere", "Calls run through LiveKit here, where everybody would hear you: you can listen, and not whisper.")
	}
	return nil
}

// Join implements assist.Media.
func (b *Backend) Join(_ context.Context, id vis.AssistID, who assist.Leg, _ string) (assist.Way, error) {
	r := b.room(id)
	if r == nil {
		return assist.Way{}, vis.Absent("assistance")
	}
	name, before := r.expect(who)
	if name == "" {
		return assist.Way{}, vis.Absent("assistance")
	}
	if who.Side == assist.GuestSide {
		b.darken(r)
	}
	if before != "" {
		b.insist("show the one before out", r, func(ctx context.Context) error { return b.remove(ctx, r.name(), before) })
	}
	no, yes := new(false), new(true)
	g := grant{Room: r.name(), RoomJoin: true, Publish: no, Subscribe: yes, Data: no, Metadata: no, Hidden: who.Side == assist.WatcherSide}
	if g.Sources = sources(who.Side, false); len(g.Sources) > 0 {
		g.Publish = yes
	}
	token, err := b.sign(name, g, ticketFor)
	if err != nil {
		return assist.Way{}, fmt.Errorf("sign a ticket: %w", err)
	}
	return assist.Way{Ticket: &assist.Ticket{URL: b.public, Token: token}}, nil
}

// The sources of sound and pictures by their names in tokens; in messages they are written in capitals.
const (
	microphone = "microphone"
	camera     = "camera"
)

// sources are what a side may send.
func sources(side assist.Side, seen bool) []string {
	switch {
	case side == assist.MemberSide, side == assist.GuestSide, side == assist.CustomerSide && seen:
		return []string{microphone, camera}
	case side == assist.CustomerSide:
		return []string{microphone}
	}
	return nil
}

// Leave implements assist.Media.
func (b *Backend) Leave(id vis.AssistID, who assist.Leg) {
	r := b.room(id)
	if r == nil {
		return
	}
	if name := r.leave(who); name != "" {
		if who.Side == assist.GuestSide {
			r.look() // the customer's picture may be shown again
		}
		b.insist("show somebody out", r, func(ctx context.Context) error { return b.remove(ctx, r.name(), name) })
	}
}

// End implements assist.Media.
func (b *Backend) End(id vis.AssistID) {
	b.mu.Lock()
	r := b.rooms[id]
	delete(b.rooms, id)
	b.mu.Unlock()
	if r != nil {
		r.close()
		b.insist("close a room", r, func(ctx context.Context) error { return b.delete(ctx, r.name()) })
	}
}

// Lighten implements assist.Media.
func (b *Backend) Lighten(id vis.AssistID) {
	if r := b.room(id); r != nil && r.allow(true) {
		r.look()
	}
}

// Darken implements assist.Media. It comes back once LiveKit has taken the picture away, or has not answered: then it is asked again.
func (b *Backend) Darken(id vis.AssistID) {
	r := b.room(id)
	if r == nil {
		return
	}
	r.allow(false)
	b.darken(r)
}

// darken has LiveKit take the customer's picture away, if it is not to be passed on.
func (b *Backend) darken(r *room) {
	name := r.nameOf(assist.Leg{Side: assist.CustomerSide})
	if name == "" {
		return
	}
	tell := func(ctx context.Context) error { return r.tell(ctx, name) }
	if err := tell(b.ctx); err != nil && !isGone(err) {
		b.insist("take a picture away", r, tell)
	}
}

// permissionOf is what a side may do once it is there.
func permissionOf(side assist.Side, seen bool) permission {
	all := sources(side, seen)
	p := permission{Subscribe: true, Publish: len(all) > 0, Sources: []string{}}
	for _, s := range all {
		p.Sources = append(p.Sources, strings.ToUpper(s))
	}
	return p
}

// insist asks for what must be done until it is, a few times. What is gone needs nothing any more.
func (b *Backend) insist(what string, r *room, ask func(context.Context) error) {
	b.begin(func() {
		wait := tryAgain
		for n := 1; ; n++ {
			err := ask(b.ctx)
			if err == nil || isGone(err) || b.ctx.Err() != nil {
				return
			}
			b.failed.Add(1)
			if n == tries {
				b.log.Error("LiveKit does not do as it is asked", "what", what, "assist", r.id, "err", err)
				return
			}
			select {
			case <-b.ctx.Done():
				return
			case <-time.After(wait):
			}
			wait *= 2
		}
	})
}

// begin does something that no caller waits for, unless this is closing.
func (b *Backend) begin(what func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.shut {
		b.work.Go(what)
	}
}

// Records implements assist.Media: LiveKit's recorder is a service of its own, and would write what is not sealed.
func (b *Backend) Records() bool { return false }

// Tap implements assist.Media.
func (b *Backend) Tap(vis.AssistID, assist.Tape) {}

// Connected implements assist.Media.
func (b *Backend) Connected(id vis.AssistID, who assist.Leg) bool {
	r := b.room(id)
	return r != nil && r.connected(who)
}

// Servers implements assist.Media: LiveKit names its relays itself.
func (b *Backend) Servers(vis.AssistID, time.Time) []assist.Server { return nil }

// OpenCheck implements assist.Media.
func (b *Backend) OpenCheck(vis.AssistID) error { return errUntried }

// TryOut implements assist.Media.
func (b *Backend) TryOut(context.Context, vis.AssistID, string) (string, error) {
	return "", errUntried
}

var errUntried = vis.Errorf(vis.Conflict, "check_elsewhere", "Calls run through LiveKit here, whose network this page cannot try out.")

// Examine implements assist.Media: whether LiveKit answers us, with the key that we have.
func (b *Backend) Examine(ctx context.Context, _ vis.AssistID) ([]assist.Finding, error) {
	began := time.Now()
	err := b.call(ctx, "ListRooms", grant{RoomList: true}, map[string]any{"names": []string{prefix}}, &nothing{})
	if err != nil {
		b.failed.Add(1)
		b.log.Warn("LiveKit does not do as it is asked", "what", "list rooms", "err", err)
	}
	return []assist.Finding{{What: "livekit", At: b.public, Good: err == nil, Took: time.Since(began)}}, nil
}

// watch looks at rooms by itself, so that nothing hangs on words that may not come.
func (b *Backend) watch() {
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
		}
		now := b.clock.Now()
		b.mu.Lock()
		due := make([]*room, 0, len(b.rooms))
		for _, r := range b.rooms {
			if r.due(now) {
				due = append(due, r)
			}
		}
		b.mu.Unlock()
		for _, r := range due {
			r.look()
		}
	}
}
