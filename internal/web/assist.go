package web

import (
	"context"
	"time"

	"visavis/internal/assist"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Consent is what a customer allows, as both sides see it.
type Consent struct {
	Kind      string  `json:"kind" enum:"page,control,record,camera"`
	GivenAt   Moment  `json:"givenAt"`
	ExpiresAt *Moment `json:"expiresAt,omitempty" doc:"Without it: the end of the assistance."`
	Origin    string  `json:"origin,omitempty" doc:"Control is for the pages of this origin."`
	EndedAt   *Moment `json:"endedAt,omitempty"`
	Why       string  `json:"why,omitempty" enum:"revoked,agent,expired,ended,origin,failed,"`
}

func consent(c assist.Consent) Consent {
	return Consent{string(c.Kind), moment(c.GivenAt), maybe(c.ExpiresAt), c.Origin, maybe(c.EndedAt), c.Why}
}

// AssistTimes are when an assistance came how far.
type AssistTimes struct {
	PressedAt  Moment  `json:"pressedAt"`
	LateAt     *Moment `json:"lateAt,omitempty" doc:"When the customer was told that nobody is there yet."`
	AcceptedAt *Moment `json:"acceptedAt,omitempty"`
	LiveAt     *Moment `json:"liveAt,omitempty"`
	EndedAt    *Moment `json:"endedAt,omitempty"`
	EndedBy    string  `json:"endedBy,omitempty" enum:"customer,member,system,"`
}

func assistTimes(x assist.Session) AssistTimes {
	return AssistTimes{moment(x.PressedAt), maybe(x.Story.LateAt), maybe(x.Story.AcceptedAt), maybe(x.Story.LiveAt), maybe(x.EndedAt), string(x.Story.EndedBy)}
}

// VisitorAssist is a live assistance as its customer sees it.
type VisitorAssist struct {
	ID             string `json:"id" format:"uuid"`
	ConversationID string `json:"conversationId" format:"uuid"`
	State          string `json:"state" enum:"ringing,accepted,live,ended"`
	Outcome        string `json:"outcome,omitempty" enum:"done,cancelled,missed,failed,"`
	AssistTimes
	Agent    *VisitorAgent  `json:"agent,omitempty"`
	Ringing  []VisitorAgent `json:"ringing" nullable:"false" doc:"Whom it rings for now, in the order in which they were called."`
	UsualFor *float64       `json:"usualFor,omitempty" doc:"While it rings: seconds to an answer here, the median of thirty days; left out where there were too few."`
	Consents []Consent      `json:"consents" nullable:"false" doc:"Those in force."`
	Asked    []string       `json:"asked" nullable:"false" doc:"What the agent asks for at this moment."`
	Watchers []VisitorAgent `json:"watchers" nullable:"false" doc:"Who listens besides; always to be shown."`
	Guest    *VisitorAgent  `json:"guest,omitempty" doc:"A colleague of hers who is in the call as a third."`
	Coming   *VisitorComing `json:"coming,omitempty" doc:"Whom the agent calls at this moment."`
	PassedBy *VisitorAgent  `json:"passedBy,omitempty" doc:"Who had the call before the agent who has it."`
	Rating   int            `json:"rating,omitempty"`
	Version  int64          `json:"version"`
}

// VisitorComing is who is called during the call: to take it over, or to come in as a third.
type VisitorComing struct {
	Purpose string         `json:"purpose" enum:"pass,join"`
	Agents  []VisitorAgent `json:"agents" nullable:"false"`
}

// AssistCalling is whom the member has rung during the call.
type AssistCalling struct {
	Purpose  string  `json:"purpose" enum:"pass,join"`
	MemberID *string `json:"memberId,omitempty"`
	TeamID   *string `json:"teamId,omitempty"`
	At       Moment  `json:"at"`
	Until    Moment  `json:"until"`
}

// AssistPass is a change of the member who has the call.
type AssistPass struct {
	From string `json:"from" format:"uuid"`
	To   string `json:"to" format:"uuid"`
	At   Moment `json:"at"`
}

// AssistRing is one member's bell.
type AssistRing struct {
	MemberID  string  `json:"memberId" format:"uuid"`
	State     string  `json:"state" enum:"ringing,accepted,refused,missed,withdrawn"`
	RangAt    Moment  `json:"rangAt"`
	ExpiresAt Moment  `json:"expiresAt"`
	EndedAt   *Moment `json:"endedAt,omitempty"`
	Reason    string  `json:"reason,omitempty"`
	For       string  `json:"for,omitempty" enum:"pass,join," doc:"Of a colleague who is rung during the call: what for."`
}

// AssistPage is where the customer pressed.
type AssistPage struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// AssistConclusion is what came of a call, in the word of the member who had it last.
type AssistConclusion struct {
	Result   string `json:"result" enum:"solved,follow_up,call_back,no_request,abuse"`
	Note     string `json:"note,omitempty"`
	MemberID string `json:"memberId" format:"uuid"`
	At       Moment `json:"at"`
}

// Assist is a live assistance as members see it.
type Assist struct {
	ID             string `json:"id" format:"uuid"`
	ConversationID string `json:"conversationId" format:"uuid"`
	CustomerID     string `json:"customerId" format:"uuid"`
	ChannelID      string `json:"channelId" format:"uuid"`
	State          string `json:"state" enum:"ringing,accepted,live,ended"`
	Outcome        string `json:"outcome,omitempty" enum:"done,cancelled,missed,failed,"`
	AssistTimes
	MemberID     *string           `json:"memberId,omitempty" doc:"Who took it"`
	Rings        []AssistRing      `json:"rings" nullable:"false"`
	Consents     []Consent         `json:"consents" nullable:"false" doc:"All that there were, oldest first."`
	Asked        []string          `json:"asked" nullable:"false"`
	Watchers     []string          `json:"watchers" nullable:"false"`
	Whispers     []string          `json:"whispers" nullable:"false" doc:"Watchers who speak to the member; the customer does not hear it."`
	Calling      *AssistCalling    `json:"calling,omitempty" doc:"Whom the member has rung at this moment."`
	GuestID      *string           `json:"guestId,omitempty" doc:"A colleague who is in it as a third."`
	Passes       []AssistPass      `json:"passes" nullable:"false" doc:"The changes of the member, oldest first."`
	Page         *AssistPage       `json:"page,omitempty"`
	Conclusion   *AssistConclusion `json:"conclusion,omitempty" doc:"What came of it, once the member who had it has said so."`
	Rating       int               `json:"rating,omitempty"`
	Comment      string            `json:"comment,omitempty"`
	Version      int64             `json:"version"`
	Conversation *Conversation     `json:"conversation"`
}

// Assists are live assistances.
type Assists struct {
	Items []Assist `json:"items" nullable:"false"`
}

// AssistMeasures are how soon customers who pressed were answered.
type AssistMeasures struct {
	Pressed  int            `json:"pressed"`
	Answers  []AssistAnswer `json:"answers" nullable:"false" doc:"Oldest first."`
	P50      float64        `json:"p50" doc:"Seconds: half were answered faster. 0 where none was."`
	P95      float64        `json:"p95"`
	Kept     int            `json:"kept" doc:"Answered within 15 seconds."`
	Promised int            `json:"promised" doc:"Answered, or rung for 15 seconds."`
	Missed   AssistMissed   `json:"missed"`
	Results  AssistResults  `json:"results" doc:"What came of those that were answered, as the members say."`
}

// AssistAnswer is one call that was answered.
type AssistAnswer struct {
	PressedAt Moment  `json:"pressedAt"`
	After     float64 `json:"after" doc:"Seconds from the press."`
}

// AssistMissed is why nobody spoke to a customer.
type AssistMissed struct {
	Nobody  int `json:"nobody" doc:"Nobody was there."`
	Refused int `json:"refused" doc:"All who were rung refused."`
	Unheard int `json:"unheard" doc:"Who was rung did not answer."`
	Left    int `json:"left" doc:"The customer took it back."`
}

// AssistResults count what came of calls.
type AssistResults struct {
	Solved    int `json:"solved"`
	FollowUp  int `json:"followUp"`
	CallBack  int `json:"callBack"`
	NoRequest int `json:"noRequest"`
	Abuse     int `json:"abuse"`
	Unsaid    int `json:"unsaid" doc:"Over, and nobody has said it yet."`
}

func assistMeasures(m assist.Measures) AssistMeasures {
	out := AssistMeasures{Pressed: m.Pressed, Answers: make([]AssistAnswer, len(m.Answers)), P50: m.P50.Seconds(), P95: m.P95.Seconds(), Kept: m.Kept,
		Promised: m.Promised, Missed: AssistMissed{m.Nobody, m.Refused, m.Unheard, m.Left},
		Results: AssistResults{m.Results[assist.Solved], m.Results[assist.FollowUp], m.Results[assist.CallBack], m.Results[assist.NoRequest],
			m.Results[assist.Abuse], m.Unsaid}}
	for i, a := range m.Answers {
		out.Answers[i] = AssistAnswer{moment(a.PressedAt), a.After.Seconds()}
	}
	return out
}

// IceServer is a relay (TURN) with credentials of one assistance.
type IceServer struct {
	URLs       []string `json:"urls" nullable:"false"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// MediaTicket lets one page, once and for a moment, into a room of a LiveKit server, where calls run through one.
type MediaTicket struct {
	URL   string `json:"url" doc:"ws:// or wss://"`
	Token string `json:"token"`
}

func mediaTicket(a assist.Way) *MediaTicket {
	if a.Ticket == nil {
		return nil
	}
	return &MediaTicket{a.Ticket.URL, a.Ticket.Token}
}

type (
	assistEvent struct {
		Fact
		Assist *Assist `json:"assist"`
	}
	visitorAssistEvent struct {
		Fact
		Assist VisitorAssist `json:"assist"`
	}
)

// The frames about media, which are not kept.
type (
	// AssistAnswerFrame answers the offer that a customer pressed with; a tab without that offer ignores it.
	AssistAnswerFrame struct {
		Type     string       `json:"type"`
		AssistID string       `json:"assistId" format:"uuid"`
		Answer   string       `json:"answer" doc:"Empty where there is a ticket."`
		Ticket   *MediaTicket `json:"ticket,omitempty"`
	}
	// AssistMediaFrame says that one side's sound and pictures came, or were lost.
	AssistMediaFrame struct {
		Type     string `json:"type"`
		AssistID string `json:"assistId" format:"uuid"`
		Side     string `json:"side" enum:"customer,member"`
		State    string `json:"state" enum:"connected,lost"`
	}
)

func (s *Server) visitorAssist(ctx context.Context, ws vis.WorkspaceID, x assist.Session) VisitorAssist {
	out := VisitorAssist{ID: string(x.ID), ConversationID: string(x.Conversation), State: string(x.State), Outcome: string(x.Story.Outcome),
		AssistTimes: assistTimes(x), Agent: s.visitorAgent(ctx, ws, x.Member), Ringing: []VisitorAgent{}, Consents: []Consent{}, Asked: texts(x.Story.Asked),
		Watchers: []VisitorAgent{}, Rating: x.Story.Rating, Version: x.Version}
	now := s.clock.Now()
	for _, kind := range []assist.Kind{assist.SeePage, assist.Control, assist.Record, assist.SeeCamera} {
		if c, given := x.Allowed(kind, now); given {
			out.Consents = append(out.Consents, consent(c))
		}
	}
	for _, m := range x.Story.Watchers {
		if a := s.visitorAgent(ctx, ws, m); a != nil {
			out.Watchers = append(out.Watchers, *a)
		}
	}
	for _, r := range x.Story.Rings {
		if a := s.visitorAgent(ctx, ws, r.Member); a != nil && r.State == assist.Rings {
			out.Ringing = append(out.Ringing, *a)
		}
	}
	if usual, known := s.usualFor(ctx, ws, x); known {
		out.UsualFor = new(usual.Seconds())
	}
	out.Guest, out.PassedBy = s.visitorAgent(ctx, ws, x.Story.Guest), s.visitorAgent(ctx, ws, x.PassedBy())
	if c := x.Story.Calling; c != nil {
		out.Coming, out.Ringing = &VisitorComing{string(c.Purpose), out.Ringing}, []VisitorAgent{}
	}
	return out
}

// usualFor is what a customer is told of the time to an answer, while it rings.
func (s *Server) usualFor(ctx context.Context, ws vis.WorkspaceID, x assist.Session) (time.Duration, bool) {
	if x.State != assist.Ringing {
		return 0, false
	}
	return s.assist.UsualFor(ctx, ws, x)
}

func assistOf(x assist.Session, c *Conversation) Assist {
	out := Assist{ID: string(x.ID), ConversationID: string(x.Conversation), CustomerID: string(x.Customer), ChannelID: string(x.Channel),
		State: string(x.State), Outcome: string(x.Story.Outcome), AssistTimes: assistTimes(x), MemberID: optional(x.Member),
		Rings: make([]AssistRing, len(x.Story.Rings)), Consents: make([]Consent, len(x.Story.Consents)), Asked: texts(x.Story.Asked),
		Watchers: texts(x.Story.Watchers), Whispers: texts(x.Story.Whispers), GuestID: optional(x.Story.Guest), Passes: make([]AssistPass, len(x.Story.Passes)), Rating: x.Story.Rating, Comment: x.Story.Comment, Version: x.Version, Conversation: c}
	for i, r := range x.Story.Rings {
		out.Rings[i] = AssistRing{string(r.Member), string(r.State), moment(r.RangAt), moment(r.ExpiresAt), maybe(r.EndedAt), r.Reason, string(r.For)}
	}
	for i, p := range x.Story.Passes {
		out.Passes[i] = AssistPass{string(p.From), string(p.To), moment(p.At)}
	}
	if c := x.Story.Calling; c != nil {
		out.Calling = &AssistCalling{string(c.Purpose), optional(c.Member), optional(c.Team), moment(c.At), moment(c.Until)}
	}
	for i, c := range x.Story.Consents {
		out.Consents[i] = consent(c)
	}
	if p := x.Story.Page; p != nil {
		out.Page = &AssistPage{p.URL, p.Title}
	}
	if c := x.Story.Conclusion; c != nil {
		out.Conclusion = &AssistConclusion{string(c.Result), c.Note, string(c.By), moment(c.At)}
	}
	return out
}

// assistFor is a session with its conversation.
func (s *Server) assistFor(ctx context.Context, by caller, x assist.Session) (Assist, error) {
	c, err := s.desk.Conversation(ctx, by.Actor, x.Conversation)
	if err != nil {
		return Assist{}, err
	}
	return assistOf(x, new(s.conversation(ctx, by.Workspace, c, nil))), nil
}

func (s *Server) iceServers(x assist.Session) []IceServer { return iceServers(s.assist.Servers(x)) }

func iceServers(all []assist.Server) []IceServer {
	out := []IceServer{}
	for _, r := range all {
		out = append(out, IceServer{r.URLs, r.Username, r.Credential})
	}
	return out
}

// tellAssist fills an event of the room of live assistance, and reports whether it was one. What a member refuses is not the customer's to know.
func (s *Server) tellAssist(ctx context.Context, ws vis.WorkspaceID, t *told, h desk.Happening, c *Conversation) (bool, error) {
	if _, is := shapes[h.Event.Type].(assistEvent); !is {
		return false, nil
	}
	f := factOf(h.Event)
	t.full = assistEvent{Fact: f}
	d, err := data[assist.Data](h.Event)
	if err != nil {
		return true, err
	}
	x, err := s.assist.Session(ctx, vis.System(ws), d.Assist)
	if err != nil {
		return true, ignoreAbsent(err)
	}
	s.assist.Noticed(ctx, ws, x) // it may have changed on another node
	t.full = assistEvent{f, new(assistOf(x, c))}
	if visitorShapes[h.Event.Type] == nil {
		return true, nil
	}
	if h.Event.By != vis.ByCustomer {
		f.Actor.ID = nil
	}
	t.tells(visitorAssistEvent{f, s.visitorAssist(ctx, ws, x)})
	return true, nil
}

// Answered implements assist.Screens.
func (s *Server) Answered(ws vis.WorkspaceID, customer vis.CustomerID, id vis.AssistID, answer assist.Way) {
	s.say(ws, customer, "", frame(AssistAnswerFrame{"assist_answer", string(id), answer.SDP, mediaTicket(answer)}))
}

// Connected implements assist.Screens.
func (s *Server) Connected(ws vis.WorkspaceID, x assist.Session, side assist.Side, connected bool) {
	state := "lost"
	if connected {
		state = "connected"
	}
	s.say(ws, x.Customer, x.Member, frame(AssistMediaFrame{"assist_media", string(x.ID), string(side), state}))
}

// assistPage keeps what a browser says of where it is.
func (w *Whereabouts) assistPage(now time.Time) *assist.Page {
	p := w.view(now)
	if p == nil {
		return nil
	}
	return &assist.Page{URL: p.URL, Title: p.Title}
}
