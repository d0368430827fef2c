package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	mailLines   = 8  // servers that bring letters at once
	mailSize    = 20 // kB of a letter
	mailAddress = "bench@bench.example"
)

// mail measures letters: how many are taken as fast as a few lines bring them, what one costs until it is read, what a backlog weighs,
// and what those who chat notice of it.
func (r *run) mail(ctx context.Context) error {
	dir := filepath.Join(r.data, "mail")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if _, err := prepare(ctx, r.cfg.Binary, dir); err != nil {
		return err
	}
	door, err := freeAddress(18500) // not the one that the server itself is given
	if err != nil {
		return err
	}
	t, _, err := launch(ctx, r.cfg.Binary, dir, "--smtp-listen", door)
	if err != nil {
		return err
	}
	defer t.stop()
	err = t.call("POST", "/api/v1/channels", map[string]any{"kind": "email", "name": "Bench", "mailbox": map[string]any{
		"addresses": []map[string]string{{"address": mailAddress}}}}, &struct{}{})
	if err != nil {
		return err
	}
	sleep(ctx, 3*time.Second) // until the door knows the address
	if err := r.chatBeside(ctx, t, "", func(context.Context) {}); err != nil {
		return err
	}
	if err := r.chatBeside(ctx, t, ", beside 20 letters a second", func(ctx context.Context) { m := mailing{door: door}; m.steady(ctx, 20) }); err != nil {
		return err
	}
	count := 2000
	if r.cfg.Full {
		count = 50_000
	}
	return r.backlog(ctx, t, door, count)
}

// chatBeside is the latency of chat at 50 messages a second while something else goes on.
func (r *run) chatBeside(ctx context.Context, t *target, what string, meanwhile func(context.Context)) error {
	r.say("mail: 50 messages a second in the chat%s", what)
	within, stop := context.WithCancel(ctx)
	var other sync.WaitGroup
	other.Go(func() { meanwhile(within) })
	l, _, err := r.load(ctx, t, 64, 1, func(l *load) { l.openLoop(ctx, 50, 10*time.Second) })
	stop()
	other.Wait()
	if err != nil {
		return err
	}
	row := Row{Section: "mail", Work: "inbound message at 50/s, 1 agent" + what}
	r.finish(l, &row, 0)
	r.addDelivery(l, row)
	return t.drained(ctx)
}

// backlog brings letters faster than they are read, and waits until all are.
func (r *run) backlog(ctx context.Context, t *target, door string, count int) error {
	r.say("mail: %s letters of %d kB by %d lines", thousands(count), mailSize, mailLines)
	m := mailing{door: door}
	first, _, _ := memory(t.pid) // 0 where it cannot be told
	before := t.cpu()
	began := time.Now()
	m.rush(ctx, count)
	taken := time.Since(began)
	if err := t.drained(ctx); err != nil {
		return err
	}
	read := time.Since(began)
	row := Row{Section: "mail", Work: fmt.Sprintf("letter of %d kB by SMTP, %d lines as fast as they can → taken, CPU until it is read", mailSize, mailLines),
		Value: float64(count) / taken.Seconds(), Unit: "letters/s", CPU: milliseconds(t.cpu()-before) / float64(count), Failed: int(m.failed.Load())}
	m.acks.into(&row)
	r.add(row)
	r.add(Row{Section: "mail", Work: fmt.Sprintf("%s letters brought at once → all read", thousands(count)), Value: float64(count) / read.Seconds(), Unit: "letters/s"})
	if now, peak, err := memory(t.pid); err == nil && first > 0 {
		r.add(Row{Section: "mail", Work: fmt.Sprintf("memory after %s letters", thousands(count)), Value: mebibytes(now), Unit: "MiB", Note: fmt.Sprintf("%.1f MiB before, at most %.1f MiB", mebibytes(first), mebibytes(peak))})
	}
	return nil
}

// drained waits until every letter is read.
func (t *target) drained(ctx context.Context) error {
	for deadline := time.Now().Add(time.Hour); ; sleep(ctx, 100*time.Millisecond) {
		var waits struct{ Waiting int }
		if err := t.call("GET", "/api/v1/mail/counts", nil, &waits); err != nil || waits.Waiting == 0 {
			return err
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("%d letters or more are not read", waits.Waiting)
		}
	}
}

// mailing is letters on their way, and how that went.
type mailing struct {
	door   string
	next   atomic.Int64
	acks   samples
	failed atomic.Int64
}

// rush brings count letters over all lines as fast as they are answered.
func (m *mailing) rush(ctx context.Context, count int) {
	var lines sync.WaitGroup
	for range mailLines {
		lines.Go(func() {
			m.over(func(bring func()) {
				for ctx.Err() == nil && m.next.Add(1) <= int64(count) {
					bring()
				}
			})
		})
	}
	lines.Wait()
}

// steady brings so many letters a second until ctx ends.
func (m *mailing) steady(ctx context.Context, rate int) {
	m.over(func(bring func()) {
		tick := time.NewTicker(time.Second / time.Duration(rate))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				bring()
			}
		}
	})
}

// over lets work bring letters over one line.
func (m *mailing) over(work func(bring func())) {
	c, err := smtp.Dial(m.door)
	if err != nil {
		m.failed.Add(1)
		return
	}
	defer func() { _ = c.Quit() }() // the letters are answered by then
	body := bytes.Repeat([]byte("Bonjour, ma roue arrière frotte depuis hier, pouvez-vous regarder demain ?\r\n"), mailSize<<10/78)
	work(func() {
		began := time.Now()
		if err := hand(c, body); err != nil {
			m.failed.Add(1)
			return
		}
		m.acks.add(time.Since(began))
	})
}

// hand hands one letter over, of somebody who never wrote before.
func hand(c *smtp.Client, body []byte) error {
	id := newID()
	from := "p" + strings.ReplaceAll(id, "-", "") + "@mel.example"
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(mailAddress); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "From: Bench <%s>\r\nTo: %s\r\nSubject: Une roue\r\nMessage-ID: <%s@mel.example>\r\nDate: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s",
		from, mailAddress, id, time.Now().Format(time.RFC1123Z), body); err != nil {
		return err
	}
	return w.Close()
}
