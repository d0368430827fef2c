package imapin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/peers"
)

// Newcomers are fetched as soon as the server tells of them, whatever protects the line, and the mailbox stays as it was.
func TestNewLettersAreFetchedAsTheyCome(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	slow := quick
	slow.poll, slow.idle = time.Hour, time.Hour
	for security, port := range map[line.Security]uint16{line.TLS: d.TLSPort, line.StartTLS: d.Port, line.Plain: d.Port} {
		t.Run(string(security), func(t *testing.T) {
			who := "new-" + string(security)
			d.Deliver(who, "INBOX", letterNo(1))
			b, s := box(d, who), newShelf()
			b.Server.Port, b.Server.Security, b.Existing = port, security, Ignore
			stop := fetching(t, fetcher(d, slow), b, s)
			s.await(t, "at rest", func() bool { return len(s.told) > 0 && s.last().State == channel.Healthy })
			d.Deliver(who, "INBOX", letterNo(2))
			s.awaitLetters(t, 1)
			stop()
			d.Deliver(who, "INBOX", letterNo(3))
			fetching(t, fetcher(d, slow), b, s)
			s.awaitLetters(t, 2)
			s.holds(t, letters(2, 3)...)
			if s.times(letterNo(2)) != 1 || d.Seen(who, "INBOX") {
				t.Errorf("a letter was fetched %d times; marked as seen: %v", s.times(letterNo(2)), d.Seen(who, "INBOX"))
			}
			raw := s.order[0]
			if !strings.HasPrefix(raw.Remote, "INBOX;uidvalidity=") || !strings.HasSuffix(raw.Remote, ";uid=2") || raw.ReceivedAt.IsZero() || raw.Envelope.HeadOf != 0 {
				t.Errorf("it came from %q at %s", raw.Remote, raw.ReceivedAt)
			}
		})
	}
}

// What was there before is fetched in the order in which it was written, and no newcomer waits for it. It may be paused.
func TestLettersThatWereThereWaitForNewcomers(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	d.Deliver("marc", "INBOX", letters(1, 180)...)
	b, s := box(d, "marc"), newShelf()
	b.Existing = Pause
	stop := fetching(t, fetcher(d, quick), b, s)
	s.awaitRest(t)
	stop()
	if old := s.last().Old; len(s.order) != 0 || old.Total != 180 || old.Left != 180 || !old.BeganAt.IsZero() {
		t.Errorf("before it begins it is told %+v, and %d letters are here", old, len(s.order))
	}
	b.Existing = Fetch
	s.keeps = func(n int) (bool, error) {
		if n == 60 {
			d.Deliver("marc", "INBOX", letterNo(500))
		}
		return true, nil
	}
	stop = fetching(t, fetcher(d, quick), b, s)
	s.await(t, "fetched", func() bool { return len(s.order) >= 101 })
	stop()
	s.mu.Lock()
	some := len(s.order)
	at := slices.Index(numbers(s.order), 500)
	s.mu.Unlock()
	if at < 60 || at > 101 || some > 181 {
		t.Errorf("the newcomer was fetched as number %d of %d", at, some)
	}
	b.Existing = Pause
	stop = fetching(t, fetcher(d, quick), b, s)
	d.Deliver("marc", "INBOX", letterNo(501))
	s.await(t, "fetched", func() bool { return slices.Contains(numbers(s.order), 501) })
	s.awaitRest(t)
	stop()
	if len(s.order) != some+1 {
		t.Errorf("while it is paused %d letters were fetched", len(s.order)-some)
	}
	came := some - 1 // without the newcomer
	paused := s.last().Old
	if paused.Total != 180 || paused.Left != 180-came || paused.BeganAt.IsZero() {
		t.Errorf("while it is paused, with %d old letters here, it is told %+v", came, paused)
	}
	b.Existing = Fetch
	fetching(t, fetcher(d, quick), b, s)
	s.awaitRest(t)
	if old := s.last().Old; old.Total != 180 || old.Left != 0 || !old.BeganAt.Equal(paused.BeganAt) || old.PerHour <= 0 {
		t.Errorf("in the end it is told %+v", old)
	}
	s.holds(t, append(letters(1, 180), letterNo(500), letterNo(501))...)
	old := slices.DeleteFunc(numbers(s.order), func(n int) bool { return n >= 500 })
	if !slices.IsSorted(old) {
		t.Errorf("they came in the order %v", old)
	}
	for _, l := range letters(1, 180) {
		if s.times(l) != 1 {
			t.Fatalf("a letter was fetched %d times:\n%s", s.times(l), l)
		}
	}
}

