package routing

import (
	"context"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// What the board looks at.
const (
	// RiskWithin is how near a deadline is for its promise to be at risk.
	RiskWithin = 15 * time.Minute
	// tipWithin is how far ahead a queue is looked at for promises that it cannot keep.
	tipWithin = 30 * time.Minute
	risksMost = 20
)

// boardTx reads figures of all conversations at once, one row for each queue or member, however many there are.
type boardTx interface {
	Channels(ctx context.Context) ([]channel.Channel, error)
	// QueueFigures are those of what is open, by team and channel.
	QueueFigures(ctx context.Context, riskBefore, soonBefore time.Time) ([]QueueFigures, error)
	// Loads are what members hold, by member and channel.
	Loads(ctx context.Context, activeSince time.Time) ([]HeldFigures, error)
	// AtRisk are open conversations whose promise is missed or due before an instant, nearest first; of every team when it is "".
	AtRisk(ctx context.Context, team vis.TeamID, before time.Time, limit int) ([]desk.Conversation, error)
}

// QueueFigures are those of the open conversations of one team on one channel. All but the last two count only what nobody owns.
type QueueFigures struct {
	Team    vis.TeamID
	Channel vis.ChannelID
	Waiting int
	Since   time.Time // of the longest wait; zero when nobody waits
	Missed  int
	AtRisk  int           // running, and due before riskBefore
	Soon    int           // running, and due before soonBefore
	SoonBy  time.Time     // the last deadline of these
	Nearest desk.Standing // of which only the promise counts; none when Promise is ""

	AllMissed, AllAtRisk int // those that somebody owns included
}

// HeldFigures count what one member holds from one channel.
type HeldFigures struct {
	Member  vis.MemberID
	Channel vis.ChannelID
	Waiting int // in which the customer waits
	Active  int // others with a word since activeSince
}

// Board is how the floor stands at an instant, for those who watch over it.
type Board struct {
	At      time.Time
	Goal    int // share of promises to keep, in percent
	Waiting int // that nobody owns
	AtRisk  int // running promises due within RiskWithin, also of what somebody owns
	Missed  int // missed and still owed, likewise
	Queues  []BoardQueue
	Risks   []desk.Conversation // whose promises are missed or at risk, nearest deadline first, 20 at most
	Agents  []BoardAgent        // who are here or back soon, in order of names
	Tip     *Tip
}

// BoardQueue is one queue with those who answer it.
type BoardQueue struct {
	Team    vis.TeamID // "" for what is of no team
	Mode    Mode
	Waiting int
	Since   time.Time // of the longest wait; zero when nobody waits
	Nearest desk.Standing
	Missed  int
	AtRisk  int
	Agents  []QueueAgent // of the team; everybody for the queue of no team
	Free    int
}

// AgentState is what a member can be given now.
type AgentState string

// A member is free when she is available and has room, full when she is available without, busy when she wants nothing new or writes up
// what she has done, and away when she is not at her desk.
const (
	AgentFree AgentState = "free"
	AgentBusy AgentState = "busy"
	AgentFull AgentState = "full"
	AgentAway AgentState = "away"
)

// QueueAgent is a member as one queue sees her: free when she has room for what waits there.
type QueueAgent struct {
	Member vis.MemberID
	State  AgentState
}

// BoardAgent is a member who is here, or away and back soon.
type BoardAgent struct {
	MemberPresence
	State    AgentState
	Load     map[Work]int
	Capacity map[Work]int
	Ringing  bool
}

// Board reads how the floor stands: of one team, or of all for "". It costs the same number of queries however much waits.
func (s *Service) Board(ctx context.Context, by vis.Actor, team vis.TeamID) (Board, error) {
	if err := by.Must(vis.ReadConversations); err != nil {
		return Board{}, err
	}
	now := s.clock.Now()
	return vis.View(ctx, s.db, by.Workspace, func(tx Tx) (Board, error) {
		f, err := s.readFloor(ctx, s.setup(tx, by.Workspace), now)
		if err != nil {
			return Board{}, err
		}
		if team != "" && !f.hasTeam(team) {
			return Board{}, vis.Absent("team")
		}
		b := f.board(team)
		b.Risks, err = tx.AtRisk(ctx, team, now.Add(RiskWithin), risksMost)
		return b, err
	})
}

// readFloor reads everything that the board is made of, but for the conversations it names.
func (s *Service) readFloor(ctx context.Context, u *setup, now time.Time) (*floor, error) {
	f := &floor{now: now, queues: make(map[vis.TeamID]Queue), lanes: make(map[vis.ChannelID]lane), profiles: make(map[vis.MemberID]Profile),
		shifts: make(map[vis.MemberID]Shift), loads: make(map[vis.MemberID]workload), ringing: make(map[vis.MemberID]bool)}
	steps := []func() error{
		func() (err error) { f.settings, err = u.Settings(ctx); return err },
		func() (err error) { f.teams, err = u.Teams(ctx); return err },
		func() (err error) { f.members, err = u.Members(ctx); return err },
		func() (err error) {
			f.figures, err = u.tx.QueueFigures(ctx, now.Add(RiskWithin), now.Add(tipWithin))
			return err
		},
		func() error { return f.readQueues(ctx, u) },
		func() error { return f.readPeople(ctx, u.tx) },
		func() error { return f.readLanes(ctx, u) },
		func() error { return f.readLoads(ctx, u.tx) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *floor) readQueues(ctx context.Context, u *setup) error {
	all, err := u.allQueues(ctx)
	for _, q := range all {
		f.queues[q.Team] = q
	}
	return err
}

func (f *floor) readPeople(ctx context.Context, tx Tx) error {
	profiles, err := tx.Profiles(ctx)
	if err != nil {
		return err
	}
	for _, p := range profiles {
		f.profiles[p.Member] = p
	}
	shifts, err := tx.Shifts(ctx)
	for _, x := range shifts {
		f.shifts[x.Member] = x
	}
	return err
}

func (f *floor) readLanes(ctx context.Context, u *setup) error {
	all, err := u.tx.Channels(ctx)
	for _, c := range all {
		f.lanes[c.ID] = laneOf(c, u.s.channels.Live(c))
	}
	return err
}

// readLoads counts what each member holds by the rule that hands out work, with what rings at her.
func (f *floor) readLoads(ctx context.Context, tx Tx) error {
	held, err := tx.Loads(ctx, f.now.Add(-liveFor))
	if err != nil {
		return err
	}
	for _, h := range held {
		l := f.lane(h.Channel)
		n := h.Waiting
		if l.live {
			n += h.Active
		}
		f.hold(h.Member, l.work, n)
	}
	ringing, err := tx.RingingOffers(ctx)
	if err != nil || len(ringing) == 0 {
		return err
	}
	ids, whose := make([]vis.ConversationID, 0, len(ringing)), make(map[vis.ConversationID]vis.MemberID, len(ringing))
	for _, o := range ringing {
		ids, whose[o.Conversation] = append(ids, o.Conversation), o.Member
		f.ringing[o.Member] = true
	}
	offered, err := tx.ConversationsByID(ctx, ids)
	for _, c := range offered {
		f.hold(whose[c.ID], f.lane(c.Channel).work, 1)
	}
	return err
}

// floor is what was read, from which the board is worked out.
type floor struct {
	now      time.Time
	settings Settings
	teams    []staff.Team
	members  []staff.Member
	queues   map[vis.TeamID]Queue
	lanes    map[vis.ChannelID]lane
	profiles map[vis.MemberID]Profile
	shifts   map[vis.MemberID]Shift
	loads    map[vis.MemberID]workload
	ringing  map[vis.MemberID]bool
	figures  []QueueFigures
}
