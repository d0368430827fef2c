package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/staff"
	"visavis/internal/vis"
)

// a change that a browser makes for another site's page is refused, whatever the page pretends.
func TestAnotherSitesPageChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.head(h.ws)
	for name, header := range map[string]map[string]string{
		"a foreign origin":              {"Origin": theirs, "Sec-Fetch-Site": "cross-site"},
		"a foreign origin, old":         {"Origin": theirs, "Sec-Fetch-Site": ""},
		"another host of our domain":    {"Origin": "https://other.desk.example", "Sec-Fetch-Site": "same-site"},
		"the same host without TLS":     {"Origin": "http://desk.example.evil.example", "Sec-Fetch-Site": ""},
		"a sandbox":                     {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
		"nothing but a cookie":          {"Origin": "", "Sec-Fetch-Site": ""},
		"an origin that ends like ours": {"Origin": "https://evildesk.example", "Sec-Fetch-Site": ""},
	} {
		for _, c := range []call{
			{method: "POST", path: "/api/v1/teams", body: obj{"name": "X"}},
			{method: "PATCH", path: "/api/v1/me", body: obj{"name": "X"}},
			{method: "DELETE", path: "/api/v1/session"},
			{method: "PUT", path: "/api/v1/me/presence", body: obj{"presence": "away"}},
			{method: "POST", path: "/api/v1/session", body: obj{"email": "lea@arzel.example", "password": password}}, // signing somebody in
		} {
			c.as, c.header = h.admin, header
			if a := h.do(c); a.status != 403 || a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %s %s: %d", name, c.method, c.path, a.status)
			}
		}
	}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""} {
		a := h.do(call{method: "POST", path: "/api/v1/teams", as: h.admin, body: `{"name":"X"}`, header: map[string]string{"Content-Type": contentType}})
		if a.status != 415 {
			t.Errorf("JSON as %q: %d", contentType, a.status)
		}
	}
	if got := h.since(h.ws, head); got != "" {
		t.Errorf("it happened: %s", got)
	}
}

// X-10, C-16: every surface says what browsers may do with it, and nothing private is kept by anybody.
func TestHeadersOfEachSurface(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) { o.ContentURL = "https://files.example" })
	for path, want := range map[string][]string{
		"/desk/":                       {"frame-ancestors 'none'", "script-src 'self';", "require-trusted-types-for 'script'", "https://files.example"},
		"/chat/?channel=" + h.chat.Key: {"frame-ancestors 'self' " + shopSite, "script-src 'self';"},
		"/chat/?channel=unknown":       {"frame-ancestors 'self';"},
		"/chat/":                       {"frame-ancestors 'self';"},
		"/desk/worker/":                {"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "connect-src 'self'"},
		"/api/v1/me":                   {"default-src 'none'", "frame-ancestors 'none'"},
		"/api/docs":                    {"default-src 'none'", "frame-ancestors 'none'", "style-src 'sha256-"},
		"/no/such":                     {"default-src 'none'"},
	} {
		a := h.get(h.admin, path)
		policy := a.header.Get("Content-Security-Policy")
		for _, part := range want {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy lacks %q: %s", path, part, policy)
			}
		}
		// The desk's worker alone compiles WebAssembly; only the desk starts it.
		if path == "/desk/worker/" {
			policy = strings.Replace(policy, "script-src 'self' 'wasm-unsafe-eval';", "", 1)
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, " visavis-worker") != (path == "/desk/") {
			t.Errorf("%s: %s", path, policy)
		}
		for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Server": "", "X-Powered-By": "",
			"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Access-Control-Allow-Origin": ""} {
			if got := a.header.Get(name); got != value {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	for path, want := range map[string]string{
		"/desk/":                       "camera=(self), microphone=(self), ",
		"/chat/?channel=" + h.chat.Key: "camera=(self), microphone=(self), ",
		"/api/docs":                    "camera=(), microphone=(), ",
		"/loader.js":                   "camera=(), microphone=(), ",
	} {
		if got := h.get(h.admin, path).header.Get("Permissions-Policy"); !strings.HasPrefix(got, want) {
			t.Errorf("%s may ask a browser for: %s", path, got)
		}
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/conversations", "/api/v1/members", "/api/v1/nothing"} {
		if got := h.get(h.admin, path).header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s may be kept: %q", path, got)
		}
	}
	if a := h.get(nobody, ours+"/content/"+newID()+"z"); a.status != 421 {
		t.Errorf("a file on the desk's own host: %d", a.status)
	}
	if a := h.get(nobody, "https://files.example/desk/z"); a.status != 421 {
		t.Errorf("the desk on the files' host: %d", a.status)
	}
	if a := h.get(nobody, "https://files.example/readyz"); a.status != 200 {
		t.Errorf("a probe on the files' host: %d", a.status)
	}
	if a := h.get(nobody, "https://files.example/desk/"); a.status != 421 {
		t.Errorf("the host for files serves the desk: %d", a.status)
	}
	if a := h.get(nobody, "/content/"+newID()+"?a=x&e=1&s=x"); a.status != 421 {
		t.Errorf("our host serves files: %d", a.status)
	}
}

