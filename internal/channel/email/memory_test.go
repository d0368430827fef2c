package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// dns answers what a test tells it to, and counts the questions.
type dns struct {
	Resolver
	asked atomic.Int64
	wait  chan struct{}
	err   error
}

func (d *dns) LookupTXT(_ context.Context, name string) ([]string, error) {
	d.asked.Add(1)
	if d.wait != nil {
		<-d.wait
	}
	return []string{"v=DMARC1; p=none; n=" + name}, d.err
}

func TestWhatDNSSaidIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	absent := &net.DNSError{Err: "no such host", IsNotFound: true}
	for name, c := range map[string]struct {
		err  error
		held time.Duration
	}{
		"an answer":                  {nil, believedFor},
		"that there is none":         {absent, believedFor},
		"that no answer came":        {&net.DNSError{Err: "timeout", IsTimeout: true}, failedFor},
		"another failure than DNS's": {errors.New("no network"), failedFor},
	} {
		now := time.Unix(1_000_000, 0)
		d := &dns{err: c.err}
		m := remembering(d, func() time.Time { return now })
		for i, step := range []struct {
			after time.Duration
			asked int64
		}{{0, 1}, {c.held - 1, 1}, {1, 2}} {
			now = now.Add(step.after)
			if _, err := m.LookupTXT(t.Context(), "_dmarc.mel.example"); !errors.Is(err, c.err) || d.asked.Load() != step.asked {
				t.Errorf("%s, step %d: %v, asked %d times", name, i, err, d.asked.Load())
			}
		}
	}
}

func TestManyWhoAskTheSameWaitForOneAnswer(t *testing.T) {
	t.Parallel()
	d := &dns{wait: make(chan struct{})}
	m := remembering(d, time.Now)
	var askers sync.WaitGroup
	var right atomic.Int64
	for range 20 {
		askers.Go(func() {
			if got, err := m.LookupTXT(t.Context(), "mel.example"); err == nil && len(got) == 1 {
				right.Add(1)
			}
		})
	}
	within, cancel := context.WithCancel(t.Context())
	cancel()
	for d.asked.Load() == 0 {
		runtime.Gosched() // the first is about to ask
	}
	if _, err := m.LookupTXT(within, "mel.example"); !errors.Is(err, context.Canceled) {
		t.Errorf("who cannot wait was told %v", err)
	}
	close(d.wait)
	askers.Wait()
	if right.Load() != 20 || d.asked.Load() != 1 {
		t.Errorf("%d got the answer to %d questions", right.Load(), d.asked.Load())
	}
}

// A stranger chooses the names that are asked for, so they must not fill the memory.
func TestTheMemoryOfDNSIsBounded(t *testing.T) {
	t.Parallel()
	m := remembering(&dns{}, time.Now)
	for i := range remembered * 2 {
		if got, err := m.LookupTXT(t.Context(), fmt.Sprint(i)); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
	}
	if len(m.known) > remembered {
		t.Errorf("%d names are remembered", len(m.known))
	}
}
