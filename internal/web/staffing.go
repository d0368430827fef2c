package web

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"visavis/internal/routing"
	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// The bounds of planning.
const (
	historyFor    = 2 * 371 * 24 * time.Hour // that a forecast looks back
	planFor       = 20 * time.Second         // that one plan may take in all
	searchFor     = 8 * time.Second          // of it for the search
	maxDayPlanned = 20_000                   // arrivals
	playedAtLeast = 40_000                   // arrivals, over all replications of a play
	busyPlanning  = 3                        // seconds after which to ask again
)

// StaffingForecast is how many are expected on a day.
type StaffingForecast struct {
	Day    string         `json:"day" format:"date"`
	Zone   string         `json:"zone" doc:"IANA time zone of the workspace; days are counted in it."`
	Enough bool           `json:"enough" doc:"Whether there is enough history: two weeks. Without, slots say what came, and expect nothing."`
	Days   int            `json:"days" doc:"Whole days of history."`
	Slots  []ForecastSlot `json:"slots" nullable:"false" doc:"Of 15 minutes; 92 or 100 when the clocks change."`
	Error  *ForecastError `json:"error,omitempty"`
}

// ForecastSlot is what is expected in 15 minutes.
type ForecastSlot struct {
	At       Moment  `json:"at"`
	Expected float64 `json:"expected"`
	Low      float64 `json:"low" doc:"Nine of ten times more than this come."`
	High     float64 `json:"high" doc:"Nine of ten times fewer than this come."`
	Actual   *int    `json:"actual,omitempty" doc:"What came, once the slot is over."`
}

// ForecastError is how far the same method was off on the last weeks.
type ForecastError struct {
	Weeks   int     `json:"weeks" doc:"How many weeks were forecast from what was known before them."`
	Slots   float64 `json:"slots" doc:"Percent: sum of the errors of slots over what came. Chance alone makes it large where few come."`
	Daily   float64 `json:"daily" doc:"Percent: the same for whole days."`
	Covered float64 `json:"covered" doc:"Percent of slots that lay between low and high."`
}

// StaffingPlan is how many agents keep a promise on a day, and what if some are ill.
type StaffingPlan struct {
	Day          string         `json:"day" format:"date"`
	Zone         string         `json:"zone"`
	Settled      bool           `json:"settled" doc:"Whether the search ended by itself; false when time was up."`
	Replications int            `json:"replications" doc:"How often the day was played."`
	Slots        []PlannedSlot  `json:"slots" nullable:"false"`
	Whole        PlannedResult  `json:"whole"`
	Least        PlannedResult  `json:"least" doc:"The hour in which the fewest promises were kept."`
	LeastAt      Moment         `json:"leastAt"`
	Without      *PlanWithout   `json:"without,omitempty" doc:"The same day without those who are ill."`
	Error        *ForecastError `json:"error,omitempty"`
}

// PlanWithout is a day without those who are ill.
type PlanWithout struct {
	Whole   PlannedResult `json:"whole"`
	Least   PlannedResult `json:"least"`
	LeastAt Moment        `json:"leastAt"`
	Absent  []string      `json:"absent" nullable:"false" doc:"Members, where people were given."`
}

