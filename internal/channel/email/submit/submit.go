// Package submit hands letters over to a mail server that takes them for us (RFC 5321, RFC 6409), and says of each recipient how that ended.
package submit

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// The bounds of a conversation with a server that may be anybody's.
const (
	commandWithin = time.Minute
	takeWithin    = 3 * time.Minute // from the final dot to the answer
	idleFor       = 20 * time.Second
	idleMost      = 4         // connections kept for another letter
	answerMost    = 256 << 10 // bytes read between two of our own
)

// Sender keeps connections between letters. It is safe for concurrent use.
type Sender struct {
	dial  line.Dial
	hello string
	roots *x509.CertPool
	now   func() time.Time

	mu   sync.Mutex
	idle []waiting
}

// waiting is a connection that waits for another letter.
type waiting struct {
	server line.Server
	secret string
	client *smtp.Client
	since  time.Time
}

// New makes a sender. hello is the name it introduces itself by; roots are the authorities that certificates must come from, nil for the
// system's.
func New(dial line.Dial, hello string, roots *x509.CertPool, now func() time.Time) *Sender {
	return &Sender{dial: dial, hello: hello, roots: roots, now: now}
}

// Close lets go of the connections that wait.
func (s *Sender) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.idle {
		_ = l.client.Close()
	}
	s.idle = nil
}

// Send tries once to hand raw over to every recipient of the envelope. Before the last byte has left, a line that breaks means that nothing
// was taken; after it, nobody knows.
func (s *Sender) Send(ctx context.Context, to line.Server, secret string, env channel.Envelope, raw []byte) channel.Outcome {
	client, kept, err := s.connect(ctx, to, secret)
	if err != nil {
		return wordOf(err)
	}
	out, reusable := s.hand(ctx, client, env, raw)
	if kept && out.State == channel.OutDeferred && out.Problem == "no-connection" {
		// It had been closed while it waited. Nothing was taken, so a fresh one may try at once.
		_ = client.Close()
		if client, err = s.fresh(ctx, to, secret); err != nil {
			return wordOf(err)
		}
		out, reusable = s.hand(ctx, client, env, raw)
	}
	if reusable {
		s.keep(waiting{to, secret, client, s.now()})
	} else {
		_ = client.Close()
	}
	return out
}

// connect takes a connection that waits, or makes one.
func (s *Sender) connect(ctx context.Context, to line.Server, secret string) (client *smtp.Client, kept bool, err error) {
	s.mu.Lock()
	for i := len(s.idle) - 1; i >= 0; i-- {
		l := s.idle[i]
		if s.now().Sub(l.since) > idleFor {
			_ = l.client.Close()
			s.idle = append(s.idle[:i], s.idle[i+1:]...)
			continue
		}
		if l.server == to && l.secret == secret {
			s.idle = append(s.idle[:i], s.idle[i+1:]...)
			s.mu.Unlock()
			return l.client, true, nil
		}
	}
	s.mu.Unlock()
	client, err = s.fresh(ctx, to, secret)
	return client, false, err
}

func (s *Sender) keep(l waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) >= idleMost {
		_ = s.idle[0].client.Close()
		s.idle = s.idle[1:]
	}
	s.idle = append(s.idle, l)
}

// fresh connects, protects the line and signs in.
func (s *Sender) fresh(ctx context.Context, to line.Server, secret string) (*smtp.Client, error) {
	a := attempt{Sender: s, to: to, secret: secret}
	for _, step := range []func(context.Context) error{a.connect, a.protect, a.signIn} {
		if err := step(ctx); err != nil {
			a.end()
			return nil, err
		}
	}
	return a.client, nil
}

// attempt is a line on its way to being used.
type attempt struct {
	*Sender
	to     line.Server
	secret string
	raw    net.Conn
	client *smtp.Client
}

func (a *attempt) end() {
	if a.raw != nil {
		_ = a.raw.Close()
	}
}

func (a *attempt) connect(ctx context.Context) (err error) {
	a.raw, err = a.dial.Open(ctx, a.to)
	return err
}

// protect encrypts the line, hears the greeting and says who we are.
func (a *attempt) protect(ctx context.Context) (err error) {
	stop := context.AfterFunc(ctx, a.end)
	defer stop()
	conn, protection := net.Conn(&bounded{Conn: a.raw}), a.to.Protection(a.roots)
	switch a.to.Security {
	case line.TLS:
		secure := tls.Client(conn, protection)
		if err := secure.HandshakeContext(ctx); err != nil {
			return err
		}
		a.client = smtp.NewClient(secure)
	case line.StartTLS:
		if a.client, err = smtp.NewClientStartTLS(conn, protection); err != nil {
			return err
		}
	default:
		a.client = smtp.NewClient(conn)
	}
	a.client.CommandTimeout, a.client.SubmissionTimeout = commandWithin, takeWithin
	return a.client.Hello(a.hello)
}

