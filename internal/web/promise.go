package web

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Promise is a deadline that a customer was given, with the terms it was given under.
type Promise struct {
	ID            string   `json:"id" format:"uuid"`
	Kind          string   `json:"kind" enum:"acknowledge,first,next,resolve,callback"`
	State         string   `json:"state" enum:"running,paused,kept,missed,late,void" doc:"missed is still owed; late was done after the deadline; void is owed no more"`
	MadeAt        Moment   `json:"madeAt"`
	DueAt         Moment   `json:"dueAt"`
	EndedAt       *Moment  `json:"endedAt,omitempty"`
	Took          *float64 `json:"took,omitempty" doc:"Seconds, without the pauses"`
	PolicyID      *string  `json:"policyId,omitempty" doc:"Absent for what is promised where no policy applies."`
	PolicyName    string   `json:"policyName"`
	PolicyVersion int64    `json:"policyVersion"`
	Term          Term     `json:"term"`
	Marks         []string `json:"marks" nullable:"false" enum:"warned_first,warned_second,missed,missed_long"`
	CalendarID    *string  `json:"calendarId,omitempty"`
}

func promise(p routing.Given) Promise {
	out := Promise{ID: string(p.ID), Kind: string(p.Kind), State: string(p.State), MadeAt: moment(p.MadeAt), DueAt: moment(p.DueAt), EndedAt: maybe(p.EndedAt),
		PolicyID: optional(p.Policy), PolicyName: p.PolicyName, PolicyVersion: p.PolicyVersion, Term: termOf(p.Term), Marks: texts(p.Marks),
		CalendarID: optional(p.Calendar)}
	if !p.EndedAt.IsZero() {
		out.Took = new(p.Took.Seconds())
	}
	return out
}

// Promises are all that a conversation's customer was given, oldest first.
type Promises struct {
	Items []Promise `json:"items" nullable:"false"`
}

// Priority says why a conversation stands where it does: the points add up to the total.
type Priority struct {
	Total  float64  `json:"total"`
	Points []Point  `json:"points" nullable:"false"`
	Words  []string `json:"words" nullable:"false" doc:"Critical words that the customer's last message holds"`
}

// Point is one term of a priority, with what made it.
type Point struct {
	Term   string  `json:"term" enum:"criticality,influence,value,mood,urgency,dissatisfied,repeat,deadline,slack,waiting"`
	Points float64 `json:"points"`
	Max    float64 `json:"max" doc:"What this term can bring at most; 0 for waiting, which has no end."`
	Of     float64 `json:"of" doc:"What made the points: the criticality (0 to 4), the reach in people, the value (0 to 100), the mood (-100 to 100), the number of contacts, the hours to the stated deadline (negative when it has passed), the share of the promise's term that is used, the hours of waiting"`
}

func priority(p routing.Why) Priority {
	out := Priority{Total: p.Total, Points: make([]Point, len(p.Points)), Words: orEmpty(p.Words)}
	for i, one := range p.Points {
		out.Points[i] = Point{one.Name, one.Points, one.Most, one.Of}
	}
	return out
}

func (s *Server) promiseRoutes() {
	const tag = "promises"
	read := vis.ReadConversations
	add(s, route{method: "GET", path: "/conversations/{id}/promises", id: "listPromises", tag: tag, summary: "What its customer was promised", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*reply[Promises], error) {
			all, err := s.routing.Promises(ctx, by.Actor, vis.ConversationID(in.ID))
			out := Promises{make([]Promise, len(all))}
			for i, p := range all {
				out.Items[i] = promise(p)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/conversations/{id}/priority", id: "getPriority", tag: tag, summary: "Why it stands where it does", access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*reply[Priority], error) {
			p, err := s.routing.PriorityOf(ctx, by.Actor, vis.ConversationID(in.ID))
			return ok(priority(p)), err
		})
}
