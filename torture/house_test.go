package torture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// house is one running server that the abuse tests share: abused by one, it must still serve
// the next. Its rate limits are off, so that a test meets the wall it came for.
type house struct {
	*Server
	channel Channel
}

var shared struct {
	sync.Once
	dir   string
	house *house
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.house != nil {
		shared.house.Close()
	}
	for _, dir := range []string{shared.dir, builtIn} {
		if dir != "" {
			_ = os.RemoveAll(dir) // a temporary folder that stays fails no test
		}
	}
	os.Exit(code)
}

// home returns the shared server, and fails the test when the server did not survive it.
func home(t *testing.T) *house {
	t.Helper()
	shared.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "visavis-abuse"); shared.err != nil {
			return
		}
		server, err := newServer(shared.dir+"/server", "--rate-limits", "off")
		if err == nil {
			err = server.Start(context.Background())
		}
		if err != nil {
			shared.err = err
			return
		}
		h := &house{Server: server}
		h.channel, shared.err = server.NewChannel(context.Background(), "Shop")
		shared.house = h
	})
	if err := shared.err; err != nil {
		shared.err = errors.New("it did not start: an earlier test says why")
		t.Fatalf("the shared server: %v", err)
	}
	h := shared.house
	t.Cleanup(func() {
		if !h.Alive() {
			t.Fatalf("the server died: %v\n%s", h.endedWith, tail(h.LogPath(), 4000))
		}
		got, err := probe.Get(h.Base + "/livez") // the test's context is over by now
		if err != nil {
			t.Fatalf("afterwards: %v", err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusOK {
			t.Errorf("afterwards /livez answers %d", got.StatusCode)
		}
	})
	return h
}

// visitor opens a session on the shared channel.
func (h *house) visitor(t *testing.T) *Visitor {
	t.Helper()
	v, err := h.NewVisitor(t.Context(), h.channel.Key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// talking is a visitor who has written one message.
func (h *house) talking(t *testing.T, text string) (*Visitor, Message) {
	t.Helper()
	v := h.visitor(t)
	m, err := v.Say(t.Context(), "", text)
	if err != nil {
		t.Fatal(err)
	}
	return v, m
}

// answer is what came back, whatever it was.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (a answer) problem() Problem {
	p := Problem{Status: a.Status, Body: string(a.Body)}
	_ = json.Unmarshal(a.Body, &p) // it may be no problem at all
	return p
}

func (a answer) String() string { return fmt.Sprintf("%d %.300s", a.Status, a.Body) }

// ask is one request in full control of the test.
type ask struct {
	method, path string
	header       map[string]string
	body         io.Reader
}

var direct = &http.Client{
	Timeout:       30 * time.Second,
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do sends a request; a connection that the server cut is an answer with status 0.
func (s *Server) do(t *testing.T, a ask) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), a.method, s.Base+a.path, a.body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range a.header {
		request.Header.Set(name, value)
		if name == "Host" {
			request.Host = value
		}
	}
	got, err := direct.Do(request)
	if err != nil {
		return answer{Body: []byte(err.Error())}
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, 64<<20))
	if err != nil {
		t.Logf("%s %s: the answer was cut: %v", a.method, a.path, err)
	}
	return answer{got.StatusCode, got.Header, body}
}

func (s *Server) get(t *testing.T, path string, header ...string) answer {
	t.Helper()
	return s.do(t, ask{method: "GET", path: path, header: pairs(header)})
}

// post sends JSON text as it is.
func (s *Server) post(t *testing.T, path, body string, header ...string) answer {
	t.Helper()
	h := pairs(header)
	if _, set := h["Content-Type"]; !set {
		h["Content-Type"] = "application/json"
	}
	if _, set := h["Idempotency-Key"]; !set {
		h["Idempotency-Key"] = newID()
	}
	return s.do(t, ask{method: "POST", path: path, header: h, body: strings.NewReader(body)})
}

