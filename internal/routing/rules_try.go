package routing

import (
	"context"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// maxTried is how many past conversations a rule is tried on.
const maxTried = 200

// Tried is a past conversation that a rule was tried on.
type Tried struct {
	Conversation vis.ConversationID
	CustomerName string
	Subject      string
	At           time.Time // of the customer's words that it was tried with
	Matched      []bool    // for each condition
	Would        []Action  // what it would have done; none when it does not hold
}

// Trial is what came of trying a rule.
type Trial struct {
	Items   []Tried // newest first, those for which it holds and those for which it does not
	Looked  int
	Matched int
}

// TestRule tries a rule, saved or not, on the newest conversations, at most limit. Each is taken as it stands, with what the customer
// wrote last. Nothing is changed. It says what is in conversations, so the settings alone do not open it.
func (s *Service) TestRule(ctx context.Context, by vis.Actor, r Rule, limit int) (Trial, error) {
	if err := mustReadBoth(by); err != nil {
		return Trial{}, err
	}
	if strings.TrimSpace(r.Name) == "" {
		r.Name = "-" // it may be tried before it has a name
	}
	if err := r.Check(); err != nil {
		return Trial{}, err
	}
	if limit <= 0 || limit > maxTried {
		limit = maxTried
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Trial, error) {
		past, err := newest(ctx, tx, limit)
		if err != nil {
			return Trial{}, err
		}
		return s.try(ctx, tx, by.Workspace, r, past)
	})
}

// mustReadBoth is for trying a setting on what is there.
func mustReadBoth(by vis.Actor) error {
	if err := by.Must(vis.ReadSettings); err != nil {
		return err
	}
	return by.Must(vis.ReadConversations)
}

// newest reads the conversations with the newest activity, in whatever state.
func newest(ctx context.Context, tx Tx, limit int) ([]desk.Conversation, error) {
	var out []desk.Conversation
	for _, state := range []desk.State{desk.Open, desk.Snoozed, desk.Resolved} {
		page := vis.Page{Limit: vis.MaxLimit}
		for read := 0; read < limit; {
			l, err := tx.Conversations(ctx, desk.Filter{View: desk.ViewAll, State: state}, page)
			if err != nil {
				return nil, err
			}
			out, read = append(out, l.Items...), read+len(l.Items)
			if page.After = l.Next; l.Next == "" {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b desk.Conversation) int { return b.LastActivityAt.Compare(a.LastActivityAt) })
	return out[:min(limit, len(out))], nil
}

func (s *Service) try(ctx context.Context, tx Tx, ws vis.WorkspaceID, r Rule, past []desk.Conversation) (Trial, error) {
	u := s.setup(tx, ws)
	var owners []vis.CustomerID
	for _, c := range past {
		owners = append(owners, c.Customer.ID)
	}
	customers, err := tx.CustomersByID(ctx, owners)
	if err != nil {
		return Trial{}, err
	}
	byID := make(map[vis.CustomerID]desk.Customer, len(customers))
	for _, c := range customers {
		byID[c.ID] = c
	}
	out := Trial{Items: []Tried{}}
	for _, c := range past {
		said, at, err := lastWords(ctx, tx, c)
		if err != nil {
			return Trial{}, err
		}
		f, err := u.facts(ctx, c, byID[c.Customer.ID], said, at)
		if err != nil {
			return Trial{}, err
		}
		item := Tried{Conversation: c.ID, CustomerName: c.Customer.Name, Subject: c.Subject, At: at, Would: []Action{}}
		holds, each := Match(r, f)
		item.Matched = each
		if holds {
			item.Would = append(item.Would, r.Then...)
			out.Matched++
		}
		out.Items = append(out.Items, item)
	}
	out.Looked = len(out.Items)
	return out, nil
}

// lastWords are what the customer wrote last, and when.
func lastWords(ctx context.Context, tx Tx, c desk.Conversation) (string, time.Time, error) {
	said, err := tx.Messages(ctx, c.ID, desk.Range{Limit: 20}, desk.KindMessage)
	if err != nil {
		return "", time.Time{}, err
	}
	for i := len(said) - 1; i >= 0; i-- {
		if said[i].Author == desk.AuthorCustomer {
			return said[i].Text, said[i].CreatedAt, nil
		}
	}
	return "", c.LastActivityAt, nil
}
