package letter

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	"golang.org/x/net/publicsuffix"

	"visavis/internal/channel"
)

const (
	maxSignatures = 5
	proveWithin   = 5 * time.Second // one whose answers come later is unproved, and read all the same
)

// Resolver answers DNS questions for TXT records; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Provers are who is believed about the author of a letter.
type Provers struct {
	// Resolver is asked for the keys and policies of senders; nil proves nothing.
	Resolver Resolver
	// AuthservIDs name the servers of ours whose Authentication-Results are believed (RFC 8601 §5).
	AuthservIDs []string
}

// Prove says how far it is proved whose a letter is that Read has read: by the results of a server of ours, or by our own look at its
// signatures and, for a letter that was handed to us, at where it came from.
func Prove(ctx context.Context, raw []byte, l channel.Letter, env channel.Envelope, o Provers) channel.Trust {
	out := l.Trust
	_, domain, ok := strings.Cut(l.From.Address, "@")
	if !ok {
		return out
	}
	out.ReplyElsewhere = slices.ContainsFunc(l.ReplyTo, func(a channel.Address) bool {
		_, there, _ := strings.Cut(a.Address, "@")
		return !sameOrganisation(there, domain)
	})
	mended, _ := mend(raw)
	if byOurs(headOf(mended), o.AuthservIDs, domain, &out) || o.Resolver == nil {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, proveWithin)
	defer cancel()
	prove(ctx, raw, domain, env, o.Resolver, &out)
	if out.Ambiguous && out.Proof == channel.Proved {
		out.Proof = channel.Unproved // which of its authors is proved?
	}
	return out
}

// byOurs reads the topmost results of a server of ours; those of any other name could be the sender's own invention (RFC 8601 §7.1).
func byOurs(h head, ours []string, domain string, out *channel.Trust) bool {
	for _, field := range h.all("authentication-results") {
		id, results, err := authres.Parse(field)
		if err != nil || !slices.ContainsFunc(ours, func(one string) bool { return strings.EqualFold(one, id) }) {
			continue
		}
		out.By = id
		for _, one := range results {
			switch r := one.(type) {
			case *authres.DKIMResult:
				if out.DKIM != "pass" {
					out.DKIM = string(r.Value)
				}
				if r.Value == authres.ResultPass && sameOrganisation(r.Domain, domain) {
					out.Signer, out.Proof = r.Domain, channel.Proved
				}
			case *authres.SPFResult:
				out.SPF = string(r.Value)
			case *authres.DMARCResult:
				out.DMARC = string(r.Value)
				if r.From != "" && !strings.EqualFold(r.From, domain) {
					out.Ambiguous = true // that server reads another author than we do
				}
				if r.Value == authres.ResultPass {
					out.Proof = channel.Proved
				}
			}
		}
		if out.DMARC == "fail" {
			out.Proof = channel.Disproof
		}
		if out.Ambiguous && out.Proof == channel.Proved {
			out.Proof = channel.Unproved
		}
		return true
	}
	return false
}

// prove looks at signatures and at the sender's policy.
func prove(ctx context.Context, raw []byte, domain string, env channel.Envelope, dns Resolver, out *channel.Trust) {
	unsure := false
	lookup := func(name string) ([]string, error) {
		found, err := dns.LookupTXT(ctx, name)
		if e := new(net.DNSError); err != nil && !(asDNS(err, e) && e.IsNotFound) {
			unsure = true
		}
		return found, err
	}
	signed, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: maxSignatures})
	policy, record, policyErr := policyOf(domain, lookup)
	aligned := false
	for _, v := range signed {
		if v.Err == nil {
			out.DKIM = "pass"
			if aligns(v.Domain, domain, record.DKIMAlignment) {
				aligned, out.Signer = true, v.Domain
			}
		} else if out.DKIM == "none" {
			out.DKIM = "fail"
			if dkim.IsTempFail(v.Err) {
				out.DKIM = "temperror"
			}
		}
	}
	if err != nil && len(signed) == 0 {
		out.DKIM = "permerror"
	}
	if ofTheWorld(env.IP) {
		sender := env.From
		if sender == "" {
			sender = "postmaster@" + env.Hello
		}
		result, _ := spf.CheckHostWithSender(net.IP(env.IP.AsSlice()), env.Hello, sender, spf.WithContext(ctx), spf.WithResolver(records{dns}))
		out.SPF = string(result)
		_, from, _ := strings.Cut(sender, "@")
		if aligns(from, domain, record.SPFAlignment) {
			aligned = aligned || result == spf.Pass
			unsure = unsure || result == spf.TempError
		}
	}
	switch {
	case aligned:
		out.Proof = channel.Proved
		if policyErr == nil {
			out.DMARC = "pass"
		}
	case policyErr == nil && !unsure:
		out.DMARC = "fail"
		if policy != dmarc.PolicyNone {
			out.Proof = channel.Disproof
		}
	case policyErr == nil:
		out.DMARC = "temperror"
	}
}

