package routing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"visavis/internal/vis"
)

// A big house: 30 queues, 5 languages, 50 skills at 4 levels, so up to 30,000 different needs.
const (
	benchTeams     = 30
	benchLanguages = 5
	benchSkills    = 50
)

// bigHouse makes up members and conversations, and remembers what each member holds.
type bigHouse struct {
	*rand.Rand
	s       *Snapshot
	now     time.Time
	made    int
	relax   int
	skills  int  // how many there are
	levels  int  // how high they are wanted at most
	strange bool // the most urgent tenth speaks what nobody does
	all     []vis.MemberID
	holding []vis.MemberID // once for each chat that is held
}

func newBigHouse(agents, waiting int, change func(*bigHouse)) *bigHouse {
	h := &bigHouse{Rand: rand.New(rand.NewPCG(7, 7)), now: noon, skills: benchSkills, levels: 4}
	change(h)
	queues := map[vis.TeamID]Queue{}
	for i := range benchTeams {
		queues[team(i)] = Queue{Mode: Push, AdviserFor: 30, LastFor: 15, RelaxAfter: h.relax, Overflow: []Overflow{{Team: team((i + 1) % benchTeams), After: 3600 * 24}}}
	}
	h.s = NewSnapshot(Settings{}, queues)
	for i := range agents {
		h.s.PutAgent(h.agent(i))
	}
	for range waiting {
		h.arrive()
	}
	return h
}

func team(i int) vis.TeamID { return vis.TeamID(fmt.Sprintf("team-%02d", i)) }

func (h *bigHouse) language() string {
	return []string{"fr", "en", "de", "es", "it"}[h.IntN(benchLanguages)]
}

func (h *bigHouse) agent(i int) Agent {
	a := Agent{Member: vis.MemberID(fmt.Sprintf("member-%04d", i)), Presence: Available, Skills: map[string]int{}, IdleSince: h.now,
		Teams: []vis.TeamID{team(h.IntN(benchTeams)), team(h.IntN(benchTeams))}, Languages: []string{h.language(), h.language()}}
	for range 6 {
		a.Skills[fmt.Sprintf("skill-%02d", h.IntN(h.skills))] = 1 + h.IntN(5)
	}
	h.all = append(h.all, a.Member)
	return a
}

// arrive has a conversation begin to wait; one in ten has an adviser, and one in ten somebody who answered before.
func (h *bigHouse) arrive() {
	h.made++
	w := Waiting{Conversation: vis.ConversationID(fmt.Sprintf("conversation-%08d", h.made)), Team: team(h.IntN(benchTeams)), Work: WorkChat,
		Rank: h.Int64N(1e6), Since: h.now.Add(-time.Duration(h.IntN(600)) * time.Second), Language: h.language(),
		Skills: map[string]int{fmt.Sprintf("skill-%02d", h.IntN(h.skills)): 1 + h.IntN(h.levels)}}
	switch h.IntN(10) {
	case 0:
		w.Adviser = h.all[h.IntN(len(h.all))]
	case 1:
		w.Last = h.all[h.IntN(len(h.all))]
	case 2:
		if h.strange {
			w.Language, w.Rank = "xx", w.Rank+1e6
		}
	}
	h.s.PutWaiting(w)
}

// load puts one chat more or less on a member.
func (h *bigHouse) load(m vis.MemberID, more int) {
	a, _ := h.s.Agent(m)
	if a.Load == nil {
		a.Load = map[Work]int{}
	}
	a.Load[WorkChat] += more
	a.IdleSince = h.now
	h.s.PutAgent(a)
}

// decide decides and carries it out.
func (h *bigHouse) decide() bool {
	d, ok, _ := Decide(h.s, h.now)
	if ok {
		h.s.RemoveWaiting(d.Conversation)
		h.load(d.Member, 1)
		h.holding = append(h.holding, d.Member)
	}
	return ok
}

// finish ends one chat, of anybody, and returns whose.
func (h *bigHouse) finish() vis.MemberID {
	i := h.IntN(len(h.holding))
	m := h.holding[i]
	h.holding[i] = h.holding[len(h.holding)-1]
	h.holding = h.holding[:len(h.holding)-1]
	h.load(m, -1)
	return m
}

