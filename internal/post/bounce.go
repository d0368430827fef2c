package post

import (
	"cmp"
	"context"
	"slices"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// bounce records that a letter of ours did not arrive. Only the address that we gave that letter as its return path proves it: whoever
// merely knows a letter's id could otherwise declare it lost.
func (f *filing) bounce(ctx context.Context) (LetterID, bool, error) {
	b := f.letter.Bounce
	if b == nil {
		return LetterID{}, false, nil
	}
	t, found, err := f.token(ctx, BounceToken, append([]string{b.Token}, f.tokens()...))
	if err != nil || !found {
		return LetterID{}, false, err
	}
	sending, err := f.tx.Sending(ctx, t.Sending)
	if err != nil {
		return LetterID{}, false, err
	}
	of := LetterID{Conversation: sending.Conversation, Message: sending.Message}
	return of, true, f.undelivered(ctx, sending, *b)
}

// receipt records that a letter of ours was opened. It changes nothing but what screens show.
func (f *filing) receipt(ctx context.Context) (LetterID, bool, error) {
	r := f.letter.Receipt
	if r == nil || r.MessageID == "" || !r.Displayed {
		return LetterID{}, false, nil
	}
	ids, err := f.tx.LetterIDs(ctx, f.channel.ID, []string{r.MessageID})
	if err != nil {
		return LetterID{}, false, err
	}
	for _, id := range ids {
		if !id.Outward {
			continue
		}
		sending, err := f.tx.SendingOfMessage(ctx, id.Message)
		if err != nil || !sending.goesTo(f.letter.From.Address) {
			return LetterID{}, false, ignoreAbsent(err)
		}
		sending.ReadAt, sending.ChangedAt = f.now, f.now
		return id, true, f.sendingChanged(ctx, f.tx, f.by.Workspace, sending, f.now)
	}
	return LetterID{}, false, nil
}

// undelivered writes a bounce into the sending that it is about. A letter that is only late is still on its way.
func (f *filing) undelivered(ctx context.Context, s Sending, b channel.Bounce) error {
	if s.Outcomes == nil {
		s.Outcomes = make(map[string]channel.Outcome)
	}
	for _, r := range b.Recipients {
		if !s.goesTo(r.Address) {
			continue
		}
		state := channel.OutRefused
		if b.Delayed {
			state = channel.OutDeferred
		}
		s.Problem, s.Answer = cmp.Or(channel.ProblemOf(r.Status, r.Answer), "bounced"), r.Answer
		s.Outcomes[r.Address] = channel.Outcome{State: state, Problem: s.Problem, Answer: r.Answer}
	}
	s.Problem = cmp.Or(s.Problem, "bounced")
	if !b.Delayed {
		s.State = Bounced
	}
	s.ChangedAt = f.now
	if err := f.sendingChanged(ctx, f.tx, f.by.Workspace, s, f.now); err != nil || b.Delayed {
		return err
	}
	return f.undeliverable(ctx, f.tx, f.by.Workspace, s, f.now)
}

// goesTo reports whether a letter was sent to an address.
func (s Sending) goesTo(address string) bool { return slices.Contains(s.recipients(), address) }

func ignoreAbsent(err error) error {
	if vis.CodeOf(err) == vis.NotFound {
		return nil
	}
	return err
}
