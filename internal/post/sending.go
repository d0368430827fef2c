package post

import (
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// SendingState is where a letter that leaves stands.
type SendingState string

const (
	ToSend    SendingState = "waiting"
	Underway  SendingState = "sending"
	Sent      SendingState = "sent"    // the other side took it
	Unknown   SendingState = "unknown" // the line was cut after the last byte; it is tried again under the same id
	Failed    SendingState = "failed"  // given up, or refused; a person is shown why
	Bounced   SendingState = "bounced" // taken, and then reported as not delivered
	Cancelled SendingState = "cancelled"
)

// SendingKind says why a letter leaves.
type SendingKind string

const (
	Reply           SendingKind = "reply"           // a member's words
	Acknowledgement SendingKind = "acknowledgement" // that hers arrived, with the promise
)

// Sending is a letter that leaves.
type Sending struct {
	ID           vis.SendingID
	Channel      vis.ChannelID
	Kind         SendingKind
	Conversation vis.ConversationID
	Message      vis.MessageID
	// LetterID is the Message-ID it travels under at every attempt, without angle brackets.
	LetterID string
	Draft    Draft
	Raw      string // the blob with the bytes that leave; "" until they are made
	State    SendingState
	Tries    int
	// NextAt is when the next attempt is due; during one, when the sender's lease ends.
	NextAt time.Time
	Fence  int64
	// Problem and Answer are those of the last attempt's outcome (channel.Outcome).
	Problem string
	Answer  string
	// Outcomes are those of single recipients, by address. Who was reached is not sent to again.
	Outcomes  map[string]channel.Outcome
	CreatedAt time.Time
	ChangedAt time.Time
	ReadAt    time.Time // when a receipt said that it was opened; zero without one
}

// Draft is a letter before its bytes are made.
type Draft struct {
	EnvelopeFrom string             `json:"envelopeFrom"`
	From         channel.Address    `json:"from"`
	ReplyTo      channel.Address    `json:"replyTo"`
	To           []channel.Address  `json:"to"`
	Cc           []channel.Address  `json:"cc,omitempty"`
	Bcc          []channel.Address  `json:"bcc,omitempty"`
	Subject      string             `json:"subject"`
	InReplyTo    string             `json:"inReplyTo,omitempty"`
	References   []string           `json:"references,omitempty"`
	Text         string             `json:"text"`
	Signature    string             `json:"signature,omitempty"`
	Quote        *channel.Quote     `json:"quote,omitempty"`
	Language     string             `json:"language"`
	Files        []vis.AttachmentID `json:"files,omitempty"`
	Automatic    bool               `json:"automatic,omitempty"`
	AskReceipt   bool               `json:"askReceipt,omitempty"`
}
