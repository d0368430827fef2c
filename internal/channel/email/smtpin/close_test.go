package smtpin

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel"
)

// doorway is a door that the test closes itself.
func doorway(t *testing.T, keep func(context.Context, Recipient, channel.Raw) error) (s *Server, at string, served <-chan error) {
	t.Helper()
	s = New(Options{Domain: "desk.arzel.example", Resolve: resolve, Keep: keep})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	return s, l.Addr().String(), done
}

// begun is a line over which a letter has begun.
func begun(t *testing.T, at string) *talk {
	t.Helper()
	k := call(t, at)
	k.want("EHLO x\r\n", "250")
	k.want("MAIL FROM:<a@b.example>\r\n", "250")
	k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	k.want("DATA\r\n", "354")
	return k
}

// K-34: a letter that is being kept when the door closes is kept and answered; who is only waiting is sent away at once.
func TestALetterUnderWayIsTakenWhileTheDoorCloses(t *testing.T) {
	t.Parallel()
	r, keeping, release := &shelf{}, make(chan struct{}), make(chan struct{})
	s, at, served := doorway(t, func(ctx context.Context, to Recipient, raw channel.Raw) error {
		close(keeping)
		<-release
		return r.keep(ctx, to, raw)
	})
	idle, busy := call(t, at), begun(t, at)
	idle.want("EHLO x\r\n", "250")
	if _, err := busy.conn.Write([]byte(words + ".\r\n")); err != nil {
		t.Fatal(err)
	}
	<-keeping
	closed := make(chan struct{})
	go func() { s.Close(t.Context()); close(closed) }()
	if got := idle.hear(); !strings.HasPrefix(got, "421") {
		t.Errorf("who waits hears %q", got)
	}
	close(release)
	if got := busy.hear(); !strings.HasPrefix(got, "250") {
		t.Errorf("the letter is answered %q", got)
	}
	if got := busy.hear(); !strings.HasPrefix(got, "421") {
		t.Errorf("then the line hears %q", got)
	}
	<-closed
	if err := <-served; err != nil {
		t.Error(err)
	}
	if n := s.Stats(); len(r.kept) != 1 || n.Lines != 0 || n.Taken != 1 {
		t.Errorf("kept %d, %+v", len(r.kept), n)
	}
}

// A letter that does not end, and one that is not kept in time, are not answered 250.
func TestWhatIsNotKeptInTimeIsNotAnswered(t *testing.T) {
	t.Parallel()
	keeping := make(chan struct{})
	s, at, _ := doorway(t, func(ctx context.Context, _ Recipient, _ channel.Raw) error {
		close(keeping)
		<-ctx.Done()
		return ctx.Err()
	})
	half, stuck := begun(t, at), begun(t, at)
	for k, said := range map[*talk]string{half: "Subject: x\r\n", stuck: words + ".\r\n"} {
		if _, err := k.conn.Write([]byte(said)); err != nil {
			t.Fatal(err)
		}
	}
	<-keeping
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s.Close(ctx)
	for _, k := range []*talk{half, stuck} {
		for got := k.hear(); got != ""; got = k.hear() {
			if !strings.HasPrefix(got, "4") {
				t.Errorf("answered %q", got)
			}
		}
	}
	if n := s.Stats(); n.Lines != 0 || n.Taken != 0 {
		t.Errorf("after all: %+v", n)
	}
}

func TestALineOfALetterMayBeLong(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	at := open(t, r, false, nil)
	k := begun(t, at)
	k.want("Subject: long\r\n\r\n"+strings.Repeat("x", 1<<20)+"\r\n.\r\n", "250")
	k.want("NOOP\r\n", "250")
	if len(r.kept) != 1 || len(r.kept[0].Bytes) < 1<<20 {
		t.Errorf("kept %d", len(r.kept))
	}
	// A command may not: it would be kept in memory until it ends.
	endless := call(t, at)
	for range 1000 {
		if _, err := endless.conn.Write([]byte(strings.Repeat("x", 4096))); err != nil {
			break
		}
	}
	for got := endless.hear(); got != ""; got = endless.hear() {
		if !strings.HasPrefix(got, "4") && !strings.HasPrefix(got, "5") {
			t.Errorf("answered %q", got)
		}
	}
}

// Those who begin letters and never end them keep nobody out.
func TestSlowLettersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	at := open(t, r, false, func(o *Options) { o.MaxBytes, o.MaxLines, o.MaxLinesOfOne = 1<<20, 50, 50 })
	for range 40 {
		slow := begun(t, at)
		if _, err := slow.conn.Write([]byte("Subject: slow\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	begun(t, at).want(words+".\r\n", "250")
	if len(r.kept) != 1 {
		t.Errorf("kept %d", len(r.kept))
	}
	// Large ones share what memory there is; who finds none comes again.
	answers := make(chan string, 8)
	for range cap(answers) {
		k := begun(t, at)
		go func() { answers <- k.say(strings.Repeat("0123456789abcd\r\n", 1<<16-100) + ".\r\n") }()
	}
	later := 0
	for range cap(answers) {
		if got := <-answers; strings.HasPrefix(got, "452") {
			later++
		} else if !strings.HasPrefix(got, "250") {
			t.Errorf("a large letter is answered %q", got)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) != 9-later {
		t.Errorf("kept %d, and %d are to come again", len(r.kept), later)
	}
}
