package torture

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Strangers must not have us ring at a victim all day: her number can be asked for three times a day, by whomever and however it is
// written, and numbers that cost whoever calls them not at all (D-13).
func TestANumberIsCalledThreeTimesADay(t *testing.T) {
	h := home(t)
	spellings := []string{"+33 1 70 18 33 07", "01 70 18 33 07", "0033 170183307", "+33(0)170183307", "+33170183307"}
	agreed := 0
	for i := range 12 {
		v, m := h.talking(t, fmt.Sprintf("call me %d", i))
		got := h.post(t, "/api/v1/visitor/conversations/"+m.ConversationID+"/callback",
			jsonOf(map[string]string{"phone": spellings[i%len(spellings)]}), "Authorization", v.Auth)
		switch {
		case got.Status < 300:
			agreed++
		case !oneOf(got.Status, http.StatusTooManyRequests, http.StatusUnprocessableEntity):
			t.Errorf("call %d: %s", i, got)
		}
	}
	if agreed != 3 {
		t.Errorf("%d calls to one number were promised, want 3", agreed)
	}
	v, m := h.talking(t, "call me there")
	for _, phone := range []string{"+33 899 70 18 33", "08 92 70 18 33", "+1 900 555 0100", "17", "112", "'; DROP TABLE callbacks; --", "+33170183308;ext=1", strings.Repeat("1", 39), ""} {
		got := h.post(t, "/api/v1/visitor/conversations/"+m.ConversationID+"/callback", jsonOf(map[string]string{"phone": phone}), "Authorization", v.Auth)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %s", phone, got)
		}
	}
	other := h.visitor(t)
	if got := h.post(t, "/api/v1/visitor/conversations/"+m.ConversationID+"/callback", `{"phone":"+33170183309"}`, "Authorization", other.Auth); got.Status != http.StatusNotFound {
		t.Errorf("a call in another's conversation: %s", got)
	}
}

// An offer is there for the member to whom it was made, for nobody else, and it is answered once (C-03, C-19).
func TestOffersOfOthersAreNotThere(t *testing.T) {
	s := NewServer(t, "--rate-limits", "off")
	ctx := t.Context()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	p := promise(t, s)
	p.hire("Ines")
	_, stranger := s.member(t, "Jo", "agent") // not at her desk: nothing is offered to her
	hers := p.agents[0]
	here := &node{Server: s}
	if socket, err := hers.sit(ctx, here); err != nil {
		t.Fatal(err)
	} else {
		defer socket.CloseNow()
	}
	v, err := s.NewVisitor(ctx, p.channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	said, err := v.Say(ctx, "", "help")
	if err != nil {
		t.Fatal(err)
	}
	var offers struct{ Items []struct{ ID string } }
	if !eventually(10*time.Second, func() bool {
		return hers.client(s).Call(ctx, "GET", "/api/v1/offers", "", nil, &offers) == nil && len(offers.Items) == 1
	}) {
		t.Fatal("nothing was offered to her")
	}
	at := "/api/v1/offers/" + offers.Items[0].ID
	for _, auth := range [][]string{{"Cookie", stranger, "Origin", s.Base}, s.auth(), {"Authorization", v.Auth}} {
		for path, body := range map[string]string{"/accept": `{}`, "/decline": `{"reason":"busy"}`} {
			got := s.post(t, at+path, body, auth...)
			if !oneOf(got.Status, http.StatusNotFound, http.StatusForbidden, http.StatusUnauthorized) || auth[0] == "Cookie" && got.Status != http.StatusNotFound {
				t.Errorf("%s by %s: %s", path, auth[0], got)
			}
		}
	}
	if got := s.get(t, "/api/v1/offers", "Cookie", stranger); strings.Contains(string(got.Body), offers.Items[0].ID) || strings.Contains(string(got.Body), said.ConversationID) {
		t.Errorf("another's offers: %s", got)
	}
	p.wantOneAnswer(hers, at)
}

// wantOneAnswer accepts and declines an offer many times at once: one answer counts.
func (p *promising) wantOneAnswer(hers *agentOnDuty, at string) {
	p.t.Helper()
	var good atomic.Int64
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			path, body := "/accept", map[string]any{}
			if i%2 == 1 {
				path, body = "/decline", map[string]any{"reason": "busy"}
			}
			switch err := hers.client(p.server).Call(p.t.Context(), "POST", at+path, newID(), body, nil); status(err) {
			case http.StatusOK:
				good.Add(1)
			case http.StatusConflict:
			default:
				p.t.Errorf("%s: %v", path, err)
			}
		})
	}
	all.Wait()
	if good.Load() != 1 {
		p.t.Errorf("%d answers to one offer were good, want 1", good.Load())
	}
	facts, err := p.log(p.t.Context(), p.server)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, what := range audit(facts).broken {
		p.t.Error(what)
	}
}

