package text

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Message is a customer's message with what a person says that it is.
type Message struct {
	Text         string
	Reason       string
	Mood         float64 // −1 to +1
	Dissatisfied bool
	Urgency      int // 0 can wait, 1 today, 2 now
	// Weight is how many messages it counts for; 0 is 1. What a workspace's own people corrected counts for Corrected.
	Weight float64
}

// Corrected is how many messages of the seed one counts for that people of the workspace corrected.
const Corrected = 3

// Urgencies are how soon something is to be done, by their number.
var Urgencies = []string{"whenever", "today", "now"}

// ParseMessages reads a seed: a head, and a message on each line, in columns between tabs: text, reason, mood, dissatisfied, urgency.
// Lines that begin with # are left out. Its error names the line.
func ParseMessages(seed string) ([]Message, error) {
	var out []Message
	for n, line := range strings.Split(seed, "\n") {
		if n == 0 || line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m, err := parseMessage(strings.TrimSuffix(line, "\r"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		out = append(out, m)
	}
	return out, nil
}

func parseMessage(line string) (m Message, err error) {
	columns := strings.Split(line, "\t")
	if len(columns) != 5 {
		return m, fmt.Errorf("it has %d columns; text, reason, mood, dissatisfied and urgency are five", len(columns))
	}
	m.Text, m.Reason = strings.TrimSpace(columns[0]), columns[1]
	if m.Text == "" || m.Reason == "" {
		return m, errors.New("it has no text, or no reason")
	}
	if m.Mood, err = strconv.ParseFloat(columns[2], 64); err != nil || math.Abs(m.Mood) > 1 {
		return m, fmt.Errorf("its mood is %q; it goes from -1 to 1", columns[2])
	}
	if m.Dissatisfied, err = strconv.ParseBool(columns[3]); err != nil {
		return m, fmt.Errorf("its dissatisfied is %q; it is 0 or 1", columns[3])
	}
	if m.Urgency, err = strconv.Atoi(columns[4]); err != nil || m.Urgency < 0 || m.Urgency >= len(Urgencies) {
		return m, fmt.Errorf("its urgency is %q; it is 0, 1 or 2", columns[4])
	}
	return m, nil
}

// subject is one of the things that heads decide, and how it is learnt.
type subject struct {
	name   string
	recipe Recipe
	label  func(Message) string
	// lean is set where the labels that matter most are rare: see Head.lean.
	lean bool
}

const rarest = 2 // messages that must have a feature

var subjects = []subject{
	{HeadReason, Recipe{Concepts: true, Apart: true, Rarest: rarest, Bayes: 0.05, Beside: 0.5, Cost: 0.5}, func(m Message) string { return m.Reason }, false},
	{HeadMood, Recipe{Concepts: true, Rarest: rarest, Bayes: 0.05, Cost: 0.5}, func(m Message) string {
		switch {
		case m.Mood < 0:
			return Negative
		case m.Mood > 0:
			return Positive
		}
		return "neutral"
	}, false},
	{HeadDissatisfied, Recipe{Concepts: true, Rarest: rarest, Bayes: 0.05, Cost: 0.5}, func(m Message) string {
		if m.Dissatisfied {
			return Yes
		}
		return "no"
	}, false},
	{HeadUrgency, Recipe{Concepts: true, Rarest: rarest, Bayes: 0.05, Cost: 0.5}, func(m Message) string { return Urgencies[m.Urgency] }, true},
}

// examples are messages as a subject sees them.
func (s subject) examples(messages []Message) []Example {
	out := make([]Example, len(messages))
	for i, m := range messages {
		out[i] = Example{m.Text, s.label(m), m.Weight}
	}
	return out
}

// LearnTongues learns to tell languages apart.
func LearnTongues(examples []Example) (*Model, error) {
	l := learn(examples, Recipe{Tongue: true, Cost: 0.3, Rarest: 20, Bayes: 0.3})
	if len(l.labels) < 3 {
		return nil, fmt.Errorf("%d languages cannot be told apart; three or more can", len(l.labels))
	}
	m := &Model{manifest: Manifest{Data: map[string]string{}, Scores: map[string]float64{}, Tongue: Head{Name: "language", Labels: l.labels, Plain: true, Sharp: 8}}}
	m.tongue = press(l.vocabulary, []*Head{&m.manifest.Tongue}, [][]plane{l.planes})
	return m, nil
}

// folds is into how many parts messages are cut; each is read by what was learnt from all others.
const folds = 5

// Train learns from messages, and keeps what from knows of languages. What it scores is measured on messages that were not learnt from.
// The same messages in the same order give the same model on every machine. Say is told how far it is; nil tells nobody.
func Train(from *Model, messages []Message, data map[string]string, say func(string)) (*Model, error) {
	if say == nil {
		say = func(string) {}
	}
	m := &Model{tongue: from.tongue, manifest: Manifest{Data: data, Scores: map[string]float64{}, Tongue: from.manifest.Tongue}}
	labels := make([][]string, len(subjects))
	for i, s := range subjects {
		if labels[i] = labelsOf(s.examples(messages)); len(labels[i]) < 2 {
			return nil, fmt.Errorf("all messages have the same %s, so there is nothing to learn", s.name)
		}
	}
	outcomes := make([][]outcome, len(subjects))
	for fold := range folds {
		say(fmt.Sprintf("part %d of %d", fold+1, folds))
		var known, asked []Message
		for i, message := range messages {
			if i%folds == fold {
				asked = append(asked, message)
			} else {
				known = append(known, message)
			}
		}
		part := learnAll(from, labels, known)
		part.ask(asked, outcomes)
	}
	say("all of them")
	whole := learnAll(from, labels, messages)
	m.main, m.manifest.Heads = whole.main, whole.manifest.Heads
	for i := range subjects {
		h := &m.manifest.Heads[i]
		if subjects[i].lean {
			h.lean(outcomes[i])
		}
		h.calibrate(outcomes[i])
		for name, score := range h.scores(outcomes[i]) {
			m.manifest.Scores[h.Name+" "+name] = score
		}
	}
	return m, nil
}

// learnAll learns every subject over one vocabulary.
func learnAll(from *Model, labels [][]string, messages []Message) *Model {
	m := &Model{tongue: from.tongue, manifest: Manifest{Tongue: from.manifest.Tongue}}
	texts := subjects[0].examples(messages)
	vocabulary := count(texts, subjects[0].recipe)
	var xs [2]vectors // of which rare words count for more, and plain
	vocabulary.each(texts, false, func(w *work) {
		w.weigh(vocabulary.rare)
		for i := range xs {
			xs[i].add(w.counted[i])
		}
	})
	var heads []*Head
	var planes [][]plane
	for i, s := range subjects {
		l := learnOver(vocabulary, xs[place(s.recipe.plain())], labels[i], s.examples(messages), s.recipe)
		h := &Head{Name: s.name, Labels: l.labels, Plain: s.recipe.plain(), Sharp: 1}
		if len(l.labels) == 2 {
			l.planes = l.planes[1:]
		}
		heads, planes = append(heads, h), append(planes, l.planes)
	}
	m.main = press(vocabulary, heads, planes)
	for _, h := range heads {
		m.manifest.Heads = append(m.manifest.Heads, *h)
	}
	return m
}

// outcome is how a message that was not learnt from was judged.
type outcome struct {
	sums []float64
	is   int // the label that it has, or -1
}

// ask has every head judge messages, and adds what comes of it to the outcomes of its subject.
func (m *Model) ask(messages []Message, outcomes [][]outcome) {
	var w work
	for _, message := range messages {
		w.take(message.Text, false)
		w.count(&m.main)
		for i, h := range m.manifest.Heads {
			outcomes[i] = append(outcomes[i], outcome{slices.Clone(w.sum(&m.main, h)), slices.Index(h.Labels, subjects[i].label(message))})
		}
	}
}

// calibrate finds what makes of sums probabilities that hold, and from which on they are worth following.
func (h *Head) calibrate(outcomes []outcome) {
	loss := func(sharp, shift float64) (sum float64) {
		try := *h
		try.Sharp, try.Shift = sharp, shift
		for _, o := range outcomes {
			if o.is >= 0 {
				sum -= math.Log(max(try.probable(slices.Clone(o.sums))[o.is], 1e-9))
			}
		}
		return sum
	}
	h.Sharp, h.Shift = 1, 0
	for range 3 {
		h.Sharp = least(func(v float64) float64 { return loss(v, h.Shift) }, 0.1, 20)
		if len(h.Scale) == 1 {
			h.Shift = least(func(v float64) float64 { return loss(h.Sharp, v) }, -5, 5)
		}
	}
	h.Doubt, h.Alone = h.doubt(outcomes), h.bar(outcomes, 0.9)
}

// How far a label may be leant to, in tenths of what a plane is away from its nearest examples.
const leanMost = 15

// lean makes a head say rare labels as readily as it takes for all labels to be found about as well: of three messages that cannot wait, a head
// that is only right as often as can be finds one, for most messages can. It moves each label but the last, in messages that were not learnt from,
// to where the mean of the labels' F1 is greatest.
func (h *Head) lean(outcomes []outcome) {
	best, found := macroF1(outcomes, make([]float64, len(h.Labels))), make([]float64, len(h.Labels))
	try := slices.Clone(found)
	var move func(k int)
	move = func(k int) {
		if k == len(h.Labels)-1 {
			if f := macroF1(outcomes, try); f > best {
				best, found = f, slices.Clone(try)
			}
			return
		}
		for tenth := range leanMost {
			try[k] = float64(tenth) / 10
			move(k + 1)
		}
	}
	move(0)
	for k, by := range found {
		h.Bias[k] += by
		for i := range outcomes {
			outcomes[i].sums[k] += by
		}
	}
}

// macroF1 is the mean over the labels of the harmonic mean of precision and recall, with so much added to each label's sum.
func macroF1(outcomes []outcome, by []float64) float64 {
	right, said, is := make([]int, len(by)), make([]int, len(by)), make([]int, len(by))
	for _, o := range outcomes {
		k := 0
		for j := range by {
			if o.sums[j]+by[j] > o.sums[k]+by[k] {
				k = j
			}
		}
		said[k]++
		if o.is < 0 {
			continue
		}
		if is[o.is]++; o.is == k {
			right[k]++
		}
	}
	sum := 0.0
	for k := range by {
		sum += 2 * float64(right[k]) / float64(max(said[k]+is[k], 1))
	}
	return sum / float64(len(by))
}

// judged is how sure a judgement was, and whether it was right.
type judged struct {
	sure  float64
	right bool
}

// judgements are those of each label, the surest first.
func (h *Head) judgements(outcomes []outcome) [][]judged {
	of := make([][]judged, len(h.Labels))
	for _, o := range outcomes {
		p := h.probable(slices.Clone(o.sums))
		k := slices.Index(p, slices.Max(p))
		of[k] = append(of[k], judged{p[k], k == o.is})
	}
	for _, all := range of {
		slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(b.sure, a.sure) })
	}
	return of
}

