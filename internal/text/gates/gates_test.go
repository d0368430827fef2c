package gates_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"visavis/internal/text/gates"
)

// data is where the published sets lie: beside the project, or where VISAVIS_DATASETS says; else those that came with it.
func data() []fs.FS {
	root := os.Getenv("VISAVIS_DATASETS")
	if root == "" {
		root = "../../../../shared/data" // a test runs where it lies
	}
	return gates.Places(root, "testdata/published.zip")
}

// What the documentation says is what is measured, and all of it reaches its gate.
func TestEveryFigureReachesItsGateAndIsInTheDocumentation(t *testing.T) {
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
	page, err := os.ReadFile("../../../docs/measurements.md")
	if err != nil {
		t.Fatal(err)
	}
	now, err := gates.Update(string(page), rows)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(now) {
		if !strings.Contains(string(page), line) {
			t.Errorf("docs/measurements.md is stale: run visavis eval --docs docs/measurements.md. Measured is\n%s", line)
		}
	}
	if strings.Contains(now, "| – |") {
		t.Error("the documentation has a row that nobody measured")
	}
	if most := 5; absent > most {
		t.Errorf("%d published sets are absent, and no more than %d are not in the archive", absent, most)
	}
	if absent > 0 {
		t.Skipf("%d published sets are not here: name their folder with VISAVIS_DATASETS", absent)
	}
}

func TestATableIsPutIntoItsPage(t *testing.T) {
	t.Parallel()
	rows := []gates.Row{{What: "a", Unit: "%", Reached: 81.256, Gate: 80, Others: "X 7"}, {What: "b", Unit: "minutes", Gate: 15, AtMost: true, Absent: true}, {What: "c", Absent: true}}
	const begin, end = "<!-- written by visavis eval --docs -->\n", "<!-- end of what visavis eval wrote -->\n"
	got, err := gates.Update("before\n"+begin+"| a | % | 3 | 80 | |\n| b | minutes | 8 | ≤ 15 |  |\n"+end+"after\n", rows)
	want := "before\n" + begin + "| measured on | unit | reached | gate | others |\n|---|---|---:|---:|---|\n" +
		"| a | % | 81.26 | 80 | X 7 |\n| b | minutes | 8 | ≤ 15 |  |\n| c |  | – | 0 |  |\n" + end + "after\n"
	if err != nil || got != want {
		t.Errorf("%v, and\n%s", err, got)
	}
	for _, page := range []string{"", begin, end + begin} {
		if _, err := gates.Update(page, rows); err == nil {
			t.Errorf("%q took a table", page)
		}
	}
}
