package imapin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"visavis/internal/channel/email/line"
)

// The bounds of a conversation.
const (
	dialWithin = 30 * time.Second
	quietFor   = time.Minute      // between two bytes of an answer
	answerMost = 256 << 10        // bytes of an answer to anything but a request for letters
	restMost   = 64 << 10         // bytes that come unasked
	slowest    = 64 << 10         // bytes a second at which a letter must come
	longest    = 20 * time.Minute // for one request, whatever was asked for
)

// session is a line to a server that lets us in.
type session struct {
	conn   *conn
	client *imapclient.Client
	news   chan struct{} // rung when the server says that something has come
	folder string        // that is open
	most   time.Duration // that a command may take
	noIdle bool
}

// connect makes the line, not yet protected.
func (f *Fetcher) connect(ctx context.Context, to line.Server) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	raw, err := f.dial.Open(ctx, to)
	if err != nil {
		return nil, err
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		alive := net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 3}
		if err := tcp.SetKeepAliveConfig(alive); err != nil {
			_ = raw.Close()
			return nil, err
		}
	}
	return &session{conn: &conn{Conn: raw}, news: make(chan struct{}, 1), most: f.pace.command}, nil
}

// end closes the line.
func (s *session) end() {
	s.conn.end(net.ErrClosed)
	if s.client != nil {
		_ = s.client.Close() // waits until nobody reads any more
	}
}

// within does something on the line that must end in time and within a number of bytes; otherwise the line ends.
func (s *session) within(ctx context.Context, most time.Duration, bytes int64, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.conn.expect(bytes, min(quietFor, most))
	stop := context.AfterFunc(ctx, func() { s.conn.end(ctx.Err()) })
	late := time.AfterFunc(most, func() { s.conn.end(errSlow) })
	err := do()
	late.Stop()
	stop()
	var answer *imap.Error
	if err != nil && !errors.As(err, &answer) {
		if why := s.conn.why(); why != nil {
			return why
		}
		return err
	}
	s.conn.expect(restMost, 0)
	return err
}

// command is within the bounds of a short question.
func (s *session) command(ctx context.Context, do func() error) error {
	return s.within(ctx, s.most, answerMost, do)
}

// protect encrypts the line and hears the server's greeting.
func (s *session) protect(ctx context.Context, f *Fetcher, to line.Server) error {
	options := &imapclient.Options{TLSConfig: to.Protection(f.roots), UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(m *imapclient.UnilateralDataMailbox) {
			if m.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		},
	}}
	return s.within(ctx, f.pace.hello, answerMost, func() (err error) {
		switch to.Security {
		case line.TLS:
			secure := tls.Client(s.conn, options.TLSConfig)
			if err := secure.HandshakeContext(ctx); err != nil {
				return err
			}
			s.client = imapclient.New(secure, options)
		case line.StartTLS:
			if s.client, err = imapclient.NewStartTLS(s.conn, options); err != nil {
				var no *imap.Error
				if errors.As(err, &no) {
					return fmt.Errorf("STARTTLS: %w", err)
				}
				return err
			}
		default:
			s.client = imapclient.New(s.conn, options)
		}
		return s.client.WaitGreeting()
	})
}

// signInError is a refusal to let us in.
type signInError struct{ error }

func (e signInError) Unwrap() error { return e.error }

var errNoPassword = errors.New("the server takes no password over this line")

// signIn proves who we are, by the first of the ways that both sides know.
func (s *session) signIn(ctx context.Context, f *Fetcher, to line.Server, secret string) error {
	err := s.within(ctx, f.pace.hello, answerMost, func() error {
		if s.client.State() != imap.ConnStateNotAuthenticated {
			return nil
		}
		can := s.client.Caps()
		switch {
		case to.Bearer && can.Has(imap.AuthCap(sasl.OAuthBearer)) && !can.Has(imap.AuthCap("XOAUTH2")):
			return s.client.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: to.User, Token: secret, Host: to.Host, Port: int(to.Port)}))
		case to.Bearer:
			return s.client.Authenticate(line.Bearer(to.User, secret))
		case can.Has(imap.AuthCap(sasl.Plain)):
			return s.client.Authenticate(sasl.NewPlainClient("", to.User, secret))
		case can.Has(imap.CapLoginDisabled):
			return signInError{errNoPassword}
		}
		return s.client.Login(to.User, secret).Wait()
	})
	var no *imap.Error
	if errors.As(err, &no) {
		return signInError{err}
	}
	return err
}

// session makes a line on which letters can be fetched.
func (f *Fetcher) session(ctx context.Context, to line.Server, secret string) (*session, error) {
	s, err := f.connect(ctx, to)
	if err != nil {
		return nil, err
	}
	if err = s.protect(ctx, f, to); err == nil {
		err = s.signIn(ctx, f, to, secret)
	}
	if err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// open opens a folder. Reading alone leaves it as it is.
func (s *session) open(ctx context.Context, name string, readOnly bool) (data *imap.SelectData, err error) {
	s.folder = ""
	err = s.command(ctx, func() (err error) {
		data, err = s.client.Select(name, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		return err
	})
	if err == nil {
		s.folder = name
	}
	return data, err
}

// can reports whether the server offers something.
func (s *session) can(ctx context.Context, what imap.Cap) (can bool, err error) {
	err = s.command(ctx, func() error {
		can = s.client.Caps().Has(what)
		return nil
	})
	return can, err
}

// rest waits until something has come, or for so long. Where the server offers to tell, it is asked to.
func (s *session) rest(ctx context.Context, idle bool, wait time.Duration) error {
	var telling *imapclient.IdleCommand
	if can, err := s.can(ctx, imap.CapIdle); err != nil {
		return err
	} else if idle && can && !s.noIdle {
		err := s.command(ctx, func() (err error) {
			telling, err = s.client.Idle()
			return err
		})
		var no *imap.Error
		if errors.As(err, &no) {
			s.noIdle = true
		} else if err != nil {
			return err
		}
	}
	enough := time.NewTimer(wait)
	defer enough.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.news:
	case <-enough.C:
	case <-s.client.Closed():
	}
	if telling == nil {
		return nil // a line that broke is found by the next command
	}
	return s.command(ctx, func() error {
		if err := telling.Close(); err != nil {
			return err
		}
		return telling.Wait()
	})
}
