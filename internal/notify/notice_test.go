package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

func TestABellIsItsMembersOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann, nolwenn := h.hire("yann", vis.Agent), h.hire("nolwenn", vis.Supervisor)
	head := h.head()
	n, err := h.service.Write(h.ctx, actor(h.ws, nolwenn), yann.ID, " Prends l’appel de Mme Le Goff,\nstp. ")
	if err != nil || n.Text != "Prends l’appel de Mme Le Goff,\nstp." || n.By != nolwenn.ID || n.Kind != notify.Message {
		t.Fatalf("%+v %v", n, err)
	}
	events := h.since(head)
	if len(events) != 1 || events[0].Type != notify.NoticeGiven || strings.Contains(string(events[0].Data), "appel") ||
		string(events[0].Data) != fmt.Sprintf(`{"memberIds":["%s"],"noticeIds":["%s"]}`, yann.ID, n.ID) {
		t.Errorf("%+v", events)
	}
	h.must(h.store.Notify().Update(h.ctx, vis.System(h.ws), nil, func(tx notify.Tx) error {
		h.must(h.service.Give(h.ctx, tx, nil, notify.Notice{Kind: notify.Handover}, h.clock.Now()))
		return h.service.Give(h.ctx, tx, []vis.MemberID{yann.ID, nolwenn.ID, yann.ID}, notify.Notice{Kind: notify.PromiseWarned, Conversation: talk}, h.clock.Now().Add(time.Second))
	}))
	if events := h.since(head); len(events) != 2 || events[1].Conversation != talk || events[1].By != vis.BySystem {
		t.Errorf("%+v", events)
	}
	b := h.bell(yann)
	if b.Unread != 2 || len(b.Items) != 2 || b.Items[0].Kind != notify.PromiseWarned || b.Items[1].ID != n.ID {
		t.Fatalf("%+v", b)
	}
	h.must(h.service.ReadNotices(h.ctx, actor(h.ws, yann), n.ID))
	if b := h.bell(yann); b.Unread != 1 || b.Items[1].ReadAt.IsZero() || !b.Items[0].ReadAt.IsZero() {
		t.Errorf("%+v", b)
	}
	if b := h.bell(nolwenn); b.Unread != 1 || len(b.Items) != 1 {
		t.Errorf("the other bell: %+v", b)
	}
}

func TestWhoWritesToABell(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann, gone := h.hire("yann", vis.Agent), h.hire("gone", vis.Agent)
	_, err := h.staff.ChangeMember(h.ctx, h.admin, gone.ID, staff.MemberChange{Disabled: new(true), Version: gone.Version})
	h.must(err)
	for what, c := range map[string]struct {
		by   vis.Actor
		to   vis.MemberID
		text string
		want vis.Code
	}{
		"an agent":         {actor(h.ws, yann), h.lea.ID, "x", vis.Forbidden},
		"a token":          {vis.Actor{Workspace: h.ws, Kind: vis.ByToken, Scopes: vis.Scopes()}, yann.ID, "x", vis.Forbidden},
		"nothing":          {h.admin, yann.ID, " \n ", vis.Invalid},
		"too much":         {h.admin, yann.ID, strings.Repeat("x", 501), vis.Invalid},
		"nobody":           {h.admin, "no such", "x", vis.NotFound},
		"who left":         {h.admin, gone.ID, "x", vis.Conflict},
		"an administrator": {h.admin, yann.ID, "x", ""},
	} {
		if _, err := h.service.Write(h.ctx, c.by, c.to, c.text); vis.CodeOf(err) != c.want {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.happen(customer, desk.MessageReceived, talk)
	h.work()
	_, err := h.service.Write(h.ctx, h.admin, h.lea.ID, "x")
	h.must(err)
	h.clock.move(notify.KeepDeliveries)
	h.must(h.service.Forget(h.ctx, h.ws))
	if len(h.deliveries(w)) != 1 || len(h.bell(h.lea).Items) != 1 {
		t.Error("forgotten too soon")
	}
	h.clock.move(time.Second)
	h.must(h.service.Forget(h.ctx, h.ws))
	if len(h.deliveries(w)) != 0 || len(h.bell(h.lea).Items) != 1 {
		t.Error("a delivery is kept for thirty days")
	}
	h.clock.move(notify.KeepNotices)
	h.must(h.service.Forget(h.ctx, h.ws))
	if len(h.bell(h.lea).Items) != 0 {
		t.Error("a notice is kept for ninety days")
	}
}

func (h *house) head() int64 {
	h.Helper()
	n, err := vis.View(h.ctx, h.store.Notify(), h.ws, func(tx notify.Tx) (int64, error) { return tx.Head(h.ctx) })
	h.must(err)
	return n
}

func (h *house) since(seq int64) []vis.Event {
	h.Helper()
	events, err := vis.View(h.ctx, h.store.Notify(), h.ws, func(tx notify.Tx) ([]vis.Event, error) { return tx.Events(h.ctx, seq, 100) })
	h.must(err)
	return events
}
