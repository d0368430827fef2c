package app

import (
	"bytes"
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/letter"
)

// BenchmarkLetter is what a letter of 20 kB costs at each of its stages: kept at the door, read, and read and filed. The CPU is this
// process's, for other load on the machine disturbs it least.
func BenchmarkLetter(b *testing.B) {
	h := putTogether(b, nil)
	body := bytes.Repeat([]byte("Bonjour, ma roue arrière frotte depuis hier, pouvez-vous regarder demain ?\r\n"), 20<<10/78)
	n := 0
	next := func() channel.Raw {
		n++
		return channel.Raw{Bytes: fmt.Appendf(nil, "From: Camille <c%d@mel.example>\r\nTo: bonjour@arzel.example\r\nSubject: Une roue\r\nMessage-ID: <%d@mel.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s", n, n, body)}
	}
	measured := func(b *testing.B, times func() int) {
		before := used()
		done := times()
		b.ReportMetric(float64((used()-before).Microseconds())/1000/float64(done), "cpu-ms/letter")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("keep", func(b *testing.B) {
		measured(b, func() int {
			for b.Loop() {
				if err := h.Post.TakeAtDoor(b.Context(), h.by.Workspace, h.mail.ID, next()); err != nil {
					b.Fatal(err)
				}
			}
			return b.N
		})
	})
	b.Run("read", func(b *testing.B) {
		measured(b, func() int {
			for b.Loop() {
				if _, err := letter.Read(next().Bytes, channel.Envelope{}, ""); err != nil {
					b.Fatal(err)
				}
			}
			return b.N
		})
	})
	b.Run("read and file", func(b *testing.B) {
		for h.Post.ReadOnce(context.Background()) > 0 { // those of the first stage
			continue
		}
		const letters = 200
		for range letters {
			if err := h.Post.TakeAtDoor(b.Context(), h.by.Workspace, h.mail.ID, next()); err != nil {
				b.Fatal(err)
			}
		}
		measured(b, func() (done int) {
			for done < letters {
				read := h.Post.ReadOnce(b.Context())
				if done += read; read == 0 {
					b.Fatalf("%d letters were read", done)
				}
			}
			return done
		})
	})
}

// used is the CPU time of this process.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
