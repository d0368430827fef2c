package listen_test

import (
	"fmt"
	"testing"
	"time"

	"visavis/internal/listen"
	"visavis/internal/vis"
)

// BenchmarkBoard is what a view of four weeks, of a year and of its file costs over two years of 30 reasons, 6 channels and 2 languages: 262,800 sums, as
// many as more than a million contacts leave.
func BenchmarkBoard(b *testing.B) {
	h := newHouse(b)
	c := listen.NewCounter(h.store.Contacts(), h)
	today := listen.DayOf(h.now, time.UTC)
	for week := range 105 {
		h.must(h.store.Contacts().Update(h.ctx, vis.System(h.ws), nil, func(tx listen.CountTx) error {
			for i := range 7 * 30 * 6 * 2 {
				cell := listen.Cell{Day: today - listen.Day(7*week+i%7), Reason: fmt.Sprintf("reason-%d", i/7%30), Channel: vis.ChannelID(fmt.Sprint("channel-", i/210%6)),
					Language: []string{"fr", "en"}[i/1260]}
				for _, c := range []listen.Cell{cell, {Day: cell.Day, Reason: cell.Reason, Language: listen.AllLanguages}} {
					if err := tx.AddCount(h.ctx, listen.Tallied{Cell: c, Sums: listen.Sums{Contacts: 4, Read: 4, Moods: -40, Dissatisfied: 1, Handled: 3, HandledFor: time.Hour}}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	for name, q := range map[string]listen.BoardQuery{"weeks=4": {}, "weeks=52": {From: today - 363}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				board, err := c.Board(h.ctx, h.lea, q)
				h.must(err)
				if len(board.Reasons) != 30 {
					b.Fatal(len(board.Reasons))
				}
			}
		})
	}
	b.Run("file of four weeks", func(b *testing.B) {
		for b.Loop() {
			all, _, _, err := c.Export(h.ctx, h.lea, listen.BoardQuery{})
			h.must(err)
			if len(all) != 28*360 {
				b.Fatal(len(all))
			}
		}
	})
}

// BenchmarkCount is what counting a customer's message that was read adds.
func BenchmarkCount(b *testing.B) {
	h := newHouse(b)
	h.live = true
	c := listen.NewCounter(h.store.Contacts(), h)
	var asked []vis.Actor
	for range 20 {
		asked = append(asked, h.customer())
	}
	for b.Loop() {
		b.StopTimer()
		for _, by := range asked {
			h.says(by, "Où est mon colis, il devait arriver hier ?")
		}
		h.read()
		b.StartTimer()
		h.must(c.CatchUp(h.ctx, h.ws))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(asked)), "µs/message")
}
