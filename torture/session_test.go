package torture

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// token makes an API token as the administrator.
func (s *Server) token(t *testing.T, scopes ...string) (id, secret string) {
	t.Helper()
	cookie := s.signIn(t, adminEmail, adminPassword)
	got := s.post(t, "/api/v1/tokens", jsonOf(map[string]any{"name": "for a test", "scopes": scopes}), "Cookie", cookie, "Origin", s.Base)
	var made struct {
		Token  struct{ ID string }
		Secret string
	}
	if err := json.Unmarshal(got.Body, &made); err != nil || made.Secret == "" {
		t.Fatalf("make a token: %s", got)
	}
	return made.Token.ID, made.Secret
}

//
func TestSigningInMakesANewSession(t *testing.T) {
	h := home(t)
	fixed := "__Host-visavis=" + strings.Repeat("a", 64)
	got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": adminEmail, "password": adminPassword}), "Cookie", fixed, "Origin", h.Base)
	first := sessionCookie(got)
	if first == "" || first == fixed {
		t.Fatalf("signing in kept the cookie it was given: %q", first)
	}
	for _, set := range got.Header.Values("Set-Cookie") {
		for _, part := range []string{"HttpOnly", "Secure", "SameSite=", "Path=/"} {
			if !strings.Contains(set, part) {
				t.Errorf("the cookie lacks %s", part)
			}
		}
		if strings.Contains(set, "Domain=") {
			t.Error("the cookie names a domain")
		}
	}
	got = h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": adminEmail, "password": adminPassword}), "Cookie", first, "Origin", h.Base)
	if second := sessionCookie(got); second == "" || second == first {
		t.Error("signing in again kept the session")
	}
	if got := h.get(t, "/api/v1/me", "Cookie", fixed); got.Status != 401 {
		t.Errorf("the fixed cookie opens the door: %s", got)
	}
}

//
func TestSignInTellsNotWhoExists(t *testing.T) {
	h := home(t)
	try := func(email string) (answer, time.Duration) {
		began := time.Now()
		got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": email, "password": "a wrong password"}), "Origin", h.Base)
		return got, time.Since(began)
	}
	known, unknown := time.Hour, time.Hour // the quickest of each: other work on the machine only slows
	for i := range 8 {
		a, took := try(adminEmail)
		known = min(known, took)
		b, took := try(fmt.Sprintf("nobody%d@torture.example", i))
		unknown = min(unknown, took)
		if a.Status != 401 || b.Status != 401 || a.problem().Code != b.problem().Code || a.problem().Detail != b.problem().Detail {
			t.Fatalf("known and unknown answer otherwise:\n%s\n%s", a, b)
		}
	}
	// The password is checked for nobody too: without that the unknown answer comes ten times sooner.
	if unknown < known/3 || known < unknown/3 {
		t.Errorf("a known address took %v at least, an unknown one %v", known, unknown)
	}
}

//
func TestNewPasswordEndsOtherSessions(t *testing.T) {
	h := home(t)
	id, one := h.member(t, "Pia", "agent")
	var m struct{ Email string }
	if err := h.Admin().Call(t.Context(), "GET", "/api/v1/members/"+id, "", nil, &m); err != nil {
		t.Fatal(err)
	}
	two := h.signIn(t, m.Email, adminPassword)
	heard := h.cookieSocket(t, two)
	got := h.do(t, ask{method: "PUT", path: "/api/v1/me/password", header: map[string]string{"Cookie": one, "Origin": h.Base, "Content-Type": "application/json"},
		body: strings.NewReader(jsonOf(map[string]string{"current": adminPassword, "password": "another long password"}))})
	if got.Status != 204 {
		t.Fatal(got)
	}
	if got := h.get(t, "/api/v1/me", "Cookie", two); got.Status != 401 {
		t.Errorf("the other session lives on: %s", got)
	}
	if code := heard.closed(6 * time.Second); code != 4401 {
		t.Errorf("the other session's socket closed with %d", code)
	}
	if got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": m.Email, "password": adminPassword}), "Origin", h.Base); got.Status != 401 {
		t.Errorf("the old password: %s", got)
	}
}

