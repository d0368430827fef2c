package routing

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"visavis/internal/vis"
)

// The bounds of a policy.
const (
	maxTerm        = 366 * 24 * time.Hour
	maxTermDays    = 366
	maxScope       = 100 // entries of each list
	maxScopeRunes  = 120
	maxEscalations = 20
)

// check refuses a term that says nothing, or two things at once.
func (t Term) check(field string) error {
	said := 0
	for _, is := range []bool{t.For != 0, t.Days != 0, t.SameDay} {
		if is {
			said++
		}
	}
	switch {
	case said != 1:
		return vis.InField(field, "A promise runs for a time, until the end of some open day, or until the end of the same day: exactly one of the three.")
	case t.For < 0 || t.For > maxTerm || t.For%time.Second != 0:
		return vis.InField(field+".for", "A promise runs for 1 second to 366 days, in whole seconds.")
	case t.Days < 0 || t.Days > maxTermDays:
		return vis.InField(field+".days", "A promise runs for 1 to %d open days.", maxTermDays)
	case t.Always && t.For == 0:
		return vis.InField(field+".always", "Days end when they close; only a time can run round the clock.")
	}
	return nil
}

// Check cleans the policy and refuses what cannot be meant.
func (p *Policy) Check() (err error) {
	if p.Name, err = checkName(p.Name); err != nil {
		return err
	}
	for kind, t := range p.Terms {
		if !slices.Contains([]PromiseKind{Acknowledge, First, Next, Resolve, CallBack}, kind) {
			return vis.InField("terms", "There is no promise of the kind %q.", kind)
		}
		if err := t.check("terms." + string(kind)); err != nil {
			return err
		}
	}
	if err := p.checkWarnings(); err != nil {
		return err
	}
	if len(p.Escalations) > maxEscalations {
		return vis.InField("escalations", "A policy has %d escalations at most.", maxEscalations)
	}
	for i, e := range p.Escalations {
		if err := e.check(fmt.Sprintf("escalations[%d]", i)); err != nil {
			return err
		}
	}
	return p.When.check()
}

func (p *Policy) checkWarnings() error {
	if len(p.WarnAt) > 2 {
		return vis.InField("warnAt", "A promise warns twice at most.")
	}
	slices.Sort(p.WarnAt)
	for i, percent := range p.WarnAt {
		if percent < 1 || percent > 99 || i > 0 && percent == p.WarnAt[i-1] {
			return vis.InField("warnAt", "Warnings come at different shares of the time, from 1 to 99 percent.")
		}
	}
	return nil
}

func (e Escalation) check(field string) error {
	if !slices.Contains([]Mark{WarnedFirst, WarnedSecond, Missed, MissedLong}, e.At) {
		return vis.InField(field+".at", "There is no mark %q; it is warned_first, warned_second, missed or missed_long.", e.At)
	}
	switch e.Do {
	case Notify:
		if e.To != ToOwner && e.To != ToTeam && e.To != ToSupervisors {
			return vis.InField(field+".to", "Tell the owner, the team or the supervisors, not %q.", e.To)
		}
	case Reassign, Raise:
		if e.To != "" {
			return vis.InField(field+".to", "Only a notice has somebody to go to.")
		}
	default:
		return vis.InField(field+".do", "An escalation is notify, reassign or raise, not %q.", e.Do)
	}
	if e.Team != "" && e.Do != Reassign {
		return vis.InField(field+".teamId", "Only reassigning names a team.")
	}
	return nil
}

func (s Scope) check() error {
	lists := map[string][]string{"kinds": asStrings(s.Kinds), "channelIds": asStrings(s.Channels), "teamIds": asStrings(s.Teams),
		"segments": s.Segments, "reasons": s.Reasons}
	for field, list := range lists {
		if len(list) > maxScope {
			return vis.InField("when."+field, "There may be %d of these; there are %d.", maxScope, len(list))
		}
		for _, one := range list {
			if one == "" || utf8.RuneCountInString(one) > maxScopeRunes {
				return vis.InField("when."+field, "Each of these has 1 to %d characters.", maxScopeRunes)
			}
		}
	}
	if s.MinCriticality < 0 || s.MinCriticality > 4 {
		return vis.InField("when.minCriticality", "Criticality goes from 0 to 4; %d does not.", s.MinCriticality)
	}
	return nil
}

func asStrings[T ~string](in []T) []string {
	out := make([]string, 0, len(in))
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

// Policies lists the policies in the order in which they are asked.
func (s *Service) Policies(ctx context.Context, by vis.Actor) ([]Policy, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Policy, error) { return tx.Policies(ctx) })
}

// PolicyVersions lists all versions of a policy, newest first, also of one that was deleted.
func (s *Service) PolicyVersions(ctx context.Context, by vis.Actor, id vis.PolicyID) ([]Policy, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Policy, error) {
		all, err := tx.PolicyVersions(ctx, id)
		if err == nil && len(all) == 0 {
			err = vis.Absent("policy")
		}
		return all, err
	})
}

