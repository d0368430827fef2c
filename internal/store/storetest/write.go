package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/store"
	"visavis/internal/vis"
)

var errRefused = errors.New("refused")

// testGroups runs many commands at once, some of which fail, panic or write wrongly, and finds exactly the others' rows.
func testGroups(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	ctx := t.Context()
	const n = 120
	customers := make([]desk.Customer, n)
	results := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		customers[i] = newCustomer()
		wait.Go(func() {
			results[i] = h.update(ctx, func(tx everything) error {
				if err := tx.InsertCustomer(ctx, customers[i]); err != nil {
					return err
				}
				if err := tx.IndexCustomer(ctx, customers[i].ID, []string{"gathered"}); err != nil {
					return err
				}
				ev := vis.NewEvent(vis.System(h.ws), now, desk.CustomerChanged, nil)
				ev.Customer = customers[i].ID
				if err := tx.Append(ctx, ev); err != nil {
					return err
				}
				switch i % 6 {
				case 1:
					return errRefused
				case 2:
					panic("a bug")
				case 3:
					return tx.InsertCustomer(ctx, h.customer) // there already
				}
				return nil
			})
		})
	}
	wait.Wait()
	for i, err := range results {
		switch {
		case i%6 == 1 && !errors.Is(err, errRefused),
			i%6 == 2 && (err == nil || !strings.Contains(err.Error(), "a bug")),
			i%6 == 3 && vis.CodeOf(err) != vis.Conflict,
			(i%6 == 0 || i%6 > 3) && err != nil:
			t.Errorf("command %d: got %v", i, err)
		}
	}
	want := 0
	for i := range customers {
		_, err := customerOf(ctx, h, customers[i].ID)
		if committed := results[i] == nil; committed != (err == nil) {
			t.Errorf("command %d returned %v, and reading its row %v", i, results[i], err)
		}
		if results[i] == nil {
			want++
		}
	}
	events := read(t, h, func(tx everything) ([]vis.Event, error) { return tx.Events(ctx, 0, 10*n) })
	hits := read(t, h, func(tx everything) ([]desk.Customer, error) {
		return tx.SearchCustomers(ctx, []string{"gathered"}, 10*n)
	})
	if len(events) != want || len(hits) != want {
		t.Errorf("got %d events and %d hits, want %d of each", len(events), len(hits), want)
	}
	if s := h.store.Stats(); s.Commits >= s.Commands {
		t.Errorf("%d commands took %d commits", s.Commands, s.Commits)
	}
}

func customerOf(ctx context.Context, h *house, id vis.CustomerID) (c desk.Customer, err error) {
	err = h.view(ctx, func(tx everything) (err error) {
		c, err = tx.Customer(ctx, id)
		return err
	})
	return c, err
}

// block holds the writer until release is called.
func block(t testing.TB, h *house) (release func()) {
	t.Helper()
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		done <- h.update(context.WithoutCancel(t.Context()), func(everything) error {
			once.Do(func() { close(in) })
			<-out
			return nil
		})
	}()
	<-in
	return func() {
		close(out)
		check(t, <-done)
	}
}

