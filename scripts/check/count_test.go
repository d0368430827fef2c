package main

import (
	"os"
	"path/filepath"
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
	if len(got.names) != 1 || got.names[0] != "b TestZ" {
		t.Errorf("named %q", got.names)
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

func TestVitestWithoutAReportIsAFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if got := countVitest(path); got.failed != 1 {
		t.Errorf("no report: %s", got)
	}
	for text, want := range map[string]string{
		`{"numPassedTests":3,"numFailedTests":0,"numPendingTests":1,"numTodoTests":1,"numFailedTestSuites":0}`: "3 passed, 0 failed, 2 skipped",
		`{"numPassedTests":3,"numFailedTests":1,"numFailedTestSuites":2}`:                                      "3 passed, 1 failed, 0 skipped",
		`{"numPassedTests":3,"numFailedTests":0,"numFailedTestSuites":1}`:                                      "3 passed, 1 failed, 0 skipped",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := countVitest(path).String(); got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestVitestNamesWhatFailedAndWhatPassedAtTheSecondAttempt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	report := `{"numPassedTests":2,"numFailedTests":1,"testResults":[{"name":"a.e2e.ts","status":"failed","assertionResults":[
		{"fullName":"well","status":"passed","failureMessages":[]},
		{"fullName":"shaky","status":"passed","failureMessages":["Error: late\n at x"]},
		{"fullName":"broken","status":"failed","failureMessages":["Error: never\n at y"]}]},
		{"name":"b.e2e.ts","status":"failed","assertionResults":[]}]}`
	if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	got := countVitest(path)
	if want := "broken: Error: never|b.e2e.ts"; strings.Join(got.names, "|") != want {
		t.Errorf("failed: %q", got.names)
	}
	if want := "shaky: Error: late"; strings.Join(got.again, "|") != want {
		t.Errorf("at the second attempt: %q", got.again)
	}
}
