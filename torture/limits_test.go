package torture

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// doors are routes that take a body: one for strangers, one for visitors, one for members.
func (h *house) doors(t *testing.T) map[string]struct {
	path string
	auth []string
} {
	v, m := h.talking(t, "Hello")
	return map[string]struct {
		path string
		auth []string
	}{
		"stranger": {"/api/v1/session", []string{"Origin", h.Base}},
		"visitor":  {"/api/v1/visitor/messages", []string{"Authorization", v.Auth, "Origin", h.Base}},
		"member":   {"/api/v1/conversations/" + m.ConversationID + "/messages", h.auth()},
	}
}

// D-08
func TestDeepJSONIsRefusedSoon(t *testing.T) {
	h := home(t)
	for name, door := range h.doors(t) {
		for shape, body := range map[string]string{
			"arrays":           `{"text":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`,
			"objects":          strings.Repeat(`{"text":`, 100_000) + `1` + strings.Repeat(`}`, 100_000),
			"arrays, unclosed": strings.Repeat("[", 500_000),
		} {
			began := time.Now()
			got := h.post(t, door.path, body, door.auth...)
			if got.Status < 400 || got.Status >= 500 {
				t.Errorf("%s, deep %s: %s", name, shape, got)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s, deep %s: refused after %v", name, shape, took)
			}
		}
	}
}

