package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
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
	maxFrame      = 64 << 10
	helloWithin   = 10 * time.Second
	pongWithin    = 30 * time.Second
	writeWithin   = 15 * time.Second
	framesASecond = 20
	framesAtOnce  = 40
	maxFaults     = 10 // refused frames until the connection is closed
	rememberPage  = 30 * time.Second
)

func (s *Server) liveRoutes() {
	s.mux.HandleFunc("GET /api/v1/live", s.live)
}

// live admits a connection and lets it live on its own: the request, its headers and the deep stack of a handler are not kept for
// as long as a visitor looks at a page.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	by, err := s.admitSocket(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}, OriginPatterns: []string{"*"}, // checked above
		CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(maxFrame)
	ctx, cancel := context.WithCancel(s.life)
	k := &socket{s: s, conn: conn, ctx: ctx, cancel: cancel, attached: make(chan struct{}), by: by, allowance: framesAtOnce}
	go k.live()
}

// live is one connection's whole life.
func (k *socket) live() {
	defer k.cancel()
	defer func() {
		if p := recover(); p != nil {
			k.s.metrics.panics.Inc()
			k.s.log.Error("a live connection panicked", "panic", p, "stack", string(debug.Stack()))
			_ = k.conn.Close(websocket.StatusInternalError, "something went wrong here")
		}
	}()
	code, reason := k.run()
	_ = k.conn.Close(code, reason) // whoever is there still is told why
}

// admitSocket checks where a connection comes from and who asks by cookie or token. A visitor says who she is in her hello.
func (s *Server) admitSocket(r *http.Request) (caller, error) {
	if origin := r.Header.Get("Origin"); origin != "" && !s.ownOrigin(r, origin) {
		return caller{}, vis.Errorf(vis.Forbidden, "foreign_origin", "Another site's page may not connect here.")
	}
	if r.Header.Get("Authorization") != "" {
		by, err := s.authenticate(r, staffers)
		if err == nil {
			err = by.Must(vis.ReadConversations)
		}
		return by, err
	}
	if _, ok := sessionOf(r); ok && r.Header.Get("Origin") == "" {
		return caller{}, vis.Errorf(vis.Forbidden, "foreign_origin", "A connection with a cookie must say which page it comes from.")
	}
	by := caller{address: addressOf(r, s.trusted)}
	if err := s.asMember(r, &by); err != nil && !errors.Is(err, errNobody) && vis.CodeOf(err) != vis.Unauthenticated {
		return caller{}, err
	}
	return by, nil // nobody so far is fine: the hello decides
}

// socket is one live connection.
type socket struct {
	s        *Server
	conn     *websocket.Conn
	ctx      context.Context
	cancel   context.CancelFunc
	by       caller
	client   *realtime.Client
	attached chan struct{} // closed once client is set

	// These belong to the reading goroutine.
	allowance float64 // frames that may come at once
	countedAt time.Time
	faults    int
	mayTouch  []touchable
	pageAt    time.Time
}

// touchable is a conversation that this connection may look at and type in.
type touchable struct {
	id       vis.ConversationID
	customer vis.CustomerID
}

// Wake implements realtime.Conn.
func (k *socket) Wake() { go k.pump() }

// Close implements realtime.Conn.
func (k *socket) Close(code int, reason string) {
	go func() {
		_ = k.conn.Close(websocket.StatusCode(code), reason)
		k.cancel()
	}()
}

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
	last, code, reason := k.hello()
	if code != 0 {
		return code, reason
	}
	client, err := k.s.hub.Attach(k.ctx, k.reader(), k, last)
	if err != nil {
		return websocket.StatusServiceRestart, "please come back in a moment"
	}
	k.client = client
	close(k.attached)
	defer client.Detach()
	time.AfterFunc(beatEvery, k.beat)
	return k.read()
}

// beat makes sure that the far end is there; one that does not answer is let go.
func (k *socket) beat() {
	if k.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(k.ctx, pongWithin)
	err := k.conn.Ping(ctx)
	cancel()
	if err != nil {
		k.cancel()
		return
	}
	k.client.Beat()
	time.AfterFunc(beatEvery, k.beat)
}

