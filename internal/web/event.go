package web

import (
	"context"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"visavis/internal/assist"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// EventActor is who did something.
type EventActor struct {
	Kind string  `json:"kind" enum:"member,customer,system,token"`
	ID   *string `json:"id,omitempty"`
}

// Fact is what every event says. What it is about follows, and is null when it is gone or may not be read.
type Fact struct {
	Seq            int64      `json:"seq" doc:"Counts the workspace's facts without gaps."`
	At             Moment     `json:"at"`
	Type           string     `json:"type"`
	Actor          EventActor `json:"actor"`
	ConversationID *string    `json:"conversationId,omitempty"`
	CustomerID     *string    `json:"customerId,omitempty"`
}

func factOf(e vis.Event) Fact {
	return Fact{e.Seq, moment(e.At), string(e.Type), EventActor{string(e.By), optional(e.ByID)}, optional(e.Conversation), optional(e.Customer)}
}

type conversationEvent struct {
	Fact
	Conversation *Conversation `json:"conversation"`
}

type messageEvent struct {
	Fact
	Message      *Message      `json:"message"`
	Conversation *Conversation `json:"conversation"`
}

type readEvent struct {
	Fact
	Reader       EventReader   `json:"reader"`
	Position     int64         `json:"position"`
	Conversation *Conversation `json:"conversation"`
}

// EventReader is who has read.
type EventReader struct {
	Kind string `json:"kind" enum:"member,customer"`
	ID   string `json:"id" format:"uuid"`
}

type customerEvent struct {
	Fact
	Customer *Customer `json:"customer"`
}

type memberEvent struct {
	Fact
	Member *Member `json:"member"`
}

type teamEvent struct {
	Fact
	TeamID string `json:"teamId" format:"uuid" doc:"Also of a team that is gone."`
	Team   *Team  `json:"team"`
}

type channelEvent struct {
	Fact
	Channel *Channel `json:"channel"`
}

type stepEvent struct {
	Fact
	StepID       string        `json:"stepId" format:"uuid" doc:"Also of a step that was taken away."`
	Step         *Step         `json:"step"`
	Conversation *Conversation `json:"conversation"`
}

// postEvent is about letters and what is written in them: ids, and where what they name stands.
type postEvent struct {
	Fact
	ArrivalID  string `json:"arrivalId,omitempty" format:"uuid"`
	SendingID  string `json:"sendingId,omitempty" format:"uuid"`
	MessageID  string `json:"messageId,omitempty" format:"uuid"`
	ChannelID  string `json:"channelId,omitempty" format:"uuid"`
	TemplateID string `json:"templateId,omitempty" format:"uuid" doc:"Also of a template that is gone."`
	State      string `json:"state,omitempty"`
	Reason     string `json:"reason,omitempty" doc:"Why a letter is in quarantine"`
}

// What visitors are told is always there: an event whose subject is gone is not told at all.
type visitorMessageEvent struct {
	Fact
	Message      VisitorMessage      `json:"message"`
	Conversation VisitorConversation `json:"conversation"`
}

type visitorConversationEvent struct {
	Fact
	Conversation VisitorConversation `json:"conversation"`
}

type visitorChangedEvent struct {
	Fact
	Visitor Visitor `json:"visitor"`
}

// shapes names the form of each event for members. It and the rooms' lists of their facts must agree; a test holds them together.
var shapes = map[vis.EventType]any{
	desk.ConversationStarted:    conversationEvent{},
	desk.MessageReceived:        messageEvent{},
	desk.AutomaticReceived:      messageEvent{},
	desk.MessageSent:            messageEvent{},
	desk.NoteWritten:            messageEvent{},
	desk.ConversationAssigned:   messageEvent{},
	desk.ConversationSnoozed:    messageEvent{},
	desk.ConversationWoken:      messageEvent{},
	desk.ConversationResolved:   messageEvent{},
	desk.ConversationReopened:   messageEvent{},
	desk.ConversationRenamed:    messageEvent{},
	desk.ConversationRead:       readEvent{},
	desk.ConversationClassified: conversationEvent{},
	desk.MessageUnderstood:      readingEvent{},
	desk.ReadingCorrected:       readingEvent{},
	desk.ConversationCalled:     messageEvent{},
	desk.ConversationSpoken:     messageEvent{},
	desk.ConversationConcluded:  messageEvent{},
	assist.SessionPressed:       assistEvent{},
	assist.SessionRang:          assistEvent{},
	assist.SessionRefused:       assistEvent{},
	assist.SessionLate:          assistEvent{},
	assist.SessionAccepted:      assistEvent{},
	assist.SessionLive:          assistEvent{},
	assist.SessionInterrupted:   assistEvent{},
	assist.SessionAsked:         assistEvent{},
	assist.SessionConsented:     assistEvent{},
	assist.SessionRevoked:       assistEvent{},
	assist.SessionWatched:       assistEvent{},
	assist.SessionCalled:        assistEvent{},
	assist.SessionReturned:      assistEvent{},
	assist.SessionPassed:        assistEvent{},
	assist.SessionJoined:        assistEvent{},
	assist.SessionLeft:          assistEvent{},
	assist.SessionEnded:         assistEvent{},
	assist.SessionConcluded:     assistEvent{},
	assist.SessionRated:         assistEvent{},
	assist.SessionReplayed:      assistEvent{},
	assist.SessionExported:      assistEvent{},
	assist.SessionForgotten:     assistEvent{},
	listen.IncidentSuspected:    incidentEvent{},
	listen.IncidentGrew:         incidentEvent{},
	listen.IncidentSignalled:    incidentEvent{},
	listen.IncidentConfirmed:    incidentEvent{},
	listen.IncidentFixing:       incidentEvent{},
	listen.IncidentSolved:       incidentEvent{},
	listen.IncidentDismissed:    incidentEvent{},
	listen.IncidentChanged:      incidentEvent{},
	listen.ReasonPlanned:        reasonEvent{},
	listen.ReasonUnplanned:      reasonEvent{},
	listen.AttributesChosen:     attributesEvent{},
	desk.StepAdded:              stepEvent{},
	desk.StepChanged:            stepEvent{},
	desk.StepRemoved:            stepEvent{},
	routing.PromiseMade:         promiseEvent{},
	routing.PromisePaused:       promiseEvent{},
	routing.PromiseResumed:      promiseEvent{},
	routing.PromiseWarned:       promiseEvent{},
	routing.PromiseKept:         promiseEvent{},
	routing.PromiseMissed:       promiseEvent{},
	routing.PromiseLate:         promiseEvent{},
	routing.PromiseVoided:       promiseEvent{},
	routing.OfferMade:           offerEvent{},
	routing.OfferEnded:          offerEvent{},
	routing.Ranked:              conversationEvent{},
	routing.PresenceChanged:     presenceEvent{},
	routing.RuleRan:             ruleEvent{},
	routing.RoutingChanged:      routingEvent{},
	routing.CallbackAsked:       callbackEvent{},
	routing.CallbackEnded:       callbackEvent{},
	desk.CustomerIdentified:     customerEvent{},
	desk.CustomerChanged:        customerEvent{},
	desk.ViewChanged:            viewEvent{},
	staff.MemberJoined:          memberEvent{},
	staff.MemberChanged:         memberEvent{},
	staff.TeamCreated:           teamEvent{},
	staff.TeamChanged:           teamEvent{},
	staff.TeamDeleted:           teamEvent{},
	channel.ChannelCreated:      channelEvent{},
	channel.ChannelChanged:      channelEvent{},
	post.ArrivalQuarantined:     postEvent{},
	post.ArrivalSettled:         postEvent{},
	post.HealthChanged:          postEvent{},
	post.ParticipantsChanged:    postEvent{},
	post.SendingChanged:         postEvent{},
	post.SignatureChanged:       postEvent{},
	post.TemplateChanged:        postEvent{},
	notify.NoticeGiven:          noticeEvent{},
}

// visitorShapes is shapes for the few events that a customer is told.
var visitorShapes = map[vis.EventType]any{
	desk.MessageReceived:       visitorMessageEvent{},
	desk.AutomaticReceived:     visitorMessageEvent{},
	desk.MessageSent:           visitorMessageEvent{},
	desk.ConversationRead:      visitorConversationEvent{},
	desk.ConversationResolved:  visitorMessageEvent{},
	desk.ConversationReopened:  visitorMessageEvent{},
	desk.ConversationSpoken:    visitorMessageEvent{},
	desk.ConversationConcluded: visitorMessageEvent{},
	desk.StepAdded:             visitorConversationEvent{},
	desk.StepChanged:           visitorConversationEvent{},
	desk.StepRemoved:           visitorConversationEvent{},
	routing.PromiseMade:        visitorConversationEvent{},
	routing.PromiseKept:        visitorConversationEvent{},
	routing.PromiseMissed:      visitorConversationEvent{},
	routing.PromiseLate:        visitorConversationEvent{},
	routing.PromisePaused:      visitorConversationEvent{},
	routing.PromiseResumed:     visitorConversationEvent{},
	routing.PromiseVoided:      visitorConversationEvent{},
	routing.CallbackAsked:      visitorConversationEvent{},
	routing.CallbackEnded:      visitorConversationEvent{},
	desk.CustomerChanged:       visitorChangedEvent{},
	assist.SessionRang:         visitorAssistEvent{},
	assist.SessionPressed:      visitorAssistEvent{},
	assist.SessionLate:         visitorAssistEvent{},
	assist.SessionAccepted:     visitorAssistEvent{},
	assist.SessionLive:         visitorAssistEvent{},
	assist.SessionInterrupted:  visitorAssistEvent{},
	assist.SessionAsked:        visitorAssistEvent{},
	assist.SessionConsented:    visitorAssistEvent{},
	assist.SessionRevoked:      visitorAssistEvent{},
	assist.SessionWatched:      visitorAssistEvent{},
	assist.SessionCalled:       visitorAssistEvent{},
	assist.SessionReturned:     visitorAssistEvent{},
	assist.SessionPassed:       visitorAssistEvent{},
	assist.SessionJoined:       visitorAssistEvent{},
	assist.SessionLeft:         visitorAssistEvent{},
	assist.SessionEnded:        visitorAssistEvent{},
	assist.SessionRated:        visitorAssistEvent{},
}

// scopeOf is what a member or token must hold to be told an event; "" for what everybody who works here may know.
func scopeOf(t vis.EventType) vis.Scope {
	switch shapes[t].(type) {
	case conversationEvent, messageEvent, readEvent, stepEvent, promiseEvent, offerEvent, ruleEvent, callbackEvent, postEvent, assistEvent, incidentEvent, readingEvent, reasonEvent, viewEvent:
		return vis.ReadConversations
	case customerEvent:
		return vis.ReadCustomers
	}
	return ""
}

// Event is one event as it travels; its schema is the union of all of them.
type Event json.RawMessage

// MarshalJSON implements json.Marshaler.
func (e Event) MarshalJSON() ([]byte, error) { return e, nil }

// Schema implements huma.SchemaProvider.
func (Event) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Ref: schemaPrefix + "Event"} }

