// Package imapin fetches letters from mailboxes by IMAP (RFC 9051, RFC 3501). No letter is passed over because somebody has seen it, because
// of its date, or because too many came at once.
//
// How a folder is fetched:
//
//  1. It is opened, without changing anything in it. Its cursor says which UIDs are kept; those that are listed and not kept are wanted.
//     Once a day, and when the program starts, the folder is listed as a whole; otherwise only what came since.
//  2. Letters come in batches, one at a time in memory, newcomers before those that were there when we came. Each is kept, which means
//     committed, before the next is read.
//  3. The cursor is saved after each batch. A crash before that fetches a batch again, whose letters are known by their bytes.
//  4. Only then may the letters be moved or deleted. Those that must be are in the cursor until it is done.
//
// When the server gives the UIDs another meaning (UIDVALIDITY), all that may have come since we saw the folder first is fetched again.
//
// A letter that somebody takes away before it could be fetched is counted and told of, for nobody can fetch it any more.
//
// A letter that the server fails to give, or over which the line breaks, is tried by itself, later and later, and holds up no other. Of one
// that is too large the head is kept, so that people see that it is there.
package imapin

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/emersion/go-imap/v2"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// After is what becomes of a letter on the server once we have it.
type After string

const (
	Leave  After = "leave" // nothing: others see the mailbox as it was
	Move   After = "move"
	Delete After = "delete"
)

// Existing is what becomes of letters that lay in a folder before we came.
type Existing string

const (
	Ignore Existing = "ignore"
	Fetch  Existing = "fetch" // they are fetched, the oldest first, whenever nothing new waits
	Pause  Existing = "pause" // they will be: what is fetched already stays known
)

// Mailbox is where letters are fetched from.
type Mailbox struct {
	Server  line.Server
	Folders []string // one at least; the first is the one in which the server tells us of newcomers
	After   After
	MoveTo  string // a folder that is not one of Folders
	// Existing is what becomes of letters that were there before.
	Existing Existing
	// MaxLetter is the largest letter that is fetched whole, in bytes.
	MaxLetter int64
}

// Fetcher fetches from mailboxes. It is safe for concurrent use.
type Fetcher struct {
	dial  line.Dial
	roots *x509.CertPool
	now   func() time.Time
	pace  pace
}

// pace is how often things are done.
type pace struct {
	poll    time.Duration // between two looks where the server does not tell, or cannot for every folder
	idle    time.Duration // between two signs of life where it does
	breath  time.Duration // between two looks at least
	hello   time.Duration // at most, each for protecting a line and for signing in
	command time.Duration // at most, for a command; letters may take longer
	first   time.Duration // before another try after a first failure; it doubles up to most
	most    time.Duration
	broken  time.Duration // failing for longer needs a person
}

// New makes a fetcher. roots are the authorities that certificates must come from, nil for the system's.
func New(dial line.Dial, roots *x509.CertPool, now func() time.Time) *Fetcher {
	return &Fetcher{dial: dial, roots: roots, now: now, pace: pace{poll: 2 * time.Minute, idle: 4 * time.Minute, breath: 500 * time.Millisecond, hello: 30 * time.Second, command: time.Minute,
		first: 2 * time.Second, most: 90 * time.Second, broken: 150 * time.Second}}
}

// Secret is what the server is signed in to with, asked for whenever a line is made. refused is what it did not take the last time, ""
// otherwise.
type Secret func(ctx context.Context, refused string) (string, error)

// receiver fetches from one mailbox.
type receiver struct {
	*Fetcher
	box       Mailbox
	ask       Secret
	secret    string // as it was given last
	refused   string // when the server did not take it
	in        channel.Intake
	folders   []*folder
	fault     error     // of a folder, in this round: the others are fetched
	failing   time.Time // since when; zero while all is well
	tries     int
	contactAt time.Time
	toldAt    time.Time
	from      mark // when old letters began to be fetched over this line
	perHour   int  // how many of them came since, an hour; 0 when not known yet
}

// Receive fetches until ctx ends.
func (f *Fetcher) Receive(ctx context.Context, box Mailbox, secret Secret, in channel.Intake) {
	r := &receiver{Fetcher: f, box: box, ask: secret, in: in}
	for _, name := range box.Folders {
		r.folders = append(r.folders, &folder{name: name})
	}
	r.tell(ctx, channel.Trying, "", "")
	for ctx.Err() == nil {
		err := r.line(ctx)
		if ctx.Err() != nil {
			return
		}
		r.ill(ctx, err)
		r.wait(ctx, err)
	}
}

