package imapin

import (
	"math"
	"testing"

	"github.com/emersion/go-imap/v2"
	"pgregory.net/rapid"
)

// A set of UIDs holds what was put into it and nothing else, and is the same after it was written and read.
func TestASetOfUIDsHoldsWhatWasPutIntoIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		model := map[uint32]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "adds") {
			from := rapid.Uint32Range(1, 60).Draw(t, "from")
			to := from + rapid.Uint32Range(0, 6).Draw(t, "more")
			s.add(from, to)
			for n := from; n <= to; n++ {
				model[n] = true
			}
		}
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var read spans
		if err := read.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		for n := uint32(1); n < 70; n++ {
			if s.has(n) != model[n] || read.has(n) != model[n] {
				t.Fatalf("%s holds %d: %v", text, n, s.has(n))
			}
		}
		for i := 1; i < len(s); i++ {
			if s[i-1].to+1 >= s[i].from {
				t.Fatalf("%s is not in order", text)
			}
		}
		taken := s.first(5)
		for n := uint32(1); n < 70; n++ {
			if model[n] != (taken.Contains(imap.UID(n)) || s.has(n)) || taken.Contains(imap.UID(n)) && s.has(n) {
				t.Fatalf("%s was taken apart into %s and %v", text, taken, s)
			}
		}
	})
}

func TestGapsAreClosedWhereNothingIsMissed(t *testing.T) {
	t.Parallel()
	var s spans
	if err := s.UnmarshalText([]byte("1,3,5:6,8,10")); err != nil {
		t.Fatal(err)
	}
	s.close(3, func(gap span) bool { return gap.from <= 4 && 4 <= gap.to })
	if text, _ := s.MarshalText(); string(text) != "1:3,5:8,10" {
		t.Errorf("closed to %s", text)
	}
	s.add(math.MaxUint32, math.MaxUint32)
	if !s.has(math.MaxUint32) || s.has(math.MaxUint32-1) {
		t.Errorf("at the end it holds %v", s)
	}
	for _, bad := range []string{"x", "5:3", "1,", "4294967296", "1:*"} {
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read as %v", bad, s)
		}
	}
}
