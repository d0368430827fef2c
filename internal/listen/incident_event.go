package listen

import "visavis/internal/vis"

// The facts about incidents. Their data is IncidentData.
const (
	IncidentSuspected vis.EventType = "incident.suspected"
	IncidentGrew      vis.EventType = "incident.grew"      // half as many again are concerned
	IncidentSignalled vis.EventType = "incident.signalled" // the organisation's own supervision spoke
	IncidentConfirmed vis.EventType = "incident.confirmed"
	IncidentFixing    vis.EventType = "incident.fixing"
	IncidentSolved    vis.EventType = "incident.solved"
	IncidentDismissed vis.EventType = "incident.dismissed"
	IncidentChanged   vis.EventType = "incident.changed" // something was noted of it, or the last verdict was taken back
)

// EventTypes lists the facts of this room.
func EventTypes() []vis.EventType {
	return []vis.EventType{IncidentSuspected, IncidentGrew, IncidentSignalled, IncidentConfirmed, IncidentFixing, IncidentSolved, IncidentDismissed,
		IncidentChanged, ReasonPlanned, ReasonUnplanned, AttributesChosen}
}

// IncidentData says which incident an event is about, and where it stood then.
type IncidentData struct {
	Incident  vis.IncidentID `json:"incidentId"`
	State     IncidentState  `json:"state"`
	Trigger   Trigger        `json:"trigger"`
	Reason    string         `json:"reason,omitempty"`
	Concerned int            `json:"concerned"`
}