func (a *attempt) signIn(ctx context.Context) error {
	if a.to.User == "" {
		return nil
	}
	stop := context.AfterFunc(ctx, a.end)
	defer stop()
	return signIn(a.client, a.to, a.secret)
}

func signIn(client *smtp.Client, to line.Server, secret string) error {
	var by sasl.Client
	switch {
	case to.Bearer:
		by = line.Bearer(to.User, secret)
	case client.SupportsAuth(sasl.Plain):
		by = sasl.NewPlainClient("", to.User, secret)
	default:
		by = sasl.NewLoginClient(to.User, secret)
	}
	if err := client.Auth(by); err != nil {
		return signInError{unsaid(err, secret)}
	}
	return nil
}

// unsaid takes the secret out of a refusal that repeats it.
func unsaid(err error, secret string) error {
	var answer *smtp.SMTPError
	if secret == "" || !errors.As(err, &answer) {
		return err
	}
	return &smtp.SMTPError{Code: answer.Code, EnhancedCode: answer.EnhancedCode, Message: strings.ReplaceAll(answer.Message, secret, "…")}
}

// signInError is a refusal to let us in, which is no answer to a letter.
type signInError struct{ error }

func (e signInError) Unwrap() error { return e.error }

// hand goes through one transaction. reusable says that the line may carry another letter.
func (s *Sender) hand(ctx context.Context, client *smtp.Client, env channel.Envelope, raw []byte) (out channel.Outcome, reusable bool) {
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	if most, ok := client.MaxMessageSize(); ok && most > 0 && len(raw) > most {
		return channel.Outcome{State: channel.OutRefused, Problem: "too-large", Answer: "the server takes fewer bytes"}, true
	}
	if err := client.Mail(env.From, &smtp.MailOptions{Size: int64(len(raw))}); err != nil {
		return wordOf(err), s.reset(client, err)
	}
	recipients := make(map[string]channel.Outcome, len(env.To))
	taken := 0
	var last error
	for _, to := range env.To {
		err := client.Rcpt(to, nil)
		var answer *smtp.SMTPError
		if err != nil && !errors.As(err, &answer) {
			return wordOf(err), false
		}
		if err != nil {
			recipients[to], last = wordOf(err), err
			continue
		}
		taken++
	}
	if taken == 0 {
		out := wordOf(last)
		out.Recipients = recipients
		return out, s.reset(client, last)
	}
	whole, reusable := s.data(client, raw)
	for _, to := range env.To {
		if _, refused := recipients[to]; !refused {
			recipients[to] = whole
		}
	}
	out = worst(recipients)
	if len(env.To) > 1 || taken < len(env.To) {
		out.Recipients = recipients
	}
	return out, reusable
}

// data sends the bytes, the final dot with them, and reads the answer.
func (s *Sender) data(client *smtp.Client, raw []byte) (channel.Outcome, bool) {
	w, err := client.Data()
	if err != nil {
		return wordOf(err), s.reset(client, err)
	}
	if _, err := bytes.NewReader(raw).WriteTo(w); err != nil {
		_ = client.Close() // before the final dot: what has no end is not taken
		return wordOf(err), false
	}
	err = w.Close()
	var answer *smtp.SMTPError
	switch {
	case err == nil:
		return channel.Outcome{State: channel.OutSent}, true
	case errors.As(err, &answer):
		return wordOf(err), s.reset(client, err)
	}
	return channel.Outcome{State: channel.OutUnknown, Problem: "no-answer", Answer: line.OneLine(err.Error())}, false
}

// reset makes the line ready for another letter after a refusal.
func (s *Sender) reset(client *smtp.Client, after error) bool {
	var answer *smtp.SMTPError
	return errors.As(after, &answer) && answer.Code != 421 && client.Reset() == nil
}

// worst is the outcome that decides for the letter as a whole.
func worst(all map[string]channel.Outcome) channel.Outcome {
	rank := map[channel.OutcomeState]int{channel.OutSent: 0, channel.OutRefused: 1, channel.OutDeferred: 2, channel.OutUnknown: 3}
	out := channel.Outcome{State: channel.OutSent}
	for _, one := range all {
		if rank[one.State] > rank[out.State] {
			out = one
		}
	}
	return out
}

// bounded ends a line over which too much comes between two things that we say.
type bounded struct {
	net.Conn
	read int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.read > answerMost {
		return 0, errTooMuch
	}
	n, err := b.Conn.Read(p)
	b.read += n
	return n, err
}

func (b *bounded) Write(p []byte) (int, error) {
	b.read = 0
	return b.Conn.Write(p)
}

var errTooMuch = errors.New("submit: the server's answer has no end")
