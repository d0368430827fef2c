package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// tally adds up tests. failures holds what failed tests printed, skips why others did not run; failed tests are named in names, and those
// that passed at their second attempt in again.
type tally struct {
	passed, failed, skipped int
	failures                []string
	skips                   []string
	names, again            []string
}

func (t tally) plus(o tally) tally {
	t.passed += o.passed
	t.failed += o.failed
	t.skipped += o.skipped
	t.names = append(t.names, o.names...)
	t.again = append(t.again, o.again...)
	return t
}

func (t tally) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.passed, t.failed, t.skipped)
}

// report is what a person needs to see of a failed step: what the failed tests said, or the
// end of what the command printed.
func (t tally) report(output []byte) string {
	const most = 16_000
	text := strings.Join(t.failures, "\n")
	if text == "" {
		text = string(output)
	}
	if len(text) > most {
		return "[…]" + text[len(text)-most:]
	}
	return text
}

// goEvent is one line of `go test -json`.
type goEvent struct {
	Action, Package, ImportPath, Test, Output string
}

// countGo reads `go test -json`. A test with subtests counts as its subtests, not once more;
// a package that does not build or dies outside its tests counts as one failure.
func countGo(output []byte) tally {
	var t tally
	results := map[string]string{}  // package+test → how it ended
	said := map[string][]string{}   // package[+test] → what it printed
	parents := map[string]bool{}    // tests that have subtests
	failedTests := map[string]int{} // package → failed tests in it
	var order, brokenPackages []string

	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e goEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			if text := strings.TrimSpace(lines.Text()); text != "" {
				said[""] = append(said[""], text+"\n")
			}
			continue
		}
		key := e.Package + "\x00" + e.Test
		switch e.Action {
		case "output":
			said[key] = append(said[key], e.Output)
		case "build-output":
			said["build"] = append(said["build"], e.Output)
		case "pass", "fail", "skip":
			if e.Test == "" {
				if e.Action == "fail" {
					brokenPackages = append(brokenPackages, e.Package)
				}
				continue
			}
			results[key] = e.Action
			order = append(order, key)
			for name := e.Test; strings.Contains(name, "/"); {
				name = name[:strings.LastIndexByte(name, '/')]
				parents[e.Package+"\x00"+name] = true
			}
		}
	}

	skips := map[string]int{}
	var reasons []string
	for _, key := range order {
		pkg, test, _ := strings.Cut(key, "\x00")
		switch results[key] {
		case "fail":
			failedTests[pkg]++
			t.failures = append(t.failures, strings.Join(said[key], ""))
			if !parents[key] {
				t.failed++
				t.names = append(t.names, pkg+" "+test)
			}
		case "skip":
			t.skipped++
			why := reason(said[key], test)
			if skips[why]++; skips[why] == 1 {
				reasons = append(reasons, why)
			}
		case "pass":
			if !parents[key] {
				t.passed++
			}
		}
	}
	for _, why := range reasons {
		t.skips = append(t.skips, fmt.Sprintf("%s (%d)", why, skips[why]))
	}
	for _, pkg := range brokenPackages {
		if failedTests[pkg] == 0 {
			t.failed++
			t.names = append(t.names, pkg)
			t.failures = append(t.failures, pkg+" failed outside its tests\n"+strings.Join(said[pkg+"\x00"], ""))
		}
	}
	if len(said["build"]) > 0 {
		t.failures = append(t.failures, strings.Join(said["build"], ""))
	}
	if t.failed > 0 && len(said[""]) > 0 {
		t.failures = append(t.failures, strings.Join(said[""], ""))
	}
	return t
}

var skipLine = regexp.MustCompile(`^\s*\S+\.go:\d+: (.*)`)

// reason is what a skipped test said, or its name when it said nothing.
func reason(said []string, test string) string {
	for _, line := range said {
		if m := skipLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			return m[1]
		}
	}
	return test
}

// countVitest reads the JSON report that vitest was asked to write. No report is a failure.
func countVitest(path string) tally {
	text, err := os.ReadFile(path)
	var report struct {
		NumPassedTests, NumFailedTests, NumPendingTests, NumTodoTests int
		NumFailedTestSuites                                           int
		TestResults                                                   []struct {
			Name, Status     string
			AssertionResults []struct {
				FullName, Status string
				FailureMessages  []string
			}
		}
	}
	if err != nil || json.Unmarshal(text, &report) != nil {
		return tally{failed: 1}
	}
	t := tally{passed: report.NumPassedTests, failed: report.NumFailedTests, skipped: report.NumPendingTests + report.NumTodoTests}
	if t.failed == 0 && report.NumFailedTestSuites > 0 {
		t.failed = report.NumFailedTestSuites // a file that could not be read has no tests to count
	}
	for _, file := range report.TestResults {
		if file.Status == "failed" && len(file.AssertionResults) == 0 {
			t.names = append(t.names, file.Name)
		}
		for _, test := range file.AssertionResults {
			switch {
			case len(test.FailureMessages) == 0:
			case test.Status == "passed":
				t.again = append(t.again, test.FullName+": "+firstLine(test.FailureMessages[0]))
			case test.Status == "failed":
				t.names = append(t.names, test.FullName+": "+firstLine(test.FailureMessages[0]))
			}
		}
	}
	return t
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