// PlannedSlot is one slot of a plan.
type PlannedSlot struct {
	At       Moment  `json:"at"`
	Expected float64 `json:"expected"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Needed   int     `json:"needed" doc:"The fewest agents that keep the target."`
	Agents   int     `json:"agents" doc:"Who are planned."`
	PlannedResult
	Without *PlannedResult `json:"without,omitempty"`
}

// PlannedResult is what became of those who came.
type PlannedResult struct {
	Came      float64 `json:"came" doc:"A mean over the replications."`
	Kept      float64 `json:"kept" doc:"Percent that were answered within the promise; 100 of nobody."`
	Abandoned float64 `json:"abandoned" doc:"Percent that gave up."`
	Wait      float64 `json:"wait" doc:"Mean wait in seconds, also of those who gave up."`
}

type forecastInput struct {
	Day    string `query:"day" required:"true" format:"date"`
	TeamID string `query:"teamId" doc:"All teams when absent."`
}

type planInput struct {
	Body struct {
		Day    string `json:"day" format:"date"`
		TeamID string `json:"teamId,omitempty"`
		Target struct {
			Within int     `json:"within" minimum:"1" maximum:"86400" doc:"Seconds."`
			Share  float64 `json:"share" minimum:"1" maximum:"99.9" doc:"Percent."`
		} `json:"target"`
		HandleFor int            `json:"handleFor" minimum:"1" maximum:"28800" doc:"Seconds that one takes an agent on average, finishing up included."`
		HandleSD  int            `json:"handleSd,omitempty" minimum:"0" maximum:"28800" doc:"Standard deviation in seconds; 80 % of handleFor when absent."`
		Patience  int            `json:"patience,omitempty" minimum:"0" maximum:"86400" doc:"Seconds after which people give up on average; 0: never."`
		PickUp    int            `json:"pickUp,omitempty" minimum:"0" maximum:"120" doc:"Seconds that it rings until an agent answers."`
		Work      string         `json:"work,omitempty" enum:"call,chat,mail" doc:"A call when absent; several chats are held at once."`
		Agents    []int          `json:"agents,omitempty" nullable:"false" maxItems:"100" doc:"How many are planned: one number, or one for each slot. The fewest are looked for when absent."`
		People    []PlannedShift `json:"people,omitempty" nullable:"false" maxItems:"500" doc:"Who is planned when, instead of agents."`
		Absent    []string       `json:"absent,omitempty" nullable:"false" maxItems:"500" doc:"Members of people who are ill."`
		Ill       int            `json:"ill,omitempty" minimum:"0" maximum:"500" doc:"How many are ill: those who would have worked longest."`
	} `nameHint:"StaffingQuestion"`
}

// PlannedShift is when a member is to work.
type PlannedShift struct {
	MemberID string    `json:"memberId"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

func (s *Server) staffingRoutes() {
	add(s, route{method: "GET", path: "/staffing/forecast", id: "forecastStaffing", tag: "staffing", summary: "How many come on a day", access: staffers,
		scope: vis.ReadSettings},
		func(ctx context.Context, by caller, in *forecastInput) (*reply[StaffingForecast], error) {
			f, err := s.forecast(ctx, by, in.Day, in.TeamID)
			if err != nil {
				return nil, err
			}
			return ok(f.answer()), nil
		})
	add(s, route{method: "POST", path: "/staffing/plan", id: "planStaffing", tag: "staffing", access: staffers, scope: vis.ReadSettings,
		summary: "How many agents keep a promise on a day, and what if some are ill"},
		func(ctx context.Context, by caller, in *planInput) (*reply[StaffingPlan], error) {
			f, err := s.forecast(ctx, by, in.Body.Day, in.Body.TeamID)
			if err != nil {
				return nil, err
			}
			p, err := s.plan(ctx, f, in)
			return ok(p), err
		})
}

// dayForecast is a day with what is expected and what came.
type dayForecast struct {
	day       string
	zone      *time.Location
	expected  []staffing.Expected // also without a model: slots that expect nothing
	actual    map[int64]int       // by the Unix second of the slot
	now       time.Time
	days      int
	known     bool
	precision staffing.Accuracy
	rules     houseRules
}

// forecast learns from what came before a day, and reads what came on it.
func (s *Server) forecast(ctx context.Context, by caller, day, team string) (dayForecast, error) {
	if err := by.Must(vis.ReadSettings); err != nil {
		return dayForecast{}, err
	}
	if err := s.teamExists(ctx, by.Workspace, vis.TeamID(team)); err != nil {
		return dayForecast{}, err
	}
	w, err := s.staff.Workspace(ctx, by.Actor)
	if err != nil {
		return dayForecast{}, err
	}
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	start, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return dayForecast{}, vis.InField("day", "Write the day as in 2026-12-24.")
	}
	f := dayForecast{day: day, zone: zone, now: s.clock.Now(), actual: map[int64]int{}}
	if start.After(f.now.AddDate(2, 0, 0)) || start.Before(f.now.Add(-historyFor)) {
		return f, vis.InField("day", "A day within the past and the next two years can be forecast.")
	}
	if f.rules, err = s.houseRules(ctx, by, vis.TeamID(team)); err != nil {
		return f, err
	}
	err = s.learn(ctx, by.Workspace, vis.TeamID(team), start, &f)
	return f, err
}