// turn is one decision with all that goes with it, so that as many wait and are busy after it as before: a chat ends, its member gets
// another, a conversation arrives. When nothing that waits is for her, she is kept busy otherwise; it reports whether there was something.
func (h *bigHouse) turn() bool {
	m := h.finish()
	decided := h.decide()
	if decided {
		h.arrive()
	} else {
		h.load(m, 1)
		h.holding = append(h.holding, m)
	}
	h.now = h.now.Add(time.Millisecond)
	return decided
}

// fill has everybody busy.
func (h *bigHouse) fill() {
	for h.decide() {
		h.arrive()
	}
	for _, m := range h.all {
		for a, _ := h.s.Agent(m); a.Load[WorkChat] < defaultChats; a, _ = h.s.Agent(m) {
			h.load(m, 1)
			h.holding = append(h.holding, m)
		}
	}
}

// What a turn costs grows with the logarithm of how many wait: with the same needs, a hundred times as many cost a few comparisons more,
// also when the most urgent tenth is for nobody.
func TestADecisionCostsTheLogarithmOfTheQueue(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it only counts, and nothing runs beside it: the race detector makes it ten times slower")
	}
	steps := func(waiting int) float64 {
		h := newBigHouse(200, waiting, func(h *bigHouse) { h.skills, h.levels, h.strange = 1, 1, true })
		h.fill()
		const turns = 500
		h.s.steps = 0
		for range turns {
			h.turn()
		}
		return float64(h.s.steps) / turns
	}
	few, many := steps(1_000), steps(100_000)
	t.Logf("%.0f steps with 1,000 that wait, %.0f with 100,000", few, many)
	if more := many - few; more > 10*math.Log2(100) {
		t.Errorf("a hundred times as many cost %.0f steps more, %.0f after %.0f", more, many, few)
	}
}

// BenchmarkDecide measures a turn. "busy" is a house in which
// everybody is busy but the one whose chat has just ended; in "strange" the most urgent tenth is for nobody; in "relaxed" what is wanted
// falls as time goes by.
func BenchmarkDecide(b *testing.B) {
	for name, change := range map[string]func(*bigHouse){
		"busy":    func(*bigHouse) {},
		"strange": func(h *bigHouse) { h.strange = true },
		"relaxed": func(h *bigHouse) { h.relax = 300 },
	} {
		for _, waiting := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/waiting=%d", name, waiting), func(b *testing.B) {
				h := newBigHouse(1000, waiting, change)
				h.fill()
				b.ReportAllocs()
				b.ResetTimer()
				decided := 0
				for range b.N {
					if h.turn() {
						decided++
					}
				}
				b.ReportMetric(float64(decided)/b.Elapsed().Seconds(), "decisions/s")
				b.ReportMetric(float64(decided)/float64(b.N), "decided")
			})
		}
	}
}

// BenchmarkDecideAlone is Decide and nothing else, when everybody is free (all needs open, all members to choose from) or nobody is.
func BenchmarkDecideAlone(b *testing.B) {
	for _, free := range []bool{true, false} {
		b.Run(fmt.Sprintf("free=%v", free), func(b *testing.B) {
			h := newBigHouse(1000, 100_000, func(h *bigHouse) { h.strange = true })
			if !free {
				h.fill()
			}
			Decide(h.s, h.now)
			b.ResetTimer()
			for range b.N {
				Decide(h.s, h.now)
			}
		})
	}
}

// BenchmarkGeneralist is the worst there is for blocked needs: one member of all teams, who speaks and knows everything and has room for
// one chat, is the only one; each time she is free all needs are open, and blocked again when she is not.
func BenchmarkGeneralist(b *testing.B) {
	h := newBigHouse(1, 100_000, func(*bigHouse) {})
	a, _ := h.s.Agent(h.all[0])
	for i := range benchTeams {
		a.Teams = append(a.Teams, team(i))
	}
	for i := range benchSkills {
		a.Skills[fmt.Sprintf("skill-%02d", i)] = 5
	}
	a.Languages, a.Capacity = nil, map[Work]int{WorkChat: 1}
	h.s.PutAgent(a)
	h.fill()
	for b.Loop() {
		h.turn()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
	b.ReportMetric(float64(len(h.s.byKey)), "needs")
}

// BenchmarkFirst brings up a house of 100,000 that wait: everything put in, and the first decision.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		newBigHouse(1000, 100_000, func(*bigHouse) {}).decide()
	}
}
