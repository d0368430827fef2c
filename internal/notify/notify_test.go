package notify_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/safehttp"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

const talk vis.ConversationID = "0199c0de-0000-7000-8000-000000000001"

var customer = vis.Actor{Kind: vis.ByCustomer, ID: "0199c0de-0000-7000-8000-000000000002"}

// S-08: what a receiver gets: ids as in the log, signed, and nothing of what was said before it was asked for.
func TestAWebhookIsToldWhatItAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happen(customer, desk.MessageReceived, talk) // before there is a webhook
	w := h.hook(h.admin)
	secret, err := h.service.Secret(h.ws, w)
	h.must(err)
	h.happen(customer, desk.MessageReceived, talk)
	h.happen(customer, desk.MessageSent, talk) // not asked for
	h.work()
	calls := h.out.got()
	if len(calls) != 1 {
		t.Fatalf("%d calls: %+v", len(calls), calls)
	}
	c := calls[0]
	if c.url != w.URL || c.header["Content-Type"] != "application/json" || c.header[notify.HeaderEvent] != "message.received" {
		t.Errorf("%+v", c)
	}
	if !notify.Verify(secret, c.header[notify.HeaderID], c.header[notify.HeaderTimestamp], c.header[notify.HeaderSignature], []byte(c.body), h.clock.Now()) {
		t.Errorf("the signature does not hold: %+v", c)
	}
	body := fields(t, c.body)
	if keys := slices.Sorted(maps.Keys(body)); !slices.Equal(keys, []string{"actor", "at", "conversationId", "data", "id", "seq", "type", "workspaceId"}) {
		t.Errorf("the body has %v", keys)
	}
	if body["id"] != c.header[notify.HeaderID] || body["conversationId"] != string(talk) || body["workspaceId"] != string(h.ws) || body["type"] != "message.received" {
		t.Errorf("%s", c.body)
	}
	all := h.deliveries(w)
	if len(all) != 1 || all[0].State != notify.Delivered || all[0].Status != 200 || all[0].Attempts != 1 || string(all[0].ID) != body["id"] {
		t.Errorf("%+v", all)
	}
	h.work()
	if n := len(h.out.got()); n != 0 {
		t.Errorf("told again %d times", n)
	}
}

// Two servers on one database queue each event once and send each delivery once.
func TestTwoNodesTellOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	const events = 150
	for i := range events {
		h.happen(customer, desk.MessageReceived, vis.ConversationID(fmt.Sprint(i)))
	}
	var nodes sync.WaitGroup
	for range 2 {
		node := h.node()
		nodes.Go(func() {
			for range 3 {
				node.FollowOnce(h.ctx)
				for node.SendOnce(h.ctx) > 0 {
					continue
				}
			}
		})
	}
	nodes.Wait()
	h.work()
	seen := map[string]int{}
	for _, c := range h.out.got() {
		seen[fmt.Sprint(fields(t, c.body)["conversationId"])]++
	}
	for about, n := range seen {
		if n != 1 {
			t.Errorf("%s was told %d times", about, n)
		}
	}
	if len(seen) != events {
		t.Errorf("%d events of %d were told", len(seen), events)
	}
	l, err := h.service.Deliveries(h.ctx, h.admin, w.ID, vis.Page{Limit: 100})
	if err != nil || len(l.Items) != 100 || l.Next == "" {
		t.Errorf("%d deliveries on the first page, %v", len(l.Items), err)
	}
}

