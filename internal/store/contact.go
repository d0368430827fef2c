package store

import (
	"context"
	"fmt"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// Contacts is the store as those who count contacts know it.
func (s *Store) Contacts() listen.CountDB { return countDB{s} }

type countDB struct{ s *Store }

func (d countDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(listen.CountTx) error) error {
	return d.s.view(ctx, ws, func(t *tx) error { return fn(t) })
}

func (d countDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(listen.CountTx) error) error {
	return d.s.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

const (
	contactColumns = `conversation, customer, began_at, day, channel, reason, language, message, mood, dissatisfied, repeats, reopened, handled_for,
		touched_at, page, place, product`
	selectContacts   = `SELECT ` + contactColumns + ` FROM contacts WHERE workspace = $1 AND conversation IN list($2)`
	listContactsOf   = `SELECT ` + contactColumns + ` FROM contacts WHERE workspace = $1 AND customer = $2 ORDER BY began_at DESC, conversation DESC LIMIT $3`
	listContactsWhen = `SELECT ` + contactColumns + ` FROM contacts WHERE workspace = $1 AND reason = $2 AND began_at >= $3
		AND (began_at, conversation) < ($4, $5) AND ($6 = '' OR channel = $6) AND ($7 = '*' OR language = $7)
		AND ($8 = '' OR place = $8) AND ($9 = '' OR product = $9) ORDER BY began_at DESC, conversation DESC LIMIT $10`
	putContact = `INSERT INTO contacts (workspace, conversation, customer, began_at, day, channel, reason, language, message, mood, dissatisfied, repeats,
		reopened, handled_for, touched_at, page, place, product) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (workspace, conversation) DO UPDATE SET customer = excluded.customer, channel = excluded.channel, reason = excluded.reason,
		language = excluded.language, message = excluded.message, mood = excluded.mood, dissatisfied = excluded.dissatisfied,
		repeats = excluded.repeats, reopened = excluded.reopened, handled_for = excluded.handled_for, touched_at = excluded.touched_at,
		place = excluded.place, product = excluded.product`
)

func contactRow(c *listen.Contact) []any {
	return []any{(*string)(&c.Conversation), (*string)(&c.Customer), (*at)(&c.BeganAt), (*int)(&c.Day), (*string)(&c.Channel), &c.Reason, &c.Language,
		(*string)(&c.Message), &c.Mood, &c.Dissatisfied, &c.Repeat, &c.Reopened, (*span)(&c.Handled), (*at)(&c.TouchedAt), &c.Page, &c.Place, &c.Product}
}

// ContactsByID implements listen.CountTx.
func (t *tx) ContactsByID(ctx context.Context, ids []vis.ConversationID) ([]listen.Contact, error) {
	return all(ctx, t, contactRow, selectContacts, texts(ids))
}

// ContactsOf implements listen.CountTx.
func (t *tx) ContactsOf(ctx context.Context, c vis.CustomerID, limit int) ([]listen.Contact, error) {
	return all(ctx, t, contactRow, listContactsOf, string(c), limit)
}

// Contacts implements listen.CountTx.
func (t *tx) Contacts(ctx context.Context, q listen.ContactQuery, limit int) ([]listen.Contact, error) {
	return all(ctx, t, contactRow, listContactsWhen, q.Reason, q.Since, q.Before, string(q.Above), string(q.Channel), q.Language, q.Place, q.Product, limit)
}

// PutContact implements listen.CountTx.
func (t *tx) PutContact(ctx context.Context, c listen.Contact) error {
	_, err := t.exec(ctx, putContact, string(c.Conversation), string(c.Customer), millis(c.BeganAt), int(c.Day), string(c.Channel), c.Reason, c.Language,
		string(c.Message), c.Mood, c.Dissatisfied, c.Repeat, c.Reopened, c.Handled.Milliseconds(), millis(c.TouchedAt), c.Page, c.Place, c.Product)
	return err
}

const (
	addCount = `INSERT INTO contact_days (workspace, day, reason, channel, language, contacts, words_read, moods, dissatisfied, repeats, handled, handled_for)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (workspace, channel, language, day, reason) DO UPDATE SET contacts = contact_days.contacts + excluded.contacts,
		words_read = contact_days.words_read + excluded.words_read, moods = contact_days.moods + excluded.moods,
		dissatisfied = contact_days.dissatisfied + excluded.dissatisfied, repeats = contact_days.repeats + excluded.repeats,
		handled = contact_days.handled + excluded.handled, handled_for = contact_days.handled_for + excluded.handled_for`
	countColumns = `SELECT day, reason, channel, language, contacts, words_read, moods, dissatisfied, repeats, handled, handled_for FROM contact_days
		WHERE workspace = $1`
	listCounts = countColumns + ` AND channel = $2 AND language = $3 AND day >= $4 AND day < $5 ORDER BY day, reason`
	// From the reasons to their days: by the key alone SQLite would read a workspace's whole past.
	selectCountsOf = `SELECT d.day, d.reason, d.channel, d.language, d.contacts, d.words_read, d.moods, d.dissatisfied, d.repeats, d.handled, d.handled_for
		FROM list($2) wanted CROSS JOIN contact_days d WHERE d.workspace = $1 AND d.reason = wanted.value AND d.day >= $3 AND d.day < $4
		AND d.channel <> '' AND d.language <> '*' AND ($5 = '' OR d.channel = $5) AND ($6 = '*' OR d.language = $6)`
)

func countRow(c *listen.Tallied) []any {
	return []any{(*int)(&c.Day), &c.Reason, (*string)(&c.Channel), &c.Language, &c.Contacts, &c.Read, &c.Moods, &c.Dissatisfied, &c.Repeats, &c.Handled,
		(*span)(&c.HandledFor)}
}

const (
	addSpotCount = `INSERT INTO contact_places (workspace, day, reason, channel, language, contacts, words_read, moods, dissatisfied, repeats, handled,
		handled_for, place, product) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (workspace, place, product, channel, language, day, reason) DO UPDATE SET contacts = contact_places.contacts + excluded.contacts,
		words_read = contact_places.words_read + excluded.words_read, moods = contact_places.moods + excluded.moods,
		dissatisfied = contact_places.dissatisfied + excluded.dissatisfied, repeats = contact_places.repeats + excluded.repeats,
		handled = contact_places.handled + excluded.handled, handled_for = contact_places.handled_for + excluded.handled_for`
	spotColumns = `d.day, d.reason, d.channel, d.language, d.contacts, d.words_read, d.moods, d.dissatisfied, d.repeats, d.handled, d.handled_for,
		d.place, d.product`
	listSpotCounts = `SELECT ` + spotColumns + ` FROM contact_places d WHERE d.workspace = $1 AND d.place = $2 AND d.product = $3 AND d.channel = $4 AND d.language = $5
		AND d.day >= $6 AND d.day < $7 ORDER BY d.day, d.reason`
	// '+' is each place, or each product, by itself.
	selectSpotCountsOf = `SELECT ` + spotColumns + ` FROM list($2) wanted CROSS JOIN contact_places d WHERE d.workspace = $1 AND d.reason = wanted.value AND d.day >= $3
		AND d.day < $4 AND d.channel <> '' AND d.language <> '*' AND ($5 = '' OR d.channel = $5) AND ($6 = '*' OR d.language = $6)
		AND (d.place = $7 OR $7 = '+' AND d.place <> '') AND (d.product = $8 OR $8 = '+' AND d.product <> '')`
	added = `CAST(sum(contacts) AS BIGINT), CAST(sum(words_read) AS BIGINT), CAST(sum(moods) AS BIGINT), CAST(sum(dissatisfied) AS BIGINT),
		CAST(sum(repeats) AS BIGINT), CAST(sum(handled) AS BIGINT), CAST(sum(handled_for) AS BIGINT) FROM contact_places WHERE workspace = $1`
	selectPlaces = `SELECT place, reason, ` + added + ` AND product = $2 AND channel = $3 AND language = $4 AND day >= $5 AND day < $6 AND place <> ''
		GROUP BY place, reason`
	selectProducts = `SELECT product, reason, ` + added + ` AND place = $2 AND channel = $3 AND language = $4 AND day >= $5 AND day < $6 AND product <> ''
		GROUP BY product, reason`
	listValues = `SELECT kind, key, value, since FROM contact_values WHERE workspace = $1`
	keepValue  = `INSERT INTO contact_values (workspace, kind, key, value, since) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace, kind, key) DO NOTHING`
)

func spotCountRow(c *listen.Tallied) []any { return append(countRow(c), &c.Place, &c.Product) }

// AddCount implements listen.CountTx.
func (t *tx) AddCount(ctx context.Context, c listen.Tallied) error {
	args := []any{int(c.Day), c.Reason, string(c.Channel), c.Language, c.Contacts, c.Read, c.Moods, c.Dissatisfied, c.Repeats, c.Handled,
		c.HandledFor.Milliseconds()}
	statement := addCount
	if c.Spot != (listen.Spot{}) {
		statement, args = addSpotCount, append(args, c.Place, c.Product)
	}
	_, err := t.exec(ctx, statement, args...)
	return err
}

// Counts implements listen.CountTx.
func (t *tx) Counts(ctx context.Context, q listen.CountQuery) ([]listen.Tallied, error) {
	if q.Spot != (listen.Spot{}) {
		return all(ctx, t, spotCountRow, listSpotCounts, q.Place, q.Product, string(q.Channel), q.Language, int(q.From), int(q.To))
	}
	return all(ctx, t, countRow, listCounts, string(q.Channel), q.Language, int(q.From), int(q.To))
}

// CountsOf implements listen.CountTx.
func (t *tx) CountsOf(ctx context.Context, reasons []string, q listen.CountQuery) ([]listen.Tallied, error) {
	if q.Spot != (listen.Spot{}) {
		return all(ctx, t, spotCountRow, selectSpotCountsOf, texts(reasons), int(q.From), int(q.To), string(q.Channel), q.Language, q.Place, q.Product)
	}
	return all(ctx, t, countRow, selectCountsOf, texts(reasons), int(q.From), int(q.To), string(q.Channel), q.Language)
}

// Split implements listen.CountTx.
func (t *tx) Split(ctx context.Context, by listen.Split, q listen.CountQuery) ([]listen.Part, error) {
	row := func(p *listen.Part) []any {
		return []any{&p.Value, &p.Reason, &p.Contacts, &p.Read, &p.Moods, &p.Dissatisfied, &p.Repeats, &p.Handled, (*span)(&p.HandledFor)}
	}
	if by == listen.ByProduct {
		return all(ctx, t, row, selectProducts, q.Place, string(q.Channel), q.Language, int(q.From), int(q.To))
	}
	return all(ctx, t, row, selectPlaces, q.Product, string(q.Channel), q.Language, int(q.From), int(q.To))
}

// Values implements listen.CountTx.
func (t *tx) Values(ctx context.Context) ([]listen.Value, error) {
	return all(ctx, t, func(v *listen.Value) []any { return []any{(*string)(&v.Kind), &v.Key, &v.Value, (*at)(&v.Since)} }, listValues)
}

// KeepValue implements listen.CountTx.
func (t *tx) KeepValue(ctx context.Context, v listen.Value) error {
	_, err := t.exec(ctx, keepValue, string(v.Kind), v.Key, v.Value, millis(v.Since))
	return err
}

const (
	// Bits are put together by |, which both engines have.
	addSearch = `INSERT INTO search_days (workspace, day, print, channel, language, term, people, searches, unfound, opened, answered, wrote)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (workspace, day, print, channel, language) DO UPDATE SET
		term = CASE WHEN excluded.term <> '' THEN excluded.term ELSE search_days.term END, people = search_days.people | excluded.people,
		searches = search_days.searches + excluded.searches, unfound = search_days.unfound + excluded.unfound, opened = search_days.opened + excluded.opened,
		answered = search_days.answered + excluded.answered, wrote = search_days.wrote + excluded.wrote`
	searchColumns     = `SELECT day, print, channel, language, term, people, searches, unfound, opened, answered, wrote FROM search_days WHERE workspace = $1`
	selectSearchesFor = searchColumns + ` AND print = $2 AND day >= $3`
	listSearches      = searchColumns + ` AND day >= $2 AND day < $3 AND ($4 = '' OR channel = $4) AND ($5 = '*' OR language = $5) ORDER BY day, print, channel, language`
	countTerms        = `SELECT count(*) FROM (SELECT print FROM search_days WHERE workspace = $1 AND day = $2 LIMIT $3) counted`
)

// bitset scans a column of 64 bits.
type bitset uint64

// Scan implements sql.Scanner.
func (b *bitset) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan bits: got %T", src)
	}
	*b = bitset(n) //nolint:gosec // bits
	return nil
}

