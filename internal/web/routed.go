package web

import (
	"context"
	"encoding/json"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// What members are told of promises, offers, presence and rules.
type (
	promiseEvent struct {
		Fact
		Promise      PromiseFact   `json:"promise"`
		Conversation *Conversation `json:"conversation"`
	}
	offerEvent struct {
		Fact
		Offer *Offer `json:"offer"`
	}
	presenceEvent struct {
		Fact
		MemberID string  `json:"memberId" format:"uuid"`
		Presence string  `json:"presence" enum:"available,busy,finishing,away,offline"`
		BackAt   *Moment `json:"backAt,omitempty"`
	}
	ruleEvent struct {
		Fact
		RuleID string `json:"ruleId" format:"uuid"`
	}
	routingEvent struct {
		Fact
		What string `json:"what" enum:"settings,calendar,policy,queue,profile,rule"`
		ID   string `json:"id,omitempty" doc:"Of what was changed"`
	}
	callbackEvent struct {
		Fact
		CallbackID   string        `json:"callbackId" format:"uuid"`
		State        string        `json:"state" enum:"asked,done,unreachable,cancelled"`
		Conversation *Conversation `json:"conversation"`
	}
)

// PromiseFact is what an event says of a promise; ask for a conversation's promises to know more.
type PromiseFact struct {
	ID    string `json:"id" format:"uuid"`
	Kind  string `json:"kind" enum:"acknowledge,first,next,resolve,callback"`
	Mark  string `json:"mark,omitempty" enum:"warned_first,warned_second,missed,missed_long,"`
	DueAt Moment `json:"dueAt"`
}

// tellRouting fills an event of the room of promises. It reports whether it was one.
func (s *Server) tellRouting(ctx context.Context, ws vis.WorkspaceID, t *told, h desk.Happening, c *Conversation) (bool, error) {
	f := factOf(h.Event)
	switch shapes[h.Event.Type].(type) {
	case promiseEvent:
		d, err := data[routing.PromiseData](h.Event)
		t.full = promiseEvent{f, PromiseFact{string(d.Promise), string(d.Kind), string(d.Mark), moment(time.UnixMilli(d.DueAt))}, c}
		return true, err
	case offerEvent:
		return true, s.tellOffer(ctx, ws, t, f)
	case presenceEvent:
		d, err := data[routing.PresenceData](h.Event)
		t.full = presenceEvent{f, string(d.Member), string(d.Presence), maybe(s.directory.of(ctx, ws).presence(d.Member).BackAt)}
		return true, err
	case ruleEvent:
		d, err := data[routing.RuleData](h.Event)
		t.full = ruleEvent{f, string(d.Rule)}
		return true, err
	case routingEvent:
		d, err := data[routing.ChangedData](h.Event)
		t.full = routingEvent{f, d.What, d.ID}
		return true, err
	case callbackEvent:
		d, err := data[routing.CallbackData](h.Event)
		t.full = callbackEvent{f, string(d.Callback), d.State, c}
		return true, err
	}
	return false, nil
}

// tellOffer tells the member to whom something was offered, and nobody else.
func (s *Server) tellOffer(ctx context.Context, ws vis.WorkspaceID, t *told, f Fact) error {
	d, err := data[routing.OfferData](t.event)
	if err != nil {
		return err
	}
	t.full, t.own = offerEvent{Fact: f}, make(map[vis.MemberID]any)
	her := vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(d.Member)}
	o, err := s.routing.Offer(ctx, her, d.Offer)
	if err == nil {
		o.Offer.State = d.State // as it was then
		t.own[d.Member] = offerEvent{f, new(s.offer(ctx, ws, o))}
	}
	return ignoreAbsent(err)
}

// data reads what an event says.
func data[T any](e vis.Event) (T, error) {
	var d T
	err := json.Unmarshal(e.Data, &d)
	return d, err
}
