package routing

import (
	"context"
	"time"

	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// DB opens this room's transactions.
type DB = vis.DB[Tx]

// Calendar is opening hours with a name.
type Calendar struct {
	ID        vis.CalendarID
	Name      string
	Hours     hours.Calendar
	CreatedAt time.Time
	Version   int64
}

// Tx reads and writes what this room owns, and the heart beneath it. Lookups of something absent are vis.Absent; Save methods take the row
// as read, write it with Version+1 and fail with vis.ErrStale when it has moved on. What is of one workspace only is in JSON columns, for
// nothing searches in it.
type Tx interface {
	desk.Tx
	boardTx
	Audit(ctx context.Context, e vis.AuditEntry) error
	Workspace(ctx context.Context) (staff.Workspace, error)
	Members(ctx context.Context) ([]staff.Member, error)
	Teams(ctx context.Context) ([]staff.Team, error)

	// Cursor is how far a reader has read the log, 0 at first. MoveCursor advances it and fails with vis.ErrStale when another node did.
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error
	// Lease takes or renews a lease for holder until an instant, and returns its fence, which grows with every new holder; it fails with
	// vis.Conflict "leased" while another holder's has not run out at now. CheckLease fails with vis.ErrStale when the fence is not the lease's.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (fence int64, err error)
	CheckLease(ctx context.Context, name string, fence int64) error

	// Settings returns the zero value with Version 0 while none were saved; SaveSettings inserts it then.
	Settings(ctx context.Context) (Settings, error)
	SaveSettings(ctx context.Context, s Settings) (Settings, error)

	Calendar(ctx context.Context, id vis.CalendarID) (Calendar, error)
	Calendars(ctx context.Context) ([]Calendar, error)
	InsertCalendar(ctx context.Context, c Calendar) error
	SaveCalendar(ctx context.Context, c Calendar) (Calendar, error)
	DeleteCalendar(ctx context.Context, id vis.CalendarID) error

	// Policies are the present versions in order of position, disabled ones too.
	Policies(ctx context.Context) ([]Policy, error)
	// PolicyVersions are all versions of one policy, newest first.
	PolicyVersions(ctx context.Context, id vis.PolicyID) ([]Policy, error)
	InsertPolicy(ctx context.Context, p Policy) error
	// SavePolicy keeps the version before.
	SavePolicy(ctx context.Context, p Policy) (Policy, error)
	// DeletePolicy keeps all its versions for the promises that were given under them.
	DeletePolicy(ctx context.Context, id vis.PolicyID) error

	// Queues are those that were set up; a team without one has the default.
	Queues(ctx context.Context) ([]Queue, error)
	// SaveQueue inserts when Version is 0.
	SaveQueue(ctx context.Context, q Queue) (Queue, error)
	Profiles(ctx context.Context) ([]Profile, error)
	SaveProfile(ctx context.Context, p Profile) (Profile, error) // inserts when Version is 0

	Shifts(ctx context.Context) ([]Shift, error)
	// SaveShift upserts.
	SaveShift(ctx context.Context, s Shift) error
	// Vouch records that a node has a member connected (or no longer), at an instant; Vouched are those of all nodes since an instant.
	Vouch(ctx context.Context, node string, m vis.MemberID, connected bool, at time.Time) error
	Vouched(ctx context.Context, since time.Time) ([]vis.MemberID, error)

	InsertPromise(ctx context.Context, p Promise) error
	SavePromise(ctx context.Context, p Promise) (Promise, error)
	Promise(ctx context.Context, id vis.PromiseID) (Promise, error)
	// OpenPromises are those of some conversations that are still owed, oldest first; Promises are all of one.
	OpenPromises(ctx context.Context, ids []vis.ConversationID) ([]Promise, error)
	Promises(ctx context.Context, id vis.ConversationID) ([]Promise, error)
	// PromisesDue are open promises of the workspace with DueAt before an instant, nearest first.
	PromisesDue(ctx context.Context, before time.Time, limit int) ([]Promise, error)

	// SaveStanding writes what this room says of a conversation, without a new version.
	SaveStanding(ctx context.Context, id vis.ConversationID, s desk.Standing) error
	// Waiting are the open conversations that nobody owns, highest rank first, after a place in that order (a zero After is the top).
	Waiting(ctx context.Context, after RankPlace, limit int) ([]desk.Conversation, error)
	// Owned are the open conversations of a member; of every member when it is "" (at most limit, highest rank first).
	Owned(ctx context.Context, m vis.MemberID, limit int) ([]desk.Conversation, error)
	// Calls are the live assistances that go on.
	Calls(ctx context.Context) ([]Call, error)
	// CountStarted counts the conversations that a customer began since an instant.
	CountStarted(ctx context.Context, c vis.CustomerID, since time.Time) (int, error)
	// LastAnswerer is who last answered this customer in any conversation, "" when nobody did since an instant.
	LastAnswerer(ctx context.Context, c vis.CustomerID, since time.Time) (vis.MemberID, error)
	// ConversationsByID reads many at once; those that are gone are left out.
	ConversationsByID(ctx context.Context, ids []vis.ConversationID) ([]desk.Conversation, error)
	// CustomersByID reads many at once, without identities.
	CustomersByID(ctx context.Context, ids []vis.CustomerID) ([]desk.Customer, error)

	Offer(ctx context.Context, id vis.OfferID) (Offer, error)
	// InsertOffer fails with vis.Conflict when one rings already for the conversation.
	InsertOffer(ctx context.Context, o Offer) error
	// EndOffer sets State, Reason and EndedAt of a ringing offer, and fails with vis.ErrStale when it no longer rings.
	EndOffer(ctx context.Context, o Offer) error
	// RingingOffers are all that ring in the workspace; Offers are those of a conversation, newest first.
	RingingOffers(ctx context.Context) ([]Offer, error)
	Offers(ctx context.Context, id vis.ConversationID) ([]Offer, error)

	Rules(ctx context.Context) ([]Rule, error)
	InsertRule(ctx context.Context, r Rule) error
	SaveRule(ctx context.Context, r Rule) (Rule, error)
	DeleteRule(ctx context.Context, id vis.RuleID) error
	// CountRun records a run at an instant without a new version and returns how often the rule ran on that conversation since. With
	// the conversation "" it is only added to the rule's own number.
	CountRun(ctx context.Context, rule vis.RuleID, c vis.ConversationID, at, since time.Time) (int, error)

	InsertCallback(ctx context.Context, c Callback) error
	SaveCallback(ctx context.Context, c Callback) (Callback, error)
	Callback(ctx context.Context, id vis.CallbackID) (Callback, error)
	// OpenCallbacks are those still to be made, soonest first.
	OpenCallbacks(ctx context.Context) ([]Callback, error)
	CallbackOf(ctx context.Context, id vis.ConversationID) (Callback, error) // the open one of a conversation
	// CountCallbacks counts those asked for since an instant, whatever became of them: by a customer, to a phone number by anybody, and by
	// everybody.
	CountCallbacks(ctx context.Context, c vis.CustomerID, phone string, since time.Time) (ofCustomer, toPhone, all int, err error)
}

// Call is a live assistance: whoever has it is offered nothing else, and its conversation is offered to nobody, for it rings already.
type Call struct {
	Conversation vis.ConversationID
	Member       vis.MemberID // "" while it rings
}

// RankPlace is a place in the order of ranks.
type RankPlace struct {
	Rank int64
	ID   vis.ConversationID
}
