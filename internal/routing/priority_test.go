package routing

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

func drawWeights(t *rapid.T) Weights {
	weight := func(name string) int { return rapid.IntRange(0, 100).Draw(t, name) }
	return Weights{Criticality: weight("criticality"), Influence: weight("influence"), Value: weight("value"), Mood: weight("mood"),
		Repeat: weight("repeat"), Deadline: weight("deadline"), Slack: weight("slack"), PerHour: rapid.IntRange(1, 100).Draw(t, "perHour")}
}

// drawSubject draws what may be known, and a little that never should be.
func drawSubject(t *rapid.T, id int, since time.Time) Subject {
	s := Subject{Conversation: vis.ConversationID(fmt.Sprint("c", id)), Value: rapid.IntRange(-10, 120).Draw(t, "value"),
		Unproved: rapid.Bool().Draw(t, "unproved"), Slack: pick(t, "slack", 0, 0.75, 0.9, 1, 3.5), WaitingSince: since,
		About: desk.About{Criticality: rapid.IntRange(-1, 5).Draw(t, "criticality"), Mood: rapid.IntRange(-100, 100).Draw(t, "mood"),
			Influence: rapid.Int64Range(-5, 1e9).Draw(t, "influence"), Contacts: rapid.IntRange(0, 50).Draw(t, "contacts")}}
	if rapid.Bool().Draw(t, "due") {
		s.About.DeadlineAt = noon.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "deadline")) * time.Hour)
	}
	return s
}

func TestPointsSumToTheTotalAndStayWithinTheirWeights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Score(drawWeights(t), drawSubject(t, 1, noon.Add(-time.Duration(rapid.IntRange(0, 1e7).Draw(t, "waited"))*time.Millisecond)), noon)
		sum := 0.0
		for _, point := range p.Points {
			sum += point.Points
			if point.Points < 0 || point.Name != PointWaiting && point.Points > point.Most {
				t.Fatalf("%+v", point)
			}
		}
		if math.Abs(sum-p.Total) > 1e-9 {
			t.Fatalf("points sum to %v, total %v", sum, p.Total)
		}
	})
}

func TestOrderByRankIsOrderByScoreAtAnyMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeights(t)
		some := func(id int) Subject {
			s := drawSubject(t, id, noon.Add(-time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "since"))*time.Millisecond))
			s.About.DeadlineAt = time.Time{} // whose steps are written down when they come
			return s
		}
		a, b := some(1), some(2)
		later := noon.Add(time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "later")) * time.Millisecond)
		ranks := cmp.Compare(Rank(w, a, noon), Rank(w, b, noon))
		if scores := cmp.Compare(Score(w, a, later).Total, Score(w, b, later).Total); scores != ranks {
			t.Fatalf("%d by rank, %d by score: %+v and %+v", ranks, scores, a, b)
		}
	})
}

// In any sequence of arrivals, served one after the other by rank, a conversation is overtaken only by those that arrive within
// Overtaken after it: so whoever waits comes first in the end.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWeights(t)
		limit := w.Overtaken() + 4*time.Second // a thousandth of a point at 1 per hour takes 3.6 s
		now := noon
		var queue []Subject
		for id := range rapid.IntRange(1, 60).Draw(t, "arrivals") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "minutes")) * time.Minute)
			queue = append(queue, drawSubject(t, id, now))
			for range rapid.IntRange(0, 2).Draw(t, "served") {
				if len(queue) == 0 {
					break
				}
				first := w.order(queue, now)[0]
				i := slices.IndexFunc(queue, func(s Subject) bool { return s.Conversation == first })
				served := queue[i]
				queue = slices.Delete(queue, i, i+1)
				for _, s := range queue {
					if late := served.WaitingSince.Sub(s.WaitingSince); late > limit {
						t.Fatalf("%q was overtaken by one that came %v later; the limit is %v", s.Conversation, late, limit)
					}
				}
			}
		}
	})
}

