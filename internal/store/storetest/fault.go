package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/store"
	"visavis/internal/vis"
)

// cut is where a wire breaks a connection.
type cut int32

const (
	whole      cut = iota
	beforeSent     // COMMIT never reaches the server
	afterDone      // COMMIT is done, and its answer never comes back
	anywhere       // with the next thing that is said
)

// wire carries connections to a PostgreSQL server and breaks one when told to.
type wire struct {
	listener net.Listener
	server   string
	mode     atomic.Int32
	wait     sync.WaitGroup
}

// laid starts a wire to the server of base and returns it with the address that goes through it.
func laid(t testing.TB, base string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(base)
	check(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	w := &wire{listener: l, server: u.Host}
	if u.Port() == "" {
		w.server += ":5432"
	}
	w.wait.Go(w.serve)
	t.Cleanup(func() {
		_ = l.Close() // it only has to end
		w.wait.Wait()
	})
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	return w, u.String()
}

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		w.wait.Go(func() { w.carry(client, server) })
	}
}

// commit is how the driver names the prepared COMMIT when it executes it.
var commit = func() []byte {
	sum := sha256.Sum256([]byte("COMMIT"))
	return []byte("stmt_" + hex.EncodeToString(sum[:24]))
}()

func (w *wire) carry(client, server net.Conn) {
	defer func() { _, _ = client.Close(), server.Close() }()
	w.wait.Go(func() {
		_, _ = io.Copy(client, server) // ends with either side
		_ = client.Close()
	})
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		said := buffer[:n]
		mode := cut(w.mode.Load())
		if mode == anywhere || mode != whole && bytes.Contains(said, commit) {
			w.mode.Store(int32(whole))
			if mode == afterDone {
				_ = client.Close() // first, so that the answer finds nobody
				if _, err := server.Write(said); err != nil {
					return
				}
				// The server commits although nobody listens any more; only then is the connection let go.
				time.Sleep(50 * time.Millisecond)
			}
			return
		}
		if _, err := server.Write(said); err != nil {
			return
		}
	}
}

// LoseConnections breaks the writer's connection around its COMMIT: every command is done exactly once.
func LoseConnections(t *testing.T, e Engine) {
	base := e.URL(t)
	w, through := laid(t, base)
	h := found(t, OpenWith(t, through, store.Options{Clock: vis.ClockFunc(time.Now)}))
	direct := *h
	direct.store = Open(t, base)
	ctx := t.Context()
	total := 0
	for _, mode := range []cut{beforeSent, afterDone, anywhere, afterDone, beforeSent, afterDone} {
		release := block(t, h)
		const n = 10
		results := make(chan error, n)
		for range n {
			go func() {
				results <- h.update(ctx, func(tx everything) error {
					number, err := tx.NextNumber(ctx) // running twice would leave a hole in the numbers
					if err != nil {
						return err
					}
					if err := tx.InsertConversation(ctx, newConversation(h, number)); err != nil {
						return err
					}
					return tx.Append(ctx, vis.NewEvent(vis.System(h.ws), now, desk.ConversationStarted, nil))
				})
			}()
		}
		for h.store.Stats().Queued < n {
			time.Sleep(time.Millisecond)
		}
		release()
		w.mode.Store(int32(mode))
		for range n {
			check(t, <-results)
		}
		total += n
		if cut(w.mode.Load()) != whole {
			t.Fatal("nothing was cut")
		}
	}
	head := read(t, &direct, func(tx everything) (int64, error) { return tx.Head(ctx) })
	var next int64
	write(t, &direct, func(tx everything) (err error) {
		next, err = tx.NextNumber(ctx)
		return err
	})
	if head != int64(total) || next != int64(total+1) {
		t.Errorf("%d commands left %d events and %d conversations", total, head, next-1)
	}
	if err := h.view(ctx, func(everything) error { return nil }); err != nil {
		t.Errorf("read after lost connections: %v", err)
	}
}
