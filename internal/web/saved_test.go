package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

func views(h *house, as principal, query string) (out []string) {
	h.Helper()
	for _, v := range read[SavedViews](h.TB, h.get(as, "/api/v1/views"+query)).Items {
		out = append(out, v.Name)
	}
	return out
}

func (h *house) change(as principal, id string, body obj) answer {
	h.Helper()
	return h.do(call{method: "PATCH", path: "/api/v1/views/" + id, as: as, body: body})
}

// C-01, C-05: a member's own views are hers alone, those of a team the team's; who may not share makes none for others.
func TestViewsAreWhoseTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, olga := h.found("Other", "Olga Other", "olga@other.example")
	yann, mael, nolwenn := h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Maël", vis.Agent), h.hire(h.admin, "Nolwenn", vis.Supervisor)
	team, err := h.staff.CreateTeam(h.ctx, h.admin.actor, "Atelier", "", []vis.MemberID{yann.actor.Member()})
	h.must(err)
	robot, writer := h.token(h.admin, vis.ReadConversations), h.token(h.admin, vis.ReadConversations, vis.WriteSettings)
	angry := obj{"view": "all", "mood": "negative", "reason": "delivery"}
	head := h.head(h.ws)
	own := read[SavedView](t, h.post(yann, "/api/v1/views", obj{"name": " Fâchés ", "list": angry}))
	if own.Name != "Fâchés" || own.Sharing != "own" || !own.MayChange || *own.OwnerID != yann.actor.ID || own.List != (ViewList{View: "all", State: "open", Reason: "delivery", Mood: "negative"}) {
		t.Errorf("kept: %+v", own)
	}
	if facts := h.since(h.ws, head); facts != string(desk.ViewChanged) {
		t.Errorf("told is %s", facts)
	}
	of := read[SavedView](t, h.post(nolwenn, "/api/v1/views", obj{"name": "Atelier fâché", "sharing": "team", "teamId": string(team.ID), "list": obj{"view": "team", "teamId": string(team.ID)}}))
	all := read[SavedView](t, h.post(writer, "/api/v1/views", obj{"name": "Urgent", "sharing": "workspace", "list": obj{"view": "unassigned", "urgency": "now"}}))
	if all.OwnerID != nil {
		t.Errorf("a program's view is %s's", *all.OwnerID)
	}
	for _, c := range []struct {
		name  string
		as    principal
		query string
		want  string
	}{
		{"who made her own and is in the team", yann, "", "[Fâchés Atelier fâché Urgent]"},
		{"a colleague", mael, "", "[Urgent]"},
		{"the supervisor who shared it", nolwenn, "", "[Atelier fâché Urgent]"},
		{"an administrator", h.admin, "", "[Urgent]"},
		{"an administrator, of all teams", h.admin, "?all=true", "[Atelier fâché Urgent]"},
		{"a program", robot, "", "[Urgent]"},
		{"another workspace", olga, "", "[]"},
	} {
		if got := fmt.Sprint(views(h, c.as, c.query)); got != c.want {
			t.Errorf("%s sees %s, want %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		name string
		as   principal
		id   string
		want int
	}{
		{"a colleague's own", mael, own.ID, 404},
		{"a member's own, as an administrator", h.admin, own.ID, 404},
		{"a member's own, as a program", writer, own.ID, 404},
		{"another team's, as an agent", mael, of.ID, 404},
		{"her team's, as an agent", yann, of.ID, 403},
		{"everybody's, as an agent", yann, all.ID, 403},
		{"everybody's, as a program that only reads", robot, all.ID, 403},
		{"another workspace's", olga, all.ID, 404},
		{"none", yann, newID(), 404},
		{"no id", yann, "x", 404},
	} {
		if a := h.change(c.as, c.id, obj{"name": "Mine", "version": 1}); a.status != c.want {
			t.Errorf("changed %s: %d %s", c.name, a.status, a.body)
		}
		if a := h.do(call{method: "DELETE", path: "/api/v1/views/" + c.id, as: c.as}); a.status != c.want {
			t.Errorf("deleted %s: %d %s", c.name, a.status, a.body)
		}
	}
	for name, c := range map[string]struct {
		as   principal
		body obj
		want int
	}{
		"for everybody, as an agent":             {yann, obj{"sharing": "workspace"}, 403},
		"for her team, as an agent":              {yann, obj{"sharing": "team", "teamId": string(team.ID)}, 403},
		"for everybody, as a program that reads": {robot, obj{"sharing": "workspace"}, 403},
		"of its own, as a program":               {writer, obj{}, 422},
	} {
		c.body["name"], c.body["list"] = "x", obj{"view": "all"}
		if a := h.post(c.as, "/api/v1/views", c.body); a.status != c.want {
			t.Errorf("made %s: %d %s", name, a.status, a.body)
		}
	}
	if a := h.get(yann, "/api/v1/views?all=true"); a.status != 403 {
		t.Errorf("an agent sees all views: %d", a.status)
	}
	if a := h.change(yann, own.ID, obj{"sharing": "workspace", "version": 1}); a.status != 403 {
		t.Errorf("an agent shares her own: %d", a.status)
	}
	if a := h.change(h.admin, of.ID, obj{"sharing": "own", "version": 1}); a.status != 422 {
		t.Errorf("somebody else takes a shared view as her own: %d %s", a.status, a.body)
	}
	// Who is told: of her own she alone, of what is shared everybody.
	if got := h.toldViews(mael, head); got != "["+of.ID+" "+all.ID+"]" {
		t.Errorf("a colleague is told of %s", got)
	}
	if got := h.toldViews(yann, head); got != "["+own.ID+" "+of.ID+" "+all.ID+"]" {
		t.Errorf("she is told of %s", got)
	}
	// Taken back, those who had it are told; when the team goes, its views are everybody's.
	head = h.head(h.ws)
	back := read[SavedView](t, h.change(nolwenn, of.ID, obj{"sharing": "own", "version": 1}))
	if got := h.toldViews(yann, head); got != "["+of.ID+"]" || back.TeamID != nil || fmt.Sprint(views(h, yann, "")) != "[Fâchés Urgent]" {
		t.Errorf("taken back: %+v, she is told of %s", back, got)
	}
	read[SavedView](t, h.change(nolwenn, of.ID, obj{"sharing": "team", "teamId": string(team.ID), "list": obj{"view": "all"}, "version": 2}))
	h.must(h.staff.DeleteTeam(h.ctx, h.admin.actor, team.ID))
	if got := views(h, mael, ""); fmt.Sprint(got) != "[Urgent Atelier fâché]" {
		t.Errorf("after the team a colleague sees %v", got)
	}
}

// toldViews are the views of which the log tells a member after an event.
func (h *house) toldViews(as principal, after int64) string {
	h.Helper()
	ids := []string{}
	for _, e := range read[struct{ Items []obj }](h.TB, h.get(as, fmt.Sprint("/api/v1/events?limit=100&after=", after))).Items {
		if id, ok := e["viewId"].(string); ok && e["type"] == string(desk.ViewChanged) {
			ids = append(ids, id)
		}
	}
	return fmt.Sprint(ids)
}

func TestAViewThatCannotBeMeantNamesItsField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		field string
		body  obj
	}{
		{"name", obj{"name": " \u200b "}},
		{"name", obj{"name": strings.Repeat("é", desk.MaxViewName+1)}},
		{"sharing", obj{"sharing": "friends"}},
		{"teamId", obj{"sharing": "team"}},
		{"teamId", obj{"teamId": newID()}},
		{"teamId", obj{"sharing": "team", "teamId": newID()}},
		{"afterId", obj{"afterId": newID()}},
		{"list.view", obj{"list": obj{"view": "everything"}}},
		{"list", obj{"list": obj{}}},
		{"list.teamId", obj{"list": obj{"view": "team"}}},
		{"list.teamId", obj{"list": obj{"view": "team", "teamId": newID()}}},
		{"list.teamId", obj{"list": obj{"view": "team", "teamId": "';--"}}},
		{"list.state", obj{"list": obj{"view": "all", "state": "lost"}}},
		{"list.state", obj{"list": obj{"view": "risk", "state": "resolved"}}},
		{"list.reason", obj{"list": obj{"view": "all", "reason": "<b>"}}},
		{"list.reason", obj{"list": obj{"view": "all", "reason": strings.Repeat("x", desk.MaxReason+1)}}},
		{"list.mood", obj{"list": obj{"view": "all", "mood": "sad"}}},
		{"list.urgency", obj{"list": obj{"view": "all", "urgency": "never"}}},
		{"list.colour", obj{"list": obj{"view": "all", "colour": "red"}}},
	} {
		body := obj{"name": "x", "list": obj{"view": "all"}}
		for k, v := range c.body {
			body[k] = v
		}
		if a := h.post(h.admin, "/api/v1/views", body); a.status != 422 || !strings.Contains(string(a.body), `"body.`+c.field+`"`) && c.field != "list" {
			t.Errorf("%v: %d %s", c.body, a.status, a.body)
		}
	}
	v := read[SavedView](t, h.post(h.admin, "/api/v1/views", obj{"name": "x", "list": obj{"view": "all"}}))
	for name, c := range map[string]struct {
		body obj
		want int
	}{"no version": {obj{"name": "y"}, 428}, "an old one": {obj{"name": "y", "version": 0}, 409}, "no name": {obj{"name": "", "version": 1}, 422}} {
		if a := h.change(h.admin, v.ID, c.body); a.status != c.want {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestViewsHaveAnOrderAndAnEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.hire(h.admin, "Yann", vis.Agent)
	keep := func(name string, more obj) answer {
		body := obj{"name": name, "list": obj{"view": "all", "mood": "negative"}}
		for k, v := range more {
			body[k] = v
		}
		return h.post(yann, "/api/v1/views", body)
	}
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		ids[name] = read[SavedView](t, keep(name, nil)).ID
	}
	for _, c := range []struct{ move, after, want string }{{"c", "", "[c a b]"}, {"c", "b", "[a b c]"}, {"a", "b", "[b a c]"}, {"b", "b", ""}} {
		v := read[SavedViews](t, h.get(yann, "/api/v1/views")).Items
		version := int64(0)
		for _, one := range v {
			if one.ID == ids[c.move] {
				version = one.Version
			}
		}
		a := h.change(yann, ids[c.move], obj{"afterId": ids[c.after], "version": version})
		if c.want == "" {
			if a.status != 422 {
				t.Errorf("%s behind itself: %d", c.move, a.status)
			}
			continue
		}
		if got := fmt.Sprint(views(h, yann, "")); a.status != 200 || got != c.want {
			t.Errorf("%s behind %q: %d, they stand %s, want %s", c.move, c.after, a.status, got, c.want)
		}
	}
	// What was deleted comes back where it was.
	if a := h.do(call{method: "DELETE", path: "/api/v1/views/" + ids["a"], as: yann}); a.status != 204 {
		t.Fatalf("deleted: %d", a.status)
	}
	read[SavedView](t, keep("a", obj{"afterId": ids["b"]}))
	if got := fmt.Sprint(views(h, yann, "")); got != "[b a c]" {
		t.Errorf("brought back they stand %s", got)
	}
	for i := 3; i < desk.MaxOwnViews; i++ {
		read[SavedView](t, keep(fmt.Sprint(i), nil))
	}
	if a := keep("one more", nil); a.status != 409 {
		t.Errorf("one more than there can be: %d", a.status)
	}
	key := newID()
	again := func() answer {
		return h.do(call{method: "POST", path: "/api/v1/views", as: h.admin, body: obj{"name": "once", "list": obj{"view": "mine"}}, header: map[string]string{"Idempotency-Key": key}})
	}
	if first, second := read[SavedView](t, again()), read[SavedView](t, again()); first.ID != second.ID || len(views(h, h.admin, "")) != 1 {
		t.Errorf("sent twice: %s and %s", first.ID, second.ID)
	}
}

func TestViewsAreCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, words := range []string{"Toujours rien reçu, où est mon colis ? C'est inadmissible !", "Mon colis n'est pas arrivé", "Merci beaucoup, tout est parfait"} {
		h.write(h.visitor(h.ws, h.chat), words)
		h.clock.move(time.Minute)
	}
	h.must(h.listen.CatchUp(h.ctx, h.ws))
	want := map[string]int{}
	for name, c := range map[string]struct {
		list  obj
		count int
	}{"delivery": {obj{"view": "all", "reason": "delivery"}, 2}, "everything": {obj{"view": "unassigned"}, 3}, "mine": {obj{"view": "mine"}, 0}, "resolved": {obj{"view": "all", "state": "resolved"}, -1},
		"at risk": {obj{"view": "risk"}, 0}} {
		id := read[SavedView](t, h.post(h.admin, "/api/v1/views", obj{"name": name, "list": c.list})).ID
		if c.count >= 0 {
			want[id] = c.count
		}
	}
	counts := read[ViewCounts](t, h.get(h.admin, "/api/v1/views/counts")).Items
	if len(counts) != len(want) {
		t.Errorf("counted are %+v", counts)
	}
	for _, c := range counts {
		if c.More || c.Count != want[c.ID] {
			t.Errorf("counted: %+v, want %d", c, want[c.ID])
		}
	}
}
