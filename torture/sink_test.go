package torture

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// mood is what a sink does with a letter once it has all of it.
type mood int32

const (
	take        mood = iota
	hangUp           // ends the line without an answer
	waitForEver      // says nothing
	refuse           // is not ready for any letter now, and says so before it is said whose it is
)

// sink takes letters as a relay would, in the mood that a test wants, and keeps what it was handed.
type sink struct {
	address string
	mood    atomic.Int32
	refused atomic.Int64
	end     chan struct{}

	mu  sync.Mutex
	got [][]byte
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{address: freeAddress(t), end: make(chan struct{})}
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(s.end); l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	}()
	return s
}

func (s *sink) does(m mood) { s.mood.Store(int32(m)) }

func (s *sink) all() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]byte(nil), s.got...)
}

func (s *sink) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) } // who has gone hears nothing
	say("220 relay.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line[:min(4, len(line))]); {
		case verb == "QUIT":
			say("221 bye")
			return
		case verb == "MAIL" && mood(s.mood.Load()) == refuse:
			s.refused.Add(1)
			say("451 4.3.2 not now")
		case verb == "DATA":
			say("354 go on")
			if !s.letter(in) {
				return
			}
			switch mood(s.mood.Load()) {
			case hangUp:
				return
			case waitForEver:
				<-s.end
				return
			default:
				say("250 2.0.0 taken")
			}
		default:
			say("250 ok")
		}
	}
}

// letter reads one up to its final dot.
func (s *sink) letter(in *bufio.Reader) bool {
	var raw bytes.Buffer
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, raw.Bytes())
	return true
}
