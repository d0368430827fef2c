// Package token signs the parts of our mail addresses by which an answer or a bounce finds its conversation.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"

	"visavis/internal/vis"
)

// Kind is what an address is for. A token of one kind is worth nothing as another.
type Kind string

const (
	Reply  Kind = "reply"  // the address that answers go to
	Bounce Kind = "bounce" // the return path, so that a forged bounce changes nothing
)

// Binding is what a token is bound to. Of two bindings that differ in any field, neither has the other's token.
type Binding struct {
	Kind         Kind
	Workspace    vis.WorkspaceID
	Conversation string
	// Participant is whom the letter was sent to.
	Participant string
}

const (
	macBytes  = 16
	minKey    = 32
	localMost = 64 // octets, RFC 5321 §4.5.3.1.1
)

// Length is how many letters every token has.
const Length = (macBytes*8 + 4) / 5

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Keys sign with the first and check with each, so that a key can be changed while old letters are still answered.
type Keys [][]byte

// NewKeys takes keys of at least 32 bytes, the present one first.
func NewKeys(keys ...[]byte) (Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("sign addresses: no key")
	}
	for _, key := range keys {
		if len(key) < minKey {
			return nil, errors.New("sign addresses: a key is shorter than 32 bytes")
		}
	}
	return keys, nil
}

// Mint makes the token of a binding: 128 bits of an HMAC-SHA-256 in lower-case base32. The same binding has the same token.
func (k Keys) Mint(b Binding) string {
	return alphabet.EncodeToString(sum(k[0], b))
}

// Check reports whether a token is the binding's own. It takes the letters in either case, for servers on the way may change it, and
// nothing shorter, longer or written in another way. The comparison takes the same time wherever the difference is.
func (k Keys) Check(token string, b Binding) bool {
	got, ok := decode(token)
	if !ok {
		return false
	}
	right := false
	for _, key := range k {
		if hmac.Equal(got, sum(key, b)) {
			right = true
		}
	}
	return right
}

// sum writes each field with its length before it: joined without, "ab"+"c" and "a"+"bc" would be signed alike.
func sum(key []byte, b Binding) []byte {
	mac := hmac.New(sha256.New, key)
	for _, field := range []string{"visavis mail address v1", string(b.Kind), string(b.Workspace), b.Conversation, b.Participant} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		mac.Write(length[:])
		mac.Write([]byte(field))
	}
	return mac.Sum(nil)[:macBytes]
}

// decode takes only the one way of writing 16 bytes: base32 leaves two bits over at the end, and tokens that differ in those alone
// would otherwise be equal.
func decode(token string) ([]byte, bool) {
	if len(token) != Length {
		return nil, false
	}
	for i := range len(token) {
		if token[i] >= 0x80 { // the Kelvin sign folds to k
			return nil, false
		}
	}
	lower := strings.ToLower(token)
	raw, err := alphabet.DecodeString(lower)
	if err != nil || alphabet.EncodeToString(raw) != lower {
		return nil, false
	}
	return raw, true
}

// Address puts a token into an address: support@example.org becomes support+token@example.org.
func Address(base, token string) (string, error) {
	at := strings.LastIndexByte(base, '@')
	if at < 1 || at == len(base)-1 || strings.ContainsAny(base, "\r\n\x00 <>\"") {
		return "", errors.New("sign an address: " + `"` + strings.ToValidUTF8(strings.Map(visible, base), "") + `" is not one`)
	}
	local := base[:at] + "+" + token
	if len(local) > localMost {
		return "", errors.New("sign an address: no room for the token before the @")
	}
	return local + base[at:], nil
}

func visible(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// Split takes an address apart into the one people know and its token, lower-cased. The token is "" when what follows the last +
// cannot be one: such an address is somebody's own use of +, not a forgery.
func Split(address string) (base, token string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, ""
	}
	plus := strings.LastIndexByte(address[:at], '+')
	if plus < 1 {
		return address, ""
	}
	if _, ok := decode(address[plus+1 : at]); !ok {
		return address, ""
	}
	return address[:plus] + address[at:], strings.ToLower(address[plus+1 : at])
}
