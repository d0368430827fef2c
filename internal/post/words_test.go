package post_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/post"
	"visavis/internal/staff"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// people is who works here beside Léa.
func (h *house) people() *staff.Service {
	return staff.New(h.store.Staff(), vis.ClockFunc(func() time.Time { return h.now }), h.mint, plain{}, 2)
}

func (h *house) agent(name string) vis.Actor {
	h.Helper()
	i, err := h.people().Invite(h.ctx, h.lea, staff.Invitation{Email: strings.ToLower(name) + "@arzel.example", Name: name + " Le Goff", Role: vis.Agent})
	h.ok(err)
	return vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(i.Member.ID), Role: vis.Agent}
}

func (h *house) team(name string, members ...vis.MemberID) vis.TeamID {
	h.Helper()
	t, err := h.people().CreateTeam(h.ctx, h.lea, name, "", members)
	h.ok(err)
	return t.ID
}

func (h *house) signs(by vis.Actor, s post.Signature) {
	h.Helper()
	_, err := h.post.SetSignature(h.ctx, by, s)
	h.ok(err)
}

func onBothEngines(t *testing.T, test func(h *house)) {
	t.Helper()
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			test(newHouseOn(t, e.URL(t)))
		})
	}
}

func TestTheNearestSignatureStandsBelowALetter(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(h *house) {
		c := h.asked()
		team := h.team("Atelier")
		c, err := h.desk.Assign(h.ctx, h.lea, c.ID, h.lea.Member(), team, c.Version)
		h.ok(err)
		signed := func(want string) {
			h.Helper()
			h.replies(c.ID, desk.Outbound{Text: "Voilà."})
			if out := h.sends(); out.Signature != want {
				h.Errorf("signed %q, want %q", out.Signature, want)
			}
		}
		signed("Léa\nArzel")
		h.signs(h.lea, post.Signature{Kind: post.OfBrand, Brand: "bonjour@arzel.example", Text: post.Wording{EN: "Yours, {{brand}}"}})
		signed("Yours, Arzel") // the words of the other language are better than none
		h.signs(h.lea, post.Signature{Kind: post.OfTeam, Owner: string(team), Text: post.Wording{FR: "{{ firstName }}, {{team}}", EN: "no"}})
		signed("Léa, Atelier")
		h.signs(h.lea, post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Text: post.Wording{FR: "{{name}}\n\n{{brand}}"}})
		signed("Léa Morvan\n\nArzel")
		h.signs(h.lea, post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Brand: "pro@arzel.example", Text: post.Wording{FR: "Pro"}})
		signed("Léa Morvan\n\nArzel")
		h.signs(h.lea, post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Brand: "bonjour@arzel.example", Text: post.Wording{FR: "L. M."}})
		signed("L. M.")
		h.ok(h.post.DeleteSignature(h.ctx, h.lea, post.OfMember, h.lea.ID, "bonjour@arzel.example"))
		h.ok(h.post.DeleteSignature(h.ctx, h.lea, post.OfMember, h.lea.ID, ""))
		signed("Léa, Atelier")
	})
}

func TestALineOfASignatureThatSaysNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wire.acknowledges = true
	h.signs(h.lea, post.Signature{Kind: post.OfBrand, Brand: "bonjour@arzel.example", Text: post.Wording{FR: "{{firstName}}\n{{team}}\nCycles {{brand}}"}})
	c := h.asked()
	if out := h.acknowledges(); len(out) != 1 || out[0].Signature != "Cycles Arzel" {
		t.Errorf("a machine signs %+v", out)
	}
	h.replies(c.ID, desk.Outbound{Text: "Voilà."})
	if out := h.sends(); out.Signature != "Léa\nCycles Arzel" {
		t.Errorf("signed %q", out.Signature)
	}
}

