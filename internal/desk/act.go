package desk

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/jobs"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// TimerWake wakes a sleeping conversation; its key is the conversation's id.
const TimerWake = "conversation.wake"

// Outbound is a member's words to a customer.
type Outbound struct {
	Text        string
	Attachments []vis.AttachmentID
	// Resolve closes the matter with these words.
	Resolve bool
	// Reopen says that the writer knows the conversation to be resolved; without it her words are refused then, so that she
	// finds out before the customer does.
	Reopen bool
	// Channel is another way to reach the customer than the one she last wrote on, "" for that.
	Channel vis.ChannelID
	// Letter is how the words leave on a channel of letters; nil leaves it to the post room.
	Letter *Head
}

// Head is what a member chooses of a letter.
type Head struct {
	From    string            `json:"from,omitempty"` // one of the channel's own addresses; "" leaves it to the post room
	To      []channel.Address `json:"to,omitempty"`   // none for the customer's own address
	Cc      []channel.Address `json:"cc"`             // nil for those whom members allowed to read along, empty for nobody
	Bcc     []channel.Address `json:"bcc,omitempty"`
	Subject string            `json:"subject,omitempty"` // "" for that of the letter that is answered
	// Quote puts the letter that is answered below the words.
	Quote bool `json:"quote,omitempty"`
}

// Outlet is the way out for words on channels that are not live.
type Outlet interface {
	// Post writes a member's words into the outbox, in the transaction that says them, or refuses them.
	Post(ctx context.Context, tx Tx, by vis.Actor, c Conversation, m Message, head Head, now time.Time) error
}

// LeaveBy sets the way out. It is set once, before the service is used.
func (s *Service) LeaveBy(o Outlet) { s.outlet = o }

// Reply sends a member's words to the customer on the channel she last wrote on. Whoever answers an unassigned conversation
// owns it from then on.
func (s *Service) Reply(ctx context.Context, by vis.Actor, id vis.ConversationID, out Outbound) (Message, error) {
	return s.write(ctx, by, id, out, KindMessage)
}

// WriteNote adds words that only members read.
func (s *Service) WriteNote(ctx context.Context, by vis.Actor, id vis.ConversationID, words string, files []vis.AttachmentID) (Message, error) {
	return s.write(ctx, by, id, Outbound{Text: words, Attachments: files}, KindNote)
}

func (s *Service) write(ctx context.Context, by vis.Actor, id vis.ConversationID, out Outbound, kind MessageKind) (Message, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Message{}, err
	}
	now := s.clock.Now()
	words, err := CheckWords(out)
	if err != nil {
		return Message{}, err
	}
	out.Text = words
	terms := text.Terms(words)
	return vis.Update(ctx, s.db, by, func(tx Tx) (Message, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return Message{}, err
		}
		return s.say(ctx, tx, by, c, out, kind, terms, now)
	})
}

// CheckWords cleans what a member is about to say, and refuses what is empty or too long.
func CheckWords(out Outbound) (string, error) { return checkText(out.Text, len(out.Attachments)) }

// say writes words that were checked into a conversation.
func (s *Service) say(ctx context.Context, tx Tx, by vis.Actor, c Conversation, out Outbound, kind MessageKind, terms []string, now time.Time) (Message, error) {
	var way channel.Channel
	var err error
	if kind == KindMessage {
		if way, err = s.prepareReply(ctx, tx, by, &c, out, now); err != nil {
			return Message{}, err
		}
	}
	who, whoID := author(by)
	m := Message{ID: vis.MessageID(s.mint.ID(now)), Kind: kind, Author: who, AuthorID: whoID, Text: out.Text,
		ClientID: by.Request.Key, Conversation: c.ID}
	if err := bind(ctx, tx, &m, out.Attachments); err != nil {
		return Message{}, err
	}
	event := NoteWritten
	if kind == KindMessage {
		m.Channel, event = way.ID, MessageSent
		c.answered(&m, now)
	} else {
		c.add(&m, now)
	}
	if err := tx.InsertMessage(ctx, m, terms); err != nil {
		return Message{}, err
	}
	if err := s.leave(ctx, tx, by, c, m, way, out.Letter, now); err != nil {
		return Message{}, err
	}
	if by.Kind == vis.ByMember {
		if err := tx.SaveReadPosition(ctx, c.ID, by.Member(), m.Position, now); err != nil {
			return Message{}, err
		}
	}
	if err := s.tell(ctx, tx, by, event, c, MessageData{m.ID}, now); err != nil {
		return Message{}, err
	}
	if out.Resolve {
		if err := s.resolve(ctx, tx, by, &c, now); err != nil {
			return Message{}, err
		}
	}
	_, err = tx.SaveConversation(ctx, c)
	return m, err
}

