package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"visavis/internal/channel/standard"
	"visavis/internal/demo"
	"visavis/internal/vis"
)

// Demo is the demo workspace with its shop.
type Demo struct {
	App     *App
	ShopURL string
	shop    demo.Shop
	built   demo.Built
}

// NewDemo opens the demo's data, telling its story first when there is none. shopListen is where the shop's pages stand.
func NewDemo(ctx context.Context, a *App, shopListen string) (*Demo, error) {
	shopURL, err := localURL(shopListen)
	if err != nil {
		return nil, err
	}
	built, found, err := demo.Find(ctx, a.store.Staff(), a.Channels)
	if err == nil && !found {
		house := demo.House{Staff: a.store.Staff(), Channels: a.store.Channels(), Desk: a.store.Desk(), Letters: a.store.Post(), Routing: a.store.Routing(),
			Report: a.store.Report(), Reasons: a.store.Listen(), Contacts: a.store.Contacts(), Incidents: a.store.Incidents(), Bells: a.Notify, Timers: a.store.Timers(), Notices: bell{a.Notify}, Log: a.log, Blobs: a.blobs, Sealer: a.keys, Keys: a.keys,
			Adapters: standard.Adapters(standard.World{}), Mint: vis.Mint{Rand: rand.Reader}, Cores: runtime.NumCPU()}
		built, err = demo.Build(ctx, house, a.clock.Now(), []string{shopURL, strings.Replace(shopURL, "localhost", "127.0.0.1", 1)})
	}
	if err == nil {
		err = demo.Arrive(ctx, a.store.Routing(), built, a.clock.Now())
	}
	if err == nil {
		err = a.Listen.CatchUp(ctx, built.Workspace) // so that the desk shows at once what its customers say
	}
	if err == nil {
		err = a.Counts.CatchUp(ctx, built.Workspace)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the demo: %w", err)
	}
	secret, err := a.Channels.Secret(built.Workspace, built.Channel)
	if err != nil {
		return nil, err
	}
	return &Demo{a, shopURL, demo.Shop{Visavis: a.URL, Key: built.Channel.Key, Secret: secret, Clock: a.clock}, built}, nil
}

// Run serves the desk and the shop until ctx ends.
func (d *Demo) Run(ctx context.Context, shopListen string) error {
	listener, err := net.Listen("tcp", shopListen)
	if err != nil {
		return fmt.Errorf("listen for the shop: %w", err)
	}
	shop := &http.Server{Handler: d.shop}
	d.App.web.Harden(shop)
	go func() {
		if err := shop.Serve(listener); err != nil && err != http.ErrServerClosed {
			d.App.log.Error("the shop stopped", "err", err)
		}
	}()
	defer func() { _ = shop.Close() }() // only pages: nothing is lost
	present, leave := context.WithCancel(ctx)
	var colleagues sync.WaitGroup
	colleagues.Go(func() { d.stay(present) })
	defer colleagues.Wait()
	defer leave()
	return d.App.Run(ctx)
}

// stay keeps the demo's colleagues at work until ctx ends.
func (d *Demo) stay(ctx context.Context) {
	tick := time.NewTicker(demo.Vouch)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := demo.KeepPresent(ctx, d.App.store.Routing(), d.built, d.App.clock.Now()); err != nil && ctx.Err() == nil {
				d.App.log.Error("the demo's colleagues could not be kept at work", "err", err)
			}
		}
	}
}

// SignIn is what opens the demo's desk.
func (d *Demo) SignIn() (email, password string) { return demo.SignIn, demo.Password }
