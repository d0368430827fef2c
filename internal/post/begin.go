package post

import (
	"context"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Beginning is a letter to somebody who has not written about the matter.
type Beginning struct {
	// Customer is whom it is to; "" for whoever is known by, or only by, the first address that Out.Letter names.
	Customer vis.CustomerID
	// Out are the words, with the channel that they leave by and, in its letter's head, the subject.
	Out desk.Outbound
}

// Begin writes to a customer first. The conversation is the writer's; nobody waits in it, and nothing is promised, before she answers.
func (s *Service) Begin(ctx context.Context, by vis.Actor, in Beginning) (desk.Received, error) {
	need := []vis.Scope{vis.WriteConversations, vis.ReadCustomers}
	if in.Customer == "" {
		need = append(need, vis.WriteCustomers)
	}
	for _, scope := range need {
		if err := by.Must(scope); err != nil {
			return desk.Received{}, err
		}
	}
	head := desk.Head{}
	if in.Out.Letter != nil {
		head = *in.Out.Letter
	}
	if head.Subject = text.Preview(head.Subject, maxSubject); head.Subject == "" {
		return desk.Received{}, vis.InField("subject", "A letter that begins a conversation needs a subject.")
	}
	in.Out.Letter = &head
	now := s.clock.Now()
	begun, err := vis.Update(ctx, s.db, by, func(tx Tx) (desk.Received, error) {
		ch, adapter, err := s.writable(ctx, tx, in.Out.Channel)
		if err != nil {
			return desk.Received{}, err
		}
		w := writing{Service: s, tx: tx, by: by, channel: ch, adapter: adapter, now: now}
		from, err := w.chosen(head.From, nil)
		if err != nil {
			return desk.Received{}, err
		}
		to, err := w.recipient(ctx, in.Customer, head)
		if err != nil {
			return desk.Received{}, err
		}
		own, _ := ownAddress(adapter, ch, from.Address)
		return s.desk.BeginWithin(ctx, tx, by, to, own.Team, head.Subject, in.Out, now)
	})
	if err == nil {
		s.Ring()
	}
	return begun, err
}

// writable is a channel by which somebody can be written to who has not written.
func (s *Service) writable(ctx context.Context, tx Tx, id vis.ChannelID) (channel.Channel, channel.Addressed, error) {
	ch, err := tx.Channel(ctx, id)
	if vis.CodeOf(err) == vis.NotFound {
		return ch, nil, vis.InField("channelId", "There is no such channel here.")
	}
	if err != nil {
		return ch, nil, err
	}
	adapter, ok := channel.As[channel.Addressed](s.channels, ch)
	switch can := s.channels.Capabilities(ch); {
	case !ok:
		return ch, nil, vis.InField("channelId", "On the channel %q nobody can be written to who has not written herself.", ch.Name)
	case can.MaxText == 0 || !can.Written || len(adapter.Addresses(ch)) == 0:
		return ch, nil, vis.Errorf(vis.Conflict, "channel_silent", "The channel %q is not connected, so these words would reach nobody.", ch.Name)
	}
	return ch, adapter, nil
}

// recipient is the customer that a letter which begins a conversation is to.
func (w *writing) recipient(ctx context.Context, known vis.CustomerID, head desk.Head) (vis.CustomerID, error) {
	if known != "" {
		c, err := w.tx.Customer(ctx, known)
		if vis.CodeOf(err) == vis.NotFound {
			return "", vis.InField("customerId", "There is no such customer here.")
		}
		return c.ID, err
	}
	if len(head.To) == 0 {
		return "", vis.InField("to", "Say whom the letter is to.")
	}
	to, err := w.addresses("to", head.To)
	if err != nil {
		return "", err
	}
	if len(to) == 0 {
		return "", vis.InField("to", "A letter to ourselves reaches nobody; please write another address.")
	}
	c, err := w.desk.AddresseeWithin(ctx, w.tx, w.by, to[0].Name, to[0].Address, w.now)
	return c.ID, err
}
