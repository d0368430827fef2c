package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"visavis/internal/notify"
	"visavis/internal/vis"
)

// sink is a receiver of webhooks on this machine, which the house's tests are allowed to call.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	got    []http.Header
	bodies []string
}

func newSink(t testing.TB, answer http.HandlerFunc) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.got, s.bodies = append(s.got, r.Header), append(s.bodies, string(body))
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// a webhook's life over the API; its secret is shown once, and the rest of its address to those only who may change it.
func TestAWebhooksLife(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	supervisor := h.hire(h.admin, "Nolwenn", vis.Supervisor)
	s := newSink(t, func(http.ResponseWriter, *http.Request) {})
	types := read[EventTypeList](t, h.get(supervisor, "/api/v1/event-types")).Items
	if !slices.Contains(types, "message.received") || slices.Contains(types, "notice.given") {
		t.Errorf("%v", types)
	}
	made := read[CreatedWebhook](t, h.post(h.admin, "/api/v1/webhooks", obj{"name": "Accounts", "url": s.URL + "/very-secret-path", "events": []string{"message.received"}}))
	if len(made.Secret) != 64 || made.Webhook.OwnerID == nil || *made.Webhook.OwnerID != h.admin.actor.ID || made.Webhook.Version != 1 {
		t.Fatalf("%+v", made)
	}
	path := "/api/v1/webhooks/" + made.Webhook.ID
	tested := read[Delivery](t, h.post(h.admin, path+"/test", nil))
	if tested.State != "delivered" || tested.Answer != "2xx" || tested.Type != "test" {
		t.Errorf("%+v", tested)
	}
	h.write(h.visitor(h.ws, h.chat), "Canary-ada: mon vélo grince")
	h.notify.FollowOnce(h.ctx)
	h.notify.SendOnce(h.ctx)
	page := read[DeliveryPage](t, h.get(supervisor, path+"/deliveries"))
	if len(page.Items) != 2 || !slices.ContainsFunc(page.Items, func(d Delivery) bool { return d.Type == "message.received" && d.Seq > 0 && d.State == "delivered" }) {
		t.Errorf("%+v", page)
	}
	if len(s.bodies) != 2 || strings.Contains(s.bodies[1], "Canary") || !notify.Verify(made.Secret, s.got[1].Get("Visavis-Id"), s.got[1].Get("Visavis-Timestamp"),
		s.got[1].Get("Visavis-Signature"), []byte(s.bodies[1]), h.clock.Now()) {
		t.Errorf("the receiver got %v, %v", s.got, s.bodies)
	}
	again := read[Delivery](t, h.post(h.admin, path+"/deliveries/"+page.Items[0].ID+"/resend", nil))
	if again.State != "waiting" {
		t.Errorf("%+v", again)
	}
	rotated := read[WebhookSecret](t, h.post(h.admin, path+"/secret", nil)).Secret
	for _, who := range []principal{h.admin, supervisor} {
		list := string(h.get(who, "/api/v1/webhooks").body)
		if strings.Contains(list, made.Secret) || strings.Contains(list, rotated) || strings.Contains(list, "very-secret-path") != (who.name == h.admin.name) {
			t.Errorf("%s reads %s", who.name, list)
		}
	}
	if log := string(h.get(h.admin, "/api/v1/audit").body); strings.Contains(log, "very-secret-path") || strings.Contains(log, rotated) || !strings.Contains(log, "webhook.secret_rotated") {
		t.Errorf("the audit log: %s", log)
	}
	changed := read[Webhook](t, h.do(call{method: "PATCH", path: path, as: h.admin, body: obj{"disabled": true, "version": 2}}))
	if !changed.Disabled || changed.RotatingUntil == nil {
		t.Errorf("%+v", changed)
	}
	a := h.do(call{method: "PATCH", path: path, as: h.admin, body: obj{"name": "X", "version": 2}})
	if a.status != 409 || a.problem().Current == nil {
		t.Errorf("a stale change: %d %s", a.status, a.body)
	}
	if a := h.do(call{method: "DELETE", path: path, as: h.admin}); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// S-01, S-05: addresses that may not be called are refused where they are typed, in the field and in words.
func TestAWebhooksAddressIsChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := read[CreatedWebhook](t, h.post(h.admin, "/api/v1/webhooks", obj{"name": "A", "url": "https://hooks.example.org/", "events": []string{}})).Webhook
	for _, address := range []string{"https://10.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/", "https://0xa000001/",
		"https://user:word@hooks.example.org/", "https://hooks.example.org:22/", "unix:/run/x", "http://hooks.example.org/", "https://hooks.example.org/\r\nX: y", "x"} {
		for _, c := range []call{
			{method: "POST", path: "/api/v1/webhooks", as: h.admin, body: obj{"name": "A", "url": address, "events": []string{}}},
			{method: "PATCH", path: "/api/v1/webhooks/" + made.ID, as: h.admin, body: obj{"url": address, "version": 1}},
		} {
			a := h.do(c)
			if p := a.problem(); a.status != 422 || len(p.Errors) != 1 || p.Errors[0].Location != "body.url" || p.Code != "address_refused" {
				t.Errorf("%s %q: %d %s", c.method, address, a.status, a.body)
			}
		}
	}
}

