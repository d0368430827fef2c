package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"visavis/internal/staffing"
)

// sosFile is a file of six weeks of SOS calls in Paris: 1 every half hour by night, 12 by day.
func sosFile(t *testing.T) string {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"time,n"}
	for at := time.Date(2026, 5, 4, 0, 0, 0, 0, zone); at.Before(time.Date(2026, 6, 15, 0, 0, 0, 0, zone)); at = at.Add(30 * time.Minute) {
		n := 1
		if h := at.Hour(); h >= 8 && h < 20 {
			n = 12
		}
		lines = append(lines, fmt.Sprintf("%s,%d", at.Format("2006-01-02 15:04"), n))
	}
	path := filepath.Join(t.TempDir(), "sos.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPlanIsReadFromAFileOfArrivals(t *testing.T) {
	t.Parallel()
	c := staffCmd{Arrivals: sosFile(t), Zone: "Europe/Paris", Target: "15s:95%", Handle: 6 * time.Minute, Patience: 2 * time.Minute, Work: "call", Ill: 2, Seed: 1}
	past, err := c.past(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	model, err := staffing.Learn(past)
	if err != nil {
		t.Fatal(err)
	}
	target, err := parseTarget(c.Target)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := staffing.NewPlan(t.Context(), c.question(model.Day(past.To), target))
	if err != nil {
		t.Fatal(err)
	}
	r := staffReport{zone: past.Zone, target: target, ill: 2, accuracy: model.Accuracy, plan: plan}
	var text, coded bytes.Buffer
	if err := r.print(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Monday 15 June 2026: 15s for 95.0 %", "kept, 2 ill", "03:00  ", "With 2 ill:", "Forecast from 42 days"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
	if err := r.json(&coded); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Day   string
		Slots []struct {
			Needed int
			Kept   float64
		}
		Without *struct{ Whole struct{ Kept float64 } }
	}
	if err := json.Unmarshal(coded.Bytes(), &out); err != nil || out.Day != "2026-06-15" || len(out.Slots) != 96 || out.Slots[12].Needed != 2 || out.Without == nil {
		t.Errorf("%v: %+v", err, out)
	}
}

func TestArrivalsAreReadInTheFormsThatPeopleExport(t *testing.T) {
	t.Parallel()
	got, err := readArrivals(strings.NewReader("\ufeffwhen,how many\n2026-12-24T15:45:00Z,3\n2026-12-24 15:45, 2\n2026-12-24T15:50:00+01:00\n"), time.UTC)
	if err != nil || len(got) != 3 || got[0].N != 3 || got[1].N != 2 || got[2].N != 1 || got[2].At.UTC().Hour() != 14 {
		t.Errorf("%v: %+v", err, got)
	}
	for _, bad := range []string{"time,n\nyesterday,3", "2026-12-24T15:45:00Z,many", "2026-12-24T15:45:00Z,-1"} {
		if _, err := readArrivals(strings.NewReader(bad), time.UTC); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestTargetsAndSharesAreRead(t *testing.T) {
	t.Parallel()
	if got, err := parseTarget("15s:95%"); err != nil || got.Within != 15*time.Second || got.Share != 0.95 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "15s", "15:95", "0s:95", "15s:100", "15s:-1"} {
		if _, err := parseTarget(bad); err == nil {
			t.Errorf("%q was read as a target", bad)
		}
	}
	got, err := parseShares("fr=60, en=20")
	if err != nil || len(got) != 2 || got[0].share != 0.75 || got[1].language != "en" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "fr", "fr=x", "=3", "fr=0"} {
		if _, err := parseShares(bad); err == nil {
			t.Errorf("%q was read as shares", bad)
		}
	}
}
