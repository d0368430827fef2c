package web

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// ConversationPage is one page of a list; Seq is the event log's head when it was read: say hello to the live socket with it.
type ConversationPage struct {
	Items []Conversation `json:"items" nullable:"false"`
	Next  string         `json:"next,omitempty"`
	Seq   int64          `json:"seq"`
}

// Counts are the open conversations of each view; 1000 means that many or more.
type Counts struct {
	Mine       int            `json:"mine"`
	Unassigned int            `json:"unassigned"`
	Teams      int            `json:"teams"`
	All        int            `json:"all"`
	Snoozed    int            `json:"snoozed"`
	AtRisk     int            `json:"atRisk" doc:"Whose nearest promise is missed, or due within a quarter of an hour."`
	ByTeam     map[string]int `json:"byTeam"`
}

// MessagePage is a stretch of a thread in ascending order; Next is the position before which older entries wait.
type MessagePage struct {
	Items []Message `json:"items" nullable:"false"`
	Next  *int64    `json:"next,omitempty"`
}

type listConversationsInput struct {
	Paged
	View   string `query:"view" enum:"mine,unassigned,teams,all,team,risk" default:"all" doc:"risk: open, with a promise that is missed or due within a quarter of an hour, nearest deadline first"`
	Order  string `query:"order" enum:"activity,priority" default:"activity" doc:"priority is for open ones"`
	State  string `query:"state" enum:"open,snoozed,resolved" default:"open"`
	TeamID string `query:"teamId" maxLength:"64" doc:"For the view team."`
	ReadQuery
}

type conversationOutput struct {
	ETag string `header:"ETag"`
	Body Conversation
}

