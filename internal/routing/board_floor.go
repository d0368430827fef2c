package routing

import (
	"slices"
	"strings"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

func (f *floor) lane(id vis.ChannelID) lane {
	if l, ok := f.lanes[id]; ok {
		return l
	}
	return lane{work: WorkMail} // of a channel that is gone, as when it is handed out
}

func (f *floor) hold(m vis.MemberID, work Work, n int) {
	load := f.loads[m]
	if i := work.index(); i >= 0 {
		load[i] += int64(n)
	}
	f.loads[m] = load
}

func (f *floor) hasTeam(id vis.TeamID) bool {
	return slices.ContainsFunc(f.teams, func(t staff.Team) bool { return t.ID == id })
}

func (f *floor) queue(team vis.TeamID) Queue {
	if q, ok := f.queues[team]; ok {
		return q
	}
	q := DefaultQueue()
	q.Team = team
	return q
}

func (f *floor) presence(m vis.MemberID) Presence { return f.shifts[m].At(f.now) }

// present reports whether a member is to be seen: she works here, and is not offline.
func (f *floor) present(m staff.Member) bool {
	return m.State == staff.Active && f.presence(m.ID) != Offline
}

// state is what a member can be given of some kinds of work; of any kind when none are named.
func (f *floor) state(m vis.MemberID, of []Work) AgentState {
	switch f.presence(m) {
	case Available:
		if len(of) == 0 {
			of = kinds[:]
		}
		load, caps := f.loads[m], f.settings.caps(f.profiles[m].Capacity)
		if slices.ContainsFunc(of, func(kind Work) bool { return load.room(caps, kind) }) {
			return AgentFree
		}
		return AgentFull
	case Busy, Finishing:
		return AgentBusy
	case Away, Offline:
	}
	return AgentAway
}

// board works out how the floor stands, without the conversations it names.
func (f *floor) board(team vis.TeamID) Board {
	b := Board{At: f.now, Goal: f.settings.Goal, Queues: []BoardQueue{}, Agents: []BoardAgent{}}
	for _, t := range f.teams {
		if team == "" || t.ID == team {
			b.Queues = append(b.Queues, f.boardQueue(t.ID))
		}
	}
	if team == "" {
		b.Queues = append(b.Queues, f.boardQueue(""))
	}
	for _, x := range f.figures {
		if team == "" || x.Team == team {
			b.Waiting, b.AtRisk, b.Missed = b.Waiting+x.Waiting, b.AtRisk+x.AllAtRisk, b.Missed+x.AllMissed
		}
	}
	for _, m := range f.members {
		if f.present(m) && (team == "" || slices.Contains(m.Teams, team)) {
			b.Agents = append(b.Agents, f.agent(m))
		}
	}
	names := f.names()
	slices.SortFunc(b.Agents, func(x, y BoardAgent) int {
		return cmpText(names[x.Member], names[y.Member], string(x.Member), string(y.Member))
	})
	b.Tip = f.tip(team)
	return b
}

func (f *floor) names() map[vis.MemberID]string {
	names := make(map[vis.MemberID]string, len(f.members))
	for _, m := range f.members {
		names[m.ID] = m.Name
	}
	return names
}

// cmpText compares pairs of texts until one differs.
func cmpText(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}

func (f *floor) agent(m staff.Member) BoardAgent {
	shift := f.shifts[m.ID]
	a := BoardAgent{MemberPresence: MemberPresence{Member: m.ID, Presence: f.presence(m.ID), Since: shift.Since}, State: f.state(m.ID, nil),
		Load: make(map[Work]int), Capacity: f.settings.Caps(f.profiles[m.ID].Capacity), Ringing: f.ringing[m.ID]}
	if shift.Chosen == Away {
		a.BackAt = shift.BackAt
	}
	for i, kind := range kinds {
		a.Load[kind] = int(f.loads[m.ID][i])
	}
	return a
}

func (f *floor) boardQueue(team vis.TeamID) BoardQueue {
	q := BoardQueue{Team: team, Mode: f.queue(team).Mode, Agents: []QueueAgent{}}
	var waiting []Work
	for _, x := range f.figures {
		if x.Team != team {
			continue
		}
		q.Waiting, q.Missed, q.AtRisk = q.Waiting+x.Waiting, q.Missed+x.Missed, q.AtRisk+x.AtRisk
		q.Since = soonest(q.Since, x.Since)
		if x.Nearest.Promise != "" && (q.Nearest.Promise == "" || x.Nearest.DueAt.Before(q.Nearest.DueAt)) {
			q.Nearest = x.Nearest
		}
		if x.Waiting > 0 {
			waiting = append(waiting, f.lane(x.Channel).work)
		}
	}
	for _, m := range f.members {
		if !f.present(m) || team != "" && !slices.Contains(m.Teams, team) {
			continue
		}
		state := f.state(m.ID, waiting)
		if state == AgentFree {
			q.Free++
		}
		q.Agents = append(q.Agents, QueueAgent{m.ID, state})
	}
	slices.SortStableFunc(q.Agents, func(a, b QueueAgent) int { return a.State.order() - b.State.order() })
	return q
}

// order puts those first who can take something.
func (s AgentState) order() int {
	return slices.Index([]AgentState{AgentFree, AgentFull, AgentBusy, AgentAway}, s)
}
