package listen_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
	"visavis/internal/desk"
	"visavis/internal/listen"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// house is a shop whose customers are listened to, on a real database, with a clock that is moved by hand.
type house struct {
	t      testing.TB
	ctx    context.Context
	now    time.Time
	store  *store.Store
	desk   *desk.Service
	listen *listen.Service
	ws     vis.WorkspaceID
	chat   channel.Channel
	mint   vis.Mint
	lea    vis.Actor // administrator
	yann   vis.Actor // agent
	school *schooling
	live   bool // the clock is that of the machine
	out    listen.Caller
	within time.Duration // see listen.Options.AskWithin
}

func (h *house) Now() time.Time {
	if h.live {
		return time.Now().UTC().Truncate(time.Millisecond)
	}
	return h.now
}

// schooling stands for the built-in reader.
type schooling struct {
	model *text.Model
	seed  []text.Message
}

// plain seals nothing: these tests hold no secret.
type plain struct{}

func (plain) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte          { return secret }
func (plain) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) { return sealed, nil }

var sealer = func() *seal.Keys {
	keys, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		panic(err)
	}
	return keys
}()

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), mint: vis.Mint{Rand: rand.Reader}}
	clock := vis.Clock(h)
	h.store = storetest.OpenWith(t, storetest.Fresh(t), store.Options{Clock: clock})
	people := staff.New(h.store.Staff(), clock, h.mint, plain{}, 2)
	w, lea, err := people.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Léa Morvan", Email: "lea@arzel.example", Password: "a very long password", Locale: "fr", Zone: "Europe/Paris"}, true)
	h.must(err)
	h.ws = w.ID
	h.lea = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(lea.ID), Role: vis.Administrator}
	invited, err := people.Invite(h.ctx, h.lea, staff.Invitation{Email: "yann@arzel.example", Name: "Yann", Role: vis.Agent})
	h.must(err)
	h.yann = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(invited.Member.ID), Role: vis.Agent}
	channels := channel.New(h.store.Channels(), clock, h.mint, plain{}, webchat.Adapter{})
	h.chat, err = channels.Create(h.ctx, h.lea, channel.Creation{Kind: webchat.Kind, Name: "Shop"})
	h.must(err)
	h.desk = desk.New(h.store.Desk(), channels, clock, h.mint)
	h.listen = h.another()
	return h
}

// another is the listening of another node, or of this one after a restart: it remembers nothing.
func (h *house) another() *listen.Service {
	o := listen.Options{DB: h.store.Listen(), Desk: h.desk, Clock: h, Caller: h.out, Sealer: sealer, AskWithin: h.within}
	if h.school != nil {
		o.BuiltIn, o.Seed = h.school.model, h.school.seed
	}
	return listen.New(o)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// customer is somebody who has not written yet.
func (h *house) customer() vis.Actor {
	h.t.Helper()
	a, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID, Locale: "fr", Zone: "Europe/Paris"})
	h.must(err)
	by, _, err := h.desk.VisitorBy(h.ctx, a.Token)
	h.must(err)
	return by
}

// says lets a customer write.
func (h *house) says(by vis.Actor, words string) desk.Received {
	h.t.Helper()
	r, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, Text: words, ClientID: h.mint.ID(h.now)})
	h.must(err)
	return r
}

// said lets somebody new write, and has it read.
func (h *house) said(words string) desk.Received {
	h.t.Helper()
	r := h.says(h.customer(), words)
	h.read()
	return r
}

func (h *house) read() {
	h.t.Helper()
	h.must(h.listen.CatchUp(h.ctx, h.ws))
}

func (h *house) conversation(id vis.ConversationID) desk.Conversation {
	h.t.Helper()
	c, err := h.desk.Conversation(h.ctx, h.lea, id)
	h.must(err)
	return c
}

// events are those of a type in the log.
func (h *house) events(typ vis.EventType) []vis.Event {
	h.t.Helper()
	all, _, err := h.desk.Events(h.ctx, h.lea, 0, 10_000)
	h.must(err)
	var out []vis.Event
	for _, e := range all {
		if e.Type == typ {
			out = append(out, e)
		}
	}
	return out
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Reason != reason {
		t.Errorf("got %v, want the reason %q", err, reason)
	}
}
