package web

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Offer proposes a conversation to one member.
type Offer struct {
	ID             string        `json:"id" format:"uuid"`
	ConversationID string        `json:"conversationId" format:"uuid"`
	MemberID       string        `json:"memberId" format:"uuid"`
	State          string        `json:"state" enum:"ringing,accepted,declined,expired,withdrawn"`
	Why            []string      `json:"why" nullable:"false" doc:"Why she: adviser, last, skills, language, free, overflow"`
	MadeAt         Moment        `json:"madeAt"`
	ExpiresAt      Moment        `json:"expiresAt"`
	Conversation   *Conversation `json:"conversation"`
}

func (s *Server) offer(ctx context.Context, ws vis.WorkspaceID, o routing.Offered) Offer {
	return Offer{ID: string(o.Offer.ID), ConversationID: string(o.Offer.Conversation), MemberID: string(o.Offer.Member), State: string(o.Offer.State),
		Why: orEmpty(o.Offer.Why), MadeAt: moment(o.Offer.MadeAt), ExpiresAt: moment(o.Offer.ExpiresAt),
		Conversation: new(s.conversation(ctx, ws, o.Conversation, nil))}
}

// Offers are those that ring for the asking member.
type Offers struct {
	Items []Offer `json:"items" nullable:"false"`
}

type declineInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" enum:"busy,skill,language,break,other"`
	} `nameHint:"DeclineOffer"`
}

type nextInput struct {
	Body struct {
		TeamID string `json:"teamId,omitempty" maxLength:"64" doc:"Only of this team's queue."`
	} `nameHint:"TakeNext"`
}

// TakenNext is the conversation that was taken, null when none is to be had.
type TakenNext struct {
	Conversation *Conversation `json:"conversation"`
}

func (s *Server) offerRoutes() {
	const tag = "routing"
	add(s, route{method: "GET", path: "/offers", id: "listOffers", tag: tag, summary: "What rings for me", access: members},
		func(ctx context.Context, by caller, _ *none) (*reply[Offers], error) {
			all, err := s.routing.MyOffers(ctx, by.Actor)
			out := Offers{make([]Offer, len(all))}
			for i, o := range all {
				out.Items[i] = s.offer(ctx, by.Workspace, o)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/offers/{id}/accept", id: "acceptOffer", tag: tag, summary: "Take what is offered", access: members},
		func(ctx context.Context, by caller, in *ByID) (*conversationOutput, error) {
			c, err := s.routing.Accept(ctx, by.Actor, vis.OfferID(in.ID))
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/offers/{id}/decline", id: "declineOffer", tag: tag, summary: "Let somebody else have it", access: members},
		func(ctx context.Context, by caller, in *declineInput) (*none, error) {
			return nil, s.routing.Decline(ctx, by.Actor, vis.OfferID(in.ID), in.Body.Reason)
		})
	add(s, route{method: "POST", path: "/conversations/{id}/take", id: "takeConversation", tag: tag, summary: "Take it, whoever it rings for", access: members},
		func(ctx context.Context, by caller, in *versionInput) (*conversationOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			c, err := s.routing.Take(ctx, by.Actor, vis.ConversationID(in.ID), version)
			return s.conversationFor(ctx, by, c, err)
		})
	add(s, route{method: "POST", path: "/queues/next", id: "takeNext", tag: tag, summary: "Take the most urgent that I may", access: members},
		func(ctx context.Context, by caller, in *nextInput) (*reply[TakenNext], error) {
			c, found, err := s.routing.TakeNext(ctx, by.Actor, vis.TeamID(in.Body.TeamID))
			if err != nil || !found {
				return ok(TakenNext{}), err
			}
			return ok(TakenNext{new(s.conversation(ctx, by.Workspace, c, nil))}), nil
		})
}