func TestWhoMayWriteASignature(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.agent("Yann")
	there := h.lea
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	robot := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: yann.ID, Scopes: []vis.Scope{vis.WriteConversations}}
	team := h.team("Atelier")
	words := post.Wording{FR: "Bonjour"}
	for name, c := range map[string]struct {
		by   vis.Actor
		s    post.Signature
		want vis.Code
	}{
		"her own":                         {yann, post.Signature{Kind: post.OfMember, Owner: yann.ID}, ""},
		"her own for a brand":             {yann, post.Signature{Kind: post.OfMember, Owner: yann.ID, Brand: "pro@arzel.example"}, ""},
		"a colleague's":                   {yann, post.Signature{Kind: post.OfMember, Owner: h.lea.ID}, vis.Forbidden},
		"a team's":                        {yann, post.Signature{Kind: post.OfTeam, Owner: string(team)}, vis.Forbidden},
		"a brand's":                       {yann, post.Signature{Kind: post.OfBrand, Brand: "pro@arzel.example"}, vis.Forbidden},
		"a program with a member's id":    {robot, post.Signature{Kind: post.OfMember, Owner: yann.ID}, vis.Forbidden},
		"an administrator's, of a team":   {h.lea, post.Signature{Kind: post.OfTeam, Owner: string(team)}, ""},
		"of a team that is not here":      {h.lea, post.Signature{Kind: post.OfTeam, Owner: "01900000-0000-7000-8000-00000000beef"}, vis.NotFound},
		"of a team for one brand":         {h.lea, post.Signature{Kind: post.OfTeam, Owner: string(team), Brand: "pro@arzel.example"}, vis.NotFound},
		"of nobody":                       {h.lea, post.Signature{Kind: "world"}, vis.NotFound},
		"for an address that is not ours": {yann, post.Signature{Kind: post.OfMember, Owner: yann.ID, Brand: "ceo@else.example"}, vis.NotFound},
		"of a brand that is not ours":     {h.lea, post.Signature{Kind: post.OfBrand, Brand: "ceo@else.example"}, vis.NotFound},
		"another workspace's":             {there, post.Signature{Kind: post.OfMember, Owner: yann.ID}, vis.NotFound},
	} {
		c.s.Text = words
		if _, err := h.post.SetSignature(h.ctx, c.by, c.s); vis.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	seen := func(by vis.Actor) int {
		t.Helper()
		all, err := h.post.Signatures(h.ctx, by)
		h.ok(err)
		return len(all)
	}
	h.signs(h.lea, post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Text: words})
	if all, hers := seen(h.lea), seen(yann); all != 4 || hers != 2 {
		t.Errorf("an administrator sees %d, an agent %d", all, hers)
	}
	if _, err := h.post.Signatures(h.ctx, robot); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("a program sees %v", err)
	}
	if err := h.post.DeleteSignature(h.ctx, yann, post.OfMember, h.lea.ID, ""); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("a colleague's deleted: %v", err)
	}
}

func TestASignatureIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, text := range map[string]post.Wording{
		"empty":                {},
		"blank":                {FR: " \n\x00"},
		"too long":             {EN: strings.Repeat("x", 1001)},
		"too many lines":       {FR: strings.Repeat("x\n", 15) + "x"},
		"of an unknown value":  {FR: "{{customer.name}}"},
		"of a broken value":    {FR: "{{first name}}"},
		"with another's words": {EN: "{{ text }}"},
	} {
		_, err := h.post.SetSignature(h.ctx, h.lea, post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Text: text})
		if vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := post.Signature{Kind: post.OfMember, Owner: h.lea.ID, Text: post.Wording{FR: "Un"}}
	h.signs(h.lea, one)
	_, err := h.post.SetSignature(h.ctx, h.lea, one)
	h.wantReason(err, "signature_changed")
	one.Version = 1
	h.signs(h.lea, one)
}

// template makes one.
func (h *house) template(t post.Template) post.Template {
	h.Helper()
	made, err := h.post.CreateTemplate(h.ctx, h.lea, t)
	h.ok(err)
	return made
}

func ready(name, shortcut, fr, en string) post.Template {
	return post.Template{Ready: post.Ready{Name: name, Shortcut: shortcut, Text: post.Wording{FR: fr, EN: en}}}
}

func TestATemplateIsFilledForAConversation(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(h *house) {
		c := h.asked()
		h.owed(c, time.Date(2026, 3, 2, 13, 5, 0, 0, time.UTC))
		made := ready("Retard", "retard", "Bonjour {{ customer.firstName }},\n{{agent.firstName}} de {{brand}} vous répond avant {{promise}}. {{order.number}} {{}} {{{brand}}}", "")
		made.Subject = post.Wording{FR: "Votre colis, {{customer.name}}", EN: "Your parcel"}
		made = h.template(made)
		out, err := h.post.Render(h.ctx, h.lea, made.ID, c.ID, "en")
		h.ok(err)
		want := post.Rendered{Subject: "Votre colis, Camille", Language: "fr", Open: []string{"order.number"},
			Text: "Bonjour Camille,\nLéa de Arzel vous répond avant 14 h 05 (heure de Paris). {{order.number}} {{}} {Arzel}"}
		if out.Text != want.Text || out.Subject != want.Subject || out.Language != "fr" || !slices.Equal(out.Open, want.Open) {
			h.Errorf("rendered %+v", out)
		}
	})
}

