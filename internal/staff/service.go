package staff

import (
	"strings"
	"time"
	"unicode/utf8"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// How long things last.
const (
	SessionFor = 7 * 24 * time.Hour   // absolutely
	IdleFor    = 12 * time.Hour       // without a request
	InviteFor  = 7 * 24 * time.Hour   // until it is accepted
	TokenFor   = 365 * 24 * time.Hour // at most
	touchEvery = time.Minute          // how often use is written down
)

// MaxName is the longest name of a person, team or token, in runes.
const MaxName = 120

// Sealer keeps a secret in a form that only this server can open.
type Sealer interface {
	Seal(ws vis.WorkspaceID, purpose string, secret []byte) []byte
	Open(ws vis.WorkspaceID, purpose string, sealed []byte) ([]byte, error)
}

// Service is the door to who works here.
type Service struct {
	db     DB
	clock  vis.Clock
	mint   vis.Mint
	sealer Sealer
	hasher *hasher
	// setup is the SHA-256 of the token that may create the first workspace; "" when nobody may.
	setup string
}

// New makes the service. cores bounds how many passwords are hashed at once.
func New(db DB, clock vis.Clock, mint vis.Mint, sealer Sealer, cores int) *Service {
	return &Service{db: db, clock: clock, mint: mint, sealer: sealer, hasher: newHasher(mint.Rand, cores)}
}

// AllowSetup returns a new token that may create the first workspace, once. Only somebody who reads the server's console has it,
// which decides who the first administrator is.
func (s *Service) AllowSetup() string {
	token := s.mint.Secret(32)
	s.setup = vis.HashSecret(token)
	return token
}

func checkName(field, in string) (string, error) {
	t := text.Line(in)
	if t == "" {
		return "", vis.InField(field, "Please give a name.")
	}
	if n := utf8.RuneCountInString(t); n > MaxName {
		return "", vis.InField(field, "A name may have %d characters; this one has %d.", MaxName, n)
	}
	return t, nil
}

func checkEmail(in string) (email, key string, err error) {
	key, ok := text.Email(in)
	if !ok {
		return "", "", vis.InField("email", "This does not look like an e-mail address; one looks like name@example.org.")
	}
	return strings.TrimSpace(in), key, nil
}

func checkLocale(in string) (string, error) {
	switch in {
	case "fr", "en":
		return in, nil
	case "":
		return "en", nil
	}
	return "", vis.InField("locale", "The languages here are fr and en, not %q.", in)
}

func checkZone(in string) (string, error) {
	if in == "" {
		return "UTC", nil
	}
	if _, err := time.LoadLocation(in); err != nil || in == "Local" {
		return "", vis.InField("zone", "%q is no time zone; one looks like Europe/Paris.", in)
	}
	return in, nil
}

// onlyPeople refuses API tokens what would let them become somebody: handing out roles and ways in. The right to change settings
// is not the right to take over the house.
func onlyPeople(by vis.Actor) error {
	if by.Kind == vis.ByToken {
		return vis.Errorf(vis.Forbidden, "not_a_member", "A token may not give out roles or ways in; an administrator can.")
	}
	return nil
}

// FirstName is what customers see of a name until its owner chooses otherwise.
func FirstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

func refuse(reason, text string, args ...any) error {
	return vis.Errorf(vis.Unauthenticated, reason, text, args...)
}
