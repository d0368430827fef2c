package store

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/vis"
)

// Post is the store as the post room knows it.
func (s *Store) Post() post.DB { return postDB{s} }

var _ post.Tx = (*tx)(nil)

type postDB struct{ *Store }

// View implements vis.DB.
func (d postDB) View(ctx context.Context, ws vis.WorkspaceID, fn func(post.Tx) error) error {
	return d.view(ctx, ws, func(t *tx) error { return fn(t) })
}

// Update implements vis.DB.
func (d postDB) Update(ctx context.Context, by vis.Actor, answer any, fn func(post.Tx) error) error {
	return d.update(ctx, by, answer, func(t *tx) error { return fn(t) })
}

func inWorkspaceRow(id *vis.WorkspaceID) []any { return []any{(*string)(id)} }

// DueArrivals implements post.DB.
func (d postDB) DueArrivals(ctx context.Context, now time.Time, limit int) ([]vis.WorkspaceID, error) {
	return anywhere(ctx, d.Store, inWorkspaceRow, selectDueArrivals, millis(now), limit)
}

// DueSendings implements post.DB.
func (d postDB) DueSendings(ctx context.Context, now time.Time, limit int) ([]vis.WorkspaceID, error) {
	return anywhere(ctx, d.Store, inWorkspaceRow, selectDueSendings, millis(now), limit)
}

// WrittenChannels implements post.DB.
func (d postDB) WrittenChannels(ctx context.Context, kinds []channel.Kind) ([]post.Placed, error) {
	return anywhere(ctx, d.Store, func(p *post.Placed) []any {
		return append([]any{(*string)(&p.Workspace)}, channelRow(&p.Channel)...)
	}, selectChannelsByKind, texts(kinds))
}

const (
	arrivalColumns = `id, channel, hash, remote, blob, size, envelope_json, received_at, state, reason, detail, tries, next_at, fence,
		conversation, message, changed_at, head_json`
	letterColumns = `message, conversation, channel, outward, body_json, raw, html`
)

func arrivalRow(a *post.Arrival) []any {
	return []any{(*string)(&a.ID), (*string)(&a.Channel), &a.Hash, &a.Remote, &a.Blob, &a.Size, inJSON(&a.Envelope), (*at)(&a.ReceivedAt),
		(*string)(&a.State), &a.Reason, &a.Detail, &a.Tries, (*at)(&a.NextAt), &a.Fence, (*string)(&a.Conversation), (*string)(&a.Message),
		(*at)(&a.ChangedAt), inJSON(&a.Head)}
}

func letterRow(l *post.Letter) []any {
	return []any{(*string)(&l.Message), (*string)(&l.Conversation), (*string)(&l.Channel), &l.Outward, inJSON(&l.Body), &l.Raw, &l.HTML}
}

const (
	insertArrival = `INSERT INTO arrivals (workspace, id, channel, hash, remote, blob, size, envelope_json, received_at, state, reason, detail, tries,
		next_at, fence, conversation, message, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (workspace, channel, hash) DO NOTHING`
	selectArrival = `SELECT ` + arrivalColumns + ` FROM arrivals WHERE workspace = $1 AND id = $2`
	hasArrival    = `SELECT id FROM arrivals WHERE workspace = $1 AND id = $2`
	knownArrival  = `SELECT id FROM arrivals WHERE workspace = $1 AND channel = $2 AND hash = $3`
	listArrivals  = `SELECT ` + arrivalColumns + ` FROM arrivals WHERE workspace = $1 AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4`
	countArrivals = `SELECT COUNT(*) FROM (SELECT 1 FROM arrivals WHERE workspace = $1 AND state = $2 LIMIT $3) AS counted`
	claimTried    = `UPDATE arrivals SET ` + claimed + `tries > 0 AND next_at <= $2 ORDER BY tries, next_at, id LIMIT 1) RETURNING ` + arrivalColumns
	claimFresh    = `UPDATE arrivals SET ` + claimed + `tries = 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $4) RETURNING ` + arrivalColumns
	claimed       = `tries = tries + 1, fence = fence + 1, next_at = $3 WHERE workspace = $1 AND id IN (SELECT id FROM arrivals
		WHERE workspace = $1 AND state = 'waiting' AND `
	updateArrival = `UPDATE arrivals SET state = $4, reason = $5, detail = $6, tries = $7, next_at = $8, conversation = $9, message = $10, blob = $11,
		changed_at = $12, head_json = $13 WHERE workspace = $1 AND id = $2 AND fence = $3`
)

