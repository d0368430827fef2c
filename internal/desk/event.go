package desk

import (
	"strings"

	"visavis/internal/vis"
)

// The facts of this room. Data carries ids; realtime readers fetch what they name.
const (
	ConversationStarted vis.EventType = "conversation.started"
	MessageReceived     vis.EventType = "message.received" // the customer's words; Data: MessageData
	// AutomaticReceived is a machine's words on the customer's side, over which nobody waits; Data: MessageData.
	AutomaticReceived    vis.EventType = "message.automatic"
	MessageSent          vis.EventType = "message.sent" // a member's words to the customer; Data: MessageData
	NoteWritten          vis.EventType = "note.written" // Data: MessageData
	ConversationAssigned vis.EventType = "conversation.assigned"
	ConversationSnoozed  vis.EventType = "conversation.snoozed"
	ConversationWoken    vis.EventType = "conversation.woken"
	ConversationResolved vis.EventType = "conversation.resolved"
	ConversationReopened vis.EventType = "conversation.reopened"
	ConversationRenamed  vis.EventType = "conversation.renamed"
	ConversationRead     vis.EventType = "conversation.read" // Data: ReadData
	// ConversationCalled says that the customer asks for a person at once, without words; Data: MessageData.
	ConversationCalled vis.EventType = "conversation.called"
	// ConversationSpoken says that a member and she hear each other, on a way that leaves no words here; Data: MessageData.
	ConversationSpoken vis.EventType = "conversation.spoken"
	// ConversationConcluded says what came of a call in it, in the word of the member who had it; Data: MessageData.
	ConversationConcluded vis.EventType = "conversation.concluded"
	// ConversationClassified says that what the matter is about changed.
	ConversationClassified vis.EventType = "conversation.classified"
	// MessageUnderstood says that a message was read, and what it says is known; Data: UnderstoodData.
	MessageUnderstood vis.EventType = "message.understood"
	// ReadingCorrected says that a member set right what a message was read to say, or took that back; Data: MessageData.
	ReadingCorrected   vis.EventType = "reading.corrected"
	StepAdded          vis.EventType = "step.added"   // Data: StepData; customers are told
	StepChanged        vis.EventType = "step.changed" // Data: StepData
	StepRemoved        vis.EventType = "step.removed" // Data: StepData
	CustomerIdentified vis.EventType = "customer.identified"
	CustomerChanged    vis.EventType = "customer.changed"
	// ViewChanged says that a saved view was made, changed, moved or deleted; Data: ViewData.
	ViewChanged vis.EventType = "view.changed"
)

// EventTypes lists the facts of this room, for the API's description.
func EventTypes() []vis.EventType {
	return []vis.EventType{ConversationStarted, MessageReceived, AutomaticReceived, MessageSent, NoteWritten, ConversationAssigned,
		ConversationSnoozed, ConversationWoken, ConversationResolved, ConversationReopened, ConversationRenamed,
		ConversationRead, ConversationCalled, ConversationSpoken, ConversationConcluded, ConversationClassified, MessageUnderstood, ReadingCorrected,
		StepAdded, StepChanged, StepRemoved, CustomerIdentified, CustomerChanged, ViewChanged}
}

// MessageData is the data of an event that a message, note or line came with.
type MessageData struct {
	Message vis.MessageID `json:"messageId"`
}

// UnderstoodData is the data of MessageUnderstood.
type UnderstoodData struct {
	MessageData
	// Otherwise says that the conversation says something else than before: another reason, urgency, or feeling.
	Otherwise bool `json:"otherwise,omitempty"`
	// Again says that the message was read before, by another reader.
	Again bool `json:"again,omitempty"`
}

// IsReread reports whether an event is of a message that was read before.
func IsReread(e vis.Event) bool { return strings.Contains(string(e.Data), `"again":true`) }

// SaysOtherwise stands in the data of an event in which Otherwise is set.
const SaysOtherwise = `"otherwise":true`

// ReadData is the data of ConversationRead; the reader is the event's actor.
type ReadData struct {
	Position int64 `json:"position"`
}

// StepData is the data of the events about steps.
type StepData struct {
	Step vis.StepID `json:"stepId"`
}
