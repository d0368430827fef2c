package demo_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"testing"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/channel/standard"
	"visavis/internal/demo"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/seal"
	"visavis/internal/store"
	"visavis/internal/vis"
)

// silent rings nobody.
type silent struct{}

func (silent) Give(context.Context, routing.Tx, []vis.MemberID, string, vis.ConversationID, string, time.Time) error {
	return nil
}

// told is a demo that was made, with what reads it.
type told struct {
	demo.Built
	house    demo.House
	now      time.Time
	channels *channel.Service
	desk     *desk.Service
	routing  *routing.Service
	report   *report.Service
}

func tell(t *testing.T) told {
	t.Helper()
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
	log := slog.New(slog.DiscardHandler)
	house := demo.House{Staff: db.Staff(), Channels: db.Channels(), Desk: db.Desk(), Letters: db.Post(), Routing: db.Routing(), Report: db.Report(),
		Reasons: db.Listen(), Contacts: db.Contacts(), Incidents: db.Incidents(), Bells: notify.New(notify.Options{DB: db.Notify(), Clock: clock, Mint: mint, Sealer: keys, Log: log}),
		Timers: db.Timers(), Notices: silent{}, Log: log, Blobs: blobs, Sealer: keys, Keys: keys, Adapters: standard.Adapters(standard.World{}), Mint: mint, Cores: 2}
	built, err := demo.Build(t.Context(), house, now, []string{"http://localhost:8081"})
	if err != nil {
		t.Fatal(err)
	}
	channels := channel.New(db.Channels(), clock, mint, keys, standard.Adapters(standard.World{})...)
	heart := desk.New(db.Desk(), channels, clock, mint)
	return told{built, house, now, channels, heart, routing.New(db.Routing(), heart, channels, silent{}, nil, clock, mint, log),
		report.New(db.Report(), clock, mint)}
}

