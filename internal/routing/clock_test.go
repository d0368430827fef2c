package routing

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"visavis/internal/hours"
)

// officeHours are Monday to Friday, 9 to 12 and 14 to 18, in Paris.
func officeHours(t testing.TB) *hours.Hours {
	t.Helper()
	var week []hours.Slot
	for day := 1; day <= 5; day++ {
		week = append(week, hours.Slot{Day: day, From: "09:00", To: "12:00"}, hours.Slot{Day: day, From: "14:00", To: "18:00"})
	}
	h, err := hours.Compile(hours.Calendar{Zone: "Europe/Paris", Week: week})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// paris is a local time of March 2026; the 2nd is a Monday.
func paris(t testing.TB, day, hour, minute int) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 3, day, hour, minute, 0, 0, zone)
}

func begun(t testing.TB, term Term, h *hours.Hours, at time.Time) Promise {
	t.Helper()
	p := Promise{Kind: First, Term: term}
	if !p.Begin(h, at) {
		t.Fatalf("nothing was promised at %s", at)
	}
	return p
}

func TestDeadlinesFallWherePeopleExpectThem(t *testing.T) {
	t.Parallel()
	h := officeHours(t)
	for name, c := range map[string]struct {
		term     Term
		at, want time.Time
	}{
		"four hours over lunch":            {Term{For: 4 * time.Hour}, paris(t, 2, 10, 0), paris(t, 2, 16, 0)},
		"four hours over the week-end":     {Term{For: 4 * time.Hour}, paris(t, 6, 17, 0), paris(t, 9, 12, 0)},
		"a minute, asked at night":         {Term{For: time.Minute}, paris(t, 3, 3, 0), paris(t, 3, 9, 1)},
		"plain time runs at night":         {Term{For: 5 * time.Minute, Always: true}, paris(t, 3, 3, 0), paris(t, 3, 3, 5)},
		"the same day":                     {Term{SameDay: true}, paris(t, 2, 10, 0), paris(t, 2, 18, 0)},
		"the same day, asked after it":     {Term{SameDay: true}, paris(t, 2, 19, 0), paris(t, 3, 18, 0)},
		"two business days from a Friday":  {Term{Days: 2}, paris(t, 6, 17, 0), paris(t, 10, 18, 0)},
		"one business day from a Saturday": {Term{Days: 1}, paris(t, 7, 17, 0), paris(t, 9, 18, 0)},
	} {
		if got := begun(t, c.term, h, c.at).DueAt; !got.Equal(c.want) {
			t.Errorf("%s: due %s, want %s", name, got, c.want)
		}
	}
}

func TestNothingIsPromisedWhereNobodyEverAnswers(t *testing.T) {
	t.Parallel()
	never, err := hours.Compile(hours.Calendar{Zone: "Europe/Paris"})
	if err != nil {
		t.Fatal(err)
	}
	p := Promise{Term: Term{For: time.Hour}}
	if p.Begin(never, paris(t, 2, 9, 0)) {
		t.Error("something was promised that cannot be kept")
	}
}

func TestAnswerOnTheStrokeKeepsThePromise(t *testing.T) {
	t.Parallel()
	h := officeHours(t)
	for late, want := range map[time.Duration]PromiseState{0: Kept, -time.Minute: Kept, time.Millisecond: Late} {
		p := begun(t, Term{For: time.Hour}, h, paris(t, 2, 9, 0))
		if !p.End(p.DueAt.Add(late)) || p.State != want {
			t.Errorf("%s after the deadline the promise is %s, want %s", late, p.State, want)
		}
		if p.End(p.DueAt) || p.Void(p.DueAt) {
			t.Error("a promise ended twice")
		}
	}
}

func TestPauseKeepsTheOpenTimeThatWasLeft(t *testing.T) {
	t.Parallel()
	h := officeHours(t)
	p := begun(t, Term{For: 4 * time.Hour}, h, paris(t, 2, 9, 0)) // due at 15:00
	if !p.Pause(h, paris(t, 2, 11, 0)) || p.Left != 2*time.Hour || p.State != Paused {
		t.Fatalf("paused with %s left, %s", p.Left, p.State)
	}
	if _, _, ok := p.NextMark(h); ok {
		t.Error("a mark lies ahead while the clock stands still")
	}
	if !p.Resume(h, paris(t, 4, 17, 0)) || !p.DueAt.Equal(paris(t, 5, 10, 0)) {
		t.Errorf("due %s after the pause, want Thursday at 10", p.DueAt)
	}
	p.End(paris(t, 5, 9, 30))
	if p.State != Kept || p.PausedFor != 54*time.Hour || p.Took != 72*time.Hour+30*time.Minute-54*time.Hour {
		t.Errorf("%s, paused for %s, took %s", p.State, p.PausedFor, p.Took)
	}
}

