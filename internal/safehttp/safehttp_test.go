package safehttp

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"visavis/internal/vis"
)

// S-01: every class of address that is nobody's on the internet, in every dress.
func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	t.Parallel()
	for class, addresses := range map[string]string{
		"this machine":           "127.0.0.1 127.255.255.254 ::1",
		"no address":             "0.0.0.0 0.1.2.3 ::",
		"private":                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1",
		"unique-local":           "fc00::1 fd00::1 fdff:ffff::1",
		"link-local":             "169.254.169.254 169.254.0.1 fe80::1 febf::1 fe80::1%eth0",
		"site-local":             "fec0::1",
		"carriers' translators":  "100.64.0.1 100.100.100.200 100.127.255.255",
		"mapped IPv4":            "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254",
		"compatible IPv4":        "::127.0.0.1 ::7f00:1",
		"NAT64":                  "64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::a00:1",
		"6to4":                   "2002:7f00:1:: 2002:0808:0808::1 192.88.99.1",
		"Teredo":                 "2001::1 2001:0:5ef5:79fd::1",
		"protocol assignments":   "192.0.0.1 2001:10::1 2001:20::1 2001:1ff::1",
		"documentation":          "192.0.2.1 198.51.100.7 203.0.113.9 2001:db8::1 3fff::1",
		"benchmarks":             "198.18.0.1 198.19.255.255 2001:2::1",
		"multicast":              "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
		"reserved and broadcast": "240.0.0.1 255.255.255.255",
		"discard and segments":   "100::1 5f00::1",
	} {
		for a := range strings.FieldsSeq(addresses) {
			if Public(netip.MustParseAddr(a)) {
				t.Errorf("%s: %s passes for public", class, a)
			}
		}
	}
	for _, a := range strings.Fields("8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 198.17.255.255 223.255.255.255 " +
		"2606:4700::1 2a00:1450:4007::1 2001:4860:4860::8888 ::ffff:8.8.8.8") {
		if !Public(netip.MustParseAddr(a)) {
			t.Errorf("%s does not pass for public", a)
		}
	}
}

// S-01, S-05: an address that is refused by its text, with a reason that says nothing of our network.
func TestAddressesRefusedByTheirText(t *testing.T) {
	t.Parallel()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{
		"", "hooks.example.org", "//hooks.example.org/", "http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd",
		"gopher://hooks.example.org/", "unix:///run/x.sock", "https:hooks.example.org", "https:///x", "https://", "javascript:alert(1)",
		"https://user@hooks.example.org/", "https://user:word@hooks.example.org/", "https://hooks.example.org/#part",
		"https://hooks.example.org:22/", "https://hooks.example.org:25/", "https://hooks.example.org:5432/", "https://hooks.example.org:0/",
		"https://hooks.example.org:/", "https://hooks.example.org:99999/", "https://hooks.example.org:https/",
		"https://hooks.example.org/\r\nX: y", "https://hooks.example.org/%0d%0a\n", "https://hooks.example.org /", "https://hooks\t.example.org/",
		"https://hooks.example.org\\@127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://[::]/", "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/",
		"https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest/meta-data/",
		"https://100.100.100.200/", "https://[fd00::1]/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/",
		"https://0x7f.0.0.1/", "https://127.0.0.0x1/", "https://1.2.3.4.5/", "https://hook s.example/", "https://hooks..example/", "https://-x.example/",
		"https://exämple.org/", "https://hooks.example.org/" + strings.Repeat("a", 2000),
	} {
		if err := c.Check(raw); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
		if _, err := c.Post(t.Context(), raw, nil, nil); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%q was called: %v", raw, err)
		}
		if _, err := c.Get(t.Context(), raw); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%q was asked: %v", raw, err)
		}
	}
	for _, raw := range []string{"https://hooks.example.org", "https://hooks.example.org/x?y=z", "https://HOOKS.example.org:443/", "https://hooks.example.org.:8443/",
		"https://8.8.8.8/", "https://[2606:4700::1]:8443/", "https://xn--exmple-cua.org/%0d%0a"} {
		if err := c.Check(raw); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestTheOperatorsList(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Allow: []string{"10.1.0.0/16", " 10.2.2.2", "10.3.3.3:9000", "[fd00::1]:9000", "fd00::2", "hooks.inside", "Queue.Inside:9000"}})
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]bool{
		"http://10.1.2.3:81/": true, "http://10.2.2.2/": true, "http://10.2.2.3/": false, "http://10.3.3.3:9000/": true, "http://10.3.3.3:9001/": false,
		"http://[fd00::1]:9000/": true, "http://[fd00::1]/": false, "http://[fd00::2]:22/": true, "http://hooks.inside:22/": true,
		"http://HOOKS.inside./": true, "http://x.hooks.inside/": false, "http://queue.inside:9000/": true, "http://queue.inside/": false,
		"http://[::ffff:10.1.0.1]/": true, "http://user@hooks.inside/": false, "ftp://hooks.inside/": false,
	} {
		if err := c.Check(raw); (err == nil) != want {
			t.Errorf("%s: %v", raw, err)
		}
	}
	for _, entry := range []string{"", "10.0.0.0/33", "hooks inside", "hooks:0", "hooks:x", "https://hooks.inside", "127.1", "*"} {
		if _, err := New(Options{Allow: []string{entry}}); err == nil {
			t.Errorf("%q is no entry", entry)
		}
	}
}

