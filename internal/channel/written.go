package channel

import (
	"context"
	"net/netip"
	"time"

	"visavis/internal/vis"
)

// A written channel is one whose words travel as letters: they arrive as raw bytes that are kept before anybody reads them, and leave
// through an outbox. Its adapter has these abilities, each found by type assertion.

// Account is a channel with its secrets opened, for an adapter that calls others on its behalf.
type Account struct {
	Workspace vis.WorkspaceID
	Channel   Channel
	// Secrets are the channel's own by name, such as "imap.password". They are never logged.
	Secrets map[string]string
	// LoopToken marks letters that leave this workspace, so that they are known when they come back.
	LoopToken string
	// Keys sign letters of the channel's own domains, once they were seen.
	Keys []SigningKey
	// Vault holds the secrets as they are now, for those that the other side changes, such as a refresh token.
	Vault Vault
}

// Vault is where an account's secrets are kept.
type Vault interface {
	Secrets(ctx context.Context) (map[string]string, error)
	// SaveSecrets writes secrets that the other side has changed, before they are used.
	SaveSecrets(ctx context.Context, secrets map[string]string) error
	// Alone has something done while no node does such a thing for the same account, for what must happen once, such as spending a refresh
	// token. ctx bounds the wait for our turn; what is done has time of its own, 40 seconds.
	Alone(ctx context.Context, do func(ctx context.Context) error) error
}

// MaxRaw is the largest thing that is kept of what arrives, in bytes.
const MaxRaw = 64 << 20

// Raw is something that arrived, before anybody has read it.
type Raw struct {
	// Remote names it where it came from, such as "INBOX;uidvalidity=3;uid=17"; for people and for logs.
	Remote string
	Bytes  []byte
	// Envelope is what the transport said; empty for a mailbox that is fetched from.
	Envelope Envelope
	// ReceivedAt is when the other side had it, if it says so; zero for now.
	ReceivedAt time.Time
}

// Envelope is what SMTP says of a letter besides its bytes (RFC 5321 §2.3.1).
type Envelope struct {
	From string   `json:"from"` // "" is the null return path
	To   []string `json:"to"`
	// Hello and IP are the client's, for SPF; unset when the letter was fetched.
	Hello string     `json:"hello,omitempty"`
	IP    netip.Addr `json:"ip,omitzero"`
	// HeadOf is the size of the whole in bytes when it was too large to be taken and its head alone was; otherwise 0.
	HeadOf int64 `json:"headOf,omitempty"`
}

// Intake is what the house does for a channel that receives. Its methods may be called from several goroutines.
type Intake interface {
	// Keep stores what arrived. Once it returns nil, it is committed and synced: only then may the other side be told. known says
	// that the same bytes were kept before, so nothing new was made of them.
	Keep(ctx context.Context, in Raw) (known bool, err error)
	// Cursor reads what SaveCursor stored last under a name, nil when nothing.
	Cursor(ctx context.Context, name string) ([]byte, error)
	SaveCursor(ctx context.Context, name string, cursor []byte) error
	// SaveSecrets writes secrets that the other side has changed, such as a rotated refresh token, before they are used.
	SaveSecrets(ctx context.Context, secrets map[string]string) error
	// Tell reports the state of the connection; it may be called often, only changes are stored.
	Tell(ctx context.Context, h Health)
}

// HealthState is how a channel's connection does.
type HealthState string

const (
	Healthy HealthState = "healthy"
	Trying  HealthState = "trying" // connecting, or failing for less than five minutes
	Broken  HealthState = "broken" // needs a person, or failing for longer
)

// Health is how a channel's connection does.
type Health struct {
	Part  string      `json:"part"` // "in" or "out"
	State HealthState `json:"state"`
	// Problem is a stable word for what is wrong, such as "sign-in-refused"; screens word it with its remedy. "" when nothing is.
	Problem string `json:"problem,omitempty"`
	// Answer is what the other side said, one line, without secrets.
	Answer string `json:"answer,omitempty"`
	// Backlog is how many letters are known to wait on the other side; -1 when unknown.
	Backlog int `json:"backlog"`
	// Missed is how many letters somebody has taken away from there before they could be fetched, as far as can be told, the last of them
	// at MissedAt.
	Missed    int       `json:"missed,omitempty"`
	MissedAt  time.Time `json:"missedAt,omitzero"`
	ContactAt time.Time `json:"contactAt,omitzero"` // of the last success
	Since     time.Time `json:"since,omitzero"`     // of the present state
	// Old is how far fetching what was there before has come; the zero value when that is not known, or is not wanted.
	Old OldLetters `json:"old,omitzero"`
}

