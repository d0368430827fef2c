package report

import (
	"context"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Floor is how a day goes so far, for those who watch over it.
type Floor struct {
	Zone *time.Location
	// From is midnight in the zone.
	From  time.Time
	Today Record
	// Contacts are those since midnight, or since an earlier instant that was asked for, by team and quarter of an hour, oldest first.
	Contacts []TeamCount
}

// TeamCount is how many contacts arrived for one team in one slot; several may be of the same, for each channel counts by itself.
type TeamCount struct {
	Team vis.TeamID
	Count
}

// Floor reads how today goes: what was promised of one team, or of all for "", and the contacts of every team since midnight and since
// an instant.
func (s *Service) Floor(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID, since time.Time) (Floor, error) {
	now := s.clock.Now()
	return vis.View(ctx, s.db, ws, func(tx Tx) (Floor, error) {
		w, err := tx.Workspace(ctx)
		if err != nil {
			return Floor{}, err
		}
		f := Floor{Zone: time.UTC}
		if zone, err := time.LoadLocation(w.Zone); err == nil {
			f.Zone = zone
		}
		f.From = midnight(now, f.Zone)
		if f.From.Before(since) {
			since = f.From
		}
		all, err := tx.Tallies(ctx, []string{Contacts, Kept, Missed, Late, Unanswered}, since, now.Add(Slot))
		for _, t := range all {
			f.count(t, team)
		}
		return f, err
	})
}

// count takes one tally in.
func (f *Floor) count(t Tally, team vis.TeamID) {
	switch {
	case t.What == Contacts:
		f.Contacts = append(f.Contacts, TeamCount{t.Team, Count{t.At, t.N}})
	case t.Kind == string(routing.Acknowledge) || t.At.Before(f.From) || team != "" && t.Team != team:
	default:
		f.Today.add(t)
	}
}
