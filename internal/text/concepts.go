package text

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// lexicon knows words that mean alike: whoever writes of a parcel, a package or a colis writes of one thing, also where only one of these
// words was ever seen in a message that was learnt from. What is found becomes a feature beside the words themselves, and is weighed as they
// are.
type lexicon struct {
	entries []entry // by their key
	parts   []part  // of all entries, one after another
	forms   []byte  // of all parts
	slots   []int32 // of the first entry with a key, from 1: open addressing, at most half full
}

// entry is one way to say a concept: some words in a row, of which each may be the beginning of longer ones.
type entry struct {
	key      uint32 // of its first part
	id       uint32 // of the concept's feature
	from, to int32  // its parts
}

type part struct {
	from, to int32 // its form
	stem     bool  // words that begin so are meant too
}

// shortestStem is how many bytes the beginning of a word has that stands for longer ones.
const shortestStem = 3

// form is a part's word, folded.
func (l *lexicon) form(p part) []byte { return l.forms[p.from:p.to] }

// of are the parts of an entry.
func (l *lexicon) of(e entry) []part { return l.parts[e.from:e.to] }

// is reports whether a folded word is what a part means.
func (l *lexicon) is(p part, form []byte) bool {
	return p.stem && bytes.HasPrefix(form, l.form(p)) || bytes.Equal(form, l.form(p))
}

// parseLexicon reads concepts: a name, a colon and ways to say it between commas; lines that begin with a space go on with the concept before,
// those with # are remarks. A star at the end of a word means those that begin so. Its error names the line.
func parseLexicon(text string) (*lexicon, error) {
	l := new(lexicon)
	var s scan
	var id uint32
	names := make(map[string]bool)
	for n, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		ways := line
		if !strings.HasPrefix(line, " ") {
			name, rest, ok := strings.Cut(line, ":")
			if !ok || names[name] {
				return nil, fmt.Errorf("line %d: %q is no name of a concept with a colon behind it, or there twice", n+1, line)
			}
			names[name], id, ways = true, hash(seedConcept, []byte(name)), rest
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("line %d: words without a concept", n+1)
		}
		for way := range strings.SplitSeq(ways, ",") {
			if way = strings.TrimSpace(way); way == "" {
				continue
			}
			if err := l.add(&s, id, way); err != nil {
				return nil, fmt.Errorf("line %d: %q: %w", n+1, way, err)
			}
		}
	}
	l.index()
	return l, nil
}

// add adds one way to say a concept.
func (l *lexicon) add(s *scan, id uint32, way string) error {
	e := entry{id: id, from: int32(len(l.parts))}
	for word := range strings.FieldsSeq(way) {
		bare, stem := strings.CutSuffix(word, "*")
		s.take(bare)
		for i, t := range s.tokens {
			if t.silent(s) {
				continue
			}
			p := part{from: int32(len(l.forms)), stem: stem && i == len(s.tokens)-1}
			l.forms = append(l.forms, s.forms[t.form:t.end]...)
			p.to = int32(len(l.forms))
			l.parts = append(l.parts, p)
		}
	}
	e.to = int32(len(l.parts))
	if e.from == e.to {
		return fmt.Errorf("it has no words")
	}
	for _, p := range l.of(e) {
		if p.stem && p.to-p.from < shortestStem {
			return fmt.Errorf("%q is too short to stand for longer words", l.form(p))
		}
	}
	seed, first := seedWord, l.parts[e.from]
	if first.stem {
		seed = seedStem
	}
	e.key = hash(seed, l.form(first))
	l.entries = append(l.entries, e)
	return nil
}

// index makes the entries quick to find by how they begin.
func (l *lexicon) index() {
	slices.SortStableFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	size := 16
	for size < 2*len(l.entries) {
		size *= 2
	}
	l.slots = make([]int32, size)
	for i, e := range l.entries {
		if i > 0 && l.entries[i-1].key == e.key {
			continue
		}
		at := int(e.key) & (size - 1)
		for l.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		l.slots[at] = int32(i) + 1
	}
}

// from is the first entry with a key, or none.
func (l *lexicon) from(key uint32) int {
	mask := len(l.slots) - 1
	for at := int(key) & mask; ; at = (at + 1) & mask {
		switch i := int(l.slots[at]) - 1; {
		case i < 0:
			return len(l.entries)
		case l.entries[i].key == key:
			return i
		}
	}
}

// silent reports whether a token is passed over between the words of an entry: "n'arrive pas" is said in three words.
func (t token) silent(s *scan) bool {
	if t.kind == symbol {
		form := s.forms[t.form:t.end]
		return len(form) == 3 && form[0] == 0xe2 && form[1] == 0x80 // quotation marks, dashes and dots
	}
	return t.kind == mark
}

// find adds a feature for each concept that the text says, at the words that say it, and for each two of them.
func (l *lexicon) find(s *scan, to []feature) []feature {
	from := len(to)
	for i, t := range s.tokens {
		if t.silent(s) {
			continue
		}
		form := s.forms[t.form:t.end]
		to = l.match(s, i, hash(seedWord, form), to)
		if t.kind != word {
			continue
		}
		h := begun(seedStem)
		for n, c := range form[:min(len(form), wordMost)] {
			h = further(h, c)
			if n+1 >= shortestStem {
				to = l.match(s, i, finish(h), to)
			}
		}
	}
	return couples(to, from)
}

// couplesOf bounds how many concepts of a text are taken in twos, so that a long one does not take its square.
const couplesOf = 24

// couples adds a feature for each two concepts among the features from one on, whichever comes first: a refund that is late is neither a
// question about refunds nor a parcel that is late. It stands at both, so that the words of both are shown when it counts.
func couples(to []feature, from int) []feature {
	end := min(len(to), from+couplesOf)
	for i := from; i < end; i++ {
		for j := i + 1; j < end; j++ {
			a, b := to[i], to[j]
			if a.id == b.id || a.over(b) {
				continue
			}
			id := follows(seedCouple, min(a.id, b.id), max(a.id, b.id))
			a.id, b.id, a.kind, b.kind = id, id, couple, couple
			to = append(to, a, b)
		}
	}
	return to
}

// over reports whether two features share a token: that a word says two concepts is known of each already.
func (f feature) over(other feature) bool {
	return f.token-int32(f.tokens) < other.token && other.token-int32(other.tokens) < f.token
}

// match adds the concepts of entries with a key that are said from a token on.
func (l *lexicon) match(s *scan, first int, key uint32, to []feature) []feature {
	for k := l.from(key); k < len(l.entries) && l.entries[k].key == key; k++ {
		if last, said := l.said(l.entries[k], s, first); said {
			to = append(to, feature{l.entries[k].id, int32(last), uint8(min(last-first+1, 255)), concept})
		}
	}
	return to
}

// said reports whether a text says an entry from a token on, and with which token it ends.
func (l *lexicon) said(e entry, s *scan, first int) (last int, said bool) {
	last = first - 1
	for _, p := range l.of(e) {
		last++
		for last < len(s.tokens) && s.tokens[last].silent(s) {
			last++
		}
		if last >= len(s.tokens) || !l.is(p, s.forms[s.tokens[last].form:s.tokens[last].end]) {
			return 0, false
		}
	}
	return last, true
}

var concepts = sync.OnceValue(func() *lexicon {
	l, err := parseLexicon(string(shippedBytes(lexiconFile)))
	if err != nil {
		panic(lexiconFile + ": " + err.Error()) // a test parses it
	}
	return l
})
