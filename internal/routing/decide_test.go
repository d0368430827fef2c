package routing

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"visavis/internal/vis"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func pick[T any](t *rapid.T, name string, from ...T) T { return rapid.SampledFrom(from).Draw(t, name) }

func drawSkills(t *rapid.T) map[string]int {
	return rapid.MapOfN(rapid.SampledFrom([]string{"billing", "repair", "legal"}), rapid.IntRange(1, 5), 0, 2).Draw(t, "skills")
}

func drawMoment(t *rapid.T, now time.Time) time.Time {
	return pick(t, "moment", time.Time{}, now.Add(-time.Minute), now.Add(7*time.Second), now.Add(40*time.Second), now.Add(5*time.Minute))
}

const (
	someMembers       = 8
	someConversations = 12
)

func someMember(t *rapid.T) vis.MemberID {
	return vis.MemberID(fmt.Sprint("m", rapid.IntRange(1, someMembers).Draw(t, "member")))
}

func someTeam(t *rapid.T) vis.TeamID { return pick[vis.TeamID](t, "team", "", "red", "blue") }

func drawQueue(t *rapid.T) Queue {
	q := Queue{Team: someTeam(t), Mode: pick(t, "mode", Ring, Ring, Push, Pull), Skills: drawSkills(t),
		AdviserFor: pick(t, "adviserFor", 0, 10, 60), LastFor: pick(t, "lastFor", 0, 20), RelaxAfter: pick(t, "relaxAfter", 0, 15, 60)}
	for range rapid.IntRange(0, 2).Draw(t, "overflows") {
		q.Overflow = append(q.Overflow, Overflow{Team: someTeam(t), After: pick(t, "after", 0, 30, 90)})
	}
	return q
}

func drawWaiting(t *rapid.T, now time.Time) Waiting {
	w := Waiting{
		Conversation: vis.ConversationID(fmt.Sprint("c", rapid.IntRange(1, someConversations).Draw(t, "conversation"))),
		Team:         someTeam(t), Work: pick(t, "work", kinds[:]...), Rank: rapid.Int64Range(-3, 3).Draw(t, "rank"),
		Since: now.Add(-time.Duration(rapid.IntRange(-5, 200).Draw(t, "waited")) * time.Second), DueAt: drawMoment(t, now),
		Language: pick(t, "language", "", "fr", "en", "fr-CA"), Offered: rapid.IntRange(0, 9).Draw(t, "offered") == 0,
	}
	if rapid.Bool().Draw(t, "skilled") {
		w.Skills = drawSkills(t)
	}
	if rapid.IntRange(0, 2).Draw(t, "advised") == 0 {
		w.Adviser = someMember(t)
	}
	if rapid.IntRange(0, 2).Draw(t, "answered") == 0 {
		w.Last = someMember(t)
	}
	if rapid.IntRange(0, 3).Draw(t, "later") == 0 {
		w.NotBefore = drawMoment(t, now)
	}
	for range rapid.IntRange(0, 2).Draw(t, "declines") {
		if w.Declined == nil {
			w.Declined = map[vis.MemberID]time.Time{}
		}
		w.Declined[someMember(t)] = drawMoment(t, now)
	}
	return w
}

func drawAgent(t *rapid.T, now time.Time) Agent {
	a := Agent{Member: someMember(t), Presence: pick(t, "presence", Available, Available, Available, Busy, Away, Offline),
		Teams:     rapid.SliceOfN(rapid.SampledFrom([]vis.TeamID{"red", "blue"}), 0, 2).Draw(t, "teams"),
		Languages: rapid.SliceOfN(rapid.SampledFrom([]string{"fr", "en", "EN-gb"}), 0, 2).Draw(t, "languages"),
		Skills:    drawSkills(t), Load: map[Work]int{}, IdleSince: drawMoment(t, now)}
	for _, kind := range kinds {
		a.Load[kind] = pick(t, "load", 0, 0, 0, 1, 2)
	}
	if rapid.IntRange(0, 3).Draw(t, "finishing") == 0 {
		a.FinishingUntil = drawMoment(t, now)
	}
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		a.Capacity = map[Work]int{pick(t, "of", kinds[:]...): rapid.IntRange(0, 4).Draw(t, "capacity")}
	}
	return a
}

func newNaive() *naive {
	return &naive{queues: map[vis.TeamID]Queue{}, waiting: map[vis.ConversationID]Waiting{}, agents: map[vis.MemberID]Agent{}}
}

