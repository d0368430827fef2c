package desk

import (
	"context"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The verbs of this file are for rooms above that have a transaction open: they do what the verb of the same name does, on a conversation
// that the caller has read in that transaction, and leave c as it was saved. They ask for no right: the caller has.

// AssignWithin gives the conversation to a member, a team, both or nobody. Nothing happens when it is so already.
func (s *Service) AssignWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, m vis.MemberID, t vis.TeamID, now time.Time) error {
	if c.Assignee == m && c.Team == t {
		return nil
	}
	c.Assignee, c.Team = m, t
	return s.record(ctx, tx, by, c, Line{Type: ConversationAssigned, Member: m, Team: t}, now)
}

// SpokenWithin records that a member spoke to the customer on a way that leaves no words here, such as a call: nobody waits any more, and
// an ownerless conversation is hers.
func (s *Service) SpokenWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, now time.Time) (err error) {
	c.WaitingSince = time.Time{}
	if c.Assignee == "" && by.Kind == vis.ByMember {
		return s.AssignWithin(ctx, tx, by, c, by.Member(), c.Team, now)
	}
	*c, err = tx.SaveConversation(ctx, *c)
	return err
}

// CallWithin takes a customer's wish for a person at once, which has no words: in her current conversation on a channel, or in a new one.
// She waits from now if she was not waiting already.
func (s *Service) CallWithin(ctx context.Context, tx Tx, by vis.Actor, ch vis.ChannelID, subject string, page *PageView, now time.Time) (Conversation, error) {
	c, started, err := s.conversationFor(ctx, tx, by, Inbound{Channel: ch}, now)
	if err != nil {
		return Conversation{}, err
	}
	if started {
		c.Subject, c.Preview = subject, Preview{Text: subject, Author: AuthorCustomer, At: now}
		if err := tx.InsertConversation(ctx, c); err != nil {
			return Conversation{}, err
		}
		if err := s.tell(ctx, tx, by, ConversationStarted, c, nil, now); err != nil {
			return Conversation{}, err
		}
	}
	if err := s.WakeWithin(ctx, tx, vis.System(by.Workspace), &c, now); err != nil {
		return Conversation{}, err
	}
	if page != nil {
		if err := tx.TouchCustomer(ctx, by.Customer(), now, page); err != nil {
			return Conversation{}, err
		}
	}
	if c.LastActivityAt = later(now, c.LastActivityAt); c.WaitingSince.IsZero() {
		c.WaitingSince = now
	}
	return c, s.record(ctx, tx, by, &c, Line{Type: ConversationCalled}, now)
}

// MeetWithin records that a member and the customer hear each other: it is the answer that she waited for.
func (s *Service) MeetWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, call Call, now time.Time) error {
	c.WaitingSince, c.LastActivityAt = time.Time{}, later(now, c.LastActivityAt)
	return s.recordWith(ctx, tx, by, c, KindCall, Line{Type: ConversationSpoken, Member: by.Member(), Call: &call}, "", now)
}

// ConcludeWithin writes into the thread what came of a call: a word for members, and for the customer the summary that she keeps, "" for
// none. Said again it stands below what was said before. The conversation stays as it is.
func (s *Service) ConcludeWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, call Call, result, summary string, now time.Time) error {
	return s.recordWith(ctx, tx, by, c, KindCall, Line{Type: ConversationConcluded, Result: result, Call: &call}, summary, now)
}

// ResolveWithin closes the matter.
func (s *Service) ResolveWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, now time.Time) (err error) {
	if err := s.resolve(ctx, tx, by, c, now); err != nil {
		return err
	}
	*c, err = tx.SaveConversation(ctx, *c)
	return err
}

// WakeWithin brings a sleeping or resolved conversation back before people. Nothing happens when it is open.
func (s *Service) WakeWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, now time.Time) error {
	if c.State == Open {
		return nil
	}
	typ := ConversationWoken
	if c.State == Resolved {
		typ = ConversationReopened
	}
	if err := tx.Disarm(ctx, TimerWake, string(c.ID)); err != nil {
		return err
	}
	c.wake()
	return s.record(ctx, tx, by, c, Line{Type: typ}, now)
}

// SnoozeWithin puts the conversation to sleep until a time, or until the customer writes.
func (s *Service) SnoozeWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, until time.Time, untilReply bool, now time.Time) error {
	l, err := s.snooze(ctx, tx, by, c, until, untilReply, now)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, c, l, now)
}

// NoteWithin adds words that only members read.
func (s *Service) NoteWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, words string, now time.Time) error {
	words, err := checkText(words, 0)
	if err != nil {
		return err
	}
	who, id := author(by)
	m := Message{ID: vis.MessageID(s.mint.ID(now)), Kind: KindNote, Author: who, AuthorID: id, Text: words, Conversation: c.ID}
	c.add(&m, now)
	if err := tx.InsertMessage(ctx, m, text.Terms(words)); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, by, NoteWritten, *c, MessageData{m.ID}, now); err != nil {
		return err
	}
	*c, err = tx.SaveConversation(ctx, *c)
	return err
}

