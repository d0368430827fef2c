package imapin

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/peers"
)

// shelf is where letters are kept, which fails when the test wants.
type shelf struct {
	mu      sync.Mutex
	kept    map[string]int // how often each was handed over
	order   []channel.Raw  // those that were new
	cursors map[string]string
	told    []channel.Health
	// keeps and saves are asked before each; the letter or cursor is kept all the same when they say so.
	keeps, saves func(n int) (anyway bool, err error)
	nKept, nSave int
	changed      chan struct{}
}

func newShelf() *shelf {
	return &shelf{kept: map[string]int{}, cursors: map[string]string{}, changed: make(chan struct{}, 1)}
}

func (s *shelf) did() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *shelf) Keep(_ context.Context, in channel.Raw) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.did()
	s.nKept++
	var err error
	anyway := true
	if s.keeps != nil {
		anyway, err = s.keeps(s.nKept)
	}
	if !anyway {
		return false, err
	}
	key := string(in.Bytes)
	s.kept[key]++
	if s.kept[key] == 1 {
		in.Bytes = slices.Clone(in.Bytes)
		s.order = append(s.order, in)
	}
	return s.kept[key] > 1, err
}

func (s *shelf) Cursor(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.cursors[name]; ok {
		return []byte(c), nil
	}
	return nil, nil
}

func (s *shelf) SaveCursor(_ context.Context, name string, cursor []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.did()
	s.nSave++
	var err error
	anyway := true
	if s.saves != nil {
		anyway, err = s.saves(s.nSave)
	}
	if anyway {
		s.cursors[name] = string(cursor)
	}
	return err
}

func (*shelf) SaveSecrets(context.Context, map[string]string) error { return errors.New("unexpected") }

func (s *shelf) Tell(_ context.Context, h channel.Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, h)
	s.did()
}

// await waits until something is so.
func (s *shelf) await(t *testing.T, what string, so func() bool) {
	t.Helper()
	late := time.After(3 * time.Minute)
	for {
		s.mu.Lock()
		yes := so()
		told := s.told
		n := len(s.order)
		s.mu.Unlock()
		if yes {
			return
		}
		select {
		case <-s.changed:
		case <-late:
			t.Fatalf("not %s: %d letters, told %+v", what, n, told[max(0, len(told)-3):])
		}
	}
}

func (s *shelf) awaitLetters(t *testing.T, n int) {
	t.Helper()
	s.await(t, strconv.Itoa(n)+" letters", func() bool { return len(s.order) >= n })
}

// last is what was told last; the zero value when nothing was.
func (s *shelf) last() channel.Health {
	if len(s.told) == 0 {
		return channel.Health{}
	}
	return s.told[len(s.told)-1]
}

// awaitRest waits until a round has ended well with nothing left.
func (s *shelf) awaitRest(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	s.told = nil
	s.mu.Unlock()
	s.await(t, "at rest", func() bool { return len(s.told) > 0 && s.last().State == channel.Healthy && s.last().Backlog == 0 })
}

// holds checks that just these letters were kept, whatever their order.
func (s *shelf) holds(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := slices.Sorted(maps.Keys(s.kept)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("%d letters are kept, want %d: %.300q", len(got), len(want), got)
	}
}

func (s *shelf) times(letter string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[letter]
}

var quick = pace{poll: 50 * time.Millisecond, idle: 50 * time.Millisecond, breath: time.Millisecond, hello: 30 * time.Second, command: time.Minute, first: 10 * time.Millisecond, most: 100 * time.Millisecond, broken: time.Minute}

func letterNo(n int) string {
	return "From: Camille <camille@mel.example>\r\nMessage-ID: <" + strconv.Itoa(n) + "@mel.example>\r\nSubject: " + strconv.Itoa(n) + "\r\n\r\nBonjour\r\n"
}

func letters(from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, letterNo(n))
	}
	return out
}

func dial(ctx context.Context, host string, port uint16) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
}

// box is a mailbox of a user on a Dovecot.
func box(d *peers.Dovecot, who string) Mailbox {
	return Mailbox{Server: line.Server{Host: "127.0.0.1", Port: d.TLSPort, Security: line.TLS, User: who}, Folders: []string{"INBOX"}, After: Leave, Existing: Fetch, MaxLetter: 1 << 20}
}

// fetching fetches until stop is called, or the test ends.
func fetching(t *testing.T, f *Fetcher, b Mailbox, in channel.Intake) (stop func()) {
	t.Helper()
	return fetchingWith(t, f, b, always(peers.Password), in)
}

func always(secret string) Secret {
	return func(context.Context, string) (string, error) { return secret, nil }
}

func fetchingWith(t *testing.T, f *Fetcher, b Mailbox, secret Secret, in channel.Intake) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Receive(ctx, b, secret, in)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return stop
}

func fetcher(d *peers.Dovecot, p pace) *Fetcher {
	f := New(dial, d.Roots, time.Now)
	f.pace = p
	return f
}

func numbers(order []channel.Raw) []int {
	var out []int
	for _, raw := range order {
		_, rest, _ := strings.Cut(string(raw.Bytes), "Subject: ")
		text, _, _ := strings.Cut(rest, "\r\n")
		n, _ := strconv.Atoi(text)
		out = append(out, n)
	}
	return out
}
