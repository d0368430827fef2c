package text

import (
	"math"
	"slices"
	"sync"
)

// Reader reads messages with a model. It may be used by many at once, and allocates nothing while it reads.
type Reader struct {
	model *Model
	desks sync.Pool // of *work
}

// NewReader makes a reader.
func NewReader(m *Model) *Reader {
	return &Reader{model: m, desks: sync.Pool{New: func() any { return new(work) }}}
}

// Model is what the reader knows.
func (r *Reader) Model() *Model { return r.model }

// work is what reading one text needs beside the model, used again for the next.
type work struct {
	scan     scan
	features []feature
	known    []uint64     // places of those that are known, with where they stand among the features
	counted  [2][]counted // of rare words, and plain
	sums     []float64
}

// The things that the built-in model decides, and what a yes is called.
const (
	HeadReason       = "reason"
	HeadMood         = "mood"
	HeadDissatisfied = "dissatisfied"
	HeadUrgency      = "urgency"
	Yes              = "yes"
	Negative         = "negative"
	Positive         = "positive"
)

// Guess is one answer to what a text is.
type Guess struct {
	Label string `json:"label"`
	// Sure is how probable it is, from 0 to 1, as measured on texts that the model did not learn from.
	Sure float64 `json:"sure"`
}

// Reading is what a message says.
type Reading struct {
	// Language is a two-letter code (ISO 639-1), "" for a text without words.
	Language Guess `json:"language"`
	// Reason is why somebody writes. Its label is "" when it is left to people; Best is the nearest all the same, and Next the one after.
	Reason Guess `json:"reason"`
	Best   Guess `json:"best"`
	Next   Guess `json:"next"`
	// Alone is set when a reading of this reason, as sure as this one, was right at least nine times in ten.
	Alone bool `json:"alone"`
	// Mood is from −1, angry or sad, to +1, delighted.
	Mood float64 `json:"mood"`
	// Dissatisfied is how probable it is that whoever wrote would call herself that.
	Dissatisfied float64 `json:"dissatisfied"`
	Urgency      Guess   `json:"urgency"`
}

// Read reads a message. What is beyond a model's bounds, such as a text without words, is left to people rather than guessed.
func (r *Reader) Read(text string) (out Reading) {
	w := r.desks.Get().(*work) //nolint:forcetypeassert // the pool's own
	defer r.desks.Put(w)
	m := r.model
	w.take(text, true)
	w.know(&m.tongue)
	w.counted[1] = w.tally(m.tongue.rare, true, w.counted[1])
	if len(w.counted[1]) > 0 {
		out.Language, _ = best(m.manifest.Tongue, w.judge(&m.tongue, m.manifest.Tongue))
	}
	w.take(text, false)
	w.count(&m.main)
	for _, h := range m.manifest.Heads {
		if len(w.counted[0]) == 0 {
			break
		}
		p := w.judge(&m.main, h)
		switch h.Name {
		case HeadReason:
			out.Best, out.Next = best(h, p)
			k := slices.Index(h.Labels, out.Best.Label)
			if out.Best.Sure >= h.Doubt[k] {
				out.Reason = out.Best
			}
			out.Alone = out.Best.Sure >= h.Alone[k]
		case HeadMood:
			out.Mood = p[slices.Index(h.Labels, Positive)] - p[slices.Index(h.Labels, Negative)]
		case HeadDissatisfied:
			out.Dissatisfied = p[slices.Index(h.Labels, Yes)]
		case HeadUrgency:
			out.Urgency, _ = best(h, p)
		}
	}
	return out
}

// best are the two most probable labels.
func best(h Head, p []float64) (first, second Guess) {
	for k, label := range h.Labels {
		switch {
		case p[k] > first.Sure:
			first, second = Guess{label, p[k]}, first
		case p[k] > second.Sure:
			second = Guess{label, p[k]}
		}
	}
	return first, second
}

// take finds a text's features.
func (w *work) take(text string, tongue bool) {
	w.scan.take(text)
	if tongue {
		w.features = w.scan.tongue(w.features[:0])
	} else {
		w.features = w.scan.features(w.features[:0])
	}
}

