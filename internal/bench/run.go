package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// run is one call of Run.
type run struct {
	cfg    Config
	out    io.Writer
	report Report
	data   string
	remove bool // data is a temporary folder
}

func newRun(cfg Config, out io.Writer) *run {
	if cfg.Full && slices.Equal(cfg.Sizes, []int{1000, 100_000}) {
		cfg.Sizes = []int{1000, 100_000, 1_000_000}
	}
	return &run{cfg: cfg, out: out, report: Report{At: time.Now().UTC().Truncate(time.Second), Machine: machine()}}
}

func (r *run) close() {
	if r.remove {
		_ = os.RemoveAll(r.data) // a temporary folder that stays is no failure of the bench
	}
}

func (r *run) wants(section string) bool {
	return len(r.cfg.Sections) == 0 || slices.Contains(r.cfg.Sections, section)
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

func (r *run) add(row Row) { r.report.Rows = append(r.report.Rows, row) }

// all runs the sections that cfg asks for.
func (r *run) all(ctx context.Context) error {
	if r.cfg.URL != "" {
		return r.running(ctx)
	}
	r.report.Server = version(r.cfg.Binary)
	r.data = r.cfg.Data
	if r.data == "" {
		dir, err := os.MkdirTemp("", "visavis-bench")
		if err != nil {
			return err
		}
		r.data, r.remove = dir, true
	}
	if r.cfg.Floor {
		if err := r.floor(ctx); err != nil {
			return fmt.Errorf("measure the floor: %w", err)
		}
	}
	if r.wants("sustained") || r.wants("inbound") || r.wants("syncs") || r.wants("memory") || r.wants("readings") {
		if err := r.fresh(ctx); err != nil {
			return err
		}
	}
	if r.wants("read") || r.wants("start") {
		for i, size := range r.cfg.Sizes {
			if err := r.sized(ctx, size, i == len(r.cfg.Sizes)-1); err != nil {
				return fmt.Errorf("measure %d conversations: %w", size, err)
			}
		}
	}
	if r.wants("sockets") {
		if err := r.sockets(ctx); err != nil {
			return err
		}
	}
	if r.wants("readings") {
		if err := r.readAlone(ctx); err != nil {
			return err
		}
	}
	if r.wants("mail") {
		if err := r.mail(ctx); err != nil {
			return err
		}
	}
	if r.wants("sos") {
		return r.sos(ctx)
	}
	return nil
}

// running measures a server that somebody else started.
func (r *run) running(ctx context.Context) error {
	address, err := loopback(r.cfg.URL)
	if err != nil {
		return err
	}
	if r.cfg.Token == "" || r.cfg.Channel == "" {
		return errors.New("a running server is measured with --token and --channel")
	}
	t := &target{address: address, pid: r.cfg.PID, token: r.cfg.Token, key: r.cfg.Channel}
	r.report.Server = r.cfg.URL
	if err := r.messages(ctx, t); err != nil {
		return err
	}
	if r.wants("read") {
		if err := r.read(ctx, t, "as it is"); err != nil {
			return err
		}
	}
	if r.wants("sockets") && t.pid != 0 {
		return r.weighSockets(ctx, t, r.socketCount())
	}
	return nil
}

// fresh measures messages on a new database, and the memory before and after.
func (r *run) fresh(ctx context.Context) error {
	dir := filepath.Join(r.data, "fresh")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if _, err := prepare(ctx, r.cfg.Binary, dir); err != nil {
		return err
	}
	t, _, err := launch(ctx, r.cfg.Binary, dir)
	if err != nil {
		return err
	}
	defer t.stop()
	if r.wants("memory") {
		sleep(ctx, 2*time.Second)
		if now, _, err := memory(t.pid); err == nil {
			r.add(Row{Section: "memory", Work: "memory, idle", Value: mebibytes(now), Unit: "MiB"})
		}
	}
	if err := r.messages(ctx, t); err != nil {
		return err
	}
	if r.wants("memory") {
		if now, peak, err := memory(t.pid); err == nil {
			r.add(Row{Section: "memory", Work: "memory, after the load", Value: mebibytes(now), Unit: "MiB",
				Note: fmt.Sprintf("at most %.1f MiB", mebibytes(peak))})
		}
	}
	return nil
}

// messages measures everything that writes.
func (r *run) messages(ctx context.Context, t *target) error {
	if r.wants("sustained") {
		if err := r.sustained(ctx, t); err != nil {
			return err
		}
	}
	if r.wants("inbound") {
		if err := r.inbound(ctx, t); err != nil {
			return err
		}
	}
	if r.wants("syncs") {
		if err := r.syncs(ctx, t); err != nil {
			return err
		}
	}
	if r.wants("readings") {
		return r.understand(ctx, t)
	}
	return nil
}

// sustained is the most that 32 visitors get through, with one agent watching.
func (r *run) sustained(ctx context.Context, t *target) error {
	lasting := 5 * time.Second
	if r.cfg.Full {
		lasting = 20 * time.Second
	}
	r.say("sustained: 32 senders for %v", lasting)
	l, cpu, err := r.load(ctx, t, 32, 1, func(l *load) { l.closedLoop(ctx, lasting, 1_000_000) })
	if err != nil {
		return err
	}
	row := Row{Section: "sustained", Work: "inbound message, 32 senders as fast as they can, 1 agent", Floor: t.floor,
		Value: float64(l.count) / l.took.Seconds(), Unit: "msg/s"}
	r.finish(l, &row, cpu)
	r.addDelivery(l, row)
	return nil
}

// inbound is the latency at fixed rates.
func (r *run) inbound(ctx context.Context, t *target) error {
	type shape struct{ rate, agents int }
	shapes := []shape{{50, 1}, {500, 1}, {50, 200}}
	lasting := 5 * time.Second
	if r.cfg.Full {
		shapes = []shape{{1, 1}, {50, 1}, {500, 1}, {1, 200}, {50, 200}, {500, 200}}
		lasting = 20 * time.Second
	}
	for _, s := range shapes {
		r.say("inbound: %d messages a second, %d agents, for %v", s.rate, s.agents, lasting)
		l, cpu, err := r.load(ctx, t, 64, s.agents, func(l *load) { l.openLoop(ctx, s.rate, lasting) })
		if err != nil {
			return err
		}
		row := Row{Section: "inbound", Work: fmt.Sprintf("inbound message at %d/s, %s", s.rate, plural(s.agents, "agent")), Floor: t.floor}
		r.finish(l, &row, cpu)
		r.addDelivery(l, row)
	}
	return nil
}

// load opens senders and agents, lets them settle, runs the load and returns it with the CPU
// time that the server used from the first message to the last delivery.
func (r *run) load(ctx context.Context, t *target, senders, agents int, work func(*load)) (*load, time.Duration, error) {
	a, err := t.desks(ctx, agents)
	if err != nil {
		return nil, 0, err
	}
	defer a.close()
	all, err := t.senders(senders)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		for _, s := range all {
			s.wire.close()
		}
	}()
	sleep(ctx, 300*time.Millisecond)
	before := t.cpu()
	l := &load{senders: all, agents: a}
	work(l)
	a.settle(l.count-int(l.failed.Load()), 10*time.Second)
	used := t.cpu() - before
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	if l.failed.Load() == int64(l.count) {
		return nil, 0, fmt.Errorf("no message was acknowledged: %w", *l.fault.Load())
	}
	return l, used, nil
}

