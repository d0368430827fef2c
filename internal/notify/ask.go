package notify

import (
	"context"

	"visavis/internal/vis"
)

// Deliveries lists those of a webhook, newest first.
func (s *Service) Deliveries(ctx context.Context, by vis.Actor, hook vis.WebhookID, p vis.Page) (vis.List[Delivery], error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return vis.List[Delivery]{}, err
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (vis.List[Delivery], error) {
		if _, err := tx.Webhook(ctx, hook); err != nil {
			return vis.List[Delivery]{}, err
		}
		l, err := tx.Deliveries(ctx, hook, p.Bounded())
		for i := range l.Items {
			l.Items[i].State = l.Items[i].StateAt(now)
		}
		return l, err
	})
}

// Test sends a webhook something to see whether it arrives, also while it is switched off, and returns how that ended. It is tried
// once and counts for nothing.
func (s *Service) Test(ctx context.Context, by vis.Actor, hook vis.WebhookID) (Delivery, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Delivery{}, err
	}
	now := s.clock.Now()
	mine := Delivery{ID: vis.DeliveryID(s.mint.ID(now)), Webhook: hook, Type: OfTest, State: Sending, Attempts: 1, NextAt: now.Add(leaseFor), Fence: 1,
		CreatedAt: now}
	mine.Body = encode(told{ID: mine.ID, Workspace: by.Workspace, Type: mine.Type, At: stamp(now)})
	d, err := vis.Update(ctx, s.db, by, func(tx Tx) (Delivery, error) {
		w, err := tx.Webhook(ctx, hook)
		if err != nil {
			return Delivery{}, err
		}
		if err := tx.InsertDelivery(ctx, mine); err != nil {
			return Delivery{}, err
		}
		return mine, record(ctx, tx, by, "webhook.tested", w, now)
	})
	switch {
	case err != nil:
		return Delivery{}, err
	case d.ID != mine.ID: // this request was carried out before
		return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Delivery, error) { return tx.Delivery(ctx, d.ID) })
	}
	return s.deliver(ctx, by.Workspace, d)
}

// Resend puts a delivery back into the queue, under the same id.
func (s *Service) Resend(ctx context.Context, by vis.Actor, hook vis.WebhookID, id vis.DeliveryID) (Delivery, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Delivery{}, err
	}
	now := s.clock.Now()
	d, err := vis.Update(ctx, s.db, by, func(tx Tx) (Delivery, error) {
		w, err := tx.Webhook(ctx, hook)
		if err != nil {
			return Delivery{}, err
		}
		d, err := tx.Delivery(ctx, id)
		if err != nil {
			return Delivery{}, err
		}
		switch {
		case d.Webhook != hook:
			return Delivery{}, vis.Absent("delivery")
		case w.Disabled:
			return Delivery{}, vis.Errorf(vis.Conflict, "webhook_disabled", "%s is switched off; switch it on first.", w.Name)
		}
		if err := d.again(now); err != nil {
			return Delivery{}, err
		}
		return d, tx.SaveDelivery(ctx, d)
	})
	if err == nil {
		s.Ring()
	}
	return d, err
}
