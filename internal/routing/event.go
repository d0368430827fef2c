package routing

import "visavis/internal/vis"

// The facts of this room.
const (
	PromiseMade     vis.EventType = "promise.made"    // Data: PromiseData
	PromisePaused   vis.EventType = "promise.paused"  // Data: PromiseData
	PromiseResumed  vis.EventType = "promise.resumed" // Data: PromiseData
	PromiseWarned   vis.EventType = "promise.warned"  // Data: PromiseData
	PromiseKept     vis.EventType = "promise.kept"    // Data: PromiseData
	PromiseMissed   vis.EventType = "promise.missed"  // Data: PromiseData; the deadline passed
	PromiseLate     vis.EventType = "promise.late"    // Data: PromiseData; done, but after the deadline
	PromiseVoided   vis.EventType = "promise.voided"  // Data: PromiseData
	OfferMade       vis.EventType = "offer.made"      // Data: OfferData
	OfferEnded      vis.EventType = "offer.ended"     // Data: OfferData
	Ranked          vis.EventType = "conversation.ranked"
	PresenceChanged vis.EventType = "presence.changed" // Data: PresenceData
	RuleRan         vis.EventType = "rule.ran"         // Data: RuleData
	RoutingChanged  vis.EventType = "routing.changed"  // Data: ChangedData; a policy, calendar, queue, profile, rule or the settings
	CallbackAsked   vis.EventType = "callback.asked"   // Data: CallbackData
	CallbackEnded   vis.EventType = "callback.ended"   // Data: CallbackData
)

// EventTypes lists the facts of this room.
func EventTypes() []vis.EventType {
	return []vis.EventType{PromiseMade, PromisePaused, PromiseResumed, PromiseWarned, PromiseKept, PromiseMissed, PromiseLate, PromiseVoided,
		OfferMade, OfferEnded, Ranked, PresenceChanged, RuleRan, RoutingChanged, CallbackAsked, CallbackEnded}
}

// PromiseData is all that a report needs, so that what was promised and kept can be counted from the log alone.
type PromiseData struct {
	Promise vis.PromiseID `json:"promiseId"`
	Kind    PromiseKind   `json:"kind"`
	Channel vis.ChannelID `json:"channelId"`
	Team    vis.TeamID    `json:"teamId,omitempty"`
	Mark    Mark          `json:"mark,omitempty"`
	DueAt   int64         `json:"dueAt"`          // Unix milliseconds
	Took    int64         `json:"took,omitempty"` // milliseconds, for kept and late
	// Unanswered says of an answer that is no longer owed that the matter was closed on our side before it was given.
	Unanswered bool `json:"unanswered,omitempty"`
}

// OfferData is the data of the events about offers.
type OfferData struct {
	Offer  vis.OfferID  `json:"offerId"`
	Member vis.MemberID `json:"memberId"`
	State  OfferState   `json:"state"`
	Reason string       `json:"reason,omitempty"`
}

// PresenceData is the data of PresenceChanged.
type PresenceData struct {
	Member   vis.MemberID `json:"memberId"`
	Presence Presence     `json:"presence"`
	Why      string       `json:"why,omitempty"` // "unanswered" when the server says so because offers rang out
}

// RuleData is the data of RuleRan.
type RuleData struct {
	Rule    vis.RuleID `json:"ruleId"`
	Version int64      `json:"version"`
	Seq     int64      `json:"seq"` // of the event that set it off
	Done    []Action   `json:"done"`
	Refused string     `json:"refused,omitempty"` // why an action could not be done
}

// ChangedData names what was changed.
type ChangedData struct {
	What string `json:"what"` // "settings", "calendar", "policy", "queue", "profile", "rule"
	ID   string `json:"id,omitempty"`
}

// CallbackData is the data of the events about call-backs.
type CallbackData struct {
	Callback vis.CallbackID `json:"callbackId"`
	State    string         `json:"state"`
}
