package web

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Term is how long a promise runs: for some seconds of open time (or of plain time with always), or until the closing of the n-th
// open day after today.
type Term struct {
	For     *int64 `json:"for,omitempty" minimum:"1" maximum:"31622400" doc:"Seconds"`
	Days    *int   `json:"days,omitempty" minimum:"1" maximum:"366" doc:"Open days: until the closing of the n-th after today"`
	SameDay bool   `json:"sameDay,omitempty" doc:"Until today's closing"`
	Always  bool   `json:"always,omitempty" doc:"The clock runs at closed hours too."`
}

func (t Term) term() routing.Term {
	out := routing.Term{SameDay: t.SameDay, Always: t.Always}
	if t.For != nil {
		out.For = time.Duration(*t.For) * time.Second
	}
	if t.Days != nil {
		out.Days = *t.Days
	}
	return out
}

func termOf(t routing.Term) Term {
	out := Term{SameDay: t.SameDay, Always: t.Always}
	if t.For > 0 {
		out.For = new(int64(t.For / time.Second))
	}
	if t.Days > 0 {
		out.Days = new(t.Days)
	}
	return out
}

// Terms are what a policy promises; what is absent is not promised.
type Terms struct {
	Acknowledge *Term `json:"acknowledge,omitempty"`
	First       *Term `json:"first,omitempty" doc:"A human's first answer"`
	Next        *Term `json:"next,omitempty" doc:"A human's next answer"`
	Resolve     *Term `json:"resolve,omitempty"`
}

func (t Terms) terms() map[routing.PromiseKind]routing.Term {
	out := make(map[routing.PromiseKind]routing.Term)
	for kind, one := range map[routing.PromiseKind]*Term{routing.Acknowledge: t.Acknowledge, routing.First: t.First, routing.Next: t.Next,
		routing.Resolve: t.Resolve} {
		if one != nil {
			out[kind] = one.term()
		}
	}
	return out
}

func termsOf(all map[routing.PromiseKind]routing.Term) Terms {
	one := func(kind routing.PromiseKind) *Term {
		t, promised := all[kind]
		if !promised {
			return nil
		}
		return new(termOf(t))
	}
	return Terms{one(routing.Acknowledge), one(routing.First), one(routing.Next), one(routing.Resolve)}
}

// PolicyScope says which conversations a policy is for; every list that is not empty must hold the conversation's own.
type PolicyScope struct {
	Kinds          []string `json:"kinds,omitempty" nullable:"false" maxItems:"100" doc:"Kinds of channel"`
	ChannelIDs     []string `json:"channelIds,omitempty" nullable:"false" maxItems:"100"`
	TeamIDs        []string `json:"teamIds,omitempty" nullable:"false" maxItems:"100"`
	Segments       []string `json:"segments,omitempty" nullable:"false" maxItems:"100"`
	Reasons        []string `json:"reasons,omitempty" nullable:"false" maxItems:"100" doc:"A reason or a branch of the tree"`
	MinCriticality int      `json:"minCriticality,omitempty" minimum:"0" maximum:"4"`
}

// Escalation is what a mark in the life of a promise sets off.
type Escalation struct {
	At     string  `json:"at" enum:"warned_first,warned_second,missed,missed_long"`
	Do     string  `json:"do" enum:"notify,reassign,raise"`
	To     string  `json:"to,omitempty" enum:"owner,team,supervisors,"`
	TeamID *string `json:"teamId,omitempty"`
}

// Policy says what is promised to whom; the first that applies counts.
type Policy struct {
	ID          string       `json:"id" format:"uuid"`
	Name        string       `json:"name"`
	Position    int          `json:"position"`
	Disabled    bool         `json:"disabled"`
	When        PolicyScope  `json:"when"`
	Terms       Terms        `json:"terms"`
	CalendarID  *string      `json:"calendarId,omitempty"`
	Escalations []Escalation `json:"escalations" nullable:"false"`
	WarnAt      []int        `json:"warnAt" nullable:"false" doc:"Shares of the term, in percent"`
	Version     int64        `json:"version"`
	CreatedAt   Moment       `json:"createdAt"`
}

func policy(p routing.Policy) Policy {
	out := Policy{ID: string(p.ID), Name: p.Name, Position: p.Position, Disabled: p.Disabled, Terms: termsOf(p.Terms), CalendarID: optional(p.Calendar),
		Escalations: make([]Escalation, len(p.Escalations)), WarnAt: orEmpty(p.WarnAt), Version: p.Version, CreatedAt: moment(p.CreatedAt),
		When: PolicyScope{Kinds: texts(p.When.Kinds), ChannelIDs: texts(p.When.Channels), TeamIDs: texts(p.When.Teams), Segments: orEmpty(p.When.Segments),
			Reasons: orEmpty(p.When.Reasons), MinCriticality: p.When.MinCriticality}}
	for i, e := range p.Escalations {
		out.Escalations[i] = Escalation{string(e.At), string(e.Do), string(e.To), optional(e.Team)}
	}
	return out
}

// Policies are those of the workspace in order, and what is promised where none applies.
type Policies struct {
	Items    []Policy        `json:"items" nullable:"false"`
	Defaults []DefaultPolicy `json:"defaults" nullable:"false"`
}

