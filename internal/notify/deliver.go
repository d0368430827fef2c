package notify

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// dueAtOnce is how many webhooks with something to send one look finds.
const dueAtOnce = 100

// send claims what is due and sends it, each in a goroutine of its own, as far as there is room. It returns how many it began.
func (s *Service) send(ctx context.Context, sends *sync.WaitGroup) int {
	due, err := s.db.DueWebhooks(ctx, s.clock.Now(), dueAtOnce)
	if err != nil {
		s.complain(ctx, "due deliveries could not be read", "", err)
		return 0
	}
	began := 0
	for _, w := range due {
		room := s.reserve(w.Webhook)
		if room == 0 {
			continue
		}
		claimed, err := s.claim(ctx, w, room)
		s.release(w.Webhook, room-len(claimed))
		if err != nil {
			s.complain(ctx, "deliveries could not be claimed", w.Workspace, err)
			continue
		}
		for _, d := range claimed {
			began++
			sends.Go(func() {
				defer s.Ring() // there is room for the next one
				defer s.release(w.Webhook, 1)
				err := vis.Survive(func() error {
					_, err := s.deliver(ctx, w.Workspace, d)
					return err
				})
				if err != nil {
					s.complain(ctx, "a delivery's outcome could not be recorded", w.Workspace, err)
				}
			})
		}
	}
	return began
}

// reserve takes as many slots for sends to one webhook as it may have, without waiting.
func (s *Service) reserve(w vis.WebhookID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for s.busy[w]+n < sendsToOneAtOnce {
		select {
		case s.slots <- struct{}{}:
			n++
			continue
		default:
		}
		break
	}
	s.busy[w] += n
	return n
}

func (s *Service) release(w vis.WebhookID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		<-s.slots
	}
	if s.busy[w] -= n; s.busy[w] == 0 {
		delete(s.busy, w)
	}
}

func (s *Service) claim(ctx context.Context, w Due, most int) ([]Delivery, error) {
	now := s.clock.Now()
	return vis.Update(ctx, s.db, vis.System(w.Workspace), func(tx Tx) ([]Delivery, error) {
		return tx.ClaimDeliveries(ctx, w.Webhook, now, now.Add(leaseFor), most)
	})
}

// deliver sends a claimed delivery and records how it ended.
func (s *Service) deliver(ctx context.Context, ws vis.WorkspaceID, d Delivery) (Delivery, error) {
	o, err := s.attempt(ctx, ws, d)
	if err != nil {
		return d, gone(err)
	}
	now := s.clock.Now()
	out := d
	err = s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		out = d
		out.ended(o, now, s.chance())
		if err := tx.SaveDelivery(ctx, out); err != nil {
			return err
		}
		return s.judge(ctx, tx, ws, out, o, now)
	})
	return out, gone(err)
}

// gone hides that a delivery was deleted with its webhook, or claimed by another sender after this one's lease: what came of it is no
// longer this sender's to say.
func gone(err error) error {
	if errors.Is(err, vis.ErrStale) || vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}

func (s *Service) chance() byte {
	var b [1]byte
	if _, err := s.mint.Rand.Read(b[:]); err != nil {
		return 128 // no chance is no harm here
	}
	return b[0]
}

// attempt sends once. Its error says that nothing can be said of the outcome.
func (s *Service) attempt(ctx context.Context, ws vis.WorkspaceID, d Delivery) (outcome, error) {
	now := s.clock.Now()
	var w Webhook
	owned := false
	err := s.db.View(ctx, ws, func(tx Tx) (err error) {
		if w, err = tx.Webhook(ctx, d.Webhook); err != nil {
			return err
		}
		owner, err := tx.Member(ctx, w.Owner)
		owned = err == nil && mayOwn(owner)
		return gone(err)
	})
	switch {
	case err != nil:
		return outcome{}, err
	case w.Disabled && d.Type != OfTest:
		return outcome{wrong: WrongDisabled, final: true}, nil
	case !owned:
		return outcome{wrong: WrongOwner, final: true}, nil
	}
	secrets, err := s.secrets(ws, w, now)
	if err != nil {
		return outcome{}, err
	}
	header := map[string]string{"Content-Type": "application/json", HeaderID: string(d.ID), HeaderEvent: d.Type,
		HeaderTimestamp: strconv.FormatInt(now.Unix(), 10), HeaderSignature: Sign(string(d.ID), now, d.Body, secrets...)}
	answer, err := s.caller.Post(ctx, w.URL, header, d.Body)
	if ctx.Err() != nil {
		return outcome{}, ctx.Err() // this server stops: the lease runs out, and it is sent again
	}
	return judged(answer, err), nil
}

// judged says what an answer means. Of the answer only its status is kept.
func judged(a safehttp.Answer, err error) outcome {
	o := outcome{status: a.Status, took: a.Took}
	switch {
	case errors.Is(err, safehttp.ErrTimeout):
		o.wrong = WrongTimeout
	case errors.Is(err, safehttp.ErrRefused), vis.CodeOf(err) == vis.Invalid:
		o.wrong = WrongAddress
	case err != nil:
		o.wrong = WrongConnection
	case a.Status < 200 || a.Status > 299:
		o.wrong, o.final = WrongStatus, a.Status == statusGone
	}
	return o
}

// statusGone is HTTP's word for "never again" (RFC 9110 §15.5.11).
const statusGone = 410

// judge lets an outcome count for its webhook, which is switched off when it should be.
func (s *Service) judge(ctx context.Context, tx Tx, ws vis.WorkspaceID, d Delivery, o outcome, now time.Time) error {
	w, err := tx.Webhook(ctx, d.Webhook)
	if err != nil || w.Disabled {
		return err
	}
	switch {
	case o.wrong == WrongOwner:
		return s.switchOff(ctx, tx, ws, w, BecauseOwner, now)
	case d.Type == OfTest || o.wrong == WrongDisabled:
		return nil
	case o.wrong == "" && w.Failures == 0:
		return nil
	case o.wrong == "":
		return tx.SaveFailures(ctx, w.ID, 0, time.Time{})
	case o.status == statusGone:
		return s.switchOff(ctx, tx, ws, w, BecauseGone, now)
	case w.failed(now):
		return s.switchOff(ctx, tx, ws, w, BecauseFailing, now)
	}
	return tx.SaveFailures(ctx, w.ID, w.Failures, w.FailingSince)
}

// switchOff disables a webhook and tells every administrator.
func (s *Service) switchOff(ctx context.Context, tx Tx, ws vis.WorkspaceID, w Webhook, reason string, now time.Time) error {
	w.disable(reason)
	if err := tx.SaveFailures(ctx, w.ID, w.Failures, w.FailingSince); err != nil {
		return err
	}
	w, err := tx.SaveWebhook(ctx, w)
	if err != nil {
		return err
	}
	if err := record(ctx, tx, vis.System(ws), "webhook.disabled", w, now); err != nil {
		return err
	}
	return s.giveAdministrators(ctx, tx, Notice{Kind: WebhookDisabled, Text: w.Name}, now)
}