// finish fills in what row has in common with every row about messages.
func (r *run) finish(l *load, row *Row, cpu time.Duration) {
	row.Work += " → acknowledged"
	row.CPU = milliseconds(cpu) / float64(max(1, l.count))
	l.acks.into(row)
	row.Failed = int(l.failed.Load())
	if fault := l.fault.Load(); fault != nil {
		row.Note = (*fault).Error()
	}
	r.add(*row)
}

// addDelivery adds the row about the agents' sockets.
func (r *run) addDelivery(l *load, like Row) {
	expected := (l.count - int(l.failed.Load())) * l.agents.count
	arrived := int(l.agents.arrivals.Load())
	l.agents.close()
	row := Row{Section: like.Section, Floor: like.Floor, Work: strings.Replace(like.Work, "→ acknowledged", "→ agent's socket", 1)}
	l.agents.late.into(&row)
	row.Failed = max(0, expected-arrived)
	if cut := l.agents.cut.Load(); cut > 0 {
		row.Note = fmt.Sprintf("cut as too slow %d times and back, told %d times to read again", cut, l.agents.reloads.Load())
	}
	r.add(row)
}

// sockets opens many idle visitors' sockets and weighs them.
func (r *run) sockets(ctx context.Context) error {
	dir := filepath.Join(r.data, "sockets")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if _, err := prepare(ctx, r.cfg.Binary, dir); err != nil {
		return err
	}
	t, _, err := launch(ctx, r.cfg.Binary, dir)
	if err != nil {
		return err
	}
	defer t.stop()
	return r.weighSockets(ctx, t, r.socketCount())
}

