package post

import (
	"bytes"
	"context"
	"net/mail"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// MaxCount is how far arrivals and sendings are counted.
const MaxCount = 1000

// Arrivals lists what arrived and stands so, newest first.
func (s *Service) Arrivals(ctx context.Context, by vis.Actor, state ArrivalState, p vis.Page) (vis.List[Arrival], error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return vis.List[Arrival]{}, err
	}
	if !state.Valid() {
		return vis.List[Arrival]{}, vis.InField("state", "There is no state %q; quarantined, waiting, filed, repeated and discarded are.", state)
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (vis.List[Arrival], error) { return tx.Arrivals(ctx, state, p) })
}

// Arrival reads one.
func (s *Service) Arrival(ctx context.Context, by vis.Actor, id vis.ArrivalID) (Arrival, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Arrival{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Arrival, error) { return tx.Arrival(ctx, id) })
}

// Counts are what waits for people in the post room, each up to MaxCount.
type Counts struct {
	Quarantined int
	Failed      int // letters that did not leave
	Waiting     int // letters that arrived and are not read yet
}

// Counts counts what waits for people.
func (s *Service) Counts(ctx context.Context, by vis.Actor) (Counts, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Counts{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (c Counts, err error) {
		if c.Quarantined, err = tx.CountArrivals(ctx, Quarantined, MaxCount); err != nil {
			return c, err
		}
		if c.Waiting, err = tx.CountArrivals(ctx, Waiting, MaxCount); err != nil {
			return c, err
		}
		c.Failed, err = tx.CountSendings(ctx, Failed, MaxCount)
		return c, err
	})
}

// decide runs a member's decision on an arrival in quarantine.
func (s *Service) decide(ctx context.Context, by vis.Actor, id vis.ArrivalID, action string, fn func(tx Tx, a *Arrival, now time.Time) error) (Arrival, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Arrival{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Arrival, error) {
		a, err := tx.Arrival(ctx, id)
		if err != nil {
			return Arrival{}, err
		}
		if a.State != Quarantined {
			e := vis.Errorf(vis.Conflict, "arrival_settled", "Somebody has decided on this letter a moment before you.")
			e.Current = a
			return Arrival{}, e
		}
		a.ChangedAt = now
		if err := fn(tx, &a, now); err != nil {
			return Arrival{}, err
		}
		if err := tx.SaveArrival(ctx, a); err != nil {
			return Arrival{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil)); err != nil {
			return Arrival{}, err
		}
		return a, tx.Append(ctx, vis.NewEvent(by, now, ArrivalSettled, ArrivalData{Arrival: id}))
	})
}

// Retry reads an arrival in quarantine once more, as after a server that has learnt to.
func (s *Service) Retry(ctx context.Context, by vis.Actor, id vis.ArrivalID) (Arrival, error) {
	a, err := s.decide(ctx, by, id, "arrival.retried", func(_ Tx, a *Arrival, now time.Time) error {
		a.State, a.Reason, a.Detail, a.Head, a.Tries, a.NextAt = Waiting, "", "", nil, 0, now
		return nil
	})
	if err == nil {
		ring(s.bell)
	}
	return a, err
}

// Discard decides that an arrival in quarantine is nothing; its bytes are deleted, and the same bytes do not come back.
func (s *Service) Discard(ctx context.Context, by vis.Actor, id vis.ArrivalID) (Arrival, error) {
	var blob string
	a, err := s.decide(ctx, by, id, "arrival.discarded", func(_ Tx, a *Arrival, _ time.Time) error {
		blob, a.State, a.Blob, a.Head = a.Blob, Discarded, "", nil
		return nil
	})
	if err == nil && blob != "" {
		if err := s.blobs.Forget(ctx, by.Workspace, blob, s.clock.Now()); err != nil {
			s.complain(ctx, "a discarded letter's bytes could not be deleted", by.Workspace, err)
		}
	}
	return a, err
}

// Of an unreadable letter the first maxHead bytes are looked at for who wrote it, and maxShown are shown as a message before they are
// cleaned.
const (
	maxHead  = 64 << 10
	maxShown = 8 << 10
)

