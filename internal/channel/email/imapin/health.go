package imapin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// tellEvery is how often progress is told.
const tellEvery = 5 * time.Second

// stuckError is a letter that the server has failed to give more than once.
type stuckError struct{ remote, answer string }

func (e *stuckError) Error() string { return e.remote + ": " + e.answer }

// folderError is what a server refuses to do in a folder.
type folderError struct {
	folder string
	error
}

func (e *folderError) Unwrap() error { return e.error }

func remoteOf(f *folder, uid uint32) string {
	return fmt.Sprintf("%s;uidvalidity=%d;uid=%d", f.name, f.Validity, uid)
}

// well tells that the mailbox is being fetched. Progress within a round is told now and then.
func (r *receiver) well(ctx context.Context, round bool) {
	now := r.now()
	r.tries = 0
	if round {
		r.failing = time.Time{}
	} else if now.Sub(r.toldAt) < tellEvery || !r.failing.IsZero() {
		return
	}
	r.tell(ctx, channel.Healthy, "", "")
}

// ill tells of trouble: at once that a person is needed when waiting cannot help, otherwise when it lasts.
func (r *receiver) ill(ctx context.Context, err error) {
	now := r.now()
	if r.failing.IsZero() {
		r.failing = now
	}
	problem, hopeless := wordOf(err)
	state := channel.Trying
	if hopeless || now.Sub(r.failing) >= r.pace.broken {
		state = channel.Broken
	}
	r.tell(ctx, state, problem, r.answer(err))
}

func (r *receiver) tell(ctx context.Context, state channel.HealthState, problem, answer string) {
	h := channel.Health{Part: "in", State: state, Problem: problem, Answer: answer, ContactAt: r.contactAt}
	for _, f := range r.folders {
		if f.cursor != nil {
			h.Missed += f.Missed
			if f.MissedAt.After(h.MissedAt) {
				h.MissedAt = f.MissedAt
			}
		}
		if f.listedAt.IsZero() || h.Backlog < 0 {
			h.Backlog = -1
			continue
		}
		h.Backlog += len(f.live) + len(f.old) + len(f.late())
	}
	h.Old = r.oldLetters()
	r.toldAt = r.now()
	r.in.Tell(ctx, h)
}

// wait rests after trouble, longer each time. It tells when the trouble has lasted, even while it rests.
func (r *receiver) wait(ctx context.Context, err error) {
	first, most := r.pace.first, r.pace.most
	var refused signInError
	if errors.As(err, &refused) {
		first, most = most, 10*most // who knocks too often with a wrong password is locked out
	}
	rest := jitter(min(first<<min(r.tries, 20), most))
	r.tries++
	if lasted := r.pace.broken - r.now().Sub(r.failing); lasted > 0 && lasted < rest {
		if sleep(ctx, lasted) != nil {
			return
		}
		r.ill(ctx, err)
		rest -= lasted
	}
	_ = sleep(ctx, rest) // ctx ended: whoever called sees it
}

// answer is what an error says, on one line and without what we signed in with.
func (r *receiver) answer(err error) string { return answerOf(err, r.secret) }

func answerOf(err error, secret string) string {
	said, _, _ := strings.Cut(err.Error(), "\ngoroutine ") // the library tells where it fell over
	return line.OneLine(line.Hide(said, secret))
}

// lasting are troubles with a line that only a person can mend.
var lasting = []string{"certificate", "no-encryption", "open-line", "sign-in-again", "client-refused"}

// wordOf is the stable word of a trouble, and whether only a person can mend it. Beside line.Problem's: "sign-in-refused", "rate-limited",
// "not-now", "protocol", "no-such-folder", "folder-refused", "mailbox-full", "letter-stuck", "not-kept", and of trials "not-arrived".
func wordOf(err error) (problem string, hopeless bool) {
	var refused signInError
	var ours houseError
	var stuck *stuckError
	var folder *folderError
	var no *imap.Error
	said := errors.As(err, &no)
	switch {
	case errors.As(err, &ours):
		return "not-kept", false
	case errors.Is(err, errNotArrived):
		return "not-arrived", false
	case errors.As(err, &stuck):
		return "letter-stuck", false
	case said && (no.Code == imap.ResponseCodeLimit || no.Code == imap.ResponseCodeInUse):
		return "rate-limited", false
	case said && (no.Code == imap.ResponseCodeUnavailable || no.Code == imap.ResponseCodeServerBug):
		return "not-now", false
	case errors.As(err, &refused):
		return "sign-in-refused", true
	case errors.As(err, &folder):
		return folderWord(no), true
	case errors.Is(err, errTooMuch), strings.Contains(err.Error(), "imapwire: "), strings.Contains(err.Error(), "in response"),
		strings.Contains(err.Error(), "panic"):
		return "protocol", false
	case said && no.Type == imap.StatusResponseTypeBye:
		return "not-now", false
	}
	problem = line.Problem(err)
	return problem, slices.Contains(lasting, problem)
}

func folderWord(no *imap.Error) string {
	words := strings.ToLower(no.Text)
	switch {
	case no.Code == imap.ResponseCodeNonExistent, no.Code == imap.ResponseCodeTryCreate, strings.Contains(words, "exist"):
		return "no-such-folder"
	case no.Code == imap.ResponseCodeOverQuota:
		return "mailbox-full"
	}
	return "folder-refused"
}
