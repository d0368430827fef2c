package main

import (
	"strings"
	"testing"
)

func TestGoTestsAreCountedAsLeavesAndFailuresShown(t *testing.T) {
	output := strings.Join([]string{
		`{"Action":"run","Package":"a","Test":"TestX"}`,
		`{"Action":"pass","Package":"a","Test":"TestX/one"}`,
		`{"Action":"pass","Package":"a","Test":"TestX/two"}`,
		`{"Action":"pass","Package":"a","Test":"TestX"}`,
		`{"Action":"output","Package":"a","Test":"TestY","Output":"    y_test.go:3: no PostgreSQL\n"}`,
		`{"Action":"skip","Package":"a","Test":"TestY"}`,
		`{"Action":"output","Package":"b","Test":"TestZ","Output":"    z_test.go:9: got 1, want 2\n"}`,
		`{"Action":"fail","Package":"b","Test":"TestZ"}`,
		`{"Action":"fail","Package":"b"}`,
	}, "\n")
	got := countGo([]byte(output))
	if got.passed != 2 || got.failed != 1 || got.skipped != 1 {
		t.Errorf("got %s", got)
	}
	if text := got.report(nil); !strings.Contains(text, "got 1, want 2") {
		t.Errorf("the failure is not shown: %q", text)
	}
	if len(got.skips) != 1 || got.skips[0] != "no PostgreSQL (1)" {
		t.Errorf("got skips %q", got.skips)
	}
}

func TestPackageThatDoesNotBuildIsAFailure(t *testing.T) {
	output := `{"ImportPath":"c","Action":"build-output","Output":"c.go:1: undefined: x\n"}` + "\n" +
		`{"Action":"fail","Package":"c","FailedBuild":"c"}`
	got := countGo([]byte(output))
	if got.failed != 1 || got.passed != 0 {
		t.Errorf("got %s", got)
	}
	if !strings.Contains(got.report(nil), "undefined: x") {
		t.Errorf("the compiler's words are not shown: %q", got.report(nil))
	}
}

func TestLastClosingLineCounts(t *testing.T) {
	got := countLine([]byte("3 passed, 1 failed\nagain\n12 passed, 0 failed, 2 skipped\n"))
	if got.passed != 12 || got.failed != 0 || got.skipped != 2 {
		t.Errorf("got %s", got)
	}
	if got := countLine([]byte("nothing")); got.failed != 1 {
		t.Errorf("a command without a closing line passes: %s", got)
	}
}
