package routing

import (
	"context"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// languageOf is the language that a conversation asks for, "" when that is not known.
func languageOf(c desk.Conversation) string {
	if c.About.Language != "" {
		return c.About.Language
	}
	tag, _, _ := strings.Cut(c.Customer.Locale, "-")
	return strings.ToLower(tag)
}

// waits is from when on a conversation waits, for those who hand it out.
func waits(c desk.Conversation) time.Time {
	if c.WaitingSince.IsZero() {
		return c.LastActivityAt
	}
	return c.WaitingSince
}

// fitter says whether a member can do what a conversation asks for: its language, and the levels that its queue still wants after so
// long a wait. Those who take by hand fit by the same rule as those who are given.
func (u *setup) fitter(ctx context.Context, m vis.MemberID, now time.Time) (func(desk.Conversation) bool, error) {
	profiles, err := u.tx.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	all, err := u.allQueues(ctx)
	if err != nil {
		return nil, err
	}
	queues := make(map[vis.TeamID]Queue, len(all))
	for _, q := range all {
		queues[q.Team] = q
	}
	own := profileOf(profiles, m)
	return func(c desk.Conversation) bool {
		return own.fits(queues[c.Team], languageOf(c), now.Sub(waits(c)))
	}, nil
}

// fits reports whether a member can do the work of a queue in a language after a wait.
func (p Profile) fits(q Queue, language string, waited time.Duration) bool {
	if language != "" && len(p.Languages) > 0 && !slices.Contains(p.Languages, language) {
		return false
	}
	relaxed := 0
	if q.RelaxAfter > 0 {
		relaxed = int(max(0, waited) / (time.Duration(q.RelaxAfter) * time.Second))
	}
	for skill, level := range q.Skills {
		if p.Skills[skill] < level-relaxed {
			return false
		}
	}
	return true
}
