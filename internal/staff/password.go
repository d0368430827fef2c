package staff

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// The cost of a password, by the OWASP Password Storage Cheat Sheet's argon2id parameters for shared hosts, and its bounds.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16

	MinPassword = 12    // runes
	MaxPassword = 1_024 // bytes
)

// hasher hashes passwords with argon2id (RFC 9106), at most so many at once: a flood of sign-ins waits here and leaves the rest
// of the server its memory and its time.
type hasher struct {
	rand  io.Reader
	slots chan struct{}
	// decoy is a hash of no password, checked when there is no member, so that both cases take as long.
	decoy string
}

func newHasher(rand io.Reader, cores int) *hasher {
	h := &hasher{rand: rand, slots: make(chan struct{}, max(1, cores))}
	h.decoy = h.hash("")
	return h
}

// hash returns a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *hasher) hash(password string) string {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		panic("staff: the source of randomness failed: " + err.Error())
	}
	key := h.key(password, salt, argonTime, argonMemory, argonThreads)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// matches reports whether password belongs to a hash; an empty or broken hash never matches, in the same time.
func (h *hasher) matches(password, phc string) bool {
	if len(password) > MaxPassword {
		return false
	}
	if phc == "" {
		h.matches(password, h.decoy)
		return false
	}
	var memory, time uint32
	var threads uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != argonKey {
		return false
	}
	return subtle.ConstantTimeCompare(h.key(password, salt, time, memory, threads), want) == 1
}

func (h *hasher) key(password string, salt []byte, time, memory uint32, threads uint8) []byte {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, time, memory, threads, argonKey)
}

// checkPassword refuses passwords that are short, endless, of a few letters, or made of what everybody knows.
func checkPassword(password string, known ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case len(password) > MaxPassword:
		return vis.InField("password", "A password may have %d bytes at most.", MaxPassword)
	case n < MinPassword:
		return vis.InField("password", "A password needs %d characters at least; this one has %d. Four words in a row do well.", MinPassword, n)
	}
	distinct := make(map[rune]bool)
	for _, r := range password {
		distinct[r] = true
	}
	if len(distinct) < 5 {
		return vis.InField("password", "This password repeats too few characters to be safe.")
	}
	folded := text.Fold(password)
	for _, common := range []string{"123456789012", "1234567890", "azertyuiop", "qwertyuiop", "motdepasse", "passwordpassword", "password1234", "administrator", "visavisvisavis"} {
		if strings.Contains(folded, common) {
			return vis.InField("password", "This password is one of the first that anybody would try.")
		}
	}
	for _, k := range known {
		if k = text.Fold(k); len(k) >= 5 && strings.Contains(folded, k) && len(folded)-len(k) < 6 {
			return vis.InField("password", "A password must be more than your name or address.")
		}
	}
	return nil
}
