package listen_test

import (
	"sync"
	"testing"
	"time"

	"visavis/internal/text"
)

// BenchmarkReading is how long a message takes from the log to its conversation, read, kept and told, when many wait: messages a second are
// 1e9 over ns/op.
func BenchmarkReading(b *testing.B) {
	h := newHouse(b)
	seed := text.Seed()
	by := h.customer()
	for i := range b.N {
		if i%20 == 0 {
			by = h.customer()
		}
		h.says(by, seed[i%len(seed)].Text)
	}
	b.ReportAllocs()
	b.ResetTimer()
	h.read()
	b.StopTimer()
	if n := h.listen.Counted().Read; n != uint64(b.N) {
		b.Fatalf("%d of %d were read", n, b.N)
	}
}

// BenchmarkReadingWhileTheyCome has 32 customers write 500 messages a second, as far as the machine keeps up, and reports how many it were
// and how long the slowest waited to be understood, where the log is looked at five times a second.
func BenchmarkReadingWhileTheyCome(b *testing.B) {
	h := newHouse(b)
	h.live = true
	seed := text.Seed()
	var writers sync.WaitGroup
	turns := make(chan int)
	for range 32 {
		by := h.customer()
		writers.Go(func() {
			for i := range turns {
				h.says(by, seed[i%len(seed)].Text)
			}
		})
	}
	began, worst := time.Now(), time.Duration(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for beat := time.NewTicker(200 * time.Millisecond); ; {
			select {
			case <-stop:
				beat.Stop()
				return
			case <-beat.C:
				for more := true; more; {
					var err error
					if more, err = h.listen.Follow(h.ctx, h.ws); err != nil {
						b.Error(err)
						return
					}
					worst = max(worst, h.listen.Counted().Lag)
				}
			}
		}
	}()
	b.ResetTimer()
	for i := range b.N {
		time.Sleep(time.Until(began.Add(time.Duration(i) * 2 * time.Millisecond)))
		turns <- i
	}
	close(turns)
	writers.Wait()
	took := time.Since(began)
	close(stop)
	<-stopped
	b.StopTimer()
	h.read()
	b.ReportMetric(float64(b.N)/took.Seconds(), "messages/s")
	b.ReportMetric(float64(worst.Milliseconds()), "ms-waited-most")
	if n := h.listen.Counted().Read; n != uint64(b.N) {
		b.Fatalf("%d of %d were read", n, b.N)
	}
}
