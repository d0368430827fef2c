package post

import (
	"context"
	"errors"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// The bounds of reading.
const (
	triesMost   = 3 // before a letter that cannot be read for a fault of ours is put aside
	deathsMost  = 6 // before one is at which the program dies each time: it may die of something else several times, too
	readAtOnce  = 64
	heldAtOnce  = 32 << 20 // bytes of letters that are read together, or one letter
	readWithin  = 30 * time.Second
	readLease   = 2 * time.Minute // of those that are claimed together
	givenBackIn = 5 * time.Second
	againAfter  = 20 * time.Second
	workspaces  = 100
	readersMost = 2 // that use a processor; those who wait for others' answers are not counted
)

// ReadOnce reads and files what is due now, one stretch of every workspace, and returns how many arrivals it settled.
func (s *Service) ReadOnce(ctx context.Context) int {
	due, err := s.db.DueArrivals(ctx, s.clock.Now(), workspaces)
	if err != nil {
		s.complain(ctx, "due letters could not be looked for", "", err)
		return 0
	}
	settled := 0
	for _, ws := range due {
		n, err := s.readStretch(ctx, ws)
		settled += n
		if err != nil {
			s.complain(ctx, "letters could not be read", ws, err)
		}
	}
	return settled
}

func (s *Service) complain(ctx context.Context, what string, ws vis.WorkspaceID, err error) {
	if ctx.Err() == nil {
		s.log.Error(what, "workspace", ws, "err", err)
	}
}

// readStretch reads some arrivals of a workspace, several at a time, and files them in their order.
func (s *Service) readStretch(ctx context.Context, ws vis.WorkspaceID) (settled int, err error) {
	now := s.clock.Now()
	claimed, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) ([]Arrival, error) {
		return tx.ClaimArrivals(ctx, now, now.Add(readLease), readAtOnce)
	})
	if err != nil {
		return 0, err
	}
	for len(claimed) > 0 {
		together := portion(claimed)
		for i, w := range s.readAll(ctx, ws, claimed[:together]) {
			if ctx.Err() != nil {
				s.giveBack(ctx, ws, claimed[i:])
				return settled, nil
			}
			if err := s.settle(ctx, ws, w); err != nil {
				s.complain(ctx, "a letter could not be filed", ws, err)
				continue
			}
			settled++
		}
		claimed = claimed[together:]
	}
	return settled, nil
}