// doubt is, for each label, the probability under which judgements are no better than a toss: where of the next ones fewer than half were right.
// A label without enough judgements is not doubted.
func (h *Head) doubt(outcomes []outcome) []float64 {
	const next = 4 * enough
	out := make([]float64, len(h.Labels))
	for k, all := range h.judgements(outcomes) {
		hits := 0
		for n, j := range all {
			if j.right {
				hits++
			}
			if n >= next && all[n-next].right {
				hits--
			}
			if n+1 >= next && 2*hits < next {
				out[k] = math.Floor(all[n+1-next].sure*1e4) / 1e4
				break
			}
		}
	}
	return out
}

// least finds where a function with one valley is lowest, to a thousandth of the stretch (golden section search).
func least(f func(float64) float64, from, to float64) float64 {
	const golden = 0.6180339887498949
	a, b := to-float64(golden*(to-from)), from+float64(golden*(to-from))
	fa, fb := f(a), f(b)
	for range 20 {
		if fa < fb {
			to, b, fb = b, a, fa
			a = to - float64(golden*(to-from))
			fa = f(a)
		} else {
			from, a, fa = a, b, fb
			b = from + float64(golden*(to-from))
			fb = f(b)
		}
	}
	return math.Round((from+to)/2*1e6) / 1e6 // what differs behind it is no difference
}

