package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"visavis/internal/assist"
	"visavis/internal/assist/livekit"
	"visavis/internal/assist/media"
	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/channel/email"
	"visavis/internal/channel/standard"
	"visavis/internal/desk"
	"visavis/internal/jobs"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/report"
	"visavis/internal/routing"
	"visavis/internal/safehttp"
	"visavis/internal/seal"
	"visavis/internal/staff"
	"visavis/internal/store"
	"visavis/internal/vis"
	"visavis/internal/web"
	"visavis/ui"
)

// How long things may take.
const (
	drainFor   = 25 * time.Second
	pruneEvery = time.Hour
)

// App is a server that is put together but not yet listening.
type App struct {
	Config   Config
	URL      string // the public origin
	Staff    *staff.Service
	Channels *channel.Service
	Desk     *desk.Service
	Notify   *notify.Service
	Routing  *routing.Service
	Report   *report.Service
	Post     *post.Service
	Assist   *assist.Service
	Listen   *listen.Service
	Watch    *listen.Watch
	Counts   *listen.Counter

	clock   vis.Clock
	log     *slog.Logger
	keys    *seal.Keys
	store   *store.Store
	blobs   *blob.Folder
	space   *blob.Space
	web     *web.Server
	timers  *jobs.Runner
	engine  *routing.Engine
	counts  *follower
	reads   *follower
	hears   *follower
	sums    *follower // of contacts by reason
	asks    *follower
	out     *safehttp.Client
	door    *door
	media   *media.Backend // nil where live assistance is not switched on, or runs through LiveKit
	livekit *livekit.Backend
	viewer  viewer
}

