package realtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"visavis/internal/vis"
)

const ws vis.WorkspaceID = "01900000-0000-7000-8000-000000000001"

// memory is a log in memory.
type memory struct {
	mu     sync.Mutex
	events []vis.Event
	base   int64 // events up to here are trimmed
}

func (m *memory) Events(_ context.Context, _ vis.WorkspaceID, after int64, limit int) ([]vis.Event, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head := m.base + int64(len(m.events))
	from := max(after, m.base)
	if from >= head {
		return nil, head, nil
	}
	rest := m.events[from-m.base:]
	return rest[:min(len(rest), limit)], head, nil
}

// add appends n events of a customer.
func (m *memory) add(n int, customer vis.CustomerID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		m.events = append(m.events, vis.Event{Workspace: ws, Seq: m.base + int64(len(m.events)) + 1, Customer: customer})
	}
}

// words encodes everything as short words.
type words struct{ check string }

func (w words) Frames(_ context.Context, _ vis.WorkspaceID, events []vis.Event) ([]Frame, error) {
	out := make([]Frame, len(events))
	for i, e := range events {
		out[i] = Frame{Seq: e.Seq, Scope: vis.ReadConversations, Customer: e.Customer, Check: w.check,
			Members: func() []byte { return fmt.Appendf(nil, "m%d", e.Seq) }, Visitor: func() []byte { return fmt.Appendf(nil, "v%d", e.Seq) }}
	}
	return out, nil
}

func (words) Welcome(seq int64) []byte {
	return fmt.Appendf(nil, "welcome%d", seq)
}
func (words) Skip(seq int64) []byte   { return fmt.Appendf(nil, "skip%d", seq) }
func (words) Reload(seq int64) []byte { return fmt.Appendf(nil, "reload%d", seq) }
func (words) Viewers(_ vis.ConversationID, m []vis.MemberID) []byte {
	return fmt.Appendf(nil, "viewers%v", m)
}
func (words) Visitor(c vis.CustomerID, here bool, p *Page) []byte {
	if p != nil {
		return fmt.Appendf(nil, "%s here %v on %s", c, here, p.URL)
	}
	return fmt.Appendf(nil, "%s here %v", c, here)
}
func (words) Team(context.Context, vis.WorkspaceID, vis.ChannelID) ([]byte, error) {
	return []byte("team"), nil
}

// news is words whose team says something else from time to time, or cannot be read.
type news struct {
	words
	team *atomic.Value // a string, "" for an error
}

func (n news) Team(context.Context, vis.WorkspaceID, vis.ChannelID) ([]byte, error) {
	if said := n.team.Load().(string); said != "" {
		return []byte(said), nil
	}
	return nil, errors.New("no")
}

// end is the far end of a client: it reads at once, or only when asked.
type end struct {
	client *Client
	lazy   bool
	ready  chan struct{}

	mu   sync.Mutex
	got  []string
	code int
}

func (e *end) Wake() {
	if !e.lazy {
		go func() {
			<-e.ready
			e.drain(1 << 30)
		}()
	}
}

func (e *end) drain(n int) {
	for range n {
		frame, ok := e.client.Next(context.Background())
		if !ok {
			return
		}
		e.mu.Lock()
		e.got = append(e.got, string(frame))
		e.mu.Unlock()
	}
}

func (e *end) Close(code int, _ string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.code = code
}

// said is everything received so far; it forgets it.
func (e *end) said() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := strings.Join(e.got, " ")
	e.got = nil
	return s
}

type world struct {
	*testing.T
	log *memory
	hub *Hub
}

// in runs a test with a clock that stands still until everybody waits.
func in(t *testing.T, enc Encoder, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := new(memory)
		w := &world{t, log, New(t.Context(), log, enc, vis.ClockFunc(time.Now), slog.New(slog.DiscardHandler))}
		defer w.hub.Close()
		test(w)
	})
}

func (w *world) attach(by vis.Actor, last int64, lazy bool) *end {
	w.Helper()
	e := &end{lazy: lazy, ready: make(chan struct{})}
	c, err := w.hub.Attach(w.Context(), Reader{Actor: by, Session: by.ID}, e, last)
	if err != nil {
		w.Fatal(err)
	}
	e.client = c
	close(e.ready)
	synctest.Wait()
	return e
}

func (w *world) expect(e *end, want string) {
	w.Helper()
	synctest.Wait()
	if got := e.said(); got != want {
		w.Errorf("got %q, want %q", got, want)
	}
}

