// Package safehttp is the one door to addresses that others chose: it calls public addresses only, looks again at the moment of
// connecting, follows nothing but what Fetch is sent to, waits and reads no longer than it must, and tells little of what it found.
//
// A call passes these checks:
//
//  1. The address as a text: http or https, a host that is a name or a plain IP address, a usual port, no name or password in it.
//  2. The host's addresses, asked afresh: those that are not public are dropped, and the call is refused when none is left.
//  3. The address that is being connected to, once more, by the dialer itself.
//  4. The answer: at most ten seconds in all, at most 1 MiB, no redirect, no decompression.
//
// Fetch makes a call of its own for each address that it is sent to, with all of these checks.
package safehttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"visavis/internal/vis"
)

// The bounds of a call.
const (
	Within      = 10 * time.Second // from the question for its address to the last byte of the answer
	dialWithin  = 5 * time.Second
	idleFor     = 30 * time.Second
	maxAnswer   = 1 << 20 // bytes of an answer; what is longer is cut
	maxHeader   = 64 << 10
	maxURL      = 2000
	idleAHost   = 2
	idleAtWhole = 32
)

// ports are those that may be called without the operator's leave. Others belong to mail, databases and the like.
var ports = []uint16{80, 443, 8080, 8443}

// What a call can fail with, as short words that may be shown to whoever chose the address. They tell nothing apart that lies in
// our own network: a name that does not exist there and one that does are both ErrRefused.
var (
	// ErrRefused says that no public address could be found under the name, or none that may be called.
	ErrRefused = errors.New("safehttp: the address may not be called")
	// ErrTimeout says that no answer came in time; whether the question arrived is unknown.
	ErrTimeout = errors.New("safehttp: no answer in time")
	// ErrFailed says that the connection, its certificate or its answer was broken.
	ErrFailed = errors.New("safehttp: the connection failed")
)

// Resolver finds the addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options are what a client is made of.
type Options struct {
	// Allow lists what may be called although it is not public, not on a usual port or not encrypted: networks, addresses and
	// hosts by name, each with a port or without.
	Allow []string
	// Own returns this machine's addresses, which are never called; nil for none but the loopback's.
	Own func() []netip.Addr
	// Resolver is net.DefaultResolver when it is nil.
	Resolver Resolver
	// UserAgent names the caller.
	UserAgent string
	// Roots are the authorities that certificates must come from, nil for the system's.
	Roots *x509.CertPool
}

// Client calls addresses that others chose. It is safe for concurrent use.
type Client struct {
	allow    []allowed
	own      func() []netip.Addr
	resolver Resolver
	agent    string
	within   time.Duration // Within; shorter in tests
	http     *http.Client
}

// New makes a client; its error names a wrong entry of the list.
func New(o Options) (*Client, error) {
	c := &Client{own: o.Own, resolver: o.Resolver, agent: o.UserAgent, within: Within}
	for _, entry := range o.Allow {
		a, err := readAllowed(strings.TrimSpace(entry))
		if err != nil {
			return nil, err
		}
		c.allow = append(c.allow, a)
	}
	if c.own == nil {
		c.own = func() []netip.Addr { return nil }
	}
	if c.resolver == nil {
		c.resolver = net.DefaultResolver
	}
	if c.agent == "" {
		c.agent = "Visavis"
	}
	c.http = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{ // Proxy is nil: the environment has no say
			DialContext: c.dial, ForceAttemptHTTP2: true, DisableCompression: true, TLSHandshakeTimeout: dialWithin,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: maxHeader, MaxIdleConns: idleAtWhole, MaxIdleConnsPerHost: idleAHost, IdleConnTimeout: idleFor,
		},
	}
	return c, nil
}

// Close lets go of the connections that wait for another call.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check says whether an address may be called as far as its text tells, in words for whoever typed it.
func (c *Client) Check(raw string) error {
	_, err := c.read(raw)
	return err
}

func refused(text string, args ...any) error {
	return vis.Errorf(vis.Invalid, "address_refused", text, args...)
}

