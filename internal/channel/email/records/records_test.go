package records

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"visavis/internal/channel"
	"visavis/internal/channel/email/dkim"
)

// zone is DNS with what a test knows: texts and addresses by name, "fails" for a name that cannot be asked.
type zone struct {
	texts map[string][]string
	hosts map[string][]string
	mx    map[string][]string

	mu    sync.Mutex
	asked map[string]int
}

func (z *zone) find(in map[string][]string, name string) ([]string, error) {
	name = strings.TrimSuffix(name, ".")
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.asked == nil {
		z.asked = make(map[string]int)
	}
	z.asked[name]++
	found := in[name]
	switch {
	case len(found) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case found[0] == "fails":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return found, nil
}

func (z *zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	return z.find(z.texts, name)
}

func (z *zone) LookupIPAddr(_ context.Context, host string) (out []net.IPAddr, err error) {
	found, err := z.find(z.hosts, host)
	for _, ip := range found {
		out = append(out, net.IPAddr{IP: net.ParseIP(ip)})
	}
	return out, err
}

func (z *zone) LookupMX(_ context.Context, name string) (out []*net.MX, err error) {
	found, err := z.find(z.mx, name)
	for _, host := range found {
		out = append(out, &net.MX{Host: host, Pref: 10})
	}
	return out, err
}

func (z *zone) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
}

// provider is a zone in which Google lists two networks behind another list.
func provider() *zone {
	return &zone{texts: map[string][]string{
		"_spf.google.com":       {"v=spf1 include:_netblocks.google.com ~all"},
		"_netblocks.google.com": {"v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:4000::/36 ~all"},
	}, hosts: map[string][]string{"smtp.arzel.example": {"198.51.100.7"}, "inner.arzel.example": {"10.0.0.4"}}, mx: map[string][]string{}}
}

func one(t *testing.T, z *zone, a Ask, purpose string) channel.Record {
	t.Helper()
	for _, r := range Look(t.Context(), z, a) {
		if r.Purpose == purpose {
			return r
		}
	}
	t.Fatalf("no record for %s", purpose)
	return channel.Record{}
}

