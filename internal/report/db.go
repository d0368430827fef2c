package report

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// DB opens this room's transactions, and finds a public page by its key.
type DB interface {
	vis.DB[Tx]
	// PageByKey fails with vis.NotFound when there is no such page.
	PageByKey(ctx context.Context, key string) (vis.WorkspaceID, Page, error)
}

// Tx reads the log and what it is about, and keeps what was counted.
type Tx interface {
	Workspace(ctx context.Context) (staff.Workspace, error)
	Member(ctx context.Context, id vis.MemberID) (staff.Member, error)
	Channels(ctx context.Context) ([]channel.Channel, error)
	Events(ctx context.Context, after int64, limit int) ([]vis.Event, error)
	ConversationsByID(ctx context.Context, ids []vis.ConversationID) ([]desk.Conversation, error)
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error
	Append(ctx context.Context, e vis.Event) error
	Audit(ctx context.Context, e vis.AuditEntry) error

	Policies(ctx context.Context) ([]routing.Policy, error)
	Settings(ctx context.Context) (routing.Settings, error)

	// Tally reads one tally; absent is the zero count.
	Tally(ctx context.Context, t Tally) (Tally, error)
	// PutTally writes it.
	PutTally(ctx context.Context, t Tally) error
	// Tallies are those of some things from an instant until before another, oldest first.
	Tallies(ctx context.Context, what []string, from, to time.Time) ([]Tally, error)
	// PromisePage is the workspace's public page; a zero one with Version 0 while it has none.
	PromisePage(ctx context.Context) (Page, error)
	SavePromisePage(ctx context.Context, p Page) (Page, error) // inserts when Version is 0
}
