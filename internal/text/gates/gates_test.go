package gates_test

import (
	"os"
	"strings"
	"testing"

	"visavis/internal/text/gates"
)

// data is where the published sets lie: beside the project, or where VISAVIS_DATASETS says.
func data() string {
	if root := os.Getenv("VISAVIS_DATASETS"); root != "" {
		return root
	}
	return "../../../../shared/data" // a test runs where it lies
}

func TestEveryFigureReachesItsGate(t *testing.T) {
	if raced {
		t.Skip("planes are found in the same way under the race detector, ten times slower")
	}
	t.Parallel()
	var rows []gates.Row
	absent := 0
	if err := gates.Measure(data(), func(r gates.Row) {
		rows = append(rows, r)
		if r.Absent {
			absent++
		}
		if !r.Passed() {
			t.Errorf("%s: %v %s, and the gate is %v", r.What, r.Reached, r.Unit, r.Gate)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if table := gates.Markdown(rows); strings.Count(table, "\n") != len(rows)+2 {
		t.Errorf("the table is\n%s", table)
	}
	if absent > 0 {
		t.Skipf("%d published sets are not here: name their folder with VISAVIS_DATASETS", absent)
	}
}
