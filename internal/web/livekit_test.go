package web

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"visavis/internal/assist"
	"visavis/internal/assist/livekit"
	"visavis/internal/assist/media/mediatest"
	"visavis/internal/vis"
)

// cluster stands for LiveKit: whoever has a ticket is there.
type cluster struct {
	mu    sync.Mutex
	there map[string]bool
	asked []string
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, method, _ := strings.Cut(r.URL.Path, "RoomService/")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, method)
	var all []map[string]string
	for name := range c.there {
		all = append(all, map[string]string{"identity": name, "state": "ACTIVE"})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"participants": all})
}

// enters lets the holder of a ticket in.
func (c *cluster) enters(t *testing.T, ticket *MediaTicket) {
	t.Helper()
	if ticket == nil || ticket.URL == "" {
		t.Fatal("there is no ticket")
	}
	c.come(nameIn(t, ticket.Token))
}

func (c *cluster) come(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.there[name] = true
}

// was reports whether the server was asked for something.
func (c *cluster) was(method string) func() bool {
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return strings.Contains(strings.Join(c.asked, " "), method)
	}
}

func TestACallThroughLiveKit(t *testing.T) {
	t.Parallel()
	c := &cluster{there: make(map[string]bool)}
	at := httptest.NewServer(c)
	t.Cleanup(at.Close)
	mint := vis.Mint{Rand: rand.Reader}
	h := newHouse(t, func(o *Options) {
		backend, err := livekit.New(t.Context(), livekit.Options{URL: at.URL, Key: "k", Secret: "s", Clock: vis.ClockFunc(time.Now), Mint: mint})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(backend.Close)
		through := o.Assist.Options
		through.Media = backend
		o.Assist, o.MediaURL, o.MediaHook = assist.New(through), backend.Address(), backend
	})
	yann, boss := h.hire(h.admin, "Yann", vis.Agent), h.hire(h.admin, "Bruno", vis.Supervisor)
	anna := h.visitor(h.ws, h.chat)
	h.available(yann)
	url := h.serve()
	hers := h.open(url, anna, nil)

	id := read[PressedAssist](t, h.post(anna, "/api/v1/visitor/assists", obj{"offer": mediatest.Customer(t, webrtc.Configuration{}).Offer()})).Assist.ID
	mine, ours := "/api/v1/visitor/assists/"+id, "/api/v1/assists/"+id
	taken := read[JoinedAssist](t, h.post(yann, ours+"/accept", obj{"offer": mediatest.Agent(t).Offer()}))
	if taken.Answer != "" || len(taken.IceServers) != 0 || taken.Recording != "off" {
		t.Errorf("taken: %q %v %s", taken.Answer, taken.IceServers, taken.Recording)
	}
	c.enters(t, taken.Ticket)
	told := hers.next("assist_answer")
	ticket, _ := told["ticket"].(map[string]any)
	token, _ := ticket["token"].(string)
	if told["answer"] != "" || ticket["url"] != strings.Replace(at.URL, "http", "ws", 1) {
		t.Errorf("the customer is told %v", told)
	}
	c.come(nameIn(t, token))
	hers.event(assist.SessionLive)

	// Another ticket takes no offer; who listens has one too, and nobody whispers.
	if again := read[JoinedAsVisitor](t, h.post(anna, mine+"/join", obj{"offer": ""})); again.Ticket == nil || again.Ticket.Token == token {
		t.Errorf("again: %+v", again)
	}
	if listens := read[JoinedAssist](t, h.post(boss, ours+"/watch", obj{"offer": ""})); listens.Ticket == nil {
		t.Errorf("who listens: %+v", listens)
	}
	if a := h.post(boss, ours+"/watch", obj{"offer": "", "whisper": true}); a.status != 409 || a.problem().Code != "whisper_elsewhere" {
		t.Errorf("whispering: %d %s", a.status, a.body)
	}

	// Nothing is recorded, and nobody decides otherwise.
	if a := h.post(yann, ours+"/ask", obj{"kind": "record"}); a.status != 409 {
		t.Errorf("recording: %d %s", a.status, a.body)
	}
	policy := call{method: "PUT", path: "/api/v1/recording-policy", as: h.admin, body: obj{"mode": "always", "days": 30, "replay": "supervisor", "version": 0}}
	if a := h.do(policy); a.status != 409 || a.problem().Code != "recording_elsewhere" {
		t.Errorf("a policy: %d %s", a.status, a.body)
	}
	policy.body = obj{"mode": "off", "days": 0, "replay": "administrator", "version": 0}
	if p := read[RecordingPolicy](t, h.do(policy)); !p.Elsewhere || p.Mode != "off" {
		t.Errorf("a policy: %+v", p)
	}
	if a := h.post(principal{name: "stranger"}, "/api/v1/sos/checks", obj{"key": h.chat.Key}); a.status != 409 || a.problem().Code != "check_elsewhere" {
		t.Errorf("a check: %d %s", a.status, a.body)
	}
	found := read[Examination](t, h.post(h.admin, "/api/v1/sos/examination", obj{})).Findings
	if len(found) != 3 || found[1].What != "livekit" || found[1].State != "good" {
		t.Errorf("examined: %+v", found)
	}

	// Her camera: allowed, and taken back, by what LiveKit is told.
	c.enters(t, read[JoinedAsVisitor](t, h.post(anna, mine+"/join", obj{"offer": ""})).Ticket)
	read[VisitorAssist](t, h.do(call{method: "POST", path: mine + "/consents", as: anna, body: obj{"kind": "camera"}}))
	read[VisitorAssist](t, h.do(call{method: "DELETE", path: mine + "/consents/camera", as: anna}))
	if !c.was("UpdateParticipant")() {
		t.Error("LiveKit was not told that she is not to be seen any more")
	}
	read[Assist](t, h.post(yann, ours+"/end", obj{}))
	for begun := time.Now(); !c.was("DeleteRoom")(); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatal("the room was not closed")
		}
	}
}

// nameIn is whom a token is for.
func nameIn(t *testing.T, token string) string {
	t.Helper()
	var c struct {
		Sub string `json:"sub"`
	}
	part := strings.Split(token, ".")
	if len(part) != 3 {
		t.Fatalf("no token: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Sub == "" {
		t.Fatalf("no token: %q %v", token, err)
	}
	return c.Sub
}
