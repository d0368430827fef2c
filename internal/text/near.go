package text

import "math"

// Signature is what is left of a text for finding others that say nearly the same: the smallest of its pieces under 48 orders (MinHash,
// Broder 1997). The share of places at which two agree estimates how much of their pieces two texts have in common.
type Signature [48]uint32

// nearPiece is how many bytes of the folded text a piece has.
const nearPiece = 5

// Sign makes the signature of a text; folding first, so that capitals, accents and blanks make no difference. A text without letters or
// digits has the zero one, which is near to none.
func Sign(text string) (out Signature) {
	var s scan
	s.take(text)
	folded := make([]byte, 0, len(text))
	for _, t := range s.tokens {
		if t.kind == word || t.kind == number {
			folded = append(append(folded, s.forms[t.form:t.end]...), ' ')
		}
	}
	if len(folded) == 0 {
		return out
	}
	for i := range out {
		out[i] = math.MaxUint32
	}
	for at := 0; at == 0 || at+nearPiece <= len(folded); at++ {
		h := hash(seedNear, folded[at:min(at+nearPiece, len(folded))])
		for i := range out {
			out[i] = min(out[i], finish(h+uint32(i)*0x9e3779b9))
		}
	}
	return out
}

// Near is how much of their pieces two texts have in common, from 0 to 1, as their signatures tell (standard error 7 %).
func (s Signature) Near(t Signature) float64 {
	if s == (Signature{}) {
		return 0
	}
	same := 0
	for i := range s {
		if s[i] == t[i] {
			same++
		}
	}
	return float64(same) / float64(len(s))
}

// bands is into how many stretches a signature is cut; two texts that agree on one whole stretch are worth comparing.
const bands = 16

// Bands are keys for finding candidates: texts of which four fifths are the same share one of them nearly always, texts of which a third is
// rarely do.
func (s Signature) Bands() (out [bands]uint32) {
	const each = len(s) / bands
	for b := range out {
		h := uint32(b)
		for _, v := range s[b*each : (b+1)*each] {
			h = follows(seedNear, h, v)
		}
		out[b] = h
	}
	return out
}
