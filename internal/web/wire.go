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

	"visavis/internal/realtime"
	"visavis/internal/vis"
)

// The bounds of every WebSocket.
const (
	maxFrame    = 64 << 10
	helloWithin = 10 * time.Second
	pongWithin  = 30 * time.Second
	writeWithin = 15 * time.Second
	maxFaults   = 10 // refused frames until the connection is closed
)

// wire is one WebSocket, whatever travels on it: who is at its far end, how much she may send, and that she is there still.
type wire struct {
	s      *Server
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	by     caller
	pace   pace

	// These belong to the reading goroutine.
	allowance float64 // frames that may come at once
	countedAt time.Time
	faults    int
}

// pace is how many frames may come: in a second, and at once.
type pace struct{ second, once float64 }

// accept admits a connection, for the caller to let it live on a goroutine of its own: the request, its headers and the deep stack of a
// handler are not kept for as long as somebody looks at a page.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, protocol string, compress websocket.CompressionMode, p pace) (*wire, bool) {
	by, err := s.admitSocket(r)
	if err != nil {
		s.refuse(w, r, err)
		return nil, false
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}, OriginPatterns: []string{"*"}, // checked above
		CompressionMode: compress})
	if err != nil {
		return nil, false // Accept has answered
	}
	conn.SetReadLimit(maxFrame)
	ctx, cancel := context.WithCancel(s.life)
	return &wire{s: s, conn: conn, ctx: ctx, cancel: cancel, by: by, pace: p, allowance: p.once}, true
}

// live is one connection's whole life. run returns what to close it with.
func (k *wire) live(run func() (websocket.StatusCode, string)) {
	defer k.cancel()
	defer func() {
		if p := recover(); p != nil {
			k.s.metrics.panics.Inc()
			k.s.log.Error("a live connection panicked", "panic", p, "stack", string(debug.Stack()))
			_ = k.conn.Close(websocket.StatusInternalError, "something went wrong here")
		}
	}()
	code, reason := run()
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

// Close implements realtime.Conn.
func (k *wire) Close(code int, reason string) {
	go func() {
		_ = k.conn.Close(websocket.StatusCode(code), reason)
		k.cancel()
	}()
}

// hello reads the first frame, which says who a visitor is. read returns her token, "" for whoever is known by her cookie or token.
func (k *wire) hello(read func(data []byte) (visitor string, err error)) (code websocket.StatusCode, reason string) {
	ctx, cancel := context.WithTimeout(k.ctx, helloWithin)
	defer cancel()
	_, data, err := k.conn.Read(ctx)
	if err != nil {
		return websocket.StatusPolicyViolation, "a hello comes first, within ten seconds"
	}
	visitor, err := read(data)
	if err != nil {
		return websocket.StatusPolicyViolation, "a hello comes first"
	}
	if visitor != "" {
		// A visitor is a visitor, also in the browser of a member who is signed in.
		by := caller{address: k.by.address, secret: visitor}
		by.Actor, by.visit, err = k.s.desk.VisitorBy(ctx, visitor)
		k.by = by
	} else if k.by.ID == "" {
		err = errNobody
	}
	switch {
	case err == nil:
		return 0, ""
	case vis.CodeOf(err) == vis.Unauthenticated, vis.CodeOf(err) == vis.NotFound:
		return realtime.CloseEnded, "the session ended"
	}
	k.s.log.Error("a live connection could not be checked", "error", err)
	return websocket.StatusServiceRestart, "please come back in a moment"
}

// beat makes sure, from time to time, that the far end is there; one that does not answer is let go. then is called after each answer.
func (k *wire) beat(then func()) {
	time.AfterFunc(beatEvery, func() {
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
		then()
		k.beat(then)
	})
}

// read takes frames until the connection ends, and returns what to close it with. Those that take refuses are answered by say.
func (k *wire) read(take func(data []byte) error, say func(error)) (websocket.StatusCode, string) {
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
		if err := take(data); err != nil {
			if k.faults++; k.faults > maxFaults {
				return websocket.StatusPolicyViolation, "too many wrong frames"
			}
			say(err)
		}
	}
}

// allowed counts a frame against what may come in a second.
func (k *wire) allowed() bool {
	if k.s.limits.off {
		return true
	}
	now := k.s.clock.Now()
	k.allowance = min(k.pace.once, k.allowance+max(0, now.Sub(k.countedAt).Seconds())*k.pace.second) // a clock set back takes nothing
	k.countedAt = now
	k.allowance--
	return k.allowance >= 0
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
func (k *wire) reader() realtime.Reader {
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
