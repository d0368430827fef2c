package letter

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"visavis/internal/channel"
)

// answers is DNS with what a test knows.
type answers map[string]string

func (a answers) LookupTXT(_ context.Context, name string) ([]string, error) {
	if v, ok := a[strings.TrimSuffix(name, ".")]; ok {
		return []string{v}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// proved reads a letter, and asks whose it is.
func proved(t *testing.T, raw []byte, env channel.Envelope, o Provers) (channel.Letter, error) {
	l, err := Read(raw, env, "")
	l.Trust = Prove(t.Context(), raw, l, env, o)
	return l, err
}

// E-09, E-13: who is believed to have written it.
func TestHowFarASenderIsProved(t *testing.T) {
	t.Parallel()
	ours := Provers{AuthservIDs: []string{"mx.arzel.example"}, Resolver: answers{}}
	for name, c := range map[string]struct {
		head string
		o    Provers
		want channel.Proof
	}{
		"nothing speaks for or against":  {"", Provers{Resolver: answers{}}, channel.Unproved},
		"nobody looks":                   {"", Provers{}, channel.Unproved},
		"a policy, and no proof":         {"", Provers{Resolver: answers{"_dmarc.mel.example": "v=DMARC1; p=reject"}}, channel.Disproof},
		"a policy that asks for nothing": {"", Provers{Resolver: answers{"_dmarc.mel.example": "v=DMARC1; p=none"}}, channel.Unproved},
		"our own server says so":         {"Authentication-Results: mx.arzel.example; dmarc=pass header.from=mel.example\n", ours, channel.Proved},
		"our own server says no":         {"Authentication-Results: mx.arzel.example; dmarc=fail header.from=mel.example\n", ours, channel.Disproof},
		"somebody else's server says so": {"Authentication-Results: mx.evil.example; dmarc=pass header.from=mel.example\n", ours, channel.Unproved},
		"below our own server's no": {"Authentication-Results: mx.arzel.example; dmarc=fail header.from=mel.example\nAuthentication-Results: mx.arzel.example; dmarc=pass header.from=mel.example\n",
			ours, channel.Disproof},
		"two authors": {"From: Other <other@mel.example>\nAuthentication-Results: mx.arzel.example; dmarc=pass header.from=mel.example\n", ours, channel.Unproved},
	} {
		l, err := proved(t, written(c.head, "x\n"), channel.Envelope{}, c.o)
		if err != nil || l.Trust.Proof != c.want {
			t.Errorf("%s: %s, %v, %+v", name, l.Trust.Proof, err, l.Trust)
		}
	}
	// E-21
	l, err := proved(t, written("Reply-To: camille@else.example\n", "x\n"), channel.Envelope{}, Provers{})
	if err != nil || !l.Trust.ReplyElsewhere || len(l.ReplyTo) != 1 {
		t.Errorf("answers are asked for at %+v, %+v", l.ReplyTo, l.Trust)
	}
}

// E-13: a domain decides how close to it a proof must be, and what holds below it.
func TestASignatureCountsAsFarAsTheAuthorsDomainSays(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(author, signer string) []byte {
		raw := "From: Camille <camille@" + author + ">\r\nTo: bonjour@arzel.example\r\nSubject: Bonjour\r\n\r\nx\r\n"
		var out bytes.Buffer
		if err := dkim.Sign(&out, strings.NewReader(raw), &dkim.SignOptions{Domain: signer, Selector: "s", Signer: private}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	key := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	for name, c := range map[string]struct {
		author, signer string
		policies       answers
		want           channel.Proof
	}{
		"by the domain itself":                    {"mel.example", "mel.example", answers{"_dmarc.mel.example": "v=DMARC1; p=reject; adkim=s"}, channel.Proved},
		"by one below it":                         {"mel.example", "a.mel.example", answers{"_dmarc.mel.example": "v=DMARC1; p=reject"}, channel.Proved},
		"by one below it, which it does not take": {"mel.example", "a.mel.example", answers{"_dmarc.mel.example": "v=DMARC1; p=reject; adkim=s"}, channel.Disproof},
		"by a stranger":                           {"mel.example", "evil.example", answers{"_dmarc.mel.example": "v=DMARC1; p=reject"}, channel.Disproof},
		"by a stranger, without a policy":         {"mel.example", "evil.example", answers{}, channel.Unproved},
		"below a domain that is strict there":     {"a.mel.example", "evil.example", answers{"_dmarc.mel.example": "v=DMARC1; p=none; sp=reject"}, channel.Disproof},
		"below a domain that is mild there":       {"a.mel.example", "evil.example", answers{"_dmarc.mel.example": "v=DMARC1; p=reject; sp=none"}, channel.Unproved},
		"with a policy that cannot be read":       {"mel.example", "a.mel.example", answers{"_dmarc.mel.example": "v=DMARC1; p=perhaps"}, channel.Unproved},
	} {
		c.policies["s._domainkey."+c.signer] = key
		l, err := proved(t, signed(c.author, c.signer), channel.Envelope{}, Provers{Resolver: c.policies})
		if err != nil || l.Trust.Proof != c.want || l.Trust.DKIM != "pass" {
			t.Errorf("%s: %v, %+v", name, err, l.Trust)
		}
	}
}

// E-06: who wrote it is unclear when programs would take different names out of one field.
func TestTwoReadingsOfAnAuthorAreUnclear(t *testing.T) {
	t.Parallel()
	ours := Provers{AuthservIDs: []string{"MX.arzel.example"}}
	for head, unclear := range map[string]bool{
		"From: Camille <camille@mel.example>\n":                                                                                         false,
		"From: Müller, Hans <hans@mel.example>\n":                                                                                       false,
		"From: \"Camille <3\" <camille@mel.example>\n":                                                                                  false,
		"From: <camille@mel.example> <other@evil.example>\n":                                                                            true,
		"From: camille@mel.example\nAuthentication-Results: mx.arzel.example; dmarc=pass header.from=mel.example\n":                     false,
		"From: x(at)evil.example, camille@mel.example\nAuthentication-Results: mx.arzel.example; dmarc=pass header.from=evil.example\n": true,
	} {
		l, err := proved(t, []byte(head+"To: bonjour@arzel.example\n\nx\n"), channel.Envelope{}, ours)
		if err != nil || l.Trust.Ambiguous != unclear || unclear && l.Trust.Proof == channel.Proved {
			t.Errorf("%q: %v, %+v, %+v", head, err, l.From, l.Trust)
		}
	}
}

// E-13: the envelope of a letter that was handed to us tells where it came from, and what its domain says of that place.
func TestWhereALetterCameFromIsHeldAgainstItsDomain(t *testing.T) {
	t.Parallel()
	dns := answers{"mel.example": "v=spf1 ip4:192.0.2.1 -all", "mx.mel.example": "v=spf1 ip4:192.0.2.1 -all", "slow.mel.example": "v=spf1 a:slow.mel.example -all", "_dmarc.mel.example": "v=DMARC1; p=reject"}
	for name, c := range map[string]struct {
		from, hello, ip string
		spf             string
		want            channel.Proof
	}{
		"from a server of its own":                  {"camille@mel.example", "mx.mel.example", "192.0.2.1", "pass", channel.Proved},
		"the same by its IPv6 spelling":             {"camille@mel.example", "mx.mel.example", "::ffff:192.0.2.1", "pass", channel.Proved},
		"from anywhere":                             {"camille@mel.example", "mx.mel.example", "192.0.2.9", "fail", channel.Disproof},
		"a null return path, by how it said hello":  {"", "mx.mel.example", "192.0.2.1", "pass", channel.Proved},
		"another's envelope, which proves another":  {"x@else.example", "mx.else.example", "192.0.2.1", "none", channel.Disproof},
		"through a server of ours on this machine":  {"camille@mel.example", "relay", "127.0.0.1", "none", channel.Disproof},
		"through a server of ours in our network":   {"camille@mel.example", "relay", "10.0.0.5", "none", channel.Disproof},
		"by LMTP, where only that server knows":     {"camille@mel.example", "", "", "none", channel.Disproof},
		"of a domain whose answers do not come now": {"x@slow.mel.example", "mx.mel.example", "192.0.2.9", "temperror", channel.Unproved},
	} {
		env := channel.Envelope{From: c.from, Hello: c.hello, To: []string{"bonjour@arzel.example"}}
		if c.ip != "" {
			env.IP = netip.MustParseAddr(c.ip)
		}
		l, err := proved(t, written("", "x\n"), env, Provers{Resolver: dns})
		if err != nil || l.Trust.SPF != c.spf || l.Trust.Proof != c.want {
			t.Errorf("%s: %v, %+v", name, err, l.Trust)
		}
	}
}
