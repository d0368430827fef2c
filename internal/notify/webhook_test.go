package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/safehttp"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// C-18: a webhook tells nothing any more when whoever answers for it may no longer set one up.
func TestAWebhookEndsWithItsOwnersRights(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]staff.MemberChange{
		"disabled": {Disabled: new(true)},
		"demoted":  {Role: new(vis.Supervisor)},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			nolwenn := h.hire("nolwenn", vis.Administrator)
			w := h.hook(actor(h.ws, nolwenn))
			h.happen(customer, desk.MessageReceived, talk)
			h.work()
			h.clock.move(time.Second)
			h.happen(customer, desk.MessageReceived, talk)
			h.service.FollowOnce(h.ctx) // queued while she still may
			change := change
			change.Version = nolwenn.Version
			_, err := h.staff.ChangeMember(h.ctx, h.admin, nolwenn.ID, change)
			h.must(err)
			h.work()
			h.happen(customer, desk.MessageReceived, talk)
			h.work()
			if n := len(h.out.got()); n != 1 {
				t.Errorf("told %d times", n)
			}
			off := h.read(w.ID)
			if !off.Disabled || off.DisabledReason != notify.BecauseOwner || h.deliveries(w)[0].Wrong != notify.WrongOwner {
				t.Errorf("%+v %+v", off, h.deliveries(w))
			}
			if b := h.bell(h.lea); len(b.Items) != 1 || b.Items[0].Kind != notify.WebhookDisabled {
				t.Errorf("%+v", b)
			}
			if _, err := h.service.Test(h.ctx, h.admin, w.ID); err != nil || len(h.out.got()) != 0 {
				t.Errorf("a test goes through: %v", err)
			}
			// Whoever switches it on again answers for it.
			_, err = h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Disabled: new(false), Version: off.Version})
			h.must(err)
			h.happen(customer, desk.MessageReceived, talk)
			h.work()
			if n := len(h.out.got()); n != 1 || h.read(w.ID).Owner != h.lea.ID {
				t.Errorf("told %d times after it was switched on", n)
			}
		})
	}
}

// D-10: a receiver that answers each event with another by an API token goes round in circles; it is stopped.
func TestALoopThroughAReceiverIsStopped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin, notify.All)
	robot := vis.Actor{Kind: vis.ByToken, ID: "robot"}
	h.out.answer = func(context.Context, call) (safehttp.Answer, error) {
		h.happen(robot, desk.MessageSent, talk)
		return safehttp.Answer{Status: 200}, nil
	}
	h.happen(customer, desk.MessageReceived, talk)
	for range 100 {
		h.clock.move(time.Second)
		h.work()
	}
	if w := h.read(w.ID); w.DisabledReason != notify.BecauseLoop {
		t.Errorf("%+v", w)
	}
	if n := len(h.out.got()); n > 30 {
		t.Errorf("it went round %d times", n)
	}
	if b := h.bell(h.lea); len(b.Items) != 1 {
		t.Errorf("told %d times", len(b.Items))
	}
}

// S-08: while a secret is replaced both sign, for a day.
func TestBothSecretsSignForADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	before, err := h.service.Secret(h.ws, w)
	h.must(err)
	w, err = h.service.RotateWebhookSecret(h.ctx, h.admin, w.ID)
	h.must(err)
	after, err := h.service.Secret(h.ws, w)
	h.must(err)
	signs := func(secret string) bool {
		h.happen(customer, desk.MessageReceived, talk)
		h.work()
		c := h.out.got()[0]
		return notify.Verify(secret, c.header[notify.HeaderID], c.header[notify.HeaderTimestamp], c.header[notify.HeaderSignature], []byte(c.body), h.clock.Now())
	}
	if before == after || !signs(before) || !signs(after) {
		t.Error("both should sign")
	}
	h.clock.move(notify.RotateFor)
	if signs(before) || !signs(after) {
		t.Error("only the new one should sign")
	}
	if bytes := string(h.read(w.ID).Secret); strings.Contains(bytes, after) {
		t.Error("the secret is kept as it is")
	}
}

func TestWhatAWebhookMayBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann, nolwenn := actor(h.ws, h.hire("yann", vis.Agent)), actor(h.ws, h.hire("nolwenn", vis.Supervisor))
	ask := func(by vis.Actor, name, url string, events ...vis.EventType) error {
		_, err := h.service.CreateWebhook(h.ctx, by, name, url, events)
		return err
	}
	const good = "https://hooks.example.org/"
	wantCode(t, ask(yann, "Robot", good), vis.Forbidden)
	wantCode(t, ask(nolwenn, "Robot", good), vis.Forbidden)
	wantCode(t, ask(h.admin, " ", good), vis.Invalid)
	wantCode(t, ask(h.admin, strings.Repeat("x", 121), good), vis.Invalid)
	wantCode(t, ask(h.admin, "Robot", "https://127.0.0.1/"), vis.Invalid)
	wantCode(t, ask(h.admin, "Robot", good, "no.such"), vis.Invalid)
	wantCode(t, ask(h.admin, "Robot", good, notify.NoticeGiven), vis.Invalid)
	_, err := h.service.Webhooks(h.ctx, yann)
	wantCode(t, err, vis.Forbidden)
	w := h.hook(h.admin, desk.MessageSent, notify.All, desk.MessageSent)
	if !slices.Equal(w.Events, []vis.EventType{notify.All}) || w.Owner != h.lea.ID {
		t.Errorf("%+v", w)
	}
	_, err = h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Name: new("X"), Version: 7})
	wantCode(t, err, vis.Conflict)
	w, err = h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Name: new("Accounts"), Disabled: new(true), Version: 1})
	if err != nil || w.Name != "Accounts" || !w.Disabled || w.DisabledReason != "" || w.Version != 2 {
		t.Errorf("%+v %v", w, err)
	}
	h.must(h.service.DeleteWebhook(h.ctx, h.admin, w.ID))
	wantCode(t, h.service.DeleteWebhook(h.ctx, h.admin, w.ID), vis.NotFound)
	if slices.Contains(h.service.EventTypes(), notify.NoticeGiven) {
		t.Error("notices are offered to webhooks")
	}
	log, err := h.staff.Audit(h.ctx, h.admin, vis.Page{})
	h.must(err)
	for _, e := range log.Items {
		if strings.HasPrefix(e.Action, "webhook.") && strings.Contains(string(e.Data), "https") {
			t.Errorf("the audit log keeps an address: %s", e.Data)
		}
	}
}

func TestATokensWebhookIsItsOwners(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made, err := h.staff.CreateToken(h.ctx, h.admin, "Robot", vis.Scopes(), time.Time{})
	h.must(err)
	by := vis.Actor{Workspace: h.ws, Kind: vis.ByToken, ID: string(made.Token.ID), Scopes: vis.Scopes()}
	if w := h.hook(by); w.Owner != h.lea.ID {
		t.Errorf("%+v", w)
	}
}

func TestATestIsTriedOnceAndCountsForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.out.says(503)
	by := h.admin
	by.Request = vis.Request{Key: "k", Hash: "h"}
	d, err := h.service.Test(h.ctx, by, w.ID)
	if err != nil || d.State != notify.Failed || d.Status != 503 || d.Wrong != notify.WrongStatus {
		t.Fatalf("%+v %v", d, err)
	}
	again, err := h.service.Test(h.ctx, by, w.ID)
	if err != nil || again.ID != d.ID || again.State != notify.Failed || len(h.out.got()) != 1 {
		t.Errorf("the same request again: %+v %v", again, err)
	}
	if w := h.read(w.ID); w.Failures != 0 {
		t.Errorf("%+v", w)
	}
	h.out.says(200)
	_, err = h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Disabled: new(true), Version: 1})
	h.must(err)
	if d, err := h.service.Test(h.ctx, h.admin, w.ID); err != nil || d.State != notify.Delivered {
		t.Errorf("while it is off: %+v %v", d, err)
	}
	if c := h.out.got()[0]; c.header[notify.HeaderEvent] != "test" || fields(t, c.body)["type"] != "test" {
		t.Errorf("%+v", c)
	}
}

func TestAnotherRoomQueuesInItsOwnTransaction(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin, []vis.EventType{}...)
	if len(w.Events) != 0 {
		t.Fatalf("it follows %v", w.Events)
	}
	queue := func(fail error) error {
		return h.store.Notify().Update(h.ctx, vis.System(h.ws), nil, func(tx notify.Tx) error {
			if err := h.service.Queue(h.ctx, tx, h.ws, w.ID, map[string]string{"ruleId": "r"}, h.clock.Now()); err != nil {
				return err
			}
			return fail
		})
	}
	h.must(queue(nil))
	if queue(vis.Absent("thing")) == nil {
		t.Fatal("it should fail")
	}
	h.work()
	calls := h.out.got()
	if len(calls) != 1 || calls[0].header[notify.HeaderEvent] != "rule" || !strings.Contains(calls[0].body, `"data":{"ruleId":"r"}`) {
		t.Errorf("%+v", calls)
	}
	_, err := h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Disabled: new(true), Version: 1})
	h.must(err)
	h.must(queue(nil))
	h.work()
	if n := len(h.out.got()); n != 0 {
		t.Errorf("told %d times while it is off", n)
	}
	err = h.store.Notify().Update(h.ctx, vis.System(h.ws), nil, func(tx notify.Tx) error {
		return h.service.Queue(h.ctx, tx, h.ws, "no such", nil, h.clock.Now())
	})
	wantCode(t, err, vis.NotFound)
}
