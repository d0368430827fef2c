package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// frozenFor is longer than anything that a node holds: its lease of the work, its transactions.
const frozenFor = 21 * time.Second

// TestTwoNodesKeepEveryPromiseOnce lets hundreds of visitors write to two nodes on one PostgreSQL while agents accept, decline and ignore
// what rings for them. One node is killed and comes back; the other, which hands out the work, is frozen for longer than its lease and
// wakes up; at last both are killed, and sleep through the marks of what was promised. The log then shows that every mark was passed
// once and in order, every offer ended once, nothing was given to two, nothing was orphaned, and no acknowledged word or acceptance lost
// (K-26; invariants I1 to I3, I5 and I7).
func TestTwoNodesKeepEveryPromiseOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a minute")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	b := newBoth(t, ctx)

	b.write(ctx, 40)
	b.wait(ctx, "the first node hands out work", func() bool { return b.log.count("offer.made") > 5 })
	b.second.live(ctx, t)

	// One is killed in the middle of it, and comes back.
	b.writeBeside(ctx, 90)
	b.wait(ctx, "promises are warned of", func() bool { return b.log.count("promise.warned") > 60 })
	b.second.die()
	seen := b.log.count("promise.warned")
	b.wait(ctx, "the survivor passes marks", func() bool { return b.log.count("promise.warned") > seen+20 })
	b.second.live(ctx, t)
	b.writing.Wait()

	// The one that hands out the work is frozen in the middle of it. The other takes over; the frozen one wakes up to find that.
	b.writeBeside(ctx, 90)
	b.wait(ctx, "there is work in its hands", b.more("message.received", 20))
	b.first.freeze(t)
	awake := time.After(frozenFor)
	b.wait(ctx, "the other node passes marks", b.more("promise.warned", 40))
	b.wait(ctx, "the other node hands out work", b.more("offer.made", 10))
	select {
	case <-awake:
	case <-ctx.Done():
	}
	b.first.thaw(t)
	b.writing.Wait()
	b.write(ctx, 20)
	b.wait(ctx, "both go on", b.more("offer.made", 5))

	// All are killed, with promises just made, and sleep through their marks.
	b.write(ctx, 30)
	b.first.die()
	b.second.die()
	pause(ctx, longest)
	b.second.live(ctx, t)
	b.first.live(ctx, t)
	b.wait(ctx, "they work again", b.more("promise.warned", 20))
	b.finish(ctx)
}

// both are two nodes and everybody who writes to them.
type both struct {
	*promising
	first, second *node
	log           chronicle
	duty          *duty
	ledger        *Ledger
	path          string
	writing       sync.WaitGroup
	visitors      atomic.Int64
	seed          uint64
}

// newBoth starts the first of two nodes and puts the agents to work.
func newBoth(t *testing.T, ctx context.Context) *both {
	t.Helper()
	database := postgresSchema(t)
	one, err := newServerOn(t.TempDir(), database, "--rate-limits", "off")
	if err != nil {
		t.Fatal(err)
	}
	other, err := one.beside(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &both{first: &node{Server: one}, second: &node{Server: other}, path: filepath.Join(t.TempDir(), "ledger.jsonl"),
		seed: uint64(envInt(t, "VISAVIS_SEED", int(time.Now().UnixNano()&0xffffff)))}
	t.Logf("VISAVIS_SEED=%d", b.seed)
	for _, n := range []*node{b.first, b.second} {
		t.Cleanup(func() {
			n.Close()
			if t.Failed() {
				t.Logf("the end of a node's log:\n%s", tail(n.LogPath(), 4000))
			}
		})
	}
	b.first.live(ctx, t)
	b.promising = promise(t, one)
	b.hire("Ines", "Jo", "Kim", "Lou")
	if b.ledger, err = CreateLedger(b.path); err != nil {
		t.Fatal(err)
	}
	b.duty = b.onDuty(ctx, b.first, b.second)
	return b
}

// node is one of those that are up.
func (b *both) node() *node {
	if b.second.up.Load() && (rand.IntN(2) == 0 || !b.first.up.Load()) {
		return b.second
	}
	return b.first
}

// wait reads the log from whichever node is up until something holds.
func (b *both) wait(ctx context.Context, what string, holds func() bool) {
	b.t.Helper()
	b.until(ctx, b.node().Server, &b.log, what, holds)
}

// more says that so many facts of a type are in the log beyond those that are there now.
func (b *both) more(typ string, n int) func() bool {
	before := b.log.count(typ)
	return func() bool { return b.log.count(typ) >= before+n }
}

// write lets so many visitors write, eight at a time, and returns when all is acknowledged.
func (b *both) write(ctx context.Context, visitors int) {
	b.writeBeside(ctx, visitors)
	b.writing.Wait()
}

// writeBeside is write that does not wait.
func (b *both) writeBeside(ctx context.Context, visitors int) {
	const atOnce = 8
	left := atomic.Int64{}
	left.Store(int64(visitors))
	for range atOnce {
		b.writing.Go(func() {
			for left.Add(-1) >= 0 && !b.t.Failed() {
				if err := b.visit(ctx); err != nil {
					b.t.Error(err)
				}
			}
		})
	}
}

// visit is a visitor who writes two messages. Every third has a trouble with her chain, which is for the workshop.
func (b *both) visit(ctx context.Context) error {
	number := b.visitors.Add(1)
	name := fmt.Sprintf("v%d", number)
	var v *Visitor
	for v == nil {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%s got no session: %w", name, err)
		}
		hurry, cancel := context.WithTimeout(ctx, 3*time.Second)
		v, _ = b.node().NewVisitor(hurry, b.channel.Key) // the node may die or freeze meanwhile: another is asked
		cancel()
	}
	defer v.HTTP.CloseIdleConnections()
	conversation := ""
	for n := range 2 {
		id := newID()
		text := fmt.Sprintf("%s #%d %s", name, n, id[:8])
		if number%3 == 0 {
			text += " chain"
		}
		b.ledger.Write(Entry{Kind: Sent, From: name, ID: id, Text: text})
		m, err := b.say(ctx, v, say{ConversationID: conversation, Text: text, AttachmentIDs: []string{}, ClientID: id})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b.ledger.Write(Entry{Kind: Acked, From: name, ID: id, Text: text, Conversation: m.ConversationID, Message: m.ID, Position: m.Position})
		conversation = m.ConversationID
	}
	return nil
}

