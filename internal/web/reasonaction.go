package web

import (
	"context"
	"encoding/json"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// ReasonAction is what is to be done about a reason: its place in the matrix of who values the contact says what.
type ReasonAction struct {
	Reason        string  `json:"reason"`
	CustomerValue int     `json:"customerValue" doc:"What the contact is worth to the customer, −100 (an irritant) to 100."`
	HouseValue    int     `json:"houseValue" doc:"What it is worth to the organisation, −100 to 100."`
	Quadrant      string  `json:"quadrant" enum:"simplify,eliminate,automate,leverage" doc:"Follows from the two values."`
	OwnerID       *string `json:"ownerId,omitempty"`
	Target        *int    `json:"target,omitempty" doc:"Contacts a week, at most."`
	Since         string  `json:"since,omitempty" doc:"The day from which the action works."`
	Due           string  `json:"due,omitempty" doc:"The day by which it shall."`
	Note          string  `json:"note,omitempty"`
	Version       int64   `json:"version"`
	From          string  `json:"from" format:"date" doc:"The day on which the first of weeks begins."`
	Weeks         []int   `json:"weeks" nullable:"false" doc:"Contacts of each of the last 26 times seven days, those beneath the reason included; the last ended yesterday."`
}

// ReasonActions are what is to be done about reasons.
type ReasonActions struct {
	Items []ReasonAction `json:"items" nullable:"false"`
	Rate  WorkRate       `json:"rate"`
}

func reasonAction(p listen.Planned) ReasonAction {
	a := p.Aim
	return ReasonAction{p.Reason, a.Customer, a.House, string(a.Quadrant()), optional(a.Owner), a.Target, dayText(a.Since), dayText(a.Due), a.Note, p.Version,
		p.From.String(), orEmpty(p.Weeks)}
}

func dayText(d listen.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// reasonEvent says that it was decided, or is no more, what is done about a reason.
type reasonEvent struct {
	Fact
	Reason   string `json:"reason"`
	Quadrant string `json:"quadrant" enum:"simplify,eliminate,automate,leverage"`
}

func tellReason(t *told) error {
	e := reasonEvent{}
	if err := json.Unmarshal(t.event.Data, &e); err != nil {
		return err
	}
	e.Fact = factOf(t.event)
	t.full = e
	return nil
}

type planReasonInput struct {
	Body struct {
		Reason        string `json:"reason" maxLength:"120" doc:"A key of the workspace's reasons."`
		CustomerValue int    `json:"customerValue" minimum:"-100" maximum:"100"`
		HouseValue    int    `json:"houseValue" minimum:"-100" maximum:"100"`
		OwnerID       string `json:"ownerId,omitempty" maxLength:"64"`
		Target        *int   `json:"target,omitempty" minimum:"0" maximum:"1000000"`
		Since         string `json:"since,omitempty" maxLength:"10" doc:"A day such as 2026-11-30."`
		Due           string `json:"due,omitempty" maxLength:"10"`
		Note          string `json:"note,omitempty"`
		Version       int64  `json:"version" doc:"0 for a reason about which nothing is planned yet."`
	} `nameHint:"PlanReason"`
}

func (in *planReasonInput) action() (listen.Action, error) {
	b := in.Body
	a := listen.Action{Reason: b.Reason, Version: b.Version, Aim: listen.Aim{Customer: b.CustomerValue, House: b.HouseValue, Owner: vis.MemberID(b.OwnerID),
		Target: b.Target, Note: b.Note}}
	var err error
	if a.Aim.Since, err = dayIn("since", b.Since); err != nil {
		return a, err
	}
	a.Aim.Due, err = dayIn("due", b.Due)
	return a, err
}

type unplanReasonInput struct {
	Reason string `query:"reason" maxLength:"120" required:"true"`
}

type workRateInput struct {
	Body WorkRate
}

func (s *Server) reasonActionRoutes() {
	const tag = "readings"
	add(s, route{method: "GET", path: "/reasons/actions", id: "listReasonActions", tag: tag, summary: "What is to be done about reasons, and what became of it",
		access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, _ *none) (*reply[ReasonActions], error) {
			all, rate, err := s.counts.Actions(ctx, by.Actor)
			out := ReasonActions{Items: make([]ReasonAction, len(all)), Rate: workRate(rate)}
			for i, p := range all {
				out.Items[i] = reasonAction(p)
			}
			return ok(out), err
		})
	add(s, route{method: "PUT", path: "/reasons/actions", id: "planReason", tag: tag, summary: "Say what is to be done about a reason", access: members},
		func(ctx context.Context, by caller, in *planReasonInput) (*reply[ReasonAction], error) {
			a, err := in.action()
			if err != nil {
				return nil, err
			}
			p, err := s.counts.Plan(ctx, by.Actor, a)
			return ok(reasonAction(p)), err
		})
	add(s, route{method: "DELETE", path: "/reasons/actions", id: "unplanReason", tag: tag, summary: "Take a reason off the matrix", access: members},
		func(ctx context.Context, by caller, in *unplanReasonInput) (*none, error) {
			return nil, s.counts.Unplan(ctx, by.Actor, in.Reason)
		})
	add(s, route{method: "PUT", path: "/reasons/rate", id: "changeWorkRate", tag: tag, summary: "Say what an hour of work on conversations costs", access: members},
		func(ctx context.Context, by caller, in *workRateInput) (*reply[WorkRate], error) {
			r, err := s.counts.ChangeRate(ctx, by.Actor, listen.Rate{Hourly: in.Body.Hourly, Currency: in.Body.Currency, Version: in.Body.Version})
			return ok(workRate(r)), err
		})
}