// OldLetters is how far fetching the letters has come that lay in a mailbox before this program did.
type OldLetters struct {
	Total   int       `json:"total"`             // when that began
	Left    int       `json:"left"`              // of them, to be fetched
	PerHour int       `json:"perHour,omitempty"` // how many come in an hour, as measured last; 0 when unknown
	BeganAt time.Time `json:"beganAt,omitzero"`  // zero while it waits to begin
}

// Addressed is the ability of a channel that is reached at addresses of its own.
type Addressed interface {
	Adapter
	// Addresses are the channel's own; letters leave from the first unless they answer one to another.
	Addresses(c Channel) []OwnAddress
	// Sign puts a token into one of them; a channel whose server delivers no such addresses returns it as it is. Token takes it out
	// again; "" when there is none.
	Sign(c Channel, address, token string) string
	// ReturnPath is where reports go that a letter from an address was not delivered: the address signed, or as it is.
	ReturnPath(c Channel, address, token string) string
	Token(address string) (base, token string)
}

// Acknowledger is the ability of a channel that may tell by itself that a letter arrived.
type Acknowledger interface {
	Addressed
	// Acknowledges reports whether this channel's settings ask for that.
	Acknowledges(c Channel) bool
}

// Discreet is the ability of a channel that may keep to itself who wrote a letter.
type Discreet interface {
	Addressed
	// BrandOnly reports whether this channel's letters leave in the name of the brand alone.
	BrandOnly(c Channel) bool
}

// OwnAddress is an address that a channel is reached at.
type OwnAddress struct {
	Address // with the name of the brand that it stands for
	// Team owns what is written to this address; "" leaves it to the channel's.
	Team vis.TeamID
}

// Receiver is the ability of a channel that fetches what arrives.
type Receiver interface {
	Adapter
	// Receives reports whether this channel's settings ask for fetching.
	Receives(c Channel) bool
	// Receive fetches until ctx ends. It reconnects by itself and tells of trouble through Intake; it returns an error only when
	// the settings must be changed by a person first.
	Receive(ctx context.Context, a Account, in Intake) error
}

// Reader is the ability to read what was kept.
type Reader interface {
	Adapter
	// Read reads raw bytes: the same give the same letter, and nobody is asked. Its error is a *Unreadable when the fault is in the bytes.
	Read(a Account, raw []byte, e Envelope) (Letter, error)
	// Prove says how far it is proved who wrote a letter that was read. It asks elsewhere, and waits for answers some seconds at most.
	Prove(ctx context.Context, a Account, raw []byte, e Envelope, l Letter) Trust
}

// Unreadable says why something that arrived cannot be read. It goes to quarantine, with its bytes.
type Unreadable struct {
	// Reason is a stable word: "empty", "no-sender", "too-many-parts", "too-deep", "too-many-headers", "header-too-long", "too-large",
	// "loop", "broken", "poison"; screens word it.
	Reason string
	Detail string // one line for an expert
}

func (u *Unreadable) Error() string { return "unreadable: " + u.Reason + ": " + u.Detail }

// Out is a letter to be composed.
type Out struct {
	MessageID string // without angle brackets; fixed before the first attempt
	Date      time.Time
	From      Address
	// ReplyTo carries the reply token.
	ReplyTo    Address
	To, Cc     []Address // Bcc is in the envelope only
	Subject    string
	InReplyTo  string
	References []string
	// Text is what is said; Signature and Quote are put below it, each only if not "".
	Text, Signature string
	Quote           *Quote
	Language        string // "fr" or "en": of the words that we add
	Files           []File
	// Automatic marks an acknowledgement (RFC 3834 §5).
	Automatic bool
	// AskReceipt asks for a message disposition notification.
	AskReceipt bool
	// LoopToken is put into our loop header, and into TrialHeader for a letter that only tries out a channel's settings.
	LoopToken string
	Trial     bool
}

// TrialHeader is the field by which a letter that tries out a channel's settings is known.
const TrialHeader = "X-Visavis-Trial"

// Quote is the history below an answer.
type Quote struct {
	From Address
	At   time.Time
	Text string
}

// Sender is the ability of a channel whose words are sent out.
type Sender interface {
	Adapter
	// Compose makes the bytes that leave, signed where the account has keys. They are made once and kept: a retry sends what was sent.
	Compose(a Account, out Out) ([]byte, error)
	// Send tries once to hand the bytes over to every recipient of the envelope.
	Send(ctx context.Context, a Account, e Envelope, raw []byte) Outcome
	// Destination is what limits are counted by: the host that is spoken to for a recipient.
	Destination(a Account, recipient string) string
}

