package desk

import (
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// LongestSnooze keeps a conversation from sleeping for ever by a slip of the hand.
const LongestSnooze = 2 * 365 * 24 * time.Hour

// add records m as the newest entry of the thread and gives it its position.
func (c *Conversation) add(m *Message, now time.Time) {
	c.LastPosition++
	m.Position = c.LastPosition
	m.Conversation = c.ID
	m.CreatedAt = now
	if m.Kind != KindMessage && (m.Kind != KindCall || m.Text == "") {
		return
	}
	c.LastActivityAt = later(now, c.LastActivityAt)
	c.Preview = Preview{Text: text.Preview(m.Text, PreviewRunes), Author: m.Author, At: now, Attachments: len(m.Attachments)}
}

// heard records the customer's words: she waits from now if she was not waiting already, and she has read what came before.
func (c *Conversation) heard(m *Message, now time.Time) {
	c.add(m, now)
	c.Channel = m.Channel
	c.CustomerReadPosition = c.LastPosition
	if c.WaitingSince.IsZero() {
		c.WaitingSince = now
	}
}

// answered records a member's words to the customer: nobody waits any more.
func (c *Conversation) answered(m *Message, now time.Time) {
	c.add(m, now)
	c.MemberReadPosition = c.LastPosition
	c.WaitingSince = time.Time{}
}

// Snooze puts an open conversation to sleep until a time, or until the customer writes when until is zero; her words wake it in
// either case.
func (c *Conversation) Snooze(until time.Time, untilReply bool, now time.Time) error {
	switch {
	case c.State == Resolved:
		return vis.Errorf(vis.Conflict, "conversation_resolved", "This conversation is resolved; reopen it before you snooze it.")
	case until.IsZero() == !untilReply:
		return vis.InField("until", "Say until when to snooze, or until the customer writes: exactly one of the two.")
	case !until.IsZero() && !until.After(now):
		return vis.InField("until", "The time to wake up must be in the future.")
	case until.After(now.Add(LongestSnooze)):
		return vis.InField("until", "A conversation may sleep two years at most.")
	}
	c.State, c.SnoozedUntil, c.SnoozedUntilReply = Snoozed, until, untilReply
	return nil
}

// wake opens the conversation again, whatever put it away.
func (c *Conversation) wake() {
	c.State = Open
	c.SnoozedUntil, c.SnoozedUntilReply, c.ResolvedAt = time.Time{}, false, time.Time{}
}

// Resolve closes the matter.
func (c *Conversation) Resolve(now time.Time) error {
	if c.State == Resolved {
		return vis.Errorf(vis.Conflict, "conversation_resolved", "This conversation is already resolved.")
	}
	c.wake()
	c.State, c.ResolvedAt, c.WaitingSince = Resolved, now, time.Time{}
	return nil
}

// Reopen opens a resolved or sleeping conversation.
func (c *Conversation) Reopen() error {
	if c.State == Open {
		return vis.Errorf(vis.Conflict, "conversation_open", "This conversation is already open.")
	}
	c.wake()
	return nil
}

// expect refuses a change that was decided on an older version than the present one.
func (c *Conversation) expect(version int64) error {
	if version == c.Version {
		return nil
	}
	e := vis.Errorf(vis.Conflict, "conversation_changed", "Somebody changed this conversation a moment before you.")
	e.Current = *c
	return e
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
