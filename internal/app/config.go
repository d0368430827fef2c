// Package app puts the house together: the only room that sees all the others.
package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Config is what a server is started with. Its zero values are not usable; command lines and tests fill every field they need.
type Config struct {
	Listen         string   // address to listen on
	Data           string   // folder of everything that must be kept
	Database       string   // sqlite://path or postgres://…; "" is SQLite in Data
	Bus            string   // "" or memory://: nodes share a database, and look at its log themselves
	Blobs          string   // file://path; "" is a folder in Data
	PublicURL      string   // origin by which people reach the server; "" follows Listen
	ContentURL     string   // origin for customers' files; "" is PublicURL, where they are sandboxed
	SMTPListen     string   // address at which other mail servers hand letters over; "" for none
	LMTPListen     string   // the same for a mail server of ours: an address, or unix:/path; "" for none
	SMTPHostname   string   // how the door introduces itself; "" is the host of PublicURL
	SMTPCert       string   // file of the certificate that STARTTLS shows; "" offers none
	SMTPKey        string   // file of its key
	MediaListen    string   // UDP address of live assistance; "" switches it off
	MediaAddress   string   // where browsers reach it; "" is the address of MediaListen
	MediaCalls     int      // how many assistances there may be at once; 0 follows the processors
	TurnListen     string   // address, UDP and TCP, of our own relay for media; "" for none
	TurnTLSListen  string   // TCP address at which the relay speaks TLS; "" for none
	TurnTLSName    string   // by which browsers reach it; "" is the host of PublicURL
	TurnTLSCert    string   // file of the certificate for that name
	TurnTLSKey     string   // file of its key
	TurnURLs       []string // a relay that runs elsewhere, instead
	TurnSecret     string   // and the secret that it shares with us
	LiveKitURL     string   // a LiveKit server that carries media instead of this process; "" for none
	LiveKitKey     string   // a key of its
	LiveKitSecret  string   // and the secret of that key
	NodeURL        string   // origin by which the other nodes on the same database reach this one; "" for nowhere
	ViewerListen   string   // address at which members' browsers are shown customers' pages; "" switches co-browsing off
	ViewerURL      string   // origin by which they reach it; "" follows ViewerListen
	MasterKey      string   // hexadecimal, 32 bytes; "" is a key file in Data
	TrustedProxies []string // addresses or networks whose X-Forwarded-For is believed
	AllowEgress    []string // networks, addresses and hosts that webhooks may call although they are not public
	RateLimits     bool     // off for load tests only
	OpenMetrics    bool     // /metrics for everybody, not for this machine only
	Version        string   // of this program
}

// database returns the address of the database.
func (c Config) database() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite://" + filepath.Join(c.Data, "visavis.db")
}

// blobs returns the folder of customers' files.
func (c Config) blobs() (string, error) {
	if c.Blobs == "" {
		return filepath.Join(c.Data, "files"), nil
	}
	folder, ok := strings.CutPrefix(c.Blobs, "file://")
	if !ok || !filepath.IsAbs(folder) {
		return "", fmt.Errorf("blobs: %q is not a folder such as file:///srv/visavis/files; other stores are not built yet", c.Blobs)
	}
	return folder, nil
}

// bus refuses what is not built, so that nobody believes to have it.
func (c Config) bus() error {
	if c.Bus == "" || c.Bus == "memory://" {
		return nil
	}
	return fmt.Errorf("bus: %q is not built yet; without a bus nodes still find each other's events in their database within two seconds", c.Bus)
}

// publicURL returns the origin by which people reach the server.
func (c Config) publicURL() (string, error) {
	if c.PublicURL == "" {
		return localURL(c.Listen)
	}
	return checkOrigin("public-url", c.PublicURL)
}

// hello is the name by which this server introduces itself to others (RFC 5321 §4.1.1.1): its host.
func hello(public string) string {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// nodeURL returns the origin by which other nodes reach this one, "" for none.
func (c Config) nodeURL() (string, error) {
	if c.NodeURL == "" {
		return "", nil
	}
	if strings.HasPrefix(c.database(), "sqlite://") {
		return "", errors.New("node-url: several nodes share a PostgreSQL; a SQLite database has one server")
	}
	return checkOrigin("node-url", c.NodeURL)
}

func (c Config) contentURL() (string, error) {
	if c.ContentURL == "" {
		return "", nil
	}
	return checkOrigin("content-url", c.ContentURL)
}

func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, p := range c.TrustedProxies {
		if address, err := netip.ParseAddr(p); err == nil {
			out = append(out, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("trusted-proxies: %q is neither an address nor a network such as 10.0.0.0/8", p)
		}
		out = append(out, prefix)
	}
	return out, nil
}

func checkOrigin(name, in string) (string, error) {
	u, err := url.Parse(in)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", fmt.Errorf("%s: %q is no origin; one looks like https://help.example.org", name, in)
	}
	return u.Scheme + "://" + u.Host, nil
}

// localURL is how a browser on this machine reaches a listening address.
func localURL(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("listen: %q is no address; one looks like 127.0.0.1:8080", listen)
	}
	if port == "0" {
		return "", errors.New("listen: port 0 needs a public URL")
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port), nil
}