const enough = 10 // judgements below which how often they were right says nothing

// bar is, for each label, the lowest probability from which on it was right at least so often; 2 where it never was.
func (h *Head) bar(outcomes []outcome, right float64) []float64 {
	out := make([]float64, len(h.Labels))
	for k, all := range h.judgements(outcomes) {
		out[k] = 2
		hits := 0
		for n, j := range all {
			if j.right {
				hits++
			}
			if n+1 >= enough && float64(hits) >= right*float64(n+1) {
				out[k] = math.Floor(j.sure*1e4) / 1e4
			}
		}
	}
	return out
}

// scores are how well a head did on messages that it had not learnt from, in per cent.
func (h *Head) scores(outcomes []outcome) map[string]float64 {
	right, decided, ok := 0, 0, 0
	for _, o := range outcomes {
		p := h.probable(slices.Clone(o.sums))
		k := slices.Index(p, slices.Max(p))
		if k == o.is {
			right++
		}
		if p[k] >= h.Doubt[k] {
			decided++
			if k == o.is {
				ok++
			}
		}
	}
	percent := func(part, of int) float64 { return math.Round(10000*float64(part)/float64(max(of, 1))) / 100 }
	out := map[string]float64{"accuracy": percent(right, len(outcomes))}
	if len(h.Scale) == 1 {
		out["auroc"] = math.Round(1e4*auroc(outcomes)) / 1e4
	} else {
		out["decided"], out["right where decided"] = percent(decided, len(outcomes)), percent(ok, decided)
		out["macro-F1"] = math.Round(1e4*macroF1(outcomes, make([]float64, len(h.Labels)))) / 1e4
	}
	return out
}

// Worse reports whether a model reads worse than the one before: whether an accuracy has fallen by more than half a point of hundred.
func Worse(before, after map[string]float64) bool {
	for name, was := range before {
		is, known := after[name]
		if known && strings.HasSuffix(name, " accuracy") && is < was-0.5 {
			return true
		}
	}
	return false
}

// auroc is how probable it is that a yes is judged above a no (area under the receiver operating characteristic).
func auroc(outcomes []outcome) float64 {
	sorted := slices.Clone(outcomes)
	slices.SortFunc(sorted, func(a, b outcome) int { return cmp.Compare(a.sums[0], b.sums[0]) })
	below, wins, yes := 0, 0, 0
	for _, o := range sorted {
		if o.is == 1 {
			yes++
			wins += below
		} else {
			below++
		}
	}
	return float64(wins) / float64(max(yes*below, 1))
}
