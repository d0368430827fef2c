package notify

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"visavis/internal/staff"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// WebhookChange is what may change of a webhook; nil leaves a field as it is.
type WebhookChange struct {
	Name, URL *string
	Events    *[]vis.EventType
	Disabled  *bool
	Version   int64
}

// EventTypes lists the events that a webhook may be told of.
func (s *Service) EventTypes() []vis.EventType {
	return slices.DeleteFunc(slices.Clone(s.types), func(t vis.EventType) bool { return t == NoticeGiven })
}

// CreateWebhook makes a webhook. Secret opens its secret, to be shown once.
func (s *Service) CreateWebhook(ctx context.Context, by vis.Actor, name, address string, events []vis.EventType) (Webhook, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Webhook{}, err
	}
	now := s.clock.Now()
	w := Webhook{ID: vis.WebhookID(s.mint.ID(now)), CreatedAt: now, Version: 1}
	if err := s.apply(&w, WebhookChange{Name: &name, URL: &address, Events: &events}); err != nil {
		return Webhook{}, err
	}
	w.Secret = s.newSecret(by.Workspace, w.ID)
	return vis.Update(ctx, s.db, by, func(tx Tx) (Webhook, error) {
		all, err := tx.Webhooks(ctx)
		if err != nil {
			return Webhook{}, err
		}
		if len(all) >= MaxWebhooks {
			return Webhook{}, vis.Errorf(vis.Conflict, "too_many_webhooks", "There are %d webhooks already; delete one first.", MaxWebhooks)
		}
		if w.Owner, err = ownerOf(ctx, tx, by); err != nil {
			return Webhook{}, err
		}
		if err := tx.InsertWebhook(ctx, w); err != nil {
			return Webhook{}, err
		}
		if err := begin(ctx, tx, all, w); err != nil {
			return Webhook{}, err
		}
		return w, record(ctx, tx, by, "webhook.created", w, now)
	})
}

// ChangeWebhook changes a webhook. Whoever gives it another address, or switches it on, answers for it from then on.
func (s *Service) ChangeWebhook(ctx context.Context, by vis.Actor, id vis.WebhookID, in WebhookChange) (Webhook, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Webhook{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Webhook, error) {
		w, err := tx.Webhook(ctx, id)
		if err != nil {
			return Webhook{}, err
		}
		if w.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "webhook_changed", "Somebody changed this webhook a moment before you.")
			e.Current = w
			return Webhook{}, e
		}
		before := w
		if err := s.apply(&w, in); err != nil {
			return Webhook{}, err
		}
		if w.URL != before.URL || before.Disabled && !w.Disabled {
			owner, err := ownerOf(ctx, tx, by)
			if err != nil {
				return Webhook{}, err
			}
			off, why := w.Disabled, w.DisabledReason
			w.enable(owner)
			w.Disabled, w.DisabledReason = off, why
			if err := tx.SaveFailures(ctx, id, 0, time.Time{}); err != nil {
				return Webhook{}, err
			}
		}
		if w, err = tx.SaveWebhook(ctx, w); err != nil {
			return Webhook{}, err
		}
		if !before.follows() && w.follows() {
			others, err := tx.Webhooks(ctx)
			if err != nil {
				return Webhook{}, err
			}
			others = slices.DeleteFunc(others, func(o Webhook) bool { return o.ID == id })
			if err := begin(ctx, tx, others, w); err != nil {
				return Webhook{}, err
			}
		}
		return w, record(ctx, tx, by, "webhook.changed", w, now)
	})
}

func (s *Service) apply(w *Webhook, in WebhookChange) error {
	if in.Name != nil {
		name := text.Line(*in.Name)
		if n := utf8.RuneCountInString(name); n == 0 || n > MaxName {
			return vis.InField("name", "A webhook needs a name of at most %d characters.", MaxName)
		}
		w.Name = name
	}
	if in.URL != nil {
		if err := s.caller.Check(*in.URL); err != nil {
			var refused *vis.Error
			if errors.As(err, &refused) {
				return &vis.Error{Code: refused.Code, Reason: refused.Reason, Text: refused.Text, Field: "url"}
			}
			return err
		}
		w.URL = *in.URL
	}
	if in.Events != nil {
		events := slices.Clone(*in.Events)
		for _, e := range events {
			if e != All && (e == NoticeGiven || !slices.Contains(s.types, e)) {
				return vis.InField("events", "There is no event %q to be told of.", string(e))
			}
		}
		slices.Sort(events)
		if w.Events = slices.Compact(events); slices.Contains(events, All) {
			w.Events = []vis.EventType{All}
		}
	}
	if in.Disabled != nil && *in.Disabled != w.Disabled {
		w.Disabled, w.DisabledReason = *in.Disabled, ""
	}
	return nil
}

