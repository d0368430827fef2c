package setup

import (
	"context"
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

	"visavis/internal/safehttp"
	"visavis/internal/vis"
)

// zone is what DNS says, by name without its last dot.
type zone struct {
	mx    map[string][]string
	srv   map[string]net.SRV // by service, such as "imaps"
	hosts map[string]string
	asked *atomic.Int32
}

var errNone = &net.DNSError{Err: "no such host", IsNotFound: true}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	z.asked.Add(1)
	var out []*net.MX
	for _, host := range z.mx[strings.TrimSuffix(name, ".")] {
		out = append(out, &net.MX{Host: host + "."})
	}
	if out == nil {
		return nil, errNone
	}
	return out, nil
}

func (z zone) LookupSRV(_ context.Context, service, _, _ string) (string, []*net.SRV, error) {
	z.asked.Add(1)
	if s, ok := z.srv[service]; ok {
		return "", []*net.SRV{&s}, nil
	}
	return "", nil, errNone
}

func (z zone) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	z.asked.Add(1)
	if a, ok := z.hosts[host]; ok {
		return []netip.Addr{netip.MustParseAddr(a)}, nil
	}
	return nil, errNone
}

// door is the real guard, whose questions on the web go to a server of the test when it has one.
type door struct {
	*safehttp.Client
	server *httptest.Server
}

func (d door) Get(ctx context.Context, to string) (safehttp.Answer, error) {
	if d.server == nil {
		return d.Client.Get(ctx, to)
	}
	u, err := url.Parse(to)
	if err != nil {
		return safehttp.Answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.server.URL+u.RequestURI(), nil)
	if err != nil {
		return safehttp.Answer{}, err
	}
	r.Host = u.Host
	res, err := d.server.Client().Transport.RoundTrip(r)
	if err != nil {
		return safehttp.Answer{}, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return safehttp.Answer{Status: res.StatusCode, Body: body}, err
}

// detect asks with a zone, and with a web server of HTTPS if answer is given.
func detect(t *testing.T, address string, z zone, answer http.HandlerFunc) []Found {
	t.Helper()
	if z.asked == nil {
		z.asked = new(atomic.Int32)
	}
	c, err := safehttp.New(safehttp.Options{Resolver: z})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	d := door{Client: c}
	if answer != nil {
		d.server = httptest.NewTLSServer(answer)
		t.Cleanup(d.server.Close)
	}
	found, err := Detect(t.Context(), address, z, d)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return found
}

func TestAUsualProviderIsKnownWithoutAsking(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]Found{
		"lea@gmail.com": {Provider: "google", Auth: OAuthGoogle, In: Server{"imap.gmail.com", 993, TLS, "lea@gmail.com"}, Out: Server{"smtp.gmail.com", 465, TLS, "lea@gmail.com"}},
		"Lea@ICLOUD.com": {Provider: "icloud", Auth: AppPassword, In: Server{"imap.mail.me.com", 993, TLS, "Lea"},
			Out: Server{"smtp.mail.me.com", 587, StartTLS, "Lea@icloud.com"}},
		" lea@orange.fr ": {Provider: "orange", Auth: Password, In: Server{"imap.orange.fr", 993, TLS, "lea@orange.fr"}, Out: Server{"smtp.orange.fr", 465, TLS, "lea@orange.fr"}},
		"lea@proton.me":   {Provider: "proton", Auth: Bridge},
	} {
		want.Source = FromProvider
		z := zone{asked: new(atomic.Int32)}
		if got := detect(t, address, z, nil); len(got) != 1 || got[0] != want || z.asked.Load() != 0 {
			t.Errorf("%s: %+v after %d questions", address, got, z.asked.Load())
		}
	}
}

func TestAProviderIsKnownByWhoReceives(t *testing.T) {
	t.Parallel()
	for mx, want := range map[string]string{
		"ASPMX.L.google.com": "google", "shop-fr.mail.protection.outlook.com": "microsoft365", "mx1.mail.ovh.net": "ovh", "spool.mail.gandi.net": "gandi",
		"mx00.kundenserver.de": "ionos", "mail.protonmail.ch": "proton", "mx01.mail.icloud.com": "icloud", "mx.zoho.eu": "zoho",
		"notgoogle.com": "", "google.com.shop.example": "", "mx.shop.example": "",
	} {
		got := detect(t, "lea@shop.example", zone{mx: map[string][]string{"shop.example": {mx}}}, nil)
		if want == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", mx, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Provider != want || got[0].Source != FromMX || want != "proton" && got[0].In.User != "lea@shop.example" {
			t.Errorf("%s: %+v", mx, got)
		}
	}
}

