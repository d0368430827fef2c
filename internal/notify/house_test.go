package notify_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"visavis/internal/desk"
	"visavis/internal/notify"
	"visavis/internal/safehttp"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/store/storetest"
	"visavis/internal/vis"
)

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

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// call is what a receiver got.
type call struct {
	url    string
	header map[string]string
	body   string
}

// receiver stands for the world outside.
type receiver struct {
	mu     sync.Mutex
	calls  []call
	answer func(ctx context.Context, c call) (safehttp.Answer, error)
	rules  *safehttp.Client
}

func (r *receiver) Check(url string) error { return r.rules.Check(url) }

func (r *receiver) Post(ctx context.Context, url string, header map[string]string, body []byte) (safehttp.Answer, error) {
	c := call{url, maps.Clone(header), string(body)}
	r.mu.Lock()
	r.calls = append(r.calls, c)
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		return safehttp.Answer{Status: 200, Took: 5 * time.Millisecond}, nil
	}
	return answer(ctx, c)
}

func (r *receiver) says(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(context.Context, call) (safehttp.Answer, error) { return safehttp.Answer{Status: status}, nil }
}

// got returns the calls so far and forgets them.
func (r *receiver) got() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.calls
	r.calls = nil
	return out
}

// house is a workspace with an administrator, on a real database.
type house struct {
	testing.TB
	ctx     context.Context
	clock   *clock
	store   *store.Store
	staff   *staff.Service
	out     *receiver
	service *notify.Service
	ws      vis.WorkspaceID
	lea     staff.Member
	admin   vis.Actor
}

const password = "quite a long password"

var mint = vis.Mint{Rand: rand.Reader}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{TB: t, ctx: t.Context(), clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	h.store = storetest.OpenWith(t, storetest.Fresh(t), store.Options{Clock: h.clock})
	rules, err := safehttp.New(safehttp.Options{})
	h.must(err)
	h.out = &receiver{rules: rules}
	h.staff = staff.New(h.store.Staff(), h.clock, mint, h.keys(), 2)
	h.service = h.node()
	w, lea, err := h.staff.Found(h.ctx, staff.Founding{Workspace: "Arzel", Name: "Lea Morvan", Email: "lea@arzel.example", Password: password,
		Locale: "fr", Zone: "Europe/Paris"}, false)
	h.must(err)
	h.ws, h.lea, h.admin = w.ID, lea, actor(w.ID, lea)
	return h
}

func (h *house) keys() *seal.Keys {
	keys, err := seal.New(bytes.Repeat([]byte{1}, seal.KeySize))
	h.must(err)
	return keys
}

// node is one more server on the same database.
func (h *house) node() *notify.Service {
	return notify.New(notify.Options{DB: h.store.Notify(), Clock: h.clock, Mint: mint, Sealer: h.keys(), Caller: h.out,
		Types: append(desk.EventTypes(), notify.EventTypes()...)})
}

func actor(ws vis.WorkspaceID, m staff.Member) vis.Actor {
	return vis.Actor{Workspace: ws, Kind: vis.ByMember, ID: string(m.ID), Role: m.Role}
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// hire makes a member who has joined.
func (h *house) hire(name string, role vis.Role) staff.Member {
	h.Helper()
	i, err := h.staff.Invite(h.ctx, h.admin, staff.Invitation{Email: name + "@arzel.example", Name: name, Role: role, Locale: "fr"})
	h.must(err)
	secret, err := h.staff.InviteSecret(h.ws, i)
	h.must(err)
	in, err := h.staff.AcceptInvite(h.ctx, secret, staff.Joining{Name: name, Password: password, Locale: "fr", Zone: "Europe/Paris"})
	h.must(err)
	return in.Member
}

// hook makes a webhook that is told of messages.
func (h *house) hook(by vis.Actor, events ...vis.EventType) notify.Webhook {
	h.Helper()
	if events == nil {
		events = []vis.EventType{desk.MessageReceived}
	}
	w, err := h.service.CreateWebhook(h.ctx, by, "Robot", "https://hooks.example.org/visavis", events)
	h.must(err)
	return w
}

// happen appends an event to the log.
func (h *house) happen(by vis.Actor, typ vis.EventType, about vis.ConversationID) {
	h.Helper()
	by.Workspace = h.ws
	h.must(h.store.Notify().Update(h.ctx, by, nil, func(tx notify.Tx) error {
		e := vis.NewEvent(by, h.clock.Now(), typ, map[string]string{"messageId": "m"})
		e.Conversation = about
		return tx.Append(h.ctx, e)
	}))
}

// work lets the service follow the log and send until nothing is due.
func (h *house) work() {
	h.service.FollowOnce(h.ctx)
	for h.service.SendOnce(h.ctx) > 0 {
		continue
	}
}

func (h *house) deliveries(w notify.Webhook) []notify.Delivery {
	h.Helper()
	l, err := h.service.Deliveries(h.ctx, h.admin, w.ID, vis.Page{Limit: 100})
	h.must(err)
	return l.Items
}

func (h *house) read(id vis.WebhookID) notify.Webhook {
	h.Helper()
	all, err := h.service.Webhooks(h.ctx, h.admin)
	h.must(err)
	return all[slices.IndexFunc(all, func(w notify.Webhook) bool { return w.ID == id })]
}

func (h *house) bell(m staff.Member) notify.Bell {
	h.Helper()
	b, err := h.service.Notices(h.ctx, actor(h.ws, m), vis.Page{})
	h.must(err)
	return b
}

func fields(t testing.TB, body string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func wantCode(t testing.TB, err error, want vis.Code) {
	t.Helper()
	if got := vis.CodeOf(err); got != want {
		t.Errorf("got error %v, want %q", err, want)
	}
}
