package storetest

import (
	"context"
	"testing"

	"visavis/internal/post"
	"visavis/internal/vis"
)

// written is a workspace's signatures and templates.
type written struct {
	signatures []post.Signature
	template   post.Template
}

func (h *house) inPost(ctx context.Context, fn func(post.Tx) error) error {
	return h.store.Post().Update(ctx, vis.System(h.ws), nil, fn)
}

func withWords(t testing.TB, h *house) written {
	t.Helper()
	text := post.Wording{FR: "Léa\n{{brand}} « 🚲 »", EN: "Lea"}
	w := written{signatures: []post.Signature{
		{Kind: post.OfBrand, Brand: "pro@arzel.example", Text: text, Version: 1},
		{Kind: post.OfMember, Owner: string(h.member.ID), Text: post.Wording{FR: "toutes"}, Version: 1},
		{Kind: post.OfMember, Owner: string(h.member.ID), Brand: "pro@arzel.example", Text: text, Version: 1},
		{Kind: post.OfTeam, Owner: string(h.team.ID), Text: text, Version: 1},
	}}
	w.template = post.Template{ID: id[vis.TemplateID](), Team: h.team.ID, CreatedAt: now, Version: 1,
		Ready: post.Ready{Name: "Colis en retard", Shortcut: "retard", Subject: post.Wording{EN: "Late"}, Text: text, Public: true}}
	check(t, h.inPost(t.Context(), func(tx post.Tx) error {
		for _, s := range w.signatures {
			s.Version = 0
			if _, err := tx.SaveSignature(t.Context(), s); err != nil {
				return err
			}
		}
		return tx.InsertTemplate(t.Context(), w.template)
	}))
	return w
}

func testWords(t *testing.T, e Engine) {
	h := furnish(t, Open(t, e.URL(t)))
	ctx := t.Context()
	w := withWords(t, h)
	check(t, h.inPost(ctx, func(tx post.Tx) error {
		all, err := tx.Signatures(ctx)
		check(t, err)
		same(t, "Signatures", all, w.signatures)
		for _, want := range w.signatures {
			one, err := tx.Signature(ctx, want.Kind, want.Owner, want.Brand)
			check(t, err)
			same(t, "Signature", one, want)
		}
		bearable, err := tx.SignaturesFor(ctx, h.member.ID, h.team.ID, "pro@arzel.example")
		check(t, err)
		if len(bearable) != 4 {
			t.Errorf("a letter may bear %+v", bearable)
		}
		bearable, err = tx.SignaturesFor(ctx, "", "", "other@arzel.example")
		check(t, err)
		if len(bearable) != 0 {
			t.Errorf("nobody's letter may bear %+v", bearable)
		}
		templates, err := tx.Templates(ctx)
		check(t, err)
		same(t, "Templates", templates, []post.Template{w.template})

		s, changed := w.signatures[0], w.template
		s.Text, changed.Text, changed.Shortcut = post.Wording{EN: "New"}, post.Wording{EN: "New"}, ""
		s, err = tx.SaveSignature(ctx, s)
		check(t, err)
		changed, err = tx.SaveTemplate(ctx, changed)
		check(t, err)
		if s.Version != 2 || changed.Version != 2 {
			t.Errorf("versions %d and %d", s.Version, changed.Version)
		}
		one, err := tx.Template(ctx, changed.ID)
		check(t, err)
		same(t, "SaveTemplate", one, changed)
		return nil
	}))
	for name, stale := range map[string]func(tx post.Tx) error{
		"signature": func(tx post.Tx) error { _, err := tx.SaveSignature(ctx, w.signatures[0]); return err },
		"a new signature": func(tx post.Tx) error {
			s := w.signatures[0]
			s.Version = 0
			_, err := tx.SaveSignature(ctx, s)
			return err
		},
		"template": func(tx post.Tx) error { _, err := tx.SaveTemplate(ctx, w.template); return err },
	} {
		if err := h.inPost(ctx, stale); err != vis.ErrStale {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, h, func(tx everything) error { return tx.DeleteTeam(ctx, h.team.ID) })
	check(t, h.inPost(ctx, func(tx post.Tx) error {
		_, err := tx.Signature(ctx, post.OfTeam, string(h.team.ID), "")
		wantCode(t, err, vis.NotFound)
		one, err := tx.Template(ctx, w.template.ID)
		check(t, err)
		if one.Team != "" || one.Version != 3 {
			t.Errorf("of a team that is gone: %+v", one)
		}
		return nil
	}))
}

func testForeignWords(t *testing.T, e Engine) {
	s := Open(t, e.URL(t))
	theirs, own := furnish(t, s), furnish(t, s)
	ctx := t.Context()
	w := withWords(t, theirs)
	mark := w.signatures[1]
	for name, ask := range map[string]func(tx post.Tx) error{
		"Signature":       func(tx post.Tx) error { _, err := tx.Signature(ctx, mark.Kind, mark.Owner, mark.Brand); return err },
		"DeleteSignature": func(tx post.Tx) error { return tx.DeleteSignature(ctx, mark.Kind, mark.Owner, mark.Brand) },
		"Template":        func(tx post.Tx) error { _, err := tx.Template(ctx, w.template.ID); return err },
		"SaveTemplate":    func(tx post.Tx) error { _, err := tx.SaveTemplate(ctx, w.template); return err },
		"DeleteTemplate":  func(tx post.Tx) error { return tx.DeleteTemplate(ctx, w.template.ID) },
	} {
		wantCode(t, own.inPost(ctx, ask), vis.NotFound)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	if err := own.inPost(ctx, func(tx post.Tx) error { _, err := tx.SaveSignature(ctx, mark); return err }); err != vis.ErrStale {
		t.Errorf("a signature of another workspace: %v", err)
	}
	check(t, own.inPost(ctx, func(tx post.Tx) error {
		signatures, err := tx.Signatures(ctx)
		check(t, err)
		bearable, err := tx.SignaturesFor(ctx, theirs.member.ID, theirs.team.ID, "pro@arzel.example")
		check(t, err)
		templates, err := tx.Templates(ctx)
		check(t, err)
		if len(signatures)+len(bearable)+len(templates) != 0 {
			t.Errorf("seen of another workspace: %+v %+v %+v", signatures, bearable, templates)
		}
		return nil
	}))
	check(t, theirs.inPost(ctx, func(tx post.Tx) error {
		all, err := tx.Signatures(ctx)
		check(t, err)
		same(t, "their signatures", all, w.signatures)
		one, err := tx.Template(ctx, w.template.ID)
		check(t, err)
		same(t, "their template", one, w.template)
		return nil
	}))
}
