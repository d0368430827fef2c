package imapin

import (
	"time"

	"visavis/internal/channel"
)

// mark is how many old letters were left at an instant.
type mark struct {
	left int
	at   time.Time
}

// oldLetters is how far fetching those that were there before has come, over all folders; the zero value when it is not known, or is
// not wanted.
func (r *receiver) oldLetters() channel.OldLetters {
	out := channel.OldLetters{PerHour: r.perHour}
	for _, f := range r.folders {
		if f.listedAt.IsZero() || r.box.Existing == Ignore {
			return channel.OldLetters{}
		}
		if f.OldTotal == 0 {
			out.Total, out.Left = out.Total+f.paused, out.Left+f.paused // paused before the first was fetched
			continue
		}
		out.Total += f.OldTotal
		out.Left += min(f.leftOld(), f.OldTotal)
		if out.BeganAt.IsZero() || f.OldAt.Before(out.BeganAt) {
			out.BeganAt = f.OldAt
		}
	}
	if out.Total == 0 {
		return channel.OldLetters{}
	}
	return out
}

// leftOld is how many old letters are not here yet, those included that the server failed to give.
func (f *folder) leftOld() int {
	left := len(f.old) + f.paused
	for uid := range f.late() {
		if f.Old.has(uid) {
			left++
		}
	}
	return left
}

// measure finds out how fast old letters come over this line. What lay between two lines, such as a pause, says nothing of that.
func (r *receiver) measure() {
	now, left := r.now(), 0
	for _, f := range r.folders {
		left += len(f.old)
	}
	if r.from.at.IsZero() {
		r.from = mark{left, now}
		return
	}
	if took := now.Sub(r.from.at); took > 0 {
		r.perHour = int(float64(r.from.left-left) / took.Hours())
	}
}
