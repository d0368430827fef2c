package listen

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// DB opens this room's transactions.
type DB = vis.DB[Tx]

// Tx reads the log and what was said, and keeps what was read of it. Lookups of something absent are vis.Absent.
type Tx interface {
	desk.Tx
	Audit(ctx context.Context, e vis.AuditEntry) error
	// Cursor is how far a reader has read the log, 0 at first. MoveCursor fails with vis.ErrStale when it is no longer at from.
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error
	// ConversationsByID and MessagesByID read many at once; those that are gone are left out.
	ConversationsByID(ctx context.Context, ids []vis.ConversationID) ([]desk.Conversation, error)
	MessagesByID(ctx context.Context, ids []vis.MessageID) ([]desk.Message, error)

	// InsertReadings fails with vis.Conflict when one of the messages was read before.
	InsertReadings(ctx context.Context, all []Reading) error
	Reading(ctx context.Context, m vis.MessageID) (Reading, error)
	ReadingsByID(ctx context.Context, ids []vis.MessageID) ([]Reading, error)
	// SaveCorrection writes the correction of a reading, or takes it away.
	SaveCorrection(ctx context.Context, r Reading) error
	// LastCorrected is the reading of a conversation that was corrected last.
	LastCorrected(ctx context.Context, c vis.ConversationID) (Reading, error)
	// CountCorrected counts the readings that were corrected after an instant, and still are.
	CountCorrected(ctx context.Context, after time.Time) (int, error)
	// Corrected are the readings that are corrected, the newest correction first.
	Corrected(ctx context.Context, limit int) ([]Reading, error)
	// Alike are messages whose signatures have a stretch in common with one, and whose id is above another: of each stretch the newest.
	Alike(ctx context.Context, s text.Signature, above vis.MessageID, perBand int) ([]vis.MessageID, error)
	// Armed reports whether a timer is set.
	Armed(ctx context.Context, kind, key string) (bool, error)

	// ReasonTree has the version 0 while none was saved. SaveReasonTree fails with vis.ErrStale when it has moved on.
	ReasonTree(ctx context.Context) (Tree, error)
	SaveReasonTree(ctx context.Context, t Tree) (Tree, error)
	// ReasonUsed reports whether any conversation has the reason.
	ReasonUsed(ctx context.Context, key string) (bool, error)

	// ModelVersion is that of the workspace's own model, 0 while it has none.
	ModelVersion(ctx context.Context) (int64, error)
	// Model is the workspace's own model.
	Model(ctx context.Context) (Model, error)
	// SaveModel writes the next version.
	SaveModel(ctx context.Context, m Model) error

	// Head is the end of the log.
	Head(ctx context.Context) (int64, error)
	// SaveReread writes what a message was read to say by another engine.
	SaveReread(ctx context.Context, r Reading) error
	Engine(ctx context.Context) (Engine, error)
	// SaveEngine fails with vis.ErrStale when it has moved on; the version 0 is that of none.
	SaveEngine(ctx context.Context, e Engine) (Engine, error)
	// EngineUse is what there was in a month, nothing at first.
	EngineUse(ctx context.Context, month string) (EngineUse, error)
	// SpendEngine sets a call and some tokens of a month aside, and reports false when that would be more than so many.
	SpendEngine(ctx context.Context, month string, tokens, mostCalls, mostTokens int64) (bool, error)
	// CountEngine adds to what there was in a month, and takes back what was set aside too much.
	CountEngine(ctx context.Context, month string, more EngineUse) error
}

// Reading is what one message was read to say.
type Reading struct {
	Message      vis.MessageID
	Conversation vis.ConversationID
	At           time.Time // when it was read
	Engine       string
	Model        string
	// Says has keys of the workspace's reasons as the labels of Reason, Best and Next.
	Says text.Reading
	// Sign is what others are found by that say nearly the same.
	Sign text.Signature
	// Correction is what members set right, nil for nothing.
	Correction *Correction
}

// BuiltIn is the engine that reads in this process.
const BuiltIn = "built-in"

// Correction is what a member set right of a reading; nil leaves what was read.
type Correction struct {
	Member       vis.MemberID `json:"memberId"`
	At           time.Time    `json:"at"`
	Reason       *string      `json:"reason,omitempty"`
	Mood         *float64     `json:"mood,omitempty"`
	Dissatisfied *bool        `json:"dissatisfied,omitempty"`
	Urgency      *string      `json:"urgency,omitempty"`
	// Before is what it was before, to go back to; nil where one can go back no further.
	Before *Before `json:"before,omitempty"`
}

// Before is how a reading and its conversation were before a correction.
type Before struct {
	Correction *Correction  `json:"correction,omitempty"`
	Reason     string       `json:"reason"`
	Mood       int          `json:"mood"`
	Reading    desk.Reading `json:"reading"`
}

// Tree is the reasons of a workspace, in the order in which they are shown.
type Tree struct {
	Reasons []Reason
	Version int64
}

// Reason is why customers contact us.
type Reason struct {
	// Key is the path of the reason, such as "delivery/late".
	Key string `json:"key"`
	FR  string `json:"fr"`
	EN  string `json:"en"`
	// BuiltIn is the label of the built-in reader that means this reason, "" for none.
	BuiltIn string `json:"builtIn,omitempty"`
	// Archived reasons are given to nothing any more.
	Archived bool `json:"archived,omitempty"`
}

// Model is what a workspace's own reader knows.
type Model struct {
	Story   Story
	Body    []byte // text.Model.Bytes; none while the built-in one reads
	Version int64
}

// Story is how a model came to be.
type Story struct {
	Number      int       `json:"number"` // of the models that were kept
	TrainedAt   time.Time `json:"trainedAt"`
	Corrections int       `json:"corrections"` // that it learnt from
	// Last is the last training, whatever came of it.
	Last *Training `json:"last,omitempty"`
}
