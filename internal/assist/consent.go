package assist

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// maxComment is the longest word of a rating, in runes.
const maxComment = 1000

// Ask puts a question to the customer, for the member who has the session.
func (s *Service) Ask(ctx context.Context, by vis.Actor, id vis.AssistID, k Kind) (Session, error) {
	if (k == SeePage || k == Control) && !s.Cobrowse {
		return Session{}, vis.Errorf(vis.Conflict, "cobrowse_off", "Customers cannot show their pages here.")
	}
	return s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.holds(by) {
			return "", vis.Absent("assistance")
		}
		if k == Record {
			return SessionAsked, s.agree(ctx, tx, by, x, now)
		}
		return SessionAsked, x.Ask(k, now)
	})
}

// Decline takes a question off the customer's screen.
func (s *Service) Decline(ctx context.Context, by vis.Actor, id vis.AssistID, k Kind) (Session, error) {
	return s.change(ctx, by, id, func(_ Tx, x *Session, _ time.Time) (vis.EventType, error) {
		x.Decline(k)
		return SessionAsked, nil
	})
}

// Consent records what the customer allows. Only she can, and only for the member whom she speaks to.
func (s *Service) Consent(ctx context.Context, by vis.Actor, id vis.AssistID, k Kind, origin string) (Session, error) {
	if by.Kind != vis.ByCustomer {
		return Session{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only the customer can allow this.")
	}
	x, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if err := x.Consent(k, strings.TrimSpace(origin), now); err != nil {
			return "", err
		}
		return SessionConsented, s.audit(ctx, tx, by, *x, "consented", k, now)
	})
	if err == nil && k == SeeCamera && s.Media != nil {
		s.lighten(ctx, by, id)
	}
	return x, err
}

// lighten lets a customer's camera be passed on, unless she has taken that back meanwhile.
func (s *Service) lighten(ctx context.Context, by vis.Actor, id vis.AssistID) {
	s.Media.Lighten(id)
	x, err := s.Session(ctx, by, id)
	if _, still := x.Allowed(SeeCamera, s.Clock.Now()); err != nil || !still {
		s.Media.Darken(id)
	}
}

// Revoke takes a grant back, for the customer, or gives it back for the member who has it. A camera that was allowed is cut off at once.
func (s *Service) Revoke(ctx context.Context, by vis.Actor, id vis.AssistID, k Kind) (Session, error) {
	x, err := s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if by.Kind != vis.ByCustomer && !x.holds(by) {
			return "", vis.Absent("assistance")
		}
		if !x.Revoke(k, now) {
			return "", nil
		}
		return SessionRevoked, s.audit(ctx, tx, by, *x, "revoked", k, now)
	})
	if err == nil && k == SeeCamera && s.Media != nil && x.called() {
		s.Media.Darken(id)
	}
	return x, err
}

// Rate records what the customer says of a session that is over.
func (s *Service) Rate(ctx context.Context, by vis.Actor, id vis.AssistID, score int, comment string) (Session, error) {
	if by.Kind != vis.ByCustomer {
		return Session{}, vis.Errorf(vis.Forbidden, "not_a_customer", "Only the customer rates how she was helped.")
	}
	comment = text.Clean(comment)
	if utf8.RuneCountInString(comment) > maxComment {
		return Session{}, vis.InField("comment", "This may have %d characters.", maxComment)
	}
	return s.change(ctx, by, id, func(_ Tx, x *Session, _ time.Time) (vis.EventType, error) {
		return SessionRated, x.Rate(score, comment)
	})
}
