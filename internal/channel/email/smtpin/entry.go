package smtpin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// entry is one line's conversation.
type entry struct {
	server  *Server
	conn    *smtp.Conn
	line    *line
	lmtp    bool
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
	if admit := e.server.o.Admit; admit != nil && admit() != nil {
		e.server.count.deferred.Add(1)
		return noRoom()
	}
	e.from = from
	return nil
}

// noRoom asks who brings a letter to come again when there is room.
func noRoom() error {
	return refuse(452, smtp.EnhancedCode{4, 3, 1}, "There is no room for letters at the moment; please try again later")
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
	e.server.count.unknown.Add(1)
	if e.unknown++; e.unknown < maxUnknown {
		return answer
	}
	e.ended.Do(func() { time.AfterFunc(answerFor, func() { _ = e.conn.Close() }) })
	return refuse(421, smtp.EnhancedCode{4, 7, 0}, "Too many unknown recipients")
}

// Data implements smtp.Session: everything is kept before it is answered, for every channel that the letter is for, or it is not taken.
func (e *entry) Data(r io.Reader) error {
	err := e.take(r, func(raw []byte) error {
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
	})
	e.server.answered(err)
	return err
}

// LMTPData implements smtp.LMTPSession: each recipient has an answer.
func (e *entry) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	err := e.take(r, func(raw []byte) error {
		done := make(map[Recipient]error)
		for _, to := range e.to {
			answer, known := done[to.Recipient]
			if !known {
				answer = e.keep(to.Recipient, raw)
				e.server.answered(answer)
				done[to.Recipient] = answer
			}
			status.SetStatus(to.address, answer)
		}
		return nil
	})
	if err != nil {
		e.server.answered(err)
	}
	return err
}

// answered counts what a letter was told.
func (s *Server) answered(err error) {
	var no *smtp.SMTPError
	switch {
	case err == nil:
		s.count.taken.Add(1)
	case errors.As(err, &no) && no.Code < 500:
		s.count.deferred.Add(1)
	default:
		s.count.refused.Add(1)
	}
}

// take reads a letter into memory and hands it on. A line that ends in another way than CRLF is refused: servers differ in what they take
// for the end of a letter there, and that is how a second one is smuggled in.
func (e *entry) take(r io.Reader, hand func(raw []byte) error) error {
	if !e.server.begin(e.line) {
		return refuse(421, smtp.EnhancedCode{4, 3, 2}, "We are closing; please try again later")
	}
	defer e.server.end(e.line)
	raw, err := e.server.room.read(r)
	defer e.server.room.give(cap(raw))
	switch {
	case errors.Is(err, errFull):
		return refuse(452, smtp.EnhancedCode{4, 3, 1}, "Too many letters at once; please try again later")
	case errors.Is(err, smtp.ErrDataTooLarge):
		return refuse(552, smtp.EnhancedCode{5, 3, 4}, fmt.Sprintf("A letter may have %d bytes", e.server.o.MaxBytes))
	case err != nil:
		return refuse(451, smtp.EnhancedCode{4, 4, 2}, "The letter was cut off")
	case len(e.to) == 0:
		return refuse(503, smtp.EnhancedCode{5, 5, 1}, "To whom?")
	case bare(raw):
		return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Lines end in CR LF, and in nothing else")
	}
	return hand(raw)
}

// room is the memory for letters on their way in. Each takes what it needs as it comes, so that many slow ones keep nobody out.
type room struct {
	mu   sync.Mutex
	free int64
}

const firstBytes = 32 << 10 // taken for every letter; most need no more

var errFull = errors.New("smtpin: no room for another letter")

// read reads a letter whole. What it returns, also with an error, takes room until it is given back.
func (m *room) read(r io.Reader) ([]byte, error) {
	var raw []byte
	for {
		if len(raw) == cap(raw) {
			more := max(cap(raw), firstBytes)
			if !m.take(more) {
				return raw, errFull
			}
			raw = append(make([]byte, 0, cap(raw)+more), raw...)
		}
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		if err == io.EOF {
			return raw, nil
		}
		if err != nil {
			return raw, err
		}
	}
}

func (m *room) take(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.free < int64(n) {
		return false
	}
	m.free -= int64(n)
	return true
}

func (m *room) give(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free += int64(n)
}

// bare reports whether there is a CR or LF without the other.
func bare(raw []byte) bool {
	return bytes.Count(raw, []byte("\r\n")) != bytes.Count(raw, []byte("\n")) || bytes.Count(raw, []byte("\r\n")) != bytes.Count(raw, []byte("\r"))
}

// keep stores the letter for one channel. What a server of ours hands over by LMTP came to it from elsewhere: where from, only it knows.
func (e *entry) keep(to Recipient, raw []byte) (err error) {
	in := channel.Raw{Remote: "lmtp", Bytes: raw, Envelope: channel.Envelope{From: e.from}}
	if !e.lmtp {
		in.Remote, in.Envelope.Hello, in.Envelope.IP = "smtp;"+e.line.from.String(), e.conn.Hostname(), e.line.from
	}
	for _, one := range e.to {
		if one.Recipient == to {
			in.Envelope.To = append(in.Envelope.To, one.address)
		}
	}
	ctx, cancel := context.WithTimeout(e.server.ctx, keepWithin)
	defer cancel()
	if err := vis.Survive(func() error { return e.server.o.Keep(ctx, to, in) }); err != nil {
		e.server.o.Log.Error("a letter could not be kept; its sender is asked to try again", "workspace", to.Workspace, "channel", to.Channel, "err", err)
		var why *vis.Error
		if errors.As(err, &why) && why.Reason == "storage_full" {
			return noRoom()
		}
		return refuse(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later")
	}
	return nil
}
