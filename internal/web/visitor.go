package web

import (
	"context"
	"net/url"
	"time"
	"unicode/utf8"

	"visavis/internal/assist"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The types of this file are what visitors see. A field is here only when a customer may know it; a golden file watches over that.

// Visitor is a customer as she sees herself.
type Visitor struct {
	ID       string `json:"id" format:"uuid"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Verified bool   `json:"verified"`
	Locale   string `json:"locale" enum:"fr,en,"`
}

// VisitorAgent is who answers, as customers see her.
type VisitorAgent struct {
	ID        string `json:"id" format:"uuid"`
	FirstName string `json:"firstName"`
	Face      string `json:"face"`
}

// VisitorConversation is a conversation as its customer sees it.
type VisitorConversation struct {
	ID                 string         `json:"id" format:"uuid"`
	State              string         `json:"state" enum:"open,snoozed,resolved"`
	Subject            string         `json:"subject"`
	LastPosition       int64          `json:"lastPosition" doc:"Of the last message; positions may have gaps."`
	ReadPosition       int64          `json:"readPosition" doc:"How far you have read."`
	MemberReadPosition int64          `json:"memberReadPosition" doc:"How far the organisation has read."`
	Agents             []VisitorAgent `json:"agents" nullable:"false"`
	LastMessageAt      Moment         `json:"lastMessageAt"`
	Preview            string         `json:"preview"`
	// What follows is about effort and waiting.
	Promise  *Owed            `json:"promise,omitempty" doc:"What you are promised next."`
	Queue    *QueueRank       `json:"queue,omitempty" doc:"While you wait in a queue. Only where conversations are listed; frames tell of changes."`
	Callback *VisitorCallback `json:"callback,omitempty" doc:"The call that you were promised. Only where conversations are listed."`
	Steps    *[]VisitorStep   `json:"steps,omitempty" doc:"What is being done, in order. Absent where only words were asked for: keep what you know."`
}

// VisitorStep is one thing that is being done about a matter, as its customer sees it.
type VisitorStep struct {
	ID         string        `json:"id" format:"uuid"`
	Kind       string        `json:"kind" enum:"custom,received,taken,handed_over,late,callback,resolved"`
	Text       string        `json:"text"`
	State      string        `json:"state" enum:"planned,underway,done"`
	ExpectedAt *Moment       `json:"expectedAt,omitempty"`
	By         *VisitorAgent `json:"by,omitempty"`
	At         Moment        `json:"at" doc:"When it was last changed."`
}

// VisitorAuthor is who wrote something, as customers see it.
type VisitorAuthor struct {
	Kind      string  `json:"kind" enum:"customer,member,system"`
	ID        *string `json:"id,omitempty"`
	FirstName *string `json:"firstName,omitempty"`
	Face      *string `json:"face,omitempty"`
}

// VisitorMessage is something said in a conversation, as its customer sees it.
type VisitorMessage struct {
	ID             string        `json:"id" format:"uuid"`
	ConversationID string        `json:"conversationId" format:"uuid"`
	Position       int64         `json:"position"`
	Author         VisitorAuthor `json:"author"`
	Text           string        `json:"text"`
	Attachments    []Attachment  `json:"attachments" nullable:"false"`
	ClientID       *string       `json:"clientId,omitempty"`
	CreatedAt      Moment        `json:"createdAt"`
	Line           *VisitorLine  `json:"line,omitempty"`
}

// VisitorLine says that the conversation was closed or opened again, or what there was to say of a call; the summary of it is the text of
// the message.
type VisitorLine struct {
	Type   string  `json:"type" enum:"conversation.resolved,conversation.reopened,conversation.spoken,conversation.concluded"`
	Result *string `json:"result,omitempty" enum:"solved,follow_up,call_back" doc:"What came of a call, where that is for its customer."`
	Call   *Call   `json:"call,omitempty"`
}

// hers is what a customer is told of a line. What members think of a call that was none is not hers to read.
func hers(l *desk.Line) *VisitorLine {
	if l == nil {
		return nil
	}
	out := &VisitorLine{Type: string(l.Type), Call: callOf(l.Call)}
	switch r := assist.Result(l.Result); r {
	case assist.Solved, assist.FollowUp, assist.CallBack:
		out.Result = new(string(r))
	case assist.NoRequest, assist.Abuse:
	}
	return out
}

// VisitorChannel is what anybody may know of a chat before she writes.
type VisitorChannel struct {
	Name      string       `json:"name"`
	Workspace string       `json:"workspace"`
	Colour    string       `json:"colour"`
	Greeting  Greeting     `json:"greeting"`
	Languages []string     `json:"languages" nullable:"false" enum:"fr,en"`
	Team      []TeamMember `json:"team" nullable:"false"`
	Open      bool         `json:"open"`
	OpensAt   *Moment      `json:"opensAt,omitempty"`
	Here      bool         `json:"here" doc:"Whether somebody is there to answer now."`
	// Assist says that a person can be called for at once, by who asks and from where.
	Assist bool `json:"assist"`
	// AssistWhy says why not: it is off, or not for this page, this customer, this hour, or nobody is free.
	AssistWhy string `json:"assistWhy,omitempty" enum:"off,page,whom,hours,staff,"`
	// AssistFrom is when an adviser can be called again, where it is for the hour.
	AssistFrom *Moment `json:"assistFrom,omitempty"`
	// AssistVaries says that it may change by itself: ask again in a while.
	AssistVaries bool `json:"assistVaries,omitempty"`
	// Cobrowse says that she could then show her page.
	Cobrowse bool `json:"cobrowse"`
	// Incident is what is known to be wrong at the moment, so that nobody has to ask.
	Incident *Greeting `json:"incident,omitempty"`
	// Answers are the languages in which she finds answers that are ready, before she writes.
	Answers []string `json:"answers,omitempty" enum:"fr,en"`
	// Promise is the truth about waiting, before anybody writes.
	Promise VisitorPromise `json:"promise"`
}

// VisitorPromise is what is promised to a message that is written now, and what is usual.
type VisitorPromise struct {
	AnswerBy *Moment  `json:"answerBy,omitempty" doc:"By when a person's first answer is promised."`
	Term     *Term    `json:"term,omitempty"`
	UsualFor *float64 `json:"usualFor,omitempty" doc:"Seconds: half of the first answers of the last week came sooner. Absent while there are fewer than ten."`
	Zone     string   `json:"zone" doc:"Of the opening hours"`
}

func visitorPromise(t routing.Truth) VisitorPromise {
	out := VisitorPromise{AnswerBy: maybe(t.AnswerBy), Zone: t.Zone}
	if t.Term != (routing.Term{}) {
		out.Term = new(termOf(t.Term))
	}
	if t.UsualFor > 0 {
		out.UsualFor = new(t.UsualFor.Seconds())
	}
	return out
}

// QueueRank is where a customer stands in her queue.
type QueueRank struct {
	Place   int    `json:"place" doc:"1 is next"`
	LowFor  *int64 `json:"lowFor,omitempty" doc:"Seconds that she will most likely wait at least; absent while too little is known"`
	HighFor *int64 `json:"highFor,omitempty" doc:"And at most"`
	At      Moment `json:"at"`
}

func queueRank(q routing.QueuePlace) *QueueRank {
	if q.Place == 0 {
		return nil
	}
	out := &QueueRank{Place: q.Place, At: moment(q.At)}
	if q.Known {
		out.LowFor, out.HighFor = new(int64(q.Low/time.Second)), new(int64(q.High/time.Second))
	}
	return out
}

// TeamMember is somebody who answers, as strangers see her.
type TeamMember struct {
	FirstName string `json:"firstName"`
	Face      string `json:"face"`
	Here      bool   `json:"here"`
}

// VisitorSession is a session that has begun.
type VisitorSession struct {
	Token         string                `json:"token" doc:"For the header Authorization: Visitor. Keep it in the chat's own storage, never in an address."`
	Visitor       Visitor               `json:"visitor"`
	Conversations []VisitorConversation `json:"conversations" nullable:"false"`
}

// VisitorState is a visitor with her conversations.
type VisitorState struct {
	Visitor       Visitor               `json:"visitor"`
	Conversations []VisitorConversation `json:"conversations" nullable:"false"`
}

// VisitorMessagePage is a stretch of a conversation in ascending order; Next is the position to go on from.
type VisitorMessagePage struct {
	Items []VisitorMessage `json:"items" nullable:"false"`
	Next  *int64           `json:"next,omitempty"`
}

// VisitorWritten is a message that was received, with the conversation it stands in.
type VisitorWritten struct {
	Message      VisitorMessage      `json:"message"`
	Conversation VisitorConversation `json:"conversation"`
}

// Whereabouts is the page that a visitor is on.
type Whereabouts struct {
	_     struct{} `nullable:"true"`
	URL   string   `json:"url" maxLength:"2000"`
	Title string   `json:"title" maxLength:"300"`
}

type channelInput struct {
	Key string `query:"key" required:"true" maxLength:"64"`
	// Authorization is the session that this browser holds, if any: what is offered may depend on who she is.
	Authorization string `header:"Authorization" hidden:"true"`
	Page          string `query:"page" maxLength:"2048" doc:"Where the browser is: live assistance may be for some pages only."`
	Locale        string `query:"locale" maxLength:"35" doc:"Of who is not known yet."`
}

type startVisitInput struct {
	// Authorization is the session that this browser still holds, when it was recognised since.
	Authorization string `header:"Authorization" hidden:"true"`
	Body          struct {
		Key      string       `json:"key" maxLength:"64"`
		Identity string       `json:"identity,omitempty" maxLength:"4096" doc:"A JWT (HS256) signed with the channel's identity secret."`
		Locale   string       `json:"locale,omitempty" maxLength:"35"`
		Zone     string       `json:"zone,omitempty" maxLength:"64"`
		Page     *Whereabouts `json:"page,omitempty"`
	} `nameHint:"StartVisit"`
}

type introduceInput struct {
	Body struct {
		Name   *string      `json:"name,omitempty"`
		Email  *string      `json:"email,omitempty"`
		Locale *string      `json:"locale,omitempty" maxLength:"35"`
		Zone   *string      `json:"zone,omitempty" maxLength:"64"`
		Page   *Whereabouts `json:"page,omitempty"`
	} `nameHint:"ChangeVisitor"`
}

type visitorThreadInput struct {
	ByID
	Before int64 `query:"before" minimum:"1" doc:"Messages before this position."`
	After  int64 `query:"after" minimum:"-1" default:"-1" doc:"Messages after this position."`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type visitorWriteInput struct {
	Body struct {
		ConversationID string       `json:"conversationId,omitempty" maxLength:"64" doc:"Without it: the current one, or a new one."`
		Text           string       `json:"text"`
		AttachmentIDs  []string     `json:"attachmentIds,omitempty" nullable:"false"`
		ClientID       string       `json:"clientId" format:"uuid" doc:"Makes a retry recognisable: the same id with the same words is the same message."`
		Page           *Whereabouts `json:"page,omitempty"`
	} `nameHint:"WriteAsVisitor"`
}

func (s *Server) visitorRoutes() {
	const tag = "visitor"
	add(s, route{method: "GET", path: "/visitor/channel", id: "getVisitorChannel", tag: tag, summary: "What a chat shows before anybody writes"}, s.visitorChannel)
	add(s, route{method: "POST", path: "/visitor/sessions", id: "startVisit", tag: tag, summary: "Begin a visitor's session", status: 201,
		byAddress: []limit{limitVisitStart}}, s.startVisit)
	add(s, route{method: "GET", path: "/visitor", id: "getVisitor", tag: tag, summary: "Who I am here, and my conversations", access: visitors},
		func(ctx context.Context, by caller, _ *none) (*reply[VisitorState], error) {
			c, err := s.desk.Customer(ctx, by.Actor, by.Customer())
			if err != nil {
				return nil, err
			}
			mine, err := s.visitorConversations(ctx, by.Actor)
			return ok(VisitorState{visitor(c), mine}), err
		})
	add(s, route{method: "PATCH", path: "/visitor", id: "changeVisitor", tag: tag, summary: "Say who I am; this proves nothing", access: visitors,
		byCaller: []limit{limitMessage}}, s.introduce)
	add(s, route{method: "DELETE", path: "/visitor/session", id: "endVisit", tag: tag, summary: "Forget me on this device", access: visitors},
		func(ctx context.Context, by caller, _ *none) (*none, error) {
			if err := s.desk.EndVisit(ctx, by.Actor, by.secret); err != nil {
				return nil, err
			}
			s.hub.EndSession(by.Workspace, sessionName(by.secret))
			return nil, nil
		})
	add(s, route{method: "GET", path: "/visitor/conversations/{id}/messages", id: "listVisitorMessages", tag: tag, summary: "What was said",
		access: visitors}, s.visitorThread)
	add(s, route{method: "POST", path: "/visitor/messages", id: "writeAsVisitor", tag: tag, summary: "Write; answered once it is safely stored",
		access: visitors, status: 201, byCaller: []limit{limitMessage}}, s.visitorWrite)
	add(s, route{method: "POST", path: "/visitor/conversations/{id}/read", id: "readAsVisitor", tag: tag, summary: "Record how far I have read",
		access: visitors},
		func(ctx context.Context, by caller, in *readInput) (*none, error) {
			return nil, s.desk.MarkRead(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Position)
		})
}

func (s *Server) visitorChannel(ctx context.Context, _ caller, in *channelInput) (*reply[VisitorChannel], error) {
	e, err := s.channels.Embedded(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	w, err := s.staff.Workspace(ctx, vis.System(e.Workspace))
	if err != nil {
		return nil, err
	}
	team, here := s.teamOf(ctx, e.Workspace, e.Welcome.Team)
	name := e.Welcome.Name
	if name == "" {
		name = e.Channel.Name
	}
	before, err := s.engine.Before(ctx, e.Workspace, e.Channel)
	if err != nil {
		return nil, err
	}
	incident, err := s.incidentNow(ctx, e.Workspace)
	if err != nil {
		return nil, err
	}
	offered, err := s.assist.OfferTo(ctx, e.Workspace, e.Channel, s.asking(ctx, e, in))
	if err != nil {
		return nil, err
	}
	answers, err := s.post.Answering(ctx, e.Workspace, e.Welcome.Team)
	if err != nil {
		return nil, err
	}
	return ok(VisitorChannel{Name: name, Workspace: w.Name, Colour: e.Welcome.Colour, Greeting: Greeting{e.Welcome.Greeting["fr"], e.Welcome.Greeting["en"]},
		Languages: texts(e.Welcome.Languages), Team: team, Open: before.Open, OpensAt: maybe(before.OpensAt), Here: here, Assist: offered.Why == "",
		AssistWhy: offered.Why, AssistFrom: maybe(offered.OpensAt), AssistVaries: offered.Varies, Cobrowse: s.viewerURL != "" && s.assist.Offered(e.Channel),
		Incident: incident, Answers: answers, Promise: visitorPromise(before)}), nil
}

// incidentNow is what visitors are told to be wrong at the moment, if anything.
func (s *Server) incidentNow(ctx context.Context, ws vis.WorkspaceID) (*Greeting, error) {
	banner, err := s.hearing.Banner(ctx, ws)
	if err != nil || banner.Empty() {
		return nil, err
	}
	return &Greeting{banner.In("fr"), banner.In("en")}, nil
}

// asking is who would call, as far as her session says, and where her browser says it is.
func (s *Server) asking(ctx context.Context, e channel.Embedded, in *channelInput) channel.Asking {
	if !s.channels.Offer(e.Channel).Asks() {
		return channel.Asking{} // whoever she is, the answer is the same
	}
	var page *assist.Page
	if v := (&Whereabouts{URL: in.Page}).view(s.clock.Now()); v != nil {
		page = &assist.Page{URL: v.URL}
	}
	if by, known := s.sessionOn(ctx, e, in.Authorization); known {
		if c, err := s.desk.Customer(ctx, by, by.Customer()); err == nil {
			return assist.AskingAs(c, page)
		}
	}
	return assist.AskingAs(desk.Customer{Locale: locale(in.Locale)}, page)
}

// sessionOn is who holds a session on a channel, by her header.
func (s *Server) sessionOn(ctx context.Context, e channel.Embedded, header string) (vis.Actor, bool) {
	const scheme = "Visitor "
	if len(header) <= len(scheme) || header[:len(scheme)] != scheme {
		return vis.Actor{}, false
	}
	by, visit, err := s.desk.VisitorBy(ctx, header[len(scheme):])
	return by, err == nil && by.Workspace == e.Workspace && visit.Channel == e.Channel.ID
}

// maxTeam is how many faces strangers are shown.
const maxTeam = 5

// teamOf is who answers on a channel of a team, "" for everybody; who is here comes first.
func (s *Server) teamOf(ctx context.Context, ws vis.WorkspaceID, id vis.TeamID) ([]TeamMember, bool) {
	here, others := []TeamMember{}, []TeamMember{}
	known := s.directory.of(ctx, ws)
	for _, m := range known.workers {
		if m.State != staff.Active || id != "" && !contains(m.Teams, id) {
			continue
		}
		if known.answers(m.ID) {
			here = append(here, TeamMember{m.FirstName, m.Face, true})
		} else {
			others = append(others, TeamMember{m.FirstName, m.Face, false})
		}
	}
	all := append(here, others...)
	return all[:min(len(all), maxTeam)], len(here) > 0
}

func contains[T comparable](all []T, one T) bool {
	for _, a := range all {
		if a == one {
			return true
		}
	}
	return false
}

func (s *Server) startVisit(ctx context.Context, _ caller, in *startVisitInput) (*reply[VisitorSession], error) {
	e, err := s.channels.Embedded(ctx, in.Body.Key)
	if err != nil {
		return nil, err
	}
	claim, err := s.channels.Claim(ctx, e, in.Body.Identity)
	if err != nil {
		return nil, err
	}
	before := s.previous(ctx, e, claim, in.Authorization)
	arrived, err := s.desk.StartVisit(ctx, e.Workspace, desk.Arrival{Channel: e.Channel.ID, Claim: claim, Previous: before,
		Locale: locale(in.Body.Locale), Zone: zone(in.Body.Zone), Page: in.Body.Page.view(s.clock.Now())})
	if err != nil {
		return nil, err
	}
	s.hub.Check(e.Workspace, string(before)) // her earlier connections stood for somebody else
	by := vis.Actor{Workspace: e.Workspace, Kind: vis.ByCustomer, ID: string(arrived.Customer.ID)}
	mine, err := s.visitorConversations(ctx, by)
	return ok(VisitorSession{arrived.Token, visitor(arrived.Customer), mine}), err
}

// previous is the customer whose valid session this browser still holds on this channel: who was anonymous becomes who she proves
// to be.
func (s *Server) previous(ctx context.Context, e channel.Embedded, claim *channel.Claim, header string) vis.CustomerID {
	if by, known := s.sessionOn(ctx, e, header); known && claim != nil {
		return by.Customer()
	}
	return ""
}

// locale keeps what a browser says of its language to one that we speak.
func locale(in string) string {
	if len(in) >= 2 && (in[:2] == "fr" || in[:2] == "FR") {
		return "fr"
	}
	if in == "" {
		return ""
	}
	return "en"
}

// zone keeps what a browser says of its time zone to one that exists.
func zone(in string) string {
	if in == "Local" {
		return ""
	}
	if _, err := time.LoadLocation(in); err != nil {
		return ""
	}
	return in
}

// view is a page as it may be stored: a web address without who signs in, and a title on one line.
func (w *Whereabouts) view(now time.Time) *desk.PageView {
	if w == nil {
		return nil
	}
	u, err := url.Parse(w.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !utf8.ValidString(w.URL) {
		return nil
	}
	u.User = nil
	return &desk.PageView{URL: u.String(), Title: text.Line(w.Title), At: now}
}

func (s *Server) introduce(ctx context.Context, by caller, in *introduceInput) (*reply[Visitor], error) {
	b := in.Body
	what := desk.Introduction{Name: b.Name, Email: b.Email, Page: b.Page.view(s.clock.Now())}
	if b.Locale != nil {
		what.Locale = new(locale(*b.Locale))
	}
	if b.Zone != nil {
		what.Zone = new(zone(*b.Zone))
	}
	c, err := s.desk.Introduce(ctx, by.Actor, what)
	return ok(visitor(c)), err
}

func (s *Server) visitorThread(ctx context.Context, by caller, in *visitorThreadInput) (*reply[VisitorMessagePage], error) {
	r := desk.Range{Before: in.Before, Limit: in.Limit}
	if in.Before == 0 && in.After >= 0 {
		r = desk.Range{After: in.After, Forward: true, Limit: in.Limit}
	}
	thread, err := s.desk.Thread(ctx, by.Actor, vis.ConversationID(in.ID), r)
	if err != nil {
		return nil, err
	}
	out := VisitorMessagePage{Items: make([]VisitorMessage, len(thread))}
	for i, m := range thread {
		out.Items[i] = s.visitorMessage(ctx, to(by.Actor), m)
	}
	if len(thread) == in.Limit {
		out.Next = new(thread[0].Position)
		if r.Forward {
			out.Next = new(thread[len(thread)-1].Position)
		}
	}
	return ok(out), nil
}

func (s *Server) visitorWrite(ctx context.Context, by caller, in *visitorWriteInput) (*reply[VisitorWritten], error) {
	b := in.Body
	got, err := s.desk.Receive(ctx, by.Actor, desk.Inbound{Channel: by.visit.Channel, Conversation: vis.ConversationID(b.ConversationID), Text: b.Text,
		Attachments: ids[vis.AttachmentID](b.AttachmentIDs), ClientID: b.ClientID, Page: b.Page.view(s.clock.Now())})
	if err != nil {
		return nil, err
	}
	return ok(VisitorWritten{s.visitorMessage(ctx, to(by.Actor), got.Message),
		s.visitorConversation(ctx, by.Workspace, got.Conversation, got.Message.Position)}), nil
}

// visitorConversations are a customer's own, newest first.
func (s *Server) visitorConversations(ctx context.Context, by vis.Actor) ([]VisitorConversation, error) {
	listed, err := s.desk.Conversations(ctx, by, desk.Filter{}, vis.Page{Limit: vis.DefaultLimit})
	if err != nil {
		return nil, err
	}
	out := make([]VisitorConversation, len(listed.Page.Items))
	for i, c := range listed.Page.Items {
		if out[i], err = s.wholeForVisitor(ctx, by, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// withSteps adds what the customer is shown of the work on her matter.
func (s *Server) withSteps(ctx context.Context, by vis.Actor, c *VisitorConversation) error {
	all, err := s.desk.Steps(ctx, by, vis.ConversationID(c.ID))
	if err != nil {
		return err
	}
	steps := make([]VisitorStep, len(all))
	for i, one := range all {
		steps[i] = VisitorStep{ID: string(one.ID), Kind: one.Kind, Text: one.Text, State: string(one.State), ExpectedAt: maybe(one.ExpectedAt),
			By: s.visitorAgent(ctx, by.Workspace, one.Member), At: moment(one.ChangedAt)}
	}
	c.Steps = &steps
	return nil
}

// visitorAgent is a member as customers see her, nil when she is gone.
func (s *Server) visitorAgent(ctx context.Context, ws vis.WorkspaceID, id vis.MemberID) *VisitorAgent {
	m, known := s.directory.of(ctx, ws).members[id]
	if !known {
		return nil
	}
	return &VisitorAgent{string(m.ID), m.FirstName, m.Face}
}

// lastSaid is the position of the last message that a customer may read. The conversation's own last position counts notes too,
// and would tell her of them.
func (s *Server) lastSaid(ctx context.Context, by vis.Actor, id vis.ConversationID) (int64, error) {
	thread, err := s.desk.Thread(ctx, by, id, desk.Range{Limit: 1})
	if err != nil || len(thread) == 0 {
		return 0, err
	}
	return thread[len(thread)-1].Position, nil
}

func (s *Server) visitorConversation(ctx context.Context, ws vis.WorkspaceID, c desk.Conversation, last int64) VisitorConversation {
	out := VisitorConversation{ID: string(c.ID), State: string(c.State), Subject: c.Subject, LastPosition: last,
		ReadPosition: min(c.CustomerReadPosition, last), MemberReadPosition: min(c.MemberReadPosition, last), Agents: []VisitorAgent{},
		LastMessageAt: moment(c.Preview.At), Preview: c.Preview.Text, Promise: owed(c.Standing)}
	if m, known := s.directory.of(ctx, ws).members[c.Assignee]; known && m.State == staff.Active {
		out.Agents = append(out.Agents, VisitorAgent{string(m.ID), m.FirstName, m.Face})
	}
	return out
}

func visitor(c desk.Customer) Visitor {
	out := Visitor{ID: string(c.ID), Name: c.Name, Verified: c.Verified, Locale: c.Locale}
	for _, i := range c.Identities {
		if i.Kind == desk.IdentityEmail && (out.Email == "" || i.Verified) {
			out.Email = i.Value
		}
	}
	return out
}

func (s *Server) visitorMessage(ctx context.Context, to audience, m desk.Message) VisitorMessage {
	out := VisitorMessage{ID: string(m.ID), ConversationID: string(m.Conversation), Position: m.Position, Author: VisitorAuthor{Kind: string(m.Author)},
		Text: m.Text, Attachments: s.attachments(to, m.Attachments), CreatedAt: moment(m.CreatedAt)}
	switch m.Author {
	case desk.AuthorCustomer:
		out.Author.ID, out.ClientID = optional(m.AuthorID), optional(m.ClientID)
	case desk.AuthorMember:
		if who, known := s.directory.of(ctx, to.workspace).members[vis.MemberID(m.AuthorID)]; known {
			out.Author.ID, out.Author.FirstName, out.Author.Face = optional(m.AuthorID), new(who.FirstName), new(who.Face)
		}
	case desk.AuthorSystem:
	}
	out.Line = hers(m.Line)
	return out
}