func member(id string) vis.Actor {
	return vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: id, Role: vis.Agent}
}
func customer(id string) vis.Actor {
	return vis.Actor{Workspace: ws, Kind: vis.ByCustomer, ID: id}
}

func TestAReaderIsToldEveryEventOnceAndInOrder(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea := w.attach(member("lea"), -1, false)
		w.expect(lea, "welcome0")
		w.log.add(2, "ada")
		w.hub.Ring(ws)
		w.expect(lea, "m1 m2")
		w.log.add(1, "ada") // and the bell is lost
		time.Sleep(pollEvery)
		w.expect(lea, "m3")
	})
}

func TestComingBackTellsWhatWasMissed(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		w.log.add(300, "ada")
		lea := w.attach(member("lea"), 296, false) // from the log: nothing is remembered yet
		w.expect(lea, "welcome300 m297 m298 m299 m300")
		w.log.add(2, "ada")
		w.hub.Ring(ws)
		w.expect(lea, "m301 m302")
		yann := w.attach(member("yann"), 300, false) // from memory
		w.expect(yann, "welcome302 m301 m302")
	})
}

func TestAReaderAheadOfTheFeedMissesNothing(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea := w.attach(member("lea"), -1, false)
		w.log.add(5, "ada")                        // committed, but the bell has not rung yet
		yann := w.attach(member("yann"), 3, false) // has read a list at 3 meanwhile
		w.hub.Ring(ws)
		w.expect(yann, "welcome0 m4 m5")
		w.expect(lea, "welcome0 m1 m2 m3 m4 m5")
	})
}

func TestTooMuchMissedIsAReload(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		w.log.add(maxGap+1, "ada")
		w.expect(w.attach(member("lea"), 0, false), fmt.Sprintf("welcome%d reload%[1]d", maxGap+1))
		w.expect(w.attach(member("yann"), 99_999, false), fmt.Sprintf("welcome%d reload%[1]d", maxGap+1)) // from another log
	})
	in(t, words{}, func(w *world) {
		w.log.base = 50 // the beginning is trimmed
		w.log.add(10, "ada")
		w.expect(w.attach(member("lea"), 20, false), "welcome60 reload60")
	})
}

func TestAVisitorIsToldOnlyWhatIsHers(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		ada, bob := w.attach(customer("ada"), -1, false), w.attach(customer("bob"), -1, false)
		w.log.add(1, "ada")
		w.log.add(2, "bob")
		w.hub.Ring(ws)
		w.expect(ada, "welcome0 v1")
		w.expect(bob, "welcome0 v2 v3")
		w.log.add(1, "ada")
		w.hub.Ring(ws)
		synctest.Wait()
		bob.client.Beat()
		w.expect(bob, "") // bob's sequence of knowledge has not moved: visitors only hear of their own
		back := w.attach(customer("ada"), 0, false)
		w.expect(back, "welcome4 v1 v4")
	})
}

func TestNewsOfTheTeamReachesWhoComesLaterAndOutlivesAnError(t *testing.T) {
	t.Parallel()
	says := news{team: new(atomic.Value)}
	says.team.Store("down")
	in(t, says, func(w *world) {
		ada := w.attach(customer("ada"), -1, false)
		w.expect(ada, "welcome0")
		w.hub.TeamNews(ws)
		w.expect(ada, "down")
		bob := w.attach(customer("bob"), -1, false) // asked how it looks before that, and was not live yet when it was told
		w.expect(bob, "welcome0 down")

		says.team.Store("")
		w.hub.TeamNews(ws)
		w.expect(ada, "")
		says.team.Store("up")
		time.Sleep(2 * time.Second)
		w.expect(ada, "up")
		w.expect(bob, "up")

		ada.client.Detach()
		bob.client.Detach()
		w.hub.TeamNews(ws)
		time.Sleep(2 * time.Second)
		w.expect(w.attach(customer("eve"), -1, false), "welcome0") // nobody kept it up to date
	})
}

func TestATokenWithoutTheScopeIsSkipped(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		robot := w.attach(vis.Actor{Workspace: ws, Kind: vis.ByToken, ID: "robot", Scopes: []vis.Scope{vis.ReadCustomers}}, -1, false)
		w.log.add(3, "ada")
		w.hub.Ring(ws)
		w.expect(robot, "welcome0")
		robot.client.Beat()
		w.expect(robot, "skip3")
		robot.client.Beat()
		w.expect(robot, "")
	})
}

