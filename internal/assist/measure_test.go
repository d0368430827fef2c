package assist

import (
	"testing"
	"time"
)

func TestAnswersAreMeasuredAndWhatWasMissedIsExplained(t *testing.T) {
	t.Parallel()
	ended := func(o Outcome, after1 time.Duration, rings ...RingState) Session {
		x := Session{State: Ended, PressedAt: pressed, EndedAt: after(after1), Story: Story{Outcome: o}}
		for _, r := range rings {
			x.Story.Rings = append(x.Story.Rings, Ring{State: r})
		}
		return x
	}
	answered := func(in time.Duration) Session {
		x := ended(Done, time.Minute, Answered)
		x.Story.AcceptedAt = after(in)
		return x
	}
	solved := answered(4 * time.Second)
	solved.Story.Conclusion = &Conclusion{Result: Solved}
	all := []Session{solved, answered(8 * time.Second), answered(30 * time.Second), {State: Ringing, PressedAt: pressed},
		ended(Missed, giveUp), ended(Missed, giveUp, Refused, Refused), ended(Missed, giveUp, Refused, Unheard),
		ended(Cancelled, 3*time.Second, Withdrawn), ended(Cancelled, 40*time.Second, Withdrawn)}
	m := measure(all)
	if m.Pressed != 9 || len(m.Answers) != 3 || m.P50 != 8*time.Second || m.P95 != 30*time.Second {
		t.Errorf("answers: %+v", m)
	}
	if m.Kept != 2 || m.Promised != 7 { // whoever left after three seconds was promised nothing yet
		t.Errorf("%d of %d kept", m.Kept, m.Promised)
	}
	if m.Nobody != 1 || m.Refused != 1 || m.Unheard != 1 || m.Left != 2 {
		t.Errorf("missed: %+v", m)
	}
	if m.Results[Solved] != 1 || len(m.Results) != 1 || m.Unsaid != 2 {
		t.Errorf("what came of them: %v, %d unsaid", m.Results, m.Unsaid)
	}
	if got := measure(nil); got.P50 != 0 || got.P95 != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}
