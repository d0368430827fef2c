package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	pseudo "math/rand/v2"
	"strings"
	"testing"
	"time"

	"visavis/internal/jobs"
	"visavis/internal/listen"
	"visavis/internal/vis"
)

// hear reads what was written and looks at it, as the server does once a minute.
func (h *house) hear() {
	h.Helper()
	h.must(h.listen.CatchUp(h.ctx, h.ws))
	for more := true; more; {
		var err error
		more, err = h.watch.Follow(h.ctx, h.ws)
		h.must(err)
	}
	h.clock.move(time.Minute)
	h.runDue()
}

// runDue runs the timers of incidents that are due, as jobs.Runner does.
func (h *house) runDue() {
	h.Helper()
	effects := h.watch.Effects()
	due, err := h.store.Timers().Due(h.ctx, h.clock.Now(), 1000)
	h.must(err)
	for _, t := range due {
		if effect, ours := effects[t.Kind]; ours {
			h.must(effect(h.ctx, t))
		}
	}
}

// between does something before the first change is written.
type between struct {
	listen.IncidentDB
	first func()
}

func (b between) Update(ctx context.Context, by vis.Actor, answer any, fn func(listen.IncidentTx) error) error {
	b.first()
	return b.IncidentDB.Update(ctx, by, answer, fn)
}

var outageFR = []string{
	"Bonjour, plus d'internet depuis ce matin à Lyon, c'est une panne ?",
	"bonjour plus internet depuis ce matin a lyon, une panne ?",
	"Plus d'internet depuis ce matin à Lyon : c'est une panne ??",
	"Bonjour, plus d internet depuis ce matin à Lyon, c est une panne",
	"bonjour, plus d'internet depuis ce matin à Lyon. Panne ?",
}

var everyday = []string{
	"Où est mon colis, il devait arriver hier", "Do you have the blue one in 42?", "Je voudrais changer l'adresse de livraison", "Merci pour votre aide !",
	"How do I return these shoes?", "La facture de mars est fausse", "Mot de passe oublié", "Le vendeur était charmant", "Can I pay in three instalments?",
}

