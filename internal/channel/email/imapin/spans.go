package imapin

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// spans is a set of UIDs as ranges in ascending order that do not touch. As a text it is written as IMAP writes sets: "1:5,9".
type spans []span

type span struct{ from, to uint32 }

// at is the index of the first range that does not end before n.
func (s spans) at(n uint32) int { return sort.Search(len(s), func(i int) bool { return s[i].to >= n }) }

func (s spans) has(n uint32) bool {
	i := s.at(n)
	return i < len(s) && s[i].from <= n
}

// from is the part of the set that is not below n.
func (s spans) from(n uint32) spans {
	out := slices.Clone(s[s.at(n):])
	if len(out) > 0 {
		out[0].from = max(out[0].from, n)
	}
	return out
}

// add puts the UIDs from one to another into the set.
func (s *spans) add(from, to uint32) {
	first := s.at(max(from, 1) - 1) // one that ends just before from is joined
	last := first
	for last < len(*s) && uint64((*s)[last].from) <= uint64(to)+1 {
		from, to = min(from, (*s)[last].from), max(to, (*s)[last].to)
		last++
	}
	if first == last {
		*s = append(*s, span{})
		copy((*s)[first+1:], (*s)[first:])
		(*s)[first] = span{from, to}
		return
	}
	(*s)[first] = span{from, to}
	*s = append((*s)[:first+1], (*s)[last:]...)
}

// first returns the set of the lowest n UIDs, as IMAP's commands take it, and takes them out.
func (s *spans) first(n uint32) imap.UIDSet {
	var out imap.UIDSet
	for n > 0 && len(*s) > 0 {
		r := (*s)[0]
		if size := r.to - r.from + 1; size <= n {
			*s, n = (*s)[1:], n-size
		} else {
			r.to = r.from + n - 1
			(*s)[0].from, n = r.to+1, 0
		}
		out.AddRange(imap.UID(r.from), imap.UID(r.to))
	}
	return out
}

// close joins ranges, the lowest first, until there are no more than most of them, wherever nothing in the gap is missed.
func (s *spans) close(most int, missed func(gap span) bool) {
	out := (*s)[:0:0]
	surplus := len(*s) - most
	for _, r := range *s {
		if last := len(out) - 1; surplus > 0 && last >= 0 && !missed(span{out[last].to + 1, r.from - 1}) {
			out[last].to = r.to
			surplus--
			continue
		}
		out = append(out, r)
	}
	*s = out
}

// MarshalText implements encoding.TextMarshaler.
func (s spans) MarshalText() ([]byte, error) {
	var out []byte
	for i, r := range s {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(r.from), 10)
		if r.to != r.from {
			out = strconv.AppendUint(append(out, ':'), uint64(r.to), 10)
		}
	}
	return out, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *spans) UnmarshalText(text []byte) error {
	*s = nil
	if len(text) == 0 {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		low, high, ranged := strings.Cut(part, ":")
		from, err := strconv.ParseUint(low, 10, 32)
		to := from
		if err == nil && ranged {
			to, err = strconv.ParseUint(high, 10, 32)
		}
		if err != nil || to < from {
			return fmt.Errorf("%q is no set of UIDs", part)
		}
		s.add(uint32(from), uint32(to))
	}
	return nil
}
