package bench

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// floor measures the least that a durable message costs on this machine: a server that only
// appends what it is sent to a file, syncs once for all that queued meanwhile, acknowledges,
// and writes the same bytes to every socket. It knows no visitor, no conversation, no index.
func (r *run) floor(ctx context.Context) error {
	dir := filepath.Join(r.data, "floor")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	address, err := freeAddress(18140)
	if err != nil {
		return err
	}
	t := &target{address: address, floor: true}
	if _, err := t.spawn(ctx, filepath.Join(dir, "floor.log"), r.cfg.Binary, "bench", "--floor-serve", address, "--keep", dir); err != nil {
		return err
	}
	defer t.stop()
	if err := r.sustained(ctx, t); err != nil {
		return err
	}
	return r.inbound(ctx, t)
}

// floorServer is the bare floor's server.
type floorServer struct {
	file  *os.File
	queue chan appendix

	mu      sync.Mutex
	sockets map[chan []byte]bool
}

// appendix is one message that waits to be durable.
type appendix struct {
	body []byte
	done chan error
}

// serveFloor runs the floor's server until ctx ends.
func serveFloor(ctx context.Context, address, dir string) error {
	file, err := os.OpenFile(filepath.Join(dir, "floor.log.data"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	f := &floorServer{file: file, queue: make(chan appendix, 4096), sockets: map[chan []byte]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST /messages", f.message)
	mux.HandleFunc("GET /live", f.live)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go f.write(ctx)
	go func() {
		<-ctx.Done()
		_ = server.Close() // nothing is promised to anybody here
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func (f *floorServer) message(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	one := appendix{body, make(chan error, 1)}
	f.queue <- one
	if err := <-one.done; err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte("{}\n")) // a client that left gets no answer
}

// write makes whatever queued while the last sync ran durable with the next one.
func (f *floorServer) write(ctx context.Context) {
	out := bufio.NewWriterSize(f.file, 1<<20)
	var batch []appendix
	for {
		batch = batch[:0]
		select {
		case <-ctx.Done():
			return
		case one := <-f.queue:
			batch = append(batch, one)
		}
		for more := true; more && len(batch) < 256; {
			select {
			case one := <-f.queue:
				batch = append(batch, one)
			default:
				more = false
			}
		}
		for _, one := range batch {
			_, _ = out.Write(one.body) // a bufio.Writer keeps its error for Flush
			_ = out.WriteByte('\n')
		}
		err := out.Flush()
		if err == nil {
			err = datasync(f.file)
		}
		for _, one := range batch {
			one.done <- err
		}
		f.mu.Lock()
		for socket := range f.sockets {
			for _, one := range batch {
				select {
				case socket <- one.body:
				default: // a slow reader misses it; the bench counts what did not arrive
				}
			}
		}
		f.mu.Unlock()
	}
}

func (f *floorServer) live(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"visavis.v1"}})
	if err != nil {
		return // Accept answered already
	}
	defer socket.CloseNow()
	frames := make(chan []byte, 1024)
	f.mu.Lock()
	f.sockets[frames] = true
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.sockets, frames)
		f.mu.Unlock()
	}()
	ctx := socket.CloseRead(r.Context())
	for {
		select {
		case <-ctx.Done():
			return
		case frame := <-frames:
			if socket.Write(ctx, websocket.MessageText, frame) != nil {
				return
			}
		}
	}
}
