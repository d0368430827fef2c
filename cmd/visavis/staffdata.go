package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"visavis/internal/app"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// pastOf reads the arrivals that a server counted, up to the last midnight. The server may be running.
func (c *staffCmd) pastOf(ctx context.Context) (p staffing.Past, err error) {
	a, err := app.New(ctx, app.Config{Listen: "127.0.0.1:8080", Data: c.Data}, slog.New(slog.DiscardHandler))
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	ws, err := a.OnlyWorkspace(ctx)
	if err != nil {
		return p, err
	}
	w, err := a.Staff.Workspace(ctx, vis.System(ws))
	if err != nil {
		return p, err
	}
	if p.Zone, err = time.LoadLocation(w.Zone); err != nil {
		return p, fmt.Errorf("read the workspace's zone: %w", err)
	}
	team, err := c.teamOf(ctx, a, ws)
	if err != nil {
		return p, err
	}
	y, m, d := time.Now().In(p.Zone).Date()
	p.To = time.Date(y, m, d, 0, 0, 0, 0, p.Zone)
	p.From = p.To.AddDate(-2, 0, -14)
	history, err := a.History(ctx, ws)
	if err != nil {
		return p, err
	}
	p.Counts, err = history.Arrivals(ctx, ws, team, p.From, p.To)
	return p, err
}

// teamOf is the team that --team names, "" for all.
func (c *staffCmd) teamOf(ctx context.Context, a *app.App, ws vis.WorkspaceID) (vis.TeamID, error) {
	if c.Team == "" {
		return "", nil
	}
	teams, err := a.Staff.Teams(ctx, ws)
	if err != nil {
		return "", err
	}
	for _, t := range teams {
		if t.Name == c.Team {
			return t.ID, nil
		}
	}
	return "", vis.InField("--team", "There is no team %q.", c.Team)
}