// a session is new at each sign-in, its cookie is shut away, and links name the configured address.
func TestSigningIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	planted := principal{cookie: strings.Repeat("a", 32) + "." + strings.Repeat("b", 64)}
	a := h.do(call{method: "POST", path: "/api/v1/session", as: planted, body: obj{"email": " LEA@arzel.example ", "password": password}})
	cookie := a.header.Get("Set-Cookie")
	if a.status != 200 || strings.Contains(cookie, planted.cookie) {
		t.Fatalf("%d %s", a.status, cookie)
	}
	for _, part := range []string{"__Host-visavis=", "Path=/;", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie lacks %s: %s", part, cookie)
		}
	}
	if strings.Contains(strings.ToLower(cookie), "domain=") {
		t.Errorf("the cookie names a domain: %s", cookie)
	}
	if strings.Contains(string(a.body), "argon2") || strings.Contains(string(a.body), password) {
		t.Error("the answer tells of the password")
	}
	if a := h.get(planted, "/api/v1/me"); a.status != 401 {
		t.Errorf("the planted session lives: %d", a.status)
	}
	invited := h.do(call{method: "POST", path: "/api/v1/members", as: h.admin, body: obj{"email": "n@example.org", "name": "N", "role": "agent"},
		header: map[string]string{"X-Forwarded-Host": "evil.example"}})
	if link := read[Invited](t, invited).InviteURL; !strings.HasPrefix(link, ours+"/desk/#/invite/") {
		t.Errorf("the link is %s", link)
	}
	two := call{method: "GET", path: "/api/v1/me", header: map[string]string{"Cookie": cookieName + "=" + h.admin.cookie + "; " + cookieName + "=" + h.admin.cookie}}
	if a := h.do(two); a.status != 401 {
		t.Errorf("two cookies: %d", a.status)
	}
}

// what is unknown, used or wrong gets one answer.
func TestWrongAndUnknownLookAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unknown := h.post(nobody, "/api/v1/session", obj{"email": "nobody@arzel.example", "password": "wrong"})
	wrong := h.post(nobody, "/api/v1/session", obj{"email": "lea@arzel.example", "password": "wrong"})
	if unknown.status != 401 || !bytes.Equal(unknown.body, wrong.body) {
		t.Errorf("%s and %s", unknown.body, wrong.body)
	}
	i, err := h.staff.Invite(h.ctx, h.admin.actor, staff.Invitation{Email: "n@example.org", Name: "N", Role: vis.Agent})
	h.must(err)
	secret, err := h.staff.InviteSecret(h.ws, i)
	h.must(err)
	accept := func(token string) answer {
		return h.post(nobody, "/api/v1/invites/accept", obj{"token": token, "name": "N", "password": password})
	}
	for _, token := range []string{"", " ", " " + secret, strings.ToUpper(secret), secret[:len(secret)-1], secret + "0"} {
		if a := accept(token); a.status != 404 {
			t.Errorf("%q: %d %s", token, a.status, a.body)
		}
	}
	if a := accept(secret); a.status != 200 || a.header.Get("Set-Cookie") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := accept(secret); a.status != 404 {
		t.Errorf("accepted twice: %d", a.status)
	}
	again, err := h.staff.Invite(h.ctx, h.admin.actor, staff.Invitation{Email: "m@example.org", Name: "M", Role: vis.Agent})
	h.must(err)
	secret, err = h.staff.InviteSecret(h.ws, again)
	h.must(err)
	h.clock.move(8 * 24 * time.Hour)
	if a := accept(secret); a.status != 404 {
		t.Errorf("accepted after its time: %d", a.status)
	}
	setup := obj{"token": "x", "workspace": "W", "name": "N", "email": "e@example.org", "password": password}
	if a := h.post(nobody, "/api/v1/setup", setup); a.status != 401 {
		t.Errorf("set up again: %d", a.status)
	}
}

// of two who set a server up at once, one wins.
func TestTheFirstAdministratorIsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.staff.AllowSetup()
	var wait sync.WaitGroup
	for i := range 4 { // this house has a workspace already: nobody may win
		wait.Go(func() {
			a := h.post(nobody, "/api/v1/setup", obj{"token": token, "workspace": "W", "name": "N", "email": fmt.Sprintf("e%d@example.org", i), "password": password})
			if a.status < 400 {
				t.Errorf("a second first administrator: %d", a.status)
			}
		})
	}
	wait.Wait()
}

