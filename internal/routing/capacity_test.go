package routing

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func TestRoomMixesKindsOfWorkByTheirShares(t *testing.T) {
	t.Parallel()
	caps := map[Work]int{WorkCall: 1, WorkChat: 3, WorkMail: 10}
	for _, c := range []struct {
		load map[Work]int
		kind Work
		want bool
	}{
		{nil, WorkCall, true},
		{nil, WorkChat, true},
		{nil, "dance", false},
		{map[Work]int{WorkChat: 1}, WorkCall, false},
		{map[Work]int{WorkMail: 10}, WorkCall, true},
		{map[Work]int{WorkCall: 1}, WorkCall, false},
		{map[Work]int{WorkCall: 1}, WorkMail, false},
		{map[Work]int{WorkChat: 2}, WorkChat, true},
		{map[Work]int{WorkChat: 3}, WorkChat, false},
		{map[Work]int{WorkChat: 1, WorkMail: 5}, WorkMail, true},
		{map[Work]int{WorkChat: 1, WorkMail: 6}, WorkMail, false},
		{map[Work]int{WorkMail: 6}, WorkChat, true},
		{map[Work]int{WorkMail: 7}, WorkChat, false},
	} {
		if got := Room(c.load, caps, c.kind); got != c.want {
			t.Errorf("%s beside %v: %v", c.kind, c.load, got)
		}
	}
	if Room(nil, map[Work]int{WorkMail: 5}, WorkChat) || Room(nil, map[Work]int{WorkChat: 1}, WorkCall) {
		t.Error("who does no such work has room for it")
	}
	if Room(map[Work]int{WorkMail: 1}, map[Work]int{WorkChat: 5}, WorkChat) {
		t.Error("who holds what she does not do has room")
	}
}

func TestRoomIsNeverMadeByMoreWork(t *testing.T) {
	t.Parallel()
	some := func(t *rapid.T, name string) map[Work]int {
		m := map[Work]int{}
		for _, kind := range kinds {
			m[kind] = rapid.IntRange(0, 4).Draw(t, name)
		}
		return m
	}
	rapid.Check(t, func(t *rapid.T) {
		load, caps := some(t, "load"), some(t, "capacity")
		kind := rapid.SampledFrom(kinds[:]).Draw(t, "kind")
		if !Room(load, caps, kind) {
			load[rapid.SampledFrom(kinds[:]).Draw(t, "more")]++
			if Room(load, caps, kind) {
				t.Fatalf("%v has room for %s under %v", load, kind, caps)
			}
			return
		}
		load[kind]++
		if share := float64(load[WorkChat])/float64(max(caps[WorkChat], 1)) + float64(load[WorkMail])/float64(max(caps[WorkMail], 1)); kind != WorkCall && share > 1+1e-9 {
			t.Fatalf("%v under %v is %v of her", load, caps, share)
		}
	})
}

func TestCapsAreHerOwnElseTheWorkspacesElseTheDefault(t *testing.T) {
	t.Parallel()
	got := Settings{Capacity: map[Work]int{WorkChat: 5, WorkMail: 6}}.Caps(map[Work]int{WorkMail: 2})
	want := map[Work]int{WorkCall: DefaultCapacity()[WorkCall], WorkChat: 5, WorkMail: 2}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
