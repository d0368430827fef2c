package post

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// How letters are sent.
const (
	sendsAtOnce   = 8 // of one node
	sendLease     = 5 * time.Minute
	sendWithin    = 4 * time.Minute
	giveUpAfter   = 3 * 24 * time.Hour
	firstRetry    = time.Minute
	longestRetry  = 4 * time.Hour
	toOneAtOnce   = 4               // letters to one destination at the same time
	laneRest      = 5 * time.Second // before one is tried again that found as many under way
	claimedAtOnce = 16
)

// SendOnce sends what is due now, waits for the outcomes and returns how many there were.
func (s *Service) SendOnce(ctx context.Context) int {
	due, err := s.db.DueSendings(ctx, s.clock.Now(), workspaces)
	if err != nil {
		s.complain(ctx, "due letters could not be looked for", "", err)
		return 0
	}
	var sends sync.WaitGroup
	slots := make(chan struct{}, sendsAtOnce)
	sent := 0
	for _, ws := range due {
		now := s.clock.Now()
		claimed, err := vis.Update(ctx, s.db, vis.System(ws), func(tx Tx) ([]Sending, error) {
			return tx.ClaimSendings(ctx, now, now.Add(sendLease), claimedAtOnce)
		})
		if err != nil {
			s.complain(ctx, "letters could not be claimed", ws, err)
			continue
		}
		for _, one := range claimed {
			sent++
			slots <- struct{}{}
			sends.Go(func() {
				defer func() { <-slots }()
				if err := vis.Survive(func() error { return s.deliver(ctx, ws, one) }); err != nil && !errors.Is(err, vis.ErrStale) {
					s.complain(ctx, "a letter's outcome could not be recorded", ws, err)
				}
			})
		}
	}
	sends.Wait()
	return sent
}

// deliver makes a letter's bytes, if they are not made yet, hands them over and records the outcome. A sender that dies in between leaves
// it to the end of the lease: then the same bytes are sent under the same id.
func (s *Service) deliver(ctx context.Context, ws vis.WorkspaceID, one Sending) error {
	ch, err := vis.View(ctx, s.db, ws, func(tx Tx) (channel.Channel, error) { return tx.Channel(ctx, one.Channel) })
	if err != nil {
		return err
	}
	sender, ok := channel.As[channel.Sender](s.channels, ch)
	if !ok || ch.Disabled {
		return s.concluded(ctx, ws, one, channel.Outcome{State: channel.OutDeferred, Problem: "channel-off"})
	}
	account, err := s.account(ctx, ws, ch)
	if err != nil {
		return err
	}
	raw, err := s.bytesOf(ctx, ws, &one, account, sender)
	if err != nil {
		var wrong *vis.Error
		if errors.As(err, &wrong) && wrong.Code == vis.Invalid {
			return s.concluded(ctx, ws, one, channel.Outcome{State: channel.OutRefused, Problem: "unsendable", Answer: wrong.Text})
		}
		return err
	}
	open := one.open()
	if len(open) == 0 {
		return s.concluded(ctx, ws, one, channel.Outcome{State: channel.OutSent})
	}
	release, ok := s.lane(sender.Destination(account, open[0]))
	if !ok {
		one.Tries-- // nobody tried
		return s.save(ctx, ws, one, ToSend, s.clock.Now().Add(laneRest))
	}
	defer release()
	within, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	outcome := sender.Send(within, account, channel.Envelope{From: one.Draft.EnvelopeFrom, To: open}, raw)
	if ctx.Err() != nil && outcome.State == channel.OutDeferred {
		return nil // this server stops: the lease runs out, and it is sent again
	}
	s.tellWayOut(ctx, ws, one, outcome)
	return s.concluded(ctx, ws, one, outcome)
}