// drawNaive draws a small house.
func drawNaive(t *rapid.T, now time.Time) *naive {
	n := newNaive()
	for range rapid.IntRange(0, 3).Draw(t, "queues") {
		q := drawQueue(t)
		n.queues[q.Team] = q
	}
	for range rapid.IntRange(0, someConversations).Draw(t, "waiting") {
		w := drawWaiting(t, now)
		n.waiting[w.Conversation] = w
	}
	for range rapid.IntRange(0, someMembers).Draw(t, "agents") {
		a := drawAgent(t, now)
		n.agents[a.Member] = a
	}
	return n
}

func dealer(t *rapid.T) func(n int, swap func(i, j int)) {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "deal"), 0)).Shuffle
}

func (n *naive) check(t *rapid.T, s *Snapshot, now time.Time) (Decision, bool, time.Time) {
	id, member, some := n.decide(now)
	d, ok, next := Decide(s, now)
	if ok != some || d.Conversation != id || d.Member != member {
		t.Fatalf("at %v: decided %v %v, want %q to %q (%v)", now, d, ok, id, member, some)
	}
	if ok && (d.Mode != n.queue(d.Team).Mode || d.Team != n.waiting[id].Team || len(d.Why) == 0) {
		t.Fatalf("%+v does not say how or why", d)
	}
	if again, _, _ := Decide(s, now); !reflect.DeepEqual(again, d) {
		t.Fatalf("decided %v, then %v", d, again)
	}
	return d, ok, next
}

// take carries a decision out, in both.
func (n *naive) take(s *Snapshot, d Decision) {
	a, _ := s.Agent(d.Member)
	a.Load = maps.Clone(a.Load)
	if a.Load == nil {
		a.Load = map[Work]int{}
	}
	a.Load[n.waiting[d.Conversation].Work]++
	delete(n.waiting, d.Conversation)
	n.agents[d.Member] = a
	s.RemoveWaiting(d.Conversation)
	s.PutAgent(a)
}

// Whatever is put in, taken out and changed, and however time goes, the decision is that of looking at everybody for everything.
func TestDecideIsWhatLookingAtEverybodyWouldGive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		n := drawNaive(t, now)
		s := n.build(dealer(t))
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			n.disturb(t, s, now)
			now = now.Add(time.Duration(pick(t, "passes", 0, 0, 1, 5, 10, 30, 300, -20)) * time.Second)
			if d, ok, _ := n.check(t, s, now); ok && rapid.Bool().Draw(t, "take") {
				n.take(s, d)
			}
			for id := range n.waiting {
				if place, ok := Place(s, id); !ok || place != n.place(id) {
					t.Fatalf("place of %q is %d, want %d", id, place, n.place(id))
				}
			}
		}
		if w, a := s.Len(); w != len(n.waiting) || a != len(n.agents) {
			t.Fatalf("holds %d and %d, want %d and %d", w, a, len(n.waiting), len(n.agents))
		}
		if _, ok := Place(s, "nobody"); ok {
			t.Fatal("who does not wait has no place")
		}
	})
}

// disturb changes one thing.
func (n *naive) disturb(t *rapid.T, s *Snapshot, now time.Time) {
	switch rapid.IntRange(0, 5).Draw(t, "change") {
	case 0, 1:
		w := drawWaiting(t, now)
		n.waiting[w.Conversation] = w
		s.PutWaiting(w)
	case 2:
		w := drawWaiting(t, now)
		delete(n.waiting, w.Conversation)
		s.RemoveWaiting(w.Conversation)
	case 3:
		a := drawAgent(t, now)
		n.agents[a.Member] = a
		s.PutAgent(a)
	case 4:
		m := someMember(t)
		delete(n.agents, m)
		s.RemoveAgent(m)
	case 5:
		q := drawQueue(t)
		n.queues[q.Team] = q
		s.SetQueue(q)
	}
}

func TestNobodyWaitsWhileSomebodyWhoFitsIsFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t, noon)
		s := n.build(dealer(t))
		for range someConversations + 1 {
			d, ok, _ := Decide(s, noon)
			if !ok {
				break
			}
			w, a := n.waiting[d.Conversation], n.agents[d.Member]
			switch {
			case !Room(a.Load, n.settings.Caps(a.Capacity), w.Work):
				t.Fatalf("%q is over her capacity: %v and %s", a.Member, a.Load, w.Work)
			case w.Declined[d.Member].After(noon):
				t.Fatalf("%q declined %q until %v", d.Member, d.Conversation, w.Declined[d.Member])
			case a.Presence != Available || a.FinishingUntil.After(noon):
				t.Fatalf("%+v is not to be disturbed", a)
			case w.Offered || w.NotBefore.After(noon):
				t.Fatalf("%+v is not to be given", w)
			}
			n.take(s, d)
		}
		for id, w := range n.waiting {
			for _, m := range n.candidates(w, noon) {
				if n.free(m, w.Work, noon) {
					t.Fatalf("%q waits while %q, who fits, is free", id, m)
				}
			}
		}
	})
}