func TestWhoMaySendIsAskedAsAReceiverAsks(t *testing.T) {
	t.Parallel()
	const list, include = "v=spf1 include:_spf.google.com ~all", "v=spf1 a mx include:_spf.google.com -all"
	for name, c := range map[string]struct {
		relay string
		texts []string
		state channel.RecordState
		value string
	}{
		"ours":                        {"smtp.gmail.com", []string{list}, channel.RecordRight, list},
		"among other texts":           {"smtp.gmail.com", []string{"google-site-verification=x", list, "v=spf10 x"}, channel.RecordRight, list},
		"more spaces, other case":     {"smtp.gmail.com", []string{"V=SPF1   Include:_spf.google.com   -ALL"}, channel.RecordRight, "V=SPF1   Include:_spf.google.com   -ALL"},
		"behind a list of their own":  {"smtp.gmail.com", []string{"v=spf1 include:spf.arzel.example -all"}, channel.RecordRight, "v=spf1 include:spf.arzel.example -all"},
		"by a redirect":               {"smtp.gmail.com", []string{"v=spf1 redirect=_spf.google.com"}, channel.RecordRight, "v=spf1 redirect=_spf.google.com"},
		"written out":                 {"smtp.gmail.com", []string{"v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all"}, channel.RecordRight, "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all"},
		"written out by half":         {"smtp.gmail.com", []string{"v=spf1 ip4:203.0.113.0/24 -all"}, channel.RecordUnknown, "v=spf1 ip4:203.0.113.0/24 include:_spf.google.com -all"},
		"none":                        {"smtp.gmail.com", nil, channel.RecordMissing, list},
		"another provider's":          {"smtp.gmail.com", []string{"v=spf1 a mx -all"}, channel.RecordWrong, include},
		"nobody":                      {"smtp.gmail.com", []string{"v=spf1 -all"}, channel.RecordWrong, "v=spf1 include:_spf.google.com -all"},
		"two":                         {"smtp.gmail.com", []string{"v=spf1 a mx -all", list}, channel.RecordWrong, include},
		"no end":                      {"smtp.gmail.com", []string{"v=spf1 mx redirect=other.example"}, channel.RecordWrong, "v=spf1 mx include:_spf.google.com redirect=other.example"},
		"not to be read":              {"smtp.gmail.com", []string{"v=spf1 ipv4:203.0.113.1 -all"}, channel.RecordWrong, "v=spf1 ipv4:203.0.113.1 include:_spf.google.com -all"},
		"DNS is down":                 {"smtp.gmail.com", []string{"fails"}, channel.RecordUnknown, list},
		"a list that is down":         {"smtp.gmail.com", []string{"v=spf1 include:down.example -all"}, channel.RecordUnknown, "v=spf1 include:down.example include:_spf.google.com -all"},
		"our own relay":               {"smtp.arzel.example", []string{"v=spf1 ip4:198.51.100.0/24 -all"}, channel.RecordRight, "v=spf1 ip4:198.51.100.0/24 -all"},
		"our own relay by its name":   {"smtp.arzel.example", []string{"v=spf1 a:smtp.arzel.example ?all"}, channel.RecordRight, "v=spf1 a:smtp.arzel.example ?all"},
		"a relay that may send apart": {"smtp.arzel.example", []string{"v=spf1 ip4:192.0.2.1 -all"}, channel.RecordUnknown, "v=spf1 ip4:192.0.2.1 a:smtp.arzel.example -all"},
		"a relay, and nobody may":     {"smtp.arzel.example", []string{"v=spf1 -all"}, channel.RecordWrong, "v=spf1 a:smtp.arzel.example -all"},
		"a relay, and none":           {"smtp.arzel.example", nil, channel.RecordMissing, "v=spf1 a:smtp.arzel.example ~all"},
		"a relay by its address":      {"198.51.100.7", nil, channel.RecordMissing, "v=spf1 ip4:198.51.100.7 ~all"},
		"a relay beside us":           {"127.0.0.1", nil, channel.RecordMissing, "v=spf1 mx ~all"},
		"a relay inside":              {"inner.arzel.example", []string{"v=spf1 mx -all"}, channel.RecordUnknown, "v=spf1 mx -all"},
		"a relay that nobody knows":   {"gone.arzel.example", []string{"v=spf1 mx -all"}, channel.RecordUnknown, "v=spf1 mx a:gone.arzel.example -all"},
	} {
		z := provider()
		z.texts["arzel.example"], z.texts["down.example"], z.texts["spf.arzel.example"] = c.texts, []string{"fails"}, []string{"v=spf1 include:_spf.google.com ?all"}
		got := one(t, z, Ask{Domain: "arzel.example", Relay: c.relay}, "spf")
		if got.State != c.state || got.Value != c.value || got.Name != "arzel.example" || got.Type != "TXT" || !got.Required {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, r := range Look(t.Context(), provider(), Ask{Domain: "arzel.example"}) {
		if r.Purpose == "spf" {
			t.Errorf("a channel that sends nothing is asked for %+v", r)
		}
	}
}

func TestPoliciesAreFoundWhereReceiversFindThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		domain string
		texts  map[string][]string
		state  channel.RecordState
		at     string
	}{
		"its own":                  {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"v=DMARC1; p=none"}}, channel.RecordRight, "_dmarc.arzel.example"},
		"several tags":             {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"v = DMARC1 ;p = Reject ; rua=mailto:a@b.example; pct=0.5; x=y"}}, channel.RecordRight, "_dmarc.arzel.example"},
		"among others":             {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"something", "v=DMARC1;p=quarantine;"}}, channel.RecordRight, "_dmarc.arzel.example"},
		"of the domain above":      {"mail.arzel.example", map[string][]string{"_dmarc.arzel.example": {"v=DMARC1; p=reject"}}, channel.RecordRight, "_dmarc.arzel.example"},
		"none":                     {"mail.arzel.example", nil, channel.RecordMissing, "_dmarc.mail.arzel.example"},
		"two":                      {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"v=DMARC1; p=none", "v=DMARC1; p=reject"}}, channel.RecordWrong, "_dmarc.arzel.example"},
		"without saying what":      {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"v=DMARC1; rua=mailto:a@b.example"}}, channel.RecordWrong, "_dmarc.arzel.example"},
		"a word nobody knows":      {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"v=DMARC1; p=perhaps"}}, channel.RecordWrong, "_dmarc.arzel.example"},
		"DNS is down":              {"arzel.example", map[string][]string{"_dmarc.arzel.example": {"fails"}}, channel.RecordUnknown, "_dmarc.arzel.example"},
		"above, where DNS is down": {"mail.arzel.example", map[string][]string{"_dmarc.arzel.example": {"fails"}}, channel.RecordUnknown, "_dmarc.mail.arzel.example"},
	} {
		got := one(t, &zone{texts: c.texts}, Ask{Domain: c.domain}, "dmarc")
		if got.State != c.state || got.Name != c.at || got.Required {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestKeysAreRightWhenWhatTheySignIsVerified(t *testing.T) {
	t.Parallel()
	keys, err := dkim.Generate("arzel.example")
	if err != nil {
		t.Fatal(err)
	}
	k := keys[0]
	record, err := dkim.Record(k)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		found []string
		state channel.RecordState
	}{
		"as it should":      {[]string{record}, channel.RecordRight},
		"written otherwise": {[]string{strings.ReplaceAll(strings.TrimPrefix(record, "v=DKIM1; "), "; ", " ;\t")}, channel.RecordRight},
		"none":              {nil, channel.RecordMissing},
		"cut":               {[]string{record[:255]}, channel.RecordWrong},
		"DNS is down":       {[]string{"fails"}, channel.RecordUnknown},
	} {
		z := &zone{texts: map[string][]string{k.Name(): c.found}}
		got := one(t, z, Ask{Domain: "arzel.example", Keys: []channel.SigningKey{k}}, "dkim")
		if got.State != c.state || got.Value != record || got.Name != k.Name() || !got.Required || strings.Contains(got.Value, "PRIVATE") {
			t.Errorf("%s: %+v", name, got)
		}
		there, err := Published(t.Context(), z, k)
		if there != (c.state == channel.RecordRight) || (err != nil) != (c.state == channel.RecordUnknown) {
			t.Errorf("%s: published %v %v", name, there, err)
		}
	}
	if got := one(t, &zone{}, Ask{Domain: "arzel.example", Keys: keys[1:]}, "dkim"); got.Required {
		t.Error("a key that few verify is required")
	}
}

func TestReportsNeedSomebodyWhoReceives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mx, hosts []string
		state     channel.RecordState
	}{
		"a mail server":        {[]string{"mx.arzel.example."}, nil, channel.RecordRight},
		"the domain itself":    {nil, []string{"198.51.100.7"}, channel.RecordRight},
		"nobody":               {nil, nil, channel.RecordMissing},
		"nobody, as it says":   {[]string{"."}, []string{"198.51.100.7"}, channel.RecordWrong},
		"DNS is down":          {[]string{"fails"}, nil, channel.RecordUnknown},
		"DNS is down half way": {nil, []string{"fails"}, channel.RecordUnknown},
	} {
		z := &zone{mx: map[string][]string{"arzel.example": c.mx}, hosts: map[string][]string{"arzel.example": c.hosts}}
		if got := one(t, z, Ask{Domain: "arzel.example", ReturnPath: true}, "return-path"); got.State != c.state {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Whoever writes the domain's records cannot make us ask without end, or show without end.
func TestLettersComeToOurDoorWhereTheDomainSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mx       []string
		state    channel.RecordState
		value    string
		required bool
	}{
		"nobody receives":                {nil, channel.RecordMissing, "10 desk.arzel.example", true},
		"we do":                          {[]string{"other.example.", "Desk.Arzel.example."}, channel.RecordRight, "10 Desk.Arzel.example", true},
		"others do, who may pass it on":  {[]string{"gate.example."}, channel.RecordUnknown, "10 desk.arzel.example", false},
		"DNS does not tell":              {[]string{"fails"}, channel.RecordUnknown, "10 desk.arzel.example", false},
		"a host that only looks like us": {[]string{"desk.arzel.example.evil.example."}, channel.RecordUnknown, "10 desk.arzel.example", false},
	} {
		z := &zone{mx: map[string][]string{"arzel.example": c.mx}}
		all := Look(t.Context(), z, Ask{Domain: "arzel.example", Door: "desk.arzel.example"})
		i := slices.IndexFunc(all, func(r channel.Record) bool { return r.Purpose == "mx" })
		if i < 0 || all[i].State != c.state || all[i].Value != c.value || all[i].Required != c.required || all[i].Type != "MX" {
			t.Errorf("%s: %+v", name, all)
		}
	}
	for _, r := range Look(t.Context(), &zone{}, Ask{Domain: "arzel.example"}) {
		if r.Purpose == "mx" {
			t.Errorf("without a door: %+v", r)
		}
	}
}

