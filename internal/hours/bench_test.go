package hours

import (
	"testing"
	"time"
)

// busy is an ordinary calendar with all that may be in one.
func busy(b *testing.B) (*Hours, time.Time) {
	c := office()
	c.Country, c.Region = "FR", "FR-57"
	c.Seasons = []Season{{"summer", "07-01", "08-31", []Slot{{1, "10:00", "16:00"}, {3, "10:00", "16:00"}}}}
	c.Days = []Day{{Name: "works", From: "2026-10-01", To: "2026-10-05"}}
	h := compiled(b, c)
	at := local(b, h, "2026-03-04 10:11")
	h.Between(at, at.AddDate(10, 0, 0)) // fill the blocks
	b.ReportAllocs()
	b.ResetTimer()
	return h, at
}

func BenchmarkOpen(b *testing.B) {
	h, at := busy(b)
	for i := range b.N {
		h.Open(at.Add(time.Duration(i%1000) * time.Hour))
	}
}

func BenchmarkNextClose(b *testing.B) {
	h, at := busy(b)
	for i := range b.N {
		h.NextClose(at.Add(time.Duration(i%1000) * time.Hour))
	}
}

func BenchmarkAddADayOfWork(b *testing.B) {
	h, at := busy(b)
	for i := range b.N {
		h.Add(at.Add(time.Duration(i%1000)*time.Hour), 8*time.Hour)
	}
}

func BenchmarkBetweenOverAYear(b *testing.B) {
	h, at := busy(b)
	for b.Loop() {
		h.Between(at, at.AddDate(1, 0, 0))
	}
}

func BenchmarkBetweenOverTenYears(b *testing.B) {
	h, at := busy(b)
	for b.Loop() {
		h.Between(at, at.AddDate(10, 0, 0))
	}
}

func BenchmarkTwoBusinessDays(b *testing.B) {
	h, at := busy(b)
	for b.Loop() {
		h.EndOfDay(at, 2)
	}
}

// The first question about half a year.
func BenchmarkNewBlock(b *testing.B) {
	h, at := busy(b)
	for b.Loop() {
		h.newBlock(at.Unix() >> blockBits)
	}
}

func BenchmarkCompile(b *testing.B) {
	c := office()
	c.Country = "FR"
	b.ReportAllocs()
	for b.Loop() {
		compiled(b, c)
	}
}
