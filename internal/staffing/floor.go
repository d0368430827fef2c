package staffing

import (
	"context"
	"strconv"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// floor is one replication as it is played: who waits, who works on what. Who gets whom is decided by routing.Decide alone.
type floor struct {
	day      Day
	snapshot *routing.Snapshot
	contacts []contact
	people   []agent
	members  map[vis.MemberID]int
	agenda   agenda
	wakeAt   time.Duration // of the wake that is in the agenda, 0 for none
}

// agent is a person in a play.
type agent struct {
	routing.Agent
	absent    bool
	here      bool
	holds     int
	busySince time.Duration
	busy      time.Duration // in all, also when she holds several
}

// marks are the shares of a promise after which routing ranks its conversation higher.
var marks = [...]float64{0.75, 0.9, 1}

func newFloor(d Day, contacts []contact, absent map[vis.MemberID]bool) *floor {
	queues := make(map[vis.TeamID]routing.Queue, len(d.Queues))
	for id, q := range d.Queues {
		q.Mode = routing.Push
		queues[id] = q
	}
	for _, c := range d.Classes {
		if _, ok := queues[c.Team]; !ok {
			queues[c.Team] = routing.Queue{Team: c.Team, Mode: routing.Push}
		}
	}
	if d.Settings.Weights == (routing.Weights{}) {
		d.Settings.Weights = routing.Presets()["balanced"]
	}
	f := &floor{day: d, snapshot: routing.NewSnapshot(d.Settings, queues), contacts: contacts, members: make(map[vis.MemberID]int, len(d.People))}
	for i, p := range d.People {
		f.members[p.Member] = i
		f.people = append(f.people, agent{absent: absent[p.Member], Agent: routing.Agent{Member: p.Member, Teams: p.Teams, Presence: routing.Available,
			Languages: p.Languages, Skills: p.Skills, Capacity: p.Capacity, Load: map[routing.Work]int{}, IdleSince: d.From}})
		for _, s := range p.Shifts {
			if !absent[p.Member] && s.To > s.From {
				f.agenda.add(event{s.From, begins, i})
				f.agenda.add(event{s.To, ends, i})
			}
		}
	}
	for i, c := range contacts {
		f.agenda.add(event{c.arrived, arrives, i})
	}
	return f
}

// play runs until nothing happens any more, or the context ends. Who then still waits has not been answered.
func (f *floor) play(ctx context.Context) error {
	for steps := 0; len(f.agenda) > 0; steps++ {
		if steps%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		now := f.agenda[0].at
		for len(f.agenda) > 0 && f.agenda[0].at == now {
			f.happen(f.agenda.next())
		}
		f.decide(now)
	}
	return nil
}

func (f *floor) happen(e event) {
	switch e.kind {
	case begins:
		a := &f.people[e.index]
		a.here, a.IdleSince = true, f.time(e.at)
		f.snapshot.PutAgent(a.Agent)
	case ends:
		f.people[e.index].here = false
		f.snapshot.RemoveAgent(f.people[e.index].Member)
	case done:
		f.finish(e)
	case leaves:
		if c := &f.contacts[e.index]; c.state == waits {
			c.state, c.wait = gaveUp, e.at-c.arrived
			f.snapshot.RemoveWaiting(conversation(e.index))
		}
	case arrives:
		f.arrive(e)
	case marked:
		if c := &f.contacts[e.index]; c.state == waits {
			c.marks++
			f.snapshot.PutWaiting(f.waiting(e.index, e.at))
			f.mark(e.index)
		}
	case wakes:
		if f.wakeAt == e.at {
			f.wakeAt = 0
		}
	}
}

func (f *floor) arrive(e event) {
	c := &f.contacts[e.index]
	f.snapshot.PutWaiting(f.waiting(e.index, e.at))
	f.mark(e.index)
	if c.patience > 0 {
		f.agenda.add(event{e.at + c.patience, leaves, e.index})
	}
}

// mark puts the next mark of a contact's promise into the agenda.
func (f *floor) mark(index int) {
	c := &f.contacts[index]
	if within := f.day.Classes[c.class].Within; within > 0 && c.marks < len(marks) {
		f.agenda.add(event{c.arrived + time.Duration(marks[c.marks]*float64(within)), marked, index})
	}
}

// waiting is a contact as routing sees it.
func (f *floor) waiting(index int, now time.Duration) routing.Waiting {
	c := &f.contacts[index]
	class := &f.day.Classes[c.class]
	since := f.time(c.arrived)
	subject := routing.Subject{Conversation: conversation(index), WaitingSince: since}
	subject.About.Criticality = class.Criticality
	if c.marks > 0 {
		subject.Slack = marks[c.marks-1]
	}
	w := routing.Waiting{Conversation: subject.Conversation, Team: class.Team, Work: class.Work, Since: since, Language: class.Language,
		Skills: class.Skills, Rank: routing.Rank(f.day.Settings.Weights, subject, f.time(now))}
	if class.Within > 0 {
		w.DueAt = since.Add(class.Within)
	}
	if w.Skills == nil {
		w.Skills = f.day.Queues[class.Team].Skills
	}
	return w
}

// decide gives away all that can be given now, as routing says, and asks again when routing wants it.
func (f *floor) decide(now time.Duration) {
	for {
		d, ok, next := routing.Decide(f.snapshot, f.time(now))
		if !ok {
			f.wake(now, next)
			return
		}
		f.assign(d, now)
	}
}

func (f *floor) assign(d routing.Decision, now time.Duration) {
	index := contactOf(d.Conversation)
	c, i := &f.contacts[index], f.members[d.Member]
	a := &f.people[i]
	c.state, c.by, c.wait = served, i, now+f.day.PickUp-c.arrived
	f.snapshot.RemoveWaiting(d.Conversation)
	if a.holds == 0 {
		a.busySince = now
	}
	a.holds++
	a.Load[f.day.Classes[c.class].Work]++
	a.IdleSince = f.time(now)
	f.snapshot.PutAgent(a.Agent)
	f.agenda.add(event{now + f.day.PickUp + c.handle, done, index})
}

func (f *floor) finish(e event) {
	c := &f.contacts[e.index]
	a := &f.people[c.by]
	a.holds--
	a.Load[f.day.Classes[c.class].Work]--
	if a.holds == 0 {
		a.busy += e.at - a.busySince
	}
	if a.here {
		f.snapshot.PutAgent(a.Agent)
	}
}

// wake asks routing again at an instant, unless that is to happen sooner already.
func (f *floor) wake(now time.Duration, next time.Time) {
	if next.IsZero() {
		return
	}
	at := max(next.Sub(f.day.From), now+1)
	if f.wakeAt > now && f.wakeAt <= at {
		return
	}
	f.wakeAt = at
	f.agenda.add(event{at, wakes, 0})
}

func (f *floor) time(at time.Duration) time.Time { return f.day.From.Add(at) }

func conversation(index int) vis.ConversationID { return vis.ConversationID(strconv.Itoa(index)) }

// contactOf is the other way round; only ids that conversation made come back from routing.
func contactOf(id vis.ConversationID) int {
	index, err := strconv.Atoi(string(id))
	if err != nil {
		return -1
	}
	return index
}
