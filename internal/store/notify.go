package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"visavis/internal/notify"
	"visavis/internal/vis"
)

const (
	webhookColumns = `id, name, url, secret, previous, previous_until, events, owner, disabled, disabled_reason, failures, failing_since,
		created_at, version`
	deliveryColumns = `id, webhook, seq, type, body, state, attempts, next_at, fence, status, wrong, took, subject, echo, created_at, delivered_at`
	noticeColumns   = `id, member, kind, conversation, text, by_member, at, read_at`
)

// Notify is the store as the room of webhooks and notices knows it.
func (s *Store) Notify() notify.DB { return notifyDB{s} }

var _ notify.Tx = (*tx)(nil)

type notifyDB struct{ *Store }

// View implements vis.DB.
func (d notifyDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(notify.Tx) error) error {
	return d.view(ctx, ws, func(t *tx) error { return fn(t) })
}

// Update implements vis.DB.
func (d notifyDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(notify.Tx) error) error {
	return d.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

// DueWebhooks implements notify.DB.
func (d notifyDB) DueWebhooks(ctx context.Context, now time.Time, limit int) ([]notify.Due, error) {
	return anywhere(ctx, d.Store, func(i *notify.Due) []any { return []any{(*string)(&i.Workspace), (*string)(&i.Webhook)} },
		selectDueWebhooks, millis(now), limit)
}

func webhookRow(w *notify.Webhook) []any {
	return []any{(*string)(&w.ID), &w.Name, &w.URL, &w.Secret, &w.Previous, (*at)(&w.PreviousUntil), (*eventTypes)(&w.Events),
		(*string)(&w.Owner), &w.Disabled, &w.DisabledReason, &w.Failures, (*at)(&w.FailingSince), (*at)(&w.CreatedAt), &w.Version}
}

func deliveryRow(d *notify.Delivery) []any {
	return []any{(*string)(&d.ID), (*string)(&d.Webhook), &d.Seq, &d.Type, (*[]byte)(&d.Body), (*string)(&d.State), &d.Attempts, (*at)(&d.NextAt),
		&d.Fence, &d.Status, &d.Wrong, (*span)(&d.Took), &d.Subject, &d.Echo, (*at)(&d.CreatedAt), (*at)(&d.DeliveredAt)}
}

func noticeRow(n *notify.Notice) []any {
	return []any{(*string)(&n.ID), (*string)(&n.Member), (*string)(&n.Kind), (*string)(&n.Conversation), &n.Text, (*string)(&n.By),
		(*at)(&n.At), (*at)(&n.ReadAt)}
}

// eventTypes are kept as words separated by spaces.
type eventTypes []vis.EventType

// Scan implements sql.Scanner.
func (e *eventTypes) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errors.New("scan types of events: not a text")
	}
	*e = nil
	for word := range strings.FieldsSeq(text) {
		*e = append(*e, vis.EventType(word))
	}
	return nil
}

func (e eventTypes) String() string {
	out := make([]string, len(e))
	for i, t := range e {
		out[i] = string(t)
	}
	return strings.Join(out, " ")
}

