// Package bench measures a running Visavis from outside, over HTTP and WebSocket,
// and reports what a message costs.
//
// It never looks inside: what it knows of the server is its public API, its process id
// and the kernel's account of that process. The CPU time of the server per operation comes
// first in every report because it stays steady on noisy machines, where latencies do not.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Config says what to measure and on which server. Without a URL, the bench starts Binary
// itself on a data folder of its own; with one, it measures the server that runs there and
// leaves out what needs the process (memory, start, CPU) unless PID is given.
type Config struct {
	URL     string `name:"url" help:"Measure the server at this address instead of starting one."`
	Token   string `help:"API token for the server at --url." env:"VISAVIS_BENCH_TOKEN"`
	Channel string `help:"Key of a web-chat channel of the server at --url."`
	PID     int    `name:"pid" help:"Process id of the server at --url, to measure its CPU time and memory."`

	Binary string `help:"Program to start and measure." default:"" hidden:""`
	// Data is no --data, so that no variable of the environment leads it into a real server's folder.
	Data string `name:"keep" env:"-" help:"Folder for the databases that are measured; kept, so that seeding is done once." type:"path"`

	Sections []string `name:"only" help:"Sections to measure: inbound, sustained, syncs, readings, read, sockets, memory, start, mail, sos."`
	Sizes    []int    `help:"Conversations in the database for list, open and search." default:"1000,100000"`
	Full     bool     `help:"Longer runs, 1, 50 and 500 messages a second, 1k, 100k and 1M conversations, 10,000 sockets."`
	Floor    bool     `help:"Measure the bare durable floor of this machine too: append, fdatasync, fan-out."`
	JSON     string   `name:"json" help:"Write the figures to this file too." type:"path"`

	// FloorServe makes the process the floor's server; the bench starts itself with it.
	FloorServe string `name:"floor-serve" hidden:""`
}

// sections in the order in which they run and are reported.
var sections = []string{"sustained", "inbound", "syncs", "readings", "read", "start", "memory", "sockets", "mail", "sos"}

// Row is one measured figure.
type Row struct {
	Section string  `json:"section"`
	Work    string  `json:"work"`
	CPU     float64 `json:"cpuMs,omitempty"`  // server CPU milliseconds per operation
	P50     float64 `json:"p50Ms,omitempty"`  // milliseconds
	P99     float64 `json:"p99Ms,omitempty"`  // milliseconds
	Value   float64 `json:"value,omitempty"`  // in Unit
	Unit    string  `json:"unit,omitempty"`   //
	Count   int     `json:"count,omitempty"`  // operations behind the figure
	Note    string  `json:"note,omitempty"`   // what a reader must know
	Floor   bool    `json:"floor,omitempty"`  // measured on the bare floor, not on the product
	Failed  int     `json:"failed,omitempty"` // operations that got no good answer
}

// Report is everything one run found.
type Report struct {
	At      time.Time `json:"at"`
	Machine string    `json:"machine"`
	Server  string    `json:"server"`
	Rows    []Row     `json:"rows"`
}

// Run measures what cfg asks for, writes a table to out, and the same figures as JSON when
// cfg names a file. It ends by itself: every section is bounded in count and in time.
func Run(ctx context.Context, cfg Config, out io.Writer) error {
	if cfg.FloorServe != "" {
		return serveFloor(ctx, cfg.FloorServe, cfg.Data)
	}
	for _, name := range cfg.Sections {
		if !slices.Contains(sections, name) {
			return fmt.Errorf("no section %q: there are %s", name, strings.Join(sections, ", "))
		}
	}
	if cfg.URL == "" && cfg.Binary == "" {
		return errors.New("nothing to measure: give --url, or let the program measure itself")
	}
	raiseFileLimit()
	run := newRun(cfg, out)
	defer run.close()
	if err := run.all(ctx); err != nil {
		run.report.print(out) // what was measured before is true all the same
		return err
	}
	run.report.print(out)
	if cfg.JSON == "" {
		return nil
	}
	text, err := json.MarshalIndent(run.report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(cfg.JSON, append(text, '\n'), 0o644)
}
