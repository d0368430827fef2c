package routing_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func TestChatIsAcknowledgedAtOnceAndAnswerIsPromised(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour, mon vélo est cassé")
	h.wantPromise(c, routing.Acknowledge, routing.Kept)
	first := h.wantPromise(c, routing.First, routing.Running)
	if want := monday.Add(time.Minute); !first.DueAt.Equal(want) || first.Policy != "" {
		t.Errorf("due %s by policy %q, want %s by default", first.DueAt, first.Policy, want)
	}
	h.wantPromise(c, routing.Resolve, routing.Running)
	is := h.conversation(c)
	if is.Standing.Promise != "first" || is.Standing.PromiseState != "running" || !is.Standing.DueAt.Equal(first.DueAt) || is.About.Contacts != 1 {
		t.Errorf("standing %+v, %d contacts", is.Standing, is.About.Contacts)
	}
	if is.Standing.Rank == desk.Unranked {
		t.Error("somebody waits and has no rank")
	}
	if got := h.steps(c); !slices.Equal(got, []string{"received done"}) {
		t.Errorf("steps %q", got)
	}
}

func TestAnswerKeepsTheFirstPromiseAndWaitsForTheCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	h.after(30 * time.Second)
	h.answers(h.yann, c, "Bonjour, je regarde.")
	first := h.wantPromise(c, routing.First, routing.Kept)
	if first.Took != 30*time.Second {
		t.Errorf("took %s", first.Took)
	}
	h.wantPromise(c, routing.Resolve, routing.Paused)
	is := h.conversation(c)
	if is.Standing.Rank != desk.Unranked || is.Standing.Promise != "resolve" || is.Standing.PromiseState != "paused" {
		t.Errorf("standing %+v", is.Standing)
	}
	if got := h.steps(c); !slices.Equal(got, []string{"received done", "taken done"}) {
		t.Errorf("steps %q", got)
	}
}

func TestWritingAgainOwesOneNextAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.visitor()
	c := h.says(anna, "Bonjour")
	h.says(anna, "Vous êtes là ?")
	h.wantPromise(c, routing.Next, "")
	h.after(10 * time.Second)
	h.answers(h.yann, c, "Oui.")
	h.after(time.Hour)
	h.says(anna, "Alors ?")
	next := h.wantPromise(c, routing.Next, routing.Running)
	if want := h.clock.Now().Add(time.Minute); !next.DueAt.Equal(want) {
		t.Errorf("due %s, want %s", next.DueAt, want)
	}
	if got := h.wantPromise(c, routing.Resolve, routing.Running); got.PausedFor != time.Hour {
		t.Errorf("the resolution stood still for %s", got.PausedFor)
	}
	h.after(5 * time.Second)
	h.says(anna, "?")
	h.after(5 * time.Second)
	h.answers(h.yann, c, "Voilà.")
	if got := h.promise(c, routing.Next); got.ID != next.ID || got.State != routing.Kept || got.Took != 10*time.Second {
		t.Errorf("the next answer is %s after %s", got.State, got.Took)
	}
}

func TestResolvingKeepsTheResolutionAndReopeningOwesAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.visitor()
	c := h.says(anna, "Bonjour")
	h.after(10 * time.Second)
	h.resolves(h.yann, c)
	h.wantPromise(c, routing.First, routing.Void)
	kept := h.wantPromise(c, routing.Resolve, routing.Kept)
	if got := h.steps(c); !slices.Equal(got, []string{"received done", "resolved done"}) {
		t.Errorf("steps %q", got)
	}
	if is := h.conversation(c).Standing; is.Promise != "" || is.Rank != desk.Unranked {
		t.Errorf("standing %+v", is)
	}
	h.after(time.Minute)
	_, err := h.desk.Receive(h.ctx, anna, desk.Inbound{Channel: h.chat.ID, Conversation: c, Text: "Non !", ClientID: h.mint.ID(h.clock.Now())})
	h.must(err)
	h.follow()
	h.wantPromise(c, routing.Next, routing.Running)
	if again := h.wantPromise(c, routing.Resolve, routing.Running); again.ID == kept.ID {
		t.Error("the old resolution runs again")
	}
	h.after(time.Second)
	h.resolves(h.yann, c)
	_, err = h.desk.Reopen(h.ctx, h.yann, c, h.conversation(c).Version)
	h.must(err)
	h.follow()
	h.wantPromise(c, routing.Next, routing.Void)
	h.wantPromise(c, routing.Resolve, routing.Running)
}

