package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// TimerOffer ends an offer that nobody answered; its key is the offer's id.
const TimerOffer = "offer"

// How offers are made again.
const (
	// declinedFor is how long a conversation is not offered again to a member who declined it, and ignoredFor to one who let it ring out:
	// others come first, and when there are none it is better asked twice than left lying.
	declinedFor = 10 * time.Minute
	ignoredFor  = time.Minute
	// ignoredMost is how many offers in a row a member lets ring out before she counts as away.
	ignoredMost = 2
)

// declineReasons are the words for why a member does not take an offer.
var declineReasons = []string{"busy", "skill", "language", "break", "other"}

// end ends a ringing offer. One that has ended already says how.
func (o *Offer) end(state OfferState, reason string, now time.Time) error {
	if o.State != Ringing {
		return o.ended()
	}
	o.State, o.Reason, o.EndedAt = state, reason, now
	return nil
}

// ended is the refusal of whoever answers an offer too late, with what became of it.
func (o *Offer) ended() error {
	what := map[OfferState]string{
		Accepted:  "You have accepted this already.",
		Declined:  "You have declined this already.",
		Expired:   "Nobody answered in time, so this was offered to somebody else.",
		Withdrawn: "Somebody else has taken this, or it no longer waits.",
	}
	e := vis.Errorf(vis.Conflict, "offer_ended", "%s", what[o.State])
	e.Current = *o
	return e
}

// againAt is from when on the conversation may be offered to the same member again.
func (o *Offer) againAt() time.Time {
	switch o.State {
	case Declined:
		return o.EndedAt.Add(declinedFor)
	case Expired:
		return o.EndedAt.Add(ignoredFor)
	case Ringing, Accepted, Withdrawn:
	}
	return time.Time{}
}

// Offered is an offer with the conversation that it is about.
type Offered struct {
	Offer        Offer
	Conversation desk.Conversation
}

// MyOffers are those that ring for a member now.
func (s *Service) MyOffers(ctx context.Context, by vis.Actor) ([]Offered, error) {
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Offered, error) {
		ringing, err := tx.RingingOffers(ctx)
		if err != nil {
			return nil, err
		}
		out := []Offered{}
		for _, o := range ringing {
			if o.Member != by.Member() {
				continue
			}
			c, err := tx.Conversation(ctx, o.Conversation)
			if err != nil {
				return nil, err
			}
			out = append(out, Offered{o, c})
		}
		return out, nil
	})
}

// Offer reads an offer that was made to the asker; those to others are absent for her.
func (s *Service) Offer(ctx context.Context, by vis.Actor, id vis.OfferID) (Offered, error) {
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Offered, error) {
		o, c, err := mine(ctx, tx, by, id)
		return Offered{o, c}, err
	})
}

// mine reads an offer that was made to the actor.
func mine(ctx context.Context, tx Tx, by vis.Actor, id vis.OfferID) (Offer, desk.Conversation, error) {
	o, err := tx.Offer(ctx, id)
	if err == nil && (by.Member() == "" || o.Member != by.Member()) {
		err = vis.Absent("offer")
	}
	if err != nil {
		return Offer{}, desk.Conversation{}, err
	}
	c, err := tx.Conversation(ctx, o.Conversation)
	return o, c, err
}

// Accept gives the conversation to the member whom it was offered to.
func (s *Service) Accept(ctx context.Context, by vis.Actor, id vis.OfferID) (desk.Conversation, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return desk.Conversation{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (desk.Conversation, error) {
		o, c, err := mine(ctx, tx, by, id)
		if err != nil {
			return desk.Conversation{}, err
		}
		if o.State == Ringing && (c.State != desk.Open || c.Assignee != "") {
			o.State = Withdrawn // as good as: whoever follows the log is about to say so
		}
		if o.State != Ringing {
			return desk.Conversation{}, o.ended()
		}
		if err := s.endOffer(ctx, tx, by, o, Accepted, "", now); err != nil {
			return desk.Conversation{}, err
		}
		return c, s.desk.AssignWithin(ctx, tx, by, &c, o.Member, c.Team, now)
	})
}