// S-03, S-06: whatever an address answers, only the sort of its answer is told: no word, no header, no time.
func TestAReceiversAnswerIsNotShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	inner := newSink(t, func(http.ResponseWriter, *http.Request) {})
	s := newSink(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Canary", "canary-header")
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
		default:
			http.Error(w, "canary-body", http.StatusTeapot)
		}
	})
	outcome := func(address string) (Delivery, string) {
		t.Helper()
		w := read[CreatedWebhook](t, h.post(h.admin, "/api/v1/webhooks", obj{"name": "A", "url": address, "events": []string{}})).Webhook
		a := h.post(h.admin, "/api/v1/webhooks/"+w.ID+"/test", nil)
		list := h.get(h.admin, "/api/v1/webhooks/"+w.ID+"/deliveries")
		return read[Delivery](t, a), string(a.body) + string(list.body)
	}
	d, all := outcome(s.URL + "/teapot")
	if d.State != "failed" || d.Answer != "4xx" || d.Wrong != "status" || strings.Contains(all, "canary") || strings.Contains(all, "418") || strings.Contains(all, "took") {
		t.Errorf("%s", all)
	}
	d, all = outcome(s.URL + "/moved")
	if d.Answer != "3xx" || d.Wrong != "status" || len(inner.got) != 0 || strings.Contains(all, inner.URL) {
		t.Errorf("%s, and the other was called %d times", all, len(inner.got))
	}
}

// I6: a member hears her own notices live, and nobody else's.
func TestABellRingsForItsMemberOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	url := h.serve()
	yann, nolwenn := h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Nolwenn", vis.Supervisor)
	hers, others, robots := h.open(url, yann, nil), h.open(url, nolwenn, nil), h.open(url, h.token(h.admin, vis.Scopes()...), nil)
	a := h.post(nolwenn, "/api/v1/members/"+yann.actor.ID+"/notices", obj{"text": "Canary: prends la suite ?"})
	sent := read[Notice](t, a)
	if a.status != 201 || sent.Kind != "message" || *sent.ByID != nolwenn.actor.ID {
		t.Errorf("%d %+v", a.status, sent)
	}
	e := hers.event(notify.NoticeGiven)
	if n, _ := e["notice"].(map[string]any); n["id"] != sent.ID || n["text"] != sent.Text || n["byId"] != nolwenn.actor.ID {
		t.Errorf("she is told %v", e)
	}
	// What comes next is all that the others hear. A token hears of conversations only.
	_, err := h.staff.CreateTeam(h.ctx, h.admin.actor, "Next", "", nil)
	h.must(err)
	h.write(h.visitor(h.ws, h.chat), "Bonjour")
	for name, next := range map[string]struct {
		line *line
		typ  string
	}{"another member": {others, "team.created"}, "a token": {robots, "conversation.started"}} {
		f := next.line.next("event")
		if f["event"].(map[string]any)["type"] != next.typ || strings.Contains(string(frame(f)), "Canary") {
			t.Errorf("%s is told %v", name, f)
		}
	}
	for _, who := range []principal{nolwenn, h.admin, h.token(h.admin, vis.ReadConversations)} {
		if log := string(h.get(who, "/api/v1/events?after=0&limit=100").body); strings.Contains(log, "Canary") {
			t.Errorf("%s reads %s", who.name, log)
		}
	}
	mine := read[NoticePage](t, h.get(yann, "/api/v1/notices"))
	if mine.Unread != 1 || len(mine.Items) != 1 || mine.Items[0].ReadAt != nil {
		t.Errorf("%+v", mine)
	}
	if theirs := read[NoticePage](t, h.get(nolwenn, "/api/v1/notices")); len(theirs.Items) != 0 {
		t.Errorf("%+v", theirs)
	}
	if a := h.post(nolwenn, "/api/v1/notices/read", obj{"upTo": sent.ID}); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if mine := read[NoticePage](t, h.get(yann, "/api/v1/notices")); mine.Unread != 1 {
		t.Error("another member has read her notices")
	}
	if a := h.post(yann, "/api/v1/notices/read", obj{"upTo": sent.ID}); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if mine := read[NoticePage](t, h.get(yann, "/api/v1/notices")); mine.Unread != 0 || mine.Items[0].ReadAt == nil {
		t.Errorf("%+v", mine)
	}
	if a := h.post(yann, "/api/v1/members/"+nolwenn.actor.ID+"/notices", obj{"text": "x"}); a.status != 403 {
		t.Errorf("an agent writes to a bell: %d", a.status)
	}
}
