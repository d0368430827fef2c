// Package smtpin is the door at which other mail servers hand letters over to us: SMTP (RFC 5321) for those of the world, LMTP (RFC 2033)
// for one of our own. It says that a letter is taken only when it is kept, relays nothing, and lets nobody sign in.
package smtpin

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// Recipient is the channel that an address leads to.
type Recipient struct {
	Workspace vis.WorkspaceID
	Channel   vis.ChannelID
}

// Options are what the door is made of. Zero bounds take the usual ones.
type Options struct {
	// Domain is the name that we introduce ourselves by.
	Domain string
	// TLS is offered by STARTTLS; nil offers none.
	TLS *tls.Config
	// MaxBytes of a letter, MaxRecipients of one, MaxLines open at once and MaxLinesOfOne address.
	MaxBytes      int64
	MaxRecipients int
	MaxLines      int
	MaxLinesOfOne int
	// Resolve finds where an address leads; vis.NotFound when nowhere.
	Resolve func(ctx context.Context, address string) (Recipient, error)
	// Keep stores a letter: once it returns nil, the letter is committed. Keeping the same bytes again is no error.
	Keep func(ctx context.Context, to Recipient, raw channel.Raw) error
	Log  *slog.Logger
}

const (
	maxUnknown    = 10 // recipients of one line that lead nowhere, before it is ended
	lettersAtOnce = 4  // in memory
	commandWithin = 5 * time.Minute
	lineFor       = 30 * time.Minute
	keepWithin    = 2 * time.Minute
	answerFor     = time.Second // for the last answer to leave, before a line is ended
)

// Server is the door.
type Server struct {
	o      Options
	smtp   *smtp.Server
	lmtp   *smtp.Server
	slots  chan struct{}
	ctx    context.Context //nolint:containedctx // ends when the door is closed
	cancel context.CancelFunc

	mu    sync.Mutex
	lines int
	ofOne map[netip.Addr]int
}

// New makes a door that is not open yet.
func New(o Options) *Server {
	o.MaxBytes, o.MaxRecipients = or(o.MaxBytes, 50<<20), or(o.MaxRecipients, 100)
	o.MaxLines, o.MaxLinesOfOne = or(o.MaxLines, 200), or(o.MaxLinesOfOne, 20)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, slots: make(chan struct{}, lettersAtOnce), ofOne: make(map[netip.Addr]int)}
	s.ctx, s.cancel = context.WithCancel(context.Background()) //nolint:forbidigo // its lines belong to no request
	s.smtp, s.lmtp = s.server(false), s.server(true)
	return s
}

func or[T int | int64](n, usual T) T {
	if n == 0 {
		return usual
	}
	return n
}

func (s *Server) server(lmtp bool) *smtp.Server {
	out := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		e := &entry{server: s, conn: c}
		if at, err := netip.ParseAddrPort(c.Conn().RemoteAddr().String()); err == nil {
			e.ip = at.Addr().Unmap()
		}
		return e, nil
	}))
	out.Domain, out.TLSConfig, out.LMTP = s.o.Domain, s.o.TLS, lmtp
	out.MaxMessageBytes, out.MaxRecipients = s.o.MaxBytes, s.o.MaxRecipients
	out.ReadTimeout, out.WriteTimeout = commandWithin, commandWithin
	out.ErrorLog = quiet{s.o.Log}
	return out
}

// Serve takes letters by SMTP until Close.
func (s *Server) Serve(l net.Listener) error { return ended(s.smtp.Serve(&guarded{l, s})) }

// ServeLMTP takes letters by LMTP until Close.
func (s *Server) ServeLMTP(l net.Listener) error { return ended(s.lmtp.Serve(&guarded{l, s})) }

