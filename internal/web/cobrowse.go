package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// The bounds of a connection for co-browsing.
const (
	cobrowseProtocol = "visavis.cobrowse.v1"
	maxPageFrame     = 8 << 20 // a page as a whole, unpacked
	maxLoad          = 64      // bytes of the name of a page load
)

// cobrowsePace lets a page tell what changes with each picture that its browser draws, and a member point as fast as she sees.
var cobrowsePace = pace{second: 100, once: 200}

// The frames of co-browsing that only this connection knows.
type (
	// SitFrame comes first, within ten seconds.
	SitFrame struct {
		Type     string `json:"type"`
		AssistID string `json:"assistId" format:"uuid"`
		Visitor  string `json:"visitor,omitempty"`
		Load     string `json:"load,omitempty" doc:"Names the customer's page load; a new one for each."`
	}
	// RefusedFrame refuses a frame.
	RefusedFrame struct {
		Type   string `json:"type"`
		ID     string `json:"id,omitempty"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
)

// cobrowse admits a connection for co-browsing and lets it live on its own.
func (s *Server) cobrowse(w http.ResponseWriter, r *http.Request) {
	wire, ok := s.accept(w, r, cobrowseProtocol, websocket.CompressionContextTakeover, cobrowsePace)
	if !ok {
		return
	}
	k := &pageSocket{wire: wire}
	s.seated.Go(func() { k.live(k.run) })
}

// pageSocket is one connection for co-browsing.
type pageSocket struct {
	*wire
	seat *assist.Seat

	mu      sync.Mutex
	queue   [][]byte
	waiting int  // bytes in queue
	pumping bool // somebody empties it
}

// Wake implements realtime.Conn. The hub tells this connection nothing.
func (k *pageSocket) Wake() {}

// Send implements assist.Line. Who sends looks at Waiting first, so the queue is bounded.
func (k *pageSocket) Send(frame []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, frame)
	k.waiting += len(frame)
	if !k.pumping {
		k.pumping = true
		go k.pump()
	}
}

// Waiting implements assist.Line.
func (k *pageSocket) Waiting() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.waiting
}

// pump writes what is queued, as long as something is.
func (k *pageSocket) pump() {
	for {
		k.mu.Lock()
		if len(k.queue) == 0 {
			k.pumping, k.queue = false, nil
			seat := k.seat
			k.mu.Unlock()
			if seat != nil {
				seat.Drained()
			}
			return
		}
		frame := k.queue[0]
		k.queue = k.queue[1:]
		k.waiting -= len(frame)
		k.mu.Unlock()
		ctx, cancel := context.WithTimeout(k.ctx, writeWithin)
		err := k.conn.Write(ctx, websocket.MessageText, frame)
		cancel()
		if err != nil {
			k.cancel() // and whatever is queued is for nobody
			return
		}
	}
}

// run sits down, then reads until the connection ends. It returns what to close it with.
func (k *pageSocket) run() (websocket.StatusCode, string) {
	var f SitFrame
	code, reason := k.hello(func(data []byte) (visitor string, err error) {
		if err := strictly(data, &f); err != nil || f.Type != "hello" || len(f.Load) > maxLoad {
			return "", errFrame
		}
		return f.Visitor, nil
	})
	if code != 0 {
		return code, reason
	}
	kept, err := k.s.hub.Keep(k.ctx, k.reader(), k)
	if err != nil {
		return websocket.StatusServiceRestart, "please come back in a moment"
	}
	defer kept.Detach()
	if k.by.Kind == vis.ByCustomer {
		k.conn.SetReadLimit(maxPageFrame)
	}
	seat, err := k.s.assist.Sit(k.ctx, k.by.Actor, k.person(), vis.AssistID(f.AssistID), f.Load, k)
	switch vis.CodeOf(err) {
	case vis.NotFound:
		return assist.CloseOver, "there is no such assistance, or it is over"
	case vis.Forbidden:
		return assist.CloseNotYours, "this call is another's"
	case vis.Unavailable:
		return assist.CloseMoved, "please come back in a moment"
	}
	if err != nil {
		k.s.log.Error("co-browsing could not begin", "error", err)
		return websocket.StatusServiceRestart, "please come back in a moment"
	}
	k.mu.Lock()
	k.seat = seat
	k.mu.Unlock()
	defer seat.Leave()
	k.beat(func() {})
	return k.read(k.take, k.say)
}

// person is who sits here, as the other side knows her.
func (k *pageSocket) person() assist.Person {
	if k.by.Kind != vis.ByMember {
		return assist.Person{}
	}
	return assist.Person{ID: k.by.ID, FirstName: k.s.directory.of(k.ctx, k.by.Workspace).members[k.by.Member()].FirstName}
}

// refusedError is a refusal of a frame that has an id.
type refusedError struct {
	error
	id string
}

func (e refusedError) Unwrap() error { return e.error }

// say refuses a frame in words.
func (k *pageSocket) say(err error) {
	id := ""
	if named, ok := err.(refusedError); ok { //nolint:errorlint // it is never wrapped
		id, err = named.id, named.error
	}
	p := k.s.problemOf(k.ctx, k.by, err)
	if k.Waiting() < maxFrame { // one that does not read what it is told is not answered either
		k.Send(frame(RefusedFrame{"refused", id, p.Code, p.Detail}))
	}
}

// take carries out one frame of the client.
func (k *pageSocket) take(data []byte) error {
	var of struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	if err := json.Unmarshal(data, &of); err != nil {
		return errFrame
	}
	err := k.takeAs(of.Type, data)
	if err != nil && of.ID != "" && len(of.ID) <= maxLoad {
		err = refusedError{err, of.ID}
	}
	if err != nil && vis.CodeOf(err) != vis.Invalid {
		k.say(err) // what was allowed a moment ago is no fault
		return nil
	}
	return err
}

func (k *pageSocket) takeAs(typ string, data []byte) error {
	switch typ {
	case "page":
		return with(data, func(f assist.ChangesFrame) error { return k.seat.Show(k.ctx, f) })
	case "did":
		return with(data, k.seat.Did)
	case "point":
		return with(data, k.seat.Point)
	case "draw":
		return with(data, k.seat.Draw)
	case "wipe":
		return with(data, k.seat.Wipe)
	case "act":
		return with(data, k.seat.Act)
	case "lag":
		return with(data, func(assist.NewsFrame) error { return k.seat.Lag() })
	}
	return vis.Errorf(vis.Invalid, "malformed", "There is no such frame to send.")
}
