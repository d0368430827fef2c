package post

import (
	"context"
	"slices"
	"strings"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// How often is looked whether the records of new keys were set, and for how long after they were made. Later they are seen only when
// somebody looks at the records.
const (
	keysLook = 5 * time.Minute
	keysFor  = 14 * 24 * time.Hour
)

// The life of a signing key:
//
//  1. It is made for a domain of a channel, and waits for its record.
//  2. When its record is seen in DNS, it signs, and the key of the same algorithm that signed until then is forgotten.
//
// MakeSigningKeys makes keys for one of a channel's domains. Those that still wait for their records are returned as they are.
func (s *Service) MakeSigningKeys(ctx context.Context, by vis.Actor, id vis.ChannelID, domain string) ([]channel.SigningKey, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	ch, recorder, err := s.recorder(ctx, by.Workspace, id, domain)
	if err != nil {
		return nil, err
	}
	made, err := recorder.NewKeys(domain) // outside of the transaction, for it takes a while
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) ([]channel.SigningKey, error) {
		all, err := tx.SigningKeys(ctx)
		if err != nil {
			return nil, err
		}
		waiting := slices.DeleteFunc(all, func(k channel.SigningKey) bool { return k.Domain != domain || !k.SeenAt.IsZero() })
		if len(waiting) > 0 {
			return withoutPrivate(waiting), nil
		}
		for i, k := range made {
			made[i].CreatedAt = now
			k.CreatedAt, k.Private = now, s.keys.Seal(by.Workspace, keyPurpose(k), k.Private)
			if err := tx.InsertSigningKey(ctx, k); err != nil {
				return nil, err
			}
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, "channel.signing_keys_made", string(id), nil)); err != nil {
			return nil, err
		}
		return withoutPrivate(made), tx.Append(ctx, vis.NewEvent(by, now, channel.ChannelChanged, channel.ChannelData{Channel: ch.ID}))
	})
}

func keyPurpose(k channel.SigningKey) string { return "dkim_keys.key:" + k.Name() }

func withoutPrivate(keys []channel.SigningKey) []channel.SigningKey {
	for i := range keys {
		keys[i].Private = nil
	}
	return keys
}

// Records are the DNS records that make letters of one of a channel's domains be believed, with what DNS says now. A key whose record
// is seen here signs from now on.
func (s *Service) Records(ctx context.Context, by vis.Actor, id vis.ChannelID, domain string) ([]channel.Record, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	ch, recorder, err := s.recorder(ctx, by.Workspace, id, domain)
	if err != nil {
		return nil, err
	}
	account, err := s.account(ctx, by.Workspace, ch)
	if err != nil {
		return nil, err
	}
	all, err := recorder.Records(ctx, account, domain)
	if err != nil {
		return nil, err
	}
	for _, k := range account.Keys {
		right := func(r channel.Record) bool { return r.Name == k.Name() && r.State == channel.RecordRight }
		if k.SeenAt.IsZero() && slices.ContainsFunc(all, right) {
			if err := s.keySeen(ctx, by.Workspace, id, k); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// recorder finds a channel and its ability to be believed, for a domain that it has an address at.
func (s *Service) recorder(ctx context.Context, ws vis.WorkspaceID, id vis.ChannelID, domain string) (channel.Channel, channel.Recorder, error) {
	ch, err := vis.View(ctx, s.db, ws, func(tx Tx) (channel.Channel, error) { return tx.Channel(ctx, id) })
	if err != nil {
		return ch, nil, err
	}
	recorder, ok := channel.As[channel.Recorder](s.channels, ch)
	if !ok || !hasDomain(recorder, ch, domain) {
		return ch, nil, vis.InField("domain", "This channel has no address at %q.", domain)
	}
	return ch, recorder, nil
}

func hasDomain(a channel.Addressed, ch channel.Channel, domain string) bool {
	return slices.ContainsFunc(a.Addresses(ch), func(own channel.OwnAddress) bool { return strings.HasSuffix(own.Address.Address, "@"+domain) })
}

// openKeys opens the keys of a channel's domains.
func (s *Service) openKeys(ws vis.WorkspaceID, ch channel.Channel, all []channel.SigningKey) ([]channel.SigningKey, error) {
	adapter, ok := channel.As[channel.Recorder](s.channels, ch)
	if !ok {
		return nil, nil
	}
	var out []channel.SigningKey
	for _, k := range all {
		if !hasDomain(adapter, ch, k.Domain) {
			continue
		}
		var err error
		if k.Private, err = s.keys.Open(ws, keyPurpose(k), k.Private); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// keySeen lets a key sign, and forgets the one of its kind that did until now.
func (s *Service) keySeen(ctx context.Context, ws vis.WorkspaceID, id vis.ChannelID, seen channel.SigningKey) error {
	by, now := vis.System(ws), s.clock.Now()
	return s.db.Update(ctx, by, nil, func(tx Tx) error {
		all, err := tx.SigningKeys(ctx)
		if err != nil {
			return err
		}
		for _, k := range all {
			switch {
			case k.Domain != seen.Domain || k.Algorithm != seen.Algorithm:
			case k.Selector == seen.Selector:
				err = tx.SetSigningKeySeen(ctx, k, now)
			case !k.SeenAt.IsZero():
				err = tx.DeleteSigningKey(ctx, k)
			}
			if err != nil {
				return err
			}
		}
		return tx.Append(ctx, vis.NewEvent(by, now, channel.ChannelChanged, channel.ChannelData{Channel: id}))
	})
}

// watchKeys looks now and then whether the records of new keys were set, until ctx ends.
func (s *Service) watchKeys(ctx context.Context) {
	tick := time.NewTicker(keysLook)
	defer tick.Stop()
	for {
		s.LookForKeys(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// LookForKeys looks once whether the records of new keys were set.
func (s *Service) LookForKeys(ctx context.Context) {
	all, err := s.db.WrittenChannels(ctx, channel.Kinds[channel.Recorder](s.channels))
	if err != nil {
		s.complain(ctx, "the channels with signing keys could not be read", "", err)
		return
	}
	since := s.clock.Now().Add(-keysFor)
	for _, p := range all {
		if err := vis.Survive(func() error { return s.lookForKeysOf(ctx, p, since) }); err != nil {
			s.complain(ctx, "a signing key's record could not be looked for", p.Workspace, err)
		}
	}
}

func (s *Service) lookForKeysOf(ctx context.Context, p Placed, since time.Time) error {
	recorder, ok := channel.As[channel.Recorder](s.channels, p.Channel)
	if !ok || p.Channel.Disabled {
		return nil
	}
	all, err := vis.View(ctx, s.db, p.Workspace, func(tx Tx) ([]channel.SigningKey, error) { return tx.SigningKeys(ctx) })
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(all, func(k channel.SigningKey) bool { return !k.SeenAt.IsZero() || k.CreatedAt.Before(since) })
	keys, err := s.openKeys(p.Workspace, p.Channel, fresh)
	if err != nil {
		return err
	}
	for _, k := range keys {
		there, err := recorder.Published(ctx, k)
		if err == nil && there {
			err = s.keySeen(ctx, p.Workspace, p.Channel.ID, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