func (h told) open(t *testing.T) []desk.Conversation {
	t.Helper()
	listed, err := h.desk.Conversations(t.Context(), vis.System(h.Workspace), desk.Filter{View: desk.ViewAll, State: desk.Open}, vis.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return listed.Page.Items
}

func TestTheDemo(t *testing.T) {
	t.Parallel()
	h := tell(t)
	t.Run("tells a working day", h.tellsAWorkingDay)
	t.Run("keeps promises, and has some to keep", h.keepsPromises)
	t.Run("has a past in its figures", h.hasAPast)
	t.Run("has an incident now, one that is over, and a false alarm", h.hasIncidents)
	t.Run("shows letters as letters, and some to decide on", h.hasLetters)
}

func (h told) hasIncidents(t *testing.T) {
	lea := vis.Actor{Workspace: h.Workspace, Kind: vis.ByMember, ID: string(h.Present[0]), Role: vis.Administrator}
	watch := listen.NewWatch(h.house.Incidents, h.desk, h.house.Bells, vis.ClockFunc(func() time.Time { return h.now }), h.house.Mint, h.house.Log)
	all, err := watch.Incidents(t.Context(), lea)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	for n, want := range []struct {
		state       listen.IncidentState
		reason      string
		customers   int
		since       time.Duration
		done, steps int
		told        int
	}{{listen.Suspected, "payment", 12, 30 * time.Minute, 1, 5, 0}, {listen.Solved, "account", 7, 5 * 24 * time.Hour, 4, 4, 7}, {listen.FalseAlarm, "price", 5, 10 * 24 * time.Hour, 0, 0, 0}} {
		d, err := watch.Incident(t.Context(), lea, all[n].ID)
		if err != nil {
			t.Fatal(err)
		}
		done, told := 0, 0
		for _, task := range d.Course.Tasks {
			if !task.DoneAt.IsZero() {
				done++
			}
		}
		for _, c := range d.Concerned {
			if !c.HeldAt.IsZero() && !c.ToldAt.IsZero() {
				told++
			}
		}
		if d.State != want.state || d.Course.Reason != want.reason || d.Course.Trigger != listen.ByNumbers || d.Customers != want.customers || h.now.Sub(d.OpenedAt) > want.since ||
			done != want.done || len(d.Course.Tasks) != want.steps || told != want.told || len(d.First) == 0 || len(d.Map) < 2 || len(d.Usually) == 0 || len(d.Course.Usual) == 0 || len(d.Course.Untold) > 0 {
			t.Errorf("%s: %d customers, opened %v ago by %s, %d of %d steps done, %d told, %d first, %d on the map, usual %v %v, untold %v, words %v", d.State, d.Customers, h.now.Sub(d.OpenedAt), d.Course.Trigger,
				done, len(d.Course.Tasks), told, len(d.First), len(d.Map), d.Usually, d.Course.Usual, d.Course.Untold, d.Words)
		}
	}
	if won, known := all[1].Won(); !known || won != 21*time.Minute {
		t.Errorf("won %v, %v", won, known)
	}
}

func (h told) hasLetters(t *testing.T) {
	lea := vis.Actor{Workspace: h.Workspace, Kind: vis.ByMember, ID: string(h.Present[0]), Role: vis.Administrator}
	room := post.New(post.Options{DB: h.house.Letters, Desk: h.desk, Channels: h.channels, Keys: h.house.Keys, Blobs: blob.Whole{Store: h.house.Blobs, Max: channel.MaxRaw},
		Clock: vis.ClockFunc(func() time.Time { return h.now }), Mint: h.house.Mint})
	letters, bounced := 0, 0
	for _, c := range h.open(t) {
		all, err := room.Correspondence(t.Context(), lea, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		letters += len(all.Letters)
		for _, s := range all.Sendings {
			if s.State == post.Bounced {
				bounced++
			}
		}
	}
	if letters < 10 || bounced != 1 {
		t.Errorf("%d letters in open conversations, %d came back", letters, bounced)
	}
	held, err := room.Arrivals(t.Context(), lea, post.Quarantined, vis.Page{})
	if err != nil || len(held.Items) != 2 {
		t.Errorf("%d letters to decide on, %v", len(held.Items), err)
	}
	for _, a := range held.Items {
		if a.Reason != "too-many-parts" && a.Reason != post.ReasonBounceUnknown {
			t.Errorf("held because of %q", a.Reason)
		}
	}
}

func (h told) tellsAWorkingDay(t *testing.T) {
	found, ok, err := demo.Find(t.Context(), h.house.Staff, h.channels)
	if err != nil || !ok || found.Workspace != h.Workspace || found.Channel.Key != h.Channel.Key || len(found.Present) != len(h.Present) {
		t.Errorf("found again as %+v, %v, %v", found, ok, err)
	}
	for state, least := range map[desk.State]int{desk.Open: 15, desk.Snoozed: 2, desk.Resolved: 20} {
		listed, err := h.desk.Conversations(t.Context(), vis.System(h.Workspace), desk.Filter{View: desk.ViewAll, State: state}, vis.Page{Limit: 100})
		if err != nil || len(listed.Page.Items) < least {
			t.Errorf("%d conversations are %s, %v", len(listed.Page.Items), state, err)
		}
		for _, c := range listed.Page.Items {
			if c.LastActivityAt.After(h.now) || c.Subject == "" {
				t.Errorf("%q happens at %v", c.Subject, c.LastActivityAt)
			}
		}
	}
	// A second story is refused: the demo never mixes with somebody's own workspace, and nothing of it is there twice.
	if _, err := demo.Build(t.Context(), h.house, h.now, nil); vis.CodeOf(err) != vis.Conflict {
		t.Errorf("built twice: %v", err)
	}
}

func (h told) keepsPromises(t *testing.T) {
	states := map[string]int{}
	for _, c := range h.open(t) {
		states[c.Standing.PromiseState]++
		if c.Subject == "Le frein avant frotte depuis la révision" {
			h.wantMainStory(t, c)
		}
	}
	if states["running"] < 8 || states["missed"] < 2 || states["paused"] < 2 {
		t.Errorf("promises of what is open: %v", states)
	}
	calls, err := h.routing.Callbacks(t.Context(), vis.System(h.Workspace))
	if err != nil || len(calls) != 1 || !calls[0].At.After(h.now) {
		t.Errorf("call-backs %+v, %v", calls, err)
	}
	rules, err := h.routing.Rules(t.Context(), vis.System(h.Workspace))
	if err != nil || len(rules) != 3 || !slices.ContainsFunc(rules, func(r routing.Rule) bool { return r.Runs > 0 && r.DisabledWhy == "" }) {
		t.Errorf("rules %+v, %v", rules, err)
	}
}

// wantMainStory holds the conversation that the demo opens with against what it is to show.
func (h told) wantMainStory(t *testing.T, c desk.Conversation) {
	t.Helper()
	left := c.Standing.DueAt.Sub(h.now)
	if c.Standing.Promise != "next" || left <= 0 || left > 5*time.Minute || c.About.Criticality != 3 || c.About.Contacts != 2 {
		t.Errorf("it owes %+v and is about %+v", c.Standing, c.About)
	}
	steps, err := h.desk.Steps(t.Context(), vis.System(h.Workspace), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var states []desk.StepState
	for _, s := range steps {
		if s.Kind == "custom" {
			states = append(states, s.State)
		}
	}
	if want := []desk.StepState{desk.Done, desk.Done, desk.Underway, desk.Planned}; !slices.Equal(states, want) {
		t.Errorf("steps %v", states)
	}
	p, err := h.routing.PriorityOf(t.Context(), vis.System(h.Workspace), c.ID)
	if err != nil || p.Total < 40 {
		t.Errorf("priority %+v, %v", p, err)
	}
}

func (h told) hasAPast(t *testing.T) {
	arrivals, err := h.report.Arrivals(t.Context(), h.Workspace, h.now.AddDate(0, 0, -7*12), h.now, "")
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, a := range arrivals {
		sum += a.N
	}
	if sum < 8_000 || sum > 16_000 {
		t.Errorf("%d contacts in twelve weeks", sum)
	}
	admin := vis.System(h.Workspace)
	page, err := h.report.PublicPage(t.Context(), admin)
	if err != nil || !page.Published {
		t.Fatalf("the page is %+v, %v", page, err)
	}
	p, err := h.report.Publish(t.Context(), page.Key, 30)
	if err != nil {
		t.Fatal(err)
	}
	if share, ok := p.Total.Share(); !ok || share < 0.9 || share > 0.99 || p.SignedBy == "" || len(p.Channels) != 5 {
		t.Errorf("%.3f was kept, signed by %q, of %d channels", share, p.SignedBy, len(p.Channels))
	}
	for _, c := range p.Channels {
		for _, w := range c.Weeks[:11] {
			if w.Made() == 0 && c.Channel.Kind != "letter" {
				t.Errorf("%s promised nothing in the week of %v", c.Channel.Name, w.From)
			}
		}
	}
}
