package desk

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of what is known of a matter.
const (
	MaxCriticality = 4
	MaxMood        = 100
	MaxReason      = 120 // runes
	MaxInfluence   = 1_000_000_000
)

// check refuses what no matter can be, and cleans the rest.
func (a About) check() (About, error) {
	a.Reason = strings.Trim(text.Line(a.Reason), "/ ")
	switch {
	case a.Criticality < 0 || a.Criticality > MaxCriticality:
		return a, vis.InField("criticality", "Criticality goes from 0 (nothing known) to %d (somebody is in danger); %d does not.", MaxCriticality, a.Criticality)
	case a.Mood < -MaxMood || a.Mood > MaxMood:
		return a, vis.InField("mood", "Mood goes from -%d to %d; %d does not.", MaxMood, MaxMood, a.Mood)
	case a.Influence < 0 || a.Influence > MaxInfluence:
		return a, vis.InField("influence", "Influence is how many people are reached: 0 to a thousand million.")
	case a.Language != "" && a.Language != "fr" && a.Language != "en":
		return a, vis.InField("language", "A language is fr or en here, not %q.", a.Language)
	case utf8.RuneCountInString(a.Reason) > MaxReason:
		return a, vis.InField("reason", "A reason may have %d characters.", MaxReason)
	}
	a.DeadlineAt = a.DeadlineAt.UTC().Truncate(time.Millisecond)
	return a, nil
}

// Classification is what a member says of a matter; nil leaves a field as it is.
type Classification struct {
	Language, Reason  *string
	Criticality, Mood *int
	Influence         *int64
	DeadlineAt        *time.Time // the zero time takes it away
}

// apply returns what is known of the matter after c was said.
func (c Classification) apply(a About) About {
	for to, from := range map[*string]*string{&a.Language: c.Language, &a.Reason: c.Reason} {
		if from != nil {
			*to = *from
		}
	}
	for to, from := range map[*int]*int{&a.Criticality: c.Criticality, &a.Mood: c.Mood} {
		if from != nil {
			*to = *from
		}
	}
	if c.Influence != nil {
		a.Influence = *c.Influence
	}
	if c.DeadlineAt != nil {
		a.DeadlineAt = *c.DeadlineAt
	}
	return a
}

// Classify records what the matter is about. What waits is ordered by it.
func (s *Service) Classify(ctx context.Context, by vis.Actor, id vis.ConversationID, in Classification, version int64) (Conversation, error) {
	return s.change(ctx, by, id, version, func(tx Tx, c *Conversation, now time.Time) (Line, error) {
		return Line{}, s.ClassifyWithin(ctx, tx, by, c, in.apply(c.About), now)
	})
}
