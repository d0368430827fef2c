package web

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"visavis/internal/notify"
	"visavis/internal/vis"
)

// limitTest bounds how often somebody lets this server call an address to see what happens.
var limitTest = limit{"webhook test", 20, time.Minute}

// Webhook is an address that is told of events, without its secret.
type Webhook struct {
	ID             string   `json:"id" format:"uuid"`
	Name           string   `json:"name"`
	URL            string   `json:"url" doc:"Without its path for those who may not change settings: it may be a secret in itself."`
	Events         []string `json:"events" nullable:"false" doc:"Types of events; * is every one, none leaves it to rules."`
	OwnerID        *string  `json:"ownerId,omitempty" doc:"The member who answers for it; it ends with her right to change settings."`
	Disabled       bool     `json:"disabled"`
	DisabledReason string   `json:"disabledReason,omitempty" enum:"gone,failing,owner,full,loop" doc:"Why the server switched it off."`
	FailingSince   *Moment  `json:"failingSince,omitempty" doc:"When the failures began that no success has ended."`
	RotatingUntil  *Moment  `json:"rotatingUntil,omitempty" doc:"Until when the secret before the present one signs too."`
	CreatedAt      Moment   `json:"createdAt"`
	Version        int64    `json:"version"`
}

// Webhooks is every webhook of the workspace.
type Webhooks struct {
	Items []Webhook `json:"items" nullable:"false"`
}

// CreatedWebhook is a new webhook with its secret, which is shown this once.
type CreatedWebhook struct {
	Webhook Webhook `json:"webhook"`
	Secret  string  `json:"secret"`
}

// WebhookSecret is a new signing secret, which is shown this once.
type WebhookSecret struct {
	Secret string `json:"secret"`
}

// Delivery is one thing that a webhook is told.
type Delivery struct {
	ID          string  `json:"id" format:"uuid" doc:"Also in the header Visavis-Id, the same at every try."`
	Type        string  `json:"type" doc:"The event's type, or rule, or test."`
	Seq         int64   `json:"seq,omitempty" doc:"The event's sequence in the log."`
	State       string  `json:"state" enum:"waiting,sending,delivered,failed,unknown" doc:"unknown: its sender was not heard of; it is sent again."`
	Attempts    int     `json:"attempts"`
	NextAt      *Moment `json:"nextAt,omitempty" doc:"When it is tried next, while it waits."`
	Answer      string  `json:"answer,omitempty" enum:"1xx,2xx,3xx,4xx,5xx" doc:"The sort of the last answer. Nothing else of it is kept."`
	Wrong       string  `json:"wrong,omitempty" enum:"address,timeout,connection,status,disabled,owner" doc:"What was wrong last."`
	CreatedAt   Moment  `json:"createdAt"`
	DeliveredAt *Moment `json:"deliveredAt,omitempty"`
}

// DeliveryPage is one page of a webhook's deliveries, newest first.
type DeliveryPage struct {
	Items []Delivery `json:"items" nullable:"false"`
	Next  string     `json:"next,omitempty"`
}

// EventTypeList is what a webhook may be told of.
type EventTypeList struct {
	Items []string `json:"items" nullable:"false"`
}

type createWebhookInput struct {
	Body struct {
		Name   string   `json:"name"`
		URL    string   `json:"url" maxLength:"2000"`
		Events []string `json:"events" nullable:"false" maxItems:"100"`
	} `nameHint:"CreateWebhook"`
}

type changeWebhookInput struct {
	ByID
	IfMatch
	Body struct {
		Name     *string   `json:"name,omitempty"`
		URL      *string   `json:"url,omitempty" maxLength:"2000"`
		Events   *[]string `json:"events,omitempty" nullable:"false" maxItems:"100"`
		Disabled *bool     `json:"disabled,omitempty"`
		Version  *int64    `json:"version,omitempty"`
	} `nameHint:"ChangeWebhook"`
}

type deliveriesInput struct {
	ByID
	Paged
}

type resendInput struct {
	ByID
	Delivery string `path:"delivery" maxLength:"64"`
}

// webhook shows a webhook to a reader.
func (s *Server) webhook(by vis.Actor, w notify.Webhook) Webhook {
	out := Webhook{ID: string(w.ID), Name: w.Name, URL: w.URL, Events: texts(w.Events), OwnerID: optional(w.Owner), Disabled: w.Disabled,
		DisabledReason: w.DisabledReason, FailingSince: maybe(w.FailingSince), CreatedAt: moment(w.CreatedAt), Version: w.Version}
	if s.clock.Now().Before(w.PreviousUntil) {
		out.RotatingUntil = maybe(w.PreviousUntil)
	}
	if by.May(vis.WriteSettings) {
		return out
	}
	out.URL = ""
	if u, err := url.Parse(w.URL); err == nil {
		out.URL = u.Scheme + "://" + u.Host + "/…"
	}
	return out
}

