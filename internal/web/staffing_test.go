package web

import (
	"context"
	"math"
	"testing"
	"time"

	"visavis/internal/staffing"
	"visavis/internal/vis"
)

// recorded is a history of 20 calls an hour by day and 2 by night, in Paris, for some weeks; nothing for any team.
type recorded struct{ weeks int }

// Arrivals implements staffing.History.
func (r recorded) Arrivals(_ context.Context, _ vis.WorkspaceID, team vis.TeamID, from, to time.Time) ([]staffing.Count, error) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil || team != "" {
		return nil, err
	}
	end := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var out []staffing.Count
	owed := 0.0
	for at := time.Date(2026, 3, 2, 0, 0, 0, 0, zone).AddDate(0, 0, -7*r.weeks); at.Before(end); at = at.Add(staffing.Slot) {
		h := float64(at.In(zone).Hour())
		owed += 0.5 + 4.5*math.Exp(-(h-14)*(h-14)/18)
		if n := math.Floor(owed); n > 0 && !at.Before(from) && at.Before(to) {
			out = append(out, staffing.Count{At: at.UTC(), N: int(n)})
		}
		owed -= math.Floor(owed)
	}
	return out, nil
}

func staffed(t *testing.T, weeks int) (*house, principal) {
	t.Helper()
	h := newHouse(t, func(o *Options) { o.History = recorded{weeks} })
	return h, h.hire(h.admin, "Nolwenn", vis.Supervisor)
}

func TestADayIsForecastFromWhatCame(t *testing.T) {
	t.Parallel()
	h, supervisor := staffed(t, 8)
	f := read[StaffingForecast](t, h.get(supervisor, "/api/v1/staffing/forecast?day=2026-03-02"))
	if !f.Enough || f.Days != 56 || len(f.Slots) != 96 || f.Zone != "Europe/Paris" || f.Error == nil || f.Error.Weeks != 4 {
		t.Fatalf("%+v", f)
	}
	// It is 10:00 in Paris: 40 slots are over.
	for i, s := range f.Slots {
		if (s.Actual != nil) != (i < 40) || s.Low > s.Expected || s.High < s.Expected-1 {
			t.Errorf("slot %d: %+v", i, s)
		}
	}
	if f.Slots[0].At != "2026-03-01T23:00:00.000Z" || math.Abs(f.Slots[12].Expected-0.5) > 0.2 || math.Abs(f.Slots[56].Expected-5) > 0.7 {
		t.Errorf("at 3:00 %+v, at 14:00 %+v", f.Slots[12], f.Slots[56])
	}
	if change := read[StaffingForecast](t, h.get(supervisor, "/api/v1/staffing/forecast?day=2026-03-29")); len(change.Slots) != 92 {
		t.Errorf("the day that loses an hour has %d slots", len(change.Slots))
	}
	for query, want := range map[string]int{"?day=tomorrow": 422, "?day=2036-01-01": 422, "?day=2026-03-02&teamId=x": 404, "": 422} {
		if a := h.get(supervisor, "/api/v1/staffing/forecast"+query); a.status != want {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

func TestTooLittleHistoryIsSaidAndNotPlannedFrom(t *testing.T) {
	t.Parallel()
	h, supervisor := staffed(t, 1)
	f := read[StaffingForecast](t, h.get(supervisor, "/api/v1/staffing/forecast?day=2026-03-02"))
	if f.Enough || f.Days != 7 || len(f.Slots) != 96 || f.Slots[0].Expected != 0 || f.Error != nil || f.Slots[39].Actual == nil {
		t.Errorf("%+v", f)
	}
	if a := h.post(supervisor, "/api/v1/staffing/plan", plan(nil)); a.status != 409 || a.problem().Code != "too_little_history" {
		t.Errorf("plan: %d %s", a.status, a.body)
	}
	blank := newHouse(t)
	if f := read[StaffingForecast](t, blank.get(blank.admin, "/api/v1/staffing/forecast?day=2026-03-02")); f.Enough || f.Days != 0 {
		t.Errorf("without a history: %+v", f)
	}
}

// plan is the body of a question, with more in it.
func plan(more obj) obj {
	body := obj{"day": "2026-03-03", "target": obj{"within": 15, "share": 95}, "handleFor": 360, "patience": 120}
	for name, value := range more {
		body[name] = value
	}
	return body
}

func TestAPlanSaysWhatTwoIllPeopleCost(t *testing.T) {
	t.Parallel()
	h, supervisor := staffed(t, 4)
	p := read[StaffingPlan](t, h.post(supervisor, "/api/v1/staffing/plan", plan(obj{"ill": 2})))
	if len(p.Slots) != 96 || p.Whole.Kept < 95 || p.Without == nil || p.Without.Whole.Kept > p.Whole.Kept-10 || !p.Settled {
		t.Fatalf("%+v, without %+v", p.Whole, p.Without)
	}
	night := p.Slots[12]
	if night.Needed != 2 || night.Agents != 2 || night.Without == nil || night.Without.Kept != 0 {
		t.Errorf("at 3:00: %+v", night)
	}
	given := read[StaffingPlan](t, h.post(supervisor, "/api/v1/staffing/plan", plan(obj{"agents": []int{4}})))
	if given.Slots[12].Agents != 4 || given.Slots[12].Needed != 2 || given.Without != nil {
		t.Errorf("four are planned: %+v", given.Slots[12])
	}
	people := plan(obj{"absent": []string{"b"}, "people": []obj{{"memberId": "a", "from": "2026-03-02T23:00:00Z", "to": "2026-03-03T23:00:00Z"},
		{"memberId": "b", "from": "2026-03-03T07:00:00Z", "to": "2026-03-03T11:00:00Z"}, {"memberId": "b", "from": "2026-03-03T12:00:00Z", "to": "2026-03-03T16:00:00Z"}}})
	named := read[StaffingPlan](t, h.post(supervisor, "/api/v1/staffing/plan", people))
	if named.Slots[12].Agents != 1 || named.Slots[40].Agents != 2 || named.Slots[49].Agents != 1 || named.Without == nil || named.Without.Absent[0] != "b" {
		t.Errorf("people: %+v, %+v", named.Slots[40], named.Without)
	}
}

func TestOnlyOnePlanIsWorkedOutAtATime(t *testing.T) {
	t.Parallel()
	h, supervisor := staffed(t, 4)
	h.server.planning <- struct{}{}
	a := h.post(supervisor, "/api/v1/staffing/plan", plan(nil))
	if a.status != 429 || a.problem().Code != "simulation_busy" || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	<-h.server.planning
	for name, more := range map[string]obj{"share": {"target": obj{"within": 15, "share": 100}}, "agents": {"agents": []int{1, 2}},
		"ringing": {"pickUp": 20}, "work": {"work": "fax"}} {
		if a := h.post(supervisor, "/api/v1/staffing/plan", plan(more)); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
