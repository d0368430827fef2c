package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Password and address of the administrator of every server that is tortured.
const (
	adminEmail    = "ada@torture.example"
	adminPassword = "correct horse battery staple"
)

// Server is one data folder and, while it lives, one process of the real program on it.
type Server struct {
	Address string // 127.0.0.1:port, the same across restarts
	Base    string // http://127.0.0.1:port
	Token   string // an API token of the administrator

	binary, data string
	args         []string
	log          *os.File
	process      *exec.Cmd
	ended        chan struct{} // closed when process has been waited for
	endedWith    error
}

// builtIn is the folder of a program that the tests built themselves, "" when there is none.
var builtIn string

var buildOnce = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("VISAVIS_BIN"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "visavis-torture")
	if err != nil {
		return "", err
	}
	builtIn = dir
	path := filepath.Join(dir, "visavis")
	out, err := exec.Command("go", "build", "-o", path, "visavis/cmd/visavis").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// NewServer sets a workspace up in a folder of its own; Start brings the server to life.
// The test that made it shows the end of its log when it fails.
func NewServer(t testing.TB, args ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	s, err := newServer(dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if t.Failed() {
			t.Logf("the end of the server's log:\n%s", tail(s.LogPath(), 4000))
		}
	})
	return s
}

// newServer sets a workspace up in dir.
func newServer(dir string, args ...string) (*Server, error) { return newServerOn(dir, "", args...) }

// newServerOn sets a workspace up in a database, "" for SQLite in dir.
func newServerOn(dir, database string, args ...string) (*Server, error) {
	where := []string{}
	if database != "" {
		where = []string{"--database", database}
	}
	s, err := emptyServer(dir, append(where, args...)...)
	if err != nil {
		return nil, err
	}
	setup := exec.Command(s.binary, append([]string{"setup", "--data", s.data, "--workspace", "Torture",
		"--email", adminEmail, "--name", "Ada Torture", "--password-stdin", "--token"}, where...)...)
	setup.Stdin = strings.NewReader(adminPassword + "\n")
	var said bytes.Buffer
	setup.Stderr = &said
	answer, err := setup.Output()
	if err != nil {
		return nil, fmt.Errorf("set up: %w\n%s", err, said.Bytes())
	}
	var made struct{ Token string }
	if err := json.Unmarshal(answer, &made); err != nil || made.Token == "" {
		return nil, fmt.Errorf("setup --token printed %q: %w", answer, err)
	}
	s.Token = made.Token
	return s, nil
}

// beside is another node on the same database, keys and files, which logs in dir.
func (s *Server) beside(dir string) (*Server, error) {
	other, err := emptyServer(dir, s.args[7:]...)
	if err != nil {
		return nil, err
	}
	other.args[4], other.Token = s.data, s.Token
	return other, nil
}

// emptyServer names a folder, a port and a log, without a workspace.
func emptyServer(dir string, args ...string) (*Server, error) {
	binary, err := buildOnce()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{
		Address: fmt.Sprintf("127.0.0.1:%d", port),
		Base:    fmt.Sprintf("http://127.0.0.1:%d", port),
		binary:  binary,
		data:    filepath.Join(dir, "data"),
	}
	s.args = append([]string{"serve", "--listen", s.Address, "--data", s.data, "--public-url", s.Base}, args...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s.log, err = os.Create(s.LogPath())
	return s, err
}

// LogPath is the file of everything the server says.
func (s *Server) LogPath() string { return filepath.Join(filepath.Dir(s.data), "server.log") }

// Close ends the server, if it runs, and its log.
func (s *Server) Close() {
	s.Kill()
	_ = s.log.Close() // nothing is read from it any more
}

// Start runs the server and returns when it is ready, or with what went wrong.
func (s *Server) Start(ctx context.Context) error {
	if err := s.Spawn(); err != nil {
		return err
	}
	return s.Ready(ctx)
}

// Spawn runs the server without waiting for it to be ready.
func (s *Server) Spawn() error {
	cmd := exec.Command(s.binary, s.args...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.process, s.ended = cmd, ended
	go func() {
		s.endedWith = cmd.Wait()
		close(ended)
	}()
	return nil
}

// Ready waits until the server answers /readyz, at most ten seconds.
func (s *Server) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Base+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := probe.Do(request); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server was not ready: %w", ctx.Err())
		case <-s.ended:
			return fmt.Errorf("the server ended instead of getting ready: %v", s.endedWith)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// probe keeps no connection, so that it never talks to a process that is gone.
var probe = http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// PID is the process id of the running server.
func (s *Server) PID() int { return s.process.Process.Pid }

// Kill ends the server with SIGKILL and waits until the kernel has taken it away.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may have ended by itself
	<-s.ended
	s.process = nil
}

// Stop asks the server to drain with SIGTERM and returns how it ended: nil is exit code 0.
func (s *Server) Stop(within time.Duration) error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.WaitEnd(within)
}

// WaitEnd waits until the process has ended by itself.
func (s *Server) WaitEnd(within time.Duration) error {
	select {
	case <-s.ended:
		s.process = nil
		return s.endedWith
	case <-time.After(within):
		return errors.New("the server did not end")
	}
}

// Alive says whether the process still runs.
func (s *Server) Alive() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// freePort picks a port below the range from which the kernel takes the ports of outgoing
// connections: above, a client that dials while the server is down can meet itself. It never
// gives the same port twice.
func freePort() (int, error) {
	ports.Lock()
	defer ports.Unlock()
	for ports.last < 18999 {
		ports.last++
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", ports.last))
		if err != nil {
			continue
		}
		listener.Close()
		return ports.last, nil
	}
	return 0, errors.New("no free port on 127.0.0.1")
}

var ports = struct {
	sync.Mutex
	last int
}{last: 18130}

func tail(path string, most int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if len(text) > most {
		text = text[len(text)-most:]
	}
	return string(text)
}
