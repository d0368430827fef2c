// Package token puts into our mail addresses, and takes out again, the parts by which an answer or a report finds its conversation: 128
// random bits in lower-case base32, whose meaning the post room keeps.
package token

import (
	"encoding/base32"
	"errors"
	"strings"
)

const (
	tokenBytes = 16
	localMost  = 64 // octets, RFC 5321 §4.5.3.1.1
)

// Length is how many letters every token has.
const Length = (tokenBytes*8 + 4) / 5

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// written reports whether a token is written in the one way of writing 16 bytes: base32 leaves two bits over at the end, and tokens that differ in those alone
// would otherwise be equal.
func written(token string) bool {
	if len(token) != Length {
		return false
	}
	for i := range len(token) {
		if token[i] >= 0x80 { // the Kelvin sign folds to k
			return false
		}
	}
	lower := strings.ToLower(token)
	raw, err := alphabet.DecodeString(lower)
	return err == nil && alphabet.EncodeToString(raw) == lower
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
	if !written(address[plus+1 : at]) {
		return address, ""
	}
	return address[:plus] + address[at:], strings.ToLower(address[plus+1 : at])
}
