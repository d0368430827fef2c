package desk

import (
	"context"
	"math"
	"time"

	"visavis/internal/vis"
)

// Understanding is what a message was read to say.
type Understanding struct {
	Reason string // a reason of the workspace; "" where it is left to people
	Alone  bool   // nobody need look at the reason
	// Wordless says that there were no words to read: nothing but that is said then.
	Wordless     bool
	Language     string
	Mood         float64 // −1 to +1
	Dissatisfied bool
	Urgency      string
}

// understand takes in what the message at a position says. Messages are read in their order. A member's word on the reason stands, and
// what an undecided message leaves open does too.
func (c *Conversation) understand(m vis.MessageID, position int64, u Understanding) {
	r := &c.Reading
	r.Message = m
	if u.Wordless {
		return
	}
	r.Language, r.Dissatisfied, r.Urgency = u.Language, u.Dissatisfied, u.Urgency
	if position > r.MoodSaid {
		c.About.Mood = int(math.Round(u.Mood * MaxMood))
	}
	if u.Reason != "" && (r.By == ByReader || c.About.Reason == "" && r.By == "") {
		c.About.Reason, r.By, r.Alone = u.Reason, ByReader, u.Alone
	}
}

// classify takes in what a member or a rule says of the matter.
func (c *Conversation) classify(about About) {
	if about.Reason != c.About.Reason {
		c.Reading.Alone = false
		if c.Reading.By = BySaid; about.Reason == "" {
			c.Reading.By = "" // whoever takes it away leaves it to the reader again
		}
	}
	if about.Mood != c.About.Mood {
		c.Reading.MoodSaid = c.LastPosition
	}
	c.About = about
}

// UnderstandWithin takes in what one of the conversation's messages says, and tells of it.
func (s *Service) UnderstandWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, m vis.MessageID, position int64, u Understanding, now time.Time) error {
	c.understand(m, position, u)
	if err := tx.SaveReading(ctx, *c); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, MessageUnderstood, *c, MessageData{m}, now)
}

// CorrectWithin saves what a member set right of what a message says: the reading of c, and the reason and mood of its About.
func (s *Service) CorrectWithin(ctx context.Context, tx Tx, by vis.Actor, c Conversation, m vis.MessageID, now time.Time) error {
	if err := tx.SaveReading(ctx, c); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, ReadingCorrected, c, MessageData{m}, now)
}

// Read chooses conversations by what their words say.
type Read struct {
	Reasons      []string // any of these; none for any
	ToSort       bool     // those without a reason
	Mood         string   // "negative", "neutral" or "positive"; "" for any
	Dissatisfied bool     // only those
	Urgency      string   // "" for any
}

// MoodFelt is how far from 0, of MaxMood, a mood lies that is more than neutral.
const MoodFelt = 20

// Any reports whether everything is chosen.
func (r Read) Any() bool {
	return len(r.Reasons) == 0 && !r.ToSort && r.Mood == "" && !r.Dissatisfied && r.Urgency == ""
}
