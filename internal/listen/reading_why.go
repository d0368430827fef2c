package listen

import (
	"context"
	"math"
	"unicode/utf16"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Weight is a stretch of a message, in UTF-16 code units, and how much it spoke for what was read, or against it: −1 to 1, where 1 is the
// stretch that spoke most.
type Weight struct {
	From, To int
	Weight   float64
}

// Why is which words spoke for what was read: for the nearest reason, for a good mood, for being dissatisfied, for the urgency.
type Why struct {
	Reason, Mood, Dissatisfied, Urgency []Weight
}

// Reading reads what a message was read to say, and why, as the workspace's reader would say now.
func (s *Service) Reading(ctx context.Context, by vis.Actor, id vis.MessageID) (Reading, Why, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Reading{}, Why{}, err
	}
	type explained struct {
		Reading Reading
		Why     Why
	}
	out, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (explained, error) {
		m, err := tx.Message(ctx, id)
		if err != nil {
			return explained{}, err
		}
		r, err := tx.Reading(ctx, id)
		if err != nil {
			return explained{}, err
		}
		tree, err := reasonTree(ctx, tx)
		if err != nil {
			return explained{}, err
		}
		if r.Engine != BuiltIn { // it does not say by which words
			return explained{r, Why{}}, nil
		}
		by, err := s.readerOf(ctx, tx, by.Workspace)
		return explained{r, because(by.reader, shown(m.Text), r.Says, tree)}, err
	})
	return out.Reading, out.Why, err
}

// because says which words spoke for what was read.
func because(r *text.Reader, words string, says text.Reading, tree Tree) Why {
	units := unitsOf(words)
	weigh := func(head, label string) []Weight { return scaled(r.Why(words, head, label).Words, units) }
	return Why{Reason: weigh(text.HeadReason, tree.labelOf(says.Best.Label)), Mood: weigh(text.HeadMood, text.Positive),
		Dissatisfied: weigh(text.HeadDissatisfied, text.Yes), Urgency: weigh(text.HeadUrgency, says.Urgency.Label)}
}

// scaled scales what words weigh by the greatest of them, and counts as screens do.
func scaled(words []text.Weighed, units []int) []Weight {
	most := 0.0
	for _, w := range words {
		most = max(most, math.Abs(w.Weight))
	}
	out := []Weight{}
	for _, w := range words {
		if share := math.Round(100*w.Weight/most) / 100; share != 0 {
			out = append(out, Weight{units[w.From], units[w.To], share})
		}
	}
	return out
}

// unitsOf says for each byte of a text, and for its end, how many UTF-16 code units come before it.
func unitsOf(words string) []int {
	out := make([]int, len(words)+1)
	n := 0
	for i, r := range words {
		size := max(utf8.RuneLen(r), 1)
		for j := i; j < min(i+size, len(words)); j++ {
			out[j] = n
		}
		n += max(utf16.RuneLen(r), 1)
	}
	out[len(words)] = n
	return out
}

// ReadingsByID reads what some messages were read to say, for those who tell screens of them; what was not read is left out.
func (s *Service) ReadingsByID(ctx context.Context, ws vis.WorkspaceID, ids []vis.MessageID) ([]Reading, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]Reading, error) { return tx.ReadingsByID(ctx, ids) })
}