// EventPage is a stretch of the event log, oldest first.
type EventPage struct {
	Items []Event `json:"items" nullable:"false"`
	Head  int64   `json:"head" doc:"The sequence of the newest event."`
}

type eventsInput struct {
	After int64 `query:"after" minimum:"0" doc:"Events after this sequence."`
	Limit int   `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

func (s *Server) eventRoutes() {
	add(s, route{method: "GET", path: "/events", id: "listEvents", tag: "events", summary: "What happened, in order", access: staffers,
		scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *eventsInput) (*reply[EventPage], error) {
			events, head, err := s.desk.Events(ctx, by.Actor, in.After, in.Limit)
			if err != nil {
				return nil, err
			}
			told, err := s.tell(ctx, by.Workspace, events)
			if err != nil {
				return nil, err
			}
			out := EventPage{Items: make([]Event, len(told)), Head: head}
			for i := range told {
				if out.Items[i], err = json.Marshal(s.eventFor(&told[i], by.Actor)); err != nil {
					return nil, err
				}
			}
			return ok(out), nil
		})
}

// told is an event with what its readers may see of it.
type told struct {
	event   vis.Event
	scope   vis.Scope
	full    any                  // one of shapes
	files   []desk.Attachment    // of its message: their links are made for each reader
	visitor func() any           // gives one of visitorShapes; nil when the customer is not told
	check   string               // whose sessions must be looked at again
	own     map[vis.MemberID]any // instead of full, for these only
}

// eventFor is the event for one reader: with links that are hers alone, or bare when she may not read what it is about.
func (s *Server) eventFor(t *told, by vis.Actor) any {
	_, settings := t.full.(channelEvent)
	if t.scope != "" && !by.May(t.scope) || settings && mayKnow(by, vis.ReadSettings) != nil {
		return bare(t.event)
	}
	if own, hers := t.own[by.Member()]; hers {
		return own
	}
	e, ok := t.full.(messageEvent)
	if !ok || len(t.files) == 0 {
		return t.full
	}
	m := *e.Message
	m.Attachments = s.attachments(to(by), t.files)
	e.Message = &m
	return e
}

// bare is an event whose payload may not be read.
func bare(e vis.Event) any {
	switch shapes[e.Type].(type) {
	case conversationEvent:
		return conversationEvent{Fact: factOf(e)}
	case messageEvent:
		return messageEvent{Fact: factOf(e)}
	case readEvent:
		return readEvent{Fact: factOf(e)}
	case stepEvent:
		return stepEvent{Fact: factOf(e)}
	case customerEvent:
		return customerEvent{Fact: factOf(e)}
	case memberEvent:
		return memberEvent{Fact: factOf(e)}
	case teamEvent:
		return teamEvent{Fact: factOf(e)}
	case channelEvent:
		return channelEvent{Fact: factOf(e)}
	case noticeEvent:
		return noticeEvent{Fact: factOf(e)}
	case promiseEvent:
		return promiseEvent{Fact: factOf(e)}
	case offerEvent:
		return offerEvent{Fact: factOf(e)}
	case callbackEvent:
		return callbackEvent{Fact: factOf(e)}
	case postEvent:
		return postEvent{Fact: factOf(e)}
	case assistEvent:
		return assistEvent{Fact: factOf(e)}
	case readingEvent:
		return readingEvent{Fact: factOf(e)}
	case viewEvent:
		return viewEvent{Fact: factOf(e)}
	}
	return factOf(e)
}

// tell fetches what events are about, for members and for the customers they concern.
func (s *Server) tell(ctx context.Context, ws vis.WorkspaceID, events []vis.Event) ([]told, error) {
	happened, err := s.desk.Hydrate(ctx, ws, events)
	if err != nil {
		return nil, err
	}
	readings, err := s.readingsOf(ctx, ws, events)
	if err != nil {
		return nil, err
	}
	out := make([]told, len(events))
	for i, h := range happened {
		t := &out[i]
		t.event, t.scope = h.Event, scopeOf(h.Event.Type)
		switch shapes[h.Event.Type].(type) {
		case memberEvent, teamEvent, channelEvent:
			err = s.tellStaff(ctx, ws, t)
		case noticeEvent:
			err = s.tellNotices(ctx, ws, t)
		case incidentEvent:
			err = tellIncident(t)
		case reasonEvent:
			err = tellReason(t)
		case viewEvent:
			err = tellView(t)
		case readingEvent:
			err = s.tellReading(ctx, ws, t, h, readings)
		default:
			err = s.tellDesk(ctx, ws, t, h)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) tellDesk(ctx context.Context, ws vis.WorkspaceID, t *told, h desk.Happening) error {
	f := factOf(h.Event)
	var c *Conversation
	if h.Conversation != nil {
		c = new(s.conversation(ctx, ws, *h.Conversation, nil))
	}
	if routed, err := s.tellRouting(ctx, ws, t, h, c); routed || err != nil {
		if err != nil {
			return err
		}
		return s.tellVisitor(ctx, ws, t, h, f)
	}
	if assisted, err := s.tellAssist(ctx, ws, t, h, c); assisted || err != nil {
		return err
	}
	switch shapes[h.Event.Type].(type) {
	case conversationEvent:
		t.full = conversationEvent{f, c}
	case messageEvent:
		e := messageEvent{f, nil, c}
		if h.Message != nil {
			t.files = h.Message.Attachments
			e.Message = new(s.message(ctx, audience{workspace: ws}, h.Conversation, *h.Message))
		}
		t.full = e
	case stepEvent:
		var d desk.StepData
		if err := json.Unmarshal(h.Event.Data, &d); err != nil {
			return err
		}
		e := stepEvent{f, string(d.Step), nil, c}
		if h.Step != nil {
			e.Step = new(step(*h.Step))
		}
		t.full = e
	case readEvent:
		e := readEvent{Fact: f, Reader: EventReader{string(h.Event.By), h.Event.ByID}, Conversation: c}
		if h.Read != nil {
			e.Position = h.Read.Position
		}
		t.full = e
	case postEvent:
		e := postEvent{}
		if err := json.Unmarshal(h.Event.Data, &e); err != nil {
			return err
		}
		e.Fact = f
		t.full = e
	case customerEvent:
		e := customerEvent{Fact: f}
		if h.Customer != nil {
			e.Customer = new(s.customer(ws, *h.Customer))
			f.Type = string(desk.CustomerChanged) // to herself it is all one
			t.tells(visitorChangedEvent{f, visitor(*h.Customer)})
		}
		t.full, t.check = e, string(h.Event.Customer)
	default:
		t.full = bare(h.Event)
	}
	return s.tellVisitor(ctx, ws, t, h, f)
}

// tellVisitor adds what the customer herself is told: words said, marks of reading, what came of a call, and that the matter was closed or opened.
func (s *Server) tellVisitor(ctx context.Context, ws vis.WorkspaceID, t *told, h desk.Happening, f Fact) error {
	if h.Conversation == nil || visitorShapes[h.Event.Type] == nil {
		return nil
	}
	her := vis.Actor{Workspace: ws, Kind: vis.ByCustomer, ID: string(h.Conversation.Customer.ID)}
	_, whole := visitorShapes[h.Event.Type].(visitorConversationEvent)
	if h.Event.By != vis.ByCustomer && (whole || h.Event.By != vis.ByMember) {
		f.Actor.ID = nil // which of the members, rules or programs it was is not hers to know; who wrote to her is
	}
	switch {
	case whole:
		return s.tellWhole(ctx, t, her, *h.Conversation, f)
	case h.Message == nil:
	case h.Message.Kind == desk.KindMessage, h.Message.Kind == desk.KindCall:
		t.tells(visitorMessageEvent{f, s.visitorMessage(ctx, to(her), *h.Message), s.visitorConversation(ctx, ws, *h.Conversation, h.Message.Position)})
	case h.Message.Kind == desk.KindLine:
		last, err := s.lastSaid(ctx, her, h.Conversation.ID)
		if err != nil {
			return err
		}
		t.tells(visitorMessageEvent{f, s.visitorMessage(ctx, to(her), *h.Message), s.visitorConversation(ctx, ws, *h.Conversation, last)})
	}
	return nil
}

// tells sets what the customer is told.
func (t *told) tells(event any) { t.visitor = func() any { return event } }

// tellWhole tells a customer how her conversation stands. That takes some reading, which is put off while she is not here: it is done
// should she come back and ask what she missed.
func (s *Server) tellWhole(ctx context.Context, t *told, her vis.Actor, c desk.Conversation, f Fact) error {
	if here, _ := s.hub.Guest(her.Workspace, her.Customer()); here {
		whole, err := s.wholeForVisitor(ctx, her, c)
		t.tells(visitorConversationEvent{f, whole})
		return err
	}
	t.visitor = func() any {
		whole, err := s.wholeForVisitor(s.life, her, c)
		if err != nil {
			s.log.Error("what a customer missed could not be read", "conversation", c.ID, "error", err)
			return nil
		}
		return visitorConversationEvent{f, whole}
	}
	return nil
}

// tellStaff fetches a member, a team or a channel; one that is gone leaves the payload null.
func (s *Server) tellStaff(ctx context.Context, ws vis.WorkspaceID, t *told) error {
	var d struct {
		Member  vis.MemberID  `json:"memberId"`
		Team    vis.TeamID    `json:"teamId"`
		Channel vis.ChannelID `json:"channelId"`
	}
	if err := json.Unmarshal(t.event.Data, &d); err != nil {
		return err
	}
	f := factOf(t.event)
	switch shapes[t.event.Type].(type) {
	case memberEvent:
		m, err := s.staff.Member(ctx, ws, d.Member)
		t.full, t.check = memberEvent{Fact: f}, string(d.Member)
		if err == nil {
			t.full = memberEvent{f, new(s.member(ctx, ws, m))}
		}
		return ignoreAbsent(err)
	case teamEvent:
		all, err := s.staff.Teams(ctx, ws)
		t.full = teamEvent{Fact: f, TeamID: string(d.Team)}
		for _, one := range all {
			if one.ID == d.Team {
				t.full = teamEvent{f, string(d.Team), new(team(one))}
			}
		}
		return err
	case channelEvent:
		c, err := s.channels.Get(ctx, ws, d.Channel)
		t.full = channelEvent{Fact: f}
		if err == nil {
			t.full = channelEvent{f, new(s.channel(c))}
		}
		return ignoreAbsent(err)
	}
	return nil
}

func ignoreAbsent(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}
