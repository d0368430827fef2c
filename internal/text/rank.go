package text

import (
	"math"
	"slices"
	"strings"
)

// Shelf finds, among texts, those that answer a question: by the stems of its words and by their pieces of four letters, each weighed by
// BM25 (Robertson and Walker 1994), so that an ending or a slip does not hide what is asked for.
type Shelf struct {
	words, pieces side25
	n             int
	texts         []string
}

// side25 is one way of cutting texts, weighed by BM25.
type side25 struct {
	postings map[string][]posting
	lengths  []float64
}

// posting is what a term speaks for a text.
type posting struct {
	text   int32
	weight float32
}

// The two figures of BM25: how soon a word that comes again counts no more, and how much long texts are held back.
const (
	saturates = 1.2
	heldBack  = 0.75
)

// NewShelf takes texts in; they are told apart by their places.
func NewShelf(texts []string) *Shelf {
	s := &Shelf{words: side25{postings: map[string][]posting{}}, pieces: side25{postings: map[string][]posting{}}, n: len(texts), texts: texts}
	for i, t := range texts {
		ws := words(t)
		s.pieces.take(i, quarters(ws))
		for j, w := range ws {
			ws[j] = Stem(w)
		}
		s.words.take(i, ws)
	}
	s.words.weigh()
	s.pieces.weigh()
	return s
}

// quarters are the pieces of four letters of words, their borders included.
func quarters(ws []string) (out []string) {
	for _, w := range ws {
		w = " " + w + " "
		for at := 0; at == 0 || at+4 <= len(w); at++ {
			out = append(out, w[at:min(at+4, len(w))])
		}
	}
	return out
}

func (s *side25) take(text int, terms []string) {
	times := make(map[string]float32, len(terms))
	for _, t := range terms {
		times[t]++
	}
	for t, n := range times {
		s.postings[t] = append(s.postings[t], posting{int32(text), n})
	}
	s.lengths = append(s.lengths, float64(len(terms)))
}

// weigh turns how often terms come into what they speak for.
func (s *side25) weigh() {
	n, mean := float64(len(s.lengths)), 0.0
	for _, l := range s.lengths {
		mean += l / n
	}
	for _, found := range s.postings {
		rare := math.Log(1 + (n-float64(len(found))+0.5)/(float64(len(found))+0.5))
		for i := range found {
			p := &found[i]
			f := float64(p.weight)
			p.weight = float32(rare * f * (saturates + 1) / (f + saturates*(1-heldBack+heldBack*s.lengths[p.text]/max(mean, 1))))
		}
	}
}

// add gives every text its score for terms, the best of all being 1.
func (s *side25) add(terms []string, to []float32) {
	scores := make([]float32, len(to))
	slices.Sort(terms)
	for _, t := range slices.Compact(terms) {
		for _, p := range s.postings[t] {
			scores[p.text] += p.weight
		}
	}
	best := slices.Max(scores)
	for i := range to {
		if best > 0 {
			to[i] += scores[i] / best
		}
	}
}

// Found is a text that may answer, and how well: 2 is the best in both ways of looking.
type Found struct {
	At    int
	Score float32
}

// Find returns the texts that answer a question best, the best first, at most so many; those that have nothing of it are left out.
func (s *Shelf) Find(question string, most int) (out []Found) {
	if s.n == 0 {
		return nil
	}
	scores := make([]float32, s.n)
	ws := words(question)
	s.pieces.add(quarters(ws), scores)
	for i, w := range ws {
		ws[i] = Stem(w)
	}
	s.words.add(ws, scores)
	for i, score := range scores {
		if score == 0 || len(out) == most && score <= out[most-1].Score {
			continue
		}
		at := len(out)
		for at > 0 && out[at-1].Score < score {
			at--
		}
		out = slices.Insert(out, at, Found{i, score})
		out = out[:min(most, len(out))]
	}
	return out
}

// The bounds of an answer.
const (
	// answered is which share of what is asked for a text must speak of.
	answered = 0.5
	// alike is how much two words must have in common to be one with other endings, or one of them misspelt.
	alike = 0.6
)

// Answers is Find, without those texts that speak of less than half of what is asked for: one that only is the best of them answers nothing.
func (s *Shelf) Answers(question string, most int) []Found {
	asked := Asked(question)
	return slices.DeleteFunc(s.Find(strings.Join(asked, " "), most), func(f Found) bool { return speaksOf(s.texts[f.At], asked) < answered })
}

// speaksOf is the share of words that stand in a text, whatever their endings.
func speaksOf(t string, asked []string) (share float64) {
	said := words(t)
	for _, a := range asked {
		best, wanted := 0.0, quarters([]string{a})
		for _, w := range said {
			if Stem(w) == Stem(a) {
				best = 1
				break
			}
			if len(w) < 4 || len(a) < 4 {
				continue
			}
			has, common := quarters([]string{w}), 0
			for _, q := range wanted {
				if slices.Contains(has, q) {
					common++
				}
			}
			best = max(best, float64(common)/float64(len(wanted)))
		}
		if best >= alike {
			share += best / float64(len(asked))
		}
	}
	return share
}

// Asked are the words of a question that say what it is about, each once, folded: without those that hold sentences together or are polite.
func Asked(question string) (out []string) {
	for _, w := range words(question) {
		if !idle[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// idle are words that say nothing of what a question is about.
var idle = func() map[string]bool {
	all := make(map[string]bool)
	for _, w := range strings.Fields(`a ai as au aux avec avez avoir avons bonjour bonsoir c ca ce ces cet cette chez combien comment d dans de des du elle
		elles en encore es est et etes etre eu fait faire faut fois il ils j je l la le les leur leurs lui ma mais me merci mes mon n ne ni nos notre nous on ont ou par
		pas peut peux plait pour pourquoi pouvez pouvoir puis qu quand que quel quelle quelles quels qui quoi s sa salut sans se sera serai ses si sil son sont suis sur
		svp t ta te tes toi ton tu un une va vais vos votre voudrais voulez vous veux y
		a about am an and any are at be been but by can could did do does for from get had has have hello hey hi how i if in is it its me my no not of
		on or our please she should so thank thanks that the their them there they this to us was we were what when where which who why will with would you your`) {
		all[w] = true
	}
	return all
}()
