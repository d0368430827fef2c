package desk

import (
	"context"
	"encoding/json"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Conversation reads one conversation; a customer sees only her own.
func (s *Service) Conversation(ctx context.Context, by vis.Actor, id vis.ConversationID) (Conversation, error) {
	if err := mayRead(by); err != nil {
		return Conversation{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Conversation, error) { return own(ctx, tx, by, id) })
}

// Listed is one page of conversations with how far the asking member has read each, and the log's head when it was read.
type Listed struct {
	Page vis.List[Conversation]
	Read map[vis.ConversationID]int64
	Seq  int64
}

// Conversations reads one page of a list. For ViewMine and the read marks the member is the actor.
func (s *Service) Conversations(ctx context.Context, by vis.Actor, f Filter, p vis.Page) (Listed, error) {
	if by.Kind == vis.ByCustomer {
		f = Filter{Customer: by.Customer()}
	} else if err := by.Must(vis.ReadConversations); err != nil {
		return Listed{}, err
	}
	f.Member = by.Member()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Listed, error) {
		seq, err := tx.Head(ctx)
		if err != nil {
			return Listed{}, err
		}
		page, err := tx.Conversations(ctx, f, p.Bounded())
		if err != nil || by.Kind != vis.ByMember {
			return Listed{Page: page, Seq: seq}, err
		}
		ids := make([]vis.ConversationID, len(page.Items))
		for i, c := range page.Items {
			ids[i] = c.ID
		}
		read, err := tx.ReadPositions(ctx, ids, by.Member())
		return Listed{page, read, seq}, err
	})
}

// ReadPosition is how far the acting member has read a conversation.
func (s *Service) ReadPosition(ctx context.Context, by vis.Actor, id vis.ConversationID) (int64, error) {
	if by.Kind != vis.ByMember {
		return 0, nil
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (int64, error) { return tx.ReadPosition(ctx, id, by.Member()) })
}

// Counts counts the open conversations of each view, for the acting member and her teams.
func (s *Service) Counts(ctx context.Context, by vis.Actor, teams []vis.TeamID) (Counts, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Counts{}, err
	}
	soon := s.clock.Now().Add(RiskWithin)
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Counts, error) {
		return tx.CountConversations(ctx, by.Member(), teams, soon)
	})
}

// Thread reads a stretch of a conversation. A customer sees what was said to her and by her and what is said of her calls, never notes, and
// of the lines none.
func (s *Service) Thread(ctx context.Context, by vis.Actor, id vis.ConversationID, r Range) ([]Message, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	r.Limit = vis.Page{Limit: r.Limit}.Bounded().Limit
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Message, error) {
		if _, err := own(ctx, tx, by, id); err != nil {
			return nil, err
		}
		if by.Kind == vis.ByCustomer {
			return tx.Messages(ctx, id, r, KindMessage, KindCall)
		}
		return tx.Messages(ctx, id, r)
	})
}

// Customer reads one customer; a customer sees only herself.
func (s *Service) Customer(ctx context.Context, by vis.Actor, id vis.CustomerID) (Customer, error) {
	if by.Kind == vis.ByCustomer {
		if id != by.Customer() {
			return Customer{}, vis.Absent("customer")
		}
	} else if err := by.Must(vis.ReadCustomers); err != nil {
		return Customer{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Customer, error) { return tx.Customer(ctx, id) })
}

// CustomerChange is what a member may change of a customer; nil leaves a field as it is.
type CustomerChange struct {
	Name, Locale, Zone *string
	// Adviser is the member she is followed by, "" for none; the caller has checked that she works here.
	Adviser *vis.MemberID
	Segment *string
	Value   *int // 0 … MaxValue
	// Attributes are those that change; an empty value takes one away.
	Attributes Attributes
	Version    int64
}

// The bounds of what an organisation says of a customer.
const (
	MaxValue   = 100
	MaxSegment = 40 // runes
)

// apply changes what is to be changed, or refuses.
func (in CustomerChange) apply(c *Customer) (err error) {
	if in.Name != nil {
		if c.Name, err = checkLine("name", *in.Name, MaxName); err != nil {
			return err
		}
	}
	if in.Segment != nil {
		if c.Segment, err = checkLine("segment", *in.Segment, MaxSegment); err != nil {
			return err
		}
	}
	if in.Value != nil {
		if *in.Value < 0 || *in.Value > MaxValue {
			return vis.InField("value", "A customer's value goes from 0 to %d; %d does not.", MaxValue, *in.Value)
		}
		c.Value = *in.Value
	}
	if c.Attributes, err = c.Attributes.with(in.Attributes); err != nil {
		return err
	}
	if in.Adviser != nil {
		c.Adviser = *in.Adviser
	}
	if in.Locale != nil {
		c.Locale = *in.Locale
	}
	if in.Zone != nil {
		c.Zone = *in.Zone
	}
	return nil
}