// DefaultPolicy is what is promised on some kinds of channel where no policy applies.
type DefaultPolicy struct {
	Kinds  []string `json:"kinds" nullable:"false" doc:"Those of the last one are for every other kind too."`
	Terms  Terms    `json:"terms"`
	Closed Terms    `json:"closed" doc:"Of what arrives outside opening hours; empty when they are the same."`
}

// PolicyVersions are all versions of a policy, newest first.
type PolicyVersions struct {
	Items []Policy `json:"items" nullable:"false"`
}

// PolicyBody is a policy as it is written.
type PolicyBody struct {
	Name        string       `json:"name"`
	Disabled    bool         `json:"disabled,omitempty"`
	When        PolicyScope  `json:"when,omitempty"`
	Terms       Terms        `json:"terms"`
	CalendarID  *string      `json:"calendarId,omitempty" nullable:"true"`
	Escalations []Escalation `json:"escalations,omitempty" nullable:"false" maxItems:"20"`
	WarnAt      []int        `json:"warnAt,omitempty" nullable:"false" maxItems:"2"`
	Version     *int64       `json:"version,omitempty" doc:"Of the policy that is changed."`
}

func (b PolicyBody) policy() routing.Policy {
	out := routing.Policy{Name: b.Name, Disabled: b.Disabled, Terms: b.Terms.terms(), WarnAt: b.WarnAt,
		When: routing.Scope{Kinds: ids[channel.Kind](b.When.Kinds), Channels: ids[vis.ChannelID](b.When.ChannelIDs), Teams: ids[vis.TeamID](b.When.TeamIDs),
			Segments: b.When.Segments, Reasons: b.When.Reasons, MinCriticality: b.When.MinCriticality}}
	if b.CalendarID != nil {
		out.Calendar = vis.CalendarID(*b.CalendarID)
	}
	for _, e := range b.Escalations {
		one := routing.Escalation{At: routing.Mark(e.At), Do: routing.EscalationDo(e.Do), To: routing.EscalatedTo(e.To)}
		if e.TeamID != nil {
			one.Team = vis.TeamID(*e.TeamID)
		}
		out.Escalations = append(out.Escalations, one)
	}
	return out
}

type policyInput struct {
	Body PolicyBody
}

type changePolicyInput struct {
	ByID
	IfMatch
	Body PolicyBody
}

type orderInput struct {
	Body struct {
		IDs []string `json:"ids" nullable:"false" maxItems:"500" doc:"All of them, the first first."`
	} `nameHint:"Order"`
}

func (s *Server) policyRoutes() {
	const tag = "promises"
	add(s, route{method: "GET", path: "/policies", id: "listPolicies", tag: tag, summary: "What is promised to whom", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Policies], error) {
			all, err := s.routing.Policies(ctx, by.Actor)
			out := Policies{Items: make([]Policy, len(all))}
			for i, p := range all {
				out.Items[i] = policy(p)
			}
			for _, d := range routing.Defaults() {
				out.Defaults = append(out.Defaults, DefaultPolicy{texts(d.Kinds), termsOf(d.Terms), termsOf(d.Closed)})
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/policies", id: "createPolicy", tag: tag, summary: "Promise something", access: staffers, status: 201,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *policyInput) (*reply[Policy], error) {
			p, err := s.routing.CreatePolicy(ctx, by.Actor, in.Body.policy())
			return ok(policy(p)), err
		})
	add(s, route{method: "PUT", path: "/policies/{id}", id: "changePolicy", tag: tag, summary: "Promise something else from now on; promises given keep their terms",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changePolicyInput) (*reply[Policy], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			b := in.Body.policy()
			p, err := s.routing.ChangePolicy(ctx, by.Actor, vis.PolicyID(in.ID), routing.PolicyChange{Name: &b.Name, Disabled: &b.Disabled, When: &b.When,
				Terms: &b.Terms, Calendar: &b.Calendar, Escalations: &b.Escalations, WarnAt: &b.WarnAt, Version: version})
			return ok(policy(p)), err
		})
	add(s, route{method: "DELETE", path: "/policies/{id}", id: "deletePolicy", tag: tag, summary: "Promise it no more; promises given stay", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.routing.DeletePolicy(ctx, by.Actor, vis.PolicyID(in.ID))
		})
	add(s, route{method: "POST", path: "/policies/order", id: "orderPolicies", tag: tag, summary: "The first that applies counts", access: staffers,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *orderInput) (*none, error) {
			_, err := s.routing.OrderPolicies(ctx, by.Actor, ids[vis.PolicyID](in.Body.IDs))
			return nil, err
		})
	add(s, route{method: "GET", path: "/policies/{id}/versions", id: "listPolicyVersions", tag: tag, summary: "What was promised before", access: staffers,
		scope: vis.ReadSettings},
		func(ctx context.Context, by caller, in *ByID) (*reply[PolicyVersions], error) {
			all, err := s.routing.PolicyVersions(ctx, by.Actor, vis.PolicyID(in.ID))
			out := PolicyVersions{make([]Policy, len(all))}
			for i, p := range all {
				out.Items[i] = policy(p)
			}
			return ok(out), err
		})
}