// ReplyWithin sends a member's words to the customer, as Reply does; it asks for her right to write.
func (s *Service) ReplyWithin(ctx context.Context, tx Tx, by vis.Actor, c Conversation, out Outbound, now time.Time) (Message, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Message{}, err
	}
	words, err := CheckWords(out)
	if err != nil {
		return Message{}, err
	}
	out.Text = words
	return s.say(ctx, tx, by, c, out, KindMessage, text.Terms(words), now)
}

// BeginWithin begins a conversation with a customer who has not written: the member who writes owns it, and nobody waits in it. team owns
// it too; "" leaves that to the channel that the words leave by.
func (s *Service) BeginWithin(ctx context.Context, tx Tx, by vis.Actor, with vis.CustomerID, team vis.TeamID, subject string, out Outbound, now time.Time) (Received, error) {
	words, err := CheckWords(out)
	if err != nil {
		return Received{}, err
	}
	out.Text = words
	c, err := s.begin(ctx, tx, with, Inbound{Channel: out.Channel, Team: team}, now)
	if err != nil {
		return Received{}, err
	}
	c.Subject = subject
	if err := tx.InsertConversation(ctx, c); err != nil {
		return Received{}, err
	}
	if err := s.tell(ctx, tx, by, ConversationStarted, c, nil, now); err != nil {
		return Received{}, err
	}
	m, err := s.say(ctx, tx, by, c, out, KindMessage, text.Terms(words), now)
	if err != nil {
		return Received{}, err
	}
	c, err = tx.Conversation(ctx, c.ID)
	return Received{m, c}, err
}

// SayWithin adds words that this server says to the customer by itself. She goes on waiting for a person, and lists go on showing her words.
func (s *Service) SayWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, ch vis.ChannelID, words string, now time.Time) (Message, error) {
	who, id := author(by)
	m := Message{ID: vis.MessageID(s.mint.ID(now)), Kind: KindMessage, Author: who, AuthorID: id, Text: words, Channel: ch}
	before := c.Preview
	c.add(&m, now)
	c.Preview = before
	if err := tx.InsertMessage(ctx, m, text.Terms(words)); err != nil {
		return m, err
	}
	if err := s.tell(ctx, tx, by, MessageSent, *c, MessageData{m.ID}, now); err != nil {
		return m, err
	}
	saved, err := tx.SaveConversation(ctx, *c)
	if err == nil {
		*c = saved
	}
	return m, err
}

// TellWithin sends the customer words that people decided on for many at once, on the way that she last wrote by, letters included. She goes
// on waiting for a person, and the matter stays as it is.
func (s *Service) TellWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, words string, now time.Time) (Message, error) {
	way, err := tx.Channel(ctx, c.Channel)
	if err != nil {
		return Message{}, err
	}
	if can := s.reach.Capabilities(way); can.MaxText == 0 || can.Written && s.outlet == nil {
		return Message{}, vis.Errorf(vis.Conflict, "channel_silent", "The channel %q is not connected, so these words would reach nobody.", way.Name)
	}
	m, err := s.SayWithin(ctx, tx, by, c, way.ID, words, now)
	if err != nil {
		return m, err
	}
	return m, s.leave(ctx, tx, by, *c, m, way, nil, now)
}

// ClassifyWithin sets what the matter is about. Nothing happens when it is so already.
func (s *Service) ClassifyWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, about About, now time.Time) error {
	about, err := about.check()
	if err != nil || about == c.About {
		return err
	}
	c.classify(about)
	if *c, err = tx.SaveAbout(ctx, *c); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, ConversationClassified, *c, nil, now)
}

// record writes a line into the thread and saves the conversation.
func (s *Service) record(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, l Line, now time.Time) error {
	return s.recordWith(ctx, tx, by, c, KindLine, l, "", now)
}

func (s *Service) recordWith(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, kind MessageKind, l Line, words string, now time.Time) error {
	if _, err := s.lineWith(ctx, tx, by, c, kind, l, words, now); err != nil {
		return err
	}
	saved, err := tx.SaveConversation(ctx, *c)
	if err == nil {
		*c = saved
	}
	return err
}

// snooze changes the conversation and arms or forgets its timer; the caller writes the line that it returns.
func (s *Service) snooze(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, until time.Time, untilReply bool, now time.Time) (Line, error) {
	until = until.UTC().Truncate(time.Millisecond)
	if err := c.Snooze(until, untilReply, now); err != nil {
		return Line{}, err
	}
	l := Line{Type: ConversationSnoozed, UntilReply: untilReply}
	if untilReply {
		return l, tx.Disarm(ctx, TimerWake, string(c.ID))
	}
	l.Until = &until
	return l, tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerWake, Key: string(c.ID), DueAt: until})
}
