package desk_test

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/webchat"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

// house is the heart on a real database, with a clock that is moved by hand.
type house struct {
	t     testing.TB
	ctx   context.Context
	now   time.Time
	desk  *desk.Service
	store *store.Store
	ws    vis.WorkspaceID
	chat  channel.Channel
	mint  vis.Mint
	lea   vis.Actor
	yann  vis.Actor
}

// plain seals nothing: these tests hold no secret.
type plain struct{}

func (plain) Seal(_ vis.WorkspaceID, _ string, secret []byte) []byte { return secret }
func (plain) Open(_ vis.WorkspaceID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), mint: vis.Mint{Rand: rand.Reader}}
	clock := vis.ClockFunc(func() time.Time { return h.now })
	db, err := store.Open(h.ctx, storetest.Fresh(t), store.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h.store = db
	people := staff.New(db.Staff(), clock, h.mint, plain{}, 2)
	w, lea, err := people.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Léa Morvan", Email: "lea@arzel.example", Password: "a very long password", Locale: "fr", Zone: "Europe/Paris"}, true)
	if err != nil {
		t.Fatal(err)
	}
	h.ws = w.ID
	h.lea = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(lea.ID), Role: vis.Administrator}
	invited, err := people.Invite(h.ctx, h.lea, staff.Invitation{Email: "yann@arzel.example", Name: "Yann", Role: vis.Agent})
	if err != nil {
		t.Fatal(err)
	}
	h.yann = vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(invited.Member.ID), Role: vis.Agent}
	channels := channel.New(db.Channels(), clock, h.mint, plain{}, webchat.Adapter{})
	if h.chat, err = channels.Create(h.ctx, h.lea, channel.Creation{Kind: webchat.Kind, Name: "Shop"}); err != nil {
		t.Fatal(err)
	}
	h.desk = desk.New(db.Desk(), channels, clock, h.mint)
	return h
}

// visitor begins a session and returns its customer as an actor.
func (h *house) visitor(claim *channel.Claim, previous vis.CustomerID) vis.Actor {
	h.t.Helper()
	a, err := h.desk.StartVisit(h.ctx, h.ws, desk.Arrival{Channel: h.chat.ID, Claim: claim, Previous: previous, Locale: "fr", Zone: "Europe/Paris"})
	if err != nil {
		h.t.Fatal(err)
	}
	by, _, err := h.desk.VisitorBy(h.ctx, a.Token)
	if err != nil {
		h.t.Fatal(err)
	}
	return by
}

// says lets a customer write.
func (h *house) says(by vis.Actor, words string) desk.Received {
	h.t.Helper()
	r, err := h.desk.Receive(h.ctx, by, desk.Inbound{Channel: h.chat.ID, Text: words, ClientID: h.mint.ID(h.now)})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) conversation(id vis.ConversationID) desk.Conversation {
	h.t.Helper()
	c, err := h.desk.Conversation(h.ctx, h.lea, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// events lists the types appended since a sequence number.
func (h *house) events(after int64) []vis.EventType {
	h.t.Helper()
	events, _, err := h.desk.Events(h.ctx, h.lea, after, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []vis.EventType
	for i, e := range events {
		if e.Seq != after+int64(i)+1 {
			h.t.Errorf("event %d has the number %d", i, e.Seq)
		}
		out = append(out, e.Type)
	}
	return out
}

func (h *house) head() int64 {
	h.t.Helper()
	_, head, err := h.desk.Events(h.ctx, h.lea, 0, 1)
	if err != nil {
		h.t.Fatal(err)
	}
	return head
}

func (h *house) wantEvents(after int64, want ...vis.EventType) {
	h.t.Helper()
	if got := h.events(after); !slices.Equal(got, want) {
		h.t.Errorf("events %q, want %q", got, want)
	}
}

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	e, ok := err.(*vis.Error)
	if !ok || e.Reason != reason {
		t.Errorf("got %v, want the reason %q", err, reason)
	}
}
