package records

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"blitiri.com.ar/go/spf"

	"visavis/internal/channel"
)

// The bounds of a look at who may send.
const (
	mostSamples  = 24 // addresses that are tried
	mostIncludes = 20
)

// relays are providers who hand letters over from addresses that they list: the ends of the names that they take them under, and where
// the list is.
var relays = []struct{ hosts, list string }{
	{"gmail.com google.com", "_spf.google.com"},
	{"office365.com outlook.com", "spf.protection.outlook.com"},
	{"ovh.net", "mx.ovh.com"},
	{"gandi.net", "_mailcust.gandi.net"},
	{"infomaniak.com infomaniak.ch", "spf.infomaniak.ch"},
	{"fastmail.com messagingengine.com", "spf.messagingengine.com"},
	{"mailbox.org", "mailbox.org"},
	{"aruba.it", "_spf.aruba.it"},
	{"sendgrid.net", "sendgrid.net"},
	{"mailgun.org", "mailgun.org"},
	{"amazonaws.com", "amazonses.com"},
	{"mailjet.com", "spf.mailjet.com"},
	{"brevo.com sendinblue.com", "spf.brevo.com"},
	{"postmarkapp.com", "spf.mtasv.net"},
	{"mandrillapp.com", "spf.mandrillapp.com"},
	{"smtp2go.com", "spf.smtp2go.com"},
}

// listOf is where a relay's provider lists its addresses, "" when it is not one that we know.
func listOf(relay string) string {
	for _, one := range relays {
		for _, host := range strings.Fields(one.hosts) {
			if relay == host || strings.HasSuffix(relay, "."+host) {
				return one.list
			}
		}
	}
	return ""
}

// sender looks whether the relay may send for the domain (RFC 7208). Of a relay that we do not know, the addresses that it takes letters at
// are the best guess of those that it sends from: that these may not is no proof that the record is wrong.
func sender(ctx context.Context, r *memo, domain, relay string) channel.Record {
	out := channel.Record{Purpose: "spf", Type: "TXT", Name: domain, State: channel.RecordRight, Required: true}
	list := listOf(relay)
	samples, add := hostOf(ctx, r, relay)
	if list != "" {
		samples, add = listed(ctx, r, list), "include:"+list
	}
	found, err := texts(r.LookupTXT(ctx, domain))
	found = slices.DeleteFunc(found, func(text string) bool {
		return !strings.EqualFold(text, "v=spf1") && !strings.HasPrefix(strings.ToLower(text), "v=spf1 ")
	})
	out.Found, out.Value = shown(found), mended(found, add)
	switch {
	case err != nil:
		out.State = channel.RecordUnknown
	case len(found) == 0:
		out.State = channel.RecordMissing
	case len(found) > 1:
		out.State = channel.RecordWrong // two are none (RFC 7208 §4.5)
	default:
		out.State = may(ctx, r, domain, samples)
	}
	if out.State == channel.RecordWrong && list == "" && len(found) == 1 && names(found[0]) {
		out.State = channel.RecordUnknown
	}
	if out.State == channel.RecordRight {
		out.Value = found[0]
	}
	return out
}

// may tries some addresses: it is right when all of them may send, and wrong when none may.
func may(ctx context.Context, r *memo, domain string, samples []netip.Addr) channel.RecordState {
	passed := 0
	for _, ip := range samples {
		switch result, _ := spf.CheckHostWithSender(ip.AsSlice(), domain, "postmaster@"+domain, spf.WithContext(ctx), spf.WithResolver(r)); result {
		case spf.Pass:
			passed++
		case spf.PermError:
			return channel.RecordWrong
		case spf.TempError:
			return channel.RecordUnknown
		}
	}
	switch {
	case len(samples) > 0 && passed == len(samples):
		return channel.RecordRight
	case len(samples) > 0 && passed == 0:
		return channel.RecordWrong
	}
	return channel.RecordUnknown
}

