package routing_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/jobs"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// house is this room on a real database, with a clock that is moved by hand.
type house struct {
	t       testing.TB
	ctx     context.Context
	clock   *clock
	store   *store.Store
	desk    *desk.Service
	routing *routing.Service
	people  *staff.Service
	told    *told
	mint    vis.Mint
	ws      vis.WorkspaceID
	chat    channel.Channel
	lea     vis.Actor // an administrator
	yann    vis.Actor // an agent
	nora    vis.Actor // a supervisor
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to.UTC()
}

// told keeps notices and webhooks instead of sending them.
type told struct {
	mu      sync.Mutex
	notices []string // "kind text member"
	hooks   []routing.Hook
	known   vis.WebhookID
}

func (n *told) Give(_ context.Context, _ routing.Tx, to []vis.MemberID, kind string, _ vis.ConversationID, text string, _ time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range to {
		n.notices = append(n.notices, fmt.Sprintf("%s %s %s", kind, text, m))
	}
	return nil
}

func (n *told) Queue(_ context.Context, _ routing.Tx, hook vis.WebhookID, body any, _ time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if hook != n.known {
		return vis.Absent("webhook")
	}
	n.hooks = append(n.hooks, body.(routing.Hook))
	return nil
}

// plain seals nothing: these tests hold no secret.
type plain struct{}

func (plain) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte { return secret }
func (plain) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

// monday is Monday, 2 March 2026, 9 o'clock in Paris.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), clock: &clock{now: monday}, mint: vis.Mint{Rand: rand.Reader}, told: &told{}}
	h.told.known = vis.WebhookID(h.mint.ID(monday))
	h.store = h.open(storetest.Fresh(t))
	h.found("Arzel")
	return h
}

func (h *house) open(url string) *store.Store {
	h.t.Helper()
	db, err := store.Open(h.ctx, url, store.Options{Clock: h.clock})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return db
}

// found makes the workspace with its people and its chat.
func (h *house) found(name string) {
	h.t.Helper()
	h.people = staff.New(h.store.Staff(), h.clock, h.mint, plain{}, 2)
	w, lea, err := h.people.Found(h.ctx, staff.Founding{Workspace: name, Name: "Léa Morvan", Email: "lea@" + name + ".example", Password: "a very long password", Locale: "en", Zone: "Europe/Paris"}, false)
	h.must(err)
	h.ws = w.ID
	h.lea = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(lea.ID), Role: vis.Administrator}
	h.yann, h.nora = h.joins("Yann", vis.Agent), h.joins("Nora", vis.Supervisor)
	channels := channel.New(h.store.Channels(), h.clock, h.mint, plain{}, webchat.Adapter{})
	h.chat, err = channels.Create(h.ctx, h.lea, channel.Creation{Kind: webchat.Kind, Name: "Shop"})
	h.must(err)
	h.desk = desk.New(h.store.Desk(), channels, h.clock, h.mint)
	h.routing = h.service(h.store)
}

// service is another node on a database.
func (h *house) service(db *store.Store) *routing.Service {
	channels := channel.New(db.Channels(), h.clock, h.mint, plain{}, webchat.Adapter{})
	heart := desk.New(db.Desk(), channels, h.clock, h.mint)
	return routing.New(db.Routing(), heart, channels, h.told, h.told, h.clock, h.mint, slog.New(slog.DiscardHandler))
}

// joins makes a member who has accepted her invitation.
func (h *house) joins(name string, role vis.Role) vis.Actor {
	h.t.Helper()
	invited, err := h.people.Invite(h.ctx, h.lea, staff.Invitation{Email: name + "@arzel.example", Name: name, Role: role})
	h.must(err)
	_, err = vis.Update(h.ctx, h.store.Staff(), h.lea, func(tx staff.Tx) (staff.Member, error) { // she accepts, without the cost of a password
		m, err := tx.Member(h.ctx, invited.Member.ID)
		if err != nil {
			return m, err
		}
		m.State = staff.Active
		return tx.SaveMember(h.ctx, m)
	})
	h.must(err)
	return vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(invited.Member.ID), Role: role}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// visitor begins a session and returns its customer as an actor.
func (h *house) visitor() vis.Actor {
	h.t.Helper()
	a, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID, Locale: "fr", Zone: "Europe/Paris"})
	h.must(err)
	return vis.Actor{Workspace: h.ws, Kind: vis.ByCustomer, ID: string(a.Customer.ID)}
}

// says lets a customer write, and the log be followed.
func (h *house) says(by vis.Actor, words string) vis.ConversationID {
	h.t.Helper()
	r, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, Text: words, ClientID: h.mint.ID(h.clock.Now())})
	h.must(err)
	h.follow()
	return r.Conversation.ID
}

func (h *house) answers(by vis.Actor, id vis.ConversationID, words string) {
	h.t.Helper()
	_, err := h.desk.Reply(h.ctx, by, id, desk.Outbound{Text: words, Reopen: true})
	h.must(err)
	h.follow()
}