// What is closed in time without its answer is neither kept nor missed: it is told by itself, once, and not when the customer's own words
// or a missed deadline have told already.
func TestClosingUnansweredIsToldByItself(t *testing.T) {
	t.Parallel()
	unanswered := func(h *house) (n int) {
		for _, e := range h.log(0, routing.PromiseVoided) {
			var d routing.PromiseData
			h.must(json.Unmarshal(e.Data, &d))
			if d.Unanswered {
				n++
			}
		}
		return n
	}
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	h.resolves(h.yann, c)
	if n := unanswered(h); n != 1 {
		t.Errorf("%d closed unanswered, want the first answer alone", n)
	}
	answered := h.says(h.visitor(), "Bonsoir")
	h.answers(h.yann, answered, "Bonsoir !")
	h.resolves(h.yann, answered)
	if n := unanswered(h); n != 1 {
		t.Errorf("%d after one that was answered", n)
	}
	late := h.says(h.visitor(), "Allô")
	h.after(10 * time.Minute)
	h.resolves(h.yann, late)
	if n := unanswered(h); n != 1 {
		t.Errorf("%d after one that was missed", n)
	}
}

// Closing what was to be answered long ago hides nothing, also where the timer did not come round.
func TestResolvingUnansweredAfterTheDeadlineIsMissed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	h.clock.set(monday.Add(10 * time.Minute)) // and no timer is looked at
	h.resolves(h.yann, c)
	h.wantPromise(c, routing.First, routing.Void)
	if n := len(h.log(0, routing.PromiseMissed)); n != 1 {
		t.Errorf("%d promises were missed, want the first answer", n)
	}
	h.ring()
	h.follow()
	if n := len(h.log(0, routing.PromiseMissed)); n != 1 {
		t.Errorf("%d promises were missed after the timer", n)
	}
}

func TestSnoozingUntilSheWritesStopsTheClockAndUntilATimeDoesNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, untilReply := range []bool{true, false} {
		c := h.says(h.visitor(), "Bonjour")
		until := time.Time{}
		want := routing.Paused
		if !untilReply {
			until, want = h.clock.Now().Add(time.Hour), routing.Running
		}
		_, err := h.desk.Snooze(h.ctx, h.yann, c, until, untilReply, h.conversation(c).Version)
		h.must(err)
		h.follow()
		h.wantPromise(c, routing.Resolve, want)
		if h.conversation(c).Standing.Rank != desk.Unranked {
			t.Error("a sleeping conversation waits in a queue")
		}
	}
}

func TestWhoComesBackWithinAMonthCountsItsContacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.visitor()
	for n := 1; n <= 3; n++ {
		c := h.says(anna, "Bonjour")
		if got := h.conversation(c).About.Contacts; got != n {
			t.Errorf("contact %d is counted as %d", n, got)
		}
		h.resolves(h.yann, c)
		h.after(time.Hour)
	}
	h.after(31 * 24 * time.Hour)
	if got := h.conversation(h.says(anna, "Bonjour")).About.Contacts; got != 1 {
		t.Errorf("after a month it counts as contact %d", got)
	}
}

func TestCriticalWordsRaiseAMatterAndNeverLowerIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.routing.ChangeSettings(h.ctx, h.lea, routing.SettingsChange{Words: &map[string]int{"fumée": 4, "en panne": 2}})
	h.must(err)
	anna := h.visitor()
	c := h.says(anna, "Mes freins sont en PANNES")
	before := h.conversation(c)
	if before.About.Criticality != 2 {
		t.Errorf("criticality %d", before.About.Criticality)
	}
	h.says(anna, "Et maintenant de la fumee !")
	after := h.conversation(c)
	if after.About.Criticality != 4 || after.Standing.Rank <= before.Standing.Rank {
		t.Errorf("criticality %d, rank %d after %d", after.About.Criticality, after.Standing.Rank, before.Standing.Rank)
	}
	h.says(anna, "Une panne")
	if got := h.conversation(c).About.Criticality; got != 4 {
		t.Errorf("it fell to %d", got)
	}
	why, err := h.routing.PriorityOf(h.ctx, h.yann, c)
	h.must(err)
	if why.Total <= 0 || len(why.Points) == 0 {
		t.Errorf("why first: %+v", why.Priority)
	}
}

func TestMailTermsHoldOutsideOpeningHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(h.office("Europe/Paris"))
	h.at(monday.Add(11 * time.Hour)) // 20:00
	c := h.says(h.visitor(), "Bonsoir")
	first := h.wantPromise(c, routing.First, routing.Running)
	if want := monday.Add(28 * time.Hour); !first.DueAt.Equal(want) { // Tuesday 13:00
		t.Errorf("due %s, want %s", first.DueAt, want)
	}
	if first.Calendar == "" {
		t.Error("the promise does not say in which hours it runs")
	}
}

func TestAPromiseKeepsTheTermsItWasGivenUnder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	gold, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "Chat", When: routing.Scope{Kinds: []channel.Kind{"webchat"}},
		Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: 10 * time.Minute}}, WarnAt: []int{50},
		Escalations: []routing.Escalation{{At: routing.WarnedFirst, Do: routing.Raise}}})
	h.must(err)
	c := h.says(h.visitor(), "Bonjour")
	name := "Chat, faster"
	_, err = h.routing.ChangePolicy(h.ctx, h.lea, gold.ID, routing.PolicyChange{Name: &name, WarnAt: &[]int{10}, Escalations: &[]routing.Escalation{},
		Terms: &map[routing.PromiseKind]routing.Term{routing.First: {For: time.Minute}}, Version: 1})
	h.must(err)
	h.after(4 * time.Minute)
	if p := h.promise(c, routing.First); p.State != routing.Running || len(p.Marks) != 0 || p.PolicyVersion != 1 {
		t.Errorf("the running promise is %s with %q of version %d", p.State, p.Marks, p.PolicyVersion)
	}
	h.after(time.Minute)
	if got := h.conversation(c).About.Criticality; got != 1 {
		t.Errorf("criticality %d: the escalation of its own version did not happen", got)
	}
	h.must(h.routing.DeletePolicy(h.ctx, h.lea, gold.ID))
	h.after(3 * time.Minute)
	h.answers(h.yann, c, "Voilà")
	h.wantPromise(c, routing.First, routing.Kept)
	given, err := h.routing.Promises(h.ctx, h.lea, c)
	h.must(err)
	if given[0].PolicyName != "Chat" {
		t.Errorf("it was given under %q", given[0].PolicyName)
	}
	d := h.says(h.visitor(), "Bonjour")
	if p := h.promise(d, routing.First); p.Policy != "" {
		t.Error("a deleted policy still promises")
	}
}

func TestFollowingTwiceDoesNothingMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.visitor(), "Bonjour")
	head := h.head()
	other := h.service(h.store)
	for range 3 {
		if _, err := other.Follow(h.ctx, h.ws); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.head(); got != head {
		t.Errorf("another node appended %d events", got-head)
	}
}

func TestOneWorkspaceKnowsNothingOfAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "Ours", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: time.Hour}}})
	h.must(err)
	r := h.rule(routing.Rule{When: []routing.Trigger{routing.WhenStarted}, Then: []routing.Action{{Do: "raise"}}})
	ours := h.office("Europe/Paris")
	mine := h.says(h.visitor(), "Bonjour")
	h.found("Other")
	theirs := h.says(h.visitor(), "Bonjour")
	if got := h.promise(theirs, routing.First); got.Policy != "" || h.conversation(theirs).About.Criticality != 0 {
		t.Error("another workspace's policy or rule was followed")
	}
	_, err = h.routing.Promises(h.ctx, h.lea, mine)
	wantReason(t, err, "not_found")
	_, err = h.routing.PriorityOf(h.ctx, h.lea, mine)
	wantReason(t, err, "not_found")
	_, err = h.routing.ChangePolicy(h.ctx, h.lea, p.ID, routing.PolicyChange{Version: 1})
	wantReason(t, err, "not_found")
	_, err = h.routing.PolicyVersions(h.ctx, h.lea, p.ID)
	wantReason(t, err, "not_found")
	_, err = h.routing.ChangeRule(h.ctx, h.lea, r.ID, routing.RuleChange{Version: 1})
	wantReason(t, err, "not_found")
	wantReason(t, h.routing.DeleteCalendar(h.ctx, h.lea, ours.ID), "not_found")
	_, err = h.routing.PutQueue(h.ctx, h.lea, routing.Queue{Mode: routing.Pull, RingFor: 20, Calendar: ours.ID})
	wantField(t, err, "calendarId")
}

