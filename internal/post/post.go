// Package post is the house's post room: what arrives on written channels is kept before anybody reads it, and what leaves goes through an
// outbox.
//
// The life of an arrival:
//
//  1. Its raw bytes are written to the blob store and synced, its row is committed; only then is the other side told that we have it.
//  2. A clerk claims it with a lease; the try is counted and committed before the first byte is read, so that a letter that kills its
//     reader is known by its tries.
//  3. It is read outside of any transaction, within bounds, and filed in one: conversation, message, letter, and the arrival's new state.
//  4. What cannot be read, breaks a limit or goes in circles is put in quarantine with its bytes and the reason, for people to decide.
//
// The life of a sending: it is written in the transaction that says the words; a sender claims it with a lease; its bytes are made once and
// kept, so that every attempt sends the same under the same id; the outcome is recorded: sent, waiting for another try, failed, or unknown.
package post

import (
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// ArrivalState is where an arrival stands.
type ArrivalState string

const (
	Waiting     ArrivalState = "waiting"     // kept, not read yet
	Filed       ArrivalState = "filed"       // a message stands for it, or what it reports was recorded
	Repeated    ArrivalState = "repeated"    // the same letter came in another copy
	Quarantined ArrivalState = "quarantined" // a person has to decide
	Discarded   ArrivalState = "discarded"   // a person decided against it; its bytes are gone
)

// Valid reports whether s is one of the states.
func (s ArrivalState) Valid() bool {
	return s == Waiting || s == Filed || s == Repeated || s == Quarantined || s == Discarded
}

// Arrival is something that arrived on a written channel, as raw bytes.
type Arrival struct {
	ID      vis.ArrivalID
	Channel vis.ChannelID
	Hash    string // keyed, of the bytes: one channel takes the same bytes once
	Remote  string // where it came from, for people
	Blob    string // names the raw bytes in the blob store, "" when they were discarded
	Size    int64  // bytes
	// Envelope is what the transport said.
	Envelope   channel.Envelope
	ReceivedAt time.Time // orders and counts: when it was kept
	State      ArrivalState
	// Reason is why it is in quarantine: a reason of channel.Unreadable, or one of this room's. Detail is a line for an expert.
	Reason string
	Detail string
	// Head is what one in quarantine says of itself; nil for any other, and for one that was put aside before heads were kept.
	Head  *Head
	Tries int
	// NextAt is when it is read next; while it is being read, when the reader's lease ends.
	NextAt       time.Time
	Fence        int64 // grows with each claim
	Conversation vis.ConversationID
	Message      vis.MessageID
	ChangedAt    time.Time
}

// Head is who something that was not read says that it is from, unproved, and what about.
type Head struct {
	From    channel.Address `json:"from"`
	Subject string          `json:"subject"`
}

// Reasons for quarantine beside those of channel.Unreadable.
const (
	ReasonPoison        = "poison"         // reading it failed again and again
	ReasonBounceUnknown = "bounce-unknown" // it says that a letter did not arrive which we cannot find
)

// Letter is what is kept of a message that travelled as a letter, beside its words.
type Letter struct {
	Message      vis.MessageID
	Conversation vis.ConversationID
	Channel      vis.ChannelID
	Outward      bool // a member's words
	Body         Body
	Raw          string // the blob with its raw bytes; "" while they are not composed
	HTML         string // the blob with its sanitised HTML, "" for none
}

// Body is what screens show of a letter.
type Body struct {
	MessageID string               `json:"messageId"`
	From      channel.Address      `json:"from"`
	ReplyTo   []channel.Address    `json:"replyTo,omitempty"`
	To        []channel.Address    `json:"to,omitempty"`
	Cc        []channel.Address    `json:"cc,omitempty"`
	Bcc       []channel.Address    `json:"bcc,omitempty"`
	Subject   string               `json:"subject"`
	SentAt    time.Time            `json:"sentAt,omitzero"`
	Folded    []channel.Fold       `json:"folded,omitempty"`
	Remote    int                  `json:"remote,omitempty"` // pictures that lie elsewhere
	Inline    []vis.AttachmentID   `json:"inline,omitempty"` // by the index of "cid:N" in the HTML; "" where there is none
	Class     channel.Class        `json:"class,omitempty"`
	Trust     channel.Trust        `json:"trust,omitzero"`
	List      *channel.MailingList `json:"list,omitempty"`
	Calendar  *channel.Invitation  `json:"calendar,omitempty"`
	Notes     []string             `json:"notes,omitempty"`
	// Stranger says that it was not written from an address of the conversation's customer.
	Stranger bool `json:"stranger,omitempty"`
	// ForwardedBy is who passed the customer's letter on to us.
	ForwardedBy *channel.Address `json:"forwardedBy,omitempty"`
	// Similar is a conversation of the same sender about the same subject, which it may belong to.
	Similar vis.ConversationID `json:"similar,omitempty"`
}

// Participant is somebody beside the customer who takes part in a conversation by letter.
type Participant struct {
	Conversation vis.ConversationID
	Address      string // canonical
	Name         string
	Customer     vis.CustomerID // whom her letters are filed under, "" before the first
	Rights       Rights
	By           vis.MemberID // who decided
	CreatedAt    time.Time
}

// Rights are what a participant may see.
type Rights string

const (
	Asked   Rights = "asked"   // nobody has decided: she is sent nothing
	Granted Rights = "granted" // she is sent the answers
	Refused Rights = "refused"
)

// TokenKind says what the signed part of one of our addresses is for.
type TokenKind string

const (
	ReplyToken  TokenKind = "reply"
	BounceToken TokenKind = "bounce"
)

// Token is what the signed part of one of our addresses stands for.
type Token struct {
	Token        string
	Kind         TokenKind
	Conversation vis.ConversationID
	Sending      vis.SendingID // for bounces
	Address      string        // whom it was given to
	CreatedAt    time.Time
}

// LetterID is a letter's id and what it led to.
type LetterID struct {
	Channel      vis.ChannelID
	ID           string
	Message      vis.MessageID
	Conversation vis.ConversationID
	Outward      bool
	Print        string
}
