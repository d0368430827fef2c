package routing

import (
	"context"
	"slices"
	"unicode/utf8"

	"visavis/internal/channel"
	"visavis/internal/hours"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of what a workspace may set up.
const (
	maxNameRunes = 120
	maxCalendars = 200
	maxPolicies  = 200
	maxRules     = 200
)

// checkName cleans the name of something that is set up.
func checkName(in string) (string, error) {
	name := text.Line(in)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxNameRunes || text.Fold(name) == "" {
		return "", vis.InField("name", "A name has 1 to %d characters.", maxNameRunes)
	}
	return name, nil
}

// member lets everybody who works here read.
func member(by vis.Actor) error {
	if by.Kind == vis.ByMember || by.Kind == vis.BySystem {
		return nil
	}
	return by.Must(vis.ReadSettings)
}

// Calendars lists the opening hours of the workspace. Anybody who works there may see them.
func (s *Service) Calendars(ctx context.Context, by vis.Actor) ([]Calendar, error) {
	if err := member(by); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]Calendar, error) { return tx.Calendars(ctx) })
}

// CreateCalendar adds opening hours.
func (s *Service) CreateCalendar(ctx context.Context, by vis.Actor, name string, h hours.Calendar) (Calendar, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Calendar{}, err
	}
	name, err := checkName(name)
	if err != nil {
		return Calendar{}, err
	}
	if err := h.Check(); err != nil {
		return Calendar{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Calendar, error) {
		all, err := tx.Calendars(ctx)
		if err != nil {
			return Calendar{}, err
		}
		if len(all) >= maxCalendars {
			return Calendar{}, vis.Errorf(vis.Conflict, "too_many", "A workspace has %d calendars at most.", maxCalendars)
		}
		c := Calendar{ID: vis.CalendarID(s.mint.ID(now)), Name: name, Hours: h, CreatedAt: now, Version: 1}
		if err := tx.InsertCalendar(ctx, c); err != nil {
			return Calendar{}, err
		}
		return c, changed(ctx, tx, by, "calendar", string(c.ID), "calendar.created", nil, now)
	})
}

// CalendarChange is what may change of a calendar; nil leaves a field as it is.
type CalendarChange struct {
	Name    *string
	Hours   *hours.Calendar
	Version int64
}

// ChangeCalendar changes opening hours. Promises that run keep their deadlines; what is paused or made from now on counts in the new hours.
func (s *Service) ChangeCalendar(ctx context.Context, by vis.Actor, id vis.CalendarID, in CalendarChange) (Calendar, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Calendar{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Calendar, error) {
		c, err := tx.Calendar(ctx, id)
		if err != nil {
			return Calendar{}, err
		}
		if c.Version != in.Version {
			return Calendar{}, changedMeanwhile("calendar", c)
		}
		if in.Name != nil {
			if c.Name, err = checkName(*in.Name); err != nil {
				return Calendar{}, err
			}
		}
		set(&c.Hours, in.Hours)
		if err := c.Hours.Check(); err != nil {
			return Calendar{}, err
		}
		if c, err = tx.SaveCalendar(ctx, c); err != nil {
			return Calendar{}, err
		}
		if err := s.armRings(ctx, tx, by.Workspace, now); err != nil {
			return Calendar{}, err
		}
		return c, changed(ctx, tx, by, "calendar", string(id), "calendar.changed", nil, now)
	})
}

// DeleteCalendar removes opening hours that nothing uses.
func (s *Service) DeleteCalendar(ctx context.Context, by vis.Actor, id vis.CalendarID) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		if _, err := tx.Calendar(ctx, id); err != nil {
			return struct{}{}, err
		}
		used, err := s.setup(tx, by.Workspace).uses(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		if used {
			return struct{}{}, vis.Errorf(vis.Conflict, "calendar_used", "Policies, queues or the workspace still use this calendar; give them another first.")
		}
		if err := tx.DeleteCalendar(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, changed(ctx, tx, by, "calendar", string(id), "calendar.deleted", nil, now)
	})
	return err
}

// uses reports whether anything of the set-up counts in a calendar.
func (u *setup) uses(ctx context.Context, id vis.CalendarID) (bool, error) {
	settings, err := u.Settings(ctx)
	if err != nil {
		return false, err
	}
	policies, err := u.Policies(ctx)
	if err != nil {
		return false, err
	}
	queues, err := read(ctx, &u.queues, u.tx.Queues)
	if err != nil {
		return false, err
	}
	return settings.Calendar == id || slices.ContainsFunc(policies, func(p Policy) bool { return p.Calendar == id }) ||
		slices.ContainsFunc(queues, func(q Queue) bool { return q.Calendar == id }), nil
}

// HoursFor are the hours that count for a team on a channel: the queue's, else the channel's own, else the workspace's, else always.
func (s *Service) HoursFor(ctx context.Context, tx Tx, ws vis.WorkspaceID, team vis.TeamID, ch channel.Channel) (*hours.Hours, error) {
	h, _, err := s.setup(tx, ws).Hours(ctx, "", team, ch)
	return h, err
}