func TestHostileRecordsAreBounded(t *testing.T) {
	t.Parallel()
	z := provider()
	long := "v=spf1 " + strings.Repeat("ip4:192.0.2.1 ", 5000)
	z.texts["arzel.example"] = []string{"v=spf1 include:loop.example exists:%{i}.evil.example -all"}
	z.texts["loop.example"] = []string{"v=spf1 include:loop.example include:arzel.example -all"}
	if got := one(t, z, Ask{Domain: "arzel.example", Relay: "smtp.gmail.com"}, "spf"); got.State != channel.RecordWrong {
		t.Errorf("a loop: %+v", got)
	}
	asked := 0
	for _, n := range z.asked {
		asked += n
	}
	if asked > 60 {
		t.Errorf("asked %d times: %v", asked, z.asked)
	}
	z.texts["arzel.example"] = slices.Repeat([]string{long}, 50)
	if got := one(t, z, Ask{Domain: "arzel.example", Relay: "smtp.gmail.com"}, "spf"); len(got.Found) != mostSeen || len(got.Found[0]) > 2*mostText {
		t.Errorf("shown are %d records of %d", len(got.Found), len(got.Found[0]))
	}
}

// deaf never answers.
type deaf struct{}

func (deaf) LookupTXT(ctx context.Context, name string) ([]string, error) {
	<-ctx.Done()
	return nil, &net.DNSError{Err: ctx.Err().Error(), Name: name, IsTimeout: true}
}
func (d deaf) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	_, err := d.LookupTXT(ctx, name)
	return nil, err
}
func (d deaf) LookupIPAddr(ctx context.Context, name string) ([]net.IPAddr, error) {
	_, err := d.LookupTXT(ctx, name)
	return nil, err
}
func (d deaf) LookupAddr(ctx context.Context, name string) ([]string, error) {
	return d.LookupTXT(ctx, name)
}

func TestDNSThatDoesNotAnswerIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range Look(ctx, deaf{}, Ask{Domain: "arzel.example", Relay: "smtp.gmail.com", ReturnPath: true}) {
		if r.State != channel.RecordUnknown || r.Found == nil {
			t.Errorf("%+v", r)
		}
	}
}