// names is a resolver that answers each question with the next of its answers, and the last one for ever.
type names struct {
	answers [][]string
	asked   atomic.Int32
}

func (n *names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	i := min(int(n.asked.Add(1)), len(n.answers)) - 1
	if n.answers[i] == nil {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	var out []netip.Addr
	for _, a := range n.answers[i] {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

// sink is a receiver on this machine that counts who comes.
func sink(t *testing.T, answer http.HandlerFunc) (server *httptest.Server, port string, came *atomic.Int32) {
	t.Helper()
	came = new(atomic.Int32)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return server, port, came
}

// S-02: a public name that leads inside, at once, mixed, or at the second question.
func TestANameThatLeadsInsideIsNotCalled(t *testing.T) {
	t.Parallel()
	for what, answers := range map[string][][]string{
		"inside":              {{"127.0.0.1"}},
		"inside, mapped":      {{"::ffff:127.0.0.1", "::1"}},
		"nowhere":             {nil},
		"no address":          {{}},
		"one after the other": {{"127.0.0.1"}, {"10.0.0.1"}},
	} {
		c, err := New(Options{Resolver: &names{answers: answers}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Post(t.Context(), "https://rebind.example:8443/", nil, nil)
		if !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "127") || strings.Contains(err.Error(), "host") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// S-02: the dialer looks at the address that it connects to, even if everything before it was deceived.
func TestTheConnectionItselfIsChecked(t *testing.T) {
	t.Parallel()
	_, port, _ := sink(t, func(http.ResponseWriter, *http.Request) {})
	// Own addresses change between the two looks, as a name does whose answer is good for no time at all.
	var looks atomic.Int32
	c, err := New(Options{Own: func() []netip.Addr {
		if looks.Add(1) > 1 {
			return []netip.Addr{netip.MustParseAddr("8.8.8.8")}
		}
		return nil
	}, Resolver: &names{answers: [][]string{{"8.8.8.8"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), "https://rebind.example/", nil, nil); !errors.Is(err, ErrRefused) {
		t.Errorf("the second look let it pass: %v", err)
	}
	if looks.Load() != 2 {
		t.Errorf("looked %d times", looks.Load())
	}
	// A name that moves inside after a good first answer: every new connection asks again.
	allow, err := New(Options{Allow: []string{"127.0.0.0/8"}, Resolver: &names{answers: [][]string{{"127.0.0.1"}, {"10.0.0.1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := allow.dial(t.Context(), "tcp", "rebind.example:"+port)
	if err != nil {
		t.Fatalf("an allowed address: %v", err)
	}
	_ = conn.Close()
	if _, err := allow.dial(t.Context(), "tcp", "rebind.example:"+port); !errors.Is(err, ErrRefused) {
		t.Errorf("the name moved inside: %v", err)
	}
}

// local is a client that may call this machine, as an operator would allow it.
func local(t *testing.T) *Client {
	t.Helper()
	c, err := New(Options{Allow: []string{"127.0.0.0/8"}, UserAgent: "Visavis-Test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestACallSaysWhatItShould(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	server, _, _ := sink(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		w.WriteHeader(202)
		_, _ = io.WriteString(w, "thanks")
	})
	a, err := local(t).Post(t.Context(), server.URL+"/hook?x=1", map[string]string{"Visavis-Id": "1"}, []byte(`{"a":1}`))
	if err != nil || a.Status != 202 || string(a.Body) != "thanks" || a.Took <= 0 {
		t.Fatalf("%+v %v", a, err)
	}
	if got.Method != "POST" || got.URL.String() != "/hook?x=1" || body != `{"a":1}` || got.Header.Get("Visavis-Id") != "1" ||
		got.UserAgent() != "Visavis-Test" || got.Header.Get("Accept-Encoding") != "" || got.ContentLength != 7 {
		t.Errorf("%+v %q", got, body)
	}
}

func TestAQuestionHasNoBody(t *testing.T) {
	t.Parallel()
	var got *http.Request
	server, _, _ := sink(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		_, _ = io.WriteString(w, "here")
	})
	a, err := local(t).Get(t.Context(), server.URL+"/file?x=1")
	if err != nil || a.Status != 200 || string(a.Body) != "here" {
		t.Fatalf("%+v %v", a, err)
	}
	if got.Method != "GET" || got.URL.String() != "/file?x=1" || got.ContentLength != 0 || got.UserAgent() != "Visavis-Test" {
		t.Errorf("%+v", got)
	}
}

// S-01, S-02: what a host of mail leads to decides, not its name; a name that leads inside looks like none.
func TestAHostIsReachedOnlyOutside(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		host  string
		found []string
		want  bool
	}{
		"a public address":          {"imap.example.org", []string{"8.8.8.8"}, true},
		"one public of two":         {"imap.example.org", []string{"10.0.0.1", "2606:4700::1"}, true},
		"no such name":              {"imap.example.org", nil, false},
		"this machine":              {"imap.example.org", []string{"127.0.0.1", "::1"}, false},
		"this machine's own":        {"imap.example.org", []string{"9.9.9.9"}, false},
		"metadata":                  {"imap.example.org", []string{"::ffff:169.254.169.254"}, false},
		"no name":                   {"imap example.org", []string{"8.8.8.8"}, false},
		"an inner literal":          {"127.0.0.1", []string{"8.8.8.8"}, false},
		"an octal literal":          {"0177.0.0.1", []string{"8.8.8.8"}, false},
		"allowed by name":           {"mail.inside", []string{"10.0.0.1"}, true},
		"allowed by address":        {"imap.example.org", []string{"10.7.7.7"}, true},
		"allowed, but another port": {"queue.inside", []string{"10.0.0.1"}, false},
	} {
		c, err := New(Options{
			Allow: []string{"mail.inside", "10.7.7.7:993", "queue.inside:25"}, Resolver: &names{answers: [][]string{row.found}},
			Own: func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("9.9.9.9")} },
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Reaches(t.Context(), row.host, 993); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// S-11: a mail server that somebody typed in is reached outside only, and at the ports of mail only.
func TestMailIsDialledOutsideOnly(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	strict, err := New(Options{Resolver: &names{answers: [][]string{nil}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []struct {
		host string
		port uint16
	}{{"127.0.0.1", port}, {"127.0.0.1", 25}, {"169.254.169.254", 993}, {"10.0.0.7", 143}, {"192.0.2.1", 6379}, {"::1", 993}, {"", 993}} {
		if conn, err := strict.DialMail(t.Context(), to.host, to.port); !errors.Is(err, ErrRefused) {
			t.Errorf("%s:%d was dialled: %v %v", to.host, to.port, conn, err)
		}
	}
	conn, err := local(t).DialMail(t.Context(), "127.0.0.1", port)
	if err != nil {
		t.Fatalf("the operator allows it: %v", err)
	}
	conn.Close()
}

// S-03: no redirect is followed, wherever it leads.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	target, _, came := sink(t, func(http.ResponseWriter, *http.Request) {})
	for _, to := range []string{target.URL, "http://169.254.169.254/", "file:///etc/passwd", "gopher://127.0.0.1/", "//", ""} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			server, _, _ := sink(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			})
			if a, err := local(t).Post(t.Context(), server.URL, nil, []byte("x")); err != nil || a.Status != status {
				t.Errorf("%d to %q: %d %v", status, to, a.Status, err)
			}
			if a, err := local(t).Get(t.Context(), server.URL); err != nil || a.Status != status {
				t.Errorf("%d to %q, asked: %d %v", status, to, a.Status, err)
			}
		}
	}
	if came.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

// S-03: what is fetched for people goes from one https address to another, a few times, and never inside.
func TestAFetchGoesWhereItIsSentAndNoFurther(t *testing.T) {
	t.Parallel()
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something inside was called") }))
	t.Cleanup(inside.Close)
	plain, _, came := sink(t, func(http.ResponseWriter, *http.Request) {})
	var asked atomic.Int32
	outside := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if len(r.Cookies()) > 0 || r.Referer() != "" {
			t.Errorf("what one said is told to the next: %v", r.Header)
		}
		w.Header().Set("Set-Cookie", "a=b")
		switch hop, n, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); hop {
		case "to":
			w.Header().Set("Location", r.URL.Query().Get("at"))
			w.WriteHeader(map[string]int{"1": 301, "2": 302, "3": 303, "7": 307, "8": 308}[n])
		case "on":
			http.Redirect(w, r, "../on/"+n, http.StatusFound)
		case "hang":
			<-r.Context().Done()
		case "much":
			_, _ = w.Write(make([]byte, maxAnswer+1))
		default:
			_, _ = w.Write([]byte("a picture"))
		}
	}))
	t.Cleanup(outside.Close)
	roots := x509.NewCertPool()
	roots.AddCert(outside.Certificate())
	c, err := New(Options{Allow: []string{outside.Listener.Addr().String(), plain.Listener.Addr().String()}, Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	to := func(n, at string) string { return outside.URL + "/to/" + n + "?at=" + url.QueryEscape(at) }

	for _, n := range []string{"1", "2", "3", "7", "8"} {
		for _, at := range []string{"/here#part", outside.URL + "/here", to("2", to("7", "/here"))} {
			if a, err := c.Fetch(t.Context(), to(n, at), 3); err != nil || a.Status != 200 || string(a.Body) != "a picture" {
				t.Errorf("30%s to %s: %d %v", n, at, a.Status, err)
			}
		}
	}
	for _, at := range []string{inside.URL, "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://2130706433/", "https://localhost/",
		"http://" + outside.Listener.Addr().String() + "/here", plain.URL, "file:///etc/passwd", "gopher://x/", "javascript:alert(1)",
		"https://user:word@" + outside.Listener.Addr().String() + "/here", "https://hooks.example.org:25/", "https://" + strings.Repeat("a", maxURL), "https:", ":"} {
		if a, err := c.Fetch(t.Context(), to("2", at), 3); err == nil || len(a.Body) > 0 {
			t.Errorf("sent to %s: %d %q %v", at, a.Status, a.Body, err)
		}
	}
	if came.Load() != 0 {
		t.Error("something was asked for in the clear")
	}
	if _, err := c.Fetch(t.Context(), plain.URL, 3); !errors.Is(err, ErrRefused) {
		t.Errorf("in the clear: %v", err)
	}
	asked.Store(0)
	if a, err := c.Fetch(t.Context(), outside.URL+"/on/x", 3); err != nil || a.Status != 302 || asked.Load() != 4 {
		t.Errorf("round in circles: %d %v, %d questions", a.Status, err, asked.Load())
	}
	if a, err := c.Fetch(t.Context(), to("2", ""), 3); err != nil || a.Status != 302 {
		t.Errorf("sent nowhere: %d %v", a.Status, err)
	}
	if a, err := c.Fetch(t.Context(), to("2", "/much"), 3); err != nil || len(a.Body) != maxAnswer {
		t.Errorf("too much: %d bytes, %v", len(a.Body), err)
	}
	c.within = 300 * time.Millisecond
	if _, err := c.Fetch(t.Context(), to("2", to("2", "/hang")), 3); !errors.Is(err, ErrTimeout) {
		t.Errorf("kept waiting: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Fetch(gone, outside.URL, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("of who has gone: %v", err)
	}
}

// S-04: what answers too much, packed, wrongly or never costs a bounded time and memory.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 8<<20))
	_ = z.Close()
	endless, _, _ := sink(t, func(w http.ResponseWriter, _ *http.Request) {
		for part := bytes.Repeat([]byte("x"), 64<<10); ; {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	packed, _, _ := sink(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	header, _, _ := sink(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 200<<10)) })
	short, _, _ := sink(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "short")
	})
	c := local(t)
	if a, err := c.Post(t.Context(), endless.URL, nil, nil); err != nil || len(a.Body) != maxAnswer {
		t.Errorf("endless: %d bytes, %v", len(a.Body), err)
	}
	if a, err := c.Get(t.Context(), endless.URL); err != nil || len(a.Body) != maxAnswer {
		t.Errorf("endless, asked: %d bytes, %v", len(a.Body), err)
	}
	if a, err := c.Post(t.Context(), packed.URL, nil, nil); err != nil || len(a.Body) != bomb.Len() {
		t.Errorf("packed: %d bytes, %v", len(a.Body), err)
	}
	if _, err := c.Post(t.Context(), header.URL, nil, nil); !errors.Is(err, ErrFailed) {
		t.Errorf("a huge header: %v", err)
	}
	if _, err := c.Post(t.Context(), short.URL, nil, nil); !errors.Is(err, ErrFailed) {
		t.Errorf("a wrong length: %v", err)
	}
}

// S-04: a receiver that never answers is left when the time is over, and so is one that nobody waits for any more.
func TestASlowAnswerIsLeft(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server, _, _ := sink(t, func(_ http.ResponseWriter, r *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	c := local(t)
	c.within = 50 * time.Millisecond
	if _, err := c.Post(t.Context(), server.URL, nil, nil); !errors.Is(err, ErrTimeout) {
		t.Errorf("a slow answer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Post(ctx, server.URL, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

// S-06: an error tells nothing of what it found, neither address nor answer.
func TestErrorsTellLittle(t *testing.T) {
	t.Parallel()
	closed, _, _ := sink(t, func(http.ResponseWriter, *http.Request) {})
	url := closed.URL
	closed.Close()
	_, err := local(t).Post(t.Context(), url, nil, nil)
	if !errors.Is(err, ErrFailed) || err.Error() != ErrFailed.Error() {
		t.Errorf("a closed port: %v", err)
	}
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	if _, err := local(t).Post(t.Context(), server.URL, nil, nil); err == nil || err.Error() != ErrFailed.Error() {
		t.Errorf("a certificate of nobody: %v", err)
	}
}

func TestTheEnvironmentsProxyHasNoSay(t *testing.T) {
	proxy, _, came := sink(t, func(http.ResponseWriter, *http.Request) {})
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	c, err := New(Options{Resolver: &names{answers: [][]string{{"127.0.0.1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), "https://hooks.example/", nil, nil); !errors.Is(err, ErrRefused) || came.Load() != 0 {
		t.Errorf("%v, the proxy was asked %d times", err, came.Load())
	}
}

func FuzzAnAddressIsRefusedOrPublic(f *testing.F) {
	for _, raw := range []string{"https://hooks.example.org/", "https://[::1]/", "https://0x7f.1/", "https://a@b/"} {
		f.Add(raw)
	}
	c, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := c.read(raw)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" || strings.ContainsAny(raw, "\r\n\x00\\ ") {
			t.Errorf("%q passes", raw)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) {
			t.Errorf("%q passes", raw)
		}
	})
}
