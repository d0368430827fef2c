package app

import (
	"context"
	"time"

	"visavis/internal/report"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// arrivals are the contacts that reports counted, as staffing reads them.
type arrivals struct{ report *report.Service }

// Arrivals implements staffing.History.
func (a arrivals) Arrivals(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID, from, to time.Time) ([]staffing.Count, error) {
	counts, err := a.report.Arrivals(ctx, ws, from, to, team)
	out := make([]staffing.Count, len(counts))
	for i, c := range counts {
		out[i] = staffing.Count{At: c.At, N: int(c.N)}
	}
	return out, err
}

// History is where arrivals are read from once the log has been counted to its end, for a command that runs beside a server or without one.
func (a *App) History(ctx context.Context, ws vis.WorkspaceID) (staffing.History, error) {
	for {
		more, err := a.Report.Follow(ctx, ws)
		if err != nil {
			return nil, err
		}
		if !more {
			return arrivals{a.Report}, nil
		}
	}
}

// OnlyWorkspace is the one workspace of a server; a command that needs one cannot choose among several.
func (a *App) OnlyWorkspace(ctx context.Context) (vis.WorkspaceID, error) {
	heads, err := a.store.Heads(ctx)
	if err != nil {
		return "", err
	}
	if len(heads) != 1 {
		return "", vis.Errorf(vis.Invalid, "not_one_workspace", "This server has %d workspaces; this works for exactly one.", len(heads))
	}
	for ws := range heads {
		return ws, nil
	}
	return "", nil
}
