package post

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// intake is channel.Intake and channel.Vault for one channel.
type intake struct {
	s  *Service
	ws vis.WorkspaceID
	ch vis.ChannelID
}

// Intake is where what arrives on a channel is kept.
func (s *Service) Intake(ws vis.WorkspaceID, ch vis.ChannelID) channel.Intake {
	return intake{s, ws, ch}
}

// Keep implements channel.Intake.
func (i intake) Keep(ctx context.Context, in channel.Raw) (known bool, err error) {
	if len(in.Bytes) > channel.MaxRaw {
		return false, vis.Errorf(vis.TooLarge, "letter_too_large", "A letter may have %d bytes; this one has %d.", channel.MaxRaw, len(in.Bytes))
	}
	s := i.s
	sum := sha256.Sum256(in.Bytes)
	hash := hex.EncodeToString(s.keys.MAC(i.ws, "arrivals", string(i.ch), string(sum[:])))
	known, err = vis.View(ctx, s.db, i.ws, func(tx Tx) (bool, error) { return tx.KnownArrival(ctx, i.ch, hash) })
	if known || err != nil {
		return known, err
	}
	if s.admit != nil {
		if err := s.admit(); err != nil {
			return false, err
		}
	}
	name, err := s.blobs.Keep(ctx, i.ws, in.Bytes)
	if err != nil {
		return false, err
	}
	now := s.clock.Now()
	a := Arrival{ID: vis.ArrivalID(s.mint.ID(now)), Channel: i.ch, Hash: hash, Remote: in.Remote, Blob: name, Size: int64(len(in.Bytes)),
		Envelope: in.Envelope, ReceivedAt: now, State: Waiting, NextAt: now, ChangedAt: now}
	fresh := false
	err = s.db.Update(ctx, vis.System(i.ws), nil, func(tx Tx) (err error) {
		fresh, err = tx.InsertArrival(ctx, a)
		return err
	})
	if err == nil {
		ring(s.bell)
	}
	return err == nil && !fresh, err
}

// Cursor implements channel.Intake.
func (i intake) Cursor(ctx context.Context, name string) ([]byte, error) {
	return vis.View(ctx, i.s.db, i.ws, func(tx Tx) ([]byte, error) { return tx.ChannelCursor(ctx, i.ch, name) })
}

// SaveCursor implements channel.Intake.
func (i intake) SaveCursor(ctx context.Context, name string, cursor []byte) error {
	return i.s.db.Update(ctx, vis.System(i.ws), nil, func(tx Tx) error { return tx.SaveChannelCursor(ctx, i.ch, name, cursor) })
}

// Secrets implements channel.Vault.
func (i intake) Secrets(ctx context.Context) (map[string]string, error) {
	sealed, err := vis.View(ctx, i.s.db, i.ws, func(tx Tx) (map[string][]byte, error) { return tx.ChannelSecrets(ctx, i.ch) })
	if err != nil {
		return nil, err
	}
	return i.s.openSecrets(i.ws, i.ch, sealed)
}

// SaveSecrets implements channel.Intake and channel.Vault.
func (i intake) SaveSecrets(ctx context.Context, secrets map[string]string) error {
	return i.s.db.Update(ctx, vis.System(i.ws), nil, func(tx Tx) error { return i.s.saveSecrets(ctx, tx, i.ws, i.ch, secrets) })
}

// The bounds of a turn.
const (
	turnFor   = 40 * time.Second
	turnLease = time.Minute // of a node that died in its turn
	turnAgain = 100 * time.Millisecond
)

// Alone implements channel.Vault, by a lease in the store.
func (i intake) Alone(ctx context.Context, do func(ctx context.Context) error) error {
	for {
		err := i.turn(ctx, turnLease)
		if err == nil {
			break
		}
		if vis.CodeOf(err) != vis.Conflict {
			return err
		}
		rest := time.NewTimer(turnAgain)
		select {
		case <-ctx.Done():
			rest.Stop()
			return ctx.Err()
		case <-rest.C:
		}
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnFor)
	defer cancel()
	defer func() {
		if err := i.turn(context.WithoutCancel(ctx), 0); err != nil {
			i.s.complain(ctx, "a turn with a channel's secrets ends late", i.ws, err)
		}
	}()
	return do(within)
}

// turn takes this node's turn for so long, or gives it back.
func (i intake) turn(ctx context.Context, most time.Duration) error {
	now := i.s.clock.Now()
	return i.s.db.Update(ctx, vis.System(i.ws), nil, func(tx Tx) error {
		_, err := tx.Lease(ctx, "secrets:"+string(i.ch), i.s.node, now, now.Add(most))
		return err
	})
}

