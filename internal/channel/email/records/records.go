// Package records says what DNS must hold for letters of a domain to be believed, and looks whether it does.
//
// What is asked of DNS is whether a verifier would be content, never whether a record is written as ours would be: keys are tried with a
// signature, SPF with the addresses of those who hand our letters over.
package records

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"visavis/internal/channel"
	"visavis/internal/channel/email/dkim"
)

// The bounds of a look.
const (
	within   = 8 * time.Second
	mostText = 1000 // runes of a record that are shown
	mostSeen = 10   // records under one name that are shown
)

// Resolver answers questions to DNS; *net.Resolver is one. It follows CNAMEs.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Ask is what letters of a domain go through.
type Ask struct {
	Domain string
	Keys   []channel.SigningKey // of the domain
	Relay  string               // the host that takes our letters, "" for none
	// ReturnPath says that reports come to addresses of the domain that only we know, so somebody must receive for it.
	ReturnPath bool
	// Door is the host at which letters to the domain should be handed over to us; "" when they are fetched.
	Door string
}

// Look says which records should stand there, in the order in which to set them.
func Look(ctx context.Context, r Resolver, a Ask) []channel.Record {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	dns := &memo{Resolver: r, texts: make(map[string]*answer)}
	var look []func() channel.Record
	for _, k := range a.Keys {
		look = append(look, func() channel.Record { return key(ctx, dns, k) })
	}
	if a.Relay != "" {
		look = append(look, func() channel.Record { return sender(ctx, dns, a.Domain, a.Relay) })
	}
	look = append(look, func() channel.Record { return policy(ctx, dns, a.Domain) })
	if a.Door != "" {
		look = append(look, func() channel.Record { return door(ctx, dns, a.Domain, a.Door) })
	}
	if a.ReturnPath {
		look = append(look, func() channel.Record { return reports(ctx, dns, a.Domain) })
	}
	out := make([]channel.Record, len(look))
	var all sync.WaitGroup
	for i, one := range look {
		all.Go(func() { out[i] = one() })
	}
	all.Wait()
	return out
}

// Published reports whether what a key signs is verified by what DNS says now.
func Published(ctx context.Context, r Resolver, k channel.SigningKey) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	found, err := texts(r.LookupTXT(ctx, absolute(k.Name())))
	return dkim.Fits(k, found), err
}

// key looks for the record of a signing key.
func key(ctx context.Context, r Resolver, k channel.SigningKey) channel.Record {
	out := channel.Record{Purpose: "dkim", Type: "TXT", Name: k.Name(), State: channel.RecordRight, Required: k.Algorithm == dkim.RSA}
	out.Value, _ = dkim.Record(k) // a key that cannot be read fits nothing
	found, err := texts(r.LookupTXT(ctx, k.Name()))
	out.Found = shown(found)
	switch {
	case err != nil:
		out.State = channel.RecordUnknown
	case len(found) == 0:
		out.State = channel.RecordMissing
	case !dkim.Fits(k, found):
		out.State = channel.RecordWrong
	}
	return out
}

// policy looks for what the domain, or the registered one above it, asks of those who receive (RFC 7489 §6.6.3).
func policy(ctx context.Context, r Resolver, domain string) channel.Record {
	out := channel.Record{Purpose: "dmarc", Type: "TXT", Name: "_dmarc." + domain, Value: "v=DMARC1; p=none", State: channel.RecordRight}
	found, err := policies(ctx, r, domain)
	if root, e := publicsuffix.EffectiveTLDPlusOne(domain); err == nil && len(found) == 0 && e == nil && root != domain {
		if found, err = policies(ctx, r, root); len(found) > 0 {
			out.Name = "_dmarc." + root
		}
	}
	out.Found = shown(found)
	switch {
	case err != nil:
		out.State = channel.RecordUnknown
	case len(found) == 0:
		out.State = channel.RecordMissing
	case len(found) > 1 || !asks(found[0]):
		out.State = channel.RecordWrong
	default:
		out.Value = found[0]
	}
	return out
}

