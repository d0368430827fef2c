package web

import (
	"context"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// PressedAssist is what a customer gets who pressed.
type PressedAssist struct {
	Assist     VisitorAssist `json:"assist"`
	IceServers []IceServer   `json:"iceServers" nullable:"false"`
}

// JoinedAsVisitor is an assistance with the answer to the customer's offer.
type JoinedAsVisitor struct {
	Assist     VisitorAssist `json:"assist"`
	Answer     string        `json:"answer" doc:"Empty while it rings: it comes in a frame once somebody is there. Empty where there is a ticket."`
	Ticket     *MediaTicket  `json:"ticket,omitempty" doc:"Where calls run through LiveKit; the offer is of no use then, and may be empty."`
	IceServers []IceServer   `json:"iceServers" nullable:"false"`
}

// JoinedAssist is an assistance with the answer to a member's offer.
type JoinedAssist struct {
	Assist     Assist       `json:"assist"`
	Answer     string       `json:"answer" doc:"Empty where there is a ticket."`
	Ticket     *MediaTicket `json:"ticket,omitempty" doc:"Where calls run through LiveKit; the offer is of no use then, and may be empty. Nobody can whisper there."`
	IceServers []IceServer  `json:"iceServers" nullable:"false"`
	ViewerURL  string       `json:"viewerUrl" doc:"Where the customer's page can be shown; empty where it cannot."`
	Recording  string       `json:"recording" enum:"off,request,always" doc:"Whether the customer can be asked to let it be recorded, or is asked anyway."`
}

// CurrentAssist is the customer's assistance that goes on, null when there is none.
type CurrentAssist struct {
	Assist *VisitorAssist `json:"assist"`
}

type pressInput struct {
	Body struct {
		Offer string       `json:"offer,omitempty" maxLength:"32768" doc:"SDP; sound both ways, pictures to you only."`
		Page  *Whereabouts `json:"page,omitempty"`
	} `nameHint:"PressAssist"`
}

type offerInput struct {
	ByID
	Body struct {
		Offer string `json:"offer" maxLength:"32768" doc:"SDP"`
	} `nameHint:"JoinAssist"`
}

type consentInput struct {
	ByID
	Body struct {
		Kind   string `json:"kind" enum:"page,control,record,camera"`
		Origin string `json:"origin,omitempty" maxLength:"300" doc:"Of the page, for control"`
	} `nameHint:"ConsentToAssist"`
}

type watchInput struct {
	ByID
	Body struct {
		Offer   string `json:"offer" maxLength:"32768" doc:"SDP; sends sound only when you whisper"`
		Whisper bool   `json:"whisper,omitempty"`
	} `nameHint:"WatchAssist"`
}

type callInput struct {
	ByID
	Body struct {
		Purpose  string `json:"purpose" enum:"pass,join"`
		MemberID string `json:"memberId,omitempty" format:"uuid"`
		TeamID   string `json:"teamId,omitempty" format:"uuid"`
	} `nameHint:"CallColleague"`
}

type kindInput struct {
	ByID
	Body struct {
		Kind string `json:"kind" enum:"page,control,record,camera"`
	} `nameHint:"AskInAssist"`
}

type revokeInput struct {
	ByID
	Kind string `path:"kind" enum:"page,control,record,camera"`
}

type refuseInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" enum:"busy,skill,language,break,other"`
	} `nameHint:"RefuseAssist"`
}

type concludeInput struct {
	ByID
	Body struct {
		Result  string `json:"result" enum:"solved,follow_up,call_back,no_request,abuse"`
		Note    string `json:"note,omitempty" maxLength:"500" doc:"For members only; it stands in the conversation."`
		Summary string `json:"summary,omitempty" maxLength:"1000" doc:"For the customer: what was agreed, which stays in her conversation."`
	} `nameHint:"ConcludeAssist"`
}

type rateInput struct {
	ByID
	Body struct {
		Score   int    `json:"score" minimum:"1" maximum:"5"`
		Comment string `json:"comment,omitempty" maxLength:"4000"`
	} `nameHint:"RateAssist"`
}