//
func TestHugePasswordCostsNothing(t *testing.T) {
	h := home(t)
	for _, size := range []int{2000, 900_000} {
		began := time.Now()
		got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": adminEmail, "password": strings.Repeat("a", size)}), "Origin", h.Base)
		if got.Status < 400 || got.Status >= 500 {
			t.Errorf("%d bytes: %s", size, got)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%d bytes took %v", size, took)
		}
	}
}

//
func TestSignInFloodLeavesOthersServed(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	before := h.memory()
	var flood sync.WaitGroup
	for i := range 60 {
		flood.Go(func() {
			h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": fmt.Sprintf("x%d@torture.example", i), "password": "a wrong password"}), "Origin", h.Base)
		})
	}
	slowest := time.Duration(0)
	for range 20 {
		began := time.Now()
		if _, err := v.Say(t.Context(), m.ConversationID, "beside a flood"); err != nil {
			t.Error(err)
		}
		slowest = max(slowest, time.Since(began))
	}
	flood.Wait()
	if slowest > 2*time.Second {
		t.Errorf("beside a flood of sign-ins a message took %v", slowest)
	}
	if grown := h.memory() - before; grown > 400<<20 {
		t.Errorf("sixty sign-ins at once took %d MiB", grown>>20)
	}
}

//
func TestGuessingPasswordsIsSlowedWhateverTheHeadersSay(t *testing.T) {
	s := NewServer(t) // its limits are on
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	limited := 0
	for i := range 12 {
		got := s.post(t, "/api/v1/session", jsonOf(map[string]string{"email": adminEmail, "password": fmt.Sprintf("a wrong password %d", i)}),
			"Origin", s.Base, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "X-Real-IP", fmt.Sprintf("203.0.113.%d", i), "Forwarded", fmt.Sprintf("for=203.0.113.%d", i))
		if got.Status == http.StatusTooManyRequests {
			limited++
			if got.Header.Get("Retry-After") == "" {
				t.Error("it does not say when to come back")
			}
		}
	}
	if limited == 0 {
		t.Error("twelve guesses in a row are all tried")
	}
	t.Run("a visitor's messages", func(t *testing.T) {
		channel, err := s.NewChannel(t.Context(), "Limited")
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.NewVisitor(t.Context(), channel.Key)
		if err != nil {
			t.Fatal(err)
		}
		limited := false
		conversation := ""
		for range 100 {
			m, err := v.Say(t.Context(), conversation, "again")
			if status(err) == http.StatusTooManyRequests {
				limited = true
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			conversation = m.ConversationID
		}
		if !limited {
			t.Error("a hundred messages in a row are all taken")
		}
	})
	t.Run("a stranger's sessions", func(t *testing.T) {
		channel, err := s.NewChannel(t.Context(), "Limited too")
		if err != nil {
			t.Fatal(err)
		}
		limited := false
		for i := 0; i < 60 && !limited; i++ {
			got := s.post(t, "/api/v1/visitor/sessions", `{"key":"`+channel.Key+`","locale":"fr","zone":"Europe/Paris"}`,
				"Origin", s.Base, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
			limited = got.Status == http.StatusTooManyRequests
		}
		if !limited {
			t.Error("sixty new visitors from one address in a row are all welcome")
		}
	})
}

//
func TestInvitationOpensOnceAndOnlyAsItIs(t *testing.T) {
	h := home(t)
	_, token := h.invite(t, "Ivy", "ivy-"+newID()[:8]+"@torture.example", "agent")
	accept := func(token string) answer {
		return h.post(t, "/api/v1/invites/accept", jsonOf(map[string]string{
			"token": token, "name": "Ivy", "password": adminPassword, "locale": "en", "zone": "Europe/Paris"}), "Origin", h.Base)
	}
	wrong := []string{"", " ", " " + token, token + " ", token[:len(token)-1], token + "0", newID(), strings.Repeat("0", len(token)), "null"}
	if upper := strings.ToUpper(token); upper != token {
		wrong = append(wrong, upper)
	}
	for _, w := range wrong {
		if got := accept(w); got.Status < 400 || got.Status >= 500 || sessionCookie(got) != "" {
			t.Errorf("the token %q: %s", w, got)
		}
		if got := h.post(t, "/api/v1/invites/read", jsonOf(map[string]string{"token": w}), "Origin", h.Base); got.Status < 400 || got.Status >= 500 {
			t.Errorf("reading the token %q: %s", w, got)
		}
	}
	// Two accept at once: one comes in.
	var both sync.WaitGroup
	cookies := make([]string, 8)
	for i := range cookies {
		both.Go(func() { cookies[i] = sessionCookie(accept(token)) })
	}
	both.Wait()
	in := 0
	for _, c := range cookies {
		if c != "" {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d came in with one invitation", in)
	}
	if got := accept(token); got.Status < 400 || sessionCookie(got) != "" {
		t.Errorf("the used token: %s", got)
	}
}

//
func TestForeignPageChangesNothingWithTheAgentsCookie(t *testing.T) {
	h := home(t)
	cookie := h.signIn(t, adminEmail, adminPassword)
	_, m := h.talking(t, "Hello")
	base := "/api/v1/conversations/" + m.ConversationID
	doors := []struct{ method, path, body string }{
		{"POST", base + "/messages", `{"text":"forged","attachmentIds":[]}`},
		{"POST", base + "/notes", `{"text":"forged","attachmentIds":[]}`},
		{"POST", base + "/resolve", `{"version":1}`},
		{"POST", base + "/assign", `{"memberId":null,"teamId":null,"version":1}`},
		{"PATCH", base, `{"subject":"forged","version":1}`},
		{"POST", "/api/v1/members", `{"email":"eve@evil.example","name":"Eve","role":"administrator","teamIds":[],"locale":"en"}`},
		{"POST", "/api/v1/tokens", `{"name":"forged","scopes":["conversations:read"]}`},
		{"POST", "/api/v1/teams", `{"name":"forged","memberIds":[]}`},
		{"POST", "/api/v1/channels", `{"kind":"webchat","name":"forged","settings":{}}`},
		{"PATCH", "/api/v1/me", `{"name":"forged"}`},
		{"PUT", "/api/v1/me/presence", `{"presence":"away"}`},
		{"PUT", "/api/v1/me/password", `{"current":"` + adminPassword + `","password":"forged password"}`},
		{"DELETE", "/api/v1/session", ``},
	}
	pages := map[string]map[string]string{
		"foreign origin":             {"Origin": "https://evil.example"},
		"null origin":                {"Origin": "null"},
		"suffix trick":               {"Origin": h.Base + ".evil.example"},
		"no origin, cross-site":      {"Sec-Fetch-Site": "cross-site"},
		"no origin, same-site":       {"Sec-Fetch-Site": "same-site"},
		"foreign origin, plain text": {"Origin": "https://evil.example", "Content-Type": "text/plain"},
		"own origin, plain text":     {"Origin": h.Base, "Content-Type": "text/plain"},
		"own origin, form":           {"Origin": h.Base, "Content-Type": "application/x-www-form-urlencoded"},
		"foreign referrer only":      {"Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"},
	}
	head := h.head(t)
	for name, page := range pages {
		for _, door := range doors {
			if strings.HasPrefix(name, "own origin") && door.body == "" {
				continue // nothing is wrong with it
			}
			header := map[string]string{"Cookie": cookie, "Content-Type": "application/json", "Idempotency-Key": newID()}
			for k, v := range page {
				header[k] = v
			}
			got := h.do(t, ask{method: door.method, path: door.path, header: header, body: strings.NewReader(door.body)})
			if got.Status < 400 || got.Status >= 500 || got.Status == 404 {
				t.Errorf("%s: %s %s: %s", name, door.method, door.path, got)
			}
		}
	}
	if grown := h.written(t, head); grown != 0 {
		t.Errorf("foreign pages wrote %d events", grown)
	}
	if got := h.get(t, "/api/v1/me", "Cookie", cookie); got.Status != 200 {
		t.Errorf("a foreign page signed the agent out: %s", got)
	}
	// Login CSRF: a foreign page signs nobody in.
	got := h.post(t, "/api/v1/session", jsonOf(map[string]string{"email": adminEmail, "password": adminPassword}), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if sessionCookie(got) != "" {
		t.Error("a foreign page signs the agent in as another")
	}
	// No foreign page may read an answer with the cookie.
	for _, origin := range []string{"https://evil.example", "null"} {
		got := h.get(t, "/api/v1/me", "Cookie", cookie, "Origin", origin)
		if allowed := got.Header.Get("Access-Control-Allow-Origin"); allowed == origin || allowed == "*" && got.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("a page on %s may read /me", origin)
		}
	}
}

//
func TestGETChangesNothing(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	head := h.head(t)
	for _, verb := range []string{"resolve", "reopen", "assign", "snooze", "read"} {
		if got := h.get(t, "/api/v1/conversations/"+m.ConversationID+"/"+verb+"?version=1", h.auth()...); got.Status < 400 {
			t.Errorf("GET …/%s: %s", verb, got)
		}
	}
	h.get(t, "/api/v1/conversations/"+m.ConversationID, h.auth()...)
	h.get(t, "/api/v1/conversations/"+m.ConversationID+"/messages", h.auth()...)
	if h.written(t, head) != 0 {
		t.Error("reading wrote an event")
	}
}

//
func TestTokenReachesAsFarAsItsScopes(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	base := "/api/v1/conversations/" + m.ConversationID
	_, reader := h.token(t, "conversations:read")
	_, none := h.token(t, "customers:read")
	for _, row := range []struct {
		secret, method, path, body string
		open                       bool
	}{
		{reader, "GET", base, "", true},
		{reader, "GET", base + "/messages", "", true},
		{reader, "POST", base + "/messages", `{"text":"x","attachmentIds":[]}`, false},
		{reader, "POST", base + "/notes", `{"text":"x","attachmentIds":[]}`, false},
		{reader, "POST", base + "/resolve", `{"version":1}`, false},
		{reader, "POST", base + "/assign", `{"memberId":null,"teamId":null,"version":1}`, false},
		{reader, "PATCH", base, `{"subject":"x","version":1}`, false},
		{reader, "POST", "/api/v1/channels", `{"kind":"webchat","name":"x","settings":{}}`, false},
		{reader, "POST", "/api/v1/teams", `{"name":"x","memberIds":[]}`, false},
		{reader, "POST", "/api/v1/tokens", `{"name":"x","scopes":["settings:write"]}`, false},
		{reader, "POST", "/api/v1/members", `{"email":"e@evil.example","name":"E","role":"administrator","teamIds":[],"locale":"en"}`, false},
		{reader, "GET", "/api/v1/audit?limit=1", "", false},
		{none, "GET", base, "", false},
		{none, "GET", base + "/messages", "", false},
		{none, "GET", "/api/v1/conversations?view=all", "", false},
		{none, "GET", "/api/v1/events?after=0", "", false},
		{none, "GET", "/api/v1/channels", "", false},
	} {
		header := map[string]string{"Authorization": "Bearer " + row.secret}
		var body *strings.Reader = strings.NewReader(row.body)
		if row.body != "" {
			header["Content-Type"], header["Idempotency-Key"] = "application/json", newID()
		}
		got := h.do(t, ask{method: row.method, path: row.path, header: header, body: body})
		if row.open && got.Status != 200 || !row.open && !oneOf(got.Status, 401, 403, 404) {
			t.Errorf("%s %s: %s", row.method, row.path, got)
		}
	}
	socket, err := Dial(t.Context(), h.Base, "Bearer "+none, "", 0)
	if err != nil {
		return
	}
	defer socket.CloseNow()
	heard := listen(t, socket)
	canary := "canary" + newID()
	h.talking(t, canary)
	time.Sleep(300 * time.Millisecond) // nothing must come, so there is nothing to wait for
	if heard.contain(canary) {
		t.Error("a token that may not read conversations hears them on the socket")
	}
}

//
func TestSecretsAreShownOnce(t *testing.T) {
	h := home(t)
	_, secret := h.token(t, "conversations:read")
	cookie := h.signIn(t, adminEmail, adminPassword)
	var ch struct{ ID, Key string }
	if err := h.Admin().Call(t.Context(), "POST", "/api/v1/channels", newID(), map[string]any{"kind": "webchat", "name": "Signed", "settings": map[string]any{
		"colour": "#1f4fd8", "origins": []string{h.Base}, "languages": []string{"fr"}, "greeting": map[string]string{"fr": "Bonjour", "en": "Hello"}}}, &ch); err != nil {
		t.Fatal(err)
	}
	signing := h.signingSecret(t, ch.ID)
	for _, path := range []string{"/api/v1/tokens", "/api/v1/channels", "/api/v1/channels/" + ch.ID, "/api/v1/audit?limit=100", "/api/v1/events?after=0&limit=100", "/api/v1/members"} {
		got := h.get(t, path, "Cookie", cookie)
		for name, text := range map[string]string{"the token": secret, "the signing secret": signing, "a hash": "argon2"} {
			if strings.Contains(string(got.Body), text) {
				t.Errorf("%s tells %s", path, name)
			}
		}
	}
	if !strings.HasPrefix(secret, "vv_") {
		t.Error("a scanner does not know the token for one")
	}
	for _, near := range []string{secret[:len(secret)-1], secret + "a", "vv_", "", strings.ToUpper(secret)} {
		if got := h.get(t, "/api/v1/conversations?view=all", "Authorization", "Bearer "+near); got.Status != 401 {
			t.Errorf("a token that is nearly right: %s", got)
		}
	}
}

func (h *house) signingSecret(t *testing.T, channel string) string {
	t.Helper()
	got := h.post(t, "/api/v1/channels/"+channel+"/secret", `{}`, "Cookie", h.signIn(t, adminEmail, adminPassword), "Origin", h.Base)
	if got.Status >= 400 { // the route takes no body
		got = h.do(t, ask{method: "POST", path: "/api/v1/channels/" + channel + "/secret",
			header: map[string]string{"Authorization": "Bearer " + h.Token, "Idempotency-Key": newID()}})
	}
	var made struct{ Secret string }
	if err := json.Unmarshal(got.Body, &made); err != nil || made.Secret == "" {
		t.Fatalf("make a signing secret: %s", got)
	}
	return made.Secret
}

//
func TestFirstAdministratorNeedsTheConsolesToken(t *testing.T) {
	s, err := emptyServer(t.TempDir() + "/empty")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, "/api/v1/setup"); !strings.Contains(string(got.Body), "true") {
		t.Errorf("an empty server says %s", got)
	}
	body := func(token string, i int) string {
		return jsonOf(map[string]string{"token": token, "workspace": "Mine", "name": "Eve", "email": fmt.Sprintf("eve%d@evil.example", i),
			"password": "correct horse battery", "locale": "en", "zone": "Europe/Paris"})
	}
	for _, token := range []string{"", "x", strings.Repeat("0", 64)} {
		if got := s.post(t, "/api/v1/setup", body(token, 0), "Origin", s.Base); got.Status < 400 || got.Status >= 500 || sessionCookie(got) != "" {
			t.Errorf("set-up with the token %q: %s", token, got)
		}
	}
	log := tail(s.LogPath(), 1<<20)
	_, token, found := strings.Cut(log, "/desk/#/setup/")
	if !found {
		t.Fatalf("the console shows no set-up link:\n%s", log)
	}
	token = strings.FieldsFunc(token, func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-", r)
	})[0]
	var race sync.WaitGroup
	in := make([]bool, 8)
	for i := range in {
		race.Go(func() { in[i] = sessionCookie(s.post(t, "/api/v1/setup", body(token, i), "Origin", s.Base)) != "" })
	}
	race.Wait()
	won := 0
	for _, w := range in {
		if w {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d became the first administrator", won)
	}
}

//
func TestAgentGivesHerselfNoPower(t *testing.T) {
	h := home(t)
	id, cookie := h.member(t, "Zoé", "agent")
	_, m := h.talking(t, "Hello")
	_ = m
	var me struct{ Version int }
	if err := h.Admin().Call(t.Context(), "GET", "/api/v1/members/"+id, "", nil, &me); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ method, path, body string }{
		{"PATCH", "/api/v1/me", `{"role":"administrator"}`},
		{"PATCH", "/api/v1/members/" + id, fmt.Sprintf(`{"role":"administrator","version":%d}`, me.Version)},
		{"POST", "/api/v1/members", `{"email":"eve@evil.example","name":"Eve","role":"administrator","teamIds":[],"locale":"en"}`},
		{"POST", "/api/v1/members/" + id + "/invite", `{}`},
		{"POST", "/api/v1/tokens", `{"name":"mine","scopes":["settings:write"]}`},
		{"POST", "/api/v1/channels", `{"kind":"webchat","name":"mine","settings":{}}`},
		{"POST", "/api/v1/teams", `{"name":"mine","memberIds":[]}`},
		{"GET", "/api/v1/audit?limit=1", ""},
		{"GET", "/api/v1/tokens", ""},
	} {
		header := map[string]string{"Cookie": cookie, "Origin": h.Base}
		if row.body != "" {
			header["Content-Type"], header["Idempotency-Key"] = "application/json", newID()
		}
		got := h.do(t, ask{method: row.method, path: row.path, header: header, body: strings.NewReader(row.body)})
		if !oneOf(got.Status, 403, 404, 422) {
			t.Errorf("%s %s: %s", row.method, row.path, got)
		}
	}
	var after struct{ Role string }
	if err := h.Admin().Call(t.Context(), "GET", "/api/v1/members/"+id, "", nil, &after); err != nil || after.Role != "agent" {
		t.Errorf("she is %q now, %v", after.Role, err)
	}
}

// W-01
func TestUnprovenIdentityIsAnonymous(t *testing.T) {
	h := home(t)
	var ch Channel
	settings := map[string]any{"colour": "#1f4fd8", "origins": []string{h.Base}, "languages": []string{"fr"}, "greeting": map[string]string{"fr": "Bonjour", "en": "Hello"}}
	if err := h.Admin().Call(t.Context(), "POST", "/api/v1/channels", newID(), map[string]any{"kind": "webchat", "name": "Signed", "settings": settings}, &ch); err != nil {
		t.Fatal(err)
	}
	secret := h.signingSecret(t, ch.ID)
	sub := "user-" + newID()
	open := func(identity string) (answer, string, bool) {
		body := map[string]any{"key": ch.Key, "locale": "fr", "zone": "Europe/Paris"}
		if identity != "" {
			body["identity"] = identity
		}
		got := h.post(t, "/api/v1/visitor/sessions", jsonOf(body), "Origin", h.Base)
		var made struct {
			Token   string
			Visitor struct {
				ID       string
				Verified bool
			}
		}
		_ = json.Unmarshal(got.Body, &made) // a refusal has none of it
		return got, made.Visitor.ID, made.Visitor.Verified
	}
	claims := func(exp time.Duration) map[string]any {
		return map[string]any{"sub": sub, "email": "victim@torture.example", "name": "Victim", "exp": time.Now().Add(exp).Unix()}
	}
	got, victim, verified := open(sign(secret, "HS256", claims(time.Hour)))
	if got.Status >= 300 || !verified {
		t.Fatalf("a good identity: %s", got)
	}
	canary := "canary" + newID()
	var made struct{ Token string }
	_ = json.Unmarshal(got.Body, &made) // checked by the status above
	v := &Visitor{Client: NewClient(h.Base, "Visitor "+made.Token), ID: victim}
	if _, err := v.Say(t.Context(), "", canary); err != nil {
		t.Fatal(err)
	}
	good := sign(secret, "HS256", claims(time.Hour))
	parts := strings.Split(good, ".")
	for name, identity := range map[string]string{
		"empty":             " ",
		"no signature":      parts[0] + "." + parts[1] + ".",
		"two parts":         parts[0] + "." + parts[1],
		"alg none":          sign("", "none", claims(time.Hour)),
		"alg None":          sign("", "None", claims(time.Hour)),
		"alg RS256":         sign(secret, "RS256", claims(time.Hour)),
		"wrong secret":      sign("wrong"+secret[5:], "HS256", claims(time.Hour)),
		"empty secret":      sign("", "HS256", claims(time.Hour)),
		"the channel's key": sign(ch.Key, "HS256", claims(time.Hour)),
		"expired":           sign(secret, "HS256", claims(-time.Hour)),
		"no expiry":         sign(secret, "HS256", map[string]any{"sub": sub}),
		"a year":            sign(secret, "HS256", claims(365*24*time.Hour)),
		"no sub":            sign(secret, "HS256", map[string]any{"email": "victim@torture.example", "exp": time.Now().Add(time.Hour).Unix()}),
		"empty sub":         sign(secret, "HS256", map[string]any{"sub": "", "exp": time.Now().Add(time.Hour).Unix()}),
		"sub is a list":     sign(secret, "HS256", map[string]any{"sub": []string{sub}, "exp": time.Now().Add(time.Hour).Unix()}),
		"changed claims":    parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(jsonOf(claims(2*time.Hour)))) + "." + parts[2],
		"huge":              strings.Repeat("a", 100_000) + ".b.c",
	} {
		got, id, verified := open(identity)
		if got.Status >= 500 || got.Status == 0 {
			t.Errorf("%s: %s", name, got)
		}
		if verified || id == victim || strings.Contains(string(got.Body), canary) {
			t.Errorf("%s: she is taken for the victim: %s", name, got)
		}
	}
	// An address told without proof is told, not believed.
	anonymous, err := h.NewVisitor(t.Context(), ch.Key)
	if err != nil {
		t.Fatal(err)
	}
	var after struct {
		ID       string
		Verified bool
	}
	if err := anonymous.Call(t.Context(), "PATCH", "/api/v1/visitor", "", map[string]string{"email": "victim@torture.example", "name": "Victim"}, &after); err != nil {
		t.Fatal(err)
	}
	if after.Verified || after.ID == victim {
		t.Errorf("telling an address makes her the victim: %+v", after)
	}
	if got := h.get(t, "/api/v1/visitor", "Authorization", anonymous.Auth, "Origin", h.Base); strings.Contains(string(got.Body), canary) {
		t.Error("telling an address opens the victim's history")
	}
}

// sign makes a JSON web token by hand, good or bad.
func sign(secret, alg string, claims map[string]any) string {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + encode([]byte(jsonOf(claims)))
	if strings.EqualFold(alg, "none") {
		return signed + "."
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

// W-02: the channel's list says on which pages its widget stands.
func TestWidgetOfAnotherSiteIsRefused(t *testing.T) {
	h := home(t)
	// The frame is the house's own page, so its calls carry the house's own origin; no other page may call.
	for _, origin := range []string{"https://evil.example", "null", h.Base + ".evil.example"} {
		got := h.post(t, "/api/v1/visitor/sessions", `{"key":"`+h.channel.Key+`","locale":"fr","zone":"Europe/Paris"}`, "Origin", origin, "Sec-Fetch-Site", "cross-site")
		if got.Status < 400 {
			t.Errorf("a page on %s opens a session: %s", origin, got)
		}
	}
}