// hostOf are the public addresses of a relay, and the term that allows it. One without any is beside us, and lets our letters out by ways
// that only its master knows: those that the domain's mail comes in by are likely.
func hostOf(ctx context.Context, r *memo, relay string) (samples []netip.Addr, add string) {
	found := []net.IPAddr{{IP: net.ParseIP(relay)}}
	if found[0].IP == nil {
		found, _ = r.LookupIPAddr(ctx, relay) // what is not known cannot be tried
	}
	for _, a := range found[:min(len(found), mostSamples)] {
		if ip, ok := netip.AddrFromSlice(a.IP); ok && ip.Unmap().IsGlobalUnicast() && !ip.Unmap().IsPrivate() {
			samples = append(samples, ip.Unmap())
		}
	}
	switch {
	case len(found) > 0 && len(samples) == 0:
		return nil, "mx"
	case net.ParseIP(relay) == nil:
		return samples, "a:" + relay
	case samples[0].Is4():
		return samples, "ip4:" + relay
	}
	return samples, "ip6:" + relay
}

// listed are the first addresses of the networks that a provider lists, in the lists that it includes too.
func listed(ctx context.Context, r *memo, list string) []netip.Addr {
	var out []netip.Addr
	lists := []string{list}
	for i := 0; i < len(lists) && i < mostIncludes; i++ {
		found, _ := r.LookupTXT(ctx, lists[i]) // as above
		for _, text := range found {
			terms := strings.Fields(strings.ToLower(text))
			if len(terms) == 0 || terms[0] != "v=spf1" {
				continue
			}
			for _, term := range terms[1:] {
				name, value, _ := strings.Cut(strings.Replace(strings.TrimPrefix(term, "+"), "redirect=", "include:", 1), ":")
				switch {
				case name == "include" && !strings.Contains(value, "%") && !slices.Contains(lists, value):
					lists = append(lists, value)
				case name == "ip4" || name == "ip6":
					if ip, err := netip.ParseAddr(strings.SplitN(value, "/", 2)[0]); err == nil && len(out) < mostSamples {
						out = append(out, ip)
					}
				}
			}
		}
	}
	return out
}

// names reports whether a record allows anybody.
func names(record string) bool {
	return slices.ContainsFunc(strings.Fields(record)[1:], func(term string) bool {
		return !strings.ContainsRune("-~?", rune(term[0])) && !strings.HasPrefix(strings.ToLower(term), "exp=")
	})
}

// mended is the record that allows one more: those that there are, as one, with another term before the end.
func mended(records []string, add string) string {
	out := []string{"v=spf1"}
	end := "~all"
	ended := false
	var last []string // modifiers, which stand behind
	for _, record := range records {
		for _, term := range strings.Fields(record)[1:] {
			switch {
			case strings.EqualFold(strings.TrimLeft(term, "+-~?"), "all"):
				if !ended {
					end, ended = term, true
				}
			case strings.Contains(term, "="):
				last = append(last, term)
			case !slices.Contains(out, term):
				out = append(out, term)
			}
		}
	}
	if !slices.Contains(out, add) {
		out = append(out, add)
	}
	if ended || !slices.ContainsFunc(last, func(m string) bool { return strings.HasPrefix(strings.ToLower(m), "redirect=") }) {
		out = append(out, end)
	}
	return strings.Join(append(out, last...), " ")
}

// memo asks for each text once, however often a record leads to it.
type memo struct {
	Resolver
	mu    sync.Mutex
	texts map[string]*answer
}

type answer struct {
	once  sync.Once
	found []string
	err   error
}

// LookupTXT implements Resolver.
func (m *memo) LookupTXT(ctx context.Context, name string) ([]string, error) {
	name = absolute(name)
	m.mu.Lock()
	a := m.texts[name]
	if a == nil {
		a = new(answer)
		m.texts[name] = a
	}
	m.mu.Unlock()
	a.once.Do(func() { a.found, a.err = m.Resolver.LookupTXT(ctx, name) })
	return slices.Clone(a.found), a.err
}

// LookupMX implements Resolver.
func (m *memo) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return m.Resolver.LookupMX(ctx, absolute(name))
}

// LookupIPAddr implements Resolver.
func (m *memo) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return m.Resolver.LookupIPAddr(ctx, absolute(host))
}