func pairs(list []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = list[i+1]
	}
	return m
}

// auth is the header of the administrator's token.
func (s *Server) auth() []string { return []string{"Authorization", "Bearer " + s.Token} }

// signIn signs a member in and returns her cookie, as a Cookie header's value.
func (s *Server) signIn(t *testing.T, email, password string) string {
	t.Helper()
	got := s.post(t, "/api/v1/session", jsonOf(map[string]string{"email": email, "password": password}), "Origin", s.Base)
	if got.Status >= 300 {
		t.Fatalf("sign in as %s: %s", email, got)
	}
	cookie := sessionCookie(got)
	if cookie == "" {
		t.Fatalf("signing in set no cookie: %v", got.Header)
	}
	return cookie
}

func sessionCookie(a answer) string {
	for _, set := range a.Header.Values("Set-Cookie") {
		if strings.HasPrefix(set, "__Host-visavis=") {
			value, _, _ := strings.Cut(set, ";")
			return value
		}
	}
	return ""
}

// member invites a member, accepts for her and returns her id and her cookie.
func (s *Server) member(t *testing.T, name, role string) (id, cookie string) {
	t.Helper()
	email := strings.ToLower(name) + "-" + newID()[:8] + "@torture.example"
	id, token := s.invite(t, name, email, role)
	got := s.post(t, "/api/v1/invites/accept", jsonOf(map[string]string{
		"token": token, "name": name, "password": adminPassword, "locale": "en", "zone": "Europe/Paris",
	}), "Origin", s.Base)
	if got.Status >= 300 || sessionCookie(got) == "" {
		t.Fatalf("accept the invitation: %s", got)
	}
	return id, sessionCookie(got)
}

func (s *Server) invite(t *testing.T, name, email, role string) (id, token string) {
	t.Helper()
	// Members are made by an administrator who is signed in: no scope of a token reaches that far.
	cookie := s.signIn(t, adminEmail, adminPassword)
	got := s.post(t, "/api/v1/members", jsonOf(map[string]any{
		"email": email, "name": name, "role": role, "teamIds": []string{}, "locale": "en",
	}), "Cookie", cookie, "Origin", s.Base)
	var made struct {
		Member    struct{ ID string }
		InviteURL string
	}
	if err := json.Unmarshal(got.Body, &made); err != nil || got.Status >= 300 {
		t.Fatalf("invite %s: %s", name, got)
	}
	_, token, found := strings.Cut(made.InviteURL, "#/invite/")
	if !found {
		t.Fatalf("the invitation's link carries its token outside the fragment: %s", made.InviteURL)
	}
	return made.Member.ID, token
}

// raw sends bytes as they are and reads one HTTP answer.
func (s *Server) raw(t *testing.T, text string) (answer, error) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.Address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		return answer{}, err
	}
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, 1<<20))
	return answer{got.StatusCode, got.Header, body}, err
}

// socket opens the live socket as the administrator (visitor == nil) or as a visitor, and
// waits for the welcome.
func (s *Server) socket(t *testing.T, v *Visitor) *websocket.Conn {
	t.Helper()
	auth, token := "Bearer "+s.Token, ""
	if v != nil {
		auth, token = "", v.Token
	}
	socket, err := Dial(t.Context(), s.Base, auth, token, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.CloseNow() })
	if frame, err := next(t, socket, 5*time.Second); err != nil || frame.Type != "welcome" {
		t.Fatalf("the hello was answered with %q, %v", frame.Type, err)
	}
	return socket
}

// next reads one frame within a time.
func next(t *testing.T, socket *websocket.Conn, within time.Duration) (Frame, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return Read(ctx, socket)
}

