package torture

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// C-01, C-03
func TestAnotherVisitorsConversationIsNotThere(t *testing.T) {
	h := home(t)
	canary := "canary" + newID()
	victim, m := h.talking(t, canary)
	attacker, own := h.talking(t, "I am another")
	auth := []string{"Authorization", attacker.Auth, "Origin", h.Base}
	path := "/api/v1/visitor/conversations/" + m.ConversationID
	absent := "/api/v1/visitor/conversations/" + newID()
	for name, pair := range map[string][2]answer{
		"read":  {h.get(t, path+"/messages", auth...), h.get(t, absent+"/messages", auth...)},
		"after": {h.get(t, path+"/messages?after=0", auth...), h.get(t, absent+"/messages?after=0", auth...)},
		"mark":  {h.post(t, path+"/read", `{"position":1}`, auth...), h.post(t, absent+"/read", `{"position":1}`, auth...)},
		"write": {
			h.post(t, "/api/v1/visitor/messages", jsonOf(say{ConversationID: m.ConversationID, Text: "x", AttachmentIDs: []string{}, ClientID: newID()}), auth...),
			h.post(t, "/api/v1/visitor/messages", jsonOf(say{ConversationID: newID(), Text: "x", AttachmentIDs: []string{}, ClientID: newID()}), auth...),
		},
	} {
		foreign, nowhere := pair[0], pair[1]
		if foreign.Status != http.StatusNotFound {
			t.Errorf("%s: %s", name, foreign)
		}
		if foreign.Status != nowhere.Status || foreign.problem().Code != nowhere.problem().Code || foreign.problem().Detail != nowhere.problem().Detail {
			t.Errorf("%s: another's conversation answers otherwise than none:\n%s\n%s", name, foreign, nowhere)
		}
		if strings.Contains(string(foreign.Body), canary) {
			t.Errorf("%s: the answer holds her words", name)
		}
	}
	// A visitor's token opens no member's door.
	for _, door := range []string{"/api/v1/me", "/api/v1/conversations?view=all", "/api/v1/conversations/" + own.ConversationID, "/api/v1/customers/" + victim.ID,
		"/api/v1/search?q=canary", "/api/v1/events?after=0", "/api/v1/members", "/api/v1/audit", "/api/v1/tokens", "/api/v1/channels", "/api/v1/teams",
		"/api/v1/conversations/" + m.ConversationID + "/messages", "/api/v1/conversations/counts"} {
		if got := h.get(t, door, auth...); !oneOf(got.Status, 401, 403, 404) || strings.Contains(string(got.Body), canary) {
			t.Errorf("a visitor at %s: %s", door, got)
		}
		if got := h.get(t, door); got.Status != 401 || strings.Contains(string(got.Body), canary) {
			t.Errorf("a stranger at %s: %s", door, got)
		}
	}
	// A client id is the visitor's own: another's tells nothing.
	got := h.post(t, "/api/v1/visitor/messages", jsonOf(say{Text: "x", AttachmentIDs: []string{}, ClientID: m.ClientID}), auth...)
	if strings.Contains(string(got.Body), canary) || strings.Contains(string(got.Body), m.ConversationID) {
		t.Errorf("another's client id tells %s", got)
	}
}

