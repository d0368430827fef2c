package smtpin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// shelf keeps what it is brought.
type shelf struct {
	mu   sync.Mutex
	kept []channel.Raw
	to   []Recipient
	fail error
}

func (r *shelf) keep(_ context.Context, to Recipient, raw channel.Raw) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.kept, r.to = append(r.kept, raw), append(r.to, to)
	return nil
}

func resolve(_ context.Context, address string) (Recipient, error) {
	switch strings.ToLower(address) {
	case "bonjour@arzel.example", "pro@arzel.example":
		return Recipient{"w", "mail"}, nil
	case "hello@other.example":
		return Recipient{"v", "mail"}, nil
	case "broken@arzel.example":
		return Recipient{}, errors.New("no database")
	}
	return Recipient{}, vis.Absent("address")
}

// open opens a door and returns where it is.
func open(t *testing.T, r *shelf, lmtp bool, change func(*Options)) string {
	t.Helper()
	o := Options{Domain: "desk.arzel.example", Resolve: resolve, Keep: r.keep}
	if change != nil {
		change(&o)
	}
	s := New(o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		if lmtp {
			done <- s.ServeLMTP(l)
		} else {
			done <- s.Serve(l)
		}
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// talk says lines one by one and returns the answers' first words.
type talk struct {
	testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func call(t testing.TB, at string) *talk {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	out := &talk{t, c, bufio.NewReader(c)}
	out.hear()
	return out
}

// hear reads one answer, however many lines it has; "" when the line is closed.
func (k *talk) hear() string {
	k.Helper()
	for {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return ""
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimSpace(line)
		}
	}
}

func (k *talk) say(raw string) string {
	k.Helper()
	if _, err := k.conn.Write([]byte(raw)); err != nil {
		return ""
	}
	return k.hear()
}

func (k *talk) want(raw, code string) {
	k.Helper()
	if got := k.say(raw); !strings.HasPrefix(got, code) {
		k.Errorf("%q is answered %q, want %s", raw, got, code)
	}
}

const words = "From: Camille <camille@mel.example>\r\nSubject: Bonjour\r\n\r\n..deux points\r\nfin\r\n"

func TestALetterIsTakenOnlyWhenItIsKept(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	k := call(t, open(t, r, false, nil))
	k.want("EHLO mx.mel.example\r\n", "250")
	k.want("MAIL FROM:<camille@mel.example>\r\n", "250")
	k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	k.want("RCPT TO:<pro@arzel.example>\r\n", "250")
	k.want("RCPT TO:<hello@other.example>\r\n", "250")
	k.want("DATA\r\n", "354")
	k.want(words+".\r\n", "250")
	if len(r.kept) != 2 || r.to[0] == r.to[1] {
		t.Fatalf("kept for %+v", r.to)
	}
	in := r.kept[0]
	if string(in.Bytes) != strings.Replace(words, "..deux", ".deux", 1) || len(in.Envelope.To) != 2 || in.Envelope.From != "camille@mel.example" ||
		in.Envelope.Hello != "mx.mel.example" || in.Envelope.IP.String() != "127.0.0.1" {
		t.Errorf("kept %q with %+v", in.Bytes, in.Envelope)
	}
	r.mu.Lock()
	r.fail = errors.New("the disk is full")
	r.mu.Unlock()
	k.want("MAIL FROM:<>\r\n", "250")
	k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	k.want("DATA\r\n", "354")
	if got := k.say(words + ".\r\n"); !strings.HasPrefix(got, "451") || strings.Contains(got, "disk") {
		t.Errorf("what was not kept is answered %q", got)
	}
}

func TestEachRecipientHasAnAnswerByLMTP(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	k := call(t, open(t, r, true, nil))
	k.want("LHLO mx\r\n", "250")
	k.want("MAIL FROM:<camille@mel.example>\r\n", "250")
	k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	k.want("RCPT TO:<hello@other.example>\r\n", "250")
	k.want("DATA\r\n", "354")
	k.want(words+".\r\n", "250")
	if got := k.hear(); !strings.HasPrefix(got, "250") || len(r.kept) != 2 {
		t.Errorf("the second answer is %q, kept %d", got, len(r.kept))
	}
}

// E-24, E-02: nothing is passed on, whatever way is written into the address; who tries many is let go.
func TestNothingIsPassedOn(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	at := open(t, r, false, nil)
	for _, to := range []string{"victim@else.example", "victim%else.example@arzel.example", "else.example!victim@arzel.example", "nobody@arzel.example",
		"bonjour+aaaaaaaaaaaaaaaaaaaaaaaaaa@arzel.example", "postmaster"} {
		k := call(t, at)
		k.want("EHLO x\r\n", "250")
		k.want("MAIL FROM:<a@b.example>\r\n", "250")
		if got := k.say("RCPT TO:<" + to + ">\r\n"); !strings.HasPrefix(got, "5") {
			t.Errorf("%s is answered %q", to, got)
		}
		if got := k.say("DATA\r\n"); !strings.HasPrefix(got, "5") {
			t.Errorf("a letter to nobody is answered %q", got)
		}
	}
	k := call(t, at)
	k.want("EHLO x\r\n", "250")
	k.want("MAIL FROM:<a@b.example>\r\n", "250")
	k.want("RCPT TO:<broken@arzel.example>\r\n", "451")
	last := ""
	for i := range maxUnknown {
		last = k.say(fmt.Sprintf("RCPT TO:<n%d@arzel.example>\r\n", i))
	}
	if !strings.HasPrefix(last, "421") {
		t.Errorf("the last of many is answered %q", last)
	}
	for k.say("NOOP\r\n") != "" { // until the line is ended
		continue
	}
	if len(r.kept) != 0 {
		t.Errorf("%d were kept", len(r.kept))
	}
}

// E-22: what ends a letter is CR LF dot CR LF and nothing else; one with other ends of lines is not taken, and is one.
func TestNoSecondLetterIsSmuggledIn(t *testing.T) {
	t.Parallel()
	for _, inner := range []string{"\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "x\ny"} {
		r := &shelf{}
		k := call(t, open(t, r, false, nil))
		k.want("EHLO x\r\n", "250")
		k.want("MAIL FROM:<a@b.example>\r\n", "250")
		k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
		k.want("DATA\r\n", "354")
		smuggled := "MAIL FROM:<evil@b.example>\r\nRCPT TO:<pro@arzel.example>\r\nDATA\r\nFrom: evil\r\n\r\nhidden"
		if got := k.say("Subject: x\r\n\r\none" + inner + smuggled + "\r\n.\r\n"); !strings.HasPrefix(got, "5") {
			t.Errorf("%q is answered %q", inner, got)
		}
		k.want("NOOP\r\n", "250")
		if len(r.kept) != 0 {
			t.Errorf("%q: kept %v", inner, r.kept)
		}
	}
}

// E-23: nobody signs in here.
func TestNobodySignsIn(t *testing.T) {
	t.Parallel()
	k := call(t, open(t, &shelf{}, false, nil))
	if _, err := k.conn.Write([]byte("EHLO x\r\n")); err != nil {
		t.Fatal(err)
	}
	for line := "250-"; strings.HasPrefix(line, "250-"); {
		var err error
		if line, err = k.in.ReadString('\n'); err != nil || strings.Contains(line, "AUTH") {
			t.Errorf("offered %q %v", line, err)
		}
	}
	if got := k.say("AUTH PLAIN AGEAYg==\r\n"); !strings.HasPrefix(got, "5") {
		t.Errorf("AUTH is answered %q", got)
	}
}

// D-05: neither recipients nor bytes nor lines of one client are without end.
func TestBoundsAreKept(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	at := open(t, r, false, func(o *Options) { o.MaxBytes, o.MaxRecipients, o.MaxLinesOfOne = 1000, 2, 2 })
	k := call(t, at)
	k.want("EHLO x\r\n", "250")
	k.want("MAIL FROM:<a@b.example> SIZE=5000\r\n", "552")
	k.want("MAIL FROM:<a@b.example>\r\n", "250")
	for range 2 {
		k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	}
	k.want("RCPT TO:<pro@arzel.example>\r\n", "452")
	k.want("DATA\r\n", "354")
	k.want(strings.Repeat("0123456789\r\n", 200)+".\r\n", "552")
	k.want("NOOP\r\n", "250")
	call(t, at)
	third, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	_ = third.SetDeadline(time.Now().Add(30 * time.Second))
	if got, _ := bufio.NewReader(third).ReadString('\n'); !strings.HasPrefix(got, "421") {
		t.Errorf("one too many hears %q", got)
	}
	k.conn.Close()
	for deadline := time.Now().Add(30 * time.Second); ; { // the place is free as soon as the other has gone
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(deadline)
		got, err := bufio.NewReader(c).ReadString('\n')
		c.Close()
		if strings.HasPrefix(got, "220") {
			break
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("nobody is let in after one has left: %q %v", got, err)
		}
	}
	if len(r.kept) != 0 {
		t.Errorf("kept %d", len(r.kept))
	}
}

// K-19: a letter that is cut off before its end is not kept.
func TestALetterThatIsCutOffIsNotKept(t *testing.T) {
	t.Parallel()
	r := &shelf{}
	at := open(t, r, false, nil)
	for _, part := range []string{"", "Subject: x\r\n\r\nhalf", words, words + ".\r"} {
		k := call(t, at)
		k.want("EHLO x\r\n", "250")
		k.want("MAIL FROM:<a@b.example>\r\n", "250")
		k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
		k.want("DATA\r\n", "354")
		if _, err := k.conn.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		k.conn.Close()
	}
	k := call(t, at) // and the door is open still
	k.want("EHLO x\r\n", "250")
	k.want("MAIL FROM:<a@b.example>\r\n", "250")
	k.want("RCPT TO:<bonjour@arzel.example>\r\n", "250")
	k.want("DATA\r\n", "354")
	k.want(words+".\r\n", "250")
	if r.mu.Lock(); len(r.kept) != 1 {
		t.Errorf("kept %d", len(r.kept))
	}
	r.mu.Unlock()
}

func TestAUsualClientDeliversToUs(t *testing.T) {
	t.Parallel()
	swaks, err := exec.LookPath("swaks")
	if err != nil {
		t.Skip("install swaks to see a usual client deliver")
	}
	for _, protocol := range []string{"ESMTP", "LMTP"} {
		r := &shelf{}
		at := open(t, r, protocol == "LMTP", nil)
		host, port, _ := net.SplitHostPort(at)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, swaks, "--server", host, "--port", port, "--protocol", protocol, "--from", "camille@mel.example", "--to", "bonjour@arzel.example",
			"--h-Subject", "Bonjour", "--body", "De swaks").CombinedOutput()
		cancel()
		if err != nil || len(r.kept) != 1 || !bytes.Contains(r.kept[0].Bytes, []byte("De swaks")) {
			t.Errorf("%s: %v, kept %d\n%s", protocol, err, len(r.kept), out)
		}
	}
}
