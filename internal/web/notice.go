package web

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"visavis/internal/notify"
	"visavis/internal/vis"
)

// Notice is one line at one member's bell.
type Notice struct {
	ID             string  `json:"id" format:"uuid"`
	Kind           string  `json:"kind" enum:"promise.warned,promise.missed,message,webhook.disabled,rule.disabled,rule,callback,handover,undelivered,incident,called_in,storage.full"`
	ConversationID *string `json:"conversationId,omitempty"`
	Text           string  `json:"text" doc:"What was written, or the name of what it is about."`
	ByID           *string `json:"byId,omitempty" doc:"The member it comes from."`
	At             Moment  `json:"at"`
	ReadAt         *Moment `json:"readAt,omitempty"`
}

// NoticePage is one page of my notices, newest first.
type NoticePage struct {
	Items  []Notice `json:"items" nullable:"false"`
	Unread int      `json:"unread" doc:"Counted up to 100."`
	Next   string   `json:"next,omitempty"`
}

type readNoticesInput struct {
	Body struct {
		UpTo string `json:"upTo" format:"uuid" doc:"The newest notice that was seen."`
	} `nameHint:"ReadNotices"`
}

type writeNoticeInput struct {
	ByID
	Body struct {
		Text string `json:"text"`
	} `nameHint:"WriteNotice"`
}

// noticeEvent tells a member of her own notice; everybody else only that there was one.
type noticeEvent struct {
	Fact
	Notice *Notice `json:"notice"`
}

func noticeOf(n notify.Notice) Notice {
	return Notice{ID: string(n.ID), Kind: string(n.Kind), ConversationID: optional(n.Conversation), Text: n.Text, ByID: optional(n.By),
		At: moment(n.At), ReadAt: maybe(n.ReadAt)}
}

// EventTypes lists every event that members are told of.
func EventTypes() []vis.EventType { return slices.Sorted(maps.Keys(shapes)) }

func (s *Server) noticeRoutes() {
	add(s, route{method: "GET", path: "/notices", id: "listNotices", tag: "notices", summary: "What rang my bell, newest first", access: members},
		func(ctx context.Context, by caller, in *Paged) (*reply[NoticePage], error) {
			bell, err := s.notify.Notices(ctx, by.Actor, in.asked())
			out := NoticePage{make([]Notice, len(bell.Items)), bell.Unread, bell.Next}
			for i, n := range bell.Items {
				out.Items[i] = noticeOf(n)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/notices/read", id: "readNotices", tag: "notices", summary: "I have seen my notices up to one", access: members},
		func(ctx context.Context, by caller, in *readNoticesInput) (*none, error) {
			return nil, s.notify.ReadNotices(ctx, by.Actor, vis.NoticeID(in.Body.UpTo))
		})
	add(s, route{method: "POST", path: "/members/{id}/notices", id: "writeNotice", tag: "notices", access: members, status: 201,
		summary: "Write to a member's bell, as a supervisor or administrator", byCaller: []limit{limitMessage}},
		func(ctx context.Context, by caller, in *writeNoticeInput) (*reply[Notice], error) {
			n, err := s.notify.Write(ctx, by.Actor, vis.MemberID(in.ID), in.Body.Text)
			return ok(noticeOf(n)), err
		})
}

// tellNotices fetches the notices that an event tells of, each for its own member.
func (s *Server) tellNotices(ctx context.Context, ws vis.WorkspaceID, t *told) error {
	var d notify.NoticeData
	if err := json.Unmarshal(t.event.Data, &d); err != nil {
		return err
	}
	t.full, t.own = bare(t.event), make(map[vis.MemberID]any)
	all, err := s.notify.NoticesByID(ctx, ws, d.Notices)
	for _, n := range all {
		t.own[n.Member] = noticeEvent{factOf(t.event), new(noticeOf(n))}
	}
	return err
}
