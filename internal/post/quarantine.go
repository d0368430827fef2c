package post

import (
	"bytes"
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

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
		a.State, a.Reason, a.Detail, a.Tries, a.NextAt = Waiting, "", "", 0, now
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
		blob, a.State, a.Blob = a.Blob, Discarded, ""
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
	name, address, subject, words := seen.From.Name, seen.From.Address, seen.Subject, seen.Text
	if words == "" {
		words = "—"
	}
	return s.decide(ctx, by, id, "arrival.converted", func(tx Tx, a *Arrival, now time.Time) error {
		customer, err := s.desk.CorrespondentWithin(ctx, tx, desk.Correspondent{Name: name, Address: address}, now)
		if err != nil {
			return err
		}
		file := desk.Attachment{ID: vis.AttachmentID(s.mint.ID(now)), Name: "letter.eml", MediaType: "application/octet-stream", Size: a.Size, Blob: a.Blob}
		got, err := s.desk.ReceiveWithin(ctx, tx, vis.Actor{Workspace: by.Workspace, Kind: vis.ByCustomer, ID: string(customer.ID)}, nil,
			desk.Inbound{Channel: a.Channel, Text: words, Subject: subject, Files: []desk.Attachment{file}, ClientID: string(a.ID)}, now)
		if err != nil {
			return err
		}
		a.State, a.Conversation, a.Message = Filed, got.Conversation.ID, got.Message.ID
		return tx.InsertLetter(ctx, Letter{Message: got.Message.ID, Conversation: got.Conversation.ID, Channel: a.Channel, Raw: a.Blob,
			Body: Body{From: channel.Address{Name: name, Address: address}, Subject: subject, Notes: []string{"unreadable:" + a.Reason}}})
	})
}

// Glimpse is what can be told at once of something that arrived and was not read: its sender is unproved, its words are as they came.
type Glimpse struct {
	From    channel.Address
	Subject string
	Text    string // the beginning, headers included
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
	name, address, subject := headOf(raw)
	return Glimpse{channel.Address{Name: name, Address: address}, subject, text.Clean(string(bytes.ToValidUTF8(raw[:min(len(raw), maxShown)], []byte("�"))))}
}

// headOf reads who wrote an unreadable letter and what about, as far as that can be told from its first bytes.
func headOf(raw []byte) (name, address, subject string) {
	head := raw[:min(len(raw), maxHead)]
	if i := bytes.Index(head, []byte("\n\n")); i > 0 {
		head = head[:i]
	}
	for line := range strings.SplitSeq(string(bytes.ToValidUTF8(head, nil)), "\n") {
		field, value, ok := strings.Cut(strings.TrimRight(line, "\r"), ":")
		switch {
		case !ok:
		case strings.EqualFold(field, "From") && address == "":
			if a, err := mail.ParseAddress(value); err == nil {
				if key, ok := text.Email(a.Address); ok {
					name, address = text.Preview(a.Name, desk.MaxName), key
				}
			}
		case strings.EqualFold(field, "Subject") && subject == "":
			subject = text.Preview(value, desk.MaxSubject)
		}
	}
	if !utf8.ValidString(subject) {
		subject = ""
	}
	return name, address, subject
}