func TestEndingWhileItStandsStillIsAsEarlyAsThePause(t *testing.T) {
	t.Parallel()
	h := officeHours(t)
	p := begun(t, Term{For: time.Hour}, h, paris(t, 2, 9, 0))
	p.Pause(h, paris(t, 2, 9, 30))
	p.End(paris(t, 20, 9, 0))
	if p.State != Kept || p.Took != 30*time.Minute {
		t.Errorf("%s after %s, want kept after 30 minutes", p.State, p.Took)
	}
	overdue := begun(t, Term{For: time.Hour}, h, paris(t, 2, 9, 0))
	overdue.Pause(h, paris(t, 2, 10, 30))
	overdue.Resume(h, paris(t, 3, 9, 0))
	if !overdue.DueAt.Equal(paris(t, 2, 10, 0)) {
		t.Errorf("a pause after the deadline moved it to %s", overdue.DueAt)
	}
}

func TestMarksComeInOrderAndOnce(t *testing.T) {
	t.Parallel()
	h := officeHours(t)
	p := begun(t, Term{For: 4 * time.Hour}, h, paris(t, 2, 10, 0))
	want := []struct {
		mark Mark
		at   time.Time
	}{
		{WarnedFirst, paris(t, 2, 15, 0)}, {WarnedSecond, paris(t, 2, 15, 36)}, {Missed, paris(t, 2, 16, 0).Add(Grace)},
		{MissedLong, paris(t, 3, 11, 0)},
	}
	for _, w := range want {
		mark, at, ok := p.NextMark(h)
		if !ok || mark != w.mark || !at.Equal(w.at) {
			t.Fatalf("next is %s at %s, want %s at %s", mark, at, w.mark, w.at)
		}
		if !p.Pass(mark) || p.Pass(mark) {
			t.Errorf("%s was not passed just once", mark)
		}
	}
	if _, _, ok := p.NextMark(h); ok || p.State != Broken || len(p.Marks) != 4 {
		t.Errorf("after all marks the promise is %s with %q", p.State, p.Marks)
	}
	p.End(paris(t, 3, 11, 30))
	if p.State != Late {
		t.Errorf("a missed promise ended %s", p.State)
	}
}

func TestOneWarningIsOneMark(t *testing.T) {
	t.Parallel()
	p := Promise{Term: Term{For: time.Hour}, WarnAt: []int{50}}
	p.Begin(hours.Always(), paris(t, 2, 10, 0))
	if mark, at, _ := p.NextMark(hours.Always()); mark != WarnedFirst || !at.Equal(paris(t, 2, 10, 30)) {
		t.Errorf("%s at %s", mark, at)
	}
	p.Pass(WarnedFirst)
	if mark, _, _ := p.NextMark(hours.Always()); mark != Missed {
		t.Errorf("then %s", mark)
	}
}

// minutely counts a promise's time minute by minute.
type minutely struct {
	h           *hours.Hours
	at          time.Time
	used, whole int // open minutes while it ran, of so many
	running     bool
	due         time.Time // when the last of them was used
}

func (n *minutely) until(t time.Time) {
	for n.at.Before(t) {
		open := n.running && n.h.Open(n.at)
		n.at = n.at.Add(time.Minute)
		if open {
			if n.used++; n.used == n.whole {
				n.due = n.at
			}
		}
	}
}

func TestAnyPausesUseJustTheOpenMinutesInWhichItRan(t *testing.T) {
	t.Parallel()
	both := []*hours.Hours{officeHours(t), hours.Always()}
	rapid.Check(t, func(r *rapid.T) {
		h := both[rapid.IntRange(0, 1).Draw(r, "hours")]
		whole := rapid.IntRange(1, 3000).Draw(r, "minutes")
		at := paris(t, 1, 0, 0).Add(time.Duration(rapid.IntRange(0, 40_000).Draw(r, "begin")) * time.Minute)
		p := Promise{Kind: Resolve, Term: Term{For: time.Duration(whole) * time.Minute}}
		if !p.Begin(h, at) {
			r.Fatal("nothing was promised")
		}
		n := &minutely{h: h, at: at, running: true, whole: whole}
		for range rapid.IntRange(0, 12).Draw(r, "changes") {
			at = at.Add(time.Duration(rapid.IntRange(0, 2000).Draw(r, "then")) * time.Minute)
			n.until(at)
			if n.used >= whole {
				break // overdue: nothing moves the deadline any more
			}
			if n.running {
				p.Pause(h, at)
			} else {
				p.Resume(h, at)
			}
			n.running = !n.running
			if left := time.Duration(whole-n.used) * time.Minute; !n.running && p.Left != left {
				r.Fatalf("%s left, want %s", p.Left, left)
			}
		}
		if !n.running {
			p.Resume(h, at)
			n.running = true
		}
		for n.used < whole {
			n.until(n.at.Add(time.Minute))
		}
		if !p.DueAt.Equal(n.due) {
			r.Fatalf("due %s, want %s", p.DueAt, n.due)
		}
	})
}

