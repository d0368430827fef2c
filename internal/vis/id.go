// Package vis is the ground every room stands on: identifiers, errors, actors, events, pages and the clock.
package vis

import (
	"encoding/hex"
	"io"
	"strconv"
	"time"
)

// The identifiers of the house. Each is a UUIDv7 (RFC 9562 §5.7) in its 36-character text form, made by the application and
// never by the database, so that an id exists before its row does and a command can be run again with the same ids.
type (
	WorkspaceID    string
	MemberID       string
	TeamID         string
	ChannelID      string
	CustomerID     string
	IdentityID     string
	ConversationID string
	MessageID      string
	AttachmentID   string
	TokenID        string
	InviteID       string
	StepID         string
	CallbackID     string
	CalendarID     string
	PolicyID       string
	PromiseID      string
	OfferID        string
	RuleID         string
	WebhookID      string
	DeliveryID     string
	NoticeID       string
	ArrivalID      string
	SendingID      string
	ScheduledID    string
	TemplateID     string
	AssistID       string
	IncidentID     string
	ScenarioID     string
	ViewID         string
)

// Mint makes identifiers and secrets from a source of randomness.
type Mint struct {
	// Rand is cryptographically strong; crypto/rand.Reader everywhere but in tests.
	Rand io.Reader
}

// ID returns a new UUIDv7 for the instant now: 48 bits of Unix milliseconds, then 74 random bits.
// It panics when the source of randomness fails, for no identifier may ever be guessable.
func (m Mint) ID(now time.Time) string {
	var b [16]byte
	m.fill(b[6:])
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return formatUUID(b)
}

// FirstID is the least of all identifiers that could be made at an instant or later: those made before it are less.
func FirstID(at time.Time) string {
	ms := uint64(max(0, at.UnixMilli()))                //nolint:gosec // not negative
	s := strconv.FormatUint(1<<48|ms&(1<<48-1), 16)[1:] // with leading zeros
	return s[:8] + "-" + s[8:] + "-7000-8000-000000000000"
}

// Secret returns n random bytes in lower-case hexadecimal, for session cookies, links and signing secrets.
func (m Mint) Secret(n int) string {
	b := make([]byte, n)
	m.fill(b)
	return hex.EncodeToString(b)
}

func (m Mint) fill(b []byte) {
	if _, err := io.ReadFull(m.Rand, b); err != nil {
		panic("vis: the source of randomness failed: " + err.Error())
	}
}

func formatUUID(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// IsID reports whether s has the text form of a UUID in lower case: what an identifier from outside must look like before it
// is worth a query.
func IsID[T ~string](s T) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
