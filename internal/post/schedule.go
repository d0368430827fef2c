package post

import (
	"context"
	"errors"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// TimerSpeak says words that were to be said later; its key is their id.
const TimerSpeak = "scheduled.speak"

const (
	scheduledMost = 20                   // in one conversation
	scheduledFar  = 365 * 24 * time.Hour // ahead at most
	// undoWithin is how far ahead words are still the same thought: whatever happens meanwhile, they are said.
	undoWithin = 5 * time.Minute
)

// Why scheduled words were not said, beside the reasons for which an answer is refused.
const (
	HeldByNews   = "customer_wrote" // she has written since they were written
	HeldByLeave  = "member_gone"    // whoever wrote them does not work here any more
	HeldByChange = "refused"        // what they need is not there any more
)

// Scheduled is a member's words that are to be said later. Until then they can be taken back, and nobody has read them.
type Scheduled struct {
	ID           vis.ScheduledID
	Conversation vis.ConversationID
	Member       vis.MemberID
	DueAt        time.Time
	Out          desk.Outbound
	Problem      string // why they were not said when they were due, "" for nothing
	CreatedAt    time.Time
}

// Schedule has a member's words said at a time. An undo is words that are said in some seconds.
func (s *Service) Schedule(ctx context.Context, by vis.Actor, id vis.ConversationID, out desk.Outbound, at time.Time) (Scheduled, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Scheduled{}, err
	}
	if by.Kind != vis.ByMember {
		return Scheduled{}, vis.Errorf(vis.Forbidden, "members_only", "Only a member's words can be said later.")
	}
	words, err := desk.CheckWords(out)
	if err != nil {
		return Scheduled{}, err
	}
	out.Text = words
	now := s.clock.Now()
	if at = at.UTC().Truncate(time.Millisecond); !at.After(now) || at.After(now.Add(scheduledFar)) {
		return Scheduled{}, vis.InField("sendAt", "Say a time in the future, within a year.")
	}
	if len(out.Attachments) > 0 && at.Sub(now) > undoWithin {
		return Scheduled{}, vis.InField("attachments", "Files can go with words that are said within %d minutes only.", int(undoWithin.Minutes()))
	}
	one := Scheduled{ID: vis.ScheduledID(s.mint.ID(now)), Conversation: id, Member: by.Member(), DueAt: at, Out: out, CreatedAt: now}
	return vis.Update(ctx, s.db, by, func(tx Tx) (Scheduled, error) {
		if _, err := tx.Conversation(ctx, id); err != nil {
			return one, err
		}
		waiting, err := tx.ScheduledIn(ctx, id)
		if err != nil {
			return one, err
		}
		if len(waiting) >= scheduledMost {
			return one, vis.Errorf(vis.Conflict, "scheduled_full", "%d answers wait in this conversation already.", scheduledMost)
		}
		if err := tx.InsertScheduled(ctx, one); err != nil {
			return one, err
		}
		return one, tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerSpeak, Key: string(one.ID), DueAt: at})
	})
}

// ScheduledIn lists what is to be said in a conversation, and what was held back.
func (s *Service) ScheduledIn(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]Scheduled, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Scheduled, error) {
		if _, err := tx.Conversation(ctx, id); err != nil {
			return nil, err
		}
		return tx.ScheduledIn(ctx, id)
	})
}

// Unschedule takes words back before they are said, and returns them for whoever wants to change them. Words that were said are absent.
func (s *Service) Unschedule(ctx context.Context, by vis.Actor, c vis.ConversationID, id vis.ScheduledID) (Scheduled, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Scheduled{}, err
	}
	return vis.Update(ctx, s.db, by, func(tx Tx) (Scheduled, error) {
		one, err := tx.Scheduled(ctx, id)
		if err == nil && one.Conversation != c {
			err = vis.Absent("answer")
		}
		if err != nil {
			return Scheduled{}, err
		}
		if err := tx.Disarm(ctx, TimerSpeak, string(id)); err != nil {
			return one, err
		}
		return one, tx.DeleteScheduled(ctx, id)
	})
}

// speak is the effect of TimerSpeak: the words are said as if their writer said them now, or held for people to decide.
func (s *Service) speak(ctx context.Context, t jobs.Timer) error {
	now := s.clock.Now()
	id := vis.ScheduledID(t.Key)
	problem := ""
	err := s.db.Update(ctx, vis.System(t.Workspace), nil, func(tx Tx) error {
		problem = ""
		due, err := tx.Take(ctx, TimerSpeak, t.Key, now)
		if err != nil || !due {
			return err
		}
		one, err := tx.Scheduled(ctx, id)
		if err != nil {
			return ignoreAbsent(err)
		}
		c, err := tx.Conversation(ctx, one.Conversation)
		if err != nil {
			return err
		}
		writer, err := tx.Member(ctx, one.Member)
		if err != nil {
			return err
		}
		switch {
		case writer.State != staff.Active:
			problem = HeldByLeave
		case one.DueAt.Sub(one.CreatedAt) > undoWithin && c.Preview.Author == desk.AuthorCustomer && c.Preview.At.After(one.CreatedAt):
			problem = HeldByNews
		}
		if problem != "" {
			return s.hold(ctx, tx, t.Workspace, one, c, problem, now)
		}
		by := vis.Actor{Workspace: t.Workspace, Kind: vis.ByMember, ID: string(writer.ID), Role: writer.Role}
		if _, err := s.desk.ReplyWithin(ctx, tx, by, c, one.Out, now); err != nil {
			return err
		}
		return tx.DeleteScheduled(ctx, id)
	})
	var refused *vis.Error
	if errors.As(err, &refused) && refused.Code != vis.Unavailable {
		problem = HeldByChange
		if refused.Code == vis.Conflict && refused.Reason != "" {
			problem = refused.Reason
		}
		err = s.db.Update(ctx, vis.System(t.Workspace), nil, func(tx Tx) error { return s.giveUp(ctx, tx, t, problem, now) })
	}
	if err == nil {
		s.Ring()
	}
	return err
}

// giveUp holds words that were refused.
func (s *Service) giveUp(ctx context.Context, tx Tx, t jobs.Timer, problem string, now time.Time) error {
	due, err := tx.Take(ctx, TimerSpeak, t.Key, now)
	if err != nil || !due {
		return err
	}
	one, err := tx.Scheduled(ctx, vis.ScheduledID(t.Key))
	if err != nil {
		return ignoreAbsent(err)
	}
	c, err := tx.Conversation(ctx, one.Conversation)
	if err != nil {
		return ignoreAbsent(err)
	}
	return s.hold(ctx, tx, t.Workspace, one, c, problem, now)
}

// hold keeps words that are not said now, and tells their writer, unless the matter was closed meanwhile.
func (s *Service) hold(ctx context.Context, tx Tx, ws vis.WorkspaceID, one Scheduled, c desk.Conversation, problem string, now time.Time) error {
	if err := tx.HoldScheduled(ctx, one.ID, problem); err != nil {
		return err
	}
	if c.State == desk.Snoozed {
		if err := s.desk.WakeWithin(ctx, tx, vis.System(ws), &c, now); err != nil {
			return err
		}
	}
	if s.teller == nil {
		return nil
	}
	return s.teller.Undelivered(ctx, tx, one.Member, c, now)
}