func TestAnOldLogIsNotJudgedButWhoWaitsIsPromised(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waits := h.visitor()
	_, err := h.desk.Receive(h.ctx, waits, desk.Inbound{Channel: h.chat.ID, Text: "Bonjour", ClientID: h.mint.ID(monday)})
	h.must(err)
	answered, err := h.desk.Receive(h.ctx, h.visitor(), desk.Inbound{Channel: h.chat.ID, Text: "Bonjour", ClientID: h.mint.ID(monday)})
	h.must(err)
	_, err = h.desk.Reply(h.ctx, h.yann, answered.Conversation.ID, desk.Outbound{Text: "Oui ?"})
	h.must(err)
	h.clock.set(monday.Add(72 * time.Hour))
	before := h.head()
	h.follow()
	c := h.says(waits, "Toujours là ?")
	first := h.wantPromise(c, routing.First, routing.Running)
	if !first.MadeAt.Equal(h.clock.Now()) {
		t.Errorf("it is promised since %s", first.MadeAt)
	}
	h.wantPromise(c, routing.Next, "")
	h.wantPromise(answered.Conversation.ID, routing.Resolve, routing.Paused)
	h.wantPromise(answered.Conversation.ID, routing.First, "")
	if n := len(h.log(before, routing.PromiseMissed, routing.PromiseLate, routing.PromiseKept)); n != 0 {
		t.Errorf("%d promises of the past were judged", n)
	}
}

func TestPermissionsOfTheSetUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, by := range map[string]vis.Actor{"agent": h.yann, "supervisor": h.nora} {
		_, err := h.routing.CreatePolicy(h.ctx, by, routing.Policy{})
		wantReason(t, err, "scope_missing")
		_, err = h.routing.CreateRule(h.ctx, by, routing.Rule{})
		wantReason(t, err, "scope_missing")
		_, err = h.routing.ChangeSettings(h.ctx, by, routing.SettingsChange{})
		wantReason(t, err, "scope_missing")
		_, err = h.routing.PutQueue(h.ctx, by, routing.DefaultQueue())
		wantReason(t, err, "scope_missing")
		_, err = h.routing.PutProfile(h.ctx, by, routing.Profile{Member: h.yann.Member(), Languages: []string{"fr"}})
		if (err == nil) != (name == "supervisor") {
			t.Errorf("a profile written by the %s: %v", name, err)
		}
	}
	_, err := h.routing.Policies(h.ctx, h.yann)
	wantReason(t, err, "scope_missing")
	if _, err := h.routing.Calendars(h.ctx, h.yann); err != nil {
		t.Error(err)
	}
	customer := h.visitor()
	_, err = h.routing.Queues(h.ctx, customer)
	wantReason(t, err, "scope_missing")
	_, err = h.routing.Promises(h.ctx, customer, h.says(customer, "Bonjour"))
	wantReason(t, err, "scope_missing")
}

// What was missed is counted from one fact, also when the answer comes before the server has noticed.
func TestAnAnswerAfterTheDeadlineIsMissedBeforeItIsLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	before := h.head()
	h.after(61 * time.Second)
	h.answers(h.yann, c, "Pardon, me voilà.")
	h.ring()
	got := h.log(before, routing.PromiseMissed, routing.PromiseLate)
	if len(got) != 2 || got[0].Type != routing.PromiseMissed || got[1].Type != routing.PromiseLate {
		t.Errorf("the log says %+v", got)
	}
}
