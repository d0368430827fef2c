package staffing

import (
	"context"
	"testing"
	"time"

	"visavis/internal/routing"
	"visavis/internal/vis"
)

// Calls in two languages, French four times as often.
func twoLanguages() Day {
	class := func(language string) Class {
		return Class{Name: language, Team: calls, Work: routing.WorkCall, Language: language, Within: 15 * time.Second,
			Handle: Handling{Mean: 6 * time.Minute, SD: 5 * time.Minute}, Patience: 2 * time.Minute}
	}
	return Steady(monday, routing.Settings{}, nil, []Class{class("fr"), class("en")}, []float64{24, 6})
}

func mixed(t *testing.T, kinds ...Kind) Crew {
	t.Helper()
	c, err := Mix(context.Background(), twoLanguages(), kinds, 0.9, Play{Seed: 1, Replications: 3})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMixSaysWhoIsNeededAndHowManyFewerWhenTheySpeakBoth(t *testing.T) {
	t.Parallel()
	long(t)
	fr, en, both := Kind{Name: "fr", Languages: []string{"fr"}}, Kind{Name: "en", Languages: []string{"en"}}, Kind{Name: "both", Languages: []string{"fr", "en"}, Cost: 1.2}
	apart, pooled := mixed(t, fr, en), mixed(t, fr, en, both)
	one, _ := Line{PerHour: 24, HandleFor: 6 * time.Minute, Patience: 2 * time.Minute}.Fewest(Target{15 * time.Second, 0.9})
	other, _ := Line{PerHour: 6, HandleFor: 6 * time.Minute, Patience: 2 * time.Minute}.Fewest(Target{15 * time.Second, 0.9})
	if apart.Counts[0] < one-1 || apart.Counts[0] > one+1 || apart.Counts[1] < other-1 || apart.Counts[1] > other+1 {
		t.Errorf("apart: %+v, Erlang A says %d and %d", apart, one, other)
	}
	if pooled.Cost >= apart.Cost || pooled.Counts[2] == 0 {
		t.Errorf("apart %+v, with some who speak both %+v", apart, pooled)
	}
	for _, k := range append(apart.Kept, pooled.Kept...) {
		if k.Mean < 0.9 {
			t.Errorf("kept %+v", k)
		}
	}
}

func TestAMixWithoutAnybodyWhoCanHelpIsRefused(t *testing.T) {
	t.Parallel()
	for _, kinds := range [][]Kind{nil, {{Name: "de", Languages: []string{"de"}}}} {
		d := twoLanguages()
		d.For, d.Warm = time.Hour, 0
		if _, err := Mix(context.Background(), d, kinds, 0.9, Play{Seed: 1}); vis.CodeOf(err) != vis.Invalid {
			t.Errorf("%v: %v", kinds, err)
		}
	}
}
