package assist

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// DB opens this room's transactions.
type DB = vis.DB[Tx]

// Tx reads and writes sessions, and the heart beneath them. Lookups of something absent are vis.Absent; Save takes the row as read, writes
// it with Version+1 and fails with vis.ErrStale when it has moved on. Whose a session is, is read from its conversation.
type Tx interface {
	desk.Tx
	Audit(ctx context.Context, e vis.AuditEntry) error

	InsertAssist(ctx context.Context, s Session) error
	SaveAssist(ctx context.Context, s Session) (Session, error)
	Assist(ctx context.Context, id vis.AssistID) (Session, error)
	// OpenAssists are those that have not ended, oldest first; Assists are those of a conversation, newest first.
	OpenAssists(ctx context.Context) ([]Session, error)
	Assists(ctx context.Context, id vis.ConversationID) ([]Session, error)
	// AssistsBetween are those that were pressed from one instant up to another, the newest so many, oldest first.
	AssistsBetween(ctx context.Context, from, to time.Time, limit int) ([]Session, error)
	// EndedAssists are those that are over and were pressed since an instant, earlier than another, newest first; "" is the newest. With a
	// member, those that she had last.
	EndedAssists(ctx context.Context, of vis.MemberID, from time.Time, before vis.AssistID, limit int) ([]Session, error)

	InsertCheck(ctx context.Context, c Check) error
	// Checks are the newest so many, newest first; ForgetChecks leaves of them those since an instant.
	Checks(ctx context.Context, limit int) ([]Check, error)
	ForgetChecks(ctx context.Context, newest int, since time.Time) error
	// RecordingPolicy is the zero value where nothing was decided.
	RecordingPolicy(ctx context.Context) (Policy, error)
	SaveRecordingPolicy(ctx context.Context, p Policy) (Policy, error)
	InsertRecording(ctx context.Context, r Recording) error
	Recording(ctx context.Context, id vis.AssistID) (Recording, error)
	// AddPart adds to a recording, which has so many sealed bytes more then.
	AddPart(ctx context.Context, id vis.AssistID, p Part, sealed int64) (Recording, error)
	// Parts are those of a recording, in order.
	Parts(ctx context.Context, id vis.AssistID) ([]Part, error)
	// Recordings are at most so many of those of earlier presses than before, newest first; "" for the newest.
	Recordings(ctx context.Context, before vis.AssistID, limit int) ([]Recording, error)
	RecordingsOf(ctx context.Context, customer vis.CustomerID) ([]vis.AssistID, error)
	// RecordingsDue are at most so many of those that are to be deleted.
	RecordingsDue(ctx context.Context, now time.Time, limit int) ([]vis.AssistID, error)
	// KeepNoLonger brings forward when recordings are deleted that would be kept for longer than so many days.
	KeepNoLonger(ctx context.Context, days int) error
	DeleteRecording(ctx context.Context, id vis.AssistID) error
	CountRecordings(ctx context.Context) (count int, bytes int64, err error)
}