func testCancel(t *testing.T, e Engine) {
	h := found(t, Open(t, e.URL(t)))
	release := block(t, h)
	ctx, leave := context.WithCancel(t.Context())
	ran := false
	left := make(chan error)
	go func() {
		left <- h.update(ctx, func(everything) error {
			ran = true
			return nil
		})
	}()
	for h.store.Stats().Queued == 0 {
		time.Sleep(time.Millisecond) // it is on its way into the queue; there is no other sign of it
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	release()
	write(t, h, func(everything) error { return nil })
	if ran {
		t.Error("a command ran although its caller had left")
	}
	over, cancel := context.WithCancel(t.Context())
	err := h.update(over, func(tx everything) error {
		cancel() // too late: a command that runs is finished
		return tx.InsertCustomer(over, newCustomer())
	})
	check(t, err)
}

func testClose(t *testing.T, e Engine) {
	s, err := store.Open(t.Context(), e.URL(t), store.Options{Clock: vis.ClockFunc(time.Now)})
	check(t, err)
	h := found(t, s)
	release := block(t, h)
	const n = 20
	results := make(chan error, n)
	for range n {
		go func() {
			results <- h.update(t.Context(), func(tx everything) error { return tx.InsertCustomer(t.Context(), newCustomer()) })
		}()
	}
	for s.Stats().Queued < n {
		time.Sleep(time.Millisecond)
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	release()
	for range n {
		if err := <-results; err != nil {
			t.Errorf("a queued command: %v", err)
		}
	}
	check(t, <-closed)
	wantCode(t, h.update(t.Context(), func(everything) error { return nil }), vis.Unavailable)
}

// testLog lets 16 writers race over three workspaces while a reader follows each log: it must see 1, 2, 3, … and nothing twice.
// On an engine that several nodes share, two stores write.
func testLog(t *testing.T, e Engine) {
	url := e.URL(t)
	stores := []*store.Store{Open(t, url)}
	if e.Shared {
		stores = append(stores, Open(t, url))
	}
	houses := []*house{found(t, stores[0]), found(t, stores[0]), found(t, stores[0])}
	const writers, each = 16, 60
	var bells atomic.Int64
	for _, s := range stores {
		s.OnCommit(func(vis.WorkspaceID, int64) { bells.Add(1) })
	}
	ctx := t.Context()
	var wait sync.WaitGroup
	var stop atomic.Bool
	for _, h := range houses {
		for _, s := range stores {
			wait.Go(func() {
				reader := *h
				reader.store = s
				if err := follow(ctx, &reader, &stop); err != nil {
					t.Error(err)
				}
			})
		}
	}
	appended := make([]atomic.Int64, len(houses))
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				k := (w + i) % len(houses)
				h := *houses[k]
				h.store = stores[w%len(stores)]
				n := 1 + (w*i)%3
				err := h.update(ctx, func(tx everything) error {
					for range n {
						if err := tx.Append(ctx, vis.NewEvent(vis.System(h.ws), now, desk.CustomerChanged, nil)); err != nil {
							return err
						}
					}
					if i%7 == 3 {
						return errRefused
					}
					return nil
				})
				switch {
				case err == nil:
					appended[k].Add(int64(n))
				case !errors.Is(err, errRefused):
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	stop.Store(true)
	wait.Wait()
	heads, err := stores[len(stores)-1].Heads(ctx)
	check(t, err)
	for k, h := range houses {
		if want := appended[k].Load(); heads[h.ws] != want {
			t.Errorf("the head is %d, want %d", heads[h.ws], want)
		}
	}
	if bells.Load() == 0 {
		t.Error("no bell rang")
	}
}

// follow reads a log until it has been stopped and is read to its end.
func follow(ctx context.Context, h *house, stop *atomic.Bool) error {
	last := int64(0)
	for {
		ending := stop.Load()
		var head int64
		var events []vis.Event
		err := h.view(ctx, func(tx everything) (err error) {
			if head, err = tx.Head(ctx); err != nil {
				return err
			}
			events, err = tx.Events(ctx, last, 50)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Seq != last+1 {
				return fmt.Errorf("read event %d after %d", e.Seq, last)
			}
			last = e.Seq
		}
		if head < last || len(events) < 50 && head != last {
			return fmt.Errorf("the head is %d, and the last event %d", head, last)
		}
		if ending && len(events) == 0 {
			return nil
		}
	}
}

func testTimers(t *testing.T, e Engine) {
	url := e.URL(t)
	stores := []*store.Store{Open(t, url)}
	if e.Shared {
		stores = append(stores, Open(t, url))
	}
	h := furnish(t, stores[0]) // with a timer due now
	ctx := t.Context()
	next, err := h.store.Timers().NextDue(ctx)
	check(t, err)
	if !next.Equal(now) {
		t.Errorf("the next timer is due at %v, want %v", next, now)
	}
	if due, err := h.store.Timers().Due(ctx, now.Add(-time.Millisecond), 10); err != nil || len(due) > 0 {
		t.Errorf("got %v, %v before the time", due, err)
	}
	const n = 40
	write(t, h, func(tx everything) error {
		for i := range n {
			timer := h.timer
			timer.Key, timer.DueAt = numbered("k", i), now.Add(-time.Hour)
			if err := tx.Arm(ctx, timer); err != nil {
				return err
			}
		}
		again := h.timer // arming it again moves it
		again.DueAt = now.Add(time.Hour)
		return errors.Join(tx.Arm(ctx, again), tx.Disarm(ctx, h.timer.Kind, "k 0"), tx.Disarm(ctx, h.timer.Kind, "k 0"))
	})
	due, err := h.store.Timers().Due(ctx, now, 2*n)
	check(t, err)
	if len(due) != n-1 {
		t.Fatalf("%d timers are due, want %d", len(due), n-1)
	}
	var taken atomic.Int64
	var wait sync.WaitGroup
	for _, s := range append(stores, stores...) {
		for _, timer := range due {
			wait.Go(func() {
				node := *h
				node.store = s
				got := false
				err := node.update(ctx, func(tx everything) (err error) {
					got, err = tx.Take(ctx, timer.Kind, timer.Key, now)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if got {
					taken.Add(1)
				}
			})
		}
	}
	wait.Wait()
	if taken.Load() != n-1 {
		t.Errorf("%d timers were taken %d times", n-1, taken.Load())
	}
}

// testStart opens a new database from several sides at once, writes from each, and opens it once more.
func testStart(t *testing.T, e Engine) {
	url := e.URL(t)
	const n = 3
	opened := make(chan *store.Store, n)
	for range n {
		go func() {
			s, err := store.Open(t.Context(), url, store.Options{Clock: vis.ClockFunc(time.Now)})
			if err != nil {
				t.Errorf("open: %v", err)
			}
			opened <- s
		}()
	}
	for range n {
		if s := <-opened; s != nil {
			found(t, s)
			check(t, s.Close())
		}
	}
	all, err := Open(t, url).Staff().Workspaces(t.Context())
	if err != nil || len(all) != n {
		t.Errorf("%d workspaces are there, %v; want %d", len(all), err, n)
	}
}
