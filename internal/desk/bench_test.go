package desk_test

import (
	"strconv"
	"sync/atomic"
	"testing"

	"visavis/internal/desk"
	"visavis/internal/vis"
)

// BenchmarkReceive is what one customer's words cost from the heart down to the synced disk: alone, and with 64 customers who
// share commits.
func BenchmarkReceive(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(strconv.Itoa(writers), func(b *testing.B) {
			h := newHouse(b)
			visitors := make([]vis.Actor, 64)
			for i := range visitors {
				visitors[i] = h.visitor(nil, "")
			}
			var n atomic.Int64
			if writers > 1 {
				b.SetParallelism(writers / 2)
			} else {
				b.SetParallelism(1)
			}
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					by := visitors[n.Add(1)%64]
					_, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, ClientID: h.mint.ID(h.now),
						Text: "Bonjour, le frein avant de mon vélo frotte depuis la révision de samedi."})
					if err != nil {
						b.Error(err)
					}
				}
			})
			stats := h.store.Stats()
			b.ReportMetric(float64(stats.Commands)/float64(stats.Commits), "commands/commit")
		})
	}
}
