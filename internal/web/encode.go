package web

import (
	"context"
	"sync"

	"visavis/internal/desk"
	"visavis/internal/realtime"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// deskLog is the event log as the hub reads it.
type deskLog struct{ desk *desk.Service }

// Events implements realtime.Log.
func (l deskLog) Events(ctx context.Context, ws vis.WorkspaceID, after int64, limit int) ([]vis.Event, int64, error) {
	return l.desk.Events(ctx, vis.System(ws), after, limit)
}

// encoder makes the frames of the live socket.
type encoder struct{ *Server }

// Frames implements realtime.Encoder.
func (s encoder) Frames(ctx context.Context, ws vis.WorkspaceID, events []vis.Event) ([]realtime.Frame, error) {
	for _, e := range events {
		switch shapes[e.Type].(type) {
		case memberEvent, teamEvent, channelEvent:
			s.directory.forget(ws)
		case presenceEvent:
			s.directory.forget(ws)
			s.hub.TeamNews(ws)
		case incidentEvent:
			s.hub.TeamNews(ws)
		}
	}
	out := make([]realtime.Frame, len(events))
	loud, at := make([]vis.Event, 0, len(events)), make([]int, 0, len(events))
	for i, e := range events {
		out[i].Seq = e.Seq
		if !drowned(events, i) {
			loud, at = append(loud, e), append(at, i)
		}
	}
	all, err := s.tell(ctx, ws, loud)
	for i := range all {
		out[at[i]] = s.frameOf(&all[i])
	}
	return out, err
}

// drowned reports whether a later event of the same stretch says how the same conversation stands, so that this one need not: a message
// makes several promises and moves a rank, and screens only want to know what came of it. What warns of a promise is always told.
func drowned(events []vis.Event, i int) bool {
	if !standing(events[i].Type) {
		return false
	}
	for _, later := range events[i+1:] {
		if later.Conversation == events[i].Conversation && standing(later.Type) && (later.Type != routing.Ranked || events[i].Type == routing.Ranked) {
			return true
		}
	}
	return false
}

// standing is what merely says how a conversation stands now.
func standing(t vis.EventType) bool {
	switch t {
	case routing.PromiseMade, routing.PromisePaused, routing.PromiseResumed, routing.PromiseKept, routing.PromiseLate, routing.PromiseVoided, routing.Ranked:
		return true
	}
	return false
}

// frameOf is an event as its readers are told.
func (s encoder) frameOf(t *told) realtime.Frame {
	f := realtime.Frame{Seq: t.event.Seq, Scope: t.scope, Check: t.check}
	switch {
	case t.own != nil:
		f.Each = func(by vis.Actor) []byte {
			if _, hers := t.own[by.Member()]; !hers {
				return nil
			}
			return eventFrame(s.eventFor(t, by))
		}
	case len(t.files) > 0:
		f.Each = func(by vis.Actor) []byte { return eventFrame(s.eventFor(t, by)) }
	default:
		f.Members = sync.OnceValue(func() []byte { return eventFrame(t.full) })
	}
	if t.visitor != nil {
		f.Customer, f.Visitor = t.event.Customer, sync.OnceValue(func() []byte {
			if event := t.visitor(); event != nil {
				return eventFrame(event)
			}
			return nil
		})
	}
	return f
}

func eventFrame(event any) []byte {
	return frame(struct {
		Type  string `json:"type"`
		Event any    `json:"event"`
	}{"event", event})
}
