package post

import (
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// The ways of letters, as channel.Health names them.
const (
	partIn  = "in"
	partOut = "out"
)

// ProblemNoWayIn says that no letter can reach a channel: it fetches from no mailbox, and this server has no door, or the channel no address.
const ProblemNoWayIn = "no-way-in"

// TakeAtDoor keeps a letter that another server hands over. Once it returns nil, the letter is committed and synced.
func (s *Service) TakeAtDoor(ctx context.Context, ws vis.WorkspaceID, ch vis.ChannelID, in channel.Raw) error {
	if _, err := s.Intake(ws, ch).Keep(ctx, in); err != nil {
		return err
	}
	c, err := vis.View(ctx, s.db, ws, func(tx Tx) (channel.Channel, error) { return tx.Channel(ctx, ch) })
	if err == nil && !s.fetches(c) {
		s.TellHealth(ctx, ws, ch, channel.Health{Part: partIn, State: channel.Healthy, Backlog: -1, ContactAt: s.clock.Now()})
	}
	return nil // it is kept, whatever screens know of it
}

// fetches reports whether a channel looks for its letters itself.
func (s *Service) fetches(c channel.Channel) bool {
	r, ok := channel.As[channel.Receiver](s.channels, c)
	return ok && r.Receives(c)
}

// waysIn says of channels that fetch nothing whether letters can reach them at all. When the last one did was told before.
func (s *Service) waysIn(all []channel.Channel, told map[vis.ChannelID][]channel.Health) {
	for _, c := range all {
		adapter, ok := channel.As[channel.Addressed](s.channels, c)
		if !ok || c.Disabled || s.fetches(c) {
			continue
		}
		in := channel.Health{Part: partIn, State: channel.Healthy, Backlog: -1}
		rest := slices.DeleteFunc(told[c.ID], func(h channel.Health) bool {
			if h.Part == partIn {
				in.ContactAt, in.Since = h.ContactAt, h.Since
			}
			return h.Part == partIn
		})
		if !s.door || len(adapter.Addresses(c)) == 0 {
			in.State, in.Problem = channel.Broken, ProblemNoWayIn
		}
		told[c.ID] = slices.Insert(rest, 0, in)
	}
}

// What keeps every letter of a channel from leaving, whichever it is. Some of it needs a person; some passes, and is trouble when it lasts.
var (
	needsAPerson = []string{"sign-in-refused", "sign-in-again", "client-refused", "certificate", "no-encryption", "open-line"}
	mayPass      = []string{"no-connection", "sign-in-later", "no-such-host", "protocol"}
)

// troubleAfter is how long a letter has waited for a server that is away when people are told. The third attempt comes by then, so that they
// are told within five minutes.
const troubleAfter = 2 * time.Minute

// tellWayOut records what an attempt to hand a letter over says of the connection. A server that answers is reached, also if it refuses.
func (s *Service) tellWayOut(ctx context.Context, ws vis.WorkspaceID, one Sending, o channel.Outcome) {
	now := s.clock.Now()
	h := channel.Health{Part: partOut, State: channel.Healthy, Backlog: -1, ContactAt: now}
	switch {
	case slices.Contains(needsAPerson, o.Problem), slices.Contains(mayPass, o.Problem) && now.Sub(one.CreatedAt) >= troubleAfter:
		h = channel.Health{Part: partOut, State: channel.Broken, Problem: o.Problem, Answer: o.Answer, Backlog: -1}
	case slices.Contains(mayPass, o.Problem):
		h = channel.Health{Part: partOut, State: channel.Trying, Problem: o.Problem, Answer: o.Answer, Backlog: -1}
	}
	s.TellHealth(ctx, ws, one.Channel, h)
}