// A rule that tells a program, which answers by the API with what sets the rule off again, is switched off soon (D-10).
func TestARuleThatGoesRoundThroughAProgramIsStopped(t *testing.T) {
	var told atomic.Int64
	var answer atomic.Pointer[func()]
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		told.Add(1)
		if f := answer.Load(); f != nil {
			(*f)()
		}
	}))
	defer receiver.Close()
	s := NewServer(t, "--rate-limits", "off", "--allow-egress", strings.TrimPrefix(receiver.URL, "http://"))
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := promise(t, s)
	var hook struct{ Webhook struct{ ID string } }
	p.must("POST", "/webhooks", map[string]any{"name": "Robot", "url": receiver.URL, "events": []string{}}, &hook)
	p.must("POST", "/rules", map[string]any{"name": "Tell the robot", "when": []string{"started", "sent"},
		"then": []map[string]any{{"do": "webhook", "value": hook.Webhook.ID}}}, nil)
	v, err := s.NewVisitor(t.Context(), p.channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan Message, 1)
	answer.Store(new(func() {
		m := <-said
		said <- m
		_ = s.Admin().Call(t.Context(), "POST", "/api/v1/conversations/"+m.ConversationID+"/messages", newID(), map[string]any{"text": "beep"}, nil)
	}))
	m, err := v.Say(t.Context(), "", "round and round")
	if err != nil {
		t.Fatal(err)
	}
	said <- m
	if !eventually(60*time.Second, func() bool { return p.disabledWhy("Tell the robot") == "loop" }) {
		t.Fatalf("after %d turns it still goes round", told.Load())
	}
	if n := told.Load(); n > 20 {
		t.Errorf("it was stopped after %d turns", n)
	}
}

// disabledWhy says why the server switched a rule off, "" when it did not.
func (p *promising) disabledWhy(name string) string {
	p.t.Helper()
	var rules struct {
		Items []struct{ Name, DisabledWhy string }
	}
	p.must("GET", "/rules", nil, &rules)
	for _, r := range rules.Items {
		if r.Name == name {
			return r.DisabledWhy
		}
	}
	return ""
}

// No webhook is set to an address inside, and none is called that leads there, unless whoever runs the server allows it (S-01, S-05).
func TestAWebhookLeadsNowhereInside(t *testing.T) {
	h := home(t)
	called := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer receiver.Close()
	port := receiver.URL[strings.LastIndexByte(receiver.URL, ':')+1:]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
		"[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "10.0.0.1", "100.100.100.200", "[fd00::1]", "metadata.google.internal", "user:word@127.0.0.1"} {
		for _, address := range []string{"http://" + host + ":" + port + "/", "https://" + host + "/latest/meta-data/"} {
			got := h.post(t, "/api/v1/webhooks", jsonOf(map[string]any{"name": "Inside", "url": address, "events": []string{}}), h.auth()...)
			if got.Status == http.StatusUnprocessableEntity {
				continue
			}
			var made struct{ Webhook struct{ ID string } }
			if err := json.Unmarshal(got.Body, &made); err != nil || got.Status != http.StatusCreated {
				t.Errorf("%s: %s", address, got)
				continue
			}
			tried := h.post(t, "/api/v1/webhooks/"+made.Webhook.ID+"/test", `{}`, h.auth()...)
			if strings.Contains(string(tried.Body), `"2xx"`) || tried.Status >= 500 {
				t.Errorf("a test of %s: %s", address, tried)
			}
		}
	}
	select {
	case path := <-called:
		t.Errorf("the address inside was called: %s", path)
	default:
	}
}

// The public page of promises answers for its key and its days, and for nothing else (C-07, C-11, D-09).
func TestThePublicPromisePageTellsNothingElse(t *testing.T) {
	h := home(t)
	for _, path := range []string{"wrong", "' OR '1'='1", "..%2f..%2fapi%2fv1%2fevents", "%00", "%2e%2e", strings.Repeat("k", 4000), "a.json", "a.csv", "a/badge.svg", h.channel.Key,
		"<script>alert(1)</script>", "a?days=30' OR 1=1--", "a?days=-1", "a?days=99999999999999999999", "a?days=1e9", "a?lang=../../etc"} {
		got := h.get(t, "/help/promises/"+strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E").Replace(path))
		if !oneOf(got.Status, http.StatusNotFound, http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestHeaderFieldsTooLarge, http.StatusMovedPermanently, http.StatusTemporaryRedirect) {
			t.Errorf("%.60q: %s", path, got)
		}
		if strings.Contains(string(got.Body), "<script>alert") || strings.Contains(string(got.Body), "SQL") {
			t.Errorf("%.60q is given back: %s", path, got)
		}
	}
}

// Asked for many staffing plans at once, the server answers each soon: one is worked out at a time, and without weeks to learn from none
// (D-09).
func TestAFloodOfPlansIsRefusedSoon(t *testing.T) {
	h := home(t)
	day := time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly)
	body := func(more string) string {
		return `{"day":"` + day + `","target":{"within":15,"share":95},"handleFor":300` + more + `}`
	}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			got := h.post(t, "/api/v1/staffing/plan", body(""), h.auth()...)
			if !oneOf(got.Status, http.StatusOK, http.StatusConflict, http.StatusTooManyRequests) {
				t.Errorf("a plan: %s", got)
			}
		})
	}
	all.Wait()
	for _, more := range []string{`,"ill":1000000000`, `,"agents":[` + strings.Repeat("1,", 5000) + `1]`, `,"handleSd":1e308`, `,"patience":-1`,
		`,"people":[` + strings.Repeat(`{"memberId":"x","from":"2026-01-01T00:00:00Z","to":"9999-01-01T00:00:00Z"},`, 600) + `{}]`} {
		if got := h.post(t, "/api/v1/staffing/plan", body(more), h.auth()...); !oneOf(got.Status, http.StatusUnprocessableEntity, http.StatusBadRequest) {
			t.Errorf("%.40s: %s", more, got)
		}
	}
}

