package routing

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"visavis/internal/vis"
)

// naive decides by looking at everybody for everything: slow, and plain enough to be believed.
type naive struct {
	settings Settings
	queues   map[vis.TeamID]Queue
	waiting  map[vis.ConversationID]Waiting
	agents   map[vis.MemberID]Agent
}

func (n *naive) queue(team vis.TeamID) Queue {
	if q, ok := n.queues[team]; ok {
		return q
	}
	return DefaultQueue()
}

func (n *naive) free(m vis.MemberID, work Work, now time.Time) bool {
	a, ok := n.agents[m]
	return ok && a.Presence == Available && !a.FinishingUntil.After(now) && Room(a.Load, n.settings.Caps(a.Capacity), work)
}

// may reports whether a conversation can go to a member at all: she is there to be asked, does such work, did not decline.
func (n *naive) may(w Waiting, m vis.MemberID, now time.Time) bool {
	a, ok := n.agents[m]
	return ok && n.settings.Caps(a.Capacity)[w.Work] > 0 && !w.Declined[m].After(now)
}

func (n *naive) here(m vis.MemberID) bool {
	p := n.agents[m].Presence
	return p == Available || p == Busy
}

func waitedFor(w Waiting, seconds int, now time.Time) bool {
	return !now.Before(w.Since.Add(time.Duration(seconds) * time.Second))
}

func (n *naive) wanted(w Waiting) map[string]int {
	wanted := maps.Clone(n.queue(w.Team).Skills)
	if wanted == nil {
		wanted = map[string]int{}
	}
	for k, v := range w.Skills {
		wanted[k] = max(wanted[k], v)
	}
	return wanted
}

func (n *naive) fits(w Waiting, m vis.MemberID, now time.Time) bool {
	a, ok := n.agents[m]
	q := n.queue(w.Team)
	if !ok || w.Declined[m].After(now) {
		return false
	}
	of := func(t vis.TeamID) bool { return t == "" || slices.Contains(a.Teams, t) }
	if !of(w.Team) && !slices.ContainsFunc(q.Overflow, func(o Overflow) bool { return of(o.Team) && waitedFor(w, o.After, now) }) {
		return false
	}
	same := func(l string) bool { return strings.EqualFold(l[:2], w.Language[:2]) }
	if w.Language != "" && len(a.Languages) > 0 && !slices.ContainsFunc(a.Languages, same) {
		return false
	}
	relaxed := 0
	if q.RelaxAfter > 0 && now.After(w.Since) {
		relaxed = int(now.Sub(w.Since) / (time.Duration(q.RelaxAfter) * time.Second))
	}
	for name, want := range n.wanted(w) {
		if a.Skills[name] < want-relaxed {
			return false
		}
	}
	return true
}

// candidates are those who could have a conversation now, as far as they have room: the adviser and the last answerer first.
func (n *naive) candidates(w Waiting, now time.Time) []vis.MemberID {
	q := n.queue(w.Team)
	if w.Offered || w.NotBefore.After(now) || q.Mode == Pull {
		return nil
	}
	var found []vis.MemberID
	lastFor := q.LastFor
	if n.may(w, w.Adviser, now) {
		found = append(found, w.Adviser)
		if n.here(w.Adviser) {
			lastFor += q.AdviserFor
			if q.AdviserFor > 0 && !waitedFor(w, q.AdviserFor, now) {
				return found
			}
		}
	}
	if w.Last != w.Adviser && n.may(w, w.Last, now) && n.fits(w, w.Last, now) {
		found = append(found, w.Last)
		if q.LastFor > 0 && n.here(w.Last) && !waitedFor(w, lastFor, now) {
			return found
		}
	}
	var rest []vis.MemberID
	for m := range n.agents {
		if n.fits(w, m, now) {
			rest = append(rest, m)
		}
	}
	slices.SortFunc(rest, func(a, b vis.MemberID) int { return n.prefer(w, a, b) })
	return append(found, rest...)
}

func (n *naive) prefer(w Waiting, x, y vis.MemberID) int {
	score := func(m vis.MemberID) (s [4]int) {
		a := n.agents[m]
		q := n.queue(w.Team)
		if w.Team != "" && !slices.Contains(a.Teams, w.Team) {
			s[0] = 1 + slices.IndexFunc(q.Overflow, func(o Overflow) bool { return o.Team == "" || slices.Contains(a.Teams, o.Team) })
		}
		for name, want := range n.wanted(w) {
			s[1] += max(want-a.Skills[name], 0)
			s[2] += max(a.Skills[name]-want, 0)
		}
		s[3] = int(measure(a.Load).share(measure(n.settings.Caps(a.Capacity))))
		return s
	}
	sx, sy := score(x), score(y)
	return cmp.Or(slices.Compare(sx[:], sy[:]), n.agents[x].IdleSince.Compare(n.agents[y].IdleSince), cmp.Compare(x, y))
}

func naiveOrder(a, b Waiting) int {
	due := func(w Waiting) int64 {
		if w.DueAt.IsZero() {
			return 1 << 62
		}
		return w.DueAt.UnixMilli()
	}
	return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(due(a), due(b)), cmp.Compare(a.Conversation, b.Conversation))
}

func (n *naive) decide(now time.Time) (vis.ConversationID, vis.MemberID, bool) {
	for _, w := range slices.SortedFunc(maps.Values(n.waiting), naiveOrder) {
		for _, m := range n.candidates(w, now) {
			if n.free(m, w.Work, now) {
				return w.Conversation, m, true
			}
		}
	}
	return "", "", false
}

func (n *naive) place(id vis.ConversationID) int {
	place := 1
	for _, w := range n.waiting {
		if w.Team == n.waiting[id].Team && naiveOrder(w, n.waiting[id]) < 0 {
			place++
		}
	}
	return place
}

// build makes a snapshot of the same, put together in an order.
func (n *naive) build(shuffle func(n int, swap func(i, j int))) *Snapshot {
	s := NewSnapshot(n.settings, n.queues)
	shuffle(2, func(i, j int) {
		if i == j {
			s.few = 0 // blocked needs are found one by one, then
		}
	})
	var puts []func()
	for _, id := range slices.Sorted(maps.Keys(n.waiting)) {
		puts = append(puts, func() { s.PutWaiting(n.waiting[id]) })
	}
	for _, id := range slices.Sorted(maps.Keys(n.agents)) {
		puts = append(puts, func() { s.PutAgent(n.agents[id]) })
	}
	shuffle(len(puts), func(i, j int) { puts[i], puts[j] = puts[j], puts[i] })
	for _, put := range puts {
		put()
	}
	return s
}
