package app

import (
	"context"
	"errors"
	"time"

	"visavis/internal/notify"
	"visavis/internal/web"
)

// spaceEvery is how often is looked whether the disk is nearly full. Who brings something is told at once: this is for administrators.
const spaceEvery = 15 * time.Second

// spaceCounters tell how much room is left.
func (a *App) spaceCounters() []web.Counter {
	return []web.Counter{
		{Name: "visavis_disk_free_bytes", Gauge: true, Help: "Room left for data and files, on the fuller of the two disks; -1 where nobody knows.",
			Value: func() float64 { return float64(a.space.Free()) }},
		{Name: "visavis_disk_full", Gauge: true, Help: "1 while files and letters are refused because too little room is left.",
			Value: func() float64 {
				if a.space.Full() {
					return 1
				}
				return 0
			}},
	}
}

// watchSpace tells administrators once when files and letters begin to be refused, and the log when they are taken again.
func (a *App) watchSpace(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	told := false
	for {
		switch full := a.space.Full(); {
		case full && !told:
			a.log.Error("the disk is nearly full: files, letters and recordings are refused until there is room", "free", a.space.Free())
			if err := a.tellAdministrators(ctx, notify.StorageFull); err != nil && ctx.Err() == nil {
				a.log.Error("administrators could not be told that the disk is nearly full", "err", err)
			}
			told = true
		case !full && told:
			a.log.Info("there is room on the disk again", "free", a.space.Free())
			told = false
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tellAdministrators rings the bells of those of every workspace.
func (a *App) tellAdministrators(ctx context.Context, kind notify.Kind) error {
	all, err := a.store.Staff().Workspaces(ctx)
	for _, w := range all {
		err = errors.Join(err, a.Notify.TellAdministrators(ctx, w.ID, kind))
	}
	return err
}
