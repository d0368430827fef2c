package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"visavis/internal/store"
	"visavis/internal/store/storetest"
)

// A statement is a constant of this package that holds SQL.
type statement struct{ name, text, file string }

var isSQL = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE)\b`)

// statements reads all constants that hold SQL from the source. It fails the test when SQL stands anywhere else, for then
// nothing would check it.
func statements(t *testing.T) []statement {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	constants := map[string]ast.Expr{}
	place := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				if n.Tok != token.CONST {
					return true
				}
				for _, spec := range n.Specs {
					v := spec.(*ast.ValueSpec)
					for i, value := range v.Values {
						constants[v.Names[i].Name], place[v.Names[i].Name] = value, file
					}
				}
				return false
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && isSQL.MatchString(text) && text != "SELECT" {
					t.Errorf("%s: SQL outside of a constant: %s", set.Position(n.Pos()), text)
				}
			}
			return true
		})
	}
	var out []statement
	for name := range constants {
		if text := fold(constants, constants[name]); isSQL.MatchString(text) {
			out = append(out, statement{name, text, place[name]})
		}
	}
	slices.SortFunc(out, func(a, b statement) int { return strings.Compare(a.name, b.name) })
	return out
}

// fold evaluates a constant made of literals, names and +.
func fold(constants map[string]ast.Expr, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return text
	case *ast.Ident:
		return fold(constants, constants[e.Name])
	case *ast.BinaryExpr:
		return fold(constants, e.X) + fold(constants, e.Y)
	}
	return ""
}

// TestEveryStatementIsPreparedByBothEngines finds a slip in any statement, even in one that no other test runs.
func TestEveryStatementIsPreparedByBothEngines(t *testing.T) {
	t.Parallel()
	all := statements(t)
	if len(all) < 90 {
		t.Fatalf("found only %d statements", len(all))
	}
	for _, e := range []storetest.Engine{storetest.SQLite(), storetest.Postgres()} {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t, e.URL(t))
			for _, c := range all {
				if strings.HasSuffix(c.name, "SQLite") && e.Shared || strings.HasSuffix(c.name, "Postgres") && !e.Shared {
					continue
				}
				if err := s.Prepare(t.Context(), c.text); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			for _, text := range store.Made {
				if err := s.Prepare(t.Context(), text); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

var ofWorkspace = regexp.MustCompile(`workspace = \$1\b|\(workspace, [^)]*\)\s+(VALUES \(\$1\b|SELECT)|workspaces\b.*(WHERE id = |\(id, .*VALUES \()\$1\b`)

// TestTheWorkspaceIsTheFirstParameter holds every statement to it but those of across.go, which says why they may not.
func TestTheWorkspaceIsTheFirstParameter(t *testing.T) {
	t.Parallel()
	for _, c := range statements(t) {
		if c.file != "across.go" && !ofWorkspace.MatchString(regexp.MustCompile(`\s+`).ReplaceAllString(c.text, " ")) {
			t.Errorf("%s: %s does not begin with a workspace", c.file, c.name)
		}
	}
}

// TestListsWalkAlongAnIndex: no list sorts, and none scans a table, or all of a workspace's rows in it when it asks
// for a few.
func TestListsWalkAlongAnIndex(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, c := range statements(t) {
		if !strings.HasPrefix(c.name, "list") && !strings.HasPrefix(c.name, "count") && !strings.HasPrefix(c.name, "select") &&
			!strings.HasPrefix(c.name, "messages") && !strings.HasPrefix(c.name, "current") || strings.HasSuffix(c.name, "Postgres") {
			continue
		}
		args := make([]any, strings.Count(strings.Join(slices.Compact(slices.Sorted(slices.Values(regexp.MustCompile(`\$\d+`).FindAllString(c.text, -1)))), ""), "$"))
		for i := range args {
			args[i] = "1"
		}
		plan, err := s.Explain(t.Context(), c.text, args...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, step := range plan {
			sorts := strings.Contains(step, "TEMP B-TREE") && (strings.HasPrefix(c.name, "list") || strings.HasPrefix(c.name, "messages"))
			scans := strings.HasPrefix(step, "SCAN") && !slices.Contains(small, c.name) && !strings.Contains(step, "json_each") &&
				!strings.Contains(step, "counted") && !strings.HasPrefix(step, "SCAN recent")
			wades := strings.HasSuffix(step, "(workspace=?)") && len(args) > 1 && !strings.Contains(c.text, "LIMIT $2") && !slices.Contains(small, c.name)
			if sorts || scans || wades {
				t.Errorf("%s: %s", c.name, step)
			}
		}
	}
}

// small are the statements that may read a whole table, or all of a workspace in one: those tables are small, or the work of all members is
// added up.
var small = []string{"selectChannelsByKind", "selectHeads", "selectWorkspaces", "selectNextTimer", "selectLoads", "selectVouched"}

// TestTheDriverHasTheLibcItWasMadeFor: modernc.org/sqlite works with exactly the modernc.org/libc that its own go.mod names
// (gitlab.com/cznic/sqlite/-/issues/177); another one corrupts memory.
func TestTheDriverHasTheLibcItWasMadeFor(t *testing.T) {
	t.Parallel()
	ours := output(t, "go", "list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	mod, err := os.ReadFile(output(t, "go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "modernc.org/libc " + ours + "\n"; !strings.Contains(string(mod), want) {
		t.Errorf("our go.mod selects %s, which is not what the driver's go.mod requires; exclude the newer one", want)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
