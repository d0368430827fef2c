package channel

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/hours"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// MaxName is the longest name of a channel, in runes.
const MaxName = 120

const sealIdentity = "channel.identity"

// Sealer keeps a secret in a form that only this server can open.
type Sealer interface {
	Seal(ws vis.WorkspaceID, purpose string, secret []byte) []byte
	Open(ws vis.WorkspaceID, purpose string, sealed []byte) ([]byte, error)
}

// Service is the door to the configured channels.
type Service struct {
	db       DB
	clock    vis.Clock
	mint     vis.Mint
	sealer   Sealer
	adapters map[Kind]Adapter
}

// New makes the service with the adapters that ship.
func New(db DB, clock vis.Clock, mint vis.Mint, sealer Sealer, adapters ...Adapter) *Service {
	s := &Service{db: db, clock: clock, mint: mint, sealer: sealer, adapters: make(map[Kind]Adapter)}
	for _, a := range adapters {
		s.adapters[a.Kind()] = a
	}
	return s
}

// Change is what may change of a channel; nil leaves a field as it is.
type Change struct {
	Name     *string
	Settings json.RawMessage
	Team     *vis.TeamID
	Disabled *bool
	Version  int64
}

// Creation is what a new channel begins with.
type Creation struct {
	Kind     Kind
	Name     string
	Settings json.RawMessage // nil for none
	Team     vis.TeamID
	Disabled bool
}

// Create makes a channel of a kind.
func (s *Service) Create(ctx context.Context, by vis.Actor, in Creation) (Channel, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Channel{}, err
	}
	if _, ok := s.adapters[in.Kind]; !ok {
		return Channel{}, vis.InField("kind", "There is no kind of channel %q here.", in.Kind)
	}
	now := s.clock.Now()
	c := Channel{ID: vis.ChannelID(s.mint.ID(now)), Kind: in.Kind, Key: s.mint.Secret(10), CreatedAt: now, Version: 1}
	if len(in.Settings) == 0 {
		in.Settings = json.RawMessage("{}")
	}
	if err := s.apply(&c, Change{Name: &in.Name, Settings: in.Settings, Team: &in.Team, Disabled: &in.Disabled}); err != nil {
		return Channel{}, err
	}
	return vis.Update(ctx, s.db, by, func(tx Tx) (Channel, error) {
		if err := tx.InsertChannel(ctx, c); err != nil {
			return Channel{}, err
		}
		return c, s.record(ctx, tx, by, ChannelCreated, string(ChannelCreated), c, now)
	})
}

// Change changes a channel.
func (s *Service) Change(ctx context.Context, by vis.Actor, id vis.ChannelID, in Change) (Channel, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Channel{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Channel, error) {
		c, err := tx.Channel(ctx, id)
		if err != nil {
			return Channel{}, err
		}
		if c.Version != in.Version {
			e := vis.Errorf(vis.Conflict, "channel_changed", "Somebody changed this channel a moment before you.")
			e.Current = c
			return Channel{}, e
		}
		if err := s.apply(&c, in); err != nil {
			return Channel{}, err
		}
		if c, err = tx.SaveChannel(ctx, c); err != nil {
			return Channel{}, err
		}
		return c, s.record(ctx, tx, by, ChannelChanged, string(ChannelChanged), c, now)
	})
}

func (s *Service) apply(c *Channel, in Change) error {
	if in.Name != nil {
		name := text.Line(*in.Name)
		if n := utf8.RuneCountInString(name); n == 0 || n > MaxName {
			return vis.InField("name", "A channel needs a name of at most %d characters.", MaxName)
		}
		c.Name = name
	}
	if in.Settings != nil {
		adapter, ok := s.adapters[c.Kind]
		if !ok {
			return vis.InField("kind", "There is no kind of channel %q here.", c.Kind)
		}
		settings, err := adapter.CheckSettings(in.Settings)
		if err != nil {
			return err
		}
		c.Settings = settings
	}
	if in.Team != nil {
		c.Team = *in.Team
	}
	if in.Disabled != nil {
		c.Disabled = *in.Disabled
	}
	return nil
}

// RotateSecret gives the channel a new signing secret; the old one is refused from then on. Secret opens it, to be shown once.
func (s *Service) RotateSecret(ctx context.Context, by vis.Actor, id vis.ChannelID) (Channel, error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return Channel{}, err
	}
	now := s.clock.Now()
	return vis.Update(ctx, s.db, by, func(tx Tx) (Channel, error) {
		c, err := tx.Channel(ctx, id)
		if err != nil {
			return Channel{}, err
		}
		c.Secret = s.sealer.Seal(by.Workspace, sealIdentity+":"+string(id), []byte(s.mint.Secret(32)))
		if c, err = tx.SaveChannel(ctx, c); err != nil {
			return Channel{}, err
		}
		return c, s.record(ctx, tx, by, ChannelChanged, "channel.secret_rotated", c, now)
	})
}

