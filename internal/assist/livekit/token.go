package livekit

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/vis"
)

// How long tokens hold. A ticket is used at once; who needs another asks for one.
const (
	ticketFor = time.Minute
	callFor   = time.Minute
	// skew is how far the clocks of the two servers may lie apart.
	skew = 30 * time.Second
	// hookFor is the longest that a word of the server may hold: it says five minutes.
	hookFor = 10 * time.Minute
)

// grant is what a token allows (https://docs.livekit.io/home/get-started/authentication/). What may be sent is named even where it is
// nothing: a token that does not say allows it.
type grant struct {
	Room       string   `json:"room,omitempty"`
	RoomJoin   bool     `json:"roomJoin,omitempty"`
	RoomCreate bool     `json:"roomCreate,omitempty"`
	RoomList   bool     `json:"roomList,omitempty"`
	RoomAdmin  bool     `json:"roomAdmin,omitempty"`
	Hidden     bool     `json:"hidden,omitempty"`
	Publish    *bool    `json:"canPublish,omitempty"`
	Sources    []string `json:"canPublishSources,omitempty"`
	Subscribe  *bool    `json:"canSubscribe,omitempty"`
	Data       *bool    `json:"canPublishData,omitempty"`
	Metadata   *bool    `json:"canUpdateOwnMetadata,omitempty"`
}

type claims struct {
	jwt.RegisteredClaims
	Video  *grant `json:"video,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // of the body of a word
}

// sign makes a token for somebody, "" for this server itself.
func (b *Backend) sign(who string, g grant, holds time.Duration) (string, error) {
	now := b.clock.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{Video: &g, RegisteredClaims: jwt.RegisteredClaims{Issuer: b.key, Subject: who,
		NotBefore: jwt.NewNumericDate(now.Add(-skew)), ExpiresAt: jwt.NewNumericDate(now.Add(holds))}}).SignedString(b.secret)
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
