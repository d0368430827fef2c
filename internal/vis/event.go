package vis

import (
	"encoding/json"
	"time"
)

// EventType names a fact in the past tense, such as "conversation.snoozed". Every type is declared once, in the room it
// belongs to.
type EventType string

// Event is a fact in a workspace's log. Seq counts from 1 without gaps in commit order; a committed event is never edited.
// Data holds ids and small facts, never a customer's words: readers fetch those from where they live, so that what is erased
// is erased once.
type Event struct {
	Workspace    WorkspaceID
	Seq          int64
	At           time.Time
	Type         EventType
	By           ActorKind
	ByID         string
	Conversation ConversationID // "" when the fact is about no conversation
	Customer     CustomerID     // "" when the fact is about no customer
	Data         json.RawMessage
}

// NewEvent makes an event to append in a transaction; the store gives it its Seq. data must marshal to a JSON object; nil is {}.
func NewEvent(by Actor, now time.Time, typ EventType, data any) Event {
	raw := json.RawMessage("{}")
	if data != nil {
		b, err := json.Marshal(data)
		if err != nil {
			panic("vis: event data does not marshal: " + err.Error())
		}
		raw = b
	}
	return Event{Workspace: by.Workspace, At: now, Type: typ, By: by.Kind, ByID: by.ID, Data: raw}
}
