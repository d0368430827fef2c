package routing_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func when(t ...routing.Trigger) []routing.Trigger { return t }

func do(pairs ...string) []routing.Action {
	var out []routing.Action
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, routing.Action{Do: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func iff(triples ...string) []routing.Condition {
	var out []routing.Condition
	for i := 0; i < len(triples); i += 3 {
		out = append(out, routing.Condition{Field: triples[i], Is: triples[i+1], Value: triples[i+2]})
	}
	return out
}

func TestConditionsCompareAsPeopleRead(t *testing.T) {
	t.Parallel()
	f := routing.Facts{Text: "Où est mon COLIS ? Ma commande n'arrive pas.", Subject: "Livraison", ChannelKind: "webchat", Reason: "delivery/late/lost",
		Criticality: 2, Mood: -40, Segment: "Gold", Contacts: 3, Open: true, State: "open", WaitingFor: 90 * time.Minute, PageURL: "https://arzel.example/Retour?x=1"}
	for _, c := range []struct {
		field, is, value string
		want             bool
	}{
		{"text", "contains", "colis", true}, {"text", "contains", "COMMANDES", true}, {"text", "contains", "mon colis", true},
		{"text", "contains", "col", false}, {"text", "contains", "olis", false}, {"text", "containsNot", "retour", true},
		{"text", "startsWith", "ou est", true}, {"text", "isSet", "", true}, {"subject", "is", "LIVRAISON", true},
		{"segment", "is", "gold", true}, {"segment", "isNot", "gold", false}, {"pageUrl", "contains", "/retour", true},
		{"reason", "startsWith", "delivery/late", true}, {"reason", "startsWith", "deliver", false}, {"reason", "is", "delivery", false},
		{"channelKind", "oneOf", "email, webchat", true}, {"channelKind", "oneOf", "email", false}, {"team", "isNotSet", "", true},
		{"criticality", "atLeast", "2", true}, {"criticality", "atMost", "1", false}, {"mood", "atMost", "-40", true},
		{"contacts", "is", "3", true}, {"contacts", "isNot", "3", false}, {"waitingMinutes", "atLeast", "90", true},
		{"open", "is", "true", true}, {"verified", "is", "true", false}, {"nonsense", "is", "1", false}, {"contacts", "atLeast", "many", false},
	} {
		got, each := routing.Match(routing.Rule{If: iff(c.field, c.is, c.value)}, f)
		if got != c.want || len(each) != 1 || each[0] != c.want {
			t.Errorf("%s %s %q is %v", c.field, c.is, c.value, got)
		}
	}
}

func TestAllOrAnyConditionsHold(t *testing.T) {
	t.Parallel()
	f := routing.Facts{Criticality: 2}
	both := iff("criticality", "atLeast", "1", "criticality", "atLeast", "3")
	for anyOf, want := range map[bool]bool{false: false, true: true} {
		got, each := routing.Match(routing.Rule{If: both, Any: anyOf}, f)
		if got != want || !slices.Equal(each, []bool{true, false}) {
			t.Errorf("any %v: %v, %v", anyOf, got, each)
		}
		if got, _ := routing.Match(routing.Rule{Any: anyOf}, f); !got {
			t.Error("a rule without conditions does not hold")
		}
	}
}

func TestWrongRulesAreRefusedByField(t *testing.T) {
	t.Parallel()
	good := func() routing.Rule {
		return routing.Rule{Name: "A rule", When: when(routing.WhenStarted), Then: do("raise", "")}
	}
	for field, spoil := range map[string]func(*routing.Rule){
		"name":          func(r *routing.Rule) { r.Name = " " },
		"when":          func(r *routing.Rule) { r.When = nil },
		"when[0]":       func(r *routing.Rule) { r.When = when("sometimes") },
		"then":          func(r *routing.Rule) { r.Then = nil },
		"then[0].do":    func(r *routing.Rule) { r.Then = do("explode", "") },
		"then[0].value": func(r *routing.Rule) { r.Then = do("assignTeam", "../../etc") },
		"if[0].field":   func(r *routing.Rule) { r.If = iff("password", "is", "x") },
		"if[0].is":      func(r *routing.Rule) { r.If = iff("text", "matches", ".*") },
		"if[0].value":   func(r *routing.Rule) { r.If = iff("mood", "atLeast", "happy") },
		"if":            func(r *routing.Rule) { r.If = slices.Repeat(iff("mood", "is", "1"), 21) },
	} {
		r := good()
		spoil(&r)
		wantField(t, r.Check(), field)
	}
	for _, a := range [][]string{{"setCriticality", "5"}, {"setMood", "-101"}, {"snoozeHours", "0"}, {"note", " "}, {"step", strings.Repeat("x", 141)}, {"setLanguage", "tlh"}} {
		r := good()
		r.Then = do(a...)
		wantField(t, r.Check(), "then[0].value")
	}
	for _, f := range routing.Fields() {
		if len(routing.Operators(f)) == 0 {
			t.Errorf("%s cannot be compared", f)
		}
	}
}

func TestARuleDoesWhatItSaysAndWritesItDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	team := h.team("Warehouse", h.nora)
	r := h.rule(routing.Rule{When: when(routing.WhenReceived), If: iff("text", "contains", "colis"), Then: do(
		"assignTeam", string(team.ID), "setReason", "delivery/late", "raise", "", "setMood", "-30", "setLanguage", "fr",
		"note", "Dear {customer}, {{.Name}}", "step", "We ask the warehouse", "webhook", string(h.told.known), "notifyTeam", "", "notifySupervisors", "")})
	c := h.says(h.visitor(), "Où est mon colis ?")
	is := h.conversation(c)
	if is.Team != team.ID || is.About.Reason != "delivery/late" || is.About.Criticality != 1 || is.About.Mood != -30 || is.About.Language != "fr" {
		t.Errorf("it is with %q, about %+v", is.Team, is.About)
	}
	if got := h.note(c); got != "Dear {customer}, {{.Name}}" {
		t.Errorf("the note was interpreted: %q", got)
	}
	if got := h.steps(c); !slices.Contains(got, "custom underway") {
		t.Errorf("steps %q", got)
	}
	if len(h.told.hooks) != 1 || h.told.hooks[0].Conversation != c || h.told.hooks[0].Rule != r.ID || len(h.told.notices) != 3 {
		t.Errorf("told %q, hooks %+v", h.told.notices, h.told.hooks)
	}
	ran := h.log(0, routing.RuleRan)
	if len(ran) != 1 || ran[0].ByID != "rule:"+string(r.ID) || ran[0].Conversation != c {
		t.Fatalf("it ran %d times: %+v", len(ran), ran)
	}
	var d routing.RuleData
	h.must(json.Unmarshal(ran[0].Data, &d))
	if len(d.Done) != 10 || d.Refused != "" || strings.Contains(string(ran[0].Data), "Dear") {
		t.Errorf("written down: %s", ran[0].Data)
	}
	if got := h.audited("rule.ran"); got != 1 {
		t.Errorf("the audit log knows of %d runs", got)
	}
	rules, err := h.routing.Rules(h.ctx, h.nora)
	h.must(err)
	if rules[0].Runs != 1 || !rules[0].LastRunAt.Equal(h.clock.Now()) || rules[0].Version != 1 {
		t.Errorf("%d runs, the last %s, version %d", rules[0].Runs, rules[0].LastRunAt, rules[0].Version)
	}
}

func TestWhatARuleMayNotDoIsRefusedAndTheRestIsDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	gone := h.mint.ID(monday)
	h.rule(routing.Rule{When: when(routing.WhenStarted), Then: do("assignTeam", gone, "assignMember", gone, "webhook", gone, "raise", "")})
	c := h.says(h.visitor(), "Bonjour")
	var d routing.RuleData
	h.must(json.Unmarshal(h.log(0, routing.RuleRan)[0].Data, &d))
	if h.conversation(c).About.Criticality != 1 || d.Refused != "assignTeam: not_found; assignMember: not_found; webhook: not_found" || len(d.Done) != 1 {
		t.Errorf("done %+v, refused %q", d.Done, d.Refused)
	}
}