// A day of an outage: what is usual, then several customers within minutes, an alert of the supervision that comes later, and everyone told once.
func TestAnOutageIsHeardAndEveryoneIsToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	random := pseudo.New(pseudo.NewPCG(1, 2))
	boss := h.hire(h.admin, "Sam Boss", vis.Supervisor)
	robot := h.token(h.admin, vis.WriteSignals)
	for _, words := range everyday {
		h.write(h.visitor(h.ws, h.chat), words)
		h.clock.move(time.Duration(1+random.IntN(9)) * time.Minute)
	}
	h.hear()
	if all := read[obj](t, h.get(boss, "/api/v1/incidents"))["items"].([]any); len(all) != 0 {
		t.Fatalf("an everyday morning is an incident: %v", all)
	}
	head := h.head(h.ws)
	began := h.clock.Now()
	var struck []principal
	for i, words := range outageFR {
		struck = append(struck, h.visitor(h.ws, h.chat))
		h.write(struck[i], words)
		h.clock.move(30 * time.Second)
		if i == 2 {
			h.write(h.visitor(h.ws, h.chat), everyday[0])
		}
	}
	h.hear()
	all := read[obj](t, h.get(boss, "/api/v1/incidents"))["items"].([]any)
	if len(all) != 1 {
		t.Fatalf("%d incidents after %v: %v", len(all), h.clock.Now().Sub(began), h.since(h.ws, head))
	}
	one := all[0].(map[string]any)
	id, path := one["id"].(string), "/api/v1/incidents/"+one["id"].(string)
	if one["state"] != "suspected" || one["conversations"].(float64) != 5 || one["customers"].(float64) != 5 {
		t.Errorf("the incident is %v", one)
	}
	if bell := read[obj](t, h.get(boss, "/api/v1/notices"))["items"].([]any); len(bell) == 0 || bell[0].(map[string]any)["kind"] != "incident" {
		t.Errorf("the supervisor's bell has %v", bell)
	}
	detail := read[obj](t, h.get(boss, path))
	if first := detail["first"].([]any); len(first) != 1 || first[0].(map[string]any)["alike"].(float64) != 5 {
		t.Errorf("what was said first is %v", first)
	}
	if words := fmt.Sprint(detail["words"]); words == "[]" {
		t.Error("nothing is known of what it may be about")
	}
	h.clock.move(12 * time.Minute)
	read[obj](t, h.post(robot, "/api/v1/signals", obj{"source": "probe", "key": "lyon-7", "title": "Lyon is down", "state": "firing", "reason": one["reason"]}))
	read[obj](t, h.post(robot, "/api/v1/signals", obj{"source": "probe", "key": "lyon-7", "state": "firing", "reason": one["reason"]})) // again: the same
	texts := obj{"holding": obj{"fr": "Nous savons et cherchons.", "en": "We know."}, "solved": obj{"fr": "C'est réparé.", "en": "It is mended."},
		"banner": obj{"fr": "Panne à Lyon.", "en": "Lyon is down."}}
	read[obj](t, h.post(boss, path+"/confirm", obj{"name": "Lyon", "texts": texts}))
	h.runDue()
	h.runDue()
	late := h.visitor(h.ws, h.chat)
	h.write(late, outageFR[0])
	h.hear()
	h.runDue()
	read[obj](t, h.post(boss, path+"/fixing", obj{}))
	for _, who := range append(struck, late) {
		if said := h.toldTo(who); fmt.Sprint(said) != "[Nous savons et cherchons.]" {
			t.Errorf("while it goes on a customer is told %q", said)
		}
	}
	if banner := fmt.Sprint(read[obj](t, h.get(nobody, "/api/v1/visitor/channel?key="+h.chat.Key))["incident"]); banner != "map[en:Lyon is down. fr:Panne à Lyon.]" {
		t.Errorf("the banner is %s", banner)
	}
	// It is solved while the last turn of telling that it is known ends: what is to be said then is not lost.
	var solved obj
	meanwhile := between{h.store.Incidents(), func() { solved = read[obj](t, h.post(boss, path+"/solve", obj{})) }}
	h.must(listen.NewWatch(meanwhile, h.desk, h.notify, h.clock, vis.Mint{Rand: rand.Reader}, slog.New(slog.DiscardHandler)).
		Effects()[listen.TimerTell](h.ctx, jobs.Timer{Workspace: h.ws, Kind: listen.TimerTell, Key: id, DueAt: h.clock.Now()}))
	h.runDue()
	if said := h.toldTo(late); fmt.Sprint(said) != "[Nous savons et cherchons. C'est réparé.]" {
		t.Errorf("at the next turn a customer was told %q", said)
	}
	if won, ok := solved["minutesWon"].(float64); !ok || won != 12 || len(solved["signals"].([]any)) != 1 {
		t.Errorf("in the end: %v", solved)
	}
	// A server that was killed runs the timer again.
	h.must(h.watch.Effects()[listen.TimerTell](h.ctx, jobs.Timer{Workspace: h.ws, Kind: listen.TimerTell, Key: id, DueAt: h.clock.Now()}))
	h.must(h.watch.Effects()[listen.TimerTell](h.ctx, jobs.Timer{Workspace: h.ws, Kind: listen.TimerTell, Key: id, DueAt: h.clock.Now()}))
	h.runDue()
	for _, who := range append(struck, late) {
		if said := h.toldTo(who); fmt.Sprint(said) != "[Nous savons et cherchons. C'est réparé.]" {
			t.Errorf("in the end a customer was told %q", said)
		}
	}
	if read[obj](t, h.get(nobody, "/api/v1/visitor/channel?key="+h.chat.Key))["incident"] != nil {
		t.Error("the banner stays")
	}
	if all := read[obj](t, h.get(boss, "/api/v1/incidents"))["items"].([]any); len(all) != 1 {
		t.Errorf("%d incidents in the end", len(all))
	}
}

// toldTo is what a customer was told by the server, in order.
func (h *house) toldTo(who principal) (out []string) {
	h.Helper()
	mine := read[obj](h, h.get(who, "/api/v1/visitor"))["conversations"].([]any)
	for _, c := range mine {
		for _, m := range read[obj](h, h.get(who, "/api/v1/visitor/conversations/"+c.(map[string]any)["id"].(string)+"/messages"))["items"].([]any) {
			if m := m.(map[string]any); m["author"].(map[string]any)["kind"] != "customer" {
				out = append(out, m["text"].(string))
			}
		}
	}
	return out
}

func TestAVerdictIsGivenOnceAndByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	signal := func(key, state string) answer {
		return h.post(h.admin, "/api/v1/signals", obj{"source": "probe", "key": key, "state": state})
	}
	if r := signal("nothing", "resolved"); r.status != 404 {
		t.Errorf("the end of nothing: %d", r.status)
	}
	id := read[obj](t, signal("a", "firing"))["id"].(string)
	if other := read[obj](t, signal("b", "firing"))["id"]; other != id {
		t.Error("one cause has two incidents")
	}
	path := "/api/v1/incidents/" + id
	for _, bad := range []call{
		{method: "POST", path: "/api/v1/signals", body: obj{"source": " ", "key": "k", "state": "firing"}},
		{method: "POST", path: "/api/v1/signals", body: obj{"source": "s", "key": "k", "state": "firing", "reason": "no/such"}},
		{method: "PUT", path: "/api/v1/listening", body: obj{"falseAlarmDays": 0, "version": 0}},
		{method: "POST", path: "/api/v1/scenarios", body: obj{"name": ""}},
		{method: "POST", path: "/api/v1/scenarios", body: obj{"name": "x", "ownerIds": []string{newID()}}},
	} {
		bad.as = h.admin
		if r := h.do(bad); r.status != 422 {
			t.Errorf("%s %v: %d %s", bad.path, bad.body, r.status, r.body)
		}
	}
	plan := read[obj](t, h.post(h.admin, "/api/v1/scenarios", obj{"name": "x"}))
	for path, body := range map[string]obj{"/api/v1/scenarios/" + plan["id"].(string): {"name": "y", "version": 7}, "/api/v1/listening": {"falseAlarmDays": 30, "version": 7}} {
		if r := h.do(call{method: "PUT", path: path, as: h.admin, body: body}); r.status != 409 {
			t.Errorf("a stale change of %s: %d %s", path, r.status, r.body)
		}
	}
	if r := h.post(h.admin, path+"/solve", obj{}); r.status != 409 {
		t.Errorf("what is only suspected was solved: %d", r.status)
	}
	if state := read[obj](t, h.post(h.admin, path+"/dismiss", obj{}))["state"]; state != "false_alarm" {
		t.Errorf("dismissed it is %v", state)
	}
	for _, verb := range []string{"confirm", "fixing", "solve", "dismiss"} {
		if r := h.post(h.admin, path+"/"+verb, obj{}); r.status != 409 {
			t.Errorf("%s after the end: %d", verb, r.status)
		}
	}
}