// say repeats a message with the same key, at whichever node is up, until it is acknowledged.
func (b *both) say(ctx context.Context, v *Visitor, body say) (Message, error) {
	for {
		n := b.node()
		v.Base = n.Base
		hurry, cancel := context.WithTimeout(ctx, 3*time.Second)
		var answer struct{ Message Message }
		_, err := v.CallUntilAcknowledged(hurry, "/api/v1/visitor/messages", body.ClientID, body, &answer)
		cancel()
		if err == nil {
			return answer.Message, nil
		}
		if status(err) != 0 || ctx.Err() != nil {
			return Message{}, err
		}
	}
}

// finish lets the agents go home and every mark pass, then holds the log against what was promised.
func (b *both) finish(ctx context.Context) {
	t := b.t
	b.duty.end()
	s := b.second.Server
	b.until(ctx, s, &b.log, "every mark is passed and every offer ended", func() bool {
		return b.log.count("offer.made") == b.log.count("offer.ended") && b.settledLog()
	})
	facts, err := b.promising.log(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	a := audit(facts)
	a.settled()
	t.Logf("%d facts: %d promises passed %d marks, %d offers, %d visitors", len(facts), len(a.promises), a.passed(), len(a.offers), b.visitors.Load())
	for at, n := range a.runs {
		if n != 1 {
			t.Errorf("the rule and conversation %s: %d runs, want one", at, n)
		}
	}
	if want := int(b.visitors.Load() / 3); len(a.runs) != want {
		t.Errorf("the rule ran in %d conversations, want %d", len(a.runs), want)
	}
	b.wantAccepted(a)
	b.wantNoOrphan(ctx, s, a)
	b.wantEveryWord(ctx, s, a)
}

// settledLog reports whether every promise is ended, stands still or has passed all its marks.
func (b *both) settledLog() bool {
	a := audit(withoutOffers(b.log.facts))
	a.settled()
	return len(a.broken) == 0
}

// withoutOffers blanks what only its member is told.
func withoutOffers(facts []fact) []fact {
	out := make([]fact, len(facts))
	for i, f := range facts {
		if f.Type == "offer.made" || f.Type == "offer.ended" {
			f.Type = ""
		}
		out[i] = f
	}
	return out
}

// wantEveryWord holds the history against the ledger.
func (b *both) wantEveryWord(ctx context.Context, s *Server, a *auditor) {
	t := b.t
	if err := b.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := ReadLedger(b.path)
	if err != nil {
		t.Fatal(err)
	}
	history, err := s.ReadHistory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	broken := append(Check(entries, history), a.broken...)
	for _, what := range broken[:min(20, len(broken))] {
		t.Error(what)
	}
	owed := 0
	for conversation := range history {
		var page struct {
			Items []struct {
				ID    string
				Marks []string
			}
		}
		if err := s.Admin().Call(ctx, "GET", "/api/v1/conversations/"+conversation+"/promises", "", nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Items {
			owed++
			if known := a.promises[p.ID]; known == nil || len(known.passed) != len(p.Marks) {
				t.Errorf("the promise %s tells of the marks %q, and the log of %+v", p.ID, p.Marks, known)
			}
		}
	}
	if owed != len(a.promises) {
		t.Errorf("%d promises are told of, and the log made %d", owed, len(a.promises))
	}
}
