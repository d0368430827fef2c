package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// agents are open desks: sockets on which every message is expected.
type agents struct {
	sockets []*websocket.Conn
	reading sync.WaitGroup

	started  atomic.Pointer[[]atomic.Int64]
	arrivals atomic.Int64
	cut      atomic.Int64 // sockets that the server closed
	late     samples      // from due to shown
}

// connect opens count sockets with what open gives.
func connect(ctx context.Context, count int, open func(ctx context.Context) (*websocket.Conn, error)) (*agents, error) {
	a := &agents{}
	for range count {
		socket, err := open(ctx)
		if err != nil {
			a.close()
			return nil, fmt.Errorf("open an agent's socket: %w", err)
		}
		a.sockets = append(a.sockets, socket)
		a.reading.Go(func() { a.read(ctx, socket) })
	}
	return a, nil
}

// watch makes the readers measure the messages whose due times are in started.
func (a *agents) watch(started []atomic.Int64) { a.started.Store(&started) }

func (a *agents) read(ctx context.Context, socket *websocket.Conn) {
	var mine []time.Duration
	defer func() { a.late.merge(mine) }()
	for {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			if websocket.CloseStatus(err) > 0 {
				a.cut.Add(1)
			}
			return
		}
		at := now()
		started := a.started.Load()
		if started == nil {
			continue
		}
		numbers(frame, func(n int) {
			if n < len(*started) {
				if due := (*started)[n].Load(); due > 0 {
					mine = append(mine, time.Duration(at-due))
					a.arrivals.Add(1)
				}
			}
		})
	}
}

// settle waits until every socket showed count messages, or for the given time.
func (a *agents) settle(count int, atMost time.Duration) {
	want := int64(count * len(a.sockets))
	for deadline := time.Now().Add(atMost); a.arrivals.Load() < want && time.Now().Before(deadline); {
		time.Sleep(2 * time.Millisecond)
	}
}

func (a *agents) close() {
	for _, socket := range a.sockets {
		socket.CloseNow()
	}
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
