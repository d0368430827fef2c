package post

import (
	"context"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// Detect proposes settings for an address on a kind of channel, best first. Nothing is stored.
func (s *Service) Detect(ctx context.Context, by vis.Actor, kind channel.Kind, address string) ([]channel.Proposal, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	prober, ok := channel.As[channel.Prober](s.channels, channel.Channel{Kind: kind})
	if !ok {
		return nil, vis.InField("kind", "The settings of this kind of channel cannot be found from an address.")
	}
	return prober.Detect(ctx, address)
}

// prober finds what can try a channel out.
func (s *Service) prober(ctx context.Context, by vis.Actor, id vis.ChannelID) (channel.Prober, channel.Channel, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, channel.Channel{}, err
	}
	c, err := s.channels.Get(ctx, by.Workspace, id)
	if err != nil {
		return nil, c, err
	}
	prober, ok := channel.As[channel.Prober](s.channels, c)
	if !ok {
		return nil, c, vis.Errorf(vis.Invalid, "nothing_to_try", "A channel of this kind has no connection that could be tried.")
	}
	return prober, c, nil
}

// MayTry refuses what Try would refuse before its first step.
func (s *Service) MayTry(ctx context.Context, by vis.Actor, id vis.ChannelID) error {
	_, _, err := s.prober(ctx, by, id)
	return err
}

// Try tries a channel's settings and secrets out, as they are stored, and tells each step as it begins and as it ends. It returns an error
// when a step failed, or when it could not begin.
func (s *Service) Try(ctx context.Context, by vis.Actor, id vis.ChannelID, tell func(channel.Step)) error {
	prober, c, err := s.prober(ctx, by, id)
	if err != nil {
		return err
	}
	account, err := s.account(ctx, by.Workspace, c)
	if err != nil {
		return err
	}
	return prober.Try(ctx, account, tell)
}
