package routing

import (
	"context"
	"slices"
	"time"

	"visavis/internal/vis"
)

// Rules lists the rules in the order in which they run.
func (s *Service) Rules(ctx context.Context, by vis.Actor) ([]Rule, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Rule, error) { return tx.Rules(ctx) })
}

// CreateRule adds a rule after those that are there.
func (s *Service) CreateRule(ctx context.Context, by vis.Actor, r Rule) (Rule, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Rule{}, err
	}
	if err := r.Check(); err != nil {
		return Rule{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Rule, error) {
		all, err := tx.Rules(ctx)
		if err != nil {
			return Rule{}, err
		}
		if len(all) >= maxRules {
			return Rule{}, vis.Errorf(vis.Conflict, "too_many", "A workspace has %d rules at most.", maxRules)
		}
		r.ID, r.CreatedAt, r.Version, r.Position = vis.RuleID(s.mint.ID(now)), now, 1, 1
		r.Runs, r.LastRunAt, r.DisabledWhy = 0, time.Time{}, ""
		if n := len(all); n > 0 {
			r.Position = all[n-1].Position + 1
		}
		if err := tx.InsertRule(ctx, r); err != nil {
			return Rule{}, err
		}
		return r, changed(ctx, tx, by, "rule", string(r.ID), "rule.created", ruleAudit(r), now)
	})
}

// ruleAudit is what the audit log keeps of a rule: what it does, without the words that it writes.
func ruleAudit(r Rule) map[string]any {
	done := make([]Action, 0, len(r.Then))
	for _, a := range r.Then {
		done = append(done, named(a))
	}
	return map[string]any{"version": r.Version, "when": r.When, "then": done, "disabled": r.Disabled}
}

// RuleChange is what may change of a rule; nil leaves a field as it is.
type RuleChange struct {
	Name     *string
	When     *[]Trigger
	Any      *bool
	If       *[]Condition
	Then     *[]Action
	Stop     *bool
	Disabled *bool
	Version  int64
}

func (r *Rule) apply(in RuleChange) error {
	set(&r.Name, in.Name)
	set(&r.When, in.When)
	set(&r.Any, in.Any)
	set(&r.If, in.If)
	set(&r.Then, in.Then)
	set(&r.Stop, in.Stop)
	if in.Disabled != nil {
		r.Disabled, r.DisabledWhy = *in.Disabled, ""
	}
	r.Then = slices.Clone(r.Then)
	return r.Check()
}

// ChangeRule changes a rule. Whoever switches it on again says that what the server switched it off for is mended.
func (s *Service) ChangeRule(ctx context.Context, by vis.Actor, id vis.RuleID, in RuleChange) (Rule, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Rule{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Rule, error) {
		all, err := tx.Rules(ctx)
		if err != nil {
			return Rule{}, err
		}
		i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			return Rule{}, vis.Absent("rule")
		}
		r := all[i]
		if r.Version != in.Version {
			return Rule{}, changedMeanwhile("rule", r)
		}
		if err := r.apply(in); err != nil {
			return Rule{}, err
		}
		if r, err = tx.SaveRule(ctx, r); err != nil {
			return Rule{}, err
		}
		return r, changed(ctx, tx, by, "rule", string(id), "rule.changed", ruleAudit(r), now)
	})
}

// DeleteRule removes a rule.
func (s *Service) DeleteRule(ctx context.Context, by vis.Actor, id vis.RuleID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeleteRule(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, changed(ctx, tx, by, "rule", string(id), "rule.deleted", nil, now)
	})
	return err
}

// OrderRules says in which order rules run; ids names each of them once.
func (s *Service) OrderRules(ctx context.Context, by vis.Actor, ids []vis.RuleID) ([]Rule, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) ([]Rule, error) {
		all, err := tx.Rules(ctx)
		if err != nil {
			return nil, err
		}
		if err := ordered(all, ids, func(r Rule) vis.RuleID { return r.ID }); err != nil {
			return nil, err
		}
		for i, r := range all {
			if r.Position == i+1 {
				continue
			}
			r.Position = i + 1
			if all[i], err = tx.SaveRule(ctx, r); err != nil {
				return nil, err
			}
		}
		return all, changed(ctx, tx, by, "rule", "", "rule.ordered", map[string]any{"ids": ids}, now)
	})
}
