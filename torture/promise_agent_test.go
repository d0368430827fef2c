package torture

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// agentOnDuty is a member at her desk: she is connected, hears what rings for her, and accepts it, declines it or lets it ring. What
// she got she answers now and then, and mostly leaves.
type agentOnDuty struct {
	id, cookie string
	seed       uint64

	mu       sync.Mutex
	accepted map[string]int // offers that the server said she has, by how often it said so
	asked    atomic.Int64   // answers to offers that were sent
	refused  atomic.Int64   // of them, those that came too late
}

// asCookie lets a client speak as the member who is signed in with a cookie.
type asCookie struct {
	cookie, origin string
	next           http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (a asCookie) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Cookie", a.cookie)
	r.Header.Set("Origin", a.origin)
	return a.next.RoundTrip(r)
}

// client speaks as her to a server. It waits longer than a server may be frozen, so that what she said just before is still done, or
// refused, when that wakes up.
func (a *agentOnDuty) client(s *Server) *Client {
	return &Client{Base: s.Base, HTTP: &http.Client{Timeout: 45 * time.Second,
		Transport: asCookie{a.cookie, s.Base, &http.Transport{DisableKeepAlives: true}}}}
}

// work keeps her at her desk, at whichever of the servers is up, until ctx ends.
func (a *agentOnDuty) work(ctx context.Context, nodes []*node) {
	a.mu.Lock()
	if a.accepted == nil {
		a.accepted = map[string]int{}
	}
	a.mu.Unlock()
	var errands sync.WaitGroup
	defer errands.Wait()
	random := rand.New(rand.NewPCG(a.seed, 7))
	for ctx.Err() == nil {
		n := nodes[random.IntN(len(nodes))]
		if !n.up.Load() {
			pause(ctx, 10*time.Millisecond)
			continue
		}
		socket, err := a.sit(ctx, n)
		if err != nil {
			pause(ctx, 20*time.Millisecond)
			continue
		}
		a.listen(ctx, n, socket, random, &errands)
		socket.CloseNow()
	}
}

// sit opens her socket and says that she is available.
func (a *agentOnDuty) sit(ctx context.Context, n *node) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(n.Base, "http")+"/api/v1/live", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {a.cookie}, "Origin": {n.Base}}, Subprotocols: []string{"visavis.v1"}})
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(8 << 20)
	if err := Write(ctx, socket, map[string]any{"type": "hello"}); err != nil {
		socket.CloseNow()
		return nil, err
	}
	a.available(ctx, n)
	return socket, nil
}

func (a *agentOnDuty) available(ctx context.Context, n *node) {
	_ = a.client(n.Server).Call(ctx, http.MethodPut, "/api/v1/me/presence", "", map[string]string{"presence": "available"}, nil) // she is, unless she said otherwise
}

// listen reads her socket until it ends, or its server is not up any more.
func (a *agentOnDuty) listen(ctx context.Context, n *node, socket *websocket.Conn, random *rand.Rand, errands *sync.WaitGroup) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	errands.Go(func() { // a frozen server ends no socket
		for n.up.Load() && ctx.Err() == nil {
			pause(ctx, 20*time.Millisecond)
		}
		leave()
	})
	for {
		_, text, err := socket.Read(ctx)
		if err != nil {
			return
		}
		var frame struct{ Event fact }
		if json.Unmarshal(text, &frame) != nil {
			continue
		}
		e := frame.Event
		switch {
		case e.Type == "offer.made" && e.Offer != nil && e.Offer.MemberID == a.id:
			chance := random.IntN(10)
			errands.Go(func() { a.answer(context.WithoutCancel(ctx), n, e, chance) })
		case e.Type == "presence.changed" && e.MemberID == a.id && e.Presence == "away": // offers rang out at her desk
			errands.Go(func() { a.available(ctx, n) })
		}
	}
}

// answer accepts five of ten offers, two of them twice at once, declines one, accepts and declines one at the same moment, and lets
// three ring.
func (a *agentOnDuty) answer(ctx context.Context, n *node, e fact, chance int) {
	var both sync.WaitGroup
	switch {
	case chance < 3:
		a.accept(ctx, n, e)
	case chance < 5:
		both.Go(func() { a.accept(ctx, n, e) })
		a.accept(ctx, n, e)
	case chance == 5:
		a.decline(ctx, n, e)
	case chance == 6:
		both.Go(func() { a.decline(ctx, n, e) })
		a.accept(ctx, n, e)
	}
	both.Wait()
}

func (a *agentOnDuty) accept(ctx context.Context, n *node, e fact) {
	a.asked.Add(1)
	err := a.client(n.Server).Call(ctx, http.MethodPost, "/api/v1/offers/"+e.Offer.ID+"/accept", newID(), map[string]any{}, nil)
	if err != nil {
		a.late(err)
		return
	}
	a.mu.Lock()
	a.accepted[e.Offer.ID]++
	a.mu.Unlock()
}

func (a *agentOnDuty) decline(ctx context.Context, n *node, e fact) {
	a.asked.Add(1)
	a.late(a.client(n.Server).Call(ctx, http.MethodPost, "/api/v1/offers/"+e.Offer.ID+"/decline", newID(), map[string]any{"reason": "busy"}, nil))
}

// late counts an answer that came too late; one that got none counts for nothing.
func (a *agentOnDuty) late(err error) {
	if problem := (*Problem)(nil); errors.As(err, &problem) && problem.Status == http.StatusConflict {
		a.refused.Add(1)
	}
}

// duty is all the agents at work.
type duty struct {
	stop context.CancelFunc
	done sync.WaitGroup
}

// onDuty lets the agents work at some servers until end is called.
func (p *promising) onDuty(ctx context.Context, nodes ...*node) *duty {
	ctx, stop := context.WithCancel(ctx)
	d := &duty{stop: stop}
	for _, a := range p.agents {
		d.done.Go(func() { a.work(ctx, nodes) })
	}
	return d
}

func (d *duty) end() {
	d.stop()
	d.done.Wait()
}

// wantAccepted wants of every offer that an agent was told she has that the log says so once, and of no other.
func (p *promising) wantAccepted(a *auditor) {
	p.t.Helper()
	accepted, asked, refused := 0, int64(0), int64(0)
	for _, one := range p.agents {
		one.mu.Lock()
		for id, times := range one.accepted {
			accepted++
			if times != 1 {
				p.t.Errorf("%d answers said that offer %s was accepted", times, id)
			}
			if a.taken[id] != 1 {
				p.t.Errorf("lost: an answer said that offer %s was accepted, and the log says so %d times", id, a.taken[id])
			}
		}
		one.mu.Unlock()
		asked, refused = asked+one.asked.Load(), refused+one.refused.Load()
	}
	p.t.Logf("%d offers accepted, of %d answers to offers %d came too late", accepted, asked, refused)
	if accepted == 0 {
		p.t.Error("nobody accepted anything, so nothing was shown")
	}
}
