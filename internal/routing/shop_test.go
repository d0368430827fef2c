package routing_test

import (
	"context"
	"crypto/rand"
	"log/slog"
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

// shop is this room on a real database, with a clock that is moved by hand, and one engine.
type shop struct {
	testing.TB
	ctx     context.Context
	now     time.Time
	store   *store.Store
	people  *staff.Service
	desk    *desk.Service
	routing *routing.Service
	engine  *routing.Engine
	engines []*routing.Engine
	ws      vis.WorkspaceID
	chat    channel.Channel
	mail    channel.Channel
	mint    vis.Mint
	boss    vis.Actor
	rang    []string // notices: "kind member"
}

// plainSeal seals nothing: these tests hold no secret.
type plainSeal struct{}

func (plainSeal) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte { return secret }
func (plainSeal) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

// letterBox is a channel that is not live, in the clothes of a web chat.
type lanes struct{ mail *vis.ChannelID }

func (lanes) Hours(channel.Channel) (hours.Calendar, bool) { return hours.Calendar{}, false }
func (l lanes) Live(c channel.Channel) bool                { return c.ID != *l.mail }

// bells remembers what members were told.
type bells struct{ rang *[]string }

func (b bells) Give(_ context.Context, _ routing.Tx, to []vis.MemberID, kind string, _ vis.ConversationID, _ string, _ time.Time) error {
	for _, m := range to {
		*b.rang = append(*b.rang, kind+" "+string(m))
	}
	return nil
}

type hooks struct{}

func (hooks) Queue(context.Context, routing.Tx, vis.WebhookID, any, time.Time) error { return nil }

func newShop(t testing.TB) *shop {
	t.Helper()
	h := &shop{TB: t, ctx: context.Background(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), mint: vis.Mint{Rand: rand.Reader}}
	clock := vis.ClockFunc(func() time.Time { return h.now })
	db, err := store.Open(h.ctx, storetest.Fresh(t), store.Options{Clock: clock})
	h.ok(err)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h.store = db
	h.people = staff.New(db.Staff(), clock, h.mint, plainSeal{}, 2)
	w, lea, err := h.people.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Boss", Email: "boss@arzel.example", Password: "a very long password", Locale: "fr", Zone: "Europe/Paris"}, true)
	h.ok(err)
	h.ws = w.ID
	h.boss = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(lea.ID), Role: vis.Administrator}
	channels := channel.New(db.Channels(), clock, h.mint, plainSeal{}, webchat.Adapter{})
	h.chat, err = channels.Create(h.ctx, h.boss, channel.Creation{Kind: webchat.Kind, Name: "Shop"})
	h.ok(err)
	h.mail, err = channels.Create(h.ctx, h.boss, channel.Creation{Kind: webchat.Kind, Name: "Letters"})
	h.ok(err)
	h.desk = desk.New(db.Desk(), channels, clock, h.mint)
	h.routing = routing.New(db.Routing(), h.desk, lanes{&h.mail.ID}, bells{&h.rang}, hooks{}, clock, h.mint, slog.New(slog.DiscardHandler))
	h.engine = h.another("one")
	answer := routing.Term{For: 4 * time.Hour}
	_, err = h.routing.CreatePolicy(h.ctx, h.boss, routing.Policy{Name: "In time",
		Terms: map[routing.PromiseKind]routing.Term{routing.First: answer, routing.Next: answer}})
	h.ok(err)
	return h
}

// another is one more engine on the same database.
func (h *shop) another(node string) *routing.Engine {
	e := routing.NewEngine(h.routing, node, nil)
	h.engines = append(h.engines, e)
	return e
}

func (h *shop) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// hire makes a member who works here, in teams.
func (h *shop) hire(name string, teams ...vis.TeamID) vis.Actor {
	h.Helper()
	n := h.mint.Secret(4)
	i, err := h.people.Invite(h.ctx, h.boss, staff.Invitation{Email: n + "@arzel.example", Name: name, Role: vis.Agent})
	h.ok(err)
	err = h.store.Staff().Update(h.ctx, h.boss, nil, func(tx staff.Tx) error {
		m, err := tx.Member(h.ctx, i.Member.ID)
		if err != nil {
			return err
		}
		m.State = staff.Active
		if _, err := tx.SaveMember(h.ctx, m); err != nil {
			return err
		}
		if err := tx.SetTeams(h.ctx, m.ID, teams); err != nil {
			return err
		}
		return tx.Append(h.ctx, vis.NewEvent(h.boss, h.now, staff.MemberChanged, staff.MemberData{Member: m.ID}))
	})
	h.ok(err)
	return vis.Actor{Workspace: h.ws, Kind: vis.ByMember, ID: string(i.Member.ID), Role: vis.Agent}
}

// comes connects a member to the first engine's node, goes takes her off.
func (h *shop) comes(who ...vis.Actor) {
	for _, m := range who {
		h.engine.Connected(h.ws, m.Member(), true)
	}
	h.engine.Vouch(h.ctx)
}

func (h *shop) goes(who ...vis.Actor) {
	for _, m := range who {
		h.engine.Connected(h.ws, m.Member(), false)
	}
	h.engine.Vouch(h.ctx)
}

