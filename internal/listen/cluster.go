package listen

import (
	"slices"
	"time"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// Within is the stretch in which customers who say nearly the same make a cluster.
const Within = 10 * time.Minute

// FewestAlike is from how many different customers a cluster must come.
const FewestAlike = 4

// alike is how near two messages of a cluster are: three in five words the same, about.
const alike = 0.5

// shortest is how many letters a message has at least to be compared: two who say "hello" have nothing in common.
const shortest = 15

// Said is a message as clusters see it.
type Said struct {
	Message  vis.MessageID
	Customer vis.CustomerID
	At       time.Time
	// Letters is how long it is.
	Letters int
	Sign    text.Signature
}

// Clusters finds, among messages of the last day or so, oldest first, those of the last ten minutes that many customers said in nearly
// the same words, when hardly anyone did before: no history is needed, but what there is keeps "where is my parcel" from being news. Each is
// a list of places in said.
func Clusters(now time.Time, said []Said) (out [][]int) {
	since := now.Add(-Within)
	groups := together(said)
	for _, g := range groups {
		first := slices.IndexFunc(g, func(i int) bool { return said[i].At.After(since) })
		if first < 0 {
			continue
		}
		fresh, earlier := customers(said, g[first:]), customers(said, g[:first])
		if fresh < FewestAlike {
			continue
		}
		// So many in ten minutes must be news even were what came before half the truth.
		known := max(since.Sub(said[0].At), time.Hour)
		usual := (float64(earlier) + 0.1) * Within.Hours() / known.Hours()
		if surprise(fresh, usual, 0.5) >= newsBar {
			out = append(out, g[first:])
		}
	}
	return out
}

// newsBar is how surprising the size of a cluster must be, as −log₁₀.
const newsBar = 3.5

func customers(said []Said, of []int) int {
	seen := make(map[vis.CustomerID]bool, len(of))
	for _, i := range of {
		seen[said[i].Customer] = true
	}
	return len(seen)
}

// together groups what is alike: each message joins the first of its kind that shares a band with it, in time that grows with how many
// there are and not with its square.
func together(said []Said) (groups [][]int) {
	type band struct {
		at  int
		key uint32
	}
	first := make(map[band]int) // the group that a band belongs to
	for i, s := range said {
		if s.Letters < shortest || s.Sign == (text.Signature{}) {
			continue
		}
		bands := s.Sign.Bands()
		mine := -1
		for at, key := range bands {
			if g, known := first[band{at, key}]; known && said[groups[g][0]].Sign.Near(s.Sign) >= alike {
				mine = g
				break
			}
		}
		if mine < 0 {
			mine = len(groups)
			groups = append(groups, nil)
		}
		groups[mine] = append(groups[mine], i)
		for at, key := range bands {
			if _, known := first[band{at, key}]; !known {
				first[band{at, key}] = mine
			}
		}
	}
	return groups
}
