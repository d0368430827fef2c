package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// understand measures how fast messages are read, by the reader alone and through the whole server.
func (r *run) understand(ctx context.Context, t *target) error {
	const rate = 500
	lasting := 5 * time.Second
	if r.cfg.Full {
		lasting = 20 * time.Second
	}
	r.say("readings: %d messages a second for %v", rate, lasting)
	before, err := t.metric("visavis_readings_total")
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	var lags samples
	watched := make(chan error, 1)
	go func() { watched <- t.lags(watching, &lags) }()
	used := t.cpu()
	l, _, err := r.load(ctx, t, 64, 1, func(l *load) { l.openLoop(ctx, rate, lasting) })
	seen := time.Now()
	if err == nil {
		err = t.readAll(ctx, before+float64(l.count)-float64(l.failed.Load()))
	}
	stop()
	if err = errors.Join(err, <-watched); err != nil {
		return err
	}
	used = t.cpu() - used
	row := Row{Section: "readings", Work: fmt.Sprintf("lag of the readings at %d messages a second", rate), CPU: milliseconds(used) / float64(l.count),
		Failed: int(l.failed.Load()), Note: fmt.Sprintf("the last was read %.1f s after it was seen on a socket; CPU of receiving and reading", time.Since(seen).Seconds())}
	lags.into(&row)
	l.agents.close()
	r.add(row)
	return nil
}

// lags asks every tenth of a second how long the oldest of the messages read last had waited.
func (t *target) lags(ctx context.Context, into *samples) error {
	for ; ctx.Err() == nil; sleep(ctx, 100*time.Millisecond) {
		lag, err := t.metric("visavis_readings_lag_seconds")
		if err != nil {
			return err
		}
		if lag > 0 {
			into.add(time.Duration(lag * float64(time.Second)))
		}
	}
	return nil
}

// readAll waits until so many messages have been read.
func (t *target) readAll(ctx context.Context, count float64) error {
	for deadline := time.Now().Add(time.Minute); ; sleep(ctx, 20*time.Millisecond) {
		read, err := t.metric("visavis_readings_total")
		if err != nil || read >= count {
			return err
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("%.0f of %.0f messages are read", read, count)
		}
	}
}

// readAlone has the program read a file of messages by itself, with nothing around it.
func (r *run) readAlone(ctx context.Context) error {
	const lines = 20_000
	file := filepath.Join(r.data, "messages.txt")
	if err := os.MkdirAll(r.data, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(strings.Repeat(marker+"00000000"+filler+"\n", lines)), 0o600); err != nil {
		return err
	}
	cpuOf := func(path string) (time.Duration, error) {
		c := exec.CommandContext(ctx, r.cfg.Binary, "read", "--no-why", "--file", path) //nolint:gosec // the program that is measured
		err := c.Run()
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", path, err)
		}
		return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), nil
	}
	none := filepath.Join(r.data, "no-messages.txt")
	if err := os.WriteFile(none, nil, 0o600); err != nil {
		return err
	}
	start, err := cpuOf(none)
	if err != nil {
		return err
	}
	took, err := cpuOf(file)
	if err != nil {
		return err
	}
	took -= start
	r.add(Row{Section: "readings", Work: fmt.Sprintf("messages of %d bytes read by the reader alone, and printed", len(marker)+8+len(filler)), Count: lines,
		CPU: milliseconds(took) / lines, Value: lines / took.Seconds(), Unit: "msg/s a core"})
	return nil
}
