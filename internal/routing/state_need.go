package routing

import (
	"encoding/binary"
	"math"
	"slices"

	"visavis/internal/vis"
)

// need is what some conversations ask of a member, and those conversations in order. Whoever fits one of them fits all.
type need struct {
	slot    int
	key     string
	kind    int // of work, as an index of kinds
	only    vis.MemberID
	teams   []*bitset // a member of one of them
	speak   *bitset   // who speaks the language; nil when any will do
	any     *bitset   // and who speaks everything
	skills  []*bitset // who has each of the skills at its level
	barred  []vis.MemberID
	fits    bitset // slots of the members that fit
	waiting sorted[*entry]
}

// word is 64 members' worth of who fits: the i-th word of need.fits, from the sets that members are found by.
func (s *Snapshot) word(n *need, i int) uint64 {
	w := uint64(0)
	if n.only != "" {
		if a := s.agents[n.only]; a != nil && a.slot/64 == i {
			w = 1 << (a.slot % 64)
		}
		return w
	}
	for _, t := range n.teams {
		w |= t.word(i)
	}
	if n.speak != nil {
		w &= n.speak.word(i) | n.any.word(i)
	}
	for _, l := range n.skills {
		w &= l.word(i)
	}
	for _, id := range n.barred {
		if a := s.agents[id]; a != nil && a.slot/64 == i {
			w &^= 1 << (a.slot % 64)
		}
	}
	return w
}

// refit looks at every need again for one member, whose teams, languages or skills changed.
func (s *Snapshot) refit(a *seat) {
	for slot, n := range s.needs {
		if n == nil {
			continue
		}
		in := s.word(n, a.slot/64)>>(a.slot%64)&1 == 1
		if in != n.fits.has(a.slot) {
			n.fits.set(a.slot, in)
			a.fits[n.kind].set(slot, in)
		}
		if in {
			s.open[n.kind].set(slot, true)
		}
	}
}

// sought is what a conversation asks for at an instant, before it is known whether others ask for the same.
type sought struct {
	kind   int
	only   vis.MemberID
	teams  []vis.TeamID
	speak  string
	skills []level
	barred []vis.MemberID // sorted
}

// key writes a need so that equal ones have equal keys and others do not: every part with its length before it.
func (x sought) key(b []byte) []byte {
	b = append(b, byte(x.kind))
	b = appendText(b, string(x.only))
	b = appendText(b, x.speak)
	b = binary.AppendUvarint(b, uint64(len(x.teams)))
	for _, t := range x.teams {
		b = appendText(b, string(t))
	}
	b = binary.AppendUvarint(b, uint64(len(x.skills)))
	for _, l := range x.skills {
		b = binary.AppendUvarint(b, uint64(l.skill.index))
		b = append(b, byte(l.want))
	}
	for _, m := range x.barred {
		b = appendText(b, string(m))
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// build makes a need without entering it anywhere.
func (s *Snapshot) build(x sought) *need {
	n := &need{kind: x.kind, only: x.only, barred: x.barred}
	for _, t := range x.teams {
		n.teams = append(n.teams, s.team(t))
	}
	if x.speak != "" {
		n.speak, n.any = s.speakers(x.speak), s.speakers("")
	}
	for _, l := range x.skills {
		n.skills = append(n.skills, &l.skill.atLeast[l.want])
	}
	return n
}

// need returns the need of those who ask for x. A new one costs a word for every 64 members, and one bit for each that fits.
func (s *Snapshot) need(x sought) *need {
	s.key = x.key(s.key[:0])
	if n := s.byKey[string(s.key)]; n != nil {
		return n
	}
	n := s.build(x)
	n.key = string(s.key)
	n.waiting.order = s.order
	if free := len(s.freeNeeds); free > 0 {
		n.slot = s.freeNeeds[free-1]
		s.freeNeeds = s.freeNeeds[:free-1]
		s.needs[n.slot] = n
	} else {
		n.slot = len(s.needs)
		s.needs, s.heads = append(s.needs, n), append(s.heads, math.MinInt64)
	}
	s.byKey[n.key] = n
	n.fits = make(bitset, (len(s.seats)+63)/64)
	for i := range n.fits {
		n.fits[i] = s.word(n, i)
	}
	n.fits.all(func(slot int) { s.seats[slot].fits[n.kind].set(n.slot, true) })
	s.open[n.kind].set(n.slot, true)
	return n
}

// drop forgets a need that nobody has any more.
func (s *Snapshot) drop(n *need) {
	n.fits.all(func(slot int) { s.seats[slot].fits[n.kind].set(n.slot, false) })
	s.open[n.kind].set(n.slot, false)
	s.needs[n.slot] = nil
	delete(s.byKey, n.key)
	s.freeNeeds = append(s.freeNeeds, n.slot)
}

// join puts a conversation among those who have a need.
func (s *Snapshot) join(e *entry, n *need, as int) {
	e.in[as] = n
	n.waiting.insert(e)
	s.heads[n.slot] = n.waiting.first().w.Rank
}

// leave takes a conversation out of all its needs.
func (s *Snapshot) leave(e *entry) {
	for as, n := range e.in {
		if n == nil {
			continue
		}
		e.in[as] = nil
		n.waiting.remove(e)
		if n.waiting.n == 0 {
			s.drop(n)
			continue
		}
		s.heads[n.slot] = n.waiting.first().w.Rank
	}
}

// wanted are the skills that a conversation wants at first, the higher level of its own and its queue's, in the order of their index.
func (s *Snapshot) wanted(of ...map[string]int) []level {
	var all []level
	for _, skills := range of {
		for name, want := range skills {
			if want = min(want, topLevel); want <= 0 {
				continue
			}
			sk := s.skill(name)
			i, found := slices.BinarySearchFunc(all, sk.index, func(l level, index int) int { return l.skill.index - index })
			if found {
				all[i].want = max(all[i].want, want)
			} else {
				all = slices.Insert(all, i, level{sk, want})
			}
		}
	}
	return all
}
