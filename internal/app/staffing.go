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
		out[i] = staffing.Count(c)
	}
	return out, err
}

// History is where arrivals are read from.
func (a *App) History() staffing.History { return arrivals{a.Report} }
