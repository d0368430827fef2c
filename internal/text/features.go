package text

import (
	"math"
	"math/bits"
)

// feature is something that a text has: a word, two or three in a row, a piece of a word, or a cue such as capitals.
type feature struct {
	id     uint32 // a hash of what it is; no two kinds of features share any
	token  int32  // the last token that it came from
	tokens uint8  // how many it came from, and how many lie between the two that stand apart, with them
	kind   featureKind
}

type featureKind uint8

const (
	oneWord    featureKind = iota // a token, two in a row, or a cue
	threeWords                    // three in a row: what is said of a thing rather than what it is
	piece                         // of a word: what spelling, endings and slips leave of it
	concept                       // words that mean alike, by the lexicon
	couple                        // two concepts in one text
	apart                         // two words, by how they begin, that stand near each other with others between them
)

// What is hashed first, so that a piece "non" is another feature than the word.
const (
	seedWord uint32 = iota + 1
	seedPair
	seedTriple
	seedPiece
	seedCue
	seedTongue
	seedNear
	seedStem
	seedConcept
	seedCouple
	seedBegins
	seedApart
)

// The lengths of pieces, in bytes of folded text with a mark at both ends of the word.
const (
	piecesFrom = 2
	piecesTo   = 5
	wordMost   = 40 // bytes of a word that are looked at
)

// Of words that stand apart, their beginnings are looked at, and how many words one may be behind the other.
const (
	beginning = 5 // bytes
	apartFrom = 2
	apartTo   = 5
)

// hash is FNV-1a, finished so that every bit depends on all (the last step of MurmurHash3).
func hash(seed uint32, b []byte) uint32 {
	h := begun(seed)
	for _, c := range b {
		h = further(h, c)
	}
	return finish(h)
}

func begun(seed uint32) uint32 { return seed*0x9e3779b1 + 0x811c9dc5 }

func further(h uint32, c byte) uint32 { return (h ^ uint32(c)) * 16777619 }

func finish(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// follows is the hash of one thing after another.
func follows(seed, a, b uint32) uint32 { return finish(bits.RotateLeft32(a, 7)*31 + b + seed) }

var (
	edge     = hash(seedWord, nil) // stands before the first token and after the last
	capitals = hash(seedCue, []byte("capitals"))
	drawn    = hash(seedCue, []byte("drawn out"))
)

// features are those of the text that was taken apart, in the order of its tokens.
func (s *scan) features(to []feature) []feature {
	before2, before := edge, edge
	for i, t := range s.tokens {
		n := int32(i)
		form := s.forms[t.form:t.end]
		id := hash(seedWord, form)
		two := follows(seedPair, before, id)
		to = append(to, feature{id, n, 1, oneWord}, feature{two, n, 2, oneWord}, feature{follows(seedTriple, follows(seedPair, before2, before), id), n, 3, threeWords})
		before2, before = before, id
		if t.capitals {
			to = append(to, feature{capitals, n, 1, oneWord})
		}
		if t.drawn {
			to = append(to, feature{drawn, n, 1, oneWord})
		}
		if t.kind == word || t.kind == number {
			to = s.pieces(to, form, seedPiece, n, piecesFrom, piecesTo)
		}
	}
	if len(s.tokens) > 0 {
		to = append(to, feature{follows(seedPair, before, edge), int32(len(s.tokens) - 1), 1, oneWord})
	}
	return concepts().find(s, s.apart(to))
}

// apart are the words that stand near each other with others between them, whichever comes first: "never got the parcel" and "the parcel that I
// never received" have one such in common, and no two words in a row.
func (s *scan) apart(to []feature) []feature {
	s.begins = s.begins[:0]
	for i, t := range s.tokens {
		if t.kind != word && t.kind != number {
			continue
		}
		form := s.forms[t.form:t.end]
		later := feature{hash(seedBegins, form[:min(len(form), beginning)]), int32(i), 1, apart}
		for n := apartFrom; n <= min(apartTo, len(s.begins)); n++ {
			earlier := s.begins[len(s.begins)-n]
			if stretch := later.token - earlier.token + 1; stretch <= math.MaxUint8 {
				to = append(to, feature{follows(seedApart, min(earlier.id, later.id), max(earlier.id, later.id)), later.token, uint8(stretch), apart})
			}
		}
		s.begins = append(s.begins, later)
	}
	return to
}

// tongue are the features that tell languages apart: words and their pieces, with accents.
func (s *scan) tongue(to []feature) []feature {
	for i, t := range s.tokens {
		if t.kind != word || t.name {
			continue
		}
		form := s.forms[t.end:t.plain]
		to = append(to, feature{hash(seedTongue, form), int32(i), 1, oneWord})
		to = s.pieces(to, form, seedTongue, int32(i), 1, 4)
	}
	return to
}

// pieces are the stretches of a word.
func (s *scan) pieces(to []feature, form []byte, seed uint32, token int32, shortest, longest int) []feature {
	s.edged = append(append(append(s.edged[:0], '<'), form[:min(len(form), wordMost)]...), '>')
	for size := shortest; size <= longest; size++ {
		for at := 0; at+size <= len(s.edged); at++ {
			to = append(to, feature{hash(seed, s.edged[at:at+size]), token, 1, piece})
		}
	}
	return to
}
