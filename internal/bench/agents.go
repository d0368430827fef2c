package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// agents are open desks: sockets on which every message is expected. An agent whose socket
// the server cuts comes back at once with the last sequence number she saw, as a desk does.
type agents struct {
	count   int
	open    func(ctx context.Context, last int64) (*websocket.Conn, error)
	stop    context.CancelFunc
	reading sync.WaitGroup

	started  atomic.Pointer[[]atomic.Int64]
	arrivals atomic.Int64
	cut      atomic.Int64 // sockets that the server closed
	reloads  atomic.Int64 // times an agent was told to read everything again
	late     samples      // from due to shown
}

// connect opens count sockets with what open gives; last is 0 the first time.
func connect(ctx context.Context, count int, open func(ctx context.Context, last int64) (*websocket.Conn, error)) (*agents, error) {
	ctx, stop := context.WithCancel(ctx)
	a := &agents{count: count, open: open, stop: stop}
	for range count {
		socket, err := open(ctx, 0)
		if err != nil {
			a.close()
			return nil, fmt.Errorf("open an agent's socket: %w", err)
		}
		a.reading.Go(func() { a.follow(ctx, socket) })
	}
	return a, nil
}

// watch makes the readers measure the messages whose due times are in started.
func (a *agents) watch(started []atomic.Int64) { a.started.Store(&started) }

// follow reads a socket, and its successors, until ctx ends.
func (a *agents) follow(ctx context.Context, socket *websocket.Conn) {
	var mine []time.Duration
	defer func() { a.late.merge(mine) }()
	var last int64
	for {
		a.read(ctx, socket, &last, &mine)
		socket.CloseNow()
		if ctx.Err() != nil {
			return
		}
		a.cut.Add(1)
		var err error
		for socket, err = a.open(ctx, last); err != nil; socket, err = a.open(ctx, last) {
			if ctx.Err() != nil {
				return
			}
			sleep(ctx, 20*time.Millisecond)
		}
	}
}

// read returns when the socket ends.
func (a *agents) read(ctx context.Context, socket *websocket.Conn, last *int64, mine *[]time.Duration) {
	for {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			return
		}
		at := now()
		if seq := sequence(frame); seq > 0 {
			*last = seq
		}
		if bytes.HasPrefix(frame, []byte(`{"type":"reload"`)) {
			a.reloads.Add(1)
		}
		started := a.started.Load()
		if started == nil {
			continue
		}
		if n := number(frame); n >= 0 && n < len(*started) {
			if due := (*started)[n].Load(); due > 0 {
				*mine = append(*mine, time.Duration(at-due))
				a.arrivals.Add(1)
			}
		}
	}
}

// sequence is the first "seq" that a frame names, 0 when it names none.
func sequence(frame []byte) int64 {
	const name = `"seq":`
	at := bytes.Index(frame, []byte(name))
	if at < 0 {
		return 0
	}
	var seq int64
	for _, b := range frame[at+len(name):] {
		if b < '0' || b > '9' {
			break
		}
		seq = seq*10 + int64(b-'0')
	}
	return seq
}

// settle waits until every socket showed count messages, or for the given time.
func (a *agents) settle(count int, atMost time.Duration) {
	want := int64(count * a.count)
	for deadline := time.Now().Add(atMost); a.arrivals.Load() < want && time.Now().Before(deadline); {
		time.Sleep(2 * time.Millisecond)
	}
}

func (a *agents) close() {
	a.stop()
	a.reading.Wait()
}

// openSocket opens one live socket and says hello.
func openSocket(ctx context.Context, address, path, auth, origin, hello string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	header := http.Header{}
	if auth != "" {
		header.Set("Authorization", auth)
	}
	if origin != "" {
		header.Set("Origin", origin)
	}
	socket, answer, err := websocket.Dial(ctx, "ws://"+address+path, &websocket.DialOptions{
		HTTPHeader: header, Subprotocols: []string{"visavis.v1"}, HTTPClient: &http.Client{Transport: socketTransport},
	})
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("%s: %w", answer.Status, err)
		}
		return nil, err
	}
	socket.SetReadLimit(16 << 20)
	if hello == "" {
		return socket, nil
	}
	if err := socket.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		socket.CloseNow()
		return nil, err
	}
	_, first, err := socket.Read(ctx)
	if err == nil && !strings.Contains(string(first), `"welcome"`) {
		err = fmt.Errorf("the hello was answered with %.200s", first)
	}
	if err != nil {
		socket.CloseNow()
		return nil, err
	}
	return socket, nil
}

var socketTransport = &http.Transport{DisableCompression: true}
