package web

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// Begun is a conversation that a member began, with her words in it.
type Begun struct {
	Conversation Conversation `json:"conversation"`
	Message      Message      `json:"message"`
}

type beginInput struct {
	Body struct {
		ChannelID     string    `json:"channelId" maxLength:"64" doc:"A channel of letters."`
		From          string    `json:"from,omitempty" maxLength:"254" doc:"The one of the channel's addresses that it leaves from; empty for the first."`
		CustomerID    string    `json:"customerId,omitempty" maxLength:"64" doc:"Empty for whoever the first address belongs to, who is a new customer when it is nobody's."`
		To            []Mailbox `json:"to,omitempty" nullable:"false" maxItems:"100" doc:"Empty for the customer's own address. Fifty people at most, all lists together."`
		Cc            []Mailbox `json:"cc,omitempty" nullable:"false" maxItems:"100"`
		Bcc           []Mailbox `json:"bcc,omitempty" nullable:"false" maxItems:"100"`
		Subject       string    `json:"subject" maxLength:"400"`
		Text          string    `json:"text"`
		AttachmentIDs []string  `json:"attachmentIds,omitempty" nullable:"false"`
	} `nameHint:"BeginConversation"`
}

func (s *Server) beginRoutes() {
	add(s, route{method: "POST", path: "/conversations", id: "beginConversation", tag: "conversations", summary: "Write to a customer first", access: staffers,
		status: 201, scope: vis.WriteConversations, byCaller: []limit{limitBegin}}, s.begin)
}

func (s *Server) begin(ctx context.Context, by caller, in *beginInput) (*reply[Begun], error) {
	b := in.Body
	got, err := s.post.Begin(ctx, by.Actor, post.Beginning{Customer: vis.CustomerID(b.CustomerID), Out: desk.Outbound{Text: b.Text,
		Attachments: ids[vis.AttachmentID](b.AttachmentIDs), Channel: vis.ChannelID(b.ChannelID),
		Letter: &desk.Head{From: b.From, To: addresses(b.To), Cc: addresses(b.Cc), Bcc: addresses(b.Bcc), Subject: b.Subject}}})
	if err != nil {
		return nil, err
	}
	c, err := s.conversationFor(ctx, by, got.Conversation, nil)
	if err != nil {
		return nil, err
	}
	return ok(Begun{c.Body, s.message(ctx, to(by.Actor), &got.Conversation, got.Message)}), nil
}