// Convert makes a conversation of an arrival that could not be read: what of it is text, with the whole of it as a file.
func (s *Service) Convert(ctx context.Context, by vis.Actor, id vis.ArrivalID) (Arrival, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Arrival{}, err
	}
	raw, err := s.Raw(ctx, by, id)
	if err != nil {
		return Arrival{}, err
	}
	seen := glimpse(raw)
	words := seen.Text
	if words == "" {
		words = "—"
	}
	return s.decide(ctx, by, id, "arrival.converted", func(tx Tx, a *Arrival, now time.Time) error {
		customer, err := s.desk.CorrespondentWithin(ctx, tx, by, desk.Correspondent{Name: seen.From.Name, Address: seen.From.Address}, now)
		if err != nil {
			return err
		}
		file := desk.Attachment{ID: vis.AttachmentID(s.mint.ID(now)), Name: "letter.eml", MediaType: "application/octet-stream", Size: a.Size, Blob: a.Blob}
		got, err := s.desk.ReceiveWithin(ctx, tx, vis.Actor{Workspace: by.Workspace, Kind: vis.ByCustomer, ID: string(customer.ID)}, nil,
			desk.Inbound{Channel: a.Channel, Text: words, Subject: seen.Subject, Files: []desk.Attachment{file}, ClientID: string(a.ID)}, now)
		if err != nil {
			return err
		}
		a.State, a.Head, a.Conversation, a.Message = Filed, nil, got.Conversation.ID, got.Message.ID
		return tx.InsertLetter(ctx, Letter{Message: got.Message.ID, Conversation: got.Conversation.ID, Channel: a.Channel, Raw: a.Blob,
			Body: Body{From: seen.From, Subject: seen.Subject, Notes: []string{"unreadable:" + a.Reason}}})
	})
}

// Glimpse is what can be told at once of something that arrived and was not read.
type Glimpse struct {
	Head
	Text string // the beginning as it came, headers included
}

// Head tells who an arrival says that it is from, and what about. The bytes of one that was put aside before heads were kept, or is not in
// quarantine, are opened.
func (s *Service) Head(ctx context.Context, by vis.Actor, a Arrival) (Head, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Head{}, err
	}
	if a.Head != nil {
		return *a.Head, nil
	}
	seen, err := s.Glimpse(ctx, by, a)
	return seen.Head, err
}

// Glimpse reads the beginning of an arrival; it is empty for one whose bytes are gone.
func (s *Service) Glimpse(ctx context.Context, by vis.Actor, a Arrival) (Glimpse, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Glimpse{}, err
	}
	if a.Blob == "" {
		return Glimpse{}, nil
	}
	raw, err := s.blobs.Begin(ctx, by.Workspace, a.Blob, maxHead)
	if err != nil {
		return Glimpse{}, err
	}
	return glimpse(raw), nil
}

// glimpse tells what can be told of a letter's first bytes.
func glimpse(raw []byte) Glimpse {
	return Glimpse{headOf(raw), text.Clean(string(bytes.ToValidUTF8(raw[:min(len(raw), maxShown)], []byte("�"))))}
}

// headOf reads who wrote an unreadable letter and what about, as far as that can be told from its first bytes.
func headOf(raw []byte) (out Head) {
	head := raw[:min(len(raw), maxHead)]
	if i := bytes.Index(head, []byte("\n\n")); i > 0 {
		head = head[:i]
	}
	for line := range strings.SplitSeq(string(bytes.ToValidUTF8(head, nil)), "\n") {
		field, value, ok := strings.Cut(strings.TrimRight(line, "\r"), ":")
		switch {
		case !ok:
		case strings.EqualFold(field, "From") && out.From.Address == "":
			if a, err := mail.ParseAddress(value); err == nil {
				if key, ok := text.Email(a.Address); ok {
					out.From = channel.Address{Name: text.Preview(a.Name, desk.MaxName), Address: key}
				}
			}
		case strings.EqualFold(field, "Subject") && out.Subject == "":
			out.Subject = text.Preview(value, desk.MaxSubject)
		}
	}
	return out
}
