package notify_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/safehttp"
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
