package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// weighSockets opens count visitors' sockets that say nothing, and weighs the server with
// them: memory, and the CPU time it takes to hold them for five seconds.
func (r *run) weighSockets(ctx context.Context, t *target, count int) error {
	r.say("sockets: %d idle ones", count)
	sleep(ctx, time.Second)
	empty, _, err := memory(t.pid)
	if err != nil {
		return err
	}
	open := make([]*websocket.Conn, count)
	defer func() {
		for _, socket := range open {
			if socket != nil {
				socket.CloseNow()
			}
		}
	}()
	var next, failed atomic.Int64
	var fault atomic.Pointer[error]
	var dialling sync.WaitGroup
	began := time.Now()
	for range 16 {
		dialling.Go(func() {
			w := wire{address: t.address}
			defer w.close()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				token, err := t.session(&w)
				if err == nil {
					open[i], err = openSocket(ctx, t.address, "/api/v1/live", "", "http://"+t.address, hello(token))
				}
				if err != nil {
					failed.Add(1)
					fault.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	dialling.Wait()
	took := time.Since(began)
	sleep(ctx, 3*time.Second)
	opened := count - int(failed.Load())
	after, _, err := memory(t.pid)
	if err != nil {
		return err
	}
	before := t.cpu()
	sleep(ctx, 5*time.Second)
	idle := t.cpu() - before
	settled := ""
	if r.cfg.Full {
		// What opening them left behind is collected within two minutes, if nothing else happens.
		sleep(ctx, 130*time.Second)
		settled = fmt.Sprintf("%.1f MiB just after they opened; ", mebibytes(after))
	}
	full, _, err := memory(t.pid)
	if err != nil {
		return err
	}
	row := Row{Section: "sockets", Work: fmt.Sprintf("%d idle visitors' sockets", opened), Failed: int(failed.Load()),
		Value: mebibytes(full), Unit: "MiB", Count: opened,
		Note: fmt.Sprintf("%s%.1f MiB before; %.1f kB each; opened in %.1f s; %.2f %% of a core to hold",
			settled, mebibytes(empty), float64(full-empty)/1000/float64(max(1, opened)), took.Seconds(), 100*idle.Seconds()/5)}
	if err := fault.Load(); err != nil {
		row.Note = (*err).Error() + " · " + row.Note
	}
	r.add(row)
	return ctx.Err()
}
