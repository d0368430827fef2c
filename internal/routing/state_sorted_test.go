package routing

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortedKeepsItsOrderWhileItGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	l := sorted[int]{order: cmp.Compare[int]}
	in := map[int]bool{}
	check := func() {
		var got []int
		l.each(func(x int) { got = append(got, x) })
		want := make([]int, 0, len(in))
		for x := range in {
			want = append(want, x)
		}
		slices.Sort(want)
		if !slices.Equal(got, want) || l.n != len(want) {
			t.Fatalf("holds %d, want %d, or in another order", len(got), len(want))
		}
		for i, x := range want {
			if l.before(x) != i {
				t.Fatalf("%d come before %d, want %d", l.before(x), x, i)
			}
		}
		if len(want) > 0 && l.first() != want[0] || len(want) == 0 && l.first() != 0 {
			t.Fatalf("the first is %d", l.first())
		}
	}
	for _, chance := range []float64{0.9, 0.5, 0.1, 0.8} {
		for range 8_000 {
			x := 1 + r.IntN(20_000)
			switch grow := r.Float64() < chance; {
			case grow && !in[x]:
				l.insert(x)
				in[x] = true
			case !grow:
				if l.remove(x) != in[x] {
					t.Fatalf("took out %d: %v", x, !in[x])
				}
				delete(in, x)
			}
		}
		check()
	}
	for x := range in {
		l.remove(x)
		delete(in, x)
	}
	check()
	if len(l.runs) != 0 {
		t.Errorf("%d runs of nothing", len(l.runs))
	}
}
