package imapin

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// The bounds of a batch, after which the cursor is saved.
const (
	batchMost  = 50
	batchBytes = 4 << 20
	headMost   = 256 << 10 // bytes that are kept of a letter that is too large
)

// stretch fetches the first letters of a queue, and returns the queue without those that are settled: kept, gone, or late.
func (r *receiver) stretch(ctx context.Context, s *session, f *folder, queue []uint32) ([]uint32, error) {
	now := queue[:min(len(queue), batchMost)]
	b := batch{receiver: r, session: s, folder: f, settled: make(map[uint32]bool)}
	err := b.fetch(ctx, now)
	left := slices.DeleteFunc(slices.Clone(now), func(uid uint32) bool { return b.settled[uid] })
	if len(left) == 0 {
		queue = queue[len(now):]
	} else {
		queue = slices.Concat(left, queue[len(now):])
	}
	if len(b.settled) == 0 {
		return queue, err
	}
	return queue, errors.Join(err, r.save(context.WithoutCancel(ctx), f))
}

// batch is some letters that are fetched together.
type batch struct {
	*receiver
	session *session
	folder  *folder
	at      map[uint32]found
	settled map[uint32]bool
}

func (b *batch) fetch(ctx context.Context, uids []uint32) error {
	if err := b.sizes(ctx, uids); err != nil {
		return err
	}
	var together []uint32
	bytes := int64(0)
	flush := func() error {
		defer func() { together, bytes = nil, 0 }()
		return b.many(ctx, together, bytes)
	}
	for _, uid := range uids {
		l, there := b.at[uid]
		if !there {
			continue
		}
		if l.size > b.box.MaxLetter || b.folder.careful[uid] || b.folder.Late[uid] != nil {
			if err := b.one(ctx, l); err != nil {
				return err
			}
			continue
		}
		if bytes+l.size > batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		together, bytes = append(together, uid), bytes+l.size
	}
	return flush()
}

// sizes asks how large the letters are and when they came. What is not there any more is settled.
func (b *batch) sizes(ctx context.Context, uids []uint32) error {
	all, err := b.session.list(ctx, setOf(uids), imap.FetchOptions{RFC822Size: true, InternalDate: true}, len(uids))
	var no *imap.Error
	if err != nil && !errors.As(err, &no) {
		return err
	}
	b.at = make(map[uint32]found, len(all))
	b.note(all)
	for _, uid := range uids {
		if _, there := b.at[uid]; there {
			continue
		}
		if err := b.absent(ctx, uid, no != nil); err != nil {
			return err
		}
	}
	return nil
}

// absent settles a letter that the server told nothing of: it has gone, or it is there and late. Where a question about several was
// refused, each is asked about by itself.
func (b *batch) absent(ctx context.Context, uid uint32, refused bool) error {
	o := imap.FetchOptions{RFC822Size: refused, InternalDate: refused}
	again, err := b.session.list(ctx, setOf([]uint32{uid}), o, 1)
	var no *imap.Error
	switch {
	case errors.As(err, &no):
		b.late(uid, b.answer(err))
	case err != nil:
		return err
	case len(again) == 0:
		b.settled[uid] = true
		b.folder.lose(uid, b.now())
	case refused:
		b.note(again)
	default:
		b.late(uid, "the server lists it and tells nothing of it")
	}
	return nil
}

func (b *batch) note(all []found) {
	for _, l := range all {
		l.size = max(l.size, b.folder.larger[l.uid])
		b.at[l.uid] = l
	}
}

// many fetches several letters at once, and singly those that this did not bring.
func (b *batch) many(ctx context.Context, uids []uint32, bytes int64) error {
	if len(uids) == 0 {
		return nil
	}
	// Servers count differently: twice as much may come.
	err := b.session.bodies(ctx, setOf(uids), &imap.FetchItemBodySection{}, answerMost+2*bytes+int64(len(uids))*1024, b.box.MaxLetter, func(uid uint32, raw []byte) error {
		return b.keep(ctx, b.at[uid], raw, 0)
	})
	var no *imap.Error
	left := slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool { return b.settled[uid] })
	if err != nil && !errors.As(err, &no) {
		var ours houseError
		if !errors.As(err, &ours) {
			for _, uid := range left {
				b.folder.careful[uid] = true
			}
		}
		return err
	}
	for _, uid := range left {
		if err := b.one(ctx, b.at[uid]); err != nil {
			return err
		}
	}
	return nil
}

