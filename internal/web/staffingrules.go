package web

import (
	"context"
	"slices"

	"visavis/internal/routing"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// houseRules are how a team's work is handed out, and whose holidays it keeps: by them a day is played.
type houseRules struct {
	settings        routing.Settings
	queue           routing.Queue
	profiles        map[vis.MemberID]routing.Profile
	country, region string // of the team's calendar; "" when it has none
}

// houseRules reads them; without routing there are none.
func (s *Server) houseRules(ctx context.Context, by caller, team vis.TeamID) (houseRules, error) {
	var r houseRules
	if s.routing == nil {
		return r, nil
	}
	settings, err := s.routing.Settings(ctx, by.Actor)
	if err != nil {
		return r, err
	}
	queues, err := s.routing.Queues(ctx, by.Actor)
	if err != nil {
		return r, err
	}
	calendars, err := s.routing.Calendars(ctx, by.Actor)
	if err != nil {
		return r, err
	}
	profiles, err := s.routing.Profiles(ctx, by.Actor)
	if err != nil {
		return r, err
	}
	r.settings, r.profiles = settings, make(map[vis.MemberID]routing.Profile, len(profiles))
	for _, p := range profiles {
		r.profiles[p.Member] = p
	}
	if i := slices.IndexFunc(queues, func(q routing.Queue) bool { return q.Team == team }); i >= 0 {
		r.queue = queues[i]
	}
	for _, c := range calendars {
		if c.ID == r.queue.Calendar || r.queue.Calendar == "" && c.ID == settings.Calendar {
			r.country, r.region = c.Hours.Country, c.Hours.Region
		}
	}
	return r, nil
}

// equip gives a person what her profile says she can do.
func (r houseRules) equip(p *staffing.Person) {
	profile := r.profiles[p.Member]
	p.Languages, p.Skills, p.Capacity = profile.Languages, profile.Skills, profile.Capacity
}
