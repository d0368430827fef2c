package channel

import "visavis/internal/vis"

// The facts of this room. Data: ChannelData.
const (
	ChannelCreated vis.EventType = "channel.created"
	ChannelChanged vis.EventType = "channel.changed"
)

// EventTypes lists the facts of this room, for the API's description.
func EventTypes() []vis.EventType { return []vis.EventType{ChannelCreated, ChannelChanged} }

// ChannelData is the data of an event about a channel.
type ChannelData struct {
	Channel vis.ChannelID `json:"channelId"`
}
