package routing

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Given is a promise with the name of the policy it was given under, as that was then.
type Given struct {
	Promise
	PolicyName string // DefaultName for the built-in ones
}

// Promises lists what was promised in a conversation, oldest first.
func (s *Service) Promises(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]Given, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Given, error) {
		if _, err := tx.Conversation(ctx, id); err != nil {
			return nil, err
		}
		promises, err := tx.Promises(ctx, id)
		if err != nil {
			return nil, err
		}
		names := make(map[vis.PolicyID]map[int64]string)
		out := make([]Given, 0, len(promises))
		for _, p := range promises {
			if p.Policy != "" && names[p.Policy] == nil {
				if names[p.Policy], err = versionNames(ctx, tx, p.Policy); err != nil {
					return nil, err
				}
			}
			g := Given{Promise: p, PolicyName: DefaultName}
			if p.Policy != "" {
				g.PolicyName = names[p.Policy][p.PolicyVersion]
			}
			out = append(out, g)
		}
		return out, nil
	})
}

func versionNames(ctx context.Context, tx Tx, id vis.PolicyID) (map[int64]string, error) {
	versions, err := tx.PolicyVersions(ctx, id)
	names := make(map[int64]string, len(versions))
	for _, v := range versions {
		names[v.Version] = v.Name
	}
	return names, err
}

// Why explains the priority of a conversation.
type Why struct {
	Priority
	// What the points were made of, for screens to word them.
	Conversation desk.Conversation
	Segment      string
	Value        int
	Words        []string // of the organisation's critical words, those that the customer's last words hold
}

// PriorityOf says why a conversation stands where it does. Nobody who is not waited upon has any points.
func (s *Service) PriorityOf(ctx context.Context, by vis.Actor, id vis.ConversationID) (Why, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Why{}, err
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Why, error) {
		p := s.pass(tx, by.Workspace, now)
		m, err := p.one(ctx, id)
		if err != nil {
			return Why{}, err
		}
		if m == nil {
			return Why{}, vis.Absent("conversation")
		}
		settings, err := p.Settings(ctx)
		if err != nil {
			return Why{}, err
		}
		said, _, err := lastWords(ctx, tx, m.c)
		if err != nil {
			return Why{}, err
		}
		w := Why{Conversation: m.c, Segment: m.customer.Segment, Value: m.customer.Value, Words: CriticalWords(settings.Words, said)}
		if subject := subjectOf(m.c, m.customer, m.promises); !subject.WaitingSince.IsZero() {
			w.Priority = Score(settings.Weights, subject, now)
		}
		return w, nil
	})
}

// Placed is where a waiting conversation stands, and where it would.
type Placed struct {
	Conversation  desk.Conversation
	From, To      int     // places in the order of all that were looked at, from 1
	Before, After float64 // points
}

// maxPreviewed is how many waiting conversations a preview looks at, those that come first.
const maxPreviewed = 1000

// PreviewWeights says what other weights would change for those who wait now: every conversation that waits, in its new order.
func (s *Service) PreviewWeights(ctx context.Context, by vis.Actor, w Weights) ([]Placed, error) {
	if err := mustReadBoth(by); err != nil {
		return nil, err
	}
	if err := w.Check(); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Placed, error) {
		waiting, err := tx.Waiting(ctx, RankPlace{}, maxPreviewed)
		if err != nil {
			return nil, err
		}
		ids := make([]vis.ConversationID, 0, len(waiting))
		for _, c := range waiting {
			ids = append(ids, c.ID)
		}
		p := s.pass(tx, by.Workspace, now)
		if err := p.add(ctx, ids); err != nil {
			return nil, err
		}
		return p.preview(ctx, w)
	})
}

func (p *pass) preview(ctx context.Context, w Weights) ([]Placed, error) {
	settings, err := p.Settings(ctx)
	if err != nil {
		return nil, err
	}
	subjects := make(map[vis.ConversationID]Subject, len(p.order))
	all := make([]Subject, 0, len(p.order))
	for _, m := range p.order {
		subject := subjectOf(m.c, m.customer, m.promises)
		subjects[m.c.ID] = subject
		all = append(all, subject)
	}
	out := []Placed{}
	for _, moved := range Preview(settings.Weights, w, all, p.now) {
		subject := subjects[moved.Conversation]
		out = append(out, Placed{Conversation: p.matters[moved.Conversation].c, From: moved.From, To: moved.To,
			Before: Score(settings.Weights, subject, p.now).Total, After: Score(w, subject, p.now).Total})
	}
	return out, nil
}
