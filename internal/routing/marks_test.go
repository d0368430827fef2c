package routing_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// marks lists the marks of a conversation's promises of a kind, as the log tells them.
func (h *house) marks(id vis.ConversationID, kind routing.PromiseKind) []routing.Mark {
	h.t.Helper()
	var out []routing.Mark
	for _, e := range h.log(0, routing.PromiseWarned, routing.PromiseMissed) {
		var d routing.PromiseData
		h.must(json.Unmarshal(e.Data, &d))
		if e.Conversation == id && d.Kind == kind {
			out = append(out, d.Mark)
		}
	}
	return out
}

func TestAPromiseWarnsThenIsMissedEachOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	rank := h.conversation(c).Standing.Rank
	want := []routing.Mark{}
	for _, step := range []struct {
		at   time.Duration
		mark routing.Mark
	}{{44 * time.Second, ""}, {45 * time.Second, routing.WarnedFirst}, {53 * time.Second, ""}, {54 * time.Second, routing.WarnedSecond},
		{60 * time.Second, ""}, {61 * time.Second, ""}, {62 * time.Second, routing.Missed}, {119 * time.Second, ""}, {121 * time.Second, routing.MissedLong}} {
		h.at(monday.Add(step.at))
		h.ring()
		if step.mark != "" {
			want = append(want, step.mark)
		}
		if got := h.marks(c, routing.First); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("after %s the marks are %q, want %q", step.at, got, want)
		}
	}
	is := h.conversation(c)
	if is.Standing.PromiseState != "missed" || is.Standing.Rank <= rank {
		t.Errorf("standing %+v, rank before %d", is.Standing, rank)
	}
	if got := h.steps(c); !slices.Equal(got, []string{"received done", "late underway"}) {
		t.Errorf("steps %q", got)
	}
	h.answers(h.yann, c, "Pardon")
	h.wantPromise(c, routing.First, routing.Late)
	if got := h.steps(c); !slices.Equal(got, []string{"received done", "late done", "taken done"}) {
		t.Errorf("steps %q", got)
	}
}

func TestMarksThatWereSleptThroughFireInOrderOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	h.at(monday.Add(time.Hour))
	h.ring()
	want := []routing.Mark{routing.WarnedFirst, routing.WarnedSecond, routing.Missed, routing.MissedLong}
	if got := h.marks(c, routing.First); !slices.Equal(got, want) {
		t.Errorf("marks %q", got)
	}
}

func TestAnAnswerInTheLogIsSeenBeforeAnyMark(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	h.clock.set(monday.Add(40 * time.Second))
	_, err := h.desk.Reply(h.ctx, h.yann, c, desk.Outbound{Text: "Voilà"}) // and nobody follows the log
	h.must(err)
	h.clock.set(monday.Add(10 * time.Minute))
	h.ring()
	h.wantPromise(c, routing.First, routing.Kept)
	if got := h.marks(c, routing.First); len(got) != 0 {
		t.Errorf("an answered promise passed %q", got)
	}
}

func TestEscalationsTellReassignAndRaise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	second := h.team("Second line", h.nora)
	_, err := h.routing.CreatePolicy(h.ctx, h.lea, routing.Policy{Name: "Fast", Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: 100 * time.Second}},
		Escalations: []routing.Escalation{
			{At: routing.WarnedFirst, Do: routing.Notify, To: routing.ToOwner},
			{At: routing.WarnedSecond, Do: routing.Raise},
			{At: routing.Missed, Do: routing.Notify, To: routing.ToSupervisors},
			{At: routing.MissedLong, Do: routing.Reassign, Team: second.ID}}})
	h.must(err)
	c := h.says(h.visitor(), "Bonjour")
	is := h.conversation(c)
	_, err = h.desk.Assign(h.ctx, h.lea, c, h.yann.Member(), "", is.Version)
	h.must(err)
	h.after(80 * time.Second)
	if got := h.told.notices; !slices.Equal(got, []string{"promise.warned_first first " + h.yann.ID}) {
		t.Errorf("told %q", got)
	}
	h.after(10 * time.Second)
	if got := h.conversation(c).About.Criticality; got != 1 {
		t.Errorf("criticality %d", got)
	}
	h.after(15 * time.Second)
	supervised := 0
	for _, n := range h.told.notices {
		if strings.HasPrefix(n, "promise.missed first ") {
			supervised++
		}
	}
	if supervised != 2 { // Nora and the administrator
		t.Errorf("%d were told that it is missed: %q", supervised, h.told.notices)
	}
	h.after(2 * time.Minute)
	if is := h.conversation(c); is.Assignee != "" || is.Team != second.ID {
		t.Errorf("it is with %q of %q", is.Assignee, is.Team)
	}
	h.after(time.Hour)
	h.ring()
	if n := len(h.log(0, routing.PromiseMissed)); n != 1 {
		t.Errorf("missed %d times", n)
	}
}

func TestAStatedDeadlineMovesTheRankAsItComesNearer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	deadline := monday.Add(48 * time.Hour)
	_, err := h.desk.Classify(h.ctx, h.lea, c, desk.Classification{DeadlineAt: &deadline}, h.conversation(c).Version)
	h.must(err)
	h.follow()
	rank := h.conversation(c).Standing.Rank
	for _, before := range []time.Duration{24 * time.Hour, 4 * time.Hour, time.Hour} {
		h.at(deadline.Add(-before))
		next := h.conversation(c).Standing.Rank
		if next <= rank {
			t.Errorf("%s before the deadline the rank is %d after %d", before, next, rank)
		}
		rank = next
	}
}

func TestOtherWeightsGiveEverybodyAnotherRank(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.says(h.visitor(), "Bonjour")
	before := h.conversation(c).Standing.Rank
	w := routing.Presets()["fair"]
	moved, err := h.routing.PreviewWeights(h.ctx, h.nora, w)
	h.must(err)
	if len(moved) != 1 || moved[0].From != 1 || moved[0].To != 1 || h.conversation(c).Standing.Rank != before {
		t.Errorf("previewed %+v", moved)
	}
	s, err := h.routing.ChangeSettings(h.ctx, h.lea, routing.SettingsChange{Weights: &w})
	h.must(err)
	if s.Profile != "fair" || s.Version != 1 {
		t.Errorf("the profile is %q in version %d", s.Profile, s.Version)
	}
	h.after(time.Second)
	if got := h.conversation(c).Standing.Rank; got == before {
		t.Error("the rank is that of the old weights")
	}
	_, err = h.routing.ChangeSettings(h.ctx, h.lea, routing.SettingsChange{Weights: &w})
	wantReason(t, err, "settings_changed")
}
