package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// syncs counts how often the server makes the disk keep its word, per message: alone, when
// one visitor waits for each answer, and under load, when many share a commit. strace counts
// the system calls themselves; where it is not to be had, the server's own count of commits
// stands in, and the row says so.
func (r *run) syncs(ctx context.Context, t *target) error {
	for _, work := range []struct {
		name    string
		senders int
		lasting time.Duration
		most    int
	}{
		{"one sender", 1, 10 * time.Second, 100},
		{"32 senders", 32, 3 * time.Second, 100_000},
	} {
		r.say("syncs: %s", work.name)
		count, how, err := t.countSyncs(ctx)
		if err != nil {
			r.add(Row{Section: "syncs", Work: "syncs per message, " + work.name, Note: "not measured: " + err.Error()})
			continue
		}
		l, _, err := r.load(ctx, t, work.senders, 1, func(l *load) {
			// The visitors' first messages are over: what is counted from here on is theirs.
			count.begin()
			l.closedLoop(ctx, work.lasting, work.most)
		})
		total, countErr := count.end()
		if err != nil {
			return err
		}
		row := Row{Section: "syncs", Work: "syncs per message, " + work.name, Count: l.count, Note: how}
		if countErr != nil {
			row.Note = "not measured: " + countErr.Error()
		} else {
			row.Value, row.Unit = total/float64(l.count), "syncs/msg"
		}
		r.add(row)
	}
	return nil
}

// syncCounter counts from begin to end.
type syncCounter struct {
	begin func()
	end   func() (float64, error)
}

func (t *target) countSyncs(ctx context.Context) (syncCounter, string, error) {
	if path, err := exec.LookPath("strace"); err == nil && t.pid != 0 {
		return t.strace(ctx, path), "fsync and fdatasync calls, by strace", nil
	}
	if _, err := t.commits(); err != nil {
		return syncCounter{}, "", fmt.Errorf("there is no strace, and the server does not tell: %w", err)
	}
	var before float64
	var fault error
	return syncCounter{
		begin: func() { before, fault = t.commits() },
		end: func() (float64, error) {
			after, err := t.commits()
			return after - before, errors.Join(fault, err)
		},
	}, "visavis_commits_total of /metrics (no strace)", nil
}

// strace counts system calls. It slows what it watches, so no time is taken meanwhile.
func (t *target) strace(ctx context.Context, path string) syncCounter {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "-f", "-c", "-S", "name", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-p", strconv.Itoa(t.pid))
	cmd.Stderr = &said
	var fault error
	return syncCounter{
		begin: func() {
			fault = cmd.Start()
			time.Sleep(500 * time.Millisecond) // until it is attached to every thread
		},
		end: func() (float64, error) {
			if cmd.Process == nil {
				return 0, errors.Join(fault, errors.New("strace did not start"))
			}
			_ = cmd.Process.Signal(syscall.SIGINT) // it prints its table and ends
			_ = cmd.Wait()                         // its exit code is that of the signal
			return straceCalls(said.String())
		},
	}
}

// straceCalls adds up the column "calls" of strace -c.
func straceCalls(table string) (float64, error) {
	total, found := 0.0, false
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[len(fields)-1] == "total" {
			found = found || len(fields) > 0 && fields[len(fields)-1] == "total"
			continue
		}
		if calls, err := strconv.ParseFloat(fields[3], 64); err == nil {
			total += calls
			found = true
		}
	}
	if !found {
		return 0, fmt.Errorf("strace said: %.300s", strings.TrimSpace(table))
	}
	return total, nil
}

// metric adds up the samples of one counter in the Prometheus text format.
func metric(text []byte, name string) (float64, error) {
	total, found := 0.0, false
	for line := range strings.Lines(string(text)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		fields := strings.Fields(rest[strings.LastIndexByte(rest, '}')+1:])
		if len(fields) == 0 {
			continue
		}
		value, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", name, err)
		}
		total, found = total+value, true
	}
	if !found {
		return 0, fmt.Errorf("there is no %s in /metrics", name)
	}
	return total, nil
}