// New opens the data and puts the house together. Whatever New has opened, Close closes.
func New(ctx context.Context, c Config, log *slog.Logger) (*App, error) {
	public, err := c.publicURL()
	if err != nil {
		return nil, err
	}
	content, err := c.contentURL()
	if err != nil {
		return nil, err
	}
	node, err := c.nodeURL()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	files, err := c.blobs()
	if err != nil {
		return nil, err
	}
	out, err := c.egress()
	if err != nil {
		return nil, err
	}
	if err := c.bus(); err != nil {
		return nil, err
	}
	certificate, err := c.smtpCertificate(log)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	keys, err := seal.Load(c.Data, c.MasterKey)
	if err != nil {
		return nil, err
	}
	blobs, err := blob.NewFolder(files, keys)
	if err != nil {
		return nil, err
	}
	clock := vis.ClockFunc(time.Now)
	mint := vis.Mint{Rand: rand.Reader}
	db, err := store.Open(ctx, c.database(), store.Options{Clock: clock, Log: log, Fatal: func(err error) {
		// What was acknowledged is on disk; what comes next might not be. Stopping is the only honest answer.
		log.Error("the disk cannot be trusted any more; stopping", "err", err)
		os.Exit(1)
	}})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	a := &App{Config: c, URL: public, clock: clock, log: log, keys: keys, store: db, blobs: blobs, space: blob.NewSpace(nil, c.Data, files)}
	a.Staff = staff.New(db.Staff(), clock, mint, keys, runtime.NumCPU())
	a.Channels = channel.New(db.Channels(), clock, mint, keys, standard.Adapters(standard.World{Dial: out.DialMail, Web: out, Resolver: net.DefaultResolver, Detector: email.Detector{Resolver: net.DefaultResolver, Guard: out}, Hello: hello(public), Door: c.mailHost(public), Now: clock.Now})...)
	a.out = out
	a.Notify = notify.New(notify.Options{DB: db.Notify(), Clock: clock, Mint: mint, Sealer: keys, Caller: out, Log: log, Types: web.EventTypes()})
	a.Desk = desk.New(db.Desk(), a.Channels, clock, mint)
	bells := bell{a.Notify}
	a.Post = post.New(post.Options{DB: db.Post(), Desk: a.Desk, Channels: a.Channels, Blobs: blob.Whole{Store: blobs, Max: channel.MaxRaw}, Keys: keys, Clock: clock, Mint: mint,
		Teller: bells, Door: c.SMTPListen != "" || c.LMTPListen != "", Admit: a.space.Admit, Log: log})
	a.door = newDoor(c, c.doorName(public), certificate, a.Post, a.space, log)
	a.Desk.LeaveBy(a.Post)
	a.Routing = routing.New(db.Routing(), a.Desk, a.Channels, bells, bells, clock, mint, log)
	a.engine = routing.NewEngine(a.Routing, mint.ID(clock.Now()), db.Heads)
	a.Report = report.New(db.Report(), clock, mint)
	a.counts = newFollower(atLeisure, a.Report.Follow, db.Heads, func(ws vis.WorkspaceID, err error) {
		log.Error("the log could not be counted", "workspace", ws, "err", err)
	})
	a.openListen(mint)
	if a.viewer, err = c.viewer(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := a.openAssist(ctx, mint, node); err != nil {
		return nil, errors.Join(err, a.viewer.close(), db.Close())
	}
	effects := map[string]jobs.Effect{desk.TimerWake: a.Desk.Wake}
	maps.Copy(effects, a.Assist.Effects())
	maps.Copy(effects, a.Listen.Effects())
	maps.Copy(effects, a.Post.Effects())
	maps.Copy(effects, a.Watch.Effects())
	maps.Copy(effects, a.Routing.Effects())
	maps.Copy(effects, a.engine.Effects())
	a.timers = jobs.NewRunner(db.Timers(), clock, log, effects)
	o := web.Options{
		Desk: a.Desk, Staff: a.Staff, Channels: a.Channels, Notify: a.Notify, Routing: a.Routing, Engine: a.engine, Report: a.Report, Post: a.Post, Listen: a.Listen, Watch: a.Watch, Counts: a.Counts, Assist: a.Assist, Outside: out, Blobs: blobs, Space: a.space, Keys: keys, Front: ui.Files,
		PublicURL: public, ContentURL: content, ViewerURL: a.viewer.url, NodeURL: node, TrustedProxies: proxies, RateLimits: c.RateLimits, OpenMetrics: c.OpenMetrics,
		Clock: clock, Log: log, History: arrivals{a.Report}, Counters: slices.Concat(counters(db), silences(a.workers(), clock), a.door.counters(), a.readingCounters(), a.mediaCounters(), a.spaceCounters()), Ready: a.ready, Version: c.Version,
	}
	if a.livekit != nil {
		o.MediaURL, o.MediaHook = a.livekit.Address(), a.livekit
	}
	if a.web, err = web.New(o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	db.OnCommit(func(ws vis.WorkspaceID, _ int64) {
		a.web.Ring(ws)
		a.engine.Ring(ws)
		a.counts.Ring(ws)
		a.reads.Ring(ws)
		a.hears.Ring(ws)
		a.sums.Ring(ws)
		a.asks.Ring(ws)
		a.Notify.Ring()
		a.Post.Ring()
	})
	return a, nil
}

// Close finishes what was begun and closes the data.
func (a *App) Close() error {
	a.Assist.Close()
	if a.media != nil {
		a.media.Close()
	}
	if a.livekit != nil {
		a.livekit.Close()
	}
	return errors.Join(a.viewer.close(), a.store.Close())
}

// Run serves until ctx ends, then drains: no new connections, sockets are told to come back, running requests finish within
// drainFor.
func (a *App) Run(ctx context.Context) error {
	listener, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return a.Serve(ctx, listener)
}

// Serve is Run on a listener that is open already.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	mail, err := a.door.listen(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := a.recoverAssists(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	holding, letGo := context.WithCancel(work)
	var holds sync.WaitGroup
	holds.Go(func() { a.Assist.Run(holding) })
	tasks.Go(func() { a.timers.Run(work) })
	tasks.Go(func() { a.prune(work) })
	tasks.Go(func() { a.watchSpace(work, spaceEvery) })
	tasks.Go(func() { a.Notify.Run(work) })
	tasks.Go(func() { a.Post.Run(work) })
	tasks.Go(func() { a.engine.Run(work) })
	tasks.Go(func() { a.counts.Run(work) })
	tasks.Go(func() { a.reads.Run(work) })
	tasks.Go(func() { a.Listen.Run(work) })
	tasks.Go(func() { a.hears.Run(work) })
	tasks.Go(func() { a.sums.Run(work) })
	tasks.Go(func() { a.asks.Run(work) })
	server := &http.Server{Handler: a.web.Handler()}
	a.web.Harden(server)
	failed := make(chan error, 2+len(mail))
	go func() { failed <- server.Serve(listener) }()
	if a.viewer.listener != nil {
		viewer := &http.Server{Handler: a.web.Viewer()}
		a.web.Harden(viewer)
		go func() { failed <- viewer.Serve(a.viewer.listener) }()
		defer func() { _ = viewer.Close() }() // only pages and pictures: nothing is lost
	}
	for _, serve := range mail {
		go func() { failed <- serve() }()
	}

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	a.web.Close() // sockets first: the server does not count them as requests that could finish
	letGo()       // the other nodes take the calls over from here on
	holds.Wait()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	tasks.Go(func() { a.door.server.Close(drain) })
	err = errors.Join(err, server.Shutdown(drain))
	stop()
	tasks.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// prune forgets what is only kept for a time: answers to repeated requests, files that were never sent, and recordings.
func (a *App) prune(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := errors.Join(a.store.Prune(ctx), a.forgetUploads(ctx), a.forgetNotices(ctx), a.forgetRecordings(ctx)); err != nil && ctx.Err() == nil {
				a.log.Error("what is over could not be forgotten", "err", err)
			}
		}
	}
}

func (a *App) forgetUploads(ctx context.Context) error {
	all, err := a.store.Staff().Workspaces(ctx)
	for _, w := range all {
		err = errors.Join(err, a.Desk.ForgetUploads(ctx, w.ID, func(hash string, before time.Time) error {
			return a.blobs.Delete(ctx, w.ID, hash, before)
		}))
	}
	return err
}
