package routing

import (
	"cmp"
	"slices"
	"time"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// helpersMost is how many members a tip names.
const helpersMost = 3

// Tip says that a queue will miss promises as it stands, and who could help. It is only given when both are so.
type Tip struct {
	Team    vis.TeamID
	Missing int // promises due within half an hour beyond what the free members of the queue have room for
	By      time.Time
	Helpers []vis.MemberID // of other teams, free, with room for the work, the freest first
	Skilled bool           // the queue wants skills, and they have them
}

// wants are conversations that somebody must answer, by kind of work.
type wants [len(kinds)]int

func (w wants) total() (n int) {
	for _, x := range w {
		n += x
	}
	return n
}

// tip is about the queue that will miss the most.
func (f *floor) tip(team vis.TeamID) *Tip {
	missing := make(map[vis.TeamID]wants)
	for _, t := range f.teams {
		missing[t.ID] = f.missing(t.ID)
	}
	var best *Tip
	for _, t := range f.teams {
		n := missing[t.ID].total()
		if n == 0 || team != "" && t.ID != team || best != nil && n <= best.Missing {
			continue
		}
		helpers := f.helpers(t.ID, missing)
		if len(helpers) == 0 {
			continue
		}
		best = &Tip{Team: t.ID, Missing: n, By: f.soonBy(t.ID), Helpers: helpers, Skilled: len(f.queue(t.ID).Skills) > 0}
	}
	return best
}

func (f *floor) soonBy(team vis.TeamID) (by time.Time) {
	for _, x := range f.figures {
		if x.Team == team && x.SoonBy.After(by) {
			by = x.SoonBy
		}
	}
	return by
}

// missing is what is due soon in a queue beyond what its free members take on.
func (f *floor) missing(team vis.TeamID) wants {
	var due wants
	for _, x := range f.figures {
		if i := f.lane(x.Channel).work.index(); x.Team == team && i >= 0 {
			due[i] += x.Soon
		}
	}
	if due.total() == 0 {
		return due
	}
	for _, m := range f.members {
		if f.serves(m, team) && f.free(m, team) {
			due = f.take(m.ID, due)
		}
	}
	return due
}

// serves reports whether a member is given the work of a queue without anybody's doing: it is her team's, or hers helps out in time.
func (f *floor) serves(m staff.Member, team vis.TeamID) bool {
	if slices.Contains(m.Teams, team) {
		return true
	}
	return slices.ContainsFunc(f.queue(team).Overflow, func(o Overflow) bool {
		return time.Duration(o.After)*time.Second < tipWithin && slices.Contains(m.Teams, o.Team)
	})
}

// free reports whether a member is available and can do the work of a queue.
func (f *floor) free(m staff.Member, team vis.TeamID) bool {
	return m.State == staff.Active && f.presence(m.ID) == Available && f.profiles[m.ID].fits(f.queue(team), "", 0)
}

// take is what is left when a member has taken on as much as she has room for, calls first.
func (f *floor) take(m vis.MemberID, due wants) wants {
	load, caps := f.loads[m], f.settings.caps(f.profiles[m].Capacity)
	for i, kind := range kinds {
		for due[i] > 0 && load.room(caps, kind) {
			load[i]++
			due[i]--
		}
	}
	return due
}

// helpers are free members whom nobody needs where they are, as few as take on what a queue will miss.
func (f *floor) helpers(team vis.TeamID, missing map[vis.TeamID]wants) []vis.MemberID {
	due := missing[team]
	var able []staff.Member
	for _, m := range f.members {
		needed := slices.ContainsFunc(m.Teams, func(t vis.TeamID) bool { return missing[t].total() > 0 })
		if !needed && len(m.Teams) > 0 && !f.ringing[m.ID] && !f.serves(m, team) && f.free(m, team) && f.take(m.ID, due) != due {
			able = append(able, m)
		}
	}
	slices.SortFunc(able, func(a, b staff.Member) int {
		return cmp.Or(cmp.Compare(f.share(a.ID), f.share(b.ID)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	var out []vis.MemberID
	for _, m := range able {
		if due.total() == 0 || len(out) == helpersMost {
			break
		}
		due = f.take(m.ID, due)
		out = append(out, m.ID)
	}
	return out
}

// share is how much of a member is taken.
func (f *floor) share(m vis.MemberID) int64 {
	return f.loads[m].share(f.settings.caps(f.profiles[m].Capacity))
}
