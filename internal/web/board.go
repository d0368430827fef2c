package web

import (
	"context"
	"slices"
	"time"

	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// Board is how the floor stands now.
type Board struct {
	At        Moment         `json:"at" doc:"When it was read; an answer is about two seconds old at most."`
	Zone      string         `json:"zone" doc:"IANA time zone of the workspace, in which today is today."`
	Goal      int            `json:"goal" doc:"Share of promises to keep, in percent"`
	Today     BoardToday     `json:"today"`
	Waiting   int            `json:"waiting" doc:"Conversations that nobody owns."`
	AtRisk    int            `json:"atRisk" doc:"Promises due within a quarter of an hour, also of what somebody owns."`
	MissedNow int            `json:"missedNow" doc:"Promises that are missed and still owed, likewise."`
	Queues    []BoardQueue   `json:"queues" nullable:"false"`
	Risks     []Conversation `json:"risks" nullable:"false" doc:"Those at risk or missed, nearest deadline first; 20 at most."`
	Agents    []BoardAgent   `json:"agents" nullable:"false" doc:"Members who are not offline."`
	Curve     BoardCurve     `json:"curve"`
	Tip       *BoardTip      `json:"tip" doc:"Null while no queue is about to miss promises that free members of other teams could keep."`
}

// BoardToday is how the day goes so far.
type BoardToday struct {
	Kept        int64    `json:"kept" doc:"Promises, acknowledgements left out."`
	Missed      int64    `json:"missed"`
	Unanswered  int64    `json:"unanswered" doc:"Closed on our side, in time, without the answer that was promised; counted neither as kept nor as missed."`
	FirstMedian *float64 `json:"firstMedian,omitempty" doc:"Seconds until the first answer: half were answered faster."`
	FirstP90    *float64 `json:"firstP90,omitempty" doc:"Nine of ten were answered faster."`
}

// BoardQueue is one queue with those who answer it.
type BoardQueue struct {
	TeamID       string       `json:"teamId" doc:"Empty for conversations of no team."`
	Mode         string       `json:"mode" enum:"pull,offer,assign"`
	Waiting      int          `json:"waiting"`
	LongestSince *Moment      `json:"longestSince,omitempty"`
	Nearest      *Owed        `json:"nearest,omitempty" doc:"Of what nobody owns, missed ones included."`
	Missed       int          `json:"missed"`
	AtRisk       int          `json:"atRisk"`
	Trend        []int        `json:"trend" nullable:"false" doc:"Arrivals by quarters of an hour over the last two hours, oldest first; the last is still going on."`
	Agents       []QueueAgent `json:"agents" nullable:"false" doc:"Of the team, those who can take something first."`
	Free         int          `json:"free"`
}

// QueueAgent is a member as a queue sees her.
type QueueAgent struct {
	MemberID string `json:"memberId" format:"uuid"`
	State    string `json:"state" enum:"free,full,busy,away" doc:"free: has room for what waits there"`
}

// BoardAgent is a member who is here, or away.
type BoardAgent struct {
	MemberID string    `json:"memberId" format:"uuid"`
	Presence string    `json:"presence" enum:"available,busy,finishing,away"`
	State    string    `json:"state" enum:"free,full,busy,away"`
	Since    *Moment   `json:"since,omitempty"`
	BackAt   *Moment   `json:"backAt,omitempty"`
	Load     BoardLoad `json:"load"`
	Capacity BoardLoad `json:"capacity"`
	Ringing  bool      `json:"ringing"`
}

// BoardLoad is a number for each kind of work.
type BoardLoad struct {
	Call int `json:"call"`
	Chat int `json:"chat"`
	Mail int `json:"mail"`
}

// BoardCurve is today by half hours.
type BoardCurve struct {
	Slots []BoardSlot `json:"slots" nullable:"false" doc:"46, 48 or 50 of half an hour, from midnight in the zone."`
	// Known is set when forecast is.
	Known bool `json:"known" doc:"Whether there is history enough for a forecast."`
}

// BoardSlot is half an hour.
type BoardSlot struct {
	At       Moment         `json:"at"`
	Actual   *int64         `json:"actual,omitempty" doc:"Contacts that came; so far, in the slot that is going on."`
	Forecast *BoardForecast `json:"forecast,omitempty"`
}

// BoardForecast is what is expected in half an hour.
type BoardForecast struct {
	Expected float64 `json:"expected"`
	Low      float64 `json:"low" doc:"Nine of ten times more than this come."`
	High     float64 `json:"high" doc:"Nine of ten times fewer than this come."`
}

// BoardTip says which queue will miss promises, and who could help.
type BoardTip struct {
	TeamID  string   `json:"teamId" format:"uuid"`
	Missing int      `json:"missing" doc:"Promises due within half an hour beyond what the queue's free members have room for."`
	By      Moment   `json:"by" doc:"The last of their deadlines."`
	Helpers []string `json:"helpers" nullable:"false" doc:"Free members of other teams who can do the work and are not needed where they are."`
	Skilled bool     `json:"skilled" doc:"Whether the queue wants skills, which they have."`
}

type boardInput struct {
	TeamID string `query:"teamId" maxLength:"64" doc:"One team; all when absent."`
}

// The curve and the trends.
const (
	boardFor   = 2 * time.Second // that one answer is given to everybody
	trendSlots = 8
	halfHour   = 2 * report.Slot
)

func (s *Server) boardRoutes() {
	add(s, route{method: "GET", path: "/board", id: "getBoard", tag: "routing", summary: "How the floor stands: queues, promises at risk, agents, today",
		access: staffers, scope: vis.ReadConversations},
		func(ctx context.Context, by caller, in *boardInput) (*reply[Board], error) {
			if err := by.Must(vis.ReadConversations); err != nil {
				return nil, err
			}
			k := boardKey{by.Workspace, vis.TeamID(in.TeamID)}
			b, err := s.boards.get(k, s.clock, func(e *saidBoard, now time.Time) (Board, error) { return s.readBoard(ctx, k, e, now) })
			return ok(b), err
		})
}

// readBoard asks each room for its figures. Everybody may see them, so they are read in nobody's name.
func (s *Server) readBoard(ctx context.Context, k boardKey, e *saidBoard, now time.Time) (Board, error) {
	b, err := s.routing.Board(ctx, vis.System(k.ws), k.team)
	if err != nil {
		return Board{}, err
	}
	out := s.boardOf(ctx, k.ws, b)
	f, err := s.report.Floor(ctx, k.ws, k.team, now.Add(-(trendSlots-1)*report.Slot).Truncate(report.Slot))
	if err != nil {
		return Board{}, err
	}
	out.count(f, k.team, now)
	expected, known := s.expected(ctx, k, e, f.Zone, now)
	out.expect(expected, known)
	return out, nil
}

// boardOf says what the room of promises knows.
func (s *Server) boardOf(ctx context.Context, ws vis.WorkspaceID, b routing.Board) Board {
	out := Board{At: moment(b.At), Goal: b.Goal, Waiting: b.Waiting, AtRisk: b.AtRisk, MissedNow: b.Missed, Queues: make([]BoardQueue, len(b.Queues)),
		Risks: make([]Conversation, len(b.Risks)), Agents: make([]BoardAgent, len(b.Agents))}
	for i, q := range b.Queues {
		out.Queues[i] = boardQueue(q)
	}
	for i, c := range b.Risks {
		out.Risks[i] = s.conversation(ctx, ws, c, nil)
	}
	for i, a := range b.Agents {
		out.Agents[i] = BoardAgent{MemberID: string(a.Member), Presence: string(a.Presence), State: string(a.State), Since: maybe(a.Since), BackAt: maybe(a.BackAt),
			Load: boardLoad(a.Load), Capacity: boardLoad(a.Capacity), Ringing: a.Ringing}
	}
	if t := b.Tip; t != nil {
		out.Tip = &BoardTip{string(t.Team), t.Missing, moment(t.By), texts(t.Helpers), t.Skilled}
	}
	return out
}

func boardQueue(q routing.BoardQueue) BoardQueue {
	out := BoardQueue{TeamID: string(q.Team), Mode: string(q.Mode), Waiting: q.Waiting, LongestSince: maybe(q.Since), Nearest: owed(q.Nearest),
		Missed: q.Missed, AtRisk: q.AtRisk, Trend: make([]int, trendSlots), Agents: make([]QueueAgent, len(q.Agents)), Free: q.Free}
	for i, a := range q.Agents {
		out.Agents[i] = QueueAgent{string(a.Member), string(a.State)}
	}
	return out
}

func boardLoad(of map[routing.Work]int) BoardLoad {
	return BoardLoad{of[routing.WorkCall], of[routing.WorkChat], of[routing.WorkMail]}
}

// count fills in what came, and what became of today's promises.
func (b *Board) count(f report.Floor, team vis.TeamID, now time.Time) {
	b.Zone, b.Today.Kept, b.Today.Missed, b.Today.Unanswered = f.Zone.String(), f.Today.Kept, f.Today.Missed, f.Today.Unanswered
	b.Today.FirstMedian, b.Today.FirstP90 = answeredBy(f.Today, 0.5), answeredBy(f.Today, 0.9)
	end := f.From.In(f.Zone).AddDate(0, 0, 1)
	for at := f.From; at.Before(end); at = at.Add(halfHour) {
		slot := BoardSlot{At: moment(at)}
		if !at.After(now) {
			slot.Actual = new(int64(0))
		}
		b.Curve.Slots = append(b.Curve.Slots, slot)
	}
	newest := now.Truncate(report.Slot)
	for _, c := range f.Contacts {
		if i := int(c.At.Sub(f.From) / halfHour); !c.At.Before(f.From) && i < len(b.Curve.Slots) && b.Curve.Slots[i].Actual != nil && (team == "" || c.Team == team) {
			*b.Curve.Slots[i].Actual += c.N
		}
		back := int(newest.Sub(c.At) / report.Slot)
		q := slices.IndexFunc(b.Queues, func(q BoardQueue) bool { return q.TeamID == string(c.Team) })
		if q >= 0 && back >= 0 && back < trendSlots {
			b.Queues[q].Trend[trendSlots-1-back] += int(c.N)
		}
	}
}

// answeredBy is how long first answers took, in seconds; nil when there were none.
func answeredBy(r report.Record, q float64) *float64 {
	d, counted := r.First.Quantile(q)
	if !counted {
		return nil
	}
	return new(rounded(d.Seconds()))
}

// expect fills in what was expected.
func (b *Board) expect(all []staffing.Expected, known bool) {
	b.Curve.Known = known
	for i := range b.Curve.Slots {
		if known && i < len(all) {
			b.Curve.Slots[i].Forecast = &BoardForecast{rounded(all[i].N), rounded(all[i].Low), rounded(all[i].High)}
		}
	}
}
