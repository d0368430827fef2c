package routing

import (
	"cmp"
	"math/bits"
	"time"

	"visavis/internal/vis"
)

// Decision is a conversation and the member who should have it.
type Decision struct {
	Conversation vis.ConversationID
	Member       vis.MemberID
	Mode         Mode       // Ring to ask her, Push to give it without asking
	Why          []string   // as in Offer.Why
	Team         vis.TeamID // whose queue it waited in
}

// Why a member was chosen, as in Offer.Why.
const (
	WhyAdviser  = "adviser"
	WhyLast     = "last"     // she answered this customer last
	WhyOverflow = "overflow" // she helps out from another team
	WhyLanguage = "language" // she said that she speaks the customer's
	WhySkills   = "skills"   // she has all that is wanted, at the level that was wanted at first
	WhyFree     = "free"     // of those who fit she comes next
)

// Decide returns the single best thing to do at an instant. When there is none, ok is false and next is the first instant at which the
// mere passing of time can change that (a wait for an adviser ends, a level relaxes, a team helps out, a member has finished, a decline
// is over); zero for never. The snapshot stays as it is; whoever carries the decision out puts the changes in: the conversation as
// offered or out, the member with one more of its kind.
//
// The conversation is the first in the order of work that somebody may take: of those with room who are Available, her adviser, else who
// answered last (if she fits), else the best who fits. An adviser who is here but has no room is waited for, AdviserFor seconds; then who
// answered last is, LastFor seconds more. To fit is to be of the queue's team (anybody is, of the queue of no team) or of one that helps
// out by now, to speak the language, and to have the wanted skills at their levels, each lower by one for every RelaxAfter seconds.
//
// The best is of the queue's own team rather than of one that helps out, in the order of Overflow; then has least too little of the
// wanted skills, then least too much (experts are kept for what needs them), then the least load, then has been idle longest. Members of
// queues on Pull are chosen from like all others, for what they hold counts as load; what waits in those queues is left alone.
func Decide(s *Snapshot, now time.Time) (d Decision, ok bool, next time.Time) {
	s.pass(now)
	e := s.best()
	if e == nil {
		return Decision{}, false, s.next()
	}
	a, why := s.choose(e)
	return Decision{Conversation: e.w.Conversation, Member: a.Member, Mode: e.line.queue.Mode, Why: why, Team: e.w.Team}, true, time.Time{}
}

// next is when time alone changes something.
func (s *Snapshot) next() time.Time {
	var next time.Time
	if e := s.times.first(); e != nil {
		next = e.next
	}
	if a := s.wakings.first(); a != nil && (next.IsZero() || a.FinishingUntil.Before(next)) {
		next = a.FinishingUntil
	}
	return next
}

// best finds the first conversation that somebody with room may take.
func (s *Snapshot) best() *entry {
	var best *entry
	for k := range kinds {
		if !s.free[k].empty() {
			s.narrow(k)
			best = s.bestOf(k, best)
		}
	}
	return best
}

// fewFree is up to how many members with room the needs that they fit are put together to find those that are blocked, all at once.
// With more of them few needs are blocked, and each is better found by itself.
const fewFree = 64

// narrow closes all needs of a kind of work that became blocked since members lost their room, if few have any.
func (s *Snapshot) narrow(kind int) {
	if !s.lost[kind] || s.free[kind].count() > s.few {
		return
	}
	s.lost[kind] = false
	s.reach = append(s.reach[:0], make(bitset, len(s.open[kind]))...)
	s.free[kind].all(func(slot int) { s.reach.add(s.seats[slot].fits[kind]) })
	s.open[kind].keep(s.reach)
}

// bestOf is best for one kind of work, if it comes before what was found already. Ranks are compared where they lie close together; only a
// need that would come first is looked at, and remembered as blocked when nobody with room fits it.
func (s *Snapshot) bestOf(kind int, best *entry) *entry {
	open, free := s.open[kind], s.free[kind]
	for i, w := range open {
		for ; w != 0; w &= w - 1 {
			slot := i*64 + bits.TrailingZeros64(w)
			s.steps++
			if best != nil && s.heads[slot] < best.w.Rank {
				continue
			}
			s.steps++
			n := s.needs[slot]
			if !n.fits.meets(free) {
				open.set(slot, false)
				continue
			}
			if first := n.waiting.first(); best == nil || s.order(first, best) < 0 {
				best = first
			}
		}
	}
	return best
}

// choose finds the member for a conversation that somebody may take, and says why she.
func (s *Snapshot) choose(e *entry) (*seat, []string) {
	if a := s.agents[e.w.Adviser]; a != nil && e.in[asAdviser] != nil && a.free[e.kind] {
		return a, []string{WhyAdviser}
	}
	anyone := e.in[asAnyone]
	if a := s.agents[e.w.Last]; a != nil && a.free[e.kind] && (e.in[asLast] != nil || anyone != nil && anyone.fits.has(a.slot)) {
		return a, []string{WhyLast}
	}
	var best candidate
	for i, w := range anyone.fits {
		for w &= s.free[e.kind].word(i); w != 0; w &= w - 1 {
			c := s.candidate(e, s.seats[i*64+bits.TrailingZeros64(w)])
			if best.seat == nil || c.compare(best) < 0 {
				best = c
			}
		}
	}
	return best.seat, best.why(e)
}

// candidate is how well a member who fits suits a conversation; less of everything is better.
type candidate struct {
	*seat
	away          int // 0 in the queue's own team, else which team that helps out
	lack, surplus int // levels of the wanted skills below and above what was wanted at first, summed
}

func (s *Snapshot) candidate(e *entry, a *seat) candidate {
	c := candidate{seat: a}
	if own := e.line.own; !own.has(a.slot) {
		for i, o := range e.line.queue.Overflow {
			if c.away = i + 1; s.team(o.Team).has(a.slot) {
				break
			}
		}
	}
	for _, l := range e.wanted {
		if has := a.level(l.skill); has < l.want {
			c.lack += l.want - has
		} else {
			c.surplus += has - l.want
		}
	}
	return c
}

func (c candidate) compare(o candidate) int {
	if by := cmp.Or(c.away-o.away, c.lack-o.lack, c.surplus-o.surplus, cmp.Compare(c.share, o.share)); by != 0 {
		return by
	}
	if by := c.IdleSince.Compare(o.IdleSince); by != 0 {
		return by
	}
	return cmp.Compare(c.Member, o.Member)
}

func (c candidate) why(e *entry) []string {
	why := make([]string, 0, 4)
	if c.away > 0 {
		why = append(why, WhyOverflow)
	}
	if e.speak != "" && len(c.speaks) > 0 {
		why = append(why, WhyLanguage)
	}
	if len(e.wanted) > 0 && c.lack == 0 {
		why = append(why, WhySkills)
	}
	return append(why, WhyFree)
}
