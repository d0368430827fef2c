package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"visavis/internal/vis"
)

// ear is a media server's other end that believes one word.
type ear struct {
	about vis.AssistID
	heard []string
}

func (e *ear) About([]byte) vis.AssistID { return e.about }

func (e *ear) Hear(_ context.Context, authorization string, body []byte) error {
	if authorization != "true" {
		return vis.Errorf(vis.Unauthenticated, "not_livekit", "This does not come from the LiveKit server.")
	}
	e.heard = append(e.heard, string(body))
	return nil
}

// W-23
func TestOnlyTheMediaServersWordsAreHeard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := &ear{}
	h.server.mediaHook = e
	for _, c := range []struct {
		body, authorization, origin string
		status                      int
	}{
		{`{"event":"room_started"}`, "true", "", 204},
		{`{"event":"room_started"}`, "forged", "", 401},
		{`{"event":"room_started"}`, "", "", 401},
		{`{"event":"room_started"}`, "true", "https://elsewhere.example", 403}, // a browser, for a page of somebody's
		{strings.Repeat("x", maxMediaWord+1), "true", "", 413},
	} {
		r := httptest.NewRequest("POST", "/api/v1/livekit/words", strings.NewReader(c.body))
		r.Header.Set("Authorization", c.authorization)
		r.Header.Set("Content-Type", "application/webhook+json")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.server.Handler().ServeHTTP(w, r)
		if w.Code != c.status || c.status >= 400 && !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%.30s as %q: %d %s", c.body, c.authorization, w.Code, w.Body)
		}
	}
	if got := strings.Join(e.heard, ","); got != `{"event":"room_started"}` {
		t.Errorf("heard %s", got)
	}
}

// Pages connect to this site, and to the media server where calls run through one: to no other.
func TestPagesConnectToThisSiteAndItsMediaServerOnly(t *testing.T) {
	t.Parallel()
	for media, want := range map[string]string{
		"":                        "connect-src 'self' wss://help.example;",
		"wss://livekit.example":   "connect-src 'self' wss://help.example wss://livekit.example;",
		"ws://livekit.local:7880": "connect-src 'self' wss://help.example ws://livekit.local:7880;",
	} {
		s, err := New(Options{PublicURL: "https://help.example", MediaURL: media})
		if err != nil {
			t.Fatal(err)
		}
		for name, policy := range map[string]string{"desk": s.deskPolicy, "chat": s.appPolicy("", "'self'")} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s with %q: %s", name, media, policy)
			}
		}
		s.Close()
	}
}

// W-23: LiveKit speaks to whichever node it reaches; the one that holds the call listens, and verifies what it hears.
func TestAWordOfTheMediaServerReachesTheNodeThatHoldsTheCall(t *testing.T) {
	t.Parallel()
	first, second, _, _ := several(t)
	yann := first.hire(first.admin, "Yann", vis.Agent)
	first.available(yann)
	anna := first.visitor(first.ws, first.chat)
	id := vis.AssistID(read[PressedAssist](t, first.post(anna, "/api/v1/visitor/assists", obj{})).Assist.ID)
	holds, beside := &ear{about: id}, &ear{about: id}
	first.server.mediaHook, second.server.mediaHook = holds, beside
	says := func(authorization string) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", second.url+"/api/v1/livekit/words", strings.NewReader(`{"n":1}`))
		second.must(err)
		r.Header.Set("Authorization", authorization)
		answer, err := http.DefaultClient.Do(r)
		second.must(err)
		second.must(answer.Body.Close())
		return answer.StatusCode
	}
	if got := []int{says("true"), says("forged")}; got[0] != 204 || got[1] != 401 {
		t.Errorf("answered %v", got)
	}
	holds.about = vis.AssistID(newID())
	beside.about = holds.about // nobody's: it is listened to where it came
	if got := says("true"); got != 204 {
		t.Errorf("of no call of ours: %d", got)
	}
	if len(holds.heard) != 1 || holds.heard[0] != `{"n":1}` || len(beside.heard) != 1 {
		t.Errorf("the one that holds it heard %q, the other %q", holds.heard, beside.heard)
	}
}