// read reads an address and checks all that needs no network.
func (c *Client) read(raw string) (*url.URL, error) {
	control := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || strings.ContainsFunc(raw, control) || u.Opaque != "" || u.Host == "" {
		return nil, refused("This is no web address such as https://hooks.example.org/visavis.")
	}
	host := u.Hostname()
	literal, ipErr := netip.ParseAddr(host)
	port, ok := portOf(u)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, refused("The address must begin with https://.")
	case u.User != nil:
		return nil, refused("The address must hold no name or password; prove who calls by the signature.")
	case ipErr != nil && !isName(host), !ok:
		return nil, refused("This is no web address such as https://hooks.example.org/visavis.")
	case u.Fragment != "":
		return nil, refused("The address must not have a # in it.")
	}
	if c.allowedName(host, port) || ipErr == nil && c.allowedAddress(netip.AddrPortFrom(literal, port)) {
		return u, nil
	}
	switch {
	case u.Scheme == "http":
		return nil, refused("The address must begin with https://, so that nobody reads along.")
	case !slices.Contains(ports, port):
		return nil, refused("Port %d may not be called; 443 and 8443 may.", port)
	case ipErr == nil && !c.public(literal):
		return nil, refused("This address is not public, so it may not be called. Whoever runs this server can allow it.")
	}
	return u, nil
}

func portOf(u *url.URL) (uint16, bool) {
	switch text := u.Port(); {
	case text != "":
		n, err := strconv.ParseUint(text, 10, 16)
		return uint16(n), err == nil && n > 0
	case strings.HasSuffix(u.Host, ":"):
		return 0, false
	case u.Scheme == "http":
		return 80, true
	}
	return 443, true
}

func (c *Client) allowedName(host string, port uint16) bool {
	return slices.ContainsFunc(c.allow, func(a allowed) bool { return a.name(host, port) })
}

func (c *Client) allowedAddress(to netip.AddrPort) bool {
	return slices.ContainsFunc(c.allow, func(a allowed) bool { return a.address(to) })
}

// public reports whether an address is public and not one of this machine's own.
func (c *Client) public(a netip.Addr) bool { return Public(a) && !slices.Contains(c.own(), a.Unmap()) }

// may reports whether a connection may be made to an address that was found for a host, at one of the ports or where it is allowed.
func (c *Client) may(host string, to netip.AddrPort, ports []uint16) bool {
	return c.allowedName(host, to.Port()) || c.allowedAddress(to) || slices.Contains(ports, to.Port()) && c.public(to.Addr())
}

// MailPorts are those that mail is fetched from and handed over at.
var MailPorts = []uint16{25, 143, 465, 587, 993}

// DialMail connects to a mail server that others chose, at one of MailPorts or where the operator allows it. Its error is ErrRefused
// when the host has no address that may be connected to, and otherwise the network's.
func (c *Client) DialMail(ctx context.Context, host string, port uint16) (net.Conn, error) {
	return c.connect(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))), MailPorts)
}

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return c.connect(ctx, network, address, ports)
}

// connect connects to a host's addresses in turn, to none that may not be called.
func (c *Client) connect(ctx context.Context, network, address string, ports []uint16) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, ErrRefused
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, ErrRefused
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	found, err := c.resolve(ctx, host)
	if err != nil {
		return nil, ErrRefused // in the same word as an inner address: which names exist inside is nobody's business
	}
	dialer := net.Dialer{Timeout: dialWithin, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !c.may(host, to, ports) {
			return ErrRefused
		}
		return nil
	}}
	last := error(ErrRefused)
	for _, a := range found {
		to := netip.AddrPortFrom(a.Unmap(), uint16(port))
		if !c.may(host, to, ports) {
			continue
		}
		conn, err := dialer.DialContext(ctx, network, to.String())
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	return c.resolver.LookupNetIP(ctx, "ip", host)
}

// Answer is what came back.
type Answer struct {
	Status int
	// Body is cut after 1 MiB, or what was asked for.
	Body []byte
	// Took is how long it was until the answer had been read.
	Took time.Duration
	// location is where a redirect leads, as the other side wrote it.
	location string
}