// waiter is a writer that knows until when the server waits for a body.
type waiter struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (w *waiter) SetReadDeadline(t time.Time) error {
	w.until = t
	return nil
}

// trickle is a body that never ends by itself; it notes whether somebody waits for it for ever.
type trickle struct {
	w       *waiter
	endless bool
}

func (b *trickle) Read([]byte) (int, error) {
	b.endless = b.w.until.IsZero() || time.Until(b.w.until) > uploadFor
	return 0, os.ErrDeadlineExceeded
}

func TestNobodyWaitsForABodyForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]call{
		"with a key":    {method: "POST", path: "/api/v1/session", header: map[string]string{"Idempotency-Key": newID()}},
		"without":       {method: "POST", path: "/api/v1/session"},
		"refused":       {method: "POST", path: "/api/v1/teams"},
		"of no address": {method: "POST", path: "/no/such"},
	} {
		w := &waiter{ResponseRecorder: httptest.NewRecorder()}
		body := &trickle{w: w}
		c.body = "{}"
		r := c.request()
		r.Body, r.ContentLength = io.NopCloser(body), 1000
		h.server.Handler().ServeHTTP(w, r)
		if body.endless || w.until.IsZero() {
			t.Errorf("a body %s is waited for until %v", name, w.until)
		}
	}
}

// D-09: limits hold by account and by address, and addresses cannot be made up.
func TestLimits(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *Options) {
		o.RateLimits = true
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	var last answer
	for i := range limitSignInAccount.many + 1 {
		last = h.do(call{method: "POST", path: "/api/v1/session", body: obj{"email": "lea@arzel.example", "password": "wrong"}, address: fmt.Sprintf("192.0.2.%d:1", i)})
	}
	if last.status != 429 || last.header.Get("Retry-After") == "" || last.problem().Code != "rate_limited" {
		t.Errorf("the sixth try at one account: %d %s", last.status, last.body)
	}
	guess := func(address, forwarded string) answer {
		return h.do(call{method: "POST", path: "/api/v1/invites/read", body: obj{"token": "x"}, address: address + ":1",
			header: map[string]string{"X-Forwarded-For": forwarded}})
	}
	for i := range limitLink.many + 1 {
		last = guess("198.51.100.7", fmt.Sprintf("203.0.113.%d", i)) // a header that nobody trusts
	}
	if last.status != 429 {
		t.Errorf("try %d from one address: %d", limitLink.many+1, last.status)
	}
	for i := range limitLink.many + 1 {
		last = guess("10.0.0.1", fmt.Sprintf("198.18.0.1, 203.0.113.%d", i)) // a proxy that is trusted, for its own word only
	}
	if last.status == 429 {
		t.Error("everybody behind a proxy is one")
	}
	for i := range limitLink.many + 1 {
		last = guess("10.0.0.1", fmt.Sprintf("203.0.113.%d, 198.18.0.1", i)) // made up before the proxy's own word
	}
	if last.status != 429 {
		t.Errorf("an address that was made up counts: %d", last.status)
	}
	for i := range limitLink.many + 1 {
		last = guess("[2001:db8::"+fmt.Sprint(i)+"]", "")
	}
	if last.status != 429 {
		t.Errorf("one network has a share for each of its addresses: %d", last.status)
	}
	ada := h.visitor(h.ws, h.chat)
	for range limitMessage.many + 1 {
		last = h.post(ada, "/api/v1/visitor/messages", obj{"text": "x", "clientId": newID()})
	}
	if last.status != 429 {
		t.Errorf("message %d in a minute: %d", limitMessage.many+1, last.status)
	}
	h.clock.move(10 * time.Second)
	if a := h.post(ada, "/api/v1/visitor/messages", obj{"text": "x", "clientId": newID()}); a.status != 201 {
		t.Errorf("after a pause: %d", a.status)
	}
	for range limitVisitor.many + 1 {
		last = h.do(call{method: "POST", path: "/api/v1/visitor/conversations/" + newID() + "/read", as: ada, body: obj{"position": 1},
			header: map[string]string{"Idempotency-Key": newID()}})
	}
	if last.status != 429 {
		t.Errorf("request %d in a minute: %d", limitVisitor.many+1, last.status)
	}
	h.clock.move(time.Minute)
	for range limitUpload.many + 1 {
		last = h.upload(ada, "/api/v1/visitor/attachments", "a.txt", "text/plain", []byte("words"))
	}
	if last.status != 429 {
		t.Errorf("upload %d in an hour: %d", limitUpload.many+1, last.status)
	}
	for range limitVisitStart.many + 1 {
		last = h.do(call{method: "POST", path: "/api/v1/visitor/sessions", body: obj{"key": h.chat.Key}, address: "192.0.2.200:1"})
	}
	if last.status != 429 {
		t.Errorf("visit %d in an hour: %d", limitVisitStart.many+1, last.status)
	}
	long := h.do(call{method: "POST", path: "/api/v1/session", body: obj{"email": "x@example.org", "password": strings.Repeat("x", 900_000)}, address: "192.0.2.201:1"})
	if long.status != 422 {
		t.Errorf("a password of 900 kB: %d", long.status)
	}
	if a := h.get(h.admin, "/api/v1/conversations?limit=1000000000"); a.status != 422 {
		t.Errorf("a list of a milliard: %d", a.status)
	}
}