// bytesOf are what leaves: made once and kept before the first attempt.
func (s *Service) bytesOf(ctx context.Context, ws vis.WorkspaceID, one *Sending, account channel.Account, sender channel.Sender) ([]byte, error) {
	if one.Raw != "" {
		return s.blobs.Read(ctx, ws, one.Raw)
	}
	d := one.Draft
	out := channel.Out{MessageID: one.LetterID, Date: one.CreatedAt, From: d.From, ReplyTo: d.ReplyTo, To: d.To, Cc: d.Cc, Subject: d.Subject,
		InReplyTo: d.InReplyTo, References: d.References, Text: d.Text, Signature: d.Signature, Quote: d.Quote, Language: d.Language,
		Automatic: d.Automatic, AskReceipt: d.AskReceipt, LoopToken: s.loopToken(ws)}
	for _, id := range d.Files {
		a, err := vis.View(ctx, s.db, ws, func(tx Tx) (desk.Attachment, error) { return tx.Attachment(ctx, id) })
		if err != nil {
			return nil, err
		}
		content, err := s.blobs.Read(ctx, ws, a.Blob)
		if err != nil {
			return nil, err
		}
		out.Files = append(out.Files, channel.File{Name: a.Name, MediaType: a.MediaType, Bytes: content})
	}
	raw, err := sender.Compose(account, out)
	if err != nil { // it will be no other at the next attempt: people must see it
		return nil, vis.Errorf(vis.Invalid, "unsendable", "The letter cannot be written: %s.", err)
	}
	if one.Raw, err = s.blobs.Keep(ctx, ws, raw); err != nil {
		return nil, err
	}
	return raw, s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.SetLetterRaw(ctx, one.Message, one.Raw); err != nil {
			return err
		}
		return tx.SaveSending(ctx, *one)
	})
}

// loopToken marks what left this workspace, so that it is known when it comes back.
func (s *Service) loopToken(ws vis.WorkspaceID) string {
	return tokenForm.EncodeToString(s.keys.MAC(ws, "letter loops")[:16])
}

// lane keeps the letters to one destination few at a time; false when they are too many now.
func (s *Service) lane(destination string) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lanes[destination] >= toOneAtOnce {
		return nil, false
	}
	s.lanes[destination]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.lanes[destination]--; s.lanes[destination] == 0 {
			delete(s.lanes, destination)
		}
	}, true
}

// recipients are all whom a letter goes to.
func (s Sending) recipients() []string {
	var out []string
	for _, list := range [][]channel.Address{s.Draft.To, s.Draft.Cc, s.Draft.Bcc} {
		for _, a := range list {
			out = append(out, a.Address)
		}
	}
	return out
}

// open are those whom it has neither reached nor been refused for.
func (s Sending) open() []string {
	return slices.DeleteFunc(s.recipients(), func(to string) bool {
		is := s.Outcomes[to].State
		return is == channel.OutSent || is == channel.OutRefused
	})
}

// conclude takes one attempt's outcome in. Whoever was reached is not written to again; the letter as a whole stands where the worst of
// its recipients does.
func (s *Sending) conclude(o channel.Outcome, now time.Time, chance float64) {
	outcomes := maps.Clone(s.Outcomes)
	if outcomes == nil {
		outcomes = make(map[string]channel.Outcome)
	}
	for _, to := range s.open() {
		one, named := o.Recipients[to]
		if !named {
			one = channel.Outcome{State: o.State, Problem: o.Problem, Answer: o.Answer}
		}
		one.Recipients = nil
		outcomes[to] = one
	}
	s.Outcomes, s.Problem, s.Answer, s.ChangedAt = outcomes, "", "", now
	worst := channel.OutcomeState(channel.OutSent)
	for _, to := range s.recipients() {
		if one := outcomes[to]; worse(one.State) > worse(worst) {
			worst, s.Problem, s.Answer = one.State, one.Problem, one.Answer
		}
	}
	switch {
	case worst == channel.OutSent:
		s.State = Sent
	case worst == channel.OutRefused || now.Sub(s.CreatedAt) >= giveUpAfter:
		s.State = Failed
	case worst == channel.OutUnknown:
		s.State, s.NextAt = Unknown, now.Add(wait(s.Tries, chance))
	default:
		s.State, s.NextAt = ToSend, now.Add(wait(s.Tries, chance))
	}
}

// worse orders outcomes: what is still to be tried decides before what is settled.
func worse(s channel.OutcomeState) int {
	return slices.Index([]channel.OutcomeState{channel.OutSent, channel.OutRefused, channel.OutDeferred, channel.OutUnknown}, s)
}

// wait is how long until the next attempt: a minute, then twice as long each time up to four hours, a fifth more or less by chance.
func wait(tries int, chance float64) time.Duration {
	d := firstRetry << min(max(tries-1, 0), 10)
	return time.Duration(float64(min(d, longestRetry)) * (0.8 + 0.4*chance))
}

// concluded records an attempt's outcome.
func (s *Service) concluded(ctx context.Context, ws vis.WorkspaceID, one Sending, o channel.Outcome) error {
	now := s.clock.Now()
	one.conclude(o, now, rand.Float64())
	return s.db.Update(context.WithoutCancel(ctx), vis.System(ws), nil, func(tx Tx) error {
		if err := s.sendingChanged(ctx, tx, ws, one, now); err != nil || one.State != Failed {
			return err
		}
		return s.undeliverable(ctx, tx, ws, one, now)
	})
}

