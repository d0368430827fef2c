// Package webchat is the channel of those who write on the organisation's own web pages.
package webchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/channel"
	"visavis/internal/hours"
	"visavis/internal/selector"
	"visavis/internal/text"
	"visavis/internal/vis"
)

// Kind is the name of this family of channels.
const Kind channel.Kind = "webchat"

// The bounds of the settings and of what visitors say.
const (
	maxGreeting   = 160
	maxOrigins    = 50
	maxSegments   = 30
	maxText       = 20_000
	maxFile       = 25 << 20
	maxClaimFor   = 24 * time.Hour
	defaultColour = "#022832"
)

// Settings are what an administrator chooses for a web chat.
type Settings struct {
	Colour    string            `json:"colour"`    // "#rrggbb", of the button and the header
	Greeting  map[string]string `json:"greeting"`  // by language; "" for the standard one
	Origins   []string          `json:"origins"`   // web origins that may embed the chat; none allows every page
	Languages []string          `json:"languages"` // "fr", "en"; the first is the fallback
	// Assist lets customers call for live assistance from here.
	Assist bool `json:"assist,omitempty"`
	// Offer says when: where, to whom, in which hours, with how many at their desks.
	Offer *channel.Offer `json:"offer,omitempty"`
	// Mask says what of the pages is seen while a customer shows them.
	Mask *channel.Masks `json:"mask,omitempty"`
	// Hours are the chat's own; without them, those of its team or of the workspace count.
	Hours *hours.Calendar `json:"hours,omitempty"`
}

// Adapter implements channel.VisitorAdapter.
type Adapter struct{}

var (
	_ channel.VisitorAdapter = Adapter{}
	_ channel.Scheduler      = Adapter{}
	_ channel.Offerer        = Adapter{}
	_ channel.Masker         = Adapter{}
)

// Kind implements channel.Adapter.
func (Adapter) Kind() channel.Kind { return Kind }