// What people do about an incident is known with who did it, and what nobody outside was told can be taken back.
func TestWhatIsDoneAboutAnIncidentIsKnownAndTakenBackWhereNobodyWasTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boss, agent := h.hire(h.admin, "Sam Boss", vis.Supervisor), h.hire(h.admin, "Yann", vis.Agent)
	ada := h.visitor(h.ws, h.chat)
	said := h.write(ada, "Plus de paiement possible depuis midi")
	plan := read[obj](t, h.post(h.admin, "/api/v1/scenarios", obj{"name": "Panne", "steps": []obj{{"text": "Appeler l’hébergeur"}, {"text": "Prévenir les boutiques"}},
		"ownerIds": []string{boss.actor.ID}, "leadId": boss.actor.ID, "calls": []obj{{"name": "Hébergeur", "phone": "+33 1 99 00 12 34"}},
		"texts": obj{"banner": obj{"fr": "Paiement <en panne>", "en": "Payment is down"}}}))
	for field, bad := range map[string]obj{"leadId": {"name": "x", "leadId": boss.actor.ID}, "calls": {"name": "x", "calls": []obj{{"name": "y", "phone": " "}}}} {
		if a := h.post(h.admin, "/api/v1/scenarios", bad); a.status != 422 || !strings.Contains(string(a.body), field) {
			t.Errorf("a plan with a wrong %s: %d %s", field, a.status, a.body)
		}
	}
	now := h.clock.Now()
	i := listen.Incident{ID: vis.IncidentID(newID()), State: listen.Suspected, Cause: "outage", OpenedAt: now, Version: 1,
		Course: listen.Course{Trigger: listen.ByNumbers, Reason: "outage", Lead: []int{0, 2}, Usual: []float64{6, 12}}}
	h.must(h.store.Incidents().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.IncidentTx) error {
		if err := tx.InsertIncident(h.ctx, i); err != nil {
			return err
		}
		return tx.InsertConcerned(h.ctx, listen.Concerned{Incident: i.ID, Conversation: said.Conversation.ID, Message: said.Message.ID, At: now, Language: "fr"})
	}))
	learnt := func() (out float64) {
		h.must(h.store.Incidents().View(h.ctx, h.ws, func(tx listen.IncidentTx) error {
			lessons, err := tx.Lessons(h.ctx)
			out = lessons["outage"]
			return err
		}))
		return out
	}
	path := "/api/v1/incidents/" + string(i.ID)
	head := h.head(h.ws)
	url := h.serve()
	line := h.open(url, ada, nil)
	read[obj](t, h.do(call{method: "PATCH", path: path, as: boss, body: obj{"scenarioId": plan["id"], "name": "Paiement"}}))
	tick := func(as principal, at string, done bool) answer {
		return h.do(call{method: "PUT", path: path + "/steps/" + at, as: as, body: obj{"done": done}})
	}
	read[obj](t, tick(agent, "0", true))
	read[obj](t, tick(boss, "1", true))
	read[obj](t, tick(boss, "1", false))
	if a := tick(agent, "2", true); a.status != 404 {
		t.Errorf("a step that is none: %d", a.status)
	}
	if was := read[obj](t, h.post(boss, path+"/dismiss", obj{"why": "Une promotion"})); was["why"] != "Une promotion" || learnt() <= 0 {
		t.Errorf("a false alarm: %v, the bar moved by %v", was, learnt())
	}
	if was := read[obj](t, h.post(boss, path+"/undo", nil)); was["state"] != "suspected" || was["why"] != nil || learnt() != 0 {
		t.Errorf("a false alarm that is taken back: %v, the bar moved by %v", was, learnt())
	}
	read[obj](t, h.post(boss, path+"/confirm", obj{}))
	shown := line.next("team")
	for shown["incident"] == nil {
		shown = line.next("team")
	}
	if fmt.Sprint(shown["incident"]) != "map[en:Payment is down fr:Paiement <en panne>]" {
		t.Errorf("the visitor's screen is told %v", shown)
	}
	read[obj](t, h.post(boss, path+"/fixing", obj{}))
	if was := read[obj](t, h.post(boss, path+"/undo", nil)); was["state"] != "confirmed" || was["fixingAt"] != nil {
		t.Errorf("work that is taken back: %v", was)
	}
	if a := h.post(boss, path+"/undo", nil); a.status != 409 {
		t.Errorf("what customers were told was taken back: %d", a.status)
	}
	// Another scenario brings its steps, but no words that customers were not told; those that stand can be dropped.
	other := read[obj](t, h.post(h.admin, "/api/v1/scenarios", obj{"name": "Autre", "steps": plan["steps"], "texts": obj{"banner": obj{"fr": "Autre", "en": "Other"}}}))
	amend := func(body obj) IncidentTexts {
		return read[Incident](t, h.do(call{method: "PATCH", path: path, as: boss, body: body})).Texts
	}
	if said := amend(obj{"scenarioId": other["id"]}); said.Banner.FR != "Paiement <en panne>" {
		t.Errorf("with another scenario the banner says %q", said.Banner.FR)
	}
	if said := amend(obj{"without": []string{"banner", "solved"}}); said != (IncidentTexts{}) {
		t.Errorf("what is not to be said is %+v", said)
	}
	if a := h.do(call{method: "PATCH", path: path, as: boss, body: obj{"without": []string{"all"}}}); a.status != 422 {
		t.Errorf("without what there is not: %d", a.status)
	}
	read[obj](t, h.post(boss, path+"/solve", obj{}))
	if f := line.next("team"); f["incident"] != nil {
		t.Errorf("in the end the visitor's screen is told %v", f)
	}
	read[obj](t, h.do(call{method: "PATCH", path: path, as: boss, body: obj{"lessons": "Prévenir\navant midi."}}))
	d := read[IncidentDetail](t, h.get(agent, path))
	var did []string
	for _, one := range d.Deeds {
		did = append(did, one.Kind)
	}
	if fmt.Sprint(did) != "[named scenario task task untask dismissed undone confirmed fixing undone scenario texts solved lessons]" || *d.Deeds[2].ByID != agent.actor.ID {
		t.Errorf("what was done: %v", did)
	}
	if len(d.Steps) != 2 || d.Steps[0].DoneAt == nil || d.Steps[1].DoneAt != nil || d.Lessons != "Prévenir\navant midi." {
		t.Errorf("what is left: %+v, %q", d.Steps, d.Lessons)
	}
	if len(d.Tallies) != 1 || d.Tallies[0].ChannelID != string(h.chat.ID) || d.Tallies[0].Language != "fr" || d.Tallies[0].Conversations != 1 {
		t.Errorf("whom it concerns: %+v", d.Tallies)
	}
	if fmt.Sprint(d.Curve.Counts, len(d.Curve.Usual)) != "[0 2] 2" || d.Curve.Usual[0] <= 0 {
		t.Errorf("the curve is %+v", d.Curve)
	}
	if got := h.since(h.ws, head); strings.Count(got, "incident.changed") != 9 {
		t.Errorf("events: %s", got)
	}
}