func (h *house) resolves(by vis.Actor, id vis.ConversationID) {
	h.t.Helper()
	_, err := h.desk.Resolve(h.ctx, by, id, h.conversation(id).Version)
	h.must(err)
	h.follow()
}

func (h *house) follow() {
	h.t.Helper()
	h.must(h.routing.CatchUp(h.ctx, h.ws))
}

// at moves the clock to an instant and lets every timer that came due take effect.
func (h *house) at(to time.Time) {
	h.t.Helper()
	h.clock.set(to)
	h.ring()
	h.follow()
}

func (h *house) after(d time.Duration) {
	h.t.Helper()
	h.at(h.clock.Now().Add(d))
}

func (h *house) ring() {
	h.t.Helper()
	effects := h.routing.Effects()
	effects[desk.TimerWake] = h.desk.Wake
	runner := jobs.NewRunner(h.store.Timers(), h.clock, slog.New(slog.DiscardHandler), effects)
	for runner.Once(h.ctx) > 0 {
	}
}

func (h *house) conversation(id vis.ConversationID) desk.Conversation {
	h.t.Helper()
	c, err := h.desk.Conversation(h.ctx, h.lea, id)
	h.must(err)
	return c
}

// promise is the newest of a kind in a conversation.
func (h *house) promise(id vis.ConversationID, kind routing.PromiseKind) routing.Promise {
	h.t.Helper()
	all, err := h.routing.Promises(h.ctx, h.lea, id)
	h.must(err)
	for _, g := range slices.Backward(all) {
		if g.Kind == kind {
			return g.Promise
		}
	}
	return routing.Promise{}
}

func (h *house) wantPromise(id vis.ConversationID, kind routing.PromiseKind, want routing.PromiseState) routing.Promise {
	h.t.Helper()
	p := h.promise(id, kind)
	if p.State != want {
		h.t.Errorf("the promise %s is %q, want %q", kind, p.State, want)
	}
	return p
}

// log lists the events appended since a sequence number, of some types or of all.
func (h *house) log(after int64, types ...vis.EventType) []vis.Event {
	h.t.Helper()
	var out []vis.Event
	for {
		page, err := vis.View(h.ctx, h.store.Routing(), h.ws, func(tx routing.Tx) ([]vis.Event, error) { return tx.Events(h.ctx, after, 1000) })
		h.must(err)
		if len(page) == 0 {
			return out
		}
		for _, e := range page {
			after = e.Seq
			if len(types) == 0 || slices.Contains(types, e.Type) {
				out = append(out, e)
			}
		}
	}
}

func (h *house) head() int64 {
	h.t.Helper()
	head, err := vis.View(h.ctx, h.store.Routing(), h.ws, func(tx routing.Tx) (int64, error) { return tx.Head(h.ctx) })
	h.must(err)
	return head
}

func (h *house) steps(id vis.ConversationID) []string {
	h.t.Helper()
	steps, err := h.desk.Steps(h.ctx, h.lea, id)
	h.must(err)
	var out []string
	for _, s := range steps {
		out = append(out, s.Kind+" "+string(s.State))
	}
	return out
}

// office sets up hours from Monday to Friday, 9 to 18 in a zone, as everybody's.
func (h *house) office(zone string) routing.Calendar {
	h.t.Helper()
	var week []hours.Slot
	for day := 1; day <= 5; day++ {
		week = append(week, hours.Slot{Day: day, From: "09:00", To: "18:00"})
	}
	c, err := h.routing.CreateCalendar(h.ctx, h.lea, "Office "+zone, hours.Calendar{Zone: zone, Week: week})
	h.must(err)
	return c
}

// keep makes everybody answer in the hours of a calendar.
func (h *house) keep(c routing.Calendar) {
	h.t.Helper()
	s, err := h.routing.Settings(h.ctx, h.lea)
	h.must(err)
	_, err = h.routing.ChangeSettings(h.ctx, h.lea, routing.SettingsChange{Calendar: &c.ID, Version: s.Version})
	h.must(err)
}

func (h *house) team(name string, members ...vis.Actor) staff.Team {
	h.t.Helper()
	ids := []vis.MemberID{}
	for _, m := range members {
		ids = append(ids, m.Member())
	}
	t, err := h.people.CreateTeam(h.ctx, h.lea, name, "", ids)
	h.must(err)
	return t
}

func (h *house) rule(r routing.Rule) routing.Rule {
	h.t.Helper()
	if r.Name == "" {
		r.Name = "A rule"
	}
	r, err := h.routing.CreateRule(h.ctx, h.lea, r)
	h.must(err)
	return r
}

func wantReason(t testing.TB, err error, reason string) {
	t.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Reason != reason {
		t.Errorf("got %v, want the reason %q", err, reason)
	}
}

func wantField(t testing.TB, err error, field string) {
	t.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Field != field {
		t.Errorf("got %v, want the field %q", err, field)
	}
}