func searchRow(s *listen.SearchSums) []any {
	return []any{(*int)(&s.Day), &s.Print, (*string)(&s.Channel), &s.Language, &s.Term, (*bitset)(&s.People), &s.Searches, &s.Nothing, &s.Read, &s.Answered, &s.Wrote}
}

// AddSearch implements listen.CountTx.
func (t *tx) AddSearch(ctx context.Context, s listen.SearchSums) error {
	_, err := t.exec(ctx, addSearch, int(s.Day), s.Print, string(s.Channel), s.Language, s.Term, int64(s.People), s.Searches, s.Nothing, s.Read, s.Answered, s.Wrote) //nolint:gosec // bits
	return err
}

// SearchesFor implements listen.CountTx.
func (t *tx) SearchesFor(ctx context.Context, print string, since listen.Day) ([]listen.SearchSums, error) {
	return all(ctx, t, searchRow, selectSearchesFor, print, int(since))
}

// CountTerms implements listen.CountTx.
func (t *tx) CountTerms(ctx context.Context, day listen.Day, most int) (int, error) {
	return value[int](ctx, t, "count", countTerms, int(day), most)
}

// Searches implements listen.CountTx.
func (t *tx) Searches(ctx context.Context, q listen.CountQuery) ([]listen.SearchSums, error) {
	return all(ctx, t, searchRow, listSearches, int(q.From), int(q.To), string(q.Channel), q.Language)
}