// Whose step it is says the plan; whoever is called in hears of it once the incident is confirmed, and once only.
func TestStepsHaveOwnersWhoAreCalledInOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boss, yann, nora, sam := h.hire(h.admin, "Sam Boss", vis.Supervisor), h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Nora", vis.Agent), h.hire(h.admin, "Sam", vis.Agent)
	team := read[obj](t, h.post(h.admin, "/api/v1/teams", obj{"name": "Boutiques", "memberIds": []string{nora.actor.ID, yann.actor.ID}}))["id"]
	for why, step := range map[string]obj{"no such member": {"text": "x", "ownerId": newID()}, "no such team": {"text": "x", "teamId": newID()},
		"not both": {"text": "x", "ownerId": yann.actor.ID, "teamId": team}, "between 1 and": {"text": " ", "ownerId": yann.actor.ID}} {
		if a := h.post(h.admin, "/api/v1/scenarios", obj{"name": "x", "steps": []obj{step}}); a.status != 422 || !strings.Contains(string(a.body), why) || !strings.Contains(string(a.body), "steps") {
			t.Errorf("a step of %s: %d %s", why, a.status, a.body)
		}
	}
	plan := read[obj](t, h.post(h.admin, "/api/v1/scenarios", obj{"name": "Panne", "ownerIds": []string{boss.actor.ID, sam.actor.ID}, "leadId": boss.actor.ID,
		"steps": []obj{{"text": "Appeler", "ownerId": yann.actor.ID}, {"text": "Prévenir", "teamId": team}, {"text": "Décider"}}}))
	id := read[obj](t, h.post(h.admin, "/api/v1/signals", obj{"source": "probe", "key": "a", "title": "Panne", "state": "firing"}))["id"].(string)
	path := "/api/v1/incidents/" + id
	called := func(who principal) (n int) {
		for _, one := range read[obj](t, h.get(who, "/api/v1/notices"))["items"].([]any) {
			if one := one.(map[string]any); one["kind"] == "called_in" && one["text"] == "Panne" && one["byId"] == h.admin.actor.ID {
				n++
			}
		}
		return n
	}
	all := func() string {
		return fmt.Sprint(called(boss), called(yann), called(nora), called(sam), called(h.admin))
	}
	read[obj](t, h.do(call{method: "PATCH", path: path, as: h.admin, body: obj{"scenarioId": plan["id"]}}))
	if got := all(); got != "0 0 0 0 0" {
		t.Errorf("called in while it is only suspected: %s", got)
	}
	read[obj](t, h.post(h.admin, path+"/confirm", obj{}))
	read[obj](t, h.post(h.admin, path+"/fixing", obj{}))
	read[obj](t, h.do(call{method: "PATCH", path: path, as: h.admin, body: obj{"scenarioId": plan["id"]}}))
	if got := all(); got != "1 1 1 1 0" {
		t.Errorf("called in once it is confirmed: %s", got)
	}
	read[obj](t, h.do(call{method: "PUT", path: path + "/steps/1", as: yann, body: obj{"done": true}}))
	steps := read[IncidentDetail](t, h.get(yann, path)).Steps
	if len(steps) != 3 || *steps[0].OwnerID != yann.actor.ID || *steps[1].TeamID != team || steps[1].OwnerID != nil || *steps[2].OwnerID != boss.actor.ID || *steps[1].ByID != yann.actor.ID {
		t.Errorf("whose the steps are: %+v", steps)
	}
}