// listen collects every frame of a socket, as text, until it ends. The channel closes with it.
func listen(t *testing.T, socket *websocket.Conn) *frames {
	f := &frames{ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		for {
			_, text, err := socket.Read(t.Context())
			if err != nil {
				f.mu.Lock()
				f.err = err
				f.mu.Unlock()
				return
			}
			f.mu.Lock()
			f.all = append(f.all, text)
			f.mu.Unlock()
		}
	}()
	return f
}

type frames struct {
	mu    sync.Mutex
	all   [][]byte
	err   error
	ended chan struct{}
}

// contain says whether any frame so far holds the text.
func (f *frames) contain(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, frame := range f.all {
		if bytes.Contains(frame, []byte(text)) {
			return true
		}
	}
	return false
}

// wait waits until a frame holds the text.
func (f *frames) wait(text string, within time.Duration) bool {
	return eventually(within, func() bool { return f.contain(text) })
}

// closed waits until the server ended the socket and returns its close code, 0 when it did not.
func (f *frames) closed(within time.Duration) websocket.StatusCode {
	select {
	case <-f.ended:
		f.mu.Lock()
		defer f.mu.Unlock()
		return websocket.CloseStatus(f.err)
	case <-time.After(within):
		return 0
	}
}

func eventually(within time.Duration, good func() bool) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if good() {
			return true
		}
	}
	return good()
}

// head is the sequence number of the newest event.
func (s *Server) head(t *testing.T) int64 {
	t.Helper()
	var page struct{ Head int64 }
	if err := s.Admin().Call(t.Context(), "GET", "/api/v1/events?after=0&limit=1", "", nil, &page); err != nil {
		t.Fatal(err)
	}
	return page.Head
}

// written counts the events after a sequence number that somebody caused: what the server adds by itself, such as promises and who is
// here, is left out.
func (s *Server) written(t *testing.T, after int64) int64 {
	t.Helper()
	n := int64(0)
	for {
		var page struct {
			Items []struct {
				Seq   int64
				Actor struct{ Kind string }
			}
		}
		if err := s.Admin().Call(t.Context(), "GET", fmt.Sprintf("/api/v1/events?after=%d&limit=100", after), "", nil, &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 0 {
			return n
		}
		for _, e := range page.Items {
			if after = e.Seq; e.Actor.Kind != "system" {
				n++
			}
		}
	}
}

// memory is what the server holds in RAM, in bytes; 0 where it cannot be read.
func (s *Server) memory() int64 { return s.kilobytes("VmRSS") << 10 }

// kilobytes reads a line of what the kernel tells of the server's memory.
func (s *Server) kilobytes(name string) (n int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			_, _ = fmt.Sscan(rest, &n) // 0 when the kernel writes it otherwise
		}
	}
	return n
}

// cost is what the server spends while something happens: CPU time, and bytes of RAM above what it held before, at their peak. The kernel
// counts CPU time in hundredths of a second.
func (s *Server) cost(t *testing.T, happens func()) (cpu time.Duration, memory int64) {
	t.Helper()
	used := func() (ticks time.Duration) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID()))
		if err != nil {
			t.Skip("the kernel does not tell what a process spends")
		}
		_, rest, _ := strings.Cut(string(text), ") ") // behind the name, whose words are anything
		fields := strings.Fields(rest)
		return time.Duration(atoi(t, fields[11]) + atoi(t, fields[12])) // proc_pid_stat(5): utime, stime
	}
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte("5"), 0); err != nil { // proc_pid_clear_refs(5): the peak is what is held now
		t.Skip("the kernel does not begin the peak anew:", err)
	}
	before, held := used(), s.memory()
	happens()
	return (used() - before) * 10 * time.Millisecond, s.kilobytes("VmHWM")<<10 - held
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// status is the HTTP status of a call's error, 200 for none.
func status(err error) int {
	var problem *Problem
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &problem):
		return problem.Status
	}
	return 0
}

// oneOf says whether the status is among those that are safe.
func oneOf(status int, safe ...int) bool {
	for _, s := range safe {
		if s == status {
			return true
		}
	}
	return false
}