// learn fills in what is expected on the day that begins at start, and what came.
func (s *Server) learn(ctx context.Context, ws vis.WorkspaceID, team vis.TeamID, start time.Time, f *dayForecast) error {
	end := start.Add(26 * time.Hour)
	until := start
	if f.now.Before(until) {
		until = f.now
	}
	country := cmp.Or(f.rules.country, staffing.CountryOf(f.zone))
	past := staffing.Past{Zone: f.zone, From: until.Add(-historyFor), To: until, Holiday: staffing.HolidaysOf(country, f.rules.region)}
	if s.history != nil {
		counts, err := s.history.Arrivals(ctx, ws, team, past.From, end)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if c.At.Before(until) {
				past.Counts = append(past.Counts, c)
			}
			f.actual[c.At.Unix()] += c.N
		}
	}
	past.SinceFirst()
	m, err := staffing.Learn(past)
	f.days = m.Accuracy.Days
	switch {
	case vis.CodeOf(err) == vis.Conflict: // too little
		f.days = past.Days()
		f.expected = staffing.Blank(start, f.zone)
	case err != nil:
		return err
	default:
		f.known, f.expected, f.precision = true, m.Day(start), m.Accuracy
	}
	return nil
}

func (s *Server) teamExists(ctx context.Context, ws vis.WorkspaceID, id vis.TeamID) error {
	if id == "" {
		return nil
	}
	teams, err := s.staff.Teams(ctx, ws)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if t.ID == id {
			return nil
		}
	}
	return vis.Absent("team")
}

func (f dayForecast) answer() StaffingForecast {
	out := StaffingForecast{Day: f.day, Zone: f.zone.String(), Enough: f.known, Days: f.days, Slots: make([]ForecastSlot, len(f.expected)), Error: f.error()}
	for i, e := range f.expected {
		out.Slots[i] = ForecastSlot{At: moment(e.At), Expected: rounded(e.N), Low: rounded(e.Low), High: rounded(e.High)}
		if !e.At.Add(staffing.Slot).After(f.now) {
			out.Slots[i].Actual = new(f.actual[e.At.Unix()])
		}
	}
	return out
}

func (f dayForecast) error() *ForecastError {
	if !f.known {
		return nil
	}
	a := f.precision
	return &ForecastError{Weeks: a.Weeks, Slots: percent(a.Slots), Daily: percent(a.Daily), Covered: percent(a.Covered)}
}

// plan answers one question at a time on this node: a play takes a whole core.
func (s *Server) plan(ctx context.Context, f dayForecast, in *planInput) (StaffingPlan, error) {
	if !f.known {
		return StaffingPlan{}, staffing.TooLittle(f.days)
	}
	q, err := question(f, in)
	if err != nil {
		return StaffingPlan{}, err
	}
	select {
	case s.planning <- struct{}{}:
		defer func() { <-s.planning }()
	default:
		busy := vis.Errorf(vis.TooMany, "simulation_busy", "Another plan is being worked out. Please try again in a moment.")
		busy.RetryAfter = busyPlanning
		return StaffingPlan{}, busy
	}
	ctx, cancel := context.WithTimeout(ctx, planFor)
	defer cancel()
	p, err := staffing.NewPlan(ctx, q)
	switch {
	case err != nil && ctx.Err() != nil:
		return StaffingPlan{}, vis.Errorf(vis.Unavailable, "simulation_long", "This plan took too long. Please plan one team at a time.")
	case err != nil:
		return StaffingPlan{}, err
	}
	return planAnswer(f, p), nil
}

