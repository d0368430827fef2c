package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/vis"
)

// What became of each call can be looked up: by a member for her own, by who supervises for all; nobody sees more.
func TestCallsThatAreOverCanBeLookedUp(t *testing.T) {
	t.Parallel()
	c := newHouse(t).answered()
	begun := c.clock.Now()
	boss := c.hire(c.admin, "Bruno", vis.Supervisor)
	other := c.hire(c.admin, "Odile", vis.Agent)
	c.clock.move(time.Minute)
	read[Assist](t, c.post(c.yann, "/api/v1/assists/"+c.id+"/end", obj{}))
	read[Assist](t, c.do(call{method: "PUT", path: "/api/v1/assists/" + c.id + "/conclusion", as: c.yann, body: obj{"result": "solved"}}))
	c.clock.move(time.Second)
	left := read[PressedAssist](t, c.post(c.anna, "/api/v1/visitor/assists", obj{})).Assist.ID
	c.clock.move(5 * time.Second)
	read[VisitorAssist](t, c.post(c.anna, "/api/v1/visitor/assists/"+left+"/end", obj{}))
	c.clock.move(time.Second)

	span := "from=" + url.QueryEscape(begun.Add(-time.Hour).Format(time.RFC3339)) + "&to=" + url.QueryEscape(c.clock.Now().Add(time.Hour).Format(time.RFC3339))
	ids := func(as principal, more string) string {
		var out []string
		for _, one := range read[PastCalls](t, c.get(as, "/api/v1/assists/past?"+span+more)).Items {
			out = append(out, map[string]string{c.id: "solved", left: "left"}[one.AssistID])
		}
		return strings.Join(out, " ")
	}
	mine := "&memberId=" + c.yann.actor.ID
	for _, want := range []struct {
		as   principal
		more string
		ids  string
	}{{boss, "", "left solved"}, {c.admin, "", "left solved"}, {c.yann, "", "solved"}, {other, "", ""}, {boss, mine, "solved"}, {c.yann, mine, "solved"},
		{boss, "&what=missed", "left"}, {boss, "&what=answered", "solved"}, {boss, "&what=solved", "solved"}, {boss, "&what=unsaid", ""}, {boss, "&what=abuse", ""},
		{boss, "&before=" + left, "solved"}, {boss, "&before=" + c.id, ""}} {
		if got := ids(want.as, want.more); got != want.ids {
			t.Errorf("%s%s: %q, not %q", want.as.name, want.more, got, want.ids)
		}
	}
	all := read[PastCalls](t, c.get(boss, "/api/v1/assists/past?"+span)).Items
	if one := all[0]; one.Missed != "left" || one.Waited != 5 || one.Lasted != 0 || one.Outcome != "cancelled" || len(one.Members) != 0 || one.Conversation == nil {
		t.Errorf("who left: %+v", one)
	}
	if one := all[1]; one.Missed != "" || one.Lasted != 60 || one.Outcome != "done" || one.Result != "solved" || len(one.Members) != 1 || one.Recorded {
		t.Errorf("what was solved: %+v", one)
	}
	for path, want := range map[string]int{"?" + span + "&memberId=" + c.yann.actor.ID: 403, "?" + span + "&what=won": 422, "?" + span + "&memberId=x": 422,
		"?" + span + "&before=x": 422, "?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z": 422, "/export?" + span + "&memberId=" + c.yann.actor.ID: 403} {
		if a := c.get(other, "/api/v1/assists/past"+path); a.status != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	read[obj](t, c.do(call{method: "PATCH", path: "/api/v1/me", as: c.yann, body: obj{"name": "=1+1"}})) // a name is no formula
	file := c.get(boss, "/api/v1/assists/past/export?"+span)
	if lines := strings.Split(strings.TrimSpace(string(file.body)), "\n"); len(lines) != 3 || !strings.Contains(lines[1], ",5.0,0.0,cancelled,left,,,false") ||
		!strings.Contains(lines[2], ",'=1+1,") || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file: %s", file.body)
	}
}

func TestWhoCameIntoACallIsNamedBesideThoseWhoHadIt(t *testing.T) {
	t.Parallel()
	x := assist.Session{Member: "yann", Story: assist.Story{Passes: []assist.Pass{{From: "lea", To: "yann"}}, Guests: []vis.MemberID{"yann", "zoe"}}}
	if had, came := membersOf(x), guestsOf(x); !slices.Equal(had, []string{"lea", "yann"}) || !slices.Equal(came, []string{"zoe"}) {
		t.Errorf("%v, with %v", had, came)
	}
	if none := guestsOf(assist.Session{}); none == nil || len(none) != 0 {
		t.Errorf("nobody: %#v", none)
	}
}
