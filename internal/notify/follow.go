package notify

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"visavis/internal/vis"
)

// reader is the follower's name among those who read the log.
const reader = "notify"

// readAtOnce is how many events one transaction of the follower takes.
const readAtOnce = 100

// FollowOnce queues deliveries for the events that came since the last look, in every workspace.
func (s *Service) FollowOnce(ctx context.Context) {
	heads, err := s.db.Heads(ctx)
	if err != nil {
		s.complain(ctx, "the logs' heads could not be read", "", err)
		return
	}
	for ws, head := range heads {
		s.mu.Lock()
		seen := s.reached[ws] == head
		s.mu.Unlock()
		if seen {
			continue
		}
		if err := vis.Survive(func() error { return s.follow(ctx, ws, head) }); err != nil {
			s.complain(ctx, "a log could not be followed", ws, err)
			continue
		}
		s.mu.Lock()
		s.reached[ws] = head
		s.mu.Unlock()
	}
}

func (s *Service) complain(ctx context.Context, what string, ws vis.WorkspaceID, err error) {
	if ctx.Err() == nil {
		s.log.Error(what, "workspace", ws, "err", err)
	}
}

// follow reads a log to its head. Where another node was faster, it goes on behind that node.
func (s *Service) follow(ctx context.Context, ws vis.WorkspaceID, head int64) error {
	for {
		var hooks []Webhook
		var from int64
		var events []vis.Event
		err := s.db.View(ctx, ws, func(tx Tx) (err error) {
			if hooks, err = tx.Webhooks(ctx); err != nil || !slices.ContainsFunc(hooks, Webhook.follows) {
				return err
			}
			if from, err = tx.Cursor(ctx, reader); err != nil {
				return err
			}
			events, err = tx.Events(ctx, from, readAtOnce)
			return err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		to := events[len(events)-1].Seq
		err = s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
			if err := tx.MoveCursor(ctx, reader, from, to); err != nil {
				return err
			}
			return s.queueAll(ctx, tx, ws, events)
		})
		if err != nil && !errors.Is(err, vis.ErrStale) {
			return err
		}
		if to >= head && err == nil {
			return nil
		}
	}
}

// queueAll queues what the webhooks of this moment want of some events.
func (s *Service) queueAll(ctx context.Context, tx Tx, ws vis.WorkspaceID, events []vis.Event) error {
	now := s.clock.Now()
	hooks, err := tx.Webhooks(ctx)
	if err != nil {
		return err
	}
	for i := range hooks {
		w := &hooks[i]
		wanted := slices.DeleteFunc(slices.Clone(events), func(e vis.Event) bool { return !w.wants(e.Type) })
		if len(wanted) == 0 {
			continue
		}
		open, err := tx.CountOpenDeliveries(ctx, w.ID, maxOpen)
		if err != nil {
			return err
		}
		if open+len(wanted) > maxOpen {
			if err := s.switchOff(ctx, tx, ws, *w, BecauseFull, now); err != nil {
				return err
			}
			continue
		}
		if err := s.queueFor(ctx, tx, ws, *w, wanted, now); err != nil {
			return err
		}
	}
	return nil
}

// queueFor queues events for one webhook. One whose receiver answers every event with another by an API token goes round in circles;
// it is switched off.
func (s *Service) queueFor(ctx context.Context, tx Tx, ws vis.WorkspaceID, w Webhook, events []vis.Event, now time.Time) error {
	for _, e := range events {
		d := Delivery{ID: vis.DeliveryID(s.mint.ID(now)), Webhook: w.ID, Seq: e.Seq, Type: string(e.Type), State: Waiting, NextAt: now,
			Subject: subjectOf(e), CreatedAt: now}
		d.Body = bodyOf(d.ID, ws, e)
		if e.By == vis.ByToken && d.Subject != "" {
			last, err := tx.LastEcho(ctx, w.ID, d.Subject, now.Add(-echoWithin))
			if err != nil {
				return err
			}
			if d.Echo = last + 1; d.Echo > maxEcho {
				return s.switchOff(ctx, tx, ws, w, BecauseLoop, now)
			}
		}
		if err := tx.InsertDelivery(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func subjectOf(e vis.Event) string {
	if e.Conversation != "" {
		return string(e.Conversation)
	}
	return string(e.Customer)
}

// told is what a receiver is told of an event: ids and small facts as in the log, never a customer's words.
type told struct {
	ID           vis.DeliveryID     `json:"id"`
	Workspace    vis.WorkspaceID    `json:"workspaceId"`
	Seq          int64              `json:"seq,omitempty"`
	Type         string             `json:"type"`
	At           string             `json:"at"`
	Actor        *actor             `json:"actor,omitempty"`
	Conversation vis.ConversationID `json:"conversationId,omitempty"`
	Customer     vis.CustomerID     `json:"customerId,omitempty"`
	Data         json.RawMessage    `json:"data"`
}

type actor struct {
	Kind vis.ActorKind `json:"kind"`
	ID   string        `json:"id,omitempty"`
}

func bodyOf(id vis.DeliveryID, ws vis.WorkspaceID, e vis.Event) json.RawMessage {
	return encode(told{id, ws, e.Seq, string(e.Type), stamp(e.At), &actor{e.By, e.ByID}, e.Conversation, e.Customer, e.Data})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encode(t told) json.RawMessage {
	if len(t.Data) == 0 {
		t.Data = json.RawMessage("{}")
	}
	b, err := json.Marshal(t)
	if err != nil {
		panic("notify: a body does not marshal: " + err.Error()) // its parts were JSON before
	}
	return b
}

// Queue queues a delivery inside a transaction of another room, such as that of a rule whose action is a webhook. data must marshal
// to a JSON object and hold no words of customers. A webhook that is switched off is told nothing, which is no error.
func (s *Service) Queue(ctx context.Context, tx Outbox, ws vis.WorkspaceID, hook vis.WebhookID, data any, now time.Time) error {
	w, err := tx.Webhook(ctx, hook)
	if err != nil || w.Disabled {
		return err
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	d := Delivery{ID: vis.DeliveryID(s.mint.ID(now)), Webhook: hook, Type: OfRule, State: Waiting, NextAt: now, CreatedAt: now}
	d.Body = encode(told{ID: d.ID, Workspace: ws, Type: d.Type, At: stamp(now), Data: raw})
	return tx.InsertDelivery(ctx, d)
}
