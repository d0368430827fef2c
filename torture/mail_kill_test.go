package torture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailRun is a house with a ledger of the letters that were handed over.
type mailRun struct {
	*mailHouse
	ledger *Ledger
	path   string
}

func newMailRun(t *testing.T, relay string) *mailRun {
	t.Helper()
	r := &mailRun{mailHouse: newMailHouse(t, relay), path: filepath.Join(t.TempDir(), "ledger.jsonl")}
	var err error
	if r.ledger, err = CreateLedger(r.path); err != nil {
		t.Fatal(err)
	}
	return r
}

// written is one sender's letter, whose words are unique.
type written struct {
	from, words string
	raw         []byte
}

func newLetter(sender string, n int) written {
	id := newID()
	w := written{from: sender + "@mel.example", words: fmt.Sprintf("%s #%d %s", sender, n, id[:8])}
	w.raw = letter(w.from, id+"@mel.example", fmt.Sprintf("Question %d of %s", n, sender), w.words)
	return w
}

// bring hands a letter over again and again, as a mail server does, until it is answered 250.
func (r *mailRun) bring(ctx context.Context, w written) error {
	r.ledger.Write(Entry{Kind: Sent, From: w.from, Text: w.words})
	for {
		err := hand(r.smtp, w.from, ourAddress, w.raw)
		if err == nil {
			r.ledger.Write(Entry{Kind: Acked, From: w.from, Text: w.words})
			return nil
		}
		if pause(ctx, 20*time.Millisecond); ctx.Err() != nil {
			return err
		}
	}
}