// count makes of the features what heads look at.
func (w *work) count(t *table) {
	w.know(t)
	w.weigh(t.rare)
}

// weigh tallies what is known in both ways.
func (w *work) weigh(rare []uint8) {
	for i := range w.counted {
		w.counted[i] = w.tally(rare, i == place(true), w.counted[i])
	}
}

// place is that in work of features that are counted plainly, or not.
func place(plain bool) int {
	if plain {
		return 1
	}
	return 0
}

// sum adds up how much each of a head's columns fits.
func (w *work) sum(t *table, h Head) []float64 {
	w.sums = append(w.sums[:0], make([]float64, len(h.Scale))...)
	for _, c := range w.counted[place(h.Plain)] {
		row := t.weights[int(c.at)*t.columns+h.First:]
		for k := range w.sums {
			w.sums[k] += float64(float64(row[k]) * float64(c.share))
		}
	}
	for k := range w.sums {
		w.sums[k] = float64(w.sums[k]*h.Scale[k]) + h.Bias[k]
	}
	return w.sums
}

// judge is how probable each label of a head is.
func (w *work) judge(t *table, h Head) []float64 { return h.probable(w.sum(t, h)) }

// probable makes probabilities of sums, in their place.
func (h Head) probable(sums []float64) []float64 {
	if len(h.Labels) == 2 && len(sums) == 1 {
		p := 1 / (1 + math.Exp(-float64(h.Sharp*sums[0])-h.Shift))
		return append(sums[:0], 1-p, p)
	}
	most, all := slices.Max(sums), 0.0
	for k, v := range sums {
		sums[k] = math.Exp(h.Sharp * (v - most))
		all += sums[k]
	}
	for k := range sums {
		sums[k] /= all
	}
	return sums
}

// Weighed is a stretch of a text and how much it spoke for a label, or against it.
type Weighed struct {
	From   int     `json:"from"` // bytes of the text
	To     int     `json:"to"`
	Weight float64 `json:"weight"`
}

// Why is how a text came to be judged so: the weights of its words and the rest, which holds for every text, add up to the sum that the
// label was judged by.
type Why struct {
	Words []Weighed `json:"words"`
	Rest  float64   `json:"rest"`
	Sum   float64   `json:"sum"`
}

// Why says which words spoke for a head's label, in the order of the text; of a head or a label that there is not, nothing.
func (r *Reader) Why(text, head, label string) (out Why) {
	m := r.model
	i := slices.IndexFunc(m.manifest.Heads, func(h Head) bool { return h.Name == head })
	if i < 0 {
		return out
	}
	h := m.manifest.Heads[i]
	k, sign := slices.Index(h.Labels, label), 1.0
	if k < 0 {
		return out
	}
	if len(h.Scale) == 1 { // of two labels, the second has the column
		k, sign = 0, float64(2*k-1)
	}
	w := new(work)
	w.take(text, false)
	w.count(&m.main)
	out.Rest = sign * h.Bias[k]
	out.Sum = sign * w.sum(&m.main, h)[k]
	weights := make([]float64, len(w.scan.tokens))
	for _, c := range w.counted[place(h.Plain)] {
		each := sign * h.Scale[k] * float64(m.main.weights[int(c.at)*m.main.columns+h.First+k]) * float64(c.share) / float64(c.times)
		for _, one := range w.known[c.first : c.first+c.times] {
			w.features[uint32(one)].spread(weights, each)
		}
	}
	for i, t := range w.scan.tokens {
		if weights[i] != 0 {
			out.Words = append(out.Words, Weighed{t.from, t.to, weights[i]})
		}
	}
	return out
}

// spread gives each token that a feature was made of the same part of its weight.
func (f feature) spread(weights []float64, weight float64) {
	first := max(int(f.token)-int(f.tokens)+1, 0)
	if f.kind == apart {
		weights[first] += weight / 2
		weights[f.token] += weight / 2
		return
	}
	for i := first; i <= int(f.token); i++ {
		weights[i] += weight / float64(int(f.token)-first+1)
	}
}