func TestWhatBecomesOfALetterOnTheServer(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{
		"as usual":                    "",
		"without MOVE":                "imap_capability = IMAP4rev1 LITERAL+ IDLE UIDPLUS AUTH=PLAIN",
		"without MOVE and UIDPLUS":    "imap_capability = IMAP4rev1 LITERAL+ IDLE AUTH=PLAIN",
		"without MOVE, UIDPLUS, IDLE": "imap_capability = IMAP4rev1 AUTH=PLAIN",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := peers.StartDovecot(t, more)
			for _, after := range []After{Leave, Move, Delete} {
				who := string(after)
				d.Deliver(who, "INBOX", letters(1, 70)...)
				b, s := box(d, who), newShelf()
				b.After, b.MoveTo = after, "Fetched/Élan"
				stop := fetching(t, fetcher(d, quick), b, s)
				s.awaitLetters(t, 70)
				d.Deliver(who, "INBOX", letterNo(71))
				s.awaitLetters(t, 71)
				s.awaitRest(t)
				s.awaitRest(t)
				stop()
				left, moved := d.Letters(who, "INBOX"), d.Letters(who, "Fetched/&AMk-lan")
				want := map[After][2]int{Leave: {71, 0}, Move: {0, 71}, Delete: {0, 0}}[after]
				if strings.Contains(name, "and UIDPLUS") || strings.Contains(name, ", UIDPLUS") {
					want[0] = 71 // marked as deleted
				}
				if len(left) != want[0] || len(moved) != want[1] {
					t.Errorf("%s: %d letters are left, %d were moved; want %v", after, len(left), len(moved), want)
				}
				s.holds(t, letters(1, 71)...)
			}
		})
	}
}

// K-13: UIDs that mean something else make the folder be fetched again, and nothing be kept twice.
func TestRenumberedLettersAreFetchedAgainAndKnown(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	for _, existing := range []Existing{Fetch, Ignore} {
		who := "renumbered-" + string(existing)
		b, s := box(d, who), newShelf()
		b.Existing = existing
		stop := fetching(t, fetcher(d, quick), b, s)
		s.awaitRest(t)
		d.Deliver(who, "INBOX", letters(1, 30)...)
		s.awaitLetters(t, 30)
		s.awaitRest(t)
		stop()
		d.Renumber(who, "INBOX")
		d.Deliver(who, "INBOX", letterNo(31)) // in what was told of nobody knows which
		fetching(t, fetcher(d, quick), b, s)
		s.awaitLetters(t, 31)
		s.awaitRest(t)
		s.holds(t, letters(1, 31)...)
		if s.times(letterNo(1)) != 2 {
			t.Errorf("%s: a letter was fetched %d times", existing, s.times(letterNo(1)))
		}
	}
}

// K-14: what another client marks is fetched, and what it takes away before it could be fetched is told of.
func TestWhatOthersTakeAwayIsToldOf(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	b, s := box(d, "shared"), newShelf()
	missed := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.last().Missed
	}
	stop := fetching(t, fetcher(d, quick), b, s)
	s.awaitRest(t)
	stop()
	d.Deliver("shared", "INBOX", letters(1, 3)...)
	d.Do("shared", "SELECT INBOX", `STORE 1:* +FLAGS (\Seen \Flagged)`, "CREATE Elsewhere", "MOVE 2 Elsewhere", "CLOSE")
	stop = fetching(t, fetcher(d, quick), b, s)
	s.awaitLetters(t, 2)
	s.awaitRest(t)
	if missed() != 1 || s.last().MissedAt.IsZero() {
		t.Errorf("of one that was moved away it is told %d", missed())
	}
	stop()
	// One goes before anybody lists it, and two after they were listed, while those before them are fetched.
	d.Deliver("shared", "INBOX", letters(4, 64)...)
	d.Do("shared", "SELECT INBOX", `STORE 63 +FLAGS (\Deleted)`, "EXPUNGE")
	s.keeps = func(n int) (bool, error) {
		if n == 3 {
			d.Do("shared", "SELECT INBOX", `STORE 61:62 +FLAGS (\Deleted)`, "EXPUNGE")
		}
		return true, nil
	}
	stop = fetching(t, fetcher(d, quick), b, s)
	s.await(t, "told", func() bool { return s.last().Missed == 4 })
	s.awaitRest(t)
	stop()
	fetching(t, fetcher(d, quick), b, s) // and it is told again by whoever goes on
	s.awaitRest(t)
	if missed() != 4 {
		t.Errorf("after all it is told of %d", missed())
	}
	s.holds(t, append(letters(1, 1), letters(3, 61)...)...)
}

