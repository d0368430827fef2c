package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// writers is how many visitors write at once.
const writers = 16

// TestKillLosesNoAcknowledgedWord writes from 16 visitors and an agent, kills the server with
// SIGKILL at random moments, starts it again, and holds the history that the API tells at the
// end against the ledger (K-01; invariants I1, I2, I3 and I5).
//
// VISAVIS_KILLS sets how often it kills, VISAVIS_SEED repeats a run's random moments.
func TestKillLosesNoAcknowledgedWord(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a minute")
	}
	kills := envInt(t, "VISAVIS_KILLS", 50)
	seed := uint64(envInt(t, "VISAVIS_SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("%d kills, VISAVIS_SEED=%d", kills, seed)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*6*time.Second+2*time.Minute)
	defer cancel()

	r := newRunOf(t, ctx, "--rate-limits", "off")
	r.seed = seed
	r.writeFrom(ctx, writers)

	random := rand.New(rand.NewPCG(seed, 0))
	var slowest time.Duration
	for kill := range kills {
		pause(ctx, time.Duration(10+random.IntN(350))*time.Millisecond)
		r.server.Kill()
		if kill%10 == 9 { // once more, while it is getting up
			if err := r.server.Spawn(); err != nil {
				t.Fatal(err)
			}
			pause(ctx, time.Duration(random.IntN(60))*time.Millisecond)
			r.server.Kill()
		}
		began := time.Now()
		if err := r.server.Start(ctx); err != nil {
			t.Fatalf("start after kill %d: %v", kill+1, err)
		}
		slowest = max(slowest, time.Since(began))
	}
	pause(ctx, 200*time.Millisecond)
	r.finish(ctx)
	t.Logf("%d kills; the slowest start took %v", kills, slowest.Round(time.Millisecond))
}

// TestDrainLosesNoAcknowledgedWord stops the server with SIGTERM under the same load: it ends
// with exit code 0 in time, and nothing acknowledged is lost (K-34).
func TestDrainLosesNoAcknowledgedWord(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a while")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	r := newRunOf(t, ctx, "--rate-limits", "off")
	r.writeFrom(ctx, writers)
	for range 3 {
		pause(ctx, 500*time.Millisecond)
		began := time.Now()
		if err := r.server.Stop(30 * time.Second); err != nil {
			t.Fatalf("the drain did not end well: %v", err)
		}
		t.Logf("drained in %v", time.Since(began).Round(time.Millisecond))
		if err := r.server.Start(ctx); err != nil {
			t.Fatal(err)
		}
	}
	pause(ctx, 200*time.Millisecond)
	r.finish(ctx)
}

// run is one server, its ledger, and everybody who writes to it.
type run struct {
	t       *testing.T
	seed    uint64
	slowly  time.Duration // what a writer waits after each message
	server  *Server
	channel Channel
	ledger  *Ledger
	path    string
	watcher Watcher

	enough  chan struct{} // closed when the writers may finish their last message
	writing sync.WaitGroup
	watch   context.CancelFunc
	watched chan error

	acked, retried, repeated atomic.Int64
	mu                       sync.Mutex
	open                     []string // conversations that the agent may answer
}

func newRunOf(t *testing.T, ctx context.Context, args ...string) *run {
	r := &run{t: t, server: NewServer(t, args...), enough: make(chan struct{}), watched: make(chan error, 1)}
	if err := r.server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.channel, err = r.server.NewChannel(ctx, "Torture"); err != nil {
		t.Fatal(err)
	}
	r.path = filepath.Join(t.TempDir(), "ledger.jsonl")
	if r.ledger, err = CreateLedger(r.path); err != nil {
		t.Fatal(err)
	}
	r.watcher.ledger, r.watcher.api = r.ledger, r.server.Admin()
	watch, stop := context.WithCancel(ctx)
	r.watch = stop
	go func() { r.watched <- r.watcher.Follow(watch, r.server) }()
	for r.watcher.dials.Load() == 0 {
		if pause(ctx, 5*time.Millisecond); ctx.Err() != nil {
			t.Fatal("the watcher got no socket")
		}
	}
	pause(ctx, 50*time.Millisecond)
	return r
}

// writeFrom starts the visitors and the agent.
func (r *run) writeFrom(ctx context.Context, visitors int) {
	for i := range visitors {
		r.writing.Go(func() { r.visit(ctx, i) })
	}
	r.writing.Go(func() { r.answer(ctx) })
}

// visit writes as one visitor after another, each with a conversation of her own.
func (r *run) visit(ctx context.Context, writer int) {
	random := rand.New(rand.NewPCG(r.seed, uint64(writer)+1))
	for life := 0; !r.over(); life++ {
		name := fmt.Sprintf("w%d.%d", writer, life)
		visitor, err := r.server.NewVisitor(ctx, r.channel.Key)
		if err != nil {
			r.t.Errorf("%s: open a session: %v", name, err)
			return
		}
		conversation := ""
		words := 40 + random.IntN(120)
		if r.slowly > 0 {
			words = 4 + random.IntN(8)
		}
		for n := range words {
			if r.over() {
				return
			}
			if conversation, err = r.sayOnce(ctx, visitor, name, conversation, n, random); err != nil {
				r.t.Errorf("%s: message %d: %v", name, n, err)
				return
			}
			if r.slowly > 0 {
				pause(ctx, r.slowly)
			}
			if n == 0 {
				r.mu.Lock()
				r.open = append(r.open, conversation)
				r.mu.Unlock()
			}
		}
		visitor.HTTP.CloseIdleConnections()
	}
}

// sayOnce writes one message and repeats it until it is acknowledged, now and then even after.
func (r *run) sayOnce(ctx context.Context, v *Visitor, name, conversation string, n int, random *rand.Rand) (string, error) {
	id := newID()
	text := fmt.Sprintf("%s #%d %s", name, n, id[:8])
	body := say{ConversationID: conversation, Text: text, AttachmentIDs: []string{}, ClientID: id}
	r.ledger.Write(Entry{Kind: Sent, From: name, ID: id, Text: text})
	for again := true; again; {
		var answer struct{ Message Message }
		tries, err := v.CallUntilAcknowledged(ctx, "/api/v1/visitor/messages", id, body, &answer)
		if err != nil {
			return "", err
		}
		m := answer.Message
		r.ledger.Write(Entry{Kind: Acked, From: name, ID: id, Text: text, Conversation: m.ConversationID, Message: m.ID, Position: m.Position})
		r.acked.Add(1)
		if tries > 1 {
			r.retried.Add(1)
		}
		if conversation == "" {
			conversation = m.ConversationID
		}
		// An impatient client sends the same message again although it was answered.
		if again = random.IntN(25) == 0; again {
			r.repeated.Add(1)
		}
	}
	return conversation, nil
}

// answer writes as an agent into any conversation, replies and now and then a note.
func (r *run) answer(ctx context.Context) {
	admin := r.server.Admin()
	random := rand.New(rand.NewPCG(r.seed, 1000))
	for n := 0; !r.over(); n++ {
		r.mu.Lock()
		conversation := ""
		if len(r.open) > 0 {
			conversation = r.open[max(0, len(r.open)-1-random.IntN(2*writers))]
		}
		r.mu.Unlock()
		if conversation == "" {
			pause(ctx, 5*time.Millisecond)
			continue
		}
		where := "/messages"
		if random.IntN(5) == 0 {
			where = "/notes"
		}
		id := newID()
		text := fmt.Sprintf("agent #%d %s", n, id[:8])
		r.ledger.Write(Entry{Kind: Sent, From: agent, ID: id, Text: text})
		var m Message
		_, err := admin.CallUntilAcknowledged(ctx, "/api/v1/conversations/"+conversation+where, id,
			map[string]any{"text": text, "attachmentIds": []string{}}, &m)
		if err != nil {
			r.t.Errorf("agent: message %d: %v", n, err)
			return
		}
		r.ledger.Write(Entry{Kind: Acked, From: agent, ID: id, Text: text, Conversation: m.ConversationID, Message: m.ID, Position: m.Position})
		r.acked.Add(1)
		if r.slowly > 0 {
			pause(ctx, r.slowly)
		}
	}
}

// finish lets every writer get its last acknowledgement, then lets the checker speak.
func (r *run) finish(ctx context.Context) {
	t := r.t
	close(r.enough)
	r.writing.Wait()
	history, err := r.server.ReadHistory(ctx)
	if err != nil {
		t.Fatalf("read the history: %v", err)
	}
	total := 0
	for _, messages := range history {
		for _, m := range messages {
			if !m.Line {
				total++
			}
		}
	}
	// The socket may be a moment behind what was acknowledged; not more than a moment.
	for deadline := time.Now().Add(10 * time.Second); r.watcher.shown.Load() < int64(total) && time.Now().Before(deadline); {
		pause(ctx, 10*time.Millisecond)
	}
	r.watch()
	if err := <-r.watched; err != nil {
		t.Errorf("the live socket: %v", err)
	}
	if err := r.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := ReadLedger(r.path)
	if err != nil {
		t.Fatal(err)
	}
	broken := Check(entries, history)
	for i, what := range broken {
		if i == 20 {
			t.Errorf("… and %d more", len(broken)-i)
			break
		}
		t.Error(what)
	}
	t.Logf("%d messages acknowledged in %d conversations, %d after a retry, %d sent again on purpose; the watcher had %d sockets and read again %d times; %d broken promises",
		r.acked.Load(), len(history), r.retried.Load(), r.repeated.Load(), r.watcher.dials.Load(), r.watcher.reloads.Load(), len(broken))
	if total == 0 {
		t.Error("nothing was written, so nothing was shown")
	}
	if err := r.server.Stop(30 * time.Second); err != nil {
		t.Errorf("the last drain: %v", err)
	}
}

func (r *run) over() bool {
	select {
	case <-r.enough:
		return true
	default:
		return r.t.Failed()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func envInt(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
