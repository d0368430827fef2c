package web

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Callback is a call that a customer was promised instead of waiting.
type Callback struct {
	ID             string `json:"id" format:"uuid"`
	ConversationID string `json:"conversationId" format:"uuid"`
	CustomerID     string `json:"customerId" format:"uuid"`
	Phone          string `json:"phone" doc:"E.164"`
	At             Moment `json:"at" doc:"The slot begins."`
	State          string `json:"state" enum:"asked,done,unreachable,cancelled"`
	CreatedAt      Moment `json:"createdAt"`
}

func callback(c routing.Callback) Callback {
	return Callback{ID: string(c.ID), ConversationID: string(c.Conversation), CustomerID: string(c.Customer), Phone: c.Phone, At: moment(c.At),
		State: c.State, CreatedAt: moment(c.CreatedAt)}
}

// Callbacks are the calls still to be made, soonest first.
type Callbacks struct {
	Items []Callback `json:"items" nullable:"false"`
}

// VisitorCallback is the call that a customer was promised, as she sees it.
type VisitorCallback struct {
	At    Moment `json:"at"`
	Phone string `json:"phone" doc:"Its last digits"`
	State string `json:"state" enum:"asked,done,unreachable,cancelled"`
}

// lastDigits is enough of a number for its owner to know it by.
func lastDigits(phone string) string {
	const shown = 2
	if len(phone) <= shown {
		return phone
	}
	return "…" + phone[len(phone)-shown:]
}

// Slots are when a customer can be called, as half hours.
type Slots struct {
	Items []Moment `json:"items" nullable:"false"`
}

func slotsOf(all []time.Time) Slots {
	out := Slots{make([]Moment, len(all))}
	for i, at := range all {
		out.Items[i] = moment(at)
	}
	return out
}

// wishedAt is the zero time for as soon as her turn comes.
func wishedAt(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

type endCallbackInput struct {
	ByID
	Body struct {
		Outcome string `json:"outcome" enum:"done,unreachable"`
	} `nameHint:"EndCallback"`
}

type askCallbackInput struct {
	ByID
	Body struct {
		Phone string     `json:"phone" maxLength:"40"`
		At    *time.Time `json:"at,omitempty" doc:"One of the slots; without it, as soon as my turn comes."`
	} `nameHint:"AskCallback"`
}

type askAnewInput struct {
	Body struct {
		Phone string       `json:"phone" maxLength:"40"`
		At    *time.Time   `json:"at,omitempty" doc:"One of the slots; without it, as soon as my turn comes."`
		Page  *Whereabouts `json:"page,omitempty"`
	} `nameHint:"AskCallbackAnew"`
}

func (s *Server) callbackRoutes() {
	const hers = "/visitor/conversations/{id}"
	add(s, route{method: "GET", path: "/callbacks", id: "listCallbacks", tag: "promises", summary: "Calls still to be made, soonest first", access: staffers,
		scope: vis.ReadConversations},
		func(ctx context.Context, by caller, _ *none) (*reply[Callbacks], error) {
			all, err := s.routing.Callbacks(ctx, by.Actor)
			out := Callbacks{make([]Callback, len(all))}
			for i, c := range all {
				out.Items[i] = callback(c)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/callbacks/{id}/done", id: "endCallback", tag: "promises", summary: "Say how the call went", access: members},
		func(ctx context.Context, by caller, in *endCallbackInput) (*reply[Callback], error) {
			c, err := s.routing.Called(ctx, by.Actor, vis.CallbackID(in.ID), in.Body.Outcome)
			return ok(callback(c)), err
		})
	add(s, route{method: "GET", path: hers + "/slots", id: "listCallbackSlots", tag: "visitor", summary: "When I can be called", access: visitors},
		func(ctx context.Context, by caller, in *ByID) (*reply[Slots], error) {
			all, err := s.routing.Slots(ctx, by.Actor, vis.ConversationID(in.ID))
			return ok(slotsOf(all)), err
		})
	add(s, route{method: "GET", path: "/visitor/slots", id: "listSlots", tag: "visitor", summary: "When I can be called who have said nothing yet", access: visitors},
		func(ctx context.Context, by caller, _ *none) (*reply[Slots], error) {
			all, err := s.routing.SlotsOn(ctx, by.Actor, by.visit.Channel)
			return ok(slotsOf(all)), err
		})
	add(s, route{method: "POST", path: "/visitor/callback", id: "askCallbackAnew", tag: "visitor", access: visitors, status: 201, byCaller: []limit{limitMessage},
		summary: "Call me, in my current conversation or in one that begins with this"},
		func(ctx context.Context, by caller, in *askAnewInput) (*reply[VisitorConversation], error) {
			cb, err := s.routing.AskAnew(ctx, by.Actor, by.visit.Channel, in.Body.Page.view(s.clock.Now()), in.Body.Phone, wishedAt(in.Body.At))
			if err != nil {
				return nil, err
			}
			return s.oneOfHers(ctx, by.Actor, cb.Conversation)
		})
	add(s, route{method: "POST", path: hers + "/callback", id: "askCallback", tag: "visitor", summary: "Keep my place and call me", access: visitors,
		byCaller: []limit{limitMessage}},
		func(ctx context.Context, by caller, in *askCallbackInput) (*reply[VisitorConversation], error) {
			if _, err := s.routing.Ask(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Phone, wishedAt(in.Body.At)); err != nil {
				return nil, err
			}
			return s.oneOfHers(ctx, by.Actor, vis.ConversationID(in.ID))
		})
	add(s, route{method: "DELETE", path: hers + "/callback", id: "cancelCallback", tag: "visitor", summary: "Do not call me after all", access: visitors, status: 200},
		func(ctx context.Context, by caller, in *ByID) (*reply[VisitorConversation], error) {
			if _, err := s.routing.Cancel(ctx, by.Actor, vis.ConversationID(in.ID)); err != nil {
				return nil, err
			}
			return s.oneOfHers(ctx, by.Actor, vis.ConversationID(in.ID))
		})
}

// oneOfHers is a customer's conversation with all that she may know of it.
func (s *Server) oneOfHers(ctx context.Context, by vis.Actor, id vis.ConversationID) (*reply[VisitorConversation], error) {
	c, err := s.desk.Conversation(ctx, by, id)
	if err != nil {
		return nil, err
	}
	out, err := s.wholeForVisitor(ctx, by, c)
	return ok(out), err
}

// wholeForVisitor is a conversation with the work on it, where it stands in its queue, and the call that was promised.
func (s *Server) wholeForVisitor(ctx context.Context, by vis.Actor, c desk.Conversation) (VisitorConversation, error) {
	last, err := s.lastSaid(ctx, by, c.ID)
	if err != nil {
		return VisitorConversation{}, err
	}
	out := s.visitorConversation(ctx, by.Workspace, c, last)
	if err := s.withSteps(ctx, by, &out); err != nil {
		return VisitorConversation{}, err
	}
	if c.State == desk.Open && c.Assignee == "" {
		if q, waits := s.engine.Standing(ctx, by.Workspace, c.ID); waits {
			s.waiting.Store(c.ID, c.Customer.ID)
			out.Queue = queueRank(q)
		}
	}
	if called, asked, err := s.routing.CallbackOf(ctx, by, c.ID); err != nil {
		return VisitorConversation{}, err
	} else if asked {
		out.Callback = &VisitorCallback{moment(called.At), lastDigits(called.Phone), called.State}
	}
	return out, nil
}