// K-12: however long nobody fetched and however much came meanwhile, all of it is fetched.
func TestTenThousandLettersAfterThreeDaysAreAllFetched(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand letters are fetched: not with -short")
	}
	t.Parallel()
	d := peers.StartDovecot(t, "")
	b, s := box(d, "busy"), newShelf()
	b.Existing = Ignore
	stop := fetching(t, fetcher(d, quick), b, s)
	s.awaitRest(t)
	stop()
	d.Deliver("busy", "INBOX", letters(1, 10_000)...)
	began := time.Now()
	fetching(t, fetcher(d, quick), b, s)
	s.awaitLetters(t, 10_000)
	t.Logf("10,000 letters in %s", time.Since(began).Round(time.Millisecond))
	s.awaitRest(t)
	s.holds(t, letters(1, 10_000)...)
	if !slices.IsSorted(numbers(s.order)) {
		t.Error("they came in another order than they were written in")
	}
	if len(s.cursors["imap:INBOX"]) > 1000 {
		t.Errorf("the cursor has %d bytes", len(s.cursors["imap:INBOX"]))
	}
}

func TestAServerThatGoesAndComesBackIsFetchedFromOn(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	d.Deliver("noor", "INBOX", letters(1, 300)...)
	b, s := box(d, "noor"), newShelf()
	cut := make(chan struct{})
	s.keeps = func(n int) (bool, error) {
		if n == 130 {
			close(cut)
		}
		return true, nil
	}
	p := quick
	p.broken = 200 * time.Millisecond
	fetching(t, fetcher(d, p), b, s)
	<-cut
	d.Stop()
	s.await(t, "broken", func() bool { return s.last().State == channel.Broken && s.last().Problem == "no-connection" })
	d.Start()
	s.awaitLetters(t, 300)
	s.awaitRest(t)
	s.holds(t, letters(1, 300)...)
	if !slices.IsSorted(numbers(s.order)) {
		t.Errorf("they came in the order %v", numbers(s.order))
	}
}

var errWanted = errors.New("as the test wants")

// K-11: wherever it fails, nothing is lost, nothing is new twice, and nothing is taken from the server that is not kept.
func TestWhereverItFailsNothingIsLost(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	for name, prepare := range map[string]func(*shelf){
		"keeping fails":           func(s *shelf) { s.keeps = failing(false, 1, 2, 60, 61, 125) },
		"keeping fails after all": func(s *shelf) { s.keeps = failing(true, 1, 2, 60, 61, 125) },
		"the cursor fails":        func(s *shelf) { s.saves = failing(false, 1, 2, 4, 5, 7) },
		"the cursor fails, after": func(s *shelf) { s.saves = failing(true, 1, 2, 4, 5, 7) },
	} {
		for _, after := range []After{Leave, Move, Delete} {
			t.Run(fmt.Sprint(name, ", ", after), func(t *testing.T) {
				t.Parallel()
				who := strings.NewReplacer(" ", "-", ",", "").Replace(name) + string(after)
				d.Deliver(who, "INBOX", letters(1, 120)...)
				b, s := box(d, who), newShelf()
				b.After, b.MoveTo = after, "Fetched"
				prepare(s)
				fetching(t, fetcher(d, quick), b, s)
				s.awaitLetters(t, 120)
				s.awaitRest(t)
				s.awaitRest(t)
				s.holds(t, letters(1, 120)...)
				left, moved := len(d.Letters(who, "INBOX")), len(d.Letters(who, "Fetched"))
				if want := map[After][2]int{Leave: {120, 0}, Move: {0, 120}, Delete: {0, 0}}[after]; [2]int{left, moved} != want {
					t.Errorf("%d letters are left and %d were moved", left, moved)
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				if !slices.ContainsFunc(s.told, func(h channel.Health) bool { return h.Problem == "" }) {
					t.Errorf("told %+v", s.told)
				}
			})
		}
	}
}

// failing fails at some calls; anyway says that what was asked for has happened all the same.
func failing(anyway bool, at ...int) func(int) (bool, error) {
	return func(n int) (bool, error) {
		if slices.Contains(at, n) {
			return anyway, errWanted
		}
		return true, nil
	}
}

func TestAFolderThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	d.Deliver("ana", "Ventes", letterNo(1))
	b, s := box(d, "ana"), newShelf()
	b.Folders = []string{"Nowhere", "Ventes", "INBOX"}
	fetching(t, fetcher(d, quick), b, s)
	s.awaitLetters(t, 1)
	d.Deliver("ana", "INBOX", letterNo(2))
	d.Deliver("ana", "Ventes", letterNo(3))
	s.awaitLetters(t, 3)
	s.await(t, "told", func() bool { return s.last().State == channel.Broken && s.last().Problem == "no-such-folder" })
	s.holds(t, letters(1, 3)...)
}

