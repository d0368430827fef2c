// Package channel is the seam between the heart and every way in and out: what a channel is, what its adapter must be able to
// do, and which optional abilities it may have. No code outside this folder names one kind of channel.
package channel

import (
	"encoding/json"
	"time"

	"visavis/internal/vis"
)

// Kind names a family of channels, such as "webchat".
type Kind string

// Channel is one configured way in and out of a workspace.
type Channel struct {
	ID   vis.ChannelID
	Kind Kind
	Name string
	// Key names the channel in public places such as a web page's snippet. It is no secret and grants nothing.
	Key string
	// Settings are the kind's own, as its adapter has checked and normalised them.
	Settings json.RawMessage
	// Team owns the conversations that begin here; "" leaves them to nobody.
	Team vis.TeamID
	// Secret is the sealed signing secret of the channel's owner, nil while there is none.
	Secret    []byte
	Disabled  bool
	CreatedAt time.Time
	Version   int64
}
