package listen

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Word is what a member says instead of what was read; nil leaves a thing as it is.
type Word struct {
	Reason       *string
	Mood         *float64
	Dissatisfied *bool
	Urgency      *string
}

// check refuses what cannot be meant.
func (w Word) check(t Tree) error {
	switch {
	case w == Word{}:
		return vis.InField("reason", "Say what is to be set right.")
	case w.Reason != nil && *w.Reason != "" && (t.reason(*w.Reason) == nil || t.reason(*w.Reason).Archived):
		return vis.InField("reason", "There is no reason %q here.", *w.Reason)
	case w.Mood != nil && *w.Mood != -1 && *w.Mood != 0 && *w.Mood != 1:
		return vis.InField("mood", "A mood is -1, 0 or 1.")
	case w.Urgency != nil && !slices.Contains(text.Urgencies, *w.Urgency):
		return vis.InField("urgency", "There is no urgency %q.", *w.Urgency)
	}
	return nil
}

// Correct sets right what a conversation's newest message was read to say. Her word on the reason stands whatever is read later; the rest
// holds until the customer writes again.
func (s *Service) Correct(ctx context.Context, by vis.Actor, id vis.ConversationID, w Word) (desk.Conversation, error) {
	return s.corrected(ctx, by, id, func(tx Tx, c *desk.Conversation, now time.Time) error {
		tree, err := reasonTree(ctx, tx)
		if err != nil {
			return err
		}
		if err := w.check(tree); err != nil {
			return err
		}
		return s.correct(ctx, tx, by, c, w, now)
	})
}

// corrected runs a correction of a conversation that is not told apart from others by its version: whoever corrects what was read means
// what she sees now.
func (s *Service) corrected(ctx context.Context, by vis.Actor, id vis.ConversationID, fn func(tx Tx, c *desk.Conversation, now time.Time) error) (desk.Conversation, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return desk.Conversation{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (desk.Conversation, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return c, err
		}
		return c, fn(tx, &c, now)
	})
}

// correct writes a member's word on the newest reading of a conversation.
func (s *Service) correct(ctx context.Context, tx Tx, by vis.Actor, c *desk.Conversation, w Word, now time.Time) error {
	if c.Reading.Message == "" {
		return vis.Errorf(vis.Conflict, "not_read_yet", "No message of this conversation has been read yet.")
	}
	r, err := tx.Reading(ctx, c.Reading.Message)
	if err != nil {
		return err
	}
	before := &Before{Reason: c.About.Reason, Mood: c.About.Mood, Reading: c.Reading}
	correction := Correction{}
	if r.Correction != nil {
		correction = *r.Correction
		earlier := *r.Correction
		earlier.Before = nil // one step back is enough
		before.Correction = &earlier
	}
	correction.Member, correction.At, correction.Before = by.Member(), now, before
	if w.Reason != nil {
		correction.Reason, c.About.Reason = w.Reason, *w.Reason
		c.Reading.By, c.Reading.Alone = desk.BySaid, false
	}
	if w.Mood != nil {
		correction.Mood, c.About.Mood = w.Mood, int(*w.Mood*desk.MaxMood)
	}
	if w.Dissatisfied != nil {
		correction.Dissatisfied, c.Reading.Dissatisfied = w.Dissatisfied, *w.Dissatisfied
	}
	if w.Urgency != nil {
		correction.Urgency, c.Reading.Urgency = w.Urgency, *w.Urgency
	}
	r.Correction = &correction
	if err := tx.SaveCorrection(ctx, r); err != nil {
		return err
	}
	return s.desk.CorrectWithin(ctx, tx, by, *c, r.Message, now)
}

// Undo takes back the last correction of a conversation, if it is the asker's own.
func (s *Service) Undo(ctx context.Context, by vis.Actor, id vis.ConversationID) (desk.Conversation, error) {
	return s.corrected(ctx, by, id, func(tx Tx, c *desk.Conversation, now time.Time) error {
		r, err := tx.LastCorrected(ctx, id)
		if err != nil && vis.CodeOf(err) != vis.NotFound {
			return err
		}
		if err != nil || r.Correction.Before == nil || r.Correction.Member != by.Member() {
			return vis.Errorf(vis.Conflict, "nothing_to_undo", "There is no correction of yours here that could be taken back.")
		}
		said, before := *r.Correction, *r.Correction.Before
		r.Correction = before.Correction
		if err := tx.SaveCorrection(ctx, r); err != nil {
			return err
		}
		if said.Reason != nil {
			c.About.Reason, c.Reading.By, c.Reading.Alone = before.Reason, before.Reading.By, before.Reading.Alone
		}
		if c.Reading.Message == r.Message { // what came later says something else of the rest
			c.About.Mood, c.Reading.Dissatisfied, c.Reading.Urgency = before.Mood, before.Reading.Dissatisfied, before.Reading.Urgency
		}
		return s.desk.CorrectWithin(ctx, tx, by, *c, r.Message, now)
	})
}
