package assist

import (
	"slices"
	"testing"
	"time"

	"visavis/internal/vis"
)

func TestACallIsPassedToAColleagueWhoAnswers(t *testing.T) {
	t.Parallel()
	s, at := live(t), after(time.Minute)
	if err := s.Consent(SeePage, "", at); err != nil {
		t.Fatal(err)
	}
	free := []vis.MemberID{"lea", "yann", "zoe"}
	refused(t, s.Call(Calling{Purpose: ToPass, Member: "lea"}, free, at), "colleague_away") // herself
	refused(t, s.Call(Calling{Purpose: ToPass, Member: "max"}, free, at), "colleague_away")
	for _, wrong := range []Calling{{Purpose: "chat", Member: "yann"}, {Purpose: ToPass}, {Purpose: ToPass, Member: "yann", Team: "t"}} {
		if err := s.Call(wrong, free, at); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if err := s.Call(Calling{Purpose: ToPass, Member: "yann"}, free, at); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Call(Calling{Purpose: ToJoin, Member: "zoe"}, free, at), "assist_calling")
	if got := ringing(s); !slices.Equal(got, []vis.MemberID{"yann"}) || s.Member != "lea" {
		t.Errorf("rings for %v", got)
	}
	if err := s.Answer("zoe", at); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("answered by whom it does not ring for: %v", err)
	}
	if err := s.Answer("lea", at); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("answered by the bell of the press: %v", err)
	}
	if err := s.Answer("yann", at); err != nil {
		t.Fatal(err)
	}
	if _, sees := s.Allowed(SeePage, at); sees || s.Member != "yann" || s.State != Live || s.PassedBy() != "lea" || s.Story.Calling != nil {
		t.Errorf("after the pass: %+v", s)
	}
	if c := s.Story.Consents[0]; c.Why != "agent" || !c.EndedAt.Equal(at) {
		t.Errorf("what was allowed the one before: %+v", c)
	}
	refused(t, s.Answer("yann", at), "assist_taken")
}

func TestACallThatNobodyTakesStaysWhereItIs(t *testing.T) {
	t.Parallel()
	s, at := live(t), after(time.Minute)
	if err := s.Call(Calling{Purpose: ToPass, Team: "cards"}, []vis.MemberID{"yann", "zoe"}, at); err != nil {
		t.Fatal(err)
	}
	if err := s.Refuse("yann", "busy", at); err != nil {
		t.Fatal(err)
	}
	if s.returned(at) {
		t.Error("given back while one bell rings")
	}
	if !s.returned(at.Add(ringFor)) || s.Member != "lea" || s.Story.Calling != nil {
		t.Errorf("not given back: %+v", s)
	}
	refused(t, s.Answer("zoe", at.Add(ringFor)), "assist_taken")
	if err := s.Call(Calling{Purpose: ToJoin, Member: "zoe"}, []vis.MemberID{"zoe"}, at); err != nil {
		t.Fatal(err)
	}
	if !s.callBack(at) || len(ringing(s)) != 0 {
		t.Error("what was taken back rings on")
	}
}

func TestAThirdComesInAndCanTakeOver(t *testing.T) {
	t.Parallel()
	s, at := live(t), after(time.Minute)
	if err := s.Watch("yann", true); err != nil {
		t.Fatal(err)
	}
	if err := s.Call(Calling{Purpose: ToJoin, Member: "yann"}, []vis.MemberID{"yann"}, at); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer("yann", at); err != nil {
		t.Fatal(err)
	}
	if s.Story.Guest != "yann" || !slices.Equal(s.Story.Guests, []vis.MemberID{"yann"}) || s.Member != "lea" || len(s.Story.Watchers)+len(s.Story.Whispers) != 0 {
		t.Errorf("came in: %+v", s)
	}
	refused(t, s.Watch("yann", false), "assist_yours")
	refused(t, s.Call(Calling{Purpose: ToJoin, Member: "zoe"}, []vis.MemberID{"zoe"}, at), "assist_three")
	s.pass("yann", at)
	if s.Story.Guest != "" || s.Member != "yann" {
		t.Errorf("took over: %+v", s)
	}
}
