package channel

import (
	"context"

	"visavis/internal/vis"
)

// DB opens transactions over channels.
type DB interface {
	vis.DB[Tx]
	// ChannelByKey finds a channel by its public key in any workspace: the one lookup that comes before a workspace is known.
	ChannelByKey(ctx context.Context, key string) (vis.WorkspaceID, Channel, error)
}

// Tx reads and writes one workspace's channels.
type Tx interface {
	Append(ctx context.Context, e vis.Event) error
	Audit(ctx context.Context, e vis.AuditEntry) error
	Channel(ctx context.Context, id vis.ChannelID) (Channel, error)
	Channels(ctx context.Context) ([]Channel, error)
	InsertChannel(ctx context.Context, c Channel) error
	SaveChannel(ctx context.Context, c Channel) (Channel, error)
}