func ended(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// Close lets nobody in any more, lets the letters that are under way end until ctx does, and then ends every line.
func (s *Server) Close(ctx context.Context) {
	var closing sync.WaitGroup
	for _, one := range []*smtp.Server{s.smtp, s.lmtp} {
		closing.Go(func() {
			_ = one.Shutdown(ctx)
			_ = one.Close()
		})
	}
	closing.Wait()
	s.cancel()
}

// guarded turns away who is one too many.
type guarded struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (g *guarded) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		if g.server.enter(at.Addr()) {
			_ = c.SetDeadline(time.Now().Add(lineFor))                                                                             //nolint:forbidigo // a deadline of the network
			return &line{Conn: c, leave: sync.OnceFunc(func() { g.server.leave(at.Addr()) }), until: time.Now().Add(lineFor)}, nil //nolint:forbidigo // likewise
		}
		_ = c.SetWriteDeadline(time.Now().Add(time.Second)) //nolint:forbidigo // likewise
		_, _ = c.Write([]byte("421 4.3.2 Too many connections; please try again later\r\n"))
		_ = c.Close()
	}
}

func (s *Server) enter(from netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lines >= s.o.MaxLines || s.ofOne[from] >= s.o.MaxLinesOfOne {
		return false
	}
	s.lines++
	s.ofOne[from]++
	return true
}

func (s *Server) leave(from netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines--
	if s.ofOne[from]--; s.ofOne[from] == 0 {
		delete(s.ofOne, from)
	}
}

// line is a connection that counts, and that ends after a time whatever is said over it.
type line struct {
	net.Conn
	leave func()
	until time.Time
}

// Close implements net.Conn.
func (l *line) Close() error {
	l.leave()
	return l.Conn.Close()
}

// SetReadDeadline implements net.Conn: no later than the end of the line.
func (l *line) SetReadDeadline(t time.Time) error {
	if t.IsZero() || t.After(l.until) {
		t = l.until
	}
	return l.Conn.SetReadDeadline(t)
}

// entry is one line's conversation.
type entry struct {
	server  *Server
	conn    *smtp.Conn
	ip      netip.Addr
	from    string
	to      []recipient
	unknown int
	ended   sync.Once
}

type recipient struct {
	address string
	Recipient
}

// Reset implements smtp.Session.
func (e *entry) Reset() { e.from, e.to = "", nil }

// Logout implements smtp.Session.
func (e *entry) Logout() error { return nil }

// Mail implements smtp.Session. "" is the null return path.
func (e *entry) Mail(from string, _ *smtp.MailOptions) error {
	e.Reset()
	e.from = from
	return nil
}

func refuse(code int, enhanced smtp.EnhancedCode, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: words}
}

// Rcpt implements smtp.Session. What leads nowhere here leads nowhere: nothing is passed on, and an address with a token that nobody was given
// is answered like one that does not exist.
func (e *entry) Rcpt(to string, _ *smtp.RcptOptions) error {
	unknown := refuse(550, smtp.EnhancedCode{5, 1, 1}, "There is no such address here")
	if local, _, _ := strings.Cut(to, "@"); to == "" || strings.ContainsAny(local, "%!@:") || strings.ContainsAny(to, " \t<>\"\\") {
		return e.strange(unknown)
	}
	found, err := e.server.o.Resolve(e.server.ctx, to)
	switch {
	case vis.CodeOf(err) == vis.NotFound:
		return e.strange(unknown)
	case err != nil:
		e.server.o.Log.Error("a recipient could not be looked up", "err", err)
		return refuse(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later")
	}
	e.to = append(e.to, recipient{to, found})
	return nil
}

// strange counts recipients that lead nowhere: who asks for many is looking for addresses.
func (e *entry) strange(answer error) error {
	if e.unknown++; e.unknown < maxUnknown {
		return answer
	}
	e.ended.Do(func() { time.AfterFunc(answerFor, func() { _ = e.conn.Close() }) })
	return refuse(421, smtp.EnhancedCode{4, 7, 0}, "Too many unknown recipients")
}

// Data implements smtp.Session: everything is kept before it is answered, for every channel that the letter is for, or it is not taken.
func (e *entry) Data(r io.Reader) error {
	raw, err := e.read(r)
	if err != nil {
		return err
	}
	defer func() { <-e.server.slots }()
	done := make(map[Recipient]bool)
	for _, to := range e.to {
		if !done[to.Recipient] {
			if err := e.keep(to.Recipient, raw); err != nil {
				return err
			}
			done[to.Recipient] = true
		}
	}
	return nil
}

// LMTPData implements smtp.LMTPSession: each recipient has an answer.
func (e *entry) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	raw, err := e.read(r)
	if err != nil {
		return err
	}
	defer func() { <-e.server.slots }()
	done := make(map[Recipient]error)
	for _, to := range e.to {
		answer, known := done[to.Recipient]
		if !known {
			answer = e.keep(to.Recipient, raw)
			done[to.Recipient] = answer
		}
		status.SetStatus(to.address, answer)
	}
	return nil
}

