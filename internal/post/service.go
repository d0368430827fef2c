package post

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/vis"
)

// Blobs keeps bytes by their content, durable before it returns.
type Blobs interface {
	// Keep writes bytes and returns the name by which Read finds them.
	Keep(ctx context.Context, ws vis.WorkspaceID, bytes []byte) (string, error)
	Read(ctx context.Context, ws vis.WorkspaceID, name string) ([]byte, error)
	// Begin reads the first bytes of what Keep wrote, at most so many.
	Begin(ctx context.Context, ws vis.WorkspaceID, name string, most int) ([]byte, error)
	// Forget removes what was not kept again since an instant.
	Forget(ctx context.Context, ws vis.WorkspaceID, name string, before time.Time) error
}

// Keys seals secrets and tells bytes apart without saying what they are.
type Keys interface {
	channel.Sealer
	MAC(ws vis.WorkspaceID, purpose string, parts ...string) []byte
}

// Options are what the service is made of.
type Options struct {
	DB       DB
	Desk     *desk.Service
	Channels *channel.Service
	Blobs    Blobs
	Keys     Keys
	Clock    vis.Clock
	Mint     vis.Mint
	// Teller rings the bells of members; nil rings none.
	Teller Teller
	// Door says that this server takes letters from other mail servers.
	Door bool
	// Admit refuses what comes from outside while there is no room for it; nil takes all. What was taken is filed and sent all the same.
	Admit func() error
	Log   *slog.Logger
}

// Teller rings the bells of members, inside a transaction of this room.
type Teller interface {
	// Undelivered tells a member that her words did not arrive.
	Undelivered(ctx context.Context, tx Tx, to vis.MemberID, c desk.Conversation, now time.Time) error
}

// Service is the door to letters, and those who work behind it: the fetchers, the clerk who reads, and the sender.
type Service struct {
	// ReadPulse and SendPulse beat with every turn of the clerk and of the sender.
	ReadPulse, SendPulse vis.Pulse

	db       DB
	desk     *desk.Service
	channels *channel.Service
	blobs    Blobs
	keys     Keys
	clock    vis.Clock
	mint     vis.Mint
	teller   Teller
	door     bool
	admit    func() error // nil takes all
	log      *slog.Logger
	node     string // tells this node from others

	outBell chan struct{}  // rung when something may have to leave
	lanes   map[string]int // letters under way by destination
	bell    chan struct{}  // rung when something may have arrived
	mu      sync.Mutex
	told    map[healthKey]channel.Health // what is stored of each connection, as far as this node knows
	reached reached
	public  answering
}

// New makes the service. Run lets it work.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: o.DB, desk: o.Desk, channels: o.Channels, blobs: o.Blobs, keys: o.Keys, clock: o.Clock, mint: o.Mint, teller: o.Teller, door: o.Door, admit: o.Admit, log: o.Log, node: o.Mint.ID(o.Clock.Now()),
		outBell: make(chan struct{}, 1), lanes: make(map[string]int), bell: make(chan struct{}, 1), told: make(map[healthKey]channel.Health)}
}

// Ring says that something may have to leave. It never blocks, and is only a hint.
func (s *Service) Ring() { ring(s.outBell) }

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// lookEvery is how often is looked without a bell: one may be lost, and another node's rings nothing here.
// At most every restFor is looked, however often bells ring.
const (
	lookEvery = 2 * time.Second
	restFor   = 100 * time.Millisecond
)

// Run reads what arrived and fetches from the channels that ask for it, until ctx ends. Any number of nodes may run it on the same
// database.
func (s *Service) Run(ctx context.Context) {
	var tasks sync.WaitGroup
	defer tasks.Wait()
	tasks.Go(func() { s.fetch(ctx) })
	tasks.Go(func() { s.watchKeys(ctx) })
	tasks.Go(func() { s.loop(ctx, &s.SendPulse, s.outBell, s.SendOnce) })
	s.loop(ctx, &s.ReadPulse, s.bell, s.ReadOnce)
}

// loop works as long as there is something to do, and then waits for a bell.
func (s *Service) loop(ctx context.Context, pulse *vis.Pulse, bell <-chan struct{}, once func(context.Context) int) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		pulse.Beat(s.clock.Now())
		for once(ctx) > 0 && ctx.Err() == nil {
			pulse.Beat(s.clock.Now())
		}
		rest := time.NewTimer(restFor)
		select {
		case <-ctx.Done():
			rest.Stop()
			return
		case <-rest.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-bell:
		case <-tick.C:
		}
	}
}