// A letter beyond the bound is not fetched and not passed over: its head is kept, and it stays where it is.
func TestALetterThatIsTooLargeIsSeen(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	head := "From: Camille <camille@mel.example>\r\nSubject: 99\r\n\r\n"
	d.Deliver("lea", "INBOX", letterNo(1), head+strings.Repeat("x", 2<<20), letterNo(2))
	b, s := box(d, "lea"), newShelf()
	b.After = Delete
	fetching(t, fetcher(d, quick), b, s)
	s.awaitLetters(t, 3)
	s.awaitRest(t)
	s.holds(t, letterNo(1), letterNo(2), head)
	if at := slices.Index(numbers(s.order), 99); s.order[at].Envelope.HeadOf != int64(len(head)+2<<20) {
		t.Errorf("its whole is said to have %d bytes", s.order[at].Envelope.HeadOf)
	}
	if left := d.Letters("lea", "INBOX"); len(left) != 1 || len(left[0]) < 2<<20 {
		t.Errorf("%d letters are left on the server", len(left))
	}
}

// K-42: what was not taken is not shown again, and that a person has to consent is told at once.
func TestSecretsAreAskedForWhenTheyAreNeeded(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	d.Deliver("lea", "INBOX", letterNo(1))
	s := newShelf()
	var asked []string
	var mu sync.Mutex
	fetchingWith(t, fetcher(d, quick), box(d, "lea"), func(_ context.Context, refused string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, refused)
		switch len(asked) {
		case 1:
			return "", line.Trouble("sign-in-again")
		case 2:
			return "an0ther-word", nil
		}
		return peers.Password, nil
	}, s)
	s.await(t, "told", func() bool {
		return slices.ContainsFunc(s.told, func(h channel.Health) bool { return h.State == channel.Broken && h.Problem == "sign-in-again" })
	})
	s.awaitLetters(t, 1)
	s.holds(t, letterNo(1))
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(asked, []string{"", "", "an0ther-word"}) {
		t.Errorf("asked with %q", asked)
	}
}

// K-42: who is not let in is told so at once, in the server's words and without ours.
func TestAWrongPasswordIsToldAtOnce(t *testing.T) {
	t.Parallel()
	d := peers.StartDovecot(t, "")
	b, s := box(d, "lea"), newShelf()
	f := fetcher(d, quick)
	fetchingWith(t, f, b, always("an0ther-word"), s)
	s.await(t, "told", func() bool { return s.last().State == channel.Broken && s.last().Problem == "sign-in-refused" })
	if h := s.last(); strings.Contains(h.Answer, "an0ther-word") || h.Answer == "" || strings.Contains(h.Answer, "\n") || h.Part != "in" {
		t.Errorf("told %+v", h)
	}
	b.Server.Security, b.Server.Host = line.Plain, "192.0.2.1"
	s = newShelf()
	fetching(t, f, b, s)
	s.await(t, "told", func() bool { return s.last().State == channel.Broken && s.last().Problem == "open-line" })
	b = box(d, "lea")
	s = newShelf()
	fetching(t, New(dial, nil, time.Now), b, s)
	s.await(t, "told", func() bool { return s.last().State == channel.Broken && s.last().Problem == "certificate" })
}