// CreatePolicy adds a policy after those that are there.
func (s *Service) CreatePolicy(ctx context.Context, by vis.Actor, p Policy) (Policy, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Policy{}, err
	}
	if err := p.Check(); err != nil {
		return Policy{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Policy, error) {
		all, err := tx.Policies(ctx)
		if err != nil {
			return Policy{}, err
		}
		if len(all) >= maxPolicies {
			return Policy{}, vis.Errorf(vis.Conflict, "too_many", "A workspace has %d policies at most.", maxPolicies)
		}
		if err := mustHaveCalendar(ctx, tx, p.Calendar); err != nil {
			return Policy{}, err
		}
		p.ID, p.CreatedAt, p.Version, p.Position = vis.PolicyID(s.mint.ID(now)), now, 1, 1
		if n := len(all); n > 0 {
			p.Position = all[n-1].Position + 1
		}
		if err := tx.InsertPolicy(ctx, p); err != nil {
			return Policy{}, err
		}
		return p, changed(ctx, tx, by, "policy", string(p.ID), "policy.created", nil, now)
	})
}

// PolicyChange is what may change of a policy; nil leaves a field as it is.
type PolicyChange struct {
	Name        *string
	Disabled    *bool
	When        *Scope
	Terms       *map[PromiseKind]Term
	Calendar    *vis.CalendarID
	Escalations *[]Escalation
	WarnAt      *[]int
	Version     int64
}

func (p *Policy) apply(in PolicyChange) error {
	set(&p.Name, in.Name)
	set(&p.Disabled, in.Disabled)
	set(&p.When, in.When)
	set(&p.Terms, in.Terms)
	set(&p.Calendar, in.Calendar)
	set(&p.Escalations, in.Escalations)
	set(&p.WarnAt, in.WarnAt)
	return p.Check()
}

// ChangePolicy makes a new version of a policy. Promises that were given keep the one that they were given under.
func (s *Service) ChangePolicy(ctx context.Context, by vis.Actor, id vis.PolicyID, in PolicyChange) (Policy, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Policy{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Policy, error) {
		p, err := policy(ctx, tx, id)
		if err != nil {
			return Policy{}, err
		}
		if p.Version != in.Version {
			return Policy{}, changedMeanwhile("policy", p)
		}
		if err := p.apply(in); err != nil {
			return Policy{}, err
		}
		if err := mustHaveCalendar(ctx, tx, p.Calendar); err != nil {
			return Policy{}, err
		}
		if p, err = tx.SavePolicy(ctx, p); err != nil {
			return Policy{}, err
		}
		return p, changed(ctx, tx, by, "policy", string(id), "policy.changed", map[string]any{"version": p.Version}, now)
	})
}

func policy(ctx context.Context, tx Tx, id vis.PolicyID) (Policy, error) {
	all, err := tx.Policies(ctx)
	if err != nil {
		return Policy{}, err
	}
	if i := slices.IndexFunc(all, func(p Policy) bool { return p.ID == id }); i >= 0 {
		return all[i], nil
	}
	return Policy{}, vis.Absent("policy")
}

// DeletePolicy removes a policy. The promises that were given under it run on.
func (s *Service) DeletePolicy(ctx context.Context, by vis.Actor, id vis.PolicyID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if err := tx.DeletePolicy(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, changed(ctx, tx, by, "policy", string(id), "policy.deleted", nil, now)
	})
	return err
}

// OrderPolicies says in which order policies are asked; ids names each of them once.
func (s *Service) OrderPolicies(ctx context.Context, by vis.Actor, ids []vis.PolicyID) ([]Policy, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) ([]Policy, error) {
		all, err := tx.Policies(ctx)
		if err != nil {
			return nil, err
		}
		if err := ordered(all, ids, func(p Policy) vis.PolicyID { return p.ID }); err != nil {
			return nil, err
		}
		for i, p := range all {
			if p.Position == i+1 {
				continue
			}
			p.Position = i + 1
			if all[i], err = tx.SavePolicy(ctx, p); err != nil {
				return nil, err
			}
		}
		return all, changed(ctx, tx, by, "policy", "", "policy.ordered", map[string]any{"ids": ids}, now)
	})
}

// ordered sorts things into the order of ids, which must name each of them once.
func ordered[T any, ID comparable](all []T, ids []ID, id func(T) ID) error {
	place := make(map[ID]int, len(ids))
	for i, one := range ids {
		place[one] = i
	}
	for _, one := range all {
		if _, ok := place[id(one)]; !ok {
			return vis.InField("ids", "The order must name each of them.")
		}
	}
	if len(place) != len(all) || len(ids) != len(all) {
		return vis.InField("ids", "The order must name each of them once, and nothing else.")
	}
	slices.SortFunc(all, func(a, b T) int { return place[id(a)] - place[id(b)] })
	return nil
}