// Post sends body to an address and reads the answer. Any status is an answer, a redirect too. Its error is a vis.Error when the
// address is refused by its text, and otherwise ErrRefused, ErrTimeout, ErrFailed, or that of a ctx that ended.
func (c *Client) Post(ctx context.Context, to string, header map[string]string, body []byte) (Answer, error) {
	return c.call(ctx, http.MethodPost, to, header, bytes.NewReader(body), maxAnswer)
}

// Get asks an address for what it has, within the bounds and with the errors of Post.
func (c *Client) Get(ctx context.Context, to string) (Answer, error) {
	return c.call(ctx, http.MethodGet, to, nil, http.NoBody, maxAnswer)
}

// Fetch is Get for what is shown to people, such as pictures, and goes where it is sent: from one https address to another, at most hops
// times. Nothing that one address said is told to the next, and all of it takes no longer than one call. The answer is the last one; its
// status is that of a redirect when it led nowhere or too far.
func (c *Client) Fetch(ctx context.Context, to string, hops int) (Answer, error) {
	if !strings.HasPrefix(to, "https:") {
		return Answer{}, ErrRefused
	}
	return c.Download(ctx, to, hops, maxAnswer)
}

// Download is Fetch for what may be larger: the body is cut after most bytes. It may begin at an address that the operator lets be called
// without encryption, and is sent on to https addresses only.
func (c *Client) Download(ctx context.Context, to string, hops int, most int64) (Answer, error) {
	within, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	for ; ; hops-- {
		at, err := url.Parse(to)
		if err != nil {
			return Answer{}, ErrRefused
		}
		answer, err := c.call(within, http.MethodGet, to, nil, http.NoBody, most)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = ErrTimeout
		}
		if err != nil || hops == 0 || !redirects(answer) {
			return answer, err
		}
		next, err := at.Parse(answer.location)
		if err != nil {
			return Answer{}, ErrRefused
		}
		if next.Scheme != "https" {
			return Answer{}, ErrRefused
		}
		next.Fragment = "" // is for who shows it
		to = next.String()
	}
}

// redirects reports whether an answer says that what was asked for lies elsewhere (RFC 9110 §15.4).
func redirects(a Answer) bool {
	return a.location != "" && (a.Status >= 301 && a.Status <= 303 || a.Status == 307 || a.Status == 308)
}

// Reaches reports whether a host has an address that may be connected to. It is for protocols whose ports are not the web's, such
// as mail. A name that leads inside is answered like one that does not exist.
func (c *Client) Reaches(ctx context.Context, host string, port uint16) bool {
	if _, err := netip.ParseAddr(host); err != nil && !isName(host) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	found, err := c.resolve(ctx, host)
	return err == nil && slices.ContainsFunc(found, func(a netip.Addr) bool {
		return c.allowedName(host, port) || c.allowedAddress(netip.AddrPortFrom(a.Unmap(), port)) || c.public(a)
	})
}

func (c *Client) call(ctx context.Context, method, to string, header map[string]string, body io.Reader, most int64) (Answer, error) {
	u, err := c.read(to)
	if err != nil {
		return Answer{}, err
	}
	within, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	r, err := http.NewRequestWithContext(within, method, u.String(), body)
	if err != nil {
		return Answer{}, fmt.Errorf("make the call: %w", err)
	}
	r.Header.Set("User-Agent", c.agent)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	began := time.Now()
	res, err := c.http.Do(r)
	if err != nil {
		return Answer{Took: time.Since(began)}, c.word(ctx, err)
	}
	out := Answer{Status: res.StatusCode, location: res.Header.Get("Location")}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, most))
	_ = res.Body.Close() // all that we want of it is read
	out.Took = time.Since(began)
	if err != nil {
		return out, c.word(ctx, err)
	}
	return out, nil
}

// word is an error in one of the few words that may be shown. What it was made of holds addresses, so it is not kept.
func (c *Client) word(ctx context.Context, err error) error {
	var slow net.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrRefused):
		return ErrRefused
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return ErrTimeout
	}
	return ErrFailed
}
