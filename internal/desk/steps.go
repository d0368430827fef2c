package desk

import (
	"context"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// MaxSteps is how many steps of people a conversation may show, and how many of the server.
const MaxSteps = 30

// stepKinds are worded by the reader's screen, but for custom ones.
var stepKinds = map[string]bool{"custom": true, "received": true, "taken": true, "handed_over": true, "late": true, "callback": true, "resolved": true}

// check refuses a step that would say nothing.
func (s *Step) check() error {
	s.Text = text.Line(s.Text)
	if !stepKinds[s.Kind] {
		return vis.InField("kind", "There is no step of the kind %q.", s.Kind)
	}
	if s.Kind == "custom" && text.Fold(s.Text) == "" {
		return vis.InField("text", "Say in a few words what is being done.")
	}
	if _, err := checkLine("text", s.Text, MaxStep); err != nil {
		return err
	}
	switch s.State {
	case Planned, Underway, Done:
	default:
		return vis.InField("state", "A step is planned, underway or done, not %q.", s.State)
	}
	s.ExpectedAt = s.ExpectedAt.UTC().Truncate(time.Millisecond)
	return nil
}

// Steps are what the conversation's customer is shown of the work on it; a customer sees only those of her own.
func (s *Service) Steps(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]Step, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Step, error) {
		if _, err := own(ctx, tx, by, id); err != nil {
			return nil, err
		}
		return tx.Steps(ctx, id)
	})
}

// AddStep shows the customer one more thing that is being done.
func (s *Service) AddStep(ctx context.Context, by vis.Actor, id vis.ConversationID, words string, state StepState, expected time.Time) (Step, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Step{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Step, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return Step{}, err
		}
		return s.AddStepWithin(ctx, tx, by, c, Step{Kind: "custom", Text: words, State: state, ExpectedAt: expected, Member: by.Member()}, now)
	})
}

// AddStepWithin is AddStep in a transaction that a room above has open; the caller says Kind, Text, State, ExpectedAt and Member.
func (s *Service) AddStepWithin(ctx context.Context, tx Tx, by vis.Actor, c Conversation, step Step, now time.Time) (Step, error) {
	if err := step.check(); err != nil {
		return Step{}, err
	}
	shown, err := tx.Steps(ctx, c.ID)
	if err != nil {
		return Step{}, err
	}
	own := step.Kind == "custom"
	taken := 0
	for _, other := range shown {
		if (other.Kind == "custom") == own { // the server's steps take no room from people's, nor theirs from its
			taken++
		}
	}
	if taken >= MaxSteps {
		return Step{}, vis.Errorf(vis.Conflict, "too_many_steps", "A conversation shows %d steps at most; take one away first.", MaxSteps)
	}
	step.ID, step.Conversation, step.CreatedAt, step.ChangedAt, step.Version = vis.StepID(s.mint.ID(now)), c.ID, now, now, 1
	if step, err = tx.InsertStep(ctx, step); err != nil {
		return Step{}, err
	}
	return step, s.tell(ctx, tx, by, StepAdded, c, StepData{step.ID}, now)
}

// StepChange is what a member may change of a step; nil leaves a field as it is.
type StepChange struct {
	Text       *string
	State      *StepState
	ExpectedAt *time.Time // the zero time takes it away
	Version    int64
}

// ChangeStep says how far a step has come.
func (s *Service) ChangeStep(ctx context.Context, by vis.Actor, id vis.ConversationID, step vis.StepID, in StepChange) (Step, error) {
	return s.onStep(ctx, by, id, step, StepChanged, func(tx Tx, shown Step, now time.Time) (Step, error) {
		if shown.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "step_changed", "Somebody changed this step a moment before you.")
			e.Current = shown
			return Step{}, e
		}
		if in.Text != nil {
			shown.Text = *in.Text
		}
		if in.State != nil {
			shown.State = *in.State
		}
		if in.ExpectedAt != nil {
			shown.ExpectedAt = *in.ExpectedAt
		}
		if err := shown.check(); err != nil {
			return Step{}, err
		}
		shown.ChangedAt = now
		return tx.SaveStep(ctx, shown)
	})
}

// RemoveStep takes a step away from what the customer is shown.
func (s *Service) RemoveStep(ctx context.Context, by vis.Actor, id vis.ConversationID, step vis.StepID) error {
	_, err := s.onStep(ctx, by, id, step, StepRemoved, func(tx Tx, shown Step, _ time.Time) (Step, error) {
		return shown, tx.DeleteStep(ctx, shown.ID)
	})
	return err
}

// onStep runs a change on a step of this very conversation and appends its event.
func (s *Service) onStep(ctx context.Context, by vis.Actor, id vis.ConversationID, step vis.StepID, typ vis.EventType,
	change func(Tx, Step, time.Time) (Step, error)) (Step, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Step{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Step, error) {
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return Step{}, err
		}
		shown, err := tx.Step(ctx, step)
		if err == nil && shown.Conversation != id {
			err = vis.Absent("step")
		}
		if err != nil {
			return Step{}, err
		}
		if shown, err = change(tx, shown, now); err != nil {
			return Step{}, err
		}
		return shown, s.tell(ctx, tx, by, typ, c, StepData{step}, now)
	})
}