func (s *Server) assistRoutes() {
	if s.assist == nil {
		s.assist = assist.New(assist.Options{}) // only the description is wanted
	}
	s.visitorAssistRoutes()
	s.memberAssistRoutes()
	s.colleagueRoutes()
	s.assistMeasureRoutes()
	s.pastRoutes()
	s.checkRoutes()
	s.recordingRoutes()
}

func (s *Server) visitorAssistRoutes() {
	const tag, one = "visitor", "/visitor/assists/{id}"
	add(s, route{method: "GET", path: "/visitor/assist", id: "getVisitorAssist", tag: tag, summary: "My live assistance that goes on", access: visitors},
		func(ctx context.Context, by caller, _ *none) (*reply[CurrentAssist], error) {
			x, goesOn, err := s.assist.Current(ctx, by.Actor)
			if err != nil || !goesOn {
				return ok(CurrentAssist{}), err
			}
			return ok(CurrentAssist{new(s.visitorAssist(ctx, by.Workspace, x))}), nil
		})
	add(s, route{method: "POST", path: "/visitor/assists", id: "pressAssist", tag: tag, summary: "Call for a person at once", access: visitors, status: 201,
		byAddress: []limit{limitPressAddress}, byCaller: []limit{limitPress, limitPresses}},
		func(ctx context.Context, by caller, in *pressInput) (*reply[PressedAssist], error) {
			x, err := s.assist.Press(ctx, by.Actor, assist.Press{Channel: by.visit.Channel, Offer: in.Body.Offer, Page: in.Body.Page.assistPage(s.clock.Now())})
			if err != nil {
				return nil, err
			}
			return ok(PressedAssist{s.visitorAssist(ctx, by.Workspace, x), s.iceServers(x)}), nil
		})
	add(s, route{method: "POST", path: one + "/join", id: "joinAssistAsVisitor", tag: tag, summary: "Connect my sound and picture anew", access: visitors,
		byCaller: []limit{limitJoin}},
		func(ctx context.Context, by caller, in *offerInput) (*reply[JoinedAsVisitor], error) {
			j, err := s.assist.Join(ctx, by.Actor, vis.AssistID(in.ID), in.Body.Offer)
			if err != nil {
				return nil, err
			}
			return ok(JoinedAsVisitor{s.visitorAssist(ctx, by.Workspace, j.Session), j.Way.SDP, mediaTicket(j.Way), s.iceServers(j.Session)}), nil
		})
	add(s, route{method: "POST", path: one + "/consents", id: "consentToAssist", tag: tag, summary: "Allow it", access: visitors, byCaller: []limit{limitMessage}},
		func(ctx context.Context, by caller, in *consentInput) (*reply[VisitorAssist], error) {
			x, err := s.assist.Consent(ctx, by.Actor, vis.AssistID(in.ID), assist.Kind(in.Body.Kind), in.Body.Origin)
			return s.toVisitor(ctx, by, x, err)
		})
	add(s, route{method: "DELETE", path: one + "/consents/{kind}", id: "revokeInAssist", tag: tag, summary: "Allow it no longer", access: visitors, status: 200},
		func(ctx context.Context, by caller, in *revokeInput) (*reply[VisitorAssist], error) {
			x, err := s.assist.Revoke(ctx, by.Actor, vis.AssistID(in.ID), assist.Kind(in.Kind))
			return s.toVisitor(ctx, by, x, err)
		})
	add(s, route{method: "POST", path: one + "/decline", id: "declineInAssist", tag: tag, summary: "Do not allow what is asked for", access: visitors,
		byCaller: []limit{limitMessage}},
		func(ctx context.Context, by caller, in *kindInput) (*reply[VisitorAssist], error) {
			x, err := s.assist.Decline(ctx, by.Actor, vis.AssistID(in.ID), assist.Kind(in.Body.Kind))
			return s.toVisitor(ctx, by, x, err)
		})
	add(s, route{method: "POST", path: one + "/end", id: "endAssistAsVisitor", tag: tag, summary: "Hang up, or call nobody after all", access: visitors, status: 200},
		func(ctx context.Context, by caller, in *ByID) (*reply[VisitorAssist], error) {
			x, err := s.assist.End(ctx, by.Actor, vis.AssistID(in.ID))
			return s.toVisitor(ctx, by, x, err)
		})
	add(s, route{method: "POST", path: one + "/rating", id: "rateAssist", tag: tag, summary: "Say how it was", access: visitors, byCaller: []limit{limitMessage}},
		func(ctx context.Context, by caller, in *rateInput) (*reply[VisitorAssist], error) {
			x, err := s.assist.Rate(ctx, by.Actor, vis.AssistID(in.ID), in.Body.Score, in.Body.Comment)
			return s.toVisitor(ctx, by, x, err)
		})
}

