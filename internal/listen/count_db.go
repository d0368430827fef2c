package listen

import (
	"context"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// CountDB opens the transactions of those who count contacts.
type CountDB = vis.DB[CountTx]

// CountTx reads the log, and keeps what was counted from it and what is to be done about it. Lookups of something absent are vis.Absent.
type CountTx interface {
	Workspace(ctx context.Context) (staff.Workspace, error)
	Events(ctx context.Context, after int64, limit int) ([]vis.Event, error)
	Append(ctx context.Context, e vis.Event) error
	Audit(ctx context.Context, e vis.AuditEntry) error
	Cursor(ctx context.Context, reader string) (int64, error)
	MoveCursor(ctx context.Context, reader string, from, to int64) error
	spotTx
	Member(ctx context.Context, id vis.MemberID) (staff.Member, error)
	ConversationsByID(ctx context.Context, ids []vis.ConversationID) ([]desk.Conversation, error)
	MessagesByID(ctx context.Context, ids []vis.MessageID) ([]desk.Message, error)
	ReasonTree(ctx context.Context) (Tree, error)

	// ContactsByID reads many at once; those that are none are left out.
	ContactsByID(ctx context.Context, ids []vis.ConversationID) ([]Contact, error)
	// ContactsOf are a customer's, the newest first.
	ContactsOf(ctx context.Context, c vis.CustomerID, limit int) ([]Contact, error)
	// Contacts are the newest of those that are asked for, the newest first.
	Contacts(ctx context.Context, q ContactQuery, limit int) ([]Contact, error)
	// PutContact writes a contact anew.
	PutContact(ctx context.Context, c Contact) error
	// AddCount adds to what was counted of a cell.
	AddCount(ctx context.Context, c Tallied) error
	// Counts are what was counted of each reason on each of some days, on one channel or on all, in one language or in all; by days and reasons.
	Counts(ctx context.Context, q CountQuery) ([]Tallied, error)
	// CountsOf are the cells of some reasons that the same chooses, by channels and languages, in any order.
	CountsOf(ctx context.Context, reasons []string, q CountQuery) ([]Tallied, error)

	// Split counts contacts of each place on some days, or of each product, by reasons, in any order; of the other the query may choose one.
	Split(ctx context.Context, by Split, q CountQuery) ([]Part, error)

	// AddSearch adds to what was counted of a term, and takes its words where they are known by now.
	AddSearch(ctx context.Context, s SearchSums) error
	// SearchesFor are the sums of one term since a day.
	SearchesFor(ctx context.Context, print string, since Day) ([]SearchSums, error)
	// CountTerms counts the sums of a day, up to most.
	CountTerms(ctx context.Context, day Day, most int) (int, error)
	// Searches are the sums of some days, on one channel or on all, in one language or in all; by days.
	Searches(ctx context.Context, q CountQuery) ([]SearchSums, error)

	// Actions are what is to be done about reasons, in the order of their keys.
	Actions(ctx context.Context) ([]Action, error)
	// Action is that of one reason.
	Action(ctx context.Context, reason string) (Action, error)
	// SaveAction inserts when its version is 0, and fails with vis.ErrStale when it has moved on.
	SaveAction(ctx context.Context, a Action) (Action, error)
	DeleteAction(ctx context.Context, reason string) error
	// Rate has the version 0 while none was saved; SaveRate fails with vis.ErrStale when it has moved on.
	Rate(ctx context.Context) (Rate, error)
	SaveRate(ctx context.Context, r Rate) (Rate, error)
}

// CountQuery chooses days, from the first up to and not including the last, and of them a channel and a language.
type CountQuery struct {
	From, To Day
	Channel  vis.ChannelID // or AllChannels
	Language string        // or AllLanguages
	Spot                   // "" for all; in CountsOf Each is each of them
}

// ContactQuery chooses contacts of one reason, "" for none, that began between two instants in milliseconds since 1970. At the later one a page
// ended with a conversation.
type ContactQuery struct {
	CountQuery
	Reason        string
	Since, Before int64
	Above         vis.ConversationID
}