func (r *run) socketCount() int {
	if r.cfg.Full {
		return 10_000
	}
	return 1000
}

// sized measures reading on a database with that many conversations, seeding it once.
func (r *run) sized(ctx context.Context, size int, last bool) error {
	dir := filepath.Join(r.data, fmt.Sprintf("seed-%d", size))
	if _, err := os.Stat(filepath.Join(dir, "seeded")); err != nil {
		if err := r.seed(ctx, dir, size); err != nil {
			return err
		}
	}
	t, took, err := launch(ctx, r.cfg.Binary, dir)
	if err != nil {
		return err
	}
	defer func() { t.stop() }()
	if r.wants("read") {
		if err := r.read(ctx, t, thousands(size)+" conversations"); err != nil {
			return err
		}
	}
	if !r.wants("start") || !last {
		return nil
	}
	starts := samples{all: []time.Duration{took}}
	for range 9 {
		t.stop()
		if t, took, err = launch(ctx, r.cfg.Binary, dir); err != nil {
			t = &target{}
			return err
		}
		starts.add(took)
	}
	row := Row{Section: "start", Work: fmt.Sprintf("cold start on %s conversations: process made → /readyz", thousands(size))}
	starts.into(&row)
	row.CPU = milliseconds(t.cpu())
	r.add(row)
	return nil
}

// seed fills a database through the program's own seeding command.
func (r *run) seed(ctx context.Context, dir string, size int) error {
	r.say("seeding %s conversations", thousands(size))
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if _, err := prepare(ctx, r.cfg.Binary, dir); err != nil {
		return err
	}
	began := time.Now()
	cmd := exec.CommandContext(ctx, r.cfg.Binary, "bench-seed", "--data", dir, "--conversations", fmt.Sprint(size))
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("seed: %w: %s", err, lastBytes(said, 2000))
	}
	took := time.Since(began)
	r.add(Row{Section: "read", Work: "seeding " + thousands(size) + " conversations", Value: took.Seconds(), Unit: "s"})
	return os.WriteFile(filepath.Join(dir, "seeded"), fmt.Appendf(nil, "%d conversations in %v\n", size, took), 0o644)
}

// version is what the program says of itself.
func version(binary string) string {
	text, err := exec.Command(binary, "version", "--json").Output()
	var buffer bytes.Buffer
	if err != nil || json.Compact(&buffer, text) != nil {
		return filepath.Base(binary)
	}
	return "visavis " + buffer.String()
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// thousands writes 1000 as 1k and 1000000 as 1M.
func thousands(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000 && n%1000 == 0:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
