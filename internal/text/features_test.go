package text

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// standing are the words that stand apart in a text, as features.
func standing(text string) []feature {
	var s scan
	s.take(text)
	return s.apart(nil)
}

func TestWordsApartAreTheSameWhicheverComesFirst(t *testing.T) {
	t.Parallel()
	ids := func(text string) (out []uint32) {
		for _, f := range standing(text) {
			out = append(out, f.id)
		}
		return out
	}
	for _, c := range []struct {
		a, b   string
		common bool
	}{
		{"never got the parcel", "the parcel that I never saw", true},
		{"remboursé, toujours pas ?", "pas encore là ! mon remboursement", true}, // by how they begin, over marks
		{"never parcel", "parcel never", false},                                  // next to each other: two in a row know that already
		{"parcel a b c d e never", "never v w x y z parcel", false},              // too far
	} {
		first, second := ids(c.a), ids(c.b)
		if got := slices.ContainsFunc(first, func(id uint32) bool { return slices.Contains(second, id) }); got != c.common {
			t.Errorf("%q and %q have something in common: %v", c.a, c.b, got)
		}
	}
}

func TestBothWordsThatStandApartAreShownAndNoneBetween(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]float64{
		"never the parcel":   {0.5, 0, 0.5},
		"never - the parcel": {0.5, 0, 0, 0.5},
	} {
		all := standing(text)
		got := make([]float64, len(want))
		if len(all) != 1 {
			t.Fatalf("%q has %d couples of words apart", text, len(all))
		}
		if all[0].spread(got, 1); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if far := standing("never " + strings.Repeat("- + ", 200) + "the parcel"); len(far) != 0 {
		t.Errorf("%d couples over four hundred marks", len(far))
	}
}

// Whoever asks for a plane beside another gets both in one.
func TestAPlaneBesideAnotherIsAddedToIt(t *testing.T) {
	t.Parallel()
	var examples []Example
	for i, m := range Seed()[:300] {
		examples = append(examples, Example{Text: m.Text, Label: []string{"even", "odd"}[i%2]})
	}
	both := learn(examples, Recipe{Rarest: 2, Cost: 1, Bayes: 0.1, Beside: 0.5})
	alone := learn(examples, Recipe{Rarest: 2, Cost: 1})
	if len(both.ids) != len(alone.ids) {
		t.Fatalf("%d features, and %d alone", len(both.ids), len(alone.ids))
	}
	// The one beside it learns from the same features, which the recipe for Bayes alone would count plainly.
	v := alone.vocabulary
	var xs vectors
	v.each(examples, false, func(w *work) {
		w.counted[0] = w.tally(v.rare, false, w.counted[0])
		xs.add(w.counted[0])
	})
	beside := learnOver(v, xs, alone.labels, examples, Recipe{Rarest: 2, Cost: 1, Bayes: 0.1})
	differ := 0
	for i, w := range both.planes[1].weight {
		want := float64(alone.planes[1].weight[i]) + 0.5*float64(beside.planes[1].weight[i])
		if math.Abs(float64(w)-want) > 1e-6 {
			t.Fatalf("feature %d weighs %v, want %v", i, w, want)
		}
		if w != alone.planes[1].weight[i] {
			differ++
		}
	}
	if differ == 0 {
		t.Error("nothing was beside it")
	}
}
