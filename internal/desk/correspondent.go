package desk

import (
	"context"
	"strings"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Correspondent is who wrote a letter, as far as its head tells.
type Correspondent struct {
	Name string
	// Address is canonical (text.Email); "" for a letter that names nobody.
	Address string
	// Proved says that the letter comes from that address beyond doubt.
	Proved bool
	Locale string
}

// ClaimedTx finds customers that are known only by what they say of themselves.
type ClaimedTx interface {
	Tx
	// CustomerByClaimed finds the newest customer known only by an unproved identity. Whoever typed it on the organisation's own pages is
	// not found: on them she would read what is written to the one whose address it is.
	CustomerByClaimed(ctx context.Context, kind IdentityKind, key string) (Customer, error)
}

// AddresseeWithin finds or makes the customer whom a letter to a canonical address is for: whoever proved it, otherwise whoever is known by
// her letters from there only.
func (s *Service) AddresseeWithin(ctx context.Context, tx ClaimedTx, by vis.Actor, name, address string, now time.Time) (Customer, error) {
	c, err := tx.CustomerByIdentity(ctx, IdentityEmail, address)
	if vis.CodeOf(err) != vis.NotFound {
		return c, err
	}
	return s.CorrespondentWithin(ctx, tx, by, Correspondent{Name: name, Address: address}, now)
}

// CorrespondentWithin finds or makes the customer of a letter. One whose address is not proved is never the customer who proved that
// address earlier: she is another one, the same for all unproved letters from there. Whose letters name nobody goes by her address, until
// a letter of hers tells a name.
func (s *Service) CorrespondentWithin(ctx context.Context, tx ClaimedTx, by vis.Actor, from Correspondent, now time.Time) (Customer, error) {
	var c Customer
	err := error(vis.Absent("customer"))
	switch {
	case from.Address == "":
	case from.Proved:
		c, err = tx.CustomerByIdentity(ctx, IdentityEmail, from.Address)
	default:
		c, err = tx.CustomerByClaimed(ctx, IdentityEmail, from.Address)
	}
	if err != nil && vis.CodeOf(err) != vis.NotFound {
		return Customer{}, err
	}
	name, wrong := checkLine("name", text.Preview(from.Name, MaxName), MaxName)
	if err == nil {
		if wrong != nil || name == "" || strings.EqualFold(name, from.Address) || c.Called() != "" {
			return c, nil
		}
		c.Name = name
		err = s.saveCustomer(ctx, tx, by, &c, CustomerIdentified, now)
		return c, err
	}
	if wrong != nil {
		return Customer{}, wrong
	}
	if name == "" {
		name = text.Preview(from.Address, MaxName)
	}
	c = Customer{ID: vis.CustomerID(s.mint.ID(now)), Name: name, Locale: from.Locale, Verified: from.Proved, FirstSeenAt: now, LastSeenAt: now, Version: 1}
	if err := tx.InsertCustomer(ctx, c); err != nil {
		return Customer{}, err
	}
	if from.Address != "" {
		if _, err := s.addIdentity(ctx, tx, &c, IdentityEmail, from.Address, from.Address, from.Proved, now); err != nil {
			return Customer{}, err
		}
	}
	return c, tx.IndexCustomer(ctx, c.ID, c.Terms())
}