// Where no alert came a member says when somebody else saw it; what cannot be is refused, and it can be taken back.
func TestMinutesAreWonAgainstWhatAMemberSays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	said := h.write(h.visitor(h.ws, h.chat), "Plus de paiement possible depuis midi")
	first := h.clock.Now()
	h.clock.move(10 * time.Minute)
	opened := h.clock.Now()
	i := listen.Incident{ID: vis.IncidentID(newID()), State: listen.Suspected, Cause: "payment", OpenedAt: opened, Version: 1, Course: listen.Course{Trigger: listen.ByNumbers, Reason: "payment"}}
	h.must(h.store.Incidents().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.IncidentTx) error {
		if err := tx.InsertIncident(h.ctx, i); err != nil {
			return err
		}
		return tx.InsertConcerned(h.ctx, listen.Concerned{Incident: i.ID, Conversation: said.Conversation.ID, Message: said.Message.ID, At: first, Language: "fr", Place: "Nantes"})
	}))
	h.clock.move(time.Hour)
	head, path := h.head(h.ws), "/api/v1/incidents/"+string(i.ID)
	sight := func(at time.Time, source string) answer {
		return h.do(call{method: "PUT", path: path + "/sighting", as: agent, body: obj{"at": at.Format(time.RFC3339), "source": source}})
	}
	for name, a := range map[string]answer{"at": sight(h.clock.Now().Add(time.Minute), ""), "more than a day": sight(first.Add(-24*time.Hour-time.Minute), ""),
		"source": sight(opened, strings.Repeat("x", 121))} {
		if a.status != 422 || !strings.Contains(string(a.body), name) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for at, won := range map[time.Duration]float64{21 * time.Minute: 21, -7 * time.Minute: -7} {
		if got := read[Incident](t, sight(opened.Add(at), "La presse <b>")); got.MinutesWon == nil || *got.MinutesWon != won || got.Sighting.Source != "La presse <b>" || *got.Sighting.ByID != agent.actor.ID {
			t.Errorf("seen after %v: %+v", at, got)
		}
	}
	d := read[IncidentDetail](t, h.get(agent, path))
	if len(d.Map) != 1 || d.Map[0].Place != "Nantes" || d.Map[0].Customers != 1 || d.Map[0].Usual != nil || d.Map[0].ChannelID != string(h.chat.ID) || d.Concerned[0].Place != "Nantes" {
		t.Errorf("the map is %+v", d.Map)
	}
	if was := read[Incident](t, h.do(call{method: "DELETE", path: path + "/sighting", as: agent})); was.Sighting != nil || was.MinutesWon != nil {
		t.Errorf("taken back: %+v", was)
	}
	if a := h.do(call{method: "DELETE", path: path + "/sighting", as: agent}); a.status != 404 {
		t.Errorf("taken back twice: %d", a.status)
	}
	var did []string
	for _, one := range read[IncidentDetail](t, h.get(agent, path)).Deeds {
		did = append(did, one.Kind)
	}
	if got := h.since(h.ws, head); fmt.Sprint(did) != "[sighted sighted unsighted]" || strings.Count(got, "incident.changed") != 3 {
		t.Errorf("what was done: %v, events %s", did, got)
	}
	read[obj](t, h.post(h.admin, "/api/v1/signals", obj{"source": "probe", "key": "a", "state": "firing", "reason": "payment"}))
	if a := sight(opened, ""); a.status != 409 {
		t.Errorf("by hand although an alert came: %d %s", a.status, a.body)
	}
}
