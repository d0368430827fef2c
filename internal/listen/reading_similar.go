package listen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// How similar messages are found: by what their signatures have in common, among those of the last month.
const (
	similarFor  = 30 * 24 * time.Hour
	mostSimilar = 50
	perBand     = 200 // of the newest messages that share a stretch of a signature, so many are looked at
	nearEnough  = 0.5 // half of what they are made of is the same
)

// Similar is a conversation whose newest message says nearly what a corrected one says, and was read as that was.
type Similar struct {
	Conversation vis.ConversationID
	Message      vis.MessageID
	Excerpt      string
	Reason       string // as read
	Would        string // as the correction has it
	Near         float64
}

// Similar lists the conversations whose reason would be corrected like that of one, the nearest first, and says how many there are. What
// members said themselves is not among them.
func (s *Service) Similar(ctx context.Context, by vis.Actor, id vis.ConversationID) ([]Similar, int, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, 0, err
	}
	total := 0
	out, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (out []Similar, err error) {
		if out, err = s.similar(ctx, tx, id); err != nil {
			return nil, err
		}
		total = len(out)
		out = out[:min(total, mostSimilar)]
		return out, quote(ctx, tx, out)
	})
	return out, total, err
}

// similar finds them, all that there are.
func (s *Service) similar(ctx context.Context, tx Tx, id vis.ConversationID) ([]Similar, error) {
	c, err := tx.Conversation(ctx, id)
	if err != nil || c.Reading.Message == "" {
		return nil, err
	}
	r, err := tx.Reading(ctx, c.Reading.Message)
	if err != nil || r.Correction == nil || r.Correction.Reason == nil {
		return nil, ignoreAbsent(err)
	}
	alike, err := tx.Alike(ctx, r.Sign, since(s.clock.Now().Add(-similarFor)), perBand)
	if err != nil {
		return nil, err
	}
	others, err := tx.ReadingsByID(ctx, alike)
	if err != nil {
		return nil, err
	}
	others = slices.DeleteFunc(others, func(o Reading) bool {
		return o.Conversation == id || o.Says.Best.Label != r.Says.Best.Label || o.Sign.Near(r.Sign) < nearEnough
	})
	return would(ctx, tx, r, others)
}

// would are those of some readings that their conversations go by, and that are the reader's word.
func would(ctx context.Context, tx Tx, r Reading, others []Reading) ([]Similar, error) {
	var ids []vis.ConversationID
	of := make(map[vis.MessageID]Reading, len(others))
	for _, o := range others {
		ids, of[o.Message] = append(ids, o.Conversation), o
	}
	slices.Sort(ids)
	found, err := tx.ConversationsByID(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var out []Similar
	for _, c := range found {
		o, newest := of[c.Reading.Message]
		if !newest || c.Reading.By == desk.BySaid || c.About.Reason == *r.Correction.Reason {
			continue
		}
		out = append(out, Similar{Conversation: c.ID, Message: o.Message, Reason: c.About.Reason, Would: *r.Correction.Reason, Near: o.Sign.Near(r.Sign)})
	}
	slices.SortFunc(out, func(a, b Similar) int { return cmp.Or(cmp.Compare(b.Near, a.Near), cmp.Compare(b.Message, a.Message)) })
	return out, nil
}

// quote adds what was said.
func quote(ctx context.Context, tx Tx, all []Similar) error {
	ids := make([]vis.MessageID, len(all))
	for i, one := range all {
		ids[i] = one.Message
	}
	said, err := tx.MessagesByID(ctx, ids)
	words := make(map[vis.MessageID]string, len(said))
	for _, m := range said {
		words[m.ID] = text.Preview(m.Text, desk.PreviewRunes)
	}
	for i := range all {
		all[i].Excerpt = words[all[i].Message]
	}
	return err
}

// CorrectSimilar corrects the reason of conversations like that of another, as far as they are still similar to it, and returns how many.
func (s *Service) CorrectSimilar(ctx context.Context, by vis.Actor, id vis.ConversationID, chosen []vis.ConversationID) (int, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return 0, err
	}
	if len(chosen) > mostSimilar {
		return 0, vis.InField("conversationIds", "At most %d are corrected at once; these are %d.", mostSimilar, len(chosen))
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (n int, err error) {
		all, err := s.similar(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		for _, one := range all {
			if !slices.Contains(chosen, one.Conversation) {
				continue
			}
			c, err := tx.Conversation(ctx, one.Conversation)
			if err != nil {
				return n, err
			}
			if err := s.correct(ctx, tx, by, &c, Word{Reason: &one.Would}, now); err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	})
}

// since is the lowest id of an instant: ids begin with their milliseconds (RFC 9562 §5.7).
func since(at time.Time) vis.MessageID {
	digits := fmt.Sprintf("%012x", max(at.UnixMilli(), 0))
	return vis.MessageID(strings.Join([]string{digits[:8], digits[8:]}, "-"))
}

func ignoreAbsent(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}