// ownerOf is the member who answers for what an actor sets up.
func ownerOf(ctx context.Context, tx Tx, by vis.Actor) (vis.MemberID, error) {
	if by.Kind != vis.ByToken {
		return by.Member(), nil
	}
	all, err := tx.Tokens(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if string(t.ID) == by.ID {
			return t.Owner, nil
		}
	}
	return "", vis.Absent("token")
}

// begin lets the follower start at the present end of the log when no other webhook follows it: what happened before is not told.
func begin(ctx context.Context, tx Tx, others []Webhook, w Webhook) error {
	if !w.follows() || slices.ContainsFunc(others, Webhook.follows) {
		return nil
	}
	at, err := tx.Cursor(ctx, reader)
	if err != nil {
		return err
	}
	head, err := tx.Head(ctx)
	if err != nil || head == at {
		return err
	}
	return tx.MoveCursor(ctx, reader, at, head)
}

// record appends to the audit log. Of the address it says the host only: the rest may be a secret in itself.
func record(ctx context.Context, tx Tx, by vis.Actor, action string, w Webhook, now time.Time) error {
	data := map[string]any{"name": w.Name, "disabled": w.Disabled}
	if u, err := url.Parse(w.URL); err == nil {
		data["host"] = u.Host
	}
	if w.DisabledReason != "" {
		data["reason"] = w.DisabledReason
	}
	return tx.Audit(ctx, vis.NewAudit(by, now, action, string(w.ID), data))
}

// DeleteWebhook ends a webhook with all its deliveries.
func (s *Service) DeleteWebhook(ctx context.Context, by vis.Actor, id vis.WebhookID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.db.Update(ctx, by, nil, func(tx Tx) error {
		w, err := tx.Webhook(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.DeleteWebhook(ctx, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "webhook.deleted", w, now)
	})
}

// Webhooks lists the webhooks of a workspace, oldest first.
func (s *Service) Webhooks(ctx context.Context, by vis.Actor) ([]Webhook, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Webhook, error) { return tx.Webhooks(ctx) })
}

// RotateWebhookSecret gives a webhook a new secret; the one before signs too for another day, so that its receiver can follow.
// Secret opens the new one, to be shown once.
func (s *Service) RotateWebhookSecret(ctx context.Context, by vis.Actor, id vis.WebhookID) (Webhook, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Webhook{}, err
	}
	now := s.clock.Now()
	secret := s.newSecret(by.Workspace, id)
	return vis.Update(ctx, s.db, by, func(tx Tx) (Webhook, error) {
		w, err := tx.Webhook(ctx, id)
		if err != nil {
			return Webhook{}, err
		}
		w.Previous, w.PreviousUntil, w.Secret = w.Secret, now.Add(RotateFor), secret
		if w, err = tx.SaveWebhook(ctx, w); err != nil {
			return Webhook{}, err
		}
		return w, record(ctx, tx, by, "webhook.secret_rotated", w, now)
	})
}

const (
	sealSecret  = "webhook.secret"
	secretBytes = 32
)

func (s *Service) newSecret(ws vis.WorkspaceID, id vis.WebhookID) []byte {
	return s.sealer.Seal(ws, sealSecret+":"+string(id), []byte(s.mint.Secret(secretBytes)))
}

// Secret opens a webhook's signing secret.
func (s *Service) Secret(ws vis.WorkspaceID, w Webhook) (string, error) {
	b, err := s.sealer.Open(ws, sealSecret+":"+string(w.ID), w.Secret)
	return string(b), err
}

// secrets opens those that sign now.
func (s *Service) secrets(ws vis.WorkspaceID, w Webhook, now time.Time) ([]string, error) {
	secret, err := s.Secret(ws, w)
	if err != nil || len(w.Previous) == 0 || !now.Before(w.PreviousUntil) {
		return []string{secret}, err
	}
	before, err := s.sealer.Open(ws, sealSecret+":"+string(w.ID), w.Previous)
	return []string{secret, string(before)}, err
}

// mayOwn reports whether a member may answer for a webhook.
func mayOwn(m staff.Member) bool { return m.State == staff.Active && m.Role == vis.Administrator }
