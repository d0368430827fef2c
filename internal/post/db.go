package post

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// DB opens transactions over letters, and says where in all workspaces there is something to do.
type DB interface {
	vis.DB[Tx]
	// DueArrivals lists workspaces with an arrival to be read at now, the longest overdue first.
	DueArrivals(ctx context.Context, now time.Time, limit int) ([]vis.WorkspaceID, error)
	// DueSendings lists workspaces with a letter to be sent at now, the longest overdue first.
	DueSendings(ctx context.Context, now time.Time, limit int) ([]vis.WorkspaceID, error)
	// WrittenChannels lists the channels of some kinds in every workspace.
	WrittenChannels(ctx context.Context, kinds []channel.Kind) ([]Placed, error)
}

// Placed is a channel with the workspace it belongs to.
type Placed struct {
	Workspace vis.WorkspaceID
	Channel   channel.Channel
}

// Tx reads and writes one workspace's letters, within the heart's transaction. Lookups of something absent are vis.Absent.
type Tx interface {
	desk.ClaimedTx
	Audit(ctx context.Context, e vis.AuditEntry) error
	Channels(ctx context.Context) ([]channel.Channel, error)
	Member(ctx context.Context, id vis.MemberID) (staff.Member, error)
	Workspace(ctx context.Context) (staff.Workspace, error)
	SaveChannel(ctx context.Context, c channel.Channel) (channel.Channel, error)

	// InsertArrival writes one that is new by channel and hash, and reports whether it was.
	InsertArrival(ctx context.Context, a Arrival) (bool, error)
	Arrival(ctx context.Context, id vis.ArrivalID) (Arrival, error)
	// Arrivals lists those of a state, newest first.
	Arrivals(ctx context.Context, s ArrivalState, p vis.Page) (vis.List[Arrival], error)
	// CountArrivals counts those of a state, up to most.
	CountArrivals(ctx context.Context, s ArrivalState, most int) (int, error)
	// KnownArrival reports whether a channel was brought these bytes before.
	KnownArrival(ctx context.Context, ch vis.ChannelID, hash string) (bool, error)
	// ClaimArrivals takes those that are due at now until the end of a lease, oldest first. One that was tried before is taken alone, and the sooner
	// the less often it was: whatever killed the reader, it is not what has been tried less.
	ClaimArrivals(ctx context.Context, now, until time.Time, limit int) ([]Arrival, error)
	// SaveArrival writes where it stands, and fails with vis.ErrStale when another reader has claimed it since.
	SaveArrival(ctx context.Context, a Arrival) error

	InsertLetter(ctx context.Context, l Letter) error
	Letter(ctx context.Context, m vis.MessageID) (Letter, error)
	// Letters are those of a conversation, oldest first, the newest limit of them.
	Letters(ctx context.Context, c vis.ConversationID, limit int) ([]Letter, error)
	// SetLetterRaw names the bytes of a letter that was composed.
	SetLetterRaw(ctx context.Context, m vis.MessageID, raw string) error
	InsertLetterID(ctx context.Context, id LetterID) error
	// LetterIDs finds what is known on a channel of any of some ids.
	LetterIDs(ctx context.Context, ch vis.ChannelID, ids []string) ([]LetterID, error)
	// SimilarConversation is the newest conversation of a customer that began or was last heard of since an instant under a subject.
	SimilarConversation(ctx context.Context, c vis.CustomerID, subject string, since time.Time) (vis.ConversationID, error)

	InsertLetterToken(ctx context.Context, t Token) error
	LetterToken(ctx context.Context, token string) (Token, error)

	// IsMemberAddress reports whether somebody who works here signs in with an address.
	IsMemberAddress(ctx context.Context, key string) (bool, error)

	Participants(ctx context.Context, c vis.ConversationID) ([]Participant, error)
	SaveParticipant(ctx context.Context, p Participant) error

	InsertSending(ctx context.Context, s Sending) error
	Sending(ctx context.Context, id vis.SendingID) (Sending, error)
	// Sendings lists those of some states, newest first.
	Sendings(ctx context.Context, states []SendingState, p vis.Page) (vis.List[Sending], error)
	// CountSendings counts those of a state, up to most.
	CountSendings(ctx context.Context, s SendingState, most int) (int, error)
	// SendingsOf are those of a conversation, oldest first, the newest limit of them.
	SendingsOf(ctx context.Context, c vis.ConversationID, limit int) ([]Sending, error)
	// ClaimSendings takes those that are due at now until the end of a lease. Of one conversation only the oldest that is open is taken,
	// so that letters leave in the order in which they were written.
	ClaimSendings(ctx context.Context, now, until time.Time, limit int) ([]Sending, error)
	// SendingOfMessage is how a message left.
	SendingOfMessage(ctx context.Context, m vis.MessageID) (Sending, error)
	// SaveSending writes where it stands, and fails with vis.ErrStale when another sender has claimed it since.
	SaveSending(ctx context.Context, s Sending) error

	// Lease takes or renews a lease for holder until an instant, and fails with vis.Conflict "leased" while another holder's has not run out
	// at now.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (fence int64, err error)

	ChannelCursor(ctx context.Context, ch vis.ChannelID, name string) ([]byte, error)
	SaveChannelCursor(ctx context.Context, ch vis.ChannelID, name string, value []byte) error
	// ChannelSecrets are sealed; SaveChannelSecret with nil forgets one.
	ChannelSecrets(ctx context.Context, ch vis.ChannelID) (map[string][]byte, error)
	SaveChannelSecret(ctx context.Context, ch vis.ChannelID, name string, sealed []byte) error
	// SigningKeys are all of the workspace, the oldest first, with sealed private keys.
	SigningKeys(ctx context.Context) ([]channel.SigningKey, error)
	InsertSigningKey(ctx context.Context, k channel.SigningKey) error
	SetSigningKeySeen(ctx context.Context, k channel.SigningKey, at time.Time) error
	DeleteSigningKey(ctx context.Context, k channel.SigningKey) error
	ChannelHealth(ctx context.Context) (map[vis.ChannelID][]channel.Health, error)
	SaveChannelHealth(ctx context.Context, ch vis.ChannelID, h channel.Health) error

	InsertScheduled(ctx context.Context, s Scheduled) error
	Scheduled(ctx context.Context, id vis.ScheduledID) (Scheduled, error)
	// ScheduledIn are those of a conversation, oldest first.
	ScheduledIn(ctx context.Context, c vis.ConversationID) ([]Scheduled, error)
	// HoldScheduled writes why one was not said.
	HoldScheduled(ctx context.Context, id vis.ScheduledID, problem string) error
	DeleteScheduled(ctx context.Context, id vis.ScheduledID) error

	// Acknowledged is when an address was last told that its letter arrived, the zero time when never.
	Acknowledged(ctx context.Context, address string) (time.Time, error)
	// AnswerDueAt is when a person's answer is promised for, the zero time when none is or its clock does not run.
	AnswerDueAt(ctx context.Context, c vis.ConversationID) (time.Time, error)
	SaveAcknowledged(ctx context.Context, address string, at time.Time) error

	Team(ctx context.Context, id vis.TeamID) (staff.Team, error)
	Signatures(ctx context.Context) ([]Signature, error)
	// SignaturesFor are those that a letter may bear: of a member, a team and a brand.
	SignaturesFor(ctx context.Context, m vis.MemberID, t vis.TeamID, brand string) ([]Signature, error)
	Signature(ctx context.Context, k SignatureKind, owner, brand string) (Signature, error)
	// SaveSignature writes a new one when its version is 0.
	SaveSignature(ctx context.Context, s Signature) (Signature, error)
	DeleteSignature(ctx context.Context, k SignatureKind, owner, brand string) error

	// Templates are all of them, oldest first.
	Templates(ctx context.Context) ([]Template, error)
	Template(ctx context.Context, id vis.TemplateID) (Template, error)
	InsertTemplate(ctx context.Context, t Template) error
	SaveTemplate(ctx context.Context, t Template) (Template, error)
	DeleteTemplate(ctx context.Context, id vis.TemplateID) error
}
