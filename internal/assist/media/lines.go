package media

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// The bounds of connections to the relay, which anybody may open.
const (
	linesMost   = 1024
	linesOfOne  = 64               // address: a company is one
	firstWithin = 10 * time.Second // its first words, TLS among them
	quietFor    = time.Minute      // what carries a call is never silent for so long
)

// lines takes connections, so many at once and of one address, and lets those go that are silent.
type lines struct {
	net.Listener
	tls *tls.Config // nil for bare TCP

	mu   sync.Mutex
	open map[string]int // by address
	all  int
}

func newLines(l net.Listener, c *tls.Config) *lines {
	return &lines{Listener: l, tls: c, open: make(map[string]int)}
}

// Accept implements net.Listener.
func (l *lines) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, _, _ := net.SplitHostPort(conn.RemoteAddr().String()) // of a socket it is always one
		if !l.enter(from) {
			_ = conn.Close()
			continue
		}
		if l.tls != nil {
			conn = tls.Server(conn, l.tls) // shakes hands with the first words, under their deadline
		}
		return &line{Conn: conn, wait: firstWithin, gone: sync.OnceFunc(func() { l.leave(from) })}, nil
	}
}

func (l *lines) enter(from string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= linesMost || l.open[from] >= linesOfOne {
		return false
	}
	l.all++
	l.open[from]++
	return true
}

func (l *lines) leave(from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.open[from]--; l.open[from] == 0 {
		delete(l.open, from)
	}
}

// line is one connection. It is read by one goroutine.
type line struct {
	net.Conn
	wait time.Duration
	gone func()
}

// Read implements net.Conn.
func (l *line) Read(p []byte) (int, error) {
	if err := l.SetReadDeadline(time.Now().Add(l.wait)); err != nil {
		return 0, err
	}
	n, err := l.Conn.Read(p)
	l.wait = quietFor
	return n, err
}

// Close implements net.Conn.
func (l *line) Close() error {
	defer l.gone()
	return l.Conn.Close()
}
