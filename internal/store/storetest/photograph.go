package storetest

import (
	"slices"
	"testing"

	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/vis"
)

// photograph is everything that can be read of a workspace.
func photograph(t testing.TB, h *house) map[string]any {
	t.Helper()
	ctx := t.Context()
	out := make(map[string]any)
	keep := func(what string) func(any, error) {
		return func(v any, err error) {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			out[what] = v
		}
	}
	check(t, h.view(ctx, func(tx everything) error {
		reads := map[string]func() (any, error){
			"members":  func() (any, error) { return tx.Members(ctx) },
			"teams":    func() (any, error) { return tx.Teams(ctx) },
			"tokens":   func() (any, error) { return tx.Tokens(ctx) },
			"channels": func() (any, error) { return tx.Channels(ctx) },
			"session":  func() (any, error) { return tx.Session(ctx, h.session.TokenHash) },
			"invite":   func() (any, error) { return tx.InviteByToken(ctx, h.invite.TokenHash) },
			"customer": func() (any, error) { return tx.Customer(ctx, h.customer.ID) },
			"search":   func() (any, error) { return tx.SearchCustomers(ctx, []string{"theirs"}, 9) },
			"said":     func() (any, error) { return tx.SearchConversations(ctx, []string{"theirs"}, 9) },
			"visit":    func() (any, error) { return tx.VisitByToken(ctx, h.visit.TokenHash) },
			"convers":  func() (any, error) { return tx.Conversation(ctx, h.convers.ID) },
			"all": func() (any, error) {
				return tx.Conversations(ctx, desk.Filter{View: desk.ViewAll, State: desk.Open}, vis.Page{})
			},
			"thread": func() (any, error) { return tx.Messages(ctx, h.convers.ID, desk.Range{Limit: 100}) },
			"upload": func() (any, error) { return tx.Attachment(ctx, h.upload.ID) },
			"read":   func() (any, error) { return tx.ReadPosition(ctx, h.convers.ID, h.member.ID) },
			"views":  func() (any, error) { return tx.SavedViews(ctx, h.member.ID) },
			"steps":  func() (any, error) { return tx.Steps(ctx, h.convers.ID) },
			"events": func() (any, error) { return tx.Events(ctx, 0, 100) },
			"audit":  func() (any, error) { return tx.AuditLog(ctx, vis.Page{}) },
		}
		for what, fn := range reads {
			keep(what)(fn())
		}
		for _, r := range h.readings(ctx, tx) {
			keep(r.what)(r.read())
		}
		return nil
	}))
	due, err := h.store.Timers().Due(ctx, now, 100)
	keep("timers")(slices.DeleteFunc(due, func(i jobs.Timer) bool { return i.Workspace != h.ws }), err)
	return out
}
