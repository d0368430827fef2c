package post

import (
	"context"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// How often is looked whether a channel wants to be fetched from, and how long a fetcher that gave up rests.
const (
	fetchLook = 3 * time.Second
	fetchRest = time.Minute
)

// fetcher is one channel that is being fetched from.
type fetcher struct {
	version int64
	stop    context.CancelFunc
	done    chan struct{}
}

// fetch keeps one fetcher going for every channel that asks for it, and begins it anew when its settings or secrets change.
func (s *Service) fetch(ctx context.Context) {
	going := make(map[vis.ChannelID]*fetcher)
	defer func() {
		var stopping sync.WaitGroup
		for _, f := range going {
			f.stop()
			stopping.Go(func() { <-f.done })
		}
		stopping.Wait()
	}()
	tick := time.NewTicker(fetchLook)
	defer tick.Stop()
	for {
		s.fetchers(ctx, going)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) fetchers(ctx context.Context, going map[vis.ChannelID]*fetcher) {
	kinds := channel.Kinds[channel.Receiver](s.channels)
	if len(kinds) == 0 {
		return
	}
	all, err := s.db.WrittenChannels(ctx, kinds)
	if err != nil {
		s.complain(ctx, "the channels to be fetched from could not be read", "", err)
		return
	}
	wanted := make(map[vis.ChannelID]bool)
	for _, p := range all {
		receiver, ok := channel.As[channel.Receiver](s.channels, p.Channel)
		if !ok || p.Channel.Disabled || !receiver.Receives(p.Channel) {
			continue
		}
		wanted[p.Channel.ID] = true
		s.fetchFrom(ctx, going, receiver, p)
	}
	for id, f := range going {
		if !wanted[id] {
			f.stop()
			<-f.done
			delete(going, id)
		}
	}
}

// fetchFrom begins a channel's fetcher unless one with the same settings is going.
func (s *Service) fetchFrom(ctx context.Context, going map[vis.ChannelID]*fetcher, receiver channel.Receiver, p Placed) {
	f := going[p.Channel.ID]
	if f != nil && f.version == p.Channel.Version {
		return
	}
	if f != nil {
		f.stop()
		<-f.done
	}
	account, err := s.account(ctx, p.Workspace, p.Channel)
	if err != nil {
		s.complain(ctx, "a channel's secrets could not be opened", p.Workspace, err)
		return
	}
	within, stop := context.WithCancel(ctx)
	f = &fetcher{version: p.Channel.Version, stop: stop, done: make(chan struct{})}
	going[p.Channel.ID] = f
	go func() {
		defer close(f.done)
		defer stop()
		for within.Err() == nil {
			err := vis.Survive(func() error { return receiver.Receive(within, account, s.Intake(p.Workspace, p.Channel.ID)) })
			if within.Err() != nil {
				return
			}
			s.log.Error("a channel is not fetched from any more", "workspace", p.Workspace, "channel", p.Channel.ID, "err", err)
			rest := time.NewTimer(fetchRest)
			select {
			case <-within.Done():
				rest.Stop()
				return
			case <-rest.C:
			}
		}
	}()
}
