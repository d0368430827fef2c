package routing_test

import (
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

func TestACustomerIsToldHerPlaceAndAnHonestWait(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	h.queue("", func(q *routing.Queue) { q.Mode = routing.Push })
	told := make(map[vis.ConversationID][]routing.QueuePlace)
	h.engine.OnStanding(func(_ vis.WorkspaceID, id vis.ConversationID, q routing.QueuePlace) { told[id] = append(told[id], q) })
	lea := h.hire("Léa")
	_, err := h.routing.PutProfile(h.ctx, h.boss, routing.Profile{Member: lea.Member(), Capacity: map[routing.Work]int{routing.WorkChat: 1}})
	h.ok(err)
	h.comes(lea)
	for range 10 { // two minutes each, then finishing up
		c := h.asks()
		h.settle()
		h.passes(2 * time.Minute)
		h.wantOwner(c, lea)
		_, err := h.desk.Reply(h.ctx, lea, c, desk.Outbound{Text: "Voilà", Resolve: true})
		h.ok(err)
		h.passes(20 * time.Second)
	}
	h.asks()
	h.settle()
	var ids []vis.ConversationID
	for range 3 {
		h.now = h.now.Add(time.Second)
		ids = append(ids, h.asks())
	}
	h.settle()
	var last routing.QueuePlace
	for i, id := range ids {
		q, waits := h.engine.Standing(h.ctx, h.ws, id)
		if !waits || q.Place != i+1 || !q.Known || q.Low > q.High || q.High < last.High {
			t.Errorf("place %d: %+v, %v", i+1, q, waits)
		}
		last = q
	}
	if last.Low > 6*time.Minute || last.High < 6*time.Minute || last.High > 15*time.Minute {
		t.Errorf("the third of one who takes two minutes waits %v to %v", last.Low, last.High)
	}
	c := h.conversation(ids[0])
	_, err = h.desk.Resolve(h.ctx, lea, ids[0], c.Version)
	h.ok(err)
	h.settle()
	if len(told) != 0 {
		t.Error("told again at once")
	}
	h.passes(6 * time.Second)
	if q := told[ids[1]]; len(q) != 1 || q[0].Place != 1 {
		t.Errorf("told %+v", q)
	}
	if q := told[ids[0]]; len(q) != 1 || q[0].Place != 0 {
		t.Errorf("who waits no longer is told %+v", q)
	}
	if _, waits := h.engine.Standing(h.ctx, h.ws, ids[0]); waits {
		t.Error("it still waits")
	}
	next := h.another("fresh") // knows it from the log
	q, waits := next.Standing(h.ctx, h.ws, ids[2])
	if !waits || q.Place != 2 || q.Known {
		t.Errorf("without a picture %+v", q)
	}
	_, err = next.Turn(h.ctx, h.ws)
	h.ok(err)
	if q, _ := next.Standing(h.ctx, h.ws, ids[2]); q.Place != 2 || !q.Known {
		t.Errorf("from the log %+v", q)
	}
}

func TestTheTruthBeforeSheWrites(t *testing.T) {
	t.Parallel()
	h := newShop(t)
	var week []hours.Slot
	for d := 1; d <= 5; d++ {
		week = append(week, hours.Slot{Day: d, From: "09:00", To: "12:00"})
	}
	day, err := h.routing.CreateCalendar(h.ctx, h.boss, "Day", hours.Calendar{Zone: "Europe/Paris", Week: week})
	h.ok(err)
	truth, err := h.engine.Before(h.ctx, h.ws, h.chat)
	h.ok(err)
	if !truth.Open || truth.Zone != "Europe/Paris" || !truth.AnswerBy.Equal(h.now.Add(4*time.Hour)) || truth.UsualFor != 0 {
		t.Errorf("always open: %+v", truth)
	}
	h.queue("", func(q *routing.Queue) { q.Calendar = day.ID })
	again, err := h.engine.Before(h.ctx, h.ws, h.chat)
	h.ok(err)
	if again != truth {
		t.Error("computed again at once")
	}
	lea := h.hire("Léa")
	for range 10 {
		c := h.asks()
		h.now = h.now.Add(90 * time.Second)
		_, err := h.desk.Reply(h.ctx, lea, c, desk.Outbound{Text: "Bonjour"})
		h.ok(err)
	}
	h.now = time.Date(2026, 3, 6, 17, 0, 0, 0, time.UTC) // Friday evening
	h.settle()
	truth, err = h.engine.Before(h.ctx, h.ws, h.chat)
	h.ok(err)
	monday := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	tuesday := monday.Add(25 * time.Hour) // three hours on Monday, one on Tuesday
	if truth.Open || !truth.OpensAt.Equal(monday) || !truth.AnswerBy.Equal(tuesday) || truth.UsualFor != 90*time.Second || truth.Term.For != 4*time.Hour {
		t.Errorf("closed: %+v", truth)
	}
	h.now = h.now.Add(8 * 24 * time.Hour)
	truth, err = h.engine.Before(h.ctx, h.ws, h.chat)
	h.ok(err)
	if truth.UsualFor != 0 {
		t.Errorf("what is usual is of long ago: %+v", truth)
	}
	_, err = h.engine.Before(h.ctx, h.ws, channel.Channel{ID: "nowhere"})
	h.wantReason(err, "not_found")
}
