// Package smtpin is the door at which other mail servers hand letters over to us: SMTP (RFC 5321) for those of the world, LMTP (RFC 2033)
// for one of our own. It says that a letter is taken only when it is kept, relays nothing, and lets nobody sign in.
package smtpin

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
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
	// Admit refuses letters before they come while there is no room to keep them; nil lets all come.
	Admit func() error
	Log   *slog.Logger
}

const (
	maxUnknown    = 10 // recipients of one line that lead nowhere, before it is ended
	memory        = 4  // letters of the largest size that those on their way may take together, beyond their first bytes
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
	room   room
	count  counts
	ctx    context.Context //nolint:containedctx // ends when the door is closed
	cancel context.CancelFunc

	under   sync.WaitGroup // lines and letters that have not ended
	mu      sync.Mutex
	closing bool
	lines   map[*line]bool
	ofOne   map[netip.Addr]int
}

// Stats are what the door has seen since it was made.
type Stats struct {
	Lines    int    // open now
	Taken    uint64 // letters: kept, and answered so
	Deferred uint64 // letters that were asked to come again
	Refused  uint64 // letters that never will be taken
	Unknown  uint64 // recipients that lead nowhere
	Turned   uint64 // lines that were one too many
}

type counts struct{ taken, deferred, refused, unknown, turned atomic.Uint64 }

// Stats counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.count
	return Stats{len(s.lines), c.taken.Load(), c.deferred.Load(), c.refused.Load(), c.unknown.Load(), c.turned.Load()}
}

// New makes a door that is not open yet.
func New(o Options) *Server {
	o.MaxBytes, o.MaxRecipients = or(o.MaxBytes, 50<<20), or(o.MaxRecipients, 100)
	o.MaxLines, o.MaxLinesOfOne = or(o.MaxLines, 200), or(o.MaxLinesOfOne, 20)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, room: room{free: memory*o.MaxBytes + int64(o.MaxLines)*firstBytes}, lines: make(map[*line]bool), ofOne: make(map[netip.Addr]int)}
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
		return &entry{server: s, conn: c, line: lineOf(c.Conn()), lmtp: lmtp}, nil
	}))
	out.Domain, out.TLSConfig, out.LMTP = s.o.Domain, s.o.TLS, lmtp
	out.MaxMessageBytes, out.MaxRecipients = s.o.MaxBytes, s.o.MaxRecipients
	out.MaxLineLength = int(s.o.MaxBytes) // of a letter: see unansweredMost for the others
	out.ReadTimeout, out.WriteTimeout = commandWithin, commandWithin
	out.ErrorLog = quiet{s.o.Log}
	return out
}

// Serve takes letters by SMTP until Close.
func (s *Server) Serve(l net.Listener) error {
	return ended(s.smtp.Serve(&guarded{l, s, s.o.MaxLinesOfOne}))
}

// ServeLMTP takes letters by LMTP until Close. It is for a mail server of ours, which may have as many lines as there are.
func (s *Server) ServeLMTP(l net.Listener) error { return ended(s.lmtp.Serve(&guarded{l, s, 0})) }

func ended(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// Close lets nobody in any more, lets the letters that are under way end until ctx does, and then ends every line. Whoever heard no
// answer sends again.
func (s *Server) Close(ctx context.Context) {
	s.shut()
	var closing sync.WaitGroup
	for _, one := range []*smtp.Server{s.smtp, s.lmtp} {
		closing.Go(func() { _ = one.Shutdown(ctx) })
	}
	closing.Wait()
	s.cancel()
	s.cut()
	s.under.Wait()
}

// quiet hands the library's complaints to our log, without what strangers wrote in them.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, _ ...any) { q.log.Warn("a mail connection failed", "how", format) }
func (q quiet) Println(...any)                 { q.log.Warn("a mail connection failed") }
