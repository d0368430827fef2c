package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// target is what is measured: a server, the way in, and its process when it is known.
type target struct {
	address string // host:port
	pid     int    // 0: unknown, so no CPU time and no memory
	token   string
	key     string // of the web-chat channel
	floor   bool
	process *exec.Cmd
	ended   chan struct{}
}

// credentials are kept beside a database, so that a seeded one can be measured again.
type credentials struct {
	Token   string `json:"token"`
	Channel string `json:"channel"`
}

const credentialsFile = "bench.json"

// prepare makes a data folder with a workspace, unless it is there already, and says whether
// it made one.
func prepare(ctx context.Context, binary, dir string) (made bool, err error) {
	if _, err := os.Stat(filepath.Join(dir, credentialsFile)); err == nil {
		return false, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	setup := exec.CommandContext(ctx, binary, "setup", "--data", dir, "--workspace", "Bench",
		"--email", "bench@bench.example", "--name", "Bea Bench", "--password-stdin", "--token")
	setup.Stdin = strings.NewReader("a password for a bench\n")
	var said bytes.Buffer
	setup.Stderr = &said
	answer, err := setup.Output()
	if err != nil {
		return false, fmt.Errorf("set up a workspace: %w: %s", err, said.Bytes())
	}
	var c credentials
	if err := json.Unmarshal(answer, &c); err != nil || c.Token == "" {
		return false, fmt.Errorf("set up a workspace: it printed %q", answer)
	}
	return true, c.write(dir)
}

func (c credentials) write(dir string) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, credentialsFile), text, 0o600)
}

// launch starts binary on a prepared folder, returns when it is ready, and tells how long
// that took since the process was made.
func launch(ctx context.Context, binary, dir string, more ...string) (*target, time.Duration, error) {
	address, err := freeAddress(18140)
	if err != nil {
		return nil, 0, err
	}
	t := &target{address: address}
	text, err := os.ReadFile(filepath.Join(dir, credentialsFile))
	if err != nil {
		return nil, 0, err
	}
	var c credentials
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, 0, err
	}
	t.token, t.key = c.Token, c.Channel
	took, err := t.spawn(ctx, filepath.Join(dir, "bench-server.log"), binary,
		append([]string{"serve", "--listen", address, "--public-url", "http://" + address, "--data", dir, "--rate-limits", "off"}, more...)...)
	if err != nil {
		return nil, 0, err
	}
	if t.key == "" {
		if t.key, err = t.newChannel(); err == nil {
			c.Channel = t.key
			err = c.write(dir)
		}
	}
	if err != nil {
		t.stop()
		return nil, 0, err
	}
	return t, took, nil
}

// spawn starts a program and waits until it answers /readyz with 200.
func (t *target) spawn(ctx context.Context, log, binary string, args ...string) (time.Duration, error) {
	file, err := os.Create(log)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = file, file
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t.process, t.pid, t.ended = cmd, cmd.Process.Pid, make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is seen in its log
		close(t.ended)
	}()
	for {
		w := wire{address: t.address}
		status, _, err := w.do(request{method: "GET", path: "/readyz"})
		w.close()
		if err == nil && status == 200 {
			return time.Since(began), nil
		}
		select {
		case <-ctx.Done():
			t.stop()
			return 0, ctx.Err()
		case <-t.ended:
			text, _ := os.ReadFile(log)
			return 0, fmt.Errorf("%s ended instead of getting ready: %s", filepath.Base(binary), lastBytes(text, 2000))
		case <-time.After(time.Millisecond):
		}
		if time.Since(began) > 60*time.Second {
			t.stop()
			return 0, errors.New("the server was not ready within a minute")
		}
	}
}

// stop ends a server that the bench started, with SIGTERM, and with SIGKILL when it lingers.
func (t *target) stop() {
	if t.process == nil {
		return
	}
	_ = t.process.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-t.ended:
	case <-time.After(40 * time.Second):
		_ = t.process.Process.Kill()
		<-t.ended
	}
	t.process = nil
}

