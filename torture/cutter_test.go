package torture

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"
)

// cutter stands between a mail server and ours. When told to, it lets a whole letter through, final dot and all, and cuts the line
// instead of bringing the answer back.
type cutter struct {
	next atomic.Int64 // how many of the next letters are cut off
}

func newCutter(t *testing.T, at, to string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{}
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
	var deaf atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		p := make([]byte, 4096)
		for {
			n, err := far.Read(p)
			if err != nil || deaf.Load() {
				near.Close()
				return
			}
			if _, err := near.Write(p[:n]); err != nil {
				return
			}
		}
	}()
	var last []byte
	p := make([]byte, 32<<10)
	for {
		n, err := near.Read(p)
		said := append(last, p[:n]...)
		last = append([]byte(nil), said[max(0, len(said)-4):]...)
		if bytes.Contains(said, []byte("\r\n.\r\n")) && c.next.Load() > 0 { // another command may follow at once
			c.next.Add(-1)
			deaf.Store(true)
		}
		if _, e := far.Write(p[:n]); e != nil || err != nil {
			break
		}
	}
	if !deaf.Load() {
		far.Close()
	}
	<-done
}
