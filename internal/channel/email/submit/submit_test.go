package submit

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
	"visavis/internal/channel/email/peers"
)

// script is a server that says what the test wants, and writes down what it was told.
type script struct {
	// says answers a command by its first word, "." for the end of a letter; "" closes the line without an answer.
	says func(command string) string
	tls  *tls.Config // offered by STARTTLS when it is set

	mu      sync.Mutex
	heard   []string
	letters []string
	lines   int    // connections
	named   string // how it was greeted last
}

func (s *script) serve(t *testing.T, wrap func(net.Conn) net.Conn) (host string, port uint16) {
	t.Helper()
	return "127.0.0.1", peers.Listen(t, func(c net.Conn) {
		s.mu.Lock()
		s.lines++
		s.mu.Unlock()
		s.talk(wrap(c))
	})
}

func (s *script) answer(c net.Conn, command, usual string) bool {
	s.mu.Lock()
	s.heard = append(s.heard, command)
	s.mu.Unlock()
	said := usual
	if s.says != nil {
		if other := s.says(command); other != "usual" {
			said = other
		}
	}
	if said == "" {
		return false
	}
	_, err := c.Write([]byte(said + "\r\n"))
	return err == nil
}

func (s *script) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	if !s.answer(c, "greeting", "220 there ESMTP") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		word := strings.ToUpper(strings.Fields(line + " ?")[0])
		usual := "250 2.0.0 fine"
		switch word {
		case "EHLO":
			usual = "250-there\r\n250-SIZE 10000\r\n250-8BITMIME\r\n250 AUTH PLAIN"
			if s.tls != nil {
				usual = "250-there\r\n250 STARTTLS"
			}
		case "DATA":
			usual = "354 go on"
		case "AUTH":
			usual = "235 2.7.0 welcome"
		case "STARTTLS":
			usual = "220 go on"
		case "RCPT", "MAIL":
			word = line
		}
		if word == "EHLO" {
			s.mu.Lock()
			s.named = strings.TrimSpace(line[len("EHLO"):])
			s.mu.Unlock()
		}
		if !s.answer(c, word, usual) {
			return
		}
		switch {
		case word == "STARTTLS" && s.tls != nil:
			secure := tls.Server(c, s.tls)
			c, in = secure, bufio.NewReader(secure)
		case word == "DATA":
			var letter strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				letter.WriteString(line)
			}
			s.mu.Lock()
			s.letters = append(s.letters, letter.String())
			s.mu.Unlock()
			if !s.answer(c, ".", "250 2.0.0 queued") {
				return
			}
		}
	}
}

func plainly(c net.Conn) net.Conn { return c }

func dial(ctx context.Context, host string, port uint16) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
}

func sender(t *testing.T, roots *x509.CertPool) *Sender {
	t.Helper()
	s := New(dial, "desk.arzel.example", roots, time.Now)
	t.Cleanup(s.Close)
	return s
}

var (
	to     = channel.Envelope{From: "bonjour@arzel.example", To: []string{"camille@mel.example"}}
	letter = []byte("Subject: Bonjour\r\n\r\n.point\r\nfin\r\n")
)

// on answers one command otherwise.
func on(command, answer string) func(string) string {
	return func(c string) string {
		if strings.HasPrefix(c, command) {
			return answer
		}
		return "usual"
	}
}

// K-18, K-19: each way an attempt can end.
func TestHowAnAttemptEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says    func(string) string
		state   channel.OutcomeState
		problem string
	}{
		"taken":                    {nil, channel.OutSent, ""},
		"greylisted":               {on("RCPT", "451 4.7.1 Greylisted, try again"), channel.OutDeferred, "greylisted"},
		"busy":                     {on("greeting", "421 4.3.2 too busy"), channel.OutDeferred, "rate-limited"},
		"mailbox full":             {on("RCPT", "452 4.2.2 over quota"), channel.OutDeferred, "mailbox-full"},
		"unknown mailbox":          {on("RCPT", "550 5.1.1 no such user"), channel.OutRefused, "mailbox-unknown"},
		"unknown, in plain words":  {on("RCPT", "550 no such user here"), channel.OutRefused, "mailbox-unknown"},
		"relaying denied":          {on("RCPT", "554 5.7.1 Relay access denied"), channel.OutRefused, "relay-denied"},
		"spam":                     {on(".", "554 5.7.1 looks like spam"), channel.OutRefused, "spam-refused"},
		"sender refused":           {on("MAIL", "553 5.1.8 not you"), channel.OutRefused, "sender-refused"},
		"full at the end":          {on(".", "452 4.3.1 no room"), channel.OutDeferred, "mailbox-full"},
		"cut before the greeting":  {on("greeting", ""), channel.OutDeferred, "no-connection"},
		"cut at the recipient":     {on("RCPT", ""), channel.OutDeferred, "no-connection"},
		"cut after the final dot":  {on(".", ""), channel.OutUnknown, "no-answer"},
		"an answer without an end": {on("EHLO", strings.Repeat("250-x\r\n", 60_000)), channel.OutDeferred, "protocol"},
		"a line without an end":    {on("EHLO", "250 "+strings.Repeat("x", 100_000)), channel.OutDeferred, "no-connection"},
		"nonsense":                 {on("EHLO", "hello"), channel.OutDeferred, "no-connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &script{says: c.says}
			host, port := server.serve(t, plainly)
			got := sender(t, nil).Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain}, "", to, letter)
			if got.State != c.state || got.Problem != c.problem {
				t.Errorf("%s, %s: %s", got.State, got.Problem, got.Answer)
			}
			if strings.ContainsAny(got.Answer, "\r\n") || len(got.Answer) > 1300 {
				t.Errorf("the answer is %q", got.Answer)
			}
			if c.state == channel.OutSent && (len(server.letters) != 1 || server.letters[0] != "Subject: Bonjour\r\n\r\n..point\r\nfin\r\n") {
				t.Errorf("it got %q", server.letters)
			}
		})
	}
}

