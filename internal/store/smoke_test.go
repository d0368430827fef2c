package store_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/text"
	"visavis/internal/vis"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	clock := vis.ClockFunc(time.Now)
	mint := vis.Mint{Rand: rand.Reader}
	s, err := store.Open(ctx, "sqlite://"+t.TempDir()+"/a b?.db", store.Options{Clock: clock, Fatal: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.OnCommit(func(ws vis.WorkspaceID, head int64) { t.Log("bell", head) })
	now := clock.Now()
	ws := vis.WorkspaceID(mint.ID(now))
	m := staff.Member{ID: vis.MemberID(mint.ID(now)), Email: "A@b", EmailKey: "a@b", CreatedAt: now, Version: 1}
	if err := s.Staff().CreateWorkspace(ctx, staff.Workspace{ID: ws, Name: "A", CreatedAt: now}, m, true); err != nil {
		t.Fatal(err)
	}
	ch := channel.Channel{ID: vis.ChannelID(mint.ID(now)), Kind: "webchat", Key: "k", Settings: []byte("{}"), CreatedAt: now, Version: 1}
	if err := s.Channels().Update(ctx, vis.System(ws), nil, func(tx channel.Tx) error { return tx.InsertChannel(ctx, ch) }); err != nil {
		t.Fatal(err)
	}
	svc := desk.New(s.Desk(), nil, clock, mint)
	a, err := svc.StartVisit(ctx, ws, desk.Arrival{Channel: ch.ID, Locale: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	by, _, err := svc.VisitorBy(ctx, a.Token)
	if err != nil {
		t.Fatal(err)
	}
	r, err := svc.Receive(ctx, by, desk.Inbound{Channel: ch.ID, Text: "Où est mon vélo ?", ClientID: mint.ID(now)})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r)
	err = s.Desk().View(ctx, ws, func(tx desk.Tx) error {
		l, err := tx.Conversations(ctx, desk.Filter{View: desk.ViewUnassigned, State: desk.Open}, vis.Page{})
		t.Logf("%+v %v", l, err)
		e, err := tx.Events(ctx, 0, 10)
		t.Logf("%+v %v", e, err)
		f, err := tx.SearchConversations(ctx, text.QueryTerms("velo"), 10)
		t.Logf("%+v %v", f, err)
		c, err := tx.CountConversations(ctx, m.ID, nil)
		t.Logf("%+v %v", c, err)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", s.Stats())
	got, gc, err := s.Channels().ChannelByKey(ctx, "k")
	t.Log(got == ws, gc, gc.Secret == nil, err)
}