// prepareReply refuses words that would reach nobody, or that were written before somebody else resolved the matter; it reopens
// a resolved conversation and gives an ownerless one to whoever answers it.
func (s *Service) prepareReply(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, out Outbound, now time.Time) (channel.Channel, error) {
	way := c.Channel
	if out.Channel != "" {
		way = out.Channel
	}
	ch, err := tx.Channel(ctx, way)
	if err != nil {
		return ch, err
	}
	if can := s.reach.Capabilities(ch); can.MaxText == 0 || can.Written && s.outlet == nil {
		return ch, vis.Errorf(vis.Conflict, "channel_silent", "The channel %q is not connected, so these words would reach nobody.", ch.Name)
	}
	if c.State == Resolved {
		if !out.Reopen {
			e := vis.Errorf(vis.Conflict, "conversation_resolved", "This conversation has just been resolved.")
			e.Current = *c
			return ch, e
		}
		c.wake()
		if _, err := s.line(ctx, tx, by, c, Line{Type: ConversationReopened}, now); err != nil {
			return ch, err
		}
	}
	if c.Assignee == "" && by.Kind == vis.ByMember {
		c.Assignee = by.Member()
		if _, err := s.line(ctx, tx, by, c, Line{Type: ConversationAssigned, Member: c.Assignee, Team: c.Team}, now); err != nil {
			return ch, err
		}
	}
	return ch, nil
}

// leave hands words over to the outlet when they do not travel by themselves.
func (s *Service) leave(ctx context.Context, tx Tx, by vis.Actor, c Conversation, m Message, way channel.Channel, head *Head, now time.Time) error {
	if m.Kind != KindMessage || !s.reach.Capabilities(way).Written {
		return nil
	}
	if head == nil {
		head = &Head{}
	}
	return s.outlet.Post(ctx, tx, by, c, m, *head, now)
}

// change runs one rule on a conversation that the actor has seen at version, writes its line, and saves it.
func (s *Service) change(ctx context.Context, by vis.Actor, id vis.ConversationID, version int64,
	rule func(tx Tx, c *Conversation, now time.Time) (Line, error)) (Conversation, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Conversation{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Conversation, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return Conversation{}, err
		}
		if err := c.expect(version); err != nil {
			return Conversation{}, err
		}
		l, err := rule(tx, &c, now)
		if err != nil {
			return Conversation{}, err
		}
		if l.Type == "" { // the rule has saved what it changed, or changed nothing
			return c, nil
		}
		err = s.record(ctx, tx, by, &c, l, now)
		return c, err
	})
}

// Assign gives the conversation to a member, a team, both or, with both empty, nobody. The caller has checked that they exist.
func (s *Service) Assign(ctx context.Context, by vis.Actor, id vis.ConversationID, m vis.MemberID, t vis.TeamID, version int64) (Conversation, error) {
	return s.change(ctx, by, id, version, func(_ Tx, c *Conversation, _ time.Time) (Line, error) {
		if c.Assignee == m && c.Team == t {
			return Line{}, nil
		}
		c.Assignee, c.Team = m, t
		return Line{Type: ConversationAssigned, Member: m, Team: t}, nil
	})
}

// Snooze puts the conversation to sleep until a time or, when until is zero, until the customer writes.
func (s *Service) Snooze(ctx context.Context, by vis.Actor, id vis.ConversationID, until time.Time, untilReply bool, version int64) (Conversation, error) {
	return s.change(ctx, by, id, version, func(tx Tx, c *Conversation, now time.Time) (Line, error) {
		return s.snooze(ctx, tx, by, c, until, untilReply, now)
	})
}

// Resolve closes the matter.
func (s *Service) Resolve(ctx context.Context, by vis.Actor, id vis.ConversationID, version int64) (Conversation, error) {
	return s.change(ctx, by, id, version, func(tx Tx, c *Conversation, now time.Time) (Line, error) {
		return Line{}, s.ResolveWithin(ctx, tx, by, c, now)
	})
}

