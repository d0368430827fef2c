package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"visavis/internal/desk"
	"visavis/internal/realtime"
	"visavis/internal/vis"
)

// The bounds of a live connection.
const (
	protocol      = "visavis.v1"
	framesASecond = 20
	framesAtOnce  = 40
	rememberPage  = 30 * time.Second
)

func (s *Server) liveRoutes() {
	s.mux.HandleFunc("GET /api/v1/live", s.live)
	s.mux.HandleFunc("GET /api/v1/cobrowse", s.cobrowse)
	s.mux.HandleFunc("POST /api/v1/nodes/word", s.hearWord)
	s.mux.HandleFunc("POST /api/v1/"+mediaHookPath, s.hearMedia)
}

// live admits a connection and lets it live on its own.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	wire, ok := s.accept(w, r, protocol, websocket.CompressionDisabled, pace{framesASecond, framesAtOnce})
	if !ok {
		return
	}
	k := &socket{wire: wire, attached: make(chan struct{})}
	go k.live(k.run)
}

// socket is one live connection.
type socket struct {
	*wire
	client   *realtime.Client
	attached chan struct{} // closed once client is set

	// These belong to the reading goroutine.
	mayTouch []touchable
	pageAt   time.Time
}

// touchable is a conversation that this connection may look at and type in.
type touchable struct {
	id       vis.ConversationID
	customer vis.CustomerID
}

// Wake implements realtime.Conn.
func (k *socket) Wake() { go k.pump() }

// pump writes what is queued. It lives only as long as something is: an idle connection costs one goroutine.
func (k *socket) pump() {
	<-k.attached
	for {
		frame, ok := k.client.Next(k.ctx)
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(k.ctx, writeWithin)
		err := k.conn.Write(ctx, websocket.MessageText, frame)
		cancel()
		if err != nil {
			k.cancel()
			return
		}
	}
}

// run says hello, then reads until the connection ends. It returns what to close it with.
func (k *socket) run() (websocket.StatusCode, string) {
	var f HelloFrame
	code, reason := k.hello(func(data []byte) (visitor string, err error) {
		if err := strictly(data, &f); err != nil || f.Type != "hello" || f.Last != nil && *f.Last < 0 {
			return "", errFrame
		}
		return f.Visitor, nil
	})
	if code != 0 {
		return code, reason
	}
	last := int64(-1)
	if f.Last != nil {
		last = *f.Last
	}
	client, err := k.s.hub.Attach(k.ctx, k.reader(), k, last)
	if err != nil {
		return websocket.StatusServiceRestart, "please come back in a moment"
	}
	k.client = client
	close(k.attached)
	defer client.Detach()
	k.beat(client.Beat)
	return k.read(k.take, k.say)
}

// say refuses a frame in words.
func (k *socket) say(err error) {
	p := k.s.problemOf(k.ctx, k.by, err)
	k.client.Send(frame(ErrorFrame{"error", p.Code, p.Detail}))
}

var (
	errFrame    = vis.Errorf(vis.Invalid, "malformed", "This frame is not one of the protocol's.")
	errNotYours = vis.Errorf(vis.Forbidden, "not_allowed", "This frame is not for you to send.")
)

// take carries out one frame of the client. Nothing that a client sends here is stored but the page a visitor is on.
func (k *socket) take(data []byte) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return errFrame
	}
	switch kind.Type {
	case "ping":
		k.client.Send(frame(PongFrame{"pong"}))
		return nil
	case "typing":
		return with(data, k.typing)
	case "viewing":
		return with(data, k.viewing)
	case "page":
		return with(data, k.page)
	}
	return vis.Errorf(vis.Invalid, "unknown_type", "There is no such frame to send.")
}

func with[T any](data []byte, act func(T) error) error {
	var f T
	if err := strictly(data, &f); err != nil {
		return errFrame
	}
	return act(f)
}

// reach checks that a conversation is the reader's to look at, and remembers the last few that were.
func (k *socket) reach(id string) (touchable, error) {
	for _, t := range k.mayTouch {
		if string(t.id) == id {
			return t, nil
		}
	}
	c, err := k.s.desk.Conversation(k.ctx, k.by.Actor, vis.ConversationID(id))
	if err != nil {
		return touchable{}, err
	}
	t := touchable{c.ID, c.Customer.ID}
	if len(k.mayTouch) >= 8 {
		k.mayTouch = k.mayTouch[1:]
	}
	k.mayTouch = append(k.mayTouch, t)
	return t, nil
}

func (k *socket) typing(f TypeFrame) error {
	t, err := k.reach(f.ConversationID)
	if err != nil {
		return err
	}
	out := TypingFrame{Type: "typing", ConversationID: string(t.id), Author: TypingAuthor{Kind: "customer", ID: k.by.ID}, On: f.On}
	sign := realtime.Typing{Conversation: t.id, Customer: t.customer}
	if k.by.Kind != vis.ByCustomer {
		if err := k.by.Must(vis.WriteConversations); err != nil {
			return err
		}
		if k.by.Kind != vis.ByMember {
			return errNotYours
		}
		m := k.s.directory.of(k.ctx, k.by.Workspace).members[k.by.Member()]
		out.Author = TypingAuthor{Kind: "member", ID: k.by.ID, FirstName: m.FirstName, Face: m.Face}
		sign.Visitor = frame(out)
	}
	sign.Members = frame(out)
	k.client.Type(sign)
	return nil
}

func (k *socket) viewing(f ViewFrame) error {
	if k.by.Kind != vis.ByMember {
		return errNotYours
	}
	if f.ConversationID == nil {
		k.client.View("")
		return nil
	}
	t, err := k.reach(*f.ConversationID)
	if err == nil {
		k.client.View(t.id)
	}
	return err
}

func (k *socket) page(f PageFrame) error {
	if k.by.Kind != vis.ByCustomer {
		return errNotYours
	}
	now := k.s.clock.Now()
	if len(f.URL) > 2000 || utf8.RuneCountInString(f.Title) > 300 {
		return errFrame
	}
	p := (&Whereabouts{URL: f.URL, Title: f.Title}).view(now)
	if p == nil {
		return errFrame
	}
	k.client.OnPage(realtime.Page{URL: p.URL, Title: p.Title, At: p.At})
	if since := now.Sub(k.pageAt); since >= 0 && since < rememberPage {
		return nil
	}
	k.pageAt = now
	_, err := k.s.desk.Introduce(k.ctx, k.by.Actor, desk.Introduction{Page: p})
	return err
}