// question is what was asked, in the words of the room.
func question(f dayForecast, in *planInput) (staffing.Question, error) {
	b := in.Body
	seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
	team, deviation := vis.TeamID(b.TeamID), seconds(b.HandleSD)
	if deviation == 0 {
		deviation = seconds(b.HandleFor) * 4 / 5
	}
	q := staffing.Question{From: f.expected[0].At, Slots: f.expected, Target: staffing.Target{Within: seconds(b.Target.Within), Share: b.Target.Share / 100},
		PickUp: seconds(b.PickUp), Agents: b.Agents, Ill: b.Ill, Absent: ids[vis.MemberID](b.Absent), Seed: 1, SearchFor: searchFor,
		Settings: f.rules.settings, Queue: f.rules.queue,
		Class: staffing.Class{Team: team, Work: routing.WorkCall, Patience: seconds(b.Patience), Handle: staffing.Handling{Mean: seconds(b.HandleFor), SD: deviation}}}
	if b.Work != "" {
		q.Class.Work = routing.Work(b.Work)
	}
	for _, p := range b.People {
		q.People = addShift(q.People, team, p, q.From)
	}
	for i := range q.People {
		f.rules.equip(&q.People[i])
	}
	come := 0.0
	for _, e := range f.expected {
		come += e.N
	}
	if come > maxDayPlanned {
		return q, vis.InField("day", "A day of up to %d arrivals can be planned at once; plan each team by itself.", maxDayPlanned)
	}
	q.Replications = min(200, max(5, int(playedAtLeast/max(1, come))))
	return q, nil
}

// addShift adds a shift to a member's, or her with it.
func addShift(people []staffing.Person, team vis.TeamID, p PlannedShift, begin time.Time) []staffing.Person {
	span := staffing.Span{From: max(0, p.From.Sub(begin)), To: p.To.Sub(begin)}
	i := slices.IndexFunc(people, func(one staffing.Person) bool { return one.Member == vis.MemberID(p.MemberID) })
	if i < 0 {
		return append(people, staffing.Person{Member: vis.MemberID(p.MemberID), Teams: []vis.TeamID{team}, Shifts: []staffing.Span{span}})
	}
	people[i].Shifts = append(people[i].Shifts, span)
	return people
}

func planAnswer(f dayForecast, p staffing.Plan) StaffingPlan {
	out := StaffingPlan{Day: f.day, Zone: f.zone.String(), Settled: p.Settled, Replications: p.Replications, Slots: make([]PlannedSlot, len(p.Slots)),
		Whole: planned(p.Whole), Least: planned(p.Least), LeastAt: moment(p.LeastAt), Error: f.error()}
	for i, one := range p.Slots {
		out.Slots[i] = PlannedSlot{At: moment(one.At), Expected: rounded(one.N), Low: rounded(one.Low), High: rounded(one.High), Needed: one.Needed,
			Agents: one.Agents, PlannedResult: planned(one.Result)}
		if p.Without != nil {
			out.Slots[i].Without = new(planned(p.Without.Slots[i]))
		}
	}
	if w := p.Without; w != nil {
		out.Without = &PlanWithout{Whole: planned(w.Whole), Least: planned(w.Least), LeastAt: moment(w.LeastAt), Absent: texts(p.Absent)}
	}
	return out
}

func planned(r staffing.Result) PlannedResult {
	return PlannedResult{Came: rounded(r.Came), Kept: percent(r.Kept), Abandoned: percent(r.Abandoned), Wait: rounded(r.Wait)}
}

// rounded keeps two digits after the point.
func rounded(x float64) float64 { return math.Round(x*100) / 100 }

// percent is a share as percent with one digit after the point.
func percent(x float64) float64 { return math.Round(x*1000) / 10 }