// again starts the server after a kill, as if the leases of the dead one had ended.
func (r *mailRun) again(t *testing.T) {
	t.Helper()
	r.Kill()
	r.database.pass()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// check waits until everything is read, and holds what is told against the ledger.
func (r *mailRun) check(t *testing.T) {
	t.Helper()
	until(t, "every letter is read", func() bool { return r.database.one("SELECT COUNT(*) FROM arrivals WHERE state = 'waiting'") == 0 })
	history, err := r.ReadHistory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := ReadLedger(r.path)
	if err != nil {
		t.Fatal(err)
	}
	for i, what := range Check(entries, history) {
		if i == 20 {
			break
		}
		t.Error(what)
	}
	acked := 0
	for _, e := range entries {
		if e.Kind == Acked {
			acked++
		}
	}
	t.Logf("%d letters answered 250, in %d conversations", acked, len(history))
	if acked == 0 {
		t.Error("no letter was taken, so nothing was shown")
	}
	if n := r.database.one("SELECT COUNT(*) FROM arrivals WHERE state NOT IN ('filed', 'repeated', 'discarded')"); n != 0 {
		t.Errorf("%d letters are neither in a conversation nor copies", n)
	}
}

// K-01, K-34: kills and stops at any moment lose no letter that was answered 250, and none is there twice, though senders bring again what
// was not answered, and some what was.
func TestKillLosesNoLetterThatWasTaken(t *testing.T) {
	if testing.Short() {
		t.Skip("the torture takes a minute")
	}
	kills := envInt(t, "VISAVIS_KILLS", 12)
	seed := uint64(envInt(t, "VISAVIS_SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("%d kills, VISAVIS_SEED=%d", kills, seed)
	r := newMailRun(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*10*time.Second+2*time.Minute)
	defer cancel()
	enough := make(chan struct{})
	var writing sync.WaitGroup
	for i := range 6 {
		writing.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(i)+1))
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				default:
				}
				w := newLetter(fmt.Sprintf("w%d-%d", i, n), n)
				if err := r.bring(ctx, w); err != nil {
					t.Errorf("%s: %v", w.from, err)
					return
				}
				if random.IntN(8) == 0 { // another server on the way brings it too
					w.raw = append([]byte("Received: by relay.example; "+time.Now().Format(time.RFC1123Z)+"\r\n"), w.raw...)
				}
				if random.IntN(4) == 0 {
					if err := r.bring(ctx, w); err != nil {
						t.Errorf("%s again: %v", w.from, err)
						return
					}
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for kill := range kills {
		pause(ctx, time.Duration(20+random.IntN(400))*time.Millisecond)
		if kill%4 == 3 {
			if err := r.Stop(40 * time.Second); err != nil {
				t.Fatalf("the drain did not end well: %v", err)
			}
		}
		r.again(t)
	}
	pause(ctx, 200*time.Millisecond)
	close(enough)
	writing.Wait()
	r.again(t) // what the last one held is read at once
	r.check(t)
}

// open begins a letter and says all of it but the final dot.
func (r *mailRun) open(t *testing.T, w written) *talk {
	t.Helper()
	k := dialMail(t, r.smtp)
	k.wants("EHLO mx.mel.example", "250")
	k.wants("MAIL FROM:<"+w.from+">", "250")
	k.wants("RCPT TO:<"+ourAddress+">", "250")
	k.wants("DATA", "354")
	k.says(string(w.raw))
	return k
}

// files is how many files of customers are kept.
func (r *mailRun) files(t *testing.T) (n int) {
	t.Helper()
	err := filepath.WalkDir(r.data+"/files", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "/temp/") {
			n++
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// K-02: a letter whose taking ends at one named point, and comes again, is there once.
func TestKillAtEachPointOfTakingALetter(t *testing.T) {
	for name, kill := range map[string]func(t *testing.T, r *mailRun, w written){
		"before the final dot": func(t *testing.T, r *mailRun, w written) {
			r.open(t, w)
			r.Kill()
			if n := r.database.one("SELECT COUNT(*) FROM arrivals"); n != 0 {
				t.Errorf("half a letter is kept")
			}
		},
		"right after the final dot": func(t *testing.T, r *mailRun, w written) {
			r.open(t, w).says(".\r\n")
			r.Kill()
		},
		"after the bytes are stored, before the commit": func(t *testing.T, r *mailRun, w written) {
			release := r.database.hold()
			r.open(t, w).says(".\r\n")
			until(t, "its bytes are stored", func() bool { return r.files(t) == 1 })
			r.Kill()
			release()
			if n := r.database.one("SELECT COUNT(*) FROM arrivals"); n != 0 {
				t.Errorf("it is committed although the database was locked")
			}
		},
		"after the commit, before its answer is heard": func(t *testing.T, r *mailRun, w written) {
			r.open(t, w).says(".\r\n")
			until(t, "it is committed", func() bool { return r.database.one("SELECT COUNT(*) FROM arrivals") == 1 })
			r.Kill()
		},
		"while it is being read": func(t *testing.T, r *mailRun, w written) {
			var release func()
			r.open(t, w).says(".\r\n")
			until(t, "it is claimed", func() bool { return r.database.one("SELECT COUNT(*) FROM arrivals WHERE tries = 1") == 1 })
			release = r.database.hold()
			r.Kill()
			release()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newMailRun(t, "")
			w := newLetter("camille", 1)
			kill(t, r, w)
			r.again(t)
			if err := r.bring(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			if err := r.bring(t.Context(), newLetter("ada", 2)); err != nil { // and the next is taken, too
				t.Fatal(err)
			}
			r.check(t)
		})
	}
}

// K-19, K-02: a letter of ours whose taking the relay never told us, because the line or we ended, leaves again under the same id, and
// is told as sent once it is.
func TestALetterOfOursLeavesAgainUnderItsId(t *testing.T) {
	sink := newSink(t)
	r := newMailRun(t, sink.address)
	if err := r.bring(t.Context(), newLetter("camille", 1)); err != nil {
		t.Fatal(err)
	}
	until(t, "her letter begins a conversation", func() bool { return len(r.words(t)) == 1 })
	id := ""
	for one := range r.words(t) {
		id = one
	}
	say := func(text string) {
		t.Helper()
		if err := r.Admin().Call(t.Context(), http.MethodPost, "/api/v1/conversations/"+id+"/messages", newID(), map[string]any{"text": text, "attachmentIds": []string{}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	left := func(text string) (out [][]byte) {
		for _, raw := range sink.all() {
			if bytes.Contains(raw, []byte(text)) {
				out = append(out, raw)
			}
		}
		return out
	}
	sent := func() int { return r.database.one("SELECT COUNT(*) FROM sendings WHERE state = 'sent'") }
	// The line ends after the final dot: nobody knows, and it is tried again.
	sink.does(hangUp)
	say("Apportez-la demain.")
	until(t, "nobody knows whether it arrived", func() bool { return r.database.one("SELECT COUNT(*) FROM sendings WHERE state = 'unknown'") == 1 })
	sink.does(take)
	r.again(t)
	until(t, "it is sent", func() bool { return sent() == 1 })
	// We end after the final dot.
	sink.does(waitForEver)
	say("Avant midi.")
	until(t, "the relay has it", func() bool { return len(left("Avant midi.")) == 1 })
	r.Kill()
	sink.does(take)
	r.again(t)
	until(t, "it is sent", func() bool { return sent() == 2 })
	// K-20: the relay is away for a while; what was written first leaves first.
	sink.does(refuse)
	say("Premier.")
	say("Second.")
	until(t, "the relay refused one", func() bool { return sink.refused.Load() > 0 })
	sink.does(take)
	r.again(t)
	until(t, "the first is sent", func() bool { return sent() >= 3 })
	r.again(t)
	until(t, "the second is sent", func() bool { return sent() == 4 })
	for text, times := range map[string]int{"Apportez-la demain.": 2, "Avant midi.": 2, "Premier.": 1, "Second.": 1} {
		all := left(text)
		if len(all) != times {
			t.Errorf("%q left %d times", text, len(all))
		}
		for _, raw := range all {
			if !bytes.Equal(raw, all[0]) {
				t.Errorf("%q left as\n%s\nand as\n%s", text, all[0], raw)
			}
		}
	}
	all := bytes.Join(sink.all(), nil)
	if bytes.Index(all, []byte("Premier.")) > bytes.Index(all, []byte("Second.")) {
		t.Error("the second left before the first")
	}
	if n := r.count(t, "Avant midi."); n != 1 {
		t.Errorf("what was said is told %d times", n)
	}
}