// C-11, C-04
func TestAnotherWorkspacesKeysOpenNothing(t *testing.T) {
	h := home(t)
	other := NewServer(t, "--rate-limits", "off")
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	channel, err := other.NewChannel(t.Context(), "Other shop")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := other.NewVisitor(t.Context(), channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	canary := "canary" + newID()
	there, err := stranger.Say(t.Context(), "", canary)
	if err != nil {
		t.Fatal(err)
	}
	theirs := []string{"Authorization", "Bearer " + other.Token}
	for name, got := range map[string]answer{
		"token":         h.get(t, "/api/v1/me", theirs...),
		"visitor":       h.get(t, "/api/v1/visitor", "Authorization", stranger.Auth, "Origin", h.Base),
		"channel's key": h.post(t, "/api/v1/visitor/sessions", `{"key":"`+channel.Key+`","locale":"fr","zone":"Europe/Paris"}`, "Origin", h.Base),
		"cookie":        h.get(t, "/api/v1/me", "Cookie", other.signIn(t, adminEmail, adminPassword)),
		"conversation":  h.get(t, "/api/v1/conversations/"+there.ConversationID, h.auth()...),
		"messages":      h.get(t, "/api/v1/conversations/"+there.ConversationID+"/messages", h.auth()...),
		"search":        h.found(t, canary),
		"customer":      h.get(t, "/api/v1/customers/"+stranger.ID, h.auth()...),
	} {
		if !oneOf(got.Status, 401, 403, 404, 422) || strings.Contains(string(got.Body), canary) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// found is a search that finds something as 200, and one that finds nothing as 404.
func (h *house) found(t *testing.T, q string) answer {
	t.Helper()
	got := h.get(t, "/api/v1/search?q="+q, h.auth()...)
	var page struct{ Customers, Conversations []json.RawMessage }
	if err := json.Unmarshal(got.Body, &page); err != nil || got.Status != 200 {
		t.Errorf("search: %s", got)
	}
	if len(page.Customers)+len(page.Conversations) == 0 {
		return answer{Status: http.StatusNotFound}
	}
	return got
}

// C-02, C-05
func TestForeignIDsAreRefusedWhereverTheyStand(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	nobody := newID()
	version := h.conversation(t, m.ConversationID).Version
	base := "/api/v1/conversations/" + m.ConversationID
	for _, row := range []struct{ path, body string }{
		{base + "/assign", fmt.Sprintf(`{"memberId":%q,"teamId":null,"version":%d}`, nobody, version)},
		{base + "/assign", fmt.Sprintf(`{"memberId":null,"teamId":%q,"version":%d}`, nobody, version)},
		{base + "/messages", fmt.Sprintf(`{"text":"x","attachmentIds":[%q]}`, nobody)},
		{base + "/notes", fmt.Sprintf(`{"text":"x","attachmentIds":[%q]}`, nobody)},
		{"/api/v1/conversations/" + nobody + "/resolve", `{"version":1}`},
		{"/api/v1/conversations/" + nobody + "/reopen", `{"version":1}`},
		{"/api/v1/conversations/" + nobody + "/snooze", `{"untilReply":true,"version":1}`},
		{"/api/v1/conversations/" + nobody + "/messages", `{"text":"x","attachmentIds":[]}`},
		{"/api/v1/conversations/" + nobody + "/notes", `{"text":"x","attachmentIds":[]}`},
	} {
		if got := h.post(t, row.path, row.body, h.auth()...); !oneOf(got.Status, 404, 422) {
			t.Errorf("POST %s %s: %s", row.path, row.body, got)
		}
	}
	// Read marks are a person's, so this door asks for one.
	cookie := h.signIn(t, adminEmail, adminPassword)
	if got := h.post(t, "/api/v1/conversations/"+nobody+"/read", `{"position":1}`, "Cookie", cookie, "Origin", h.Base); got.Status != 404 {
		t.Errorf("a read mark in no conversation: %s", got)
	}
	for _, path := range []string{"/api/v1/conversations/" + nobody, "/api/v1/conversations/" + nobody + "/messages", "/api/v1/customers/" + nobody,
		"/api/v1/customers/" + nobody + "/conversations", "/api/v1/members/" + nobody, "/api/v1/channels/" + nobody, "/api/v1/attachments/" + nobody} {
		if got := h.get(t, path, h.auth()...); got.Status != 404 {
			t.Errorf("GET %s: %s", path, got)
		}
	}
	for _, odd := range []string{"..", "%2e%2e", "1", "null", "undefined", "%00", "'", "x%0d%0aSet-Cookie:%20a=b", strings.Repeat("a", 4000)} {
		got := h.get(t, "/api/v1/conversations/"+odd+"/messages", h.auth()...)
		if !oneOf(got.Status, 301, 307, 308, 400, 404, 405, 414, 422) || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("the id %.20q: %s", odd, got)
		}
	}
}

func (h *house) conversation(t *testing.T, id string) Conversation {
	t.Helper()
	var c Conversation
	if err := h.Admin().Call(t.Context(), "GET", "/api/v1/conversations/"+id, "", nil, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// Two agents save at once: one gets a conflict that she can show, with the conversation as it is now.
func TestStaleVersionIsAConflictThatTellsTheTruth(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	version := h.conversation(t, m.ConversationID).Version
	path := "/api/v1/conversations/" + m.ConversationID + "/resolve"
	body := fmt.Sprintf(`{"version":%d}`, version)
	if got := h.post(t, path, body, h.auth()...); got.Status != 200 {
		t.Fatal(got)
	}
	got := h.post(t, path, body, h.auth()...)
	var told struct {
		Code    string
		Current *Conversation
	}
	if err := json.Unmarshal(got.Body, &told); err != nil || got.Status != 409 || told.Code != "conversation_changed" || told.Current == nil || told.Current.State != "resolved" {
		t.Errorf("got %s", got)
	}
}

// C-12
func TestPathVariantsOpenNoOtherDoor(t *testing.T) {
	h := home(t)
	canary := "canary" + newID()
	_, m := h.talking(t, canary)
	id := m.ConversationID
	for _, path := range []string{
		"//api/v1/conversations/" + id + "/messages",
		"/api//v1/conversations/" + id + "/messages",
		"/api/v1//conversations/" + id + "/messages",
		"/api/v1/conversations//" + id + "/messages",
		"/api/v1/conversations/" + id + "/messages/",
		"/api/v1/conversations/" + id + "//messages",
		"/api/v1/%63onversations/" + id + "/messages",
		"/api/v1/conversations/" + id + "%2fmessages",
		"/api/v1/./conversations/" + id + "/messages",
		"/api/v1/visitor/../conversations/" + id + "/messages",
		"/api/v1/visitor/%2e%2e/conversations/" + id + "/messages",
		"/api/v1/visitor/..%2fconversations/" + id + "/messages",
		"/livez/../api/v1/conversations/" + id + "/messages",
		"/desk/../api/v1/conversations/" + id + "/messages",
		"/desk/..%2fapi/v1/conversations/" + id + "/messages",
		"/API/V1/CONVERSATIONS/" + id + "/messages",
		"/api/v1/conversations/" + strings.ToUpper(id) + "/messages",
		"/api/v1/conversations/" + id + "/messages;x=y",
		"/api/v1/conversations/" + id + "/messages%00",
		"/api/v1/conversations/" + id + "/messages.json",
		"/api/v1/conversations\\" + id + "\\messages",
		h.Base + "/api/v1/conversations/" + id + "/messages",
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "get", "PROPFIND"} {
			got, err := h.raw(t, method+" "+path+" HTTP/1.1\r\nHost: "+h.Address+"\r\nConnection: close\r\nX-HTTP-Method-Override: GET\r\nX-Original-URL: /livez\r\nX-Rewrite-URL: /livez\r\n\r\n")
			if err != nil && got.Status == 0 {
				continue // cut: nothing was told
			}
			if strings.Contains(string(got.Body), canary) {
				t.Errorf("a stranger's %s %s tells her words", method, path)
			}
			if got.Status >= 500 && got.Status != 501 {
				t.Errorf("a stranger's %s %s: %s", method, path, got)
			}
			if strings.Contains(path, "/api/v1/conversations/"+id+"/messages") && got.Status == 200 && method != "OPTIONS" {
				t.Errorf("a stranger's %s %s: 200", method, path)
			}
		}
	}
	// A method in a header changes nothing.
	h.do(t, ask{method: "GET", path: "/api/v1/conversations/" + id + "/resolve?_method=POST", header: map[string]string{
		"Authorization": "Bearer " + h.Token, "X-HTTP-Method-Override": "POST"}})
	if c := h.conversation(t, id); c.State != "open" { // promises and ranks may give it another version meanwhile
		t.Error("a GET resolved the conversation")
	}
}

// C-16, X-10
func TestPrivateAnswersAreNotKeptAndEverySurfaceHasItsPolicy(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	for path, auth := range map[string][]string{
		"/api/v1/me":                                   h.auth(),
		"/api/v1/conversations?view=all":               h.auth(),
		"/api/v1/conversations/" + m.ConversationID:    h.auth(),
		"/api/v1/search?q=hello":                       h.auth(),
		"/api/v1/visitor":                              {"Authorization", v.Auth, "Origin", h.Base},
		"/api/v1/conversations/" + newID():             h.auth(),
		"/api/v1/visitor/channel?key=" + h.channel.Key: {"Origin", h.Base},
	} {
		got := h.get(t, path, auth...)
		private := !strings.Contains(path, "/visitor/channel")
		if cache := got.Header.Get("Cache-Control"); private && !strings.Contains(cache, "no-store") {
			t.Errorf("%s: Cache-Control is %q", path, cache)
		}
		want(t, path, got, "X-Content-Type-Options", "nosniff")
		if got.Header.Get("Server") != "" || got.Header.Get("X-Powered-By") != "" {
			t.Errorf("%s tells what serves it", path)
		}
	}
	for path, ancestors := range map[string]string{
		"/desk/":                          "frame-ancestors 'none'",
		"/chat/?channel=" + h.channel.Key: "frame-ancestors",
		"/api/docs":                       "frame-ancestors 'none'",
		"/api/v1/no/such/route":           "",
	} {
		got := h.get(t, path)
		policy := got.Header.Get("Content-Security-Policy")
		if ancestors != "" && !strings.Contains(policy, ancestors) {
			t.Errorf("%s: %d, Content-Security-Policy is %q", path, got.Status, policy)
		}
		if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "unsafe-eval") {
			t.Errorf("%s: the policy allows what it should not: %q", path, policy)
		}
		want(t, path, got, "X-Content-Type-Options", "nosniff")
		want(t, path, got, "Referrer-Policy", "")
	}
	desk := h.get(t, "/desk/")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(desk.Header.Get("Content-Security-Policy"), part) {
			t.Errorf("the desk's policy lacks %s: %q", part, desk.Header.Get("Content-Security-Policy"))
		}
	}
	want(t, "/desk/", desk, "Cross-Origin-Opener-Policy", "same-origin")
	// The widget's frame may stand on the channel's own origins and nowhere else.
	fenced, err := h.NewChannel(t.Context(), "Fenced", "https://shop.example")
	if err != nil {
		t.Fatal(err)
	}
	policy := h.get(t, "/chat/?channel="+fenced.Key).Header.Get("Content-Security-Policy")
	_, ancestors, _ := strings.Cut(policy, "frame-ancestors")
	ancestors, _, _ = strings.Cut(ancestors, ";")
	if !strings.Contains(ancestors, "https://shop.example") || strings.Contains(ancestors, "*") {
		t.Errorf("the frame of a channel for https://shop.example may stand on %q", ancestors)
	}
}

// want checks one header; an empty value wants any.
func want(t *testing.T, path string, got answer, name, value string) {
	t.Helper()
	has := got.Header.Get(name)
	if has == "" || value != "" && has != value {
		t.Errorf("%s: %s is %q, not %q", path, name, has, value)
	}
}

// C-17
func TestNothingIsLeftOpenAfterSetUp(t *testing.T) {
	h := home(t)
	got := h.post(t, "/api/v1/setup", `{"token":"x","workspace":"Mine","name":"Eve","email":"eve@evil.example","password":"correct horse battery","locale":"en","zone":"Europe/Paris"}`, "Origin", h.Base)
	if got.Status < 400 || got.Status >= 500 || sessionCookie(got) != "" {
		t.Errorf("a second set-up: %s", got)
	}
	if got := h.get(t, "/api/v1/setup"); !strings.Contains(string(got.Body), "false") {
		t.Errorf("set-up says %s", got)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/.git/config", "/.env", "/visavis.db", "/desk/../visavis.db", "/config", "/api/v1/", "/admin"} {
		if got := h.get(t, path); got.Status == 200 && !strings.Contains(got.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s is open: %s", path, got)
		}
	}
	// Behind a proxy on this machine a stranger comes from loopback, but not by herself.
	if got := h.get(t, "/metrics", "X-Forwarded-For", "203.0.113.7"); got.Status == 200 {
		t.Errorf("a proxied stranger reads the metrics")
	}
	if got := h.get(t, "/metrics"); got.Status != 200 {
		t.Errorf("from loopback the metrics answer %d", got.Status)
	}
	for _, path := range []string{"/livez", "/readyz", "/api/v1/setup"} {
		if got := h.get(t, path); strings.Contains(string(got.Body), adminEmail) || strings.Contains(string(got.Body), "/tmp") {
			t.Errorf("%s tells %s", path, got)
		}
	}
}

//
func TestNoDoorSendsElsewhere(t *testing.T) {
	h := home(t)
	for _, path := range []string{
		"//evil.example", "//evil.example/..", "/\\evil.example", "/desk//evil.example", "//evil.example/desk", "/desk/..//evil.example/",
		"/desk?return_to=https://evil.example", "/?next=//evil.example", "/desk", "/chat?channel=x", "/%2f%2fevil.example", "/%5cevil.example",
	} {
		got, err := h.raw(t, "GET "+path+" HTTP/1.1\r\nHost: "+h.Address+"\r\nConnection: close\r\n\r\n")
		if err != nil {
			continue
		}
		to := got.Header.Get("Location")
		if u, err := url.Parse(to); err != nil || u.Host != "" && u.Host != h.Address || strings.HasPrefix(to, "/\\") {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	got, err := h.raw(t, "GET /desk HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n")
	if err == nil && strings.Contains(got.Header.Get("Location"), "evil") {
		t.Errorf("a forged host leads to %q", got.Header.Get("Location"))
	}
}
