package routing

import "math/bits"

// bitset is a set of small numbers: of members by their slot, or of needs by theirs. Numbers past its end are not in it.
type bitset []uint64

func (b bitset) word(i int) uint64 {
	if i < len(b) {
		return b[i]
	}
	return 0
}

func (b bitset) has(n int) bool { return b.word(n/64)>>(n%64)&1 == 1 }

// set puts n in, or out.
func (b *bitset) set(n int, in bool) {
	if in {
		b.reach(n / 64)
		(*b)[n/64] |= 1 << (n % 64)
	} else if n/64 < len(*b) {
		(*b)[n/64] &^= 1 << (n % 64)
	}
}

// reach makes word i exist.
func (b *bitset) reach(i int) {
	for i >= len(*b) {
		*b = append(*b, 0)
	}
}

// add puts everything of other in.
func (b *bitset) add(other bitset) {
	b.reach(len(other) - 1)
	for i, w := range other {
		(*b)[i] |= w
	}
}

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// keep takes everything out that other has not.
func (b bitset) keep(other bitset) {
	for i := range b {
		b[i] &= other.word(i)
	}
}

// meets reports whether the two have anything in common.
func (b bitset) meets(other bitset) bool {
	n := min(len(b), len(other))
	for i := range n {
		if b[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// all calls f with every number of the set, lowest first.
func (b bitset) all(f func(n int)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			f(i*64 + bits.TrailingZeros64(w))
		}
	}
}
