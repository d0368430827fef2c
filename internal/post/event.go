package post

import "visavis/internal/vis"

// The facts of this room.
const (
	// ArrivalQuarantined and ArrivalSettled say that something that arrived waits for a person, and that it does no longer; Data: ArrivalData.
	ArrivalQuarantined vis.EventType = "arrival.quarantined"
	ArrivalSettled     vis.EventType = "arrival.settled"
	// HealthChanged says that a channel's connection does differently; Data: HealthData.
	HealthChanged vis.EventType = "channel.health"
	// ParticipantsChanged says that somebody joined a conversation by letter, or that a member decided what she may see.
	ParticipantsChanged vis.EventType = "conversation.participants"
	// SendingChanged says that a letter that leaves stands elsewhere; Data: SendingData.
	SendingChanged vis.EventType = "sending.changed"
	// SignatureChanged says that a signature is another one, or gone.
	SignatureChanged vis.EventType = "signature.changed"
	// TemplateChanged says that a template is new, another one, or gone; Data: TemplateData.
	TemplateChanged vis.EventType = "template.changed"
)

// EventTypes lists the facts of this room, for the API's description.
func EventTypes() []vis.EventType {
	return []vis.EventType{ArrivalQuarantined, ArrivalSettled, HealthChanged, ParticipantsChanged, SendingChanged, SignatureChanged, TemplateChanged}
}

// ArrivalData is the data of the events about arrivals.
type ArrivalData struct {
	Arrival vis.ArrivalID `json:"arrivalId"`
	Reason  string        `json:"reason,omitempty"`
}

// HealthData is the data of HealthChanged.
type HealthData struct {
	Channel vis.ChannelID `json:"channelId"`
}

// SendingData is the data of SendingChanged.
type SendingData struct {
	Sending vis.SendingID `json:"sendingId"`
	Message vis.MessageID `json:"messageId,omitempty"`
	State   SendingState  `json:"state"`
}

// TemplateData is the data of TemplateChanged.
type TemplateData struct {
	Template vis.TemplateID `json:"templateId"`
}
