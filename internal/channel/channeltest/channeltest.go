// Package channeltest is what every kind of channel must hold, whatever its wire looks like.
package channeltest

import (
	"encoding/json"
	"testing"
	"time"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// Fixture is what the suite needs to know of an adapter.
type Fixture struct {
	Adapter channel.Adapter
	// Good are settings that must be taken, Bad those that must be refused, by the field that the refusal must name.
	Good []string
	Bad  map[string]string
	// Claim signs an identity with a secret; nil for channels without visitors.
	Claim func(secret []byte, subject, email string, expires time.Time) string
}

// Run runs the suite.
func Run(t *testing.T, f Fixture) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	t.Run("settings that are right come back normalised and stay so", func(t *testing.T) {
		for _, good := range f.Good {
			once, err := f.Adapter.CheckSettings(json.RawMessage(good))
			if err != nil {
				t.Errorf("%s: %v", good, err)
				continue
			}
			twice, err := f.Adapter.CheckSettings(once)
			if err != nil || string(twice) != string(once) {
				t.Errorf("%s: checked twice gives %s, %v", once, twice, err)
			}
		}
	})
	t.Run("settings that are wrong are refused by field", func(t *testing.T) {
		for bad, field := range f.Bad {
			_, err := f.Adapter.CheckSettings(json.RawMessage(bad))
			e, ok := err.(*vis.Error)
			if !ok || e.Code != vis.Invalid || e.Field != field {
				t.Errorf("%s: got %v, want a refusal of %s", bad, err, field)
			}
		}
	})
	t.Run("capabilities have bounds", func(t *testing.T) {
		c := f.Adapter.Capabilities(channel.Channel{Kind: f.Adapter.Kind(), Settings: json.RawMessage(f.Good[0])}, now)
		if c.MaxText <= 0 || c.Attachments && c.MaxFile <= 0 {
			t.Errorf("capabilities without bounds: %+v", c)
		}
	})
	visitors, ok := f.Adapter.(channel.VisitorAdapter)
	if !ok {
		return
	}
	t.Run("only the right secret proves who a visitor is", func(t *testing.T) {
		secret := []byte("right")
		claim, err := visitors.VerifyClaim(secret, f.Claim(secret, "u-1", "a@b.example", now.Add(time.Hour)), now)
		if err != nil || claim.Subject != "u-1" || claim.Email != "a@b.example" {
			t.Fatalf("a good claim gives %+v, %v", claim, err)
		}
		for name, token := range map[string]string{
			"empty":        "",
			"other secret": f.Claim([]byte("wrong"), "u-1", "", now.Add(time.Hour)),
			"no secret":    f.Claim(nil, "u-1", "", now.Add(time.Hour)),
			"expired":      f.Claim(secret, "u-1", "", now.Add(-time.Hour)),
			"eternal":      f.Claim(secret, "u-1", "", now.Add(300*time.Hour)),
			"nobody":       f.Claim(secret, "", "a@b.example", now.Add(time.Hour)),
			"garbage":      "a.b.c",
		} {
			if claim, err := visitors.VerifyClaim(secret, token, now); vis.CodeOf(err) != vis.Unauthenticated {
				t.Errorf("%s: got %+v, %v", name, claim, err)
			}
		}
	})
}
