package main

import (
	"slices"
	"strings"
	"testing"
)

func TestCommentsNameTheirCases(t *testing.T) {
	if got := ids("F-03 to F-05, C-01, E-15: as in UTF-8"); !slices.Equal(got, []string{"F-03", "F-04", "F-05", "C-01", "E-15"}) {
		t.Errorf("got %q", got)
	}
	tests, err := inGo("x_test.go", []byte("package x\n\n// A-01\nfunc TestOne(t *testing.T) {\n\t// A-02 too\n}\n\n// A-03\nfunc helper() {}\n"))
	if err != nil || len(tests) != 2 || tests["A-01"][0] != "TestOne" || tests["A-02"][0] != "TestOne" {
		t.Errorf("got %v, %v", tests, err)
	}
	ts := inTypeScript([]byte("// W-09\ntest('a foreign frame is ignored', async () => {\n})\nit(\"another\", () => {})\n"))
	if len(ts) != 1 || ts["W-09"][0] != "a foreign frame is ignored" {
		t.Errorf("got %v", ts)
	}
}

func TestACaseThatIsNotListedIsNotLost(t *testing.T) {
	if err := check(map[string][]string{"C-01": {"TestOne"}}); err != nil {
		t.Error(err)
	}
	if err := check(map[string][]string{"C-01": {"TestOne"}, "C-99": {"TestTwo"}}); err == nil || !strings.Contains(err.Error(), "TestTwo") {
		t.Errorf("got %v", err)
	}
}
