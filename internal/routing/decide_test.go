package routing

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
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
