package listen

import (
	"context"
	"slices"

	"visavis/internal/vis"
)

// Scenarios are what was prepared, by when it was made.
func (w *Watch) Scenarios(ctx context.Context, by vis.Actor) ([]Scenario, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	return vis.View(ctx, w.db, by.Workspace, func(tx IncidentTx) ([]Scenario, error) { return tx.Scenarios(ctx) })
}

// PrepareScenario keeps a new plan.
func (w *Watch) PrepareScenario(ctx context.Context, by vis.Actor, p Plan) (Scenario, error) {
	now := w.clock.Now()
	s := Scenario{ID: vis.ScenarioID(w.mint.ID(now)), CreatedAt: now, Version: 1}
	return w.keepScenario(ctx, by, "scenario.prepared", p, func(tx IncidentTx, p Plan) (Scenario, error) {
		all, err := tx.Scenarios(ctx)
		if err == nil && len(all) >= MaxScenarios {
			err = vis.Errorf(vis.Conflict, "too_many", "There are %d scenarios already; that is the most there can be.", MaxScenarios)
		}
		if err != nil {
			return s, err
		}
		s.Plan = p
		return s, tx.InsertScenario(ctx, s)
	})
}

// ChangeScenario replaces a plan.
func (w *Watch) ChangeScenario(ctx context.Context, by vis.Actor, id vis.ScenarioID, p Plan, version int64) (Scenario, error) {
	return w.keepScenario(ctx, by, "scenario.changed", p, func(tx IncidentTx, p Plan) (Scenario, error) {
		s, err := tx.Scenario(ctx, id)
		if err != nil {
			return s, err
		}
		if s.Version != version {
			return s, errChanged()
		}
		s.Plan = p
		return tx.SaveScenario(ctx, s)
	})
}

func errChanged() error {
	return vis.Errorf(vis.Conflict, "changed_meanwhile", "Somebody has changed this in the meantime.")
}

// keepScenario checks a plan and lets it be written.
func (w *Watch) keepScenario(ctx context.Context, by vis.Actor, what string, p Plan, keep func(IncidentTx, Plan) (Scenario, error)) (Scenario, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Scenario{}, err
	}
	if err := p.check(); err != nil {
		return Scenario{}, err
	}
	return vis.Update(ctx, w.db, by, func(tx IncidentTx) (Scenario, error) {
		members, err := tx.Members(ctx)
		if err != nil {
			return Scenario{}, err
		}
		known := make(map[vis.MemberID]bool, len(members))
		for _, m := range members {
			known[m.ID] = true
		}
		for _, owner := range p.Owners {
			if !known[owner] {
				return Scenario{}, vis.InField("ownerIds", "There is no such member.")
			}
		}
		for _, s := range p.Steps {
			if s.Owner != "" && !known[s.Owner] {
				return Scenario{}, vis.InField("steps", "There is no such member.")
			}
			if s.Team == "" {
				continue
			}
			if _, err := tx.Team(ctx, s.Team); err != nil {
				if vis.CodeOf(err) == vis.NotFound {
					err = vis.InField("steps", "There is no such team.")
				}
				return Scenario{}, err
			}
		}
		if p.Lead != "" && !slices.Contains(p.Owners, p.Lead) {
			return Scenario{}, vis.InField("leadId", "Who leads is one of those who are called in.")
		}
		s, err := keep(tx, p)
		if err != nil {
			return s, err
		}
		return s, tx.Audit(ctx, vis.NewAudit(by, w.clock.Now(), what, string(s.ID), nil))
	})
}

// ForgetScenario deletes a plan; incidents keep the texts that they took from it.
func (w *Watch) ForgetScenario(ctx context.Context, by vis.Actor, id vis.ScenarioID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	return w.db.Update(ctx, by, nil, func(tx IncidentTx) error {
		if err := tx.DeleteScenario(ctx, id); err != nil {
			return err
		}
		return tx.Audit(ctx, vis.NewAudit(by, w.clock.Now(), "scenario.deleted", string(id), nil))
	})
}