// ChangeCustomer changes what we know of a customer.
func (s *Service) ChangeCustomer(ctx context.Context, by vis.Actor, id vis.CustomerID, in CustomerChange) (Customer, error) {
	if err := by.Must(vis.WriteCustomers); err != nil {
		return Customer{}, err
	}
	if in.Zone != nil && *in.Zone != "" {
		if _, err := time.LoadLocation(*in.Zone); err != nil {
			return Customer{}, vis.InField("zone", "%q is no time zone; one looks like Europe/Paris.", *in.Zone)
		}
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Customer, error) {
		c, err := tx.Customer(ctx, id)
		if err != nil {
			return Customer{}, err
		}
		if c.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "customer_changed", "Somebody changed this customer a moment before you.")
			e.Current = c
			return Customer{}, e
		}
		if err := in.apply(&c); err != nil {
			return Customer{}, err
		}
		return c, s.saveCustomer(ctx, tx, by, &c, CustomerChanged, now)
	})
}

// Found is what a search turned up.
type Found struct {
	Customers     []Customer
	Conversations []Match
}

// Search finds customers and conversations by the beginnings of words, for a person who is typing.
func (s *Service) Search(ctx context.Context, by vis.Actor, query string, limit int) (Found, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Found{}, err
	}
	if err := by.Must(vis.ReadCustomers); err != nil {
		return Found{}, err
	}
	limit = vis.Page{Limit: limit}.Bounded().Limit
	terms := text.QueryTerms(query)
	if len(terms) == 0 {
		return Found{}, nil
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Found, error) {
		customers, err := tx.SearchCustomers(ctx, terms, limit)
		if err != nil {
			return Found{}, err
		}
		conversations, err := tx.SearchConversations(ctx, terms, limit)
		return Found{customers, conversations}, err
	})
}

// Attach records a file whose bytes are already stored and synced. A member may say for which conversation it is meant.
func (s *Service) Attach(ctx context.Context, by vis.Actor, a Attachment) (Attachment, error) {
	if by.Kind != vis.ByCustomer {
		if err := by.Must(vis.WriteConversations); err != nil {
			return Attachment{}, err
		}
	}
	if a.Size > MaxFile {
		return Attachment{}, vis.Errorf(vis.TooLarge, "file_too_large", "A file may have 25 MB at most.")
	}
	now := s.clock.Now()
	a.ID, a.CreatedAt, a.Message = vis.AttachmentID(s.mint.ID(now)), now, ""
	a.Author, a.AuthorID = author(by)
	return vis.Update(ctx, s.db, by, func(tx Tx) (Attachment, error) {
		if a.Conversation != "" {
			if _, err := own(ctx, tx, by, a.Conversation); err != nil {
				return Attachment{}, err
			}
		}
		return a, tx.InsertAttachment(ctx, a)
	})
}

// KeepUploadsFor is how long a file waits for the message that it was uploaded for.
const KeepUploadsFor = 24 * time.Hour

// ForgetUploads removes files that were uploaded and never sent, and hands each blob that nothing names any more to forget. A blob
// that somebody is uploading again at this moment is young, and forget must spare it.
func (s *Service) ForgetUploads(ctx context.Context, ws vis.WorkspaceID, forget func(blob string, before time.Time) error) error {
	const few = 100
	before := s.clock.Now().Add(-KeepUploadsFor)
	type gone struct {
		Count   int
		Orphans []string
	}
	for {
		g, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) (gone, error) {
			n, orphans, err := tx.ForgetUploads(ctx, before, few)
			return gone{n, orphans}, err
		})
		if err != nil {
			return err
		}
		for _, blob := range g.Orphans {
			if err := forget(blob, before); err != nil {
				return err
			}
		}
		if g.Count < few {
			return nil
		}
	}
}