func TestEveryProviderCanBeFoundAndUsed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range providers {
		if len(p.domains)+len(p.mx) == 0 {
			t.Errorf("%s cannot be found", p.name)
		}
		for _, d := range p.domains {
			if seen[d] || !isDomain(d) {
				t.Errorf("%s: %q is twice on the list, or no domain", p.name, d)
			}
			seen[d] = true
		}
		for _, mx := range p.mx {
			if got, ok := byMX("mx1." + mx); !ok || got.in != p.in {
				t.Errorf("%s: %s belongs to %s", p.name, mx, got.name)
			}
		}
		f := p.found(address{"lea", "shop.example"}, FromMX)
		for _, s := range []Server{f.In, f.Out} {
			if (p.auth == Bridge) != (s == Server{}) || p.auth != Bridge && (!isDomain(s.Host) || s.User == "" || (s.Security == TLS) == (s.Port == 587)) {
				t.Errorf("%s: %+v", p.name, s)
			}
		}
	}
}

const shopConfig = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="shop.example"><domain>shop.example</domain>
<incomingServer type="pop3"><hostname>pop.shop.example</hostname><port>995</port><socketType>SSL</socketType><username>x</username></incomingServer>
<incomingServer type="imap"><hostname>bare.shop.example</hostname><port>143</port><socketType>plain</socketType><username>x</username></incomingServer>
<incomingServer type="imap"><hostname>Imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
 <authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.shop.example</hostname><port>587</port><socketType>STARTTLS</socketType>
 <authentication>GSSAPI</authentication><authentication>plain</authentication><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>`

var shopHosts = map[string]string{"imap.shop.example": "8.8.8.8", "smtp.shop.example": "8.8.4.4"}

func TestADomainsOwnFileIsRead(t *testing.T) {
	t.Parallel()
	want := Found{
		Source: FromAutoconfig, Auth: Password, In: Server{"imap.shop.example", 993, TLS, "lea+1"}, Out: Server{"smtp.shop.example", 587, StartTLS, "lea+1@shop.example"},
	}
	for place, ours := range map[string]func(*http.Request) bool{
		"autoconfig's host": func(r *http.Request) bool {
			return r.Host == "autoconfig.shop.example" && r.URL.Path == "/mail/config-v1.1.xml" && r.URL.Query().Get("emailaddress") == "lea+1@shop.example"
		},
		"well-known": func(r *http.Request) bool {
			return r.Host == "shop.example" && r.URL.Path == "/.well-known/autoconfig/mail/config-v1.1.xml"
		},
	} {
		got := detect(t, "lea+1@shop.example", zone{hosts: shopHosts}, func(w http.ResponseWriter, r *http.Request) {
			if !ours(r) {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, shopConfig)
		})
		if len(got) != 2 || got[0] != want || got[1].Source != FromGuess {
			t.Errorf("%s: %+v", place, got)
		}
	}
}

func TestAPlaceThatDoesNotAnswerHidesNotTheOther(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	got := detect(t, "lea@shop.example", zone{hosts: shopHosts}, func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "shop.example" {
			close(asked)
			_, _ = io.WriteString(w, shopConfig)
			return
		}
		select { // answers only after the other was asked, as one that never answers would not
		case <-asked:
		case <-r.Context().Done():
		}
		http.NotFound(w, r)
	})
	if len(got) == 0 || got[0].Source != FromAutoconfig {
		t.Errorf("%+v", got)
	}
}

// S-03, S-04: a file that is made to hurt is no file.
func TestAHostileFileFindsNothing(t *testing.T) {
	t.Parallel()
	bomb := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` + strings.Replace(shopConfig[39:], "Imap.", "&b;.", 1)
	for name, answer := range map[string]http.HandlerFunc{
		"entities that grow": text(bomb),
		"an outer file":      text(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>` + strings.Replace(shopConfig[39:], "Imap.", "&a;.", 1)),
		"ten megabytes":      text(shopConfig + strings.Repeat(" ", 10<<20)),
		"deep":               text(strings.Repeat("<a>", 20_000)),
		"no XML":             text("<html><body>Welcome<br></body>"),
		"nothing":            text(""),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		},
		"an error with a file": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, shopConfig)
		},
		"a port too large":         text(strings.Replace(shopConfig, "993", "99993", 1)),
		"a host with a line break": text(strings.Replace(shopConfig, "Imap.", "a&#10;b.", 1)),
		"a user with a line break": text(strings.Replace(shopConfig, "%EMAILLOCALPART%", "a&#10;b", 1)),
		"an address for a host":    text(strings.Replace(shopConfig, "Imap.%EMAILDOMAIN%", "127.0.0.1", 1)),
	} {
		for _, f := range detect(t, "lea@shop.example", zone{hosts: shopHosts}, answer) {
			if f.Source == FromAutoconfig {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func TestServiceRecordsAreReadEncryptedOnesFirst(t *testing.T) {
	t.Parallel()
	hosts := map[string]string{"a.example": "8.8.8.8", "b.example": "8.8.4.4"}
	me := "lea@shop.example"
	for name, row := range map[string]struct {
		srv     map[string]net.SRV
		in, out Server
	}{
		"all four": {map[string]net.SRV{"imaps": {Target: "A.example.", Port: 993}, "imap": {Target: "b.example.", Port: 143}, "submissions": {Target: "b.example.", Port: 465},
			"submission": {Target: "a.example.", Port: 587}}, Server{"a.example", 993, TLS, me}, Server{"b.example", 465, TLS, me}},
		"the older two": {map[string]net.SRV{"imap": {Target: "b.example.", Port: 143}, "submission": {Target: "a.example.", Port: 587}},
			Server{"b.example", 143, StartTLS, me}, Server{"a.example", 587, StartTLS, me}},
		"not offered": {map[string]net.SRV{"imaps": {Target: ".", Port: 0}, "imap": {Target: "b.example.", Port: 143}}, Server{"b.example", 143, StartTLS, me}, Server{}},
	} {
		got := detect(t, me, zone{srv: row.srv, hosts: hosts}, nil)
		if len(got) != 1 || got[0] != (Found{In: row.in, Out: row.out, Auth: Password, Source: FromSRV}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// S-01, S-02: whatever DNS says, nothing that lies inside is found; it looks like a domain that has nothing.
func TestWhatLeadsInsideIsNotFound(t *testing.T) {
	t.Parallel()
	for _, inner := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1", "::ffff:192.168.1.1"} {
		z := zone{srv: map[string]net.SRV{"imaps": {Target: "imap.shop.example.", Port: 993}, "submissions": {Target: "smtp.shop.example.", Port: 465}}, hosts: map[string]string{}}
		for _, host := range strings.Fields("shop.example autoconfig.shop.example imap.shop.example mail.shop.example smtp.shop.example") {
			z.hosts[host] = inner
		}
		if got := detect(t, "lea@shop.example", z, nil); len(got) != 0 {
			t.Errorf("%s by DNS: %+v", inner, got)
		}
		if got := detect(t, "lea@shop.example", z, text(shopConfig)); len(got) != 0 {
			t.Errorf("%s by the file: %+v", inner, got)
		}
	}
	outside := zone{srv: map[string]net.SRV{"imaps": {Target: "a.example.", Port: 993}, "submissions": {Target: "b.example.", Port: 465}},
		hosts: map[string]string{"a.example": "8.8.8.8", "b.example": "10.0.0.1"}}
	if got := detect(t, "lea@shop.example", outside, nil); len(got) != 1 || got[0].In.Host != "a.example" || got[0].Out != (Server{}) {
		t.Errorf("the half that leads outside: %+v", got)
	}
}

func TestUsualNamesAreGuessedLastAndEachFindingIsOnce(t *testing.T) {
	t.Parallel()
	me := "lea@shop.example"
	z := zone{hosts: map[string]string{"mail.shop.example": "8.8.8.8"}}
	want := Found{Source: FromGuess, Auth: Password, In: Server{"mail.shop.example", 993, TLS, me}, Out: Server{"mail.shop.example", 465, TLS, me}}
	if got := detect(t, me, z, nil); len(got) != 1 || got[0] != want {
		t.Errorf("%+v", got)
	}
	z.srv = map[string]net.SRV{"imaps": {Target: "mail.shop.example.", Port: 993}, "submissions": {Target: "mail.shop.example.", Port: 465}}
	if got := detect(t, me, z, nil); len(got) != 1 || got[0].Source != FromSRV {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsNoAddressIsSaid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "lea", "@shop.example", "lea@", "lea@shop", "lea@127.0.0.1", "lea@[::1]", "a b@shop.example", "lea@shop.example\r\nX: y",
		"lea@shop.example@127.0.0.1", "lea@shop..example", "lea@shop.example:993", "lea@shop.example/x", strings.Repeat("a", 250) + "@shop.example"} {
		if got, err := Detect(t.Context(), raw, zone{}, nil); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%q: %+v %v", raw, got, err)
		}
	}
}

func TestAnEndedContextEndsTheSearch(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := safehttp.New(safehttp.Options{Resolver: zone{asked: new(atomic.Int32)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Detect(ctx, "lea@shop.example", zone{asked: new(atomic.Int32)}, c); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