// Decline refuses an offer for one of the reasons "busy", "skill", "language", "break" or "other". The conversation goes back to where
// it stood in its queue.
func (s *Service) Decline(ctx context.Context, by vis.Actor, id vis.OfferID, reason string) error {
	if err := by.Must(vis.WriteConversations); err != nil {
		return err
	}
	if !slices.Contains(declineReasons, reason) {
		return vis.InField("reason", "Say why: busy, skill, language, break or other, not %q.", reason)
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		o, _, err := mine(ctx, tx, by, id)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.endOffer(ctx, tx, by, o, Declined, reason, now)
	})
	return err
}

// makeOffer lets a conversation ring for a member.
func (s *Service) makeOffer(ctx context.Context, tx Tx, by vis.Actor, c desk.Conversation, o Offer, now time.Time) error {
	if err := tx.InsertOffer(ctx, o); err != nil {
		return err
	}
	if err := tx.Arm(ctx, jobs.Timer{Workspace: by.Workspace, Kind: TimerOffer, Key: string(o.ID), DueAt: o.ExpiresAt}); err != nil {
		return err
	}
	e := vis.NewEvent(by, now, OfferMade, OfferData{Offer: o.ID, Member: o.Member, State: o.State})
	e.Conversation, e.Customer = c.ID, c.Customer.ID
	return tx.Append(ctx, e)
}

// endOffer ends a ringing offer and says so.
func (s *Service) endOffer(ctx context.Context, tx Tx, by vis.Actor, o Offer, state OfferState, reason string, now time.Time) error {
	if err := o.end(state, reason, now); err != nil {
		return err
	}
	if err := tx.EndOffer(ctx, o); err != nil {
		return err
	}
	if err := tx.Disarm(ctx, TimerOffer, string(o.ID)); err != nil {
		return err
	}
	by.Request = vis.Request{}
	e := vis.NewEvent(by, now, OfferEnded, OfferData{Offer: o.ID, Member: o.Member, State: state, Reason: reason})
	e.Conversation = o.Conversation
	return tx.Append(ctx, e)
}

// withdraw ends the offer that rings for a conversation, if one does: accepted when it was offered to the actor herself.
func (s *Service) withdraw(ctx context.Context, tx Tx, by vis.Actor, id vis.ConversationID, now time.Time) error {
	all, err := tx.Offers(ctx, id)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.State != Ringing {
			continue
		}
		state := Withdrawn
		if o.Member == by.Member() {
			state = Accepted
		}
		if err := s.endOffer(ctx, tx, by, o, state, "", now); err != nil {
			return err
		}
	}
	return nil
}

// withdrawFrom ends what rings for a member who is not there to hear it, or has something better to do.
func (s *Service) withdrawFrom(ctx context.Context, tx Tx, by vis.Actor, m vis.MemberID, now time.Time) error {
	ringing, err := tx.RingingOffers(ctx)
	if err != nil {
		return err
	}
	for _, o := range ringing {
		if o.Member != m {
			continue
		}
		if err := s.endOffer(ctx, tx, by, o, Withdrawn, "", now); err != nil {
			return err
		}
	}
	return nil
}

// expire is the effect of TimerOffer: nobody answered.
func (s *Service) expire(ctx context.Context, t jobs.Timer) error {
	by := vis.System(t.Workspace)
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		due, err := tx.Take(ctx, TimerOffer, t.Key, now)
		if err != nil || !due {
			return struct{}{}, err
		}
		o, err := tx.Offer(ctx, vis.OfferID(t.Key))
		if err != nil || o.State != Ringing {
			return struct{}{}, ignoreAbsent(err)
		}
		return struct{}{}, s.endOffer(ctx, tx, by, o, Expired, "", now)
	})
	return err
}

func ignoreAbsent(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}
