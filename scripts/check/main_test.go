package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestStepsRunBesideTheOneThatWaits(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	// Each of the two ends only once the other has begun.
	meets := func(mine, other string) []string {
		return []string{"sh", "-c", "touch " + mine + "; for i in $(seq 600); do [ -e " + other + " ] && exit 0; sleep 0.1; done; exit 1"}
	}
	all := []step{{name: "first", command: []string{"true"}}, {name: "waits", command: meets("a", "b")},
		{name: "after", command: []string{"false"}}, {name: "quiet", beside: "waits", command: meets("b", "a")}}
	together := lanes(all)
	if len(together) != 3 || len(together[1]) != 2 || together[1][1].name != "quiet" {
		t.Fatalf("lanes: %+v", together)
	}
	var total tally
	var said strings.Builder
	for _, l := range together {
		for _, d := range l.run(context.Background()) {
			total = total.plus(d.tally)
			said.WriteString(d.said)
		}
	}
	if total.passed != 3 || total.failed != 1 || len(total.names) != 1 || total.names[0] != "after" {
		t.Errorf("%s %q\n%s", total, total.names, said.String())
	}
	// Alone it runs as any other.
	if alone := lanes(all[3:]); len(alone) != 1 || alone[0][0].command[0] != "sh" {
		t.Errorf("alone: %+v", alone)
	}
}

// What is not tested with all it has under the race detector is tested without it.
func TestWhatTheRaceDetectorLeavesOutIsTestedPlainly(t *testing.T) {
	leaves := regexp.MustCompile(`testing\.Short\(\)|AllocsPerRun|storetest\.Postgres|//go:build !race`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return cmp.Or(err, filepath.SkipDir)
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		name := "/" + strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		switch left := leaves.Match(b) || regexp.MustCompile(unraced).MatchString(name); {
		case err != nil || !left || strings.HasSuffix(name, "/torture") || strings.HasSuffix(name, "/scripts/check"):
			return err
		case !regexp.MustCompile(plain).MatchString(name):
			t.Errorf("%s is tested whole by no step", path)
		}
		seen++
		return nil
	})
	if err != nil || seen < 10 {
		t.Errorf("%d files were looked at: %v", seen, err)
	}
}
