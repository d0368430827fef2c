package app

import (
	"log/slog"
	"strings"
	"testing"
)

func TestConfigurationIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func() error{
		"bus: ":            Config{Bus: "nats://127.0.0.1"}.bus,
		"blobs: ":          func() error { _, err := Config{Blobs: "s3://bucket"}.blobs(); return err },
		"public-url: ":     func() error { _, err := Config{PublicURL: "help.example.org"}.publicURL(); return err },
		"content-url: ":    func() error { _, err := Config{ContentURL: "https://a.example/path"}.contentURL(); return err },
		"smtp-tls-cert: a": func() error { _, err := Config{SMTPCert: "/cert.pem"}.smtpCertificate(nil); return err },
		"smtp-tls-cert: o": func() error {
			_, err := Config{SMTPCert: "/no/cert.pem", SMTPKey: "/no/key.pem"}.smtpCertificate(nil)
			return err
		},
		"node-url: \"": func() error {
			_, err := Config{Database: "postgres://db/x", NodeURL: "10.0.0.4:8080"}.nodeURL()
			return err
		},
		"node-url: several": func() error { _, err := Config{NodeURL: "http://10.0.0.4:8080"}.nodeURL(); return err },
		"listen: ":          func() error { _, err := Config{Listen: "8080"}.publicURL(); return err },
		"trusted-proxies: ": func() error { _, err := Config{TrustedProxies: []string{"proxy"}}.proxies(); return err },
	} {
		if err := check(); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDefaultsStandOnThisMachine(t *testing.T) {
	t.Parallel()
	c := Config{Listen: "127.0.0.1:8080", Data: "/data"}
	url, err := c.publicURL()
	if err != nil || url != "http://localhost:8080" {
		t.Errorf("public URL %q, %v", url, err)
	}
	if files, err := c.blobs(); err != nil || files != "/data/files" {
		t.Errorf("files in %q, %v", files, err)
	}
	if got := c.database(); got != "sqlite:///data/visavis.db" {
		t.Errorf("database at %q", got)
	}
	if c.bus() != nil {
		t.Errorf("bus: %v", c.bus())
	}
	proxies, err := Config{TrustedProxies: []string{"10.0.0.0/8", "::1"}}.proxies()
	if err != nil || len(proxies) != 2 || proxies[1].Bits() != 128 {
		t.Errorf("proxies %v, %v", proxies, err)
	}
}

func TestOnlyADoorThatOthersCanFindIsNamedInDNS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		public string
		want   string
	}{
		"by the server's own name": {Config{SMTPListen: ":25"}, "https://help.example.org", "help.example.org"},
		"by a name of its own":     {Config{SMTPListen: ":25", SMTPHostname: "mx.example.org"}, "https://help.example.org", "mx.example.org"},
		"there is no door":         {Config{LMTPListen: "unix:/run/x"}, "https://help.example.org", ""},
		"on this machine only":     {Config{SMTPListen: ":25"}, "http://localhost:8080", ""},
		"an address has no name":   {Config{SMTPListen: ":25"}, "http://192.0.2.7", ""},
	} {
		if got := c.config.mailHost(c.public); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestARelaySpeaksTLSByANameThatItsCertificateIsFor(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	cert, key := showing(t, t.TempDir(), "turn.example")
	c := Config{PublicURL: "https://help.example", TurnTLSListen: ":443", TurnTLSName: "turn.example", TurnTLSCert: cert, TurnTLSKey: key}
	if at, name, shows, err := c.relayTLS(log); err != nil || at != ":443" || name != "turn.example" || shows == nil {
		t.Errorf("%q, %q, %v, %v", at, name, shows, err)
	}
	if _, _, shows, err := (Config{}).relayTLS(log); shows != nil || err != nil {
		t.Errorf("nothing was asked for: %v, %v", shows, err)
	}
	for what, change := range map[string]func(*Config){
		"another name":         func(c *Config) { c.TurnTLSName = "other.example" },
		"the public name":      func(c *Config) { c.TurnTLSName = "" },
		"no certificate":       func(c *Config) { c.TurnTLSCert, c.TurnTLSKey = "", "" },
		"no key":               func(c *Config) { c.TurnTLSKey = "" },
		"nowhere to show it":   func(c *Config) { c.TurnTLSListen = "" },
		"a file without a key": func(c *Config) { c.TurnTLSKey = cert },
	} {
		wrong := c
		change(&wrong)
		if _, _, _, err := wrong.relayTLS(log); err == nil || !strings.HasPrefix(err.Error(), "turn-tls-cert: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