// visitor is a new customer on a channel.
func (h *shop) visitor(ch channel.Channel) vis.Actor {
	h.Helper()
	a, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: ch.ID, Locale: "fr", Zone: "Europe/Paris"})
	h.ok(err)
	by, _, err := h.desk.VisitorBy(h.ctx, a.Token)
	h.ok(err)
	return by
}

// says lets a customer write.
func (h *shop) says(by vis.Actor, ch channel.Channel) vis.ConversationID {
	h.Helper()
	r, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: ch.ID, Text: "Bonjour", ClientID: h.mint.ID(h.now)})
	h.ok(err)
	return r.Conversation.ID
}

// asks lets a new customer write in the chat.
func (h *shop) asks() vis.ConversationID { return h.says(h.visitor(h.chat), h.chat) }

func (h *shop) conversation(id vis.ConversationID) desk.Conversation {
	h.Helper()
	c, err := h.desk.Conversation(h.ctx, h.boss, id)
	h.ok(err)
	return c
}

// timers runs what is due.
func (h *shop) timers() {
	effects := h.routing.Effects()
	for kind, effect := range h.engine.Effects() {
		effects[kind] = effect
	}
	effects[desk.TimerWake] = h.desk.Wake
	jobs.NewRunner(h.store.Timers(), vis.ClockFunc(func() time.Time { return h.now }), slog.New(slog.NewTextHandler(h.Output(), nil)), effects).Once(h.ctx)
}

// settle lets everything happen that happens at this instant.
func (h *shop) settle() {
	h.Helper()
	for range 60 {
		before := h.head()
		h.timers()
		for _, e := range h.engines {
			_, err := e.Turn(h.ctx, h.ws)
			h.ok(err)
		}
		if h.head() == before {
			return
		}
	}
	h.Fatal("it does not come to rest")
}

// passes moves the clock, vouching for those who are here on the way.
func (h *shop) passes(d time.Duration) {
	h.Helper()
	for end := h.now.Add(d); h.now.Before(end); {
		h.now = h.now.Add(min(15*time.Second, end.Sub(h.now)))
		h.engine.Vouch(h.ctx)
		h.settle()
	}
}

func (h *shop) head() int64 {
	h.Helper()
	_, head, err := h.desk.Events(h.ctx, h.boss, 0, 1)
	h.ok(err)
	return head
}

// ringing is what rings for a member.
func (h *shop) ringing(m vis.Actor) []routing.Offered {
	h.Helper()
	all, err := h.routing.MyOffers(h.ctx, m)
	h.ok(err)
	return all
}

// rings is the one offer that rings for a member, about a conversation.
func (h *shop) rings(m vis.Actor, id vis.ConversationID) routing.Offer {
	h.Helper()
	for _, o := range h.ringing(m) {
		if o.Conversation.ID == id {
			return o.Offer
		}
	}
	h.Fatalf("nothing about %s rings for %s", id, m.ID)
	return routing.Offer{}
}

// queue sets up a queue.
func (h *shop) queue(team vis.TeamID, change func(*routing.Queue)) {
	h.Helper()
	all, err := h.routing.Queues(h.ctx, h.boss)
	h.ok(err)
	for _, q := range all {
		if q.Team == team {
			change(&q)
			_, err := h.routing.PutQueue(h.ctx, h.boss, q)
			h.ok(err)
			return
		}
	}
	h.Fatalf("there is no queue %q", team)
}

// seen counts the events of a type since a position.
func (h *shop) seen(after int64, typ vis.EventType) int {
	h.Helper()
	n := 0
	for {
		events, _, err := h.desk.Events(h.ctx, h.boss, after, 200)
		h.ok(err)
		if len(events) == 0 {
			return n
		}
		for _, e := range events {
			after = e.Seq
			if e.Type == typ {
				n++
			}
		}
	}
}

// presence is how a member is there.
func (h *shop) presence(m vis.Actor) routing.Presence {
	h.Helper()
	all, err := h.routing.Presences(h.ctx, h.ws)
	h.ok(err)
	for _, p := range all {
		if p.Member == m.Member() {
			return p.Presence
		}
	}
	return routing.Offline
}

func (h *shop) wantReason(err error, reason string) {
	h.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Reason != reason {
		h.Errorf("got %v, want the reason %q", err, reason)
	}
}

func (h *shop) wantPresence(m vis.Actor, want routing.Presence) {
	h.Helper()
	if got := h.presence(m); got != want {
		h.Errorf("she is %s, want %s", got, want)
	}
}

func (h *shop) wantOwner(id vis.ConversationID, m vis.Actor) {
	h.Helper()
	if got := h.conversation(id).Assignee; got != m.Member() {
		h.Errorf("%s is owned by %q, want %q", id, got, m.ID)
	}
}

var nobody = vis.Actor{}

// owned counts the open conversations of a member.
func (h *shop) owned(m vis.Actor) int {
	h.Helper()
	l, err := h.desk.Conversations(h.ctx, m, desk.Filter{View: desk.ViewMine, Member: m.Member(), State: desk.Open}, vis.Page{Limit: 100})
	h.ok(err)
	return len(l.Page.Items)
}

func staffChange(disabled bool, version int64) staff.MemberChange {
	return staff.MemberChange{Disabled: &disabled, Version: version}
}
