package web

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Step is one thing that is being done about a matter, shown to the customer.
type Step struct {
	ID             string  `json:"id" format:"uuid"`
	ConversationID string  `json:"conversationId" format:"uuid"`
	Kind           string  `json:"kind" enum:"custom,received,taken,handed_over,late,callback,resolved" doc:"custom has its own words; the others are worded by the reader's screen"`
	Text           string  `json:"text"`
	State          string  `json:"state" enum:"planned,underway,done"`
	ExpectedAt     *Moment `json:"expectedAt,omitempty"`
	MemberID       *string `json:"memberId,omitempty" doc:"Who does it."`
	Position       int64   `json:"position"`
	CreatedAt      Moment  `json:"createdAt"`
	ChangedAt      Moment  `json:"changedAt"`
	Version        int64   `json:"version"`
}

func step(s desk.Step) Step {
	return Step{ID: string(s.ID), ConversationID: string(s.Conversation), Kind: s.Kind, Text: s.Text, State: string(s.State),
		ExpectedAt: maybe(s.ExpectedAt), MemberID: optional(s.Member), Position: s.Position, CreatedAt: moment(s.CreatedAt),
		ChangedAt: moment(s.ChangedAt), Version: s.Version}
}

// Steps are all steps of a conversation, in order.
type Steps struct {
	Items []Step `json:"items" nullable:"false"`
}

// ByStep is the path of one step.
type ByStep struct {
	ByID
	Step string `path:"step" maxLength:"64"`
}

type addStepInput struct {
	ByID
	Body struct {
		Text       string  `json:"text" maxLength:"1000"`
		State      string  `json:"state,omitempty" enum:"planned,underway,done" default:"underway"`
		ExpectedAt Instant `json:"expectedAt,omitempty"`
	} `nameHint:"AddStep"`
}

type changeStepInput struct {
	ByStep
	IfMatch
	Body struct {
		Text       *string `json:"text,omitempty" maxLength:"1000"`
		State      *string `json:"state,omitempty" enum:"planned,underway,done"`
		ExpectedAt Instant `json:"expectedAt,omitempty"`
		Version    *int64  `json:"version,omitempty"`
	} `nameHint:"ChangeStep"`
}

func (s *Server) stepRoutes() {
	const tag, path = "steps", "/conversations/{id}/steps"
	add(s, route{method: "GET", path: path, id: "listSteps", tag: tag, summary: "What the customer is shown of the work on her matter",
		access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *ByID) (*reply[Steps], error) {
			all, err := s.desk.Steps(ctx, by.Actor, vis.ConversationID(in.ID))
			out := Steps{make([]Step, len(all))}
			for i, one := range all {
				out.Items[i] = step(one)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: path, id: "addStep", tag: tag, summary: "Show one more thing that is being done", access: staffers,
		status: 201, scope: vis.WriteConversations},
		func(ctx context.Context, by caller, in *addStepInput) (*reply[Step], error) {
			b := in.Body
			one, err := s.desk.AddStep(ctx, by.Actor, vis.ConversationID(in.ID), b.Text, desk.StepState(b.State), b.ExpectedAt.Value)
			return ok(step(one)), err
		})
	add(s, route{method: "PATCH", path: path + "/{step}", id: "changeStep", tag: tag, summary: "Say how far it has come", access: staffers,
		scope: vis.WriteConversations},
		func(ctx context.Context, by caller, in *changeStepInput) (*reply[Step], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			change := desk.StepChange{Text: in.Body.Text, ExpectedAt: in.Body.ExpectedAt.chosen(), Version: version}
			if in.Body.State != nil {
				change.State = new(desk.StepState(*in.Body.State))
			}
			one, err := s.desk.ChangeStep(ctx, by.Actor, vis.ConversationID(in.ID), vis.StepID(in.Step), change)
			return ok(step(one)), err
		})
	add(s, route{method: "DELETE", path: path + "/{step}", id: "removeStep", tag: tag, summary: "Show it no longer", access: staffers,
		scope: vis.WriteConversations},
		func(ctx context.Context, by caller, in *ByStep) (*none, error) {
			return nil, s.desk.RemoveStep(ctx, by.Actor, vis.ConversationID(in.ID), vis.StepID(in.Step))
		})
}
