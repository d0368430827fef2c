package listen

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// draw is a Poisson number.
func draw(dice *rand.Rand, mean float64) (n int) {
	for left := dice.ExpFloat64(); left < mean; left += dice.ExpFloat64() {
		n++
	}
	return n
}

// A board of twenty quiet reasons, week by week for four years: what it shows for nothing keeps to the budget, and a reason that comes half as often
// again, or newly, is shown.
func TestRisingsKeepTheirBudgetAndSeeWhatRises(t *testing.T) {
	t.Parallel()
	const reasons, looks, past = 20, 200, (weeksBack + 1) * week
	dice := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // nothing secret
	bar := DefaultBudget.risingBar(reasons)
	shown := 0
	for range looks {
		for r := range reasons {
			days := make([]int, past)
			for d := range days {
				busy := []float64{1.3, 1.1, 1, 1, 1, 0.6, 0.4}[d%week]
				days[d] = draw(dice, float64(1+r*r)/6*busy*(0.85+0.3*dice.Float64()))
			}
			if Rise(days).Surprise >= bar {
				shown++
			}
		}
	}
	if most := looks / int(DefaultBudget) * 2; shown > most {
		t.Errorf("%d risings for nothing in %d looks; the budget is one in %v", shown, looks, DefaultBudget)
	}
	steady := func(perDay, last int) []int {
		days := make([]int, past)
		for d := range days {
			if days[d] = perDay; d >= past-week {
				days[d] = last
			}
		}
		return days
	}
	for _, c := range []struct {
		name  string
		days  []int
		shown bool
	}{
		{"the same", steady(20, 20), false},
		{"fewer", steady(20, 5), false},
		{"half as many again", steady(20, 30), true},
		{"new", steady(0, 2), true},
		{"three people", append(steady(0, 0)[:past-3], 1, 1, 1), false},
		{"too short a past", steady(1, 9)[past-3*week:], false},
	} {
		if got := Rise(c.days).Surprise >= bar; got != c.shown {
			t.Errorf("%s: shown %v (%+v)", c.name, got, Rise(c.days))
		}
	}
	// A bad week among those before does not hide the next.
	bad := steady(20, 30)
	for d := past - 4*week; d < past-3*week; d++ {
		bad[d] = 90
	}
	if look := Rise(bad); look.Surprise < bar {
		t.Errorf("after a bad week: %+v", look)
	}
}

func TestWhatIsNewIsNamedByItsOwnWords(t *testing.T) {
	t.Parallel()
	others := strings.Split(strings.Repeat("Bonjour, où est ma commande ?|Le vendeur était aimable, merci|Je voudrais un remboursement pour mon vélo|", 20), "|")
	said := []voice{
		{"a", "Bonjour, l'écran du Ria affiche E7 et refuse de démarrer"}, {"b", "mon ecran affiche E7 ce matin"}, {"c", "Que veut dire E7 sur l'écran ?"},
		{"d", "Écran bloqué sur E7, merci de votre aide"}, {"e", "le vélo affiche toujours E7 à l'écran"},
		{"f", "Bonjour, merci"}, {"g", "Bonjour, avez-vous mon vélo ?"}, {"h", "merci bonjour"}, {"i", "Bonjour bonjour"},
		{"z", "Zèbre zèbre"}, {"z", "Zèbre !"}, {"z", "Encore zèbre"}, {"z", "zèbre"}, // one person says it all the time
	}
	got := matters(said, others)
	if len(got) != 1 || got[0].customers != 5 || len(got[0].of) != 5 {
		t.Fatalf("new are %+v", got)
	}
	if words := strings.Join(got[0].words, " "); !strings.Contains(words, "affiche") && !strings.Contains(words, "écran") {
		t.Errorf("it is called %q", words)
	}
	if none := matters(nil, others); none != nil {
		t.Errorf("of nothing: %+v", none)
	}
}

func TestAnActionSaysWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	for want, a := range map[Quadrant]Aim{Leverage: {Customer: 1, House: 1}, Simplify: {Customer: 1}, Automate: {House: 1}, Eliminate: {}} {
		if got := a.Quadrant(); got != want {
			t.Errorf("%+v is to %s, want %s", a, got, want)
		}
	}
}
