package text

import (
	"cmp"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Example is a text with what it is said to be.
type Example struct {
	Text  string
	Label string
	// Weight is how many examples it counts for; 0 is 1.
	Weight float64
}

// Recipe says how a classifier learns.
type Recipe struct {
	// Cost is what a mistake costs against a simpler rule; 0 takes less the fewer examples a label has.
	Cost float64
	// Rarest is how many examples must have a feature for it to count.
	Rarest int
	// Bayes scales features by how much more often a label's examples have them than others, smoothed by so much (Wang and Manning
	// 2012); 0 does not. It suits what is said of things, such as mood: three words in a row count then, and rare ones not for more.
	Bayes float64
	// Beside adds to each plane so much of another one, found with features scaled as Bayes says: the one knows what tells a label apart from all
	// others, the other what goes with it. Both weigh the same features, so together they are one plane again.
	Beside float64
	// Tongue learns languages.
	Tongue bool
	// Concepts also counts which words mean alike by the built-in lexicon. It is written for what customers want of a firm; where texts are about
	// other things it is in the way.
	Concepts bool
	// Apart also counts which words stand near each other with others between them; where examples are few, these are more than they can carry.
	Apart bool
	Seed  uint64
}

// How long a plane is moved: until no example would move it by more than close, or for so many rounds.
const (
	close  = 0.02
	rounds = 100
)

// vectors are examples as features of the vocabulary, in the order of their places in it, one example after another.
type vectors struct {
	from []int // the first feature of each example, and the end
	at   []int32
	by   []float32
}

func (v *vectors) add(of []counted) {
	if len(v.from) == 0 {
		v.from = append(v.from, 0)
	}
	for _, c := range of {
		v.at, v.by = append(v.at, c.at), append(v.by, c.share)
	}
	v.from = append(v.from, len(v.at))
}

// rarity is in how many parts one doubling is told apart, in a byte.
const rarity = 20

// rare is how much a feature counts that so many of n texts have, in parts of rarity: the smoothed logarithm (idf).
func rare(n, having int) uint8 {
	return uint8(min(255, math.Round(rarity*(1+math.Log(float64(1+n)/float64(1+having))))))
}

// vocabulary numbers the features that count, by their ids in order.
type vocabulary struct {
	ids  []uint32
	rare []uint8
	at   map[uint32]int32
}

// count finds the features that enough examples have.
func count(examples []Example, r Recipe) vocabulary {
	type known struct {
		having int
		kind   featureKind
	}
	all := make(map[uint32]known)
	var w work
	for _, e := range examples {
		w.take(e.Text, r.Tongue)
		slices.SortFunc(w.features, func(a, b feature) int { return cmp.Compare(a.id, b.id) })
		for i, f := range w.features {
			if (i == 0 || f.id != w.features[i-1].id) && r.counts(f.kind) {
				all[f.id] = known{all[f.id].having + 1, f.kind}
			}
		}
	}
	v := vocabulary{at: make(map[uint32]int32)}
	for id, one := range all {
		if one.having >= r.least(one.kind) {
			v.ids = append(v.ids, id)
		}
	}
	slices.Sort(v.ids)
	for i, id := range v.ids {
		v.at[id] = int32(i)
		v.rare = append(v.rare, rare(len(examples), all[id].having))
	}
	return v
}

func (r Recipe) counts(k featureKind) bool {
	switch k {
	case concept, couple:
		return r.Concepts
	case apart:
		return r.Apart
	}
	return true
}

// least is how many examples must have a feature. Of three words in a row and of words apart there are so many that it takes the square of it.
func (r Recipe) least(k featureKind) int {
	if k == threeWords || k == apart {
		return r.Rarest * r.Rarest
	}
	return r.Rarest
}

// find is the place of a feature.
func (v vocabulary) find(id uint32) (int32, bool) {
	at, ok := v.at[id]
	return at, ok
}

// finder finds the place of a feature, in a vocabulary or a finished table.
type finder interface {
	find(id uint32) (int32, bool)
}

// counted is a feature with how often a text has it.
type counted struct {
	at    int32 // its place in the vocabulary
	first int32 // the first of its occurrences among the known
	times int32
	kind  featureKind
	// share is what the length of the whole makes of it: the root of how often, times how rare, over the length.
	share float32
}

// lengths are those to which words, pieces, concepts, couples of these and words apart are normed, each for themselves; plainly for what is said of things.
var (
	lengths      = [sides]float64{1, 1.2, 0.35, 0.5, 0.7}
	lengthsPlain = [sides]float64{1, 1.2, 0.5, 0.3, 0}
)

// know finds which of the text's features are known, in the order of their places.
func (w *work) know(f finder) {
	w.known = w.known[:0]
	for i, one := range w.features {
		if at, ok := f.find(one.id); ok {
			w.known = append(w.known, uint64(at)<<32|uint64(i))
		}
	}
	slices.Sort(w.known)
}

// tally counts the known features, and norms words and pieces each for themselves, so that a long word does not outweigh a short one for
// its pieces. Rare features count for more where plain is false.
func (w *work) tally(rare []uint8, plain bool, to []counted) []counted {
	to = to[:0]
	var square [sides]float64
	lengths := lengths
	if plain {
		lengths = lengthsPlain
	}
	for i := 0; i < len(w.known); {
		at := int32(w.known[i] >> 32)
		j := i + 1
		for j < len(w.known) && int32(w.known[j]>>32) == at {
			j++
		}
		if kind := w.features[uint32(w.known[i])].kind; kind != threeWords && kind != apart || plain == (kind == threeWords) {
			share := math.Sqrt(float64(j - i))
			if !plain {
				share *= float64(rare[at]) / rarity
			}
			square[side(kind)] += float64(share * share)
			to = append(to, counted{at, int32(i), int32(j - i), kind, float32(share)})
		}
		i = j
	}
	for i, c := range to {
		to[i].share = float32(lengths[side(c.kind)] * float64(c.share) / math.Sqrt(square[side(c.kind)]))
	}
	return to
}

// The kinds of features that are normed for themselves.
const (
	sideWords = iota
	sidePieces
	sideConcepts
	sideCouples
	sideApart
	sides
)

func side(k featureKind) int {
	switch k {
	case piece:
		return sidePieces
	case concept:
		return sideConcepts
	case couple:
		return sideCouples
	case apart:
		return sideApart
	}
	return sideWords
}

// plane separates the texts of a label from all others: a text is of it the more, the higher the sum of its features' weights.
type plane struct {
	weight []float32 // by place in the vocabulary
	bias   float64
}

// learnt are the planes of some labels over one vocabulary.
type learnt struct {
	vocabulary
	labels []string
	planes []plane
}

// learn finds a plane for each label, or one for the second of two. The same examples in the same order give the same planes on every
// machine.
func learn(examples []Example, r Recipe) *learnt {
	v := count(examples, r)
	var xs vectors
	v.each(examples, r.Tongue, func(w *work) {
		w.counted[0] = w.tally(v.rare, r.plain(), w.counted[0])
		xs.add(w.counted[0])
	})
	return learnOver(v, xs, labelsOf(examples), examples, r)
}

// each takes examples apart, one after another.
func (v vocabulary) each(examples []Example, tongue bool, do func(*work)) {
	var w work
	for _, e := range examples {
		w.take(e.Text, tongue)
		w.know(v)
		do(&w)
	}
}

// labelsOf are the labels that examples have, in order.
func labelsOf(examples []Example) (out []string) {
	for _, e := range examples {
		if at, known := slices.BinarySearch(out, e.Label); !known {
			out = slices.Insert(out, at, e.Label)
		}
	}
	return out
}

// learnOver is learn over a vocabulary and vectors that others share, for labels of which some may have no example.
func learnOver(v vocabulary, xs vectors, labels []string, examples []Example, r Recipe) *learnt {
	l := &learnt{vocabulary: v, labels: labels}
	lesson := lesson{size: len(v.ids), recipe: r, xs: xs, of: make([]int, len(examples)), weight: make([]float64, len(examples))}
	for i, e := range examples {
		lesson.of[i], _ = slices.BinarySearch(l.labels, e.Label)
		lesson.weight[i] = cmp.Or(e.Weight, 1)
	}
	// The fewer examples a label has, the simpler the rule that can be trusted, and the more each of them counts against all others.
	each := float64(len(examples)) / float64(len(l.labels))
	lesson.recipe.Cost = cmp.Or(r.Cost, min(max(each/50, 0.2), 1))
	lesson.yes = min(max(32/each, 1), 4)
	l.planes = make([]plane, len(l.labels))
	first := 0
	if len(l.labels) == 2 {
		first = 1 // the other is its mirror
	}
	var workers sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for k := first; k < len(l.labels); k++ {
		slots <- struct{}{}
		workers.Go(func() {
			defer func() { <-slots }()
			l.planes[k] = lesson.plane(k)
		})
	}
	workers.Wait()
	if first == 1 {
		l.planes[0] = l.planes[1].mirror()
	}
	return l
}

func (p plane) mirror() plane {
	out := plane{make([]float32, len(p.weight)), -p.bias}
	for i, w := range p.weight {
		out.weight[i] = -w
	}
	return out
}

// plain reports whether rare features count for no more than others.
func (r Recipe) plain() bool { return r.Bayes > 0 && r.Beside == 0 || r.Tongue }

// lesson is what planes are learnt from.
type lesson struct {
	recipe Recipe
	size   int
	xs     vectors
	of     []int // the label of each
	weight []float64
	// yes is how many times more a mistake about an example of the label costs than one about another.
	yes float64
}

// plane finds the one between the examples of label k and the others.
func (l lesson) plane(k int) plane {
	if l.recipe.Beside == 0 {
		return l.find(k, l.odds(k))
	}
	out, beside := l.find(k, nil), l.find(k, l.odds(k))
	for i, w := range beside.weight {
		out.weight[i] += float32(l.recipe.Beside * float64(w))
	}
	out.bias += float64(l.recipe.Beside * beside.bias)
	return out
}

// find finds a plane by dual coordinate descent for a linear support vector machine with squared hinge loss (Hsieh et al. 2008, algorithm 1),
// with features scaled or as they are.
func (l lesson) find(k int, scale []float64) plane {
	if scale != nil {
		by := make([]float32, len(l.xs.by))
		for j, f := range l.xs.at {
			by[j] = float32(float64(l.xs.by[j]) * scale[f])
		}
		l.xs.by = by
	}
	w := make([]float64, l.size+1) // the last is the bias
	n := len(l.of)
	alpha, square, order := make([]float64, n), make([]float64, n), make([]int, n)
	for i := range order {
		order[i], square[i] = i, 1
		for _, v := range l.xs.by[l.xs.from[i]:l.xs.from[i+1]] {
			square[i] += float64(float64(v) * float64(v))
		}
	}
	random := rand.New(rand.NewPCG(l.recipe.Seed, uint64(k)))
	active, clear := len(order), math.Inf(1) // those after the active ones are clearly on their side: they are looked at again at the end
	for range rounds {
		random.Shuffle(active, func(i, j int) { order[i], order[j] = order[j], order[i] })
		most := 0.0
		for at := 0; at < active; {
			i := order[at]
			slope := l.descend(i, k, w, &alpha[i], square[i])
			if alpha[i] == 0 && slope > clear {
				active--
				order[at], order[active] = order[active], order[at]
				continue
			}
			if alpha[i] > 0 || slope < 0 {
				most = max(most, math.Abs(slope))
			}
			at++
		}
		switch {
		case most >= close:
			clear = most
		case active == len(order):
			return l.finish(w, scale)
		default:
			active, clear = len(order), math.Inf(1)
		}
	}
	return l.finish(w, scale)
}

// finish makes a plane of what was found.
func (l lesson) finish(w, scale []float64) plane {
	out := plane{make([]float32, l.size), w[l.size]}
	for i := range out.weight {
		if scale != nil {
			w[i] *= scale[i]
		}
		out.weight[i] = float32(w[i])
	}
	return out
}

// descend moves the plane for the sake of one example, and returns how far it was from where that example would have it: below 0 too near.
func (l lesson) descend(i, k int, w []float64, alpha *float64, square float64) float64 {
	y := -1.0
	if l.of[i] == k {
		y = 1
	}
	cost := l.recipe.Cost * l.weight[i]
	if y > 0 {
		cost *= l.yes
	}
	slack := 1 / (2 * cost)
	at := l.xs.at[l.xs.from[i]:l.xs.from[i+1]]
	by := l.xs.by[l.xs.from[i]:l.xs.from[i+1]][:len(at)]
	score := w[l.size]
	for j, f := range at {
		score += float64(w[f] * float64(by[j]))
	}
	slope := float64(y*score) - 1 + float64(slack**alpha)
	if *alpha == 0 && slope >= 0 {
		return slope
	}
	next := max(*alpha-slope/(square+slack), 0)
	step := (next - *alpha) * y
	*alpha = next
	for j, f := range at {
		w[f] += float64(step * float64(by[j]))
	}
	w[l.size] += step
	return slope
}

// odds are how much more often a label's examples have each feature than the others: the absolute logarithm of the ratio; nil where the
// recipe does not ask for them.
func (l lesson) odds(k int) []float64 {
	if l.recipe.Bayes == 0 {
		return nil
	}
	with, without := make([]float64, l.size), make([]float64, l.size)
	for i := range with {
		with[i], without[i] = l.recipe.Bayes, l.recipe.Bayes
	}
	for i, of := range l.of {
		to := without
		if of == k {
			to = with
		}
		for j := l.xs.from[i]; j < l.xs.from[i+1]; j++ {
			to[l.xs.at[j]] += float64(l.weight[i] * float64(l.xs.by[j]))
		}
	}
	all, others := 0.0, 0.0
	for i := range with {
		all, others = all+with[i], others+without[i]
	}
	for i := range with {
		with[i] = math.Abs(math.Log(with[i] / all * others / without[i]))
	}
	return with
}

// Classifier tells labels apart that it learnt from examples.
type Classifier struct {
	head  Head
	table table
}

// Learn learns to tell the labels of examples apart.
func Learn(examples []Example, r Recipe) *Classifier {
	l := learn(examples, r)
	c := &Classifier{head: Head{Labels: l.labels, Plain: r.plain(), Sharp: 1}}
	if len(l.labels) == 2 {
		l.planes = l.planes[1:]
	}
	c.table = press(l.vocabulary, []*Head{&c.head}, [][]plane{l.planes})
	return c
}

// Label is the one that fits a text best.
func (c *Classifier) Label(s string) string {
	var w work
	w.take(s, false)
	w.count(&c.table)
	first, _ := best(c.head, w.judge(&c.table, c.head))
	return first.Label
}

// Ask labels examples, and returns how many of them are right and the mean F1 of the labels, in per cent.
func (c *Classifier) Ask(examples []Example) (right, f1 float64) {
	hits, given, asked := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, e := range examples {
		label := c.Label(e.Text)
		given[label]++
		asked[e.Label]++
		if label == e.Label {
			hits[label]++
			right++
		}
	}
	for _, label := range c.head.Labels {
		f1 += 2 * hits[label] / max(given[label]+asked[label], 1)
	}
	return 100 * right / float64(max(len(examples), 1)), 100 * f1 / float64(max(len(c.head.Labels), 1))
}