// What a stranger calls herself is put in as it is: it names no value, and breaks no line.
func TestAStrangersNameInATemplateIsOnlyAName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := letter("one@mel", "Colis", "Où est-il ?")
	l.From.Name = "{{agent.name}} {{brand}}\r\nBcc: x@else.example $1 ${brand}"
	h.arrives(l)
	made := h.template(ready("Bonjour", "", "Bonjour {{customer.name}} !", ""))
	out, err := h.post.Render(h.ctx, h.lea, made.ID, h.only().ID, "")
	h.ok(err)
	if out.Text != "Bonjour {{agent.name}} {{brand}} Bcc: x@else.example $1 ${brand} !" || len(out.Open) != 0 {
		t.Errorf("rendered %+v", out)
	}
}

func TestTemplatesAreFoundByShortcutThenNameThenWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.agent("Yann")
	ours, theirs := h.team("Atelier", yann.Member()), h.team("Compta")
	h.template(ready("Zèle", "colis", "a", ""))
	h.template(ready("Le colis", "", "a", ""))
	h.template(ready("Autre", "autre", "", "About the Colis"))
	inTeam, ofTheirs := ready("Atelier colis", "", "a", ""), ready("Compta colis", "", "a", "")
	inTeam.Team, ofTheirs.Team = ours, theirs
	h.template(inTeam)
	other := h.template(ofTheirs)
	names := func(by vis.Actor, search string, all bool) string {
		t.Helper()
		found, err := h.post.Templates(h.ctx, by, search, all)
		h.ok(err)
		var names []string
		for _, one := range found {
			names = append(names, one.Name)
		}
		return strings.Join(names, ", ")
	}
	if got := names(yann, "COLÌS", false); got != "Zèle, Atelier colis, Le colis, Autre" {
		t.Errorf("found %s", got)
	}
	if got := names(h.lea, "compta", true); got != "Compta colis" {
		t.Errorf("of all, found %s", got)
	}
	if _, err := h.post.Templates(h.ctx, yann, "", true); vis.CodeOf(err) != vis.Forbidden {
		t.Errorf("an agent lists all: %v", err)
	}
	if _, err := h.post.Render(h.ctx, yann, other.ID, h.asked().ID, ""); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("another team's is filled: %v", err)
	}
}

func TestATemplateIsChangedByWhoSawItsVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.template(ready("Retard", "retard", "a", ""))
	other := h.template(ready("Autre", "", "a", ""))
	changed := made
	changed.Name, changed.Shortcut = "En retard", " RETARD "
	changed, err := h.post.ChangeTemplate(h.ctx, h.lea, changed)
	h.ok(err)
	if changed.Version != 2 || changed.Shortcut != "retard" || !changed.CreatedAt.Equal(made.CreatedAt) {
		t.Errorf("changed: %+v", changed)
	}
	_, err = h.post.ChangeTemplate(h.ctx, h.lea, made)
	h.wantReason(err, "template_changed")
	other.Shortcut = "retard"
	_, err = h.post.ChangeTemplate(h.ctx, h.lea, other)
	h.wantReason(err, "shortcut_taken")
	for name, bad := range map[string]post.Template{
		"no name":        ready("", "", "a", ""),
		"a long name":    ready(strings.Repeat("x", 81), "", "a", ""),
		"no words":       ready("A", "", " ", ""),
		"long words":     ready("A", "", "", strings.Repeat("x", 8001)),
		"a bad shortcut": ready("A", "a b", "a", ""),
		"a strange team": {Team: "01900000-0000-7000-8000-00000000beef", Ready: ready("A", "", "a", "").Ready},
	} {
		if _, err := h.post.CreateTemplate(h.ctx, h.lea, bad); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	there, yann := h.lea, h.agent("Yann")
	there.Workspace = "01900000-0000-7000-8000-00000000beef"
	for name, c := range map[vis.Code]vis.Actor{vis.NotFound: there, vis.Forbidden: yann} {
		_, err := h.post.ChangeTemplate(h.ctx, c, changed)
		if gone := h.post.DeleteTemplate(h.ctx, c, made.ID); vis.CodeOf(err) != name || vis.CodeOf(gone) != name {
			t.Errorf("%s: %v, %v", name, err, gone)
		}
	}
	h.ok(h.post.DeleteTemplate(h.ctx, h.lea, made.ID))
	if left, err := h.post.Templates(h.ctx, h.lea, "", false); err != nil || len(left) != 1 {
		t.Errorf("left %+v %v", left, err)
	}
}
