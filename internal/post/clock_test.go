package post

import (
	"testing"
	"time"
)

func TestWhenSheIsAnsweredIsWordedByHerClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 22, 30, 0, 0, time.UTC)
	soon, later := now.Add(15*time.Minute), now.Add(12*time.Hour)
	for _, c := range []struct {
		at                          time.Time
		hers, house, language, want string
	}{
		{soon, "", "Europe/Paris", "fr", "23 h 45 (heure de Paris)"},
		{soon, "", "Europe/Paris", "en", "23:45 (Paris time)"},
		{soon, "America/New_York", "Europe/Paris", "en", "17:45"},
		{later, "", "Europe/Paris", "fr", "mardi 3 mars, 11 h 30 (heure de Paris)"},
		{later, "", "America/Argentina/Buenos_Aires", "en", "07:30 on Tuesday 3 March (Buenos Aires time)"},
		{soon, "", "", "fr", "22 h 45 (UTC)"},
		{soon, "No/Where", "Europe/Paris", "en", "22:45 (UTC)"},
	} {
		if got := clockTime(c.at, now, c.hers, c.house, c.language); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
