package email

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// How long an answer of DNS is believed, and how many are remembered. A letter that waits for a server that never answers keeps a
// reader waiting, so a failure is remembered too: those who write from its domain are unproved for the while.
const (
	believedFor = 5 * time.Minute
	failedFor   = 30 * time.Second
	remembered  = 4000
)

// memory remembers what DNS said about senders. Those who ask the same at the same time wait for one answer.
type memory struct {
	Resolver
	now func() time.Time

	mu    sync.Mutex
	known map[string]*said
}

// said is an answer, once done is closed.
type said struct {
	done  chan struct{}
	until time.Time // zero while it is awaited
	value any
	err   error
}

// remembering makes the memory of a resolver; nil of none.
func remembering(r Resolver, now func() time.Time) *memory {
	if r == nil {
		return nil
	}
	return &memory{Resolver: r, now: now, known: make(map[string]*said)}
}

// LookupTXT implements Resolver.
func (m *memory) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return recall(ctx, m, "TXT "+name, func() ([]string, error) { return m.Resolver.LookupTXT(ctx, name) })
}

// LookupMX implements Resolver.
func (m *memory) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return recall(ctx, m, "MX "+name, func() ([]*net.MX, error) { return m.Resolver.LookupMX(ctx, name) })
}

// LookupIPAddr implements Resolver.
func (m *memory) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return recall(ctx, m, "IP "+host, func() ([]net.IPAddr, error) { return m.Resolver.LookupIPAddr(ctx, host) })
}

// recall answers from memory, or asks.
func recall[V any](ctx context.Context, m *memory, question string, ask func() (V, error)) (V, error) {
	s, mine := m.recall(question)
	if mine {
		value, err := ask()
		m.learn(s, value, err)
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
	value, _ := s.value.(V)
	return value, s.err
}

// recall finds an answer, or makes a place for the one that the caller asks for.
func (m *memory) recall(question string) (s *said, mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	s, ok := m.known[question]
	if ok && (s.until.IsZero() || now.Before(s.until)) {
		return s, false
	}
	if len(m.known) >= remembered {
		m.forget(now)
	}
	s = &said{done: make(chan struct{})}
	m.known[question] = s
	return s, true
}

// forget makes room: what is out of date goes, and if that is nothing, whatever comes first.
func (m *memory) forget(now time.Time) {
	for question, s := range m.known {
		if !s.until.IsZero() && !now.Before(s.until) {
			delete(m.known, question)
		}
	}
	for question := range m.known {
		if len(m.known) < remembered {
			return
		}
		delete(m.known, question) // who awaits it holds it
	}
}

func (m *memory) learn(s *said, value any, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.value, s.err, s.until = value, err, m.now().Add(believedFor)
	if e := (*net.DNSError)(nil); err != nil && !(errors.As(err, &e) && e.IsNotFound) {
		s.until = m.now().Add(failedFor)
	}
	close(s.done)
}