// Capabilities implements channel.Adapter: the chat is live both ways and always carries words and files.
func (Adapter) Capabilities(c channel.Channel, _ time.Time) channel.Capabilities {
	s, err := settings(c)
	return channel.Capabilities{Assist: err == nil && s.Assist, Live: true, Typing: true, Read: true, Attachments: true, MaxFile: maxFile, MaxText: maxText}
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// CheckSettings implements channel.Adapter.
func (Adapter) CheckSettings(raw json.RawMessage) (json.RawMessage, error) {
	s, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

func parse(raw json.RawMessage) (Settings, error) {
	var s Settings
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Settings{}, vis.InField("settings", "The settings of a web chat are not readable: %s.", strings.TrimPrefix(err.Error(), "json: "))
	}
	return s, nil
}

func (s *Settings) check() error {
	if s.Colour = strings.ToLower(s.Colour); s.Colour == "" {
		s.Colour = defaultColour
	}
	if !colour.MatchString(s.Colour) {
		return vis.InField("settings.colour", "A colour looks like #046679, not %q.", s.Colour)
	}
	if len(s.Languages) == 0 {
		s.Languages = []string{"en", "fr"}
	}
	for _, l := range s.Languages {
		if l != "fr" && l != "en" {
			return vis.InField("settings.languages", "The chat speaks fr and en, not %q.", l)
		}
	}
	slices.Sort(s.Languages[1:])
	s.Languages = slices.Compact(s.Languages)
	greeting := make(map[string]string)
	for l, g := range s.Greeting {
		if l != "fr" && l != "en" {
			return vis.InField("settings.greeting", "The chat speaks fr and en, not %q.", l)
		}
		g = text.Line(g)
		if utf8.RuneCountInString(g) > maxGreeting {
			return vis.InField("settings.greeting", "A greeting may have %d characters.", maxGreeting)
		}
		if g != "" {
			greeting[l] = g
		}
	}
	s.Greeting = greeting
	if len(s.Origins) > maxOrigins {
		return vis.InField("settings.origins", "A chat may be embedded by %d origins at most.", maxOrigins)
	}
	origins := make([]string, 0, len(s.Origins))
	for _, o := range s.Origins {
		clean, err := checkOrigin(o)
		if err != nil {
			return err
		}
		if !slices.Contains(origins, clean) {
			origins = append(origins, clean)
		}
	}
	s.Origins = origins
	if err := s.checkOffer(); err != nil {
		return err
	}
	if err := s.checkMask(); err != nil {
		return err
	}
	return s.checkHours()
}

// checkOffer cleans when live assistance is offered.
func (s *Settings) checkOffer() (err error) {
	o := s.Offer
	if o == nil {
		return nil
	}
	if o.Only, err = checkPatterns("settings.offer.only", o.Only); err != nil {
		return err
	}
	if o.Never, err = checkPatterns("settings.offer.never", o.Never); err != nil {
		return err
	}
	if o.Whom != "" && o.Whom != channel.ToVerified && o.Whom != channel.ToUnverified {
		return vis.InField("settings.offer.whom", "It is offered to everyone, or to those who are verified or unverified, not %q.", o.Whom)
	}
	for _, l := range o.Languages {
		if l != "fr" && l != "en" {
			return vis.InField("settings.offer.languages", "The chat speaks fr and en, not %q.", l)
		}
	}
	segments := make([]string, 0, len(o.Segments))
	for _, word := range o.Segments {
		if word = text.Line(word); word != "" && !slices.Contains(segments, word) {
			segments = append(segments, word)
		}
	}
	if o.Segments = segments; len(segments) > maxSegments {
		return vis.InField("settings.offer.segments", "There may be %d segments.", maxSegments)
	}
	if o.Staff < 0 || o.Staff > channel.MaxStaff {
		return vis.InField("settings.offer.staff", "Between 0 and %d people.", channel.MaxStaff)
	}
	return nil
}

func checkPatterns(field string, in []string) ([]string, error) {
	if len(in) > channel.MaxPatterns {
		return nil, vis.InField(field, "There may be %d pages.", channel.MaxPatterns)
	}
	var out []string
	for _, p := range in {
		clean, ok := channel.CheckPattern(p)
		if !ok {
			return nil, vis.InField(field, "%q is no page: one looks like /checkout* or shop.example/help/*, without ? and #.", text.Line(p))
		}
		if !slices.Contains(out, clean) {
			out = append(out, clean)
		}
	}
	return out, nil
}

// checkMask cleans what of the pages is seen.
func (s *Settings) checkMask() (err error) {
	if s.Mask == nil {
		return nil
	}
	if s.Mask.Hide, err = checkSelectors("settings.mask.hide", s.Mask.Hide); err != nil {
		return err
	}
	s.Mask.Show, err = checkSelectors("settings.mask.show", s.Mask.Show)
	return err
}

func checkSelectors(field string, in []string) ([]string, error) {
	if len(in) > channel.MaxMasks {
		return nil, vis.InField(field, "There may be %d selectors.", channel.MaxMasks)
	}
	var out []string
	for _, one := range in {
		one = strings.TrimSpace(one)
		if _, ok := selector.Parse(one); !ok {
			return nil, vis.InField(field, "%q is no selector that every browser understands: one looks like .balance, #account td or [data-private].", text.Line(one))
		}
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out, nil
}

// Masks implements channel.Masker.
func (Adapter) Masks(c channel.Channel) channel.Masks {
	s, err := settings(c)
	if err != nil || s.Mask == nil {
		return channel.Masks{}
	}
	return *s.Mask
}

// Offer implements channel.Offerer.
func (Adapter) Offer(c channel.Channel) channel.Offer {
	s, err := settings(c)
	if err != nil || s.Offer == nil {
		return channel.Offer{}
	}
	return *s.Offer
}

// checkHours says where in the settings a field of the calendar is.
func (s *Settings) checkHours() error {
	if s.Hours == nil {
		return nil
	}
	err := s.Hours.Check()
	var wrong *vis.Error
	if errors.As(err, &wrong) && wrong.Field != "" {
		at := *wrong
		at.Field = "settings.hours." + wrong.Field
		return &at
	}
	return err
}

// Hours implements channel.Scheduler.
func (Adapter) Hours(c channel.Channel) (hours.Calendar, bool) {
	s, err := settings(c)
	if err != nil || s.Hours == nil {
		return hours.Calendar{}, false
	}
	return *s.Hours, true
}

// checkOrigin reads an origin (RFC 6454): a scheme, a host, perhaps a port, and nothing else.
func checkOrigin(in string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(in))
	wrong := vis.InField("settings.origins", "%q is no origin; one looks like https://shop.example, without a path.", in)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return "", wrong
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", wrong
	}
	if strings.ContainsAny(u.Host, "*;,'\" \t") {
		return "", wrong
	}
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	origin = strings.TrimSuffix(origin, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	return origin, nil
}

func settings(c channel.Channel) (Settings, error) {
	s, err := parse(c.Settings)
	return s, err
}

// Welcome implements channel.VisitorAdapter.
func (Adapter) Welcome(c channel.Channel) (channel.Welcome, error) {
	s, err := settings(c)
	if err != nil {
		return channel.Welcome{}, err
	}
	return channel.Welcome{Name: c.Name, Colour: s.Colour, Greeting: s.Greeting, Languages: s.Languages, Team: c.Team}, nil
}

// Origins implements channel.VisitorAdapter.
func (Adapter) Origins(c channel.Channel) ([]string, error) {
	s, err := settings(c)
	return s.Origins, err
}

type claims struct {
	jwt.RegisteredClaims
	Email string `json:"email"`
	Name  string `json:"name"`
	// Attributes are words; anything else in their place is as if it were not there.
	Attributes map[string]any `json:"attributes"`
}

// words are the attributes that are words.
func words(in map[string]any) map[string]string {
	var out map[string]string
	for key, value := range in {
		if word, is := value.(string); is {
			if out == nil {
				out = make(map[string]string, len(in))
			}
			out[key] = word
		}
	}
	return out
}

// VerifyClaim implements channel.VisitorAdapter: a JSON Web Token (RFC 7519) signed with HMAC-SHA256 and nothing else, with a
// subject and an expiry at most a day away.
func (Adapter) VerifyClaim(secret []byte, token string, now time.Time) (channel.Claim, error) {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return secret, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithLeeway(30*time.Second),
		jwt.WithTimeFunc(func() time.Time { return now }))
	subject := strings.TrimSpace(c.Subject)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return channel.Claim{}, vis.Errorf(vis.Unauthenticated, "identity_expired", "The signed identity has expired; the site must sign a new one.")
	case err != nil:
		return channel.Claim{}, vis.Errorf(vis.Unauthenticated, "identity_refused", "The signed identity is not valid for this channel.")
	case subject == "" || len(subject) > 200:
		return channel.Claim{}, vis.Errorf(vis.Unauthenticated, "identity_refused", "The signed identity names nobody: its sub must be the customer's id on the site.")
	case c.ExpiresAt.After(now.Add(maxClaimFor + time.Minute)):
		return channel.Claim{}, vis.Errorf(vis.Unauthenticated, "identity_refused", "The signed identity may be valid for a day at most.")
	}
	return channel.Claim{Subject: subject, Email: strings.TrimSpace(c.Email), Name: text.Line(c.Name), Attributes: words(c.Attributes)}, nil
}
