// Package line is what lines to mail servers have in common, whether letters are fetched or handed over on them: how they are protected, how
// one signs in, and in which words their troubles are told.
package line

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
)

// Security is how a line is protected.
type Security string

const (
	TLS      Security = "tls"      // from the first byte on (RFC 8314)
	StartTLS Security = "starttls" // after the greeting, or not at all
	Plain    Security = "none"     // for servers on this machine
)

// Valid reports whether s is one of the securities.
func (s Security) Valid() bool { return s == TLS || s == StartTLS || s == Plain }

// Server is one that we speak to.
type Server struct {
	Host     string
	Port     uint16
	Security Security
	// User signs in with the secret, "" for a server that asks nobody.
	User string
	// Bearer says that the secret is an access token (RFC 7628) and not a password.
	Bearer bool
}

// Trouble is why there is nothing to sign in with, as a stable word.
type Trouble string

func (t Trouble) Error() string { return "line: " + string(t) }

// Dial connects to a mail server; safehttp.Client.DialMail is one.
type Dial func(ctx context.Context, host string, port uint16) (net.Conn, error)

// ErrOpen refuses to send a password over a line that others can read along.
var ErrOpen = errors.New("line: a password is not sent over an open line")

// Open connects to a server, unless it would have to be told a password over an open line.
func (d Dial) Open(ctx context.Context, to Server) (net.Conn, error) {
	if to.User != "" && to.Security == Plain && !onThisMachine(to.Host) {
		return nil, ErrOpen
	}
	return d(ctx, to.Host, to.Port)
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Protection is how a line to the server is encrypted. roots are the authorities that certificates must come from, nil for the system's.
func (s Server) Protection(roots *x509.CertPool) *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// Bearer signs in with an access token in the way that Google and Microsoft made up, XOAUTH2.
func Bearer(user, token string) sasl.Client { return bearer{user, token} }

type bearer struct{ user, token string }

func (b bearer) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + b.user + "\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

// Next answers the server's explanation of a refusal with nothing, as it wants.
func (b bearer) Next([]byte) ([]byte, error) { return []byte{}, nil }

// Trial runs a step of trying a server out, and says whether to go on. A step that failed has a problem, and the server's answer.
type Trial func(step string, do func() (detail, problem, answer string)) bool

// Hide takes a secret out of what a server said, which may repeat what it heard.
func Hide(said, secret string) string {
	if secret == "" {
		return said
	}
	return strings.ReplaceAll(said, secret, "…")
}

// Problem is what keeps a line from being made or used, as a stable word: "open-line", "certificate", "no-encryption", "no-such-host",
// "stopped", a Trouble's, or "no-connection".
func Problem(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var dns *net.DNSError
	var trouble Trouble
	switch {
	case errors.Is(err, ErrOpen):
		return "open-line"
	case errors.As(err, &verify), errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &alert):
		return "certificate"
	case strings.Contains(err.Error(), "STARTTLS"):
		return "no-encryption"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no-such-host"
	case errors.As(err, &trouble):
		return string(trouble)
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return "no-connection"
}

// OneLine is what a server said, without line breaks and cut.
func OneLine(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}
