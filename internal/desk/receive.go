package desk

import (
	"context"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Inbound is a customer's words as her channel delivers them.
type Inbound struct {
	Channel vis.ChannelID
	// Conversation is the one she answers in; "" for her current one on this channel, or a new one.
	Conversation vis.ConversationID
	Text         string
	Attachments  []vis.AttachmentID
	// ClientID makes the message recognisable when it is delivered again; required.
	ClientID string
	Page     *PageView

	// What follows is for ReceiveWithin only.

	// Subject is that of a conversation that begins; "" takes the first words.
	Subject string
	// Team owns a conversation that begins; "" leaves it to the channel's.
	Team vis.TeamID
	// Files came with the words and have no row yet. Their bytes are durable.
	Files []Attachment
	// Automatic words were written by a machine: in a conversation that is there they wake nobody, and nobody waits for an answer.
	Automatic bool
}

// Received is a message with the conversation it stands in.
type Received struct {
	Message      Message
	Conversation Conversation
}

// Receive takes a customer's words: once it returns without error they are committed and synced, exactly once however often
// they are delivered. Delivering other words under the same ClientID is a vis.Mismatch. A sleeping conversation wakes, a
// resolved one is reopened.
func (s *Service) Receive(ctx context.Context, by vis.Actor, in Inbound) (Received, error) {
	if by.Kind != vis.ByCustomer {
		return Received{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only a customer writes here.")
	}
	if !vis.IsID(in.ClientID) {
		return Received{}, vis.InField("clientId", "The message needs an id of its own: a UUID in lower case.")
	}
	words, err := checkText(in.Text, len(in.Attachments))
	if err != nil {
		return Received{}, err
	}
	in.Text = words
	terms := text.Terms(words)
	now := s.clock.Now()
	by.Request = vis.Request{} // the ClientID does it, for longer than request keys are kept
	return vis.Update(ctx, s.db, by, func(tx Tx) (Received, error) {
		earlier, err := tx.MessageByClientID(ctx, AuthorCustomer, by.ID, in.ClientID)
		switch {
		case err == nil && (earlier.Text != in.Text || in.Conversation != "" && in.Conversation != earlier.Conversation):
			return Received{}, vis.Errorf(vis.Mismatch, "idempotency_mismatch", "Other words were already received under this id.")
		case err == nil:
			c, err := tx.Conversation(ctx, earlier.Conversation)
			return Received{earlier, c}, err
		case vis.CodeOf(err) != vis.NotFound:
			return Received{}, err
		}
		return s.receive(ctx, tx, by, in, terms, now)
	})
}

func (s *Service) receive(ctx context.Context, tx Tx, by vis.Actor, in Inbound, terms []string, now time.Time) (Received, error) {
	c, started, err := s.conversationFor(ctx, tx, by, in, now)
	if err != nil {
		return Received{}, err
	}
	return s.hear(ctx, tx, by, in, c, started, terms, now)
}

// ReceiveWithin takes words that came by a way on which they were kept before, for a room above that has a transaction open: in the
// conversation c, which may be another customer's, or in a new one when c is nil. The caller sees to it that they are taken once.
func (s *Service) ReceiveWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, in Inbound, now time.Time) (Received, error) {
	words := text.Clean(in.Text)
	if c != nil {
		return s.hear(ctx, tx, by, in.with(words), *c, false, text.Terms(words), now)
	}
	begun, err := s.begin(ctx, tx, by.Customer(), in, now)
	if err != nil {
		return Received{}, err
	}
	return s.hear(ctx, tx, by, in.with(words), begun, true, text.Terms(words), now)
}

func (in Inbound) with(words string) Inbound {
	in.Text = words
	return in
}

// hear writes a customer's words into a conversation, which is not inserted yet when it has just started.
func (s *Service) hear(ctx context.Context, tx Tx, by vis.Actor, in Inbound, c Conversation, started bool, terms []string, now time.Time) (Received, error) {
	m := Message{ID: vis.MessageID(s.mint.ID(now)), Kind: KindMessage, Author: AuthorCustomer, AuthorID: by.ID,
		Text: in.Text, Channel: in.Channel, ClientID: in.ClientID, Conversation: c.ID}
	var err error
	if started {
		if err := tx.InsertConversation(ctx, c); err != nil {
			return Received{}, err
		}
	}
	if err := bind(ctx, tx, &m, in.Attachments); err != nil {
		return Received{}, err
	}
	for i, a := range in.Files {
		a.Conversation, a.Message, a.Author, a.AuthorID = c.ID, m.ID, m.Author, m.AuthorID
		a.CreatedAt = now.Add(time.Duration(i) * time.Millisecond) // they are shown in this order
		if err := tx.InsertAttachment(ctx, a); err != nil {
			return Received{}, err
		}
		m.Attachments = append(m.Attachments, a)
	}
	quiet := in.Automatic && !started
	switch {
	case quiet:
	case c.State == Snoozed:
		if err := tx.Disarm(ctx, TimerWake, string(c.ID)); err != nil {
			return Received{}, err
		}
		c.wake()
		if _, err := s.line(ctx, tx, vis.System(by.Workspace), &c, Line{Type: ConversationWoken}, now); err != nil {
			return Received{}, err
		}
	case c.State == Resolved:
		c.wake()
		if _, err := s.line(ctx, tx, by, &c, Line{Type: ConversationReopened}, now); err != nil {
			return Received{}, err
		}
	}
	event := MessageReceived
	if quiet {
		event = AutomaticReceived
		c.add(&m, now)
	} else {
		c.heard(&m, now)
	}
	if started {
		c.Subject = in.Subject
		if c.Subject == "" {
			c.Subject = text.Preview(in.Text, 80)
		}
	}
	if err := tx.InsertMessage(ctx, m, terms); err != nil {
		return Received{}, err
	}
	if c, err = tx.SaveConversation(ctx, c); err != nil {
		return Received{}, err
	}
	if in.Page != nil {
		if err := tx.TouchCustomer(ctx, by.Customer(), now, in.Page); err != nil {
			return Received{}, err
		}
	}
	if started {
		if err := s.tell(ctx, tx, by, ConversationStarted, c, nil, now); err != nil {
			return Received{}, err
		}
	}
	s.received.put(messageKey{by.Workspace, m.ID}, Received{m, c}) // of no consequence when the commit fails: no event names it then
	return Received{m, c}, s.tell(ctx, tx, by, event, c, MessageData{m.ID}, now)
}

// conversationFor finds where a customer's words belong, or begins a conversation that is not inserted yet.
func (s *Service) conversationFor(ctx context.Context, tx Tx, by vis.Actor, in Inbound, now time.Time) (Conversation, bool, error) {
	if in.Conversation != "" {
		c, err := tx.Conversation(ctx, in.Conversation)
		if err == nil && c.Customer.ID != by.Customer() {
			err = vis.Absent("conversation")
		}
		return c, false, err
	}
	c, err := tx.CurrentConversation(ctx, by.Customer(), in.Channel)
	if vis.CodeOf(err) != vis.NotFound {
		return c, false, err
	}
	c, err = s.begin(ctx, tx, by.Customer(), in, now)
	return c, true, err
}

// begin makes a conversation that is not inserted yet.
func (s *Service) begin(ctx context.Context, tx Tx, with vis.CustomerID, in Inbound, now time.Time) (Conversation, error) {
	customer, err := tx.Customer(ctx, with)
	if err != nil {
		return Conversation{}, err
	}
	ch, err := tx.Channel(ctx, in.Channel)
	if err != nil {
		return Conversation{}, err
	}
	number, err := tx.NextNumber(ctx)
	if err != nil {
		return Conversation{}, err
	}
	team := in.Team
	if team == "" {
		team = ch.Team
	}
	return Conversation{ID: vis.ConversationID(s.mint.ID(now)), Number: number, State: Open, Channel: in.Channel,
		Customer: customer.Ref(), Team: team, Standing: Standing{Rank: Unranked}, CreatedAt: now, LastActivityAt: now, Version: 1}, nil
}

// Ref returns what a conversation shows of the customer.
func (c Customer) Ref() CustomerRef {
	return CustomerRef{ID: c.ID, Name: c.Name, Face: c.Face, Locale: c.Locale, Verified: c.Verified}
}

// tell appends an event about a conversation.
func (s *Service) tell(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, c Conversation, data any, now time.Time) error {
	e := vis.NewEvent(by, now, typ, data)
	e.Conversation, e.Customer = c.ID, c.Customer.ID
	return tx.Append(ctx, e)
}

// line writes into the thread what has happened to the conversation, and appends the event of the same name. The caller saves c.
func (s *Service) line(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, l Line, now time.Time) (Message, error) {
	return s.lineWith(ctx, tx, by, c, KindLine, l, "", now)
}

// lineWith is line for one that has words beside it.
func (s *Service) lineWith(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, kind MessageKind, l Line, words string, now time.Time) (Message, error) {
	who, id := author(by)
	m := Message{ID: vis.MessageID(s.mint.ID(now)), Kind: kind, Author: who, AuthorID: id, Text: words, Line: &l}
	c.add(&m, now)
	if err := tx.InsertMessage(ctx, m, text.Terms(words)); err != nil {
		return Message{}, err
	}
	return m, s.tell(ctx, tx, by, l.Type, *c, MessageData{m.ID}, now)
}
