package store

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/jobs"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// These are all the statements that do not begin with a workspace, and why each may: they come before a workspace is known
// (sign-in by address, a channel's public key, set-up), or serve the server itself (heads of the logs, due timers and deliveries, its nodes and which calls they hold).
// Those with a $1 that is a workspace's id are not among them.
const (
	selectHeads          = `SELECT id, seq FROM workspaces`
	selectWorkspaces     = `SELECT ` + workspaceColumns + ` FROM workspaces ORDER BY created_at, id`
	selectMembersByEmail = `SELECT m.workspace, ` + memberColumns + ` FROM members m WHERE m.email_key = $1 ORDER BY m.created_at, m.workspace`
	selectChannelByKey   = `SELECT workspace, ` + channelColumns + ` FROM channels WHERE key = $1`
	selectPageByKey      = `SELECT workspace, key, body_json, version FROM promise_pages WHERE key = $1`
	selectDueTimers      = `SELECT workspace, kind, key, due_at FROM timers WHERE due_at <= $1 ORDER BY due_at LIMIT $2`
	selectNextTimer      = `SELECT due_at FROM timers ORDER BY due_at LIMIT 1`
	selectDueWebhooks    = `SELECT workspace, webhook FROM (SELECT workspace, webhook, next_at FROM deliveries
		WHERE state IN ('waiting', 'sending') AND next_at <= $1 ORDER BY next_at LIMIT 20000) AS counted
		GROUP BY workspace, webhook ORDER BY MIN(next_at) LIMIT $2`
	selectDueArrivals = `SELECT workspace FROM (SELECT workspace, next_at FROM arrivals WHERE state = 'waiting' AND next_at <= $1
		ORDER BY next_at LIMIT 20000) AS counted GROUP BY workspace ORDER BY MIN(next_at) LIMIT $2`
	selectDueSendings = `SELECT workspace FROM (SELECT workspace, next_at FROM sendings WHERE state IN ('waiting', 'unknown', 'sending') AND next_at <= $1
		ORDER BY next_at LIMIT 20000) AS counted GROUP BY workspace ORDER BY MIN(next_at) LIMIT $2`
	selectChannelsByKind = `SELECT workspace, ` + channelColumns + ` FROM channels WHERE kind IN list($1) ORDER BY created_at, id`
	countWorkspace       = `UPDATE house SET workspaces = workspaces + 1 WHERE id = 1 RETURNING workspaces`

	// The node's own row, on PostgreSQL.
	insertNodePostgres  = `INSERT INTO nodes (id, batch, entered_at) VALUES ($1, 0, $2)`
	forgetNodesPostgres = `DELETE FROM nodes WHERE entered_at < $1`
	markBatchPostgres   = `INSERT INTO nodes (id, batch, entered_at) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, entered_at = excluded.entered_at`
	selectBatchPostgres = `SELECT batch FROM nodes WHERE id = $1 FOR UPDATE`

	// The nodes that others can reach, and the calls that go on.
	enterPeerPostgres = `INSERT INTO peers (url, media, room, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (url) DO UPDATE SET media = excluded.media, room = excluded.room, until = excluded.until`
	deletePeerPostgres   = `DELETE FROM peers WHERE url = $1`
	selectPeersPostgres  = `SELECT url, media, room, until FROM peers ORDER BY url`
	selectHeldPostgres   = `SELECT workspace, id, node FROM assists WHERE state <> 'ended' ORDER BY id`
	selectHolderPostgres = `SELECT node FROM assists WHERE id = $1 AND state <> 'ended'`

	// The number of a row that was just written in its workspace; every term names the workspace.
	indexMessageSQLite  = `INSERT INTO message_words (rowid, words) VALUES ($1, $2)`
	selectTermsSQLite   = `SELECT term FROM vocabulary WHERE $1 <> '' AND term >= $2 AND term < $3 ORDER BY term LIMIT $4`
	insertTermSQLite    = `INSERT INTO vocabulary (term) VALUES ($1) ON CONFLICT DO NOTHING`
	indexCustomerSQLite = `INSERT OR REPLACE INTO customer_words (rowid, words) VALUES ($1, $2)`
)

// anywhere reads rows of any workspace, in a view of none.
func anywhere[T any](ctx context.Context, s *Store, into row[T], statement string, args ...any) (out []T, err error) {
	err = s.readers.view(ctx, func(within context.Context, session *session) error {
		rows, err := session.query(within, statement, args...)
		if err != nil {
			return session.failed(err)
		}
		for rows.Next() {
			var item T
			if err := rows.Scan(into(&item)...); err != nil {
				_ = rows.Close() // the first error is the one to tell
				return session.failed(err)
			}
			out = append(out, item)
		}
		if err := rows.Err(); err != nil {
			return session.failed(err)
		}
		return rows.Close()
	})
	return out, err
}

// Heads returns the sequence number of the newest event of every workspace.
func (s *Store) Heads(ctx context.Context) (map[vis.WorkspaceID]int64, error) {
	heads, err := anywhere(ctx, s, func(h *head) []any { return []any{(*string)(&h.workspace), &h.seq} }, selectHeads)
	out := make(map[vis.WorkspaceID]int64, len(heads))
	for _, h := range heads {
		out[h.workspace] = h.seq
	}
	return out, err
}

// Workspaces implements staff.DB.
func (d staffDB) Workspaces(ctx context.Context) ([]staff.Workspace, error) {
	return anywhere(ctx, d.s, workspaceRow, selectWorkspaces)
}

// MembersByEmail implements staff.DB.
func (d staffDB) MembersByEmail(ctx context.Context, emailKey string) ([]staff.Located, error) {
	found, err := anywhere(ctx, d.s, func(l *staff.Located) []any {
		return append([]any{(*string)(&l.Workspace)}, memberRow(&l.Member)...)
	}, selectMembersByEmail, emailKey)
	for i := range found {
		err := d.s.view(ctx, found[i].Workspace, func(t *tx) (err error) {
			found[i].Member, err = t.Member(ctx, found[i].Member.ID)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, err
}

// ChannelByKey implements channel.DB.
func (d channelDB) ChannelByKey(ctx context.Context, key string) (vis.WorkspaceID, channel.Channel, error) {
	type located struct {
		workspace vis.WorkspaceID
		channel   channel.Channel
	}
	found, err := anywhere(ctx, d.s, func(l *located) []any {
		return append([]any{(*string)(&l.workspace)}, channelRow(&l.channel)...)
	}, selectChannelByKey, key)
	if err == nil && len(found) == 0 {
		err = vis.Absent("channel")
	}
	if err != nil {
		return "", channel.Channel{}, err
	}
	return found[0].workspace, found[0].channel, nil
}

// Timers finds the timers of every workspace.
type Timers struct{ s *Store }

// Due returns the timers that are due at now, the longest overdue first. It takes none: their effects do.
func (t Timers) Due(ctx context.Context, now time.Time, limit int) ([]jobs.Timer, error) {
	return anywhere(ctx, t.s, func(i *jobs.Timer) []any {
		return []any{(*string)(&i.Workspace), &i.Kind, &i.Key, (*at)(&i.DueAt)}
	}, selectDueTimers, millis(now), limit)
}

// NextDue returns when the next timer is due; the zero time when there is none.
func (t Timers) NextDue(ctx context.Context) (time.Time, error) {
	next, err := anywhere(ctx, t.s, func(i *time.Time) []any { return []any{(*at)(i)} }, selectNextTimer)
	if err != nil || len(next) == 0 {
		return time.Time{}, err
	}
	return next[0], nil
}