// InsertArrival implements post.Tx.
func (t *tx) InsertArrival(ctx context.Context, a post.Arrival) (bool, error) {
	r, err := t.exec(ctx, insertArrival, string(a.ID), string(a.Channel), a.Hash, a.Remote, a.Blob, a.Size, asJSON(a.Envelope), millis(a.ReceivedAt),
		string(a.State), a.Reason, a.Detail, a.Tries, millis(a.NextAt), a.Fence, string(a.Conversation), string(a.Message), millis(a.ChangedAt))
	return err == nil && changed(r) == 1, err
}

// KnownArrival implements post.Tx.
func (t *tx) KnownArrival(ctx context.Context, ch vis.ChannelID, hash string) (bool, error) {
	_, err := value[string](ctx, t, "arrival", knownArrival, string(ch), hash)
	if vis.CodeOf(err) == vis.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Arrival implements post.Tx.
func (t *tx) Arrival(ctx context.Context, id vis.ArrivalID) (post.Arrival, error) {
	return one(ctx, t, "letter", arrivalRow, selectArrival, string(id))
}

// Arrivals implements post.Tx.
func (t *tx) Arrivals(ctx context.Context, s post.ArrivalState, p vis.Page) (vis.List[post.Arrival], error) {
	p = p.Bounded()
	from, err := placeBefore(p.After)
	if err != nil {
		return vis.List[post.Arrival]{}, err
	}
	items, err := all(ctx, t, arrivalRow, listArrivals, string(s), from, p.Limit+1)
	return paged(items, p.Limit, func(a post.Arrival) place { return placeOf(a.ReceivedAt, string(a.ID)) }), err
}

// placeBefore is the id that a list by id alone goes on before.
func placeBefore(after string) (string, error) {
	from, err := placeAt(after)
	return from.id, err
}

// CountArrivals implements post.Tx.
func (t *tx) CountArrivals(ctx context.Context, s post.ArrivalState, most int) (int, error) {
	return value[int](ctx, t, "count", countArrivals, string(s), most)
}

// ClaimArrivals implements post.Tx.
func (t *tx) ClaimArrivals(ctx context.Context, now, until time.Time, limit int) ([]post.Arrival, error) {
	tried, err := all(ctx, t, arrivalRow, claimTried, millis(now), millis(until))
	if err != nil || len(tried) > 0 {
		return tried, err
	}
	return all(ctx, t, arrivalRow, claimFresh, millis(now), millis(until), limit)
}

// SaveArrival implements post.Tx.
func (t *tx) SaveArrival(ctx context.Context, a post.Arrival) error {
	return t.save(ctx, "letter", hasArrival, string(a.ID), updateArrival, string(a.ID), a.Fence, string(a.State), a.Reason, a.Detail, a.Tries,
		millis(a.NextAt), string(a.Conversation), string(a.Message), a.Blob, millis(a.ChangedAt), asJSON(a.Head))
}

const (
	insertLetter = `INSERT INTO letters (workspace, message, conversation, channel, outward, body_json, raw, html)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	selectLetter  = `SELECT ` + letterColumns + ` FROM letters WHERE workspace = $1 AND message = $2`
	selectLetters = `SELECT ` + letterColumns + ` FROM (SELECT ` + letterColumns + ` FROM letters WHERE workspace = $1 AND conversation = $2
		ORDER BY message DESC LIMIT $3) AS recent ORDER BY message`
	updateLetterRaw = `UPDATE letters SET raw = $3 WHERE workspace = $1 AND message = $2`
	insertLetterID  = `INSERT INTO letter_ids (workspace, channel, id, message, conversation, outward, print) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectLetterIDs = `SELECT channel, id, message, conversation, outward, print FROM letter_ids WHERE workspace = $1 AND channel = $2 AND id IN list($3)
		ORDER BY message`
	selectSimilar = `SELECT id FROM conversations WHERE workspace = $1 AND customer = $2 AND subject = $3 AND last_activity_at >= $4
		ORDER BY last_activity_at DESC LIMIT 1`
	insertLetterToken = `INSERT INTO letter_tokens (workspace, token, kind, conversation, sending, address, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (workspace, token) DO NOTHING`
	selectLetterToken = `SELECT token, kind, conversation, sending, address, created_at FROM letter_tokens WHERE workspace = $1 AND token = $2`
	selectMemberEmail = `SELECT id FROM members WHERE workspace = $1 AND email_key = $2 LIMIT 1`
	selectParties     = `SELECT conversation, address, name, customer, rights, by_member, created_at FROM participants
		WHERE workspace = $1 AND conversation = $2 ORDER BY created_at, address`
	upsertParty = `INSERT INTO participants (workspace, conversation, address, name, customer, rights, by_member, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace, conversation, address) DO UPDATE SET name = excluded.name,
		customer = excluded.customer, rights = excluded.rights, by_member = excluded.by_member`
)

// InsertLetter implements post.Tx.
func (t *tx) InsertLetter(ctx context.Context, l post.Letter) error {
	_, err := t.exec(ctx, insertLetter, string(l.Message), string(l.Conversation), string(l.Channel), l.Outward, asJSON(l.Body), l.Raw, l.HTML)
	return err
}

// Letter implements post.Tx.
func (t *tx) Letter(ctx context.Context, m vis.MessageID) (post.Letter, error) {
	return one(ctx, t, "letter", letterRow, selectLetter, string(m))
}

// Letters implements post.Tx.
func (t *tx) Letters(ctx context.Context, c vis.ConversationID, limit int) ([]post.Letter, error) {
	return all(ctx, t, letterRow, selectLetters, string(c), limit)
}

// SetLetterRaw implements post.Tx.
func (t *tx) SetLetterRaw(ctx context.Context, m vis.MessageID, raw string) error {
	return t.must(ctx, "letter", updateLetterRaw, string(m), raw)
}

// InsertLetterID implements post.Tx.
func (t *tx) InsertLetterID(ctx context.Context, id post.LetterID) error {
	_, err := t.exec(ctx, insertLetterID, string(id.Channel), id.ID, string(id.Message), string(id.Conversation), id.Outward, id.Print)
	return err
}

// LetterIDs implements post.Tx.
func (t *tx) LetterIDs(ctx context.Context, ch vis.ChannelID, ids []string) ([]post.LetterID, error) {
	return all(ctx, t, func(i *post.LetterID) []any {
		return []any{(*string)(&i.Channel), &i.ID, (*string)(&i.Message), (*string)(&i.Conversation), &i.Outward, &i.Print}
	}, selectLetterIDs, string(ch), texts(ids))
}

// SimilarConversation implements post.Tx.
func (t *tx) SimilarConversation(ctx context.Context, c vis.CustomerID, subject string, since time.Time) (vis.ConversationID, error) {
	id, err := value[string](ctx, t, "conversation", selectSimilar, string(c), subject, millis(since))
	return vis.ConversationID(id), err
}

// InsertLetterToken implements post.Tx.
func (t *tx) InsertLetterToken(ctx context.Context, k post.Token) error {
	_, err := t.exec(ctx, insertLetterToken, k.Token, string(k.Kind), string(k.Conversation), string(k.Sending), k.Address, millis(k.CreatedAt))
	return err
}

// LetterToken implements post.Tx.
func (t *tx) LetterToken(ctx context.Context, token string) (post.Token, error) {
	return one(ctx, t, "address", func(k *post.Token) []any {
		return []any{&k.Token, (*string)(&k.Kind), (*string)(&k.Conversation), (*string)(&k.Sending), &k.Address, (*at)(&k.CreatedAt)}
	}, selectLetterToken, token)
}

// IsMemberAddress implements post.Tx.
func (t *tx) IsMemberAddress(ctx context.Context, key string) (bool, error) {
	_, err := value[string](ctx, t, "member", selectMemberEmail, key)
	if vis.CodeOf(err) == vis.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Participants implements post.Tx.
func (t *tx) Participants(ctx context.Context, c vis.ConversationID) ([]post.Participant, error) {
	return all(ctx, t, func(p *post.Participant) []any {
		return []any{(*string)(&p.Conversation), &p.Address, &p.Name, (*string)(&p.Customer), (*string)(&p.Rights), (*string)(&p.By), (*at)(&p.CreatedAt)}
	}, selectParties, string(c))
}

// SaveParticipant implements post.Tx.
func (t *tx) SaveParticipant(ctx context.Context, p post.Participant) error {
	_, err := t.exec(ctx, upsertParty, string(p.Conversation), p.Address, p.Name, string(p.Customer), string(p.Rights), string(p.By), millis(p.CreatedAt))
	return err
}

const (
	selectChannelCursor = `SELECT value FROM channel_cursors WHERE workspace = $1 AND channel = $2 AND name = $3`
	upsertChannelCursor = `INSERT INTO channel_cursors (workspace, channel, name, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, channel, name) DO UPDATE SET value = excluded.value`
	selectChannelSecrets = `SELECT name, value FROM channel_secrets WHERE workspace = $1 AND channel = $2`
	upsertChannelSecret  = `INSERT INTO channel_secrets (workspace, channel, name, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, channel, name) DO UPDATE SET value = excluded.value`
	deleteChannelSecret = `DELETE FROM channel_secrets WHERE workspace = $1 AND channel = $2 AND name = $3`
	selectChannelHealth = `SELECT channel, body_json FROM channel_health WHERE workspace = $1 ORDER BY channel, part`
	upsertChannelHealth = `INSERT INTO channel_health (workspace, channel, part, body_json) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, channel, part) DO UPDATE SET body_json = excluded.body_json`
	selectClaimed = `SELECT i.customer FROM identities i WHERE i.workspace = $1 AND i.kind = $2 AND i.key = $3 AND NOT i.verified AND NOT EXISTS (
		SELECT 1 FROM visits v WHERE v.workspace = $1 AND v.customer = i.customer) ORDER BY i.created_at DESC, i.id DESC LIMIT 1`
)

// ChannelCursor implements post.Tx.
func (t *tx) ChannelCursor(ctx context.Context, ch vis.ChannelID, name string) ([]byte, error) {
	b, err := value[[]byte](ctx, t, "cursor", selectChannelCursor, string(ch), name)
	if vis.CodeOf(err) == vis.NotFound {
		return nil, nil
	}
	return b, err
}

// SaveChannelCursor implements post.Tx.
func (t *tx) SaveChannelCursor(ctx context.Context, ch vis.ChannelID, name string, cursor []byte) error {
	_, err := t.exec(ctx, upsertChannelCursor, string(ch), name, cursor)
	return err
}

// ChannelSecrets implements post.Tx.
func (t *tx) ChannelSecrets(ctx context.Context, ch vis.ChannelID) (map[string][]byte, error) {
	type secret struct {
		name  string
		value []byte
	}
	found, err := all(ctx, t, func(s *secret) []any { return []any{&s.name, &s.value} }, selectChannelSecrets, string(ch))
	out := make(map[string][]byte, len(found))
	for _, s := range found {
		out[s.name] = s.value
	}
	return out, err
}

// SaveChannelSecret implements post.Tx.
func (t *tx) SaveChannelSecret(ctx context.Context, ch vis.ChannelID, name string, sealed []byte) error {
	if sealed == nil {
		_, err := t.exec(ctx, deleteChannelSecret, string(ch), name)
		return err
	}
	_, err := t.exec(ctx, upsertChannelSecret, string(ch), name, sealed)
	return err
}

const (
	selectSigningKeys = `SELECT domain, selector, algorithm, key, created_at, seen_at FROM dkim_keys WHERE workspace = $1 ORDER BY created_at, selector`
	insertSigningKey  = `INSERT INTO dkim_keys (workspace, domain, selector, algorithm, key, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`
	seeSigningKey     = `UPDATE dkim_keys SET seen_at = $4 WHERE workspace = $1 AND domain = $2 AND selector = $3 AND seen_at = 0`
	deleteSigningKey  = `DELETE FROM dkim_keys WHERE workspace = $1 AND domain = $2 AND selector = $3`
)

// SigningKeys implements post.Tx.
func (t *tx) SigningKeys(ctx context.Context) ([]channel.SigningKey, error) {
	return all(ctx, t, func(k *channel.SigningKey) []any {
		return []any{&k.Domain, &k.Selector, &k.Algorithm, &k.Private, (*at)(&k.CreatedAt), (*at)(&k.SeenAt)}
	}, selectSigningKeys)
}

// InsertSigningKey implements post.Tx.
func (t *tx) InsertSigningKey(ctx context.Context, k channel.SigningKey) error {
	_, err := t.exec(ctx, insertSigningKey, k.Domain, k.Selector, k.Algorithm, k.Private, millis(k.CreatedAt))
	return err
}

// SetSigningKeySeen implements post.Tx.
func (t *tx) SetSigningKeySeen(ctx context.Context, k channel.SigningKey, at time.Time) error {
	_, err := t.exec(ctx, seeSigningKey, k.Domain, k.Selector, millis(at))
	return err
}

// DeleteSigningKey implements post.Tx.
func (t *tx) DeleteSigningKey(ctx context.Context, k channel.SigningKey) error {
	_, err := t.exec(ctx, deleteSigningKey, k.Domain, k.Selector)
	return err
}

// ChannelHealth implements post.Tx.
func (t *tx) ChannelHealth(ctx context.Context) (map[vis.ChannelID][]channel.Health, error) {
	type state struct {
		channel vis.ChannelID
		health  channel.Health
	}
	found, err := all(ctx, t, func(s *state) []any { return []any{(*string)(&s.channel), inJSON(&s.health)} }, selectChannelHealth)
	out := make(map[vis.ChannelID][]channel.Health)
	for _, s := range found {
		out[s.channel] = append(out[s.channel], s.health)
	}
	return out, err
}

// SaveChannelHealth implements post.Tx.
func (t *tx) SaveChannelHealth(ctx context.Context, ch vis.ChannelID, h channel.Health) error {
	_, err := t.exec(ctx, upsertChannelHealth, string(ch), h.Part, asJSON(h))
	return err
}

// CustomerByClaimed implements desk.ClaimedTx.
func (t *tx) CustomerByClaimed(ctx context.Context, kind desk.IdentityKind, key string) (desk.Customer, error) {
	id, err := value[string](ctx, t, "customer", selectClaimed, string(kind), key)
	if err != nil {
		return desk.Customer{}, err
	}
	return t.Customer(ctx, vis.CustomerID(id))
}
