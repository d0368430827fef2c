package desk

import (
	"context"
	"math"
	"slices"
	"time"

	"visavis/internal/text"
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

// gist is that of a conversation's words.
func (c *Conversation) gist() Gist {
	return Gist{Reason: c.About.Reason, Mood: Feels(c.About.Mood), Dissatisfied: c.Reading.Dissatisfied, Urgency: c.Reading.Urgency}
}

// UnderstandWithin takes in what one of the conversation's messages says, and tells of it.
func (s *Service) UnderstandWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, m vis.MessageID, position int64, u Understanding, now time.Time) error {
	before := c.gist()
	c.understand(m, position, u)
	if err := tx.SaveReading(ctx, *c); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, MessageUnderstood, *c, UnderstoodData{MessageData{m}, c.gist() != before, false}, now)
}

// RereadWithin is UnderstandWithin for a message that was read before and is read better now. Once the customer has written something else, it
// changes no more of the conversation.
func (s *Service) RereadWithin(ctx context.Context, tx Tx, by vis.Actor, c *Conversation, m vis.MessageID, position int64, u Understanding, now time.Time) error {
	before := c.gist()
	if c.Reading.Message == m {
		c.understand(m, position, u)
		if err := tx.SaveReading(ctx, *c); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, by, MessageUnderstood, *c, UnderstoodData{MessageData{m}, c.gist() != before, true}, now)
}

// CorrectWithin saves what a member set right of what a message says: the reading of c, and the reason and mood of its About.
func (s *Service) CorrectWithin(ctx context.Context, tx Tx, by vis.Actor, c Conversation, m vis.MessageID, now time.Time) error {
	if err := tx.SaveReading(ctx, c); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, ReadingCorrected, c, MessageData{m}, now)
}

// Gist is what of a conversation's words people act on.
type Gist struct {
	Reason       string
	Mood         string // see Feels
	Dissatisfied bool
	Urgency      string
}

// Read chooses conversations by what their words say.
type Read struct {
	Reasons      []string // any of these, "" for those without one; none for any
	Mood         string   // "negative", "neutral" or "positive"; "" for any
	Dissatisfied bool     // only those
	Urgency      string   // "" for any
}

// Any reports whether everything is chosen.
func (r Read) Any() bool {
	return len(r.Reasons) == 0 && r.Mood == "" && !r.Dissatisfied && r.Urgency == ""
}

// Chooses reports whether a conversation with that gist is chosen.
func (r Read) Chooses(g Gist) bool {
	return (len(r.Reasons) == 0 || slices.Contains(r.Reasons, g.Reason)) && (r.Mood == "" || r.Mood == g.Mood) &&
		(!r.Dissatisfied || g.Dissatisfied) && (r.Urgency == "" || r.Urgency == g.Urgency)
}

// moodFelt is how far from 0, of MaxMood, a mood lies that is more than neutral.
const moodFelt = 20

// Feels says what a mood is in a word: negative, neutral or positive.
func Feels(mood int) string {
	switch {
	case mood < -moodFelt:
		return text.Negative
	case mood > moodFelt:
		return text.Positive
	}
	return "neutral"
}
