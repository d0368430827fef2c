package livekit

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// How long tokens hold. A ticket is used at once; who needs another asks for one.
const (
	ticketFor = time.Minute
	callFor   = time.Minute
	// skew is how far the clocks of the two servers may lie apart.
	skew = 30 * time.Second
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
