package web

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

type changeCustomerInput struct {
	ByID
	IfMatch
	Body struct {
		Name       *string           `json:"name,omitempty"`
		Locale     *string           `json:"locale,omitempty" enum:"fr,en,"`
		Zone       *string           `json:"zone,omitempty"`
		Adviser    Choice            `json:"adviserId,omitempty"`
		Segment    *string           `json:"segment,omitempty"`
		Value      *int              `json:"value,omitempty" minimum:"0" maximum:"100"`
		Attributes map[string]string `json:"attributes,omitempty" doc:"Those that change; an empty value takes one away. At most 20 stay."`
		Version    *int64            `json:"version,omitempty"`
	} `nameHint:"ChangeCustomer"`
}

type customerOutput struct {
	ETag string `header:"ETag"`
	Body Customer
}

type customerConversationsInput struct {
	ByID
	Paged
}

func (s *Server) customerRoutes() {
	add(s, route{method: "GET", path: "/customers/{id}", id: "getCustomer", tag: "customers", summary: "One customer", access: staffers,
		scope: vis.ReadCustomers},
		func(ctx context.Context, by caller, in *ByID) (*customerOutput, error) {
			c, err := s.desk.Customer(ctx, by.Actor, vis.CustomerID(in.ID))
			return &customerOutput{etag(c.Version), s.customer(by.Workspace, c)}, err
		})
	add(s, route{method: "PATCH", path: "/customers/{id}", id: "changeCustomer", tag: "customers", summary: "Change what we know of her", access: staffers,
		scope: vis.WriteCustomers},
		func(ctx context.Context, by caller, in *changeCustomerInput) (*customerOutput, error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			change := desk.CustomerChange{Name: in.Body.Name, Locale: in.Body.Locale, Zone: in.Body.Zone, Segment: in.Body.Segment,
				Value: in.Body.Value, Attributes: in.Body.Attributes, Version: version}
			if in.Body.Adviser.Set {
				change.Adviser = new(vis.MemberID(in.Body.Adviser.Value))
				if *change.Adviser != "" {
					if err := s.checkMember(ctx, by.Workspace, *change.Adviser); err != nil {
						return nil, err
					}
				}
			}
			c, err := s.desk.ChangeCustomer(ctx, by.Actor, vis.CustomerID(in.ID), change)
			return &customerOutput{etag(c.Version), s.customer(by.Workspace, c)}, err
		})
	add(s, route{method: "GET", path: "/customers/{id}/conversations", id: "listCustomerConversations", tag: "customers",
		summary: "Her conversations in any state, newest activity first", access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *customerConversationsInput) (*reply[ConversationPage], error) {
			if _, err := s.desk.Customer(ctx, by.Actor, vis.CustomerID(in.ID)); err != nil {
				return nil, err
			}
			listed, err := s.desk.Conversations(ctx, by.Actor, desk.Filter{Customer: vis.CustomerID(in.ID)}, in.asked())
			if err != nil {
				return nil, err
			}
			return ok(s.conversationPage(ctx, by, listed)), nil
		})
}
