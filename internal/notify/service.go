package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// Sealer keeps a secret in a form that only this server can open.
type Sealer interface {
	Seal(ws vis.WorkspaceID, purpose string, secret []byte) []byte
	Open(ws vis.WorkspaceID, purpose string, sealed []byte) ([]byte, error)
}

// Caller calls addresses that others chose; *safehttp.Client is one.
type Caller interface {
	// Check says whether an address may be called as far as its text tells.
	Check(url string) error
	Post(ctx context.Context, url string, header map[string]string, body []byte) (safehttp.Answer, error)
}

// Options are what the service is made of.
type Options struct {
	DB     DB
	Clock  vis.Clock
	Mint   vis.Mint
	Sealer Sealer
	Caller Caller
	Log    *slog.Logger
	// Types are the events that a webhook may be told of.
	Types []vis.EventType
}

// Service is the door to webhooks and notices, and the two that work behind it: the follower and the sender.
type Service struct {
	// Pulse beats with every look.
	Pulse  vis.Pulse
	db     DB
	clock  vis.Clock
	mint   vis.Mint
	sealer Sealer
	caller Caller
	log    *slog.Logger
	types  []vis.EventType

	bell    chan struct{} // rung when there may be something to do
	mu      sync.Mutex
	reached map[vis.WorkspaceID]int64 // how far each log was looked at for webhooks by this node
	busy    map[vis.WebhookID]int     // sends that are under way
	slots   chan struct{}             // bounds them all
}

// The bounds of the sender of one node: so that a receiver that hangs holds up no other.
const (
	sendsAtOnce      = 8
	sendsToOneAtOnce = 2
)

// New makes the service. Run lets it work.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: o.DB, clock: o.Clock, mint: o.Mint, sealer: o.Sealer, caller: o.Caller, log: o.Log, types: o.Types,
		bell: make(chan struct{}, 1), reached: make(map[vis.WorkspaceID]int64), busy: make(map[vis.WebhookID]int),
		slots: make(chan struct{}, sendsAtOnce)}
}

// Ring says that there may be something to do. It never blocks, and is only a hint.
func (s *Service) Ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// How often is looked: at least every lookEvery, for a bell may be lost and another node may have queued something, and at most
// every restFor.
const (
	lookEvery = 2 * time.Second
	restFor   = 100 * time.Millisecond
)

// Run follows the logs and sends what is due until ctx ends, and waits for the sends that are under way. Any number of nodes may
// run it on the same database.
func (s *Service) Run(ctx context.Context) {
	var sends sync.WaitGroup
	defer sends.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s.Pulse.Beat(s.clock.Now())
		s.FollowOnce(ctx)
		s.send(ctx, &sends)
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
		case <-s.bell:
		case <-tick.C:
		}
	}
}

// SendOnce sends what is due now, as far as there is room, waits for the outcomes and returns how many there were.
func (s *Service) SendOnce(ctx context.Context) int {
	var sends sync.WaitGroup
	n := s.send(ctx, &sends)
	sends.Wait()
	return n
}

// Forget deletes deliveries and notices of a workspace that were kept long enough, a few at a time so that nobody has to wait.
func (s *Service) Forget(ctx context.Context, ws vis.WorkspaceID) error {
	const few = 500
	now := s.clock.Now()
	for n := few; n == few; {
		err := s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) (err error) {
			n, err = tx.ForgetDeliveries(ctx, now.Add(-KeepDeliveries), few)
			return err
		})
		if err != nil {
			return err
		}
	}
	for n := few; n == few; {
		err := s.db.Update(ctx, vis.System(ws), nil, func(tx Tx) (err error) {
			n, err = tx.ForgetNotices(ctx, now.Add(-KeepNotices), few)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