func (s *Service) save(ctx context.Context, ws vis.WorkspaceID, one Sending, state SendingState, next time.Time) error {
	one.State, one.NextAt = state, next
	return s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error { return tx.SaveSending(ctx, one) })
}

// sendingChanged saves a sending and tells of it.
func (s *Service) sendingChanged(ctx context.Context, tx Tx, ws vis.WorkspaceID, one Sending, now time.Time) error {
	if err := tx.SaveSending(ctx, one); err != nil {
		return err
	}
	e := vis.NewEvent(vis.System(ws), now, SendingChanged, SendingData{Sending: one.ID, Message: one.Message, State: one.State})
	e.Conversation = one.Conversation
	return tx.Append(ctx, e)
}

// undeliverable brings a conversation back before people whose words in it did not arrive, and rings its writer's bell.
func (s *Service) undeliverable(ctx context.Context, tx Tx, ws vis.WorkspaceID, one Sending, now time.Time) error {
	if one.Kind != Reply {
		return nil
	}
	c, err := tx.Conversation(ctx, one.Conversation)
	if err != nil {
		return ignoreAbsent(err)
	}
	m, err := tx.Message(ctx, one.Message)
	if err != nil {
		return ignoreAbsent(err)
	}
	if err := s.desk.WakeWithin(ctx, tx, vis.System(ws), &c, now); err != nil {
		return err
	}
	if s.teller == nil || m.Author != desk.AuthorMember {
		return nil
	}
	return s.teller.Undelivered(ctx, tx, vis.MemberID(m.AuthorID), c, now)
}

// Sendings lists letters that left or are about to, newest first; no state means all that did not arrive yet.
func (s *Service) Sendings(ctx context.Context, by vis.Actor, states []SendingState, p vis.Page) (vis.List[Sending], error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return vis.List[Sending]{}, err
	}
	if len(states) == 0 {
		states = []SendingState{ToSend, Underway, Unknown, Failed, Bounced}
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (vis.List[Sending], error) { return tx.Sendings(ctx, states, p) })
}

// Sending reads one.
func (s *Service) Sending(ctx context.Context, by vis.Actor, id vis.SendingID) (Sending, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Sending{}, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Sending, error) { return tx.Sending(ctx, id) })
}

// SendAgain tries a letter that failed or waits once more, now, to those whom it has not reached.
func (s *Service) SendAgain(ctx context.Context, by vis.Actor, id vis.SendingID) (Sending, error) {
	return s.change(ctx, by, id, "sending.retried", func(one *Sending, now time.Time) error {
		if one.State == Sent || one.State == Underway || one.State == Cancelled {
			return vis.Errorf(vis.Conflict, "sending_settled", "This letter needs no other attempt now.")
		}
		for to, o := range one.Outcomes {
			if o.State == channel.OutRefused {
				delete(one.Outcomes, to)
			}
		}
		one.State, one.NextAt, one.Tries, one.CreatedAt = ToSend, now, 0, now
		return nil
	})
}

// Cancel takes back a letter that waits. One that may have left cannot be taken back.
func (s *Service) Cancel(ctx context.Context, by vis.Actor, id vis.SendingID) (Sending, error) {
	return s.change(ctx, by, id, "sending.cancelled", func(one *Sending, _ time.Time) error {
		if one.State != ToSend && one.State != Failed {
			return vis.Errorf(vis.Conflict, "sending_left", "This letter has left, or may have; it cannot be taken back.")
		}
		one.State = Cancelled
		return nil
	})
}

func (s *Service) change(ctx context.Context, by vis.Actor, id vis.SendingID, action string, fn func(one *Sending, now time.Time) error) (Sending, error) {
	if err := by.Must(vis.WriteConversations); err != nil {
		return Sending{}, err
	}
	now := s.clock.Now()
	out, err := vis.Update(ctx, s.db, by, func(tx Tx) (Sending, error) {
		one, err := tx.Sending(ctx, id)
		if err != nil {
			return one, err
		}
		one.Outcomes = maps.Clone(one.Outcomes)
		if err := fn(&one, now); err != nil {
			return one, err
		}
		one.ChangedAt = now
		if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil)); err != nil {
			return one, err
		}
		return one, s.sendingChanged(ctx, tx, by.Workspace, one, now)
	})
	if err == nil {
		ring(s.outBell)
	}
	return out, err
}