// line makes a line and fetches over it until it breaks.
func (r *receiver) line(ctx context.Context) error {
	var err error
	if r.secret, err = r.ask(ctx, r.refused); err != nil {
		return err
	}
	r.refused, r.from, r.perHour = "", mark{}, 0
	s, err := r.session(ctx, r.box.Server, r.secret)
	var not signInError
	if errors.As(err, &not) {
		r.refused = r.secret
	}
	if err != nil {
		return err
	}
	defer s.end()
	for {
		more, err := r.round(ctx, s)
		if err != nil {
			return err
		}
		r.contactAt = r.now()
		if r.fault == nil {
			r.well(ctx, true)
		} else {
			r.ill(ctx, r.fault)
		}
		if more {
			continue
		}
		if err := r.rest(ctx, s); err != nil {
			return err
		}
	}
}

// round looks into every folder for what is new, and then fetches some of what was there before. more says that there may be more
// of that.
func (r *receiver) round(ctx context.Context, s *session) (more bool, err error) {
	r.fault = nil
	for _, f := range r.folders {
		if err := r.folder(ctx, s, f); err != nil {
			return false, err
		}
	}
	for _, f := range r.folders {
		if len(f.old) == 0 {
			continue
		}
		waiting := len(f.old)
		if err := r.excuse(f, r.before(ctx, s, f)); err != nil {
			return false, err
		}
		if len(f.old) < waiting {
			return true, nil
		}
	}
	return false, nil
}

// before fetches some of what was in a folder before we came.
func (r *receiver) before(ctx context.Context, s *session, f *folder) (err error) {
	if s.folder != f.name {
		if err := r.look(ctx, s, f); err != nil {
			return err
		}
	}
	if r.from.at.IsZero() {
		r.measure()
	}
	if f.old, err = r.stretch(ctx, s, f, f.old); err != nil {
		return err
	}
	r.measure()
	r.well(ctx, false)
	return r.clear(ctx, s, f)
}

// excuse remembers what a server refuses to do in a folder. It is told, and keeps us from no other folder.
func (r *receiver) excuse(f *folder, err error) error {
	var no *imap.Error
	if errors.As(err, &no) {
		r.fault = &folderError{f.name, err}
		return nil
	}
	return err
}

// folder fetches what is new in a folder, and does there what was left undone.
func (r *receiver) folder(ctx context.Context, s *session, f *folder) error {
	err := r.look(ctx, s, f)
	for err == nil && len(f.live) > 0 {
		if f.live, err = r.stretch(ctx, s, f, f.live); err == nil {
			r.well(ctx, false)
			err = r.clear(ctx, s, f)
		}
	}
	if err == nil {
		err = r.clear(ctx, s, f)
	}
	if err == nil {
		err = r.account(ctx, f)
	}
	for uid, l := range f.late() {
		if err == nil && l.Tries > 1 {
			r.fault = &stuckError{remoteOf(f, uid), l.Answer}
		}
	}
	return r.excuse(f, err)
}

// rest waits until something has come in the first folder, or it is time to look again.
func (r *receiver) rest(ctx context.Context, s *session) error {
	if err := sleep(ctx, r.pace.breath); err != nil {
		return err
	}
	first, idle, wait := r.folders[0], len(r.folders) == 1, r.pace.poll
	if s.folder != first.name {
		sel, err := s.open(ctx, first.name, r.box.After == Leave)
		var no *imap.Error
		switch {
		case errors.As(err, &no):
		case err != nil:
			return err
		case sel.NumMessages != first.count:
			return nil // something came while we were elsewhere
		}
	}
	if idle {
		wait = jitter(r.pace.idle)
	}
	for _, f := range r.folders {
		for _, l := range f.late() {
			wait = min(wait, max(l.NextAt.Sub(r.now()), r.pace.breath))
		}
	}
	return s.rest(ctx, s.folder == first.name, wait)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// jitter is a duration or up to a quarter more, so that a server that comes back is not asked by all at once.
func jitter(d time.Duration) time.Duration { return d + rand.N(d/4+1) } //nolint:gosec // chance without a secret
