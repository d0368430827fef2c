package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"

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
		house := demo.House{Staff: a.store.Staff(), Channels: a.store.Channels(), Desk: a.store.Desk(), Routing: a.store.Routing(),
			Report: a.store.Report(), Timers: a.store.Timers(), Notices: bell{a.Notify}, Log: a.log, Blobs: a.blobs, Sealer: a.keys,
			Adapters: standard.Adapters(), Mint: vis.Mint{Rand: rand.Reader}, Cores: runtime.NumCPU()}
		built, err = demo.Build(ctx, house, a.clock.Now(), []string{shopURL, strings.Replace(shopURL, "localhost", "127.0.0.1", 1)})
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
	for _, m := range d.built.Present {
		d.App.engine.Connected(d.built.Workspace, m, true) // as if each had a screen here
	}
	return d.App.Run(ctx)
}

// SignIn is what opens the demo's desk.
func (d *Demo) SignIn() (email, password string) { return demo.SignIn, demo.Password }
