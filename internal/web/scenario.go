package web

import (
	"context"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// ScenarioBody is what was prepared for incidents of some reasons.
type ScenarioBody struct {
	Name     string         `json:"name"`
	Reasons  []string       `json:"reasons,omitempty" nullable:"false" maxItems:"50" doc:"Keys of the reasons it is for."`
	Steps    []ScenarioStep `json:"steps,omitempty" nullable:"false" maxItems:"50" doc:"What is to be done, in order."`
	OwnerIDs []string       `json:"ownerIds,omitempty" nullable:"false" maxItems:"50" doc:"Members who are to be called in."`
	LeadID   string         `json:"leadId,omitempty" maxLength:"64" doc:"The one of them in the middle, who alone speaks for all."`
	Calls    []ScenarioCall `json:"calls,omitempty" nullable:"false" maxItems:"50" doc:"People outside who are to be called."`
	Texts    IncidentTexts  `json:"texts,omitempty"`
}

// ScenarioStep is one thing to do, and whose it is.
type ScenarioStep struct {
	Text    string `json:"text"`
	OwnerID string `json:"ownerId,omitempty" maxLength:"64" doc:"The member whose step it is; with neither a member nor a team it is that of the one in the middle."`
	TeamID  string `json:"teamId,omitempty" maxLength:"64" doc:"The team whose step it is."`
}

// ScenarioCall is somebody outside, and where she is reached.
type ScenarioCall struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

func (b ScenarioBody) plan() listen.Plan {
	p := listen.Plan{Name: b.Name, Reasons: b.Reasons, Lead: vis.MemberID(b.LeadID), Texts: b.Texts.texts()}
	for _, s := range b.Steps {
		p.Steps = append(p.Steps, listen.Step{Text: s.Text, Owner: vis.MemberID(s.OwnerID), Team: vis.TeamID(s.TeamID)})
	}
	for _, c := range b.Calls {
		p.Calls = append(p.Calls, listen.Call(c))
	}
	for _, id := range b.OwnerIDs {
		p.Owners = append(p.Owners, vis.MemberID(id))
	}
	return p
}

// Scenario is a prepared plan.
type Scenario struct {
	ID string `json:"id" format:"uuid"`
	ScenarioBody
	Version   int64  `json:"version"`
	CreatedAt Moment `json:"createdAt"`
}

func scenarioOf(s listen.Scenario) Scenario {
	p, steps, calls := s.Plan, []ScenarioStep{}, []ScenarioCall{}
	for _, one := range p.Steps {
		steps = append(steps, ScenarioStep{one.Text, string(one.Owner), string(one.Team)})
	}
	for _, c := range p.Calls {
		calls = append(calls, ScenarioCall(c))
	}
	return Scenario{string(s.ID), ScenarioBody{p.Name, orEmpty(p.Reasons), steps, texts(p.Owners), string(p.Lead), calls, incidentTexts(p.Texts)},
		s.Version, moment(s.CreatedAt)}
}

// Scenarios are those that were prepared.
type Scenarios struct {
	Items []Scenario `json:"items" nullable:"false"`
}

type prepareInput struct {
	Body ScenarioBody
}

type changeScenarioInput struct {
	ByID
	IfMatch
	Body struct {
		ScenarioBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeScenario"`
}

func (s *Server) scenarioRoutes() {
	const tag = "scenarios"
	add(s, route{method: "GET", path: "/scenarios", id: "listScenarios", tag: tag, summary: "What was prepared for incidents", access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, _ *none) (*reply[Scenarios], error) {
			all, err := s.hearing.Scenarios(ctx, by.Actor)
			out := Scenarios{make([]Scenario, len(all))}
			for i, one := range all {
				out.Items[i] = scenarioOf(one)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/scenarios", id: "prepareScenario", tag: tag, summary: "Prepare for an incident", access: staffers, status: 201, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *prepareInput) (*reply[Scenario], error) {
			one, err := s.hearing.PrepareScenario(ctx, by.Actor, in.Body.plan())
			return ok(scenarioOf(one)), err
		})
	add(s, route{method: "PUT", path: "/scenarios/{id}", id: "changeScenario", tag: tag, summary: "Change what is prepared", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeScenarioInput) (*reply[Scenario], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			one, err := s.hearing.ChangeScenario(ctx, by.Actor, vis.ScenarioID(in.ID), in.Body.plan(), version)
			return ok(scenarioOf(one)), err
		})
	add(s, route{method: "DELETE", path: "/scenarios/{id}", id: "deleteScenario", tag: tag, summary: "Delete what is prepared", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.hearing.ForgetScenario(ctx, by.Actor, vis.ScenarioID(in.ID))
		})
}
