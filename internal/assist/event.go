package assist

import "visavis/internal/vis"

// The facts of this room. Their data is Data.
const (
	SessionPressed     vis.EventType = "assist.pressed"
	SessionRang        vis.EventType = "assist.rang"    // bells began or ended
	SessionRefused     vis.EventType = "assist.refused" // by a member
	SessionLate        vis.EventType = "assist.late"    // the customer is told that nobody is there yet
	SessionAccepted    vis.EventType = "assist.accepted"
	SessionLive        vis.EventType = "assist.live"
	SessionInterrupted vis.EventType = "assist.interrupted" // the server lost the media: both sides come again
	SessionAsked       vis.EventType = "assist.asked"       // a question was put to the customer, or taken back
	SessionConsented   vis.EventType = "assist.consented"
	SessionRevoked     vis.EventType = "assist.revoked"
	SessionWatched     vis.EventType = "assist.watched"  // a supervisor began or ceased to listen, or to whisper
	SessionCalled      vis.EventType = "assist.called"   // a colleague is rung during the call
	SessionReturned    vis.EventType = "assist.returned" // no colleague came: it stays where it is
	SessionPassed      vis.EventType = "assist.passed"   // another member has it
	SessionJoined      vis.EventType = "assist.joined"   // a colleague is in it as a third
	SessionLeft        vis.EventType = "assist.left"     // she is in it no longer
	SessionEnded       vis.EventType = "assist.ended"
	SessionConcluded   vis.EventType = "assist.concluded" // the member said what came of it
	SessionRated       vis.EventType = "assist.rated"
	SessionReplayed    vis.EventType = "assist.replayed"  // somebody looks at its recording
	SessionExported    vis.EventType = "assist.exported"  // its recording leaves as a file
	SessionForgotten   vis.EventType = "assist.forgotten" // its recording was deleted
)

// EventTypes lists the facts of this room.
func EventTypes() []vis.EventType {
	return []vis.EventType{SessionPressed, SessionRang, SessionRefused, SessionLate, SessionAccepted, SessionLive, SessionInterrupted, SessionAsked,
		SessionConsented, SessionRevoked, SessionWatched, SessionCalled, SessionReturned, SessionPassed, SessionJoined, SessionLeft, SessionEnded,
		SessionConcluded, SessionRated, SessionReplayed, SessionExported, SessionForgotten}
}

// Data names the session that an event is about, and where it stood then.
type Data struct {
	Assist vis.AssistID `json:"assistId"`
	State  State        `json:"state"`
}
