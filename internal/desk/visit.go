package desk

import (
	"context"
	"maps"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// VisitFor is how long a visitor's session lasts without being renewed.
const VisitFor = 180 * 24 * time.Hour

// Arrival is what a visitor's browser says when it begins a session.
type Arrival struct {
	Channel vis.ChannelID
	// Claim is who the organisation's own site says she is, proved by its signature; nil for a stranger.
	Claim *channel.Claim
	// Previous is the customer whose valid session this browser still holds, "" for none.
	Previous vis.CustomerID
	Locale   string
	Zone     string
	Page     *PageView
}

// Arrived is a session that has begun. Token is told to the browser and kept nowhere.
type Arrived struct {
	Token    string
	Customer Customer
}

// StartVisit begins a visitor's session. Without a claim she is a new, unproved customer whatever she says of herself. With
// one she is the customer of that claim, and what this browser said before anonymously becomes hers; the session in which it said
// so ends, for whoever else holds that token must not read on as her.
func (s *Service) StartVisit(ctx context.Context, ws vis.WorkspaceID, in Arrival) (Arrived, error) {
	now := s.clock.Now()
	token := s.mint.Bearer(ws)
	by := vis.System(ws)
	arrived, err := vis.Update(ctx, s.db, by, func(tx Tx) (Arrived, error) {
		c, err := s.recognise(ctx, tx, by, in, now)
		if err != nil {
			return Arrived{}, err
		}
		visit := Visit{TokenHash: vis.HashSecret(token), Customer: c.ID, Channel: in.Channel, CreatedAt: now, ExpiresAt: now.Add(VisitFor)}
		if err := tx.InsertVisit(ctx, visit); err != nil {
			return Arrived{}, err
		}
		return Arrived{token, c}, tx.TouchCustomer(ctx, c.ID, now, in.Page)
	})
	if in.Previous != "" {
		s.visits.clear() // some of them may stand for another customer now
	}
	return arrived, err
}

// recognise finds or makes the customer of an arrival.
func (s *Service) recognise(ctx context.Context, tx Tx, by vis.Actor, in Arrival, now time.Time) (Customer, error) {
	if in.Claim == nil {
		c := Customer{ID: vis.CustomerID(s.mint.ID(now)), Locale: in.Locale, Zone: in.Zone, FirstSeenAt: now, LastSeenAt: now, Version: 1}
		return c, tx.InsertCustomer(ctx, c)
	}
	c, err := s.claimed(ctx, tx, in, now)
	if err != nil {
		return Customer{}, err
	}
	if err := s.prove(ctx, tx, by, &c, *in.Claim, now); err != nil {
		return Customer{}, err
	}
	if in.Previous == "" || in.Previous == c.ID {
		return c, nil
	}
	before, err := tx.Customer(ctx, in.Previous)
	if err != nil || before.Verified {
		return c, ignoreAbsent(err) // somebody else proved herself on this browser earlier: her history stays hers
	}
	return c, tx.HandOver(ctx, before.ID, c.ID)
}

// claimed finds the customer whom a proved claim names, by the site's own id first, then by a proved address.
func (s *Service) claimed(ctx context.Context, tx Tx, in Arrival, now time.Time) (Customer, error) {
	c, err := tx.CustomerByIdentity(ctx, IdentityUser, in.Claim.Subject)
	if vis.CodeOf(err) != vis.NotFound {
		return c, err
	}
	if key, ok := text.Email(in.Claim.Email); ok {
		c, err := tx.CustomerByIdentity(ctx, IdentityEmail, key)
		if vis.CodeOf(err) != vis.NotFound {
			return c, err
		}
	}
	c = Customer{ID: vis.CustomerID(s.mint.ID(now)), Locale: in.Locale, Zone: in.Zone, FirstSeenAt: now, LastSeenAt: now, Version: 1}
	return c, tx.InsertCustomer(ctx, c)
}

// prove adds what the claim proves to the customer, and says so in the log when anything is new.
func (s *Service) prove(ctx context.Context, tx Tx, by vis.Actor, c *Customer, claim channel.Claim, now time.Time) error {
	changed, err := s.addIdentity(ctx, tx, c, IdentityUser, claim.Subject, claim.Subject, true, now)
	if err != nil {
		return err
	}
	if key, ok := text.Email(claim.Email); ok {
		added, err := s.addIdentity(ctx, tx, c, IdentityEmail, strings.TrimSpace(claim.Email), key, true, now)
		if err != nil {
			return err
		}
		changed = changed || added
	}
	if name, err := checkLine("name", claim.Name, MaxName); err == nil && name != "" && name != c.Name {
		c.Name, changed = name, true
	}
	// What cannot be one is left out: she is who she is all the same.
	if said, err := c.Attributes.with(claim.Attributes); err == nil && !maps.Equal(said, c.Attributes) {
		c.Attributes, changed = said, true
	}
	if !c.Verified {
		c.Verified, changed = true, true
	}
	if !changed {
		return nil
	}
	return s.saveCustomer(ctx, tx, by, c, CustomerIdentified, now)
}

// addIdentity gives the customer an identity and reports whether anything is new. A proved identity that another customer holds
// already stays with that one: two people are never made one silently.
func (s *Service) addIdentity(ctx context.Context, tx Tx, c *Customer, kind IdentityKind, value, key string, verified bool, now time.Time) (bool, error) {
	for i := range c.Identities {
		have := &c.Identities[i]
		if have.Kind != kind || have.Key != key {
			continue
		}
		if have.Verified || !verified {
			return false, nil
		}
		if taken, err := s.taken(ctx, tx, kind, key); err != nil || taken {
			return false, err
		}
		have.Verified = true
		return true, tx.VerifyIdentity(ctx, have.ID)
	}
	if verified {
		if taken, err := s.taken(ctx, tx, kind, key); err != nil || taken {
			return false, err
		}
	}
	if !verified {
		claimed := 0
		for _, have := range c.Identities {
			if !have.Verified {
				claimed++
			}
		}
		if claimed >= MaxClaimed {
			return false, vis.InField("email", "You have given %d addresses already; please write to us which one is right.", MaxClaimed)
		}
	}
	i := Identity{ID: vis.IdentityID(s.mint.ID(now)), Customer: c.ID, Kind: kind, Value: value, Key: key, Verified: verified, CreatedAt: now}
	c.Identities = append(c.Identities, i)
	return true, tx.InsertIdentity(ctx, i)
}

func (s *Service) taken(ctx context.Context, tx Tx, kind IdentityKind, key string) (bool, error) {
	_, err := tx.CustomerByIdentity(ctx, kind, key)
	if vis.CodeOf(err) == vis.NotFound {
		return false, nil
	}
	return err == nil, err
}

// saveCustomer saves, indexes for search and tells the log.
func (s *Service) saveCustomer(ctx context.Context, tx Tx, by vis.Actor, c *Customer, typ vis.EventType, now time.Time) error {
	saved, err := tx.SaveCustomer(ctx, *c)
	if err != nil {
		return err
	}
	saved.Identities = c.Identities
	*c = saved
	if err := tx.IndexCustomer(ctx, c.ID, c.Terms()); err != nil {
		return err
	}
	e := vis.NewEvent(by, now, typ, nil)
	e.Customer = c.ID
	return tx.Append(ctx, e)
}

// Terms are the words by which a customer is found: her name and what she is known by.
func (c Customer) Terms() []string {
	var b strings.Builder
	b.WriteString(c.Name)
	for _, i := range c.Identities {
		if i.Kind != IdentityVisitor {
			b.WriteByte(' ')
			b.WriteString(i.Value)
		}
	}
	return text.Terms(b.String())
}

// VisitorBy finds whose session a visitor's token is. An unknown or expired one is vis.Unauthenticated.
func (s *Service) VisitorBy(ctx context.Context, token string) (vis.Actor, Visit, error) {
	refused := vis.Errorf(vis.Unauthenticated, "visit_ended", "This chat session has ended; a new one begins by itself.")
	ws, ok := vis.BearerWorkspace(token)
	if !ok {
		return vis.Actor{}, Visit{}, refused
	}
	visit, err := s.visit(ctx, ws, vis.HashSecret(token))
	if vis.CodeOf(err) == vis.NotFound || err == nil && !visit.ExpiresAt.After(s.clock.Now()) {
		return vis.Actor{}, Visit{}, refused
	}
	return vis.Actor{Workspace: ws, Kind: vis.ByCustomer, ID: string(visit.Customer)}, visit, err
}

// visit reads a visit by its token's hash, or remembers it for as long as visitCheckedIn. A token's hash belongs to one workspace.
func (s *Service) visit(ctx context.Context, ws vis.WorkspaceID, hash string) (Visit, error) {
	now := s.clock.Now()
	c, age, ok := s.visits.get(hash)
	if ok && now.Sub(c.at).Abs() < visitCheckedIn {
		return c.visit, nil
	}
	v, err := vis.View(ctx, s.db, ws, func(tx Tx) (Visit, error) { return tx.VisitByToken(ctx, hash) })
	if err == nil {
		s.visits.putSince(age, hash, checkedVisit{v, now})
	}
	return v, err
}

// EndVisit forgets a visitor's session: on a shared computer the next person starts afresh.
func (s *Service) EndVisit(ctx context.Context, by vis.Actor, token string) error {
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		return struct{}{}, tx.DeleteVisit(ctx, vis.HashSecret(token))
	})
	s.visits.drop(vis.HashSecret(token))
	return err
}

