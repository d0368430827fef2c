package token

import (
	"bytes"
	"strings"
	"testing"
)

func TestAddressCarriesTheTokenAndGivesItBack(t *testing.T) {
	t.Parallel()
	token := alphabet.EncodeToString(bytes.Repeat([]byte{7}, tokenBytes))
	for _, base := range []string{"support@example.org", "a+b@example.org", strings.Repeat("x", localMost-Length-1) + "@example.org"} {
		address, err := Address(base, token)
		if err != nil {
			t.Fatal(err)
		}
		for _, written := range []string{address, strings.Replace(address, token, strings.ToUpper(token), 1)} {
			if gotBase, got := Split(written); gotBase != base || got != token {
				t.Errorf("Split(%q) = %q, %q", written, gotBase, got)
			}
		}
	}
	for _, base := range []string{"", "@example.org", "support@", "support", "a\r\nb@example.org", "<a>@example.org", strings.Repeat("x", localMost-Length) + "@example.org"} {
		if address, err := Address(base, token); err == nil {
			t.Errorf("Address(%q) = %q, want an error", base, address)
		}
	}
	for _, own := range []string{"lea+shop@example.org", "+" + token + "@example.org", "lea@example.org", "lea", "a+" + token[:25] + "@example.org"} {
		if base, got := Split(own); base != own || got != "" {
			t.Errorf("Split(%q) = %q, %q: want no token", own, base, got)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("support+" + strings.Repeat("a", Length) + "@example.org")
	f.Add("a+b@c")
	f.Fuzz(func(t *testing.T, address string) {
		base, token := Split(address)
		if token == "" {
			if base != address {
				t.Fatalf("no token in %q, yet it became %q", address, base)
			}
			return
		}
		at := strings.LastIndexByte(base, '@')
		if again := base[:at] + "+" + token + base[at:]; !strings.EqualFold(again, address) {
			t.Fatalf("%q became %q", address, again)
		}
	})
}
