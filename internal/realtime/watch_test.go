package realtime

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"visavis/internal/vis"
)

// doorman remembers who came and went.
type doorman struct {
	mu   sync.Mutex
	seen []string
}

func (d *doorman) Connected(_ vis.WorkspaceID, m vis.MemberID, on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, fmt.Sprintf("%s %v", m, on))
}

func (d *doorman) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.seen, want) {
		t.Errorf("the door saw %q, want %q", d.seen, want)
	}
}

func TestTheWatcherSeesFirstComeAndLastGo(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		door := new(doorman)
		w.hub.Watch(door)
		one, two := w.attach(member("lea"), -1, false), w.attach(member("lea"), -1, false)
		w.attach(customer("ada"), -1, false)
		door.want(t, "lea true")
		one.client.Detach()
		time.Sleep(2 * offlineWait)
		door.want(t, "lea true")
		two.client.Detach()
		time.Sleep(offlineWait - time.Second)
		door.want(t, "lea true")
		time.Sleep(2 * time.Second)
		door.want(t, "lea true", "lea false")
		w.attach(member("lea"), -1, false)
		door.want(t, "lea true", "lea false", "lea true")
	})
}

func TestAReloadedPageIsNoAbsence(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		door := new(doorman)
		w.hub.Watch(door)
		for range 3 {
			lea := w.attach(member("lea"), -1, false)
			time.Sleep(2 * offlineWait)
			lea.client.Detach()
			time.Sleep(offlineWait / 2)
		}
		w.attach(member("lea"), -1, false)
		time.Sleep(2 * offlineWait)
		for _, seen := range door.seen {
			if seen != "lea true" {
				t.Errorf("the door saw %q", door.seen)
			}
		}
	})
}

func TestAServerThatStopsSendsNobodyHome(t *testing.T) {
	t.Parallel()
	in(t, words{}, func(w *world) {
		door := new(doorman)
		w.hub.Watch(door)
		lea := w.attach(member("lea"), -1, false)
		w.hub.Close()
		lea.client.Detach()
		time.Sleep(2 * offlineWait)
		door.want(t, "lea true")
	})
}
