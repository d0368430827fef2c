// Package desk is the heart: customers, their conversations, and the messages and notes in them.
package desk

import (
	"time"

	"visavis/internal/vis"
)

// State is where a conversation stands.
type State string

const (
	Open     State = "open"
	Snoozed  State = "snoozed"
	Resolved State = "resolved"
)

// Valid reports whether s is one of the three states.
func (s State) Valid() bool { return s == Open || s == Snoozed || s == Resolved }

// Conversation is one matter of one customer, from the first word to its resolution, across any number of channels.
type Conversation struct {
	ID       vis.ConversationID
	Number   int64 // counts from 1 in a workspace; for people to say aloud
	Subject  string
	State    State
	Channel  vis.ChannelID // where the customer last wrote
	Customer CustomerRef
	Assignee vis.MemberID // "" while nobody owns it
	Team     vis.TeamID   // "" while no team owns it

	SnoozedUntil      time.Time // zero unless snoozed until a time
	SnoozedUntilReply bool      // wakes when the customer writes (as every snooze does), and not before

	Preview Preview
	// WaitingSince is when the customer's oldest unanswered word arrived; zero when the word is hers.
	WaitingSince time.Time
	// LastPosition is the position of the last message, note or line.
	LastPosition int64
	// CustomerReadPosition is how far the customer has read.
	CustomerReadPosition int64
	// MemberReadPosition is how far any member has read; what the customer sees as read.
	MemberReadPosition int64

	About    About
	Reading  Reading
	Standing Standing

	CreatedAt      time.Time
	LastActivityAt time.Time // orders lists; unique enough with ID beside it
	ResolvedAt     time.Time // zero unless resolved
	Version        int64
}

// About is what is known of the matter beyond its words: it orders work. Members set it, and whoever reads the words for them.
type About struct {
	Language    string    // "fr", "en"; "" for the customer's own
	Reason      string    // why she contacts us, a path in the tree of reasons such as "delivery/late"
	Criticality int       // 0 nothing known, 1 low … 4 somebody is in danger
	Mood        int       // -100 … +100; 0 neutral or unknown
	Influence   int64     // how many people a public author reaches
	DeadlineAt  time.Time // that the customer stated; zero when none
	Contacts    int       // conversations that she began within 30 days, this one included; counted when it begins
}

// Reading is what the customer's words were read to say, beside what About holds of them (its Reason and its Mood).
type Reading struct {
	// By is whose word About.Reason is; "" for nobody's, or for what was known before words were read.
	By ReasonBy
	// Alone says that nobody need look at the reason: readings as sure as its were right nine times in ten.
	Alone bool
	// Message is the newest that was read, "" while none was. The fields below, and About.Mood, are what it says.
	Message      vis.MessageID
	Language     string // as read, ISO 639-1
	Dissatisfied bool
	Urgency      string // one of text.Urgencies; "" while nothing was read
	// MoodSaid is up to which position the thread had come when a member or a rule said what the mood is: words from before do not change it.
	MoodSaid int64
}

// ReasonBy says whose word it is why a customer contacts us.
type ReasonBy string

const (
	ByReader ReasonBy = "reader"
	BySaid   ReasonBy = "member" // or by a rule, which members wrote
)

// Standing is where the conversation stands among the others and what is owed to its customer next. Routing writes it.
type Standing struct {
	// Rank orders work, highest first: the priority's points in thousandths less what waiting since 1970 would bring, so that it needs no
	// change as time goes by. Unranked while nobody waits.
	Rank int64
	// Promise is the kind of the nearest promise that is still owed, "" for none; PromiseState is running, paused or missed.
	Promise      string
	PromiseState string
	PromisedAt   time.Time // when its clock began
	DueAt        time.Time
}

// Unranked is the lowest rank, that of a conversation in which nobody waits; every JSON reader can hold it.
const Unranked = -1 << 53

// CustomerRef is what a list shows of a conversation's customer.
type CustomerRef struct {
	ID       vis.CustomerID
	Name     string
	Face     string
	Locale   string
	Verified bool
}

// Preview is the last message as a list shows it.
type Preview struct {
	Text        string // at most PreviewRunes long, on one line
	Author      AuthorKind
	At          time.Time
	Attachments int
}

// PreviewRunes is how much of a message a list shows.
const PreviewRunes = 140

// MessageKind tells what was said to the other side from what only members read.
type MessageKind string