type threadInput struct {
	ByID
	Before int64 `query:"before" minimum:"1" doc:"Entries before this position; the newest without it."`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type renameInput struct {
	ByID
	IfMatch
	Body struct {
		Subject string `json:"subject"`
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"RenameConversation"`
}

type replyInput struct {
	ByID
	Body ReplyWords `nameHint:"Reply"`
}

// ReplyWords are a member's words to a customer.
type ReplyWords struct {
	Text          string      `json:"text"`
	AttachmentIDs []string    `json:"attachmentIds,omitempty" nullable:"false"`
	Resolve       bool        `json:"resolve,omitempty" doc:"Close the matter with these words."`
	Reopen        bool        `json:"reopen,omitempty" doc:"I know that it is resolved."`
	ChannelID     string      `json:"channelId,omitempty" maxLength:"64" doc:"Another way to reach her than the one she last wrote on."`
	Letter        *LetterHead `json:"letter,omitempty" doc:"How the words leave on a channel of letters."`
}

func (b ReplyWords) outbound() desk.Outbound {
	return desk.Outbound{Text: b.Text, Attachments: ids[vis.AttachmentID](b.AttachmentIDs), Resolve: b.Resolve, Reopen: b.Reopen,
		Channel: vis.ChannelID(b.ChannelID), Letter: b.Letter.head()}
}

type noteInput struct {
	ByID
	Body struct {
		Text          string   `json:"text"`
		AttachmentIDs []string `json:"attachmentIds,omitempty" nullable:"false"`
	} `nameHint:"WriteNote"`
}

type assignInput struct {
	ByID
	IfMatch
	Body struct {
		MemberID *string `json:"memberId" required:"true"`
		TeamID   *string `json:"teamId" required:"true"`
		Version  *int64  `json:"version,omitempty"`
	} `nameHint:"Assign"`
}

type snoozeInput struct {
	ByID
	IfMatch
	Body struct {
		Until      *time.Time `json:"until,omitempty" nullable:"true"`
		UntilReply bool       `json:"untilReply,omitempty"`
		Version    *int64     `json:"version,omitempty"`
	} `nameHint:"Snooze"`
}

type versionInput struct {
	ByID
	IfMatch
	Body struct {
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"AtVersion"`
}

type classifyInput struct {
	ByID
	IfMatch
	Body struct {
		Language    *string `json:"language,omitempty" enum:"fr,en,"`
		Reason      *string `json:"reason,omitempty"`
		Criticality *int    `json:"criticality,omitempty"`
		Mood        *int    `json:"mood,omitempty"`
		Influence   *int64  `json:"influence,omitempty"`
		DeadlineAt  Instant `json:"deadlineAt,omitempty"`
		Version     *int64  `json:"version,omitempty"`
	} `nameHint:"Classify"`
}

type readInput struct {
	ByID
	Body struct {
		Position int64 `json:"position" minimum:"0"`
	} `nameHint:"MarkRead"`
}

func (s *Server) conversationRoutes() {
	read, write := vis.ReadConversations, vis.WriteConversations
	add(s, route{method: "GET", path: "/conversations", id: "listConversations", tag: "conversations", summary: "A list, newest activity first",
		access: staffers, scope: read}, s.listConversations)
	add(s, route{method: "GET", path: "/conversations/counts", id: "countConversations", tag: "conversations", summary: "How many are open in each view",
		access: staffers, scope: read}, s.countConversations)
	add(s, route{method: "GET", path: "/conversations/{id}", id: "getConversation", tag: "conversations", summary: "One conversation",
		access: staffers, scope: read},
		func(ctx context.Context, by caller, in *ByID) (*conversationOutput, error) {
			c, err := s.desk.Conversation(ctx, by.Actor, vis.ConversationID(in.ID))
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "PATCH", path: "/conversations/{id}", id: "renameConversation", tag: "conversations", summary: "Give it another subject",
		access: staffers, scope: write},
		func(ctx context.Context, by caller, in *renameInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			c, err := s.desk.Rename(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Subject, version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "GET", path: "/conversations/{id}/messages", id: "listMessages", tag: "conversations", summary: "A stretch of its thread",
		access: staffers, scope: read}, s.listMessages)
	add(s, route{method: "POST", path: "/conversations/{id}/messages", id: "reply", tag: "conversations", summary: "Answer the customer",
		access: staffers, status: 201, scope: write}, s.reply)
	add(s, route{method: "POST", path: "/conversations/{id}/notes", id: "writeNote", tag: "conversations", summary: "Write what only members read",
		access: staffers, status: 201, scope: write},
		func(ctx context.Context, by caller, in *noteInput) (*reply[Message], error) {
			m, err := s.desk.WriteNote(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Text, ids[vis.AttachmentID](in.Body.AttachmentIDs))
			return s.messageFor(ctx, by, m, err)
		})
	s.conversationActs()
	s.stepRoutes()
}

func (s *Server) conversationActs() {
	write := vis.WriteConversations
	add(s, route{method: "POST", path: "/conversations/{id}/assign", id: "assignConversation", tag: "conversations",
		summary: "Give it to a member, a team, both or nobody", access: staffers, scope: write}, s.assign)
	add(s, route{method: "POST", path: "/conversations/{id}/classify", id: "classifyConversation", tag: "conversations",
		summary: "Say what the matter is about", access: staffers, scope: write},
		func(ctx context.Context, by caller, in *classifyInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			b := in.Body
			c, err := s.desk.Classify(ctx, by.Actor, vis.ConversationID(in.ID), desk.Classification{Language: b.Language, Reason: b.Reason,
				Criticality: b.Criticality, Mood: b.Mood, Influence: b.Influence, DeadlineAt: b.DeadlineAt.chosen()}, version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/conversations/{id}/snooze", id: "snoozeConversation", tag: "conversations",
		summary: "Put it to sleep until a time, or until the customer writes", access: staffers, scope: write},
		func(ctx context.Context, by caller, in *snoozeInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			var until time.Time
			if in.Body.Until != nil {
				until = *in.Body.Until
			}
			c, err := s.desk.Snooze(ctx, by.Actor, vis.ConversationID(in.ID), until, in.Body.UntilReply, version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/conversations/{id}/resolve", id: "resolveConversation", tag: "conversations", summary: "Close the matter",
		access: staffers, scope: write},
		func(ctx context.Context, by caller, in *versionInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			c, err := s.desk.Resolve(ctx, by.Actor, vis.ConversationID(in.ID), version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/conversations/{id}/reopen", id: "reopenConversation", tag: "conversations", summary: "Open it again",
		access: staffers, scope: write},
		func(ctx context.Context, by caller, in *versionInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			c, err := s.desk.Reopen(ctx, by.Actor, vis.ConversationID(in.ID), version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/conversations/{id}/read", id: "readConversation", tag: "conversations", summary: "Record how far I have read",
		access: members},
		func(ctx context.Context, by caller, in *readInput) (*none, error) {
			return nil, s.desk.MarkRead(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.Position)
		})
}

// conversationFor is what the caller sees of a conversation after she has read or changed it.
func (s *Server) conversationFor(ctx context.Context, by caller, c desk.Conversation, err error) (*conversationOutput, error) {
	if err != nil {
		return nil, err
	}
	var read *int64
	if by.Kind == vis.ByMember {
		position, err := s.desk.ReadPosition(ctx, by.Actor, c.ID)
		if err != nil {
			return nil, err
		}
		read = &position
	}
	return &conversationOutput{etag(c.Version), s.conversation(ctx, by.Workspace, c, read)}, nil
}

// messageFor is what the caller sees of what she has just written.
func (s *Server) messageFor(ctx context.Context, by caller, m desk.Message, err error) (*reply[Message], error) {
	if err != nil {
		return nil, err
	}
	return ok(s.message(ctx, to(by.Actor), nil, m)), nil
}

func (s *Server) listConversations(ctx context.Context, by caller, in *listConversationsInput) (*reply[ConversationPage], error) {
	f := desk.Filter{View: desk.View(in.View), State: desk.State(in.State), Team: vis.TeamID(in.TeamID), Teams: by.who.Teams,
		ByRank: in.Order == "priority", DueBefore: s.clock.Now().Add(desk.RiskWithin)}
	switch {
	case f.View == desk.ViewTeam && f.Team == "":
		return nil, vis.InField("teamId", "Say which team.")
	case by.Kind != vis.ByMember && (f.View == desk.ViewMine || f.View == desk.ViewTeams):
		return nil, vis.InField("view", "An API token has no conversations of its own; ask for all, unassigned or one team.")
	}
	var err error
	if f.Read, err = s.chosen(ctx, by, in.ReadQuery); err != nil {
		return nil, err
	}
	listed, err := s.desk.Conversations(ctx, by.Actor, f, in.asked())
	if err != nil {
		return nil, err
	}
	return ok(s.conversationPage(ctx, by, listed)), nil
}

func (s *Server) conversationPage(ctx context.Context, by caller, listed desk.Listed) ConversationPage {
	out := ConversationPage{Items: make([]Conversation, len(listed.Page.Items)), Next: listed.Page.Next, Seq: listed.Seq}
	for i, c := range listed.Page.Items {
		var read *int64
		if by.Kind == vis.ByMember {
			read = new(listed.Read[c.ID])
		}
		out.Items[i] = s.conversation(ctx, by.Workspace, c, read)
	}
	return out
}

func (s *Server) countConversations(ctx context.Context, by caller, _ *none) (*reply[Counts], error) {
	c, err := s.desk.Counts(ctx, by.Actor, by.who.Teams)
	out := Counts{Mine: c.Mine, Unassigned: c.Unassigned, Teams: c.Teams, All: c.All, Snoozed: c.Snoozed, AtRisk: c.AtRisk, ByTeam: make(map[string]int, len(c.ByTeam))}
	for id, n := range c.ByTeam {
		out.ByTeam[string(id)] = n
	}
	return ok(out), err
}

func (s *Server) listMessages(ctx context.Context, by caller, in *threadInput) (*reply[MessagePage], error) {
	id := vis.ConversationID(in.ID)
	c, err := s.desk.Conversation(ctx, by.Actor, id)
	if err != nil {
		return nil, err
	}
	thread, err := s.desk.Thread(ctx, by.Actor, id, desk.Range{Before: in.Before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := MessagePage{Items: make([]Message, len(thread))}
	for i, m := range thread {
		out.Items[i] = s.message(ctx, to(by.Actor), &c, m)
	}
	if len(thread) > 0 && thread[0].Position > 1 {
		out.Next = new(thread[0].Position)
	}
	return ok(out), nil
}

func (s *Server) reply(ctx context.Context, by caller, in *replyInput) (*reply[Message], error) {
	m, err := s.desk.Reply(ctx, by.Actor, vis.ConversationID(in.ID), in.Body.outbound())
	return s.messageFor(ctx, by, m, err)
}

// assign checks that whoever is to own the conversation works here: the heart knows members by their ids only.
func (s *Server) assign(ctx context.Context, by caller, in *assignInput) (*conversationOutput, error) {
	version, err := in.version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	var m vis.MemberID
	var t vis.TeamID
	if in.Body.MemberID != nil {
		m = vis.MemberID(*in.Body.MemberID)
		if err := s.checkMember(ctx, by.Workspace, m); err != nil {
			return nil, err
		}
	}
	if in.Body.TeamID != nil {
		t = vis.TeamID(*in.Body.TeamID)
		if err := s.checkTeam(ctx, by.Workspace, "teamId", t); err != nil {
			return nil, err
		}
	}
	c, err := s.desk.Assign(ctx, by.Actor, vis.ConversationID(in.ID), m, t, version)
	return s.conversationFor(ctx, by, c, err)
}

func (s *Server) checkMember(ctx context.Context, ws vis.WorkspaceID, id vis.MemberID) error {
	m, err := s.staff.Member(ctx, ws, id)
	if vis.CodeOf(err) == vis.NotFound || err == nil && m.State != "active" {
		return vis.InField("memberId", "There is no such member here who could answer.")
	}
	return err
}
