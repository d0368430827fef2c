package bench

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// wire is one kept-alive HTTP/1.1 connection. It costs the generator a fraction of what
// http.Client does, and the generator shares its cores with the server it measures.
type wire struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	out     []byte
	body    []byte
}

// request is one call. The body is JSON, or nil.
type request struct {
	method, path string
	auth         string // the Authorization header
	origin       string
	key          string // the Idempotency-Key
	body         []byte
}

// do sends r and returns the status and the body, which is valid until the next call.
func (w *wire) do(r request) (int, []byte, error) {
	status, body, err := w.once(r)
	if err != nil && w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
	return status, body, err
}

func (w *wire) once(r request) (int, []byte, error) {
	if w.conn == nil {
		conn, err := net.DialTimeout("tcp", w.address, 5*time.Second)
		if err != nil {
			return 0, nil, err
		}
		w.conn, w.in = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	out := append(w.out[:0], r.method...)
	out = append(append(append(out, ' '), r.path...), " HTTP/1.1\r\nHost: "...)
	out = append(out, w.address...)
	header := func(name, value string) {
		if value != "" {
			out = append(append(append(append(append(out, "\r\n"...), name...), ": "...), value...), ""...)
		}
	}
	header("Authorization", r.auth)
	header("Origin", r.origin)
	header("Idempotency-Key", r.key)
	if r.body != nil {
		header("Content-Type", "application/json")
	}
	if r.body != nil || r.method != http.MethodGet {
		header("Content-Length", strconv.Itoa(len(r.body)))
	}
	out = append(append(out, "\r\n\r\n"...), r.body...)
	w.out = out
	_ = w.conn.SetDeadline(time.Now().Add(30 * time.Second)) // a dead connection fails in Write
	if _, err := w.conn.Write(out); err != nil {
		return 0, nil, err
	}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return 0, nil, err
	}
	w.body, err = readInto(w.body[:0], answer.Body)
	answer.Body.Close()
	if answer.Close && err == nil {
		w.conn.Close()
		w.conn = nil
	}
	return answer.StatusCode, w.body, err
}

func (w *wire) close() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// readInto reads all of r into buffer, growing it only when it must.
func readInto(buffer []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := r.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
	}
}

// newID makes a random UUID (version 4).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
