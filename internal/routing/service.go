package routing

import (
	"context"
	"log/slog"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// Service is this room's door. It follows the log and keeps what it says: promises, standings, rules. Members set it up through it.
type Service struct {
	db       DB
	desk     *desk.Service
	channels Channels
	notices  Notices
	webhooks Webhooks
	clock    vis.Clock
	mint     vis.Mint
	log      *slog.Logger

	compiled *compiled // calendars made ready
	skipped  *skipped  // how far each log was read without anything to do
	stuck    *stuck    // where a log cannot be followed
}

// Channels says what this room must know of a channel.
type Channels interface {
	// Hours are a channel's own opening hours; false when it has none.
	Hours(c channel.Channel) (hours.Calendar, bool)
	// Live says that the customer sees at once that her words arrived.
	Live(c channel.Channel) bool
}

// Notices tells members what they should know, inside the transaction of what happened.
type Notices interface {
	Give(ctx context.Context, tx Tx, to []vis.MemberID, kind string, c vis.ConversationID, text string, now time.Time) error
}

// Webhooks queues what other programs are told; it leaves after the commit.
type Webhooks interface {
	// Queue fails with vis.NotFound when there is no such webhook.
	Queue(ctx context.Context, tx Tx, hook vis.WebhookID, body any, now time.Time) error
}

// New makes the service.
func New(db DB, heart *desk.Service, channels Channels, notices Notices, webhooks Webhooks, clock vis.Clock, mint vis.Mint, log *slog.Logger) *Service {
	return &Service{db: db, desk: heart, channels: channels, notices: notices, webhooks: webhooks, clock: clock, mint: mint, log: log,
		compiled: newCompiled(), skipped: newSkipped(), stuck: newStuck()}
}

// The timers of promises, ranks and handovers.
const (
	TimerPromise  = "promise"           // the next mark of the promise whose id is the key
	TimerRank     = "conversation.rank" // the rank of the conversation whose id is the key changes by the mere passing of time
	TimerRerank   = "routing.rerank"    // every rank, after the weights were changed
	TimerCall     = "callback"          // the slot of the call-back whose id is the key begins
	TimerHandover = "handover"          // the team whose id is the key opens or closes, and has a ring
)

// Effects are what the timers of this room do.
func (s *Service) Effects() map[string]jobs.Effect {
	return map[string]jobs.Effect{
		TimerPromise:  s.passMarks,
		TimerRank:     s.rankAgain,
		TimerRerank:   s.rankAll,
		TimerHandover: s.handOver,
		TimerCall:     s.callNow,
	}
}