// one fetches a letter by itself. It is asked for by its number in the folder: some servers name a letter's UID only after its bytes,
// which the library cannot match with a question by UID.
func (b *batch) one(ctx context.Context, l found) error {
	what, bytes, most, whole := &imap.FetchItemBodySection{}, answerMost+2*l.size, b.box.MaxLetter, int64(0)
	if l.size > b.box.MaxLetter {
		what = &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Partial: &imap.SectionPartial{Size: headMost}}
		bytes, most, whole = answerMost+headMost, headMost, l.size
	}
	err := b.session.bodies(ctx, imap.SeqSetNum(l.seq), what, bytes, most, func(uid uint32, raw []byte) error {
		if uid != l.uid {
			return nil // letters before it have gone, and numbers have shifted
		}
		return b.keep(ctx, l, raw, whole)
	})
	var large *tooLarge
	var ours houseError
	switch {
	case b.settled[l.uid] || errors.As(err, &ours) || ctx.Err() != nil:
		return err
	case errors.As(err, &large) && whole == 0:
		b.folder.larger[l.uid] = large.size
		return err
	case errors.Is(err, errTooMuch) && l.size < b.box.MaxLetter:
		b.folder.larger[l.uid] = b.box.MaxLetter
		return err
	case err == nil:
		b.late(l.uid, "the server did not give it")
	default:
		b.late(l.uid, b.answer(err))
	}
	var no *imap.Error
	if errors.As(err, &no) {
		return nil
	}
	return err
}

// keep has a letter kept. whole is its size when this is only its head.
func (b *batch) keep(ctx context.Context, l found, raw []byte, whole int64) error {
	remote := remoteOf(b.folder, l.uid)
	if _, err := b.in.Keep(ctx, channel.Raw{Remote: remote, Bytes: raw, ReceivedAt: l.at, Envelope: channel.Envelope{HeadOf: whole}}); err != nil {
		return house(err)
	}
	b.settled[l.uid] = true
	f := b.folder
	if l.uid < f.Next && f.Missed > 0 && f.Late[l.uid] == nil && !f.Kept.has(l.uid) && !f.Old.has(l.uid) {
		f.Missed-- // it was there after all: the server had not told of it
	}
	f.Kept.add(l.uid, l.uid)
	delete(f.Late, l.uid)
	delete(f.careful, l.uid)
	delete(f.larger, l.uid)
	if b.box.After != Leave && whole == 0 && !trial(raw) {
		f.Due.add(l.uid, l.uid)
	}
	b.contactAt = b.now()
	return nil
}

// trial reports whether a letter tries the mailbox out. Whoever wrote it looks for it, and deletes it.
func trial(raw []byte) bool {
	head := raw[:min(len(raw), 16<<10)]
	if end := bytes.Index(head, []byte("\r\n\r\n")); end > 0 {
		head = head[:end]
	}
	return bytes.Contains(head, []byte("\n"+channel.TrialHeader+": "))
}

// late settles a letter that the server failed to give, until it is tried again.
func (b *batch) late(uid uint32, answer string) {
	f := b.folder
	was := f.Late[uid]
	if was == nil {
		was = &late{}
		if f.Late == nil {
			f.Late = make(map[uint32]*late)
		}
		f.Late[uid] = was
	}
	rest := []time.Duration{0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	was.NextAt = b.now().Add(rest[min(was.Tries, len(rest)-1)])
	was.Tries++
	was.Answer = line.OneLine(answer)
	b.settled[uid] = true
}

func setOf(uids []uint32) imap.UIDSet {
	var out imap.UIDSet
	for _, uid := range uids {
		out.AddNum(imap.UID(uid))
	}
	return out
}