// Calendar files that are huge, or unfold into very much, are refused with words, and hold nobody up (D-14).
func TestCalendarBombsAreRefusedSoon(t *testing.T) {
	h := home(t)
	event := func(lines string) string {
		return "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Closed\r\n" + lines + "END:VEVENT\r\n"
	}
	file := func(events string) string {
		return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + events + "END:VCALENDAR\r\n"
	}
	const once = "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270102\r\n"
	for name, c := range map[string]struct {
		text string
		fine bool // it may be read
	}{
		"two megabytes and more":      {file(strings.Repeat(event(once), 30_000)), false},
		"100,000 events":              {file(strings.Repeat("BEGIN:VEVENT\r\nDTSTART:20270101\r\nEND:VEVENT\r\n", 100_000)), false},
		"every second for ever":       {file(event(once + "RRULE:FREQ=SECONDLY\r\n")), false},
		"a million days":              {file(event("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=DAILY;COUNT=1000000;BYMONTHDAY=31;BYMONTH=2\r\n")), true},
		"a million of a thousand":     {file(strings.Repeat(event("DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=DAILY;INTERVAL=1;COUNT=1000000\r\n"), 1000)), false},
		"a day of ten thousand years": {file(event("DTSTART;VALUE=DATE:00010101\r\nDTEND;VALUE=DATE:99991231\r\n")), true},
		"lines folded 100,000 times":  {file(event(once + "DESCRIPTION:" + strings.Repeat("x\r\n ", 100_000) + "\r\n")), true},
		"nested":                      {file(strings.Repeat("BEGIN:VEVENT\r\n", 50_000)), false},
		"not a calendar":              {strings.Repeat("\x00\xff", 500_000), false},
	} {
		began := time.Now()
		got := h.do(t, ask{method: "POST", path: "/api/v1/calendars/import?zone=Europe/Paris", body: strings.NewReader(c.text),
			header: pairs(append(h.auth(), "Content-Type", "text/calendar", "Idempotency-Key", newID()))})
		t.Logf("%s: %d after %v", name, got.Status, time.Since(began).Round(time.Millisecond))
		if refused := oneOf(got.Status, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusBadRequest); !refused && !(c.fine && got.Status == http.StatusOK) {
			t.Errorf("%s: %s", name, got)
		} else if refused && got.problem().Detail == "" {
			t.Errorf("%s: refused without a word: %s", name, got)
		}
	}
}

// Rules and opening hours that are nested deeply, endless or of the wrong kind are refused (D-08).
func TestDeepRulesAreRefused(t *testing.T) {
	h := home(t)
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	many := strings.Repeat(`{"field":"text","is":"contains","value":"x"},`, 10_000) + `{"field":"text","is":"contains","value":"x"}`
	for name, body := range map[string]string{
		"deep conditions":      `{"name":"x","when":["started"],"if":` + deep + `,"then":[{"do":"raise"}]}`,
		"deep in a value":      `{"name":"x","when":["started"],"then":[{"do":"note","value":` + deep + `}]}`,
		"10,000 conditions":    `{"name":"x","when":["started"],"if":[` + many + `],"then":[{"do":"raise"}]}`,
		"no action":            `{"name":"x","when":["started"],"then":[]}`,
		"an unknown action":    `{"name":"x","when":["started"],"then":[{"do":"exec","value":"rm -rf /"}]}`,
		"a long expression":    `{"name":"x","when":["started"],"if":[{"field":"text","is":"matches","value":"(a+)+$"}],"then":[{"do":"raise"}]}`,
		"a name of a megabyte": `{"name":"` + strings.Repeat("x", 900_000) + `","when":["started"],"then":[{"do":"raise"}]}`,
	} {
		for _, path := range []string{"/api/v1/rules", "/api/v1/rules/test"} {
			if got := h.post(t, path, body, h.auth()...); !oneOf(got.Status, http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge) {
				t.Errorf("%s at %s: %s", name, path, got)
			}
		}
	}
	for _, path := range []string{"/api/v1/calendars", "/api/v1/calendars/preview", "/api/v1/policies", "/api/v1/routing/preview"} {
		if got := h.post(t, path, `{"name":"x","hours":`+deep+`,"terms":`+deep+`,"weights":`+deep+`}`, h.auth()...); !oneOf(got.Status, http.StatusBadRequest, http.StatusUnprocessableEntity) {
			t.Errorf("%s: %s", path, got)
		}
	}
}
