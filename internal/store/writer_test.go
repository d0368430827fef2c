package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// TestAFailingDiskEndsTheProcess: nothing is acknowledged once a write has failed, whatever later writes would say.
func TestAFailingDiskEndsTheProcess(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 9)
	s := storetest.OpenWith(t, storetest.SQLite().URL(t), store.Options{Clock: vis.ClockFunc(time.Now), Fatal: func(err error) { ended <- err }})
	ws := staff.Workspace{ID: "w", CreatedAt: time.Now()}
	if err := s.Staff().CreateWorkspace(t.Context(), ws, staff.Member{ID: "m", EmailKey: "m"}, true); err != nil {
		t.Fatal(err)
	}
	s.PretendFatal()
	update := func(fn func(desk.Tx) error) error { return s.Desk().Update(t.Context(), vis.System("w"), nil, fn) }
	fails := func(tx desk.Tx) error {
		return tx.InsertIdentity(t.Context(), desk.Identity{ID: "i", Customer: "nobody"})
	}
	if err := update(fails); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	if err := update(func(tx desk.Tx) error { return tx.InsertCustomer(t.Context(), desk.Customer{ID: "c"}) }); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("a later command: got %v, want unavailable", err)
	}
	if err := s.Ready(t.Context()); vis.CodeOf(err) != vis.Unavailable {
		t.Errorf("ready: got %v, want unavailable", err)
	}
	if len(ended) != 1 {
		t.Errorf("the process was ended %d times", len(ended))
	}
	err := s.Desk().View(t.Context(), "w", func(tx desk.Tx) error {
		_, err := tx.Customer(t.Context(), "c")
		return err
	})
	if vis.CodeOf(err) != vis.NotFound {
		t.Errorf("a refused command's row: got %v", err)
	}
}

func TestTheFileIsItsOwnersAloneAndWhole(t *testing.T) {
	t.Parallel()
	url := "sqlite://" + t.TempDir() + "/d/a ?#%25.db"
	s, err := store.Open(t.Context(), url, store.Options{Clock: vis.ClockFunc(time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	path := strings.TrimPrefix(url, "sqlite://")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	if beside, err := os.ReadDir(filepath.Dir(path)); err != nil || len(beside) != 1 {
		t.Errorf("a closed database is one file; there are %v, %v", beside, err)
	}
}

func TestOldAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := storetest.OpenWith(t, storetest.SQLite().URL(t), store.Options{Clock: vis.ClockFunc(func() time.Time { return at })})
	if err := s.Staff().CreateWorkspace(t.Context(), staff.Workspace{ID: "w", CreatedAt: at}, staff.Member{ID: "m", EmailKey: "m"}, true); err != nil {
		t.Fatal(err)
	}
	runs := 0
	ask := func() {
		t.Helper()
		by := vis.Actor{Workspace: "w", Kind: vis.ByMember, ID: "m", Request: vis.Request{Key: "k", Hash: "h"}}
		if err := s.Desk().Update(t.Context(), by, nil, func(desk.Tx) error { runs++; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	at = at.Add(store.RequestsFor)
	ask()
	at = at.Add(time.Millisecond)
	ask() // still known when it is asked, and then pruned
	ask()
	if runs != 2 {
		t.Errorf("ran %d times, want 2", runs)
	}
}

func TestOnlyKnownAddressesAreOpened(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "sqlite://", "mysql://x", "/tmp/x.db"} {
		if s, err := store.Open(t.Context(), url, store.Options{Clock: vis.ClockFunc(time.Now)}); err == nil {
			t.Errorf("%q was opened", url)
			_ = s.Close() // the test has failed already
		}
	}
}
