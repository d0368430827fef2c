package demo_test

import (
	"crypto/rand"
	"testing"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/channel/standard"
	"visavis/internal/demo"
	"visavis/internal/desk"
	"visavis/internal/seal"
	"visavis/internal/store"
	"visavis/internal/vis"
)

func TestTheDemoTellsAWorkingDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	clock := vis.ClockFunc(func() time.Time { return now })
	mint := vis.Mint{Rand: rand.Reader}
	dir := t.TempDir()
	keys, err := seal.Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.NewFolder(dir+"/files", keys)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), "sqlite://"+dir+"/visavis.db", store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	house := demo.House{Staff: db.Staff(), Channels: db.Channels(), Desk: db.Desk(), Blobs: blobs, Sealer: keys,
		Adapters: standard.Adapters(), Mint: mint, Cores: 2}
	built, err := demo.Build(t.Context(), house, now, []string{"http://localhost:8081"})
	if err != nil {
		t.Fatal(err)
	}
	channels := channel.New(db.Channels(), clock, mint, keys, standard.Adapters()...)
	found, ok, err := demo.Find(t.Context(), db.Staff(), channels)
	if err != nil || !ok || found.Workspace != built.Workspace || found.Channel.Key != built.Channel.Key {
		t.Errorf("found again as %+v, %v, %v", found, ok, err)
	}
	heart := desk.New(db.Desk(), channels, clock, mint)
	for state, least := range map[desk.State]int{desk.Open: 15, desk.Snoozed: 2, desk.Resolved: 6} {
		listed, err := heart.Conversations(t.Context(), vis.System(built.Workspace), desk.Filter{View: desk.ViewAll, State: state}, vis.Page{Limit: 100})
		if err != nil || len(listed.Page.Items) < least {
			t.Errorf("%d conversations are %s, %v", len(listed.Page.Items), state, err)
		}
		for _, c := range listed.Page.Items {
			if c.LastActivityAt.After(now) || c.Subject == "" {
				t.Errorf("%q happens at %v", c.Subject, c.LastActivityAt)
			}
		}
	}
	// A second story is refused: the demo never mixes with somebody's own workspace.
	if _, err := demo.Build(t.Context(), house, now, nil); vis.CodeOf(err) != vis.Conflict {
		t.Errorf("built twice: %v", err)
	}
}