// A clock that is set back shuts nobody out, and keeps nothing that has changed.
func TestAClockSetBackShutsNobodyOut(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1e9, 0)}
	l := newLimiter(c, true)
	_ = l.take(limitLink, "x")
	c.move(-24 * time.Hour)
	_ = l.take(limitLink, "x") // the bucket may be full now
	c.move(2 * limitLink.span / time.Duration(limitLink.many))
	if err := l.take(limitLink, "x"); err != nil {
		t.Errorf("a moment later: %v", err)
	}
	k := &wire{s: &Server{limits: l, clock: c}, pace: pace{framesASecond, framesAtOnce}, allowance: framesAtOnce, countedAt: c.Now()}
	c.move(-time.Hour)
	if !k.allowed() {
		t.Error("a connection is cut")
	}
	h := newHouse(t)
	h.server.directory.of(h.ctx, h.ws)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	h.clock.move(-time.Hour)
	if _, known := h.server.directory.of(h.ctx, h.ws).members[agent.actor.Member()]; !known {
		t.Error("who has joined is unknown for an hour")
	}
}

func TestTheLimiterForgets(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1e9, 0)}
	l := newLimiter(c, true)
	for i := range 3 * maxKeys {
		_ = l.take(limitLink, fmt.Sprint(i))
		if i%1000 == 0 {
			c.move(time.Second)
		}
	}
	if n := len(l.empty); n > maxKeys {
		t.Errorf("it remembers %d", n)
	}
}

