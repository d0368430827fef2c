package assist

import (
	"slices"
	"testing"
	"time"

	"visavis/internal/vis"
)

var pressed = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return pressed.Add(d) }

// ringing are those whose bell rings, in order.
func ringing(s *Session) []vis.MemberID {
	var out []vis.MemberID
	for _, r := range s.Story.Rings {
		if r.State == Rings {
			out = append(out, r.Member)
		}
	}
	return out
}

func press() *Session { return &Session{ID: "s", Customer: "anna", State: Ringing, PressedAt: pressed} }

// live is a session that lea has.
func live(t *testing.T) *Session {
	t.Helper()
	s := press()
	s.ring([]vis.MemberID{"lea"}, pressed)
	if err := s.Accept("lea", after(time.Second)); err != nil {
		t.Fatal(err)
	}
	s.connected(after(2 * time.Second))
	return s
}

func refused(t *testing.T, err error, reason string) {
	t.Helper()
	if e, ok := err.(*vis.Error); !ok || e.Reason != reason { //nolint:errorlint // the rules wrap nothing
		t.Errorf("got %v, want a refusal for %q", err, reason)
	}
}

func TestTheBestIsRungThenTheNextThenTwoAtATime(t *testing.T) {
	t.Parallel()
	s, all := press(), []vis.MemberID{"a", "b", "c", "d", "e"}
	for _, step := range []struct {
		at   time.Duration
		want []vis.MemberID
	}{
		{0, []vis.MemberID{"a"}},
		{5 * time.Second, []vis.MemberID{"a", "b"}},
		{10 * time.Second, []vis.MemberID{"a", "b", "c", "d"}},
		{15 * time.Second, []vis.MemberID{"b", "c", "d", "e", "a"}}, // a did not hear it and is asked again, after the new one
		{20 * time.Second, []vis.MemberID{"c", "d", "e", "a", "b"}},
	} {
		s.ring(all, after(step.at))
		if got := ringing(s); !slices.Equal(got, step.want) {
			t.Errorf("after %v: %v ring, want %v", step.at, got, step.want)
		}
		if got, want := s.nextRing(after(step.at+300*time.Millisecond)), after(step.at+5*time.Second); !got.Equal(want) {
			t.Errorf("after %v: rings again at %v, want %v", step.at, got, want)
		}
	}
}

func TestWhoRefusesIsNotRungAgain(t *testing.T) {
	t.Parallel()
	s := press()
	s.ring([]vis.MemberID{"a"}, pressed)
	if err := s.Refuse("a", "tired", after(time.Second)); vis.CodeOf(err) != vis.Invalid {
		t.Errorf("an unknown reason: %v", err)
	}
	if err := s.Refuse("a", "busy", after(time.Second)); err != nil {
		t.Fatal(err)
	}
	if s.ring([]vis.MemberID{"a"}, after(5*time.Second)); len(ringing(s)) != 0 {
		t.Errorf("%v ring", ringing(s))
	}
}

func TestTheCustomerIsToldTheTruthAboutWaiting(t *testing.T) {
	t.Parallel()
	nobody := press()
	if nobody.ring(nil, pressed); !nobody.late(pressed) || nobody.late(after(time.Second)) {
		t.Error("nobody is there: she is told at once, and once")
	}
	somebody := press()
	somebody.ring([]vis.MemberID{"a"}, pressed)
	if somebody.late(after(14 * time.Second)) {
		t.Error("told while it is not late yet")
	}
	if !somebody.late(after(15*time.Second)) || somebody.Story.LateAt != after(15*time.Second) {
		t.Error("not told after fifteen seconds")
	}
}

func TestOnlyWhoWasRungAnswersAndOnlyOnce(t *testing.T) {
	t.Parallel()
	s := press()
	s.ring([]vis.MemberID{"a"}, pressed)
	s.ring([]vis.MemberID{"a", "b"}, after(5*time.Second))
	if err := s.Accept("stranger", after(6*time.Second)); vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a stranger: %v", err)
	}
	if err := s.Accept("b", after(6*time.Second)); err != nil || s.Member != "b" || s.State != Accepted {
		t.Fatalf("%v: %+v", err, s)
	}
	if s.Story.Rings[0].State != Withdrawn || s.Story.Rings[1].State != Answered {
		t.Errorf("the bells: %+v", s.Story.Rings)
	}
	refused(t, s.Accept("a", after(7*time.Second)), "assist_taken")
	if err := s.End(Done, vis.ByCustomer, after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Accept("a", after(2*time.Minute)), "assist_over")
	refused(t, s.End(Done, vis.ByMember, after(2*time.Minute)), "assist_over")
}

// W-13: what a member may see and do is what the customer allows, for as long as she does.
func TestControlNeedsTheCustomersWordForOneOriginAndTenMinutes(t *testing.T) {
	t.Parallel()
	const shop = "https://shop.example"
	early := press()
	refused(t, early.Consent(SeePage, "", pressed), "assist_rings")
	s := live(t)
	refused(t, s.Consent(Control, shop, after(time.Minute)), "page_not_shown")
	if err := s.Consent(SeePage, "", after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "shop.example", "https://shop.example/x", "javascript:alert(1)", "https://u@shop.example"} {
		if err := s.Consent(Control, wrong, after(time.Minute)); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := s.Consent(Control, shop, after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if c, ok := s.Allowed(Control, after(10*time.Minute)); !ok || c.Origin != shop || c.Member != "lea" {
		t.Errorf("not in force: %+v", c)
	}
	if _, ok := s.Allowed(Control, after(11*time.Minute)); ok {
		t.Error("in force after ten minutes")
	}
	if !s.Revoke(SeePage, after(5*time.Minute)) {
		t.Error("nothing was revoked")
	}
	for _, k := range []Kind{SeePage, Control} {
		if _, ok := s.Allowed(k, after(6*time.Minute)); ok {
			t.Errorf("%s is in force without the page", k)
		}
	}
	if s.Revoke(SeePage, after(7*time.Minute)) {
		t.Error("revoked twice")
	}
}

func TestGrantsEndWithTheSession(t *testing.T) {
	t.Parallel()
	s := live(t)
	for _, k := range []Kind{SeePage, SeeCamera, Record} {
		if err := s.Ask(k, after(0)); err != nil {
			t.Fatal(err)
		}
		if err := s.Consent(k, "", after(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Story.Asked) != 0 {
		t.Errorf("still asked: %v", s.Story.Asked)
	}
	if err := s.End(Failed, vis.BySystem, after(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Story.Consents {
		if _, ok := s.Allowed(c.Kind, after(2*time.Minute)); ok || c.Why != "ended" {
			t.Errorf("%+v", c)
		}
	}
}

func TestASessionIsRatedOnceAndAfterwards(t *testing.T) {
	t.Parallel()
	s := live(t)
	refused(t, s.Rate(5, ""), "assist_not_over")
	if err := s.End(Done, vis.ByCustomer, after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Rate(6, ""), "invalid_field")
	if err := s.Rate(4, "Merci"); err != nil {
		t.Error(err)
	}
	refused(t, s.Rate(5, ""), "assist_rated")
}