// A server that dies between sending and recording: the delivery is unknown until its lease ends, then sent again under the same id.
func TestAKillBetweenSendingAndRecordingSendsAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.happen(customer, desk.MessageReceived, talk)
	h.service.FollowOnce(h.ctx)
	dying, kill := context.WithCancel(h.ctx)
	h.out.answer = func(context.Context, call) (safehttp.Answer, error) {
		kill() // the receiver has it; nobody will write that down
		return safehttp.Answer{Status: 200}, nil
	}
	h.node().SendOnce(dying)
	first := h.out.got()
	if d := h.deliveries(w)[0]; len(first) != 1 || d.State != notify.Sending {
		t.Fatalf("%d calls, %+v", len(first), d)
	}
	h.out.says(200)
	if n := h.service.SendOnce(h.ctx); n != 0 {
		t.Errorf("sent again within the lease")
	}
	h.clock.move(time.Minute)
	if d := h.deliveries(w)[0]; d.State != notify.Unknown {
		t.Errorf("after the lease: %+v", d)
	}
	h.work()
	again := h.out.got()
	d := h.deliveries(w)[0]
	if len(again) != 1 || again[0].header[notify.HeaderID] != first[0].header[notify.HeaderID] || d.State != notify.Delivered || d.Attempts != 2 {
		t.Errorf("%+v, %+v", again, d)
	}
}

// A sender that was too slow says nothing over the one that took its place.
func TestASlowSenderIsFencedOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.happen(customer, desk.MessageReceived, talk)
	h.service.FollowOnce(h.ctx)
	h.out.answer = func(_ context.Context, c call) (safehttp.Answer, error) {
		h.out.says(200)
		h.clock.move(2 * time.Minute)
		h.node().SendOnce(h.ctx) // another one takes over and succeeds
		return safehttp.Answer{}, safehttp.ErrTimeout
	}
	h.service.SendOnce(h.ctx)
	if d := h.deliveries(w)[0]; d.State != notify.Delivered || d.Attempts != 2 || d.Fence != 2 || len(h.out.got()) != 2 {
		t.Errorf("%+v", d)
	}
	if w := h.read(w.ID); w.Failures != 0 {
		t.Errorf("the slow one's failure counts: %+v", w)
	}
}

// K-32: a receiver that fails is tried again under the same id, later each time, and given up after a day with a notice.
func TestAFailingReceiverIsTriedAgainAndGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yann := h.hire("yann", vis.Agent)
	w := h.hook(h.admin)
	h.happen(customer, desk.MessageReceived, talk)
	h.service.FollowOnce(h.ctx)
	began := h.clock.Now()
	var at []time.Duration
	ids := map[string]bool{}
	for i := 0; !h.read(w.ID).Disabled && i < 100_000; i++ {
		status := []int{500, 503, 302, 404}[len(at)%4]
		h.out.says(status)
		if len(at)%2 == 1 {
			h.out.answer = func(context.Context, call) (safehttp.Answer, error) { return safehttp.Answer{}, safehttp.ErrTimeout }
		}
		h.service.SendOnce(h.ctx)
		for _, c := range h.out.got() {
			at = append(at, h.clock.Now().Sub(began))
			ids[c.header[notify.HeaderID]] = true
		}
		h.clock.move(time.Minute)
	}
	if len(at) != notify.MaxAttempts || len(ids) != 1 {
		t.Fatalf("tried at %v with %d ids", at, len(ids))
	}
	for i, want := range []time.Duration{0, time.Minute, 6 * time.Minute, 36 * time.Minute, 156 * time.Minute, 516 * time.Minute, 1956 * time.Minute} {
		if (at[i] - want).Abs() > want/8+5*time.Minute {
			t.Errorf("attempt %d after %s, want about %s", i+1, at[i], want)
		}
	}
	off := h.read(w.ID)
	if off.DisabledReason != notify.BecauseFailing || h.deliveries(w)[0].State != notify.Failed {
		t.Errorf("%+v, %+v", off, h.deliveries(w)[0])
	}
	if b := h.bell(h.lea); b.Unread != 1 || b.Items[0].Kind != notify.WebhookDisabled || b.Items[0].Text != "Robot" || b.Items[0].By != "" {
		t.Errorf("the administrator is told %+v", b)
	}
	if b := h.bell(yann); len(b.Items) != 0 {
		t.Errorf("an agent is told %+v", b)
	}
	// While it is off nothing is queued; switched on again it starts anew, and what failed can be asked for again.
	h.happen(customer, desk.MessageReceived, talk)
	h.work()
	_, err := h.service.Resend(h.ctx, h.admin, w.ID, h.deliveries(w)[0].ID)
	wantCode(t, err, vis.Conflict)
	on, err := h.service.ChangeWebhook(h.ctx, h.admin, w.ID, notify.WebhookChange{Disabled: new(false), Version: off.Version})
	if err != nil || on.Disabled || on.DisabledReason != "" || h.read(w.ID).Failures != 0 {
		t.Fatalf("%+v %v", on, err)
	}
	h.out.says(200)
	h.work()
	if n := len(h.out.got()); n != 0 {
		t.Errorf("%d events of the time when it was off are told", n)
	}
	failed := h.deliveries(w)[0]
	_, err = h.service.Resend(h.ctx, h.admin, w.ID, failed.ID)
	h.must(err)
	h.work()
	if d := h.deliveries(w)[0]; d.State != notify.Delivered || d.ID != failed.ID || d.Attempts != 1 || !ids[h.out.got()[0].header[notify.HeaderID]] {
		t.Errorf("%+v", d)
	}
}