// C-06, D-08, W-20, and the bad input of every day: a clear problem that names the field, and nothing happens.
func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	id := string(h.write(ada, "Bonjour").Conversation.ID)
	version := h.write(ada, "Encore").Conversation.Version
	head := h.head(h.ws)
	reply := "/api/v1/conversations/" + id + "/messages"
	for name, c := range map[string]struct {
		call
		status   int
		location string
	}{
		"an unknown field":        {call{method: "POST", path: reply, as: h.admin, body: obj{"text": "x", "createdAt": "2020-01-01T00:00:00Z"}}, 422, "body.createdAt"},
		"somebody else's name":    {call{method: "POST", path: reply, as: h.admin, body: obj{"text": "x", "authorId": "x"}}, 422, "body.authorId"},
		"a made-up proof":         {call{method: "PATCH", path: "/api/v1/visitor", as: ada, body: obj{"verified": true}}, 422, "body.verified"},
		"a role of one's own":     {call{method: "PATCH", path: "/api/v1/me", as: h.admin, body: obj{"role": "administrator"}}, 422, "body.role"},
		"a workspace":             {call{method: "POST", path: "/api/v1/teams", as: h.admin, body: obj{"name": "x", "workspaceId": "x"}}, 422, "body.workspaceId"},
		"a wrong type":            {call{method: "POST", path: reply, as: h.admin, body: obj{"text": 7}}, 422, "body.text"},
		"too long a text":         {call{method: "POST", path: reply, as: h.admin, body: obj{"text": strings.Repeat("x", 20_001)}}, 422, "body.text"},
		"no text":                 {call{method: "POST", path: reply, as: h.admin, body: obj{"text": " \n "}}, 422, "body.text"},
		"no UTF-8":                {call{method: "POST", path: reply, as: h.admin, body: "{\"text\":\"a\xffb\"}"}, 400, "body"},
		"half a JSON":             {call{method: "POST", path: reply, as: h.admin, body: `{"text":`}, 400, "body"},
		"two JSONs":               {call{method: "POST", path: reply, as: h.admin, body: `{"text":"x"}{"text":"y"}`}, 400, "body"},
		"a deep JSON":             {call{method: "POST", path: reply, as: h.admin, body: strings.Repeat("[", 500_000)}, 400, "body"},
		"a body of 2 MB":          {call{method: "POST", path: reply, as: h.admin, body: obj{"text": strings.Repeat("x", 2<<20)}}, 413, ""},
		"a body of 2 MB, keyed":   {call{method: "POST", path: reply, as: h.admin, body: obj{"text": strings.Repeat("x", 2<<20)}, header: map[string]string{"Idempotency-Key": "k"}}, 413, ""},
		"a compressed body":       {call{method: "POST", path: reply, as: h.admin, body: obj{"text": "x"}, header: map[string]string{"Content-Encoding": "gzip"}}, 415, ""},
		"an unknown query":        {call{method: "GET", path: "/api/v1/conversations?workspace=x", as: h.admin}, 422, "query.workspace"},
		"a view that is none":     {call{method: "GET", path: "/api/v1/conversations?view=%27%20OR%201=1", as: h.admin}, 422, "query.view"},
		"a cursor that is none":   {call{method: "GET", path: "/api/v1/conversations?cursor=%27%3B--", as: h.admin}, 422, ""},
		"a key with a line break": {call{method: "POST", path: reply, as: h.admin, body: obj{"text": "x"}, header: map[string]string{"Idempotency-Key": "a b"}}, 422, "body.Idempotency-Key"},
		"no version":              {call{method: "POST", path: "/api/v1/conversations/" + id + "/resolve", as: h.admin, body: obj{}}, 428, "body.version"},
		"an old version":          {call{method: "POST", path: "/api/v1/conversations/" + id + "/resolve", as: h.admin, body: obj{"version": 0}}, 409, ""},
		"a snooze into the past":  {call{method: "POST", path: "/api/v1/conversations/" + id + "/snooze", as: h.admin, body: obj{"until": "2020-01-01T00:00:00Z", "version": version}}, 422, "body.until"},
		"a message without an id": {call{method: "POST", path: "/api/v1/visitor/messages", as: ada, body: obj{"text": "x"}}, 422, "body"},
		"an id that is none":      {call{method: "POST", path: "/api/v1/visitor/messages", as: ada, body: obj{"text": "x", "clientId": "1"}}, 422, "body.clientId"},
	} {
		a := h.do(c.call)
		p := a.problem()
		at := ""
		if len(p.Errors) > 0 {
			at = p.Errors[0].Location
		}
		if a.status != c.status || !strings.HasPrefix(at, c.location) || p.Code == "" || p.Detail == "" || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if len(a.body) > 4000 {
			t.Errorf("%s: the answer has %d bytes", name, len(a.body))
		}
	}
	if got := h.since(h.ws, head); got != "" {
		t.Errorf("it happened: %s", got)
	}
	stale := h.do(call{method: "POST", path: "/api/v1/conversations/" + id + "/resolve", as: h.admin, body: obj{}, header: map[string]string{"If-Match": `"0"`}}).problem()
	if current, _ := stale.Current.(map[string]any); stale.Code != "conversation_changed" || current["id"] != id || current["version"] == nil {
		t.Errorf("stale: %+v", stale)
	}
	if a := h.do(call{method: "POST", path: "/api/v1/conversations/" + id + "/resolve", as: h.admin, body: obj{}, header: map[string]string{"If-Match": h.get(h.admin, "/api/v1/conversations/"+id).header.Get("ETag")}}); a.status != 200 {
		t.Errorf("with the present ETag: %d %s", a.status, a.body)
	}
}

func TestAKeyMakesARetrySafe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	path := "/api/v1/conversations/" + string(h.write(ada, "Bonjour").Conversation.ID) + "/messages"
	send := func(who principal, key, text string) answer {
		return h.do(call{method: "POST", path: path, as: who, body: obj{"text": text}, header: map[string]string{"Idempotency-Key": key}})
	}
	key := newID()
	first, second := send(h.admin, key, "Oui"), send(h.admin, key, "Oui")
	if first.status != 201 || second.status != 201 || read[Message](t, first).ID != read[Message](t, second).ID {
		t.Errorf("%d %s, then %d %s", first.status, first.body, second.status, second.body)
	}
	if a := send(h.admin, key, "Non"); a.status != 422 || a.problem().Code != "idempotency_mismatch" {
		t.Errorf("other words under the same key: %d %s", a.status, a.body)
	}
	if a := send(h.token(h.admin, vis.WriteConversations, vis.ReadConversations), key, "Oui"); a.status != 201 || read[Message](t, a).ID == read[Message](t, first).ID {
		t.Errorf("somebody else's key: %d %s", a.status, a.body)
	}
	made := func() CreatedToken {
		return read[CreatedToken](t, h.do(call{method: "POST", path: "/api/v1/tokens", as: h.admin, body: obj{"name": "T", "scopes": []string{"settings:read"}},
			header: map[string]string{"Idempotency-Key": "token"}}))
	}
	if one, two := made(), made(); one.Secret == "" || one.Secret != two.Secret {
		t.Error("a retry lost the token's secret")
	}
	upload := func() Attachment {
		body, contentType := fileForm("a.txt", "text/plain", []byte("words"))
		return read[Attachment](t, h.do(call{method: "POST", path: "/api/v1/attachments", as: h.admin, body: body,
			header: map[string]string{"Content-Type": contentType, "Idempotency-Key": "file"}}))
	}
	if one, two := upload(), upload(); one.ID != two.ID {
		t.Error("a file that was sent again is another")
	}
}

