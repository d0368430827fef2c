// Command abusecases writes docs/security/abuse-cases.md: which abuse case is shown by which
// test. A test names its cases in its comment ("// C-01, C-03"), in Go and in TypeScript, so
// the page cannot claim a test that is gone.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const page = "docs/security/abuse-cases.md"

func main() {
	found := map[string][]string{}
	for _, root := range []string{"internal", "torture", "cmd", "ui"} {
		if err := walk(root, found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := check(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.WriteFile(page, write(found), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// walk collects case → tests from the files below root.
func walk(root string, found map[string][]string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == "node_modules" || name == "dist" || name == "results" {
				return filepath.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		var tests map[string][]string
		switch {
		case strings.HasSuffix(path, "_test.go"):
			if tests, err = inGo(path, text); err != nil {
				return err
			}
		case strings.HasSuffix(path, ".e2e.ts"), strings.HasSuffix(path, ".test.ts"):
			tests = inTypeScript(text)
		}
		for id, names := range tests {
			for _, name := range names {
				line := "`" + name + "` (" + filepath.ToSlash(filepath.Dir(path)) + ")"
				if !slices.Contains(found[id], line) {
					found[id] = append(found[id], line)
				}
			}
		}
		return nil
	})
}

var (
	caseID    = regexp.MustCompile(`\b([ACDEFKPSWX])-(\d\d)\b(?: to [ACDEFKPSWX]-(\d\d)\b)?`)
	titleOfTS = regexp.MustCompile("^\\s*(?:test|it)(?:\\.\\w+)?\\(\\s*(['\"`])(.+?)['\"`]\\s*,")
)

// ids are the cases that a comment names; "F-03 to F-06" names four.
func ids(comment string) []string {
	var all []string
	for _, m := range caseID.FindAllStringSubmatch(comment, -1) {
		first, last := m[2], m[2]
		if m[3] != "" {
			last = m[3]
		}
		for n := number(first); n <= number(last); n++ {
			all = append(all, fmt.Sprintf("%s-%02d", m[1], n))
		}
	}
	return all
}

func number(digits string) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }

// inGo attributes each comment to the test above which or within which it stands.
func inGo(path string, text []byte) (map[string][]string, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	tests := map[string][]string{}
	for _, group := range file.Comments {
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			if group == f.Doc || f.Pos() <= group.Pos() && group.End() <= f.End() {
				for _, id := range ids(group.Text()) {
					tests[id] = append(tests[id], f.Name.Name)
				}
			}
		}
	}
	return tests, nil
}

// inTypeScript attributes each comment to the next test's title.
func inTypeScript(text []byte) map[string][]string {
	tests := map[string][]string{}
	var waiting []string
	for line := range strings.Lines(string(text)) {
		waiting = append(waiting, ids(line)...)
		if m := titleOfTS.FindStringSubmatch(line); m != nil {
			for _, id := range waiting {
				tests[id] = append(tests[id], m[2])
			}
			waiting = nil
		}
	}
	return tests
}

// check finds tests whose cases are not on the list: what they show would be lost.
func check(found map[string][]string) error {
	var unlisted []error
	for id, tests := range found {
		if !slices.ContainsFunc(cases, func(c abuse) bool { return c.id == id }) {
			unlisted = append(unlisted, fmt.Errorf("%s is not on the list of cases, but named by %s", id, strings.Join(tests, ", ")))
		}
	}
	return errors.Join(unlisted...)
}

func write(found map[string][]string) []byte {
	var out bytes.Buffer
	out.WriteString(`# Abuse cases and their tests

What strangers, visitors, agents and careless machines may try, and the test that shows that it comes
to nothing. Written by ` + "`make generate`" + ` from the comments of the tests: a test names its cases.
Cases of channels and features that are not built yet are not listed.

`)
	shown := 0
	for _, c := range cases {
		if len(found[c.id]) > 0 {
			shown++
		}
	}
	fmt.Fprintf(&out, "%d of %d cases have a test.\n\n| case | what is tried | shown by |\n|---|---|---|\n", shown, len(cases))
	for _, c := range cases {
		tests := found[c.id]
		slices.Sort(tests)
		by := strings.Join(tests, "<br>")
		if by == "" {
			by = "*no test yet" + c.because + "*"
		}
		fmt.Fprintf(&out, "| %s | %s | %s |\n", c.id, c.what, by)
	}
	return out.Bytes()
}
