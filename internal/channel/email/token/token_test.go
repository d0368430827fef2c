package token

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
)

var (
	oldKey = bytes.Repeat([]byte{1}, 32)
	newKey = bytes.Repeat([]byte{2}, 32)
	ours   = Binding{Kind: Reply, Workspace: "w1", Conversation: "c1", Participant: "p1"}
)

func keys(t *testing.T, list ...[]byte) Keys {
	t.Helper()
	k, err := NewKeys(list...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTokenFitsOnlyItsOwnBinding(t *testing.T) {
	t.Parallel()
	k := keys(t, newKey)
	token := k.Mint(ours)
	if len(token) != Length || token != strings.ToLower(token) {
		t.Fatalf("token %q: want %d lower-case letters", token, Length)
	}
	if !k.Check(token, ours) || !k.Check(strings.ToUpper(token), ours) {
		t.Error("its own token is refused")
	}
	for name, other := range map[string]Binding{
		"another kind":          {Bounce, "w1", "c1", "p1"},
		"another workspace":     {Reply, "w2", "c1", "p1"},
		"another conversation":  {Reply, "w1", "c2", "p1"},
		"another participant":   {Reply, "w1", "c1", "p2"},
		"swapped fields":        {Reply, "w1", "p1", "c1"},
		"a moved field border":  {Reply, "w1", "c1p", "1"},
		"an empty participant":  {Reply, "w1", "c1p1", ""},
		"nothing at all":        {},
		"a border inside a nul": {Reply, "w1", "c1\x00p1", ""},
	} {
		if k.Check(token, other) {
			t.Errorf("the token is taken for %s", name)
		}
	}
}

func TestMangledTokensAreRefused(t *testing.T) {
	t.Parallel()
	k := keys(t, newKey)
	token := k.Mint(ours)
	for n := range len(token) {
		if k.Check(token[:n], ours) {
			t.Errorf("its first %d letters are enough", n)
		}
		changed := []byte(token)
		if changed[n]++; changed[n] == 'z'+1 || changed[n] == '8' {
			changed[n] = 'a'
		}
		if k.Check(string(changed), ours) {
			t.Errorf("letter %d does not count", n)
		}
	}
	for _, bad := range []string{"", token + "a", token + "======", " " + token, token + "\n", token[:25] + "\n", strings.Repeat("=", Length), "\u212a" + token[3:]} {
		if k.Check(bad, ours) {
			t.Errorf("%q is taken", bad)
		}
	}
	for range 1000 {
		raw := make([]byte, macBytes)
		rand.Read(raw) //nolint:errcheck // never fails
		if k.Check(alphabet.EncodeToString(raw), ours) {
			t.Fatalf("random %x is taken", raw)
		}
	}
}

func TestOldKeyStillChecksAndNewKeySigns(t *testing.T) {
	t.Parallel()
	before, after := keys(t, oldKey), keys(t, newKey, oldKey)
	if !after.Check(before.Mint(ours), ours) {
		t.Error("letters from before the change can no longer be answered")
	}
	if before.Check(after.Mint(ours), ours) {
		t.Error("the old key still signs")
	}
	for name, list := range map[string][][]byte{"none": nil, "a short one": {oldKey[:31]}, "an empty second": {oldKey, nil}} {
		if _, err := NewKeys(list...); err == nil {
			t.Errorf("keys: %s is taken", name)
		}
	}
}

func TestAddressCarriesTheTokenAndGivesItBack(t *testing.T) {
	t.Parallel()
	token := keys(t, newKey).Mint(ours)
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
