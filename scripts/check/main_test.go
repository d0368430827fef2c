package main

import (
	"context"
	"os"
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
