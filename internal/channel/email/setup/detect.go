// Package setup finds a mailbox's servers from its address, so that people need to know no more than that and their password.
//
// It asks, best first: our own list of providers by the domain, the same list by who receives for the domain (MX), the domain's
// autoconfig file, its SRV records (RFC 6186, RFC 8314), and at last whether usual names exist. All but the first are somebody
// else's word: a host that leads inside is left out, and looks like one that does not exist.
package setup

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

const (
	within     = 8 * time.Second // for all questions together
	maxAddress = 254             // bytes, RFC 5321 §4.5.3.1.3 without its brackets
	maxHosts   = 5               // records of one question that are looked at
)

// Security is how a connection is encrypted. There is none without.
type Security string

// The securities.
const (
	TLS      Security = "tls"
	StartTLS Security = "starttls"
)

// Auth is how one signs in; screens word it and tell where to get what is needed.
type Auth string

// The ways to sign in.
const (
	Password       Auth = "password"
	AppPassword    Auth = "app-password" // one made for this purpose at the provider
	OAuthGoogle    Auth = "oauth-google"
	OAuthMicrosoft Auth = "oauth-microsoft"
	Bridge         Auth = "bridge" // no server at all: the provider's own program must run beside us
)

// Source is whose word a finding is.
type Source string

// The sources.
const (
	FromProvider   Source = "provider"
	FromMX         Source = "mx"
	FromAutoconfig Source = "autoconfig"
	FromSRV        Source = "srv"
	FromGuess      Source = "guess"
)

// Server is where to connect.
type Server struct {
	Host     string
	Port     uint16
	Security Security
	User     string
}

// Found is servers that may be an address's. In or Out is zero when nothing was found for it; both are for a Bridge.
type Found struct {
	In, Out  Server
	Auth     Auth
	Source   Source
	Provider string // of our list, "" for none
}

// Resolver answers questions to DNS; *net.Resolver is one.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// Guard is the door to hosts that others chose; *safehttp.Client is one.
type Guard interface {
	Get(ctx context.Context, to string) (safehttp.Answer, error)
	Reaches(ctx context.Context, host string, port uint16) bool
}

type address struct{ local, domain string }

func (a address) whole() string { return a.local + "@" + a.domain }

func readAddress(raw string) (address, error) {
	raw = strings.TrimSpace(raw)
	at := strings.IndexByte(raw, '@')
	if at < 1 || len(raw) > maxAddress || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) || !isDomain(fold(raw[at+1:])) {
		return address{}, vis.InField("address", "This is no mail address such as hello@example.org.")
	}
	return address{local: raw[:at], domain: fold(raw[at+1:])}, nil
}

func fold(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// isDomain reports whether a name has two labels or more, of letters, digits and dashes; a number as the last would be an IP address.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1 && strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// Detect finds servers that may be an address's, best first and each once. That nothing was found is no error; an error is about
// the address, or of a ctx that ended.
func Detect(ctx context.Context, raw string, r Resolver, g Guard) ([]Found, error) {
	a, err := readAddress(raw)
	if err != nil {
		return nil, err
	}
	if p, ok := byDomain(a.domain); ok {
		return []Found{p.found(a, FromProvider)}, nil
	}
	inTime, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ask := []func() []Found{
		func() []Found { return fromMX(inTime, a, r) },
		func() []Found { return reachable(inTime, g, fetchConfig(inTime, a, g)) },
		func() []Found { return reachable(inTime, g, fromSRV(inTime, a, r)) },
		func() []Found { return guess(inTime, a, g) },
	}
	answers := make([][]Found, len(ask))
	var all sync.WaitGroup
	for i, question := range ask {
		all.Go(func() { answers[i] = question() })
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return once(slices.Concat(answers...)), nil
}

// once keeps the first of findings that name the same servers.
func once(all []Found) []Found {
	var out []Found
	for _, f := range all {
		if !slices.ContainsFunc(out, func(o Found) bool { return o.In == f.In && o.Out == f.Out }) {
			out = append(out, f)
		}
	}
	return out
}

// reachable leaves out servers that lead nowhere we may connect to, and findings of which no server is left to fetch from.
func reachable(ctx context.Context, g Guard, all []Found) []Found {
	var out []Found
	for _, f := range all {
		if !isDomain(f.In.Host) || !g.Reaches(ctx, f.In.Host, f.In.Port) {
			continue
		}
		if f.Out.Host != "" && (!isDomain(f.Out.Host) || !g.Reaches(ctx, f.Out.Host, f.Out.Port)) {
			f.Out = Server{}
		}
		out = append(out, f)
	}
	return out
}

// fromMX looks who receives for the domain: companies' domains are mostly at one of the providers.
func fromMX(ctx context.Context, a address, r Resolver) []Found {
	records, _ := r.LookupMX(ctx, a.domain+".") // what cannot be asked is not found
	for _, mx := range records[:min(len(records), maxHosts)] {
		if p, ok := byMX(fold(mx.Host)); ok {
			return []Found{p.found(a, FromMX)}
		}
	}
	return nil
}

// fromSRV reads the domain's service records, those that are encrypted from the first byte before the others (RFC 8314 §5.1).
func fromSRV(ctx context.Context, a address, r Resolver) []Found {
	service := func(name string, s Security) Server {
		_, records, _ := r.LookupSRV(ctx, name, "tcp", a.domain+".") // as above
		for _, srv := range records[:min(len(records), maxHosts)] {
			if host := fold(srv.Target); host != "" && srv.Port != 0 { // "." says that it is not offered
				return Server{Host: host, Port: srv.Port, Security: s, User: a.whole()}
			}
		}
		return Server{}
	}
	either := func(implicit, upgraded string) Server {
		if s := service(implicit, TLS); s.Host != "" {
			return s
		}
		return service(upgraded, StartTLS)
	}
	f := Found{Auth: Password, Source: FromSRV, In: either("imaps", "imap"), Out: either("submissions", "submission")}
	if f.In.Host == "" {
		return nil
	}
	return []Found{f}
}

// guess looks whether usual names exist.
func guess(ctx context.Context, a address, g Guard) []Found {
	exists := func(port uint16, names ...string) Server {
		for _, n := range names {
			if host := n + "." + a.domain; g.Reaches(ctx, host, port) {
				return Server{Host: host, Port: port, Security: TLS, User: a.whole()}
			}
		}
		return Server{}
	}
	f := Found{Auth: Password, Source: FromGuess, In: exists(993, "imap", "mail"), Out: exists(465, "smtp", "mail")}
	if f.In.Host == "" {
		return nil
	}
	return []Found{f}
}
