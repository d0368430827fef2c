package desk

import (
	"context"
	"unicode/utf8"

	"visavis/internal/channel"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// The bounds of what people may write.
const (
	MaxText        = 20_000 // runes of a message or note
	MaxSubject     = 200    // runes
	MaxName        = 120    // runes
	MaxAttachments = 10     // in one message
	MaxClaimed     = 10     // addresses that a customer may give without proof
	MaxFile        = 25 << 20
)

// Service is the heart's door. Every method says who asks, checks what she may do, and either does all of it or nothing.
type Service struct {
	db    DB
	reach Reach
	// outlet is the way out on channels of letters, nil while there is none.
	outlet Outlet
	clock  vis.Clock
	mint   vis.Mint
	// received are messages that were just received, with their conversations, for those who tell the screens of them.
	received *recent[messageKey, Received]
	// visits are visitors' sessions by the hash of their token.
	visits *recent[string, checkedVisit]
}

// Reach says what can be done on a channel at this moment.
type Reach interface {
	Capabilities(c channel.Channel) channel.Capabilities
}

// New makes the service.
func New(db DB, reach Reach, clock vis.Clock, mint vis.Mint) *Service {
	return &Service{db: db, reach: reach, clock: clock, mint: mint,
		received: newRecent[messageKey, Received](recentMessages), visits: newRecent[string, checkedVisit](recentVisits)}
}

// checkText cleans what somebody wrote and checks its length; a message needs words or a file.
func checkText(in string, attachments int) (string, error) {
	t := text.Clean(in)
	if n := utf8.RuneCountInString(t); n > MaxText {
		return "", vis.InField("text", "A message may have %d characters; this one has %d.", MaxText, n)
	}
	if text.Fold(t) == "" && attachments == 0 { // also when all its characters are invisible
		return "", vis.InField("text", "A message needs words or a file.")
	}
	if attachments > MaxAttachments {
		return "", vis.InField("attachmentIds", "A message may carry %d files; this one has %d.", MaxAttachments, attachments)
	}
	return t, nil
}

// checkLine cleans a one-line field and checks its length.
func checkLine(field, in string, limit int) (string, error) {
	t := text.Line(in)
	if n := utf8.RuneCountInString(t); n > limit {
		return "", vis.InField(field, "This may have %d characters; it has %d.", limit, n)
	}
	return t, nil
}

// bind checks that files may go with a message of this author and gives them to it.
func bind(ctx context.Context, tx Tx, m *Message, ids []vis.AttachmentID) error {
	for _, id := range ids {
		a, err := tx.Attachment(ctx, id)
		if err != nil || a.Author != m.Author || a.AuthorID != m.AuthorID || a.Message != "" ||
			(a.Conversation != "" && a.Conversation != m.Conversation) {
			// A file that is somebody else's, already sent or meant for another conversation looks like one that is not there.
			return vis.InField("attachmentIds", "The file %s is not here to be sent; please attach it again.", id)
		}
		if err := tx.BindAttachment(ctx, id, m.Conversation, m.ID); err != nil {
			return err
		}
		a.Conversation, a.Message = m.Conversation, m.ID
		m.Attachments = append(m.Attachments, a)
	}
	return nil
}

// author says whose words an actor writes. An API token writes in the organisation's name.
func author(by vis.Actor) (AuthorKind, string) {
	switch by.Kind {
	case vis.ByCustomer:
		return AuthorCustomer, by.ID
	case vis.BySystem:
		return AuthorSystem, ""
	default:
		return AuthorMember, by.ID
	}
}