// W-01: who says who she is without a proof is nobody.
func TestClaimsNeedAProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	h.write(ada, "Canary-ada")
	start := func(identity string, by principal) answer {
		return h.do(call{method: "POST", path: "/api/v1/visitor/sessions", as: by, body: obj{"key": h.chat.Key, "identity": identity}})
	}
	claims := jwt.MapClaims{"sub": "42", "email": "ada@example.org", "name": "Ada", "exp": h.clock.Now().Add(time.Hour).Unix()}
	signed := func(method jwt.SigningMethod, c jwt.MapClaims, key any) string {
		s, err := jwt.NewWithClaims(method, c).SignedString(key)
		h.must(err)
		return s
	}
	if a := start(signed(jwt.SigningMethodHS256, claims, []byte("guess")), nobody); a.status != 401 {
		t.Errorf("before there is a secret: %d %s", a.status, a.body)
	}
	secret := []byte(read[ChannelSecret](t, h.post(h.admin, "/api/v1/channels/"+string(h.chat.ID)+"/secret", obj{})).Secret)
	other := h.channel(h.ws, h.admin, "Other")
	others := []byte(read[ChannelSecret](t, h.post(h.admin, "/api/v1/channels/"+string(other.ID)+"/secret", obj{})).Secret)
	late := jwt.MapClaims{"sub": "42", "exp": h.clock.Now().Add(-time.Hour).Unix()}
	endless := jwt.MapClaims{"sub": "42"}
	for name, token := range map[string]string{
		"a wrong signature":    signed(jwt.SigningMethodHS256, claims, []byte("guess")),
		"an empty secret":      signed(jwt.SigningMethodHS256, claims, []byte{}),
		"another's secret":     signed(jwt.SigningMethodHS256, claims, others),
		"no signature":         signed(jwt.SigningMethodNone, claims, jwt.UnsafeAllowNoneSignatureType),
		"another algorithm":    signed(jwt.SigningMethodHS512, claims, secret),
		"one that has expired": signed(jwt.SigningMethodHS256, late, secret),
		"one without an end":   signed(jwt.SigningMethodHS256, endless, secret),
		"no token at all":      "x.y.z",
	} {
		if a := start(token, nobody); a.status != 401 || strings.Contains(string(a.body), "Canary") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// With a proof, what she said before on this device becomes hers; what others said does not.
	a := read[VisitorSession](t, start(signed(jwt.SigningMethodHS256, claims, secret), ada))
	if !a.Visitor.Verified || len(a.Conversations) != 1 {
		t.Errorf("proved: %+v", a)
	}
	bob := h.visitor(h.ws, h.chat)
	if got := read[Visitor](t, h.do(call{method: "PATCH", path: "/api/v1/visitor", as: bob, body: obj{"email": "ada@example.org", "name": "Ada"}})); got.Verified {
		t.Error("an address that somebody typed counts as proved")
	}
	if state := h.get(bob, "/api/v1/visitor"); strings.Contains(string(state.body), "Canary") {
		t.Errorf("an address that somebody typed gave her %s", state.body)
	}
}

