package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The headers of a delivery.
const (
	HeaderID        = "Visavis-Id"
	HeaderTimestamp = "Visavis-Timestamp"
	HeaderSignature = "Visavis-Signature"
	HeaderEvent     = "Visavis-Event"
)

// Tolerance is how old a delivery's timestamp may be before a receiver should refuse it: what was overheard is soon worth nothing.
const Tolerance = 5 * time.Minute

// Sign returns the signature header: for each secret "v1=" and the hexadecimal HMAC-SHA256 over id, timestamp and body, joined by
// dots; while a secret is being replaced there are two, separated by a space.
func Sign(id string, at time.Time, body []byte, secrets ...string) string {
	out := make([]string, len(secrets))
	for i, s := range secrets {
		out[i] = "v1=" + mac(s, id, strconv.FormatInt(at.Unix(), 10), body)
	}
	return strings.Join(out, " ")
}

func mac(secret, id, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(id + "." + timestamp + "."))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// Verify is what a receiver does with the three headers and the body as it came: it reports whether one of the signatures was made
// with the secret, and lately.
func Verify(secret, id, timestamp, signature string, body []byte, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return false
	}
	want := []byte("v1=" + mac(secret, id, timestamp, body))
	for given := range strings.FieldsSeq(signature) {
		if hmac.Equal([]byte(given), want) {
			return true
		}
	}
	return false
}
