package web

import (
	"testing"
	"time"

	"visavis/internal/vis"
)

// counted lets the log be followed by those who count and promise.
func (h *house) counted() {
	h.Helper()
	for _, follow := range []func() (bool, error){
		func() (bool, error) { return h.routing.Follow(h.ctx, h.ws) },
		func() (bool, error) { return h.report.Follow(h.ctx, h.ws) },
	} {
		for more := true; more; {
			var err error
			more, err = follow()
			h.must(err)
		}
	}
}

func TestTheBoardIsTheSameForAllAndReadOnceInAMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.History = recorded{8} })
	agent := h.hire(h.admin, "Yann", vis.Agent)
	h.write(h.visitor(h.ws, h.chat), "Where is my parcel?")
	h.counted()
	b := read[Board](t, h.get(agent, "/api/v1/board"))
	if b.Waiting != 1 || len(b.Queues) != 1 || b.Zone != "Europe/Paris" || b.Tip != nil || b.Today.FirstMedian != nil {
		t.Fatalf("%+v", b)
	}
	q := b.Queues[0]
	if q.TeamID != "" || q.Waiting != 1 || q.Trend[7] != 1 || q.Nearest == nil || q.LongestSince == nil || b.AtRisk != 1 || len(b.Risks) != 1 || b.Risks[0].ReadPosition != nil {
		t.Errorf("%+v, %d at risk", q, b.AtRisk)
	}
	// It is 10:00 in Paris: the twenty-first half hour has just begun.
	if s := b.Curve.Slots; len(s) != 48 || s[20].Actual == nil || *s[20].Actual != 1 || s[21].Actual != nil || s[28].Forecast == nil || !b.Curve.Known {
		t.Errorf("%+v", s)
	}
	if f := b.Curve.Slots[28].Forecast; f.Expected < 8 || f.Expected > 12 || f.Low >= f.Expected || f.High <= f.Expected {
		t.Errorf("at 14:00: %+v", f)
	}
	h.write(h.visitor(h.ws, h.chat), "And mine?")
	if again := read[Board](t, h.get(h.admin, "/api/v1/board")); again.At != b.At || again.Waiting != 1 {
		t.Errorf("it was read anew: %s, %d", again.At, again.Waiting)
	}
	h.clock.move(2 * time.Second)
	if later := read[Board](t, h.get(agent, "/api/v1/board")); later.Waiting != 2 {
		t.Errorf("two seconds later %d wait", later.Waiting)
	}
	if a := h.get(agent, "/api/v1/board?teamId=x"); a.status != 404 {
		t.Errorf("a team that does not exist: %d %s", a.status, a.body)
	}
}