const (
	selectActions = `SELECT reason, aim_json, version FROM reason_actions WHERE workspace = $1 ORDER BY reason`
	selectAction  = `SELECT reason, aim_json, version FROM reason_actions WHERE workspace = $1 AND reason = $2`
	insertAction  = `INSERT INTO reason_actions (workspace, reason, aim_json, version) VALUES ($1, $2, $3, 1) ON CONFLICT (workspace, reason) DO NOTHING`
	updateAction  = `UPDATE reason_actions SET aim_json = $4, version = version + 1 WHERE workspace = $1 AND reason = $2 AND version = $3`
	deleteAction  = `DELETE FROM reason_actions WHERE workspace = $1 AND reason = $2`

	selectRate = `SELECT rate_json, version FROM work_rates WHERE workspace = $1`
	insertRate = `INSERT INTO work_rates (workspace, rate_json, version) VALUES ($1, $2, 1) ON CONFLICT (workspace) DO NOTHING`
	updateRate = `UPDATE work_rates SET rate_json = $3, version = version + 1 WHERE workspace = $1 AND version = $2`
)

func actionRow(a *listen.Action) []any { return []any{&a.Reason, inJSON(&a.Aim), &a.Version} }

// Actions implements listen.CountTx.
func (t *tx) Actions(ctx context.Context) ([]listen.Action, error) {
	return all(ctx, t, actionRow, selectActions)
}

