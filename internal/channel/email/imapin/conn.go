package imapin

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// conn is a connection to a server that may be anybody's. It ends when more bytes come than were asked for, or none for too long. The
// library above has deadlines of its own that allow a drip to go on for ever; they are not heeded.
type conn struct {
	net.Conn

	mu    sync.Mutex
	left  int64         // bytes that may still come
	quiet time.Duration // without a byte; 0 for ever
	cause error         // why we ended it
	over  error         // of the first read that failed; none succeeds after it
}

var (
	errTooMuch = errors.New("imapin: the server's answer has no end")
	errSlow    = errors.New("imapin: no answer in time")
)

// expect says how much may come from now on, and how long a silence may last.
func (c *conn) expect(bytes int64, quiet time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.quiet = bytes, quiet
	c.extend()
}

func (c *conn) extend() {
	until := time.Time{}
	if c.quiet > 0 {
		until = time.Now().Add(c.quiet)
	}
	_ = c.Conn.SetReadDeadline(until) // of a closed connection: reading tells
}

// end closes the connection for a reason.
func (c *conn) end(why error) {
	c.mu.Lock()
	if c.cause == nil {
		c.cause = why
	}
	c.mu.Unlock()
	_ = c.Conn.Close()
}

// why is for what reason we ended it, nil if we did not.
func (c *conn) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left -= int64(n)
	switch {
	case c.over != nil:
		return 0, c.over
	case c.left < 0:
		err = errTooMuch
	case err == nil:
		c.extend()
		return n, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errSlow
	}
	if c.over = err; c.cause == nil && (err == errTooMuch || err == errSlow) {
		c.cause = err
	}
	return n, err
}

// SetReadDeadline is not heeded: see conn.
func (*conn) SetReadDeadline(time.Time) error { return nil }