const (
	selectWebhook  = `SELECT ` + webhookColumns + ` FROM webhooks WHERE workspace = $1 AND id = $2`
	selectWebhooks = `SELECT ` + webhookColumns + ` FROM webhooks WHERE workspace = $1 ORDER BY created_at, id`
	hasWebhook     = `SELECT id FROM webhooks WHERE workspace = $1 AND id = $2`
	insertWebhook  = `INSERT INTO webhooks (workspace, id, name, url, secret, previous, previous_until, events, owner, disabled, disabled_reason,
		failures, failing_since, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	updateWebhook = `UPDATE webhooks SET name = $4, url = $5, secret = $6, previous = $7, previous_until = $8, events = $9, owner = $10,
		disabled = $11, disabled_reason = $12, version = version + 1 WHERE workspace = $1 AND id = $2 AND version = $3`
	updateFailures          = `UPDATE webhooks SET failures = $3, failing_since = $4 WHERE workspace = $1 AND id = $2`
	deleteWebhook           = `DELETE FROM webhooks WHERE workspace = $1 AND id = $2`
	deleteWebhookDeliveries = `DELETE FROM deliveries WHERE workspace = $1 AND webhook = $2`
)

// Webhook implements notify.Outbox.
func (t *tx) Webhook(ctx context.Context, id vis.WebhookID) (notify.Webhook, error) {
	return one(ctx, t, "webhook", webhookRow, selectWebhook, string(id))
}

// Webhooks implements notify.Tx.
func (t *tx) Webhooks(ctx context.Context) ([]notify.Webhook, error) {
	return all(ctx, t, webhookRow, selectWebhooks)
}

// InsertWebhook implements notify.Tx.
func (t *tx) InsertWebhook(ctx context.Context, w notify.Webhook) error {
	_, err := t.exec(ctx, insertWebhook, string(w.ID), w.Name, w.URL, w.Secret, w.Previous, millis(w.PreviousUntil), eventTypes(w.Events).String(),
		string(w.Owner), w.Disabled, w.DisabledReason, w.Failures, millis(w.FailingSince), millis(w.CreatedAt), w.Version)
	return err
}

// SaveWebhook implements notify.Tx.
func (t *tx) SaveWebhook(ctx context.Context, w notify.Webhook) (notify.Webhook, error) {
	err := t.save(ctx, "webhook", hasWebhook, string(w.ID), updateWebhook, string(w.ID), w.Version, w.Name, w.URL, w.Secret, w.Previous,
		millis(w.PreviousUntil), eventTypes(w.Events).String(), string(w.Owner), w.Disabled, w.DisabledReason)
	w.Version++
	return w, err
}

// SaveFailures implements notify.Tx.
func (t *tx) SaveFailures(ctx context.Context, id vis.WebhookID, failures int, since time.Time) error {
	return t.must(ctx, "webhook", updateFailures, string(id), failures, millis(since))
}

// DeleteWebhook implements notify.Tx.
func (t *tx) DeleteWebhook(ctx context.Context, id vis.WebhookID) error {
	if _, err := t.exec(ctx, deleteWebhookDeliveries, string(id)); err != nil {
		return err
	}
	return t.must(ctx, "webhook", deleteWebhook, string(id))
}

const (
	selectDelivery = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE workspace = $1 AND id = $2`
	listDeliveries = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE workspace = $1 AND webhook = $2 AND (created_at, id) < ($3, $4)
		ORDER BY created_at DESC, id DESC LIMIT $5`
	hasDelivery    = `SELECT id FROM deliveries WHERE workspace = $1 AND id = $2`
	insertDelivery = `INSERT INTO deliveries (workspace, id, webhook, seq, type, body, state, attempts, next_at, fence, status, wrong, took, subject, echo,
		created_at, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	updateDelivery = `UPDATE deliveries SET state = $4, attempts = $5, next_at = $6, status = $7, wrong = $8, took = $9, delivered_at = $10
		WHERE workspace = $1 AND id = $2 AND fence = $3`
	countOpenDeliveries = `SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE workspace = $1 AND webhook = $2 AND state IN ('waiting', 'sending')
		LIMIT $3) AS counted`
	selectLastEcho = `SELECT COALESCE(MAX(echo), -1) FROM deliveries WHERE workspace = $1 AND webhook = $2 AND subject = $3 AND subject <> ''
		AND created_at >= $4`
	// A sending whose lease has ended is taken like one that waits.
	claimDeliveries = `UPDATE deliveries SET state = 'sending', next_at = $4, attempts = attempts + 1, fence = fence + 1
		WHERE workspace = $1 AND id IN (SELECT id FROM deliveries WHERE workspace = $1 AND webhook = $2 AND state IN ('waiting', 'sending')
		AND next_at <= $3 ORDER BY next_at, id LIMIT $5) RETURNING ` + deliveryColumns
	forgetDeliveries = `DELETE FROM deliveries WHERE workspace = $1 AND id IN (SELECT id FROM deliveries WHERE workspace = $1
		AND state IN ('delivered', 'failed') AND created_at < $2 ORDER BY created_at LIMIT $3)`
)

// InsertDelivery implements notify.Outbox.
func (t *tx) InsertDelivery(ctx context.Context, d notify.Delivery) error {
	_, err := t.exec(ctx, insertDelivery, string(d.ID), string(d.Webhook), d.Seq, d.Type, string(d.Body), string(d.State), d.Attempts,
		millis(d.NextAt), d.Fence, d.Status, d.Wrong, d.Took.Milliseconds(), d.Subject, d.Echo, millis(d.CreatedAt), millis(d.DeliveredAt))
	return err
}

// Delivery implements notify.Tx.
func (t *tx) Delivery(ctx context.Context, id vis.DeliveryID) (notify.Delivery, error) {
	return one(ctx, t, "delivery", deliveryRow, selectDelivery, string(id))
}

// Deliveries implements notify.Tx.
func (t *tx) Deliveries(ctx context.Context, w vis.WebhookID, p vis.Page) (vis.List[notify.Delivery], error) {
	p = p.Bounded()
	from, err := placeAt(p.After)
	if err != nil {
		return vis.List[notify.Delivery]{}, err
	}
	items, err := all(ctx, t, deliveryRow, listDeliveries, string(w), from.at, from.id, p.Limit+1)
	return paged(items, p.Limit, func(d notify.Delivery) place { return placeOf(d.CreatedAt, string(d.ID)) }), err
}

// CountOpenDeliveries implements notify.Tx.
func (t *tx) CountOpenDeliveries(ctx context.Context, w vis.WebhookID, most int) (int, error) {
	return value[int](ctx, t, "count", countOpenDeliveries, string(w), most)
}

// LastEcho implements notify.Tx.
func (t *tx) LastEcho(ctx context.Context, w vis.WebhookID, subject string, since time.Time) (int, error) {
	return value[int](ctx, t, "echo", selectLastEcho, string(w), subject, millis(since))
}

// ClaimDeliveries implements notify.Tx.
func (t *tx) ClaimDeliveries(ctx context.Context, w vis.WebhookID, now, until time.Time, limit int) ([]notify.Delivery, error) {
	return all(ctx, t, deliveryRow, claimDeliveries, string(w), millis(now), millis(until), limit)
}

// SaveDelivery implements notify.Tx.
func (t *tx) SaveDelivery(ctx context.Context, d notify.Delivery) error {
	return t.save(ctx, "delivery", hasDelivery, string(d.ID), updateDelivery, string(d.ID), d.Fence, string(d.State), d.Attempts,
		millis(d.NextAt), d.Status, d.Wrong, d.Took.Milliseconds(), millis(d.DeliveredAt))
}

// ForgetDeliveries implements notify.Tx.
func (t *tx) ForgetDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	return t.forget(ctx, forgetDeliveries, before, limit)
}

