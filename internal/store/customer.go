package store

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

const (
	customerColumns = `u.id, u.name, u.face, u.locale, u.zone, u.verified, u.page_url, u.page_title, u.page_at, u.first_seen_at,
		u.last_seen_at, u.version, u.adviser, u.segment, u.value, u.attributes_json`
	identityColumns = `id, customer, kind, value, key, verified, created_at`
)

// seen is a customer with the columns of the page she was seen on.
type seen struct {
	desk.Customer
	page desk.PageView
}

func customerRow(s *seen) []any {
	c := &s.Customer
	return []any{(*string)(&c.ID), &c.Name, &c.Face, &c.Locale, &c.Zone, &c.Verified, &s.page.URL, &s.page.Title, (*at)(&s.page.At),
		(*at)(&c.FirstSeenAt), (*at)(&c.LastSeenAt), &c.Version, (*string)(&c.Adviser), &c.Segment, &c.Value, inJSON(&c.Attributes)}
}

func (s seen) customer() desk.Customer {
	c := s.Customer
	if !s.page.At.IsZero() {
		c.Page = &s.page
	}
	return c
}

func identityRow(i *desk.Identity) []any {
	return []any{(*string)(&i.ID), (*string)(&i.Customer), (*string)(&i.Kind), &i.Value, &i.Key, &i.Verified, (*at)(&i.CreatedAt)}
}