// K-18: each recipient has an outcome of her own; the letter's is that of the worst.
func TestRecipientsEndEachInTheirWay(t *testing.T) {
	t.Parallel()
	server := &script{says: func(c string) string {
		switch {
		case strings.Contains(c, "none@"):
			return "550 5.1.1 none"
		case strings.Contains(c, "later@"):
			return "451 4.7.1 greylisted"
		}
		return "usual"
	}}
	host, port := server.serve(t, plainly)
	env := channel.Envelope{From: to.From, To: []string{"camille@mel.example", "none@mel.example", "later@mel.example"}}
	got := sender(t, nil).Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain}, "", env, letter)
	if got.State != channel.OutDeferred || got.Recipients["camille@mel.example"].State != channel.OutSent ||
		got.Recipients["none@mel.example"].State != channel.OutRefused || got.Recipients["later@mel.example"].Problem != "greylisted" {
		t.Errorf("got %+v", got)
	}
}

func TestALineCarriesSeveralLetters(t *testing.T) {
	t.Parallel()
	server := &script{}
	host, port := server.serve(t, plainly)
	s := sender(t, nil)
	at := line.Server{Host: host, Port: port, Security: line.Plain, User: "bonjour"}
	for range 3 {
		if got := s.Send(t.Context(), at, "secret", to, letter); got.State != channel.OutSent {
			t.Fatalf("%+v", got)
		}
	}
	if got := s.Send(t.Context(), at, "another", to, letter); got.State != channel.OutSent {
		t.Fatalf("%+v", got)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if server.lines != 2 || len(server.letters) != 4 {
		t.Errorf("%d connections for %d letters; another secret needs one of its own", server.lines, len(server.letters))
	}
}

// A line that was closed while it waited costs nothing: nothing was taken over it.
func TestALineThatWasClosedMeanwhileIsMadeAnew(t *testing.T) {
	t.Parallel()
	first := true
	var mu sync.Mutex
	server := &script{says: func(c string) string {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(c, "MAIL") && !first {
			first = true
			return ""
		}
		if c == "." {
			first = false
		}
		return "usual"
	}}
	host, port := server.serve(t, plainly)
	s := sender(t, nil)
	for range 2 {
		if got := s.Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain}, "", to, letter); got.State != channel.OutSent {
			t.Fatalf("%+v", got)
		}
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	if len(server.letters) != 2 || server.lines != 2 {
		t.Errorf("%d letters over %d connections", len(server.letters), server.lines)
	}
}

// certificate is one for 127.0.0.1, with the authority that it comes from.
func certificate(t *testing.T, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: until.Add(-time.Hour), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// S-11, K-42: nothing is said over a line that is not what it should be.
func TestALineIsProtectedOrNotUsed(t *testing.T) {
	t.Parallel()
	good, roots := certificate(t, time.Now().Add(time.Hour))
	old, oldRoots := certificate(t, time.Now().Add(-time.Minute))
	secured := func(c tls.Certificate) func(net.Conn) net.Conn {
		return func(conn net.Conn) net.Conn { return tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{c}}) }
	}
	for name, c := range map[string]struct {
		wrap     func(net.Conn) net.Conn
		tls      *tls.Config
		security line.Security
		roots    *x509.CertPool
		state    channel.OutcomeState
		problem  string
	}{
		"TLS":                                {secured(good), nil, line.TLS, roots, channel.OutSent, ""},
		"STARTTLS":                           {plainly, &tls.Config{Certificates: []tls.Certificate{good}}, line.StartTLS, roots, channel.OutSent, ""},
		"an authority that nobody knows":     {secured(good), nil, line.TLS, nil, channel.OutDeferred, "certificate"},
		"a certificate that is over":         {secured(old), nil, line.TLS, oldRoots, channel.OutDeferred, "certificate"},
		"STARTTLS that was taken away":       {plainly, nil, line.StartTLS, roots, channel.OutDeferred, "no-encryption"},
		"STARTTLS, certificate that is over": {plainly, &tls.Config{Certificates: []tls.Certificate{old}}, line.StartTLS, oldRoots, channel.OutDeferred, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &script{tls: c.tls}
			host, port := server.serve(t, c.wrap)
			got := sender(t, c.roots).Send(t.Context(), line.Server{Host: host, Port: port, Security: c.security}, "", to, letter)
			if got.State != c.state || got.Problem != c.problem {
				t.Errorf("%s, %s: %s", got.State, got.Problem, got.Answer)
			}
			server.mu.Lock()
			defer server.mu.Unlock()
			if c.state == channel.OutSent && server.named != "desk.arzel.example" {
				t.Errorf("we introduced ourselves as %q", server.named)
			}
			if c.state != channel.OutSent && slices.ContainsFunc(server.heard, func(h string) bool { return strings.HasPrefix(h, "MAIL") || h == "AUTH" }) {
				t.Errorf("it was told %q", server.heard)
			}
		})
	}
}

