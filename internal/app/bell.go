package app

import (
	"context"
	"strings"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// bell lets the room of promises ring members and call other programs, inside its own transactions.
type bell struct{ notify *notify.Service }

// Give implements routing.Notices.
func (b bell) Give(ctx context.Context, tx routing.Tx, to []vis.MemberID, kind string, c vis.ConversationID, text string, now time.Time) error {
	board, ok := tx.(notify.Board)
	if !ok {
		panic("app: a transaction without a bell") // the store makes one kind for all rooms
	}
	return b.notify.Give(ctx, board, to, notify.Notice{Kind: noticeKind(kind), Conversation: c, Text: text}, now)
}

// Undelivered implements post.Teller.
func (b bell) Undelivered(ctx context.Context, tx post.Tx, to vis.MemberID, c desk.Conversation, now time.Time) error {
	board, ok := tx.(notify.Board)
	if !ok {
		panic("app: a transaction without a bell")
	}
	return b.notify.Give(ctx, board, []vis.MemberID{to}, notify.Notice{Kind: notify.Undelivered, Conversation: c.ID, Text: c.Customer.Name}, now)
}

// noticeKind leaves out what the bell does not tell apart, such as the first warning from the second.
func noticeKind(kind string) notify.Kind {
	for _, k := range []notify.Kind{notify.PromiseWarned, notify.PromiseMissed} {
		if strings.HasPrefix(kind, string(k)) {
			return k
		}
	}
	return notify.Kind(kind)
}

// Queue implements routing.Webhooks.
func (b bell) Queue(ctx context.Context, tx routing.Tx, hook vis.WebhookID, body any, now time.Time) error {
	outbox, ok := tx.(notify.Outbox)
	if !ok {
		panic("app: a transaction without an outbox")
	}
	w, err := tx.Workspace(ctx)
	if err != nil {
		return err
	}
	return b.notify.Queue(ctx, outbox, w.ID, hook, body, now)
}