// account opens a channel's secrets and signing keys for its adapter.
func (s *Service) account(ctx context.Context, ws vis.WorkspaceID, c channel.Channel) (channel.Account, error) {
	var keys []channel.SigningKey
	sealed, err := vis.View(ctx, s.db, ws, func(tx Tx) (sealed map[string][]byte, err error) {
		if keys, err = tx.SigningKeys(ctx); err != nil {
			return nil, err
		}
		return tx.ChannelSecrets(ctx, c.ID)
	})
	if err != nil {
		return channel.Account{}, err
	}
	out := channel.Account{Workspace: ws, Channel: c, LoopToken: s.loopToken(ws), Vault: intake{s, ws, c.ID}}
	if out.Secrets, err = s.openSecrets(ws, c.ID, sealed); err != nil {
		return channel.Account{}, err
	}
	out.Keys, err = s.openKeys(ws, c, keys)
	return out, err
}

func (s *Service) openSecrets(ws vis.WorkspaceID, id vis.ChannelID, sealed map[string][]byte) (map[string]string, error) {
	out := make(map[string]string, len(sealed))
	for name, value := range sealed {
		plain, err := s.keys.Open(ws, secretPurpose(id, name), value)
		if err != nil {
			return nil, err
		}
		out[name] = string(plain)
	}
	return out, nil
}

func secretPurpose(c vis.ChannelID, name string) string {
	return "channel.secret:" + string(c) + ":" + name
}

// The bounds of a channel's secrets.
const (
	maxSecret     = 16 << 10 // bytes
	maxSecretName = 60
)

// SetSecrets keeps secrets of a channel, such as a password; an empty one is forgotten. They are never shown again.
func (s *Service) SetSecrets(ctx context.Context, by vis.Actor, id vis.ChannelID, secrets map[string]string) error {
	if err := by.Must(vis.WriteSettings); err != nil {
		return err
	}
	for name, value := range secrets {
		if name == "" || len(name) > maxSecretName || len(value) > maxSecret {
			return vis.InField("secrets", "A secret has a name of at most %d and a value of at most %d bytes.", maxSecretName, maxSecret)
		}
	}
	return s.keepSecrets(ctx, by, id, secrets, "channel.secrets_changed")
}

// keepSecrets keeps secrets for whoever works with the channel from now on.
func (s *Service) keepSecrets(ctx context.Context, by vis.Actor, id vis.ChannelID, secrets map[string]string, action string) error {
	now := s.clock.Now()
	_, err := vis.Update(ctx, s.db, by, func(tx Tx) (struct{}, error) {
		c, err := tx.Channel(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		if err := s.saveSecrets(ctx, tx, by.Workspace, c.ID, secrets); err != nil {
			return struct{}{}, err
		}
		if _, err := tx.SaveChannel(ctx, c); err != nil { // as another version: whoever works with it begins anew
			return struct{}{}, err
		}
		if err := tx.Audit(ctx, vis.NewAudit(by, now, action, string(id), nil)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Append(ctx, vis.NewEvent(by, now, channel.ChannelChanged, channel.ChannelData{Channel: id}))
	})
	return err
}

func (s *Service) saveSecrets(ctx context.Context, tx Tx, ws vis.WorkspaceID, id vis.ChannelID, secrets map[string]string) error {
	for name, value := range secrets {
		var sealed []byte
		if value != "" {
			sealed = s.keys.Seal(ws, secretPurpose(id, name), []byte(value))
		}
		if err := tx.SaveChannelSecret(ctx, id, name, sealed); err != nil {
			return err
		}
	}
	return nil
}

// SecretNames are the names of the secrets that a channel has.
func (s *Service) SecretNames(ctx context.Context, by vis.Actor, id vis.ChannelID) ([]string, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return nil, err
	}
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) ([]string, error) {
		if _, err := tx.Channel(ctx, id); err != nil {
			return nil, err
		}
		sealed, err := tx.ChannelSecrets(ctx, id)
		return sortedKeys(sealed), err
	})
}

// Raw opens the bytes of an arrival as they came.
func (s *Service) Raw(ctx context.Context, by vis.Actor, id vis.ArrivalID) ([]byte, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return nil, err
	}
	a, err := vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Arrival, error) { return tx.Arrival(ctx, id) })
	if err != nil {
		return nil, err
	}
	if a.Blob == "" {
		return nil, vis.Absent("letter")
	}
	return s.blobs.Read(ctx, by.Workspace, a.Blob)
}
