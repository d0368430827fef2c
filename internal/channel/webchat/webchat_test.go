package webchat_test

import (
	"encoding/json"
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
			`{"origins":["javascript:alert(1)"]}`:                                     "settings.origins",
			`{"hours":{"zone":"Mars/Base","week":[]}}`:                                "settings.hours.zone",
			`{"hours":{"zone":"UTC","week":[{"day":8,"from":"09:00","to":"10:00"}]}}`: "settings.hours.week",
			`{"hours":{"zone":"UTC","week":[{"day":1,"from":"19:00","to":"10:00"}]}}`: "settings.hours.week",
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

func TestOpeningHoursTellWhenNext(t *testing.T) {
	t.Parallel()
	settings := `{"hours":{"zone":"Europe/Paris","week":[{"day":1,"from":"09:00","to":"12:00"},{"day":1,"from":"14:00","to":"18:00"},
		{"day":5,"from":"20:00","to":"24:00"},{"day":6,"from":"00:00","to":"02:00"},{"day":7,"from":"01:00","to":"04:00"}]}}`
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		at     string
		open   bool
		opens  string
		closes string
	}{
		{"2026-03-02 08:59", false, "2026-03-02 09:00", ""},
		{"2026-03-02 09:00", true, "", "2026-03-02 12:00"},
		{"2026-03-02 12:00", false, "2026-03-02 14:00", ""},
		{"2026-03-02 18:00", false, "2026-03-06 20:00", ""},
		{"2026-03-06 23:00", true, "", "2026-03-07 02:00"}, // two slots that touch over midnight are one
		{"2026-03-07 01:00", true, "", "2026-03-07 02:00"},
		{"2026-03-29 03:30", true, "", "2026-03-29 04:00"}, // the night in which 02:00 becomes 03:00
		{"2026-03-29 05:00", false, "2026-03-30 09:00", ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", row.at, paris)
		if err != nil {
			t.Fatal(err)
		}
		w, err := (webchat.Adapter{}).Welcome(channel.Channel{Settings: json.RawMessage(settings)}, at)
		if err != nil {
			t.Fatal(err)
		}
		show := func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.In(paris).Format("2006-01-02 15:04")
		}
		if w.Open != row.open || show(w.OpensAt) != row.opens || show(w.ClosesAt) != row.closes {
			t.Errorf("at %s: open %v, opens %q, closes %q; want %v, %q, %q", row.at, w.Open, show(w.OpensAt), show(w.ClosesAt), row.open, row.opens, row.closes)
		}
	}
}

func TestAChatThatNeverClosesSaysSo(t *testing.T) {
	t.Parallel()
	h := webchat.Hours{Zone: "UTC"}
	for day := 1; day <= 7; day++ {
		h.Week = append(h.Week, webchat.Slot{Day: day, From: "00:00", To: "24:00"})
	}
	open, opens, closes := h.At(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	if !open || !opens.IsZero() || !closes.IsZero() {
		t.Errorf("open %v, opens %v, closes %v", open, opens, closes)
	}
}