// K-32: 410 says "never again".
func TestAReceiverThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.happen(customer, desk.MessageReceived, talk)
	h.happen(customer, desk.MessageReceived, talk)
	h.happen(customer, desk.MessageReceived, talk)
	h.out.says(410)
	h.work()
	if w := h.read(w.ID); !w.Disabled || w.DisabledReason != notify.BecauseGone {
		t.Errorf("%+v", w)
	}
	calls := len(h.out.got())
	if calls > 2 { // two may have been under way at once
		t.Errorf("called %d times", calls)
	}
	for i, d := range h.deliveries(w) {
		if d.State != notify.Failed || d.Wrong != notify.WrongStatus && d.Wrong != notify.WrongDisabled {
			t.Errorf("%d: %+v", i, d)
		}
	}
	if b := h.bell(h.lea); len(b.Items) != 1 {
		t.Errorf("told %d times", len(b.Items))
	}
}

func TestASuccessClearsTheRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.hook(h.admin)
	h.out.says(500)
	h.happen(customer, desk.MessageReceived, talk)
	h.work()
	if w := h.read(w.ID); w.Failures != 1 || w.FailingSince.IsZero() || w.Version != 1 {
		t.Errorf("%+v", w)
	}
	h.out.says(200)
	h.clock.move(2 * time.Minute)
	h.work()
	if w := h.read(w.ID); w.Failures != 0 || !w.FailingSince.IsZero() {
		t.Errorf("%+v", w)
	}
}

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

// A receiver that hangs holds up no other, and the service ends when it is told to.
func TestAHangingReceiverHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow := h.hook(h.admin)
	quick, err := h.service.CreateWebhook(h.ctx, h.admin, "Quick", "https://quick.example.org/", []vis.EventType{desk.MessageReceived})
	h.must(err)
	told := make(chan string, 100)
	h.out.answer = func(ctx context.Context, c call) (safehttp.Answer, error) {
		if c.url == quick.URL {
			told <- fmt.Sprint(fields(t, c.body)["conversationId"])
			return safehttp.Answer{Status: 200}, nil
		}
		<-ctx.Done()
		return safehttp.Answer{}, safehttp.ErrTimeout
	}
	const events = 20
	for i := range events {
		h.happen(customer, desk.MessageReceived, vis.ConversationID(fmt.Sprint(i)))
	}
	ctx, stop := context.WithCancel(h.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.service.Run(ctx)
	}()
	for range events {
		<-told
	}
	stop()
	<-ended
	if d := h.deliveries(slow); d[0].State == notify.Delivered {
		t.Errorf("%+v", d[0])
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
