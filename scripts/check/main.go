// Command check runs everything `make test` promises, one step after another, and ends with
// one line that adds up what really ran: "N passed, N failed, N skipped".
//
// A step that fails does not stop the others. What a step printed is kept in bin/check/ and
// shown when it fails. Name steps to run only those: go run ./scripts/check go ui.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// step is one command and the way its tests are counted.
type step struct {
	name    string
	dir     string
	command []string
	env     []string
	count   func(output []byte) tally // nil: the command is one test of its own
	skip    func() string             // why it cannot run here; "" when it can
	report  string                    // file that the command writes; an older one is removed first
	beside  string                    // name of a step that mostly waits: this one runs with it, behind everything else
}

const logs = "bin/check"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := os.MkdirAll(logs, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var total tally
	started := time.Now()
	wanted := steps()
	if len(os.Args) > 1 {
		wanted = slices.DeleteFunc(wanted, func(s step) bool { return !slices.Contains(os.Args[1:], s.name) })
	}
	for _, together := range lanes(wanted) {
		for _, done := range together.run(ctx) {
			fmt.Print(done.said)
			total = total.plus(done.tally)
		}
		if ctx.Err() != nil {
			fmt.Println("interrupted")
			total.failed++
			break
		}
	}
	fmt.Println()
	for _, name := range total.again {
		fmt.Println("passed only at the second attempt:", name)
	}
	for _, name := range total.names {
		fmt.Println("failed:", name)
	}
	fmt.Printf("%s in all\n%s\n", time.Since(started).Round(time.Second), total)
	if total.failed > 0 || total.passed == 0 {
		os.Exit(1)
	}
}

// lane is a step and those that run beside it.
type lane []step

// lanes puts each step that runs beside another with it, where the other is wanted too.
func lanes(wanted []step) (out []lane) {
	for _, s := range wanted {
		i := slices.IndexFunc(out, func(l lane) bool { return l[0].name == s.beside })
		if i < 0 {
			out = append(out, lane{s})
			continue
		}
		s.command = append([]string{"nice", "-n", "19"}, s.command...)
		out[i] = append(out[i], s)
	}
	return out
}

// done is what came of a step, and what is to be printed of it.
type done struct {
	tally tally
	said  string
}

// run carries a lane out: its first step, and meanwhile the others one after another.
func (l lane) run(ctx context.Context) []done {
	out := make([]done, len(l))
	var others sync.WaitGroup
	others.Go(func() {
		for i, s := range l[1:] {
			out[i+1] = s.run(ctx)
		}
	})
	out[0] = l[0].run(ctx)
	others.Wait()
	return out
}

// run carries one step out and says in one line what came of it, or what it printed when it failed.
func (s step) run(ctx context.Context) done {
	if s.skip != nil {
		if why := s.skip(); why != "" {
			return done{tally{skipped: 1}, fmt.Sprintf("skip  %-10s %s\n", s.name, why)}
		}
	}
	started := time.Now()
	if s.report != "" {
		_ = os.Remove(s.report) // mostly there is none
	}
	output, err := s.execute(ctx)
	got := tally{passed: 1}
	if s.count != nil {
		got = s.count(output)
	} else if err != nil {
		got = tally{failed: 1, names: []string{s.name}}
	}
	if err != nil && got.failed == 0 {
		got.failed++ // it ended badly without naming a test
		got.names = append(got.names, s.name)
	}
	var said strings.Builder
	word := "ok    "
	if got.failed > 0 {
		word = "FAILED"
		fmt.Fprintf(&said, "\n──── %s: %v\n%s\n", s.name, err, got.report(output))
	}
	fmt.Fprintf(&said, "%s%-10s %6.1f s  %s\n", word, s.name, time.Since(started).Seconds(), got)
	for _, why := range got.skips {
		fmt.Fprintf(&said, "        skipped: %s\n", why)
	}
	return done{got, said.String()}
}

