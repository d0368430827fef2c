package bench

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// marker stands before the number of a message in its text, so that a socket's reader finds
// the message in a frame without parsing it.
const marker = "bench-"

// filler makes a message as long as people's messages are.
const filler = " Bonjour, ma roue arrière frotte depuis hier, pouvez-vous regarder demain matin ?"

// sender is one visitor with a connection and a conversation of her own.
type sender struct {
	wire         wire
	auth         string
	origin       string
	path         string
	conversation string
}

// say writes message number n and returns when it is acknowledged.
func (s *sender) say(n int) error {
	id := newID()
	body := make([]byte, 0, 320)
	body = append(body, '{')
	if s.conversation != "" {
		body = fmt.Appendf(body, `"conversationId":%q,`, s.conversation)
	}
	body = fmt.Appendf(body, `"text":"%s%08d%s","attachmentIds":[],"clientId":%q}`, marker, n, filler, id)
	status, answer, err := s.wire.do(request{method: "POST", path: s.path, auth: s.auth, origin: s.origin, key: id, body: body})
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("a message was answered with %d: %.200s", status, answer)
	}
	return nil
}

// load is one run of messages against a target, and what was measured of it.
type load struct {
	senders []*sender
	agents  *agents

	started []atomic.Int64 // by message number: when it was due, in nanoseconds of now()
	acks    samples
	failed  atomic.Int64
	fault   atomic.Pointer[error] // the first failure
	took    time.Duration
	count   int
}

// epoch makes now() small and monotonic.
var epoch = time.Now()

func now() int64 { return int64(time.Since(epoch)) }

// openLoop sends rate messages a second for the given time, each when it is due, whether or
// not earlier ones are answered: a slow answer does not thin the load that follows. The
// clock of a message starts when it is due, so its time in the queue counts.
func (l *load) openLoop(ctx context.Context, rate int, lasting time.Duration) {
	l.count = max(1, int(float64(rate)*lasting.Seconds()))
	l.started = make([]atomic.Int64, l.count)
	l.agents.watch(l.started)
	due := make(chan int, l.count)
	var working sync.WaitGroup
	for _, s := range l.senders {
		working.Go(func() {
			for n := range due {
				l.send(s, n)
			}
		})
	}
	began := time.Now()
	for n := range l.count {
		at := began.Add(time.Duration(float64(n) / float64(rate) * float64(time.Second)))
		if wait := time.Until(at); wait > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
		if ctx.Err() != nil {
			break
		}
		l.started[n].Store(now())
		due <- n
	}
	close(due)
	working.Wait()
	l.took = time.Since(began)
}

// closedLoop lets every sender write its next message as soon as the last is answered: the
// most that so many senders can get through.
func (l *load) closedLoop(ctx context.Context, lasting time.Duration, most int) {
	l.started = make([]atomic.Int64, most)
	l.agents.watch(l.started)
	var next atomic.Int64
	var working sync.WaitGroup
	began := time.Now()
	for _, s := range l.senders {
		working.Go(func() {
			for ctx.Err() == nil && time.Since(began) < lasting {
				n := int(next.Add(1)) - 1
				if n >= most {
					return
				}
				l.started[n].Store(now())
				l.send(s, n)
			}
		})
	}
	working.Wait()
	l.took = time.Since(began)
	l.count = min(int(next.Load()), most)
}

func (l *load) send(s *sender, n int) {
	if err := s.say(n); err != nil {
		l.failed.Add(1)
		l.fault.CompareAndSwap(nil, &err)
		return
	}
	l.acks.add(time.Duration(now() - l.started[n].Load()))
}

// number is the number of the message that a frame tells, -1 when it tells none. Only the
// first counts: the conversation in the same frame may already preview a later message.
func number(frame []byte) int {
	at := bytes.Index(frame, []byte(marker))
	if at < 0 || len(frame) < at+len(marker)+8 {
		return -1
	}
	n, err := strconv.Atoi(string(frame[at+len(marker) : at+len(marker)+8]))
	if err != nil {
		return -1
	}
	return n
}
