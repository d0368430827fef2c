package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"visavis/internal/blob"
	"visavis/internal/channel"
	"visavis/internal/channel/email/smtpin"
	"visavis/internal/post"
	"visavis/internal/web"
)

// door is where other mail servers hand letters over, as far as the configuration opens it.
type door struct {
	config Config
	server *smtpin.Server
	shows  *certificate // nil for none
}

// doorName is how the door introduces itself.
func (c Config) doorName(public string) string {
	if c.SMTPHostname != "" {
		return c.SMTPHostname
	}
	return hello(public)
}

// mailHost is the name under which other mail servers can find the door in DNS; "" when there is none.
func (c Config) mailHost(public string) string {
	name := c.doorName(public)
	if _, err := netip.ParseAddr(name); err == nil || c.SMTPListen == "" || !strings.Contains(name, ".") {
		return ""
	}
	return name
}

// newDoor makes a door that is not open yet. name is how it introduces itself; without a certificate it offers no STARTTLS.
func newDoor(c Config, name string, shows *certificate, letters *post.Service, space *blob.Space, log *slog.Logger) *door {
	o := smtpin.Options{Domain: name, Log: log, Admit: space.Admit,
		Resolve: func(ctx context.Context, address string) (smtpin.Recipient, error) {
			p, err := letters.Recipient(ctx, address)
			return smtpin.Recipient{Workspace: p.Workspace, Channel: p.Channel.ID}, err
		},
		Keep: func(ctx context.Context, to smtpin.Recipient, raw channel.Raw) error {
			return letters.TakeAtDoor(ctx, to.Workspace, to.Channel, raw)
		}}
	if shows != nil {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: shows.get}
	}
	return &door{c, smtpin.New(o), shows}
}

// listen takes the addresses that the configuration names, and returns what serves at each until the door is closed.
func (d *door) listen(ctx context.Context) ([]func() error, error) {
	var open []net.Listener
	var serve []func() error
	for _, at := range []struct {
		option, address string
		serve           func(net.Listener) error
	}{{"smtp-listen", d.config.SMTPListen, d.server.Serve}, {"lmtp-listen", d.config.LMTPListen, d.server.ServeLMTP}} {
		if at.address == "" {
			continue
		}
		l, err := listenAt(ctx, at.address)
		if err != nil {
			for _, l := range open {
				err = errors.Join(err, l.Close())
			}
			return nil, fmt.Errorf("%s: %w", at.option, err)
		}
		open = append(open, l)
		serve = append(serve, func() error { return at.serve(l) })
	}
	return serve, nil
}

// listenAt takes an address, or a socket in the file system. Who may reach that is decided by the folder it lies in: mail servers give up
// their groups before they connect.
func listenAt(ctx context.Context, address string) (net.Listener, error) {
	var by net.ListenConfig
	path, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return by.Listen(ctx, "tcp", address)
	}
	if c, err := (&net.Dialer{}).DialContext(ctx, "unix", path); err == nil {
		return nil, errors.Join(fmt.Errorf("somebody listens at %s already", path), c.Close())
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		if err := os.Remove(path); err != nil { // a server left it that was killed
			return nil, err
		}
	}
	l, err := by.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o666); err != nil { //nolint:gosec // see above
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// counters are the door's figures as /metrics shows them.
func (d *door) counters() []web.Counter {
	count := func(name, help string, gauge bool, read func(smtpin.Stats) float64) web.Counter {
		return web.Counter{Name: "visavis_door_" + name, Help: help, Gauge: gauge, Value: func() float64 { return read(d.server.Stats()) }}
	}
	out := []web.Counter{
		count("lines", "Mail servers connected now.", true, func(s smtpin.Stats) float64 { return float64(s.Lines) }),
		count("lines_refused_total", "Mail servers turned away because too many were connected.", false, func(s smtpin.Stats) float64 { return float64(s.Turned) }),
		count("letters_taken_total", "Letters kept and answered so.", false, func(s smtpin.Stats) float64 { return float64(s.Taken) }),
		count("letters_deferred_total", "Letters that were asked to come again.", false, func(s smtpin.Stats) float64 { return float64(s.Deferred) }),
		count("letters_refused_total", "Letters refused for good.", false, func(s smtpin.Stats) float64 { return float64(s.Refused) }),
		count("recipients_unknown_total", "Recipients refused because they lead nowhere.", false, func(s smtpin.Stats) float64 { return float64(s.Unknown) }),
	}
	if d.shows != nil {
		out = append(out, web.Counter{Name: "visavis_door_certificate_ends_timestamp_seconds", Gauge: true,
			Help: "When the door's certificate ends, in seconds since 1970.", Value: d.shows.ends})
	}
	return out
}

// certificate is read from its files, and again when they change: who renews it need not restart the server.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu     sync.Mutex
	of     [2]stamp // of the files, when they were read last
	shown  *tls.Certificate
	reason error // why there is none to show
}

// stamp tells one state of a file from the next.
type stamp struct {
	at   time.Time
	size int64
}

// newCertificate reads a certificate from the files that two options name; nil when neither does.
func newCertificate(option, cert, key string, log *slog.Logger) (*certificate, error) {
	if cert == "" && key == "" {
		return nil, nil
	}
	if cert == "" || key == "" {
		return nil, fmt.Errorf("%s: a certificate needs its key, and a key its certificate", option)
	}
	out := &certificate{cert: cert, key: key, log: log}
	if _, err := out.get(nil); err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	return out, nil
}

// smtpCertificate is what the door shows.
func (c Config) smtpCertificate(log *slog.Logger) (*certificate, error) {
	return newCertificate("smtp-tls-cert", c.SMTPCert, c.SMTPKey, log)
}

// get is tls.Config.GetCertificate. A pair that cannot be read leaves the one before it in use.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var now [2]stamp
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			now[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	if now == c.of && (c.shown != nil || c.reason != nil) {
		return c.shown, c.reason
	}
	c.of = now
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	switch {
	case err == nil:
		c.shown, c.reason = &pair, nil
	case c.shown != nil:
		c.log.Error("a certificate could not be read again; the old one is shown", "file", c.cert, "err", err)
	default:
		c.reason = err
	}
	return c.shown, c.reason
}

// ends is when the certificate that is shown is not believed any more.
func (c *certificate) ends() float64 {
	shown, err := c.get(nil)
	if err != nil || shown.Leaf == nil {
		return 0
	}
	return float64(shown.Leaf.NotAfter.Unix())
}