func TestWhoIsNotLetInTriesAgainWhenAPersonHasMendedIt(t *testing.T) {
	t.Parallel()
	server := &script{says: on("AUTH", "535 5.7.8 wrong password")}
	host, port := server.serve(t, plainly)
	got := sender(t, nil).Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain, User: "bonjour"}, "s3cret-word", to, letter)
	if got.State != channel.OutDeferred || got.Problem != "sign-in-refused" || strings.Contains(got.Answer, "s3cret-word") {
		t.Errorf("%+v", got)
	}
	if got := sender(t, nil).Send(t.Context(), line.Server{Host: "192.0.2.1", Port: 25, Security: line.Plain, User: "bonjour"}, "x", to, letter); got.Problem != "open-line" {
		t.Errorf("a password over an open line: %+v", got)
	}
}

func TestALetterThatIsTooLargeIsNotBegun(t *testing.T) {
	t.Parallel()
	server := &script{}
	host, port := server.serve(t, plainly)
	got := sender(t, nil).Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain}, "", to, make([]byte, 10_001))
	if got.State != channel.OutRefused || got.Problem != "too-large" || slices.ContainsFunc(server.heard, func(h string) bool { return strings.HasPrefix(h, "MAIL") }) {
		t.Errorf("%+v after %q", got, server.heard)
	}
}

// E-20: an address with a line break in it is no command.
func TestAnAddressIsNoCommand(t *testing.T) {
	t.Parallel()
	server := &script{}
	host, port := server.serve(t, plainly)
	env := channel.Envelope{From: to.From, To: []string{"a@mel.example>\r\nRCPT TO:<b@mel.example"}}
	got := sender(t, nil).Send(t.Context(), line.Server{Host: host, Port: port, Security: line.Plain}, "", env, letter)
	if got.State == channel.OutSent || len(server.letters) != 0 || slices.ContainsFunc(server.heard, func(h string) bool { return strings.Contains(h, "b@mel") }) {
		t.Errorf("%+v after %q", got, server.heard)
	}
}

func TestAnswersAreWordedByTheirCodes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"450 4.1.8 no domain": "sender-refused", "550 5.1.2 no such domain": "no-such-domain", "552 5.3.4 size": "too-large", "552 5.2.3 long": "too-large", "550 5.2.1 off": "mailbox-unknown",
		"450 4.7.0 too many connections, limit": "rate-limited", "550 5.7.26 unauthenticated": "policy", "554 refused": "refused", "450 later": "not-now", "421 bye": "rate-limited",
		"550 5.7.1 blocked using a dnsbl": "spam-refused", "451 greylisting in action": "greylisted", "552 message size exceeds": "too-large", "552 storage": "mailbox-full",
	} {
		code, rest, _ := strings.Cut(answer, " ")
		n, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		e := &smtp.SMTPError{Code: n, EnhancedCode: smtp.EnhancedCode{-1, -1, -1}, Message: rest}
		if enhanced, words, ok := strings.Cut(rest, " "); ok && strings.Count(enhanced, ".") == 2 {
			for i, part := range strings.Split(enhanced, ".") {
				e.EnhancedCode[i], _ = strconv.Atoi(part)
			}
			e.Message = words
		}
		if got := answered(e).Problem; got != want {
			t.Errorf("%q: %s, want %s", answer, got, want)
		}
	}
}

// BenchmarkSend tells what a kept line saves.
func BenchmarkSend(b *testing.B) {
	server := &script{}
	at := line.Server{Host: "127.0.0.1", Port: peers.Listen(b, server.talk), Security: line.Plain}
	body := []byte(strings.Repeat("0123456789abcdef\r\n", 500))
	for name, kept := range map[string]bool{"kept": true, "fresh": false} {
		b.Run(name, func(b *testing.B) {
			s := New(dial, "desk.arzel.example", nil, time.Now)
			defer s.Close()
			for b.Loop() {
				if got := s.Send(b.Context(), at, "", to, body); got.State != channel.OutSent {
					b.Fatal(got)
				}
				if !kept {
					s.Close()
				}
			}
		})
	}
}
