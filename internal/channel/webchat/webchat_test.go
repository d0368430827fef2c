package webchat_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"visavis/internal/channel"
	"visavis/internal/channel/channeltest"
	"visavis/internal/channel/webchat"
	"visavis/internal/vis"
)

func sign(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		panic(err)
	}
	return s
}

func TestWebChatIsAChannel(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Fixture{
		Adapter: webchat.Adapter{},
		Good: []string{
			`{}`,
			`{"colour":"#046679","greeting":{"fr":" Bonjour "},"origins":["https://Shop.example/","http://localhost:8081"],"languages":["fr","en"]}`,
			`{"mask":{"hide":[" .balance ","#iban, td:nth-child(2)",".balance"],"show":["[name=postcode]"]}}`,
			`{"hours":{"zone":"Europe/Paris","week":[{"day":2,"from":"14:00","to":"18:00"},{"day":1,"from":"09:00","to":"24:00"}]}}`,
		},
		Bad: map[string]string{
			`{"colour":"red"}`:             "settings.colour",
			`{"colour":7}`:                 "settings",
			`{"secret":"x"}`:               "settings",
			`[]`:                           "settings",
			`{"languages":["de"]}`:         "settings.languages",
			`{"greeting":{"de":"Hallo"}}`:  "settings.greeting",
			`{"origins":["shop.example"]}`: "settings.origins",
			`{"origins":["https://shop.example/path"]}`:                               "settings.origins",
			`{"origins":["https://*.example"]}`:                                       "settings.origins",
			`{"origins":["https://a.example; script-src *"]}`:                         "settings.origins",
			`{"mask":{"hide":["p {"]}}`:                                               "settings.mask.hide",
			`{"mask":{"show":["p",""]}}`:                                              "settings.mask.show",
			`{"mask":{"hide":["` + strings.Repeat("a", 201) + `"]}}`:                  "settings.mask.hide",
			`{"mask":{"show":["p"` + strings.Repeat(`,"p"`, 50) + `]}}`:               "settings.mask.show",
			`{"mask":{"blur":["p"]}}`:                                                 "settings",
			`{"origins":["javascript:alert(1)"]}`:                                     "settings.origins",
			`{"hours":{"zone":"Mars/Base","week":[]}}`:                                "settings.hours.zone",
			`{"hours":{"zone":"UTC","week":[{"day":8,"from":"09:00","to":"10:00"}]}}`: "settings.hours.week[0].day",
			`{"hours":{"zone":"UTC","week":[{"day":1,"from":"19:00","to":"25:00"}]}}`: "settings.hours.week[0].to",
		},
		Claim: func(secret []byte, subject, email string, expires time.Time) string {
			return sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": subject, "email": email, "exp": expires.Unix()})
		},
	})
}

// Only HMAC-SHA256 with an expiry is believed: no other method of the header, above all not "none".
func TestAClaimCannotChooseItsOwnSignature(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	secret := []byte("right")
	good := jwt.MapClaims{"sub": "u-1", "exp": now.Add(time.Hour).Unix()}
	for name, token := range map[string]string{
		"none":      sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good),
		"HS512":     sign(jwt.SigningMethodHS512, secret, good),
		"no expiry": sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "u-1"}),
	} {
		if _, err := (webchat.Adapter{}).VerifyClaim(secret, token, now); vis.CodeOf(err) != vis.Unauthenticated {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAChatMayHaveHoursOfItsOwn(t *testing.T) {
	t.Parallel()
	own := channel.Channel{Settings: json.RawMessage(`{"hours":{"zone":"Europe/Paris","week":[{"day":1,"from":"09:00","to":"12:00"}]}}`)}
	if c, ok := (webchat.Adapter{}).Hours(own); !ok || c.Zone != "Europe/Paris" || len(c.Week) != 1 {
		t.Errorf("got %+v, %v", c, ok)
	}
	if _, ok := (webchat.Adapter{}).Hours(channel.Channel{Settings: json.RawMessage(`{}`)}); ok {
		t.Error("a chat without hours has some")
	}
}