func TestALaterRuleSeesWhatAnEarlierOneDidUntilOneStops(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rule(routing.Rule{Name: "First", When: when(routing.WhenStarted), Then: do("setReason", "billing")})
	h.rule(routing.Rule{Name: "Second", When: when(routing.WhenStarted), If: iff("reason", "is", "billing"), Then: do("setCriticality", "2"), Stop: true})
	third := h.rule(routing.Rule{Name: "Third", When: when(routing.WhenStarted), Then: do("setCriticality", "4")})
	c := h.says(h.visitor(), "Bonjour")
	if got := h.conversation(c).About.Criticality; got != 2 {
		t.Errorf("criticality %d", got)
	}
	rules, err := h.routing.Rules(h.ctx, h.lea)
	h.must(err)
	_, err = h.routing.OrderRules(h.ctx, h.lea, []vis.RuleID{third.ID, rules[0].ID, rules[1].ID})
	h.must(err)
	d := h.says(h.visitor(), "Bonjour")
	if got := h.conversation(d).About.Criticality; got != 2 {
		t.Errorf("in the other order criticality %d", got)
	}
	_, err = h.routing.OrderRules(h.ctx, h.lea, []vis.RuleID{third.ID})
	wantField(t, err, "ids")
}

func TestRulesNeverSetOffRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rule(routing.Rule{When: when(routing.WhenStarted, routing.WhenClassified, routing.WhenAssigned), Then: do("raise", "", "assignMember", h.yann.ID)})
	h.rule(routing.Rule{When: when(routing.WhenClassified), Then: do("resolve", "")})
	c := h.says(h.visitor(), "Bonjour")
	h.follow()
	if is := h.conversation(c); is.About.Criticality != 1 || is.State != desk.Open {
		t.Errorf("criticality %d, %s", is.About.Criticality, is.State)
	}
	if got := h.steps(c); !slices.Equal(got, []string{"received done", "taken done"}) {
		t.Errorf("what a rule did moves no clock: steps %q", got)
	}
}

