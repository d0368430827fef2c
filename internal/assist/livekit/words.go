package livekit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/vis"
)

const (
	// hookFor is the longest that a word of the server may hold: it says five minutes.
	hookFor   = 10 * time.Minute
	wordsKept = 4096
)

// word is what the server says of one of its rooms, as far as we listen.
type word struct {
	ID   string `json:"id"`
	Room struct {
		Name string `json:"name"`
	} `json:"room"`
}

// About is the session that a word concerns, "" for one that cannot be read or is about a room that is not ours.
func (b *Backend) About(body []byte) vis.AssistID {
	var w word
	if json.NewDecoder(bytes.NewReader(body)).Decode(&w) != nil {
		return ""
	}
	id, ours := strings.CutPrefix(w.Room.Name, prefix)
	if !ours || !vis.IsID(id) {
		return ""
	}
	return vis.AssistID(id)
}

// Hear takes a word of the server: it has us look at a room. A word that was heard before is let go.
func (b *Backend) Hear(_ context.Context, authorization string, body []byte) error {
	if err := b.verify(authorization, body); err != nil {
		return err
	}
	var w word
	if json.Unmarshal(body, &w) != nil || b.heard(w.ID) {
		return nil
	}
	if r := b.room(b.About(body)); r != nil {
		r.look()
	}
	return nil
}

// heard remembers a word, and reports whether it was heard before.
func (b *Backend) heard(id string) bool {
	now := b.clock.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if until, known := b.words[id]; known && now.Before(until) {
		return true
	}
	if len(b.words) >= wordsKept {
		for one, until := range b.words {
			if !now.Before(until) {
				delete(b.words, one)
			}
		}
	}
	if len(b.words) < wordsKept { // beyond that, a second look costs little
		b.words[id] = now.Add(hookFor + skew)
	}
	return false
}

// errForged is the one refusal of words that are not the server's: what was wrong with them is nobody's business.
var errForged = vis.Errorf(vis.Unauthenticated, "not_livekit", "This does not come from the LiveKit server.")

// verify finds out whether a body is a word of the server: a token under the secret that we share, over this body, made not long ago.
func (b *Backend) verify(authorization string, body []byte) error {
	var c claims
	now := b.clock.Now()
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(authorization, "Bearer "), &c, func(*jwt.Token) (any, error) { return b.secret, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(b.key), jwt.WithExpirationRequired(), jwt.WithLeeway(skew),
		jwt.WithTimeFunc(b.clock.Now))
	sum := sha256.Sum256(body)
	said, wrong := base64.StdEncoding.DecodeString(c.SHA256)
	switch {
	case err != nil, wrong != nil, subtle.ConstantTimeCompare(said, sum[:]) != 1, c.ExpiresAt.Sub(now) > hookFor:
		return errForged
	case c.Video != nil: // a token of ours, to which somebody has put a body, is none of theirs
		return errForged
	}
	return nil
}
