package staff

import "visavis/internal/vis"

// The facts of this room. Data: MemberData or TeamData.
const (
	MemberJoined  vis.EventType = "member.joined"
	MemberChanged vis.EventType = "member.changed"
	TeamCreated   vis.EventType = "team.created"
	TeamChanged   vis.EventType = "team.changed"
	TeamDeleted   vis.EventType = "team.deleted"
)

// EventTypes lists the facts of this room, for the API's description.
func EventTypes() []vis.EventType {
	return []vis.EventType{MemberJoined, MemberChanged, TeamCreated, TeamChanged, TeamDeleted}
}

// MemberData is the data of an event about a member.
type MemberData struct {
	Member vis.MemberID `json:"memberId"`
}

// TeamData is the data of an event about a team.
type TeamData struct {
	Team vis.TeamID `json:"teamId"`
}
