package desk

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// DB opens the heart's transactions.
type DB = vis.DB[Tx]

// Tx reads and writes one workspace's rows. Every lookup of something absent, or of another workspace, is vis.Absent. Save
// methods take the row as read, write it with Version+1, return it so, and fail with vis.ErrStale when it has moved on.
type Tx interface {
	jobs.Tx
	// Append adds a fact to the log; it gets its Seq when the transaction commits.
	Append(ctx context.Context, e vis.Event) error
	// Channel is read for where a message arrived and where an answer goes.
	Channel(ctx context.Context, id vis.ChannelID) (channel.Channel, error)

	Customer(ctx context.Context, id vis.CustomerID) (Customer, error)
	// CustomerByIdentity finds the owner of a verified identity.
	CustomerByIdentity(ctx context.Context, kind IdentityKind, key string) (Customer, error)
	InsertCustomer(ctx context.Context, c Customer) error
	SaveCustomer(ctx context.Context, c Customer) (Customer, error)
	// TouchCustomer records where and when a customer was seen, without a new version.
	TouchCustomer(ctx context.Context, id vis.CustomerID, at time.Time, page *PageView) error
	InsertIdentity(ctx context.Context, i Identity) error
	// VerifyIdentity marks an identity of its customer proved.
	VerifyIdentity(ctx context.Context, id vis.IdentityID) error
	// IndexCustomer replaces the search terms of a customer (text.Terms of what she is known by).
	IndexCustomer(ctx context.Context, id vis.CustomerID, terms []string) error
	// SearchCustomers finds customers that match every term (the last one as a prefix), most recently seen first.
	SearchCustomers(ctx context.Context, terms []string, limit int) ([]Customer, error)

	InsertVisit(ctx context.Context, v Visit) error
	VisitByToken(ctx context.Context, tokenHash string) (Visit, error)
	DeleteVisit(ctx context.Context, tokenHash string) error
	// HandOver gives what an anonymous customer said and uploaded to the one she is recognised as, under whom a repeated message
	// is then known too, and ends the sessions of the first: a token from before stands for nobody who proved herself later.
	HandOver(ctx context.Context, from, to vis.CustomerID) error

	Conversation(ctx context.Context, id vis.ConversationID) (Conversation, error)
	// NextNumber returns the number of the workspace's next conversation.
	NextNumber(ctx context.Context) (int64, error)
	InsertConversation(ctx context.Context, c Conversation) error
	SaveConversation(ctx context.Context, c Conversation) (Conversation, error)
	// SaveAbout writes what is known of the matter and by whom, and nothing else, with a new version.
	SaveAbout(ctx context.Context, c Conversation) (Conversation, error)
	// SaveReading writes what the customer's words say: the reading, and the reason and mood of About. It makes no new version, for what a
	// member is about to do is not stale because words were read.
	SaveReading(ctx context.Context, c Conversation) error
	// Steps are what a conversation's customer is shown of the work on it, in order.
	Steps(ctx context.Context, id vis.ConversationID) ([]Step, error)
	Step(ctx context.Context, id vis.StepID) (Step, error)
	// InsertStep gives the step the next position of its conversation.
	InsertStep(ctx context.Context, s Step) (Step, error)
	SaveStep(ctx context.Context, s Step) (Step, error)
	DeleteStep(ctx context.Context, id vis.StepID) error
	// SaveReadMarks moves the marks of who has read how far, without a new version: reading is not a change that another
	// member's decision could be stale against.
	SaveReadMarks(ctx context.Context, id vis.ConversationID, customer, member int64) error
	Conversations(ctx context.Context, f Filter, p vis.Page) (vis.List[Conversation], error)
	// CurrentConversation is a customer's newest conversation on a channel that is not resolved.
	CurrentConversation(ctx context.Context, customer vis.CustomerID, ch vis.ChannelID) (Conversation, error)
	// CountConversations fills the counts for a member (may be "") and her teams, and ByTeam for every team of the workspace.
	// At risk is what is due before riskBefore.
	CountConversations(ctx context.Context, member vis.MemberID, teams []vis.TeamID, riskBefore time.Time) (Counts, error)
	// CountChosen counts a list by what its conversations say, as far as MaxCount of them, and reports whether there are more to look at.
	CountChosen(ctx context.Context, f Filter) (n int, more bool, err error)
	// SavedViews are a member's own views and all that are shared, as SortViews orders them.
	SavedViews(ctx context.Context, owner vis.MemberID) ([]SavedView, error)
	SavedView(ctx context.Context, id vis.ViewID) (SavedView, error)
	InsertSavedView(ctx context.Context, v SavedView) error
	SaveSavedView(ctx context.Context, v SavedView) (SavedView, error)
	// PlaceSavedView moves a view, without a new version: where others stand is no change that a decision about it could be stale against.
	PlaceSavedView(ctx context.Context, id vis.ViewID, position int) error
	DeleteSavedView(ctx context.Context, id vis.ViewID) error
	// SearchConversations finds conversations with a message that matches every term (the last one as a prefix), newest
	// matching message first, with that message.
	SearchConversations(ctx context.Context, terms []string, limit int) ([]Match, error)

	Message(ctx context.Context, id vis.MessageID) (Message, error)
	// MessageByClientID finds what an author has already sent under a client's id.
	MessageByClientID(ctx context.Context, author AuthorKind, authorID, clientID string) (Message, error)
	// InsertMessage writes the message with its attachments already bound, and indexes terms for search.
	InsertMessage(ctx context.Context, m Message, terms []string) error
	// Messages reads a stretch of a thread, in ascending order of position. kinds chooses what is read; none means all.
	Messages(ctx context.Context, id vis.ConversationID, r Range, kinds ...MessageKind) ([]Message, error)

	InsertAttachment(ctx context.Context, a Attachment) error
	Attachment(ctx context.Context, id vis.AttachmentID) (Attachment, error)
	// BindAttachment gives an unsent attachment to a message.
	BindAttachment(ctx context.Context, id vis.AttachmentID, c vis.ConversationID, m vis.MessageID) error
	// CountUploads counts an author's attachments since an instant, sent or not.
	CountUploads(ctx context.Context, author AuthorKind, authorID string, since time.Time) (int, error)
	// ForgetUploads removes at most limit attachments that were uploaded before an instant and never sent. It returns how many, and
	// the blobs that no attachment names any more.
	ForgetUploads(ctx context.Context, before time.Time, limit int) (forgotten int, orphans []string, err error)

	// ReadPosition is how far a member has read a conversation; 0 when never.
	ReadPosition(ctx context.Context, id vis.ConversationID, m vis.MemberID) (int64, error)
	// ReadPositions is ReadPosition for many conversations at once; absent means 0.
	ReadPositions(ctx context.Context, ids []vis.ConversationID, m vis.MemberID) (map[vis.ConversationID]int64, error)
	SaveReadPosition(ctx context.Context, id vis.ConversationID, m vis.MemberID, position int64, at time.Time) error

	// Events reads the log after a sequence number, oldest first.
	Events(ctx context.Context, after int64, limit int) ([]vis.Event, error)
	// Head is the sequence number of the newest event, 0 for an empty log.
	Head(ctx context.Context) (int64, error)
}

// Range chooses a stretch of a thread. Before > 0: the Limit entries that end just before it. After >= 0 with Forward: those
// that begin just after it. The zero value with a Limit: the newest.
type Range struct {
	Before  int64
	After   int64
	Forward bool
	Limit   int
}

// Match is a conversation found by its words.
type Match struct {
	Conversation Conversation
	Message      Message
}