// F-08, F-09, W-03: a link to a file holds for one reader, one file and a quarter of an hour.
func TestLinksToFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.hire(h.admin, "Yann", vis.Agent)
	ada := h.visitor(h.ws, h.chat)
	id := string(h.write(ada, "Bonjour").Conversation.ID)
	mine := read[Attachment](t, h.upload(h.admin, "/api/v1/attachments", "devis.txt", "text/plain", []byte("forty euros")))
	other := read[Attachment](t, h.upload(h.admin, "/api/v1/attachments", "b.txt", "text/plain", []byte("another")))
	if a := h.post(h.admin, "/api/v1/conversations/"+id+"/notes", obj{"text": "x", "attachmentIds": []string{mine.ID}}); a.status != 201 {
		t.Fatalf("%s", a.body)
	}
	link := read[Attachment](t, h.get(agent, "/api/v1/attachments/"+mine.ID)).URL
	a := h.get(nobody, link)
	if a.status != 200 || string(a.body) != "forty euros" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for name, want := range map[string]string{"Content-Disposition": "attachment; filename=devis.txt", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": policyContent, "Cache-Control": "private, no-store", "Content-Type": "text/plain; charset=utf-8"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if part := h.do(call{method: "GET", path: link, header: map[string]string{"Range": "bytes=6-"}}); part.status != 206 || string(part.body) != "euros" {
		t.Errorf("a part: %d %s", part.status, part.body)
	}
	u, err := url.Parse(link)
	h.must(err)
	q := u.Query()
	changed := func(change func(q url.Values)) string {
		c, _ := url.Parse(link)
		v := c.Query()
		change(v)
		c.RawQuery = v.Encode()
		return c.String()
	}
	later := h.clock.Now().Add(14 * time.Minute).Unix()
	for name, path := range map[string]string{
		"another file":     strings.Replace(link, mine.ID, other.ID, 1),
		"a file not there": strings.Replace(link, mine.ID, newID(), 1),
		"another reader":   changed(func(q url.Values) { q.Set("a", strings.Replace(q.Get("a"), agent.actor.ID, h.admin.actor.ID, 1)) }),
		"another form":     changed(func(q url.Values) { q.Set("a", q.Get("a")[:len(q.Get("a"))-1]+"p") }),
		"a later end":      changed(func(q url.Values) { q.Set("e", fmt.Sprint(later)) }),
		"a zero before":    changed(func(q url.Values) { q.Set("e", "0"+q.Get("e")) }),
		"a moved byte":     changed(func(q url.Values) { q.Set("a", q.Get("a")+q.Get("e")[:1]); q.Set("e", q.Get("e")[1:]) }),
		"no signature":     changed(func(q url.Values) { q.Del("s") }),
		"an empty one":     changed(func(q url.Values) { q.Set("s", "") }),
		"a short one":      changed(func(q url.Values) { q.Set("s", q.Get("s")[:10]) }),
		"one more thing":   changed(func(q url.Values) { q.Set("x", "1") }),
		"a thing twice":    link + "&e=" + q.Get("e"),
	} {
		if a := h.get(nobody, path); a.status != 403 || strings.Contains(string(a.body), "euros") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := h.do(call{method: "POST", path: link}); a.status == 200 {
		t.Error("another method works")
	}
	// Ada never sees a note's file, not even with a link made for her.
	hers := h.server.contentURL(to(ada.actor), mine.ID, formOriginal)
	if a := h.get(nobody, hers); a.status != 403 {
		t.Errorf("a note's file for its customer: %d", a.status)
	}
	h.clock.move(16 * time.Minute)
	if a := h.get(nobody, link); a.status != 403 {
		t.Errorf("after its time: %d", a.status)
	}
	link = read[Attachment](t, h.get(agent, "/api/v1/attachments/"+mine.ID)).URL
	m, err := h.staff.Member(h.ctx, h.ws, agent.actor.Member())
	h.must(err)
	if a := h.do(call{method: "PATCH", path: "/api/v1/members/" + agent.actor.ID, as: h.admin, body: obj{"disabled": true, "version": m.Version}}); a.status != 200 {
		t.Fatalf("%s", a.body)
	}
	if a := h.get(nobody, link); a.status != 403 {
		t.Errorf("of a disabled member: %d", a.status)
	}
	// Nor does a link that her token was given outlive her.
	boss := h.hire(h.admin, "Soazig", vis.Administrator)
	robot := h.token(boss, vis.ReadConversations)
	link = read[Attachment](t, h.get(robot, "/api/v1/attachments/"+mine.ID)).URL
	if a := h.get(nobody, link); a.status != 200 {
		t.Fatalf("of a token: %d %s", a.status, a.body)
	}
	m, err = h.staff.Member(h.ctx, h.ws, boss.actor.Member())
	h.must(err)
	if a := h.do(call{method: "PATCH", path: "/api/v1/members/" + boss.actor.ID, as: h.admin, body: obj{"disabled": true, "version": m.Version}}); a.status != 200 {
		t.Fatalf("%s", a.body)
	}
	if a := h.get(nobody, link); a.status != 403 {
		t.Errorf("of a disabled member's token: %d", a.status)
	}
}