func (s step) execute(ctx context.Context) ([]byte, error) {
	file, err := os.Create(filepath.Join(logs, s.name+".log"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Dir = s.dir
	cmd.Env = append(append(os.Environ(), asBuilt...), s.env...)
	cmd.Stdout = io.MultiWriter(&output, file)
	cmd.Stderr = cmd.Stdout
	err = cmd.Run()
	return output.Bytes(), err
}

// asBuilt has everything compiled as the product is, so that nothing is compiled twice; only the race detector needs more.
var asBuilt = []string{"CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false"}

const (
	// unraced are the packages in which races are not looked for: torture has its own step, the others only count or tell, and nothing runs
	// beside them.
	unraced = `/(torture|hours|staffing|demo)$`
	// plain are the packages that are tested without the race detector: those in which it does not look, and those of which it leaves something
	// out, since it takes too long under it (-short), counts allocations, or asks PostgreSQL. All others it tests whole, and once is enough.
	plain = `/internal/(app|bench|demo|hours|post|routing|staffing|store|text|channel/email/(imapin|letter))(/|$)`
)

// steps in the order in which they run: what fails soonest and cheapest comes first.
func steps() []step {
	here, err := os.Getwd()
	if err != nil {
		panic(err) // the working folder is gone
	}
	built := []string{"VISAVIS_BIN=" + filepath.Join(here, "bin/visavis")}
	vitest := func(name, script string, more ...string) step {
		report := filepath.Join(here, logs, name+".json")
		command := append(append([]string{"npm", "run", script}, more...), "--", "--reporter=default", "--reporter=json", "--outputFile.json="+report)
		return step{name: name, dir: "ui", env: built, skip: noUI, report: report, command: command, count: func([]byte) tally { return countVitest(report) }}
	}
	journeys := vitest("journeys", "e2e", "-w", "e2e")
	journeys.skip = noJourneys
	return []step{
		{name: "format", command: []string{"sh", "-c", `files=$(gofmt -l cmd internal scripts torture ui/*.go 2>/dev/null); [ -z "$files" ] || { echo "run gofmt -w on:"; echo "$files"; exit 1; }`}},
		{name: "vet", command: []string{"go", "vet", "./..."}},
		{name: "lint", command: []string{"go", "tool", "-modfile=scripts/tools.mod", "staticcheck", "./..."}},
		{name: "build", command: []string{"make", "--no-print-directory", "build"}},
		{name: "go", env: built, count: countGo, command: []string{"sh", "-c",
			`scripts/with-postgres go test -json -timeout 15m $(go list ./... | grep -E '` + plain + `')`}},
		// Whoever tortures waits most of the time: what the race detector needs is compiled meanwhile, behind everything else.
		{name: "torture", env: built, count: countGo, command: []string{"sh", "-c",
			`CGO_ENABLED=1 nice -n 19 go build -race ./... >/dev/null 2>&1 &
			scripts/with-postgres go test -json -count=1 -timeout 15m ./torture; status=$?; wait; exit $status`}},
		{name: "race", env: append(append(built, "CGO_ENABLED=1"), inMemory()...), count: countGo, command: []string{"sh", "-c",
			`go test -race -short -json -timeout 15m $(go list ./... | grep -v -E '` + unraced + `')`}},
		{name: "generated", command: []string{"scripts/generated-is-current"}, beside: "torture"},
		{name: "types", dir: "ui", command: []string{"npm", "run", "check"}, skip: noUI, beside: "torture"},
		{name: "style", dir: "ui", command: []string{"npm", "run", "lint"}, skip: noUI, beside: "torture"},
		vitest("ui", "test"),
		journeys,
	}
}

// inMemory has what tests write lie in memory, where the machine has 4 GiB of it to spare: the race detector looks for races, and what
// survives a loss of power is another step's. What the compiler writes stays on the disk.
func inMemory() []string {
	const folder, needed = "/dev/shm", 4 << 30
	var room syscall.Statfs_t
	if err := syscall.Statfs(folder, &room); err != nil || room.Bavail*uint64(room.Bsize) < needed {
		return nil
	}
	return []string{"TMPDIR=" + folder, "GOTMPDIR=" + os.TempDir()}
}

func noUI() string {
	if _, err := os.Stat("ui/node_modules"); err != nil {
		return "front-end packages are not installed: run npm ci in ui/"
	}
	return ""
}

func noJourneys() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if _, err := exec.LookPath(name); err == nil {
			return noUI()
		}
	}
	return "install chromium to run the browser journeys"
}
