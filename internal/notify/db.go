package notify

import (
	"context"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// DB opens transactions over webhooks and notices, and says where in all workspaces there is something to do.
type DB interface {
	vis.DB[Tx]
	// Heads returns the sequence of the newest event of every workspace.
	Heads(ctx context.Context) (map[vis.WorkspaceID]int64, error)
	// DueWebhooks lists webhooks with a delivery to be sent at now, the longest overdue first.
	DueWebhooks(ctx context.Context, now time.Time, limit int) ([]Due, error)
}

// Due is a webhook with something to send.
type Due struct {
	Workspace vis.WorkspaceID
	Webhook   vis.WebhookID
}

// Outbox is what a transaction of another room needs so that Queue can be used inside it.
type Outbox interface {
	Webhook(ctx context.Context, id vis.WebhookID) (Webhook, error)
	// InsertDelivery fails with vis.NotFound when there is no such webhook.
	InsertDelivery(ctx context.Context, d Delivery) error
}

// Board is what a transaction of another room needs so that Give can be used inside it.
type Board interface {
	Append(ctx context.Context, e vis.Event) error
	// InsertNotice fails with vis.NotFound when there is no such member.
	InsertNotice(ctx context.Context, n Notice) error
}

// Tx reads and writes one workspace's webhooks, deliveries and notices. Lookups of something absent are vis.Absent.
type Tx interface {
	Outbox
	Board
	Audit(ctx context.Context, e vis.AuditEntry) error
	Head(ctx context.Context) (int64, error)
	Events(ctx context.Context, after int64, limit int) ([]vis.Event, error)
	// Cursor is how far a reader has read the log, 0 at first. MoveCursor fails with vis.ErrStale when it is no longer at from.
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error
	Member(ctx context.Context, id vis.MemberID) (staff.Member, error)
	Members(ctx context.Context) ([]staff.Member, error)
	Tokens(ctx context.Context) ([]staff.Token, error)

	// Webhooks lists them, oldest first.
	Webhooks(ctx context.Context) ([]Webhook, error)
	InsertWebhook(ctx context.Context, w Webhook) error
	// SaveWebhook writes the webhook as a new version and fails with vis.ErrStale when it has moved on since it was read.
	SaveWebhook(ctx context.Context, w Webhook) (Webhook, error)
	// SaveFailures writes only how often and since when it fails, without a new version: no person decides on that.
	SaveFailures(ctx context.Context, id vis.WebhookID, failures int, since time.Time) error
	// DeleteWebhook takes its deliveries along.
	DeleteWebhook(ctx context.Context, id vis.WebhookID) error

	Delivery(ctx context.Context, id vis.DeliveryID) (Delivery, error)
	// Deliveries lists those of a webhook, newest first.
	Deliveries(ctx context.Context, w vis.WebhookID, p vis.Page) (vis.List[Delivery], error)
	// CountOpenDeliveries counts those of a webhook that wait or are being sent, up to most.
	CountOpenDeliveries(ctx context.Context, w vis.WebhookID, most int) (int, error)
	// LastEcho is the highest Echo among a webhook's deliveries about a subject since an instant, -1 when there is none.
	LastEcho(ctx context.Context, w vis.WebhookID, subject string, since time.Time) (int, error)
	// ClaimDeliveries takes deliveries of a webhook that are due at now for sending until the end of a lease.
	ClaimDeliveries(ctx context.Context, w vis.WebhookID, now, until time.Time, limit int) ([]Delivery, error)
	// SaveDelivery writes where it stands, and fails with vis.ErrStale when another sender has claimed it since.
	SaveDelivery(ctx context.Context, d Delivery) error
	// ForgetDeliveries deletes some that ended and were queued before an instant, and returns how many.
	ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error)

	// Notices lists those of a member, newest first.
	Notices(ctx context.Context, m vis.MemberID, p vis.Page) (vis.List[Notice], error)
	// NoticesByID reads many at once, of any member; those that are gone are left out.
	NoticesByID(ctx context.Context, ids []vis.NoticeID) ([]Notice, error)
	// CountUnreadNotices counts those of a member, up to most.
	CountUnreadNotices(ctx context.Context, m vis.MemberID, most int) (int, error)
	// ReadNotices marks those of a member that are unread as read, up to and with the one named.
	ReadNotices(ctx context.Context, m vis.MemberID, upTo vis.NoticeID, at time.Time) error
	ForgetNotices(ctx context.Context, before time.Time, limit int) (int, error)
}
