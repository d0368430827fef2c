package imapin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// folder is one that letters are fetched from.
type folder struct {
	name string
	*cursor
	live, old []uint32         // to be fetched, in this order
	paused    int              // old letters that are not to be fetched yet
	careful   map[uint32]bool  // those that were under way when a line broke: one at a time
	larger    map[uint32]int64 // those that turned out to have more bytes than the server said
	next      uint32           // UIDs from here on have not been listed
	given     uint32           // the server gives UIDs from here on, or 0 when it does not say
	count     uint32           // letters in the folder when it was opened last
	listedAt  time.Time        // as a whole
	unsaved   bool             // the cursor says more than what was saved of it
}

// margin is how much earlier than we saw a folder a letter may have come and still be taken for new, when only its date can tell.
const margin = 24 * time.Hour

// listEvery is how often a folder is listed as a whole, so that what its UIDs hid from us is found.
const listEvery = 24 * time.Hour

// look opens a folder and finds out what is to be fetched.
func (r *receiver) look(ctx context.Context, s *session, f *folder) error {
	sel, err := s.open(ctx, f.name, r.box.After == Leave)
	if err != nil {
		return err
	}
	if f.cursor == nil {
		f.careful, f.larger = make(map[uint32]bool), make(map[uint32]int64)
		if f.cursor, err = r.load(ctx, f.name); err != nil {
			return err
		}
	}
	of := fmt.Sprintf("%s@%s:%d", strings.ToLower(r.box.Server.User), r.box.Server.Host, r.box.Server.Port)
	if f.cursor == nil || f.Of != of || f.Validity != sel.UIDValidity {
		if err := r.begin(ctx, s, f, of, sel); err != nil {
			return err
		}
	}
	now := r.now()
	switch {
	case now.Sub(f.listedAt) >= listEvery || f.listedAt.IsZero():
		all, err := s.since(ctx, 1, sel.NumMessages, imap.FetchOptions{})
		if err != nil {
			return err
		}
		r.queue(f, all)
		f.listedAt = now
		if f.OldTotal == 0 && len(f.old) > 0 {
			f.OldTotal, f.OldAt = len(f.old), now // saved with the first batch
		}
	case sel.UIDNext == 0 || uint32(sel.UIDNext) > f.next || sel.NumMessages != f.count:
		more, err := s.since(ctx, f.next, sel.NumMessages, imap.FetchOptions{})
		if err != nil {
			return err
		}
		f.append(more)
	}
	f.count, f.given = sel.NumMessages, uint32(sel.UIDNext)
	f.again(now)
	return nil
}

// begin starts a folder's cursor: one that is seen for the first time, or whose UIDs mean something else from now on. Then all that may
// have come since we saw it first is fetched again, and known by its bytes.
func (r *receiver) begin(ctx context.Context, s *session, f *folder, of string, sel *imap.SelectData) error {
	began := &cursor{Of: of, Validity: sel.UIDValidity, Since: r.now()}
	again := f.cursor != nil
	switch {
	case again:
		began.Since, began.Missed, began.MissedAt = f.Since, f.Missed, f.MissedAt
		fallthrough
	case sel.UIDNext == 0:
		all, err := s.since(ctx, 1, sel.NumMessages, imap.FetchOptions{InternalDate: again})
		if err != nil {
			return err
		}
		began.Old = before(all, began.Since.Add(-margin), again)
	case sel.UIDNext > 1:
		began.Old.add(1, uint32(sel.UIDNext)-1)
	}
	anew := folder{name: f.name, cursor: began, careful: make(map[uint32]bool), larger: make(map[uint32]int64)}
	if err := r.save(ctx, &anew); err != nil {
		return err // what counts as old must not move while it cannot be saved
	}
	*f = anew
	return nil
}