// Tell implements channel.Intake.
func (i intake) Tell(ctx context.Context, h channel.Health) { i.s.TellHealth(ctx, i.ws, i.ch, h) }

type healthKey struct {
	ch   vis.ChannelID
	part string
}

// contactEvery is how old the time of the last contact may be on screens.
const contactEvery = time.Minute

// TellHealth records how a channel's connection does. What changes nothing but the time of the last contact is written once a minute.
func (s *Service) TellHealth(ctx context.Context, ws vis.WorkspaceID, ch vis.ChannelID, h channel.Health) {
	key := healthKey{ch, h.Part}
	s.mu.Lock()
	was, known := s.told[key]
	if h.Backlog < 0 {
		h.Old = was.Old // a mailbox whose fetching begins anew has not been looked into yet
	}
	same := known && was.State == h.State && was.Problem == h.Problem && was.Answer == h.Answer && was.Backlog == h.Backlog && was.Missed == h.Missed && was.Old == h.Old
	if same && h.ContactAt.Sub(was.ContactAt) < contactEvery {
		s.mu.Unlock()
		return
	}
	now := s.clock.Now()
	if h.Since = now; known && was.State == h.State {
		h.Since = was.Since
	}
	if h.ContactAt.IsZero() {
		h.ContactAt = was.ContactAt
	}
	s.told[key] = h
	s.mu.Unlock()
	err := s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) error {
		if err := tx.SaveChannelHealth(ctx, ch, h); err != nil || same {
			return err
		}
		return tx.Append(ctx, vis.NewEvent(vis.System(ws), now, HealthChanged, HealthData{Channel: ch}))
	})
	if err != nil {
		s.log.Error("a channel's state could not be recorded", "workspace", ws, "channel", ch, "err", err)
		s.mu.Lock()
		delete(s.told, key)
		s.mu.Unlock()
	}
}

// Health is how the connections of each channel do.
func (s *Service) Health(ctx context.Context, by vis.Actor) (map[vis.ChannelID][]channel.Health, error) {
	if by.Kind != vis.ByMember {
		if err := by.Must(vis.ReadSettings); err != nil {
			return nil, err
		}
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (map[vis.ChannelID][]channel.Health, error) {
		told, err := tx.ChannelHealth(ctx)
		if err != nil {
			return nil, err
		}
		all, err := tx.Channels(ctx)
		s.waysIn(all, told)
		return told, err
	})
}

// reached is what addresses lead to which channel, as it was read last.
type reached struct {
	mu   sync.Mutex
	at   time.Time
	byIt map[string]Placed
}

// knownFor is how long what an address leads to is believed.
const knownFor = 2 * time.Second

// addresses are those of all channels that are switched on, as they were a moment ago.
func (s *Service) addresses(ctx context.Context) (map[string]Placed, error) {
	s.reached.mu.Lock()
	defer s.reached.mu.Unlock()
	if now := s.clock.Now(); s.reached.byIt == nil || now.Sub(s.reached.at) > knownFor {
		all, err := s.db.WrittenChannels(ctx, channel.Kinds[channel.Addressed](s.channels))
		if err != nil {
			return nil, err
		}
		s.reached.at, s.reached.byIt = now, make(map[string]Placed)
		for _, p := range all {
			adapter, ok := channel.As[channel.Addressed](s.channels, p.Channel)
			if !ok || p.Channel.Disabled {
				continue
			}
			for _, own := range adapter.Addresses(p.Channel) {
				if _, taken := s.reached.byIt[own.Address.Address]; !taken { // the oldest channel keeps it
					s.reached.byIt[own.Address.Address] = p
				}
			}
		}
	}
	return s.reached.byIt, nil
}

// Recipient finds the channel that an address leads to. One that leads nowhere, to a channel that is switched off, or has a token that
// nobody was given, is absent.
func (s *Service) Recipient(ctx context.Context, address string) (Placed, error) {
	byIt, err := s.addresses(ctx)
	if err != nil {
		return Placed{}, err
	}
	address = strings.ToLower(address)
	if p, ok := byIt[address]; ok {
		return p, nil
	}
	local, domain, found := strings.Cut(address, "@")
	base, token, tagged := strings.Cut(local, "+")
	p, ok := byIt[base+"@"+domain]
	if !found || !tagged || !ok {
		return Placed{}, vis.Absent("address")
	}
	_, err = vis.View(ctx, s.db, p.Workspace, func(tx Tx) (Token, error) { return tx.LetterToken(ctx, token) })
	return p, err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
