package assist

import (
	"context"
	"slices"
	"time"

	"visavis/internal/vis"
)

// The bounds of a list of calls.
const (
	pastAtOnce  = 50
	pastRead    = 200  // rows at once, while those that are wanted are looked for
	pastLooked  = 2000 // rows, after which the list goes on where it stopped
	pastInAFile = 5000
)

// What of the calls that are over one can ask for, beside what came of them.
const (
	WithMissed   = "missed"   // nobody spoke to the customer
	WithAnswered = "answered" // somebody did
	WithUnsaid   = "unsaid"   // and has not said what came of it
)

// PastQuery says which calls that are over are wanted.
type PastQuery struct {
	From, To time.Time    // of the press
	Member   vis.MemberID // who had them last, "" for anybody
	What     string       // a Result or one of the words above, "" for all
	Before   vis.AssistID // the last one that is known, "" for the newest
}

// Past is a call that is over.
type Past struct {
	Session
	Missed   Missing       // "" for one that was answered
	Waited   time.Duration // to the answer, or to the end without one
	Lasted   time.Duration // from the answer
	Recorded bool          // and the asker may look at it
}

// Pasts are calls that are over, newest first, and the id to go on before, "" at the end.
type Pasts struct {
	Items []Past
	Next  vis.AssistID
}

func (q PastQuery) check(by vis.Actor) error {
	known := []string{"", WithMissed, WithAnswered, WithUnsaid}
	for _, r := range results {
		known = append(known, string(r))
	}
	switch {
	case !slices.Contains(known, q.What):
		return vis.InField("what", "There are no calls that are %q.", q.What)
	case !q.From.Before(q.To):
		return vis.InField("to", "Choose a time after the beginning.")
	case by.Role == vis.Agent && q.Member != by.Member():
		return vis.Errorf(vis.Forbidden, "not_a_supervisor", "Only supervisors see the calls of others.")
	}
	return by.Must(vis.ReadConversations)
}

func (q PastQuery) wants(x Session) bool {
	answered, said := !x.Story.AcceptedAt.IsZero(), x.Story.Conclusion
	switch q.What {
	case "":
		return true
	case WithMissed:
		return !answered
	case WithAnswered:
		return answered
	case WithUnsaid:
		return answered && said == nil
	}
	return said != nil && string(said.Result) == q.What
}

// Past lists calls that are over: a member's own, or all of them for those who supervise.
func (s *Service) Past(ctx context.Context, by vis.Actor, q PastQuery) (Pasts, error) {
	return s.past(ctx, by, q, pastAtOnce, pastLooked)
}

// PastFile is the same as far as one file goes.
func (s *Service) PastFile(ctx context.Context, by vis.Actor, q PastQuery) (Pasts, error) {
	return s.past(ctx, by, q, pastInAFile, 4*pastInAFile)
}

func (s *Service) past(ctx context.Context, by vis.Actor, q PastQuery, most, look int) (Pasts, error) {
	if by.Role == vis.Agent && q.Member == "" {
		q.Member = by.Member()
	}
	if err := q.check(by); err != nil {
		return Pasts{}, err
	}
	if end := vis.AssistID(vis.FirstID(q.To)); q.Before == "" || end < q.Before {
		q.Before = end
	}
	return vis.View(ctx, s.DB, by.Workspace, func(tx Tx) (out Pasts, err error) {
		policy, err := tx.RecordingPolicy(ctx)
		if err != nil {
			return out, err
		}
		for looked := 0; ; looked += pastRead {
			some, err := tx.EndedAssists(ctx, q.Member, q.From, q.Before, pastRead)
			if err != nil {
				return out, err
			}
			for _, x := range some {
				if q.Before = x.ID; !q.wants(x) {
					continue
				}
				one := pastOf(x)
				if policy.lets(by) {
					if one.Recorded, err = isRecorded(ctx, tx, x.ID); err != nil {
						return out, err
					}
				}
				if out.Items = append(out.Items, one); len(out.Items) == most {
					out.Next = x.ID
					return out, nil
				}
			}
			if len(some) < pastRead {
				return out, nil
			}
			if looked >= look {
				out.Next = q.Before
				return out, nil
			}
		}
	})
}

func pastOf(x Session) Past {
	p := Past{Session: x, Missed: x.missedFor(), Waited: x.EndedAt.Sub(x.PressedAt)}
	if p.Missed == "" {
		p.Waited, p.Lasted = x.Story.AcceptedAt.Sub(x.PressedAt), x.EndedAt.Sub(x.Story.AcceptedAt)
	}
	return p
}

func isRecorded(ctx context.Context, tx Tx, id vis.AssistID) (bool, error) {
	_, err := tx.Recording(ctx, id)
	if vis.CodeOf(err) == vis.NotFound {
		return false, nil
	}
	return err == nil, err
}