func TestARankHoldsUntilItsNextChange(t *testing.T) {
	t.Parallel()
	w := Presets()["urgent"]
	rapid.Check(t, func(t *rapid.T) {
		s := drawSubject(t, 1, noon)
		rank, next := Rank(w, s, noon), NextChange(s, noon)
		for now := noon; now.Before(noon.Add(110 * time.Hour)); now = now.Add(7 * time.Minute) {
			changed := Rank(w, s, now) != rank
			due := !next.IsZero() && !now.Before(next)
			if changed != due {
				t.Fatalf("at %v changed: %v; next change %v", now, changed, next)
			}
			if due {
				rank, next = Rank(w, s, now), NextChange(s, now)
			}
		}
	})
}

func TestEachTermGrowsAsItShould(t *testing.T) {
	t.Parallel()
	all := Weights{Criticality: 100, Influence: 100, Value: 100, Mood: 100, Repeat: 100, Deadline: 100, Slack: 100, PerHour: 10}
	for _, c := range []struct {
		name string
		s    Subject
		want float64
	}{
		{PointCriticality, Subject{About: desk.About{Criticality: 2}}, 25},
		{PointCriticality, Subject{About: desk.About{Criticality: 4}}, 100},
		{PointInfluence, Subject{About: desk.About{Influence: 10}}, 0},
		{PointInfluence, Subject{About: desk.About{Influence: 10_000}}, 60},
		{PointInfluence, Subject{About: desk.About{Influence: 50_000_000}}, 100},
		{PointValue, Subject{Value: 70}, 70},
		{PointValue, Subject{Value: 70, Unproved: true}, 0},
		{PointMood, Subject{About: desk.About{Mood: 80}}, 0},
		{PointMood, Subject{About: desk.About{Mood: -40}}, 40},
		{PointRepeat, Subject{About: desk.About{Contacts: 1}}, 0},
		{PointRepeat, Subject{About: desk.About{Contacts: 3}}, 75},
		{PointDeadline, Subject{About: desk.About{DeadlineAt: noon.Add(73 * time.Hour)}}, 0},
		{PointDeadline, Subject{About: desk.About{DeadlineAt: noon.Add(24 * time.Hour)}}, 50},
		{PointDeadline, Subject{About: desk.About{DeadlineAt: noon.Add(-time.Hour)}}, 100},
		{PointSlack, Subject{Slack: 0.75}, 50},
		{PointSlack, Subject{Slack: 0.9}, 75},
		{PointSlack, Subject{Slack: 2}, 100},
		{PointWaiting, Subject{WaitingSince: noon.Add(-90 * time.Minute)}, 15},
		{PointWaiting, Subject{WaitingSince: noon.Add(time.Minute)}, 0},
	} {
		for _, p := range Score(all, c.s, noon).Points {
			if p.Name == c.name && p.Points != c.want {
				t.Errorf("%s of %+v brings %v, want %v", c.name, c.s, p.Points, c.want)
			}
		}
	}
	if Rank(all, Subject{Value: 100}, noon) != desk.Unranked {
		t.Error("a conversation in which nobody waits has a rank")
	}
}

func TestPresetsAreSoundAndWeightsOutsideAreRefused(t *testing.T) {
	t.Parallel()
	presets := Presets()
	for _, name := range []string{"balanced", "urgent", "loyal", "public", "fair"} {
		if err := presets[name].Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, w := range []Weights{{}, {PerHour: 101}, {PerHour: 1, Mood: -1}, {PerHour: 1, Slack: 101}} {
		if vis.CodeOf(w.Check()) != vis.Invalid {
			t.Errorf("%+v passes", w)
		}
	}
}

func TestPreviewSaysWhoMoves(t *testing.T) {
	t.Parallel()
	subjects := []Subject{
		{Conversation: "old", WaitingSince: noon.Add(-3 * time.Hour)},
		{Conversation: "danger", WaitingSince: noon, About: desk.About{Criticality: 4}},
		{Conversation: "answered", About: desk.About{Criticality: 4}},
		{Conversation: "new", WaitingSince: noon},
	}
	got := Preview(Presets()["fair"], Presets()["urgent"], subjects, noon)
	want := []Moved{{"danger", 2, 1}, {"old", 1, 2}, {"new", 3, 3}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