// Secret opens a channel's signing secret; nil when there is none.
func (s *Service) Secret(ws vis.WorkspaceID, c Channel) ([]byte, error) {
	if c.Secret == nil {
		return nil, nil
	}
	return s.sealer.Open(ws, sealIdentity+":"+string(c.ID), c.Secret)
}

func (s *Service) record(ctx context.Context, tx Tx, by vis.Actor, typ vis.EventType, action string, c Channel, now time.Time) error {
	if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(c.ID), nil)); err != nil {
		return err
	}
	return tx.Append(ctx, vis.NewEvent(by, now, typ, ChannelData{c.ID}))
}

// List lists every channel of a workspace.
func (s *Service) List(ctx context.Context, ws vis.WorkspaceID) ([]Channel, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) ([]Channel, error) { return tx.Channels(ctx) })
}

// Get reads one channel.
func (s *Service) Get(ctx context.Context, ws vis.WorkspaceID, id vis.ChannelID) (Channel, error) {
	return vis.View(ctx, s.db, ws, func(tx Tx) (Channel, error) { return tx.Channel(ctx, id) })
}

// Capabilities says what can be done on a channel now.
func (s *Service) Capabilities(c Channel) Capabilities {
	if a, ok := s.adapters[c.Kind]; ok && !c.Disabled {
		return a.Capabilities(c, s.clock.Now())
	}
	return Capabilities{}
}

// Hours are a channel's own opening hours; false when it has none.
func (s *Service) Hours(c Channel) (hours.Calendar, bool) {
	if a, ok := s.adapters[c.Kind].(Scheduler); ok {
		return a.Hours(c)
	}
	return hours.Calendar{}, false
}

// Kinds are the kinds of channel that have an ability, such as Receiver.
func Kinds[Ability Adapter](s *Service) []Kind {
	var out []Kind
	for kind, a := range s.adapters {
		if _, ok := a.(Ability); ok {
			out = append(out, kind)
		}
	}
	slices.Sort(out)
	return out
}

// As finds an ability of a channel's adapter.
func As[Ability Adapter](s *Service, c Channel) (Ability, bool) {
	a, ok := s.adapters[c.Kind].(Ability)
	return a, ok
}

// Live reports whether a channel's customers see at once that their words arrived.
func (s *Service) Live(c Channel) bool { return s.Capabilities(c).Live }

// Embedded is a channel whose customers write on the organisation's own pages, as found by its public key.
type Embedded struct {
	Workspace vis.WorkspaceID
	Channel   Channel
	Welcome   Welcome
	Origins   []string
}

// Embedded finds a channel by its public key. A disabled one, or one that is of another sort, is absent.
func (s *Service) Embedded(ctx context.Context, key string) (Embedded, error) {
	ws, c, err := s.db.ChannelByKey(ctx, key)
	if err != nil {
		return Embedded{}, err
	}
	adapter, ok := s.adapters[c.Kind].(VisitorAdapter)
	if !ok || c.Disabled {
		return Embedded{}, vis.Absent("channel")
	}
	welcome, err := adapter.Welcome(c)
	if err != nil {
		return Embedded{}, err
	}
	origins, err := adapter.Origins(c)
	return Embedded{ws, c, welcome, origins}, err
}

// Claim checks who the organisation's site says a visitor is. Without a secret on the channel nothing can be proved, and a token
// is refused rather than believed.
func (s *Service) Claim(ctx context.Context, e Embedded, token string) (*Claim, error) {
	if token == "" {
		return nil, nil
	}
	adapter, ok := s.adapters[e.Channel.Kind].(VisitorAdapter)
	secret, err := s.Secret(e.Workspace, e.Channel)
	if err != nil {
		return nil, err
	}
	if !ok || len(secret) == 0 {
		return nil, vis.Errorf(vis.Unauthenticated, "identity_refused", "This channel has no identity secret, so nobody can be vouched for.")
	}
	claim, err := adapter.VerifyClaim(secret, token, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return &claim, nil
}

// AllowsOrigin reports whether pages of an origin may embed the channel; an empty list allows every page. It compares whole
// origins (RFC 6454 §5), never their ends.
func (e Embedded) AllowsOrigin(origin string) bool {
	return len(e.Origins) == 0 || slices.Contains(e.Origins, strings.ToLower(origin))
}
