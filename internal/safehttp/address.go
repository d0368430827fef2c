package safehttp

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// closed are the networks of IPv4 that are nobody's public address (IANA's registry of special-purpose addresses, RFC 6890).
var closed = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // shared by carriers' translators
	"127.0.0.0/8",     // this machine
	"169.254.0.0/16",  // link-local, where clouds keep their metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, with the broadcast address
)

// global is the only block of IPv6 from which public addresses are given. What lies outside of it (this machine, link-local,
// unique-local, multicast, NAT64, mapped and compatible IPv4) is not public, whatever it will be called one day.
var global = netip.MustParsePrefix("2000::/3")

// closed6 are the parts of it that are not: two of them carry an IPv4 address inside.
var closed6 = prefixes(
	"2001::/23",     // protocol assignments, with Teredo
	"2001:db8::/32", // documentation
	"2002::/16",     // 6to4
	"3fff::/20",     // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// Public reports whether an address is one that anybody on the internet could have: the only sort that is called unless the
// operator has allowed another.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.Is4() {
		return !slices.ContainsFunc(closed, in)
	}
	return global.Contains(a) && !slices.ContainsFunc(closed6, in)
}

// allowed is one entry of the operator's list: a network, or a host by name, each on every port or on one.
type allowed struct {
	prefix netip.Prefix // not valid when it is a name
	host   string
	port   uint16 // 0 for every port
}

// readAllowed reads an entry such as 10.1.0.0/16, 10.1.2.3, [fd00::1]:8080, hooks.example.org or hooks.example.org:8443.
func readAllowed(entry string) (allowed, error) {
	if p, err := netip.ParsePrefix(entry); err == nil {
		return allowed{prefix: p.Masked()}, nil
	}
	host, port := entry, uint16(0)
	if i := strings.LastIndexByte(entry, ':'); i >= 0 && (strings.Count(entry, ":") == 1 || strings.HasPrefix(entry, "[")) && !strings.HasSuffix(entry, "]") {
		n, err := strconv.ParseUint(entry[i+1:], 10, 16)
		if err != nil || n == 0 {
			return allowed{}, fmt.Errorf("%q has no port that could be one", entry)
		}
		host, port = entry[:i], uint16(n)
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return allowed{prefix: netip.PrefixFrom(a, a.BitLen()), port: port}, nil
	}
	if !isName(host) {
		return allowed{}, fmt.Errorf("%q is neither an address, nor a network such as 10.0.0.0/8, nor a host's name", entry)
	}
	return allowed{host: fold(host), port: port}, nil
}

func (a allowed) address(to netip.AddrPort) bool {
	return a.host == "" && (a.port == 0 || a.port == to.Port()) && a.prefix.Contains(to.Addr().Unmap())
}

func (a allowed) name(host string, port uint16) bool {
	return a.host != "" && (a.port == 0 || a.port == port) && a.host == fold(host)
}

func fold(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// isName reports whether a host is a name in letters, digits, dashes and underscores whose last label is no number: what ends in a
// number is an IPv4 address in one of its old spellings (octal, hexadecimal, one big number), which resolvers read differently.
func isName(host string) bool {
	host = fold(host)
	if host == "" || len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}
