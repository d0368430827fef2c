package store

import (
	"context"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

const channelColumns = `id, kind, name, key, settings, team, secret, disabled, created_at, version`

func channelRow(c *channel.Channel) []any {
	return []any{(*string)(&c.ID), (*string)(&c.Kind), &c.Name, &c.Key, (*[]byte)(&c.Settings), (*string)(&c.Team), &c.Secret,
		&c.Disabled, (*at)(&c.CreatedAt), &c.Version}
}

const (
	selectChannel  = `SELECT ` + channelColumns + ` FROM channels WHERE workspace = $1 AND id = $2`
	selectChannels = `SELECT ` + channelColumns + ` FROM channels WHERE workspace = $1 ORDER BY created_at, id`
	hasChannel     = `SELECT id FROM channels WHERE workspace = $1 AND id = $2`
	insertChannel  = `INSERT INTO channels (workspace, id, kind, name, key, settings, team, secret, disabled, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	updateChannel = `UPDATE channels SET name = $4, key = $5, settings = $6, team = $7, secret = $8, disabled = $9, version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`
)

// Channel implements the heart's Tx and that of the room of channels.
func (t *tx) Channel(ctx context.Context, id vis.ChannelID) (channel.Channel, error) {
	return one(ctx, t, "channel", channelRow, selectChannel, string(id))
}

// Channels implements channel.Tx.
func (t *tx) Channels(ctx context.Context) ([]channel.Channel, error) {
	return all(ctx, t, channelRow, selectChannels)
}

// InsertChannel implements channel.Tx.
func (t *tx) InsertChannel(ctx context.Context, c channel.Channel) error {
	_, err := t.exec(ctx, insertChannel, string(c.ID), string(c.Kind), c.Name, c.Key, string(c.Settings), string(c.Team), c.Secret,
		c.Disabled, millis(c.CreatedAt), c.Version)
	return err
}

// SaveChannel implements channel.Tx.
func (t *tx) SaveChannel(ctx context.Context, c channel.Channel) (channel.Channel, error) {
	err := t.save(ctx, "channel", hasChannel, string(c.ID), updateChannel, string(c.ID), c.Version, c.Name, c.Key,
		string(c.Settings), string(c.Team), c.Secret, c.Disabled)
	c.Version++
	return c, err
}