// hello reads the first frame, which says who a visitor is and where the reader stopped.
func (k *socket) hello() (last int64, code websocket.StatusCode, reason string) {
	ctx, cancel := context.WithTimeout(k.ctx, helloWithin)
	defer cancel()
	_, data, err := k.conn.Read(ctx)
	if err != nil {
		return 0, websocket.StatusPolicyViolation, "a hello comes first, within ten seconds"
	}
	var f HelloFrame
	if err := strictly(data, &f); err != nil || f.Type != "hello" || f.Last != nil && *f.Last < 0 {
		return 0, websocket.StatusPolicyViolation, "a hello comes first"
	}
	if f.Visitor != "" {
		// A visitor is a visitor, also in the browser of a member who is signed in.
		by := caller{address: k.by.address, secret: f.Visitor}
		by.Actor, by.visit, err = k.s.desk.VisitorBy(ctx, f.Visitor)
		k.by = by
	} else if k.by.ID == "" {
		err = errNobody
	}
	switch {
	case err == nil:
	case vis.CodeOf(err) == vis.Unauthenticated, vis.CodeOf(err) == vis.NotFound:
		return 0, realtime.CloseEnded, "the session ended"
	default:
		k.s.log.Error("a live connection could not be checked", "error", err)
		return 0, websocket.StatusServiceRestart, "please come back in a moment"
	}
	if f.Last == nil {
		return -1, 0, ""
	}
	return *f.Last, 0, ""
}

// strictly reads one JSON value with no unknown fields.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// reader says to the hub who reads, and how to find out whether she still may.
func (k *socket) reader() realtime.Reader {
	by := k.by
	r := realtime.Reader{Actor: by.Actor, Channel: by.visit.Channel, Session: sessionName(by.secret)}
	switch by.Kind {
	case vis.ByCustomer:
		r.Valid = func(ctx context.Context) bool {
			now, _, err := k.s.desk.VisitorBy(ctx, by.secret)
			return unsure(err) || err == nil && now.ID == by.ID
		}
	case vis.ByMember:
		r.Valid = func(ctx context.Context) bool {
			now, _, err := k.s.staff.BySession(ctx, by.secret)
			return unsure(err) || err == nil && now.ID == by.ID && now.Role == by.Role
		}
	case vis.ByToken:
		r.Valid = func(ctx context.Context) bool {
			now, err := k.s.staff.ByToken(ctx, by.secret)
			return unsure(err) || err == nil && now.ID == by.ID && slices.Equal(now.Scopes, by.Scopes)
		}
	case vis.BySystem:
	}
	return r
}

// unsure reports an error that says nothing about the session, such as a database that is busy: nobody is sent away for it.
func unsure(err error) bool {
	if err == nil {
		return false
	}
	code := vis.CodeOf(err)
	return code == "" || code == vis.Unavailable
}

func (k *socket) read() (websocket.StatusCode, string) {
	k.countedAt = k.s.clock.Now()
	for {
		typ, data, err := k.conn.Read(k.ctx)
		if err != nil {
			return websocket.StatusNormalClosure, ""
		}
		switch {
		case typ != websocket.MessageText:
			return websocket.StatusUnsupportedData, "frames are JSON texts"
		case !utf8.Valid(data):
			return websocket.StatusInvalidFramePayloadData, "a text must be UTF-8"
		case !k.allowed():
			return websocket.StatusPolicyViolation, "too many frames"
		}
		if err := k.take(data); err != nil {
			if k.faults++; k.faults > maxFaults {
				return websocket.StatusPolicyViolation, "too many wrong frames"
			}
			k.say(err)
		}
	}
}

// allowed counts a frame against what may come in a second.
func (k *socket) allowed() bool {
	if k.s.limits.off {
		return true
	}
	now := k.s.clock.Now()
	k.allowance = min(framesAtOnce, k.allowance+max(0, now.Sub(k.countedAt).Seconds())*framesASecond) // a clock set back takes nothing
	k.countedAt = now
	k.allowance--
	return k.allowance >= 0
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
