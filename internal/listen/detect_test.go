package listen

import (
	"fmt"
	"math"
	"testing"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

var tuesday = time.Date(2026, 3, 3, 15, 20, 0, 0, time.UTC)

// weeks are four of them: by day so many messages an hour, by night none.
func weeks(byDay int) []int {
	out := make([]int, int(Kept/time.Hour))
	first := tuesday.Truncate(time.Hour).Add(-Kept)
	for i := range out {
		if h := first.Add(time.Duration(i) * time.Hour).Hour(); h >= 8 && h < 20 {
			out[i] = byDay + i%3 - 1
		}
	}
	return out
}

func TestTheTailIsThatOfTheDistribution(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k            int
		mean, spread float64
		want         float64
	}{
		{10, 1, 0, -math.Log10(1.1142547833872e-07)}, // Poisson, by hand
		{3, 1, 1, 3 * math.Log10(2)},                 // geometric: one half each
		{20, 2, 0.5, -math.Log10(11 * math.Pow(2, -20))},
		{5, 5, 0.2, 0},
		{0, 1, 0.2, 0},
	} {
		if got := surprise(c.k, c.mean, c.spread); math.Abs(got-c.want) > 0.02 {
			t.Errorf("%d of %v with spread %v surprises by %.3f, want %.3f", c.k, c.mean, c.spread, got, c.want)
		}
	}
}

func TestSurpriseGrowsWithWhatIsSeenAndIsFinite(t *testing.T) {
	t.Parallel()
	for _, mean := range []float64{0, 1e-12, 0.01, 1, 50, 1e6} {
		for _, spread := range []float64{0, 0.02, 0.3, 4} {
			before := 0.0
			for _, k := range []int{0, 1, 3, 10, 100, 5000, 1e7} {
				got := surprise(k, mean, spread)
				if got < before-1e-6 || math.IsNaN(got) || math.IsInf(got, 0) {
					t.Fatalf("%d of %v with spread %v surprises by %v, and fewer by %v", k, mean, spread, got, before)
				}
				before = got
			}
		}
	}
}

func TestTheSameBurstSurprisesByNightAndNotAtNoon(t *testing.T) {
	t.Parallel()
	b := Learn(tuesday, weeks(30))
	minutes := make([]int, 60)
	for i := 45; i < 60; i++ {
		minutes[i] = i % 2
	}
	bar := DefaultBudget.Bar(0)
	if by := b.Judge(tuesday, minutes); by.Surprise >= bar {
		t.Errorf("in the afternoon: %+v", by)
	}
	night := tuesday.Add(12 * time.Hour)
	if by := b.Judge(night, minutes); by.Surprise < bar || by.Seen != 8 || by.Window != 15*time.Minute && by.Window != time.Hour {
		t.Errorf("by night: %+v", by)
	}
}

func TestYesterdaysOutageIsNotUsualToday(t *testing.T) {
	t.Parallel()
	quiet, struck := weeks(12), weeks(12)
	for h := range 5 {
		struck[len(struck)-24+h] = 400
	}
	a, b := Learn(tuesday, quiet), Learn(tuesday, struck)
	if x, y := a.expect(tuesday, time.Hour), b.expect(tuesday, time.Hour); y > 1.5*x {
		t.Errorf("an outage moves what is usual from %.1f to %.1f an hour", x, y)
	}
	minutes := make([]int, 60)
	for i := range 15 {
		minutes[45+i] = 2
	}
	if look := b.Judge(tuesday, minutes); look.Surprise < DefaultBudget.Bar(0) {
		t.Errorf("the next outage is not seen: %+v", look)
	}
}