// call makes one JSON call with the token and decodes the answer into into.
func (t *target) call(method, path string, body, into any) error {
	w := wire{address: t.address}
	defer w.close()
	r := request{method: method, path: path, auth: "Bearer " + t.token}
	if body != nil {
		var err error
		if r.body, err = json.Marshal(body); err != nil {
			return err
		}
		r.key = newID()
	}
	status, answer, err := w.do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if status >= 300 {
		return fmt.Errorf("%s %s was answered with %d: %.300s", method, path, status, answer)
	}
	return json.Unmarshal(answer, into)
}

func (t *target) newChannel() (string, error) {
	var made struct{ Key string }
	err := t.call("POST", "/api/v1/channels", map[string]any{"kind": "webchat", "name": "Bench", "settings": map[string]any{
		"colour": "#1f4fd8", "origins": []string{"http://" + t.address}, "languages": []string{"fr", "en"},
		"greeting": map[string]string{"fr": "Bonjour", "en": "Hello"},
	}}, &made)
	return made.Key, err
}

// session opens a visitor's session and returns her token.
func (t *target) session(w *wire) (string, error) {
	body := fmt.Appendf(nil, `{"key":%q,"locale":"fr","zone":"Europe/Paris"}`, t.key)
	status, answer, err := w.do(request{method: "POST", path: "/api/v1/visitor/sessions", origin: "http://" + t.address, key: newID(), body: body})
	if err != nil {
		return "", err
	}
	var made struct{ Token string }
	if err := json.Unmarshal(answer, &made); err != nil || made.Token == "" {
		return "", fmt.Errorf("a visitor's session was answered with %d: %.300s", status, answer)
	}
	return made.Token, nil
}

// senders opens count visitors, each with a conversation that has begun.
func (t *target) senders(count int) ([]*sender, error) {
	all := make([]*sender, count)
	for i := range all {
		s := &sender{wire: wire{address: t.address}, origin: "http://" + t.address, path: "/api/v1/visitor/messages"}
		all[i] = s
		if t.floor {
			s.path = "/messages"
			continue
		}
		token, err := t.session(&s.wire)
		if err != nil {
			return nil, err
		}
		s.auth = "Visitor " + token
		body := fmt.Appendf(nil, `{"text":"Bonjour","attachmentIds":[],"clientId":%q}`, newID())
		status, answer, err := s.wire.do(request{method: "POST", path: s.path, auth: s.auth, origin: s.origin, key: newID(), body: body})
		if err != nil {
			return nil, err
		}
		var made struct {
			Message struct{ ConversationID string }
		}
		if err := json.Unmarshal(answer, &made); err != nil || made.Message.ConversationID == "" {
			return nil, fmt.Errorf("a first message was answered with %d: %.300s", status, answer)
		}
		s.conversation = made.Message.ConversationID
	}
	return all, nil
}

// desks opens count agents' sockets.
func (t *target) desks(ctx context.Context, count int) (*agents, error) {
	return connect(ctx, count, func(ctx context.Context, last int64) (*websocket.Conn, error) {
		if t.floor {
			return openSocket(ctx, t.address, "/live", "", "", "")
		}
		hello := `{"type":"hello"}`
		if last > 0 {
			hello = fmt.Sprintf(`{"type":"hello","last":%d}`, last)
		}
		return openSocket(ctx, t.address, "/api/v1/live", "Bearer "+t.token, "", hello)
	})
}

// cpu is the CPU time of the server so far, 0 when its process is unknown.
func (t *target) cpu() time.Duration {
	if t.pid == 0 {
		return 0
	}
	used, _ := cpuTime(t.pid) // 0 where it cannot be read: the column stays empty
	return used
}

// freeAddress picks a port, from a first one on, below the range of outgoing connections.
func freeAddress(first int) (string, error) {
	for port := first; port < 18999; port++ {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address, nil
		}
	}
	return "", errors.New("no free port on 127.0.0.1")
}

// loopback refuses to load any machine but this one.
func loopback(text string) (address string, err error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", err
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "http" || !(u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return "", fmt.Errorf("%s is not an http:// address of this machine: the bench loads loopback only", text)
	}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "80"), nil
	}
	return u.Host, nil
}

func lastBytes(text []byte, most int) []byte { return text[max(0, len(text)-most):] }