// ofTheWorld reports whether an address may be held against a sender's policy. One of this machine or of our own network is that of a server
// which hands on what came to it from elsewhere.
func ofTheWorld(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate()
}

// policyOf is what a domain asks for when nothing proves a letter of it, and the record that says so: its own, or the one of the
// registered domain above it (RFC 7489 §6.6.3). Of a record that cannot be had, the strictest is assumed.
func policyOf(domain string, lookup func(string) ([]string, error)) (dmarc.Policy, dmarc.Record, error) {
	unknown := dmarc.Record{DKIMAlignment: dmarc.AlignmentStrict, SPFAlignment: dmarc.AlignmentStrict}
	record, err := dmarc.LookupWithOptions(domain, &dmarc.LookupOptions{LookupTXT: lookup})
	if err == nil {
		return record.Policy, *record, nil
	}
	root, e := publicsuffix.EffectiveTLDPlusOne(domain)
	if err == dmarc.ErrNoPolicy && e == nil && root != domain {
		record, err = dmarc.LookupWithOptions(root, &dmarc.LookupOptions{LookupTXT: lookup})
	}
	switch {
	case err == dmarc.ErrNoPolicy:
		return "", dmarc.Record{}, err
	case err != nil:
		return "", unknown, err
	case record.SubdomainPolicy != "":
		return record.SubdomainPolicy, *record, nil
	}
	return record.Policy, *record, nil
}

// aligns reports whether a proved domain stands for that of the author: as one of the same organisation, or as the very same if the author's
// domain asks for that (RFC 7489 §3.1).
func aligns(proved, author string, mode dmarc.AlignmentMode) bool {
	if mode == dmarc.AlignmentStrict {
		return strings.EqualFold(strings.TrimSuffix(proved, "."), author)
	}
	return sameOrganisation(proved, author)
}

func asDNS(err error, to *net.DNSError) bool {
	e, ok := err.(*net.DNSError) //nolint:errorlint // resolvers return it bare
	if ok {
		*to = *e
	}
	return ok
}

// sameOrganisation reports whether two domains are under the same registered one.
func sameOrganisation(a, b string) bool {
	a, b = strings.ToLower(strings.TrimSuffix(a, ".")), strings.ToLower(strings.TrimSuffix(b, "."))
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	x, errX := publicsuffix.EffectiveTLDPlusOne(a)
	y, errY := publicsuffix.EffectiveTLDPlusOne(b)
	return errX == nil && errY == nil && x == y
}

// records answers the questions of SPF, of which those for addresses need a resolver that knows them.
type records struct{ Resolver }

func (r records) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if full, ok := r.Resolver.(interface {
		LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	}); ok {
		return full.LookupMX(ctx, name)
	}
	return nil, &net.DNSError{Err: "not asked", Name: name, IsTemporary: true}
}

func (r records) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	if full, ok := r.Resolver.(interface {
		LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	}); ok {
		return full.LookupIPAddr(ctx, host)
	}
	return nil, &net.DNSError{Err: "not asked", Name: host, IsTemporary: true}
}

func (r records) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	if full, ok := r.Resolver.(interface {
		LookupAddr(ctx context.Context, addr string) ([]string, error)
	}); ok {
		return full.LookupAddr(ctx, addr)
	}
	return nil, &net.DNSError{Err: "not asked", Name: addr, IsTemporary: true}
}