// D-10: a rule that another program keeps setting off is switched off, and those who can mend it are told.
func TestARuleInALoopIsSwitchedOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rule(routing.Rule{When: when(routing.WhenClassified), Then: do("webhook", string(h.told.known))})
	c := h.says(h.visitor(), "Bonjour")
	program := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: h.mint.ID(monday), Scopes: []vis.Scope{vis.WriteConversations}}
	for n := range 9 { // the program answers each call with a change
		_, err := h.desk.Classify(h.ctx, program, c, desk.Classification{Mood: &n}, h.conversation(c).Version)
		h.must(err)
		if n == 0 {
			continue // nothing changed
		}
		h.follow()
	}
	rules, err := h.routing.Rules(h.ctx, h.lea)
	h.must(err)
	if got := len(h.log(0, routing.RuleRan)); got != 5 || !rules[0].Disabled || rules[0].DisabledWhy != "loop" {
		t.Errorf("it ran %d times, and is disabled: %v %q", got, rules[0].Disabled, rules[0].DisabledWhy)
	}
	if want := "rule.disabled A rule " + h.lea.ID; !slices.Equal(h.told.notices, []string{want}) || h.audited("rule.disabled") != 1 {
		t.Errorf("told %q, audited %d", h.told.notices, h.audited("rule.disabled"))
	}
	on := false
	again, err := h.routing.ChangeRule(h.ctx, h.lea, r.ID, routing.RuleChange{Disabled: &on, Version: rules[0].Version})
	h.must(err)
	if again.Disabled || again.DisabledWhy != "" {
		t.Errorf("switched on again it is disabled: %v %q", again.Disabled, again.DisabledWhy)
	}
}

func TestPeopleSwitchNoRuleOffByWritingMuch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rule(routing.Rule{When: when(routing.WhenReceived, routing.WhenSent), Then: do("setLanguage", "fr")})
	anna := h.visitor()
	c := h.says(anna, "Bonjour")
	for range 9 {
		h.says(anna, "?")
		h.answers(h.yann, c, "!")
	}
	rules, err := h.routing.Rules(h.ctx, h.lea)
	h.must(err)
	if rules[0].Disabled || rules[0].Runs != 19 {
		t.Errorf("disabled: %v %q after %d runs", rules[0].Disabled, rules[0].DisabledWhy, rules[0].Runs)
	}
}

func TestMissedPromisesSetRulesOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rule(routing.Rule{When: when(routing.WhenMissed), Then: do("setCriticality", "3")})
	h.rule(routing.Rule{When: when(routing.WhenWarned), Then: do("setMood", "-10")})
	c := h.says(h.visitor(), "Bonjour")
	h.after(50 * time.Second)
	if got := h.conversation(c).About; got.Mood != -10 || got.Criticality != 0 {
		t.Errorf("at risk: %+v", got)
	}
	h.after(time.Minute)
	if got := h.conversation(c).About; got.Criticality != 3 {
		t.Errorf("missed: %+v", got)
	}
}

func TestTryingARuleChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.visitor()
	c := h.says(anna, "Où est mon colis ?")
	h.after(time.Second)
	d := h.says(h.visitor(), "Bonjour")
	h.after(time.Second)
	h.resolves(h.yann, c)
	head := h.head()
	trial, err := h.routing.TestRule(h.ctx, h.nora, routing.Rule{When: when(routing.WhenReceived), If: iff("text", "contains", "colis", "state", "is", "open"),
		Any: true, Then: do("resolve", "")}, 200)
	h.must(err)
	if trial.Looked != 2 || trial.Matched != 2 || trial.Items[0].Conversation != c && trial.Items[0].Conversation != d {
		t.Errorf("tried %+v", trial)
	}
	for _, item := range trial.Items {
		want := []bool{item.Conversation == c, item.Conversation == d}
		if !slices.Equal(item.Matched, want) || fmt.Sprint(item.Would) != "[{resolve }]" {
			t.Errorf("%s matched %v and would %v", item.Conversation, item.Matched, item.Would)
		}
	}
	if h.head() != head || h.conversation(d).State != desk.Open {
		t.Error("trying changed something")
	}
	blind := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, Scopes: []vis.Scope{vis.ReadSettings}}
	for _, by := range []vis.Actor{h.yann, blind} {
		_, err = h.routing.TestRule(h.ctx, by, routing.Rule{}, 1)
		wantReason(t, err, "scope_missing")
		_, err = h.routing.PreviewWeights(h.ctx, by, routing.Presets()["urgent"])
		wantReason(t, err, "scope_missing")
	}
}

// audited counts the entries of an action in the audit log.
func (h *house) audited(action string) int {
	h.t.Helper()
	l, err := h.people.Audit(h.ctx, h.lea, vis.Page{Limit: vis.MaxLimit})
	h.must(err)
	n := 0
	for _, e := range l.Items {
		if e.Action == action {
			n++
		}
	}
	return n
}
