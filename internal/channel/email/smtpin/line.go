package smtpin

import (
	"crypto/tls"
	"errors"
	"math"
	"net"
	"net/netip"
	"time"
)

// unansweredMost is how many bytes of commands may come before we have answered: a line of a letter may be as long as the letter, one with
// a command need not be kept in memory for ever.
const unansweredMost = 64 << 10

// guarded turns away who is one too many.
type guarded struct {
	net.Listener
	server *Server
	// ofOne is how many lines one address may have; 0 for any number.
	ofOne int
}

// Accept implements net.Listener.
func (g *guarded) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at, _ := netip.ParseAddrPort(c.RemoteAddr().String())                                          // none on this machine's own sockets
		l := &line{Conn: c, server: g.server, from: at.Addr().Unmap(), until: time.Now().Add(lineFor)} //nolint:forbidigo // a deadline of the network
		if g.server.enter(l, g.ofOne) {
			_ = c.SetDeadline(l.until)
			return l, nil
		}
		g.server.count.turned.Add(1)
		_ = c.SetWriteDeadline(time.Now().Add(answerFor)) //nolint:forbidigo // likewise
		_, _ = c.Write([]byte("421 4.3.2 Too many connections; please try again later\r\n"))
		_ = c.Close()
	}
}

// line is a connection that counts, and that ends after a time whatever is said over it.
type line struct {
	net.Conn
	server *Server
	from   netip.Addr
	until  time.Time

	// Guarded by the server's lock.
	left       bool
	busy       bool // a letter is on its way over it
	unanswered int64
}

var errTooMuch = errors.New("smtpin: more commands than are answered")

// Read implements net.Conn.
func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	if l.unanswered += int64(n); l.unanswered > unansweredMost {
		return 0, errTooMuch
	}
	return n, err
}

// Write implements net.Conn.
func (l *line) Write(p []byte) (int, error) {
	l.server.mu.Lock()
	if !l.busy {
		l.unanswered = 0
	}
	l.server.mu.Unlock()
	return l.Conn.Write(p)
}

// enter lets a line in unless it is one too many.
func (s *Server) enter(l *line, ofOne int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || len(s.lines) >= s.o.MaxLines || ofOne > 0 && s.ofOne[l.from] >= ofOne {
		return false
	}
	s.lines[l] = true
	s.ofOne[l.from]++
	s.under.Add(1)
	return true
}

// Close implements net.Conn.
func (l *line) Close() error {
	l.server.leave(l)
	return l.Conn.Close()
}

func (s *Server) leave(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.left {
		return
	}
	l.left = true
	delete(s.lines, l)
	if s.ofOne[l.from]--; s.ofOne[l.from] == 0 {
		delete(s.ofOne, l.from)
	}
	s.under.Done()
}

// SetReadDeadline implements net.Conn: no later than the end of the line, and at once when we are closing and no letter is on its way.
func (l *line) SetReadDeadline(t time.Time) error {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	switch {
	case l.server.closing && !l.busy:
		t = past
	case t.IsZero() || t.After(l.until):
		t = l.until
	}
	return l.Conn.SetReadDeadline(t)
}

var past = time.Unix(1, 0)

// lineOf is the line under a connection, whether or not it was protected since.
func lineOf(c net.Conn) *line {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return c.(*line) //nolint:forcetypeassert // guarded lets in nothing else
}

// begin marks a line as one that a letter comes over; false when we are closing.
func (s *Server) begin(l *line) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	l.busy = true
	l.unanswered = math.MinInt64 // until its answer
	s.under.Add(1)
	return true
}

func (s *Server) end(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.busy = false
	s.under.Done()
}

// shut lets nobody in any more, and ends the lines that no letter is coming over.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for l := range s.lines {
		if !l.busy {
			_ = l.Conn.SetReadDeadline(past)
		}
	}
}

// cut ends every line.
func (s *Server) cut() {
	s.mu.Lock()
	open := make([]*line, 0, len(s.lines))
	for l := range s.lines {
		open = append(open, l)
	}
	s.mu.Unlock()
	for _, l := range open {
		_ = l.Close()
	}
}
