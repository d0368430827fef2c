// Package standard is the list of channels that ship.
package standard

import (
	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
)

// Adapters returns one adapter of each kind.
func Adapters() []channel.Adapter { return []channel.Adapter{webchat.Adapter{}} }
