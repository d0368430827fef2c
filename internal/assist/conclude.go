package assist

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Result is what a member says came of a call.
type Result string

const (
	Solved    Result = "solved"
	FollowUp  Result = "follow_up"  // she goes on with it
	CallBack  Result = "call_back"  // the customer is to be called again
	NoRequest Result = "no_request" // a press by mistake, or to see what happens
	Abuse     Result = "abuse"
)

var results = []Result{Solved, FollowUp, CallBack, NoRequest, Abuse}

const (
	// maxConclusion is the longest note with a conclusion, in runes, and maxSummary the longest summary.
	maxConclusion, maxSummary = 500, 1000
	// oweFor is how long a member is reminded of a call that she has said nothing of; at most oweMost of her newest calls are looked at.
	oweFor  = 12 * time.Hour
	oweMost = 100
)

// Conclusion is what came of a call, in the word of the member who had it last.
type Conclusion struct {
	Result Result `json:"result"`
	// Note is for members, Summary for the customer: what was agreed, which stays in her conversation.
	Note    string       `json:"note,omitempty"`
	Summary string       `json:"summary,omitempty"`
	By      vis.MemberID `json:"memberId"`
	At      time.Time    `json:"at"`
}

// Conclude records what came of a session that is over. Saying it again corrects it; false when nothing changed.
func (s *Session) Conclude(c Conclusion) (bool, error) {
	switch {
	case !slices.Contains(results, c.Result):
		return false, vis.InField("result", "A call ends solved, follow_up, call_back, no_request or abuse, not %q.", c.Result)
	case utf8.RuneCountInString(c.Note) > maxConclusion:
		return false, vis.InField("note", "This may have %d characters.", maxConclusion)
	case utf8.RuneCountInString(c.Summary) > maxSummary:
		return false, vis.InField("summary", "What the customer keeps may have %d characters.", maxSummary)
	case s.State != Ended:
		return false, vis.Errorf(vis.Conflict, "assist_not_over", "The assistance is not over yet.")
	}
	if had := s.Story.Conclusion; had != nil && had.Result == c.Result && had.Note == c.Note && had.Summary == c.Summary {
		return false, nil
	}
	s.Story.Conclusion = &c
	return true, nil
}

// record is what stays of the session in its conversation.
func (s *Session) record() desk.Call {
	out := desk.Call{ID: s.ID}
	if !s.Story.LiveAt.IsZero() && !s.EndedAt.IsZero() {
		out.Seconds = int(s.EndedAt.Sub(s.Story.LiveAt).Truncate(time.Second).Seconds())
	}
	for _, kind := range kinds {
		if slices.ContainsFunc(s.Story.Consents, func(c Consent) bool { return c.Kind == kind }) {
			out.Allowed = append(out.Allowed, string(kind))
		}
	}
	return out
}

// owes reports whether a member had the session last and has not said what came of it.
func (s *Session) owes(m vis.MemberID) bool {
	return m != "" && s.Member == m && s.State == Ended && s.Story.Conclusion == nil
}

// Conclude records what came of a call, for the member who had it last, and writes it into the conversation, where its customer reads the
// summary, how long it took and what she allowed; result and note are for members. The conversation stays as it is: to resolve it is
// another decision.
func (s *Service) Conclude(ctx context.Context, by vis.Actor, id vis.AssistID, in Conclusion) (Session, error) {
	in.Note, in.Summary = strings.TrimSpace(text.Clean(in.Note)), strings.TrimSpace(text.Clean(in.Summary))
	return s.change(ctx, by, id, func(tx Tx, x *Session, now time.Time) (vis.EventType, error) {
		if !x.holds(by) {
			return "", vis.Absent("assistance")
		}
		had := x.Story.Conclusion
		in.By, in.At = by.Member(), now
		changed, err := x.Conclude(in)
		if err != nil || !changed {
			return "", err
		}
		c, err := tx.Conversation(ctx, x.Conversation)
		if err != nil {
			return "", err
		}
		if had == nil || had.Result != in.Result || had.Summary != in.Summary {
			if err := s.Desk.ConcludeWithin(ctx, tx, by, &c, x.record(), string(in.Result), in.Summary, now); err != nil {
				return "", err
			}
		}
		if in.Note != "" && (had == nil || had.Note != in.Note) {
			return SessionConcluded, s.Desk.NoteWithin(ctx, tx, by, &c, in.Note, now)
		}
		return SessionConcluded, nil
	})
}

// owed are the calls of a member of which she has not said what came of them.
func (s *Service) owed(ctx context.Context, by vis.Actor) ([]Session, error) {
	now := s.Clock.Now()
	all, err := vis.View(ctx, s.DB, by.Workspace, func(tx Tx) ([]Session, error) {
		return tx.EndedAssists(ctx, by.Member(), now.Add(-oweFor), "", oweMost)
	})
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(x Session) bool { return !x.owes(by.Member()) }), err
}