// Action implements listen.CountTx.
func (t *tx) Action(ctx context.Context, reason string) (listen.Action, error) {
	return one(ctx, t, "action", actionRow, selectAction, reason)
}

// SaveAction implements listen.CountTx.
func (t *tx) SaveAction(ctx context.Context, a listen.Action) (listen.Action, error) {
	err := t.put(ctx, a.Version, insertAction, []any{a.Reason, asJSON(a.Aim)}, updateAction, []any{a.Reason, a.Version, asJSON(a.Aim)})
	a.Version++
	return a, err
}

// DeleteAction implements listen.CountTx.
func (t *tx) DeleteAction(ctx context.Context, reason string) error {
	return t.must(ctx, "action", deleteAction, reason)
}

// Rate implements listen.CountTx.
func (t *tx) Rate(ctx context.Context) (listen.Rate, error) {
	r, err := one(ctx, t, "rate", func(r *listen.Rate) []any { return []any{inJSON(r), &r.Version} }, selectRate)
	return r, absentIsNothing(err)
}

// SaveRate implements listen.CountTx.
func (t *tx) SaveRate(ctx context.Context, r listen.Rate) (listen.Rate, error) {
	err := t.put(ctx, r.Version, insertRate, []any{asJSON(r)}, updateRate, []any{r.Version, asJSON(r)})
	r.Version++
	return r, err
}