// OutcomeState is how one attempt ended.
type OutcomeState string

const (
	OutSent     OutcomeState = "sent"     // the other side has taken it
	OutDeferred OutcomeState = "deferred" // it has not, and may later
	OutRefused  OutcomeState = "refused"  // it never will
	OutUnknown  OutcomeState = "unknown"  // the line was cut after the last byte and before the answer
)

// Outcome is how an attempt ended, for the worst of its recipients first.
type Outcome struct {
	State OutcomeState
	// Problem is a stable word such as "mailbox-unknown", "greylisted", "sign-in-refused", "no-connection"; screens word it with what to do.
	Problem string
	// Answer is what the server said: code, enhanced code and words on one line, cut, without secrets.
	Answer string
	// Recipients are the outcomes of single recipients, when they differ.
	Recipients map[string]Outcome
}

// Step is one step of trying out settings, shown while it happens.
type Step struct {
	// Name is a stable word: "resolve", "connect", "tls", "sign-in", "folders", "send", "receive".
	Name string `json:"name"`
	Part string `json:"part"` // "in" or "out"
	// State is "running", "done" or "failed".
	State   string `json:"state"`
	Problem string `json:"problem,omitempty"`
	Answer  string `json:"answer,omitempty"`
	// Detail is what was found, such as the host or the folders, one line.
	Detail string `json:"detail,omitempty"`
	Millis int64  `json:"millis"`
}

// Prober is the ability to find and try out a channel's settings.
type Prober interface {
	Adapter
	// Detect proposes settings for an address, best first. Nothing is stored.
	Detect(ctx context.Context, address string) ([]Proposal, error)
	// Try tries an account step by step, tells each step as it begins and as it ends, and stops at the first that fails.
	Try(ctx context.Context, a Account, tell func(Step)) error
}

// Proposal is settings that may fit an address.
type Proposal struct {
	Settings []byte `json:"settings"` // as CheckSettings takes them
	Source   string `json:"source"`   // "provider", "autoconfig", "srv", "mx", "guess"
	Provider string `json:"provider,omitempty"`
}

// Record is a DNS record that should be there.
type Record struct {
	Purpose string `json:"purpose"` // "dkim", "spf", "dmarc", "mx", "return-path"
	Type    string `json:"type"`    // "TXT", "MX", "CNAME"
	Name    string `json:"name"`
	Value   string `json:"value"`
	// State says how it stands; Found is what DNS says now.
	State    RecordState `json:"state"`
	Found    []string    `json:"found"`
	Required bool        `json:"required"`
}

// RecordState is how a DNS record stands.
type RecordState string

const (
	RecordRight   RecordState = "right" // or written otherwise, and as good
	RecordMissing RecordState = "missing"
	RecordWrong   RecordState = "wrong"
	RecordUnknown RecordState = "unknown" // DNS did not answer in time, or cannot tell
)

// Recorder is the ability of a channel whose letters are believed for what DNS says of their domains.
type Recorder interface {
	Addressed
	// Records are the DNS records that make letters of a domain be believed, with what DNS says now.
	Records(ctx context.Context, a Account, domain string) ([]Record, error)
	// NewKeys makes keys that sign letters of a domain. Its error is a vis.Error when nobody but a provider can sign for it.
	NewKeys(domain string) ([]SigningKey, error)
	// Published reports whether a key's record stands in DNS, so that what it signs is verified.
	Published(ctx context.Context, k SigningKey) (bool, error)
}

// SigningKey signs letters of a domain (RFC 6376).
type SigningKey struct {
	Domain    string
	Selector  string
	Algorithm string // "rsa" or "ed25519"
	Private   []byte // PKCS #8; it is never logged
	CreatedAt time.Time
	// SeenAt is when its record was first seen in DNS. It signs from then on: what nobody can verify is better not signed.
	SeenAt time.Time
}

// Name is where its record stands.
func (k SigningKey) Name() string { return k.Selector + "._domainkey." + k.Domain }

// Authorizer is the ability of a channel that is signed in to at a provider, where a member consents (RFC 6749).
type Authorizer interface {
	Adapter
	// Consent is the address of the provider's page, from which the member comes back with state, and a proof that Redeem needs. Its error
	// is a vis.Error when the settings name no provider.
	Consent(a Account, back, state string) (address, proof string, err error)
	// Redeem exchanges the code that she came back with for the secrets that the channel is signed in with.
	Redeem(ctx context.Context, a Account, back, code, proof string) (map[string]string, error)
}
