package web

import (
	"cmp"
	"context"
	"sync"
	"time"

	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// boardsMost is how many boards are remembered; there are only so many teams.
const boardsMost = 10_000

type boardKey struct {
	ws   vis.WorkspaceID
	team vis.TeamID
}

// boards remembers answers for a moment, so that fifty screens cost as much as one.
type boards struct {
	mu   sync.Mutex
	said map[boardKey]*saidBoard
}

// saidBoard is one answer. Whoever asks while it is being read waits for it.
type saidBoard struct {
	mu    sync.Mutex
	board Board
	at    time.Time     // zero while there is none
	good  time.Duration // for how long it is given to everybody

	day      time.Time // whose forecast this is; zero while there is none
	expected []staffing.Expected
	known    bool
}

func (c *boards) entry(k boardKey) *saidBoard {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said == nil || len(c.said) >= boardsMost {
		c.said = make(map[boardKey]*saidBoard)
	}
	e := c.said[k]
	if e == nil {
		e = &saidBoard{}
		c.said[k] = e
	}
	return e
}

// get answers from memory, or reads. A failure is remembered for nobody. An answer is good for boardFor, or for ten times as long as it
// took to read: where a hundred thousand wait, the board is a little older, and still costs no more than a tenth of a core.
func (c *boards) get(k boardKey, clock vis.Clock, read func(e *saidBoard, now time.Time) (Board, error)) (Board, error) {
	e := c.entry(k)
	e.mu.Lock()
	defer e.mu.Unlock()
	now := clock.Now()
	if age := now.Sub(e.at); !e.at.IsZero() && age < e.good && age > -e.good {
		return e.board, nil
	}
	b, err := read(e, now)
	if err != nil {
		return Board{}, err
	}
	e.board, e.at, e.good = b, now, max(boardFor, 10*clock.Now().Sub(now))
	return b, nil
}

// expected is today's forecast by half hours, worked out once a day from two years of arrivals; false when there is too little history.
// A forecast that fails leaves the board without one until somebody asks again.
func (s *Server) expected(ctx context.Context, k boardKey, e *saidBoard, zone *time.Location, now time.Time) ([]staffing.Expected, bool) {
	y, m, d := now.In(zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if e.day.Equal(day) {
		return e.expected, e.known
	}
	model, err := s.boardModel(ctx, k, day)
	switch {
	case vis.CodeOf(err) == vis.Conflict: // too little history, which is so all day
		e.day, e.expected, e.known = day, nil, false
	case err != nil:
		s.log.Error("today could not be forecast", "workspace", k.ws, "err", err)
		return nil, false
	default:
		e.day, e.expected, e.known = day, model.Coarse(day, int(halfHour/staffing.Slot)), true
	}
	return e.expected, e.known
}

// boardModel learns from the days before one.
func (s *Server) boardModel(ctx context.Context, k boardKey, day time.Time) (staffing.Model, error) {
	if s.history == nil {
		return staffing.Model{}, staffing.TooLittle(0)
	}
	rules, err := s.houseRules(ctx, caller{Actor: vis.System(k.ws)}, k.team)
	if err != nil {
		return staffing.Model{}, err
	}
	zone := day.Location()
	past := staffing.Past{Zone: zone, From: day.Add(-historyFor), To: day,
		Holiday: staffing.HolidaysOf(cmp.Or(rules.country, staffing.CountryOf(zone)), rules.region)}
	if past.Counts, err = s.history.Arrivals(ctx, k.ws, k.team, past.From, day); err != nil {
		return staffing.Model{}, err
	}
	past.SinceFirst()
	return staffing.Learn(past)
}
