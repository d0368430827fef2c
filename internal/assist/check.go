package assist

import (
	"context"
	"slices"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// Bounds of checks: strangers begin and send them.
const (
	checksPending = 512
	checkSendable = 30 * time.Minute // after it began
	ChecksKept    = 200              // of a workspace, the newest
	checksKeptFor = 90 * 24 * time.Hour
	MaxCheckSteps = 16
)

// Check is what somebody found when she tried her connection out, and sent us.
type Check struct {
	ID      vis.AssistID
	Channel vis.ChannelID
	At      time.Time
	Found   Found
}

// Found is what nothing searches in. All of it is what her browser says.
type Found struct {
	Name    string `json:"name"` // as she gave it
	Browser string `json:"browser"`
	Steps   []Step `json:"steps"`
}

// Step is one thing that was tried.
type Step struct {
	What  string  `json:"what"`
	State string  `json:"state"`
	Took  float64 `json:"took,omitempty"` // milliseconds
	Trip  float64 `json:"trip,omitempty"` // milliseconds there and back
	Lost  float64 `json:"lost,omitempty"` // percent
	Note  string  `json:"note,omitempty"` // a word, such as the name of an error
}

// codeLetters have none that is taken for another when it is read aloud.
const codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// Code is a check's short name, to be said on the phone.
func (c Check) Code() string {
	chance := c.ID[len(c.ID)-12:]
	out := make([]byte, 0, 7)
	for i := 0; i < len(chance); i += 2 {
		if i == 6 {
			out = append(out, '-')
		}
		out = append(out, codeLetters[(hex(chance[i])<<4|hex(chance[i+1]))%len(codeLetters)])
	}
	return string(out)
}

func hex(digit byte) int {
	if digit >= 'a' {
		return int(digit-'a') + 10
	}
	return int(digit - '0')
}

// Finding is one thing that the server found out about itself.
type Finding struct {
	What    string // "media", "relay_udp", "relay_tcp", "relay_tls", "relay_closed", "certificate"
	At      string // the address that was tried
	Good    bool
	Skipped bool
	Took    time.Duration
	Until   time.Time // of the certificate
}

// pendingCheck is one that was begun and may be sent.
type pendingCheck struct {
	ws      vis.WorkspaceID
	channel vis.ChannelID
	until   time.Time
}

// OpenCheck begins a check for a customer of a channel, with relays of its own.
func (s *Service) OpenCheck(ws vis.WorkspaceID, c channel.Channel) (vis.AssistID, []Server, error) {
	if !s.Offered(c) || s.Media == nil {
		return "", nil, s.errOff()
	}
	now := s.Clock.Now()
	id := vis.AssistID(s.Mint.ID(now))
	s.mu.Lock()
	for other, p := range s.checks {
		if p.until.Before(now) {
			delete(s.checks, other)
		}
	}
	full := len(s.checks) >= checksPending
	if !full {
		s.checks[id] = pendingCheck{ws, c.ID, now.Add(checkSendable)}
	}
	s.mu.Unlock()
	if full {
		e := vis.Errorf(vis.Unavailable, "checks_full", "Many people try their connection at this moment. Please try again in a minute.")
		e.RetryAfter = 60
		return "", nil, e
	}
	if err := s.Media.OpenCheck(id); err != nil {
		s.takeCheck(id)
		return "", nil, err
	}
	return id, s.Media.Servers(id, now), nil
}

func (s *Service) takeCheck(id vis.AssistID) (pendingCheck, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.checks[id]
	delete(s.checks, id)
	return p, known && !p.until.Before(s.Clock.Now())
}

// TryOut answers an offer of a check; what is sent comes back.
func (s *Service) TryOut(ctx context.Context, id vis.AssistID, offer string) (string, error) {
	if s.Media == nil {
		return "", s.errOff()
	}
	return s.Media.TryOut(ctx, id, offer)
}

// SendCheck keeps what a check found, once, for the workspace that it was begun for.
func (s *Service) SendCheck(ctx context.Context, id vis.AssistID, found Found) (Check, error) {
	p, known := s.takeCheck(id)
	if !known {
		return Check{}, vis.Absent("check")
	}
	now := s.Clock.Now()
	c := Check{ID: id, Channel: p.channel, At: now, Found: found}
	_, err := vis.Update(ctx, s.DB, vis.System(p.ws), func(tx Tx) (struct{}, error) {
		if err := tx.InsertCheck(ctx, c); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.ForgetChecks(ctx, ChecksKept, now.Add(-checksKeptFor))
	})
	if err != nil { // she may send it again
		s.mu.Lock()
		s.checks[id] = p
		s.mu.Unlock()
	}
	return c, err
}

// Checks are those that were sent, newest first, for who administers.
func (s *Service) Checks(ctx context.Context, by vis.Actor) ([]Check, error) {
	if err := by.Must(vis.WriteSettings); err != nil { // names and networks of customers are not for everybody
		return nil, err
	}
	since := s.Clock.Now().Add(-checksKeptFor)
	all, err := vis.View(ctx, s.DB, by.Workspace, func(tx Tx) ([]Check, error) { return tx.Checks(ctx, ChecksKept) })
	return slices.DeleteFunc(all, func(c Check) bool { return c.At.Before(since) }), err
}

// Examine has the server try itself, for who administers it.
func (s *Service) Examine(ctx context.Context, by vis.Actor) ([]Finding, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	if s.Media == nil {
		return nil, s.errOff()
	}
	return s.Media.Examine(ctx, vis.AssistID(s.Mint.ID(s.Clock.Now())))
}