func (s *Service) resolve(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, now time.Time) error {
	if err := c.Resolve(now); err != nil {
		return err
	}
	if err := tx.Disarm(ctx, TimerWake, string(c.ID)); err != nil {
		return err
	}
	_, err := s.line(ctx, tx, by, c, Line{Type: ConversationResolved}, now)
	return err
}

// Reopen opens a resolved or sleeping conversation again.
func (s *Service) Reopen(ctx context.Context, by vis.Actor, id vis.ConversationID, version int64) (Conversation, error) {
	return s.change(ctx, by, id, version, func(tx Tx, c *Conversation, _ time.Time) (Line, error) {
		if err := c.Reopen(); err != nil {
			return Line{}, err
		}
		return Line{Type: ConversationReopened}, tx.Disarm(ctx, TimerWake, string(id))
	})
}

// Rename gives the conversation another subject.
func (s *Service) Rename(ctx context.Context, by vis.Actor, id vis.ConversationID, subject string, version int64) (Conversation, error) {
	subject, err := checkLine("subject", subject, MaxSubject)
	if err != nil {
		return Conversation{}, err
	}
	return s.change(ctx, by, id, version, func(_ Tx, c *Conversation, _ time.Time) (Line, error) {
		if c.Subject == subject {
			return Line{}, nil
		}
		c.Subject = subject
		return Line{Type: ConversationRenamed, Subject: subject}, nil
	})
}

// Wake is the effect of TimerWake: it opens a conversation whose time has come. Running it again, or on another node, changes
// nothing, for the timer is taken in the same transaction.
func (s *Service) Wake(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		due, err := tx.Take(ctx, TimerWake, t.Key, now)
		if err != nil || !due {
			return struct{}{}, err
		}
		c, err := tx.Conversation(ctx, vis.ConversationID(t.Key))
		if err != nil || c.State != Snoozed {
			return struct{}{}, ignoreAbsent(err)
		}
		c.wake()
		c.LastActivityAt = later(now, c.LastActivityAt)
		if _, err := s.line(ctx, tx, by, &c, Line{Type: ConversationWoken}, now); err != nil {
			return struct{}{}, err
		}
		_, err = tx.SaveConversation(ctx, c)
		return struct{}{}, err
	})
	return err
}

func ignoreAbsent(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}

// MarkRead records how far the actor has read. It never goes back, and nothing is written when it does not advance.
func (s *Service) MarkRead(ctx context.Context, by vis.Actor, id vis.ConversationID, position int64) error {
	if by.Kind == vis.ByMember {
		if err := by.Must(vis.ReadConversations); err != nil {
			return err
		}
	} else if by.Kind != vis.ByCustomer {
		return vis.Errorf(vis.Forbidden, "not_a_reader", "Only people read: a member or a customer.")
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		c, err := own(ctx, tx, by, id)
		if err != nil {
			return struct{}{}, err
		}
		position := min(position, c.LastPosition)
		moved := false
		if by.Kind == vis.ByCustomer {
			moved = position > c.CustomerReadPosition
			c.CustomerReadPosition = max(position, c.CustomerReadPosition)
		} else {
			before, err := tx.ReadPosition(ctx, id, by.Member())
			if err != nil || position <= before {
				return struct{}{}, err
			}
			if err := tx.SaveReadPosition(ctx, id, by.Member(), position, now); err != nil {
				return struct{}{}, err
			}
			moved = position > c.MemberReadPosition
			c.MemberReadPosition = max(position, c.MemberReadPosition)
		}
		if moved {
			if err := tx.SaveReadMarks(ctx, id, c.CustomerReadPosition, c.MemberReadPosition); err != nil {
				return struct{}{}, err
			}
		} else if by.Kind == vis.ByCustomer {
			return struct{}{}, nil
		}
		return struct{}{}, s.tell(ctx, tx, by, ConversationRead, c, ReadData{position}, now)
	})
	return err
}

// own reads a conversation as the actor may see it: a customer only hers.
func own(ctx context.Context, tx Tx, by vis.Actor, id vis.ConversationID) (Conversation, error) {
	c, err := tx.Conversation(ctx, id)
	if err == nil && by.Kind == vis.ByCustomer && c.Customer.ID != by.Customer() {
		return Conversation{}, vis.Absent("conversation")
	}
	return c, err
}
