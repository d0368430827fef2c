package torture

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"
)

// cut is a moment at which a line is cut: when a word is said on it.
type cut struct {
	word string
	when int
}

const (
	beforeSaid  = iota // what we say with the word in it is not brought to the other side
	beforeHeard        // it is, and its answer is not brought back
	whileHeard         // the other side's answer is brought up to the word
)

// theDot ends a letter as it is handed over; another command may follow at once.
const theDot = "\r\n.\r\n"

// cutter stands between two programs. When told to, it cuts the line between them at its moment.
type cutter struct {
	cut
	next atomic.Int64 // how many lines are still to be cut
}

func newCutter(t *testing.T, at, to string, when cut) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{cut: when}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go c.join(near, to)
		}
	}()
	return c
}

func (c *cutter) join(near net.Conn, to string) {
	defer near.Close()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	var deaf atomic.Bool // the far side is let come to its end, and nobody hears it
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer near.Close()
		c.bring(far, near, &deaf, c.when == whileHeard)
	}()
	c.bring(near, far, &deaf, c.when != whileHeard)
	if !deaf.Load() {
		far.Close()
	}
	<-done
}

// bring brings what one side says to the other, until one of them ends or the moment has come, if it may come on this side.
func (c *cutter) bring(from, to net.Conn, deaf *atomic.Bool, watched bool) {
	var said []byte // the last of it
	p := make([]byte, 32<<10)
	for {
		n, err := from.Read(p)
		part := p[:n]
		said = append(said[max(0, len(said)-len(c.word)+1):], part...)
		if deaf.Load() {
			if !watched { // it is done, and answered
				c.next.Add(-1)
			}
			return
		}
		if at := bytes.Index(said, []byte(c.word)); watched && at >= 0 && c.next.Load() > 0 {
			if c.when == beforeHeard {
				deaf.Store(true)
			} else {
				c.next.Add(-1)
				part, err = part[:max(0, at+len(c.word)-(len(said)-n))], net.ErrClosed
			}
			if c.when == beforeSaid {
				return
			}
		}
		if _, e := to.Write(part); e != nil || err != nil {
			return
		}
	}
}
