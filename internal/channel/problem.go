package channel

import (
	"fmt"
	"strings"
)

// ProblemOf words an enhanced status code such as "5.1.1" (RFC 3463 §3) as Outcome does, with the help of what was said beside it where
// codes are used for many things. It is "" for a code that says nothing which we have a word for.
func ProblemOf(status, said string) string {
	var class, subject, detail int
	if _, err := fmt.Sscanf(status, "%d.%d.%d", &class, &subject, &detail); err != nil {
		return ""
	}
	temporary := class == 4
	has := func(any ...string) bool { return Says(said, any...) }
	switch subject {
	case 1: // the address
		switch detail {
		case 2, 10: // 10: RFC 7505, a domain that takes no mail
			return "no-such-domain"
		case 7, 8:
			return "sender-refused"
		}
		return "mailbox-unknown"
	case 2: // the mailbox
		switch detail {
		case 1:
			return "mailbox-unknown"
		case 2:
			return "mailbox-full"
		case 3:
			return "too-large"
		}
	case 3: // the server
		switch {
		case detail == 4:
			return "too-large"
		case temporary && has("too many", "rate", "busy"):
			return "rate-limited"
		}
	case 4: // the way there
		if detail == 4 && !temporary {
			return "no-such-domain"
		}
		return "no-connection"
	case 7: // policy
		switch {
		case temporary && has("greylist", "grey list", "graylist", "try again"):
			return "greylisted"
		case has("relay"):
			return "relay-denied"
		case has("spam", "block", "reputation", "blacklist", "dnsbl"):
			return "spam-refused"
		case has("rate", "too many", "limit"):
			return "rate-limited"
		}
		return "policy"
	}
	return ""
}

// Says reports whether an answer has one of some words, which are given in lower case.
func Says(answer string, words ...string) bool {
	answer = strings.ToLower(answer)
	for _, w := range words {
		if strings.Contains(answer, w) {
			return true
		}
	}
	return false
}
