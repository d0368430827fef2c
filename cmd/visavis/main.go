// Visavis is a customer-relationship server in one binary.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"visavis/internal/app"
	"visavis/internal/bench"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// version is set by the build.
var version = "dev"

type cli struct {
	Serve     serveCmd     `cmd:"" default:"withargs" help:"Run the server. Without data it starts empty and prints a set-up link."`
	Demo      demoCmd      `cmd:"" help:"Run a realistic workspace, the bicycle maker Cycles Arzel, with its online shop."`
	Setup     setupCmd     `cmd:"" help:"Make the first workspace and administrator without a browser."`
	Bench     benchCmd     `cmd:"" help:"Measure a server over HTTP and WebSocket."`
	BenchSeed benchSeedCmd `cmd:"" hidden:"" help:"Fill a data folder for measuring."`
	OpenAPI   openAPICmd   `cmd:"" name:"openapi" help:"Print the description of the API (OpenAPI 3.1)."`
	Staff     staffCmd     `cmd:"" help:"How many people keep a promise, and what if some are ill."`
	Read      readCmd      `cmd:"" help:"Say what a message is about, how its writer feels, and which words tell."`
	Train     trainCmd     `cmd:"" help:"Learn to read from messages, and from those that people corrected."`
	Eval      evalCmd      `cmd:"" help:"Measure how well messages are read, against what others reach."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("visavis"), kong.Description("Face to face with the people you serve."), kong.UsageOnError(),
		kong.DefaultEnvars("VISAVIS"), kong.Configuration(kong.JSON, "/etc/visavis.json", "visavis.json"))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "visavis:", readable(err))
		os.Exit(1)
	}
}

// readable words an error for whoever typed the command.
func readable(err error) string {
	var e *vis.Error
	if errors.As(err, &e) {
		if e.Field != "" {
			return e.Field + ": " + e.Text
		}
		return e.Text
	}
	return err.Error()
}

// serverFlags are what every command that opens the data understands.
type serverFlags struct {
	Listen         string   `help:"Address to listen on." default:"127.0.0.1:8080"`
	Data           string   `help:"Folder of everything that must be kept." default:"./visavis-data" type:"path"`
	Database       string   `help:"Database: sqlite://PATH or postgres://… By default SQLite in the data folder."`
	Bus            string   `help:"How nodes ring each other: memory://, the only one built." name:"bus"`
	Blobs          string   `help:"Where customers' files are kept: file:///PATH. By default in the data folder." name:"blobs"`
	PublicURL      string   `help:"Origin by which people reach the server, such as https://help.example.org." name:"public-url"`
	ContentURL     string   `help:"Origin for customers' files, better another than the public one." name:"content-url"`
	SMTPListen     string   `help:"Address at which other mail servers hand letters over (SMTP), such as :25. By default none." name:"smtp-listen"`
	LMTPListen     string   `help:"Address at which your own mail server hands letters over (LMTP): 127.0.0.1:2424 or unix:/PATH. By default none." name:"lmtp-listen"`
	SMTPHostname   string   `help:"Name by which the server introduces itself to mail servers. By default the host of the public URL." name:"smtp-hostname"`
	SMTPTLSCert    string   `help:"File of the certificate for STARTTLS, read again when it changes." name:"smtp-tls-cert" type:"path"`
	SMTPTLSKey     string   `help:"File of its key." name:"smtp-tls-key" type:"path"`
	MediaListen    string   `help:"UDP address of live assistance (SOS), such as 192.0.2.10:3479. By default none, and live assistance is off." name:"media-listen"`
	MediaAddress   string   `help:"IP address under which browsers reach it, when that is another." name:"media-address"`
	NodeURL        string   `help:"Origin by which the other nodes on the same PostgreSQL reach this one, such as http://10.0.0.4:8080." name:"node-url"`
	MediaCalls     int      `help:"How many live assistances there may be at once. By default 15 for each processor." name:"media-calls"`
	TurnListen     string   `help:"Address, UDP and TCP, of the built-in relay for customers whose network lets no media through, such as :3478. By default none." name:"turn-listen"`
	TurnTLSListen  string   `help:"TCP address at which the built-in relay speaks TLS, for networks that let nothing else through, such as 192.0.2.11:443. By default none." name:"turn-tls-listen"`
	TurnTLSName    string   `help:"Host name by which browsers reach it. By default that of the public URL." name:"turn-tls-name"`
	TurnTLSCert    string   `help:"File of the certificate for that name, read again when it changes." name:"turn-tls-cert" type:"path"`
	TurnTLSKey     string   `help:"File of its key." name:"turn-tls-key" type:"path"`
	TurnURLs       []string `help:"Addresses of a relay that runs elsewhere instead, such as turns:turn.example.org:443." name:"turn-urls"`
	TurnSecret     string   `help:"Secret that it shares with this server." name:"turn-secret"`
	LiveKitURL     string   `help:"A LiveKit server, or cluster, that carries the calls instead of this process, such as wss://livekit.example.org. Instead of --media-listen." name:"livekit-url"`
	LiveKitKey     string   `help:"A key of that server." name:"livekit-key"`
	LiveKitSecret  string   `help:"The secret of that key." name:"livekit-secret"`
	ViewerListen   string   `help:"Address at which members are shown customers' pages (co-browsing), such as 127.0.0.1:8082. By default none, and pages are not shown." name:"viewer-listen"`
	ViewerURL      string   `help:"Origin by which browsers reach it, such as https://viewer.example.org: a host of its own." name:"viewer-url"`
	MasterKey      string   `help:"Key that seals secrets and files: 64 hexadecimal digits. By default a file in the data folder." name:"master-key"`
	TrustedProxies []string `help:"Addresses or networks of proxies whose X-Forwarded-For is believed." name:"trusted-proxies"`
	AllowEgress    []string `help:"Networks, addresses or hosts that webhooks may call although they are not public, such as 10.1.0.0/16 or hooks.inside:8080." name:"allow-egress"`
	RateLimits     string   `help:"Limits on how often one address or person may ask; off is for load tests only." name:"rate-limits" enum:"on,off" default:"on"`
	OpenMetrics    bool     `help:"Show /metrics to everybody, not to this machine only." name:"open-metrics"`
	Log            string   `help:"How to log on standard error." enum:"text,json" default:"text"`
}

func (f serverFlags) config() app.Config {
	return app.Config{Listen: f.Listen, Data: f.Data, Database: f.Database, Bus: f.Bus, Blobs: f.Blobs, PublicURL: f.PublicURL, ContentURL: f.ContentURL,
		SMTPListen: f.SMTPListen, LMTPListen: f.LMTPListen, SMTPHostname: f.SMTPHostname, SMTPCert: f.SMTPTLSCert, SMTPKey: f.SMTPTLSKey,
		NodeURL: f.NodeURL, MediaListen: f.MediaListen, MediaAddress: f.MediaAddress, MediaCalls: f.MediaCalls, TurnListen: f.TurnListen,
		TurnTLSListen: f.TurnTLSListen, TurnTLSName: f.TurnTLSName, TurnTLSCert: f.TurnTLSCert, TurnTLSKey: f.TurnTLSKey, TurnURLs: f.TurnURLs, TurnSecret: f.TurnSecret,
		LiveKitURL: f.LiveKitURL, LiveKitKey: f.LiveKitKey, LiveKitSecret: f.LiveKitSecret,
		ViewerListen: f.ViewerListen, ViewerURL: f.ViewerURL, MasterKey: f.MasterKey, TrustedProxies: f.TrustedProxies, AllowEgress: f.AllowEgress, RateLimits: f.RateLimits == "on", OpenMetrics: f.OpenMetrics, Version: version}
}

func (f serverFlags) logger() *slog.Logger {
	if f.Log == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

type serveCmd struct {
	serverFlags `embed:""`
}

// Run implements kong's command.
func (c *serveCmd) Run(ctx context.Context) error {
	log := c.logger()
	a, err := app.New(ctx, c.config(), log)
	if err != nil {
		return err
	}
	needed, err := a.Staff.SetupNeeded(ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if needed {
		fmt.Printf("Nobody works here yet. Open this link once to begin:\n  %s/desk/#/setup/%s\n", a.URL, a.Staff.AllowSetup())
	}
	if !a.Config.RateLimits {
		log.Warn("rate limits are off: for load tests only")
	}
	log.Info("listening", "url", a.URL, "data", c.Data, "version", version)
	return errors.Join(a.Run(ctx), a.Close())
}

type demoCmd struct {
	serverFlags `embed:""`
	Shop        string `help:"Address of the demo's online shop." default:"127.0.0.1:8081"`
}

// Run implements kong's command.
func (c *demoCmd) Run(ctx context.Context) error {
	f := c.serverFlags
	if f.MediaListen == "" && f.LiveKitURL == "" {
		f.MediaListen = "127.0.0.1:0"
	}
	if f.ViewerListen == "" {
		f.ViewerListen = "127.0.0.1:0"
	}
	if f.Data == mustAbs("./visavis-data") {
		f.Data = mustAbs("./demo-data")
	}
	log := f.logger()
	a, err := app.New(ctx, f.config(), log)
	if err != nil {
		return err
	}
	d, err := app.NewDemo(ctx, a, c.Shop)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	email, password := d.SignIn()
	fmt.Printf("Desk   %s/desk/   sign in as %s with %s\nShop   %s/\nData   %s\n", a.URL, email, password, d.ShopURL, f.Data)
	return errors.Join(d.Run(ctx, c.Shop), a.Close())
}

func mustAbs(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

type setupCmd struct {
	Data          string `help:"Folder of everything that must be kept." default:"./visavis-data" type:"path"`
	Database      string `help:"Database: sqlite://PATH or postgres://…"`
	MasterKey     string `help:"Key that seals secrets and files: 64 hexadecimal digits." name:"master-key"`
	Workspace     string `help:"Name of the organisation." required:""`
	Email         string `help:"Address of the first administrator." required:""`
	Name          string `help:"Name of the first administrator." required:""`
	PasswordStdin bool   `help:"Read the password from standard input." name:"password-stdin" required:""`
	Locale        string `help:"Language: en or fr." default:"en"`
	Zone          string `help:"Time zone." default:"UTC"`
	Token         bool   `help:"Make an API token with every scope and print it, too."`
}

// Run implements kong's command.
func (c *setupCmd) Run(ctx context.Context) error {
	password, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
	if err != nil {
		return fmt.Errorf("read the password: %w", err)
	}
	a, err := app.New(ctx, app.Config{Listen: "127.0.0.1:8080", Data: c.Data, Database: c.Database, MasterKey: c.MasterKey}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // everything is committed by then
	w, m, err := a.Staff.Found(ctx, staff.Founding{Workspace: c.Workspace, Name: c.Name, Email: c.Email,
		Password: strings.TrimRight(string(password), "\r\n"), Locale: c.Locale, Zone: c.Zone}, true)
	if err != nil {
		return err
	}
	out := map[string]string{"workspace": string(w.ID), "member": string(m.ID)}
	if c.Token {
		by := vis.Actor{Workspace: w.ID, Kind: vis.ByMember, ID: string(m.ID), Role: m.Role}
		made, err := a.Staff.CreateToken(ctx, by, "Set-up", vis.Scopes(), time.Time{})
		if err != nil {
			return err
		}
		if out["token"], err = a.Staff.TokenSecret(w.ID, made); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

type benchCmd struct {
	bench.Config `embed:""`
}

// Run implements kong's command.
func (c *benchCmd) Run(ctx context.Context) error {
	if c.Binary == "" {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		c.Binary = self
	}
	return bench.Run(ctx, c.Config, os.Stdout)
}

type benchSeedCmd struct {
	Data          string `required:"" type:"path"`
	Conversations int    `required:""`
}

// Run implements kong's command.
func (c *benchSeedCmd) Run(ctx context.Context) error {
	a, err := app.New(ctx, app.Config{Listen: "127.0.0.1:8080", Data: c.Data}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(a.Seed(ctx, c.Conversations), a.Close())
}

type openAPICmd struct{}

// Run implements kong's command.
func (openAPICmd) Run() error {
	_, err := os.Stdout.Write(app.Spec())
	return err
}

type versionCmd struct {
	JSON bool `help:"As JSON." name:"json"`
}

// Run implements kong's command.
func (c versionCmd) Run() error {
	v := map[string]string{"version": version, "go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v["commit"] = s.Value
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(v)
	}
	fmt.Printf("visavis %s (%s)\n", v["version"], v["go"])
	return nil
}
