package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"visavis/internal/vis"
)

// remember reads the Idempotency-Key of a POST into the actor's request, with a hash over all that the request asks. The body is
// read once and put back.
func remember(r *http.Request, by *caller) error {
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodPost || key == "" {
		return nil
	}
	if err := checkKey(key); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return vis.Errorf(vis.TooLarge, "too_large", "The body may have 1 MiB.")
		}
		return vis.Errorf(vis.Invalid, "malformed", "The body did not arrive whole.")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	by.Request = vis.Request{Key: key, Hash: requestHash(r, body)}
	return nil
}

func checkKey(key string) error {
	if len(key) > 100 || !utf8.ValidString(key) {
		return vis.InField("Idempotency-Key", "An idempotency key has 100 characters at most; a UUID is a good one.")
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return vis.InField("Idempotency-Key", "An idempotency key is visible ASCII; a UUID is a good one.")
		}
	}
	return nil
}

func requestHash(r *http.Request, body []byte) string {
	h := sha256.New()
	io.WriteString(h, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery+"\n")
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
