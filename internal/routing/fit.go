package routing

import (
	"context"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
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

// tongue is a language in a queue.
type tongue struct {
	team     vis.TeamID
	language string
}

// A language that nobody who could ever get the work of a queue speaks is asked of nobody: whoever speaks another is better than nobody.

// languageOf is the language that is asked of whoever gets a conversation.
func (p *picture) languageOf(c desk.Conversation) string {
	language := languageOf(c)
	if language == "" {
		return ""
	}
	at := tongue{c.Team, language}
	spoken, known := p.spoken[at]
	if !known {
		for id, m := range p.members {
			spoken = spoken || p.queues[c.Team].reaches(m) && p.profiles[id].speaks(language)
		}
		p.spoken[at] = spoken
	}
	if !spoken {
		return ""
	}
	return language
}

// reaches reports whether a member could get what waits in a queue, if only by helping out.
func (q Queue) reaches(m staff.Member) bool {
	return m.State == staff.Active && (q.Team == "" || slices.Contains(m.Teams, q.Team) ||
		slices.ContainsFunc(q.Overflow, func(o Overflow) bool { return slices.Contains(m.Teams, o.Team) }))
}

// speaks reports whether a member speaks a language; one who says nothing speaks those of everybody.
func (p Profile) speaks(language string) bool {
	return len(p.Languages) == 0 || slices.Contains(p.Languages, language)
}

// waits is from when on a conversation waits, for those who hand it out.
func waits(c desk.Conversation) time.Time {
	if c.WaitingSince.IsZero() {
		return c.LastActivityAt
	}
	return c.WaitingSince
}

// fitter says whether members can do what a conversation asks for: its language, and the levels that its queue still wants after so
// long a wait. Those who take by hand fit by the same rule as those who are given.
func (u *setup) fitter(ctx context.Context, now time.Time) (func(vis.MemberID, desk.Conversation) bool, error) {
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
	members, err := u.Members(ctx)
	if err != nil {
		return nil, err
	}
	p := newPicture(Settings{}, queues)
	for _, x := range members {
		p.members[x.ID], p.profiles[x.ID] = x, profileOf(profiles, x.ID)
	}
	return func(m vis.MemberID, c desk.Conversation) bool {
		return p.profiles[m].fits(queues[c.Team], p.languageOf(c), now.Sub(waits(c)))
	}, nil
}

// fits reports whether a member can do the work of a queue in a language after a wait.
func (p Profile) fits(q Queue, language string, waited time.Duration) bool {
	if language != "" && !p.speaks(language) {
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
