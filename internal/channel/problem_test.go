package channel_test

import (
	"testing"

	"visavis/internal/channel"
)

func TestCodesAreWordedAlikeWhereverTheyCome(t *testing.T) {
	t.Parallel()
	for said, want := range map[[2]string]string{
		{"5.1.1", ""}: "mailbox-unknown", {"5.1.2", ""}: "no-such-domain", {"5.1.10", "null MX"}: "no-such-domain", {"4.1.8", ""}: "sender-refused",
		{"5.2.1", ""}: "mailbox-unknown", {"4.2.2", ""}: "mailbox-full", {"5.2.3", ""}: "too-large", {"5.2.0", ""}: "",
		{"5.3.4", ""}: "too-large", {"4.3.2", "Too busy"}: "rate-limited", {"5.3.2", "too busy"}: "",
		{"5.4.4", ""}: "no-such-domain", {"4.4.4", ""}: "no-connection", {"4.4.7", "delivery time expired"}: "no-connection", {"5.4.6", "too many hops"}: "no-connection",
		{"4.7.1", "Greylisted"}: "greylisted", {"5.7.1", "Relay access denied"}: "relay-denied", {"5.7.1", "Blocked by DNSBL"}: "spam-refused",
		{"4.7.28", "rate exceeded"}: "rate-limited", {"5.7.26", "unauthenticated"}: "policy",
		{"5.6.7", ""}: "", {"", "user unknown"}: "", {"5.x", ""}: "",
	} {
		if got := channel.ProblemOf(said[0], said[1]); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
