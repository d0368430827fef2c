package store

import (
	"context"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

const (
	offerColumns = `id, conversation, member, state, reason, why_json, made_at, expires_at, ended_at`

	selectOffer         = `SELECT ` + offerColumns + ` FROM offers WHERE workspace = $1 AND id = $2`
	selectRingingOffers = `SELECT ` + offerColumns + ` FROM offers WHERE workspace = $1 AND state = 'ringing' ORDER BY made_at, id`
	listOffers          = `SELECT ` + offerColumns + ` FROM offers WHERE workspace = $1 AND conversation = $2 ORDER BY made_at DESC, id DESC`
	hasOffer            = `SELECT id FROM offers WHERE workspace = $1 AND id = $2`
	insertOffer         = `INSERT INTO offers (workspace, id, conversation, member, state, reason, why_json, made_at, expires_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace, conversation) WHERE state = 'ringing' DO NOTHING`
	endOffer = `UPDATE offers SET state = $3, reason = $4, ended_at = $5 WHERE workspace = $1 AND id = $2 AND state = 'ringing'`
)

func offerRow(o *routing.Offer) []any {
	return []any{(*string)(&o.ID), (*string)(&o.Conversation), (*string)(&o.Member), (*string)(&o.State), &o.Reason, inJSON(&o.Why),
		(*at)(&o.MadeAt), (*at)(&o.ExpiresAt), (*at)(&o.EndedAt)}
}

// Offer implements routing.Tx.
func (t *tx) Offer(ctx context.Context, id vis.OfferID) (routing.Offer, error) {
	return one(ctx, t, "offer", offerRow, selectOffer, string(id))
}

// InsertOffer implements routing.Tx.
func (t *tx) InsertOffer(ctx context.Context, o routing.Offer) error {
	r, err := t.exec(ctx, insertOffer, string(o.ID), string(o.Conversation), string(o.Member), string(o.State), o.Reason, asJSON(o.Why),
		millis(o.MadeAt), millis(o.ExpiresAt), millis(o.EndedAt))
	if err == nil && changed(r) == 0 {
		return vis.Errorf(vis.Conflict, "offered_already", "This conversation is being offered to somebody already.")
	}
	return err
}

// EndOffer implements routing.Tx.
func (t *tx) EndOffer(ctx context.Context, o routing.Offer) error {
	return t.save(ctx, "offer", hasOffer, string(o.ID), endOffer, string(o.ID), string(o.State), o.Reason, millis(o.EndedAt))
}

// RingingOffers implements routing.Tx.
func (t *tx) RingingOffers(ctx context.Context) ([]routing.Offer, error) {
	return all(ctx, t, offerRow, selectRingingOffers)
}

// Offers implements routing.Tx.
func (t *tx) Offers(ctx context.Context, id vis.ConversationID) ([]routing.Offer, error) {
	return all(ctx, t, offerRow, listOffers, string(id))
}

// Whose a call-back is, is read from its conversation, so that it is right after HandOver too.
const (
	callbackColumns = `b.id, b.conversation, c.customer, b.phone, b.at, b.state, b.promise, b.created_at, b.ended_at, b.member, b.version`
	callbackTables  = ` FROM callbacks b CROSS JOIN conversations c WHERE b.workspace = $1 AND c.workspace = $1 AND c.id = b.conversation`

	selectCallback   = `SELECT ` + callbackColumns + callbackTables + ` AND b.id = $2`
	selectCallbackOf = `SELECT ` + callbackColumns + callbackTables + ` AND b.conversation = $2 AND b.state = 'asked' ORDER BY b.at, b.id LIMIT 1`
	listCallbacks    = `SELECT ` + callbackColumns + callbackTables + ` AND b.state = 'asked' ORDER BY b.at, b.id`
	hasCallback      = `SELECT id FROM callbacks WHERE workspace = $1 AND id = $2`
	insertCallback   = `INSERT INTO callbacks (workspace, id, conversation, phone, at, state, promise, created_at, ended_at, member, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	updateCallback = `UPDATE callbacks SET phone = $4, at = $5, state = $6, promise = $7, ended_at = $8, member = $9, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
)

func callbackRow(c *routing.Callback) []any {
	return []any{(*string)(&c.ID), (*string)(&c.Conversation), (*string)(&c.Customer), &c.Phone, (*at)(&c.At), &c.State, (*string)(&c.Promise),
		(*at)(&c.CreatedAt), (*at)(&c.EndedAt), (*string)(&c.By), &c.Version}
}

// InsertCallback implements routing.Tx. Its customer is that of the conversation, whoever it names.
func (t *tx) InsertCallback(ctx context.Context, c routing.Callback) error {
	_, err := t.exec(ctx, insertCallback, string(c.ID), string(c.Conversation), c.Phone, millis(c.At), c.State, string(c.Promise),
		millis(c.CreatedAt), millis(c.EndedAt), string(c.By), c.Version)
	return err
}

// SaveCallback implements routing.Tx.
func (t *tx) SaveCallback(ctx context.Context, c routing.Callback) (routing.Callback, error) {
	err := t.save(ctx, "call-back", hasCallback, string(c.ID), updateCallback, string(c.ID), c.Version, c.Phone, millis(c.At), c.State,
		string(c.Promise), millis(c.EndedAt), string(c.By))
	c.Version++
	return c, err
}

// Callback implements routing.Tx.
func (t *tx) Callback(ctx context.Context, id vis.CallbackID) (routing.Callback, error) {
	return one(ctx, t, "call-back", callbackRow, selectCallback, string(id))
}

// OpenCallbacks implements routing.Tx.
func (t *tx) OpenCallbacks(ctx context.Context) ([]routing.Callback, error) {
	return all(ctx, t, callbackRow, listCallbacks)
}

// CallbackOf implements routing.Tx.
func (t *tx) CallbackOf(ctx context.Context, id vis.ConversationID) (routing.Callback, error) {
	return one(ctx, t, "call-back", callbackRow, selectCallbackOf, string(id))
}
