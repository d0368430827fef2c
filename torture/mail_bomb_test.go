package torture

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"visavis/internal/channel/email/peers"
)

// D-01, D-02, D-03, D-04, D-05: a letter that is made to stall its reader costs the server that takes and reads it no more than a second of
// CPU and 64 MiB, and what comes behind it is read.
func TestABombOfALetterCostsLittle(t *testing.T) {
	bombs := map[string][]byte{
		"signatures": letter(herAddress, "signatures@mel.example", "-- ", strings.Repeat("-- \r\nCamille\r\n> a\r\n>> b\r\n", 40_000)),
		"comments":   letter(herAddress, "comments@mel.example", "Comments", "Bonjour", "Cc: "+strings.Repeat("(", 30_000)+strings.Repeat(")", 30_000)),
		"brackets":   bytes.Replace(letter(herAddress, "brackets@mel.example", "Brackets", strings.Repeat("<<div>", 150_000)), []byte("text/plain"), []byte("text/html"), 1),
	}
	for _, m := range peers.Collection(t) {
		switch m.Name {
		case "syn-043-nest-100.eml", "syn-045-parts-20000.eml", "syn-047-header-1mb.eml", "syn-053-to-5000.eml":
			bombs[m.Name] = m.Sent()
		}
	}
	if len(bombs) != 7 {
		t.Errorf("there are only %d", len(bombs))
	}
	r := newMailRun(t, "")
	bring := func(raw []byte) {
		t.Helper()
		n := r.database.one("SELECT COUNT(*) FROM arrivals WHERE state <> 'waiting'")
		if err := hand(r.smtp, herAddress, ourAddress, raw); err != nil {
			t.Fatal(err)
		}
		until(t, "it is read", func() bool { return r.database.one("SELECT COUNT(*) FROM arrivals WHERE state <> 'waiting'") == n+1 })
	}
	bring(newLetter("camille", 0).raw) // what is made once is no letter's
	for name, raw := range bombs {
		cpu, memory := r.cost(t, func() { bring(raw) })
		t.Logf("%s: %v and %d MiB for %d kB", name, cpu, memory>>20, len(raw)>>10)
		if cpu > time.Second || memory > 64<<20 {
			t.Errorf("%s costs %v and %d MiB", name, cpu, memory>>20)
		}
	}
	after := newLetter("camille", 1)
	if err := r.bring(t.Context(), after); err != nil {
		t.Fatal(err)
	}
	until(t, "what comes behind them is read", func() bool { return r.count(t, after.words) == 1 })
	if n := r.database.one("SELECT COUNT(*) FROM arrivals"); n != len(bombs)+2 {
		t.Errorf("%d letters have come", n)
	}
	if bytes.Contains([]byte(tail(r.LogPath(), 1<<20)), []byte("level=ERROR")) {
		t.Error("the server complains")
	}
}