// Introduction is what a visitor says of herself; nil leaves a field as it is.
type Introduction struct {
	Name, Email, Locale, Zone *string
	Page                      *PageView
}

// Introduce records what a visitor says of herself. It proves nothing: an address that she types gives her nobody's history.
func (s *Service) Introduce(ctx context.Context, by vis.Actor, in Introduction) (Customer, error) {
	var name, email, key string
	var err error
	if in.Name != nil {
		if name, err = checkLine("name", *in.Name, MaxName); err != nil {
			return Customer{}, err
		}
	}
	if in.Email != nil && strings.TrimSpace(*in.Email) != "" {
		var ok bool
		if key, ok = text.Email(*in.Email); !ok {
			return Customer{}, vis.InField("email", "This does not look like an e-mail address; one looks like name@example.org.")
		}
		email = strings.TrimSpace(*in.Email)
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Customer, error) {
		c, err := tx.Customer(ctx, by.Customer())
		if err != nil {
			return Customer{}, err
		}
		changed := false
		if name != "" && name != c.Name {
			c.Name, changed = name, true
		}
		changed = set(&c.Locale, in.Locale) || changed
		changed = set(&c.Zone, in.Zone) || changed
		if email != "" {
			added, err := s.addIdentity(ctx, tx, &c, IdentityEmail, email, key, false, now)
			if err != nil {
				return Customer{}, err
			}
			changed = changed || added
		}
		if in.Page != nil {
			if err := tx.TouchCustomer(ctx, c.ID, now, in.Page); err != nil {
				return Customer{}, err
			}
			c.Page = in.Page
		}
		if !changed {
			return c, nil
		}
		return c, s.saveCustomer(ctx, tx, by, &c, CustomerIdentified, now)
	})
}

// set overwrites a field with what was given, if anything was, and reports whether that changed it.
func set(field, given *string) bool {
	if given == nil || *given == "" || *given == *field {
		return false
	}
	*field = *given
	return true
}
