package web

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// RuleBody is a rule as it is written: when something happens, if its conditions hold, then its actions are done.
type RuleBody struct {
	Name     string          `json:"name"`
	When     []string        `json:"when" nullable:"false" maxItems:"10" enum:"started,received,sent,assigned,resolved,reopened,classified,warned,missed"`
	Any      bool            `json:"any,omitempty" doc:"Any condition is enough."`
	If       []RuleCondition `json:"if,omitempty" nullable:"false" maxItems:"20"`
	Then     []RuleAction    `json:"then" nullable:"false" maxItems:"10"`
	Stop     bool            `json:"stop,omitempty" doc:"No later rule runs after this one did."`
	Disabled bool            `json:"disabled,omitempty"`
}

// RuleCondition compares one field of the conversation with a value.
type RuleCondition struct {
	Field string `json:"field"`
	Is    string `json:"is"`
	Value string `json:"value,omitempty" maxLength:"500"`
}

// RuleAction is one thing that a rule does.
type RuleAction struct {
	Do    string `json:"do"`
	Value string `json:"value,omitempty" maxLength:"2000"`
}

// Rule is a rule with what became of it.
type Rule struct {
	ID string `json:"id" format:"uuid"`
	RuleBody
	Position    int     `json:"position"`
	DisabledWhy string  `json:"disabledWhy,omitempty" enum:"loop,broken," doc:"Set when the server switched it off."`
	Runs        int64   `json:"runs"`
	LastRunAt   *Moment `json:"lastRunAt,omitempty"`
	Version     int64   `json:"version"`
	CreatedAt   Moment  `json:"createdAt"`
}

func ruleBody(r routing.Rule) RuleBody {
	out := RuleBody{Name: r.Name, When: texts(r.When), Any: r.Any, If: make([]RuleCondition, len(r.If)), Then: ruleActions(r.Then), Stop: r.Stop, Disabled: r.Disabled}
	for i, c := range r.If {
		out.If[i] = RuleCondition(c)
	}
	return out
}

func ruleActions(all []routing.Action) []RuleAction {
	out := make([]RuleAction, len(all))
	for i, a := range all {
		out[i] = RuleAction(a)
	}
	return out
}

func rule(r routing.Rule) Rule {
	return Rule{ID: string(r.ID), RuleBody: ruleBody(r), Position: r.Position, DisabledWhy: r.DisabledWhy, Runs: r.Runs, LastRunAt: maybe(r.LastRunAt),
		Version: r.Version, CreatedAt: moment(r.CreatedAt)}
}

func (b RuleBody) rule() routing.Rule {
	out := routing.Rule{Name: b.Name, When: ids[routing.Trigger](b.When), Any: b.Any, Stop: b.Stop, Disabled: b.Disabled}
	for _, c := range b.If {
		out.If = append(out.If, routing.Condition(c))
	}
	for _, a := range b.Then {
		out.Then = append(out.Then, routing.Action(a))
	}
	return out
}

// Rules are those of the workspace in order, and what one may be made of.
type Rules struct {
	Items   []Rule      `json:"items" nullable:"false"`
	Fields  []RuleField `json:"fields" nullable:"false"`
	Actions []string    `json:"actions" nullable:"false"`
}

// RuleField is something that a condition may look at, with how it may be compared.
type RuleField struct {
	Name      string   `json:"name"`
	Operators []string `json:"operators" nullable:"false"`
}

type createRuleInput struct {
	Body RuleBody
}

type changeRuleInput struct {
	ByID
	IfMatch
	Body struct {
		RuleBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeRule"`
}

// RuleTest is what a rule would have done on past conversations.
type RuleTest struct {
	Items   []RuleTestItem `json:"items" nullable:"false"`
	Looked  int            `json:"looked" doc:"How many conversations were looked at."`
	Matched int            `json:"matched"`
}

// RuleTestItem is one past conversation.
type RuleTestItem struct {
	ConversationID string       `json:"conversationId" format:"uuid"`
	CustomerName   string       `json:"customerName"`
	Subject        string       `json:"subject"`
	At             Moment       `json:"at"`
	Matched        []bool       `json:"matched" nullable:"false" doc:"For each condition"`
	Would          []RuleAction `json:"would" nullable:"false"`
}

func (s *Server) ruleRoutes() {
	const tag = "rules"
	add(s, route{method: "GET", path: "/rules", id: "listRules", tag: tag, summary: "Every rule, in the order in which they run", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Rules], error) {
			all, err := s.routing.Rules(ctx, by.Actor)
			out := Rules{Items: make([]Rule, len(all)), Actions: routing.Actions()}
			for i, r := range all {
				out.Items[i] = rule(r)
			}
			for _, f := range routing.Fields() {
				out.Fields = append(out.Fields, RuleField{f, routing.Operators(f)})
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/rules", id: "createRule", tag: tag, summary: "Make a rule", access: staffers, status: 201, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *createRuleInput) (*reply[Rule], error) {
			r, err := s.routing.CreateRule(ctx, by.Actor, in.Body.rule())
			return ok(rule(r)), err
		})
	add(s, route{method: "PUT", path: "/rules/{id}", id: "changeRule", tag: tag, summary: "Change a rule", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeRuleInput) (*reply[Rule], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			b := in.Body.rule()
			r, err := s.routing.ChangeRule(ctx, by.Actor, vis.RuleID(in.ID), routing.RuleChange{Name: &b.Name, When: &b.When, Any: &b.Any, If: &b.If, Then: &b.Then,
				Stop: &b.Stop, Disabled: &b.Disabled, Version: version})
			return ok(rule(r)), err
		})
	add(s, route{method: "DELETE", path: "/rules/{id}", id: "deleteRule", tag: tag, summary: "Delete a rule", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.routing.DeleteRule(ctx, by.Actor, vis.RuleID(in.ID))
		})
	add(s, route{method: "POST", path: "/rules/order", id: "orderRules", tag: tag, summary: "Run them in this order", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *orderInput) (*none, error) {
			_, err := s.routing.OrderRules(ctx, by.Actor, ids[vis.RuleID](in.Body.IDs))
			return nil, err
		})
	add(s, route{method: "POST", path: "/rules/test", id: "testRule", tag: tag, summary: "What it would have done on past conversations; nothing is changed",
		access: staffers, scope: vis.ReadSettings}, s.testRule)
}

func (s *Server) testRule(ctx context.Context, by caller, in *createRuleInput) (*reply[RuleTest], error) {
	trial, err := s.routing.TestRule(ctx, by.Actor, in.Body.rule(), 0)
	if err != nil {
		return nil, err
	}
	out := RuleTest{Items: make([]RuleTestItem, len(trial.Items)), Looked: trial.Looked, Matched: trial.Matched}
	for i, one := range trial.Items {
		out.Items[i] = RuleTestItem{string(one.Conversation), one.CustomerName, one.Subject, moment(one.At), orEmpty(one.Matched), ruleActions(one.Would)}
	}
	return ok(out), nil
}
