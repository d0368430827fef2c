package channel

import "time"

// Letter is written mail as an adapter has read it: what was said, by whom, to whom, and what may be believed of that. Nothing in it
// is trusted: every text is cleaned of control characters and cut to a bound, every address has the one canonical form of
// text.Email, and HTML is sanitised.
type Letter struct {
	// MessageID, InReplyTo and References are ids without their angle brackets (RFC 5322 §3.6.4); References from the oldest on.
	MessageID  string
	InReplyTo  []string
	References []string
	// From is who wrote it: the first mailbox of the first From field; Ambiguous in Trust says that there was more than one.
	From    Address
	ReplyTo []Address
	To, Cc  []Address
	// Delivered are the addresses that the letter reached us by: the envelope's recipients, Delivered-To, X-Original-To. Only they may
	// carry a reply token.
	Delivered []string
	Subject   string
	// SentAt is the Date field; zero when it is missing or absurd. It orders nothing.
	SentAt time.Time

	// Text is what she wrote: readable plain text without the history she quoted and without her signature. Folded is what was
	// folded away from it, in order; nothing is lost.
	Text   string
	Folded []Fold
	// HTML is the sanitised body, "" when the letter has none. Pictures that came with it have a src "cid:N" with the index of File,
	// remote ones keep their http(s) address in data-src and have no src.
	HTML string
	// Remote is how many pictures lie elsewhere.
	Remote int
	Files  []File

	Class    Class
	Bounce   *Bounce
	Receipt  *ReadReceipt
	List     *MailingList
	Calendar *Invitation
	// Forwarded is the letter that this one forwards, when it does nothing else: as an attached message or below a forwarding header.
	Forwarded *Letter
	Trust     Trust
	// Hops counts the Received fields; Loop is true when the letter passed through this server already (our own loop header).
	Hops int
	Loop bool
	// Notes are what was wrong with the letter though it could be read, as stable words such as "charset-unknown".
	Notes []string
}

// Address is one mailbox.
type Address struct {
	Name string `json:"name,omitempty"`
	// Address is in canonical form: text.Email has accepted it.
	Address string `json:"address"`
}

// FoldKind says why a part of a letter was folded away.
type FoldKind string

const (
	FoldQuote     FoldKind = "quote"     // the history below or above an answer
	FoldSignature FoldKind = "signature" // name, address, disclaimer, "sent from my phone"
	FoldRest      FoldKind = "rest"      // what is longer than a message may be
)

// Fold is a part of a letter's text that is shown on demand.
type Fold struct {
	Kind FoldKind `json:"kind"`
	Text string   `json:"text"`
}

// File is something that came with a letter.
type File struct {
	// Name is safe to show and to save: one path element without control, bidirectional or zero-width characters.
	Name      string
	MediaType string
	ContentID string // without angle brackets, "" when the body does not name it
	Inline    bool   // shown in the body
	Bytes     []byte
}

// Class is what sort of letter this is; everything but Ordinary and ListPost is never answered automatically.
type Class string

const (
	Ordinary  Class = "ordinary"
	Automatic Class = "automatic" // an auto-reply or a notification (RFC 3834)
	Bounced   Class = "bounce"    // a delivery status notification (RFC 3464)
	WasRead   Class = "receipt"   // a message disposition notification (RFC 8098)
	ListPost  Class = "list"      // sent through a mailing list (RFC 2919)
	Trial     Class = "trial"     // written by us to try out a channel's settings: nobody's words
)

// Bounce tells that letters of ours did not arrive.
type Bounce struct {
	// MessageID names our letter, if the report does; Token is the VERP token of the address it came to, "" when there was none.
	MessageID  string
	Token      string
	Permanent  bool
	Delayed    bool // it is still being tried
	Recipients []BouncedRecipient
}

// BouncedRecipient is one address that a letter did not reach.
type BouncedRecipient struct {
	Address string
	Status  string // an enhanced status code such as "5.1.1" (RFC 3463), "" when unknown
	Answer  string // what the server said, one line
}

// ReadReceipt tells that a letter of ours was shown, or deleted unread.
type ReadReceipt struct {
	MessageID string
	Displayed bool
}

// MailingList is the list that a letter came through.
type MailingList struct {
	ID   string // of List-Id
	Post string // address to post to, "" when unknown
}

// Invitation is a calendar object that came with a letter (RFC 5545, RFC 6047).
type Invitation struct {
	Method    string    `json:"method"` // REQUEST, CANCEL, REPLY, …
	Summary   string    `json:"summary"`
	Place     string    `json:"place,omitempty"`
	Organizer Address   `json:"organizer"`
	BeginsAt  time.Time `json:"beginsAt"`
	EndsAt    time.Time `json:"endsAt"`
	WholeDay  bool      `json:"wholeDay"`
	// Repeats says in the words of an RRULE that there are more.
	Repeats string `json:"repeats,omitempty"`
}

// Proof is how far it is proved that a letter comes from whom it says.
type Proof string

const (
	Proved   Proof = "proved"   // DMARC's alignment holds (RFC 7489), by DKIM or SPF
	Unproved Proof = "unproved" // nothing proves it, and nothing speaks against it
	Disproof Proof = "failed"   // the sender's domain says that this is not from it
)

// Trust is what may be believed of a letter's sender.
type Trust struct {
	Proof Proof `json:"proof"`
	// DKIM, SPF and DMARC are results in the words of RFC 8601: pass, fail, none, temperror, permerror, softfail, neutral, policy.
	DKIM  string `json:"dkim"`
	SPF   string `json:"spf"`
	DMARC string `json:"dmarc"`
	// Signer is the domain of the DKIM signature that counts.
	Signer string `json:"signer,omitempty"`
	// By names the trusted server whose Authentication-Results were read; "" when we looked ourselves.
	By string `json:"by,omitempty"`
	// Ambiguous says that the letter names more than one author, or names one in a way that mail programs read differently.
	Ambiguous bool `json:"ambiguous,omitempty"`
	// ReplyElsewhere says that answers are asked for at an address of another domain.
	ReplyElsewhere bool `json:"replyElsewhere,omitempty"`
}