const (
	selectCustomer           = `SELECT ` + customerColumns + ` FROM customers u WHERE u.workspace = $1 AND u.id = $2`
	selectCustomers          = `SELECT ` + customerColumns + ` FROM customers u WHERE u.workspace = $1 AND u.id IN list($2)`
	selectCustomerByIdentity = `SELECT ` + customerColumns + ` FROM identities i
		JOIN customers u ON u.workspace = i.workspace AND u.id = i.customer
		WHERE i.workspace = $1 AND i.kind = $2 AND i.key = $3 AND i.verified`
	hasCustomer    = `SELECT id FROM customers WHERE workspace = $1 AND id = $2`
	insertCustomer = `INSERT INTO customers (workspace, id, name, face, locale, zone, verified, page_url, page_title, page_at,
		first_seen_at, last_seen_at, version, adviser, segment, value, attributes_json)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	updateCustomer = `UPDATE customers SET name = $4, face = $5, locale = $6, zone = $7, verified = $8, page_url = $9, page_title = $10,
		page_at = $11, first_seen_at = $12, last_seen_at = $13, adviser = $14, segment = $15, value = $16, attributes_json = $17, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
	touchCustomer   = `UPDATE customers SET last_seen_at = $3 WHERE workspace = $1 AND id = $2`
	touchCustomerOn = `UPDATE customers SET last_seen_at = $3, page_url = $4, page_title = $5, page_at = $6 WHERE workspace = $1 AND id = $2`

	selectIdentities   = `SELECT ` + identityColumns + ` FROM identities WHERE workspace = $1 AND customer = $2 ORDER BY created_at, id`
	selectIdentitiesOf = `SELECT ` + identityColumns + ` FROM identities WHERE workspace = $1 AND customer IN list($2) ORDER BY created_at, id`
	insertIdentity     = `INSERT INTO identities (workspace, id, customer, kind, value, key, verified, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	verifyIdentity = `UPDATE identities SET verified = TRUE WHERE workspace = $1 AND id = $2`
)

// known completes a customer that was found with her identities.
func (t *tx) known(ctx context.Context, s seen, err error) (desk.Customer, error) {
	if err != nil {
		return desk.Customer{}, err
	}
	c := s.customer()
	c.Identities, err = all(ctx, t, identityRow, selectIdentities, string(c.ID))
	return c, err
}

// Customer implements desk.Tx.
func (t *tx) Customer(ctx context.Context, id vis.CustomerID) (desk.Customer, error) {
	s, err := one(ctx, t, "customer", customerRow, selectCustomer, string(id))
	return t.known(ctx, s, err)
}

// CustomerByIdentity implements desk.Tx.
func (t *tx) CustomerByIdentity(ctx context.Context, kind desk.IdentityKind, key string) (desk.Customer, error) {
	s, err := one(ctx, t, "customer", customerRow, selectCustomerByIdentity, string(kind), key)
	return t.known(ctx, s, err)
}

// customers reads many customers with their identities, in the order of ids; absent ones are left out.
func (t *tx) customers(ctx context.Context, ids []vis.CustomerID) ([]desk.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := all(ctx, t, customerRow, selectCustomers, texts(ids))
	if err != nil {
		return nil, err
	}
	identities, err := all(ctx, t, identityRow, selectIdentitiesOf, texts(ids))
	if err != nil {
		return nil, err
	}
	found := make(map[vis.CustomerID]*desk.Customer, len(rows))
	for _, s := range rows {
		c := s.customer()
		found[c.ID] = &c
	}
	for _, i := range identities {
		if c := found[i.Customer]; c != nil {
			c.Identities = append(c.Identities, i)
		}
	}
	out := make([]desk.Customer, 0, len(ids))
	for _, id := range ids {
		if c := found[id]; c != nil {
			out = append(out, *c)
		}
	}
	return out, nil
}

func pageOf(c desk.Customer) desk.PageView {
	if c.Page == nil {
		return desk.PageView{}
	}
	return *c.Page
}

// InsertCustomer implements desk.Tx; the identities are inserted apart.
func (t *tx) InsertCustomer(ctx context.Context, c desk.Customer) error {
	page := pageOf(c)
	_, err := t.exec(ctx, insertCustomer, string(c.ID), c.Name, c.Face, c.Locale, c.Zone, c.Verified, page.URL, page.Title, millis(page.At),
		millis(c.FirstSeenAt), millis(c.LastSeenAt), c.Version, string(c.Adviser), c.Segment, c.Value, asJSON(c.Attributes))
	return err
}

// SaveCustomer implements desk.Tx.
func (t *tx) SaveCustomer(ctx context.Context, c desk.Customer) (desk.Customer, error) {
	page := pageOf(c)
	err := t.save(ctx, "customer", hasCustomer, string(c.ID), updateCustomer, string(c.ID), c.Version, c.Name, c.Face, c.Locale, c.Zone,
		c.Verified, page.URL, page.Title, millis(page.At), millis(c.FirstSeenAt), millis(c.LastSeenAt), string(c.Adviser), c.Segment, c.Value, asJSON(c.Attributes))
	c.Version++
	return c, err
}

// TouchCustomer implements desk.Tx.
func (t *tx) TouchCustomer(ctx context.Context, id vis.CustomerID, at time.Time, page *desk.PageView) error {
	if page == nil {
		return t.must(ctx, "customer", touchCustomer, string(id), millis(at))
	}
	return t.must(ctx, "customer", touchCustomerOn, string(id), millis(at), page.URL, page.Title, millis(page.At))
}

// InsertIdentity implements desk.Tx.
func (t *tx) InsertIdentity(ctx context.Context, i desk.Identity) error {
	_, err := t.exec(ctx, insertIdentity, string(i.ID), string(i.Customer), string(i.Kind), i.Value, i.Key, i.Verified, millis(i.CreatedAt))
	return err
}

// VerifyIdentity implements desk.Tx.
func (t *tx) VerifyIdentity(ctx context.Context, id vis.IdentityID) error {
	return t.must(ctx, "identity", verifyIdentity, string(id))
}

const (
	insertVisit = `INSERT INTO visits (workspace, token_hash, customer, channel, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	selectVisit = `SELECT token_hash, customer, channel, created_at, expires_at FROM visits WHERE workspace = $1 AND token_hash = $2`
	deleteVisit = `DELETE FROM visits WHERE workspace = $1 AND token_hash = $2`
	endVisits   = `DELETE FROM visits WHERE workspace = $1 AND customer = $2`
	// What was said under an id that she has used already stays as it is; nobody but she can have arranged that.
	moveMessages = `UPDATE messages SET author_id = $3 WHERE workspace = $1 AND author = 'customer' AND author_id = $2
		AND conversation IN (SELECT c.id FROM conversations c WHERE c.workspace = $1 AND c.customer = $2)
		AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.workspace = $1 AND m.author = 'customer' AND m.author_id = $3
		AND m.client_id = messages.client_id AND m.client_id <> '')`
	moveAttachments = `UPDATE attachments SET author_id = $3 WHERE workspace = $1 AND author = 'customer' AND author_id = $2`
	// Whose a conversation is found to be is no change that a member's decision about it could be stale against.
	moveContacts = `UPDATE contacts SET customer = $3 WHERE workspace = $1 AND customer = $2`

	moveConversations = `UPDATE conversations SET customer = $3 WHERE workspace = $1 AND customer = $2`
)

// InsertVisit implements desk.Tx.
func (t *tx) InsertVisit(ctx context.Context, v desk.Visit) error {
	_, err := t.exec(ctx, insertVisit, v.TokenHash, string(v.Customer), string(v.Channel), millis(v.CreatedAt), millis(v.ExpiresAt))
	return err
}

// VisitByToken implements desk.Tx.
func (t *tx) VisitByToken(ctx context.Context, tokenHash string) (desk.Visit, error) {
	return one(ctx, t, "visit", func(v *desk.Visit) []any {
		return []any{&v.TokenHash, (*string)(&v.Customer), (*string)(&v.Channel), (*at)(&v.CreatedAt), (*at)(&v.ExpiresAt)}
	}, selectVisit, tokenHash)
}

// DeleteVisit implements desk.Tx; an absent visit is ended already.
func (t *tx) DeleteVisit(ctx context.Context, tokenHash string) error {
	_, err := t.exec(ctx, deleteVisit, tokenHash)
	return err
}

// HandOver implements desk.Tx.
func (t *tx) HandOver(ctx context.Context, from, to vis.CustomerID) error {
	for _, id := range []vis.CustomerID{from, to} {
		if _, err := value[string](ctx, t, "customer", hasCustomer, string(id)); err != nil {
			return err
		}
	}
	for _, statement := range []string{moveMessages, moveAttachments, moveContacts, moveConversations} { // the words while they are still hers
		if _, err := t.exec(ctx, statement, string(from), string(to)); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, endVisits, string(from))
	return err
}
