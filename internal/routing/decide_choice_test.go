package routing

import (
	"slices"
	"testing"
	"time"

	"visavis/internal/vis"
)

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
