package torture

import (
	"fmt"
	"slices"
)

// Stored is one message as the API tells it after the run.
type Stored struct {
	ID       string
	Position int
	Author   string // customer, member or system
	ClientID string // "" where the API does not tell it
	Text     string // "" for a line that nobody wrote
	Line     bool   // a line of the conversation's own history: assigned, resolved, …
}

// History is what the API tells of every conversation, in the order in which it tells it.
type History map[string][]Stored

// Check holds a history against the ledger and returns every broken promise, in words:
//
//   - conservation: each acknowledged message is there, with the id, position and words of
//     its acknowledgement
//   - exactly once: no message is there twice, and a retry was answered like the first try
//   - no phantoms: nothing is there that nobody sent, no conversation without a message
//   - isolation: no conversation holds the words of two visitors
//   - order: positions run from 1 without a gap, and a message that was acknowledged before
//     another of its conversation was sent stands before it
//   - live: what a watcher saw is there, and each event was shown once, in sequence
func Check(entries []Entry, history History) []string {
	c := checker{
		sent:   map[string]Entry{},
		acked:  map[string]Entry{},
		stored: map[string]place{},
	}
	c.readLedger(entries)
	c.readHistory(history)
	c.conservation()
	c.live(entries)
	slices.Sort(c.broken)
	return c.broken
}

// place is where a text was found.
type place struct {
	conversation string
	Stored
}

type checker struct {
	sent   map[string]Entry // by text
	acked  map[string]Entry // by text; the first acknowledgement
	stored map[string]place // by text; the first one found
	broken []string
}

func (c *checker) fault(format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, args...))
}

func (c *checker) readLedger(entries []Entry) {
	for _, e := range entries {
		switch e.Kind {
		case Sent:
			if _, twice := c.sent[e.Text]; !twice {
				c.sent[e.Text] = e
			}
		case Acked:
			first, again := c.acked[e.Text]
			if !again {
				c.acked[e.Text] = e
			} else if first.Message != e.Message || first.Position != e.Position || first.Conversation != e.Conversation {
				c.fault("two answers to one message: %q was acknowledged as %s at %d of %s, then as %s at %d of %s",
					e.Text, first.Message, first.Position, first.Conversation, e.Message, e.Position, e.Conversation)
			}
		case Seen:
		}
	}
}

func (c *checker) readHistory(history History) {
	ids := map[string]string{} // message id → conversation
	for conversation, messages := range history {
		c.positions(conversation, messages)
		c.order(conversation, messages)
		visitor, words := "", 0
		for _, m := range messages {
			if elsewhere, twice := ids[m.ID]; twice {
				c.fault("doubled: the id %s is told in %s and in %s", m.ID, elsewhere, conversation)
			}
			ids[m.ID] = conversation
			if m.Line {
				continue
			}
			words++
			sent, known := c.sent[m.Text]
			if !known {
				c.fault("phantom: nobody sent %q, which is at %d of %s", m.Text, m.Position, conversation)
				continue
			}
			if m.ClientID != "" && sent.ID != "" && m.ClientID != sent.ID {
				c.fault("phantom: %q of %s was sent as %s and is stored as %s", m.Text, conversation, sent.ID, m.ClientID)
			}
			if first, twice := c.stored[m.Text]; twice {
				c.fault("doubled: %q is at %d of %s and at %d of %s", m.Text, first.Position, first.conversation, m.Position, conversation)
				continue
			}
			c.stored[m.Text] = place{conversation, m}
			if fromAgent := sent.From == agent; fromAgent == (m.Author == "customer") {
				c.fault("phantom: %q was sent by %s and is told as the words of a %s", m.Text, sent.From, m.Author)
			}
			if sent.From == agent {
				continue
			}
			if visitor != "" && visitor != sent.From {
				c.fault("mixed: %s holds the words of %s and of %s", conversation, visitor, sent.From)
			}
			visitor = sent.From
		}
		if words == 0 {
			c.fault("phantom: the conversation %s holds no message", conversation)
		}
	}
}

// positions wants 1, 2, 3, … in the order in which the API tells the messages.
func (c *checker) positions(conversation string, messages []Stored) {
	for i, m := range messages {
		if m.Position != i+1 {
			c.fault("gap: message %d of %s is told at position %d", i+1, conversation, m.Position)
			return // one gap moves all that follow
		}
	}
}

// order finds a message that was acknowledged before an earlier one was even sent.
func (c *checker) order(conversation string, messages []Stored) {
	var latest Entry // sent last among the messages passed so far
	for _, m := range messages {
		if acked, ok := c.acked[m.Text]; ok && acked.T < latest.T {
			c.fault("order: %q stands after %q in %s, but was acknowledged before that was sent", m.Text, latest.Text, conversation)
		}
		if sent, ok := c.sent[m.Text]; ok && sent.T > latest.T {
			latest = sent
		}
	}
}

func (c *checker) conservation() {
	for text, acked := range c.acked {
		found, ok := c.stored[text]
		switch {
		case !ok:
			c.fault("lost: %q was acknowledged as %s at %d of %s", text, acked.Message, acked.Position, acked.Conversation)
		case acked.Conversation == "": // a letter: its sender is not told where it stands
		case found.conversation != acked.Conversation:
			c.fault("moved: %q was acknowledged in %s and is in %s", text, acked.Conversation, found.conversation)
		case found.ID != acked.Message || found.Position != acked.Position:
			c.fault("changed: %q was acknowledged as %s at %d and is %s at %d", text, acked.Message, acked.Position, found.ID, found.Position)
		}
		if _, sent := c.sent[text]; !sent {
			c.fault("phantom: %q was acknowledged but never sent", text)
		}
	}
}

func (c *checker) live(entries []Entry) {
	var last int64
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Kind != Seen {
			continue
		}
		if e.Seq <= last {
			c.fault("live: event %d was shown after event %d", e.Seq, last)
		}
		last = e.Seq
		if seen[e.Text] {
			c.fault("live: %q was shown twice", e.Text)
		}
		seen[e.Text] = true
		found, ok := c.stored[e.Text]
		if !ok {
			c.fault("live: %q was shown on the socket and is not in the history", e.Text)
		} else if found.Position != e.Position || found.conversation != e.Conversation {
			c.fault("live: %q was shown at %d of %s and is at %d of %s", e.Text, e.Position, e.Conversation, found.Position, found.conversation)
		}
	}
	if len(seen) == 0 {
		return // nobody watched
	}
	for text := range c.stored {
		if !seen[text] {
			c.fault("live: %q was never shown on the socket", text)
		}
	}
}

// The names that are no visitor's.
const (
	agent   = "agent"
	watcher = "watcher"
)
