package imapin

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/peers"
)

// script is a server with a mailbox of its own that answers as a test wants.
type script struct {
	letters []string // their UIDs are 1, 2, …
	greets  func(io.Writer) error
	// says answers a command, given without its tag; "usual" leaves it to the server, and an error ends the line.
	says func(w io.Writer, tag, command string) (answer string, err error)

	mu    sync.Mutex
	lines int
	heard []string
}

func (s *script) serve(t *testing.T) Mailbox {
	t.Helper()
	return Mailbox{Server: line.Server{Host: "127.0.0.1", Port: peers.Listen(t, s.talk), Security: line.Plain, User: "lea"}, Folders: []string{"INBOX"}, After: Leave, Existing: Fetch, MaxLetter: 1 << 20}
}

func (s *script) talk(c net.Conn) {
	defer c.Close()
	s.mu.Lock()
	s.lines++
	s.mu.Unlock()
	if s.greets != nil {
		if s.greets(c) != nil {
			return
		}
	} else if _, err := io.WriteString(c, "* OK [CAPABILITY IMAP4rev1] there\r\n"); err != nil {
		return
	}
	in := bufio.NewReader(c)
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(text, "\r\n"), " ")
		s.mu.Lock()
		s.heard = append(s.heard, command)
		says := s.says
		s.mu.Unlock()
		answer := "usual"
		if says != nil {
			if answer, err = says(c, tag, command); err != nil {
				return
			}
		}
		if answer == "usual" {
			answer = s.usual(command)
		}
		if answer != "" {
			answer = strings.ReplaceAll(answer, "TAG", tag)
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

func (s *script) usual(command string) string {
	word, rest, _ := strings.Cut(command, " ")
	switch word {
	case "LOGIN":
		return "TAG OK [CAPABILITY IMAP4rev1] in\r\n"
	case "EXAMINE", "SELECT":
		return fmt.Sprintf("* %d EXISTS\r\n* OK [UIDVALIDITY 7] it\r\n* OK [UIDNEXT %d] it\r\nTAG OK open\r\n", len(s.letters), len(s.letters)+1)
	case "FETCH", "UID":
		return s.fetch(strings.TrimPrefix(rest, "FETCH ")) + "TAG OK done\r\n"
	}
	return "TAG OK done\r\n"
}

// fetch answers with what is asked of the letters, whose numbers and UIDs are the same.
func (s *script) fetch(rest string) string {
	set, what, _ := strings.Cut(rest, " ")
	var asked spans
	if err := asked.UnmarshalText([]byte(strings.ReplaceAll(set, "*", "4000000000"))); err != nil {
		return ""
	}
	var out strings.Builder
	for i, l := range s.letters {
		n := uint32(i + 1)
		if !asked.has(n) && !(strings.Contains(set, "*") && i == len(s.letters)-1) {
			continue
		}
		fmt.Fprintf(&out, "* %d FETCH (UID %d", n, n)
		if strings.Contains(what, "SIZE") {
			fmt.Fprintf(&out, " RFC822.SIZE %d INTERNALDATE \" 2-Mar-2026 10:00:00 +0000\"", len(l))
		}
		if strings.Contains(what, "BODY") {
			fmt.Fprintf(&out, " BODY[] {%d}\r\n%s", len(l), l)
		}
		out.WriteString(")\r\n")
	}
	return out.String()
}

var errCut = errors.New("cut")

// body reports whether a command asks for letters themselves, of whom one may have a number.
func body(command string, n int) bool {
	_, rest, asks := strings.Cut(strings.TrimPrefix(command, "UID "), "FETCH ")
	set, what, _ := strings.Cut(rest, " ")
	var asked spans
	return asks && strings.Contains(what, "BODY") && asked.UnmarshalText([]byte(set)) == nil && asked.has(uint32(n))
}

// Letters that the server cannot give are told of and tried again; the others come.
func TestALetterThatCannotBeHadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	all := letters(1, 5)
	for name, says := range map[string]func(w io.Writer, tag, command string) (string, error){
		"refused": func(_ io.Writer, _, c string) (string, error) {
			if body(c, 3) {
				return "TAG NO [SERVERBUG] it is broken\r\n", nil
			}
			return "usual", nil
		},
		"refused with its size": func(_ io.Writer, _, c string) (string, error) {
			if strings.Contains(c, "SIZE") && (body(strings.Replace(c, "RFC822.SIZE", "BODY", 1), 3)) {
				return "TAG NO it is broken\r\n", nil
			}
			return "usual", nil
		},
		"left out": func(w io.Writer, _, c string) (string, error) {
			if body(c, 3) {
				return "TAG OK done\r\n", nil
			}
			return "usual", nil
		},
		"NIL": func(_ io.Writer, _, c string) (string, error) {
			if body(c, 3) {
				return "* 3 FETCH (UID 3 BODY[] NIL)\r\nTAG OK done\r\n", nil
			}
			return "usual", nil
		},
		"the line breaks": func(w io.Writer, _, c string) (string, error) {
			if body(c, 3) {
				_, _ = io.WriteString(w, "* 3 FETCH (UID 3 BODY[] {150}\r\nFrom: ")
				return "", errCut
			}
			return "usual", nil
		},
		"no sense": func(_ io.Writer, _, c string) (string, error) {
			if body(c, 3) {
				return "* 3 FETCH (UID 3 BODY[ {{{\r\n", nil
			}
			return "usual", nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := &script{letters: all, says: says}, newShelf()
			f := New(dial, nil, time.Now)
			f.pace = quick
			b := server.serve(t)
			stop := fetching(t, f, b, s)
			s.awaitLetters(t, 4)
			s.await(t, "told", func() bool {
				return s.last().Problem == "letter-stuck" && s.last().Backlog == 1 && strings.Contains(s.last().Answer, "uid=3")
			})
			s.holds(t, all[0], all[1], all[3], all[4])
			stop()
			server.mu.Lock()
			server.says = nil // mended
			server.mu.Unlock()
			f.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
			fetching(t, f, b, s)
			s.awaitRest(t)
			s.holds(t, all...)
		})
	}
}