// Attachment reads a file's record as the actor may see it: her own uploads, and what stands in conversations that she may read;
// a customer never sees the files of notes.
func (s *Service) Attachment(ctx context.Context, by vis.Actor, id vis.AttachmentID) (Attachment, error) {
	if err := mayRead(by); err != nil {
		return Attachment{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Attachment, error) {
		a, err := tx.Attachment(ctx, id)
		if err != nil {
			return Attachment{}, err
		}
		if who, whoID := author(by); a.Author == who && a.AuthorID == whoID {
			return a, nil
		}
		if a.Message == "" {
			return Attachment{}, vis.Absent("file")
		}
		if by.Kind != vis.ByCustomer {
			return a, nil
		}
		m, err := tx.Message(ctx, a.Message)
		if err != nil || m.Kind != KindMessage {
			return Attachment{}, vis.Absent("file")
		}
		if _, err := own(ctx, tx, by, a.Conversation); err != nil {
			return Attachment{}, vis.Absent("file")
		}
		return a, nil
	})
}

// Events reads the log after a sequence number, for members and tokens.
func (s *Service) Events(ctx context.Context, by vis.Actor, after int64, limit int) ([]vis.Event, int64, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, 0, err
	}
	var head int64
	events, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (_ []vis.Event, err error) {
		if head, err = tx.Head(ctx); err != nil {
			return nil, err
		}
		return tx.Events(ctx, after, limit)
	})
	return events, head, err
}

// Happening is an event with what it is about as it stands now; a nil part is gone or was never meant.
type Happening struct {
	Event        vis.Event
	Conversation *Conversation
	Message      *Message
	Customer     *Customer
	Read         *ReadData
	Step         *Step
}

// Hydrate fetches what this room's events are about. It reads each conversation and message once, however many events name it,
// and not at all when this node has just received it.
func (s *Service) Hydrate(ctx context.Context, ws vis.WorkspaceID, events []vis.Event) ([]Happening, error) {
	out := make([]Happening, len(events))
	missing := 0
	for i, e := range events {
		out[i] = Happening{Event: e}
		if !s.remembers(ws, &out[i]) {
			missing++
		}
	}
	if missing == 0 {
		return out, nil
	}
	err := s.db.View(ctx, ws, func(tx Tx) error {
		conversations := make(map[vis.ConversationID]*Conversation)
		for i := range out {
			if out[i].Message != nil {
				continue
			}
			if err := hydrate(ctx, tx, &out[i], conversations); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// remembers fills in an event about a message that this node has just received.
func (s *Service) remembers(ws vis.WorkspaceID, h *Happening) bool {
	if h.Event.Type != MessageReceived {
		return false
	}
	var d MessageData
	if err := json.Unmarshal(h.Event.Data, &d); err != nil {
		return false
	}
	r, _, ok := s.received.get(messageKey{ws, d.Message})
	if ok {
		h.Message, h.Conversation = &r.Message, &r.Conversation
	}
	return ok
}

func hydrate(ctx context.Context, tx Tx, h *Happening, conversations map[vis.ConversationID]*Conversation) error {
	if id := h.Event.Conversation; id != "" {
		c, known := conversations[id]
		if !known {
			found, err := tx.Conversation(ctx, id)
			if err == nil {
				c = &found
			} else if ignoreAbsent(err) != nil {
				return err
			}
			conversations[id] = c
		}
		h.Conversation = c
	}
	switch h.Event.Type {
	case ConversationRead:
		h.Read = new(ReadData)
		return json.Unmarshal(h.Event.Data, h.Read)
	case StepAdded, StepChanged:
		var d StepData
		if err := json.Unmarshal(h.Event.Data, &d); err != nil {
			return err
		}
		step, err := tx.Step(ctx, d.Step)
		if err == nil {
			h.Step = &step
		}
		return ignoreAbsent(err)
	case MessageUnderstood, ReadingCorrected:
		return nil // its conversation says it
	case CustomerIdentified, CustomerChanged:
		c, err := tx.Customer(ctx, h.Event.Customer)
		if err == nil {
			h.Customer = &c
		}
		return ignoreAbsent(err)
	}
	var d MessageData
	if err := json.Unmarshal(h.Event.Data, &d); err != nil || d.Message == "" {
		return err
	}
	m, err := tx.Message(ctx, d.Message)
	if err == nil {
		h.Message = &m
	}
	return ignoreAbsent(err)
}

// mayRead lets customers through, whose sight ends at their own conversations, and asks everybody else for the scope.
func mayRead(by vis.Actor) error {
	if by.Kind == vis.ByCustomer {
		return nil
	}
	return by.Must(vis.ReadConversations)
}