const (
	KindMessage MessageKind = "message" // said to or by the customer
	KindNote    MessageKind = "note"    // read by members only; no customer ever sees it
	KindLine    MessageKind = "line"    // what happened to the conversation; for members
	KindCall    MessageKind = "call"    // a line about a call, which its customer reads too; its text, if any, is what she is to keep
)

// AuthorKind says whose words a message holds.
type AuthorKind string

const (
	AuthorCustomer AuthorKind = "customer"
	AuthorMember   AuthorKind = "member"
	AuthorSystem   AuthorKind = "system"
)

// Message is one entry of a conversation's thread.
type Message struct {
	ID           vis.MessageID
	Conversation vis.ConversationID
	Position     int64 // 1, 2, 3, … in its conversation, without gaps
	Kind         MessageKind
	Author       AuthorKind
	AuthorID     string // a MemberID, CustomerID or TokenID; "" for the system
	Text         string
	Attachments  []Attachment
	Channel      vis.ChannelID // "" for notes and lines
	// ClientID is the id the writer's program gave the message; unique for an author, so that a retry is seen as one.
	ClientID  string
	Line      *Line // set for lines, and for what is said of a call
	CreatedAt time.Time
}

// Line says what happened to a conversation, to be worded by the reader's screen. Only the fields of its type are set.
type Line struct {
	Type       vis.EventType `json:"type"`
	Member     vis.MemberID  `json:"memberId,omitempty"`
	Team       vis.TeamID    `json:"teamId,omitempty"`
	Until      *time.Time    `json:"until,omitempty"`
	UntilReply bool          `json:"untilReply,omitempty"`
	Subject    string        `json:"subject,omitempty"`
	Name       string        `json:"name,omitempty"`
	Email      string        `json:"email,omitempty"`
	Result     string        `json:"result,omitempty"` // of a call
	Call       *Call         `json:"call,omitempty"`
}

// Call is what stays in a conversation of a call in it, for both sides.
type Call struct {
	ID vis.AssistID `json:"id"`
	// Seconds is how long they heard each other, from the first word to the end; 0 when it begins.
	Seconds int `json:"seconds,omitempty"`
	// Allowed is what the customer allowed in it, at any time: "page", "control", "record", "camera".
	Allowed []string `json:"allowed,omitempty"`
}

// Attachment is a file said with a message. Its bytes live in the blob store under Blob; it belongs to a message once sent.
type Attachment struct {
	ID           vis.AttachmentID
	Conversation vis.ConversationID // "" until it is sent
	Message      vis.MessageID      // "" until it is sent
	Name         string
	MediaType    string
	Size         int64 // bytes
	Width        int   // pixels; 0 unless a raster image
	Height       int
	Blob         string // hexadecimal SHA-256 of the bytes
	Author       AuthorKind
	AuthorID     string
	CreatedAt    time.Time
}

// Inline reports whether a browser may show the attachment itself: raster images only, never SVG or HTML.
func (a Attachment) Inline() bool {
	switch a.MediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return a.Width > 0
	}
	return false
}

// View names which conversations a list shows.
type View string

const (
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned" // no member owns it
	ViewTeams      View = "teams"      // owned by one of the asker's teams
	ViewTeam       View = "team"       // owned by Filter.Team
	ViewAll        View = "all"
	ViewAtRisk     View = "risk" // open, with a promise that is missed or due before Filter.DueBefore; nearest deadline first
)

// Filter chooses the conversations of a list, newest activity first or, by Rank, the most urgent first (open ones only).
type Filter struct {
	ByRank    bool
	View      View
	State     State
	Team      vis.TeamID     // for ViewTeam
	Teams     []vis.TeamID   // the asker's teams, for ViewTeams
	Member    vis.MemberID   // the asker, for ViewMine
	DueBefore time.Time      // for ViewAtRisk
	Customer  vis.CustomerID // instead of a view: one customer's conversations in any state
	Read      Read           // what their words say; its zero value is anything
}

// Counts are the open conversations of each view. Each is capped at MaxCount, which then means "that many or more".
type Counts struct {
	Mine, Unassigned, Teams, All, Snoozed int
	// AtRisk are those whose nearest promise is missed, or due before the instant that was asked for.
	AtRisk int
	ByTeam map[vis.TeamID]int
}

// RiskWithin is how near a deadline counts as at risk.
const RiskWithin = 15 * time.Minute

// MaxCount caps each of the Counts, so that counting stays cheap with a million conversations.
const MaxCount = 1000
