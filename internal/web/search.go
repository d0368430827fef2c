package web

import (
	"context"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// SearchAnswer is what a search found.
type SearchAnswer struct {
	Customers     []Customer          `json:"customers" nullable:"false"`
	Conversations []FoundConversation `json:"conversations" nullable:"false"`
}

// FoundConversation is a conversation with the words that were found in it.
type FoundConversation struct {
	Conversation
	Match string `json:"match" doc:"The message that was found, shortened."`
}

// matchRunes is how much of a found message is shown.
const matchRunes = 160

type searchInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"Words or their beginnings; a name, an address."`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

func (s *Server) searchRoutes() {
	add(s, route{method: "GET", path: "/search", id: "search", tag: "search", summary: "Find customers and conversations", access: staffers,
		scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *searchInput) (*reply[SearchAnswer], error) {
			found, err := s.desk.Search(ctx, by.Actor, in.Q, in.Limit)
			if err != nil {
				return nil, err
			}
			out := SearchAnswer{make([]Customer, len(found.Customers)), make([]FoundConversation, len(found.Conversations))}
			for i, c := range found.Customers {
				out.Customers[i] = s.customer(by.Workspace, c)
			}
			for i, m := range found.Conversations {
				out.Conversations[i] = FoundConversation{s.conversation(ctx, by.Workspace, m.Conversation, nil), text.Preview(m.Message.Text, matchRunes)}
			}
			return ok(out), nil
		})
}