// A server that says the wrong size, or names a letter after its bytes, gives its letters all the same.
func TestOddAnswersAreUnderstood(t *testing.T) {
	t.Parallel()
	all := letters(1, 3)
	for name, change := range map[string]func(string) string{
		"no sizes": func(a string) string {
			return strings.ReplaceAll(a, "RFC822.SIZE", "RFC822.SIZE 1 RFC822.SIZE 2 RFC822.SIZE")
		},
		"UID at the end": func(a string) string { return uidLast(a, all) },
		"unasked for": func(a string) string {
			return "* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" + a
		},
		"twice": func(a string) string {
			return strings.ReplaceAll(a, "TAG OK", a[:strings.LastIndex(a, "TAG")]+"TAG OK")
		},
		"no UIDNEXT":       func(a string) string { return strings.ReplaceAll(a, "UIDNEXT", "UIDFIRST") },
		"words in between": func(a string) string { return "* OK Still here\r\n* 3 EXISTS\r\n" + a },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			server := &script{letters: all}
			answers := 0
			server.says = func(_ io.Writer, _, c string) (string, error) {
				if answers++; name == "unasked for" && answers > 5 {
					return "usual", nil // the letters' flags change now and then
				}
				return change(server.usual(c)), nil
			}
			f := New(dial, nil, time.Now)
			f.pace = quick
			fetching(t, f, server.serve(t), s)
			s.awaitLetters(t, 3)
			s.awaitRest(t)
			s.holds(t, all...)
		})
	}
}

func uidLast(answer string, all []string) string {
	for i, l := range all {
		n := i + 1
		answer = strings.Replace(answer, fmt.Sprintf("FETCH (UID %d BODY[] {%d}\r\n%s)", n, len(l), l), fmt.Sprintf("FETCH (BODY[] {%d}\r\n%s UID %d)", len(l), l, n), 1)
	}
	return answer
}

// forever says something again and again.
func forever(first, again string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, first)
		for chunk := strings.Repeat(again, 1+4096/len(again)); err == nil; {
			_, err = io.WriteString(w, chunk)
		}
		return err
	}
}