// What next says is true: nothing is to be decided before, and when something is to be decided later by time alone, it is said.
func TestNextIsWhenTimeAloneChangesSomething(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t, noon)
		s := n.build(dealer(t))
		_, ok, next := n.check(t, s, noon)
		for now := noon; !ok && now.Before(noon.Add(10*time.Minute)); now = now.Add(time.Second) {
			if !next.IsZero() && !now.Before(next) {
				return
			}
			if id, m, some := n.decide(now); some {
				t.Fatalf("at %v %q goes to %q, but next is %v", now, id, m, next)
			}
		}
	})
}

func TestDecideDoesNotDependOnTheOrderOfInsertion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t, noon)
		first, _, at := Decide(n.build(dealer(t)), noon)
		second, _, later := Decide(n.build(dealer(t)), noon)
		if !reflect.DeepEqual(first, second) || !at.Equal(later) {
			t.Fatalf("%v (%v), but %v (%v)", first, at, second, later)
		}
	})
}

func TestDecideChangesNothingInTheSnapshot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t, noon)
		s := n.build(dealer(t))
		Decide(s, noon)
		for id, w := range n.waiting {
			if got, ok := s.Waiting(id); !ok || !reflect.DeepEqual(got, w) {
				t.Fatalf("%+v became %+v", w, got)
			}
		}
		for id, a := range n.agents {
			if got, ok := s.Agent(id); !ok || !reflect.DeepEqual(got, a) {
				t.Fatalf("%+v became %+v", a, got)
			}
		}
		for _, team := range []vis.TeamID{"red", "blue", ""} {
			want := n.queue(team)
			want.Team = team
			if got := s.Queue(team); !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v became %+v", want, got)
			}
		}
	})
}

func TestDecideSaysWhyShe(t *testing.T) {
	t.Parallel()
	zoe := Agent{Member: "zoe", Teams: []vis.TeamID{"red"}, Presence: Available, Languages: []string{"fr"}, Skills: map[string]int{"legal": 3}}
	ada := Agent{Member: "ada", Teams: []vis.TeamID{"blue"}, Presence: Available}
	queue := Queue{Team: "red", Mode: Push, AdviserFor: 60, LastFor: 30, RelaxAfter: 60, Overflow: []Overflow{{Team: "blue", After: 90}}}
	waits := func(change func(*Waiting)) Waiting {
		w := Waiting{Conversation: "c", Team: "red", Work: WorkChat, Since: noon}
		change(&w)
		return w
	}
	for name, c := range map[string]struct {
		agents []Agent
		w      Waiting
		after  time.Duration
		member vis.MemberID
		why    []string
	}{
		"her adviser, of another team": {[]Agent{zoe, ada}, waits(func(w *Waiting) { w.Adviser = "ada" }), 0, "ada", []string{WhyAdviser}},
		"who answered last":            {[]Agent{zoe, ada}, waits(func(w *Waiting) { w.Last = "zoe" }), 0, "zoe", []string{WhyLast}},
		"not who answered elsewhere":   {[]Agent{zoe, ada}, waits(func(w *Waiting) { w.Last = "ada" }), 0, "zoe", []string{WhyFree}},
		"all that is wanted": {[]Agent{zoe}, waits(func(w *Waiting) { w.Language, w.Skills = "fr-CH", map[string]int{"legal": 2} }), 0, "zoe",
			[]string{WhyLanguage, WhySkills, WhyFree}},
		"too much is wanted": {[]Agent{zoe}, waits(func(w *Waiting) { w.Skills = map[string]int{"legal": 4} }), 0, "", nil},
		"relaxed":            {[]Agent{zoe}, waits(func(w *Waiting) { w.Skills = map[string]int{"legal": 4} }), time.Minute, "zoe", []string{WhyFree}},
		"no help yet":        {[]Agent{ada}, waits(func(*Waiting) {}), 89 * time.Second, "", nil},
		"help":               {[]Agent{ada}, waits(func(*Waiting) {}), 90 * time.Second, "ada", []string{WhyOverflow, WhyFree}},
	} {
		s := NewSnapshot(Settings{}, map[vis.TeamID]Queue{"red": queue})
		for _, a := range c.agents {
			s.PutAgent(a)
		}
		s.PutWaiting(c.w)
		d, ok, _ := Decide(s, noon.Add(c.after))
		if ok != (c.member != "") || d.Member != c.member || !slices.Equal(d.Why, c.why) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestAnAdviserIsWaitedForOnlyWhileSheIsHere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		presence Presence
		load     int
		after    time.Duration
		want     vis.MemberID
	}{
		{Available, 0, 0, "ada"}, {Available, 3, 0, ""}, {Busy, 0, 59 * time.Second, ""}, {Busy, 0, time.Minute, "zoe"},
		{Away, 0, 0, "zoe"}, {Offline, 0, 0, "zoe"},
	} {
		s := NewSnapshot(Settings{}, map[vis.TeamID]Queue{"": {Mode: Ring, AdviserFor: 60}})
		s.PutAgent(Agent{Member: "zoe", Presence: Available})
		s.PutAgent(Agent{Member: "ada", Presence: c.presence, Load: map[Work]int{WorkChat: c.load}})
		s.PutWaiting(Waiting{Conversation: "c", Work: WorkChat, Since: noon, Adviser: "ada"})
		d, _, next := Decide(s, noon.Add(c.after))
		if d.Member != c.want || c.want == "" && !next.Equal(noon.Add(time.Minute)) {
			t.Errorf("%+v: %q, next %v", c, d.Member, next)
		}
	}
}