// before is the set of letters that are older than an instant, or all of them. What lies between two old ones is taken for old.
func before(all []found, since time.Time, byDate bool) spans {
	sortFound(all)
	var out spans
	joined := false
	for _, l := range all {
		switch {
		case byDate && (l.at.IsZero() || !l.at.Before(since)):
			joined = false
		case joined:
			out[len(out)-1].to = l.uid
		default:
			out.add(l.uid, l.uid)
			joined = true
		}
	}
	return out
}

func sortFound(all []found) {
	slices.SortFunc(all, func(a, b found) int { return int(int64(a.uid) - int64(b.uid)) })
}

// queue puts all that lies in a folder and is wanted into its queues.
func (r *receiver) queue(f *folder, all []found) {
	sortFound(all)
	f.live, f.old, f.paused, f.next = nil, nil, 0, 1
	there := make(map[uint32]bool, len(f.Late))
	for _, l := range all {
		f.next = l.uid + 1
		switch {
		case f.Kept.has(l.uid):
		case f.Late[l.uid] != nil:
			there[l.uid] = true
		case !f.Old.has(l.uid):
			f.live = append(f.live, l.uid)
		case r.box.Existing == Fetch:
			f.old = append(f.old, l.uid)
		case r.box.Existing == Pause:
			f.paused++
		}
	}
	for uid := range f.Late {
		if !there[uid] {
			f.lose(uid, r.now())
		}
	}
}

// lose forgets a late letter that somebody has taken away.
func (f *folder) lose(uid uint32, now time.Time) {
	if f.Late[uid] != nil {
		delete(f.Late, uid)
		f.Missed, f.MissedAt = f.Missed+1, now
	}
}

// account counts the letters that somebody has taken away before they could be fetched, once nothing waits: the UIDs that the server gave
// out and of which nothing is known. A few servers leave UIDs out without a letter; they tell of too many.
func (r *receiver) account(ctx context.Context, f *folder) error {
	first, end := f.Next, max(f.given, f.next)
	if end <= first {
		return nil
	}
	f.Next = end
	known := append(f.Kept.from(first), f.Old.from(first)...)
	for uid := range f.Late {
		known = append(known, span{uid, uid})
	}
	var all spans
	for _, s := range known {
		all.add(s.from, s.to)
	}
	missed := int(end - first)
	for _, s := range all.from(first) {
		missed -= int(min(s.to, end-1)) + 1 - int(s.from)
	}
	switch {
	case first == 0: // what had gone before we looked cannot be told
	case missed > 0:
		f.Missed, f.MissedAt = f.Missed+missed, r.now()
	default:
		return nil // a cursor that is older finds out the same
	}
	return r.save(ctx, f)
}

// append puts newcomers into the queue.
func (f *folder) append(more []found) {
	sortFound(more)
	for _, l := range more {
		if !f.Kept.has(l.uid) && !f.Old.has(l.uid) && f.Late[l.uid] == nil {
			f.live = append(f.live, l.uid)
		}
		f.next = l.uid + 1
	}
}

// again puts late letters whose time has come behind the others.
func (f *folder) again(now time.Time) {
	for uid, l := range f.Late {
		if !l.NextAt.After(now) && !slices.Contains(f.live, uid) {
			f.live = append(f.live, uid)
		}
	}
}

// missed tells whether closing a gap of what is kept would lose a letter.
func (r *receiver) missed(f *folder) func(span) bool {
	var waiting spans
	for _, queue := range [][]uint32{f.live, f.old} {
		for _, uid := range queue {
			waiting.add(uid, uid)
		}
	}
	for uid := range f.Late {
		waiting.add(uid, uid)
	}
	within := func(s spans, gap span) bool {
		i := s.at(gap.from)
		return i < len(s) && s[i].from <= gap.to
	}
	return func(gap span) bool {
		return within(waiting, gap) || r.box.Existing != Fetch && within(f.Old, gap) // which may be wanted one day
	}
}

// late are the letters that the server failed to give.
func (f *folder) late() map[uint32]*late {
	if f.cursor == nil {
		return nil
	}
	return f.Late
}