// What a server may do to us costs little memory, ends, and leaves the fetcher trying.
func TestAHostileServerIsBornWith(t *testing.T) {
	t.Parallel()
	at := func(word string, do func(io.Writer) error) func(io.Writer, string, string) (string, error) {
		return func(w io.Writer, _, c string) (string, error) {
			if strings.Contains(c, word) {
				return "", do(w)
			}
			return "usual", nil
		}
	}
	silent := func(io.Writer) error { return nil }
	drip := func(w io.Writer) error {
		for {
			if _, err := io.WriteString(w, "*"); err != nil {
				return err
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	for name, server := range map[string]*script{
		"garbage":                                {greets: forever("", "\x00\xff{}()")},
		"a greeting without an end":              {greets: forever("* OK ", "x")},
		"endless lines":                          {greets: forever("* OK hi\r\n", "* 1 EXISTS\r\n")},
		"never a greeting":                       {greets: silent},
		"a drip":                                 {greets: drip},
		"endless capabilities":                   {says: at("LOGIN", forever("* CAPABILITY", " X"))},
		"parentheses":                            {says: at("EXAMINE", forever("* LIST ", "("))},
		"an endless list":                        {says: at("FETCH", forever("", "* 1 FETCH (UID 1)\r\n"))},
		"UIDs without an end":                    {says: at("FETCH", forever("* 1 FETCH (UID 1", " UID 1"))},
		"a literal of 10 GB":                     {says: at("BODY", forever("* 1 FETCH (UID 1 BODY[] {10000000000}\r\n", "x"))},
		"a literal of 10 GB, where none belongs": {says: at("EXAMINE", forever("* LIST () {10000000000}\r\n", "x"))},
		"never an answer":                        {says: at("EXAMINE", silent)},
		"BYE": {greets: func(w io.Writer) error {
			_, err := io.WriteString(w, "* BYE go away\r\n")
			return errors.Join(err, errCut)
		}},
		"tags of nobody":      {says: at("EXAMINE", func(w io.Writer) error { _, err := io.WriteString(w, "T99 OK\r\n"); return err })},
		"no sense in numbers": {says: at("EXAMINE", func(w io.Writer) error { _, err := io.WriteString(w, "* 99999999999999 EXISTS\r\n"); return err })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server.letters = letters(1, 1)
			s := newShelf()
			f := New(dial, nil, time.Now)
			f.pace = quick
			f.pace.hello, f.pace.command, f.pace.broken = 200*time.Millisecond, 200*time.Millisecond, 300*time.Millisecond
			stop := fetching(t, f, server.serve(t), s)
			s.await(t, "told", func() bool { return s.last().State == channel.Broken })
			s.mu.Lock()
			h := s.last()
			s.mu.Unlock()
			if h.Problem == "" || h.Answer == "" || len(h.Answer) > 1300 || strings.ContainsAny(h.Answer, "\r\n") {
				t.Errorf("told %+v", h)
			}
			stop()
			server.mu.Lock()
			defer server.mu.Unlock()
			if server.lines < 2 {
				t.Errorf("it was tried %d times", server.lines)
			}
		})
	}
	t.Cleanup(func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%d MiB from the system, %d goroutines", m.Sys>>20, runtime.NumGoroutine())
		if m.Sys > 512<<20 {
			t.Errorf("the program took %d MiB", m.Sys>>20)
		}
	})
}

// What comes besides a letter is not taken for one, and ends.
func TestMoreThanWasAskedForIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ first, again, want string }{
		"more than was announced": {"* 1 FETCH (UID 1 BODY[] {1000000}\r\n", "x", strings.Repeat("x", 1_000_000)},
		"letters within a letter": {"* 1 FETCH (UID 1", " BODY[] {3}\r\nabc", "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s, f := &script{letters: letters(1, 1)}, newShelf(), New(dial, nil, time.Now)
			server.says = func(w io.Writer, _, command string) (string, error) {
				if !strings.Contains(command, "BODY") {
					return "usual", nil
				}
				return "", forever(c.first, c.again)(w)
			}
			f.pace = quick
			fetching(t, f, server.serve(t), s)
			s.awaitLetters(t, 1)
			s.awaitRest(t)
			s.holds(t, c.want)
		})
	}
}

// What a server says of our password is not told on.
func TestASecretThatIsSaidBackIsNotToldOn(t *testing.T) {
	t.Parallel()
	server := &script{says: func(_ io.Writer, _, c string) (string, error) {
		if strings.HasPrefix(c, "LOGIN") {
			return "TAG NO [AUTHENTICATIONFAILED] not " + c + "\r\n", nil
		}
		return "usual", nil
	}}
	s, f := newShelf(), New(dial, nil, time.Now)
	f.pace = quick
	fetchingWith(t, f, server.serve(t), always("t0p-s3cret"), s)
	s.await(t, "told", func() bool { return s.last().Problem == "sign-in-refused" })
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.told, func(h channel.Health) bool { return strings.Contains(h.Answer, "t0p-s3cret") }) {
		t.Errorf("told %+v", s.told)
	}
}
