package routing

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"visavis/internal/vis"
)

// topLevel is the highest level of a skill.
const topLevel = 5

// skill is a skill that some member or some conversation has, with the slots of those who have it at a level or above.
type skill struct {
	index   int
	atLeast [topLevel + 1]bitset
}

// level is how well a skill is wanted.
type level struct {
	skill *skill
	want  int
}

// seat is a member in the snapshot.
type seat struct {
	Agent
	slot   int
	caps   workload
	load   workload
	share  int64              // how much of her is taken, in millionths
	levels []uint8            // by the index of the skill
	speaks []string           // primary subtags, sorted; none: everything
	teams  []vis.TeamID       // sorted
	fits   [len(kinds)]bitset // the needs that she fits, by kind of work and slot
	free   [len(kinds)]bool   // has room now, by kind of work
	waking bool               // is in the list of those whose finishing up ends
}

// connected reports whether a conversation may be kept for her.
func (a *seat) connected() bool { return a.Presence == Available || a.Presence == Busy }

func (a *seat) level(s *skill) int {
	if s.index < len(a.levels) {
		return int(a.levels[s.index])
	}
	return 0
}

// seated is what a seat is found by; when it changes, the needs she fits change.
type seated struct {
	teams  []vis.TeamID
	speaks []string
	levels []uint8
}

// same compares without minding zeroes at the end of the levels, for skills are numbered as they are met.
func (x seated) same(y seated) bool {
	n := min(len(x.levels), len(y.levels))
	rest := append(slices.Clone(x.levels[n:]), y.levels[n:]...)
	return slices.Equal(x.teams, y.teams) && slices.Equal(x.speaks, y.speaks) && slices.Equal(x.levels[:n], y.levels[:n]) &&
		!slices.ContainsFunc(rest, func(l uint8) bool { return l > 0 })
}

// describe reads from an agent what she is found by.
func (s *Snapshot) describe(a Agent) seated {
	d := seated{teams: slices.Clone(a.Teams)}
	slices.Sort(d.teams)
	d.teams = slices.Compact(d.teams)
	for _, l := range a.Languages {
		d.speaks = append(d.speaks, primary(l))
	}
	slices.Sort(d.speaks)
	d.speaks = slices.Compact(d.speaks)
	for name, l := range a.Skills {
		sk := s.skill(name)
		for sk.index >= len(d.levels) {
			d.levels = append(d.levels, 0)
		}
		d.levels[sk.index] = uint8(min(max(l, 0), topLevel))
	}
	return d
}

// primary is the language of a tag without script or region: "fr" of "fr-CA" (RFC 5646 §2.2.1).
func primary(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(tag)
}

func (s *Snapshot) skill(name string) *skill {
	sk := s.skills[name]
	if sk == nil {
		sk = &skill{index: len(s.skills)}
		s.skills[name] = sk
		s.skillList = append(s.skillList, sk)
	}
	return sk
}

// team returns the slots of the members of a team; of everybody for "".
func (s *Snapshot) team(id vis.TeamID) *bitset {
	b := s.teams[id]
	if b == nil {
		b = new(bitset)
		s.teams[id] = b
	}
	return b
}

// speakers returns the slots of those who said that they speak a language; of those who said nothing for "".
func (s *Snapshot) speakers(language string) *bitset {
	b := s.languages[language]
	if b == nil {
		b = new(bitset)
		s.languages[language] = b
	}
	return b
}

// enlist puts a seat into the sets that it is found by, or out of them.
func (s *Snapshot) enlist(a *seat, in bool) {
	s.team("").set(a.slot, in)
	for _, t := range a.teams {
		s.team(t).set(a.slot, in)
	}
	if len(a.speaks) == 0 {
		s.speakers("").set(a.slot, in)
	}
	for _, l := range a.speaks {
		s.speakers(l).set(a.slot, in)
	}
	for i, top := range a.levels {
		for l := 1; l <= int(top); l++ {
			s.skillList[i].atLeast[l].set(a.slot, in)
		}
	}
}