func (s *Server) toVisitor(ctx context.Context, by caller, x assist.Session, err error) (*reply[VisitorAssist], error) {
	if err != nil {
		return nil, err
	}
	return ok(s.visitorAssist(ctx, by.Workspace, x)), nil
}

func (s *Server) memberAssistRoutes() {
	const tag, one = "assist", "/assists/{id}"
	add(s, route{method: "GET", path: "/assists", id: "listAssists", tag: tag, summary: "Those that ring for me or are mine; all that go on, for those who supervise; last, those of mine of which I have not said what came of them",
		access: members},
		func(ctx context.Context, by caller, _ *none) (*reply[Assists], error) {
			all, err := s.assist.Open(ctx, by.Actor)
			return s.toMembers(ctx, by, all, err)
		})
	add(s, route{method: "GET", path: one, id: "getAssist", tag: tag, summary: "One live assistance", access: members},
		func(ctx context.Context, by caller, in *ByID) (*reply[Assist], error) {
			x, err := s.assist.Session(ctx, by.Actor, vis.AssistID(in.ID))
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "GET", path: "/conversations/{id}/assists", id: "listConversationAssists", tag: tag, summary: "Those of a conversation, newest first", access: members},
		func(ctx context.Context, by caller, in *ByID) (*reply[Assists], error) {
			all, err := s.assist.Of(ctx, by.Actor, vis.ConversationID(in.ID))
			return s.toMembers(ctx, by, all, err)
		})
	add(s, route{method: "POST", path: one + "/refuse", id: "refuseAssist", tag: tag, summary: "Let somebody else answer", access: members},
		func(ctx context.Context, by caller, in *refuseInput) (*none, error) {
			return nil, s.assist.Refuse(ctx, by.Actor, vis.AssistID(in.ID), in.Body.Reason)
		})
	for _, way := range []struct {
		verb, id, summary string
		join              func(context.Context, vis.Actor, vis.AssistID, string) (assist.Joined, error)
	}{
		{"accept", "acceptAssist", "Answer it; take it over or come in, where it rings for that", s.assist.Accept},
		{"join", "joinAssist", "Connect my sound and picture anew", s.assist.Join},
	} {
		add(s, route{method: "POST", path: one + "/" + way.verb, id: way.id, tag: tag, summary: way.summary, access: members, byCaller: []limit{limitJoin}},
			func(ctx context.Context, by caller, in *offerInput) (*reply[JoinedAssist], error) {
				j, err := way.join(ctx, by.Actor, vis.AssistID(in.ID), in.Body.Offer)
				return s.toJoined(ctx, by, j, err)
			})
	}
	add(s, route{method: "POST", path: one + "/watch", id: "watchAssist", tag: tag, access: members, byCaller: []limit{limitJoin},
		summary: "Listen, as both sides are shown; or whisper, which the member hears and the customer does not"},
		func(ctx context.Context, by caller, in *watchInput) (*reply[JoinedAssist], error) {
			j, err := s.assist.Watch(ctx, by.Actor, vis.AssistID(in.ID), in.Body.Offer, in.Body.Whisper)
			return s.toJoined(ctx, by, j, err)
		})
	add(s, route{method: "DELETE", path: one + "/watch", id: "unwatchAssist", tag: tag, summary: "Listen no longer", access: members},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.assist.Unwatch(ctx, by.Actor, vis.AssistID(in.ID))
		})
	add(s, route{method: "POST", path: one + "/ask", id: "askInAssist", tag: tag, summary: "Ask the customer to allow something", access: members},
		func(ctx context.Context, by caller, in *kindInput) (*reply[Assist], error) {
			x, err := s.assist.Ask(ctx, by.Actor, vis.AssistID(in.ID), assist.Kind(in.Body.Kind))
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "DELETE", path: one + "/consents/{kind}", id: "giveBackInAssist", tag: tag, summary: "Give back what was allowed", access: members, status: 200},
		func(ctx context.Context, by caller, in *revokeInput) (*reply[Assist], error) {
			x, err := s.assist.Revoke(ctx, by.Actor, vis.AssistID(in.ID), assist.Kind(in.Kind))
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "POST", path: one + "/end", id: "endAssist", tag: tag, summary: "Hang up", access: members, status: 200},
		func(ctx context.Context, by caller, in *ByID) (*reply[Assist], error) {
			x, err := s.assist.End(ctx, by.Actor, vis.AssistID(in.ID))
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "PUT", path: one + "/conclusion", id: "concludeAssist", tag: tag, summary: "Say what came of a call of mine that is over", access: members},
		func(ctx context.Context, by caller, in *concludeInput) (*reply[Assist], error) {
			x, err := s.assist.Conclude(ctx, by.Actor, vis.AssistID(in.ID),
				assist.Conclusion{Result: assist.Result(in.Body.Result), Note: in.Body.Note, Summary: in.Body.Summary})
			return s.toMember(ctx, by, x, err)
		})
}