func TestNothingIsKnownAtFirst(t *testing.T) {
	t.Parallel()
	b := Learn(tuesday, nil)
	minutes := make([]int, 60)
	minutes[59] = Fewest - 1
	if look := b.Judge(tuesday, minutes); look != (Look{}) {
		t.Errorf("three messages are a burst: %+v", look)
	}
	minutes[58] = 3
	if look := b.Judge(tuesday, minutes); look.Surprise < DefaultBudget.Bar(0) {
		t.Errorf("six messages of a new topic in two minutes are none: %+v", look)
	}
	if look := (Baseline{}).Judge(tuesday, minutes); math.IsNaN(look.Surprise) || math.IsInf(look.Surprise, 0) {
		t.Errorf("the zero baseline says %+v", look)
	}
	if look := b.Judge(tuesday, nil); look != (Look{}) {
		t.Errorf("no minutes say %+v", look)
	}
}

func TestAGreaterBudgetAndVerdictsMoveTheBar(t *testing.T) {
	t.Parallel()
	if Budget(0).Bar(0) != DefaultBudget.Bar(0) || Budget(10).Bar(0) >= DefaultBudget.Bar(0) || Budget(1e9).Bar(0) != MostBudget.Bar(0) {
		t.Error("a bar is not that of its budget")
	}
	learnt := 0.0
	for range 10 {
		learnt = Learned(learnt, false)
	}
	if learnt != 2.4 {
		t.Errorf("false alarms add %v at most", learnt)
	}
	for range 100 {
		learnt = Learned(learnt, true)
	}
	if learnt != -0.4 {
		t.Errorf("right alarms take %v at most", learnt)
	}
}

// speech makes messages, the last of them a minute ago, one each so many minutes before, by customers of their own.
func speech(apart time.Duration, words ...string) (out []Said) {
	for i, w := range words {
		out = append(out, Said{Message: vis.MessageID(fmt.Sprint("m", i)), Customer: vis.CustomerID(fmt.Sprint("c", i)), Letters: len(w), Sign: text.Sign(w),
			At: tuesday.Add(-time.Minute - time.Duration(len(words)-1-i)*apart)})
	}
	return out
}

func TestFourWhoSayTheSameAreAClusterWithoutHistory(t *testing.T) {
	t.Parallel()
	words := []string{
		"Bonjour, j'aimerais changer l'adresse de livraison", "plus d'internet depuis ce matin à Lyon",
		"Plus d'internet depuis ce matin a Lyon !!", "Do you have the blue one in size 42?", "plus internet depuis ce matin à lyon 3",
		"plus d internet depuis ce matin a lyon...", "Merci beaucoup", "Merci beaucoup", "Merci beaucoup", "Merci beaucoup",
	}
	found := Clusters(tuesday, speech(30*time.Second, words...))
	if len(found) != 1 || fmt.Sprint(found[0]) != "[1 2 4 5]" {
		t.Fatalf("found %v", found)
	}
	same := speech(30*time.Second, words...)
	for i := range same {
		same[i].Customer = "one who insists"
	}
	if found := Clusters(tuesday, same); len(found) != 0 {
		t.Errorf("one customer alone is a cluster: %v", found)
	}
	if found := Clusters(tuesday, speech(5*time.Minute, words...)); len(found) != 0 {
		t.Errorf("four in half an hour are a cluster: %v", found)
	}
	if found := Clusters(tuesday, nil); found != nil {
		t.Errorf("nothing said is %v", found)
	}
}

func TestWhatManyAlwaysSayIsNoNews(t *testing.T) {
	t.Parallel()
	const where = "Où est ma commande, s'il vous plaît ?"
	var words []string
	for range 100 {
		words = append(words, where)
	}
	always := append(speech(4*time.Minute, words...), speech(time.Minute, words[:4]...)...)
	if found := Clusters(tuesday, always); len(found) != 0 {
		t.Errorf("what is said each four minutes is news: %d", len(found))
	}
	if found := Clusters(tuesday, append(speech(4*time.Minute, words...), speech(10*time.Second, words[:40]...)...)); len(found) != 1 {
		t.Errorf("forty at once are none: %v", found)
	}
}