// C-14: what visitors are told, field by field. A new one is a decision: add it here when a customer may know it.
func TestVisitorsSeeOnlyTheseFields(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	file := read[Attachment](t, h.upload(ada, "/api/v1/visitor/attachments", "a.png", "image/png", pixel(2, 2)))
	written := h.post(ada, "/api/v1/visitor/messages", obj{"text": "x", "clientId": newID(), "attachmentIds": []string{file.ID}})
	id := read[VisitorWritten](t, written).Conversation.ID
	h.post(h.admin, "/api/v1/conversations/"+id+"/messages", obj{"text": "y"})
	h.post(h.admin, "/api/v1/conversations/"+id+"/steps", obj{"text": "z", "expectedAt": "2027-01-01T00:00:00Z"})
	got := make(map[string]bool)
	for _, a := range []answer{written, h.get(ada, "/api/v1/visitor"), h.get(ada, "/api/v1/visitor/conversations/"+id+"/messages"),
		h.get(nobody, "/api/v1/visitor/channel?key="+h.chat.Key), h.post(nobody, "/api/v1/visitor/sessions", obj{"key": h.chat.Key}),
		h.post(ada, "/api/v1/visitor/assists", obj{})} {
		var v any
		h.must(json.Unmarshal(a.body, &v))
		fields(v, "", got)
	}
	want := make(map[string]bool)
	for _, f := range strings.Fields(visibleToVisitors) {
		want[f] = true
	}
	for f := range got {
		if !want[f] {
			t.Errorf("visitors are told %s", f)
		}
	}
	for f := range want {
		if !got[f] {
			t.Errorf("visitors are not told %s any more", f)
		}
	}
}

const visibleToVisitors = `
assist assist.asked assist.consents assist.conversationId assist.id assist.lateAt assist.pressedAt assist.ringing assist.state assist.version assist.watchers
iceServers iceServers.credential iceServers.urls iceServers.username
cobrowse colour greeting greeting.en greeting.fr here languages name open promise promise.answerBy promise.term promise.term.for promise.zone team team.face team.firstName team.here workspace token
visitor visitor.email visitor.id visitor.locale visitor.name visitor.verified
conversation conversation.agents conversation.id conversation.lastMessageAt conversation.lastPosition conversation.memberReadPosition conversation.preview
conversation.readPosition conversation.state conversation.subject
conversations conversations.agents conversations.agents.face conversations.agents.firstName conversations.agents.id conversations.id conversations.lastMessageAt
conversations.lastPosition conversations.memberReadPosition conversations.preview conversations.readPosition conversations.state conversations.subject
conversations.steps conversations.steps.at conversations.steps.by conversations.steps.by.face conversations.steps.by.firstName conversations.steps.by.id
conversations.steps.expectedAt conversations.steps.id conversations.steps.kind conversations.steps.state conversations.steps.text
items items.attachments items.attachments.height items.attachments.id items.attachments.kind items.attachments.mediaType items.attachments.name
items.attachments.originalUrl items.attachments.previewUrl items.attachments.size items.attachments.url items.attachments.width
items.author items.author.face items.author.firstName items.author.id items.author.kind items.clientId items.conversationId items.createdAt items.id items.position items.text
message message.attachments message.attachments.height message.attachments.id message.attachments.kind message.attachments.mediaType message.attachments.name
message.attachments.originalUrl message.attachments.previewUrl message.attachments.size message.attachments.url message.attachments.width
message.author message.author.id message.author.kind message.clientId message.conversationId message.createdAt message.id message.position message.text`

func fields(v any, at string, into map[string]bool) {
	switch t := v.(type) {
	case []any:
		for _, one := range t {
			fields(one, at, into)
		}
	case map[string]any:
		for name, one := range t {
			path := strings.TrimPrefix(at+"."+name, ".")
			into[path] = true
			fields(one, path, into)
		}
	}
}

// C-17: what watches the server says nothing of anybody, and only to this machine.
func TestMetricsAreForThisMachine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.get(h.admin, "/api/v1/me")
	local := h.do(call{method: "GET", path: "/metrics", address: "127.0.0.1:9"})
	if local.status != 200 || !strings.Contains(string(local.body), `visavis_requests_total{route="GET /api/v1/me",status="200"} 1`) {
		t.Errorf("%d %.500s", local.status, local.body)
	}
	if strings.Contains(string(local.body), h.admin.actor.ID) || strings.Contains(string(local.body), string(h.ws)) {
		t.Error("a label holds an id")
	}
	for _, c := range []call{{method: "GET", path: "/metrics", address: "192.0.2.1:9"},
		{method: "GET", path: "/metrics", address: "127.0.0.1:9", header: map[string]string{"X-Forwarded-For": "127.0.0.1"}},
		{method: "GET", path: "/debug/pprof/", address: "127.0.0.1:9"}} {
		if a := h.do(c); a.status != http.StatusNotFound {
			t.Errorf("%s from %s: %d", c.path, c.address, a.status)
		}
	}
}
