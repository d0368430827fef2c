package routing_test

import (
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/routing"
	"visavis/internal/vis"
)

// BenchmarkFollow measures how many events of a busy day are followed in a second: each conversation begins, is answered and resolved.
func BenchmarkFollow(b *testing.B) {
	h := newHouse(b)
	by := make([]vis.Actor, b.N)
	for i := range by {
		by[i] = h.visitor()
	}
	before := h.head()
	events := int64(0)
	b.ResetTimer()
	b.StopTimer()
	for from := 0; from < b.N; from += 64 {
		to := min(from+64, b.N)
		head := h.head()
		h.lives(by[from:to])
		events += h.head() - head
		b.StartTimer()
		h.must(h.routing.CatchUp(h.ctx, h.ws))
		b.StopTimer()
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(h.head()-before)/float64(b.N), "log/op")
}

// lives lets customers write, be answered and be done with, before anybody follows the log.
func (h *house) lives(by []vis.Actor) {
	h.t.Helper()
	for _, who := range by {
		r, err := h.desk.Receive(h.ctx, who, desk.Inbound{Channel: h.chat.ID, Text: "Bonjour, mon vélo est en panne", ClientID: h.mint.ID(h.clock.Now())})
		h.must(err)
		h.clock.set(h.clock.Now().Add(5 * time.Second))
		_, err = h.desk.Reply(h.ctx, h.yann, r.Conversation.ID, desk.Outbound{Text: "Bonjour", Resolve: true})
		h.must(err)
	}
}

// BenchmarkMarks measures how many marks are passed in a second, one timer each.
func BenchmarkMarks(b *testing.B) {
	h := newHouse(b)
	for range b.N {
		_, err := h.desk.Receive(h.ctx, h.visitor(), desk.Inbound{Channel: h.chat.ID, Text: "Bonjour", ClientID: h.mint.ID(h.clock.Now())})
		h.must(err)
	}
	h.follow()
	h.clock.set(monday.Add(45 * time.Second))
	b.ResetTimer()
	h.ring()
	b.StopTimer()
	if n := len(h.log(0, routing.PromiseWarned)); n != b.N {
		b.Fatalf("%d marks were passed, want %d", n, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "marks/s")
}
