package assist

import (
	"strings"
	"testing"
	"time"

	"visavis/internal/assist/page"
	"visavis/internal/vis"
)

// slowLine is a line whose other end reads slowly.
type slowLine struct {
	heardFrames
	waits int
}

func (l *slowLine) Waiting() int { return l.waits }

// Whoever looks and falls far behind is left out until she has read what waits, and is then shown the whole page; nobody else notices.
func TestWhoFallsBehindIsShownTheWholePageOnceSheHasRead(t *testing.T) {
	t.Parallel()
	s := New(Options{Clock: vis.ClockFunc(func() time.Time { return pressed })})
	hers, his, slow := &heardFrames{}, &slowLine{}, &slowLine{}
	r := &room{s: s, session: *live(t), told: Grants{Page: true}}
	if err := r.session.Consent(SeePage, "", pressed); err != nil {
		t.Fatal(err)
	}
	customer := &Seat{room: r, side: CustomerSide, line: hers}
	other, behind := &Seat{room: r, side: MemberSide, line: his}, &Seat{room: r, side: WatcherSide, line: slow}
	r.customer, r.others = customer, []*Seat{other, behind}
	shows := func(n int64, whole bool) {
		r.show(customer, ChangesFrame{N: n}, page.Scrubbed{Whole: whole, Events: []byte(`["` + strings.Repeat("x", int(n)) + `"]`)})
	}
	got := func() [2]int { return [2]int{len(his.got), len(slow.got)} }
	shows(1, true)
	if got() != [2]int{1, 1} {
		t.Fatalf("at first they are shown %v", got())
	}
	slow.waits = maxBehind + 1
	shows(2, false)
	slow.waits = maxBehind / 2 // what waits does not fit on what she has any more
	shows(3, false)
	if got() != [2]int{3, 1} || len(hers.got) != 0 {
		t.Errorf("while one is behind they are shown %v, and the customer is asked %q", got(), hers.got)
	}
	behind.Drained()
	behind.Drained()
	if len(hers.got) != 1 || !strings.Contains(hers.got[0], `"lag"`) {
		t.Errorf("the page is asked for %q", hers.got)
	}
	slow.waits = 0
	shows(4, true)
	shows(5, false)
	if got() != [2]int{5, 3} {
		t.Errorf("afterwards they are shown %v", got())
	}
}

// W-18: what is shown after she stopped the recording is not kept, however late the recorder hears of it.
func TestNothingIsRecordedFromTheMomentOnWhichItIsStopped(t *testing.T) {
	t.Parallel()
	x := *live(t)
	x.Story.Consents = append(x.Story.Consents, Consent{Kind: Record, Member: x.Member, GivenAt: pressed})
	r := &room{s: New(Options{Clock: vis.ClockFunc(time.Now)}), session: x, tape: &recorder{in: make(chan taken, 4)}, taped: true}
	r.record(pressed, []byte("{}"), true)
	if !r.session.Revoke(Record, pressed) {
		t.Fatal("it is not stopped")
	}
	r.record(pressed, []byte("{}"), true)
	if n := len(r.tape.in); n != 1 {
		t.Errorf("%d frames are recorded", n)
	}
}