type measureInput struct {
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" required:"true" doc:"Up to 92 days later."`
}

func (s *Server) assistMeasureRoutes() {
	add(s, route{method: "GET", path: "/assists/measures", id: "measureAssists", tag: "assist", summary: "How soon calls were answered, and why some were not",
		access: members},
		func(ctx context.Context, by caller, in *measureInput) (*reply[AssistMeasures], error) {
			m, err := s.assist.Measure(ctx, by.Actor, in.From, in.To)
			return ok(assistMeasures(m)), err
		})
}

// colleagueRoutes are about the other members in a call.
func (s *Server) colleagueRoutes() {
	const tag, one = "assist", "/assists/{id}"
	add(s, route{method: "POST", path: one + "/call", id: "callColleague", tag: tag, access: members, status: 200,
		summary: "Have a colleague or a team rung, to take the call over or to come in"},
		func(ctx context.Context, by caller, in *callInput) (*reply[Assist], error) {
			x, err := s.assist.CallColleague(ctx, by.Actor, vis.AssistID(in.ID), assist.Calling{Purpose: assist.Purpose(in.Body.Purpose),
				Member: vis.MemberID(in.Body.MemberID), Team: vis.TeamID(in.Body.TeamID)})
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "DELETE", path: one + "/call", id: "takeBackCall", tag: tag, summary: "Call the colleague no longer", access: members, status: 200},
		func(ctx context.Context, by caller, in *ByID) (*reply[Assist], error) {
			x, err := s.assist.TakeBack(ctx, by.Actor, vis.AssistID(in.ID))
			return s.toMember(ctx, by, x, err)
		})
	add(s, route{method: "DELETE", path: one + "/guest", id: "leaveAssist", tag: tag, summary: "Leave the call that I came into, or let her go who came", access: members},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.assist.LeaveCall(ctx, by.Actor, vis.AssistID(in.ID))
		})
}

func (s *Server) toJoined(ctx context.Context, by caller, j assist.Joined, err error) (*reply[JoinedAssist], error) {
	if err != nil {
		return nil, err
	}
	mode, err := s.assist.RecordingMode(ctx, by.Workspace, j.Session)
	if err != nil {
		return nil, err
	}
	a, err := s.assistFor(ctx, by, j.Session)
	return ok(JoinedAssist{a, j.Way.SDP, mediaTicket(j.Way), s.iceServers(j.Session), s.viewerURL, string(mode)}), err
}

func (s *Server) toMember(ctx context.Context, by caller, x assist.Session, err error) (*reply[Assist], error) {
	if err != nil {
		return nil, err
	}
	out, err := s.assistFor(ctx, by, x)
	return ok(out), err
}

func (s *Server) toMembers(ctx context.Context, by caller, all []assist.Session, err error) (*reply[Assists], error) {
	out := Assists{make([]Assist, len(all))}
	for i := 0; i < len(all) && err == nil; i++ {
		out.Items[i], err = s.assistFor(ctx, by, all[i])
	}
	return ok(out), err
}
