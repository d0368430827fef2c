package assist

import (
	"strings"
	"testing"
	"time"

	"visavis/internal/vis"
)

func TestWhatCameOfACallIsSaidOnceItIsOver(t *testing.T) {
	t.Parallel()
	s := live(t)
	_, err := s.Conclude(Conclusion{Result: Solved})
	refused(t, err, "assist_not_over")
	if err := s.End(Done, vis.ByCustomer, after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if !s.owes("lea") || s.owes("max") || s.owes("") {
		t.Error("lea alone has yet to say what came of it")
	}
	for _, wrong := range []Conclusion{{Result: "won"}, {Result: Solved, Note: strings.Repeat("é", maxConclusion+1)},
		{Result: Solved, Summary: strings.Repeat("é", maxSummary+1)}} {
		if _, err := s.Conclude(wrong); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%.20v: %v", wrong, err)
		}
	}
	for _, step := range []struct {
		say  Conclusion
		want bool
	}{{Conclusion{Result: FollowUp}, true}, {Conclusion{Result: FollowUp}, false}, {Conclusion{Result: FollowUp, Note: "Atelier"}, true},
		{Conclusion{Result: FollowUp, Note: "Atelier", Summary: "Nous reprenons le vélo."}, true}, {Conclusion{Result: Abuse}, true}} {
		if changed, err := s.Conclude(step.say); err != nil || changed != step.want || s.Story.Conclusion.Result != step.say.Result {
			t.Errorf("%+v: %v %v", step.say, changed, err)
		}
	}
	if s.owes("lea") {
		t.Error("she is asked again")
	}
}