// PutAgent adds a member or replaces her. It costs a few maps' worth when only her presence or load changes, and a look at every need
// when her teams, languages or skills do. Nothing of a is kept that the caller may change, but for Skills and Capacity in what Agent
// returns.
func (s *Snapshot) PutAgent(a Agent) {
	d := s.describe(a)
	a.Load = maps.Clone(a.Load)
	caps := s.settings.caps(a.Capacity)
	seatOf := s.agents[a.Member]
	added := seatOf == nil
	if added {
		seatOf = &seat{slot: s.takeSlot()}
		s.agents[a.Member] = seatOf
		s.seats[seatOf.slot] = seatOf
	}
	old := seated{seatOf.teams, seatOf.speaks, seatOf.levels}
	wasConnected, oldCaps := seatOf.connected(), seatOf.caps
	s.sleep(seatOf)
	moved := added || !old.same(d)
	if moved && !added {
		s.enlist(seatOf, false)
	}
	seatOf.Agent, seatOf.caps, seatOf.load = a, caps, measure(a.Load)
	seatOf.share = seatOf.load.share(caps)
	if moved {
		seatOf.teams, seatOf.speaks, seatOf.levels = d.teams, d.speaks, d.levels
		s.enlist(seatOf, true)
		s.refit(seatOf)
	}
	s.refresh(seatOf)
	if moved || wasConnected != seatOf.connected() || oldCaps != caps {
		s.renew(a.Member)
	}
}

// RemoveAgent takes a member out; nothing happens when she is not in.
func (s *Snapshot) RemoveAgent(id vis.MemberID) {
	a := s.agents[id]
	if a == nil {
		return
	}
	s.sleep(a)
	s.enlist(a, false)
	delete(s.agents, id)
	s.seats[a.slot] = nil
	s.refit(a)
	for k := range a.free {
		s.free[k].set(a.slot, false)
		s.lost[k] = true
	}
	s.freeSlots = append(s.freeSlots, a.slot)
	s.renew(id)
}

// Agent returns a member. Her Load is the caller's to change and to put back; the rest is only to be read.
func (s *Snapshot) Agent(id vis.MemberID) (Agent, bool) {
	a := s.agents[id]
	if a == nil {
		return Agent{}, false
	}
	found := a.Agent
	found.Load = maps.Clone(found.Load)
	return found, true
}

func (s *Snapshot) takeSlot() int {
	if n := len(s.freeSlots); n > 0 {
		slot := s.freeSlots[n-1]
		s.freeSlots = s.freeSlots[:n-1]
		return slot
	}
	s.seats = append(s.seats, nil)
	return len(s.seats) - 1
}

// refresh computes for which kinds of work a member has room now, and when that changes by itself. Where she gained room, the needs that
// she fits may be met again.
func (s *Snapshot) refresh(a *seat) {
	here := a.Presence == Available
	if here && a.FinishingUntil.After(s.at) {
		here = false
		a.waking = true
		s.wakings.insert(a)
	}
	for k, kind := range kinds {
		free := here && a.load.room(a.caps, kind)
		if free == a.free[k] {
			continue
		}
		a.free[k] = free
		s.free[k].set(a.slot, free)
		if free {
			s.open[k].add(a.fits[k])
		} else {
			s.lost[k] = true
		}
	}
}

// sleep takes a member out of the list of those who will have finished.
func (s *Snapshot) sleep(a *seat) {
	if a.waking {
		s.wakings.remove(a)
		a.waking = false
	}
}

// wakeOrder orders members by when they will have finished.
func (s *Snapshot) wakeOrder(a, b *seat) int {
	s.steps++
	return cmp.Or(a.FinishingUntil.Compare(b.FinishingUntil), cmp.Compare(a.Member, b.Member))
}

// wake gives those who have finished by now their room back.
func (s *Snapshot) wake(now time.Time) {
	for a := s.wakings.first(); a != nil && !a.FinishingUntil.After(now); a = s.wakings.first() {
		s.sleep(a)
		s.refresh(a)
	}
}
