package storetest

import (
	"testing"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

func testViews(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	other := newMember("Maël", "mael@example.org")
	keep := func(tx everything, name string, owner vis.MemberID, sharing desk.Sharing, position int) desk.SavedView {
		v := desk.SavedView{ID: id[vis.ViewID](), Owner: owner, Sharing: sharing, Name: name, Position: position, CreatedAt: now, Version: 1,
			List: desk.SavedList{View: desk.ViewAll, State: desk.Open}}
		check(t, tx.InsertSavedView(ctx, v))
		return v
	}
	var first, last desk.SavedView
	write(t, h, func(tx everything) error {
		check(t, tx.InsertMember(ctx, other))
		last = keep(tx, "last", h.member.ID, desk.Own, 1)
		first = keep(tx, "first", h.member.ID, desk.Own, 0)
		keep(tx, "hers", other.ID, desk.Own, 0)
		keep(tx, "everybody's", "", desk.WithAll, 0)
		return nil
	})
	names := func(owner vis.MemberID) (out []string) {
		for _, v := range read(t, h, func(tx everything) ([]desk.SavedView, error) { return tx.SavedViews(ctx, owner) }) {
			out = append(out, v.Name)
		}
		return out
	}
	same(t, "a member's views", names(h.member.ID), []string{"first", "last", "everybody's", h.saved.Name})
	same(t, "another's", names(other.ID), []string{"hers", "everybody's", h.saved.Name})
	same(t, "nobody's", names(""), []string{"everybody's", h.saved.Name})
	write(t, h, func(tx everything) error {
		check(t, tx.PlaceSavedView(ctx, first.ID, 2))
		last.Name, last.Sharing, last.Team, last.Position = "shared", desk.WithTeam, h.team.ID, 9
		var err error
		last, err = tx.SaveSavedView(ctx, last)
		return err
	})
	same(t, "what was changed", read(t, h, func(tx everything) (desk.SavedView, error) { return tx.SavedView(ctx, last.ID) }), last)
	moved := read(t, h, func(tx everything) (desk.SavedView, error) { return tx.SavedView(ctx, first.ID) })
	first.Position = 2
	same(t, "what was moved", moved, first)
	write(t, h, func(tx everything) error { return tx.DeleteSavedView(ctx, first.ID) })
	same(t, "after all that", names(h.member.ID), []string{"everybody's", h.saved.Name, "shared"})
	wantCode(t, h.update(ctx, func(tx everything) error { return tx.DeleteSavedView(ctx, first.ID) }), vis.NotFound)
}