func TestTheBestWhoFitsIsChosen(t *testing.T) {
	t.Parallel()
	agent := func(id vis.MemberID, change func(*Agent)) Agent {
		a := Agent{Member: id, Teams: []vis.TeamID{"red"}, Presence: Available, Skills: map[string]int{"legal": 3}, IdleSince: noon}
		change(&a)
		return a
	}
	nothing := func(*Agent) {}
	for name, better := range map[string]func(*Agent){
		"of the team rather than of one that helps": func(a *Agent) { a.Load = map[Work]int{WorkMail: 1} },
		"who is less of an expert":                  func(a *Agent) { a.Skills, a.Load = map[string]int{"legal": 2}, map[Work]int{WorkMail: 1} },
		"who has less to do":                        func(a *Agent) { a.IdleSince = noon.Add(time.Hour) },
		"who has been idle longer":                  func(a *Agent) { a.IdleSince = noon.Add(-time.Hour) },
		"the first by id":                           nothing,
	} {
		other := agent("b", nothing)
		switch name {
		case "of the team rather than of one that helps":
			other.Teams = []vis.TeamID{"blue"}
		case "who has less to do":
			other.Load = map[Work]int{WorkMail: 1}
		}
		s := NewSnapshot(Settings{}, map[vis.TeamID]Queue{"red": {Mode: Ring, Overflow: []Overflow{{Team: "blue"}}, Skills: map[string]int{"legal": 2}}})
		s.PutAgent(other)
		s.PutAgent(agent("a", better))
		s.PutWaiting(Waiting{Conversation: "c", Team: "red", Work: WorkChat, Since: noon})
		if d, _, _ := Decide(s, noon); d.Member != "a" {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestWhoAnsweredLastIsWaitedForAfterTheAdviser(t *testing.T) {
	t.Parallel()
	s := NewSnapshot(Settings{}, map[vis.TeamID]Queue{"": {Mode: Ring, AdviserFor: 60, LastFor: 30}})
	s.PutAgent(Agent{Member: "ada", Presence: Busy})
	s.PutAgent(Agent{Member: "leo", Presence: Busy})
	s.PutAgent(Agent{Member: "zoe", Presence: Available})
	s.PutWaiting(Waiting{Conversation: "c", Work: WorkChat, Since: noon, Adviser: "ada", Last: "leo"})
	for _, seconds := range []int{0, 59, 60, 89} {
		if d, ok, _ := Decide(s, noon.Add(time.Duration(seconds)*time.Second)); ok {
			t.Fatalf("after %d s: %+v", seconds, d)
		}
	}
	if d, _, _ := Decide(s, noon.Add(90*time.Second)); d.Member != "zoe" {
		t.Fatalf("after both waits: %+v", d)
	}
	s.PutAgent(Agent{Member: "leo", Presence: Available})
	if d, _, _ := Decide(s, noon.Add(75*time.Second)); d.Member != "leo" {
		t.Fatalf("within his wait: %+v", d)
	}
}

func TestWhoLearnsWhatIsWantedIsFound(t *testing.T) {
	t.Parallel()
	s := NewSnapshot(Settings{}, nil)
	free := Agent{Member: "zoe", Presence: Available}
	s.PutAgent(free)
	s.PutWaiting(Waiting{Conversation: "c", Work: WorkChat, Since: noon, Skills: map[string]int{"legal": 5}})
	if d, ok, _ := Decide(s, noon); ok {
		t.Fatalf("nobody knows it yet: %+v", d)
	}
	free.Skills = map[string]int{"legal": 5}
	s.PutAgent(free)
	if d, _, _ := Decide(s, noon); d.Member != "zoe" {
		t.Fatalf("she knows it now: %+v", d)
	}
}