func TestWarningsLeaveJustTheirShare(t *testing.T) {
	t.Parallel()
	both := []*hours.Hours{officeHours(t), hours.Always()}
	rapid.Check(t, func(r *rapid.T) {
		h := both[rapid.IntRange(0, 1).Draw(r, "hours")]
		term := Term{For: time.Duration(rapid.IntRange(1, 500_000).Draw(r, "seconds")) * time.Second}
		if rapid.Bool().Draw(r, "days") {
			term = Term{Days: rapid.IntRange(1, 9).Draw(r, "number")}
		}
		warn := rapid.IntRange(1, 99).Draw(r, "percent")
		p := Promise{Term: term, WarnAt: []int{warn}}
		begin := paris(t, 1, 0, 0).Add(time.Duration(rapid.IntRange(0, 2_000_000).Draw(r, "begin")) * time.Second)
		if !p.Begin(h, begin) {
			r.Fatal("nothing was promised")
		}
		_, at, _ := p.NextMark(h)
		share := p.Term.Whole(h, begin) * time.Duration(100-warn) / 100
		left := h.Between(at, p.DueAt)
		if at.Before(p.MadeAt) || at.After(p.DueAt) || left > share || h.Between(at.Add(-time.Millisecond), p.DueAt) <= share && at.After(p.MadeAt) {
			r.Fatalf("warned at %s with %s of %s left, due %s", at, left, share, p.DueAt)
		}
	})
}

func TestNearestDeadlineIsShownAndAPausedOneOnlyAlone(t *testing.T) {
	t.Parallel()
	soon, late := paris(t, 2, 9, 0), paris(t, 3, 9, 0)
	first := &Promise{ID: "first", State: Running, DueAt: late}
	resolve := &Promise{ID: "resolve", State: Paused, DueAt: soon}
	kept := &Promise{ID: "kept", State: Kept, DueAt: soon.Add(-time.Hour)}
	if got := nearest([]*Promise{kept, resolve, first}); got != first {
		t.Errorf("nearest is %v", got)
	}
	if got := nearest([]*Promise{kept, resolve}); got != resolve {
		t.Errorf("nearest is %v", got)
	}
	if got := nearest([]*Promise{kept}); got != nil {
		t.Errorf("nearest is %v", got)
	}
	first.Marks = []Mark{WarnedFirst}
	if slackOf(first) != 0.75 || slackOf(nil) != 0 {
		t.Errorf("slack is %v", slackOf(first))
	}
}

func TestEveryChannelKindHasItsDefaults(t *testing.T) {
	t.Parallel()
	chat := DefaultFor("webchat")
	if got := PolicyFor(nil, Facts{ChannelKind: "webchat", Open: true}).Terms[First].For; got != time.Minute {
		t.Errorf("a chat is answered within %s", got)
	}
	if got := PolicyFor(nil, Facts{ChannelKind: "webchat"}).Terms[First].For; got != 4*time.Hour {
		t.Errorf("a chat outside hours is answered within %s, want that of mail", got)
	}
	if !chat.Terms[Resolve].SameDay || DefaultFor("letter").Terms[Resolve].Days != 10 || DefaultFor("sos").Terms[First].For != 15*time.Second {
		t.Error("the defaults are not those of the table")
	}
	if got := DefaultFor("carrier-pigeon").Kinds; !slices.Contains(got, "email") {
		t.Errorf("an unknown kind is treated as %q", got)
	}
	for _, d := range Defaults() {
		for _, terms := range []map[PromiseKind]Term{d.Terms, d.Closed} {
			for kind, term := range terms {
				if err := term.check(string(kind)); err != nil {
					t.Errorf("%q: %v", d.Kinds, err)
				}
			}
		}
	}
}
