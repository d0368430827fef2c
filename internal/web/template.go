package web

import (
	"context"

	"visavis/internal/post"
	"visavis/internal/vis"
)

// TemplateBody is an answer that is ready, as it is written.
type TemplateBody struct {
	Name     string  `json:"name"`
	Shortcut string  `json:"shortcut,omitempty" doc:"Typed to have it; unique in the workspace."`
	TeamID   *string `json:"teamId,omitempty" nullable:"true" doc:"Absent for everybody's."`
	Subject  Wording `json:"subject,omitempty" doc:"Of a letter; empty leaves it as it is."`
	Text     Wording `json:"text" doc:"May name {{customer.firstName}}, {{customer.name}}, {{agent.firstName}}, {{agent.name}}, {{brand}} and {{promise}}."`
	Public   bool    `json:"public,omitempty" doc:"Customers find it in the chat before they write, by its subject (or its name) and its text. It may then name {{brand}} only."`
}

func (b TemplateBody) template() post.Template {
	t := post.Template{Ready: post.Ready{Name: b.Name, Shortcut: b.Shortcut, Subject: post.Wording(b.Subject), Text: post.Wording(b.Text), Public: b.Public}}
	if b.TeamID != nil {
		t.Team = vis.TeamID(*b.TeamID)
	}
	return t
}

// Template is an answer that is ready.
type Template struct {
	ID string `json:"id" format:"uuid"`
	TemplateBody
	Version   int64  `json:"version"`
	CreatedAt Moment `json:"createdAt"`
}

func templateOf(t post.Template) Template {
	return Template{string(t.ID), TemplateBody{t.Name, t.Shortcut, optional(t.Team), Wording(t.Subject), Wording(t.Text), t.Public}, t.Version, moment(t.CreatedAt)}
}

// Templates are those that were found.
type Templates struct {
	Items []Template `json:"items" nullable:"false"`
}

// Rendered is a template filled for a conversation.
type Rendered struct {
	Subject  string   `json:"subject"`
	Text     string   `json:"text"`
	Language string   `json:"language" enum:"fr,en" doc:"Another than was asked for when the template does not have that."`
	Open     []string `json:"open" nullable:"false" doc:"The names that there is no value for; they still stand in the text."`
}

type listTemplatesInput struct {
	Query string `query:"q" maxLength:"200" doc:"What its shortcut begins with, or its name or text contains."`
	All   bool   `query:"all" doc:"Those of every team too; needs the right to read the settings."`
}

type createTemplateInput struct {
	Body TemplateBody
}

type changeTemplateInput struct {
	ByID
	IfMatch
	Body struct {
		TemplateBody
		Version *int64 `json:"version,omitempty"`
	} `nameHint:"ChangeTemplate"`
}

type renderInput struct {
	ByID
	Body struct {
		ConversationID string `json:"conversationId" maxLength:"64"`
		Language       string `json:"language,omitempty" enum:"fr,en," doc:"Empty for the customer's."`
	} `nameHint:"RenderTemplate"`
}

func (s *Server) templateRoutes() {
	const tag = "templates"
	add(s, route{method: "GET", path: "/templates", id: "listTemplates", tag: tag, access: staffers, scope: vis.ReadConversations,
		summary: "Ready answers of everybody and of the caller's teams, the best fits first"},
		func(ctx context.Context, by caller, in *listTemplatesInput) (*reply[Templates], error) {
			all, err := s.post.Templates(ctx, by.Actor, in.Query, in.All)
			out := Templates{make([]Template, len(all))}
			for i, t := range all {
				out.Items[i] = templateOf(t)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/templates", id: "createTemplate", tag: tag, summary: "Make a ready answer", access: staffers, status: 201, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *createTemplateInput) (*reply[Template], error) {
			t, err := s.post.CreateTemplate(ctx, by.Actor, in.Body.template())
			return ok(templateOf(t)), err
		})
	add(s, route{method: "PUT", path: "/templates/{id}", id: "changeTemplate", tag: tag, summary: "Change a ready answer", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *changeTemplateInput) (*reply[Template], error) {
			version, err := in.version(in.Body.Version)
			if err != nil {
				return nil, err
			}
			t := in.Body.template()
			t.ID, t.Version = vis.TemplateID(in.ID), version
			t, err = s.post.ChangeTemplate(ctx, by.Actor, t)
			return ok(templateOf(t)), err
		})
	add(s, route{method: "DELETE", path: "/templates/{id}", id: "deleteTemplate", tag: tag, summary: "Delete a ready answer", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.post.DeleteTemplate(ctx, by.Actor, vis.TemplateID(in.ID))
		})
	add(s, route{method: "POST", path: "/templates/{id}/render", id: "renderTemplate", tag: tag, summary: "Fill a ready answer for a conversation", access: staffers,
		scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *renderInput) (*reply[Rendered], error) {
			r, err := s.post.Render(ctx, by.Actor, vis.TemplateID(in.ID), vis.ConversationID(in.Body.ConversationID), in.Body.Language)
			return ok(Rendered{r.Subject, r.Text, r.Language, orEmpty(r.Open)}), err
		})
}
