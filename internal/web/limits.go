package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"visavis/internal/vis"
)

// limit is a rate: so many in a span, any of them at once (a bucket that leaks evenly).
type limit struct {
	name string
	many int
	span time.Duration
}

// The limits of the house. A shared office is one address, so those by address are wide.
var (
	limitSignInAccount = limit{"sign-in account", 5, time.Minute}
	limitSignInAddress = limit{"sign-in address", 30, time.Minute}
	limitVisitStart    = limit{"visit", 60, time.Hour}
	limitMessage       = limit{"message", 30, time.Minute}
	limitPress         = limit{"press", 6, time.Minute} // calls for live assistance
	limitPresses       = limit{"presses", 20, time.Hour}
	limitPressAddress  = limit{"press address", 120, time.Hour}
	limitJoin          = limit{"join", 30, time.Minute}   // media that is connected anew
	limitBegin         = limit{"begin", 120, time.Hour}   // letters to people who have not written
	limitSearch        = limit{"search", 30, time.Minute} // answers that strangers look for, by address
	limitSearches      = limit{"searches", 300, time.Hour}
	limitUpload        = limit{"upload", 20, time.Hour}
	limitToken         = limit{"token", 600, time.Minute}
	limitMember        = limit{"member", 1200, time.Minute}
	limitVisitor       = limit{"visitor", 600, time.Minute}
	limitPage          = limit{"page", 120, time.Minute} // public pages, by address
	limitConsent       = limit{"grant", 20, time.Minute} // mailboxes signed in to
	limitDNS           = limit{"dns", 30, time.Minute}   // questions that are passed on to DNS
	limitLink          = limit{"link", 30, time.Minute}  // guesses at set-up and invitation links, by address
)

// maxKeys bounds the memory of the limiter: some 10 MB when it is under attack.
const maxKeys = 100_000

// limiter counts by key. For each it keeps one instant: when the bucket will be empty again.
type limiter struct {
	clock vis.Clock
	off   bool

	mu    sync.Mutex
	empty map[string]time.Time
}

func newLimiter(clock vis.Clock, on bool) *limiter {
	return &limiter{clock: clock, off: !on, empty: make(map[string]time.Time)}
}

// take uses one of a key's share, or says in how many seconds there is one again.
func (l *limiter) take(by limit, key string) error {
	if l.off {
		return nil
	}
	now := l.clock.Now()
	step := by.span / time.Duration(by.many)
	l.mu.Lock()
	defer l.mu.Unlock()
	key = by.name + "\x00" + key
	empty := l.empty[key]
	if empty.Before(now) {
		empty = now
	}
	if full := now.Add(by.span); empty.After(full) { // the clock was set back: nobody is shut out until it catches up
		empty, l.empty[key] = full, full
	}
	if wait := empty.Add(step).Sub(now) - by.span; wait > 0 {
		e := vis.Errorf(vis.TooMany, "rate_limited", "That was very often in a short time. Please wait a moment and try again.")
		e.RetryAfter = int((wait + time.Second - 1) / time.Second)
		return e
	}
	if len(l.empty) >= maxKeys {
		l.sweep(now)
	}
	l.empty[key] = empty.Add(step)
	return nil
}

// sweep drops what is empty by now, and everything when that is not enough: under such an attack a fresh start is the lesser harm.
func (l *limiter) sweep(now time.Time) {
	for key, empty := range l.empty {
		if !empty.After(now) {
			delete(l.empty, key)
		}
	}
	if len(l.empty) >= maxKeys {
		clear(l.empty)
	}
}

// addressOf is where a request comes from. What a header says of it counts only when a trusted proxy wrote it.
func addressOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	addr = addr.Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(addr, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap().WithZone("")
	}
	return addr
}

func isTrusted(addr netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// addressKey counts an IPv6 customer's whole network as one.
func addressKey(addr netip.Addr) string {
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}
