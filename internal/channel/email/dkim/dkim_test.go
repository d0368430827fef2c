package dkim

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"visavis/internal/channel"
)

const written = "From: =?utf-8?q?L=C3=A9a?= <bonjour@arzel.example>\r\nTo: camille@mel.example\r\nSubject: Votre colis\r\n" +
	"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <one@arzel.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nIl arrive =E2=80=94 demain.\r\n"

func keys(t testing.TB) []channel.SigningKey {
	t.Helper()
	all, err := Generate("arzel.example")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d keys, %v", len(all), err)
	}
	return all
}

// verified are the errors of verifying each signature of a letter by the keys' own records.
func verified(t *testing.T, raw []byte, all []channel.SigningKey) []error {
	t.Helper()
	lookup := func(name string) ([]string, error) {
		for _, k := range all {
			if k.Name() == name {
				record, err := Record(k)
				return []string{record}, err
			}
		}
		return nil, nil
	}
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup})
	if err != nil {
		t.Fatal(err)
	}
	var out []error
	for _, v := range found {
		if v.Domain != "arzel.example" {
			t.Errorf("signed for %s", v.Domain)
		}
		out = append(out, v.Err)
	}
	return out
}

func TestWhatIsSignedIsVerifiedByBothAlgorithms(t *testing.T) {
	t.Parallel()
	all := keys(t)
	raw, err := Sign([]byte(written), all)
	if err != nil || !bytes.HasSuffix(raw, []byte(written)) {
		t.Fatalf("%v: %s", err, raw)
	}
	if got := verified(t, raw, all); !slices.Equal(got, []error{nil, nil}) {
		t.Errorf("verified: %v", got)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes", len(line)) // RFC 5322 §2.1.1
		}
	}
	if raw, err := Sign([]byte(written), nil); err != nil || string(raw) != written {
		t.Errorf("without a key: %v, %s", err, raw)
	}
}

// What a reader is shown cannot be changed or added to; what relays change can.
func TestASignatureCoversWhatIsShown(t *testing.T) {
	t.Parallel()
	all := keys(t)
	raw, err := Sign([]byte(written), all)
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) string { return strings.Replace(string(raw), from, to, 1) }
	for name, c := range map[string]struct {
		letter string
		holds  bool
	}{
		"another subject":          {change("Subject: Votre colis", "Subject: Votre argent"), false},
		"another text":             {change("demain", "jamais"), false},
		"a second subject":         {change("To: camille", "Subject: Payez\r\nTo: camille"), false},
		"a second author":          {change("To: camille", "From: other@evil.example\r\nTo: camille"), false},
		"an address for answers":   {change("To: camille", "Reply-To: other@evil.example\r\nTo: camille"), false},
		"another kind of content":  {change("text/plain", "text/html"), false},
		"a carbon copy":            {change("To: camille", "Cc: other@evil.example\r\nTo: camille"), false},
		"an id that a relay gives": {change("<one@arzel.example>", "<two@relay.example>"), true},
		"a field of a relay":       {"Received: from a by b\r\n" + string(raw), true},
		"white space":              {change("Subject: Votre colis", "Subject:  Votre\r\n colis"), true},
	} {
		for _, err := range verified(t, []byte(c.letter), all) {
			if (err == nil) != c.holds {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestEveryWayToWriteARecordIsRight(t *testing.T) {
	t.Parallel()
	all := keys(t)
	long, short := all[0], all[1]
	signer, err := open(long)
	if err != nil {
		t.Fatal(err)
	}
	record, err := Record(long)
	if err != nil {
		t.Fatal(err)
	}
	_, p, _ := strings.Cut(record, "p=")
	older := base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(signer.Public().(*rsa.PublicKey)))
	for text, fits := range map[string]bool{
		record:                 true,
		"p=" + p:               true,
		"v=DKIM1;k=rsa;p=" + p: true,
		" v = DKIM1 ;\tk = rsa ; p = " + p + " ; ":           true,
		"v=DKIM1; p=" + p[:100] + " \t" + p[100:]:            true,
		"v=DKIM1; h=sha256; s=email; t=s; n=visavis; p=" + p: true,
		"v=DKIM1; p=" + older:                                true,
		"v=DKIM1; h=sha1; p=" + p:                            false,
		"v=DKIM1; s=tlsrpt; p=" + p:                          false,
		"v=DKIM1; k=rsa; p=":                                 false, // revoked
		"v=DKIM1; k=ed25519; p=" + p:                         false,
		"v=DKIM1; k=rsa; p=" + p[:200]:                       false, // cut at the form's end
		`"` + record + `"`:                                   false,
		"":                                                   false,
	} {
		if got := Fits(long, []string{text}); got != fits {
			t.Errorf("%q: %v", text, got)
		}
	}
	if Fits(long, nil) || Fits(long, []string{record, record}) {
		t.Error("none or two records are right")
	}
	other, err := Record(keys(t)[0])
	if err != nil || Fits(long, []string{other}) || Fits(short, []string{record}) {
		t.Errorf("another key's record is right, %v", err)
	}
	if own, err := Record(short); err != nil || !Fits(short, []string{own}) {
		t.Errorf("%q: %v", own, err)
	}
}

func TestABrokenKeySaysNothingOfItself(t *testing.T) {
	t.Parallel()
	bad := channel.SigningKey{Domain: "arzel.example", Selector: "vv1", Algorithm: RSA, Private: []byte("canary")}
	if _, err := Sign([]byte(written), []channel.SigningKey{bad}); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
	if _, err := Record(bad); err == nil || Fits(bad, []string{"v=DKIM1; p="}) {
		t.Errorf("%v", err)
	}
	a, b := keys(t), keys(t)
	if a[0].Selector == a[1].Selector || a[0].Selector == b[0].Selector {
		t.Error("two keys share a selector")
	}
}

func BenchmarkSign(b *testing.B) {
	all := keys(b)
	for b.Loop() {
		if _, err := Sign([]byte(written), all); err != nil {
			b.Fatal(err)
		}
	}
}