// read takes the letter into memory, as one of few at a time. A line that ends in another way than CRLF is refused: servers differ in what
// they take for the end of a letter there, and that is how a second one is smuggled in. When it returns no error, it holds a slot.
func (e *entry) read(r io.Reader) ([]byte, error) {
	wait := time.NewTimer(30 * time.Second)
	defer wait.Stop()
	select {
	case e.server.slots <- struct{}{}:
	case <-wait.C:
		return nil, refuse(452, smtp.EnhancedCode{4, 3, 1}, "Too many letters at once; please try again later")
	case <-e.server.ctx.Done():
		return nil, refuse(421, smtp.EnhancedCode{4, 3, 2}, "We are closing; please try again later")
	}
	raw, err := io.ReadAll(r)
	switch {
	case errors.Is(err, smtp.ErrDataTooLarge):
		err = refuse(552, smtp.EnhancedCode{5, 3, 4}, fmt.Sprintf("A letter may have %d bytes", e.server.o.MaxBytes))
	case err != nil:
		err = refuse(451, smtp.EnhancedCode{4, 4, 2}, "The letter was cut off")
	case len(e.to) == 0:
		err = refuse(503, smtp.EnhancedCode{5, 5, 1}, "To whom?")
	case bare(raw):
		err = refuse(554, smtp.EnhancedCode{5, 6, 0}, "Lines end in CR LF, and in nothing else")
	}
	if err != nil {
		<-e.server.slots
		return nil, err
	}
	return raw, nil
}

// bare reports whether there is a CR or LF without the other.
func bare(raw []byte) bool {
	return bytes.Count(raw, []byte("\r\n")) != bytes.Count(raw, []byte("\n")) || bytes.Count(raw, []byte("\r\n")) != bytes.Count(raw, []byte("\r"))
}

// keep stores the letter for one channel.
func (e *entry) keep(to Recipient, raw []byte) (err error) {
	in := channel.Raw{Remote: "smtp;" + e.ip.String(), Bytes: raw, Envelope: channel.Envelope{From: e.from, Hello: e.conn.Hostname(), IP: e.ip}}
	for _, one := range e.to {
		if one.Recipient == to {
			in.Envelope.To = append(in.Envelope.To, one.address)
		}
	}
	ctx, cancel := context.WithTimeout(e.server.ctx, keepWithin)
	defer cancel()
	if err := vis.Survive(func() error { return e.server.o.Keep(ctx, to, in) }); err != nil {
		e.server.o.Log.Error("a letter could not be kept; its sender is asked to try again", "workspace", to.Workspace, "channel", to.Channel, "err", err)
		return refuse(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later")
	}
	return nil
}

// quiet hands the library's complaints to our log, without what strangers wrote in them.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, _ ...any) { q.log.Warn("a mail connection failed", "how", format) }
func (q quiet) Println(...any)                 { q.log.Warn("a mail connection failed") }