func (t *tx) forget(ctx context.Context, statement string, before time.Time, limit int) (int, error) {
	r, err := t.exec(ctx, statement, millis(before), limit)
	if err != nil {
		return 0, err
	}
	return int(changed(r)), nil
}

const (
	insertNotice = `INSERT INTO notices (workspace, id, member, kind, conversation, text, by_member, at, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	listNotices = `SELECT ` + noticeColumns + ` FROM notices WHERE workspace = $1 AND member = $2 AND (at, id) < ($3, $4)
		ORDER BY at DESC, id DESC LIMIT $5`
	selectNoticesByID  = `SELECT ` + noticeColumns + ` FROM notices WHERE workspace = $1 AND id IN list($2)`
	countUnreadNotices = `SELECT COUNT(*) FROM (SELECT 1 FROM notices WHERE workspace = $1 AND member = $2 AND read_at = 0 LIMIT $3) AS counted`
	readNotices        = `UPDATE notices SET read_at = $4 WHERE workspace = $1 AND member = $2 AND read_at = 0 AND id <= $3`
	forgetNotices      = `DELETE FROM notices WHERE workspace = $1 AND id IN (SELECT id FROM notices WHERE workspace = $1 AND at < $2
		ORDER BY at LIMIT $3)`
)

// InsertNotice implements notify.Board.
func (t *tx) InsertNotice(ctx context.Context, n notify.Notice) error {
	_, err := t.exec(ctx, insertNotice, string(n.ID), string(n.Member), string(n.Kind), string(n.Conversation), n.Text, string(n.By),
		millis(n.At), millis(n.ReadAt))
	return err
}

// Notices implements notify.Tx.
func (t *tx) Notices(ctx context.Context, m vis.MemberID, p vis.Page) (vis.List[notify.Notice], error) {
	p = p.Bounded()
	from, err := placeAt(p.After)
	if err != nil {
		return vis.List[notify.Notice]{}, err
	}
	items, err := all(ctx, t, noticeRow, listNotices, string(m), from.at, from.id, p.Limit+1)
	return paged(items, p.Limit, func(n notify.Notice) place { return placeOf(n.At, string(n.ID)) }), err
}

// NoticesByID implements notify.Tx.
func (t *tx) NoticesByID(ctx context.Context, ids []vis.NoticeID) ([]notify.Notice, error) {
	return all(ctx, t, noticeRow, selectNoticesByID, texts(ids))
}

// CountUnreadNotices implements notify.Tx.
func (t *tx) CountUnreadNotices(ctx context.Context, m vis.MemberID, most int) (int, error) {
	return value[int](ctx, t, "count", countUnreadNotices, string(m), most)
}

// ReadNotices implements notify.Tx.
func (t *tx) ReadNotices(ctx context.Context, m vis.MemberID, upTo vis.NoticeID, at time.Time) error {
	_, err := t.exec(ctx, readNotices, string(m), string(upTo), millis(at))
	return err
}

// ForgetNotices implements notify.Tx.
func (t *tx) ForgetNotices(ctx context.Context, before time.Time, limit int) (int, error) {
	return t.forget(ctx, forgetNotices, before, limit)
}