func TestWhoeverDoesNotReadIsCutAndNobodyWaits(t *testing.T) {
	t.Parallel()
	in(t, fat{}, func(w *world) {
		slow, quick := w.attach(member("slow"), -1, true), w.attach(member("quick"), -1, false)
		slow.drain(10) // it says hello, and reads no more
		w.log.add(100, "ada")
		w.hub.Ring(ws)
		synctest.Wait()
		slow.client.mu.Lock()
		if slow.client.pending > maxPending+2048 {
			t.Errorf("%d bytes wait for who does not read", slow.client.pending)
		}
		slow.client.mu.Unlock()
		time.Sleep(stuckAfter + 2*time.Second)
		synctest.Wait()
		if slow.code != CloseSlow || quick.code != 0 {
			t.Errorf("closed with %d and %d", slow.code, quick.code)
		}
		if got := strings.Count(quick.said(), "m."); got != 100 {
			t.Errorf("the quick one was told %d of 100", got)
		}
		slow.client.mu.Lock()
		defer slow.client.mu.Unlock()
		if slow.client.queue != nil {
			t.Error("what nobody will read is kept")
		}
	})
}

func TestABurstIsReadAtTheReadersPace(t *testing.T) {
	t.Parallel()
	in(t, fat{}, func(w *world) {
		lea := w.attach(member("lea"), -1, true)
		w.log.add(700, "ada") // far more than may wait
		w.hub.Ring(ws)
		for range 100 {
			synctest.Wait()
			lea.drain(8)
			time.Sleep(time.Millisecond)
		}
		w.log.add(1, "ada")
		w.hub.Ring(ws)
		synctest.Wait()
		lea.drain(8)
		if got := strings.Count(lea.said(), "m."); got != 701 || lea.code != 0 {
			t.Errorf("told %d of 701, closed with %d", got, lea.code)
		}
	})
}

// fat makes frames of 1 KiB.
type fat struct{ words }

func (f fat) Frames(ctx context.Context, w vis.WorkspaceID, events []vis.Event) ([]Frame, error) {
	out, err := f.words.Frames(ctx, w, events)
	for i := range out {
		out[i].Members = func() []byte { return append([]byte("m"), bytes.Repeat([]byte{'.'}, 1023)...) }
	}
	return out, err
}

func TestALongReplayIsReadAtTheReadersPace(t *testing.T) {
	t.Parallel()
	in(t, fat{}, func(w *world) {
		w.log.add(900, "ada")
		lazy := w.attach(member("lazy"), 0, true)
		for range 901 {
			lazy.drain(1)
			lazy.client.mu.Lock()
			if lazy.client.pending > maxPending {
				t.Fatalf("%d bytes wait", lazy.client.pending)
			}
			lazy.client.mu.Unlock()
		}
		if got := strings.Count(lazy.said(), "m."); got != 900 || lazy.code != 0 {
			t.Errorf("told %d of 900, closed with %d", got, lazy.code)
		}
	})
}

func TestAFloodOfSignsIsTold(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea, ada := w.attach(member("lea"), -1, false), w.attach(customer("ada"), -1, false)
		lea.client.View("conversation")
		w.expect(lea, "welcome0 ada here true viewers[lea]")
		time.Sleep(2 * time.Second)
		for i := range 1000 { // W-19
			ada.client.OnPage(Page{URL: fmt.Sprint(i)})
			ada.client.Type(Typing{Conversation: "conversation", Customer: "ada", Members: fmt.Appendf(nil, "typing%d", i)})
		}
		w.expect(lea, "ada here true on 0 typing0")
		time.Sleep(oneSubject + 1)
		if got := lea.said(); got != "ada here true on 999 typing999" && got != "typing999 ada here true on 999" {
			t.Errorf("after a second: %q", got)
		}
	})
}

func TestOnlyThoseAtAConversationHearOfTyping(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea, yann := w.attach(member("lea"), -1, false), w.attach(member("yann"), -1, false)
		ada, bob := w.attach(customer("ada"), -1, false), w.attach(customer("bob"), -1, false)
		yann.client.View("c")
		time.Sleep(time.Minute)
		for _, e := range []*end{lea, yann, ada, bob} {
			e.said()
		}
		lea.client.Type(Typing{Conversation: "c", Customer: "ada", Members: []byte("members"), Visitor: []byte("visitor")})
		w.expect(yann, "members")
		w.expect(ada, "visitor")
		w.expect(lea, "")
		w.expect(bob, "")
	})
}

func TestAnEndedSessionIsClosedWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		var mu sync.Mutex
		valid := true
		e := &end{ready: make(chan struct{})}
		c, err := w.hub.Attach(w.Context(), Reader{Actor: member("lea"), Session: "s", Valid: func(context.Context) bool {
			mu.Lock()
			defer mu.Unlock()
			return valid
		}}, e, -1)
		if err != nil {
			t.Fatal(err)
		}
		e.client = c
		close(e.ready)
		time.Sleep(time.Minute)
		if e.code != 0 {
			t.Fatalf("closed with %d while it was valid", e.code)
		}
		mu.Lock()
		valid = false
		mu.Unlock()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if e.code != CloseEnded {
			t.Errorf("closed with %d", e.code)
		}
	})
}

// W-07: also when the clock is set back by an hour.
func TestAnEndedSessionIsClosedThoughTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		now := vis.ClockFunc(func() time.Time {
			if back.Load() {
				return time.Now().Add(-time.Hour)
			}
			return time.Now()
		})
		hub := New(t.Context(), new(memory), words{}, now, slog.New(slog.DiscardHandler))
		defer hub.Close()
		e := &end{ready: make(chan struct{})}
		c, err := hub.Attach(t.Context(), Reader{Actor: member("lea"), Session: "s", Valid: func(context.Context) bool { return !back.Load() }}, e, -1)
		if err != nil {
			t.Fatal(err)
		}
		e.client = c
		close(e.ready)
		time.Sleep(time.Minute)
		back.Store(true)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if e.code != CloseEnded {
			t.Errorf("closed with %d", e.code)
		}
	})
}

func TestAnEventMayAskForALookAtASession(t *testing.T) {
	t.Parallel()
	in(t, words{check: "lea"}, func(w *world) {
		e := &end{ready: make(chan struct{})}
		c, err := w.hub.Attach(w.Context(), Reader{Actor: member("lea"), Session: "s", Valid: func(context.Context) bool { return false }}, e, -1)
		if err != nil {
			t.Fatal(err)
		}
		e.client = c
		close(e.ready)
		w.log.add(1, "")
		w.hub.Ring(ws)
		synctest.Wait()
		if e.code != CloseEnded {
			t.Errorf("closed with %d", e.code)
		}
	})
}

func TestClosingSendsEverybodyAway(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea := w.attach(member("lea"), -1, false)
		w.hub.Close()
		if lea.code != CloseRestart {
			t.Errorf("closed with %d", lea.code)
		}
		if _, err := w.hub.Attach(w.Context(), Reader{Actor: member("lea")}, &end{}, -1); vis.CodeOf(err) != vis.Unavailable {
			t.Errorf("attached to a closed hub: %v", err)
		}
	})
}

func TestAFeedThatNobodyReadsEnds(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		lea := w.attach(member("lea"), -1, false)
		lea.client.Detach()
		lea.client.Detach() // twice is once
		time.Sleep(2 * lingerFor)
		if w.hub.find(ws) != nil || w.hub.Stats().Sockets != 0 {
			t.Error("it is still there")
		}
	})
}

// BenchmarkFanOut is one event to 200 members who read.
func BenchmarkFanOut(b *testing.B) {
	log := new(memory)
	hub := New(context.Background(), log, words{}, vis.ClockFunc(time.Now), slog.New(slog.DiscardHandler))
	defer hub.Close()
	var ends []*end
	for i := range 200 {
		e := &end{ready: make(chan struct{})}
		c, err := hub.Attach(context.Background(), Reader{Actor: member(fmt.Sprint(i)), Session: fmt.Sprint(i)}, e, -1)
		if err != nil {
			b.Fatal(err)
		}
		e.client = c
		close(e.ready)
		ends = append(ends, e)
	}
	time.Sleep(100 * time.Millisecond)
	f := hub.find(ws)
	for i := 0; b.Loop(); i++ {
		log.add(1, "ada")
		if err := f.advance(context.Background()); err != nil {
			b.Fatal(err)
		}
		if i%16 == 15 {
			for _, e := range ends {
				e.said()
			}
			time.Sleep(time.Millisecond)
		}
	}
}