func policies(ctx context.Context, r Resolver, domain string) ([]string, error) {
	all, err := texts(r.LookupTXT(ctx, "_dmarc."+domain))
	var out []string
	for _, text := range all {
		if name, value, _ := strings.Cut(strings.SplitN(text, ";", 2)[0], "="); strings.TrimSpace(name) == "v" && strings.TrimSpace(value) == "DMARC1" {
			out = append(out, text)
		}
	}
	return out, err
}

// asks reports whether a policy's record says what to do; other faults in it are passed over by those who read it.
func asks(record string) bool {
	for tag := range strings.SplitSeq(record, ";") {
		if name, value, _ := strings.Cut(tag, "="); strings.TrimSpace(name) == "p" {
			switch strings.ToLower(strings.TrimSpace(value)) {
			case "none", "quarantine", "reject":
				return true
			}
		}
	}
	return false
}

// door looks whether letters to the domain come to us (RFC 5321 §5.1). Where others receive them, they may pass them on: nobody can tell
// from outside.
func door(ctx context.Context, r Resolver, domain, host string) channel.Record {
	out := channel.Record{Purpose: "mx", Type: "MX", Name: domain, Value: "10 " + host, State: channel.RecordMissing, Required: true}
	all, err := r.LookupMX(ctx, domain)
	var found []string
	for _, mx := range all {
		found = append(found, said(mx))
		if strings.EqualFold(strings.TrimSuffix(mx.Host, "."), host) {
			out.State, out.Value = channel.RecordRight, said(mx)
		}
	}
	out.Found = shown(found)
	if out.State != channel.RecordRight && (len(all) > 0 || !absent(err)) {
		out.State, out.Required = channel.RecordUnknown, false
	}
	return out
}

// said is an MX record as it is written into a zone.
func said(mx *net.MX) string {
	return strconv.Itoa(int(mx.Pref)) + " " + strings.TrimSuffix(mx.Host, ".")
}

// reports looks whether anybody receives for the domain: the mail servers that it names, or in their stead itself (RFC 5321 §5.1).
func reports(ctx context.Context, r Resolver, domain string) channel.Record {
	out := channel.Record{Purpose: "return-path", Type: "MX", Name: domain, State: channel.RecordRight, Required: true}
	all, err := r.LookupMX(ctx, domain)
	var found []string
	for _, mx := range all {
		found = append(found, said(mx))
	}
	out.Found = shown(found)
	if len(all) == 0 && absent(err) {
		if hosts, e := r.LookupIPAddr(ctx, domain); len(hosts) > 0 || !absent(e) {
			err = e
		} else {
			out.State = channel.RecordMissing
		}
	}
	if err != nil && !absent(err) {
		out.State = channel.RecordUnknown
	}
	if len(all) == 1 && strings.TrimSuffix(all[0].Host, ".") == "" {
		out.State = channel.RecordWrong // it says that nobody does (RFC 7505)
	}
	out.Value = strings.Join(out.Found, ", ")
	return out
}

// absent reports whether DNS says that there is nothing; no error says so too.
func absent(err error) bool {
	var e *net.DNSError
	return err == nil || errors.As(err, &e) && e.IsNotFound
}

// texts are records, none of them when DNS says that there are none.
func texts(found []string, err error) ([]string, error) {
	if absent(err) {
		return found, nil
	}
	return nil, err
}

// shown are records as people are shown them.
func shown(found []string) []string {
	out := make([]string, 0, len(found))
	for _, text := range found[:min(len(found), mostSeen)] {
		if runes := []rune(strings.ToValidUTF8(text, "�")); len(runes) > mostText {
			text = string(runes[:mostText]) + "…"
		}
		out = append(out, text)
	}
	return out
}

// absolute is a name that no search list is tried with.
func absolute(name string) string { return strings.TrimSuffix(name, ".") + "." }