// giveBack lets others read at once what was claimed and is not read here, because the program ends. It is none of the tries.
func (s *Service) giveBack(ctx context.Context, ws vis.WorkspaceID, left []Arrival) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), givenBackIn)
	defer cancel()
	err := s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		for _, a := range left {
			a.Tries, a.NextAt = a.Tries-1, s.clock.Now()
			if err := tx.SaveArrival(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil { // their lease runs out, and they are read then
		s.complain(ctx, "letters could not be given back", ws, err)
	}
}

// portion is how many of the first are small enough to be held in memory together.
func portion(claimed []Arrival) int {
	held := int64(0)
	for i, a := range claimed {
		if held += a.Size; held > heldAtOnce {
			return max(i, 1)
		}
	}
	return len(claimed)
}

// readAll reads some arrivals. One whose sender's servers are slow to answer keeps none of the others waiting.
func (s *Service) readAll(ctx context.Context, ws vis.WorkspaceID, claimed []Arrival) []reading {
	work := make([]reading, len(claimed))
	slots := make(chan struct{}, readersMost)
	var readers sync.WaitGroup
	for i, a := range claimed {
		slots <- struct{}{}
		readers.Go(func() {
			leave := sync.OnceFunc(func() { <-slots })
			defer leave()
			work[i] = s.read(ctx, ws, a, leave)
		})
	}
	readers.Wait()
	return work
}

// reading is an arrival as it was read, or why it could not be.
type reading struct {
	arrival Arrival
	channel channel.Channel
	letter  channel.Letter
	words   string // of the letter, as they are shown
	body    Body   // what the words left over
	print   string // of the letter
	kept    kept
	err     error
}

// read reads one arrival and keeps what came with it. A fault in a parser is an error here and nothing worse. It says when it leaves the
// processor to others, and only waits from there on.
func (s *Service) read(ctx context.Context, ws vis.WorkspaceID, a Arrival, leave func()) reading {
	out := reading{arrival: a}
	within, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	out.err = vis.Survive(func() (err error) {
		if a.Tries > deathsMost { // the program died over it each time, without a word
			return &channel.Unreadable{Reason: ReasonPoison, Detail: "reading it ended the program"}
		}
		if out.channel, err = vis.View(within, s.db, ws, func(tx Tx) (channel.Channel, error) { return tx.Channel(within, a.Channel) }); err != nil {
			return err
		}
		reader, ok := channel.As[channel.Reader](s.channels, out.channel)
		if !ok {
			return &channel.Unreadable{Reason: "broken", Detail: "no reader for channels of the kind " + string(out.channel.Kind)}
		}
		account, err := s.account(within, ws, out.channel)
		if err != nil {
			return err
		}
		raw, err := s.blobs.Read(within, ws, a.Blob)
		if err != nil {
			return err
		}
		if out.letter, err = reader.Read(account, raw, a.Envelope); err != nil {
			return err
		}
		if out.letter.Loop {
			return &channel.Unreadable{Reason: "loop", Detail: "it has passed through this server before"}
		}
		out.words, out.body = words(out.letter)
		out.print = printOf(out.letter)
		leave()
		if out.kept, err = s.keep(within, ws, out.letter); err != nil {
			return err
		}
		out.letter.Trust = reader.Prove(within, account, raw, a.Envelope, out.letter)
		return nil
	})
	return out
}

// settle files a letter that was read, and puts aside one that cannot be.
func (s *Service) settle(ctx context.Context, ws vis.WorkspaceID, w reading) error {
	err := w.err
	if err == nil {
		err = vis.Survive(func() error { return s.file(ctx, ws, w) })
	}
	var unreadable *channel.Unreadable
	var fault *vis.Fault
	switch {
	case err == nil, errors.Is(err, vis.ErrStale): // another reader has claimed it since
		return nil
	case errors.As(err, &unreadable):
		return s.quarantine(ctx, ws, w.arrival, unreadable.Reason, unreadable.Detail)
	case errors.As(err, &fault), errors.Is(err, context.DeadlineExceeded):
		s.log.Error("a letter could not be read", "workspace", ws, "arrival", w.arrival.ID, "err", err)
		if w.arrival.Tries >= triesMost {
			return s.quarantine(ctx, ws, w.arrival, ReasonPoison, "reading it failed each time")
		}
	}
	return errors.Join(err, s.later(ctx, ws, w.arrival))
}

// later leaves an arrival for another try. What failed for the house's own reasons, such as a full disk, is tried for ever.
func (s *Service) later(ctx context.Context, ws vis.WorkspaceID, a Arrival) error {
	a.NextAt = s.clock.Now().Add(againAfter)
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error { return tx.SaveArrival(ctx, a) })
}

func (s *Service) quarantine(ctx context.Context, ws vis.WorkspaceID, a Arrival, reason, detail string) error {
	now := s.clock.Now()
	a.State, a.Reason, a.Detail, a.Head, a.ChangedAt = Quarantined, reason, detail, s.headFor(ctx, ws, a), now
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.SaveArrival(ctx, a); err != nil {
			return err
		}
		return tx.Append(ctx, vis.NewEvent(vis.System(ws), now, ArrivalQuarantined, ArrivalData{a.ID, reason}))
	})
}

// headFor finds what a list shows of an arrival that is put aside. Where even that fails nothing is kept: whoever lists it looks again.
func (s *Service) headFor(ctx context.Context, ws vis.WorkspaceID, a Arrival) *Head {
	var out *Head
	err := vis.Survive(func() error {
		raw, err := s.blobs.Begin(ctx, ws, a.Blob, maxHead)
		if err == nil {
			out = new(headOf(raw))
		}
		return err
	})
	if err != nil {
		s.complain(ctx, "the head of a letter in quarantine could not be read", ws, err)
	}
	return out
}