// deliveryOf shows a delivery. How long the answer took, and which one it was exactly, stays inside: both would tell of what lies
// behind an address.
func deliveryOf(d notify.Delivery) Delivery {
	out := Delivery{ID: string(d.ID), Type: d.Type, Seq: d.Seq, State: string(d.State), Attempts: d.Attempts, Wrong: d.Wrong,
		CreatedAt: moment(d.CreatedAt), DeliveredAt: maybe(d.DeliveredAt)}
	if d.State == notify.Waiting {
		out.NextAt = maybe(d.NextAt)
	}
	if d.Status >= 100 && d.Status < 600 {
		out.Answer = strconv.Itoa(d.Status/100) + "xx"
	}
	return out
}

func (s *Server) webhookRoutes() {
	add(s, route{method: "GET", path: "/webhooks", id: "listWebhooks", tag: "webhooks", summary: "Every webhook, without its secret", access: staffers,
		scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Webhooks], error) {
			all, err := s.notify.Webhooks(ctx, by.Actor)
			out := Webhooks{make([]Webhook, len(all))}
			for i, w := range all {
				out.Items[i] = s.webhook(by.Actor, w)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/webhooks", id: "createWebhook", tag: "webhooks", summary: "Make a webhook", access: staffers, status: 201,
		scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *createWebhookInput) (*reply[CreatedWebhook], error) {
			w, err := s.notify.CreateWebhook(ctx, by.Actor, in.Body.Name, in.Body.URL, ids[vis.EventType](in.Body.Events))
			if err != nil {
				return nil, err
			}
			secret, err := s.notify.Secret(by.Workspace, w)
			return ok(CreatedWebhook{s.webhook(by.Actor, w), secret}), err
		})
	add(s, route{method: "PATCH", path: "/webhooks/{id}", id: "changeWebhook", tag: "webhooks", access: staffers, scope: vis.WriteSettings,
		summary: "Change a webhook; whoever gives it an address or switches it on answers for it"}, s.changeWebhook)
	add(s, route{method: "DELETE", path: "/webhooks/{id}", id: "deleteWebhook", tag: "webhooks", summary: "Delete a webhook with its deliveries",
		access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*none, error) {
			return nil, s.notify.DeleteWebhook(ctx, by.Actor, vis.WebhookID(in.ID))
		})
	add(s, route{method: "POST", path: "/webhooks/{id}/secret", id: "rotateWebhookSecret", tag: "webhooks", access: staffers, scope: vis.WriteSettings,
		summary: "Make a new signing secret; the one before signs too for a day"},
		func(ctx context.Context, by caller, in *ByID) (*reply[WebhookSecret], error) {
			w, err := s.notify.RotateWebhookSecret(ctx, by.Actor, vis.WebhookID(in.ID))
			if err != nil {
				return nil, err
			}
			secret, err := s.notify.Secret(by.Workspace, w)
			return ok(WebhookSecret{secret}), err
		})
	add(s, route{method: "GET", path: "/event-types", id: "listEventTypes", tag: "webhooks", summary: "What a webhook may be told of", access: staffers},
		func(context.Context, caller, *none) (*reply[EventTypeList], error) {
			return ok(EventTypeList{texts(s.notify.EventTypes())}), nil
		})
	s.deliveryRoutes()
}

func (s *Server) changeWebhook(ctx context.Context, by caller, in *changeWebhookInput) (*reply[Webhook], error) {
	version, err := in.version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	change := notify.WebhookChange{Name: in.Body.Name, URL: in.Body.URL, Disabled: in.Body.Disabled, Version: version}
	if in.Body.Events != nil {
		change.Events = new(ids[vis.EventType](*in.Body.Events))
	}
	w, err := s.notify.ChangeWebhook(ctx, by.Actor, vis.WebhookID(in.ID), change)
	return ok(s.webhook(by.Actor, w)), err
}

func (s *Server) deliveryRoutes() {
	add(s, route{method: "GET", path: "/webhooks/{id}/deliveries", id: "listDeliveries", tag: "webhooks", summary: "What a webhook was told, newest first",
		access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, in *deliveriesInput) (*reply[DeliveryPage], error) {
			l, err := s.notify.Deliveries(ctx, by.Actor, vis.WebhookID(in.ID), in.asked())
			out := DeliveryPage{make([]Delivery, len(l.Items)), l.Next}
			for i, d := range l.Items {
				out.Items[i] = deliveryOf(d)
			}
			return ok(out), err
		})
	add(s, route{method: "POST", path: "/webhooks/{id}/test", id: "testWebhook", tag: "webhooks", summary: "Send a webhook something now, once",
		access: staffers, scope: vis.WriteSettings, byCaller: []limit{limitTest}},
		func(ctx context.Context, by caller, in *ByID) (*reply[Delivery], error) {
			d, err := s.notify.Test(ctx, by.Actor, vis.WebhookID(in.ID))
			return ok(deliveryOf(d)), err
		})
	add(s, route{method: "POST", path: "/webhooks/{id}/deliveries/{delivery}/resend", id: "resendDelivery", tag: "webhooks",
		summary: "Send something again, under the same id", access: staffers, scope: vis.WriteSettings, byCaller: []limit{limitTest}},
		func(ctx context.Context, by caller, in *resendInput) (*reply[Delivery], error) {
			d, err := s.notify.Resend(ctx, by.Actor, vis.WebhookID(in.ID), vis.DeliveryID(in.Delivery))
			return ok(deliveryOf(d)), err
		})
}
