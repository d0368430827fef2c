package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Frame is a frame of the live socket, as far as the torture reads it.
type Frame struct {
	Type  string
	Seq   int64
	Code  string
	Event Event
}

// Event is an event of the log, as far as the torture reads it.
type Event struct {
	Seq            int64
	Type           string
	ConversationID string
	Message        *Message
}

// Dial opens the live socket and says hello. last is the last sequence number seen, 0 for
// none; visitor is a visitor's token, or "".
func Dial(ctx context.Context, base, auth, visitor string, last int64) (*websocket.Conn, error) {
	header := http.Header{}
	if auth != "" {
		header.Set("Authorization", auth)
	} else {
		header.Set("Origin", base)
	}
	socket, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/v1/live", &websocket.DialOptions{
		HTTPHeader: header, Subprotocols: []string{"visavis.v1"},
	})
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(8 << 20)
	hello := map[string]any{"type": "hello"}
	if last > 0 {
		hello["last"] = last
	}
	if visitor != "" {
		hello["visitor"] = visitor
	}
	if err := Write(ctx, socket, hello); err != nil {
		socket.CloseNow()
		return nil, err
	}
	return socket, nil
}

// Write sends one frame.
func Write(ctx context.Context, socket *websocket.Conn, frame any) error {
	text, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return socket.Write(ctx, websocket.MessageText, text)
}

// Read reads one frame.
func Read(ctx context.Context, socket *websocket.Conn) (Frame, error) {
	var frame Frame
	_, text, err := socket.Read(ctx)
	if err != nil {
		return frame, err
	}
	return frame, json.Unmarshal(text, &frame)
}

// Watcher follows the live socket as an agent through every kill, and writes what it is
// shown into the ledger. Told to read everything again, it reads what it missed from the log
// of events, as a client does whose screen shows everything.
type Watcher struct {
	ledger  *Ledger
	api     *Client
	shown   atomic.Int64
	reloads atomic.Int64
	dials   atomic.Int64
}

// Follow keeps a socket open until ctx ends. It comes back after each cut with the last
// sequence number it saw.
func (w *Watcher) Follow(ctx context.Context, s *Server) error {
	var last int64
	for ctx.Err() == nil {
		socket, err := Dial(ctx, s.Base, "Bearer "+s.Token, "", last)
		if err == nil {
			w.dials.Add(1)
			err = w.read(ctx, socket, &last)
			socket.CloseNow()
			if err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// read returns nil when the socket ends, and an error when the server broke its protocol.
func (w *Watcher) read(ctx context.Context, socket *websocket.Conn, last *int64) error {
	for {
		frame, err := Read(ctx, socket)
		if err != nil {
			return nil // cut: the process was killed, or the run is over
		}
		switch frame.Type {
		case "welcome":
			if *last == 0 {
				*last = frame.Seq
			}
		case "skip":
			*last = max(*last, frame.Seq)
		case "reload":
			w.reloads.Add(1)
			if !w.reread(ctx, last, frame.Seq) {
				return nil // killed meanwhile: the next socket says where it stands
			}
		case "event":
			if frame.Event.Seq <= *last {
				return fmt.Errorf("event %d was shown after %d", frame.Event.Seq, *last)
			}
			*last = frame.Event.Seq
			w.note(frame.Event)
		}
	}
}

// reread reads the events after last up to seq, and says whether it got them all.
func (w *Watcher) reread(ctx context.Context, last *int64, seq int64) bool {
	for *last < seq {
		var page struct{ Items []Event }
		path := fmt.Sprintf("/api/v1/events?after=%d&limit=100", *last)
		if w.api.Call(ctx, http.MethodGet, path, "", nil, &page) != nil || len(page.Items) == 0 {
			return false
		}
		for _, event := range page.Items {
			*last = event.Seq
			w.note(event)
		}
	}
	return true
}

func (w *Watcher) note(event Event) {
	switch event.Type {
	case "message.received", "message.sent", "note.written":
	default:
		return
	}
	m := event.Message
	if m == nil {
		return
	}
	w.ledger.Write(Entry{
		Kind: Seen, From: watcher, Text: m.Text, Seq: event.Seq,
		Conversation: m.ConversationID, Message: m.ID, Position: m.Position,
	})
	w.shown.Add(1)
}