// D-08
func TestMillionKeysAreRefused(t *testing.T) {
	h := home(t)
	var body strings.Builder
	body.WriteString(`{"text":"x"`)
	for i := range 1_000_000 {
		fmt.Fprintf(&body, `,"k%d":1`, i)
	}
	body.WriteString("}")
	before := h.memory()
	for name, door := range h.doors(t) {
		if got := h.post(t, door.path, body.String(), door.auth...); got.Status != 0 && (got.Status < 400 || got.Status >= 500) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if grown := h.memory() - before; grown > 200<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
}

// D-08
func TestGzippedRequestIsNotExpanded(t *testing.T) {
	h := home(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write([]byte(`{"text":"`))
	for range 256 {
		_, _ = z.Write(bytes.Repeat([]byte("a"), 1<<20)) // into a bytes.Buffer: it does not fail
	}
	_, _ = z.Write([]byte(`"}`))
	_ = z.Close()
	before := h.memory()
	for name, door := range h.doors(t) {
		header := pairs(door.auth)
		header["Content-Type"], header["Content-Encoding"], header["Idempotency-Key"] = "application/json", "gzip", newID()
		got := h.do(t, ask{method: "POST", path: door.path, header: header, body: bytes.NewReader(bomb.Bytes())})
		if got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s: %s", name, got)
		}
	}
	if grown := h.memory() - before; grown > 100<<20 {
		t.Errorf("the server grew by %d MiB", grown>>20)
	}
}

// D-08
func TestBodyBeyondTheLimitIsRefused(t *testing.T) {
	h := home(t)
	body := `{"text":"` + strings.Repeat("a", 3<<20) + `"}`
	for name, door := range h.doors(t) {
		if got := h.post(t, door.path, body, door.auth...); !oneOf(got.Status, 0, 413, 422) {
			t.Errorf("%s: %s", name, got)
		}
	}
	// Without a length told beforehand the limit holds too.
	for name, door := range h.doors(t) {
		header := pairs(door.auth)
		header["Content-Type"], header["Idempotency-Key"] = "application/json", newID()
		got := h.do(t, ask{method: "POST", path: door.path, header: header, body: io.MultiReader(strings.NewReader(body))})
		if !oneOf(got.Status, 0, 413, 422) {
			t.Errorf("%s, chunked: %s", name, got)
		}
	}
}

// D-08
func TestSlowHeadersAreCutOffAndHinderNobody(t *testing.T) {
	t.Parallel()
	h := home(t)
	const slow = 300
	var conns []net.Conn
	for range slow {
		conn, err := net.DialTimeout("tcp", h.Address, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	began := time.Now()
	if got := h.get(t, "/livez"); got.Status != http.StatusOK || time.Since(began) > time.Second {
		t.Errorf("beside slow strangers: %s after %v", got, time.Since(began))
	}
	var waiting sync.WaitGroup
	var mu sync.Mutex
	held := 0
	for _, conn := range conns {
		waiting.Go(func() {
			deadline := began.Add(15 * time.Second)
			for time.Now().Before(deadline) { // one byte a second keeps it busy
				_ = conn.SetReadDeadline(time.Now().Add(time.Second))
				_, err := conn.Read(make([]byte, 512))
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					if _, err := io.WriteString(conn, "x"); err != nil {
						return
					}
					continue
				}
				if err != nil {
					return
				}
			}
			mu.Lock()
			held++
			mu.Unlock()
		})
	}
	waiting.Wait()
	if held > 0 {
		t.Errorf("%d of %d slow connections were still held after 15 seconds", held, slow)
	}
}

// D-08
func TestHugeHeadersAreRefused(t *testing.T) {
	h := home(t)
	got, err := h.raw(t, "GET /livez HTTP/1.1\r\nHost: "+h.Address+"\r\nX-Big: "+strings.Repeat("a", 256<<10)+"\r\n\r\n")
	if err == nil && got.Status != http.StatusRequestHeaderFieldsTooLarge && got.Status != 400 {
		t.Errorf("got %s", got)
	}
}

// D-08
func TestHundredThousandQueryParametersAreHarmless(t *testing.T) {
	h := home(t)
	var query strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&query, "&a%d=1", i)
	}
	began := time.Now()
	got := h.get(t, "/api/v1/conversations?view=all"+query.String(), h.auth()...)
	if got.Status == 0 || got.Status >= 500 {
		t.Errorf("got %s", got)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// D-09
func TestUnreasonableLimitIsCappedOrRefused(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	for _, path := range []string{
		"/api/v1/conversations?view=all",
		"/api/v1/conversations/" + m.ConversationID + "/messages?x=",
		"/api/v1/search?q=hello",
		"/api/v1/events?after=0",
		"/api/v1/audit?x=",
	} {
		for _, limit := range []string{"1000000000", "101", "0", "-1", "9999999999999999999999", "ten", "1e3", ""} {
			got := h.get(t, path+"&limit="+limit, h.auth()...)
			if got.Status >= 500 || got.Status == 0 {
				t.Errorf("%s&limit=%s: %s", path, limit, got)
			}
			var page struct{ Items []json.RawMessage }
			if got.Status == 200 && json.Unmarshal(got.Body, &page) == nil && len(page.Items) > 100 {
				t.Errorf("%s&limit=%s gives %d items", path, limit, len(page.Items))
			}
		}
	}
}

// D-09, C-07
func TestForgedCursorIsRefused(t *testing.T) {
	h := home(t)
	for _, cursor := range []string{"x", "AAAA", "%00", "eyJhIjoxfQ", "'; DROP TABLE messages; --", "-1", strings.Repeat("A", 5000)} {
		got := h.get(t, "/api/v1/conversations?view=all&cursor="+strings.NewReplacer(" ", "%20", ";", "%3B", "'", "%27").Replace(cursor), h.auth()...)
		if !oneOf(got.Status, 400, 422) {
			t.Errorf("cursor %.20q: %s", cursor, got)
		}
	}
}

// C-06
func TestUnknownFieldIsRefusedByName(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	visitor := []string{"Authorization", v.Auth, "Origin", h.Base}
	for _, row := range []struct {
		path, body, field string
		auth              []string
	}{
		{"/api/v1/visitor/messages", `{"text":"x","attachmentIds":[],"clientId":"` + newID() + `","createdAt":"2001-01-01T00:00:00Z"}`, "createdAt", visitor},
		{"/api/v1/visitor/messages", `{"text":"x","attachmentIds":[],"clientId":"` + newID() + `","author":{"kind":"member"}}`, "author", visitor},
		{"/api/v1/visitor/sessions", `{"key":"` + h.channel.Key + `","locale":"fr","zone":"Europe/Paris","verified":true}`, "verified", []string{"Origin", h.Base}},
		{"/api/v1/visitor/sessions", `{"key":"` + h.channel.Key + `","locale":"fr","zone":"Europe/Paris","customerId":"` + newID() + `"}`, "customerId", []string{"Origin", h.Base}},
		{"/api/v1/conversations/" + m.ConversationID + "/messages", `{"text":"x","attachmentIds":[],"position":1}`, "position", h.auth()},
		{"/api/v1/conversations/" + m.ConversationID + "/notes", `{"text":"x","attachmentIds":[],"workspaceId":"w"}`, "workspaceId", h.auth()},
		{"/api/v1/channels", `{"kind":"webchat","name":"x","settings":{},"key":"mine"}`, "key", h.auth()},
		{"/api/v1/session", `{"email":"a@b.example","password":"x","role":"administrator"}`, "role", []string{"Origin", h.Base}},
	} {
		got := h.post(t, row.path, row.body, row.auth...)
		if got.Status != 422 || !strings.Contains(string(got.Body), row.field) {
			t.Errorf("%s with %s: %s", row.path, row.field, got)
		}
		if kind := got.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
			t.Errorf("%s with %s: the problem is told as %q", row.path, row.field, kind)
		}
	}
}

func TestWrongTypeIsRefusedByName(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	visitor := []string{"Authorization", v.Auth, "Origin", h.Base}
	for _, row := range []struct {
		path, body, field string
		auth              []string
	}{
		{"/api/v1/visitor/messages", `{"text":7,"attachmentIds":[],"clientId":"` + newID() + `"}`, "text", visitor},
		{"/api/v1/visitor/messages", `{"text":"x","attachmentIds":"a","clientId":"` + newID() + `"}`, "attachmentIds", visitor},
		{"/api/v1/visitor/messages", `{"text":"x","attachmentIds":[],"clientId":"not an id"}`, "clientId", visitor},
		{"/api/v1/conversations/" + m.ConversationID + "/resolve", `{"version":"one"}`, "version", h.auth()},
		{"/api/v1/conversations/" + m.ConversationID + "/snooze", `{"until":"tomorrow","version":1}`, "until", h.auth()},
		{"/api/v1/conversations/" + m.ConversationID + "/read", `{"position":1.5}`, "position", []string{"Cookie", h.signIn(t, adminEmail, adminPassword), "Origin", h.Base}},
	} {
		got := h.post(t, row.path, row.body, row.auth...)
		if !oneOf(got.Status, 400, 422) || !strings.Contains(string(got.Body), row.field) {
			t.Errorf("%s with a wrong %s: %s", row.path, row.field, got)
		}
	}
	for _, body := range []string{"", "null", "[]", `"text"`, "7", "{", `{"text":"x"`, "\xff\xfe", `{"text":"x"}{"text":"y"}`} {
		got := h.post(t, "/api/v1/visitor/messages", body, visitor...)
		if got.Status < 400 || got.Status >= 500 {
			t.Errorf("the body %q: %s", body, got)
		}
	}
}

// W-20
func TestTooLongTextsAreRefusedByName(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	long := strings.Repeat("é", 200_000) // 400 kB: below the limit of a body
	for _, row := range []struct {
		method, path, body, field string
		auth                      []string
	}{
		{"POST", "/api/v1/visitor/messages", `{"text":"` + long + `","attachmentIds":[],"clientId":"` + newID() + `"}`, "text", []string{"Authorization", v.Auth, "Origin", h.Base}},
		{"PATCH", "/api/v1/visitor", `{"name":"` + long + `"}`, "name", []string{"Authorization", v.Auth, "Origin", h.Base}},
		{"PATCH", "/api/v1/visitor", `{"email":"` + strings.Repeat("a", 5000) + `@b.example"}`, "email", []string{"Authorization", v.Auth, "Origin", h.Base}},
		{"POST", "/api/v1/conversations/" + m.ConversationID + "/messages", `{"text":"` + long + `","attachmentIds":[]}`, "text", h.auth()},
		{"POST", "/api/v1/conversations/" + m.ConversationID + "/notes", `{"text":"` + long + `","attachmentIds":[]}`, "text", h.auth()},
		{"PATCH", "/api/v1/conversations/" + m.ConversationID, `{"subject":"` + long + `","version":1}`, "subject", h.auth()},
		{"POST", "/api/v1/teams", `{"name":"` + long + `","memberIds":[]}`, "name", h.auth()},
	} {
		header := pairs(row.auth)
		header["Content-Type"], header["Idempotency-Key"] = "application/json", newID()
		got := h.do(t, ask{method: row.method, path: row.path, header: header, body: strings.NewReader(row.body)})
		if got.Status != 422 || !strings.Contains(string(got.Body), row.field) {
			t.Errorf("%s %s with a long %s: %s", row.method, row.path, row.field, got)
		}
		if len(got.Body) > 20_000 {
			t.Errorf("%s %s: the refusal repeats what it refuses, %d bytes", row.method, row.path, len(got.Body))
		}
	}
}

func TestInvalidUTF8AndControlCharactersNeverReachTheStore(t *testing.T) {
	h := home(t)
	v, m := h.talking(t, "Hello")
	for name, text := range map[string]string{
		"lone byte":      "a\xffb",
		"overlong":       "a\xc0\xafb",
		"lone surrogate": `a\ud800b`,
		"NUL":            `a\u0000b`,
		"escape":         `a\u001b[31mb`,
	} {
		got := h.post(t, "/api/v1/visitor/messages",
			`{"conversationId":"`+m.ConversationID+`","text":"`+text+`","attachmentIds":[],"clientId":"`+newID()+`"}`,
			"Authorization", v.Auth, "Origin", h.Base)
		if got.Status >= 500 || got.Status == 0 {
			t.Errorf("%s: %s", name, got)
		}
		if oneOf(got.Status, 400, 422) && !strings.Contains(string(got.Body), "text") && !strings.Contains(string(got.Body), "UTF-8") {
			t.Errorf("%s: the refusal does not name the field: %s", name, got)
		}
	}
	all, err := readMessages(t.Context(), h.Admin(), m.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	for _, stored := range all {
		if !utf8.ValidString(stored.Text) || strings.ContainsAny(stored.Text, "\x00\x1b") {
			t.Errorf("stored: %q", stored.Text)
		}
	}
}

// C-07
func TestSearchWordsAreLiteral(t *testing.T) {
	h := home(t)
	canary := "canary" + newID()[:8]
	h.talking(t, canary)
	for _, q := range []string{
		`' OR '1'='1`, `"`, `*`, `%`, `_`, `\`, `a AND`, `NEAR(`, `customers : x`, `x) OR (y`, `-`, `^`, `:*`, `a & !b`, `<->`, `{}`, strings.Repeat("a ", 2000), "\x00", "…", "'); SELECT pg_sleep(5); --",
	} {
		began := time.Now()
		got := h.do(t, ask{method: "GET", path: "/api/v1/search?q=" + escape(q), header: pairs(h.auth())})
		if !oneOf(got.Status, 200, 400, 422) {
			t.Errorf("q=%.30q: %s", q, got)
		}
		if strings.Contains(string(got.Body), canary) {
			t.Errorf("q=%.30q finds what does not hold it", q)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("q=%.30q took %v", q, took)
		}
	}
}

func escape(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&out, "%%%02X", b)
	}
	return out.String()
}

// An idempotency key names one request: the same body is answered alike, another is refused.
func TestSameKeyWithAnotherBodyIsRefused(t *testing.T) {
	h := home(t)
	_, m := h.talking(t, "Hello")
	path := "/api/v1/conversations/" + m.ConversationID + "/messages"
	key := newID()
	first := h.post(t, path, `{"text":"one","attachmentIds":[]}`, append(h.auth(), "Idempotency-Key", key)...)
	again := h.post(t, path, `{"text":"one","attachmentIds":[]}`, append(h.auth(), "Idempotency-Key", key)...)
	other := h.post(t, path, `{"text":"two","attachmentIds":[]}`, append(h.auth(), "Idempotency-Key", key)...)
	var one, two Message
	if json.Unmarshal(first.Body, &one) != nil || json.Unmarshal(again.Body, &two) != nil || one.ID == "" || one.ID != two.ID || one.Position != two.Position {
		t.Errorf("the retry was answered otherwise:\n%s\n%s", first, again)
	}
	if other.Status != 422 || other.problem().Code != "idempotency_mismatch" {
		t.Errorf("another body under the same key: %s", other)
	}
	// Fifty at once are one.
	key = newID()
	ids := make([]string, 50)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			var m Message
			for status(h.Admin().Call(t.Context(), "POST", path, key, map[string]any{"text": "at once", "attachmentIds": []string{}}, &m)) == 409 {
				time.Sleep(5 * time.Millisecond) // the first is still being answered
			}
			ids[i] = m.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("fifty at once became %q", ids)
		}
	}
}
